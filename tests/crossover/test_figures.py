"""What is drawn is what the results hold."""

import matplotlib as mpl
import numpy as np
import pytest

from ldn_analysis.core.export import render_figure
from ldn_analysis.crossover.agreement import compare_improvement
from ldn_analysis.crossover.figures import (
    plot_crossover,
    plot_improvement_agreement,
    plot_responder_curve,
    plot_slope_difference,
)
from ldn_analysis.crossover.responder_curve import summarise_responder_curve
from ldn_analysis.crossover.slopes import compare_slopes
from ldn_analysis.crossover.two_period import fit_crossover


@pytest.fixture(scope="module")
def results(change, trial, pain, improvement) -> dict:
    return {
        "slopes": compare_slopes(change),
        "crossover": fit_crossover(trial),
        "curve": summarise_responder_curve(trial),
        "agreement": compare_improvement(improvement, pain, missing="drop"),
    }


@pytest.fixture(scope="module")
def drawn(results):
    """All panes, and the files of their figures, made before a test looks at them."""
    axes = draw_all(results)
    return axes, render_all(axes)


def render_all(axes) -> list:
    return [render_figure(ax.figure, ["svg"])["svg"] for ax in axes[::2]]


def draw_all(results) -> list:
    return [
        *plot_slope_difference(results["slopes"]),
        *plot_crossover(results["crossover"]),
        plot_responder_curve(results["curve"]),
        plot_improvement_agreement(results["agreement"]),
    ]


def test_style_is_untouched_and_every_pane_says_illustrative_with_n(results):
    before = dict(mpl.rcParams)
    axes = draw_all(results)
    assert dict(mpl.rcParams) == before
    for ax in axes:
        title = ax.get_title() + ax.get_title(loc="left")
        assert "illustrative data" in title
        assert "n = " in title or title.startswith("Three ways")
        assert ax.get_xlabel() or [label.get_text() for label in ax.get_xticklabels()]


def test_same_bytes_twice(results, drawn):
    assert render_all(draw_all(results)) == drawn[1]


def test_slope_difference_draws_line_band_and_three_intervals(results):
    comparison = results["slopes"]
    left, right = plot_slope_difference(comparison, confidence_level=0.9)
    line = next(item for item in left.lines if item.get_label() == "line of the differences")
    band = comparison.difference.predict(line.get_xdata(), confidence_level=0.9)
    np.testing.assert_allclose(line.get_ydata(), band["fitted"], rtol=1e-12)
    drawn = left.collections[0].get_paths()[0].vertices
    assert drawn[:, 1].min() == pytest.approx(band["conf_low"].min(), rel=1e-12)
    assert drawn[:, 1].max() == pytest.approx(band["conf_high"].max(), rel=1e-12)
    table = comparison.to_frame(0.9)
    for container, (_, row) in zip(right.containers, table.iterrows(), strict=True):
        segment = container[2][0].get_segments()[0]
        np.testing.assert_allclose(segment[:, 0], row[["conf_low", "conf_high"]].astype(float))
    assert "primary" in right.get_yticklabels()[0].get_text()
    assert "90 %" in right.get_title(loc="left") + right.get_title()


def test_crossover_draws_each_participant_once_and_the_means(results, drawn):
    fit = results["crossover"]
    panes = drawn[0][2:4]
    for ax, start in zip(panes, fit.conditions, strict=True):
        rows = fit.participants.query("starts_with == @start")
        order = ["first", "second"] if start == "ldn" else ["second", "first"]
        pairs = [tuple(item.get_ydata()) for item in ax.lines if len(item.get_xdata()) == 2]
        expected = [tuple(pair) for pair in rows[order].to_numpy()]
        assert [pair for pair in pairs if pair in expected] == expected
        mean = next(item for item in ax.lines if item.get_label() == "mean")
        np.testing.assert_allclose(mean.get_ydata(), rows[order].mean(), rtol=1e-12)
    assert "adjusted for period: 10.8" in ax.figure.legends[0].get_title().get_text()


def test_curve_draws_the_shares_and_marks_both_thresholds(results, drawn):
    curve, ax = results["curve"], drawn[0][4]
    table = curve.to_frame()
    for line, column in zip(ax.lines, ("share_first", "share_second"), strict=False):
        np.testing.assert_allclose(line.get_xdata(), table["threshold"], rtol=1e-12)
        np.testing.assert_allclose(line.get_ydata(), 100 * table[column], rtol=1e-12)
        assert line.get_drawstyle() == "steps-pre"
    assert [line.get_xdata()[0] for line in ax.lines[2:]] == [30, 50]
    assert [line.get_linestyle() for line in ax.lines[:2]] == ["-", "--"]


def test_agreement_draws_every_participant_in_their_category(results, drawn):
    result, ax = results["agreement"], drawn[0][5]
    points = next(item for item in ax.lines if item.get_label() == "participants")
    rows = np.rint(points.get_ydata()).astype(int)
    drawn = sorted(zip(rows, points.get_xdata(), strict=True))
    category = result.data["improvement"].map({name: i for i, name in enumerate(result.categories)})
    assert drawn == sorted(zip(category, result.data["pain_reduction_percent"], strict=True))
    assert "very much worse (0)" in [label.get_text() for label in ax.get_yticklabels()]


def test_axes_given_are_used_and_counted(results):
    from ldn_analysis.core.canvas import new_figure

    axes = new_figure(2).subplots(1, 2)
    assert plot_slope_difference(results["slopes"], axes) == list(axes)
    with pytest.raises(ValueError, match="plot_crossover: 2 panes need 2 axes; received 1"):
        plot_crossover(results["crossover"], axes[0])
    ax = new_figure().subplots()
    assert plot_responder_curve(results["curve"], ax) is ax
    assert plot_improvement_agreement(results["agreement"], axes[1]) is axes[1]


def test_smallest_and_degenerate_results_are_drawn():
    import pandas as pd

    data = pd.DataFrame(
        {
            "participant": list("abc") * 2,
            "sequence": ["AB", "AB", "BA"] * 2,
            "condition": ["A"] * 3 + ["B"] * 3,
            "x": [1.0, 1.0, 2.0] * 2,
            "y": [3.0, 5.0, 4.0, 1.0, 2.0, 6.0],
        }
    )
    slopes = compare_slopes(data, predictor="x", outcome="y", conditions=("A", "B"))
    assert np.isnan(slopes.pooled[0])
    render_figure(plot_slope_difference(slopes)[0].figure, ["svg"])
    fit = fit_crossover(data, outcome="y", conditions=("A", "B"))
    axes = plot_crossover(fit)
    assert "illustrative" not in axes[0].get_title() + axes[0].get_title(loc="left")
    render_figure(axes[0].figure, ["svg"])
    curve = summarise_responder_curve(data, outcome="y", conditions=("A", "B"), thresholds=[4])
    render_figure(plot_responder_curve(curve).figure, ["svg"])
