"""Fig. 1: self-reported improvement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.canvas import BELOW, BLUE, describe_axes, join_words, shorten_label, take_axes
from ..core.codebook import describe_column
from ..core.wording import capitalise

if TYPE_CHECKING:
    from .improvement import ImprovementSummary

__all__ = ["plot_improvement"]

INK = "#222222"


def plot_improvement(summary: ImprovementSummary, ax=None, *, confidence_level: float = 0.95):
    """Fig. 1: a bar for each category, with the interval of its share alone and of all together.

    Parameters
    ----------
    summary : ImprovementSummary
        What `summarise_improvement` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of two columns' width.
    confidence_level : float
        Of both kinds of interval.

    Returns
    -------
    matplotlib Axes
        The thick lines are Wilson's intervals, the thin ones the joint intervals.

    See Also
    --------
    summarise_improvement : The shares that are drawn.

    Examples
    --------
    >>> from ldn_analysis import load_dataset, summarise_improvement
    >>> ax = plot_improvement(summarise_improvement(load_dataset("improvement")))
    >>> len(ax.patches)
    7
    """
    (ax,) = take_axes(ax, 1, "plot_improvement", height_mm=84)
    table = summary.to_frame(confidence_level)
    position = np.arange(len(table))
    limits = ["conf_low", "conf_high", "joint_low", "joint_high"]
    percent = table[["share", *limits]] * 100
    ax.barh(position, percent["share"], height=0.62, color="#9CC7E4", edgecolor=BLUE, linewidth=0.8)
    joint = ax.hlines(
        position, percent["joint_low"], percent["joint_high"], color=INK, linewidth=0.7,
        label="joint interval: for all categories at once",
    )  # fmt: skip
    single = ax.hlines(
        position, percent["conf_low"], percent["conf_high"], color=INK, linewidth=2.4,
        label="Wilson interval: for one category chosen beforehand",
    )  # fmt: skip
    for row, y in zip(table.itertuples(), position, strict=True):
        ax.annotate(
            f"{row.count} ({100 * row.share:.0f} %)", (100 * row.joint_high, y), (5, 0),
            textcoords="offset points", va="center", fontsize=7,
        )  # fmt: skip
    ax.set_yticks(position, table["category"].map(shorten_label))
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    ax.set_xlim(0, max(percent["joint_high"].max() * 1.18, 10))
    ax.set_xlabel(f"participants (% of {summary.n_obs})")
    title = describe_column(summary.column)[0]
    level = f"bars: share; lines: {100 * confidence_level:g} % intervals"
    ax.set_title(
        join_words(f"{capitalise(title)}, n = {summary.n_obs}", summary.status, level), loc="left"
    )
    ax.legend(handles=[single, joint], ncols=2, **BELOW)
    describe_axes(
        ax, "Bars of the seven answers of self-reported improvement, each with its interval."
    )
    return ax
