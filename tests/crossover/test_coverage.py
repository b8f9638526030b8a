"""Coverage of the intervals for paired shares, by enumerating every table (slow)."""

import numpy as np
import pytest
from scipy.stats import multinomial

from ldn_analysis.crossover.paired_intervals import paired_newcombe_interval, paired_tango_interval

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
    limits = np.array([interval(*map(int, table), 0.95) for table in tables])
    for truth in TRUTHS:
        difference = truth[1] - truth[2]
        held = (limits[:, 0] <= difference) & (difference <= limits[:, 1])
        coverage = multinomial.pmf(tables[held], n, truth).sum()
        assert 0.935 < coverage < 0.997, (truth, coverage)
