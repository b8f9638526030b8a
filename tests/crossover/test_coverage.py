"""Coverage of the intervals for paired shares, by enumerating every table (slow)."""

from functools import cache

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import multinomial

from ldn_analysis.crossover.paired_intervals import paired_newcombe_interval, paired_tango_interval


@cache
def find_tango_interval(first, second, n):
    """The same for every table with these discordant pairs: the rest has no part in it."""
    return paired_tango_interval(0, first, second, n - first - second, 0.95)


def find_limits(interval, tables):
    """An interval for each table."""
    if interval is paired_newcombe_interval:
        return np.transpose(interval(*tables.T, 0.95))
    n = int(tables[0].sum())
    return np.array([find_tango_interval(*map(int, table[1:3]), n) for table in tables])


# both, first only, second only, neither
TRUTHS = [
    (0.25, 0.25, 0.25, 0.25),
    (0.10, 0.40, 0.10, 0.40),
    (0.10, 0.30, 0.02, 0.58),
    (0.05, 0.15, 0.05, 0.75),
    (0.40, 0.30, 0.05, 0.25),
]


@pytest.mark.slow
@pytest.mark.parametrize("n", [10, 28])
@pytest.mark.parametrize("interval", [paired_newcombe_interval, paired_tango_interval])
def test_the_difference_of_paired_shares(interval, n):
    tables = np.array(
        [
            (both, first, second, n - both - first - second)
            for both in range(n + 1)
            for first in range(n + 1 - both)
            for second in range(n + 1 - both - first)
        ]
    )
    limits = find_limits(interval, tables)
    one = tables[len(tables) // 3]
    assert_allclose(limits[len(tables) // 3], interval(*map(int, one), 0.95), rtol=1e-12)
    for truth in TRUTHS:
        difference = truth[1] - truth[2]
        held = (limits[:, 0] <= difference) & (difference <= limits[:, 1])
        coverage = multinomial.pmf(tables[held], n, truth).sum()
        assert 0.935 < coverage < 0.997, (truth, coverage)
