"""Agreement of an ordered answer with a measured change, against R and statsmodels.

Reference values: tests/reference/crossover.R (MASS::polr, cor.test).
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ldn_analysis.crossover.agreement import compare_improvement

TABLE = pd.read_csv(Path(__file__).parents[1] / "reference" / "crossover.csv")
REFERENCE = {
    key: group.set_index("quantity")["value"].to_dict()
    for key, group in TABLE.groupby(["case", "term"])
}


def test_agreement_equals_r(pain, improvement):
    result = compare_improvement(improvement, pain, missing="drop")
    polr, spearman = REFERENCE["improvement", "polr"], REFERENCE["improvement", "spearman"]
    assert result.n_obs == polr["n_obs"]
    units = 10 / result.data["pain_reduction_percent"].std(ddof=0)
    assert result.model.params[0] * units == pytest.approx(polr["slope"], rel=1e-5)
    assert result.model.bse[0] * units == pytest.approx(polr["std_error"], rel=1e-4)
    assert result.model.llf == pytest.approx(polr["log_likelihood"], abs=1e-8)
    table = result.to_frame().set_index("term")
    assert table.loc["odds ratio per 10", "estimate"] == pytest.approx(
        np.exp(polr["slope"]), rel=1e-5
    )
    row = table.loc["rank correlation"]
    assert row["estimate"] == pytest.approx(spearman["estimate"], rel=1e-12)
    assert row["p_value"] == pytest.approx(spearman["p_value"], rel=1e-8)
    error = np.sqrt((1 + row["estimate"] ** 2 / 2) / (result.n_obs - 3))
    margin = 1.959963984540054 * error
    expected = np.tanh(np.arctanh(row["estimate"]) + np.array([-margin, margin]))
    np.testing.assert_allclose([row["conf_low"], row["conf_high"]], expected, rtol=1e-12)


def test_odds_ratio_does_not_depend_on_the_unit(pain, improvement):
    ten = compare_improvement(improvement, pain, missing="drop").to_frame()
    one = compare_improvement(improvement, pain, missing="drop", per=1).to_frame()
    assert one["estimate"][1] ** 10 == pytest.approx(ten["estimate"][1], rel=1e-4)


def test_agreement_says_what_it_does_not_show(pain, improvement):
    result = compare_improvement(improvement, pain, missing="drop")
    assert "without a control group" in str(result)
    assert "1 dropped" in str(result)
    assert result.counts.tolist() == [5, 9, 7, 5, 1, 1, 0]
    assert np.isnan(result.medians["very much worse"])


def answers(names, changes):
    people = list(range(len(names)))
    return (
        pd.DataFrame({"participant": people, "improvement": names}),
        pd.DataFrame({"participant": people, "pain_reduction_percent": np.asarray(changes, float)}),
    )


def test_separated_categories_have_no_odds_ratio():
    result = compare_improvement(
        *answers(["much improved"] * 3 + ["no change"] * 3, [50, 40, 30, 20, 10, 0])
    )
    assert result.model is None
    assert result.to_frame()["estimate"].isna().tolist() == [False, True]
    assert "separates the categories perfectly" in str(result)
    backwards = compare_improvement(
        *answers(["no change"] * 3 + ["much improved"] * 3, [50, 40, 30, 20, 10, 0])
    )
    assert backwards.model is None
    assert backwards.spearman < 0


def test_two_categories_are_logistic_regression():
    from statsmodels.discrete.discrete_model import Logit

    names = ["much improved", "no change"] * 4
    changes = [40, 35, 30, 10, 25, 20, 15, 28]
    result = compare_improvement(*answers(names, changes), per=1)
    design = np.column_stack([np.ones(8), changes])
    logit = Logit(np.array([1, 0] * 4), design).fit(disp=False)
    sd = np.std(changes)
    assert result.model.params[0] / sd == pytest.approx(logit.params[1], rel=1e-4)
    assert result.model.bse[0] / sd == pytest.approx(logit.bse[1], rel=1e-3)


def test_perfect_rank_agreement_of_three():
    names = ["no change", "minimally improved", "much improved"]
    result = compare_improvement(*answers(names, [0, 20, 40]))
    assert result.spearman == 1
    assert np.isnan(result.to_frame()["conf_low"][0])
    # One order of six and its reverse are as extreme.
    assert result.spearman_p == pytest.approx(1 / 3, rel=1e-12)
    assert "1.00 (95 % CI not defined, p = 0.333)" in str(result)
    assert "Whether the two measures of change agree is not clear" in str(result)


def test_agreement_refuses_bad_input(pain, trial, improvement):
    with pytest.raises(ValueError, match=r"1 of 29 participants lack the answer .*first: 'C30'"):
        compare_improvement(improvement, pain)
    with pytest.raises(
        ValueError, match="'C01' has more than one row; keep one row per participant"
    ):
        compare_improvement(improvement, trial, missing="drop")
    with pytest.raises(ValueError, match="'better' is not a known category"):
        compare_improvement(*answers(["better"] * 3, [1, 2, 3]))
    with pytest.raises(ValueError, match="1 categories and 3 values"):
        compare_improvement(*answers(["no change"] * 3, [1, 2, 3]))
    with pytest.raises(ValueError, match="per must be above zero; received 0"):
        compare_improvement(improvement, pain, missing="drop", per=0)
    with pytest.raises(ValueError, match="no column 'answer'"):
        compare_improvement(improvement, pain, column="answer")


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ([60, 55, 40, 42, 25, 22, 5, 0, 9, -4], "The two measures of change agree;"),
        ([0, 5, 9, 14, 22, 25, 40, 42, 55, 60], "The two measures of change go in opposite directions;"),
        ([5, 60, 0, 42, 22, 9, 55, 25, -4, 40], "Whether the two measures of change agree is not clear;"),
        ([10, 9, 8, 1, 2, 11, 3, 4, 0, 5], "Whether the two measures of change agree is not clear;"),
    ],
)  # fmt: skip
def test_the_verdict_follows_from_the_interval(changes, verdict):
    names = np.repeat(
        ["very much improved", "much improved", "no change", "much worse"], [2, 3, 3, 2]
    )
    result = compare_improvement(*answers(names, changes))
    low, high = result.confidence_interval("Spearman")
    assert verdict in str(result)
    assert (low > 0, high < 0) == (
        verdict.endswith("agree;") and "not" not in verdict,
        "opposite" in verdict,
    )


@pytest.mark.parametrize(
    ("n", "verdict"), [(4, "not clear"), (5, "change agree"), (12, "change agree")]
)
def test_perfect_order_is_judged_by_its_exact_p(n, verdict):
    categories = [f"c{i}" for i in range(n)]
    table, changes = answers(pd.Categorical(categories, categories), np.arange(n)[::-1])
    result = compare_improvement(table, changes)
    assert result.spearman == 1
    assert verdict in str(result)
    backwards = compare_improvement(table, changes.assign(pain_reduction_percent=np.arange(n)))
    assert ("opposite directions" in str(backwards)) == (verdict == "change agree")


def test_a_change_of_any_size_converges(pain, improvement):
    small = compare_improvement(improvement, pain, missing="drop").to_frame()
    factor = 16_000 / pain["pain_reduction_percent"].std()
    large = pain.assign(pain_reduction_percent=pain["pain_reduction_percent"] * factor)
    result = compare_improvement(improvement, large, missing="drop", per=1)
    assert result.model is not None
    assert np.log(result.to_frame()["estimate"][1]) * factor * 10 == pytest.approx(
        np.log(small["estimate"][1]), rel=1e-6
    )


def test_the_change_must_be_finite_numbers_and_its_column_may_be_called_score():
    table, changes = answers(
        ["much improved", "no change", "no change", "much worse"], [9, 4, 5, 1]
    )
    for bad, message in (
        (["a", "b", "c", "d"], "is not numeric"), ([1j, 2, 3, 4], "holds complex numbers"),
        ([1, 2, np.inf, 4], "is infinite in row"),
    ):  # fmt: skip
        with pytest.raises(
            ValueError, match=f"compare_improvement: 'pain_reduction_percent' {message}"
        ):
            compare_improvement(table, changes.assign(pain_reduction_percent=bad))
    with pytest.raises(ValueError, match="'participant' is blank in a row"):
        compare_improvement(table.assign(participant=[0, 1, 2, None]), changes)
    blank = changes.astype({"pain_reduction_percent": "Int64"})
    blank.loc[0, "pain_reduction_percent"] = pd.NA
    result = compare_improvement(table, blank, missing="drop")
    assert (result.n_obs, result.n_dropped) == (3, 1)
    named = changes.rename(columns={"pain_reduction_percent": "score"})
    assert compare_improvement(table, named, outcome="score").data["score"].tolist() == [9, 4, 5, 1]
