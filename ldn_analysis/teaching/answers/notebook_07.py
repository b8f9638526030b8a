"""Answers to the exercises of notebook 07, and the usual mistakes, computed from the data."""

import numpy as np

from ...core.intervals import compute_fisher_interval
from ...core.mcnemar import compute_mcnemar
from ...data.tables import load_dataset
from ..exercise import Exercise, register_exercise
from .shared import _derive_from_p, _printed

__all__: list[str] = []


@register_exercise("07.1")
def _denominators() -> Exercise:
    """How many denominators make one printed share possible?"""
    from ...audit.counts import check_share

    printed = _printed()
    first = int(printed["rct_analysed"]) - 1
    started = int(printed["rct_started_ldn_first"]) + int(printed["rct_started_placebo_first"])
    share = check_share(printed["rct_vivid_dreams_ldn"], range(first, started + 1)).details
    fitting = int(share["rounded"].sum())
    sizes = share.loc[share["rounded"], "n_obs"].tolist()
    return Exercise(
        answer=fitting,
        because=f"a whole number divided by {' or '.join(map(str, sizes))} rounds to the printed share, "
        "and by no other of these denominators.",
        mistakes=[
            (len(share), "that counts all denominators; try each of them."),
            (
                int((share["rounded"] | share["cut_off"]).sum()),
                "that counts those where the digits had to be cut off; it was rounded here.",
            ),
            *((size, "that is a denominator; how many are there?") for size in sizes),
        ],
    )


@register_exercise("07.2")
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
                "that uses the normal distribution; with so few participants t is larger.",
            ),
            (
                float(difference / -stdtrit(n - 1, float(p)) * np.sqrt(n)),
                "that takes p for one-sided; half of it belongs to each side.",
            ),
            (
                float(table["std_error"] * np.sqrt(n - 1)),
                "that multiplies by the root of the degrees of freedom; the error comes from n participants.",
            ),
            (float(table["std_error"] * n), "multiply by the root of n, not by n."),
            (float(table["sd"] ** 2), "that is the variance; take the root."),
            (
                float(table["sd"] / np.sqrt(2)),
                "that is for two groups of different participants; this is the SD of one difference each.",
            ),
        ],
    )


@register_exercise("07.3")
def _pilot_low() -> Exercise:
    """Lower limit of the pilot's correlation."""
    r, n = float(_printed()["pilot_esr_r"]), int(_printed()["pilot_n"])

    def limits(r, n, level=0.95):
        return compute_fisher_interval(r, 1 / np.sqrt(n - 3), level)

    low, high = limits(r, n)
    return Exercise(
        answer=low,
        because="far below the sample's r: so few participants cannot pin it down.",
        mistakes=[
            (r, "that is r itself."),
            (low**2, "that is squared; the correlation is asked for."),
            (r**2, "that is R squared of the sample."),
            (limits(r, n + 3)[0], "that divides by the root of n; Fisher's error has n - 3."),
            (limits(r, n, 0.9)[0], "that is one-sided (or a 90 % interval)."),
            (high, "that is the upper limit."),
            (limits(r**2, n)[0], "that takes R squared for r."),
            (np.arctanh(low), "that is on Fisher's scale; take tanh to come back to r."),
            (
                r - 1.96 / np.sqrt(n - 3),
                "the error belongs to artanh r: transform, subtract, transform back.",
            ),
        ],
    )


@register_exercise("07.4")
def _within_rounding() -> Exercise:
    """Can the printed F give the printed p with the degrees of freedom of four phases?"""
    from ...audit.p_values import check_p_from_statistic

    row = load_dataset("printed_tests").set_index("id").loc["pilot_F_cold"]
    fits = check_p_from_statistic(row["value"], row["p_value"], kind="F", df=(3, row["df2"]))
    possible = fits.details["fits"].iloc[0] == "rounded"
    right = ("yes", "another F that rounds to the printed one gives it: both were rounded.")
    wrong = ("no", "no F that rounds to the printed one gives it.")
    (answer, because), (mistake, _) = (right, wrong) if possible else (wrong, right)
    return Exercise(
        answer=answer,
        because=because,
        mistakes=[(mistake, "F was rounded as well: let it be any number that rounds to it.")],
    )


@register_exercise("07.5")
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
            *(
                (float(p), "that is one-sided, and another overlap.")
                for p in np.delete(tests.one_tailed, best)
            ),
        ],
    )
