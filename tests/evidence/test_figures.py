"""The meta-analysis figures show what the results hold, and nothing is clipped or overlaps."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from numpy.testing import assert_allclose

from ldn_analysis import (
    analyse_credibility,
    combine_with_prior,
    cumulate_trials,
    leave_one_trial_out,
    load_printed_meta_analyses,
    plot_cumulative,
    plot_forest,
    plot_funnel,
    plot_precision,
    plot_prior,
    pool_effects,
    pool_effects_bayes,
    standardise_trials,
    vary_assumptions,
)
from ldn_analysis.core.canvas import STYLE
from ldn_analysis.core.export import render_figure

MINUS = "\N{MINUS SIGN}"


@pytest.fixture(autouse=True)
def _style():
    with style.context(STYLE):
        yield


@pytest.fixture(scope="module")
def meta():
    return pool_effects(standardise_trials())


@pytest.fixture(scope="module")
def bayes(meta):
    return pool_effects_bayes(meta)


@pytest.fixture(scope="module")
def forest(meta):
    """The forest with the printed meta-analyses, drawn in the house style, and its file."""
    with style.context(STYLE):
        axes = plot_forest(meta, printed=load_printed_meta_analyses())
        return axes, render_figure(axes[0].figure, ["svg"])


def some(estimate, std_error):
    names = [f"trial {i}" for i in range(len(estimate))]
    return pool_effects(
        pd.DataFrame({"trial": names, "estimate": estimate, "std_error": std_error})
    )


def words_of(figure):
    """Visible texts of a figure with their boxes, in pixels."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    beyond = set()  # labels of ticks outside the axis exist and are not drawn
    for axis in figure.findobj(mpl.axis.Axis):
        low, high = sorted(axis.get_view_interval())
        ticks = [tick for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high]
        beyond |= {label for tick in ticks for label in (tick.label1, tick.label2)}
    texts = [
        text
        for text in figure.findobj(mpl.text.Text)
        if text.get_visible() and text.get_text().strip() and text not in beyond
    ]
    return {text: text.get_window_extent(canvas.get_renderer()) for text in texts}


def assert_readable(figure):
    """No text outside the page, over another text, or smaller than 7 pt."""
    boxes = words_of(figure)
    width, height = figure.bbox.width, figure.bbox.height
    assert_allclose(figure.get_figwidth() * 25.4, 174)
    for text, box in boxes.items():
        assert text.get_fontsize() >= 7, text.get_text()
        assert box.x0 >= -0.5 and box.x1 <= width + 0.5, text.get_text()  # noqa: PT018
        assert box.y0 >= -0.5 and box.y1 <= height + 0.5, text.get_text()  # noqa: PT018
    items = list(boxes.items())
    for i, (text, box) in enumerate(items):
        for other, second in items[:i]:
            across = min(box.x1, second.x1) - max(box.x0, second.x0)
            down = min(box.y1, second.y1) - max(box.y0, second.y0)
            assert across < 1 or down < 1, (text.get_text(), other.get_text())


def pane_of(ax):
    return ax.child_axes[0]


def row_of(ax, label):
    """All words of the line that begins with a label, from the left."""
    start = next(text for text in ax.texts if text.get_text().startswith(label))
    y = start.get_position()[1]
    line = [text for text in ax.texts if text.get_position()[1] == y]
    return [text.get_text() for text in sorted(line, key=lambda text: text.get_position()[0])]


def write(value):
    return f"{value:.2f}".replace("-", MINUS)


# --- forest -------------------------------------------------------------------------------


def test_forest_shows_the_numbers_of_the_result(meta, bayes):
    ax = plot_forest(meta)[0]
    table = meta.augment()
    for row in table.itertuples():
        words = row_of(ax, row.trial)
        assert words[-2] == write(row.estimate)
        assert words[-1] == f"[{write(row.conf_low)} to {write(row.conf_high)}]"
        assert f"{100 * row.weight_random:.0f} %" in words
        assert row.status in words
    pooled = meta.to_frame().iloc[-1]
    words = row_of(ax, "Random effects")
    assert words[-1] == f"[{write(pooled['conf_low'])} to {write(pooled['conf_high'])}]"
    assert row_of(ax, "95 % prediction")[-1] == "needs 5 trials; there are 3"
    with_bayes = plot_forest(meta, bayes=bayes)[0]
    numbers = bayes.to_frame().set_index("term")
    for label, term in (
        ("Random effects, Bayesian", "mean effect"),
        ("Bayesian: in a new trial", "effect in a new trial"),
    ):
        low, high = numbers.loc[term, ["conf_low", "conf_high"]]
        assert row_of(with_bayes, label)[-1] == f"[{write(low)} to {write(high)}]"
    labels = [text.get_text() for text in with_bayes.texts]
    assert not any(label.startswith("95 % prediction") for label in labels)
    assert "half-normal with scale 0.5" in labels[-1]
    assert row_of(ax, "INNOVA 2026")[1] == "47 + 49"
    assert row_of(ax, "Crossover RCT 2013")[1] == "28"


def test_squares_by_weight_and_diamond_by_interval(meta):
    pane = pane_of(plot_forest(meta)[0])
    table = meta.augment()
    squares = pane.collections
    assert len(squares) == 3
    sizes = np.array([item.get_sizes()[0] for item in squares])
    assert_allclose(sizes / sizes.sum(), table["weight_random"], rtol=1e-12)
    places = [item.get_offsets()[0][0] for item in squares]
    assert_allclose(places, table["estimate"], rtol=1e-12)
    filled, fixed = pane.patches
    pooled = meta.to_frame().set_index("term")
    for patch, term in ((filled, "random effects, Hartung-Knapp"), (fixed, "fixed effect")):
        x = patch.get_xy()[:4, 0]
        expected = pooled.loc[term, ["conf_low", "estimate", "conf_high", "estimate"]]
        assert_allclose(x, expected.astype(float), rtol=1e-12)


def test_lines_are_the_intervals(meta):
    pane = pane_of(plot_forest(meta, confidence_level=0.8)[0])
    table = meta.augment(0.8)
    lines = {tuple(line.get_xdata()) for line in pane.lines if len(line.get_xdata()) == 2}
    for row in table.itertuples():
        assert (row.conf_low, row.conf_high) in lines


def test_not_pooled_has_open_markers_and_is_not_in_the_weights(meta):
    ax = plot_forest(meta)[0]
    opened = [
        line for line in pane_of(ax).lines if line.get_marker() == "o" and line.get_markerfacecolor() == "white"
    ]  # fmt: skip
    others = meta.effects.not_pooled
    assert_allclose([line.get_xdata()[0] for line in opened], others["estimate"])
    labels = [text.get_text() for text in ax.texts]
    assert labels.index("Not pooled, for comparison") < labels.index("Pilot 2009 (Younger)")
    assert row_of(ax, "Crossover RCT 2023")[-1] == "no interval"
    assert "published" in row_of(ax, "Pilot 2009 (")
    notes = labels[-1].replace("\n", " ")
    for words in (
        "another construct",
        "a difference of medians",
        "two results 0.64, derived",
    ):
        assert words in notes
    assert "illustrative" not in notes


def test_pilot_in_moves_to_the_pooled_block():
    ax = plot_forest(pool_effects(standardise_trials(also_pool="Pilot 2009")))[0]
    labels = [text.get_text() for text in ax.texts]
    assert labels.index("Pilot 2009 (Younger)") < labels.index("Not pooled, for comparison")
    assert labels.count("Pilot 2009 (Younger)") == 1
    assert len(pane_of(ax).collections) == 4


def test_printed_meta_analyses_have_their_own_scales(forest):
    printed, axes = load_printed_meta_analyses(), forest[0]
    assert [pane_of(ax).get_xlabel() for ax in axes] == [
        "standardised mean difference",
        "standardised mean difference (pain)",
        "standardised mean difference (fibromyalgia subgroup)",
        "mean difference (pain)",
    ]
    assert pane_of(axes[0]).get_xlim() == pane_of(axes[1]).get_xlim()
    assert pane_of(axes[0]).get_xlim() != pane_of(axes[3]).get_xlim()
    row = printed.set_index("study").loc["Vatvani 2024"]
    words = row_of(axes[3], "Vatvani 2024")
    assert words[-2:] == [
        write(row["estimate"]),
        f"[{write(row['conf_low'])} to {write(row['conf_high'])}]",
    ]
    note = axes[3].texts[-1].get_text().replace("\n", " ")
    assert "in print below 0 favours LDN" in note
    assert "a 2026 letter (Bruun 2026) found" in note
    assert "nan" not in " ".join(text.get_text() for ax in axes for text in ax.texts)
    assert "no control group" in axes[1].texts[-1].get_text().replace("\n", " ")
    drawn = [text.get_text() for ax in axes for text in pane_of(ax).texts]
    assert drawn == ["← favours placebo", "favours LDN →"] * 4


def test_interval_beyond_the_axis_ends_in_arrows():
    pane = pane_of(plot_forest(some([0.1, 0.9], [0.2, 0.3]))[0])
    arrows = [line.get_marker() for line in pane.lines if line.get_marker() in ("<", ">")]
    assert arrows == ["<", ">"]
    near = some([0.3, 0.32, 0.31, 0.29, 0.3], [0.2] * 5)
    pane = pane_of(plot_forest(near)[0])
    assert not [line for line in pane.lines if line.get_marker() in ("<", ">")]
    ends = np.array([line.get_xdata() for line in pane.lines if len(line.get_xdata()) == 2])
    assert (np.abs(ends - near.prediction_interval()) < 1e-12).all(axis=1).any()


def test_one_and_two_trials():
    one = plot_forest(some([0.4], [0.2]))[0]
    assert "needs 5 trials; there is 1" in [text.get_text() for text in one.texts]
    assert len(pane_of(one).patches) == 1
    two = plot_forest(some([0.1, 0.9], [0.2, 0.3]))[0]
    assert "needs 5 trials; there are 2" in [text.get_text() for text in two.texts]


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plot_forest(pool_effects(standardise_trials(within_r=0.9, also_pool="Pilot 2009"))),
        lambda: plot_forest(some([0.4], [0.2])),
        lambda: plot_forest(some([0.1, 0.9], [0.2, 0.3])),
        lambda: plot_forest(some(np.linspace(-300, 900, 14), [20.0] * 14)),
        lambda: [plot_cumulative(cumulate_trials(standardise_trials()))],
        lambda: [plot_cumulative(leave_one_trial_out(standardise_trials()))],
        lambda: [plot_precision(standardise_trials())],
        lambda: [plot_cumulative(vary_assumptions(within_r=(None, 0.5)))],
        lambda: [plot_funnel(pool_effects(standardise_trials()))],
        lambda: [plot_funnel(pool_effects(standardise_trials(also_pool="Pilot 2009")))],
        lambda: [plot_prior(analyse_credibility(10.8, p_value=0.016).combine(), label="points")],
    ],
)  # fmt: skip
def test_nothing_is_clipped_or_overlaps(draw):
    assert_readable(draw()[0].figure)


def test_nothing_is_clipped_or_overlaps_beside_printed_meta_analyses(meta, bayes, forest):
    assert_readable(forest[0][0].figure)
    axes = plot_forest(meta, bayes=bayes, printed=load_printed_meta_analyses())
    assert_readable(axes[0].figure)


def test_as_many_axes_as_panes(meta):
    figure = mpl.figure.Figure()
    with pytest.raises(ValueError, match="plot_forest: 4 panes need 4 axes; received 1"):
        plot_forest(meta, figure.subplots(), printed=load_printed_meta_analyses())
    ax = figure.subplots()
    assert plot_forest(meta, ax) == [ax]


# --- the others ---------------------------------------------------------------------------


def test_cumulative_draws_the_series():
    series = cumulate_trials(standardise_trials())
    for model in ("hartung-knapp", "bayesian", "fixed"):
        ax = plot_cumulative(series, model=model)
        table = series.to_frame(model=model)
        points = [line for line in ax.lines if line.get_marker() in ("o", "D")]
        assert [line.get_marker() for line in points] == ["o", "D", "D"]
        assert_allclose([line.get_xdata()[0] for line in points], table["estimate"], rtol=1e-12)
        texts = [text.get_text() for text in ax.texts]
        for row, text in zip(table.itertuples(), texts, strict=True):
            assert (
                text == f"{write(row.estimate)} [{write(row.conf_low)} to {write(row.conf_high)}]"
            )
    assert [label.get_text() for label in ax.get_yticklabels()][-1] == "+ INNOVA 2026, n = 223"
    assert "fixed effect, 95 % CI; open: one trial, normal interval" in ax.get_title(loc="left")
    assert "favours LDN" in ax.get_xlabel()


def test_cumulative_draws_the_interval_that_the_text_recommends():
    series = cumulate_trials(standardise_trials())
    ax = plot_cumulative(series)
    assert "random effects, Bayesian, 95 % credible interval" in ax.get_title(loc="left")
    table = series.to_frame()
    last = ax.texts[-1].get_text()
    assert last.endswith(
        f"[{write(table['conf_low'].iloc[-1])} to {write(table['conf_high'].iloc[-1])}]"
    )


def test_precision_places_trials_by_what_they_are_worth():
    effects = standardise_trials()
    ax = plot_precision(effects)
    table = effects.to_frame().dropna(subset=["std_error"])
    large = [line for line in ax.lines if line.get_markersize() == 7 and len(line.get_xdata())]
    assert_allclose([line.get_xdata()[0] for line in large], table["parallel_n"], rtol=1e-12)
    small = [line for line in ax.lines if line.get_markersize() == 3]
    assert [line.get_xdata()[0] for line in small] == table["n_obs"].tolist()
    names = [text.get_text() for text in ax.texts]
    assert names == table["trial"].tolist()
    faces = [line.get_markerfacecolor() == "white" for line in large]
    assert faces == (~table["pooled"]).tolist()


def test_funnel(meta):
    ax = plot_funnel(meta)
    drawn = {line.get_label(): line for line in ax.lines}
    assert_allclose(drawn["pooled trial"].get_xdata(), meta.trials["estimate"])
    assert_allclose(drawn["pooled trial"].get_ydata(), meta.trials["std_error"])
    assert drawn["not pooled"].get_markerfacecolor() == "white"
    assert len(drawn["not pooled"].get_xdata()) == 1  # without an error no place
    assert "fewer than 10" in ax.get_title(loc="left")
    assert ax.get_ylim()[1] == 0
    bands = {
        item.get_label(): item for item in ax.collections if not item.get_label().startswith("_")
    }
    assert set(bands) == {"0.05 < p < 0.1", "0.01 < p < 0.05", "p < 0.01"}
    corners = bands["0.01 < p < 0.05"].get_paths()[0].vertices
    bottom = ax.get_ylim()[0]
    at_bottom = np.unique(corners[np.isclose(corners[:, 1], bottom), 0] / bottom)
    assert_allclose([at_bottom.min(), at_bottom.max()], [1.959963985, 2.575829304], rtol=1e-8)


def test_prior_draws_three_curves():
    combined = combine_with_prior(2.0, 1.0, prior_sd=0.5, prior_mean=-1.0)
    ax = plot_prior(combined, label="effect (points)")
    curves = [line for line in ax.lines if len(line.get_xdata()) > 100]
    tops = [line.get_xdata()[np.argmax(line.get_ydata())] for line in curves]
    assert_allclose(tops, [-1.0, 2.0, combined.posterior_mean], atol=0.02)
    heights = [line.get_ydata().max() for line in curves]
    assert_allclose(heights, [1 / 0.5, 1.0, 1 / combined.posterior_sd], rtol=1e-3)
    ends = [line.get_xdata() for line in ax.lines if len(line.get_xdata()) == 2][:3]
    assert_allclose(ends, combined.to_frame()[["conf_low", "conf_high"]], rtol=1e-12)
    assert f"{combined.probability_above():.3f}" in ax.get_title(loc="left")
    assert ax.get_xlabel() == "effect (points)"


def test_same_figure_same_bytes_and_rcparams_untouched(meta, forest):
    settings = [name for name in mpl.rcParams if name != "backend"]  # found on first use
    before = {name: mpl.rcParams[name] for name in settings}
    axes = plot_forest(meta, printed=load_printed_meta_analyses())
    assert render_figure(axes[0].figure, ["svg"]) == forest[1]
    plot_funnel(meta)
    assert {name: mpl.rcParams[name] for name in settings} == before
