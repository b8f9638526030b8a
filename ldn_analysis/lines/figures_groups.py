"""Draw the comparison of independent groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.canvas import (
    GREY,
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
    from .group_means import GroupComparison

__all__ = ["plot_groups"]


def plot_groups(comparison: GroupComparison, axes=None, *, confidence_level: float = 0.95):
    """Every value in its group with the group's mean, and the differences beside them.

    Of a group with more than 2,000 values the median, quartiles and whiskers to 1.5
    interquartile ranges are drawn.

    Parameters
    ----------
    comparison : GroupComparison
        What `compare_groups` returns.
    axes : pair of matplotlib Axes, optional
        Default: a new figure of two columns' width.
    confidence_level : float
        Of the intervals.

    Returns
    -------
    list of matplotlib Axes
        The participants of each group, and the differences with their intervals.

    See Also
    --------
    compare_groups : The comparison that is drawn.
    plot_mean_difference : The same participants under two conditions.

    Examples
    --------
    >>> import pandas as pd
    >>> from ldn_analysis import compare_groups
    >>> data = pd.DataFrame({"arm": ["new"] * 4 + ["old"] * 4, "change": [5.0, 3, 8, 6, 2, 3, 1, 4]})
    >>> axes = plot_groups(compare_groups(data, outcome="change", by="arm"))
    >>> axes[0].get_ylabel()
    'change'
    """
    left, right = take_axes(axes, 2, "plot_groups", height_mm=84, width_ratios=(1.25, 1))
    table = comparison.glance()
    for i, row in enumerate(table.itertuples(index=False)):
        draw_column(left, i, comparison.take(row[0])[comparison.outcome].to_numpy(float))
        left.plot([i - 0.3, i + 0.3], [row.mean, row.mean], color="#222222", linewidth=2)
    names = [
        f"{shorten_label(row[0], 18)}\nn = {row.n_obs}" for row in table.itertuples(index=False)
    ]
    left.set_xticks(range(len(names)), names, parse_math=False)
    left.set_xlim(-0.6, len(names) - 0.4)
    left.set_ylabel(label_column(comparison.outcome), parse_math=False)
    left.set_title(join_words("Values and means (bars)", comparison.status), fontsize=7)
    _draw_differences(right, comparison, confidence_level)
    describe_axes(
        left, "Every value in its group, and the differences of the means with their intervals."
    )
    return [left, right]


def _draw_differences(ax, comparison: GroupComparison, confidence_level: float) -> None:
    """The differences to report, with intervals and p."""
    table = comparison.find_primary(confidence_level)
    unit = name_change_unit(describe_column(comparison.outcome)[1])
    ax.axvline(0, color="#BBBBBB", linewidth=0.8, zorder=0)
    for i, row in enumerate(table.itertuples()):
        margins = [[row.estimate - row.conf_low], [row.conf_high - row.estimate]]
        ax.errorbar(row.estimate, i, xerr=margins, fmt="s", color=GREY, elinewidth=1, capsize=3)
        interval = format_interval(row.conf_low, row.conf_high, confidence_level)
        text = write_minus(f"{format_number(row.estimate)} ({interval})")
        ax.annotate(
            f"{text}\n{format_p(row.p_value)}", (row.estimate, i), (0, 7),
            textcoords="offset points", ha="center", fontsize=7,
        )  # fmt: skip
    others = [shorten_label(name, 18) for name in comparison.groups]
    names = [f"{name}\nminus {others[-1]}" for name in others[:-1]]
    ax.set_yticks(range(len(names)), names, parse_math=False)
    ax.set_ylim(len(names) - 0.5, -0.7)
    ax.margins(x=0.25)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(label_unit("difference of means", unit), parse_math=False)
    words = f"{100 * confidence_level:g} % intervals"
    words = f"simultaneous {words}" if len(names) > 1 else words
    if comparison.covariate is not None:
        words += f", adjusted for\n{shorten_label(describe_column(comparison.covariate)[0])}"
    ax.set_title(words, fontsize=7, parse_math=False)
