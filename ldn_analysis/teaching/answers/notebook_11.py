"""Answers to the exercises of notebook 11, and the usual mistakes, computed from the data."""

from ..exercise import Exercise, Part, name_cells, name_sentence, register_exercise, register_shown
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
        cell='`adjust_p_values` with `method="bonferroni"`, in the row of mood',
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
        cell="`simulate_selection(...).to_frame()` with the other reliability, row `reduction`",
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


@register_exercise("11.5")
def _find_the_error() -> Exercise:
    """Which part of a text about change and baseline is wrong?"""
    return Exercise(
        answer="b",
        cell="the text under 'Change against baseline'",
        because="it may, if the arithmetic is allowed for: by the mean of both, or by a model.",
        mistakes=[
            (
                "a",
                "it does: the baseline is part of both; see the figure under 'Change against baseline'.",
            ),
            ("c", "that is so: the covariance is half the difference of the two variances."),
            (
                "d",
                "it can: the end point then has the smaller spread; see 'Where Oldham's method fails'.",
            ),
        ],
    )


@register_exercise("11.6")
def _write_the_fall() -> Exercise:
    """A sentence on regression to the mean."""
    from ...data.assumptions import Assumptions
    from ...small_samples.regression_to_mean import simulate_selection

    selected = simulate_selection(cutoff=Assumptions().severity_mean, reliability=0.7, rng=6)
    fall = float(selected.to_frame().set_index("quantity").loc["reduction", "estimate"])
    return Exercise(
        answer=f"Nobody was treated, and mean pain fell by {fall:.1f} points, because those who were "
        "chosen at a high moment come back towards their own mean (regression to the mean).",
        cell="the sentence below 'Regression to the mean'",
        because="a reader sees that a fall needs no treatment.",
        parts=[
            Part(what="by how much", number=fall),
            Part(what="the unit", pattern=r"points?"),
            Part(what="that it is a mean", pattern=r"mean pain|average"),
            Part(
                what="that nobody was treated",
                pattern=r"nobody was treated|no(?:body| one|t)? .*treat|untreated|without (?:any )?treatment",
            ),
            Part(what="why", pattern=r"regress|chosen|selected|admitted|towards"),
            Part(
                what="that a treatment or a placebo helped",
                pattern=r"placebo response|worked|improved by",
                forbidden=True,
            ),
        ],
    )


@register_shown("11")
def _list_shown() -> list:
    """The numbers that notebook 11 shows."""
    from ...data.assumptions import Assumptions
    from ...small_samples.change_scores import compare_change_scores
    from ...small_samples.multiple_tests import adjust_p_values, simulate_multiple_tests
    from ...small_samples.regression_to_mean import simulate_coupling, simulate_selection

    spread, printed = Assumptions(), _printed()
    ldn, placebo = (float(printed[f"rct_pain_reduction_{name}"]) for name in ("ldn", "placebo"))
    effect = (ldn - placebo) * spread.severity_mean / 100
    selected = simulate_selection(cutoff=spread.severity_mean, reliability=0.7, rng=6)
    results = {"regression to the mean": selected}
    results |= {
        f"change against baseline, ratio {ratio}": simulate_coupling(
            retest_r=0.5, sd_ratio=ratio, rng=6
        )
        for ratio in (1.0, 0.8)
    }
    scores = [compare_change_scores(effect=effect, retest_r=r, rng=6) for r in (0.3, 0.5, 0.7)]
    results |= {
        f"four analyses at r = {r}": score for r, score in zip((0.3, 0.5, 0.7), scores, strict=True)
    }
    tests = simulate_multiple_tests(n_people=int(printed["rct_analysed"]), n_subgroups=2, rng=6)
    results["nine tests"] = tests
    shown = [
        (float(getattr(spread, name)), f"the assumption `{name}`")
        for name in ("severity_mean", "severity_sd", "outcome_r")
    ]
    for what, result in results.items():
        shown += name_sentence(result, what)
    for score, r in zip(scores, (0.3, 0.5, 0.7), strict=True):
        power = score.to_frame().query("quantity == 'power'")[["method", "estimate"]]
        shown += [
            (100 * v, w) for v, w in name_cells(power, f"the power at r = {r}", by=["method"])
        ]
    shown += name_cells(adjust_p_values(method="holm"), "Holm's table", by=["term"])
    return shown
