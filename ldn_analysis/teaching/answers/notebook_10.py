"""Answers to the exercises of notebook 10, and the usual mistakes, computed from the data."""

from ...data.tables import cache_until_data_change, load_dataset
from ..exercise import Exercise, register_exercise

__all__: list[str] = []


@cache_until_data_change
def _mean_difference():
    """Paired mean difference of the illustrative table."""
    from ...crossover.means import compare_means

    return compare_means(load_dataset("esr_pain_change"))


@register_exercise("10.1")
def _line_of_the_cell() -> Exercise:
    """In which line of the file is the cell that became text?"""
    place = 2  # of the damaged row, as pandas counts
    return Exercise(
        answer=place + 2,
        because="line 1 holds the names; a spreadsheet shows the same number at its edge.",
        mistakes=[
            (place + 1, "that is the row of data; the names of the columns are a line too."),
            (place, "that is the index in pandas, which counts from 0 below the names."),
        ],
    )


@register_exercise("10.2")
def _percent_reduction() -> Exercise:
    """Percent reduction from 6.2 to 4.1."""
    before, after = 6.2, 4.1
    return Exercise(
        answer=(before - after) / before * 100,
        because="a percentage of the baseline is the same on either scale.",
        mistakes=[
            (before - after, "that is the change in points; divide by the baseline."),
            (10 * (before - after), "that is the change in points of 0 to 100, not in percent."),
            ((before - after) / after * 100, "divide by the baseline, not by the end point."),
            (after / before * 100, "that is what is left; the question asks for the reduction."),
        ],
    )


@register_exercise("10.3")
def _participants_left() -> Exercise:
    """Participants left as their own controls when one row is dropped."""
    participants = _mean_difference().n_obs
    return Exercise(
        answer=participants - 1,
        because="the other row is still in its own pane, but a within-participant comparison cannot use it.",
        mistakes=[
            (participants, "that many there were before."),
            (
                2 * participants - 1,
                "those are rows; a participant with one row has nothing to compare.",
            ),
            (participants - 2, "one row is blank, so one participant is left out."),
        ],
    )


@register_exercise("10.4")
def _turned_sign() -> Exercise:
    """Mean difference if the placebo column had the other sign."""
    pairs = _mean_difference().pairs
    first, second = (float(pairs[name].mean()) for name in ("first", "second"))
    return Exercise(
        answer=first + second,
        because="a sign reversed in one condition turns a difference into a sum.",
        mistakes=[
            (first - second, "that is the difference with the right signs."),
            (first, "that is the mean under ldn alone."),
        ],
    )


@register_exercise("10.5")
def _passes() -> Exercise:
    """Does a file that passes hold right numbers?"""
    return Exercise(
        answer="no",
        because="it can be read, no more than that: look at the smallest and largest values and at the picture.",
        mistakes=[("yes", "think of the 999: it passed too.")],
    )
