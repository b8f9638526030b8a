"""A participant's diary as a figure."""

import pandas as pd

from ..core.canvas import (
    BLUE,
    CONDITION_TITLES,
    GREY,
    VERMILLION,
    describe_axes,
    join_words,
    label_column,
    new_figure,
)
from ..core.status import read_status

__all__ = ["plot_diary"]


def plot_diary(
    diary: pd.DataFrame, ax=None, *, rating: str = "pain_0_100", conditions=CONDITION_TITLES
):
    """One participant's daily ratings, with the means that the registry's definitions use.

    Parameters
    ----------
    diary : DataFrame
        Rows of one participant: day, phase and the rating; blanks are missed days.
    ax : matplotlib Axes, optional
        Default: a new figure of two columns' width.
    rating : str
        Column to draw.
    conditions : iterable of str
        Phases that are shaded and whose final three days are marked.

    Returns
    -------
    matplotlib Axes
        Where it is drawn.

    Raises
    ------
    ValueError
        If the rows belong to more than one participant.

    See Also
    --------
    fit_diary_model : A model of all daily ratings.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> diary = load_dataset("daily_pain").query("participant == 'C01'")
    >>> plot_diary(diary).get_ylabel()
    'pain (points of 0-100)'
    """
    if len(diary["participant"].unique()) != 1:
        raise ValueError(
            f"plot_diary: one participant is needed; received {diary['participant'].nunique()}"
        )
    if ax is None:
        ax = new_figure(2, 55).subplots()
    ax.plot(diary["day"], diary[rating], color=GREY, linewidth=0.8, marker=".", markersize=3)
    for phase, days in diary.groupby("phase", observed=True):
        first, last = days["day"].min(), days["day"].max()
        if phase in conditions:
            color = BLUE if phase == "ldn" else VERMILLION
            ax.axvspan(first - 0.5, last + 0.5, color=color, alpha=0.10, linewidth=0)
        ax.annotate(
            CONDITION_TITLES.get(phase, phase),
            ((first + last) / 2, 97),
            ha="center",
            va="top",
            fontsize=7,
        )
        if phase in conditions:
            days = days[days["day"] > last - 3]
        elif phase != "baseline":
            continue
        ends = [days["day"].min() - 0.5, days["day"].max() + 0.5]
        ax.plot(
            ends, [days[rating].mean()] * 2, color="black", linewidth=2.2, solid_capstyle="butt"
        )
    ax.set(xlabel="day of the study", ylabel=label_column(rating), ylim=(0, 100))
    title = f"participant {diary['participant'].iloc[0]}; thick lines: means of the baseline and of the final three days"
    ax.set_title(join_words(title, read_status(diary)), fontsize=7)
    describe_axes(
        ax, "Daily pain of one participant, with the means of the days that the analysis uses."
    )
    return ax
