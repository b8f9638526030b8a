"""Draw what could have been: a line with one point moved, and the lines of other samples.

As in `figures`: every `plot_*` takes a result and optional axes, computes no statistics,
and returns the axes.
"""

import numpy as np

from ..core.canvas import BLUE, GREY, VERMILLION, join_words, label_column, new_figure, write_minus
from ..lines.figures_checks import draw_points
from ..small_samples.line_fan import LineFan
from ..lines.moved_point import MovedPoint
from ..core.result import format_number

__all__ = ["plot_line_fan", "plot_moved_point"]

DRAWN = 60  # lines of a fan: more is a blot
BELOW = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.16), "fontsize": 6.5}


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

    Examples
    --------
    >>> from ldn_analysis import fit_lines, load_dataset, move_point
    >>> fit = fit_lines(load_dataset("esr_pain_change"))["ldn"]
    >>> ax = plot_moved_point(move_point(fit, "C17", x=60, y=-60))
    >>> [line.get_label() for line in ax.lines[-2:]]
    ['C17 was here', 'C17 is here']
    """
    ax = new_figure(1, 84).subplots() if ax is None else ax
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
        + f"\nR² {before.r_squared:.2f} before, {after.r_squared:.2f} after",
        fontsize=7,
    )
    ax.legend(ncols=2, **BELOW)
    return ax


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
