"""The picture of independent groups shows the numbers of its result."""

import numpy as np
import pandas as pd
import pytest

from ldn_analysis.core.canvas import read_descriptions
from ldn_analysis.lines.figures_groups import plot_groups
from ldn_analysis.lines.group_means import compare_groups


@pytest.fixture
def comparison():
    rng = np.random.default_rng(4)
    data = pd.DataFrame(
        {"arm": np.repeat(["new", "old_$x$", "none"], 6), "y": rng.normal(5, 2, 18)}
    )
    return compare_groups(data, outcome="y", by="arm")


def test_points_means_and_intervals_are_those_of_the_result(comparison):
    left, right = plot_groups(comparison, confidence_level=0.9)
    points = [line.get_ydata() for line in left.lines if line.get_marker() == "o"]
    bars = [line.get_ydata()[0] for line in left.lines if line.get_marker() != "o"]
    for group, drawn, mean in zip(comparison.groups, points, bars, strict=True):
        y = comparison.take(group)["y"]
        np.testing.assert_array_equal(np.sort(drawn), np.sort(y))
        assert mean == pytest.approx(y.mean(), rel=1e-12)
    table = comparison.find_primary(0.9)
    for container, row in zip(right.containers, table.itertuples(), strict=True):
        (segment,) = container[2][0].get_segments()
        np.testing.assert_allclose(segment[:, 0], [row.conf_low, row.conf_high], rtol=1e-12)
        assert container[0].get_xdata()[0] == row.estimate
    assert right.get_title().startswith("simultaneous 90 % intervals")
    assert [label.get_text() for label in left.get_xticklabels()][1] == "old_$x$\nn = 6"
    assert read_descriptions(left.figure)
    with pytest.raises(ValueError, match="plot_groups: 2 panes need 2 axes; received 1"):
        plot_groups(comparison, left)
