"""fit_line against R, statsmodels and a table computed by hand."""

import re
import sys

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import pearsonr
from scipy.stats import t as student_t
from statsmodels.stats.outliers_influence import OLSInfluence
from witnesses import read_lines, read_reference

from ldn_analysis import fit_line, fit_lines, load_dataset

R = read_lines()
LEVELS = (0.8, 0.95)

# Anscombe (1973), American Statistician 27:17-21.
ANSCOMBE_X = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
ANSCOMBE = {
    1: (ANSCOMBE_X, [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]),
    2: (ANSCOMBE_X, [9.14, 8.14, 8.74, 8.77, 9.26, 8.10, 6.13, 3.10, 9.13, 7.26, 4.74]),
    3: (ANSCOMBE_X, [7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73]),
    4: ([8] * 7 + [19] + [8] * 3, [6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 12.5, 5.56, 7.91, 6.89]),
}  # fmt: skip


def get_case(case):
    """The data of each case of tests/reference/lines.R."""
    if case.startswith("anscombe"):
        x, y = ANSCOMBE[int(case[-1])]
    elif case == "three":
        x, y = [1, 2, 4], [1, 3, 2]
    elif case == "ties":
        x, y = [10, 10, 10, 20, 20, 30], [1, 2, 3, 3, 5, 4]
    else:
        condition, _, shifted = case.partition("_")
        rows = read_reference("line_inputs")
        rows = rows[rows["set"] == condition]
        x, y = rows["x"] + (1e4 if shifted else 0), rows["y"]
    return pd.DataFrame({"x": np.asarray(x, float), "y": np.asarray(y, float)})


def fit_case(case):
    return fit_line(get_case(case), predictor="x", outcome="y")


def fit_xy(x, y, **options):
    return fit_line(pd.DataFrame({"x": x, "y": y}), predictor="x", outcome="y", **options)


@pytest.fixture(scope="module")
def panes():
    return fit_lines(load_dataset("esr_pain_change"))


# --- R ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", R)
def test_to_frame_equals_r_summary_and_confint(case):
    fit, expected = fit_case(case), R[case]
    for level in LEVELS:
        table = fit.to_frame(confidence_level=level)
        assert table["term"].tolist() == ["intercept", "slope"]
        assert table["df"].tolist() == [expected["df"][0]] * 2
        for name in ("estimate", "std_error", "statistic"):
            assert_allclose(table[name], expected[name], rtol=1e-10, err_msg=name)
        assert_allclose(table["p_value"], expected["p_value"], rtol=1e-9)
        for name in ("conf_low", "conf_high"):
            bound = expected[f"{name}_{level:g}"]
            assert_allclose(table[name], bound, rtol=1e-9, atol=1e-10, err_msg=name)


@pytest.mark.parametrize("case", R)
def test_glance_equals_r(case):
    fit, expected = fit_case(case), R[case]
    row = fit.glance().iloc[0]
    for name in ("df", "r", "r_squared", "residual_sd"):
        assert_allclose(row[name], expected[name][0], rtol=1e-10, err_msg=name)
    assert_allclose(row["adj_r_squared"], expected["adj_r_squared"][0], rtol=1e-9)
    assert_allclose(row["statistic"], expected["statistic"][1], rtol=1e-10)
    assert_allclose(row["p_value"], expected["r_p_value"][0], rtol=1e-9)
    assert (row["n_obs"], row["n_dropped"]) == (len(get_case(case)), 0)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("case", [case for case in R if case != "three"])
def test_the_fisher_interval_equals_r_cor_test(case, level):
    row = fit_case(case).glance(confidence_level=level).iloc[0]
    bounds = R[case][f"r_conf_{level:g}"]
    assert_allclose([row["r_conf_low"], row["r_conf_high"]], bounds, rtol=1e-10)


@pytest.mark.parametrize("case", R)
def test_augment_equals_r(case):
    table, expected = fit_case(case).augment(), R[case]
    assert_allclose(table["fitted"], expected["fitted"], rtol=1e-10)
    assert_allclose(table["resid"], expected["resid"], rtol=1e-9, atol=1e-11)
    assert_allclose(table["leverage"], expected["leverage"], rtol=1e-9)
    # assert_allclose takes nan for equal to nan: the lone point of Anscombe's fourth.
    assert_allclose(table["std_resid"], expected["std_resid"], rtol=1e-8, atol=1e-10)
    assert_allclose(table["cooks_distance"], expected["cooks_distance"], rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("case", R)
def test_predict_equals_r(case, level):
    expected = R[case]
    table = fit_case(case).predict(expected["new_x"], confidence_level=level)
    assert_array_equal(table["x"], expected["new_x"])
    for name in ("fitted", "std_error", "conf_low", "conf_high", "pred_low", "pred_high"):
        bound = expected[f"new_{name}_{level:g}"]
        assert_allclose(table[name], bound, rtol=1e-9, atol=1e-9, err_msg=name)


def test_anscombe_cannot_be_told_apart_by_its_numbers():
    fits = [fit_case(f"anscombe{i}") for i in (1, 2, 3, 4)]
    for fit in fits:
        assert_allclose([fit.slope, fit.intercept], [0.5, 3.0], atol=0.003)
        assert_allclose(fit.r_squared, 0.6665, atol=0.0004)
    cooks = [fit.augment()["cooks_distance"] for fit in fits]
    assert cooks[2].max() > 1 > cooks[0].max()  # one point bends the third line
    assert_allclose(fits[3].augment()["leverage"].max(), 1, rtol=1e-14)


# --- statsmodels and scipy ----------------------------------------------------------------


@pytest.mark.parametrize("condition", ["ldn", "placebo"])
def test_model_is_the_same_fit(panes, condition):
    fit = panes[condition]
    table = fit.to_frame(confidence_level=0.9)
    assert list(fit.model.params.index) == ["intercept", "slope"]
    assert_allclose(table["estimate"], fit.model.params, rtol=1e-11)
    assert_allclose(table["std_error"], fit.model.bse, rtol=1e-11)
    assert_allclose(table["p_value"], fit.model.pvalues, rtol=1e-9)
    bounds = fit.model.conf_int(alpha=0.1).to_numpy()
    assert_allclose(table[["conf_low", "conf_high"]], bounds, rtol=1e-10, atol=1e-10)
    assert_allclose(fit.r_squared, fit.model.rsquared, rtol=1e-11)
    assert_allclose(fit.adj_r_squared, fit.model.rsquared_adj, rtol=1e-10)
    assert_allclose(fit.residual_sd**2, fit.model.mse_resid, rtol=1e-11)
    assert (fit.df, fit.n_obs) == (fit.model.df_resid, fit.model.nobs)
    assert fit.model is fit.model  # computed once
    assert fit.model.model.endog_names == "pain_reduction_percent"
    assert_array_equal(fit.model.resid.index, fit.data.index)


@pytest.mark.parametrize("condition", ["ldn", "placebo"])
def test_augment_equals_statsmodels_influence(panes, condition):
    fit = panes[condition]
    table, influence = fit.augment(), OLSInfluence(fit.model)
    assert_allclose(table["fitted"], fit.model.fittedvalues, rtol=1e-12)
    assert_allclose(table["resid"], fit.model.resid, rtol=1e-11, atol=1e-12)
    assert_allclose(table["leverage"], influence.hat_matrix_diag, rtol=1e-11)
    assert_allclose(table["std_resid"], influence.resid_studentized_internal, rtol=1e-11)
    assert_allclose(table["cooks_distance"], influence.cooks_distance[0], rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("level", LEVELS)
def test_predict_equals_statsmodels(panes, level):
    fit, new = panes["ldn"], np.array([0.0, 20.0, 33.3, 60.0])
    expected = fit.model.get_prediction(np.column_stack([np.ones(4), new]))
    expected = expected.summary_frame(alpha=1 - level)
    table = fit.predict(new, confidence_level=level)
    names = {
        "fitted": "mean",
        "std_error": "mean_se",
        "conf_low": "mean_ci_lower",
        "conf_high": "mean_ci_upper",
        "pred_low": "obs_ci_lower",
        "pred_high": "obs_ci_upper",
    }
    for ours, theirs in names.items():
        assert_allclose(table[ours], expected[theirs], rtol=1e-10, atol=1e-10, err_msg=ours)


def test_predict_without_values_is_the_line_at_the_data(panes):
    fit = panes["ldn"]
    table = fit.predict()
    assert_array_equal(table["esr_mm_h"], fit.data["esr_mm_h"])
    assert_allclose(table["fitted"], fit.augment()["fitted"], rtol=1e-13)
    assert len(fit.predict(30)) == 1


def test_glance_equals_scipy_pearsonr(panes):
    for fit in panes.fits.values():
        peer = pearsonr(fit.x, fit.y)
        row = fit.glance(confidence_level=0.9).iloc[0]
        bounds = peer.confidence_interval(0.9)
        assert_allclose(row["r"], peer.statistic, rtol=1e-12)
        assert_allclose(row["p_value"], peer.pvalue, rtol=1e-9)
        assert_allclose([row["r_conf_low"], row["r_conf_high"]], bounds, rtol=1e-10)


# --- by hand ------------------------------------------------------------------------------


def test_four_rows_by_hand():
    # Means 2.5 and 4; Sxx 5, Sxy 7, Syy 10; slope 1.4, residuals 0.1 -0.3 0.3 -0.1, their SS 0.2.
    fit = fit_xy([1, 2, 3, 4], [2, 3, 5, 6])
    assert_allclose([fit.slope, fit.intercept], [1.4, 0.5], rtol=1e-14)
    assert_allclose(fit.r_squared, 0.98, rtol=1e-14)
    assert_allclose(fit.adj_r_squared, 0.97, rtol=1e-14)
    assert_allclose(fit.residual_sd, np.sqrt(0.1), rtol=1e-14)
    assert_allclose(fit.statistic, 1.4 / np.sqrt(0.02), rtol=1e-14)
    # Student's t on 2 df has a closed form.
    assert_allclose(fit.p_value, 1 - fit.statistic / np.sqrt(fit.statistic**2 + 2), rtol=1e-10)
    slope = fit.to_frame().iloc[1]
    t = 0.95 * np.sqrt(2 / (1 - 0.95**2))
    margin = t * np.sqrt(0.02)
    assert_allclose(
        [slope["conf_low"], slope["conf_high"]], [1.4 - margin, 1.4 + margin], rtol=1e-12
    )
    table = fit.augment()
    assert_allclose(table["fitted"], [1.9, 3.3, 4.7, 6.1], rtol=1e-14)
    assert_allclose(table["resid"], [0.1, -0.3, 0.3, -0.1], rtol=1e-12)
    assert_allclose(table["leverage"], [0.7, 0.3, 0.3, 0.7], rtol=1e-14)
    std = np.array([0.1, -0.3, 0.3, -0.1]) / np.sqrt(0.1 * np.array([0.3, 0.7, 0.7, 0.3]))
    assert_allclose(table["std_resid"], std, rtol=1e-12)
    cooks = std**2 * np.array([7 / 3, 3 / 7, 3 / 7, 7 / 3]) / 2
    assert_allclose(table["cooks_distance"], cooks, rtol=1e-12)
    at = fit.predict([2.5, 5.0])
    assert_allclose(at["fitted"], [4, 7.5], rtol=1e-14)
    assert_allclose(at["std_error"], np.sqrt([0.1 / 4, 0.1 * (1 / 4 + 6.25 / 5)]), rtol=1e-14)
    error = np.sqrt(0.1 * (1 + 1 / 4))
    assert_allclose(at.loc[0, ["pred_low", "pred_high"]].to_list(), [4 - t * error, 4 + t * error], rtol=1e-12)  # fmt: skip


def test_three_points_have_an_error_but_no_interval_of_r():
    fit = fit_xy([1, 2, 4], [1, 3, 2])
    assert fit.df == 1
    row = fit.glance().iloc[0]
    assert np.isnan([row["r_conf_low"], row["r_conf_high"]]).all()
    # On 1 df Student's t is Cauchy's.
    assert_allclose(fit.p_value, 1 - 2 / np.pi * np.arctan(abs(fit.statistic)), rtol=1e-12)


def test_a_perfect_line():
    fit = fit_xy([1, 2, 3, 4], [3.1, 5.1, 7.1, 9.1])
    assert_allclose([fit.slope, fit.intercept], [2, 1.1], rtol=1e-14)
    assert (fit.residual_sd, fit.statistic, fit.p_value, fit.r) == (0, np.inf, 0, 1)
    table = fit.to_frame()
    assert_array_equal(table["conf_low"], table["conf_high"])
    row = fit.glance().iloc[0]
    assert (row["r_conf_low"], row["r_conf_high"]) == (1, 1)
    assert "infinite" in str(fit)


@pytest.mark.parametrize("n", [3, 4, 7, 38])
@pytest.mark.parametrize("value", [0, 0.1, 7.3, 1e8 / 3])
def test_a_constant_outcome_has_no_correlation_and_no_p(value, n):
    # The mean of three times 0.1 is not 0.1: a difference from it is rounding alone.
    fit = fit_xy(np.sqrt(np.arange(n)), [value] * n)
    assert_allclose([fit.slope, fit.intercept], [0, value], rtol=1e-15)
    assert np.isnan([fit.r, fit.r_squared, fit.statistic, fit.p_value]).all()
    assert np.isnan(fit.glance()[["r_conf_low", "r_conf_high"]]).all(axis=None)
    assert "p not defined" in str(fit)


def test_intervals_cover_at_their_level():
    # 4,000 trials with ESR fixed and a true slope of 1.2: the share of 90 % intervals that hold it.
    rng, x = np.random.default_rng(5), load_dataset("esr_pain_change")["esr_mm_h"][:38].to_numpy()
    from ldn_analysis.core.line import solve_line, sum_line

    line = solve_line(sum_line(x - x.mean(), 1.2 * x + rng.normal(0, 20, (4000, 38))))
    t = student_t.ppf(0.95, 36)
    covered = np.abs(line.slope - 1.2) <= t * line.slope_std_error
    assert abs(covered.mean() - 0.9) < 4 * np.sqrt(0.9 * 0.1 / 4000)


# --- missing values and kinds of column ---------------------------------------------------


def test_missing_values_are_refused_and_the_first_row_is_named():
    data = pd.DataFrame({"x": [1, 2, np.nan, 4, 5], "y": [1, 2, 3, np.nan, 7]}, index=list("abcde"))
    message = (
        "fit_line: 2 of 5 rows have no 'x' or no 'y' (first: row c). Fill them in, or pass "
        "missing='drop' to leave them out."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        fit_line(data, predictor="x", outcome="y")


def test_dropped_rows_are_counted_and_said():
    data = pd.DataFrame(
        {"x": [1, 2, np.nan, 4, 5], "y": [1, 2, 3, np.nan, 7.5]}, index=list("abcde")
    )
    fit = fit_line(data, predictor="x", outcome="y", missing="drop")
    assert (fit.n_obs, fit.n_dropped) == (3, 2)
    assert fit.glance()[["n_obs", "n_dropped"]].to_numpy().tolist() == [[3, 2]]
    assert list(fit.augment().index) == ["a", "b", "e"]
    assert_allclose(fit.slope, fit_xy([1, 2, 5], [1, 2, 7.5]).slope, rtol=1e-15)
    assert "n = 3, 2 dropped" in str(fit)


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "int8", "float32", "uint16"])
def test_every_kind_of_number_column_gives_the_same_line(dtype):
    x, y = [1, 2, 3, 4], [2, 3, 5, 6]
    data = pd.DataFrame({"x": pd.array(x, dtype=dtype), "y": y})
    assert_allclose(fit_line(data, predictor="x", outcome="y").slope, 1.4, rtol=1e-14)


def test_a_blank_in_a_nullable_column_is_missing():
    x = pd.array([1, 2, None, 3, 4], dtype="Int64")
    with pytest.raises(ValueError, match="1 of 5 rows"):
        fit_xy(x, [2, 3, 9, 5, 6])
    fit = fit_xy(x, [2, 3, 9, 5, 6], missing="drop")
    assert_allclose(fit.slope, 1.4, rtol=1e-14)
    assert_allclose(fit.model.params["slope"], 1.4, rtol=1e-12)


@pytest.mark.parametrize(
    ("column", "dtype", "example"),
    [
        ([1, 2, "12 mm", 4], "object", " (e.g. '12 mm')"),
        ([1, 2, 3, 4], "object", ""),
        ([True, False, True, True], "bool", " (e.g. True)"),
        (["1", "2", "3", "4"], "category", " (e.g. '1')"),
    ],
)
@pytest.mark.parametrize("role", ["predictor", "outcome"])
def test_a_column_that_is_not_numbers_is_refused_with_an_example(column, dtype, example, role):
    data = pd.DataFrame({"bad": pd.Series(column, dtype=dtype), "good": [1.0, 2.0, 4.0, 3.0]})
    names = {"predictor": "good", "outcome": "good"} | {role: "bad"}
    message = (
        f"fit_line: the {role} 'bad' is not numeric (dtype {dtype}){example}. Correct the values, or "
        "convert the column with pandas.to_numeric."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        fit_line(data, **names)


# --- refusals -----------------------------------------------------------------------------

GOOD = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "y": [2.0, 3.0, 5.0, 6.0]}, index=list("abcd"))


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (GOOD, {"predictor": "esr"}, "fit_line: no column 'esr'; columns: x, y"),
        (GOOD, {"outcome": "pain"}, "fit_line: no column 'pain'; columns: x, y"),
        (GOOD, {"missing": "ignore"}, "fit_line: missing must be 'raise' or 'drop'; received 'ignore'"),
        (
            GOOD.assign(x=[1, 2, np.inf, 4]),
            {},
            "fit_line: the predictor 'x' is infinite in row c; correct or remove it",
        ),
        (
            GOOD.assign(y=[1, -np.inf, 3, 4]),
            {"missing": "drop"},
            "fit_line: the outcome 'y' is infinite in row b; correct or remove it",
        ),
        (GOOD[:2], {}, "fit_line: a line with its error needs at least 3 rows; 2 remain"),
        (GOOD[:0], {}, "fit_line: a line with its error needs at least 3 rows; 0 remain"),
        (
            GOOD.assign(x=23.0),
            {},
            "fit_line: 'x' is 23 in all 4 rows, so no slope exists. Choose a predictor that varies.",
        ),
        (
            pd.concat([GOOD, GOOD[["x"]]], axis=1),
            {},
            "fit_line: 2 columns are called 'x'; rename all but one",
        ),
    ],
)  # fmt: skip
def test_messages_of_fit_line(data, options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        fit_line(data, **({"predictor": "x", "outcome": "y"} | options))


def test_rows_left_after_dropping_are_what_counts():
    data = pd.DataFrame({"x": [1, 2, np.nan], "y": [1.0, 2.0, 3.0]})
    with pytest.raises(ValueError, match="needs at least 3 rows; 2 remain"):
        fit_line(data, predictor="x", outcome="y", missing="drop")


def test_the_list_of_columns_in_a_message_is_short():
    data = pd.DataFrame(np.ones((3, 40)), columns=[f"c{i}" for i in range(40)])
    with pytest.raises(ValueError, match=r"columns: c0, .*, c11, \.\.\.$"):
        fit_line(data, predictor="x", outcome="c1")


def test_something_that_is_no_table_is_refused():
    message = "fit_line: data must be a DataFrame; received dict"
    with pytest.raises(TypeError, match=f"^{message}$"):
        fit_line({"x": [1], "y": [2]}, predictor="x", outcome="y")
    with pytest.raises(TypeError, match=r"^fit_lines: data must be a DataFrame; received list$"):
        fit_lines([1, 2])


def test_options_are_keywords_only():
    with pytest.raises(TypeError, match="positional"):
        fit_line(GOOD, "x", "y")


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, float("nan")])
@pytest.mark.parametrize("method", ["to_frame", "glance", "predict", "describe"])
def test_a_level_outside_zero_to_one_is_refused(method, level):
    fit = fit_line(GOOD, predictor="x", outcome="y")
    message = f"confidence_level must lie between 0 and 1, e.g. 0.95; received {level!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        getattr(fit, method)(confidence_level=level)


# --- names are data -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "__import__('os').system('x')",
        'Q("a")',
        "a b  c",
        " x",
        "x + y",
        "1",
        7,
        ("a", "b"),
        "<script>alert(1)</script>",
        "ESR $\\alpha$ %s {0}",
        "index",
    ],
)
def test_a_column_may_have_any_name(name, monkeypatch):
    def refuse(*_):
        raise AssertionError("a column name was evaluated")

    monkeypatch.setattr("os.system", refuse)
    columns = pd.Index([name, "outcome"], tupleize_cols=False)
    data = pd.DataFrame(GOOD.to_numpy(), columns=columns)
    fit = fit_line(data, predictor=name, outcome="outcome")
    assert_allclose(fit.slope, 1.4, rtol=1e-14)
    assert_allclose(fit.model.params["slope"], 1.4, rtol=1e-12)
    assert fit.predict([2.5]).columns[0] == name
    assert_allclose(fit.augment()["fitted"], [1.9, 3.3, 4.7, 6.1], rtol=1e-13)
    assert str(name) in str(fit)
    swapped = fit_line(data, predictor="outcome", outcome=name)
    assert_allclose(swapped.slope * fit.slope, fit.r_squared, rtol=1e-13)
    assert swapped.model.model.endog_names == str(name)


def test_html_escapes_a_column_name():
    data = GOOD.rename(columns={"x": "<script>alert(1)</script>"})
    fit = fit_line(data, predictor="<script>alert(1)</script>", outcome="y")
    html = fit._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    data["by & by"] = "<b>"
    html = fit_lines(
        data, predictor="<script>alert(1)</script>", outcome="y", by="by & by"
    )._repr_html_()
    assert not re.search("<script>|<b>", html)
    assert "&lt;b&gt;" in html
    assert "by &amp; by" in html


# --- how a result shows itself ------------------------------------------------------------


def fit_named(y):
    """A line whose columns the codebook knows."""
    data = pd.DataFrame({"esr_mm_h": [10.0, 20, 30, 40, 50], "pain_reduction_percent": y})
    return fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")


def test_the_sentence_has_unit_interval_n_and_status(panes):
    assert str(fit_named([1.0, 12, 8, 21, 19])) == (
        "Pain reduction rises by 0.450 percentage points per mm/h of baseline ESR (95 % CI -0.0159 "
        "to 0.916; t(3) = 3.07, p = 0.0544; r = 0.87, R² = 0.76; n = 5)."
    )
    assert str(panes["ldn"]).endswith("; n = 38; illustrative data).")
    assert repr(panes["ldn"]) == str(panes["ldn"])
    assert str(panes) == f"ldn: {panes['ldn']} placebo: {panes['placebo']}"


def test_a_falling_line_falls_and_keeps_the_sign_of_its_slope():
    assert str(fit_named([19.0, 21, 8, 12, 1])) == (
        "Pain reduction falls by 0.450 percentage points per mm/h of baseline ESR (slope -0.450, "
        "95 % CI -0.916 to 0.0159; t(3) = -3.07, p = 0.0544; r = -0.87, R² = 0.76; n = 5)."
    )


def test_a_slope_of_zero_neither_rises_nor_falls():
    level = str(fit_named([1.0, 2, 0, 2, 1]))
    assert level.startswith(
        "Pain reduction neither rises nor falls with baseline ESR (slope 0.00, "
    )
    assert "r = 0.00, R² = 0.00" in level
    constant = str(fit_named([2.0] * 5))
    assert "r not defined" in constant
    assert "nan" not in constant


def test_columns_that_the_codebook_does_not_know_change():
    text = str(fit_xy([1.0, 2, 3, 4], [9.0, 6, 5, 2]))
    assert text.startswith("Y changes by -2.20 per unit of x (95 % CI -3.42 to -0.983; ")


def test_r_that_rounds_to_zero_has_no_sign():
    text = str(fit_xy([1.0, 2, 3, 4, 5], [3.0, 1.0, 2.0, 1.0, 2.999]))
    assert "r = 0.00, R² = 0.00" in text


def test_people_who_occur_more_than_once_are_said():
    both = load_dataset("esr_pain_change")
    fit = fit_line(both, predictor="esr_mm_h", outcome="pain_reduction_percent")
    text = (
        "38 of 76 rows repeat a participant; the standard error, interval and p treat them as "
        "independent"
    )
    assert fit.notes == (text,)
    assert str(fit).endswith(f"illustrative data). {text}.")
    for people in (both["participant"][:3], [1, 2, 2], [None, None, "a"], [[1], [1], [2]]):
        table = pd.DataFrame({"participant": list(people), "x": [1, 2, 4], "y": [3, 5, 4]})
        again = len(people) - len({str(name) for name in people if name is not None})
        expected = 0 if None in list(people) else again
        notes = fit_line(table, predictor="x", outcome="y").notes
        assert [note[:4] for note in notes] == ([f"{expected} of"] if expected else [])
    named = fit_line(both.rename(columns={"participant": "person"}), predictor="esr_mm_h",
                     outcome="pain_reduction_percent")  # fmt: skip
    assert named.notes == ()


def test_fits_of_one_condition_have_no_notes(panes):
    assert [fit.notes for fit in panes.fits.values()] == [(), ()]


def test_the_sentence_follows_the_level(panes):
    assert "80 % CI" in panes["ldn"].describe(confidence_level=0.8)


def test_the_status_is_carried():
    data = GOOD.copy()
    assert fit_line(data, predictor="x", outcome="y").status == ""
    assert "data)" not in str(fit_line(data, predictor="x", outcome="y"))
    data["status"] = "illustrative"
    assert "; illustrative data)." in str(fit_line(data, predictor="x", outcome="y"))
    illustrative = fit_lines(load_dataset("esr_pain_change"))
    assert {fit.status for fit in illustrative.fits.values()} == {"illustrative"}


def test_html_has_the_sentence_and_the_rounded_table(panes):
    html = panes["ldn"]._repr_html_()
    assert html.startswith(f"<p>{panes['ldn']}</p>")
    assert '<th scope="col" class="n">conf_<wbr>low</th>' in html
    assert not re.search(r"[1-9]\d*\.\d{4}", html)
    assert not re.search(r"0x[0-9a-f]{6}", html)


def test_a_result_cannot_be_changed():
    fit = fit_line(GOOD, predictor="x", outcome="y")
    with pytest.raises(AttributeError, match="cannot assign"):
        fit.n_dropped = 3


def test_the_data_given_are_not_changed():
    data = GOOD.copy()
    fit = fit_line(data, predictor="x", outcome="y")
    fit.augment()
    pd.testing.assert_frame_equal(data, GOOD)


def test_augment_keeps_the_users_columns():
    data = GOOD.assign(who=["p", "q", "r", "s"])
    table = fit_line(data, predictor="x", outcome="y").augment()
    added = ["fitted", "resid", "leverage", "std_resid", "cooks_distance"]
    assert list(table) == ["x", "y", "who", *added]
    pd.testing.assert_frame_equal(table[["x", "y", "who"]], data)


def test_fitting_does_not_load_statsmodels_or_scipy_stats():
    import subprocess

    code = (
        "import sys; from ldn_analysis import fit_lines, load_dataset\n"
        "fits = fit_lines(load_dataset('esr_pain_change'))\n"
        "fits.to_frame(), fits.glance(), fits.augment(), str(fits), fits['ldn'].predict()\n"
        "heavy = {'statsmodels', 'scipy.stats', 'matplotlib'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# --- edges --------------------------------------------------------------------------------


@pytest.mark.parametrize(("scale_x", "scale_y"), [(1e80, 1e80), (1e-80, 1e-80), (1e140, 1e-140)])
def test_r_does_not_depend_on_huge_or_tiny_units(scale_x, scale_y):
    x, y = np.array([1.0, 2, 3, 4, 7]), np.array([2.0, 1, 4, 3, 9])
    one, scaled = fit_xy(x, y), fit_xy(x * scale_x, y * scale_y)
    assert_allclose(scaled.r, one.r, rtol=1e-12)
    assert_allclose(scaled.statistic, one.statistic, rtol=1e-12)


@pytest.mark.parametrize("scale", [1e160, 1e-170, 1e308])
@pytest.mark.parametrize("name", ["x", "y"])
def test_units_beyond_what_squares_hold_are_refused(scale, name):
    points = {"x": np.array([0.1, 0.2, 0.3, 0.7]), "y": np.array([0.2, 0.1, 0.4, 0.3])}
    points[name] = points[name] * scale
    with pytest.raises(ValueError, match=rf"^fit_line: '{name}' varies by .*choose another unit$"):
        fit_xy(**points)


def test_complex_columns_are_refused():
    with pytest.raises(ValueError, match="the outcome 'y' holds complex numbers"):
        fit_xy([1.0, 2, 3], np.array([1 + 1j, 2, 3]))


@pytest.mark.parametrize("name", ["fitted", "conf_low"])
def test_predict_keeps_a_predictor_named_like_one_of_its_columns(name):
    data = GOOD.rename(columns={"x": name})
    table = fit_line(data, predictor=name, outcome="y").predict([1.0, 3.0])
    assert table["predictor"].tolist() == [1.0, 3.0]
    assert table.shape == (2, 7)


def test_confidence_interval_has_low_and_high(panes):
    fit = panes["ldn"]
    row = fit.to_frame(0.8).set_index("term").loc["slope"]
    interval = fit.confidence_interval("slope", 0.8)
    assert (interval.low, interval.high) == (row["conf_low"], row["conf_high"])
    with pytest.raises(ValueError, match="'slop' names 0 rows"):
        fit.confidence_interval("slop")


def test_a_table_where_a_fit_is_wanted_is_refused():
    import ldn_analysis

    table = pd.DataFrame({"x": [1.0, 2, 3, 5], "y": [1.0, 3, 2, 4]})
    from ldn_analysis.lines.leave_one_out import measure_influence

    one_argument = [
        getattr(ldn_analysis, name) for name in ("check_line", "leave_one_out", "compare_lines")
    ]
    for function in (*one_argument, measure_influence):
        message = f"{function.__name__}: fit must be what fit_line returns; received D"
        with pytest.raises(TypeError, match=message):
            function(table)
    for name in ("bootstrap_line", "permute_line", "correct_optimism"):
        with pytest.raises(
            TypeError, match=f"{name}: fit must be what fit_line returns; received D"
        ):
            getattr(ldn_analysis, name)(table, rng=1)
    with pytest.raises(
        TypeError, match="the predictor is given by its column name; received Series"
    ):
        fit_line(table, predictor=table["x"], outcome="y")
