"""Simultaneous intervals of several differences from one reference (Dunnett 1955)."""

from functools import lru_cache

import numpy as np
from scipy.special import chdtri, ndtr

from ..core.intervals import compute_quantile

__all__: list[str] = []

STEP, REACH = 0.25, 6.5  # of the grid on which a normal variable is integrated


def compute_joint_level(limit: float, sizes, apart, df: int) -> float:
    """How likely all differences from one reference stay within so many standard errors of theirs.

    Given the reference's mean, the covariate's slope and the common spread, the groups are
    independent (Dunnett 1955); the three are integrated on a grid, which for smooth functions
    of normal variables is exact to rounding.

    Parameters
    ----------
    limit : float
        In standard errors.
    sizes : sequence of float
        Of the groups, the reference last; or whatever their variances are inverse to.
    apart : sequence of float
        Difference of the covariate's mean from the reference's, over the root of its sum of
        squares within groups; zeros without a covariate.
    df : int
        Of the common spread.

    Returns
    -------
    float
    """
    grid = np.arange(-REACH, REACH + STEP / 2, STEP)
    weight = np.exp(-(grid**2) / 2)
    weight /= weight.sum()
    spread = np.sqrt(chdtri(df, ndtr(-grid)) / df)
    own, shared = 1 / np.sqrt(sizes[:-1]), 1 / np.sqrt(sizes[-1])
    errors = np.sqrt(own**2 + shared**2 + np.square(apart))
    slopes, slope_weight = (grid, weight) if np.any(apart) else (np.zeros(1), np.ones(1))
    level = 0.0
    for slope, share in zip(slopes, slope_weight, strict=True):
        inside = np.ones((len(grid), len(grid)))
        for a, error, d in zip(own, errors, apart, strict=True):
            reach = limit * error * spread[:, None]
            moved = shared * grid[None, :] + d * slope
            inside *= ndtr((reach - moved) / a) - ndtr((-reach - moved) / a)
        level += share * float(weight @ inside @ weight)
    return min(level, 1.0)


@lru_cache(maxsize=64)
def find_joint_factor(sizes, apart, df: int, confidence_level: float) -> float:
    """How many standard errors simultaneous intervals reach to each side (Dunnett 1955)."""
    from scipy.optimize import brentq

    low = compute_quantile(confidence_level, df)
    high = compute_quantile(1 - (1 - confidence_level) / (len(sizes) - 1), df)
    return float(
        brentq(
            lambda c: compute_joint_level(c, sizes, apart, df) - confidence_level,
            low * 0.999,
            high * 1.001,
        )
    )


@lru_cache(maxsize=64)
def find_joint_p(limit: float, sizes, apart, df: int) -> float:
    """How likely chance alone takes any of the differences beyond so many standard errors."""
    return 1 - compute_joint_level(limit, sizes, apart, df)


def widen_row(row: dict, sizes, apart, df: int, confidence_level: float) -> dict:
    """A row of a table with the interval and p that hold for all differences together."""
    shape = tuple(sizes), tuple(apart), int(df)
    reach = find_joint_factor(*shape, confidence_level) * row["std_error"]
    return row | {
        "conf_low": row["estimate"] - reach,
        "conf_high": row["estimate"] + reach,
        "p_value": find_joint_p(abs(row["statistic"]), *shape),
    }
