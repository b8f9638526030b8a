"""Four analyses of change: the figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.canvas import (
    BLUE,
    VERMILLION,
    describe_axes,
    name_rows,
    open_face,
    take_axes,
    write_minus,
)
from ..core.wording import format_number

if TYPE_CHECKING:
    from .change_scores import ChangeScores

__all__ = ["plot_change_scores"]


def plot_change_scores(result: ChangeScores, axes=None):
    """Power, type I error and distribution of the estimate of four analyses.

    Parameters
    ----------
    result : ChangeScores
        What `compare_change_scores` returns.
    axes : sequence of two matplotlib Axes, optional
        Default: a new figure of two columns' width.

    Returns
    -------
    list of matplotlib Axes
        One per pane.

    Raises
    ------
    ValueError
        If there are not two axes.

    See Also
    --------
    compare_change_scores : The comparison that is drawn.

    Examples
    --------
    >>> from ldn_analysis import compare_change_scores
    >>> axes = plot_change_scores(compare_change_scores(effect=8, retest_r=0.5, rng=1))
    >>> axes[1].get_ylabel()
    'estimated effect (points)'
    """
    axes = take_axes(axes, 2, "plot_change_scores", height_mm=72)
    methods = list(result.estimates)
    names = ["ANCOVA" if method == "ancova" else method for method in methods]
    _draw_power(axes[0], result)
    name_rows(axes[0], names, above=0.6, below=0.6)
    _draw_distributions(axes[1], result)
    axes[1].set_xticks(range(len(methods)), [name.replace(" ", "\n") for name in names])
    axes[1].tick_params(axis="x", length=0)
    handles = axes[0].get_legend_handles_labels()
    axes[0].figure.legend(*handles, loc="outside lower center", ncols=2)
    describe_axes(
        axes[0], "Power and type I error of four analyses, and the distribution of their estimates."
    )
    return axes


def _draw_power(ax, result: ChangeScores) -> None:
    """Power and type I error of each analysis."""
    table, settings = result.to_frame().set_index(["method", "quantity"]), result.settings
    for quantity, (marker, color) in (("type I error", ("s", VERMILLION)), ("power", ("o", BLUE))):
        rows = 100 * table.xs(quantity, level="quantity")[["estimate", "mc_std_error", "expected"]]
        draw_shares(ax, rows, quantity, marker, color, below=quantity == "power")
    level = 100 * (1 - settings["confidence_level"])
    ax.axvline(level, color="#BBBBBB", linewidth=0.8, zorder=0)
    ax.set_xlim(0, 112)
    ax.set_xticks(range(0, 101, 20))
    ax.set_xlabel(f"trials with p < {level / 100:.3g} (%)")
    ax.set_title(
        f"{settings['n_trials']:,} simulated trials, {settings['n_people']} participants per arm\n"
        "filled: simulated; +: expected",
        fontsize=7,
    )


def _draw_distributions(ax, result: ChangeScores) -> None:
    """Estimates of the simulated trials by analysis, with their means."""
    table, settings = result.to_frame().set_index(["method", "quantity"]), result.settings
    methods = list(result.estimates)
    parts = ax.violinplot(
        list(result.estimates.values()), range(len(methods)), widths=0.8, showextrema=False
    )
    for body in parts["bodies"]:
        body.set(facecolor="#9CC7E4", edgecolor=BLUE, alpha=0.9, linewidth=0.6)
    means = [settings["effect"] + table.loc[(method, "bias"), "estimate"] for method in methods]
    ax.plot(means, marker="D", markersize=3.5, color="#222222", linestyle="none")
    ax.axhline(settings["effect"], color=VERMILLION, linestyle="--", linewidth=1.2)
    ax.set_ylabel("estimated effect (points)")
    ax.set_title(
        f"Simulated estimates; dashed: true effect {write_minus(format_number(settings['effect']))}\n"
        f"baseline {settings['mean']:g} (SD {settings['sd']:g}), retest r = {settings['retest_r']:g}; "
        "diamond: mean",
        fontsize=7,
    )


def draw_shares(ax, rows, label: str, marker: str, color: str, *, below: bool) -> None:
    """One row per method: simulated share with its error and value, expected share as a plus."""
    y = np.arange(len(rows))
    ax.errorbar(
        rows["estimate"], y, xerr=2 * rows["mc_std_error"], color=color, marker=marker,
        markersize=5, linestyle="none", elinewidth=1, label=label, **open_face(color),
    )  # fmt: skip
    ax.plot(rows["expected"], y, linestyle="none", marker="+", color="#222222", markersize=7)
    for share, i in zip(rows["estimate"], y, strict=True):
        place = {"xytext": (0, -5 if below else 5), "va": "top" if below else "bottom"}
        ax.annotate(
            f"{share:.1f}",
            (share, i),
            ha="center",
            color=color,
            **place,
            textcoords="offset points",
            fontsize=7,
        )
