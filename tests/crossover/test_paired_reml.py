"""The mixed model of pairs in closed form; lme4 and MixedLM are in test_two_period.py."""

import numpy as np
import pytest

from ldn_analysis.crossover.paired_reml import compute_rms, solve_paired_reml


def test_boundary_error_with_containment_df_is_closer_to_its_level():
    """A t on n - 2 after a boundary fit errs less often than one on the pooled df."""
    rng = np.random.default_rng(7)
    n, trials = 6, 4000
    ones = np.ones((n, 1))
    order = np.repeat([-1.0, 1.0], 3)
    from scipy.special import stdtrit

    wrong = np.zeros(2)
    for _ in range(trials):
        model = solve_paired_reml(*rng.normal(size=(2, n)), np.column_stack([ones, order]), ones)
        t = abs(model.within[0] / model.within_std_error[0])
        pooled = 2 * n - 3 if model.boundary else n - 2
        wrong += [t > stdtrit(model.df, 0.975), t > stdtrit(pooled, 0.975)]
    share = wrong / trials
    error = np.sqrt(0.05 * 0.95 / trials)
    assert abs(share[0] - 0.05) < 4 * error
    assert share[1] > 0.05 + 3 * error


def test_more_participants_than_columns_are_needed():
    with pytest.raises(ValueError, match="more participants than columns"):
        solve_paired_reml([1.0], [2.0], np.ones((1, 1)), np.ones((1, 1)))


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("shift", [0.0, 0.3])
def test_what_varies_by_rounding_alone_has_no_spread(scale, shift):
    """Tenths of every size: the differences are equal as decimals and not as floats."""
    first = (np.arange(1, 40) * 0.1 + shift) * scale
    second = (np.arange(1, 40) / 10 + (shift - 0.7)) * scale
    difference = first - second
    assert len(np.unique(difference)) > 1
    resid, size = difference - difference.mean(), np.abs(first)
    assert compute_rms(resid, size, 38) == 0
    design = np.ones((39, 1))
    assert solve_paired_reml(first, second, design, design).within_std_error[0] == 0


def test_a_spread_above_rounding_is_kept():
    resid = np.array([1e-9, -1e-9, 0.0])
    assert compute_rms(resid, np.full(3, 100.0), 2) == pytest.approx(1e-9, rel=1e-12)
    # One enormous number does not turn the spread of the others into rounding.
    assert compute_rms(np.array([1.0, -1.0, 0.0]), np.array([1.0, 1.0, 1e17]), 2) == 1
