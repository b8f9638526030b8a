"""Answers to the exercises of notebook 06, and the usual mistakes, computed from the data."""

import numpy as np

from ...data.tables import load_dataset, remember
from ..exercise import Exercise, enter_exercise
from .shared import _derive_from_p, _printed

__all__: list[str] = []


@remember
def _half_effect():
    """Power and errors if the true difference were half the printed one."""
    from ...small_samples.design_errors import compute_design_errors

    difference, n, derived = _derive_from_p()
    error = derived["std_error"]
    rows = compute_design_errors(np.array([difference / 2, difference]), error, df=n - 1)
    return rows.to_frame()


@enter_exercise("06.1")
def _true_low() -> Exercise:
    """Lower limit of the pilot's true R squared."""
    from ...small_samples.true_r_squared import infer_true_r_squared

    row = infer_true_r_squared().to_frame().iloc[0]
    return Exercise(
        answer=float(row["conf_low"]),
        unit="proportion",
        because="less than half of what was observed is still compatible with it.",
        mistakes=[
            (float(row["estimate"]), "that is the estimate."),
            (float(row["conf_high"]), "that is the upper limit."),
            (float(np.sqrt(row["conf_low"])), "that is r; square it."),
        ],
    )


@enter_exercise("06.2")
def _exaggeration() -> Exercise:
    """Type M error at half the printed difference."""
    half, whole = _half_effect().itertuples()
    return Exercise(
        answer=float(half.type_m),
        because="only estimates far above the truth reach significance in so small a trial.",
        mistakes=[
            (float(whole.type_m), "that is if the printed difference is true."),
            (float(half.power), "that is the power: how often they are significant at all."),
            (float(half.type_s), "that is the share with the wrong sign."),
            (float(1 / half.type_m), "that is the truth in estimates; turn it round."),
            (
                float(half.mean_significant),
                "that is the mean significant estimate; divide it by the truth.",
            ),
        ],
    )


@enter_exercise("06.3")
def _adjusted() -> Exercise:
    """Bonferroni-adjusted p of mood."""
    from ...small_samples.multiple_tests import adjust_p_values

    def p_of(method: str) -> float:
        table = adjust_p_values(method=method).set_index("term")
        return float(table.loc["rct_mood_p", "p_adjusted"])

    printed = float(_printed()["rct_mood_p"])
    return Exercise(
        answer=p_of("bonferroni"),
        because="the printed p times the number of p values looked at.",
        mistakes=[
            (printed, "that is the printed p value."),
            (p_of("holm"), "that is Holm's, which is never larger."),
            (
                min(2 * printed, 1.0),
                "that doubles it; one p value is as good as two-sided already.",
            ),
            (printed / round(p_of("bonferroni") / printed), "multiply, not divide."),
        ],
    )


@enter_exercise("06.4")
def _people_needed() -> Exercise:
    """People for a power of 0.8 if the true slope during LDN is half the estimate."""
    from ...small_samples.truth import estimate_truth

    truth = estimate_truth(load_dataset("esr_pain_change"))
    smaller = truth.with_effect("slope_ldn", truth.slope_ldn / 2)
    needed = _find_people(smaller)
    return Exercise(
        answer=needed,
        because="half the slope takes about four times the people: the error falls with the root of n.",
        mistakes=[
            (needed - 1, "one person short: the power is still below the one asked for."),
            (needed + 1, "one fewer is enough."),
            (_find_people(truth), "that is for the estimate itself; the truth may be half."),
            (_find_people(smaller, power=0.9), "that is for a power of 0.9."),
        ],
    )


def _find_people(truth, power: float = 0.8) -> int:
    """The smallest number of participants with this exact power for the slope during LDN."""
    from ...small_samples.power import compute_power_exact
    from ...small_samples.sample_size import MAX_PARTICIPANTS, double_until, halve_to_smallest

    def reaches(n: int) -> bool:
        return compute_power_exact(truth, n_people=n) >= power

    return halve_to_smallest(reaches, double_until(reaches) or MAX_PARTICIPANTS)


@enter_exercise("06.5")
def _chosen_high() -> Exercise:
    """Did the treatment work?"""
    return Exercise(
        answer="unknown",
        because="their pain would have fallen anyway; by how much, only a control group tells.",
        mistakes=[
            ("yes", "those chosen at their worst get better without any treatment."),
            ("no", "it may have; without a control group one can not tell."),
        ],
    )
