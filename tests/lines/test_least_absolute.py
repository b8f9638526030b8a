"""Least absolute deviation against R's rq, all pairs of points, and statsmodels."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose
from witnesses import fit_set, fit_xy, read_reference

from ldn_analysis.lines.least_absolute import solve_least_absolute
from ldn_analysis.lines.robust import compare_lines

R = read_reference("robust_lines").groupby(["case", "quantity"])["value"].apply(np.array)
SETS = {name: (R[name, "x"], R[name, "y"]) for name in ("far", "engel")}
SETS |= {name: (fit_set(name).x, fit_set(name).y) for name in ("ldn", "placebo", "anscombe3")}
SETS["ties"] = np.array([10.0, 10, 10, 20, 20, 30, 40]), np.array([1.0, 2, 3, 3, 5, 4, 9])


def miss(x, y, slope):
    """Least sum of absolute residuals of lines with this slope."""
    resid = y - slope * x
    return np.abs(resid - np.median(resid)).sum()


def try_all_pairs(x, y):
    """The least sum of absolute residuals of the lines through two points."""
    i, j = np.triu_indices(len(x), 1)
    i, j = i[x[i] != x[j]], j[x[i] != x[j]]
    slopes = (y[j] - y[i]) / (x[j] - x[i])
    return min(miss(x, y, slope) for slope in slopes)


def get_slope(x, y):
    table = compare_lines(fit_xy(x, y)).to_frame().set_index("estimator")
    return table.loc["least absolute deviation", "estimate"]


@pytest.mark.parametrize("name", SETS)
def test_the_line_is_that_of_rq(name):
    x, y = SETS[name]
    slope = get_slope(x, y)
    assert_allclose(miss(x, y, slope), R[name, "absolute"], rtol=1e-12)
    if name != "ties":  # several lines miss by the same
        assert_allclose(slope, R[name, "lad"], rtol=1e-9)


def test_no_line_through_two_points_is_better():
    rng = np.random.default_rng(6)
    for case in range(150):
        n = int(rng.integers(3, 30))
        x = rng.integers(0, 9, n) / 8 if case % 2 else rng.standard_normal(n)
        y = np.round(rng.standard_normal(n), int(rng.integers(0, 3)))
        if case % 3 == 0:
            x[0] = 20.0
        if x.min() < x.max():
            slope, _ = solve_least_absolute(x - x.mean(), y)
            assert miss(x, y, slope) <= try_all_pairs(x, y) + 1e-10


@pytest.mark.parametrize(("scale_x", "scale_y"), [(1, 1e-8), (1e7, 1), (1e-100, 1e100), (1, 1e9)])
@pytest.mark.parametrize("estimator", ["least absolute deviation", "Huber"])
def test_units_do_not_matter(scale_x, scale_y, estimator):
    x, y = SETS["far"]
    one, scaled = (
        compare_lines(fit_xy(*part)).to_frame().set_index("estimator").loc[estimator]
        for part in ((x, y), (x * scale_x, y * scale_y))
    )
    for name in ("estimate", "std_error", "conf_low"):
        assert_allclose(scaled[name] * (scale_x / scale_y), one[name], rtol=1e-9)


def test_the_error_is_that_of_statsmodels():
    from statsmodels.regression.quantile_regression import QuantReg

    x, y = SETS["ldn"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = QuantReg(y, np.column_stack([np.ones_like(x), x])).fit(q=0.5, p_tol=1e-12)
    table = compare_lines(fit_xy(x, y)).to_frame().set_index("estimator")
    error = table.loc["least absolute deviation", "std_error"]
    assert_allclose(error, theirs.bse[1], rtol=1e-6)


def test_few_points_and_equal_residuals_have_no_error():
    assert np.isnan(solve_least_absolute(np.arange(7.0), [0.0, 1, 1, 3, 5, 4, 6])[1])
    slope, error = solve_least_absolute(np.arange(10.0), np.r_[np.arange(9.0), 40])
    assert slope == pytest.approx(1, abs=1e-12)
    assert np.isnan(error)
