"""Huber's M-estimator for many regressions at once."""

import numpy as np

__all__ = ["solve_huber"]

TUNING = 1.345  # 95 % efficiency where the errors are normal
MAD = 0.6744897501960817  # of a standard normal


def solve_huber(design, y, *, max_steps: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    """Huber's M-estimator of the first coefficient of many regressions, with its standard error.

    Iteratively reweighted least squares with k = 1.345 and the median absolute residual as
    scale; the standard error is Huber's (1981, chapter 7) with his small-sample factor.
    The same as statsmodels' RLM, which fits one regression at a time. The t interval from it
    covers too rarely in small samples: with normal scatter 0.90 at n = 4, 0.88 at 5, 0.93 at 8
    and 0.945 from 20 on, where 0.95 is the nominal level.

    Parameters
    ----------
    design : array_like, shape (m, n, p)
        The columns of m regressions, each of n participants.
    y : array_like, shape (m, n)
        Their outcomes.
    max_steps : int
        A regression that has not settled by then is nan; so is the standard error where more
        than half of the points lie on the line.

    Returns
    -------
    (ndarray, ndarray)
        Coefficient and standard error, each of shape (m,).

    Examples
    --------
    >>> x = np.arange(6.0)
    >>> design = np.stack([x, np.ones(6)], axis=-1)[None]
    >>> slope, error = solve_huber(design, [[0.0, 1.1, 1.9, 3.0, 4.1, 30.0]])
    >>> round(float(slope[0]), 2)
    1.16
    """
    design, y = np.asarray(design, float), np.asarray(y, float)
    n, p = design.shape[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        coefficient = _settle(design, y, max_steps)
        resid = y - np.einsum("mnp,mp->mn", design, coefficient)
        # Where most points lie on the line, the scale is zero or rounding.
        scale = _scale(resid)
        scale = np.where(scale > 1e-12 * np.abs(y).max(-1, keepdims=True), scale, np.nan)
        size = resid / scale
        inside = (np.abs(size) <= TUNING).mean(-1)
        inside = np.where(np.isnan(scale[:, 0]), np.nan, inside)  # where it did not settle
        factor = 1 + p / n * (1 - inside) / inside
        spread = (np.clip(size, -TUNING, TUNING) ** 2).sum(-1) / (n - p) * scale[:, 0] ** 2
        inverse = np.linalg.inv(np.einsum("mnp,mnq->mpq", design, design))
        return coefficient[:, 0], factor / inside * np.sqrt(spread * inverse[:, 0, 0])


def _settle(design: np.ndarray, y: np.ndarray, max_steps: int) -> np.ndarray:
    """Coefficients of each regression by iteratively reweighted least squares."""
    coefficient = np.full(design.shape[::2], np.nan)
    unsettled, now = np.arange(len(design)), _solve(design, y, np.ones_like(y))
    for _ in range(max_steps):
        x, outcome = design[unsettled], y[unsettled]
        resid = outcome - np.einsum("mnp,mp->mn", x, now)
        size = np.abs(resid) / _scale(resid)
        following = _solve(x, outcome, TUNING / np.maximum(size, TUNING))
        change = np.abs(np.einsum("mnp,mp->mn", x, following - now)).max(-1)
        settled = change <= 1e-13 * np.abs(outcome).max(-1)
        coefficient[unsettled[settled]] = following[settled]
        going_on = ~settled & ~np.isnan(change)
        unsettled, now = unsettled[going_on], following[going_on]
        if not unsettled.size:
            break
    return coefficient


def _scale(resid: np.ndarray) -> np.ndarray:
    """Median absolute residual, on the scale of a normal SD."""
    return np.median(np.abs(resid), axis=-1, keepdims=True) / MAD


def _solve(design, y, weight) -> np.ndarray:
    """Weighted least squares of each regression."""
    weighted = design * weight[..., None]
    squares = np.einsum("mnp,mnq->mpq", weighted, design)
    return np.linalg.solve(squares, np.einsum("mnp,mn->mp", weighted, y)[..., None])[..., 0]
