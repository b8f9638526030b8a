"""Robust lines and rank correlations against R, statsmodels and scipy."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from witnesses import REFERENCE, fit_set, fit_xy, read_reference

from ldn_analysis.lines.robust import compare_lines

SETS = ["ldn", "placebo", "anscombe1", "anscombe2", "anscombe3", "anscombe4"]


@pytest.mark.parametrize("name", SETS)
def test_other_lines_equal_r(name):
    theirs = (
        pd.read_csv(REFERENCE / "line_checks_slopes.csv")
        .query("set == @name")
        .set_index("estimator")
    )
    ours = compare_lines(fit_set(name)).to_frame().set_index("estimator")
    for estimator, row in theirs.iterrows():
        # rlm divides the MAD by 0.6745, statsmodels by the exact quantile 0.67449.
        rtol = 1e-4 if estimator == "Huber" else 1e-9
        assert_allclose(ours.loc[estimator, "estimate"], row["estimate"], rtol=rtol)
        if np.isfinite(row["std_error"]):
            rtol = 1e-2 if estimator == "Huber" else 1e-9  # and another factor for small n
            assert_allclose(ours.loc[estimator, "std_error"], row["std_error"], rtol=rtol)


def test_other_lines_equal_statsmodels_and_scipy(ldn):
    import statsmodels.api as sm
    from scipy.optimize import linprog
    from scipy.stats import pearsonr, theilslopes

    table = compare_lines(ldn).to_frame(0.9).set_index("estimator")
    hc3 = ldn.model.get_robustcov_results("HC3", use_t=True)
    assert_allclose(table.loc["OLS with HC3", "std_error"], hc3.bse[1], rtol=1e-10)
    names = ["conf_low", "conf_high"]
    assert_allclose(
        table.loc["OLS with HC3", names].astype(float), hc3.conf_int(0.1)[1], rtol=1e-10
    )
    assert_allclose(table.loc["OLS with HC3", "p_value"], hc3.pvalues[1], rtol=1e-9)
    theil = theilslopes(ldn.y, ldn.x, alpha=0.9)
    assert tuple(table.loc["Theil-Sen", names]) == (theil.low_slope, theil.high_slope)
    design = sm.add_constant(ldn.x)
    huber = sm.RLM(ldn.y, design, M=sm.robust.norms.HuberT()).fit(tol=1e-12, maxiter=500)
    assert_allclose(table.loc["Huber", "estimate"], huber.params[1], rtol=1e-8)
    assert_allclose(table.loc["Huber", "std_error"], huber.bse[1], rtol=1e-7)
    # The exact minimum of the absolute residuals, as a linear programme.
    n = ldn.n_obs
    cost = np.r_[0, 0, np.ones(2 * n)]
    equal = np.hstack([design, np.eye(n), -np.eye(n)])
    exact = linprog(cost, A_eq=equal, b_eq=ldn.y, bounds=[(None, None)] * 2 + [(0, None)] * 2 * n)
    assert_allclose(table.loc["least absolute deviation", "estimate"], exact.x[1], rtol=1e-6)
    lad = sm.QuantReg(ldn.y, design).fit(q=0.5)
    assert_allclose(table.loc["least absolute deviation", "std_error"], lad.bse[1], rtol=1e-5)
    pearson = pearsonr(ldn.x, ldn.y).confidence_interval(0.9)
    assert_allclose(table.loc["Pearson", names].astype(float), pearson, rtol=1e-10)


def test_rank_intervals_by_hand(ldn):
    table = compare_lines(ldn).to_frame().set_index("estimator")
    rho, tau = table.loc["Spearman", "estimate"], table.loc["Kendall", "estimate"]
    z = 1.959963984540054
    for name, center, variance in (
        ("Spearman", rho, (1 + rho**2 / 2) / 35),
        ("Kendall", tau, 0.437 / 34),
    ):
        expected = np.tanh(np.arctanh(center) + np.array([-z, z]) * variance**0.5)
        limits = table.loc[name, ["conf_low", "conf_high"]].astype(float)
        assert_allclose(limits, expected, rtol=1e-12)
    assert (table["n_obs"] == 38).all()
    assert table["method"].notna().all()


# --- edges --------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "p_value"), [(3, 1 / 3), (4, 1 / 12), (5, 1 / 60)])
@pytest.mark.parametrize("sign", [1, -1])
def test_spearman_of_few_in_perfect_order(n, p_value, sign):
    comparison = compare_lines(fit_xy(np.arange(n), sign * np.arange(n) ** 2.0))
    row = comparison.to_frame().set_index("estimator").loc["Spearman"]
    assert row["estimate"] == sign
    assert row["p_value"] == pytest.approx(p_value, abs=1e-14)
    assert np.isnan(row[["conf_low", "conf_high"]].astype(float)).all()
    assert f"Spearman {sign:.2f} (95 % CI not defined)" in str(comparison)


@pytest.mark.parametrize("n", range(3, 10))
def test_spearman_p_is_the_exact_one_of_r(n):
    theirs = read_reference("robust_lines").query(f"case == 'rank{n}'").groupby("quantity")["value"]
    x, y, rho, p_value = (
        theirs.get_group(name).to_numpy() for name in ("x", "y", "rho", "p_value")
    )
    row = compare_lines(fit_xy(x, y)).to_frame().set_index("estimator").loc["Spearman"]
    assert_allclose(row["estimate"], rho[0], rtol=1e-12, atol=1e-15)
    assert_allclose(row["p_value"], p_value[0], rtol=1e-9)


def test_theil_sen_has_no_interval_below_five():
    x, y = np.array([1.0, 2, 4, 7, 9]), np.array([2.0, 1, 5, 6, 11])
    for n in (3, 4, 5):
        row = compare_lines(fit_xy(x[:n], y[:n])).to_frame().set_index("estimator").loc["Theil-Sen"]
        assert np.isfinite(row["estimate"])
        assert np.isfinite(row["conf_low"]) == (n >= 5)
        assert np.isnan(row[["std_error", "df", "p_value"]].astype(float)).all()


def test_errors_on_fishers_scale_have_a_column_of_their_own(ldn):
    table = compare_lines(ldn).to_frame().set_index("estimator")
    correlations = table[table["term"] == "correlation"]
    assert correlations["std_error"].isna().all()
    assert table.loc[table["term"] == "slope", "std_error_z"].isna().all()
    assert correlations.loc["Pearson", "std_error_z"] == 1 / np.sqrt(ldn.n_obs - 3)


def test_an_interval_by_name(ldn):
    comparison = compare_lines(ldn)
    row = comparison.to_frame(0.9).set_index("estimator").loc["Huber"]
    interval = comparison.confidence_interval("Huber", 0.9)
    assert (interval.low, interval.high) == (row["conf_low"], row["conf_high"])


def test_the_sentence_of_a_constant_outcome():
    text = str(compare_lines(fit_xy([1, 2, 3, 4, 5], [2, 2, 2, 2, 2])))
    assert "Pearson not defined" in text
    assert "nan" not in text
