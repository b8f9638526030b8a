"""A moved point against refits by numpy, statsmodels and hand."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from statsmodels.api import OLS, add_constant

from ldn_analysis import fit_line, move_point
from ldn_analysis.core.wording import format_number


def test_line_and_influence_equal_statsmodels_on_the_moved_data(ldn):
    moved = move_point(ldn, "C17", x=60, y=-60)
    i = ldn.data["participant"].tolist().index("C17")
    x, y = ldn.x.copy(), ldn.y.copy()
    x[i], y[i] = 60, -60
    table = moved.to_frame().set_index("term")
    for column, theirs in {
        "before": OLS(ldn.y, add_constant(ldn.x)).fit(),
        "after": OLS(y, add_constant(x)).fit(),
    }.items():
        influence = theirs.get_influence()
        expected = {
            "slope": theirs.params[1],
            "conf_low": theirs.conf_int()[1, 0],
            "conf_high": theirs.conf_int()[1, 1],
            "p_value": theirs.pvalues[1],
            "r_squared": theirs.rsquared,
            "leverage": influence.hat_matrix_diag[i],
            "cooks_distance": influence.cooks_distance[0][i],
        }
        assert list(table.index) == list(expected)
        assert_allclose(table[column], list(expected.values()), rtol=1e-9)
    assert moved.position == i
    assert moved.places == [(ldn.x[i], ldn.y[i]), (60.0, -60.0)]


def test_by_hand():
    data = pd.DataFrame({"x": [1, 2, 3], "y": [1, 2, 3]}, index=["a", "b", "c"])
    fit = fit_line(data, predictor="x", outcome="y")
    moved = move_point(fit, "c", x=3, y=5.0)
    assert_allclose(moved.after.slope, 2)
    assert moved.after.data["x"].tolist() == [1, 2, 3]
    assert data["y"].tolist() == [1, 2, 3]  # nobody's data are changed
    assert "c moved from (3, 3) to (3, 5): slope 1.00 before, 2.00 after" in str(moved)


def test_a_point_that_stays_moves_nothing(ldn):
    x, y = ldn.x[5], ldn.y[5]
    moved = move_point(ldn, ldn.data["participant"].iloc[5], x=x, y=y)
    assert moved.after.slope == moved.before.slope
    table = moved.to_frame()
    assert table["before"].equals(table["after"])
    assert (
        f"is at ({x:g}, {y:g}), as in the data: slope {format_number(ldn.slope)} (95 % CI"
        in str(moved)
    )
    assert "illustrative data" in str(moved)


def test_the_same_step_moves_the_line_by_leverage(ldn):
    """Slope = sum of (x - mean) y / Sxx: a step in y moves it by the point's share."""
    dx = ldn.x - ldn.x.mean()
    for i in (int(np.argmin(abs(dx))), int(np.argmax(dx))):
        who = ldn.data["participant"].iloc[i]
        moved = move_point(ldn, who, x=ldn.x[i], y=ldn.y[i] - 50)
        assert_allclose(moved.after.slope - ldn.slope, -50 * dx[i] / (dx @ dx), rtol=1e-9)


def test_refusals(ldn):
    with pytest.raises(ValueError, match=r"0 rows are called 'nobody'; one is needed, e\.g\. "):
        move_point(ldn, "nobody", x=1, y=1)
    with pytest.raises(ValueError, match="x and y must be finite; received x=nan"):
        move_point(ldn, "C17", x=float("nan"), y=1)
    with pytest.raises(
        TypeError, match="fit must be what fit_line returns; received IllustrativeTable"
    ):
        move_point(ldn.data, "C17", x=1, y=1)
    twice = pd.DataFrame({"participant": ["a", "a", "b"], "x": [1, 2, 3], "y": [1, 2, 4.0]})
    with pytest.raises(ValueError, match="2 rows are called 'a'"):
        move_point(fit_line(twice, predictor="x", outcome="y"), "a", x=1, y=1)
    two = pd.DataFrame({"x": [1, 1, 2], "y": [1, 2, 4.0]})
    with pytest.raises(ValueError, match="so no slope exists"):
        move_point(fit_line(two, predictor="x", outcome="y"), "2", x=1, y=1)
