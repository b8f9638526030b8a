"""Lines of simulated studies against exact power, a loop of people, and R squared's truth."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from scipy.stats import linregress

from ldn_analysis import TrialTruth, compute_power_exact, simulate_lines
from ldn_analysis.small_samples.engine import draw_people

TRUTH = TrialTruth(mean_ldn=28.0, slope_ldn=1.2)


def rows_of(fan, level=0.95):
    return fan.to_frame(level).set_index("term")


@pytest.mark.parametrize("n", [6, 10, 38])
def test_share_of_significant_lines_is_the_exact_power(n):
    fan = simulate_lines(TRUTH, n_people=n, rng=1, n_lines=40_000)
    low, high = fan.confidence_interval("power", 0.999)
    assert low < compute_power_exact(TRUTH, n_people=n) < high
    low, high = fan.confidence_interval("slope", 0.9999)
    assert low < 1.2 < high


def test_lines_are_spread_as_those_of_drawn_people():
    n, many = 12, 4000
    esr, ldn, _ = draw_people(TRUTH, n, many, np.random.default_rng(2))
    loop = [linregress(x, y) for x, y in zip(esr, ldn, strict=True)]
    found = np.array([one.pvalue < 0.05 for one in loop])
    slopes = np.array([one.slope for one in loop])
    fan = simulate_lines(TRUTH, n_people=n, rng=3)
    row = rows_of(fan).loc["significant_size"]
    error = np.abs(slopes[found]).std() / np.sqrt(found.sum())
    limit = 4 * np.hypot(error, row["mc_std_error"])
    assert abs(row["estimate"] - np.abs(slopes[found]).mean()) < limit
    intercepts = np.array([one.intercept for one in loop])
    assert_allclose(np.std(fan.line.intercept), intercepts.std(), rtol=0.06)
    assert_allclose(np.mean(fan.line.intercept), 28 - 1.2 * TRUTH.esr_mean, atol=1.5)


def test_where_nothing_is_true_five_percent_are_significant():
    fan = simulate_lines(TrialTruth(), n_people=10, rng=4, n_lines=50_000)
    rows = rows_of(fan)
    power = rows.loc["power"]
    assert abs(power["estimate"] - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 50_000)
    significant = fan.line.slope[fan.p_value < 0.05]
    size, upward = rows.loc["significant_size"], rows.loc["significant_upward"]
    assert size["n_lines"] == upward["n_lines"] == len(significant)
    assert_allclose(size["estimate"], np.abs(significant).mean())
    assert_allclose(size["mc_std_error"], stats.sem(np.abs(significant)))
    assert_allclose(upward["estimate"], (significant > 0).mean())
    interval = stats.binomtest(int((significant > 0).sum()), len(significant)).proportion_ci(
        method="wilson"
    )
    assert_allclose(upward[["conf_low", "conf_high"]].astype(float), interval)
    # Signs cancel: the mean slope is near 0, and the lines are steep all the same.
    assert upward["conf_low"] < 0.5 < upward["conf_high"]
    assert abs(significant.mean()) < 0.1 < 1 < size["estimate"]


def test_same_seed_same_lines_and_a_sentence():
    one, other = (simulate_lines(TRUTH, n_people=10, rng=6, n_lines=300) for _ in range(2))
    assert_allclose(one.line.slope, other.line.slope, rtol=0, atol=0)
    assert str(one).startswith("300 simulated studies of 10 participants: ")
    assert " % of these slope upward and " in str(one) or "all of these slope upward" in str(one)
    none = simulate_lines(TrialTruth(), n_people=3, rng=1, n_lines=2)
    assert none.to_frame()["estimate"].isna().sum() == 2
    assert str(none).endswith("; the true slope is 0.00.")


@pytest.mark.parametrize(("slope", "way"), [(5.0, "upward"), (-5.0, "downward")])
def test_all_one_way(slope, way):
    text = str(simulate_lines(TrialTruth(slope_ldn=slope), n_people=20, rng=1, n_lines=200))
    assert text.endswith(f"; all of these slope {way}.")
    assert f"where the true slope is {slope:.2f}" in text


def test_refusals():
    with pytest.raises(
        ValueError, match="simulate_lines: n_people must be a whole number, 3 or more; received 2"
    ):
        simulate_lines(TRUTH, n_people=2, rng=1)
    with pytest.raises(
        ValueError, match="simulate_lines: n_lines must be a whole number, 1 or more; received 0"
    ):
        simulate_lines(TRUTH, n_people=5, rng=1, n_lines=0)
    with pytest.raises(TypeError, match="simulate_lines: truth must be a TrialTruth"):
        simulate_lines(0.5, n_people=5, rng=1)
    with pytest.raises(ValueError, match="simulate_lines: rng is None"):
        simulate_lines(TRUTH, n_people=5, rng=None)
