"""The figures of small samples show what the results hold, and say what is simulated."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from numpy.testing import assert_allclose, assert_array_equal

from ldn_analysis import (
    compare_change_scores,
    compute_design_errors,
    correct_optimism,
    fit_lines,
    infer_true_r_squared,
    load_dataset,
    plot_change_scores,
    plot_coupling,
    plot_multiple_tests,
    plot_optimism,
    plot_selection,
    plot_true_r_squared,
    plot_winners_curve,
    simulate_coupling,
    simulate_multiple_tests,
    simulate_selection,
)
from ldn_analysis.core.canvas import STYLE, new_figure
from ldn_analysis.core.export import render_figure


def optimism():
    fits = fit_lines(load_dataset("esr_pain_change"))
    return {name: correct_optimism(fits[name], rng=1, n_resamples=2000) for name in fits}


MAKE = {
    "winners": (plot_winners_curve, lambda: compute_design_errors([2, 4, 8, -12], 4, df=9)),
    "true": (plot_true_r_squared, infer_true_r_squared),
    "optimism": (plot_optimism, optimism),
    "selection": (
        plot_selection,
        lambda: simulate_selection(cutoff=65, reliability=0.6, rng=1, n_trials=2000),
    ),
    "coupling": (plot_coupling, lambda: simulate_coupling(retest_r=0.5, rng=1, n_trials=2000)),
    "scores": (
        plot_change_scores,
        lambda: compare_change_scores(effect=6, retest_r=0.5, rng=1, n_trials=2000),
    ),
    "looks": (
        plot_multiple_tests,
        lambda: simulate_multiple_tests(
            n_people=28, n_subgroups=3, rng=1, n_trials=2000,
            outcomes={"pain": 0.5, "sleep": 0, "fatigue": 0},
        ),
    ),
}  # fmt: skip
MADE = {name: make() for name, (_, make) in MAKE.items()}
SIMULATED = ("optimism", "selection", "coupling", "scores", "looks")
TWO_PANES = ("winners", "true", "selection", "scores", "looks")
each = pytest.mark.parametrize("name", MAKE)


def draw(name):
    axes = MAKE[name][0](MADE[name])
    return axes if isinstance(axes, list) else [axes]


def words_of(figure):
    FigureCanvasAgg(figure).draw()
    return [t for t in figure.findobj(mpl.text.Text) if t.get_visible() and t.get_text()]


def labelled(ax, label):
    return next(line for line in ax.lines if line.get_label() == label)


def bars_of(ax, label):
    return next(item for item in ax.containers if item.get_label() == label).lines[0]


@each
def test_same_bytes_twice_and_the_style_is_untouched(name):
    before = dict(mpl.rcParams)
    first, second = (render_figure(draw(name)[0].figure, ["svg", "png"]) for _ in range(2))
    assert first == second
    assert dict(mpl.rcParams) == before


@each
def test_words_lie_inside_the_figure_and_axes_are_labelled(name):
    with style.context(STYLE):
        axes = draw(name)
        figure = axes[0].figure
        words = words_of(figure)
    for ax in axes:
        assert ax.get_xlabel() or any(label.get_text() for label in ax.get_xticklabels())
        assert ax.get_title(loc="left") or ax.get_title()
    # the tight box leaves out the labels of ticks beyond the ends of an axis
    drawn, size = figure.get_tightbbox(), figure.get_size_inches()
    assert drawn.x0 > -0.02
    assert drawn.y0 > -0.02
    assert drawn.x1 < size[0] + 0.02
    assert drawn.y1 < size[1] + 0.02
    assert len(words) > 5


@each
def test_what_is_simulated_computed_or_printed_is_said(name):
    text = " ".join(word.get_text() for word in words_of(draw(name)[0].figure))
    assert ("simulated" in text) == (name in SIMULATED)
    assert ("(illustrative data)" in text) == (name == "optimism")
    if name in ("winners", "true"):
        assert "computed" in text
    if name == "true":
        assert "printed in: younger2009, abstract" in text


@pytest.mark.parametrize("name", TWO_PANES)
def test_axes_are_taken_and_counted(name):
    axes = new_figure(2, 70).subplots(1, 2)
    drawn = MAKE[name][0](MADE[name], axes)
    assert drawn == list(axes)
    text = f"{MAKE[name][0].__name__}: 2 panes need 2 axes; received 1"
    with pytest.raises(ValueError, match=text):
        MAKE[name][0](MADE[name], axes[:1])


@pytest.mark.parametrize("name", ["optimism", "coupling"])
def test_one_axes_is_taken(name):
    ax = new_figure(1, 70).subplots()
    assert MAKE[name][0](MADE[name], ax) is ax


def test_winners_curve_draws_its_numbers():
    left, right = draw("winners")
    table = MADE["winners"].to_frame().sort_values("power")
    assert_allclose(left.lines[0].get_xydata(), table[["power", "type_m"]] * [100, 1])
    assert_allclose(right.lines[0].get_xydata(), table[["power", "type_s"]] * 100)
    labels = [text.get_text() for text in left.texts]
    assert labels == ["effect 2", "effect 4", "effect 8", "effect \N{MINUS SIGN}12"]
    left, _ = plot_winners_curve(compute_design_errors(np.geomspace(0.1, 20, 50), 4))
    assert not left.texts
    assert "standard error known" in left.get_title(loc="center") + left.get_title(loc="left")


def test_true_r_squared_draws_its_numbers():
    left, right = draw("true")
    case = MADE["true"]
    curve, row = case.curve, case.to_frame().iloc[0]
    assert_allclose(
        labelled(left, "observed R² > 0.8").get_xydata(),
        np.column_stack([curve["true_r_squared"], 100 * curve["probability_above"]]),
    )
    assert_array_equal(labelled(left, "significant (power)").get_ydata(), 100 * curve["power"])
    limits = next(line for line in left.lines if line.get_marker() == "|")
    assert list(limits.get_xdata()) == [row["conf_low"], row["conf_high"]]
    for label, column in (
        ("if R² > 0.8", "expected_if_above"),
        ("if significant", "expected_if_significant"),
        ("in all studies", "expected"),
    ):
        assert_array_equal(labelled(right, label).get_ydata(), curve[column])
    other = plot_true_r_squared(infer_true_r_squared(n_obs=20, threshold=0.3))[1]
    assert "as given" in other.get_title(loc="center") + other.get_title(loc="left")


def test_optimism_draws_its_numbers():
    (ax,) = draw("optimism")
    for i, result in enumerate(MADE["optimism"].values()):
        drawn = [item.lines[0].get_xdata()[0] for item in ax.containers[4 * i : 4 * i + 4]]
        assert_array_equal(drawn, result.to_frame()["estimate"])
    one = plot_optimism(MADE["optimism"]["ldn"])
    assert [label.get_text() for label in one.get_yticklabels()] == [
        "pain_reduction_percent, n = 38"
    ]


def test_selection_draws_its_people_and_means():
    left, right = draw("selection")
    result = MADE["selection"]
    for label, selected in (("admitted", True), ("not admitted", False)):
        people = result.people[result.people["selected"] == selected]
        assert_array_equal(labelled(left, label).get_xydata(), people[["baseline", "end_point"]])
    expected = result.to_frame().set_index("quantity")["expected"]
    assert labelled(left, "expected means").get_xydata().tolist() == [
        [expected["baseline"], expected["end point"]]
    ]
    assert sum(patch.get_height() for patch in right.patches) == 2000
    dashed = next(line for line in right.lines if line.get_linestyle() == "--")
    assert dashed.get_xdata()[0] == expected["reduction"]


def test_coupling_draws_its_means():
    (ax,) = draw("coupling")
    table = MADE["coupling"].to_frame()
    means = table[table["quantity"] == "mean r"]["expected"].tolist()
    assert [line.get_xdata()[0] for line in ax.lines[:2]] == means


def test_change_scores_draw_their_numbers():
    left, right = draw("scores")
    table = MADE["scores"].to_frame().set_index(["quantity", "method"])
    for quantity in ("power", "type I error"):
        drawn = bars_of(left, quantity).get_xdata()
        assert_array_equal(drawn, 100 * table.loc[quantity, "estimate"])
    diamonds = next(line for line in right.lines if line.get_marker() == "D")
    assert_allclose(diamonds.get_ydata(), 6 + table.loc["bias", "estimate"])
    assert len(right.collections) == 4


def test_looks_draw_their_numbers():
    left, right = draw("looks")
    result = MADE["looks"]
    table = result.to_frame().set_index(["quantity", "method"])
    growth = bars_of(left, "these looks (simulated)").get_xydata()
    assert_array_equal(growth, result.growth[["n_tests", "estimate"]] * [1, 100])
    for quantity in ("family-wise error", "true effects found"):
        drawn = bars_of(right, quantity).get_xdata()
        assert_array_equal(drawn, 100 * table.loc[quantity, "estimate"])
    alone = plot_multiple_tests(simulate_multiple_tests(n_people=10, rng=1, n_trials=100))[1]
    assert [item.get_label() for item in alone.containers] == ["family-wise error"]
