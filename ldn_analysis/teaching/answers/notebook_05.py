"""Answers to the exercises of notebook 05, and the usual mistakes, computed from the data."""

import numpy as np

from ...core.intervals import compute_quantile
from ...data.tables import cache_until_data_change, load_dataset
from ..exercise import Exercise, register_exercise
from .shared import _fits, _printed

__all__: list[str] = []


@cache_until_data_change
def _slopes():
    """The comparison of slopes."""
    from ...crossover.slopes import compare_slopes

    return compare_slopes(load_dataset("esr_pain_change"))


def _slope_difference():
    """Its primary row."""
    return _slopes().to_frame().set_index("method").loc["within-participant difference"]


@register_exercise("05.1")
def _difference() -> Exercise:
    """Difference of the two slopes."""
    fits = _fits()
    return Exercise(
        answer=float(_slope_difference()["estimate"]),
        because="the slope of the within-participant difference on ESR.",
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
            (float(_slope_difference()["std_error"]), "that is its standard error."),
        ],
    )


@register_exercise("05.2")
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
                "that uses 1.96; with so few participants t is larger.",
            ),
            (
                float(row["estimate"] + compute_quantile(0.9, row["df"]) * row["std_error"]),
                "that is one-sided (or a 90 % interval): 2.5 % belong to each side.",
            ),
            *(
                (
                    float(row["estimate"] + compute_quantile(0.95, df) * unpaired),
                    "that takes the two panes for different participants; they are pairs.",
                )
                for df in (row["df"], 2 * row["df"])
            ),
            (float(row["std_error"]), "that is the standard error."),
            (
                fits["ldn"].confidence_interval("slope").high,
                "that is the upper limit of the left pane's slope.",
            ),
            (fits["ldn"].slope, "that is the left pane's slope."),
            (
                _slopes().confidence_interval("pooled, cluster-robust (CR2)").high,
                "that is the limit by the cluster-robust way; the primary one is the first row.",
            ),
        ],
    )


@register_exercise("05.3")
def _concordant() -> Exercise:
    """Concordant pairs at the moderate threshold."""
    from ...crossover.responders import compare_responders

    data = load_dataset("esr_pain_change")
    trial = data[data["trial"] == "crossover"]
    moderate, high = (float(_printed()[f"immpact_{k}"]) for k in ("moderate", "substantial"))
    table = compare_responders(trial, threshold=moderate)
    both_trials = compare_responders(data, threshold=moderate)
    other = compare_responders(trial, threshold=high)
    return Exercise(
        answer=table.both + table.neither,
        because="the concordant pairs; only the others, the discordant ones, tell the conditions apart.",
        mistakes=[
            (
                table.first_only + table.second_only,
                "those are the discordant pairs, the ones that do say something.",
            ),
            (table.both + table.first_only, "those are all who responded under LDN."),
            (table.both + table.second_only, "those are all who responded under placebo."),
            (table.both, "those responded under both; add those who did under neither."),
            (table.neither, "those responded under neither; add those who did under both."),
            (
                both_trials.both + both_trials.neither,
                "that mixes the pilot in; take the crossover trial only.",
            ),
            (other.both + other.neither, "that is the higher threshold."),
        ],
    )


@register_exercise("05.4")
def _more_participants() -> Exercise:
    """Do more days or more participants shrink the error?"""
    return Exercise(
        answer="participants",
        because="days of one participant are not independent evidence about the drug.",
        mistakes=[
            ("days", "how participants differ in their response does not average out over days.")
        ],
    )


@register_exercise("05.5")
def _carry_over() -> Exercise:
    """Is a carry-over as large as the drug effect compatible with the data?"""
    from ...crossover.two_period import fit_crossover

    people = load_dataset("participants")[["participant", "sequence"]]
    data = load_dataset("esr_pain_change").query("trial == 'crossover'")
    fit = fit_crossover(data.merge(people, on="participant"))
    low, high = fit.confidence_interval("carry-over")
    effect = abs(float(fit.participants["difference"].mean()))
    inside = low < effect < high or low < -effect < high
    right, wrong = ("yes", "no") if inside else ("no", "yes")
    hint = "compare both limits of the row carry-over with the paired difference, with either sign."
    return Exercise(
        answer=right,
        because="it compares two groups of participants, with a standard error too large to notice much."
        if inside else "its interval is short enough to leave that out, in both directions.",
        mistakes=[(wrong, hint)],
    )  # fmt: skip
