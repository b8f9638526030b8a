"""What is drawn of a specification curve and of its joint test."""

import numpy as np
import pytest
from matplotlib import colors
from matplotlib.figure import Figure

from ldn_analysis import (
    fit_multiverse,
    load_dataset,
    permute_multiverse,
    plot_joint_test,
    plot_specification_curve,
)
from ldn_analysis.core.canvas import BLUE, VERMILLION
from ldn_analysis.multiverse.figures import DARKEST, draw_curve, draw_mark

GRID = {
    "outcome": ["percent reduction, LDN"], "participants": ["both trials"],
    "missed_days": ["left out", "carried forward"], "model": ["OLS", "Huber"],
    "adjusted_for": ["nothing", "age"],
}  # fmt: skip


@pytest.fixture(scope="module")
def multiverse():
    return fit_multiverse(load_dataset("daily_pain"), load_dataset("participants"), grid=GRID)


@pytest.fixture(scope="module")
def joint(multiverse):
    return permute_multiverse(multiverse, rng=1, n_permutations=60)


def test_curve_draws_every_estimate_in_order_with_its_interval(multiverse):
    table = multiverse.to_frame(0.9).sort_values("estimate", kind="stable")
    ax = Figure().subplots()
    draw_curve(ax, table, 0.9, "illustrative")
    points, zero, rug = ax.lines
    np.testing.assert_array_equal(points.get_xdata(), np.arange(1, len(table) + 1))
    np.testing.assert_array_equal(points.get_ydata(), table["estimate"])
    assert colors.same_color(points.get_color(), BLUE)
    assert set(zero.get_ydata()) == {0}
    (intervals,) = ax.collections
    ends = np.array([segment[:, 1] for segment in intervals.get_segments()])
    np.testing.assert_allclose(ends, table[["conf_low", "conf_high"]])
    excludes = (table["conf_low"] > 0) | (table["conf_high"] < 0)
    np.testing.assert_array_equal(rug.get_xdata(), 1 + np.flatnonzero(excludes))
    (note,) = ax.texts
    assert note.get_text() == f"90 % interval excludes zero: {100 * excludes.mean():.0f} %"
    title = ax.get_title("left")
    assert f"{len(table)} specifications, each with its 90 % interval" in title
    assert "illustrative data" in title


@pytest.mark.parametrize(("rank", "side"), [(5, "left"), (95, "right")])
def test_mark_stands_on_the_estimate_and_says_it(multiverse, rank, side):
    ax = Figure().subplots()
    ax.set_xlim(0, 100)
    row = multiverse.to_frame().iloc[0]
    draw_mark(ax, "ours", rank, row)
    interval, point = ax.lines
    assert list(interval.get_xdata()) == [rank, rank]
    np.testing.assert_allclose(interval.get_ydata(), [row["conf_low"], row["conf_high"]])
    np.testing.assert_allclose(point.get_xydata()[0], [rank, row["estimate"]])
    assert colors.same_color(point.get_color(), VERMILLION)
    (label,) = ax.texts
    assert label.get_text().startswith(f"ours: {row['estimate']:.2f}, p ")
    assert label.get_ha() == side


def test_second_mark_differs_in_colour_and_shape(multiverse):
    ax = Figure().subplots()
    for i in range(2):
        draw_mark(ax, "one", 1, multiverse.to_frame().iloc[0], i)
    first, second = ax.lines[1], ax.lines[3]
    assert first.get_marker() != second.get_marker()
    assert not colors.same_color(first.get_color(), second.get_color())


def test_rows_are_shaded_by_share_within_the_option_on_one_scale(multiverse):
    axes = plot_specification_curve(multiverse)
    meshes = axes[1].collections
    labels = [text.get_text() for text in axes[1].get_yticklabels()]
    assert len(meshes) == len(labels)
    assert "carried forward *" in labels  # often done, hard to defend
    assert "left out" in labels
    assert "HC3" not in labels
    for mesh in meshes:
        assert mesh.get_clim() == (0, DARKEST)
        assert np.mean(mesh.get_array()) == pytest.approx(1)  # an even spread, whatever its size


def test_band_of_shuffled_curves_lies_between_intervals_and_estimates(multiverse, joint):
    curve, _ = plot_specification_curve(multiverse, joint_test=joint)
    intervals, band = curve.collections
    points = curve.lines[0]
    assert intervals.get_zorder() < band.get_zorder() < points.get_zorder()
    corners = band.get_paths()[0].vertices
    expected = joint.band()
    assert corners[:, 1].min() == pytest.approx(expected["null_low"].min())
    assert corners[:, 1].max() == pytest.approx(expected["null_high"].max())
    assert (corners[:, 0].min(), corners[:, 0].max()) == (1, len(multiverse))
    (entry,) = curve.get_legend().get_texts()
    assert entry.get_text() == "95 % of 60 shuffled curves"


def test_curve_refuses_other_axes_and_marks(multiverse):
    with pytest.raises(ValueError, match="2 panes need 2 axes; received 1"):
        plot_specification_curve(multiverse, Figure().subplots())
    with pytest.raises(ValueError, match="the mark 'all' must be one specification; received"):
        plot_specification_curve(multiverse, mark={"all": multiverse.to_frame()})


def test_joint_test_draws_the_medians_and_the_data(joint):
    ax = plot_joint_test(joint)
    assert sum(patch.get_height() for patch in ax.patches) == joint.n_permutations
    (line,) = ax.lines
    assert line.get_xdata()[0] == joint.observed[0]
    assert ax.texts[0].get_text() == "data"
    title = ax.get_title()
    assert "shuffled 60 times within trials" in title
    assert "Monte Carlo error" in title
    assert "illustrative data" in title
