"""Four analyses of change: closed forms, statsmodels on single trials, and Vickers' findings."""

import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import ttest_ind
from statsmodels.formula.api import ols
from witnesses import agree

from ldn_analysis import compare_change_scores
from ldn_analysis.small_samples.change_scores import SCORES, _analyse
from ldn_analysis.small_samples.truth import require_baseline

ASK = {"effect": 6, "retest_r": 0.5, "rng": 2}


def estimates(table, quantity):
    return table[table["quantity"] == quantity].set_index("method")["estimate"]


@pytest.mark.parametrize("retest_r", [-0.3, 0.2, 0.5, 0.9])
@pytest.mark.parametrize(("n", "baseline"), [(4, (58, 11)), (30, (41, 10))])
def test_simulation_agrees_with_closed_forms(retest_r, n, baseline):
    result = compare_change_scores(
        effect=8, retest_r=retest_r, rng=21, n_people=n, baseline=baseline, n_trials=20_000
    )
    agree(result.to_frame())


def test_one_trial_equals_scipy_and_statsmodels():
    rng = np.random.default_rng(3)
    first, second = rng.normal(0, 10, (2, 2, 2, 7))
    out = _analyse(first, second, 50.0, 4.0)
    assert out.shape == (2, 4, 2)
    for i in range(2):
        before, after = 50 + first[i], 50 + second[i] - np.array([[4.0], [0.0]])
        scores = [-after, before - after, 50 * (before - after) / before]
        for j, score in enumerate(scores):
            test = ttest_ind(score[0], score[1])
            assert_allclose(out[i, j], [score[0].mean() - score[1].mean(), test.pvalue], rtol=1e-9)
        data = pd.DataFrame(
            {"before": before.ravel(), "after": after.ravel(), "arm": np.repeat([1, 0], 7)}
        )
        fit = ols("after ~ before + arm", data).fit()
        assert_allclose(out[i, 3], [-fit.params["arm"], fit.pvalues["arm"]], rtol=1e-9)


def test_type_i_error_of_percent_change_is_kept():
    table = compare_change_scores(**ASK, n_trials=50_000).to_frame()
    row = table[(table["method"] == "percent change") & (table["quantity"] == "type I error")]
    row = row.iloc[0]
    assert abs(row["estimate"] - 0.05) < 4 * row["mc_std_error"]


@pytest.mark.parametrize("retest_r", [0.2, 0.35, 0.5, 0.65, 0.8])
def test_findings_of_vickers(retest_r):
    """ANCOVA has most power; percent change less than change, the more so the larger the SD."""
    power = estimates(
        compare_change_scores(
            effect=6, retest_r=retest_r, baseline=(49, 12), rng=5, n_people=40, n_trials=20_000
        ).to_frame(),
        "power",
    )
    assert power["ancova"] == power.max()
    assert power["percent change"] < power["change"] - 0.01
    assert (power["end point"] > power["change"]) == (retest_r < 0.5) or retest_r == 0.5


def test_percent_change_exaggerates_and_is_noisier():
    mean, sd = require_baseline(None, "test")
    table = compare_change_scores(**ASK).to_frame().set_index(["method", "quantity"])["expected"]
    # the mean of 1/baseline is about (1 + cv squared) / mean
    assert_allclose(table["percent change", "bias"], 6 * (sd / mean) ** 2, rtol=0.15)
    assert table["percent change", "sd"] > 1.05 * table["change", "sd"]


def test_negative_effect_mirrors_power():
    up, down = (
        compare_change_scores(**ASK | {"effect": effect}, n_trials=20).to_frame()
        for effect in (6, -6)
    )
    power = up["quantity"] == "power"
    assert_allclose(up[power]["expected"], down[power]["expected"], rtol=1e-12)


def test_level_is_used():
    table = compare_change_scores(**ASK, n_trials=20_000, confidence_level=0.8).to_frame()
    agree(table)
    assert (estimates(table, "type I error") - 0.2).abs().max() < 0.015


def test_words_and_estimates():
    result = compare_change_scores(**ASK, baseline=(58, 11), n_trials=1000)
    assert list(result.estimates) == list(SCORES)
    table = result.to_frame()
    for method, values in result.estimates.items():
        assert len(values) == 1000
        assert_allclose(estimates(table, "bias")[method], values.mean() - 6, rtol=1e-10)
        assert_allclose(estimates(table, "sd")[method], values.std(ddof=1), rtol=1e-10)
    assert re.fullmatch(
        r"Power to find 6\.00 points \(retest r = 0\.5, SD 11, 30 participants per arm; 1,000 simulated "
        r"trials, Monte Carlo SE at most 1\.6\): end point \d+ %, change \d+ %, percent change \d+ %, "
        r"ANCOVA \d+ %; at r = 0\.5 the end point and the change have the same variance\.",
        str(result),
    )
    low, high = (compare_change_scores(**ASK | {"retest_r": r}, n_trials=20) for r in (0.3, 0.7))
    assert str(low).endswith(
        "; below r = 0.5 the end point alone has less variance than the change."
    )
    assert str(high).endswith(
        "; above r = 0.5 the change has less variance than the end point alone."
    )


def test_a_certain_effect_has_power_one():
    """The noncentral t is nan so far out; the power is 1 all the same."""
    options = {"effect": 40, "retest_r": 0.5, "baseline": (58, 11), "n_people": 60}
    table = compare_change_scores(**options, n_trials=20, rng=1).to_frame()
    power = table[table["quantity"] == "power"].set_index("method")["expected"]
    assert power.drop("percent change").tolist() == [1.0, 1.0, 1.0]


def test_end_point_and_change_tie_at_one_half_by_algebra():
    for r, larger in ((0.3, "change"), (0.5, None), (0.7, "end point")):
        result = compare_change_scores(**ASK | {"retest_r": r, "baseline": (58, 11)}, n_trials=20)
        sd = result.to_frame().query("quantity == 'sd'").set_index("method")["expected"]
        assert_allclose(sd["change"] / sd["end point"], np.sqrt(2 * (1 - r)), rtol=1e-12)
        assert larger is None or sd[larger] == sd[["change", "end point"]].max()
        assert sd["ancova"] < sd["change"]


def test_a_shared_baseline_cancels_in_a_crossover():
    rng = np.random.default_rng(1)
    baseline, ldn, placebo = rng.normal(50, 10, (3, 20))
    assert_allclose((baseline - ldn) - (baseline - placebo), placebo - ldn, atol=1e-12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"baseline": (40, 12)}, "with an SD of 12 puts participants near a baseline of 0"),
        ({"baseline": (40, 12)}, "the SD must be at most 9.75"),
        ({"effect": 0}, "effect must not be 0; the type I error is computed as well"),
        ({"effect": 100}, "effect must be a number between -100 and 100; received 100"),
        ({"retest_r": -1}, "retest_r must be a number between -1 and 1; received -1"),
        ({"n_people": 2}, "n_people must be a whole number, 3 or more; received 2"),
        ({"n_trials": 1}, "n_trials must be a whole number, 2 or more; received 1"),
    ],
)
def test_refusals(options, message):
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        compare_change_scores(**ASK | options)
    assert str(caught.value).startswith("compare_change_scores: ")
    with pytest.raises(ValueError, match="confidence_level must lie"):
        compare_change_scores(**ASK, confidence_level=0)
    with pytest.raises(ValueError, match="compare_change_scores: rng is None; pass a seed"):
        compare_change_scores(**ASK | {"rng": None})
