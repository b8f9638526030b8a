"""Answers to the exercises of notebook 02, and the usual mistakes, computed from the data."""

import numpy as np

from ...core.intervals import compute_quantile
from ...data.tables import load_dataset
from ..exercise import Exercise, Part, name_cells, register_exercise, register_shown

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
        cell="the first cell under 'Model', which prints the count and n",
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
        cell="the cell under 'Model' that prints Wald beside Wilson; `ldn.wilson_interval` gives both limits",
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
        cell="the text under 'Seven shares at once'",
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
        cell="the text under 'Conclude'",
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
        cell="`data`, merged with `participants`: first the median ESR of these participants, then the share above it",
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


@register_exercise("02.6")
def _find_the_error() -> Exercise:
    """Which part of a text about Fig. 1 is wrong?"""
    return Exercise(
        answer="d",
        cell="the text under 'Conclude'",
        because="what participants say after a treatment is not what the treatment did: there is no "
        "control group.",
        mistakes=[
            ("a", "that is the count, in words."),
            ("b", "that is Wilson's interval, in words."),
            ("c", "it is so: look at the last row of the table of seven shares."),
        ],
    )


@register_exercise("02.7")
def _write_the_share() -> Exercise:
    """A sentence on the share with its interval."""
    best = _best_share()
    share, low, high = (100 * best[name] for name in ("share", "conf_low", "conf_high"))
    n = int(best["n_obs"])
    return Exercise(
        answer=f"After LDN, {share:.0f} % (95 % CI {low:.0f} to {high:.0f} %) of {n} simulated "
        "participants said that they were much or very much improved.",
        cell="the sentence under 'Conclude'",
        because="share, interval, n and what kind of data: a reader needs these four, and no more.",
        parts=[
            Part(what="the share", number=float(best["share"])),
            Part(what="the lower limit of its interval", number=float(best["conf_low"])),
            Part(what="the upper limit of its interval", number=float(best["conf_high"])),
            Part(what="how many participants", number=n),
            Part(what="what they said", pattern=r"improve|better"),
            Part(what="that the data are simulated", pattern=r"illustrative|simulated|invented"),
            Part(
                what="a cause (there is no control group)",
                pattern=r"LDN (has |had )?(improved|helped|worked|made)|caus|because of|thanks to|effect of",
                forbidden=True,
            ),
        ],
    )


@register_shown("02")
def _list_shown() -> list:
    """The numbers that notebook 02 shows."""
    from ...core.intervals import wilson_interval
    from ...crossover.improvement import summarise_improvement

    summary = summarise_improvement(load_dataset("improvement"))
    best, n = _best_share(), summary.n_obs
    error = 1.96 * np.sqrt(best["share"] * (1 - best["share"]) / n)
    shown = name_cells(summary.to_frame(), "the table of seven shares", by=["category"])
    shown += [
        (best["share"] - error, "Wald's lower limit"),
        (best["share"] + error, "Wald's upper limit"),
    ]
    shown += [(float(best[f"conf_{end}"]), f"Wilson's {end} limit") for end in ("low", "high")]
    shown += [
        (100 * best[name], f"{name} in percent") for name in ("share", "conf_low", "conf_high")
    ]
    for k in (0, 1):
        margin = 1.96 * np.sqrt(k / n * (1 - k / n) / n)
        ends = zip(("lower", "upper"), wilson_interval(k, n), strict=True)
        shown += [(float(value), f"Wilson's {end} limit of {k} of {n}") for end, value in ends]
        shown += [(k / n + sign * margin, f"Wald's limit of {k} of {n}") for sign in (-1, 1)]
    shown += [
        (n - 1, "the number analysed"),
        (0.95, "the level of the intervals"),
        (95, "the level of the intervals, in percent"),
        (1.96, "the 97.5 % point of the normal distribution"),
        (7, "the number of categories"),
    ]
    return shown
