"""Ranks that no unit changes."""

from functools import cache

import numpy as np
import pytest
from scipy.stats import rankdata

from ldn_analysis import fit_multiverse, load_dataset
from ldn_analysis.multiverse.batches import rank_values


@pytest.mark.parametrize("change", [lambda x: 10 * x, lambda x: 7 * x, lambda x: x / 3])
def test_values_equal_as_fractions_share_their_rank_in_any_unit(change):
    thirds = np.random.default_rng(1).integers(0, 40, 60)
    values = thirds / 3  # means of three whole ratings
    assert np.unique(values - 0.1).size == np.unique(thirds).size
    expected = rankdata(thirds)
    np.testing.assert_array_equal(rank_values(change(values)), expected)
    np.testing.assert_array_equal(rank_values(change(values + 0.1) - change(0.1)), expected)


def test_values_that_differ_do_not_tie():
    values = np.random.default_rng(2).normal(size=200)
    np.testing.assert_array_equal(rank_values(values), rankdata(values))
    np.testing.assert_array_equal(rank_values(np.full(4, 2.5)), [2.5] * 4)


@pytest.fixture(scope="module")
def fit_in_unit():
    """The table of a part of the grid, the diaries in another unit."""
    diaries, participants = load_dataset("daily_pain"), load_dataset("participants")
    grid = {
        "model": ["OLS", "rank"],
        "participants": ["both trials", "completers"],
        "esr": ["as is"],
    }

    @cache
    def fit(change):
        other = diaries.assign(pain_0_100=diaries["pain_0_100"] * change)
        return fit_multiverse(other, participants, grid=grid).to_frame()

    return fit


@pytest.mark.parametrize("change", [10, 7, 1 / 3])
def test_a_change_of_unit_changes_no_specification(fit_in_unit, change):
    one, other = fit_in_unit(1), fit_in_unit(change)
    for column in ("estimate", "std_error", "p_value"):
        np.testing.assert_allclose(one[column], other[column], rtol=1e-9, atol=1e-12)
