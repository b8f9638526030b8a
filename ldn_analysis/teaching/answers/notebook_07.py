"""Answers to the exercises of notebook 07, and the usual mistakes, computed from the data."""

import numpy as np

from ...core.intervals import compute_fisher_interval
from ...core.mcnemar import compute_mcnemar
from ..exercise import Exercise, enter_exercise
from .shared import _derive_from_p, _printed

__all__: list[str] = []


@enter_exercise("07.1")
def _denominator() -> Exercise:
    """Which denominator fits both shares?"""
    printed = _printed()
    analysed = int(printed["rct_analysed"])
    started = int(printed["rct_started_ldn_first"]) + int(printed["rct_started_placebo_first"])
    return Exercise(
        answer=analysed,
        because="a whole number of people gives each of the two shares, and of these denominators only at this one.",
        mistakes=[
            (started, "so many started; only the first of the two shares is possible then."),
            (analysed - 1, "only the second of the two shares is possible then."),
        ],
    )


@enter_exercise("07.2")
def _sd_of_difference() -> Exercise:
    """SD of the within-person difference from p."""
    from scipy.special import ndtri, stdtrit

    difference, n, table = _derive_from_p()
    p = _printed()["rct_pain_reduction_p"]
    return Exercise(
        answer=float(table["sd"]),
        because="difference / t x the root of n, if the test was a paired t test.",
        mistakes=[
            (
                float(table["std_error"]),
                "that is the standard error; multiply it by the root of n.",
            ),
            (float(table["dz"]), "that is the difference in SDs."),
            (
                float(difference / -ndtri(float(p) / 2) * np.sqrt(n)),
                "that uses the normal distribution; with so few people t is larger.",
            ),
            (
                float(difference / -stdtrit(n - 1, float(p)) * np.sqrt(n)),
                "that takes p for one-sided; half of it belongs to each side.",
            ),
            (
                float(table["std_error"] * np.sqrt(n - 1)),
                "that multiplies by the root of the degrees of freedom; n people make the error.",
            ),
            (float(table["std_error"] * n), "multiply by the root of n, not by n."),
            (float(table["sd"] ** 2), "that is the variance; take the root."),
            (
                float(table["sd"] / np.sqrt(2)),
                "that is for two groups of different people; this is the SD of one difference each.",
            ),
        ],
    )


@enter_exercise("07.3")
def _pilot_low() -> Exercise:
    """Lower limit of the pilot's correlation."""
    from ...audit.derived import compute_r_interval

    share = float(_printed()["pilot_esr_r2"]) / 100
    n = int(_printed()["pilot_n"])

    def limits(**what):
        table = compute_r_interval(n=n, **what).to_frame()
        return table.set_index("term")["estimate"]

    right = limits(r_squared=f"{share:.2f}")
    return Exercise(
        answer=float(right["conf_low"]),
        because="far below the sample's r: so few people can not pin it down.",
        mistakes=[
            (float(right["r"]), "that is r itself."),
            (float(right["conf_low"] ** 2), "that is squared; the correlation is asked for."),
            (
                compute_fisher_interval(right["r"], 1 / np.sqrt(n))[0],
                "that divides by the root of n; Fisher's error has n - 3.",
            ),
            (
                compute_fisher_interval(right["r"], 1 / np.sqrt(n - 3), 0.9)[0],
                "that is one-sided (or a 90 % interval).",
            ),
            (float(right["conf_high"]), "that is the upper limit."),
            (
                float(limits(r=f"{share:.2f}")["conf_low"]),
                "that takes R squared for r; take the root first.",
            ),
        ],
    )


@enter_exercise("07.4")
def _not_wrong() -> Exercise:
    """Is one of the two numbers wrong?"""
    return Exercise(
        answer="no",
        because="another statistic that prints the same may give that p; or its digits were cut off.",
        mistakes=[("yes", "both were rounded: let each be any number that prints so.")],
    )


@enter_exercise("07.5")
def _smallest_p() -> Exercise:
    """Smallest two-sided exact p of McNemar's test over all overlaps."""
    n = int(_printed()["rct_analysed"])
    ldn, placebo = (
        round(float(_printed()[f"rct_responders_{k}"]) * n / 100) for k in ("ldn", "placebo")
    )
    discordant = [
        (ldn - k, placebo - k) for k in range(min(ldn, placebo) + 1) if ldn + placebo - k <= n
    ]
    tests = compute_mcnemar(*zip(*discordant, strict=True))
    best = int(np.argmin(tests.exact))
    return Exercise(
        answer=float(tests.exact[best]),
        because="and at every other overlap p is larger: the printed one is none of them.",
        mistakes=[
            (float(tests.one_tailed[best]), "that is one-sided; double it."),
            (float(tests.mid_p[best]), "that is the mid-p value."),
            (
                float(tests.square_p[best]),
                "that is McNemar's chi-square; the exact test is asked for.",
            ),
            (
                float(tests.corrected_p[best]),
                "that is the chi-square with continuity correction; the exact test is asked for.",
            ),
            *(
                (float(p), "that is another overlap; try them all.")
                for p in tests.exact
                if p != tests.exact[best]
            ),
        ],
    )
