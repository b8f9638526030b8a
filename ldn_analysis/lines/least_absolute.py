"""The line of least absolute deviations, exactly, by a linear programme."""

import numpy as np
from scipy.special import ndtri

__all__ = ["solve_least_absolute"]


def solve_least_absolute(x, y) -> tuple[float, float]:
    """Slope of the line that minimises the sum of absolute residuals, with its standard error.

    The dual linear programme (Koenker and Bassett 1978) has one bounded variable per point and
    two equations, whose shadow prices are the intercept and the slope. The best line goes
    through two of the points. The standard error is Koenker's (2005, section 3.4)
    with an Epanechnikov kernel and the bandwidth of Hall and Sheather (1988), as in statsmodels.

    Parameters
    ----------
    x, y : array_like, shape (n,)
        Predictor, which varies, and outcome; both about zero and of a size near 1.

    Returns
    -------
    (float, float)
        Slope and standard error; the error is nan below n = 8 and where too many residuals
        are equal for a density.

    Examples
    --------
    >>> slope, error = solve_least_absolute([-1, -0.5, 0, 0.5, 1], [-2, -1, 0, 1, 30])
    >>> round(slope, 6)
    2.0
    """
    from scipy.optimize import linprog

    x, y = np.asarray(x, float), np.asarray(y, float)
    equations = np.stack([np.ones_like(x), x])
    found = linprog(-y, A_eq=equations, b_eq=[0, 0], bounds=(-1, 1), method="highs-ds")
    intercept, slope = -found.eqlin.marginals
    slope, intercept = _pass_through_points(x, y, slope, intercept)
    return slope, _compute_error(x, y, y - intercept - slope * x)


def _pass_through_points(x, y, slope: float, intercept: float) -> tuple[float, float]:
    """The same line through the two points it misses by rounding alone."""
    order = np.argsort(np.abs(y - intercept - slope * x), kind="stable")
    first = order[0]
    second = order[np.argmax(x[order] != x[first])]
    exact = (y[second] - y[first]) / (x[second] - x[first])
    lines = [(exact, y[first] - exact * x[first]), (slope, intercept)]
    return min(((float(b), float(a)) for b, a in lines), key=lambda line: _miss(x, y, *line))


def _miss(x, y, slope: float, intercept: float) -> float:
    """Sum of the absolute residuals."""
    return float(np.abs(y - intercept - slope * x).sum())


def _compute_error(x, y, resid) -> float:
    """Large-sample standard error: 1 / (2 f sqrt(Sxx)), f being the density at the median."""
    n = len(x)
    density_at_0 = np.exp(0) / np.sqrt(2 * np.pi)
    width = n ** (-1 / 3) * ndtri(0.975) ** (2 / 3) * (1.5 * density_at_0**2) ** (1 / 3)
    if width >= 0.5:
        return np.nan
    iqr = np.subtract(*np.percentile(resid, [75, 25]))
    h = min(y.std(), iqr / 1.34) * (ndtri(0.5 + width) - ndtri(0.5 - width))
    if not h > 0:
        return np.nan
    u = resid / h
    density = (0.75 * (1 - u**2) * (np.abs(u) <= 1)).sum() / (n * h)
    sxx = ((x - x.mean()) ** 2).sum()
    return float(0.5 / density / np.sqrt(sxx)) if density > 0 else np.nan
