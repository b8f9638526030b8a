"""The kernel against NIST, R, scipy, statsmodels, exact fractions and slow loops."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import linregress
from statsmodels.regression.linear_model import OLS
from witnesses import (
    LONGLEY_CERTIFIED,
    LONGLEY_R_SQUARED,
    LONGLEY_RESIDUAL_SD,
    NORRIS,
    NORRIS_CERTIFIED,
    PONTIUS_CERTIFIED,
    PONTIUS_DEFLECTION,
    PONTIUS_LOAD,
    read_lines,
    read_reference,
)

from ldn_analysis import fit_line
from ldn_analysis.core.line import LineSums, solve_line, sum_line

R = read_lines()


def get_pane(condition, shift=0.0):
    rows = read_reference("line_inputs")
    rows = rows[rows["set"] == condition]
    return rows["x"].to_numpy(float) + shift, rows["y"].to_numpy()


def solve_centred(x, y):
    """The kernel as its callers use it: from data about their means, without residuals."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    origin = x.mean(-1), y.mean(-1)
    return solve_line(sum_line(x - origin[0][..., None], y - origin[1][..., None]), origin=origin)


def refit(x, y):
    """The kernel from the points themselves, as fit_line calls it."""
    return fit_line(pd.DataFrame({"x": x, "y": y}), predictor="x", outcome="y").line


def assert_same_lines(line, other, rtol, atol=0.0):
    for name in line._fields:
        assert_allclose(
            getattr(line, name), getattr(other, name), rtol=rtol, atol=atol, err_msg=name
        )


# --- certified values ---------------------------------------------------------------------


@pytest.mark.parametrize(("name", "certified"), NORRIS_CERTIFIED.items())
def test_norris_is_certified_by_fit_line(name, certified):
    y, x = NORRIS.T
    assert_allclose(getattr(refit(x, y), name), certified, rtol=2e-12)


def test_norris_from_the_sums_alone_loses_few_digits():
    y, x = NORRIS.T
    line = solve_centred(x, y)
    for name, certified in NORRIS_CERTIFIED.items():
        assert_allclose(getattr(line, name), certified, rtol=1e-9, err_msg=name)


def remove(columns, values):
    """What `columns` and a constant leave of `values` (Frisch and Waugh 1933)."""
    centred = columns - columns.mean(0)
    basis, _ = np.linalg.qr(centred / np.linalg.norm(centred, axis=0))
    values = values - values.mean(0)
    for _ in range(2):
        values = values - basis @ (basis.T @ values)
    return values


def test_the_linear_part_of_pontius_is_certified():
    square = PONTIUS_LOAD[:, None] ** 2
    line = refit(remove(square, PONTIUS_LOAD), remove(square, PONTIUS_DEFLECTION))
    lost = np.sqrt(38 / 37)  # one more degree of freedom went into the square
    assert_allclose(line.slope, PONTIUS_CERTIFIED["slope"], rtol=1e-10)
    assert_allclose(line.slope_std_error * lost, PONTIUS_CERTIFIED["slope_std_error"], rtol=1e-10)
    assert_allclose(line.residual_sd * lost, PONTIUS_CERTIFIED["residual_sd"], rtol=1e-10)


@pytest.fixture(scope="module")
def longley():
    from statsmodels.datasets import longley

    table = longley.load_pandas()
    return table.exog.to_numpy(float), table.endog.to_numpy(float)


def test_longley_is_certified_by_the_statsmodels_that_fit_model_uses(longley):
    x, y = longley
    fit = OLS(y, np.column_stack([np.ones(len(y)), x])).fit()
    assert_allclose(fit.params, LONGLEY_CERTIFIED[:, 0], rtol=1e-7)
    assert_allclose(fit.bse, LONGLEY_CERTIFIED[:, 1], rtol=1e-7)
    assert_allclose(np.sqrt(fit.mse_resid), LONGLEY_RESIDUAL_SD, rtol=1e-9)
    assert_allclose(fit.rsquared, LONGLEY_R_SQUARED, rtol=1e-12)


@pytest.mark.parametrize("j", range(6))
def test_each_slope_of_longley_is_a_line_of_what_the_others_leave(longley, j):
    x, y = longley
    others = np.delete(x, j, axis=1)
    line = refit(remove(others, x[:, j]), remove(others, y))
    lost = np.sqrt(14 / 9)  # five more predictors and one constant: 9 degrees of freedom remain
    assert_allclose(line.slope, LONGLEY_CERTIFIED[j + 1, 0], rtol=1e-9)
    assert_allclose(line.slope_std_error * lost, LONGLEY_CERTIFIED[j + 1, 1], rtol=1e-9)
    assert_allclose(line.residual_sd * lost, LONGLEY_RESIDUAL_SD, rtol=1e-9)


def solve_exactly(x, y):
    """Slope, intercept, residual sum of squares and Sxx without any rounding."""
    x, y = [Fraction(value) for value in x.tolist()], [Fraction(value) for value in y.tolist()]
    n, mean_x, mean_y = len(x), sum(x) / len(x), sum(y) / len(y)
    sxx = sum((value - mean_x) ** 2 for value in x)
    slope = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / sxx
    intercept = mean_y - slope * mean_x
    residual_ss = sum((b - intercept - slope * a) ** 2 for a, b in zip(x, y, strict=True))
    return n, slope, intercept, residual_ss, sxx


@pytest.mark.parametrize("shift", [0.0, 1e4, 1e8])
@pytest.mark.parametrize("condition", ["ldn", "placebo"])
def test_fit_line_equals_exact_fractions_wherever_the_origin_is(condition, shift):
    x, y = get_pane(condition, shift)
    line = refit(x, y)
    n, slope, intercept, residual_ss, sxx = solve_exactly(x, y)
    sd = np.sqrt(float(residual_ss / (n - 2)))
    assert_allclose(line.slope, float(slope), rtol=1e-13)
    assert_allclose(line.intercept, float(intercept), rtol=1e-12)
    assert_allclose(line.residual_sd, sd, rtol=1e-13)
    assert_allclose(line.slope_std_error, sd / np.sqrt(float(sxx)), rtol=1e-13)
    assert_allclose(line.statistic, float(slope) * np.sqrt(float(sxx)) / sd, rtol=1e-13)


# --- peers --------------------------------------------------------------------------------


@pytest.mark.parametrize("shift", [0.0, 1e4])
@pytest.mark.parametrize("condition", ["ldn", "placebo"])
def test_both_panes_equal_r_lm(condition, shift):
    line = refit(*get_pane(condition, shift))
    expected = R[condition + ("_shifted" if shift else "")]
    assert_allclose([line.intercept, line.slope], expected["estimate"], rtol=1e-10)
    errors = [line.intercept_std_error, line.slope_std_error]
    assert_allclose(errors, expected["std_error"], rtol=1e-10)
    assert_allclose(line.statistic, expected["statistic"][1], rtol=1e-10)
    assert_allclose(line.r, expected["r"][0], rtol=1e-12)
    assert_allclose(line.r_squared, expected["r_squared"][0], rtol=1e-10)
    assert_allclose(line.residual_sd, expected["residual_sd"][0], rtol=1e-12)


@pytest.mark.parametrize("condition", ["ldn", "placebo"])
def test_both_panes_equal_scipy_and_statsmodels(condition):
    x, y = get_pane(condition)
    line, peer = refit(x, y), linregress(x, y)
    model = OLS(y, np.column_stack([np.ones(len(x)), x])).fit()
    assert_allclose([line.slope, line.intercept], [peer.slope, peer.intercept], rtol=1e-11)
    assert_allclose(
        [line.slope_std_error, line.intercept_std_error],
        [peer.stderr, peer.intercept_stderr],
        rtol=1e-11,
    )
    assert_allclose(line.r, peer.rvalue, rtol=1e-12)
    assert_allclose([line.intercept, line.slope], model.params, rtol=1e-11)
    assert_allclose([line.intercept_std_error, line.slope_std_error], model.bse, rtol=1e-11)
    assert_allclose(line.statistic, model.tvalues[1], rtol=1e-11)
    assert_allclose(line.r_squared, model.rsquared, rtol=1e-11)
    assert_allclose(line.residual_sd**2, model.mse_resid, rtol=1e-11)


# --- leading axes -------------------------------------------------------------------------


def test_a_batch_equals_a_loop():
    rng = np.random.default_rng(1)
    x, y = rng.normal(30, 8, (4, 5, 12)), rng.normal(20, 20, (4, 5, 12))
    batch = solve_centred(x, y)
    assert batch.slope.shape == (4, 5)
    for i in np.ndindex(4, 5):
        one = refit(x[i], y[i])
        assert_same_lines(type(batch)(*(part[i] for part in batch)), one, rtol=1e-11)


def test_one_predictor_broadcasts_against_many_outcomes():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=10), rng.normal(size=(7, 10))
    sums = sum_line(x, y)
    assert [part.shape for part in sums] == [(7,)] * 6
    assert_array_equal(sums.n, 10)
    full = sum_line(np.tile(x, (7, 1)), y)
    for part, whole in zip(sums, full, strict=True):
        assert_allclose(part, whole, rtol=1e-14, atol=1e-14)
    assert_same_lines(solve_line(sums), solve_line(full), rtol=1e-13)


def test_shapes_that_do_not_broadcast_are_refused():
    with pytest.raises(ValueError, match="broadcast"):
        sum_line(np.ones(3), np.ones(4))


def test_a_bootstrap_by_counts_equals_refitting_the_resampled_people():
    x, y = get_pane("ldn")
    n, rng = len(x), np.random.default_rng(3)
    index = rng.integers(n, size=(200, n))
    counts = np.apply_along_axis(np.bincount, 1, index, minlength=n).astype(float)
    dx, dy = x - x.mean(), y - y.mean()
    columns = np.column_stack([np.ones(n), dx, dy, dx * dx, dx * dy, dy * dy])
    lines = solve_line(LineSums(*(counts @ columns).T), origin=(x.mean(), y.mean()))
    for b in range(200):
        one = refit(x[index[b]], y[index[b]])
        assert_same_lines(type(lines)(*(part[b] for part in lines)), one, rtol=1e-10)


def test_leave_one_out_by_downdated_sums_equals_refitting():
    x, y = get_pane("placebo")
    dx, dy = x - x.mean(), y - y.mean()
    points = LineSums(np.ones(len(x)), dx, dy, dx * dx, dx * dy, dy * dy)
    whole = sum_line(dx, dy)
    left = LineSums(*(total - part for total, part in zip(whole, points, strict=True)))
    lines = solve_line(left, origin=(x.mean(), y.mean()))
    for i in range(len(x)):
        one = refit(np.delete(x, i), np.delete(y, i))
        assert_same_lines(type(lines)(*(part[i] for part in lines)), one, rtol=1e-10)


# --- edges --------------------------------------------------------------------------------

UNDEFINED = [
    *("slope", "intercept", "slope_std_error", "intercept_std_error"),
    *("statistic", "r", "r_squared", "residual_sd", "sxx"),
]


@pytest.mark.parametrize("value", [0.0, 0.1, 23.0, 1e8 / 3])
def test_one_and_the_same_x_has_no_slope(value):
    y = np.array([1.0, 5.0, 2.0, 7.0])
    line = solve_line(sum_line(np.full(4, value), y))
    for name in UNDEFINED:
        assert np.isnan(getattr(line, name)), name
    assert_allclose(line.mean_x, value, rtol=1e-15)


def test_a_resample_of_one_person_only_has_no_slope():
    x, y = get_pane("ldn")
    n = len(x)
    dx, dy = x - x.mean(), y - y.mean()
    columns = np.column_stack([np.ones(n), dx, dy, dx * dx, dx * dy, dy * dy])
    lines = solve_line(LineSums(*(n * np.eye(n) @ columns).T), origin=(x.mean(), y.mean()))
    for name in UNDEFINED:
        assert np.isnan(getattr(lines, name)).all(), name


def test_an_undefined_line_leaves_its_neighbours_alone():
    x = np.array([[1.0, 1.0, 1.0], [1.0, 2.0, 4.0]])
    lines = solve_line(sum_line(x, [1.0, 3.0, 2.0]))
    assert np.isnan(lines.slope[0])
    assert_allclose(lines.slope[1], R["three"]["estimate"][1], rtol=1e-13)


@pytest.mark.parametrize("value", [0.0, 0.1, 7.3, 1e6 / 3])
def test_a_constant_outcome_has_slope_zero_and_no_correlation(value):
    x = np.array([0.3, 1.7, 2.9, 4.1, 11.3])
    line = solve_line(sum_line(x - x.mean(), np.full(5, value)), origin=(x.mean(), 0.0))
    assert line.slope == 0
    assert line.slope_std_error == 0
    assert_allclose(line.intercept, value, rtol=1e-15)
    assert np.isnan([line.r, line.r_squared, line.statistic]).all()


def test_two_points_have_a_line_without_errors():
    line = solve_line(sum_line([1.0, 3.0], [2.0, 8.0]))
    assert_allclose([line.slope, line.intercept, line.r], [3, -1, 1], rtol=1e-15)
    errors = [line.slope_std_error, line.intercept_std_error, line.residual_sd, line.statistic]
    assert np.isnan(errors).all()


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_points_have_no_line(n):
    line = solve_line(sum_line(np.ones(n), np.ones(n)))
    assert np.isnan([line.slope, line.intercept, line.r, line.statistic]).all()


def test_a_perfect_line_has_no_error_and_infinite_t():
    line = solve_line(sum_line([-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0]), origin=(5.0, 1.0))
    assert (line.slope, line.intercept, line.r) == (2, -9, 1)
    assert (line.slope_std_error, line.intercept_std_error) == (0, 0)
    assert line.statistic == np.inf
    assert solve_line(sum_line([-1.0, 0.0, 1.0], [2.0, 0.0, -2.0])).statistic == -np.inf


def test_rounding_never_makes_r_exceed_one_or_a_sum_of_squares_negative():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(500, 6))
    lines = solve_centred(x, 0.1 * x + 3)
    assert (np.abs(lines.r) <= 1).all()
    assert_allclose(lines.r, 1, rtol=1e-12)
    assert (lines.residual_sd >= 0).all()
    assert (lines.residual_sd < 1e-7).all()


@pytest.mark.parametrize("shift", [1e4, 1e8])
def test_a_shift_costs_no_digits_after_centring(shift):
    x, y = get_pane("ldn")
    near, far = solve_centred(x, y), solve_centred(x + shift, y + shift)
    for name in ("slope", "slope_std_error", "statistic", "r", "residual_sd"):
        # y + 1e8 itself keeps 8 decimals of y.
        assert_allclose(getattr(far, name), getattr(near, name), rtol=1e-9, err_msg=name)
    assert_allclose(far.intercept, near.intercept + shift * (1 - near.slope), rtol=1e-8)


def test_residuals_from_the_caller_take_the_place_of_the_difference_of_sums():
    x, y = np.array([-1.0, 0.0, 1.0]), np.array([-2.0, 0.5, 1.5])
    given = solve_line(sum_line(x, y), residual_ss=6.0)
    assert_allclose(given.residual_sd, np.sqrt(6), rtol=1e-15)
    assert_allclose(given.slope_std_error, np.sqrt(6 / 2), rtol=1e-15)
    assert_allclose(given.slope, solve_line(sum_line(x, y)).slope, rtol=1e-15)


def test_a_line_by_hand():
    # x 1 2 3 4, y 2 3 5 6: means 2.5 and 4, Sxx 5, Sxy 7, Syy 10, residual SS 10 - 49/5 = 0.2.
    line = solve_line(sum_line([1, 2, 3, 4], [2, 3, 5, 6]))
    assert_allclose([line.slope, line.intercept, line.r_squared], [1.4, 0.5, 0.98], rtol=1e-13)
    assert_allclose(line.residual_sd, np.sqrt(0.1), rtol=1e-12)
    assert_allclose(line.slope_std_error, np.sqrt(0.02), rtol=1e-12)
    assert_allclose(line.intercept_std_error, np.sqrt(0.1 * (1 / 4 + 6.25 / 5)), rtol=1e-12)
    assert_allclose(line.statistic, 1.4 / np.sqrt(0.02), rtol=1e-12)
    assert (line.n, line.mean_x) == (4, 2.5)
    assert_allclose(line.sxx, 5, rtol=1e-14)
