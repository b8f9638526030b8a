"""The one kernel: a straight line from six sums, over any leading axes.

A fit is one call of `solve_line`; a bootstrap or a permutation test is a call on
many rows of sums; leave-one-out is a call on n downdated sums; a thousand
simulated trials is a call on a thousand rows.
"""

from typing import NamedTuple

import numpy as np

__all__ = ["Line", "LineSums", "solve_line", "sum_line"]


class LineSums(NamedTuple):
    """The sums a straight line needs, each of the same shape: one entry per line."""

    n: np.ndarray
    x: np.ndarray
    y: np.ndarray
    xx: np.ndarray
    xy: np.ndarray
    yy: np.ndarray


class Line(NamedTuple):
    """A least-squares line y = intercept + slope * x; each field has one entry per line."""

    n: np.ndarray
    slope: np.ndarray
    intercept: np.ndarray
    slope_std_error: np.ndarray
    intercept_std_error: np.ndarray
    statistic: np.ndarray  # t of the slope, on n - 2 degrees of freedom
    r: np.ndarray
    r_squared: np.ndarray
    residual_sd: np.ndarray
    mean_x: np.ndarray
    sxx: np.ndarray  # sum of squares of x about its mean


def sum_line(x, y) -> LineSums:
    """Sum x, y, their squares and their product over the last axis.

    Parameters
    ----------
    x, y : array_like, shape (..., n)
        Predictor and outcome. Subtract a common origin (the means) first: sums of
        squares of numbers far from zero lose digits. They broadcast against each other.

    Returns
    -------
    LineSums
        Six arrays of shape (...).

    See Also
    --------
    solve_line : The line of these sums.

    Examples
    --------
    >>> sums = sum_line([-1.0, 0.0, 1.0], [-2.0, 0.5, 1.5])
    >>> float(sums.xy)
    3.5
    """
    x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    return LineSums(
        n=np.full(x.shape[:-1], x.shape[-1]),
        x=x.sum(-1),
        y=y.sum(-1),
        xx=np.einsum("...i,...i->...", x, x),
        xy=np.einsum("...i,...i->...", x, y),
        yy=np.einsum("...i,...i->...", y, y),
    )


def solve_line(sums: LineSums, *, origin=(0.0, 0.0), residual_ss=None) -> Line:
    """Least-squares line from its sums, with standard errors, t and R squared.

    Ordinary least squares (Gauss 1809; any textbook, e.g. Weisberg 2014, chapter 2):
    slope = Sxy / Sxx with sums about the means.

    Parameters
    ----------
    sums : LineSums
        Sums of x - origin[0] and y - origin[1], of any shape: one entry per line.
    origin : pair of array_like
        What was subtracted from x and y before summing; the intercept is given
        in the original coordinates.
    residual_ss : array_like, optional
        Residual sum of squares where the caller has the residuals. Without it,
        Syy - Sxy**2 / Sxx is used, which loses digits as R squared comes near 1.

    Returns
    -------
    Line
        Arrays of the shape of the sums. A line through points with one and the same x
        has no slope: all its numbers are nan. Where y is constant, the slope is 0 and r and
        t are nan. With two points the standard errors are nan; on a perfect line they
        are 0 and t infinite (to rounding, where `residual_ss` is not given).

    See Also
    --------
    sum_line : The sums that it takes.
    fit_line : A line with its intervals and tests.

    Examples
    --------
    >>> line = solve_line(sum_line([-1.0, 0.0, 1.0], [-2.0, 0.5, 1.5]), origin=(10.0, 0.0))
    >>> round(float(line.slope), 3), round(float(line.intercept), 3)
    (1.75, -17.5)
    """
    n, sum_x, sum_y, sum_xx, sum_xy, sum_yy = (np.asarray(part, float) for part in sums)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        mean_x, mean_y = sum_x / n, sum_y / n
        sxx = sum_xx - sum_x * mean_x
        sxy = sum_xy - sum_x * mean_y
        syy = sum_yy - sum_y * mean_y
        # What is left of a sum of squares after cancellation is rounding, not variation.
        sxx = np.where(sxx > 1e-13 * sum_xx, sxx, np.nan)
        syy = np.where(syy > 1e-13 * sum_yy, syy, 0.0)
        sxy = np.where(syy > 0, sxy, 0.0)
        slope = sxy / sxx
        if residual_ss is None:
            residual_ss = np.maximum(syy - slope * sxy, 0.0)
        df = n - 2
        residual_sd = np.sqrt(np.where(df > 0, residual_ss / df, np.nan))
        slope_std_error = residual_sd / np.sqrt(sxx)
        mean_x = mean_x + origin[0]
        # Root by root where the product of two sums of squares is beyond what a float holds.
        product = sxx * syy
        held = (product > 1e-290) & (product < np.inf)
        size = np.where(held, np.sqrt(product), np.sqrt(sxx) * np.sqrt(syy))
        r = np.clip(sxy / size, -1.0, 1.0)
        return Line(
            n=n,
            slope=slope,
            intercept=mean_y + origin[1] - slope * mean_x,
            slope_std_error=slope_std_error,
            intercept_std_error=residual_sd * np.sqrt(1 / n + mean_x**2 / sxx),
            statistic=slope / slope_std_error,
            r=r,
            r_squared=r**2,
            residual_sd=residual_sd,
            mean_x=mean_x,
            sxx=sxx,
        )


def center_points(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple]:
    """Predictor and outcome about their means, and the means; a constant gives zeros."""
    origin = float(x.mean()), float(y.mean())
    dy = y - origin[1] if y.min() < y.max() else np.zeros_like(y)
    return x - origin[0], dy, origin


def drop_each(x: np.ndarray, y: np.ndarray) -> Line:
    """The n lines without one point each, from downdated sums."""
    dx, dy, origin = center_points(x, y)
    parts = np.array([dx, dy, dx * dx, dx * dy, dy * dy])
    sums = parts.sum(1, keepdims=True) - parts
    return solve_line(LineSums(np.full(len(x), len(x) - 1), *sums), origin=origin)
