"""Answers to the exercises of notebook 11, and the usual mistakes, computed from the data."""

from ..exercise import Exercise, register_exercise
from .shared import _printed

__all__: list[str] = []


@register_exercise("11.1")
def _adjusted() -> Exercise:
    """Bonferroni-adjusted p of mood."""
    from ...small_samples.multiple_tests import adjust_p_values

    def p_of(method: str) -> float:
        table = adjust_p_values(method=method).set_index("term")
        return float(table.loc["rct_mood_p", "p_adjusted"])

    printed = float(_printed()["rct_mood_p"])
    return Exercise(
        answer=p_of("bonferroni"),
        because="the printed p times the number of printed p values.",
        mistakes=[
            (printed, "that is the printed p value."),
            (p_of("holm"), "that is Holm's, which is never larger."),
            (
                min(2 * printed, 1.0),
                "the printed p is two-sided already; multiply by the number of tests.",
            ),
            (p_of("fdr_bh"), "that is Benjamini and Hochberg's, which bounds another error."),
            (printed / round(p_of("bonferroni") / printed), "multiply, not divide."),
        ],
    )


@register_exercise("11.2")
def _chosen_high() -> Exercise:
    """Did the treatment work?"""
    return Exercise(
        answer="unknown",
        because="their pain would have fallen anyway; by how much, only a control group tells.",
        mistakes=[
            ("yes", "those chosen at their worst get better without any treatment."),
            ("no", "it may have; without a control group one cannot tell."),
        ],
    )


@register_exercise("11.3")
def _expected_fall() -> Exercise:
    """Expected fall of pain without any treatment at a reliability of 0.5."""
    from ...data.assumptions import Assumptions
    from ...small_samples.regression_to_mean import simulate_selection

    def simulate(reliability: float):
        cutoff = Assumptions().severity_mean
        table = simulate_selection(cutoff=cutoff, reliability=reliability, rng=6).to_frame()
        return table.set_index("quantity")[["estimate", "expected"]]

    half, printed = simulate(0.5), simulate(0.7)
    return Exercise(
        answer=float(half.loc["reduction", "expected"]),
        because="(1 - reliability) times the excess of the admitted over everybody's mean.",
        mistakes=[
            (
                float(half.loc["reduction", "estimate"]),
                "that is the simulated fall; read `expected`.",
            ),
            (float(printed.loc["reduction", "expected"]), "that is for a reliability of 0.7."),
            (float(printed.loc["reduction", "estimate"]), "that is for a reliability of 0.7."),
            (float(half.loc["reduction_percent", "expected"]), "that is the fall in percent."),
            (float(half.loc["baseline", "expected"]), "that is the mean baseline of the admitted."),
            (float(half.loc["end point", "expected"]), "that is their mean pain at the end."),
        ],
    )


@register_exercise("11.4")
def _wrong_conclusion() -> Exercise:
    """Where is the error in an argument about responders?"""
    return Exercise(
        answer="conclusion",
        because="with one period per condition the same effect for everybody gives such counts too.",
        mistakes=[
            ("count", "a count may be right; what follows from it?"),
            ("design", "that is how the trial was done; what can it then not show?"),
        ],
    )
