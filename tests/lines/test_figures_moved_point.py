"""What is drawn is what the results hold."""

import matplotlib as mpl
import pytest
from numpy.testing import assert_allclose

from ldn_analysis import move_point, plot_moved_point
from ldn_analysis.core.canvas import new_figure


@pytest.fixture(autouse=True)
def style_is_left_alone():
    before = dict(mpl.rcParams)
    yield
    assert dict(mpl.rcParams) == before


def line_called(ax, start):
    return next(line for line in ax.lines if str(line.get_label()).startswith(start))


def test_moved_point_draws_both_lines_and_both_places(ldn):
    moved = move_point(ldn, "C17", x=60, y=-60)
    ax = plot_moved_point(moved)
    for start, fit in (("before", moved.before), ("after", moved.after)):
        line = line_called(ax, start)
        x, y = line.get_xdata(), line.get_ydata()
        assert_allclose(y, fit.predict(x)["fitted"])
    assert line_called(ax, "before").get_linestyle() == "--"
    assert line_called(ax, "after").get_linestyle() == "-"
    assert line_called(ax, "C17 was").get_xydata().tolist() == [list(moved.places[0])]
    assert line_called(ax, "C17 is").get_xydata().tolist() == [[60, -60]]
    assert line_called(ax, "C17 was").get_marker() != line_called(ax, "C17 is").get_marker()
    points = next(line for line in ax.lines if len(line.get_xdata()) == 37)
    assert [60, -60] not in points.get_xydata().tolist()
    assert "illustrative data" in ax.get_title(loc="left") + ax.get_title()
    assert ax.get_xlabel() == "baseline ESR (mm/h)"
    assert ax.texts  # the arrow
    own = new_figure().subplots()
    assert plot_moved_point(moved, own) is own


def test_no_arrow_where_nobody_moved(ldn):
    moved = move_point(ldn, "C17", x=ldn.x[0], y=ldn.y[0])
    who = ldn.data["participant"].iloc[0]
    still = move_point(ldn, who, x=ldn.x[0], y=ldn.y[0])
    assert len(plot_moved_point(moved).texts) == 1
    ax = plot_moved_point(still)
    assert len(ax.texts) == 0
    assert "not moved" in ax.get_title(loc="left") + ax.get_title()
