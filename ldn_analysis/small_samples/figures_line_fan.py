"""The same small study again and again: the figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.canvas import (
    BELOW,
    BLUE,
    VERMILLION,
    describe_axes,
    label_column,
    take_axes,
    write_minus,
)
from ..core.wording import format_number

if TYPE_CHECKING:
    from .line_fan import LineFan

__all__ = ["plot_line_fan"]

DRAWN = 60  # lines of a fan: more cannot be told apart
MIN_SHARE = 0.01  # of the significant lines that point one way, for a mean line of their own


def plot_line_fan(fan: LineFan, ax=None):
    """Lines of simulated studies, the significant ones told apart, and the true line.

    The first 60 are drawn; the numbers are of all. Dotted lines have the mean size of the
    significant slopes; where some point up and others down, there is one each way.

    Parameters
    ----------
    fan : LineFan
        What `simulate_lines` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of one column's width.

    Returns
    -------
    matplotlib Axes
        Where it is drawn.

    See Also
    --------
    simulate_lines : The lines that are drawn.

    Examples
    --------
    >>> from ldn_analysis import TrialTruth, simulate_lines
    >>> fan = simulate_lines(TrialTruth(slope_ldn=0.5), n_people=10, rng=1, n_lines=500)
    >>> sum(len(lines.get_segments()) for lines in plot_line_fan(fan).collections)
    60
    """
    from matplotlib.collections import LineCollection

    (ax,) = take_axes(ax, 1, "plot_line_fan", height_mm=84, columns=1)
    truth, rows = fan.truth, fan.to_frame().set_index("term")["estimate"]
    ends = truth.esr_mean + 2 * truth.esr_sd * np.array([-1, 1])
    heights = fan.line.intercept[:DRAWN, None] + fan.line.slope[:DRAWN, None] * ends
    found = f"p < 0.05 ({100 * rows['power']:.1f} %)"
    dashed = {"linewidths": 0.9, "linestyles": (0, (5, 1.5)), "label": found}
    for chosen, style in (
        (~fan.significant, {"colors": "#8C8C8C", "linewidths": 0.7, "label": "p ≥ 0.05"}),
        (fan.significant, {"colors": BLUE} | dashed),
    ):
        segments = [np.column_stack([ends, height]) for height in heights[chosen[:DRAWN]]]
        ax.add_collection(LineCollection(segments, alpha=0.8, **style))
    _draw_slope(
        ax, fan, ends, truth.slope_ldn, color="black", linewidth=2.4,
        label=f"true slope {write_minus(format_number(truth.slope_ldn))}",
    )  # fmt: skip
    _draw_mean_slopes(ax, fan, ends, rows)
    ax.autoscale_view()
    ax.set(
        xlabel=label_column("esr_mm_h"), ylabel=label_column("pain_reduction_percent"), xlim=ends
    )
    drawn = min(DRAWN, len(fan.p_value))
    ax.set_title(
        f"{fan.n_people} participants in a study, simulated\n"
        f"{drawn} of {len(fan.p_value):,} lines drawn",
        fontsize=7,
    )
    ax.legend(ncols=2, **BELOW)
    describe_axes(
        ax, "Fan of lines of simulated studies about the true line, the significant ones dashed."
    )
    return ax


def _draw_mean_slopes(ax, fan: LineFan, ends, rows) -> None:
    """Lines of the mean size of the significant slopes, each way where some point that way."""
    for sign, share in ((1, rows["significant_upward"]), (-1, 1 - rows["significant_upward"])):
        if share > MIN_SHARE:
            size = write_minus(format_number(sign * rows["significant_size"]))
            label = f"mean, p < 0.05: {size}" + (
                "" if share > 1 - MIN_SHARE else f" ({100 * share:.0f} %)"
            )
            _draw_slope(
                ax, fan, ends, sign * rows["significant_size"], color=VERMILLION, linewidth=2.2,
                linestyle=":", label=label,
            )  # fmt: skip


def _draw_slope(ax, fan: LineFan, ends, slope: float, **style) -> None:
    """A line of this slope through the true mean."""
    ax.plot(ends, fan.truth.mean_ldn + slope * (ends - fan.truth.esr_mean), **style)
