"""The fan of lines, as drawn."""

import numpy as np
import pytest
from drawn import hold_common_rules
from numpy.testing import assert_allclose

from ldn_analysis import TrialTruth, plot_line_fan, simulate_lines

TRUTH = TrialTruth(mean_ldn=28.0, slope_ldn=1.2)


def slopes_of(ax, style):
    chosen = [line for line in ax.lines if line.get_linestyle() == style]
    return [np.diff(line.get_ydata())[0] / np.diff(line.get_xdata())[0] for line in chosen]


def test_common_rules():
    hold_common_rules(plot_line_fan, simulate_lines(TRUTH, n_people=10, rng=1, n_lines=500), 1)


@pytest.mark.parametrize(("truth", "ways"), [(TRUTH, 1), (TrialTruth(), 2)])
def test_both_mean_lines_are_drawn_where_lines_point_both_ways(truth, ways):
    fan = simulate_lines(truth, n_people=13, rng=6)
    ax = plot_line_fan(fan)
    size = fan.to_frame().set_index("term").loc["significant_size", "estimate"]
    assert_allclose(slopes_of(ax, ":"), [size, -size][:ways])
    assert_allclose(slopes_of(ax, "-"), [truth.slope_ldn])
    assert sum(len(lines.get_segments()) for lines in ax.collections) == 60


def test_nothing_significant_no_mean_line():
    ax = plot_line_fan(simulate_lines(TrialTruth(), n_people=3, rng=1, n_lines=2))
    assert not slopes_of(ax, ":")
