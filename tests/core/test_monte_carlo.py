"""Monte Carlo errors, blocks and draws."""

import numpy as np
from numpy.testing import assert_allclose

from ldn_analysis.core.monte_carlo import (
    BLOCK_VALUES,
    compute_mean,
    compute_share,
    list_blocks,
)


def test_blocks_cover_all_trials_within_their_memory():
    for trials, values in ((1, 10), (10_000, 60), (7, BLOCK_VALUES * 3), (100_001, 999)):
        blocks = list_blocks(trials, values)
        assert sum(blocks) == trials
        assert min(blocks) >= 1
        assert max(blocks) * values <= max(BLOCK_VALUES, values)


def test_monte_carlo_errors():
    values = np.array([1.0, 2, 3, 6])
    assert_allclose(compute_mean(values), (3, np.sqrt(14 / 3) / 2))
    assert_allclose(
        compute_share([True] * 30 + [False] * 70)[1], np.sqrt(0.3 * 0.7 / 100), rtol=0.02
    )
    share, error = compute_share(np.zeros(100, bool))
    assert share == 0
    assert 0.01 < error < 0.02
