"""Checks of a line against R and statsmodels, and what odd lines do to every check."""

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from witnesses import REFERENCE, fit_set, fit_xy

from ldn_analysis.lines.checks import check_line
from ldn_analysis.lines.leave_one_out import leave_one_out, measure_influence
from ldn_analysis.lines.robust import compare_lines

SETS = ["ldn", "placebo", "anscombe1", "anscombe2", "anscombe3", "anscombe4"]


@pytest.mark.parametrize("name", SETS)
def test_checks_equal_r(name):
    theirs = pd.read_csv(REFERENCE / "line_checks_tests.csv").query("set == @name")
    ours = check_line(fit_set(name)).to_frame().iloc[:3]
    assert ours["assumption"].tolist() == theirs["check"].tolist()
    # Anscombe 2 is a parabola: what is left of it is the rounding of the printed y.
    rtol = 1e-6 if name == "anscombe2" else 1e-9
    assert_allclose(ours["statistic"], theirs["statistic"], rtol=rtol, atol=1e-12)
    assert_allclose(ours["p_value"], theirs["p_value"], rtol=10 * rtol)


def test_reset_and_breusch_pagan_equal_statsmodels(ldn):
    from statsmodels.stats.diagnostic import het_breuschpagan, linear_reset

    table = check_line(ldn).to_frame()
    reset = linear_reset(ldn.model, power=3, test_type="fitted", use_f=True)
    lm, p_value, _, _ = het_breuschpagan(ldn.model.resid, ldn.model.model.exog)
    assert_allclose(table["statistic"][0], float(reset.fvalue), rtol=1e-9)
    assert_allclose(table["p_value"][0], float(reset.pvalue), rtol=1e-9)
    assert_allclose(table["statistic"][2], lm, rtol=1e-10)
    assert_allclose(table["p_value"][2], p_value, rtol=1e-10)
    assert table.loc[0, ["df", "df_resid"]].tolist() == [2, 34]


def test_points_are_named_by_participant_most_extreme_first(ldn):
    checks = check_line(ldn)
    table = checks.to_frame().set_index("check")
    size = measure_influence(ldn)["cooks_distance"].set_axis(ldn.data["participant"])
    beyond = size[size > 4 / 38].sort_values(ascending=False)
    assert len(beyond) >= 2
    assert table.loc["largest Cook's distance", "look_at"] == ", ".join(beyond.index)
    assert table.loc["largest Cook's distance", "statistic"] == beyond.iloc[0]
    assert beyond.index[0] in str(checks)
    assert "illustrative data" in str(checks)
    with pytest.raises(ValueError, match=r"no measure 'cook'; known: student_resid, leverage"):
        checks.find_points("cook")


def test_outlier_p_is_bonferroni():
    from scipy.stats import t

    row = check_line(fit_set("anscombe1")).to_frame().iloc[3]
    assert_allclose(row["p_value"], min(1, 11 * 2 * t.sf(row["statistic"], 8)), rtol=1e-10)
    far = check_line(fit_set("anscombe3")).to_frame().iloc[3]
    assert_allclose(far["p_value"], 11 * 2 * t.sf(far["statistic"], 8), rtol=1e-9)
    assert far["look_at"].split(", ")[0] == "2"  # no participants: the row


def test_anscombe_sets_two_and_three_fail_what_they_should():
    second, third = (check_line(fit_set(f"anscombe{k}")).to_frame() for k in (2, 3))
    assert second["p_value"][0] < 1e-10  # the parabola
    assert third["p_value"][1] < 0.01  # the outlier


def test_anscombe_four_rests_on_one_point():
    fit = fit_set("anscombe4")
    table = check_line(fit).to_frame()
    assert "needs 4 different values of 'x'; there are 2" in table["note"][0]
    assert table["note"][3] == "not defined for 7: the slope rests on that point alone"
    assert table["look_at"][4] == "7"
    result = leave_one_out(fit)
    assert result.most_influential == 7
    assert "Without 7 the predictor is the same for everybody" in str(result)
    compared = compare_lines(fit).to_frame().set_index("estimator")
    assert np.isnan(compared.loc["OLS with HC3", "conf_low"])
    assert np.isfinite(compared.loc["Huber", "conf_low"])


@pytest.mark.parametrize(("n", "impossible"), [(3, 6), (4, 1), (5, 0)])
def test_few_points_say_what_is_not_possible(n, impossible):
    fit = fit_xy([1, 2, 4, 5, 7][:n], [1, 3, 2, 6, 5][:n])
    table = check_line(fit).to_frame()
    notes = table["note"][table["note"] != ""]
    # n = 3: three tests, and all that has n - 3 df; leverage and Cook's distance remain.
    assert len(notes) == (5 if n == 3 else impossible)
    assert notes.str.startswith("not possible").all()
    assert table["statistic"].isna().sum() == len(notes)
    assert np.isfinite(table["statistic"][4])
    assert len(leave_one_out(fit).to_frame()) == n
    compare_lines(fit).to_frame()
    assert str(compare_lines(fit))


def test_a_perfect_line_says_that_there_is_no_scatter():
    fit = fit_xy([1, 2, 3, 4, 5, 6], [2, 4, 6, 8, 10, 12])
    table = check_line(fit).to_frame()
    assert (table["note"].str.contains("no scatter")).sum() == 6
    assert_allclose(table["statistic"][4], 11 / 21, rtol=1e-12)  # leverage 1/6 + 2.5**2/17.5
    assert (
        str(leave_one_out(fit))
        == "The slope is 2.00 whichever of the 6 participants is left out (n = 6)."
    )
    slopes = compare_lines(fit).to_frame().query("term == 'slope'")
    assert_allclose(slopes[["estimate", "conf_low", "conf_high"]], 2, rtol=1e-12)


def test_ties_and_a_constant_outcome_work():
    ties = fit_xy([1, 1, 2, 2, 3, 3], [1, 2, 2, 3, 3, 3])
    assert "needs 4 different values" in check_line(ties).to_frame()["note"][0]
    assert np.isfinite(check_line(ties).to_frame()["statistic"][1:]).all()
    assert len(check_line(ties).smooth) == 0
    constant = fit_xy([1, 2, 3, 4, 5], [3, 3, 3, 3, 3])
    assert (
        compare_lines(constant).to_frame().query("term == 'correlation'")["estimate"].isna().all()
    )
    assert check_line(constant).to_frame()["note"].str.contains("no scatter").sum() == 6


def test_more_than_half_of_the_points_on_a_line():
    # The MAD is 0 there, and Huber's weights with it.
    fit = fit_xy([1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6, 9])
    table = compare_lines(fit).to_frame().set_index("estimator")
    assert_allclose(table.loc["least absolute deviation", "estimate"], 1, atol=1e-5)
    assert_allclose(table.loc["Theil-Sen", "estimate"], 1, rtol=1e-12)


def test_constant_predictor_is_refused():
    with pytest.raises(ValueError, match=r"'x' is 2 in all 3 rows.*Choose a predictor that varies"):
        fit_xy([2, 2, 2], [1, 2, 3])


def test_many_points_are_not_put_to_shapiro_wilk():
    rng = np.random.default_rng(1)
    x = rng.normal(size=6000)
    fit = fit_xy(x, x + rng.normal(size=6000))
    table = check_line(fit).to_frame()
    assert "read the Q-Q plot" in table["note"][1]
    assert np.isfinite(table["statistic"][[0, 2]]).all()
    more = len(check_line(fit).find_points("student_resid")) - 10
    assert table["look_at"][3].endswith(f", and {more} more")
    assert np.abs(check_line(fit).smooth["resid"]).max() < 0.5


def test_qq_and_lowess_hold_what_a_picture_needs(ldn):
    from scipy.stats import beta, norm
    from statsmodels.nonparametric.smoothers_lowess import lowess

    checks = check_line(ldn)
    qq = checks.qq(0.9)
    assert_allclose(qq["theoretical"], norm.ppf((np.arange(1, 39) - 0.375) / 38.25), rtol=1e-10)
    assert_allclose(qq["conf_low"][4], norm.ppf(beta.ppf(0.05, 5, 34)), rtol=1e-8)
    assert (np.diff(qq["std_resid"]) >= 0).all()
    assert set(qq["label"]) == set(ldn.data["participant"])
    expected = lowess(checks.influence["resid"], checks.influence["fitted"], frac=2 / 3, it=3)
    assert_allclose(checks.smooth[["fitted", "resid"]], expected, rtol=1e-12)


def test_no_warning_anywhere(ldn):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for fit in [ldn, *map(fit_set, SETS), fit_xy([1, 1, 4], [1, 3, 2])]:
            for result in (check_line(fit), leave_one_out(fit), compare_lines(fit)):
                assert str(result)
                assert result._repr_html_()
