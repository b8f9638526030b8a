"""Lines of simulated studies against exact power, a loop of people, and R squared's truth."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import linregress

from ldn_analysis import TrialTruth, compute_power_exact, simulate_lines
from ldn_analysis.small_samples.engine import draw_people

TRUTH = TrialTruth(mean_ldn=28.0, slope_ldn=1.2)


@pytest.mark.parametrize("n", [6, 10, 38])
def test_share_of_significant_lines_is_the_exact_power(n):
    row = simulate_lines(TRUTH, n_people=n, rng=1, n_lines=40_000).to_frame(0.999).iloc[0]
    assert row["conf_low"] < compute_power_exact(TRUTH, n_people=n) < row["conf_high"]
    assert abs(row["estimate"] - 1.2) < 4 * row["std_error"] / 200


def test_lines_are_spread_as_those_of_drawn_people():
    n, many = 12, 4000
    esr, ldn, _ = draw_people(TRUTH, n, many, np.random.default_rng(2))
    loop = [linregress(x, y) for x, y in zip(esr, ldn, strict=True)]
    found = np.array([one.pvalue < 0.05 for one in loop])
    slopes = np.array([one.slope for one in loop])
    fan = simulate_lines(TRUTH, n_people=n, rng=3)
    row = fan.to_frame().iloc[0]
    error = slopes[found].std() / np.sqrt(found.sum())
    limit = 4 * np.hypot(error, row["significant_estimate_mcse"])
    assert abs(row["significant_estimate"] - slopes[found].mean()) < limit
    intercepts = np.array([one.intercept for one in loop])
    assert_allclose(np.std(fan.line.intercept), intercepts.std(), rtol=0.06)
    assert_allclose(np.mean(fan.line.intercept), 28 - 1.2 * TRUTH.esr_mean, atol=1.5)


def test_where_nothing_is_true_five_percent_are_significant():
    fan = simulate_lines(TrialTruth(), n_people=10, rng=4, n_lines=50_000)
    row = fan.to_frame().iloc[0]
    assert abs(row["power"] - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 50_000)
    assert_allclose(row["n_significant"], (fan.p_value < 0.05).sum())
    significant = fan.line.slope[fan.significant]
    assert_allclose(row["significant_estimate"], significant.mean())
    assert (significant > 0).any()
    assert (significant < 0).any()


def test_same_seed_same_lines_and_a_sentence():
    one, other = (simulate_lines(TRUTH, n_people=10, rng=6, n_lines=300) for _ in range(2))
    assert_allclose(one.line.slope, other.line.slope, rtol=0, atol=0)
    assert str(one).startswith("300 simulated studies of 10 people: ")
    none = simulate_lines(TrialTruth(), n_people=3, rng=1, n_lines=2)
    assert none.to_frame()["significant_estimate"].isna().all()
    assert str(none).endswith("the true slope is 0.00.")


def test_refusals():
    with pytest.raises(ValueError, match="simulate_lines: n_people must be a whole number, 3 or more; received 2"):
        simulate_lines(TRUTH, n_people=2, rng=1)
    with pytest.raises(ValueError, match="simulate_lines: n_lines must be a whole number, 1 or more; received 0"):
        simulate_lines(TRUTH, n_people=5, rng=1, n_lines=0)
    with pytest.raises(TypeError, match="simulate_lines: truth must be a TrialTruth"):
        simulate_lines(0.5, n_people=5, rng=1)
    with pytest.raises(ValueError, match="simulate_lines: rng is None"):
        simulate_lines(TRUTH, n_people=5, rng=None)
