"""The figures show exactly what the results hold, and are made the same way every time."""

import re
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex

from ldn_analysis import fit_line, fit_lines, load_dataset, summarise_improvement
from ldn_analysis.core.canvas import MARKERS, STYLE, new_figure, take_axes
from ldn_analysis.core.export import render_figure, save_figure
from ldn_analysis.core.wording import format_number
from ldn_analysis.crossover.figure_1 import plot_improvement
from ldn_analysis.lines.figure_2 import MAX_DRAWN_SINGLY, plot_esr_pain, plot_line
from ldn_analysis.report.captions import render_captions

MINUS = "\N{MINUS SIGN}"


@pytest.fixture(scope="module")
def fits():
    return fit_lines(load_dataset("esr_pain_change").drop(columns="esr_status"))


@pytest.fixture(scope="module")
def summary():
    return summarise_improvement(load_dataset("improvement"))


def own(name):
    """A table without what only the illustrative ones have, as a user's own table."""
    return pd.DataFrame(load_dataset(name).drop(columns=["status", "esr_status"], errors="ignore"))


def line_of(ax):
    return next(line for line in ax.lines if line.get_label() == "line")


def points_of(ax):
    """Drawn points by label."""
    return {line.get_label(): line for line in ax.lines if line.get_marker() not in ("None", "")}


def band_of(ax):
    return next(item for item in ax.collections if isinstance(item, PolyCollection))


def title_of(ax):
    return ax.get_title(loc="left")


def words_of(figure):
    """Every visible text of a figure."""
    FigureCanvasAgg(figure).draw()
    return [
        text for text in figure.findobj(mpl.text.Text) if text.get_visible() and text.get_text()
    ]


# --- what is drawn is what was computed --------------------------------------------------


@pytest.mark.parametrize("level", [0.95, 0.8])
@pytest.mark.parametrize("name", ["ldn", "placebo"])
def test_line_and_band_equal_predict(fits, name, level):
    fit = fits[name]
    ax = plot_line(fit, confidence_level=level)
    x, y = line_of(ax).get_data()
    expected = fit.predict(x, confidence_level=level)
    assert (x[0], x[-1]) == (fit.x.min(), fit.x.max())
    np.testing.assert_array_equal(y, expected["fitted"])
    # fill_between: along the lower limit, back along the upper one, with doubled corners
    corners = {tuple(corner) for corner in band_of(ax).get_paths()[0].vertices}
    for limit in ("conf_low", "conf_high"):
        assert corners >= set(zip(x, expected[limit], strict=True))
    low, high = expected["conf_low"], expected["conf_high"]
    assert corners == set(zip(x, low, strict=True)) | set(zip(x, high, strict=True))


def test_prediction_limits_equal_predict(fits):
    ax = plot_line(fits["ldn"], prediction=True)
    dotted = [line for line in ax.lines if line.get_linestyle() == ":"]
    assert len(dotted) == 2
    for line, limit in zip(dotted, ("pred_low", "pred_high"), strict=True):
        x, y = line.get_data()
        np.testing.assert_array_equal(y, fits["ldn"].predict(x)[limit])
    assert not [line for line in plot_line(fits["ldn"]).lines if line.get_linestyle() == ":"]


@pytest.mark.parametrize("group", [None, "trial"])
def test_points_equal_the_data(fits, group):
    for name in fits:
        fit = fits[name]
        points = points_of(plot_line(fit, group=group))
        drawn = np.concatenate([np.column_stack(line.get_data()) for line in points.values()])
        expected = np.column_stack([fit.x, fit.y])
        assert sorted(map(tuple, drawn)) == sorted(map(tuple, expected))


def test_groups_are_told_apart_by_marker_and_colour(fits):
    for ax, name in zip(plot_esr_pain(fits), fits, strict=True):
        points = points_of(ax)
        assert list(points) == ["pilot", "crossover"]
        for label, line in points.items():
            rows = fits[name].data[fits[name].data["trial"] == label]
            np.testing.assert_array_equal(line.get_xdata(), rows["esr_mm_h"])
            np.testing.assert_array_equal(line.get_ydata(), rows["pain_reduction_percent"])
        assert len({line.get_marker() for line in points.values()}) == 2
        assert len({to_hex(line.get_markeredgecolor()) for line in points.values()}) == 2


def test_points_without_a_group_are_drawn_too():
    data = own("esr_pain_change")
    data.loc[:9, "trial"] = np.nan
    for labels in (data["trial"], data["trial"].astype(object)):
        fit = fit_lines(data.assign(trial=labels))["ldn"]
        points = points_of(plot_line(fit, group="trial"))
        assert sum(len(line.get_xdata()) for line in points.values()) == fit.n_obs
        assert len(points["trial not given"].get_xdata()) == 5
    assert next(iter(points)) == "trial not given"  # text: in the order of the rows


def test_more_groups_than_markers_look_the_same():
    data = own("esr_pain_change").assign(trial=lambda table: table["participant"])
    points = points_of(plot_esr_pain(fit_lines(data))[0])
    assert list(points) == ["participants"]
    five = own("esr_pain_change").assign(trial=[str(i // 2 % len(MARKERS)) for i in range(76)])
    points = points_of(plot_esr_pain(fit_lines(five))[0])
    assert len({line.get_marker() for line in points.values()}) == len(MARKERS)


def test_group_that_is_absent():
    fits = fit_lines(own("esr_pain_change").drop(columns="trial"))
    assert list(points_of(plot_esr_pain(fits)[0])) == ["participants"]
    with pytest.raises(
        ValueError, match=r"plot_line: the group 'trial' is not a column; columns: p"
    ):
        plot_line(fits["ldn"], group="trial")


# --- words -------------------------------------------------------------------------------


def test_labels_have_units(fits, summary):
    ax = plot_line(fits["ldn"])
    assert ax.get_xlabel() == "baseline ESR (mm/h)"
    assert ax.get_ylabel() == "pain reduction (% of baseline)"
    assert plot_improvement(summary).get_xlabel() == "participants (% of 29)"


def test_labels_of_columns_the_codebook_does_not_know():
    data = pd.DataFrame({"$x_1$ <b>": [1.0, 2, 3, 5], "y": [1.0, 2, 2, 4]})
    ax = plot_line(fit_line(data, predictor="$x_1$ <b>", outcome="y"))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$x_1$ <b>", "y")


@pytest.mark.parametrize("styled", [True, False])
def test_every_pane_gives_its_numbers(fits, styled):
    with style.context([STYLE] if styled else []):
        axes = [
            *plot_esr_pain(fits, confidence_level=0.9),
            plot_line(fits["placebo"], confidence_level=0.9),
        ]
    for ax, fit in zip(axes, [fits["ldn"], fits["placebo"], fits["placebo"]], strict=True):
        slope = fit.to_frame(0.9).iloc[1]
        title = title_of(ax).replace(MINUS, "-")
        numbers = [float(word) for word in re.findall(r"-?\d+\.\d+", title)]
        low, high = slope["conf_low"], slope["conf_high"]
        wanted = [fit.slope, low, high, fit.r, fit.r_squared, fit.p_value]
        np.testing.assert_allclose(numbers, wanted, rtol=0.006, atol=0.0051)
        assert "(90 % CI " in title
        assert title.endswith(f"n = {fit.n_obs}")
        assert ax.get_title(loc="center") == ""


def test_the_level_of_the_band_is_in_the_legend(fits):
    (legend,) = plot_esr_pain(fits, confidence_level=0.9)[0].figure.legends
    labels = [text.get_text() for text in legend.get_texts()]
    assert labels == ["pilot", "crossover", "line", "90 % band of the line", "zero"]


def figures_of(improvement, esr_pain):
    fits = fit_lines(esr_pain)
    yield plot_improvement(summarise_improvement(improvement)).figure
    yield plot_esr_pain(fits)[0].figure
    yield plot_line(fits["placebo"]).figure


def test_illustrative_data_are_called_so_and_others_are_not(fits):
    tables = ("improvement", "esr_pain_change")
    for figure in figures_of(*map(load_dataset, tables)):
        for ax in figure.axes:
            assert title_of(ax).count("illustrative data") == 1
    for figure in figures_of(*map(own, tables)):
        assert not [text for text in words_of(figure) if "illustrative" in text.get_text()]
    assert "illustrative data" in render_captions({"figure_2": fits})
    own_caption = render_captions({"figure_2": fit_lines(own("esr_pain_change"))})
    assert "illustrative" not in own_caption
    assert "assumed" not in own_caption
    assert "Fig. 1" not in own_caption


def test_negative_numbers_have_a_real_minus(fits):
    figure = plot_esr_pain(fits)[0].figure
    texts = [text.get_text() for text in words_of(figure)]
    assert any(text.startswith(MINUS) for text in texts)  # a tick below zero
    low = min(fits[name].confidence_interval("slope").low for name in fits)
    assert low < 0
    assert any(f"{MINUS}{format_number(-low)} to " in text for text in texts)
    for text in texts:
        assert not re.search(r"(?<!\w)-\d", text), text


def test_own_titles_and_axes(fits):
    axes = plot_esr_pain(fits, titles={"ldn": "Drug"})
    heads = [title_of(ax).splitlines()[0] for ax in axes]
    assert heads == ["Drug (illustrative data)", "Placebo (illustrative data)"]
    figure = new_figure(2)
    given = figure.subplots(1, 2)
    assert plot_esr_pain(fits, given) == list(given)
    assert plot_line(fits["ldn"], given[0]) is given[0]
    with pytest.raises(
        ValueError, match=r"plot_esr_pain: 2 panes need (2|as many) axes; received 1"
    ):
        plot_esr_pain(fits, given[0])


def test_panes_share_their_axes(fits):
    left, right = plot_esr_pain(fits)
    assert left.get_xlim() == right.get_xlim()
    assert left.get_ylim() == right.get_ylim()
    assert right.get_ylabel() == ""  # said once


# --- layout ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["improvement", "esr_pain", "line"])
def test_text_lies_within_the_figure_and_off_the_points(fits, summary, name):
    with style.context(STYLE):
        if name == "improvement":
            figure = plot_improvement(summary).figure
        elif name == "esr_pain":
            figure = plot_esr_pain(fits)[0].figure
        else:
            figure = plot_line(fits["placebo"], group="trial").figure
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        renderer = canvas.get_renderer()
        titles = [
            text
            for ax in figure.axes
            for text in ax.findobj(mpl.text.Text)
            if text.get_text() == title_of(ax)
        ]
        assert len(titles) == len(figure.axes)
        labels = [ax.xaxis for ax in figure.axes] + list(figure.legends)
        inside = [text for ax in figure.axes for text in ax.texts]
        drawn = [*titles, *labels, *inside, *(ax.yaxis for ax in figure.axes)]
        for item in drawn:
            box = item.get_tightbbox(renderer)
            if box is None:  # the right pane's scale is that of the left one
                assert item is figure.axes[-1].yaxis
                continue
            assert box.x0 >= 0, item
            assert box.y0 >= 0, item
            assert box.x1 <= figure.bbox.width, item
            assert box.y1 <= figure.bbox.height, item
        panes = [ax.get_window_extent(renderer) for ax in figure.axes]
        boxes = [text.get_window_extent(renderer) for text in titles]
        boxes += [legend.get_window_extent(renderer) for legend in figure.legends]
        for i, box in enumerate(boxes):
            for other in [*panes, *boxes[:i]]:
                assert not box.overlaps(other.padded(-0.5))
        for text in inside:
            assert text.get_window_extent(renderer).x1 <= panes[0].x1
        for first, second in pairwise(panes):
            assert first.x1 < second.x0


def test_widths_are_those_of_a_journal(fits, summary):
    assert new_figure(1).get_figwidth() * 25.4 == pytest.approx(84, rel=1e-12)
    for ax in (plot_improvement(summary), plot_esr_pain(fits)[0]):
        assert ax.figure.get_figwidth() * 25.4 == pytest.approx(174, rel=1e-12)


# --- large data --------------------------------------------------------------------------


def test_a_million_points_are_a_density_and_it_says_so():
    rng = np.random.default_rng(5)
    n = 1_000_000
    data = pd.DataFrame({"condition": "ldn", "esr_mm_h": rng.integers(1, 60, n) + 0.0})
    data["pain_reduction_percent"] = rng.normal(20, 10, n) + data["esr_mm_h"]
    data = data.sort_values("pain_reduction_percent")  # no order of rows makes a difference
    fits = fit_lines(data)
    (ax,) = plot_esr_pain(fits)
    assert not points_of(ax)
    mesh = next(item for item in ax.collections if item.get_array() is not None)
    counts = mesh.get_array()
    assert counts.sum() == n
    assert counts.shape == (40, 59)
    corners = mesh.get_coordinates()
    np.testing.assert_allclose(corners[0, :, 0], np.arange(0.5, 60))  # a whole mm/h a cell
    low, high = corners[[7, 8], 0, 1]
    inside = (data["esr_mm_h"] == 2) & data["pain_reduction_percent"].between(low, high)
    assert counts[7, 1] == inside.sum()
    lines = title_of(ax).splitlines()
    assert lines[-1] == f"shade (log scale): participants per cell, 1 to {counts.max():,.0f}"
    assert lines[-2].endswith("n = 1000000")
    x, y = line_of(ax).get_data()  # the line is that of all points
    np.testing.assert_array_equal(y, fits["ldn"].predict(x)["fitted"])
    assert len(render_figure(ax.figure, ["svg"])["svg"]) < 2_000_000


def test_two_thousand_points_are_all_drawn_and_one_more_is_not():
    x = np.arange(MAX_DRAWN_SINGLY + 1.0)
    data = pd.DataFrame({"x": x, "y": np.sin(x)})
    all_drawn = plot_line(fit_line(data[1:], predictor="x", outcome="y"))
    assert len(points_of(all_drawn)["participants"].get_xdata()) == MAX_DRAWN_SINGLY
    assert "shade" not in title_of(all_drawn)
    assert "shade" in title_of(plot_line(fit_line(data, predictor="x", outcome="y")))
    constant = plot_line(fit_line(data.assign(y=3.5), predictor="x", outcome="y"))
    assert "per cell, 1 to 34" in title_of(constant)


def test_drawing_leaves_the_style_alone(fits, summary, tmp_path):
    before = dict(mpl.rcParams)
    plot_esr_pain(fits)
    plot_improvement(summary)
    save_figure(plot_line(fits["ldn"], prediction=True), tmp_path / "figure")
    assert dict(mpl.rcParams) == before


def test_labels_from_outside_are_plain_text_on_one_line():
    odd = {"ldn": "$\\frac{ <b>", "placebo": "_two\nlines \u202e" + "n" * 90}
    data = own("esr_pain_change").astype({"condition": "str", "trial": "str"})
    data["condition"] = data["condition"].map(odd)
    data["trial"] = data["trial"].map(
        {"pilot": "_" + "t" * 60 + "1", "crossover": "_" + "t" * 60 + "2"}
    )
    with style.context(STYLE):
        axes = plot_esr_pain(fit_lines(data))
        assert render_figure(axes[0].figure, ["svg"])["svg"]
    titles = [ax.get_title(loc="left").splitlines() for ax in axes]
    assert titles[0][0] == "$\\frac{ <b>"
    assert titles[1][0] == " _two lines " + "n" * 26 + "..."
    assert [len(lines) for lines in titles] == [3, 3]
    labels = [text.get_text() for text in axes[0].figure.legends[0].get_texts()]
    assert labels[:2] == [f"{i}:  _{'t' * 36}..." for i in (1, 2)]  # cut, and still two


@pytest.mark.parametrize(("shape", "count"), [(1, 1), (3, 3), ((2, 3), 6)])
def test_axes_are_taken_or_made_and_a_wrong_number_is_refused(shape, count):
    made = take_axes(None, shape, "plot_it", height_mm=60)
    assert len(made) == count
    assert take_axes(made, shape, "plot_it", height_mm=60) == made
    need = "1 pane needs" if count == 1 else f"{count} panes need"
    with pytest.raises(ValueError) as caught:
        take_axes([*made, made[0]], shape, "plot_it", height_mm=60)
    assert str(caught.value) == f"plot_it: {need} {count} axes; received {count + 1}"
