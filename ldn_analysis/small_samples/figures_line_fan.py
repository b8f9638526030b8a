"""The same small study again and again: the figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.canvas import BELOW, BLUE, VERMILLION, label_column, new_figure, write_minus
from ..core.wording import format_number

if TYPE_CHECKING:
    from .line_fan import LineFan

__all__ = ["plot_line_fan"]

DRAWN = 60  # lines of a fan: more is a blot


def plot_line_fan(fan: LineFan, ax=None):
    """Lines of simulated studies, the significant ones told apart, and the true line.

    The first 60 are drawn; the numbers are of all.

    Parameters
    ----------
    fan : LineFan
        What `simulate_lines` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of one column's width.

    Returns
    -------
    matplotlib Axes

    Examples
    --------
    >>> from ldn_analysis import TrialTruth, simulate_lines
    >>> fan = simulate_lines(TrialTruth(slope_ldn=0.5), n_people=10, rng=1, n_lines=500)
    >>> sum(len(lines.get_segments()) for lines in plot_line_fan(fan).collections)
    60
    """
    from matplotlib.collections import LineCollection

    ax = new_figure(1, 84).subplots() if ax is None else ax
    truth, row = fan.truth, fan.to_frame().iloc[0]
    ends = truth.esr_mean + 2 * truth.esr_sd * np.array([-1, 1])
    heights = fan.line.intercept[:DRAWN, None] + fan.line.slope[:DRAWN, None] * ends
    share = f"{100 * row['power']:.1f} %"
    kinds = (
        (~fan.significant, {"colors": "#8C8C8C", "linewidths": 0.7, "label": "p ≥ 0.05"}),
        (
            fan.significant,
            {"colors": BLUE, "linewidths": 0.9, "linestyles": (0, (5, 1.5)), "label": f"p < 0.05 ({share})"},
        ),
    )  # fmt: skip
    for chosen, style in kinds:
        segments = [np.column_stack([ends, height]) for height in heights[chosen[:DRAWN]]]
        ax.add_collection(LineCollection(segments, alpha=0.8, **style))
    middle = np.array([truth.mean_ldn - truth.slope_ldn * truth.esr_mean, truth.slope_ldn])
    ax.plot(
        ends, middle[0] + middle[1] * ends, color="black", linewidth=2.4,
        label=f"true slope {write_minus(format_number(truth.slope_ldn))}",
    )  # fmt: skip
    if row["n_significant"]:
        steep = row["significant_estimate"]
        ax.plot(
            ends, truth.mean_ldn + steep * (ends - truth.esr_mean), color=VERMILLION,
            linewidth=2.2, linestyle=":",
            label=f"mean where p < 0.05: {write_minus(format_number(steep))}",
        )  # fmt: skip
    ax.autoscale_view()
    ax.set(xlabel=label_column("esr_mm_h"), ylabel=label_column("pain_reduction_percent"))
    ax.set_xlim(ends)
    drawn = min(DRAWN, len(fan.p_value))
    ax.set_title(
        f"{fan.n_people} people in a study, simulated\n{drawn} of {len(fan.p_value):,} lines drawn",
        fontsize=7,
    )
    ax.legend(ncols=2, **BELOW)
    return ax
