"""The mean within-participant difference against scipy."""

import numpy as np
import pytest

from ldn_analysis.crossover.means import compare_means


def test_mean_difference_equals_scipy(change, trial):
    from scipy.stats import ttest_rel

    for data in (change, trial):
        result = compare_means(data)
        wide = data.pivot(index="participant", columns="condition", values="pain_reduction_percent")
        test = ttest_rel(wide["ldn"], wide["placebo"])
        row = result.to_frame(0.9).iloc[0]
        low, high = test.confidence_interval(0.9)
        for name, value in (
            ("estimate", (wide["ldn"] - wide["placebo"]).mean()), ("statistic", test.statistic),
            ("p_value", test.pvalue), ("conf_low", low), ("conf_high", high), ("df", test.df),
        ):  # fmt: skip
            assert row[name] == pytest.approx(value, rel=1e-10), name
        assert row["n_obs"] == result.n_obs == len(wide)
    assert "n = 28 participants; illustrative data" in str(result)


def test_mean_difference_of_dropped_constant_and_too_few(change):
    short = change.drop(index=change.index[0])
    with pytest.raises(ValueError, match="1 of 38 participants lack a value"):
        compare_means(short)
    result = compare_means(short, missing="drop")
    assert (result.n_obs, result.n_dropped) == (37, 1)
    with pytest.raises(
        ValueError, match="at least 2 participants with both conditions; there are 1"
    ):
        compare_means(change.head(3), missing="drop")
    first = change["condition"] == "ldn"
    same = change.assign(pain_reduction_percent=np.where(first, 0.3, 0.1) + change["esr_mm_h"])
    row = compare_means(same).to_frame().iloc[0]
    assert (row["std_error"], row["p_value"]) == (0, 0)
    assert row["estimate"] == pytest.approx(0.2, rel=1e-12)
    # One enormous value does not make the others' differences rounding.
    same.loc[first, "pain_reduction_percent"] += np.arange(first.sum())
    same.loc[same["participant"] == "C01", "pain_reduction_percent"] = -1e17
    assert compare_means(same).difference_sd == pytest.approx(np.std(
        [0.0, *(0.2 + np.arange(1, 38))], ddof=1), rel=1e-12)  # fmt: skip


def test_sentence_gives_points_and_says_where_nothing_varies(change):
    text = str(compare_means(change))
    assert "percentage points (95 % CI" in text
    assert "say nothing" not in text
    first = change["condition"] == "ldn"
    shifted = change.assign(pain_reduction_percent=change["esr_mm_h"] + 5.0 * first)
    assert str(compare_means(shifted)).endswith("so its interval and p say nothing.")
    none = compare_means(change.assign(pain_reduction_percent=change["esr_mm_h"]))
    assert "0.00 percentage points" in str(none)
    assert "p not defined" in str(none)
    turned = str(compare_means(change, conditions=("placebo", "ldn")))
    assert "(placebo minus ldn): -" in turned
    assert compare_means(change).confidence_interval("paired t", 0.9) == tuple(
        compare_means(change).to_frame(0.9).loc[0, ["conf_low", "conf_high"]]
    )
