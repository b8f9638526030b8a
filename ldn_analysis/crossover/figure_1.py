"""Fig. 1: self-reported improvement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.canvas import BLUE, join_words, new_figure
from ..core.codebook import describe_column
from ..core.wording import capitalise

if TYPE_CHECKING:
    from .improvement import ImprovementSummary

__all__ = ["plot_improvement"]


def plot_improvement(summary: ImprovementSummary, ax=None, *, confidence_level: float = 0.95):
    """Fig. 1: a bar for each category, with Wilson intervals.

    Parameters
    ----------
    summary : ImprovementSummary
        What `summarise_improvement` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of two columns' width.
    confidence_level : float
        Of the interval of each category on its own.

    Returns
    -------
    matplotlib Axes

    Examples
    --------
    >>> from ldn_analysis import load_dataset, summarise_improvement
    >>> ax = plot_improvement(summarise_improvement(load_dataset("improvement")))
    >>> len(ax.patches)
    7
    """
    if ax is None:
        ax = new_figure(2, 80).subplots()
    table = summary.to_frame(confidence_level)
    position = np.arange(len(table))
    percent = table[["share", "conf_low", "conf_high"]] * 100
    ax.barh(position, percent["share"], height=0.62, color="#9CC7E4", edgecolor=BLUE, linewidth=0.8)
    margins = np.array(
        [percent["share"] - percent["conf_low"], percent["conf_high"] - percent["share"]]
    ).clip(min=0)
    ax.errorbar(
        percent["share"],
        position,
        xerr=margins,
        fmt="none",
        ecolor="#333333",
        elinewidth=1,
        capsize=3,
    )
    for row, y in zip(table.itertuples(), position, strict=True):
        label = f"{row.count} ({100 * row.share:.0f} %)"
        ax.annotate(
            label,
            (100 * row.conf_high, y),
            (5, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
        )
    ax.set_yticks(position, table["category"])
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    ax.set_xlim(0, max(percent["conf_high"].max() * 1.22, 10))
    ax.set_xlabel(f"participants (% of {summary.n_obs})")
    title = describe_column(summary.column)[0]
    level = f"bars: share; lines: {100 * confidence_level:g} % Wilson interval of each"
    head = f"{capitalise(title)}, n = {summary.n_obs}"
    ax.set_title(join_words(head, summary.status, level), loc="left")
    return ax
