"""Influence against R and statsmodels."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from witnesses import R_INFLUENCE, fit_set

from ldn_analysis.lines.influence import compute_influence
from ldn_analysis.lines.leave_one_out import measure_influence

SETS = ["ldn", "placebo", "anscombe1", "anscombe2", "anscombe3", "anscombe4"]


@pytest.mark.parametrize("name", SETS)
def test_influence_equals_r(name):
    ours = measure_influence(fit_set(name))
    theirs = R_INFLUENCE[R_INFLUENCE["set"] == name].reset_index(drop=True)
    # Anscombe 3: all but one point lie on a line, so s without it is the rounding of a difference.
    rtol = 1e-6 if name == "anscombe3" else 1e-9
    defined = theirs["leverage"] < 1 - 1e-9
    assert defined.sum() == (10 if name == "anscombe4" else len(theirs))
    for column in theirs.columns[3:]:
        rows = slice(None) if column == "leverage" else defined
        assert_allclose(
            ours[column][rows], theirs[column][rows], rtol=rtol, atol=1e-12, err_msg=column
        )


def test_influence_equals_statsmodels_to_1e_12(ldn):
    theirs = ldn.model.get_influence()
    ours = measure_influence(ldn)
    table = theirs.summary_frame()
    pairs = {
        "leverage": theirs.hat_matrix_diag,
        "std_resid": theirs.resid_studentized_internal,
        "student_resid": theirs.resid_studentized_external,
        "cooks_distance": theirs.cooks_distance[0],
        "dfbetas_intercept": table["dfb_intercept"],
        "dfbetas_slope": table["dfb_slope"],
        "dffits": theirs.dffits[0],
        "cov_ratio": theirs.cov_ratio,
        "fitted": ldn.model.fittedvalues,
        "resid": ldn.model.resid,
    }
    assert set(pairs) == set(ours.columns)
    for column, expected in pairs.items():
        scale = np.abs(np.asarray(expected)).max()
        assert_allclose(ours[column], expected, rtol=1e-12, atol=1e-12 * scale, err_msg=column)


def test_influence_of_many_data_sets_equals_one_at_a_time():
    rng = np.random.default_rng(3)
    x, y = rng.normal(50, 9, (5, 4, 12)), rng.normal(0, 3, (5, 4, 12))
    many = compute_influence(x, y)
    for i in np.ndindex(5, 4):
        one = compute_influence(x[i], y[i])
        for ours, theirs in zip(many, one, strict=True):
            assert_allclose(ours[i], theirs, rtol=1e-13, atol=1e-14)
    shared = compute_influence(x[0, 0], y)
    assert_allclose(shared.dffits[2, 1], compute_influence(x[0, 0], y[2, 1]).dffits, rtol=1e-13)


def test_influence_of_a_constant_predictor_in_a_batch_is_nan_without_warnings():
    x = np.array([[1.0, 2, 3, 4], [0.1, 0.1, 0.1, 0.1]])
    influence = compute_influence(x, [1.0, 2, 2, 5])
    assert np.isfinite(influence.leverage[0]).all()
    assert np.isnan(influence.leverage[1]).all()


def test_influence_survives_a_far_origin(ldn):
    near = compute_influence(ldn.x, ldn.y)
    far = compute_influence(ldn.x + 1e6, ldn.y)
    assert_allclose(far.dfbetas_slope, near.dfbetas_slope, rtol=1e-8, atol=1e-10)
