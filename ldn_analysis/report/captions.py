"""Captions of Fig. 1 and Fig. 2: what is drawn, the numbers, and what is assumed."""

from ..core.codebook import describe_column
from ..core.wording import capitalise, format_interval

__all__ = ["render_captions"]


def render_captions(results: dict) -> str:
    """Captions in Markdown: what is drawn, the numbers, and what is assumed.

    Parameters
    ----------
    results : dict
        "figure_1": an ImprovementSummary, "figure_2": a LineFits; of a table in its own words
        "lines": a LineFits, "means": a comparison. Any may be missing.

    Returns
    -------
    str
        Markdown, one paragraph per figure.
    """
    parts = {
        "figure_1": _describe_figure_1, "figure_2": _describe_figure_2,
        "lines": _describe_lines, "means": _describe_means,
    }  # fmt: skip
    texts = [describe(results[name]) for name, describe in parts.items() if name in results]
    return "\n".join(["# Captions\n", *texts])


def _describe_figure_1(summary) -> str:
    """The bars, and the share that was reported."""
    best = summary.combine(["very much improved", "much improved"]).iloc[0]
    interval = format_interval(100 * best["conf_low"], 100 * best["conf_high"], 0.95, " %")
    return (
        f"**Fig. 1.** {summary} Much or very much improved: {best['count']} of {summary.n_obs} "
        f"({100 * best['share']:.0f} %, Wilson {interval}). There is no control group in this "
        "figure. The number of participants is that of the review's caption; the scale and the "
        "counts are assumed, within the reported half who were much or very much improved.\n"
    )


def _describe_figure_2(fits) -> str:
    """The two panes, and what of them is published where they are ours."""
    lines = " ".join(f"{name}: {fits[name]}" for name in fits)
    assumed = (
        " The ESR of the pilot's ten (P01 to P10) is published; that of the crossover trial is "
        "assumed, distributed like theirs. The crossover trial's means with their intervals and "
        "paired p value, and the correlation of the pilot's ESR with the drug response in "
        "symptoms, meet printed numbers. Everybody's pain reduction is assumed, and so is "
        "everything that follows from it: slopes, r, R², p and intervals."
        if any(fit.status == "illustrative" for fit in fits.fits.values())
        else ""
    )
    return (
        f"**Fig. 2.** Baseline ESR against pain reduction, with least-squares lines and the 95 % "
        f"band of each line. {lines} That one pane is significant and the other is not would say "
        f"nothing about the difference between the two slopes.{assumed}\n"
    )


def _describe_lines(fits) -> str:
    """The panes of a table in its own words."""
    first = next(iter(fits.fits.values()))
    x, y = (describe_column(name)[0] for name in (first.predictor, first.outcome))
    several = (
        " That one pane is significant and another is not would say nothing about the difference "
        "between their slopes."
    )
    return (
        f"**Lines.** {capitalise(x)} against {y}, with least-squares lines and the 95 % band of "
        f"each line. {fits}{several * (len(fits) > 1)}\n"
    )


def _describe_means(means) -> str:
    """Every value, and the difference."""
    return (
        "**Means.** Every participant's value, the means, and the difference with its 95 % "
        f"interval. {means}\n"
    )
