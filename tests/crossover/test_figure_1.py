"""Fig. 1 draws the counts, Wilson's intervals and the joint ones."""

import numpy as np
import pandas as pd
import pytest

from ldn_analysis import summarise_improvement
from ldn_analysis.core.codebook import CATEGORIES
from ldn_analysis.core.export import render_figure
from ldn_analysis.crossover.figure_1 import plot_improvement


@pytest.fixture
def summary(improvement):
    answers = pd.Categorical(improvement["improvement"], CATEGORIES)
    return summarise_improvement(improvement.assign(improvement=answers))


def find_ends(lines) -> np.ndarray:
    """Left and right end of each horizontal line."""
    return np.array([segment[:, 0] for segment in lines.get_segments()])


@pytest.mark.parametrize("level", [0.95, 0.5])
def test_bars_and_both_intervals_equal_the_summary(summary, level):
    ax = plot_improvement(summary, confidence_level=level)
    table = summary.to_frame(level)
    np.testing.assert_array_equal([bar.get_width() for bar in ax.patches], 100 * table["share"])
    assert [label.get_text() for label in ax.get_yticklabels()] == table["category"].tolist()
    joint, single = ax.collections
    for lines, kind in ((joint, "joint"), (single, "conf")):
        expected = 100 * table[[f"{kind}_low", f"{kind}_high"]]
        np.testing.assert_allclose(find_ends(lines), expected, rtol=1e-14, atol=1e-13)
        heights = [segment[0, 1] for segment in lines.get_segments()]
        assert heights == [bar.get_y() + bar.get_height() / 2 for bar in ax.patches]
    assert joint.get_linewidth() < single.get_linewidth()
    written = [text.get_text() for text in ax.texts]
    assert written == [f"{row.count} ({100 * row.share:.0f} %)" for row in table.itertuples()]
    assert ax.yaxis_inverted()  # best category on top
    assert f"lines: {100 * level:g} % intervals" in ax.get_title(loc="left")
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert [label.partition(":")[0] for label in labels] == ["Wilson interval", "joint interval"]


def test_an_empty_category_is_drawn(summary):
    ax = plot_improvement(summary)
    assert [bar.get_width() for bar in ax.patches][-1] == 0
    assert [text.get_text() for text in ax.texts][-1] == "0 (0 %)"
    assert find_ends(ax.collections[1])[-1, 1] > 5


def test_everything_lies_within_the_figure(summary):
    figure = plot_improvement(summary).figure
    render_figure(figure, ["svg"])
    box, axes = figure.bbox, figure.axes[0]
    for item in (*axes.texts, axes.get_legend(), *axes.get_yticklabels(), axes.title):
        extent = item.get_window_extent()
        assert (box.min <= extent.min).all(), item
        assert (extent.max <= box.max).all(), item
