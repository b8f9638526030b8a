"""Leaving out one participant against refits, R and DFBETAS."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from witnesses import fit_set, fit_xy

from ldn_analysis.lines.leave_one_out import leave_one_out, measure_influence


@pytest.mark.parametrize("name", ["ldn", "anscombe1", "anscombe3"])
def test_leave_one_out_equals_refits(name):
    fit = fit_set(name)
    result = leave_one_out(fit)
    table = result.to_frame()
    for i in range(fit.n_obs):
        keep = np.arange(fit.n_obs) != i
        refit = fit_xy(fit.x[keep], fit.y[keep])
        row = table.iloc[i]
        assert_allclose(
            row[["slope", "intercept", "r_squared"]].astype(float),
            [refit.slope, refit.intercept, refit.r_squared],
            rtol=1e-10,
        )
        if name == "ldn":
            slope = refit.to_frame().iloc[1]
            names = ["std_error", "p_value", "conf_low", "conf_high"]
            assert_allclose(row[names].astype(float), slope[names].astype(float), rtol=1e-9)
    assert result.most_influential == np.abs(table["slope"] - fit.slope).argmax()


def test_leave_one_out_agrees_with_dfbetas(ldn):
    table = leave_one_out(ldn).to_frame()
    influence = measure_influence(ldn)
    sd_without = (
        influence["resid"] / influence["student_resid"] / np.sqrt(1 - influence["leverage"])
    )
    change = influence["dfbetas_slope"] * sd_without / np.sqrt(ldn.line.sxx)
    assert_allclose(-table["slope_change"], change, rtol=1e-9, atol=1e-14)
    who = table["left_out"][table["slope_change"].abs().idxmax()]
    assert f"Leaving out {who} changes it most" in str(leave_one_out(ldn))
