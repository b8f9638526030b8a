"""Robust lines and rank correlations against R, statsmodels and scipy."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from witnesses import REFERENCE, fit_set

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
