"""Selection and coupling: simulation against integrals by R, closed forms and brute force."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import norm, pearsonr, ttest_1samp
from witnesses import agree, read_reference

from ldn_analysis import simulate_coupling, simulate_selection
from ldn_analysis.core.intervals import compute_paired_p
from ldn_analysis.core.monte_carlo import (
    compute_mean,
    draw_again,
)
from ldn_analysis.data.assumptions import Assumptions
from ldn_analysis.small_samples.truth import require_baseline

R = read_reference("small_samples").set_index(["topic", "case", "quantity"])["value"]
SELECT = {"cutoff": 65, "reliability": 0.6, "rng": 1}
MANY = 50_000


# --- selection ---------------------------------------------------------------------------


def test_expected_means_equal_r():
    table = simulate_selection(**SELECT, baseline=(58, 11), drift=2, n_trials=2).to_frame()
    expected = table.set_index("quantity")["expected"]
    for quantity in ("baseline", "reduction", "reduction_percent"):
        assert_allclose(expected[quantity], R["selection", "65", quantity], rtol=1e-9)
    assert_allclose(expected["end point"], expected["baseline"] - expected["reduction"])


@pytest.mark.parametrize(("cutoff", "drift"), [(65, 0.0), (40, 3.0), (20, -1.0), (80, 0.0)])
@pytest.mark.parametrize("reliability", [0.2, 0.9])
def test_simulated_selection_agrees(cutoff, drift, reliability):
    result = simulate_selection(
        cutoff=cutoff, reliability=reliability, rng=8, baseline=(50, 12), drift=drift,
        n_people=12, n_trials=20_000,
    )  # fmt: skip
    agree(result.to_frame())
    assert_allclose(
        compute_mean(result.reductions),
        result.to_frame().set_index("quantity").loc["reduction", ["estimate", "mc_std_error"]],
    )


def test_closed_form_of_the_truncated_normal():
    table = simulate_selection(**SELECT, baseline=(50, 10), n_trials=2).to_frame()
    expected = table.set_index("quantity")["expected"]
    excess = 10 * norm.pdf(1.5) / norm.sf(1.5)
    assert_allclose(expected["baseline"], 50 + excess, rtol=1e-10)
    assert_allclose(expected["reduction"], 0.4 * excess, rtol=1e-10)


def test_selection_by_throwing_people_away():
    """The same means come out when a population is simulated and selected from."""
    rng = np.random.default_rng(5)
    true = rng.normal(50, 10 * np.sqrt(0.6), 2_000_000)
    first, second = (true + rng.normal(0, 10 * np.sqrt(0.4), true.size) for _ in range(2))
    kept = first > 65
    reduction = (first - second)[kept]
    table = simulate_selection(**SELECT, baseline=(50, 10), n_trials=2).to_frame()
    expected = table.set_index("quantity")["expected"]
    assert abs(reduction.mean() - expected["reduction"]) < 4 * reduction.std() / np.sqrt(kept.sum())
    percent = 100 * reduction / first[kept]
    error = percent.std() / np.sqrt(kept.sum())
    assert abs(percent.mean() - expected["reduction_percent"]) < 4 * error


def test_no_selection_and_no_drift_leave_the_test_its_level():
    result = simulate_selection(
        cutoff=1, reliability=0.5, rng=3, baseline=(60, 10), n_people=20, n_trials=MANY
    )
    row = result.to_frame().set_index("quantity").loc["share significant"]
    assert abs(row["estimate"] - 0.05) < 4 * row["mc_std_error"]


def test_selection_alone_makes_trials_significant():
    row = simulate_selection(**SELECT).to_frame().set_index("quantity").loc["share significant"]
    assert row["estimate"] > 0.85


def test_people_of_the_example():
    result = simulate_selection(**SELECT, n_trials=10)
    participants = result.participants
    assert_array_equal(participants["selected"], participants["baseline"] > 65)
    assert len(participants) == 400
    assert result.settings["mean"] == Assumptions().severity_mean
    assert result.settings["sd"] == Assumptions().severity_sd


def test_paired_p_equals_scipy():
    x = np.random.default_rng(1).normal(0.3, 1, (4, 9))
    assert_allclose(compute_paired_p(x), ttest_1samp(x, 0, axis=1).pvalue, rtol=1e-10)


def test_selection_sentence_and_seed():
    first, second = (simulate_selection(**SELECT, baseline=(58, 11)) for _ in range(2))
    assert_array_equal(first.reductions, second.reductions)
    assert str(first) == str(second)
    assert re.fullmatch(
        r"Participants were admitted with pain above 65 and nobody was treated: mean pain fell by "
        r"5\.\d\d points \(Monte Carlo SE 0\.01\d?; expected fall 5\.47\), and 8\d\.\d % of trials \(Monte "
        r"Carlo SE 0\.\d\) have p < 0\.05 \(reliability 0\.6, n = 30; 10,000 simulated trials\)\.",
        str(first),
    )
    worse = str(simulate_selection(**SELECT, baseline=(58, 11), drift=-9, n_trials=500))
    assert "nobody was treated, and pain changed by 9 points in everybody: mean pain rose" in worse
    assert "expected rise 3.53" in worse


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cutoff": 0}, "cutoff must be a number between 0 and 124; received 0"),
        ({"cutoff": 200}, "cutoff must be a number between 0 and 124; received 200"),
        ({"reliability": 1}, "reliability must be a number between 0 and 1; received 1"),
        ({"reliability": None}, "reliability must be a number between 0 and 1; received None"),
        ({"drift": np.nan}, "drift must be a number between -100 and 100; received nan"),
        ({"n_people": 2}, "n_people must be a whole number, 3 or more; received 2"),
        ({"n_trials": 1}, "n_trials must be a whole number, 2 or more; received 1"),
        ({"baseline": (50,)}, "baseline must be a mean and an SD, both above 0, e.g. (55, 12)"),
        ({"baseline": (50, 0)}, "baseline must be a mean and an SD, both above 0"),
    ],
)
def test_selection_refuses(options, message):
    with pytest.raises(ValueError, match=re.escape(f"simulate_selection: {message}")):
        simulate_selection(**SELECT | {"baseline": (58, 11)} | options)


# --- coupling ----------------------------------------------------------------------------


@pytest.mark.parametrize("n", [5, 30])
@pytest.mark.parametrize("retest_r", [-0.4, 0.0, 0.8])
@pytest.mark.parametrize("ratio", [0.7, 1.0, 1.3])
def test_simulated_coupling_agrees(n, retest_r, ratio):
    result = simulate_coupling(
        retest_r=retest_r, sd_ratio=ratio, rng=4, n_people=n, n_trials=20_000
    )
    agree(result.to_frame())


def test_known_correlations():
    """Independent measurements: change correlates with baseline by the root of one half."""
    table = simulate_coupling(retest_r=1e-12, rng=1, n_people=1000, n_trials=2).to_frame()
    means = table[table["quantity"] == "mean r"]["expected"].to_numpy()
    assert_allclose(means, [np.sqrt(0.5), 0], atol=5e-4)


def test_oldham_keeps_its_level_where_both_sds_are_equal():
    table = simulate_coupling(retest_r=0.5, rng=6, n_trials=2, confidence_level=0.9).to_frame()
    share = table[table["quantity"] == "share significant"]["expected"].to_numpy()
    assert_allclose(share[1], 0.1, rtol=1e-9)
    assert share[0] > 0.8


def test_a_trial_equals_pearsonr():
    result = simulate_coupling(retest_r=0.5, sd_ratio=0.8, rng=9, n_people=8, n_trials=3)
    rng = np.random.default_rng(9)
    first = rng.standard_normal((3, 8))
    second = 0.8 * draw_again(first, 0.5, rng)
    for i in range(3):
        expected = [
            pearsonr(x, first[i] - second[i]).statistic
            for x in (first[i], (first[i] + second[i]) / 2)
        ]
        assert_allclose([r[i] for r in result.correlations.values()], expected, rtol=1e-10)


def test_coupling_sentence():
    text = str(simulate_coupling(retest_r=0.5, rng=1))
    assert text.startswith(
        "With no relation of change to true pain (retest r = 0.5, n = 30; 10,000 simulated"
    )
    assert "change against baseline: mean r 0.49 (Monte Carlo SE 0.001), significant in 8" in text
    assert "(Oldham): mean r 0.00 (Monte Carlo SE 0.002)" in text
    assert "is not 0 here" not in text
    other = str(simulate_coupling(retest_r=0.5, sd_ratio=0.5, rng=1))
    assert other.startswith("Where the SD at the end point is 0.5 times that at baseline (retest r")
    assert other.endswith("is not 0 here because the SD becomes smaller, whatever the cause.")
    wider = str(simulate_coupling(retest_r=0.5, sd_ratio=1.5, rng=1, n_trials=50))
    assert wider.endswith("is not 0 here because the SD becomes larger, whatever the cause.")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"retest_r": 1}, "retest_r must be a number between -1 and 1; received 1"),
        ({"sd_ratio": 0}, "sd_ratio must be a number between 0 and 1000; received 0"),
        ({"n_people": 3}, "n_people must be a whole number, 4 to 1000; received 3"),
        ({"n_trials": 0}, "n_trials must be a whole number, 2 or more; received 0"),
    ],
)
def test_coupling_refuses(options, message):
    with pytest.raises(ValueError, match=re.escape(f"simulate_coupling: {message}")):
        simulate_coupling(**{"retest_r": 0.5, "rng": 1} | options)
    with pytest.raises(ValueError, match="confidence_level must lie"):
        simulate_coupling(retest_r=0.5, rng=1, confidence_level=5)
    with pytest.raises(ValueError, match="simulate_coupling: rng is None; pass a seed"):
        simulate_coupling(retest_r=0.5, rng=None)
    with pytest.raises(ValueError, match="simulate_selection: rng is None; pass a seed"):
        simulate_selection(**SELECT | {"rng": None})


def test_oldham_fails_where_variances_differ_without_any_relation():
    """A less precise end point alone: true pain stays, and Oldham finds a relation."""
    rng = np.random.default_rng(2)
    true = rng.standard_normal((2000, 100))
    first = true + 0.5 * rng.standard_normal(true.shape)
    second = true + 1.0 * rng.standard_normal(true.shape)
    ratio, r = np.sqrt(2 / 1.25), 1 / np.sqrt(1.25 * 2)
    table = simulate_coupling(
        retest_r=r, sd_ratio=ratio, n_people=100, rng=1, n_trials=2
    ).to_frame()
    expected = table.query("quantity == 'mean r'")["expected"].iloc[1]
    assert expected < -0.2
    found = pearsonr(first - second, (first + second) / 2, axis=1).statistic
    assert abs(np.mean(found) - expected) < 4 * np.std(found) / np.sqrt(2000)


# --- what the simulations share ----------------------------------------------------------


def test_assumed_baseline():
    assert require_baseline(None, "f") == (Assumptions().severity_mean, Assumptions().severity_sd)
    with pytest.raises(ValueError, match=re.escape("received (1, -1)")):
        require_baseline((1, -1), "f")
