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
    parts = ["# Captions\n"]
    if summary := results.get("figure_1"):
        best = summary.combine(["very much improved", "much improved"]).iloc[0]
        interval = format_interval(100 * best["conf_low"], 100 * best["conf_high"], 0.95, " %")
        parts.append(
            f"**Fig. 1.** {summary} Much or very much improved: {best['count']} of {summary.n_obs} "
            f"({100 * best['share']:.0f} %, Wilson {interval}). There is no control group in this "
            "figure. The number of participants is that of the review's caption; the scale and the "
            "counts are assumed, within the reported half who were much or very much improved.\n"
        )
    if fits := results.get("figure_2"):
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
        parts.append(
            f"**Fig. 2.** Baseline ESR against pain reduction, with least-squares lines and the 95 % "
            f"band of each line. {lines} That one pane is significant and the other is not would say "
            f"nothing about the difference between the two slopes.{assumed}\n"
        )
    return "\n".join([*parts, *_render_own(results)])


def _render_own(results: dict) -> list[str]:
    """Captions of a table in its own words."""
    parts = []
    if fits := results.get("lines"):
        first = next(iter(fits.fits.values()))
        x, y = (describe_column(name)[0] for name in (first.predictor, first.outcome))
        several = (
            " That one pane is significant and another is not would say nothing about the difference "
            "between their slopes."
        )
        parts.append(
            f"**Lines.** {capitalise(x)} against {y}, with least-squares lines and the 95 % band of "
            f"each line. {fits}{several * (len(fits) > 1)}\n"
        )
    if means := results.get("means"):
        parts.append(
            "**Means.** Every participant's value, the means, and the difference with its 95 % "
            f"interval. {means}\n"
        )
    return parts
