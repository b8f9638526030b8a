"""Influence of every point on a line in closed form, for many data sets at once."""

from typing import NamedTuple

import numpy as np

__all__ = ["Influence", "compute_influence"]


class Influence(NamedTuple):
    """What each point does to the line; every field has shape (..., n)."""

    leverage: np.ndarray
    std_resid: np.ndarray  # internally studentised
    student_resid: np.ndarray  # externally studentised: t on n - 3 df
    cooks_distance: np.ndarray
    dfbetas_intercept: np.ndarray
    dfbetas_slope: np.ndarray
    dffits: np.ndarray
    cov_ratio: np.ndarray
    fitted: np.ndarray
    resid: np.ndarray


def compute_influence(x, y) -> Influence:
    """Influence of every point on a line, in closed form, for one data set or many.

    Nothing is refitted: each measure follows from the leverage and the residual
    (Belsley, Kuh and Welsch 1980, chapter 2; Cook 1977).

    Parameters
    ----------
    x, y : array_like, shape (..., n)
        Predictor and outcome; they broadcast against each other.

    Returns
    -------
    Influence
        Arrays of shape (..., n). A point of leverage 1 (the only one with another x) lies on
        its line whatever its outcome: what would divide by 1 - leverage is nan there. On a
        perfect line, and with three points, what is divided by a residual SD is nan.

    Examples
    --------
    >>> influence = compute_influence([1, 2, 3, 4], [1.0, 3.0, 2.0, 5.0])
    >>> influence.leverage.round(3).tolist()
    [0.7, 0.3, 0.3, 0.7]
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    n = max(x.shape[-1], y.shape[-1])
    mean_x, mean_y = x.mean(-1, keepdims=True), y.mean(-1, keepdims=True)
    dx, dy = x - mean_x, y - mean_y
    sxx, syy = _dot(dx, dx), _dot(dy, dy)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Where x is the same throughout, its deviations are rounding alone.
        sxx = np.where(sxx > 1e-28 * n * mean_x**2, sxx, np.nan)
        slope = _dot(dx, dy) / sxx
        resid = dy - slope * dx
        scaled_x = dx / np.sqrt(sxx)
        leverage = 1 / n + scaled_x * scaled_x
        ss = _dot(resid, resid)
        ss = np.where(ss > 1e-28 * syy, ss, np.nan)
        # 1 - leverage; the line goes through a point of leverage 1 whatever its outcome.
        slack = np.where(leverage < 1 - 1e-12, 1 - leverage, np.nan)
        root = np.sqrt(slack)
        variance = ss / (n - 2) if n > 2 else np.full_like(ss, np.nan)
        without = np.maximum(ss - resid * resid / slack, 0.0)  # residual sum of squares
        without = without / (n - 3) if n > 3 else np.full_like(without, np.nan)
        std_resid = resid / (np.sqrt(variance) * root)
        student_resid = resid / (np.sqrt(without) * root)
        per_root = student_resid / root
        on_intercept = (1 / n - mean_x / np.sqrt(sxx) * scaled_x) / np.sqrt(1 / n + mean_x**2 / sxx)
        return Influence(
            leverage=leverage,
            std_resid=std_resid,
            student_resid=student_resid,
            cooks_distance=std_resid * std_resid * leverage / (2 * slack),
            dfbetas_intercept=on_intercept * per_root,
            dfbetas_slope=scaled_x * per_root,
            dffits=np.sqrt(leverage) * per_root,
            cov_ratio=(without / variance) ** 2 / slack,
            fitted=mean_y + slope * dx,
            resid=resid,
        )


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Sum of products over the last axis, which stays."""
    return np.einsum("...i,...i->...", a, b)[..., None]
