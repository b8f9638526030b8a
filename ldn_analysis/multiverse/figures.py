"""The specification curve over its choices, and its permutation test; nothing is computed here.

Every `plot_*` takes a result; use `matplotlib.style.context("ldn_analysis.ldn")`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..core.canvas import (
    BLUE,
    GREY,
    VERMILLION,
    describe_axes,
    join_words,
    take_axes,
    write_minus,
)
from ..core.wording import format_number, format_p
from .fit import CHOICES
from .specifications import HARD_TO_DEFEND

if TYPE_CHECKING:
    from .fit import Multiverse
    from .permutation import JointTest

__all__ = ["plot_joint_test", "plot_specification_curve"]

DARKEST = 2.5  # times an even spread
ROW_MM = 3.5  # an option's line of 6.5 pt
MAX_BINS = 90  # columns of the choice matrix
TITLES = {
    "outcome": "outcome",
    "end_days": "end point: final days",
    "baseline_days": "baseline: final days",
    "missed_days": "missed days",
    "esr": "ESR",
    "participants": "participants",
    "without": "without",
    "model": "model",
    "adjusted_for": "adjusted for",
}


def plot_specification_curve(
    multiverse: Multiverse,
    axes=None,
    *,
    mark: dict[str, pd.DataFrame] | None = None,
    joint_test: JointTest | None = None,
    confidence_level: float = 0.95,
):
    """Draw the estimates in order of size, over the choices behind them.

    Above: estimates with their intervals (grey); a dark rug below them where the interval
    excludes zero; behind them, with a joint test, the band of its shuffled curves. Below: one
    row per option, shaded by the share of that option's own specifications that lie there on
    the curve, on one scale for all rows: the middle grey is an even spread, so that a rare
    option is not paler than a common one.

    Parameters
    ----------
    multiverse : Multiverse
        What `fit_multiverse` returns.
    axes : pair of matplotlib Axes, optional
        Curve and choices, one above the other. Default: a new figure of two columns' width.
    mark : dict, optional
        Label -> one row of `multiverse.find(...)`: specifications to point at.
    joint_test : JointTest, optional
        What `permute_multiverse` returns: draw its band. Where it left specifications out, its
        curves are stretched to the length of this one.
    confidence_level : float
        Of the intervals, and of the band at each place by itself.

    Returns
    -------
    list of matplotlib Axes
        One per pane.

    Raises
    ------
    ValueError
        If there are not two axes, or a mark is not one specification.

    See Also
    --------
    fit_multiverse : What it draws.
    plot_joint_test : How many analyses would be significant by chance.

    Examples
    --------
    >>> from ldn_analysis import fit_multiverse, load_dataset
    >>> multiverse = fit_multiverse(
    ...     load_dataset("daily_pain"), load_dataset("participants"),
    ...     grid={"model": ["OLS"], "participants": ["both trials"]})
    >>> curve, choices = plot_specification_curve(multiverse)
    >>> len(curve.lines[0].get_xdata()) == len(multiverse)
    True
    """
    table = multiverse.to_frame(confidence_level).sort_values("estimate", kind="stable")
    varied = [name for name in CHOICES if len(table[name].unique()) > 1] or CHOICES[:1]
    rows = [(name, option) for name in varied for option in _list_options(table[name])]
    low_mm = ROW_MM * (len(rows) + 1.3 * len(varied))
    axes = take_axes(
        axes, (2, 1), "plot_specification_curve", height_mm=62 + low_mm + 10,
        sharex=True, height_ratios=[62, low_mm],
    )  # fmt: skip
    draw_curve(axes[0], table, confidence_level, multiverse.status)
    if joint_test is not None:
        _draw_band(axes[0], joint_test, len(table), confidence_level)
    for i, (label, row) in enumerate((mark or {}).items()):
        if len(row) != 1:
            raise ValueError(
                f"plot_specification_curve: the mark {label!r} must be one specification; "
                f"received {len(row)} rows"
            )
        draw_mark(axes[0], label, table.index.get_loc(row.index[0]) + 1, row.iloc[0], i)
    _draw_choices(axes[1], table, varied)
    describe_axes(
        axes[0],
        "Estimates of all specifications in order of size with their intervals, over a matrix of the choices.",
    )
    return axes


def draw_curve(ax, table: pd.DataFrame, confidence_level: float, status: str) -> None:
    """Estimates in order, their intervals, and a rug where an interval excludes zero."""
    rank = np.arange(1, len(table) + 1)
    many = len(table) > 400
    ax.vlines(
        rank, table["conf_low"], table["conf_high"], color="#CCCCCC",
        linewidth=0.3 if many else 1, rasterized=many, zorder=1,
    )  # fmt: skip
    marker = {"linestyle": "none", "marker": ".", "markersize": 1.5 if many else 4}
    ax.plot(rank, table["estimate"], color=BLUE, rasterized=many, zorder=3, **marker)
    ax.axhline(0, color="black", linewidth=0.8)
    excludes = ((table["conf_low"] > 0) | (table["conf_high"] < 0)).to_numpy()
    low = table["conf_low"].min()
    floor = low - 0.08 * (table["conf_high"].max() - low)
    ax.plot(
        rank[excludes], np.full(excludes.sum(), floor), linestyle="none", marker="|",
        markersize=5, markeredgewidth=0.4, color="black", rasterized=many,
    )  # fmt: skip
    level = f"{100 * confidence_level:g} % interval"
    ax.annotate(
        f"{level} excludes zero: {100 * excludes.mean():.0f} %", (0.01, floor),
        xycoords=("axes fraction", "data"), xytext=(0, 4), textcoords="offset points",
        va="bottom", fontsize=6.5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.85},
    )  # fmt: skip
    ax.set_xlim(0.5, len(table) + 0.5)
    ax.set_ylabel("SDs of pain reduction\nper SD of ESR")
    ax.tick_params(axis="x", labelbottom=False)
    head = f"{len(table):,} specifications, each with its {100 * confidence_level:g} % interval"
    ax.set_title(join_words(head, status), loc="left")


def draw_mark(ax, label: str, rank: int, row, i: int = 0) -> None:
    """Point at one specification with its interval."""
    color, marker = ((VERMILLION, "D"), ("black", "s"), (GREY, "v"))[i % 3]
    ax.plot([rank, rank], [row["conf_low"], row["conf_high"]], color=color, linewidth=1.2, zorder=4)
    ax.plot(
        rank,
        row["estimate"],
        marker=marker,
        color=color,
        markersize=5,
        markeredgecolor="white",
        zorder=5,
    )
    right = rank > ax.get_xlim()[1] * 0.6
    ax.annotate(
        write_minus(f"{label}: {format_number(row['estimate'], 2)}, {format_p(row['p_value'])}"),
        (rank, row["conf_high"]), xytext=(-3 if right else 3, 2), textcoords="offset points",
        ha="right" if right else "left", va="bottom", color=color, fontsize=7,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85},
    )  # fmt: skip


def _draw_band(ax, test: JointTest, count: int, confidence_level: float) -> None:
    """Where the sorted curves of shuffled data lie, place by place."""
    band = test.band(confidence_level)
    rank = 1 + band["rank"] * (count - 1)
    # Above the intervals, which would hide it, and below the estimates.
    ax.fill_between(
        rank, band["null_low"], band["null_high"], color="#F0C27B", alpha=0.6, linewidth=0,
        zorder=1.5, label=f"{100 * confidence_level:g} % of {test.n_permutations:,} shuffled curves",
    )  # fmt: skip
    for side in ("null_low", "null_high"):
        ax.plot(rank, band[side], color="#8A5A00", linewidth=0.8, linestyle="--", zorder=1.6)
    ax.legend(loc="upper left", fontsize=6.5, borderaxespad=0.3)


def _list_options(column: pd.Series) -> list:
    """The options that any specification has, in the grid's order."""
    return column.cat.remove_unused_categories().cat.categories.tolist()


def _draw_choices(ax, table: pd.DataFrame, varied: list[str]) -> None:
    """One row per option: where on the curve its specifications lie."""
    bins = min(MAX_BINS, len(table))
    edges = np.linspace(0.5, len(table) + 0.5, bins + 1)
    position, ticks, labels = 0.0, [], []
    rank = np.arange(1, len(table) + 1)
    for name in varied:
        ax.annotate(
            TITLES[name], (0, position), xycoords=("axes fraction", "data"), xytext=(-4, 0),
            textcoords="offset points", ha="right", va="center", fontsize=6.5, fontweight="bold",
        )  # fmt: skip
        for option in _list_options(table[name]):
            position += 1
            ranks = rank[(table[name] == option).to_numpy()]
            # Of the option's own specifications, against an even spread over the curve.
            density = np.histogram(ranks, edges)[0] / max(len(ranks), 1) * bins
            ax.pcolormesh(
                edges, [position - 0.42, position + 0.42], density[None], cmap="Greys",
                vmin=0, vmax=DARKEST, rasterized=True,
            )  # fmt: skip
            ticks.append(position)
            hard = option in HARD_TO_DEFEND.get(name, ())
            labels.append(f"{option} *" if hard else str(option))
        position += 1.3
    ax.set_yticks(ticks, labels, fontsize=6.5)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(position - 0.4, -0.6)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(
        "specifications in order of their estimates (darker = more of this option's\n"
        "specifications; * often done, hard to defend)"
    )


def plot_joint_test(test: JointTest, ax=None):
    """Draw the medians of the shuffled curves and that of the data.

    Parameters
    ----------
    test : JointTest
        What `permute_multiverse` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of one column's width.

    Returns
    -------
    matplotlib Axes
        Where it is drawn.

    See Also
    --------
    permute_multiverse : What it draws.

    Examples
    --------
    >>> from ldn_analysis import fit_multiverse, load_dataset, permute_multiverse
    >>> multiverse = fit_multiverse(
    ...     load_dataset("daily_pain"), load_dataset("participants"),
    ...     grid={"model": ["OLS"], "participants": ["both trials"], "esr": ["as is"]})
    >>> ax = plot_joint_test(permute_multiverse(multiverse, rng=9, n_permutations=20))
    >>> ax.get_ylabel()
    'shuffled curves'
    """
    (ax,) = take_axes(ax, 1, "plot_joint_test", height_mm=62, columns=1)
    row = test.to_frame().iloc[0]
    ax.hist(test.permuted[:, 0], bins=30, color="#9CC7E4", edgecolor=BLUE, linewidth=0.5)
    ax.axvline(row["estimate"], color=VERMILLION, linewidth=1.5)
    right = row["estimate"] > 0
    ax.set_ylim(0, 1.15 * ax.get_ylim()[1])
    ax.annotate(
        "data", (row["estimate"], 1), xycoords=("data", "axes fraction"),
        xytext=(3 if right else -3, -2), textcoords="offset points", va="top",
        ha="left" if right else "right", color=VERMILLION, fontsize=7,
    )  # fmt: skip
    ax.margins(x=0.12)
    ax.set_xlabel("median of the curve (SDs per SD of ESR)")
    ax.set_ylabel("shuffled curves")
    head = f"residuals shuffled {test.n_permutations:,} times within trials"
    numbers = (
        f"{test.n_specifications:,} specifications, {format_p(row['p_value'])} "
        f"(Monte Carlo error {format_number(row['mc_std_error'], 1)})"
    )
    ax.set_title(join_words(head, test.status, numbers), fontsize=7)
    describe_axes(
        ax, "Histogram of the medians of shuffled curves, with that of the data as a line."
    )
    return ax
