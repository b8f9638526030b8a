import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import style
from numpy.testing import assert_allclose
from witnesses import fit_xy

from ldn_analysis.core.canvas import new_figure
from ldn_analysis.core.export import render_figure
from ldn_analysis.lines.bootstrap import bootstrap_line
from ldn_analysis.lines.checks import check_line
from ldn_analysis.lines.figures_checks import plot_checks
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


@pytest.fixture(scope="module")
def fits(ldn):
    """Lines by name: that of the data, and odd ones."""
    return {"ldn": ldn} | {name: fit_xy(*points) for name, points in ODD.items()}


@pytest.fixture(scope="module")
def drawn(fits):
    """The five figures of each line, and the files of the first, made before a test looks at it."""
    # Where another test has brought pyplot in, it would warn of so many at once.
    many = mpl.rc_context({"figure.max_open_warning": 0})
    with many, style.context("ldn_analysis.ldn"):
        figures = {name: draw_all(fit) for name, fit in fits.items()}
        return figures, render_all(figures["ldn"])


@pytest.fixture(scope="module")
def panes(drawn):
    """The six panes of the checks of each line."""
    return {name: figures[0].axes for name, figures in drawn[0].items()}


def render_all(figures):
    return [render_figure(figure, ["svg"]) for figure in figures]


def draw_all(fit):
    return [
        plot_checks(check_line(fit))[0].figure,
        plot_leave_one_out(leave_one_out(fit)).figure,
        plot_bootstrap(bootstrap_line(fit, rng=1, n_resamples=2000)).figure,
        plot_lines(compare_lines(fit)).figure,
        plot_permutation(permute_line(fit, rng=1, n_permutations=2000)).figure,
    ]


def points_of(ax):
    return max(
        (line for line in ax.lines if line.get_marker() == "o"), key=lambda o: len(o.get_xdata())
    )


def texts_of(figure):
    return [text for ax in figure.axes for text in [*ax.texts, ax.title, ax._left_title]]


def test_panes_show_the_numbers_of_the_checks(ldn, panes):
    checks, axes = check_line(ldn), panes["ldn"]
    influence = checks.influence
    drawn = [points_of(ax).get_xydata().T for ax in axes]
    assert_allclose(drawn[0], influence[["fitted", "resid"]].T, rtol=1e-12)
    assert_allclose(drawn[1], checks.qq()[["theoretical", "std_resid"]].T, rtol=1e-12)
    assert_allclose(drawn[2][1], np.sqrt(influence["std_resid"].abs()), rtol=1e-12)
    assert_allclose(drawn[3][1], influence["cooks_distance"], rtol=1e-12)
    assert_allclose(drawn[4], influence[["leverage", "std_resid"]].T, rtol=1e-12)
    assert_allclose(drawn[5][1], influence["dfbetas_slope"], rtol=1e-12)
    curve = axes[0].lines[-1].get_xydata()
    assert_allclose(curve, checks.smooth[["fitted", "resid"]], rtol=1e-12)


def test_contours_are_of_cooks_distance(panes):
    ax = panes["ldn"][4]
    curves = [line.get_xydata() for line in ax.lines if len(line.get_xdata()) == 400]
    assert len(curves) == 6
    for curve, distance in zip(curves[::2], (4 / 38, 0.5, 1.0), strict=True):
        h, r = curve.T
        assert_allclose(r**2 * h / (1 - h) / 2, distance, rtol=1e-9)


def test_points_furthest_beyond_a_cut_off_are_named(ldn, panes):
    checks, axes = check_line(ldn), panes["ldn"]
    named = {text.get_text() for text in axes[3].texts}
    assert named == set(checks.find_points("cooks_distance")[:6])
    place = {label: i for i, label in enumerate(checks.labels)}
    for text in axes[5].texts:
        i = place[text.get_text()]
        assert_allclose(text.xy, (i + 1, checks.influence["dfbetas_slope"].iloc[i]))


@pytest.mark.parametrize("name", ["ldn", *ODD])
def test_no_label_overlaps_another_or_leaves_the_figure(drawn, name):
    for figure in drawn[0][name]:
        figure.dpi = 300  # as in the file
        figure.draw_without_rendering()
        page = figure.bbox
        for ax in figure.axes:
            boxes = [text.get_window_extent() for text in ax.texts if text.get_text()]
            for i, box in enumerate(boxes):
                for other in boxes[i + 1 :]:
                    assert not box.overlaps(other), [text.get_text() for text in ax.texts]
            outer = [ax._left_title, ax.xaxis.label, ax.yaxis.label, *ax.texts]
            if ax.get_legend():
                outer.append(ax.get_legend())
            for artist in outer:
                box = artist.get_window_extent()
                if box.width:
                    out = box.x0 < -1 or box.x1 > page.x1 + 1 or box.y0 < -1 or box.y1 > page.y1 + 1
                    assert not out, artist


def test_every_picture_of_illustrative_data_says_so_and_gives_n(drawn):
    for figure in drawn[0]["ldn"]:
        words = [text.get_text() for text in texts_of(figure)]
        words += [figure.get_suptitle()]
        assert any("illustrative data" in text and "n = 38" in text for text in words)
    for figure in drawn[0]["four"]:
        words = [figure.get_suptitle(), *(text.get_text() for text in texts_of(figure))]
        assert not any("illustrative" in text for text in words)


@pytest.mark.parametrize(
    ("name", "words"), [("perfect", "all points lie on the line"), ("three", "with 3 points")]
)
def test_empty_panes_say_why(panes, name, words):
    assert any(words in text.get_text() for ax in panes[name] for text in ax.texts)


def test_many_points():
    rng = np.random.default_rng(1)
    x = rng.normal(size=20_001)
    fit = fit_xy(x, x + rng.normal(size=len(x)))
    with pytest.raises(ValueError, match="20,001 points are too many to tell apart"):
        plot_checks(check_line(fit))
    assert len(plot_leave_one_out(leave_one_out(fit)).collections[0].get_segments()) <= 400
    axes = plot_checks(check_line(fit_xy(fit.x[:5000], fit.y[:5000])))
    assert points_of(axes[0]).get_rasterized()


def test_given_axes_are_used_and_style_is_left_alone(ldn):
    before = dict(mpl.rcParams)
    axes = new_figure(2, 120).subplots(3, 2)
    assert plot_checks(check_line(ldn), axes) == list(axes.ravel())
    ax = new_figure().subplots()
    assert plot_lines(compare_lines(ldn), ax) is ax
    assert plot_leave_one_out(leave_one_out(ldn), new_figure().subplots()).has_data()
    assert dict(mpl.rcParams) == before
    with pytest.raises(ValueError, match="6 panes need 6 axes; received 4"):
        plot_checks(check_line(ldn), axes.ravel()[:4])


def test_same_bytes_twice(ldn, drawn):
    for once, again in zip(drawn[1], render_all(draw_all(ldn)), strict=True):
        assert once == again
