"""Answers to the exercises of notebook 05, and the usual mistakes, computed from the data."""

import numpy as np

from ...core.intervals import compute_quantile
from ...data.tables import load_dataset, remember
from ..exercise import Exercise, enter_exercise
from .shared import _fits, _printed

__all__: list[str] = []


@remember
def _slope_difference():
    """Primary row of the comparison of slopes."""
    from ...crossover.slopes import compare_slopes

    return compare_slopes(load_dataset("esr_pain_change")).to_frame().iloc[0]


@enter_exercise("05.1")
def _difference() -> Exercise:
    """Difference of the two slopes."""
    fits = _fits()
    return Exercise(
        answer=float(_slope_difference()["estimate"]),
        because="the slope of the within-person difference on ESR.",
        mistakes=[
            (fits["ldn"].slope, "that is the left pane alone."),
            (
                fits["ldn"].slope / fits["placebo"].slope,
                "that is a ratio; a difference is asked for.",
            ),
            (fits["ldn"].r - fits["placebo"].r, "those are correlations; slopes have units."),
            (fits["placebo"].slope, "that is the right pane alone."),
            (
                fits["ldn"].intercept - fits["placebo"].intercept,
                "those are the intercepts: the difference at an ESR of zero.",
            ),
            (fits["ldn"].slope + fits["placebo"].slope, "that is the sum."),
        ],
    )


@enter_exercise("05.2")
def _difference_high() -> Exercise:
    """Upper limit of its interval."""
    row, fits = _slope_difference(), _fits()
    unpaired = np.hypot(*(fits[name].line.slope_std_error for name in ("ldn", "placebo")))
    side = "below zero" if row["conf_low"] < 0 else "above zero too"
    return Exercise(
        answer=float(row["conf_high"]),
        because=f"and the lower limit lies {side}.",
        mistakes=[
            (float(row["conf_low"]), "that is the lower limit."),
            (
                float(row["estimate"] + compute_quantile(0.95) * row["std_error"]),
                "that uses 1.96; with so few people t is larger.",
            ),
            (
                float(row["estimate"] + compute_quantile(0.9, row["df"]) * row["std_error"]),
                "that is one-sided (or a 90 % interval): 2.5 % belong to each side.",
            ),
            *(
                (
                    float(row["estimate"] + compute_quantile(0.95, df) * unpaired),
                    "that takes the two panes for different people; they are pairs.",
                )
                for df in (row["df"], 2 * row["df"])
            ),
            (float(row["std_error"]), "that is the standard error."),
            (
                float(_fits()["ldn"].to_frame()["conf_high"].iloc[1]),
                "that is the left pane's slope.",
            ),
        ],
    )


@enter_exercise("05.3")
def _discordant() -> Exercise:
    """Discordant pairs at the moderate threshold."""
    from ...crossover.responders import compare_responders

    data = load_dataset("esr_pain_change")
    trial = data[data["trial"] == "crossover"]
    moderate, high = (float(_printed()[f"immpact_{k}"]) for k in ("moderate", "substantial"))
    table = compare_responders(trial, threshold=moderate)
    both_trials = compare_responders(data, threshold=moderate)
    other = compare_responders(trial, threshold=high)
    return Exercise(
        answer=table.first_only + table.second_only,
        because="only these say anything about the difference.",
        mistakes=[
            (table.both + table.neither, "those are the concordant pairs."),
            (table.both + table.first_only, "those are all who responded under LDN."),
            (table.both, "those responded under both."),
            (table.first_only, "those responded under LDN only; add those under placebo only."),
            (table.second_only, "those responded under placebo only; add those under LDN only."),
            (
                both_trials.first_only + both_trials.second_only,
                "that mixes the pilot in; take the crossover trial only.",
            ),
            (other.first_only + other.second_only, "that is the higher threshold."),
        ],
    )


@enter_exercise("05.4")
def _more_days() -> Exercise:
    """Do more diary days shrink the error like more people?"""
    return Exercise(
        answer="no",
        because="days of one person are not independent evidence about the drug; more people are.",
        mistakes=[("yes", "how people differ in their response does not average out over days.")],
    )


@enter_exercise("05.5")
def _carry_over() -> Exercise:
    """Does a carry-over test without significance show that there is none?"""
    return Exercise(
        answer="no",
        because="it compares two groups of people, with a standard error too large to notice much.",
        mistakes=[("yes", "look at its standard error: what could it have noticed?")],
    )
