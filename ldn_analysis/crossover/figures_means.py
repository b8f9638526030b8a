"""Draw the mean difference between two conditions in the same participants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.canvas import (
    BLUE,
    GREY,
    MAX_IN_COLUMN,
    describe_axes,
    draw_column,
    join_words,
    label_column,
    label_unit,
    shorten_label,
    take_axes,
    write_minus,
)
from ..core.codebook import describe_column
from ..core.wording import format_interval, format_number, format_p, name_change_unit

if TYPE_CHECKING:
    from .means import MeanComparison

__all__ = ["plot_mean_difference"]


def plot_mean_difference(comparison: MeanComparison, axes=None, *, confidence_level: float = 0.95):
    """Each participant's two values joined by a line, and the differences beside them.

    Of more than 2,000 participants boxes are drawn instead of points and lines.

    Parameters
    ----------
    comparison : MeanComparison
        What `compare_means` returns.
    axes : pair of matplotlib Axes, optional
        Default: a new figure of two columns' width.
    confidence_level : float
        Of the interval of the mean difference.

    Returns
    -------
    list of matplotlib Axes
        The participants, and the difference with its interval.

    See Also
    --------
    compare_means : The comparison that is drawn.
    plot_groups : Independent groups.

    Examples
    --------
    >>> from ldn_analysis import compare_means, load_dataset
    >>> axes = plot_mean_difference(compare_means(load_dataset("esr_pain_change")))
    >>> axes[0].get_ylabel()
    'pain reduction (% of baseline)'
    """
    left, right = take_axes(axes, 2, "plot_mean_difference", height_mm=84, width_ratios=(1.25, 1))
    values = comparison.pairs[["first", "second"]].to_numpy(float)
    if len(values) > MAX_IN_COLUMN:
        left.boxplot(values, positions=[0, 1], widths=0.4, showfliers=False, manage_ticks=False)
    else:
        left.plot([0, 1], values.T, color=GREY, linewidth=0.7, alpha=0.6)
        left.plot(
            np.tile([0, 1], (len(values), 1)).ravel(), values.ravel(), linestyle="none", marker="o",
            markersize=3.5, markeredgewidth=0.8, markerfacecolor="none", markeredgecolor=BLUE,
        )  # fmt: skip
    names = [shorten_label(name, 18) for name in comparison.conditions]
    left.set_xticks([0, 1], names, parse_math=False)
    left.set_xlim(-0.4, 1.4)
    left.set_ylabel(label_column(comparison.outcome), parse_math=False)
    title = f"Each participant, n = {comparison.n_obs}"
    left.set_title(join_words(title, comparison.status), fontsize=7)
    _draw_differences(right, comparison, names, confidence_level)
    describe_axes(
        left,
        "Each participant under both conditions, and the differences with their mean and interval.",
    )
    return [left, right]


def _draw_differences(ax, comparison, names: list[str], confidence_level: float) -> None:
    """Each participant's difference, and their mean with its interval."""
    differences = comparison.pairs["difference"].to_numpy(float)
    row = comparison.to_frame(confidence_level).iloc[0]
    ax.axhline(0, color="#BBBBBB", linewidth=0.8, zorder=0)
    draw_column(ax, 0, differences, box_width=0.4)
    margins = [[row["estimate"] - row["conf_low"]], [row["conf_high"] - row["estimate"]]]
    ax.errorbar(0.5, row["estimate"], yerr=margins, fmt="s", color="#222222", capsize=3)
    level = f"{100 * confidence_level:g} % interval"
    ax.set_xticks([0, 0.5], ["differences", f"mean and\n{level}"])
    ax.set_xlim(-0.4, 0.9)
    unit = name_change_unit(describe_column(comparison.outcome)[1])
    ax.set_ylabel(label_unit(f"{names[0]} minus {names[1]}", unit), parse_math=False)
    interval = format_interval(row["conf_low"], row["conf_high"], confidence_level)
    numbers = f"{format_number(row['estimate'])} ({interval}), {format_p(row['p_value'])}"
    ax.set_title(write_minus(numbers), fontsize=7)
