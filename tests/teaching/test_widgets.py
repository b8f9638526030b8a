"""Widgets without a browser: what they draw, say and leave behind (tests/browser/test_notebooks_in_browser.py moves them)."""

import base64
import io
import re
import subprocess
import sys
from functools import cache
from html import unescape
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread
from numpy.testing import assert_allclose
from witnesses import fit_set, fit_xy

import ldn_analysis
from ldn_analysis import (
    Assumptions,
    compute_power_exact,
    estimate_truth,
    explore_esr_correlation,
    explore_line_fan,
    explore_moved_point,
    explore_multiverse,
    explore_small_samples,
    fit_lines,
    fit_multiverse,
    leave_one_out,
    load_dataset,
    move_point,
    simulate_lines,
    simulate_trials,
    vary_esr_correlation,
)
from ldn_analysis.core.wording import format_number
from ldn_analysis.multiverse.figures import TITLES
from ldn_analysis.multiverse.specifications import GRID
from ldn_analysis.teaching.widget_parts import Stage
from ldn_analysis.teaching.widgets import SMALL_SAMPLE_LIMITS

ipywidgets = pytest.importorskip("ipywidgets")


@cache
def fit_all():
    return fit_multiverse(load_dataset("daily_pain"), load_dataset("participants"))


MAKE = {
    "esr_correlation": explore_esr_correlation,
    "line_fan": lambda: explore_line_fan(rng=6),
    "moved_point": lambda: explore_moved_point(fit_lines(load_dataset("esr_pain_change"))["ldn"]),
    "multiverse": lambda: explore_multiverse(fit_all()),
    "small_samples": lambda: explore_small_samples(rng=6),
}
each = pytest.mark.parametrize("name", MAKE)


@pytest.fixture(scope="module")
def boxes():
    """Each widget with its pictures; a test puts back what it moves."""
    return {name: make() for name, make in MAKE.items()}


@pytest.fixture
def multiverse(boxes):
    """The widget of the multiverse, whose first analysis is chosen again in the end."""
    yield boxes["multiverse"]
    choose_analysis(boxes["multiverse"], **FIRST)


@pytest.fixture
def undrawn(monkeypatch):
    """No pictures, which take nearly all the time: what is tested is what the widgets say."""

    def start(stage, axes):
        stage.axes, stage.figure = axes, axes[0].figure

    monkeypatch.setattr(Stage, "__init__", start)
    monkeypatch.setattr(Stage, "draw", lambda *_: b"")
    monkeypatch.setattr("ldn_analysis.multiverse.figures.draw_curve", lambda *_: None)


words_only = pytest.mark.usefixtures("undrawn")


def test_every_widget_is_tested_here():
    explorers = [name for name in ldn_analysis.__all__ if name.startswith("explore_")]
    assert sorted(explorers) == sorted(f"explore_{name}" for name in MAKE)


def html(box):
    return box.children[1].value


def alt(box):
    return unescape(re.search(r'<img [^>]*alt="([^"]+)"', html(box))[1])


def picture(box):
    data = re.search(r"data:image/png;base64,([^\"]+)", html(box))[1]
    return imread(io.BytesIO(base64.b64decode(data)))


def controls(box):
    return list(box.children[0].children)


def sliders(box):
    """Sliders by the name in the box beside each, and lists by their own."""
    return {
        row.description if isinstance(row, ipywidgets.Dropdown) else row.children[0].description: (
            row if isinstance(row, ipywidgets.Dropdown) else row.children[1]
        )
        for row in controls(box)
        if isinstance(row, (ipywidgets.HBox, ipywidgets.Dropdown))
    }


def move(control, steps=1):
    """Up by so many steps, or as far as it goes; down if it is at its end. A list: to the next."""
    if isinstance(control, ipywidgets.Dropdown):
        control.index = (control.index + 1) % len(control.options)
        return
    up = min(steps * control.step, control.max - control.value)
    control.value += up or -steps * control.step


def table(box):
    """The table below the picture: heading of a row -> its cells, and the columns' headings."""
    element = ElementTree.fromstring(re.search(r"<table.*</table>", html(box), re.S)[0])
    head, *rows = [["".join(cell.itertext()) for cell in row] for row in element.iter("tr")]
    return pd.DataFrame([row[1:] for row in rows], [row[0] for row in rows], head[1:])


@each
def test_every_slider_moves_the_picture_and_the_words_and_leaves_nothing_behind(boxes, name):
    before = dict(mpl.rcParams)
    box = boxes[name]
    assert box.layout.display != "none"
    for slider in sliders(box).values():
        words, drawn = alt(box), picture(box)
        start = slider.value
        move(slider, 3)
        assert alt(box) != words
        assert len(alt(box)) > 60
        assert picture(box).shape == drawn.shape
        assert (picture(box) != drawn).any()
        slider.value = start
        assert alt(box) == words
    nothing_is_left(before)


def nothing_is_left(before):
    """The style is as it was, and pyplot has no figure."""
    assert dict(mpl.rcParams) == before
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        assert pyplot.get_fignums() == []


@words_only
@each
def test_sliders_have_a_named_box_with_the_same_limits(name):
    box = MAKE[name]()
    assert sliders(box)
    for row in controls(box):
        if not isinstance(row, ipywidgets.HBox):
            assert row.description  # a button or a list names itself
            continue
        number, slider = row.children
        assert number.description
        assert slider.description == ""
        assert (number.min, number.max, number.step) == (slider.min, slider.max, slider.step)
        assert number.value == slider.value
        number.value = slider.max
        assert slider.value == slider.max
        slider.value = slider.min
        assert number.value == slider.min


@words_only
def test_what_the_page_makes_of_a_number_is_read_in_whole_steps():
    box = explore_esr_correlation()
    start, draws = html(box), []
    box.children[1].observe(draws.append, names="value")
    sliders(box)["r with ESR, ldn"].value = 0.40000000000000013  # seen in Chromium
    assert html(box) == start
    assert not draws
    assert controls(box)[0].children[0].value == 0.4


@each
def test_words_are_in_a_live_region_and_equal_the_alt_text_and_two_widgets_are_apart(boxes, name):
    before = dict(mpl.rcParams)
    box, other = MAKE[name](), boxes[name]
    nothing_is_left(before)
    assert html(box) == html(other)
    (live,) = re.findall(r'<div role="status" aria-live="polite">([^<]+)</div>', html(box))
    assert unescape(live) == alt(box)
    assert not re.search(r"0x[0-9a-f]{6,}|/home|/tmp", re.sub(r"base64,[^\"]+", "", html(box)))
    move(next(iter(sliders(box).values())))
    assert html(box) != html(other)


# --- the moved point ------------------------------------------------------------------------


def choose(box, ldn, label):
    """Choose a participant; give the sliders of the two values, and the row."""
    i = ldn.data["participant"].tolist().index(label)
    who, x, y = sliders(box).values()
    who.value = label
    return x, y, i


@words_only
def test_moved_point_says_what_move_point_says(ldn):
    box = explore_moved_point(ldn)
    x, y, _ = choose(box, ldn, "C17")
    x.value, y.value = 60, -60
    moved = move_point(ldn, "C17", x=60, y=-60)
    assert alt(box) == str(moved)
    shown = table(box)
    assert list(shown.columns) == ["before", "after"]
    expected = moved.to_frame().set_index("term")
    assert list(shown.index) == list(expected.index)
    assert_allclose(shown.astype(float), expected, rtol=6e-3)


@words_only
def test_it_starts_with_the_participant_who_moves_the_line_most(ldn):
    most = leave_one_out(ldn)
    assert alt(explore_moved_point(ldn)).startswith(f"{most.labels[most.most_influential]} ")


@words_only
def test_another_participant_starts_in_place_and_can_be_put_back(ldn):
    box = explore_moved_point(ldn)
    draws = []
    box.children[1].observe(draws.append, names="value")
    x, y, i = choose(box, ldn, "C03")
    assert len(draws) == 1  # not once a slider
    start = html(box)
    still = move_point(ldn, "C03", x=ldn.x[i], y=ldn.y[i])
    assert alt(box) == str(still)  # exactly, though sliders stand on whole steps
    assert abs(y.value - ldn.y[i]) <= y.step / 2
    x.value += 10
    y.value -= 40
    assert alt(box) == str(move_point(ldn, "C03", x=x.value, y=y.value))
    assert controls(box)[-1].description == "Reset"
    controls(box)[-1].click()
    assert html(box) == start


@words_only
def test_sliders_reach_the_failing_case_and_nothing_impossible(ldn):
    who, x, y = sliders(explore_moved_point(ldn)).values()
    labels = [label for label, _ in who.options]
    assert labels == sorted(ldn.data["participant"])
    assert x.min == 0
    assert x.step == 1  # ESR is read in whole mm/h
    assert x.max >= 60
    assert y.min <= -60
    assert y.max == 100


@words_only
def test_any_line_can_be_explored():
    box = explore_moved_point(fit_set("anscombe4"))
    assert list(sliders(box)) == ["participant", "x", "y"]
    who, x, _ = sliders(box).values()
    i = [label for label, _ in who.options].index(who.value)
    assert fit_set("anscombe4").x[int(who.value)] == 19  # the point that alone makes the slope
    assert i == int(who.index)
    x.value = 8.0  # now the predictor is the same for everybody: said, not raised
    assert "so no slope exists" in html(box)
    assert "<img" not in html(box)
    x.value = 12.0
    assert "<img" in html(box)


@words_only
@pytest.mark.parametrize("scale", [0.003, 1.0, 700.0])
def test_a_point_that_was_not_moved_is_exactly_where_it_was(scale):
    rng = np.random.default_rng(5)
    fit = fit_xy(scale * rng.normal(size=12), rng.normal(size=12) / scale)
    box = explore_moved_point(fit)
    who, x, _ = sliders(box).values()
    for row in (0, 4, 11):
        who.value = str(row)
        assert alt(box) == str(move_point(fit, str(row), x=fit.x[row], y=fit.y[row]))
        x.value += x.step
        assert alt(box) != str(move_point(fit, str(row), x=fit.x[row], y=fit.y[row]))


# --- the correlation and the fan ---------------------------------------------------------------


@words_only
def test_esr_correlation_says_what_is_kept(change):
    box = explore_esr_correlation()
    ldn, placebo = sliders(box).values()
    assert (ldn.value, placebo.value) == Assumptions.crossover_esr_r
    ldn.value, placebo.value = 0.9, 0.5
    varied = vary_esr_correlation(change, crossover_esr_r=(0.9, 0.5))
    assert alt(box).startswith(str(varied))
    assert table(box)["met"].tolist() == varied.to_frame()["met"].tolist()
    placebo.value = -0.9
    assert "no such data exist" in html(box)
    assert "<img" not in html(box)
    placebo.value = 0.5
    assert alt(box).startswith(str(varied))


@words_only
def test_line_fan_starts_at_the_truth_of_the_figure_above():
    known = estimate_truth(load_dataset("esr_pain_change"))
    assert alt(explore_line_fan(rng=6)) == str(simulate_lines(known, n_people=10, rng=6))


@words_only
def test_line_fan_without_a_relation_says_sizes_and_directions():
    box = explore_line_fan(rng=6)
    sliders(box)["true R²"].value = 0
    size = float(re.search(r"their mean size is ([\d.]+)", alt(box))[1])
    assert size > 0.5  # signed slopes would cancel
    upward, downward = map(float, re.findall(r"([\d.]+) % (?:of these slope|down)", alt(box)))
    assert_allclose([upward, downward], 50, atol=8)


def test_small_samples_axes_stand_still_and_hold_nearly_all_estimates():
    known = estimate_truth(load_dataset("esr_pain_change"))
    for n_people in (6, 150):
        trials = simulate_trials(known, n_people=n_people, n_trials=1000, rng=6)
        for estimand, (low, high) in SMALL_SAMPLE_LIMITS.items():
            bins = trials.histogram(estimand).iloc[1:-1]
            inside = bins[(bins["low"] >= low) & (bins["high"] <= high)]
            share = inside[["n_significant", "n_not_significant"]].sum().sum() / 1000
            assert share > 0.95


def test_small_samples_placebo_moves_only_what_a_trial_without_placebo_shows(boxes):
    box = boxes["small_samples"]
    drawn, placebo = picture(box), sliders(box)["placebo (%)"]
    placebo.value += 5
    changed = (picture(box) != drawn).any(axis=(0, 2)).nonzero()[0]
    assert changed.min() > 0.6 * drawn.shape[1]
    placebo.value -= 5
    assert (picture(box) == drawn).all()


@words_only
def test_line_fan_shows_the_chosen_truth():
    box = explore_line_fan(rng=6)
    people, r_squared = sliders(box).values()
    people.value, r_squared.value = 38, 0.4
    known = estimate_truth(load_dataset("esr_pain_change"))
    truth = known.with_effect("slope_ldn", known.find_slope(0.4))
    share = float(re.search(r"([\d.]+) % have a slope", alt(box))[1]) / 100
    assert_allclose(share, compute_power_exact(truth, n_people=38), atol=0.01)
    assert f"where the true slope is {format_number(truth.slope_ldn)}" in alt(box)


# --- the multiverse -----------------------------------------------------------------------------


FIRST = {name: options[0] for name, options in GRID.items()}


def choose_analysis(box, **choices):
    """Choose an option of each list by its name."""
    by_name = sliders(box)
    for name, option in choices.items():
        by_name[TITLES[name]].value = option


ELSEWHERE = {
    "outcome": GRID["outcome"][3],
    "end_days": 7,
    "missed_days": "own line",
    "esr": "log(ESR + 1)",
}


@words_only
@pytest.mark.parametrize(
    "choices",
    [
        {},
        ELSEWHERE,
        {"model": "Huber", "adjusted_for": "age"},
        {"without": "whoever moves it most"},
    ],
)
def test_multiverse_says_what_find_finds(choices):
    box = explore_multiverse(fit_all())
    choose_analysis(box, **choices)
    chosen = FIRST | choices
    ((_, row),) = fit_all().find(**chosen).iterrows()
    numbers = re.match(
        r"(\S+) SD of pain reduction per SD of ESR \(95 % CI (\S+) to (\S+)\), (p [^,]+), "
        r"n = (\d+); larger than ([\d,]+) of the 12,339 specifications \((\d+) %\)",
        alt(box),
    ).groups()
    shown = [float(number) for number in numbers[:3]]
    assert_allclose(shown, row[["estimate", "conf_low", "conf_high"]].astype(float), atol=0.005)
    p = f"p = {row['p_value']:.3f}"
    assert numbers[3:5] == (p if row["p_value"] >= 0.001 else "p < 0.001", str(row["n_obs"]))
    smaller = sum(fit_all().specifications["estimate"] < row["estimate"])
    assert numbers[5:] == (f"{smaller:,}", str(int(100 * smaller / 12_339)))
    assert "illustrative data" in alt(box)
    for name, option in chosen.items():
        assert f"{TITLES[name]} {option}" in alt(box)


def test_the_mark_stands_at_the_place_and_on_the_interval_of_the_chosen(multiverse):
    marked = picture(multiverse)
    choose_analysis(multiverse, model="mixed")  # pruned: no mark
    rows, columns = np.nonzero((marked != picture(multiverse)).any(axis=2))
    table = fit_all().to_frame().sort_values("estimate", kind="stable", ignore_index=True)
    (rank,) = np.flatnonzero((table[list(FIRST)] == pd.Series(FIRST)).all(axis=1))
    height, width = marked.shape[:2]
    # The axes lie between fixed margins (new_panes): inches of a figure of 7.8 by 4.2.
    place = (0.55 + (7.8 - 0.65) * (rank + 0.5) / len(table)) / 7.8 * width
    assert columns.min() < place < columns.max()
    vermillion = np.abs(marked[:, :, :3] - np.array([0xD5, 0x5E, 0]) / 255).sum(axis=2) < 0.3
    line = np.flatnonzero(vermillion[:, round(place) - 1 : round(place) + 2].any(axis=1))
    low, high = table["conf_low"].min(), table["conf_high"].max()
    floor = low - 0.08 * (high - low)
    room = 0.05 * (high - floor)  # the margins of the axes
    tall = (table["conf_high"] - table["conf_low"])[rank] / (high - floor + 2 * room)
    assert np.ptp(line) >= tall * (4.2 - 1.5) / 4.2 * height - 2
    assert rows.max() <= line.max() + 2


def test_a_pruned_analysis_is_said_with_its_reason_and_not_marked(multiverse):
    box = multiverse
    choose_analysis(box, model="rank", esr="log(ESR + 1)")
    assert alt(box).startswith("Pruned: the ranks of log(ESR + 1) are the ranks of ESR. ")
    drawn = picture(box)
    choose_analysis(box, model="mixed")
    assert alt(box).startswith("Pruned: the outcome under LDN alone is one number per participant")
    assert_allclose(picture(box), drawn)
    choose_analysis(box, model="OLS")
    assert "larger than" in alt(box)
    assert (picture(box) != drawn).any()


@words_only
def test_only_what_a_multiverse_varies_is_asked():
    tables = load_dataset("daily_pain"), load_dataset("participants")
    few = {name: options[:1] for name, options in GRID.items()}
    box = explore_multiverse(fit_multiverse(*tables, grid=few | {"baseline_days": (7, 14)}))
    assert list(sliders(box)) == ["baseline: final days"]
    assert [label for label, _ in sliders(box)["baseline: final days"].options] == ["7", "14"]
    # The first of the grid's baselines is kept, whichever it is.
    points = few | {"outcome": GRID["outcome"][3:], "baseline_days": (7, 14)}
    box = explore_multiverse(fit_multiverse(*tables, grid=points))
    outcome, days = sliders(box).values()
    outcome.value = GRID["outcome"][4]
    assert "larger than" in alt(box)
    days.value = 14
    assert alt(box).startswith("Pruned: baseline cancels from a difference in points.")
    with pytest.raises(ValueError, match="explore_multiverse: one specification leaves nothing"):
        explore_multiverse(fit_multiverse(*tables, grid=few))


def test_without_ipywidgets_it_says_what_to_install():
    code = (
        "import sys; sys.modules['ipywidgets'] = None; import ldn_analysis\n"
        "for name in ('esr_correlation', 'line_fan', 'moved_point', 'multiverse', 'small_samples'):\n"
        "    explore = getattr(ldn_analysis, f'explore_{name}')\n"
        "    options = {'rng': 1} if name in ('line_fan', 'small_samples') else {}\n"
        "    try: explore(*([None] if name.startswith('m') else []), **options)\n"
        "    except ImportError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 5
    for name, line in zip(("esr", "line", "moved", "multiverse", "small"), lines, strict=True):
        assert line.startswith(f"explore_{name}")
        assert "python -m pip install ipywidgets" in line
