"""Draw a line's refits: without one participant each, other lines, bootstrap and permutations.

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
    label_column,
    lay_out,
    place_labels,
    take_axes,
    write_minus,
)
from ..core.codebook import describe_column
from ..core.wording import (
    format_fixed,
    format_interval,
    format_number,
    format_p,
    name_change_unit,
)

if TYPE_CHECKING:
    from .bootstrap import BootstrapLine
    from .leave_one_out import LeaveOneOut
    from .permutation import PermutationTest
    from .robust import LineComparison

__all__ = ["plot_bootstrap", "plot_leave_one_out", "plot_lines", "plot_permutation"]

MAX_FAN_LINES = 400  # of a fan; more are thinned evenly
BUTT = {"solid_capstyle": "butt"}  # a bar ends where its interval ends


def plot_leave_one_out(result: LeaveOneOut, ax=None):
    """The line of everybody, the n lines without one participant each, and who changes it most.

    Parameters
    ----------
    result : LeaveOneOut
        What `leave_one_out` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of one column's width.

    Returns
    -------
    matplotlib Axes
        Where it is drawn.

    See Also
    --------
    leave_one_out : The lines that are drawn.

    Examples
    --------
    >>> from ldn_analysis import load_dataset, fit_line, leave_one_out
    >>> data = load_dataset("esr_pain_change").query("condition == 'ldn'")
    >>> fit = fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")
    >>> ax = plot_leave_one_out(leave_one_out(fit))
    >>> len(ax.collections[0].get_segments())
    38
    """
    from matplotlib.collections import LineCollection

    (ax,) = take_axes(ax, 1, "plot_leave_one_out", height_mm=84, columns=1)
    fit, line, i = result.fit, result.line, result.most_influential
    ends = np.array([fit.x.min(), fit.x.max()])
    heights = line.intercept[:, None] + line.slope[:, None] * ends
    shown = heights[~np.isnan(heights[:, 0])][:: -(-fit.n_obs // MAX_FAN_LINES)]
    segments = [np.column_stack([ends, height]) for height in shown]
    ax.add_collection(
        LineCollection(segments, colors=GREY, linewidths=0.6, alpha=0.45, label="one left out")
    )
    draw_points(ax, fit.x, fit.y)
    ax.plot(ends, fit.intercept + fit.slope * ends, color="#222222", label="all participants")
    who = result.labels[i]
    if not np.isnan(line.slope[i]):
        ax.plot(ends, heights[i], color=VERMILLION, linestyle="--", label=f"without {who}")
    ax.plot(
        fit.x[i], fit.y[i], linestyle="none", marker="o", markersize=9, markerfacecolor="none",
        markeredgecolor=VERMILLION, markeredgewidth=1.2,
    )  # fmt: skip
    ax.set_xlabel(label_column(fit.predictor))
    ax.set_ylabel(label_column(fit.outcome))
    without = (
        "not defined" if np.isnan(line.slope[i]) else write_minus(format_number(line.slope[i]))
    )
    title = join_words(f"Leave one out, n = {fit.n_obs}", fit.status)
    ax.set_title(
        f"{title}\nslope {write_minus(format_number(fit.slope))}; without {who}: {without}",
        fontsize=7,
    )
    _legend_below(ax)
    lay_out(ax.figure, roughly=True)
    place_labels(ax, [fit.x[i]], [fit.y[i]], [who], offset=7)
    describe_axes(ax, "The slope without each participant in turn.")
    return ax


def plot_bootstrap(result: BootstrapLine, ax=None, *, confidence_level: float = 0.95):
    """Bootstrap distribution of the slope, with its intervals below.

    Parameters
    ----------
    result : BootstrapLine
        What `bootstrap_line` or `exact_bootstrap_line` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of one column's width.
    confidence_level : float
        Of the intervals.

    Returns
    -------
    matplotlib Axes
        Where it is drawn.

    See Also
    --------
    bootstrap_line : The resampling that is drawn.
    plot_lines : Several intervals side by side.

    Examples
    --------
    >>> from ldn_analysis import load_dataset, fit_line, bootstrap_line
    >>> data = load_dataset("esr_pain_change").query("condition == 'ldn'")
    >>> fit = fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")
    >>> ax = plot_bootstrap(bootstrap_line(fit, rng=1, n_resamples=2000))
    >>> ax.get_xlabel()
    'slope (percentage points per mm/h)'
    """
    (ax,) = take_axes(ax, 1, "plot_bootstrap", height_mm=76, columns=1)
    fit = result.fit
    keep = ~np.isnan(result.slope)
    values = result.slope[keep]
    weights = np.full(len(values), 1 / len(values))
    if result.exact:
        weights = result.weights[keep] / result.weights[keep].sum()
    table = result.to_frame(confidence_level)
    table = table[table["term"] == "slope"]
    low, high = _middle(values, table)
    heights, *_ = ax.hist(
        values, bins=np.linspace(low, high, 61), weights=weights, color="#9CC7E4", edgecolor="none"
    )
    top = heights.max()
    names = {"percentile": "percentile", "basic": "basic", "bca": "BCa"}
    places = []
    for k, row in enumerate(table.itertuples()):
        height = -0.09 * top * (k + 1)
        places.append(height)
        ax.plot([row.conf_low, row.conf_high], [height] * 2, color=BLUE, linewidth=2, **BUTT)
        ax.plot(row.estimate, height, linestyle="none", marker="o", markersize=4, color=BLUE)
        _say_if_undefined(ax, row, height)
    ax.set_yticks(places, [names[method] for method in table["method"]])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.axvline(fit.slope, color="#222222", linewidth=1)
    ax.axvline(0, color=GREY, linewidth=0.8, linestyle=":")
    ax.set_ylim(-0.36 * top, 1.05 * top)
    ax.set_xlabel(_slope_label(fit))
    ax.set_title(_write_bootstrap_title(result, confidence_level), fontsize=7)
    describe_axes(ax, "Histogram of resampled slopes with the limits of their intervals.")
    return ax


def _write_bootstrap_title(result: BootstrapLine, confidence_level: float) -> str:
    """What was drawn, and the slope with its interval."""
    fit, undefined = result.fit, int(np.isnan(result.slope).sum())
    drawn = f"{'all ' if result.exact else ''}{result.n_resamples:,} resamples"
    drawn += f", {undefined:,} without a slope" if undefined else ""
    bca = result.confidence_interval("slope", confidence_level)
    interval = f"BCa {format_interval(*bca, confidence_level)}"
    return (
        join_words(f"Bootstrap of the slope, n = {fit.n_obs}", fit.status)
        + "\n"
        + write_minus(f"{format_number(fit.slope)} ({interval})")
        + f"\n{drawn}"
    )


def plot_lines(comparison: LineComparison, ax=None, *, confidence_level: float = 0.95):
    """Slopes of several lines with their intervals.

    Parameters
    ----------
    comparison : LineComparison
        What `compare_lines` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of one column's width.
    confidence_level : float
        Of the intervals.

    Returns
    -------
    matplotlib Axes
        Where it is drawn.

    See Also
    --------
    compare_lines : The lines that are drawn.

    Examples
    --------
    >>> from ldn_analysis import load_dataset, fit_line, compare_lines
    >>> data = load_dataset("esr_pain_change").query("condition == 'ldn'")
    >>> fit = fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")
    >>> ax = plot_lines(compare_lines(fit))
    >>> [label.get_text() for label in ax.get_yticklabels()][:3]
    ['OLS', 'OLS with HC3', 'Theil-Sen']
    """
    (ax,) = take_axes(ax, 1, "plot_lines", height_mm=62, columns=1)
    table = comparison.to_frame(confidence_level)
    table = table[table["term"] == "slope"].reset_index(drop=True)
    for row in table.itertuples():
        color = "#222222" if row.estimator == "OLS" else BLUE
        ax.plot([row.conf_low, row.conf_high], [row.Index] * 2, color=color, **BUTT)
        ax.plot(row.estimate, row.Index, linestyle="none", marker="o", color=color)
        _say_if_undefined(ax, row, row.Index)
    names = table["estimator"].replace("least absolute deviation", "least absolute\ndeviation")
    ax.set_yticks(range(len(table)), names)
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.axvline(0, color=GREY, linewidth=0.8, linestyle=":")
    ax.set_xlabel(_slope_label(comparison.fit))
    title = join_words(f"Five lines, n = {comparison.fit.n_obs}", comparison.fit.status)
    ax.set_title(f"{title}\n{100 * confidence_level:g} % intervals", fontsize=7)
    describe_axes(ax, "Points and several lines through them, each with its slope.")
    return ax


def plot_permutation(result: PermutationTest, ax=None):
    """Correlations of the permutations, and which are at least as extreme as the data.

    Parameters
    ----------
    result : PermutationTest
        What `permute_line` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of one column's width.

    Returns
    -------
    matplotlib Axes
        Where it is drawn.

    See Also
    --------
    permute_line : The permutations that are drawn.

    Examples
    --------
    >>> from ldn_analysis import load_dataset, fit_line, permute_line
    >>> data = load_dataset("esr_pain_change").query("condition == 'ldn'")
    >>> fit = fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")
    >>> ax = plot_permutation(permute_line(fit, rng=1, n_permutations=2000))
    >>> ax.get_xlabel()
    'r of the permuted data'
    """
    (ax,) = take_axes(ax, 1, "plot_permutation", height_mm=70, columns=1)
    fit = result.fit
    weights = np.full(len(result.r), 1 / len(result.r))
    heights, *_ = ax.hist(
        result.r, bins=np.linspace(-1, 1, 81), weights=weights, color="#CCCCCC", edgecolor="none"
    )
    marks = {
        "two-sided": [-abs(fit.r), abs(fit.r)],
        "greater": [fit.r],
        "less": [fit.r],
    }[result.alternative]
    for mark in marks:
        ax.axvline(mark, color=VERMILLION, linewidth=1, linestyle="-" if mark == fit.r else "--")
    ax.set_ylim(0, 1.14 * heights.max())
    ax.set_xlim(-1, 1)
    ax.annotate(
        "data", (fit.r, 1), (3 if fit.r < 0.75 else -3, -2), xycoords=("data", "axes fraction"),
        textcoords="offset points", va="top", ha="left" if fit.r < 0.75 else "right",
        color=VERMILLION, fontsize=7,
    )  # fmt: skip
    ax.set_xlabel("r of the permuted data")
    ax.set_ylabel("share of permutations")
    ax.set_xticks([-1, -0.5, 0, 0.5, 1])
    rules = {"two-sided": "|r| ≥ |r of the data|", "greater": "r ≥ r of the data"}
    rule = rules.get(result.alternative, "r ≤ r of the data")
    drawn = (
        f"all {result.n_permutations:,}" if result.exact else f"{result.n_permutations:,} random"
    )
    ax.set_title(
        join_words(f"Permutation test, n = {fit.n_obs}", fit.status)
        + f"\n{rule}: {result.n_extreme:,} of {drawn}\n"
        + write_minus(f"r = {format_fixed(fit.r)}, {format_p(result.p_value)}"),
        fontsize=7,
    )
    describe_axes(ax, "Histogram of the correlations of shuffled data, with the observed one.")
    return ax


def _say_if_undefined(ax, row, height: float) -> None:
    """A row without an interval says so."""
    if np.isfinite(row.estimate) and not np.isfinite(row.conf_low):
        ax.annotate(
            "interval not defined", (row.estimate, height), (6, 0), textcoords="offset points",
            va="center", fontsize=6, color=GREY,
        )  # fmt: skip


def _middle(values: np.ndarray, table) -> tuple[float, float]:
    """Range to draw: everything but the outermost few in a thousand, and the intervals."""
    low, high = np.quantile(values, [0.0015, 0.9985])
    low = np.nanmin([low, table["conf_low"].min(), table["estimate"].min()])
    high = np.nanmax([high, table["conf_high"].max(), table["estimate"].max()])
    pad = 0.03 * (high - low) or 0.5 * max(abs(high), 1.0)
    return low - pad, high + pad


def _legend_below(ax) -> None:
    """Legend under the axis label."""
    ax.legend(
        loc="upper center",
        bbox_to_anchor=(0.46, -0.16),
        ncols=3,
        columnspacing=0.8,
        handlelength=1.6,
    )


def _slope_label(fit) -> str:
    """What a slope is measured in."""
    unit, outcome_unit = (describe_column(name)[1] for name in (fit.predictor, fit.outcome))
    return (
        f"slope ({name_change_unit(outcome_unit)} per {unit})" if unit and outcome_unit else "slope"
    )
