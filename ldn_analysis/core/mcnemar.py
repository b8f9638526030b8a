"""McNemar's tests of two paired shares."""

from typing import NamedTuple

import numpy as np
from scipy.special import bdtr, chdtrc

__all__ = ["McNemar", "compute_mcnemar"]


class McNemar(NamedTuple):
    """p values and chi-squares of paired tables; each field has the shape of the counts."""

    exact: np.ndarray
    mid_p: np.ndarray
    one_tailed: np.ndarray  # exact, towards the larger count
    square: np.ndarray
    square_p: np.ndarray
    corrected: np.ndarray  # with the continuity correction
    corrected_p: np.ndarray


def compute_mcnemar(first_only, second_only) -> McNemar:
    """McNemar's (1947) test from the two counts of those who differ, elementwise.

    Exact: binomial on the discordant pairs. Mid-p: with half the probability of outcomes as
    extreme as the observed one (Lancaster 1961). Chi-square on 1 df without and with continuity
    correction. With no discordant pair every p is 1 and the chi-squares are nan.

    Parameters
    ----------
    first_only, second_only : array_like of int
        How many responded under the first condition only, and under the second only.

    Returns
    -------
    McNemar
        Each field has the shape of the counts.

    Examples
    --------
    >>> tests = compute_mcnemar(8, 2)
    >>> round(float(tests.exact), 4), round(float(tests.mid_p), 4), float(tests.square)
    (0.1094, 0.0654, 3.6)
    """
    b, c = np.asarray(first_only, dtype=int), np.asarray(second_only, dtype=int)
    n, smaller = b + c, np.minimum(b, c)
    up_to = bdtr(smaller, n, 0.5)
    below = np.where(smaller > 0, bdtr(np.maximum(smaller - 1, 0), n, 0.5), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        square = (b - c) ** 2 / n
        corrected = np.maximum(np.abs(b - c) - 1, 0) ** 2 / n
    differs = n > 0
    return McNemar(
        exact=np.minimum(1.0, 2 * up_to),
        mid_p=np.where(differs, np.where(b == c, 1 - (up_to - below) / 2, below + up_to), 1.0),
        one_tailed=up_to,
        square=square,
        square_p=np.where(differs, chdtrc(1, square), 1.0),
        corrected=corrected,
        corrected_p=np.where(differs, chdtrc(1, corrected), 1.0),
    )
