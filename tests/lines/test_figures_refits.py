"""Pictures of refitted lines show the numbers of their results."""

import numpy as np
import pytest
from matplotlib import style
from numpy.testing import assert_allclose
from witnesses import fit_xy

from ldn_analysis.lines.bootstrap import bootstrap_line, exact_bootstrap_line
from ldn_analysis.lines.figures_refits import (
    plot_bootstrap,
    plot_leave_one_out,
    plot_lines,
    plot_permutation,
)
from ldn_analysis.lines.leave_one_out import leave_one_out
from ldn_analysis.lines.permutation import permute_line
from ldn_analysis.lines.robust import compare_lines

ODD = {
    "three": ([1, 2, 4], [2, 4, 5]),
    "four": ([1, 2, 4, 7], [2, 4, 5, 1]),
    "perfect": ([1, 2, 3, 4, 5], [2, 4, 6, 8, 10]),
    "one far": ([8] * 7 + [19] + [8] * 3, [6.6, 5.8, 7.7, 8.8, 8.5, 7, 5.3, 12.5, 5.6, 7.9, 6.9]),
    "ties": ([1, 1, 2, 2, 3, 3], [1, 2, 2, 3, 3, 3]),
}


@pytest.fixture(autouse=True)
def _house_style():
    with style.context("ldn_analysis.ldn"):
        yield


def test_fan_of_lines_and_who_moves_it_most(ldn):
    result = leave_one_out(ldn)
    ax = plot_leave_one_out(result)
    segments = np.array(ax.collections[0].get_segments())
    slopes = np.diff(segments[:, :, 1])[:, 0] / np.diff(segments[:, :, 0])[:, 0]
    assert_allclose(slopes, result.line.slope, rtol=1e-10)
    who = result.labels[result.most_influential]
    assert ax.texts[0].get_text() == who
    assert f"without {who}" in [text.get_text() for text in ax.get_legend().get_texts()]
    assert ax.get_xlabel() == "baseline ESR (mm/h)"


def test_bootstrap_picture_shows_its_intervals(ldn):
    result = bootstrap_line(ldn, rng=1, n_resamples=4000)
    ax = plot_bootstrap(result, confidence_level=0.9)
    table = result.to_frame(0.9).query("term == 'slope'")
    bars = [line.get_xdata() for line in ax.lines if line.get_linewidth() == 2]
    assert_allclose(bars, table[["conf_low", "conf_high"]])
    assert sum(patch.get_height() for patch in ax.patches) > 0.99
    assert "90 % CI" in ax.get_title(loc="left")


def test_exact_bootstrap_picture_weighs():
    ax = plot_bootstrap(exact_bootstrap_line(fit_xy([1, 2, 4, 8, 9], [1, 5, 2, 7, 6])))
    assert_allclose(sum(patch.get_height() for patch in ax.patches), 1, atol=0.01)
    assert "all 126 resamples" in ax.get_title(loc="left")


def test_forest_shows_the_table(ldn):
    comparison = compare_lines(ldn)
    ax = plot_lines(comparison)
    table = comparison.to_frame().query("term == 'slope'")
    bars = [line.get_xdata() for line in ax.lines if len(line.get_xdata()) == 2][:5]
    assert_allclose(bars, table[["conf_low", "conf_high"]])
    assert ax.get_xlabel() == "slope (percentage points per mm/h)"


def test_permutation_picture_marks_both_tails(ldn):
    test = permute_line(ldn, rng=1, n_permutations=3000)
    marks = [line.get_xdata()[0] for line in plot_permutation(test).lines]
    assert_allclose(sorted(marks), [-ldn.r, ldn.r])
    one = permute_line(ldn, rng=1, n_permutations=3000, alternative="greater")
    assert len(plot_permutation(one).lines) == 1
    assert f"{test.n_extreme:,} of 3,000 random" in plot_permutation(test).get_title(loc="left")


def test_intervals_that_do_not_exist_are_said_not_to():
    fit = fit_xy(*ODD["one far"])
    for ax in (
        plot_lines(compare_lines(fit)),
        plot_bootstrap(bootstrap_line(fit, rng=1, n_resamples=500)),
    ):
        assert "interval not defined" in [text.get_text() for text in ax.texts]
