"""What is drawn is what the results hold."""

import re

import numpy as np
import pytest
from matplotlib import rcParams, style
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from numpy.testing import assert_allclose

from ldn_analysis import (
    TrialTruth,
    plot_estimates,
    plot_power,
    simulate_trials,
    summarise_power,
)
from ldn_analysis.core.canvas import STYLE
from ldn_analysis.core.export import render_figure
from ldn_analysis.small_samples import engine
from ldn_analysis.small_samples.figures_power import _spread_out

TRUTH = TrialTruth(mean_ldn=10.0, slope_ldn=0.8)
EFFECTS = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]


@pytest.fixture(scope="module")
def curve():
    return summarise_power(TRUTH, n_people=[5, 10, 20, 40], effects=EFFECTS, n_trials=2000, rng=1)


@pytest.fixture(scope="module")
def trials():
    return simulate_trials(TRUTH, n_people=12, n_trials=4000, rng=1)


def curves_of(ax):
    return [
        line for line in ax.lines if len(line.get_xdata()) > 2 and line.get_linestyle() != "None"
    ]


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_points_are_the_table_and_curves_are_exact(curve, level):
    ax = plot_power(curve, confidence_level=level)
    table, exact = curve.to_frame(level), curve.trace_exact(level)
    assert len(curves_of(ax)) == len(ax.containers) == len(EFFECTS)
    for line, points, effect in zip(curves_of(ax), ax.containers, EFFECTS, strict=True):
        part, path = (rows[rows["effect"] == effect] for rows in (table, exact))
        assert_allclose(line.get_xydata(), path[["n_people", "exact"]] * [1, 100])
        assert_allclose(points.lines[0].get_xydata(), part[["n_people", "power"]] * [1, 100])
        ends = np.array([segment[:, 1] for segment in points.lines[2][0].get_segments()])
        assert_allclose(ends, 100 * part[["power_low", "power_high"]])
    assert ax.get_xlabel() == "participants in a trial"
    assert ax.get_ylabel() == "power (% of trials)"
    assert f"two-sided test at {100 * (1 - level):.0f} %" in ax.get_title()
    assert "at the curves: true value (percentage points per mm/h)" in ax.get_title()
    assert "points: 2,000 simulated trials, 95 % CI; curves: exact" in ax.get_title()


def test_without_a_closed_form_lines_join_the_points():
    truth = TrialTruth(mean_ldn=10.0, period_effect=5.0)
    messy = summarise_power(
        truth, n_people=[5, 10, 20], estimand="mean_difference", n_trials=500, rng=1
    )
    ax = plot_power(messy)
    (line,) = curves_of(ax)
    assert_allclose(line.get_xydata(), messy.to_frame()[["n_people", "power"]] * [1, 100])
    assert ax.get_title().endswith("curves: join the points")
    assert "(percentage points)" in ax.get_title()


def test_curves_differ_in_marker_and_line_and_colour(curve):
    ax = plot_power(curve)
    looks = [
        (points.lines[0].get_marker(), line.get_linestyle(), to_hex(line.get_color()))
        for points, line in zip(ax.containers, curves_of(ax), strict=True)
    ]
    assert len(set(looks)) == len(EFFECTS)
    for i in range(3):
        assert len({look[i] for look in looks[:4]}) == 4
    assert len({look[:2] for look in looks}) == len(EFFECTS)  # without colour too


def test_every_curve_has_its_words_at_its_end(curve):
    ax = plot_power(curve, labels={1.0: "R² = 0.2"})
    words = {text.get_text(): text for text in ax.texts}
    assert set(words) == {"0", "0.5", "R² = 0.2", "1.5", "2", "2.5", "power 80 %"}
    for line, text in zip(curves_of(ax), ax.texts, strict=False):
        assert text.xy[0] == 40
        assert abs(text.xy[1] - line.get_ydata()[-1]) < 20
        assert to_hex(text.get_color()) == to_hex(line.get_color())
    heights = sorted(text.xy[1] for name, text in words.items() if name != "power 80 %")
    assert np.diff(heights).min() > 4.5


def test_labels_are_spread_out_in_their_order():
    placed = _spread_out([98.0, 100.0, 99.0, 20.0], gap=6)
    assert placed[3] == 20
    assert placed[0] < placed[2] < placed[1] <= 100
    assert np.diff(sorted(placed)[1:]).min() > 5.5


def test_target_line(curve):
    ax = plot_power(curve, target=0.9)
    (line,) = [line for line in ax.lines if len(line.get_xdata()) == 2]
    assert set(line.get_ydata()) == {90}
    assert not [line for line in plot_power(curve, target=None).lines if len(line.get_xdata()) == 2]


def test_an_unfinished_curve_is_drawn_as_far_as_it_goes(monkeypatch):
    real, calls = engine._simulate_batch, []

    def stop_at_fourth(*args):
        calls.append(args)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(engine, "_simulate_batch", stop_at_fourth)
    cut = summarise_power(TRUTH, n_people=[5, 10, 20], effects=[0.5, 1.0], n_trials=100, rng=1)
    assert len(curves_of(plot_power(cut))) == 1


@pytest.mark.parametrize("term", ["slope_ldn", "slope_placebo", "mean_difference"])
def test_bars_are_the_histogram(trials, term):
    ax = plot_estimates(trials, estimand=term)
    missed, found = ax.patches
    table = trials.histogram(term).iloc[1:-1]
    row = trials.to_frame().set_index("term").loc[term]
    values, edges, base = missed.get_data()
    assert base == 0
    assert_allclose(edges[[0, -1]], [table["low"].iloc[0], table["high"].iloc[-1]])
    assert_allclose(values.sum(), table["n_not_significant"].sum() / 40)
    top, same, base = found.get_data()
    assert_allclose(same, edges)
    assert_allclose(base, values)
    assert_allclose((top - base).sum(), table["n_significant"].sum() / 40)
    assert found.get_hatch()
    assert not missed.get_hatch()
    lines = {line.get_label(): line.get_xdata()[0] for line in ax.lines}
    assert row["true_value"] in lines.values()
    if row["power"] > 0:
        assert_allclose(max(lines.values()), row["significant_size"])
    legend = " ".join(text.get_text() for text in ax.get_legend().get_texts())
    assert f"significant ({100 * row['power']:.1f} %)" in legend
    unit = "percentage points" + (" per mm/h" if "slope" in term else "")
    assert ax.get_xlabel() == f"estimate ({unit})"
    assert "12 participants\n4,000 simulated trials, two-sided test at 5 %" in ax.get_title()


def test_a_negative_truth_has_its_significant_mean_on_its_side():
    harmful = simulate_trials(TrialTruth(mean_ldn=-15.0), n_people=12, n_trials=500, rng=1)
    ax = plot_estimates(harmful, estimand="mean_difference")
    assert all(line.get_xdata()[0] < 0 for line in ax.lines)
    assert "\N{MINUS SIGN} placebo" in ax.get_title()


def test_no_significant_trial_no_mean():
    few = simulate_trials(TrialTruth(), n_people=4, n_trials=3, rng=2)
    assert few.to_frame()["power"].iloc[0] == 0
    assert len(plot_estimates(few).lines) == 1


def test_axes_given_are_used_and_the_style_is_left_alone(curve, trials):
    before = dict(rcParams)
    first, second = Figure(figsize=(7, 3), layout="constrained").subplots(1, 2)
    assert plot_power(curve, first) is first
    assert plot_estimates(trials, second) is second
    assert dict(rcParams) == before


def test_same_bytes_twice(curve, trials):
    def render(draw):
        with style.context(STYLE):
            return render_figure(draw().figure)

    assert render(lambda: plot_power(curve)) == render(lambda: plot_power(curve))
    assert render(lambda: plot_estimates(trials)) == render(lambda: plot_estimates(trials))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda c, _: plot_power(c, target=1.0), "target must lie between 0 and 1; received 1.0"),
        (lambda c, _: plot_power(c, labels={9: "x"}), "no effect 9; effects: 0.0, 0.5, 1.0"),
        (lambda c, _: plot_power(c, confidence_level=0.8), "must be one of 0.9, 0.95, 0.99; rec"),
        (lambda _, s: plot_estimates(s, estimand="r"), "plot_estimates: no estimand 'r'; known: "),
    ],
)
def test_messages(curve, trials, call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call(curve, trials)
