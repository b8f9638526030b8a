"""Answers to the exercises of notebook 09, and the usual mistakes, computed from the data."""

import numpy as np

from ...data.tables import load_dataset, remember
from ..exercise import Exercise, enter_exercise

__all__: list[str] = []


@remember
def _multiverse():
    """The whole specification curve."""
    from ...multiverse.fit import fit_multiverse

    return fit_multiverse(load_dataset("daily_pain"), load_dataset("participants"))


@remember
def _figure_2_choices() -> dict:
    """The options of Fig. 2: the first of each choice."""
    from ...multiverse.specifications import GRID

    return {choice: options[0] for choice, options in GRID.items()}


@enter_exercise("09.1")
def _median_of_curve() -> Exercise:
    """Median estimate of the whole curve."""
    estimates = _multiverse().specifications["estimate"]
    figure_2 = _multiverse().find(**_figure_2_choices()).iloc[0]
    return Exercise(
        answer=float(estimates.median()),
        because="half of the analyses find more and half find less; it is no better than its grid.",
        mistakes=[
            (
                float(estimates.mean()),
                "that is the mean; half of the curve lies on each side of the median.",
            ),
            (float(estimates.max()), "that is the largest of them."),
            (float(figure_2["estimate"]), "that is the analysis of Fig. 2 alone."),
            (
                float(_multiverse().specifications["slope"].median()),
                "slopes in different units have no median; take the standardised estimates.",
            ),
        ],
    )


@enter_exercise("09.2")
def _share_above() -> Exercise:
    """Share of the intervals of one outcome that lie above zero."""
    rows = _multiverse().find(outcome="percent reduction, LDN - placebo")
    alone = _multiverse().find(outcome="percent reduction, LDN")
    return Exercise(
        answer=float((rows["conf_low"] > 0).mean()),
        unit="proportion",
        because="and none of these counts is a test: all of them share their people.",
        mistakes=[
            (
                int((rows["conf_low"] > 0).sum()),
                "that is the count; divide it by the specifications of this outcome.",
            ),
            (
                float((rows["estimate"] > 0).mean()),
                "that counts the estimates above zero, not the intervals.",
            ),
            (float((alone["conf_low"] > 0).mean()), "that is LDN alone, without placebo."),
            (float(_multiverse().glance()["above_zero"].iloc[0]), "that is of all outcomes."),
            (
                float((_multiverse().to_frame(0.9).loc[rows.index, "conf_low"] > 0).mean()),
                "that is with 90 % intervals (a one-sided p below 0.05).",
            ),
        ],
    )


@enter_exercise("09.3")
def _range_of_curve() -> Exercise:
    """Range of the estimates of a smaller multiverse."""
    start = _figure_2_choices()
    fixed = {name: start[name] for name in ("model", "esr", "without")}
    rows = _multiverse().find(people="crossover trial", **fixed)
    both, every = _multiverse().find(people="both trials", **fixed), _multiverse().to_frame()
    free = _multiverse().find(people="crossover trial", model="OLS", esr="as is")
    return Exercise(
        answer=float(np.ptp(rows["estimate"])),
        because="with the same people and the same model, outcome, windows and adjustment still move it so far.",
        mistakes=[
            (float(rows["estimate"].max()), "that is the largest; take the smallest from it."),
            (float(np.ptp(both["estimate"])), "that is with both trials."),
            (float(np.ptp(every["estimate"])), "that is of the whole grid."),
            (float(np.ptp(free["estimate"])), 'leave nobody out: without=["nobody"].'),
            (
                float(np.ptp(rows["slope"])),
                "slopes in different units do not compare; take the standardised estimates.",
            ),
        ],
    )


@enter_exercise("09.4")
def _within_p() -> Exercise:
    """P value of Fig. 2's analysis with the within-person difference."""
    paired = {"outcome": "percent reduction, LDN - placebo"}
    row = _multiverse().find(**_figure_2_choices() | paired).iloc[0]
    alone = _multiverse().find(**_figure_2_choices()).iloc[0]
    points = {"outcome": "points reduction, LDN - placebo"}
    in_points = _multiverse().find(**_figure_2_choices() | points).iloc[0]
    return Exercise(
        answer=float(row["p_value"]),
        because="it is the comparison of notebook 05, found again as one point of the curve.",
        mistakes=[
            (float(row["p_value"]) / 2, "that is one-sided; the question asks for two-sided."),
            (float(alone["p_value"]), "that is LDN alone, as in Fig. 2."),
            (float(in_points["p_value"]), "that is the difference in points."),
            (float(row["estimate"]), "that is the estimate."),
            (float(row["statistic"]), "that is t."),
        ],
    )


@enter_exercise("09.5")
def _counting() -> Exercise:
    """Is a count of significant specifications a test?"""
    return Exercise(
        answer="no",
        because="they share the people and so stand or fall together; shuffled data show how often so many are significant by chance.",
        mistakes=[
            (
                "yes",
                "fifty would be the average, but how often would chance alone give four hundred?",
            )
        ],
    )
