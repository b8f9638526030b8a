"""The picture of a mean difference shows every pair, and the numbers of its result."""

import numpy as np
import pandas as pd
import pytest

from ldn_analysis.core.canvas import MAX_IN_COLUMN, read_descriptions
from ldn_analysis.crossover.figures_means import plot_mean_difference
from ldn_analysis.crossover.means import compare_means


def test_pairs_and_interval_are_those_of_the_result(trial):
    comparison = compare_means(trial)
    left, right = plot_mean_difference(comparison, confidence_level=0.9)
    lines = [line.get_ydata() for line in left.lines if line.get_marker() != "o"]
    np.testing.assert_array_equal(lines, comparison.pairs[["first", "second"]])
    row = comparison.to_frame(0.9).iloc[0]
    (container,) = right.containers
    (segment,) = container[2][0].get_segments()
    np.testing.assert_allclose(segment[:, 1], [row["conf_low"], row["conf_high"]], rtol=1e-12)
    assert container[0].get_ydata()[0] == row["estimate"]
    assert "n = 28 (illustrative data)" in left.get_title()
    assert "90 % CI" in right.get_title()
    assert read_descriptions(left.figure)
    with pytest.raises(ValueError, match="plot_mean_difference: 2 panes need 2 axes; received 1"):
        plot_mean_difference(comparison, left)


def test_many_participants_are_boxes():
    n = MAX_IN_COLUMN + 1
    data = pd.DataFrame(
        {"participant": [*range(n)] * 2, "condition": ["ldn"] * n + ["placebo"] * n, "y": np.arange(2.0 * n)}
    )  # fmt: skip
    left, _ = plot_mean_difference(compare_means(data, outcome="y"))
    assert max(len(line.get_xdata()) for line in left.lines) <= 5
