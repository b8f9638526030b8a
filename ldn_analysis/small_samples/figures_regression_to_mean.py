"""Change without any effect: the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.canvas import BLUE, GREY, VERMILLION, describe_axes, open_face, take_axes, write_minus
from ..core.wording import format_number

if TYPE_CHECKING:
    from .regression_to_mean import CouplingResult, SelectionResult

__all__ = ["plot_coupling", "plot_selection"]


def plot_selection(result: SelectionResult, axes=None):
    """Participants selected for high pain, measured twice without any effect.

    Parameters
    ----------
    result : SelectionResult
        What `simulate_selection` returns.
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
    simulate_selection : The participants that are drawn.
    plot_coupling : Change against baseline.

    Examples
    --------
    >>> from ldn_analysis import simulate_selection
    >>> axes = plot_selection(simulate_selection(cutoff=65, reliability=0.6, rng=1))
    >>> axes[0].get_xlabel()
    'pain at baseline (points of 0-100)'
    """
    axes = take_axes(axes, 2, "plot_selection", height_mm=80)
    _draw_selected(axes[0], result)
    _draw_reductions(axes[1], result)
    describe_axes(
        axes[0],
        "Baseline against end point of untreated participants, those admitted marked, and the distribution of their mean reduction.",
    )
    return axes


def _draw_selected(ax, result: SelectionResult) -> None:
    """Baseline against end point of an example, those admitted told apart."""
    participants, settings = result.participants, result.settings
    means = result.to_frame().set_index("quantity")["expected"]
    for selected, (marker, color), label in (
        (False, ("o", GREY), "not admitted"),
        (True, ("^", VERMILLION), "admitted"),
    ):
        part = participants[participants["selected"] == selected]
        ax.plot(part["baseline"], part["end_point"], linestyle="none", marker=marker, markersize=3,
                markeredgewidth=0.6, label=label, **open_face(color))  # fmt: skip
    low, high = participants[["baseline", "end_point"]].stack().agg(["min", "max"])
    ax.plot([low, high], [low, high], color="#999999", linewidth=0.9, label="no change")
    ax.axvline(settings["cutoff"], color="#222222", linewidth=0.9, linestyle=":", label="cut-off")
    ax.plot([means["baseline"]], [means["end point"]], marker="D", markersize=4.5, color="#222222",
            linestyle="none", label="expected means")  # fmt: skip
    ax.set(xlabel="pain at baseline (points of 0-100)", ylabel="pain at the end point (points)")
    ax.set_title(
        f"{len(participants)} simulated participants, nobody treated\nreliability "
        f"{settings['reliability']:g}, drift {settings['drift']:g} points",
        fontsize=7,
    )
    ax.legend(loc="upper left", handletextpad=0.3, borderpad=0, labelspacing=0.25)
    ax.set_yticks(range(0, 101, 20))
    ax.set_ylim(low - 2, high + 0.42 * (high - low))


def _draw_reductions(ax, result: SelectionResult) -> None:
    """Mean reduction of each simulated trial."""
    settings, table = result.settings, result.to_frame().set_index("quantity")
    ax.hist(result.reductions, bins=60, color="#9CC7E4", edgecolor=BLUE, linewidth=0.3)
    ax.axvline(0, color="#BBBBBB", linewidth=0.8)
    expected, share = table.loc["reduction", "expected"], table.loc["share significant", "estimate"]
    ax.axvline(expected, color=VERMILLION, linestyle="--", linewidth=1.2)
    ax.set(xlabel="mean reduction of the admitted (points)", ylabel="simulated trials")
    ax.set_title(
        f"{settings['n_trials']:,} simulated trials of {settings['n_people']} admitted, no effect\n"
        f"expected {write_minus(format_number(expected))} points (dashed); p < 0.05 in "
        f"{100 * share:.0f} %",
        fontsize=7,
    )


def plot_coupling(result: CouplingResult, ax=None):
    """Correlations of change with baseline and, by Oldham, with the mean of both.

    Parameters
    ----------
    result : CouplingResult
        What `simulate_coupling` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of one column's width.

    Returns
    -------
    matplotlib Axes
        Where it is drawn.

    See Also
    --------
    simulate_coupling : The correlations that are drawn.
    plot_selection : Regression to the mean by selection.

    Examples
    --------
    >>> from ldn_analysis import simulate_coupling
    >>> plot_coupling(simulate_coupling(retest_r=0.5, rng=1)).get_xlabel()
    'correlation r in a simulated trial'
    """
    (ax,) = take_axes(ax, 1, "plot_coupling", height_mm=78, columns=1)
    table = result.to_frame().set_index(["method", "quantity"])
    bins = np.linspace(-1, 1, 101)
    styles = ((VERMILLION, "-"), (BLUE, "--"))
    for (method, values), (color, line) in zip(result.correlations.items(), styles, strict=True):
        share = 100 * table.loc[(method, "share significant"), "estimate"]
        ax.hist(values, bins=bins, histtype="stepfilled", facecolor=f"{color}33", edgecolor=color,
                linestyle=line, label=f"{method}: significant in {share:.0f} %")  # fmt: skip
        ax.axvline(table.loc[(method, "mean r"), "expected"], color=color, linestyle=line, lw=1)
    ax.axvline(0, color="#BBBBBB", linewidth=0.8, zorder=0)
    ax.set(xlim=(-1, 1), xlabel="correlation r in a simulated trial", ylabel="simulated trials")
    settings = result.settings
    ax.set_title(
        f"{settings['n_trials']:,} simulated trials of {settings['n_people']} participants\nretest r = "
        f"{settings['retest_r']:g}, SD at the end / at baseline = {settings['sd_ratio']:g}",
        fontsize=7,
    )
    ax.figure.legend(loc="outside lower center", ncols=1)
    describe_axes(
        ax, "Distribution of the correlation of change with baseline and with the mean of both."
    )
    return ax
