"""Agreement of an ordered answer with a measured change, against R and statsmodels.

Reference values: tests/reference/crossover.R (MASS::polr, cor.test).
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ldn_analysis.crossover.agreement import compare_improvement
from ldn_analysis.data.tables import load_dataset

TABLE = pd.read_csv(Path(__file__).parents[1] / "reference" / "crossover.csv")
REFERENCE = {
    key: group.set_index("quantity")["value"].to_dict()
    for key, group in TABLE.groupby(["case", "term"])
}


@pytest.fixture(scope="module")
def trial() -> pd.DataFrame:
    return load_dataset("esr_pain_change").query("trial == 'crossover'")


@pytest.fixture(scope="module")
def pain(trial) -> pd.DataFrame:
    return trial.query("condition == 'ldn'")


def test_agreement_equals_r(pain):
    result = compare_improvement(load_dataset("improvement"), pain, missing="drop")
    polr, spearman = REFERENCE["improvement", "polr"], REFERENCE["improvement", "spearman"]
    assert result.n_obs == polr["n_obs"]
    assert result.model.params[0] == pytest.approx(polr["slope"], rel=1e-5)
    assert result.model.bse[0] == pytest.approx(polr["std_error"], rel=1e-4)
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


def test_odds_ratio_does_not_depend_on_the_unit(pain):
    ten = compare_improvement(load_dataset("improvement"), pain, missing="drop").to_frame()
    one = compare_improvement(load_dataset("improvement"), pain, missing="drop", per=1).to_frame()
    assert one["estimate"][1] ** 10 == pytest.approx(ten["estimate"][1], rel=1e-4)


def test_agreement_says_what_it_does_not_show(pain):
    result = compare_improvement(load_dataset("improvement"), pain, missing="drop")
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
    assert result.model.params[0] == pytest.approx(logit.params[1], rel=1e-4)
    assert result.model.bse[0] == pytest.approx(logit.bse[1], rel=1e-3)


def test_perfect_rank_agreement_of_three():
    names = ["no change", "minimally improved", "much improved"]
    result = compare_improvement(*answers(names, [0, 20, 40]))
    assert result.spearman == pytest.approx(1.0, rel=1e-12)
    assert np.isnan(result.to_frame()["conf_low"][0])


def test_agreement_refuses_bad_input(pain, trial):
    improvement = load_dataset("improvement")
    with pytest.raises(ValueError, match=r"1 of 29 persons lack the answer .*first: 'C30'"):
        compare_improvement(improvement, pain)
    with pytest.raises(ValueError, match="'C01' has more than one row; keep one row a person"):
        compare_improvement(improvement, trial, missing="drop")
    with pytest.raises(ValueError, match="'better' is not a known category"):
        compare_improvement(*answers(["better"] * 3, [1, 2, 3]))
    with pytest.raises(ValueError, match="1 categories and 3 values"):
        compare_improvement(*answers(["no change"] * 3, [1, 2, 3]))
    with pytest.raises(ValueError, match="per must be above zero; received 0"):
        compare_improvement(improvement, pain, missing="drop", per=0)
    with pytest.raises(ValueError, match="there is no column 'answer'"):
        compare_improvement(improvement, pain, column="answer")
