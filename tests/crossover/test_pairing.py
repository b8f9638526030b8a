"""The pairing of rows refuses what is not a pair."""

import numpy as np
import pytest
from witnesses import make_trial

from ldn_analysis.crossover.pairing import compare_means, pair_conditions

UNBALANCED = ([True] * 5 + [False] * 2, [31, 12, 45, 22, 38, 9, 27], [18, 10, 30, 25, 19, 4, 26])


def test_pairs_refuse_clashing_and_broken_columns():
    data = make_trial(*UNBALANCED)
    options = {"columns": ("participant", "condition", "y"), "conditions": ("A", "B")}
    with pytest.raises(ValueError, match="rename the column 'first'"):
        pair_conditions(data.assign(first=1), keep=("first",), **options)
    with pytest.raises(ValueError, match="is not numbers but"):
        pair_conditions(data, **options | {"columns": ("participant", "condition", "sequence")})
    with pytest.raises(ValueError, match="is infinite in a row"):
        pair_conditions(data.replace({"y": {31.0: np.inf}}), **options)
    with pytest.raises(ValueError, match="missing must be 'raise' or 'drop'; received 'skip'"):
        pair_conditions(data, missing="skip", **options)
    with pytest.raises(ValueError, match="'participant' is blank"):
        pair_conditions(data.replace({"participant": {"p0": None}}), **options)


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
    assert "n = 28 persons; illustrative data" in str(result)


def test_mean_difference_of_dropped_constant_and_too_few(change):
    short = change.drop(index=change.index[0])
    with pytest.raises(ValueError, match="1 of 38 persons lack a value"):
        compare_means(short)
    result = compare_means(short, missing="drop")
    assert (result.n_obs, result.n_dropped) == (37, 1)
    with pytest.raises(ValueError, match="at least 2 persons with both conditions; there are 1"):
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
