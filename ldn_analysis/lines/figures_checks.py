"""Draw the checks of a line: six panes, the points furthest beyond a cut-off labelled.

As in `figures`: every `plot_*` takes a result and optional axes, computes no statistics,
and returns the axes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.canvas import (
    BLUE,
    GREY,
    VERMILLION,
    describe_axes,
    draw_points,
    join_words,
    label_unit,
    lay_out,
    place_labels,
    take_axes,
)
from ..core.codebook import describe_column
from ..core.wording import format_number

if TYPE_CHECKING:
    from .checks import LineChecks

__all__ = ["plot_checks"]

MAX_CHECKED_POINTS = 20_000  # more cannot be told apart
MAX_LABELS = 6  # per pane; the table names all


def plot_checks(checks: LineChecks, axes=None):
    """Six panes of a regression check, the points furthest beyond a cut-off labelled.

    Residuals against fitted and scale-location with lowess curves; Q-Q plot with a
    pointwise 95 % band; Cook's distance; leverage against studentised residuals with
    contours of Cook's distance; DFBETAS of the slope. Dashed lines are the cut-offs of
    `check_line`; at most six points per pane are labelled, the table names all.

    Parameters
    ----------
    checks : LineChecks
        What `check_line` returns.
    axes : sequence of six matplotlib Axes, optional
        Default: a new figure of two columns' width.

    Returns
    -------
    list of matplotlib Axes
        One per pane.

    Raises
    ------
    ValueError
        If there are not six axes, or more than 20,000 points.

    See Also
    --------
    check_line : The checks in numbers and words.

    Examples
    --------
    >>> from ldn_analysis import load_dataset, fit_line, check_line
    >>> data = load_dataset("esr_pain_change").query("condition == 'ldn'")
    >>> fit = fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")
    >>> len(plot_checks(check_line(fit)))
    6
    """
    new = axes is None
    if checks.fit.n_obs > MAX_CHECKED_POINTS:
        raise ValueError(
            f"plot_checks: {checks.fit.n_obs:,} points are too many to tell apart; draw a random "
            f"sample of at most {MAX_CHECKED_POINTS:,} rows, or read check_line(fit).to_frame()"
        )
    axes = take_axes(axes, (2, 3), "plot_checks", height_mm=118)
    named = [
        _draw_residuals(checks, axes[0]),
        _draw_qq(checks, axes[1]),
        _draw_scale(checks, axes[2]),
        _draw_stems(checks, axes[3], "cooks_distance", "Cook's distance"),
        _draw_leverage(checks, axes[4]),
        _draw_stems(checks, axes[5], "dfbetas_slope", "DFBETAS of the slope"),
    ]
    if new:
        words = join_words(f"Checks of the line, n = {checks.fit.n_obs}", checks.fit.status)
        axes[0].figure.suptitle(words, x=0.01, ha="left", fontsize=8)
    lay_out(axes[0].figure, roughly=True)  # places depend on the limits and the layout
    for ax, points in zip(axes, named, strict=True):
        place_labels(ax, *points)
    describe_axes(
        axes[0],
        "Six panes: residuals against fitted values, normal quantiles, spread, Cook's distance, "
        "leverage against residuals, and DFBETAS of the slope.",
    )
    return axes


def _draw_residuals(checks: LineChecks, ax) -> tuple:
    """Residuals against fitted values, with lowess."""
    influence = checks.influence
    fitted, resid = influence["fitted"].to_numpy(), influence["resid"].to_numpy()
    ax.axhline(0, color=GREY, linewidth=0.8, linestyle=":")
    draw_points(ax, fitted, resid)
    ax.plot(checks.smooth["fitted"], checks.smooth["resid"], color=VERMILLION, linewidth=1.2)
    unit = describe_column(checks.fit.outcome)[1]
    ax.set_xlabel(label_unit("fitted", unit))
    ax.set_ylabel(label_unit("residual", unit))
    ax.set_title("Linear? curve near 0", fontsize=7)
    return _find_named(checks, "student_resid", fitted, resid)


def _draw_qq(checks: LineChecks, ax) -> tuple:
    """Quantiles of the residuals against normal quantiles."""
    qq = checks.qq()
    ax.fill_between(
        qq["theoretical"], qq["conf_low"], qq["conf_high"], color=GREY, alpha=0.18, linewidth=0
    )
    ax.plot(qq["theoretical"], qq["theoretical"], color=GREY, linewidth=0.8, linestyle=":")
    draw_points(ax, qq["theoretical"], qq["std_resid"])
    ax.set_xlabel("normal quantile")
    ax.set_ylabel("standardised residual")
    ax.set_title("Normal? points in the band", fontsize=7)
    ax.margins(x=0.14)
    found = checks.find_points("student_resid")[:MAX_LABELS]
    rows = qq[qq["label"].isin(found)]
    _say_if_empty(checks, ax, qq["std_resid"])
    return tuple(rows[name].to_numpy() for name in ("theoretical", "std_resid", "label"))


def _draw_scale(checks: LineChecks, ax) -> tuple:
    """Root of the absolute standardised residual against fitted values."""
    fitted = checks.influence["fitted"].to_numpy()
    scale = np.sqrt(np.abs(checks.influence["std_resid"].to_numpy()))
    draw_points(ax, fitted, scale)
    ax.plot(checks.smooth["fitted"], checks.smooth["scale"], color=VERMILLION, linewidth=1.2)
    unit = describe_column(checks.fit.outcome)[1]
    ax.set_xlabel(label_unit("fitted", unit))
    ax.set_ylabel("√ |standardised residual|")
    ax.set_title("Even scatter? curve level", fontsize=7)
    ax.set_ylim(0, 1.12 * np.nanmax(scale, initial=1.0))
    _say_if_empty(checks, ax, scale)
    return _find_named(checks, "student_resid", fitted, scale)


def _draw_stems(checks: LineChecks, ax, measure: str, name: str) -> tuple:
    """One measure, one stem per participant, with its cut-off."""
    from matplotlib.ticker import MaxNLocator

    values = checks.influence[measure].to_numpy()
    place, cut_off = np.arange(1, len(values) + 1), checks.cut_offs[measure]
    ax.vlines(place, 0, values, color=BLUE, linewidth=0.9)
    draw_points(ax, place, values, markersize=3)
    ax.axhline(0, color=GREY, linewidth=0.6)
    signs = (1,) if measure == "cooks_distance" else (-1, 1)
    for sign in signs:
        ax.axhline(sign * cut_off, color=VERMILLION, linewidth=0.8, linestyle="--")
    if np.isfinite(values).any():
        low, high = min(np.nanmin(values), 0), max(np.nanmax(values), cut_off)
        low = min(low, -cut_off) if len(signs) == 2 else 0
        pad = 0.16 * (high - low)
        ax.set_ylim(low - pad if len(signs) == 2 else 0, high + pad)
    ax.set_xlim(0, len(values) + 1)
    ax.set_xlabel("order in the data")
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.set_ylabel(name)
    ax.set_title(f"Influence? within ±{format_number(cut_off, 2)}" if len(signs) == 2
                 else f"Influence? below {format_number(cut_off, 2)}", fontsize=7)  # fmt: skip
    _say_if_empty(checks, ax, values)
    return _find_named(checks, measure, place, values)


def _draw_leverage(checks: LineChecks, ax) -> tuple:
    """Studentised residuals against leverage, with contours of Cook's distance."""
    influence = checks.influence
    leverage, resid = (influence[name].to_numpy() for name in ("leverage", "std_resid"))
    ax.axhline(0, color=GREY, linewidth=0.6)
    ax.axvline(checks.cut_offs["leverage"], color=VERMILLION, linewidth=0.8, linestyle="--")
    draw_points(ax, leverage, resid)
    right = min(1.15 * max(leverage.max(), checks.cut_offs["leverage"]), 1.0)
    top = np.nanmax(np.abs(resid), initial=2.0) * 1.3
    ax.set_xlim(0, right)
    ax.set_ylim(-top, top)
    ax.set_xlabel("leverage")
    ax.set_ylabel("standardised residual")
    ax.set_title("Influence? dotted: Cook's distance", fontsize=7)
    alone = np.isnan(resid)
    if alone.all():
        _say_if_empty(checks, ax, resid)
        return (), (), ()
    _draw_contours(ax, checks.cut_offs["cooks_distance"], right, top)
    # The line goes through a point of leverage 1, whatever its outcome.
    if alone.any():
        ax.plot(
            leverage[alone], np.zeros(alone.sum()), linestyle="none", marker="x", markersize=6,
            color=VERMILLION, clip_on=False,
        )  # fmt: skip
    found = checks.find_points("leverage")[:2] + checks.find_points("cooks_distance")[:MAX_LABELS]
    chosen = np.isin(checks.labels, found)
    return leverage[chosen], np.nan_to_num(resid[chosen]), checks.labels[chosen]


def _draw_contours(ax, cut_off: float, right: float, top: float) -> None:
    """Where Cook's distance is at its cut-off, 0.5 and 1; lines too close together are left out."""
    distances = [cut_off]
    distances += [value for value in (0.5, 1.0) if value > 1.9 * cut_off and value != distances[-1]]
    grid = np.linspace(right / 400, right * (1 - 1e-9), 400)
    for distance in distances:
        height = np.sqrt(2 * distance * (1 - grid) / grid)
        for sign in (-1, 1):
            ax.plot(grid, sign * height, color=GREY, linewidth=0.7, linestyle=":")
        text = format_number(distance, 2)
        style = {"fontsize": 6, "color": GREY, "textcoords": "offset points"}
        if height[-1] >= 0.25 * top:  # leaves the pane at the right, or not at all
            if height[-1] < 0.95 * top:
                ax.annotate(
                    text, (right, height[-1]), (1, 0), va="center", annotation_clip=False, **style
                )
        else:
            at = 2 * distance / (2 * distance + (0.97 * top) ** 2)
            ax.annotate(text, (at, 0.97 * top), (2, 0), va="top", **style)


def _find_named(checks: LineChecks, measure: str, x, y) -> tuple:
    """Places and names of the points beyond the cut-off, the most extreme ones only."""
    place = {label: i for i, label in enumerate(checks.labels)}
    chosen = [place[label] for label in checks.find_points(measure)[:MAX_LABELS]]
    return np.asarray(x)[chosen], np.asarray(y)[chosen], checks.labels[chosen]


def _say_if_empty(checks: LineChecks, ax, values) -> None:
    """A pane without a number says why."""
    if np.isfinite(np.asarray(values, float)).any():
        return
    words = (
        "not possible:\nall points lie on the line"
        if not checks.fit.residual_sd > 0
        else f"not possible\nwith {checks.fit.n_obs} points"
    )
    ax.set(xticks=[], yticks=[])
    ax.text(0.5, 0.6, words, transform=ax.transAxes, ha="center", va="center", fontsize=7)
