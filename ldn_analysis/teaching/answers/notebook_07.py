"""Answers to the exercises of notebook 07, and the usual mistakes, computed from the data."""

import numpy as np

from ...core.intervals import compute_fisher_error, compute_fisher_interval
from ...core.mcnemar import compute_mcnemar
from ...data.tables import load_dataset
from ..exercise import Exercise, Part, name_cells, name_sentence, register_exercise, register_shown
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
        cell="`check_share` under 'Look first', for one share",
        answer=fitting,
        because=f"some whole number over {' or '.join(map(str, sizes))} rounds to the printed share; over "
        "the other denominators none does.",
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
    """SD of the within-participant difference from p."""
    from scipy.special import ndtri, stdtrit

    difference, n, table = _derive_from_p()
    p = _printed()["rct_pain_reduction_p"]
    return Exercise(
        cell="the table under 'SD from p'",
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
        return compute_fisher_interval(r, compute_fisher_error(n), level)

    low, high = limits(r, n)
    return Exercise(
        cell="the sentence under 'How strong was the pilot's correlation?'",
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
        cell="the sentence under 'Two shares of the same participants': which overlaps are possible, and the exact test of each",
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


@register_exercise("07.6")
def _find_the_error() -> Exercise:
    """Which part of a text about four F tests is wrong?"""
    return Exercise(
        answer="d",
        cell="the text below the figure of 'Case 1'",
        because="one slip in print explains all four, so that F and p are in all likelihood right.",
        mistakes=[
            ("a", "they do not: look at the verdicts in the tables of 'Case 1'."),
            ("b", "they do: that is what the search under 'Case 1' finds."),
            ("c", "they have: four groups, less one."),
        ],
    )


@register_exercise("07.7")
def _write_the_interval() -> Exercise:
    """A sentence on the difference with its interval."""
    difference, _, table = _derive_from_p()
    low, high = float(table["conf_low"]), float(table["conf_high"])
    return Exercise(
        answer=f"Pain fell by {difference:.1f} percentage points of baseline more on LDN than on placebo "
        f"(95 % CI {low:.1f} to {high:.1f}, if the test was a paired t test).",
        cell="the table under 'SD from p'",
        because="a reader learns the size, its uncertainty, and on what the interval rests.",
        parts=[
            Part(what="the difference", number=difference),
            Part(what="the lower limit", number=low),
            Part(what="the upper limit", number=high),
            Part(what="the unit", pattern=r"percentage points?|%|per ?cent"),
            Part(what="what is compared", pattern=r"placebo"),
            Part(what="the assumption about the test", pattern=r"paired|t[ -]test|\bif\b|assum"),
            Part(what="that it proves something", pattern=r"prove[sdn]?\b", forbidden=True),
        ],
    )


@register_shown("07")
def _list_shown() -> list:
    """The numbers that notebook 07 shows."""
    from ...audit.published import audit_published

    audit = audit_published()
    shown = []
    for row in audit.table.itertuples():
        for text in (row.printed, row.follows, row.words):
            shown += name_sentence(text, f"the audit of {row.name}")
    tests = load_dataset("printed_tests")[["id", "value", "df1", "df2", "p_value", "n"]]
    shown += name_cells(tests, "the table of printed tests", by=["id"])
    shown += name_cells(audit.summarise_topics().set_index("topic"), "the table of topics")
    shown += name_sentence(audit, "the whole audit")
    shown += name_cells(_derive_from_p()[2].to_frame(), "the table under 'SD from p'")
    shown += [
        (float(n), "a number of participants tried") for n in (10, 27, 28, 29, 30, 31, 60, 120)
    ]
    shown += [(float(n + 1), "a number of possible percentages") for n in (10, 30, 60, 100)]
    triangle = next(
        row for row in audit.table.itertuples() if row.name == "pilot_r_severity_possible"
    )
    return shown + name_sentence(triangle.follows, "three correlations")
