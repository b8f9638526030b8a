"""One point moved: the figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.canvas import (
    BELOW,
    GREY,
    VERMILLION,
    describe_axes,
    draw_points,
    join_words,
    label_column,
    take_axes,
    write_minus,
)
from ..core.wording import format_fixed, format_number

if TYPE_CHECKING:
    from .moved_point import MovedPoint

__all__ = ["plot_moved_point"]


def plot_moved_point(moved: MovedPoint, ax=None):
    """The line before (grey, dashed) and after (black), and the point that was moved.

    Parameters
    ----------
    moved : MovedPoint
        What `move_point` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of one column's width.

    Returns
    -------
    matplotlib Axes
        Where it is drawn.

    See Also
    --------
    move_point : The move that is drawn.

    Examples
    --------
    >>> from ldn_analysis import fit_lines, load_dataset, move_point
    >>> fit = fit_lines(load_dataset("esr_pain_change"))["ldn"]
    >>> ax = plot_moved_point(move_point(fit, "C17", x=60, y=-60))
    >>> [line.get_label() for line in ax.lines[-2:]]
    ['C17 was here', 'C17 is here']
    """
    (ax,) = take_axes(ax, 1, "plot_moved_point", height_mm=84, columns=1)
    before, after = moved.before, moved.after
    ends = np.array([min(before.x.min(), after.x.min()), max(before.x.max(), after.x.max())])
    others = np.arange(before.n_obs) != moved.position
    ax.axhline(0, color="#BBBBBB", linewidth=0.8, zorder=0)
    draw_points(ax, before.x[others], before.y[others])
    ax.plot(
        ends, before.intercept + before.slope * ends, color=GREY, linestyle="--",
        label=f"before: slope {write_minus(format_number(before.slope))}",
    )  # fmt: skip
    ax.plot(
        ends, after.intercept + after.slope * ends, color="#222222",
        label=f"after: slope {write_minus(format_number(after.slope))}",
    )  # fmt: skip
    was, is_now = moved.places
    if was != is_now:
        arrow = {"arrowstyle": "->", "color": VERMILLION, "linewidth": 0.8}
        ax.annotate("", is_now, was, arrowprops=arrow)
    marker = {"linestyle": "none", "markeredgecolor": VERMILLION, "markeredgewidth": 1.2}
    ax.plot(
        *was, marker="o", markersize=6, markerfacecolor="none", label=f"{moved.label} was here",
        **marker,
    )  # fmt: skip
    ax.plot(
        *is_now, marker="D", markersize=6, markerfacecolor=f"{VERMILLION}99",
        label=f"{moved.label} is here", **marker,
    )  # fmt: skip
    ax.set(xlabel=label_column(before.predictor), ylabel=label_column(before.outcome))
    ax.set_title(
        join_words(
            f"{moved.label} {'moved' if was != is_now else 'not moved'}, n = {after.n_obs}",
            after.status,
        )
        + f"\nR² {format_fixed(before.r_squared)} before, {format_fixed(after.r_squared)} after",
        fontsize=7,
    )
    ax.legend(ncols=2, **BELOW)
    describe_axes(ax, "Points with the line before and after one point was moved.")
    return ax
