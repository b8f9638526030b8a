"""Huber's line against statsmodels' RLM, one regression at a time."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from statsmodels.robust.norms import HuberT
from statsmodels.robust.robust_linear_model import RLM
from witnesses import fit_set, fit_xy

from ldn_analysis.lines.huber import solve_huber
from ldn_analysis.lines.robust import compare_lines


@pytest.mark.parametrize("name", ["ldn", "placebo", "anscombe1", "anscombe2", "anscombe3"])
def test_slope_and_error_are_those_of_rlm(name):
    fit = fit_set(name)
    design = np.column_stack([np.ones(fit.n_obs), fit.x - fit.x.mean()])
    theirs = RLM(fit.y, design, M=HuberT()).fit(maxiter=2000, tol=1e-13)
    ours = compare_lines(fit).to_frame().set_index("estimator").loc["Huber"]
    assert_allclose(ours["estimate"], theirs.params[1], rtol=1e-8)
    assert_allclose(ours["std_error"], theirs.bse[1], rtol=1e-7)


def test_many_regressions_are_each_alone():
    rng = np.random.default_rng(2)
    design = np.stack([rng.standard_normal((5, 20)), np.ones((5, 20))], axis=-1)
    y = rng.standard_t(2, (5, 20))
    slopes, errors = solve_huber(design, y)
    for k in range(5):
        alone = solve_huber(design[k : k + 1], y[k : k + 1])
        assert_allclose([slopes[k], errors[k]], [alone[0][0], alone[1][0]], rtol=1e-12)


def test_most_points_on_the_line_leave_no_error():
    table = compare_lines(fit_xy(np.arange(7), [0, 1, 2, 3, 4, 5, 20])).to_frame()
    row = table.set_index("estimator").loc["Huber"]
    assert row["estimate"] == pytest.approx(1)
    assert np.isnan(row[["std_error", "p_value", "conf_low"]].astype(float)).all()
