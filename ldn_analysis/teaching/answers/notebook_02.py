"""Answers to the exercises of notebook 02, and the usual mistakes, computed from the data."""

import numpy as np

from ...core.intervals import compute_quantile
from ...data.tables import load_dataset
from ..exercise import Exercise, register_exercise

__all__: list[str] = []

BEST = ["very much improved", "much improved"]


def _best_share():
    """Much or very much improved, with its interval."""
    from ...crossover.improvement import summarise_improvement

    return summarise_improvement(load_dataset("improvement")).combine(BEST).iloc[0]


@register_exercise("02.1")
def _share() -> Exercise:
    """Share much or very much improved."""
    best = _best_share()
    n, answers = int(best["n_obs"]), load_dataset("improvement")["improvement"]
    return Exercise(
        answer=float(best["share"]),
        unit="proportion",
        because=f"{int(best['count'])} of {n}; what was reported is about those analysed, one fewer.",
        mistakes=[
            (int(best["count"]), "that is the count; divide it by n."),
            (best["count"] / (n - 1), "that is of those analysed; the figure shows one more."),
            (float(1 - best["share"]), "that is the share of all the others."),
            (float((answers == BEST[0]).mean()), "add those much improved."),
            (float((answers == BEST[1]).mean()), "add those very much improved."),
        ],
    )


@register_exercise("02.2")
def _wilson_low() -> Exercise:
    """Lower Wilson limit of that share."""
    from ...core.intervals import clopper_pearson_interval, wilson_interval

    best = _best_share()
    share, n = best["share"], best["n_obs"]
    error = np.sqrt(share * (1 - share) / n)
    return Exercise(
        answer=float(best["conf_low"]),
        unit="proportion",
        because="values below this fit these data badly.",
        mistakes=[
            (float(best["conf_high"]), "that is the upper limit."),
            (
                float(share - compute_quantile(0.95) * error),
                "that is estimate minus 1.96 standard errors (Wald); Wilson's interval is asked for.",
            ),
            (
                float(clopper_pearson_interval(best["count"], n)[0]),
                "that is the exact interval (Clopper and Pearson); Wilson's is asked for.",
            ),
            (
                float(wilson_interval(best["count"], n, 0.9)[0]),
                "that is the limit of a 90 % interval.",
            ),
            (
                float(wilson_interval(best["count"], n - 1)[0]),
                "that takes those analysed; the figure shows one more.",
            ),
            (float(error), "that is the standard error."),
        ],
    )


@register_exercise("02.3")
def _joint() -> Exercise:
    """Which interval, when the bar was chosen after looking?"""
    return Exercise(
        answer="joint",
        because="an interval that must hold for seven shares at once has to be wider.",
        mistakes=[
            ("single", "it is narrower: it has to hold for one category only, chosen beforehand.")
        ],
    )


@register_exercise("02.4")
def _cause() -> Exercise:
    """Which objection to a causal reading does a larger sample not remove?"""
    return Exercise(
        answer="no control group",
        because="the same question after placebo was not asked: hope, time and regression to the mean "
        "are all inside.",
        mistakes=[
            (
                "small sample",
                "a hundred times as many participants make the intervals ten times shorter.",
            ),
            ("wrong interval", "of so many participants Wald's interval is as good as Wilson's."),
        ],
    )


@register_exercise("02.5")
def _share_of_high_esr() -> Exercise:
    """Share of the best answers among those with an ESR above the median."""
    people = load_dataset("participants")
    rows = load_dataset("improvement").merge(people, on="participant")
    high = rows["esr_mm_h"] > rows["esr_mm_h"].median()
    better = rows["improvement"].isin(BEST)
    return Exercise(
        answer=float(better[high].mean()),
        unit="proportion",
        because="of those with a high ESR: they are the denominator.",
        mistakes=[
            (
                float(high[better].mean()),
                "that is the share with a high ESR among the improved: numerator and denominator are exchanged.",
            ),
            (
                float((high & better).mean()),
                "that divides by all participants; divide by those with a high ESR.",
            ),
            (float(better[~high].mean()), "that is the share among the others, with a lower ESR."),
            (float(better.mean()), "that is the share among all participants."),
            (int((high & better).sum()), "that is the count; divide it by those with a high ESR."),
            (
                float(better[rows["esr_mm_h"] >= rows["esr_mm_h"].median()].mean()),
                "that counts those at the median too; above it is asked for.",
            ),
            (
                float(better[rows["esr_mm_h"] > people["esr_mm_h"].median()].mean()),
                "that is the median of both trials; take the participants of the figure.",
            ),
        ],
    )
