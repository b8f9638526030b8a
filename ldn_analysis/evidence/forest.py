"""The forest plot: text columns, and the intervals on an inset that shares their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..core.canvas import BLUE, GREY, VERMILLION, describe_axes, take_axes
from .forest_rows import (
    DIRECTION,
    list_printed_rows,
    list_rows,
    note_printed,
    order_measures,
    write_notes,
)

if TYPE_CHECKING:
    from .bayes import BayesMetaAnalysis
    from .pooling import MetaAnalysis

__all__ = ["plot_forest"]

ROW_MM = 4.7  # a line of 7 pt with air
SMALL = 7
MINUS = "\N{MINUS SIGN}"
PANE = (0.505, 0.275)  # where the intervals are drawn: left end and width, of the axes
COLUMNS = {
    "label": 0.0,
    "people": 0.32,
    "status": 0.34,
    "weight": 0.49,
    "estimate": 0.845,
    "text": 1.0,
}


def plot_forest(
    meta: MetaAnalysis,
    axes=None,
    *,
    bayes: BayesMetaAnalysis | None = None,
    printed: pd.DataFrame | None = None,
    confidence_level: float = 0.95,
):
    """Forest plot: trials, pooled effects, trials not pooled, published meta-analyses beneath.

    Squares have an area in proportion to the random-effects weight. The diamonds span the
    intervals of the pooled effects. Trials that are not pooled stand in a block of their own
    with open markers. A limit outside the axis ends in an arrow.

    Parameters
    ----------
    meta : MetaAnalysis
        What `pool_effects` returns; where it was made from `standardise_trials`, the trials
        that are not pooled come with it.
    axes : matplotlib Axes or sequence of them, optional
        One for the trials and one for each measure of `printed`, two columns wide; default:
        a new figure, high enough.
    bayes : BayesMetaAnalysis, optional
        What `pool_effects_bayes` returns of the same trials: a diamond and, below it, where
        the effect in a new trial would lie.
    printed : DataFrame, optional
        What `load_printed_meta_analyses` returns. Each measure gets an axis of its own.
    confidence_level : float
        Of the intervals that are computed; the printed ones are 95 %.

    Returns
    -------
    list of matplotlib Axes
        Their text is on them; the intervals are on the inset, `ax.child_axes[0]`.

    Raises
    ------
    ValueError
        If there are not as many axes as blocks.

    See Also
    --------
    plot_cumulative, plot_funnel, plot_precision : Other pictures of the same trials.

    Examples
    --------
    >>> from ldn_analysis import pool_effects, standardise_trials
    >>> axes = plot_forest(pool_effects(standardise_trials()))
    >>> len(axes)
    1
    """
    rows = list_rows(meta, bayes, confidence_level)
    blocks = [(rows, meta.measure, meta.direction, write_notes(meta, bayes, confidence_level))]
    for measure in [] if printed is None else order_measures(printed, meta.measure):
        own = printed[printed["measure"] == measure]
        blocks.append((list_printed_rows(own), measure, DIRECTION, note_printed(own)))
    # Blocks on the scale of the trials share its axis.
    same = [row for rows, measure, *_ in blocks if measure.startswith(meta.measure) for row in rows]
    lines = [len(rows) for rows, *_ in blocks]
    height = sum(lines) * ROW_MM + sum(13 + 3.2 * len(notes) for *_, notes in blocks)
    own = axes is None
    axes = take_axes(axes, (len(blocks), 1), "plot_forest", height_mm=height, height_ratios=lines)
    for ax, (rows, measure, direction, notes) in zip(axes, blocks, strict=True):
        limits = choose_limits(same if measure.startswith(meta.measure) else rows)
        _draw_block(ax, rows, limits, (measure, direction), notes)
    if own:
        _settle(axes)
    describe_axes(
        axes[0], "Forest plot: each trial's effect with its interval, and the pooled effects below."
    )
    return axes


def _settle(axes) -> None:
    """Lay the panes out once and round their places: the solver's last digits vary by chance."""
    figure = axes[0].figure
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for ax in axes:
        ax.set_position(np.round(ax.get_position().bounds, 5))


def _draw_block(ax, rows: list[dict], limits: tuple, words: tuple, notes: list[str]) -> None:
    """Text columns on the axes, intervals on an inset that shares its rows."""
    measure, direction = words
    ax.set(xlim=(0, 1), ylim=(len(rows) - 0.5, -0.5))
    ax.axis("off")
    pane = ax.inset_axes([PANE[0], 0, PANE[1], 1], facecolor="none")
    pane.set(xlim=limits, ylim=(len(rows) - 0.5, -0.5), yticks=[])
    pane.spines["left"].set_visible(False)
    pane.axvline(0, color="#888888", linewidth=0.8, zorder=0)
    for y, row in enumerate(rows):
        _write_row(ax, y, row)
        if "numbers" in row:
            draw_interval(pane, y, row, limits)
    for y, row in enumerate(rows):
        if row.get("bold"):
            ax.plot([0, 1], [y + 0.5] * 2, color="#BBBBBB", linewidth=0.6)
    pane.tick_params(labelsize=SMALL)
    pane.set_xlabel(measure, fontsize=SMALL, labelpad=1)
    lowest = -23.0
    if direction == DIRECTION:
        for x, ha, words in ((0.0, "left", "← favours placebo"), (1.0, "right", "favours LDN →")):
            pane.annotate(
                words, (x, 0), (0, -23), xycoords="axes fraction", textcoords="offset points",
                ha=ha, va="top", fontsize=SMALL, color=GREY,
            )  # fmt: skip
        lowest -= 10
    if notes:
        ax.annotate(
            "\n".join(notes), (0, 0), (0, lowest - 3), xycoords="axes fraction",
            textcoords="offset points", ha="left", va="top", fontsize=SMALL, color="#333333",
            linespacing=1.15,
        )  # fmt: skip


def choose_limits(rows: list[dict]) -> tuple[float, float]:
    """An axis that shows every interval but the prediction interval, and zero."""
    shown = [row["numbers"] for row in rows if "numbers" in row and row["kind"] != "prediction"]
    values = np.array([value for numbers in shown for value in numbers if np.isfinite(value)])
    low, high = min(values.min(), 0.0), max(values.max(), 0.0)
    # One wide interval must not squeeze the others: cut it, with an arrow.
    widest = 4 * max(np.median([n[2] - n[1] for n in shown if n[2] - n[1] > 0] or [1.0]), 1e-9)
    low, high = max(low, min(0.0, values[0]) - widest), min(high, max(0.0, values[0]) + widest)
    low, high = min(low, -0.2 * high), max(high, -0.2 * low)  # room on both sides of no effect
    air = 0.04 * (high - low or 1.0)
    return low - air, high + air


def _write_row(ax, y: float, row: dict) -> None:
    """The words of one line."""
    bold = row.get("bold", False) or row.get("kind") == "diamond"
    if "numbers" in row:
        estimate, interval = write_numbers(row["numbers"])
        row = row | {"estimate": estimate, "text": interval}
    for name, x in COLUMNS.items():
        if word := row.get(name, ""):
            ax.text(
                x, y, word, ha="left" if name in ("label", "status") else "right", va="center",
                fontsize=SMALL, fontweight="bold" if bold else "normal",
            )  # fmt: skip


def write_numbers(numbers: tuple[float, float, float]) -> tuple[str, str]:
    """Estimate and interval with two decimals, fewer from 10 and 100 on; -0.00 is 0.00."""
    largest = np.nanmax(np.abs(numbers))
    decimals = 2 if largest < 10 else 1 if largest < 100 else 0
    estimate, low, high = (
        f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", MINUS) for value in numbers
    )
    return (
        estimate if numbers[0] == numbers[0] else "",
        f"[{low} to {high}]" if numbers[1] == numbers[1] else "no interval",
    )


def draw_interval(pane, y: float, row: dict, limits: tuple[float, float]) -> None:
    """Square, diamond, open marker or bar of one line."""
    estimate, low, high = row["numbers"]
    kind = row["kind"]
    diamond = kind.endswith("diamond")
    color = {"prediction": BLUE, "aside": VERMILLION}.get(kind, BLUE if diamond else "#222222")
    for end, limit, arrow in ((low, limits[0], "<"), (high, limits[1], ">")):
        if end < limits[0] or end > limits[1]:
            pane.plot(limit, y, arrow, color=color, markersize=4, clip_on=False, zorder=4)
    if diamond:
        pane.fill(
            [low, estimate, high, estimate], [y, y - 0.3, y, y + 0.3], edgecolor=BLUE,
            facecolor=BLUE if kind == "diamond" else "white", linewidth=0.9, zorder=3,
        )  # fmt: skip
        return
    if low == low:
        ends = [max(low, limits[0]), min(high, limits[1])]
        width = 1.6 if kind == "prediction" else 1.0
        pane.plot(ends, [y, y], color=color, linewidth=width, solid_capstyle="butt", zorder=2)
    if estimate != estimate:
        return
    if kind == "trial":
        pane.scatter(estimate, y, s=90 * row["share"], marker="s", color=BLUE, zorder=3)
    else:
        pane.plot(
            estimate, y, "o" if kind == "aside" else "D", markersize=4.5, markeredgecolor=color,
            markerfacecolor="white" if kind == "aside" else color, zorder=3,
        )  # fmt: skip
