"""Audit of the randomised crossover trial of 2013: paper, registry record and poster report."""

import re

from ..data.printed import read_printed
from .counts import check_count, check_mean, check_share, check_sum
from .degrees import check_unit_of_analysis
from .derived import compute_sd_from_p
from .intervals import check_interval_width
from .ledger import Ledger
from .p_values import check_p_from_statistic
from .paired_shares import check_paired_shares
from .results import NO, ONLY_IF, Derivation, derive
from .summaries import check_total_mean

__all__: list[str] = []

NO_TEST = "The source does not name the test; this one is our reading."
DAILY = "A paired t test is our reading; the trial analysed daily ratings."
COMPLETED = ["rct_completed_ldn_first", "rct_completed_placebo_first"]
STARTED = ["rct_started_ldn_first", "rct_started_placebo_first"]
RESPONDERS = ["rct_responders_ldn", "rct_responders_placebo"]
PAIN = ["rct_pain_reduction_ldn", "rct_pain_reduction_placebo"]
EVENTS = {"vivid_dreams": "vivid dreams", "headache": "headache"}
ARMS = ("ldn", "placebo")


def audit_crossover(ledger: Ledger) -> None:
    """All checks of the randomised crossover trial."""
    _audit_numbers(ledger)
    _audit_responders(ledger)
    _audit_events(ledger)
    _audit_pain(ledger)
    _audit_severity(ledger)
    _audit_widths(ledger)


def _audit_numbers(ledger: Ledger) -> None:
    """Numbers of participants, their mean age, and means of whole numbers."""
    ledger.add(
        "rct_completed",
        "Sums and differences",
        [*COMPLETED, "review_fig1_n"],
        check_sum(ledger.texts(*COMPLETED), ledger.text("review_fig1_n")),
    )
    groups = ["rct_age_ldn_first", "rct_age_placebo_first"]
    sizes = [int(ledger.find("published_values", name)["n"]) for name in groups]
    ledger.add(
        "rct_age",
        "Mean age of the trial",
        [*groups, "rct_age"],
        check_total_mean(ledger.texts(*groups), sizes, ledger.text("rct_age")),
        comments={NO: "One of the three means is misprinted, or they are of different "
                  "participants; no result depends on it."},
    )  # fmt: skip
    for arm in ARMS:
        name = f"rct_tolerability_{arm}"
        check = check_mean(ledger.text(name), ledger.count("rct_analysed"))
        read = [name, "rct_analysed"]
        ledger.add(name, "Shares and means", read, check, "Ratings are taken to be whole numbers.")


def _audit_responders(ledger: Ledger) -> None:
    """Shares of responders: their denominator, and the p beside them."""
    n, texts = ledger.count("rct_analysed"), ledger.texts(*RESPONDERS)
    sizes, wide = _list_denominators(ledger)
    topic = "Responders of the trial"
    ledger.add(
        "rct_responders", topic, [*RESPONDERS, "rct_analysed", *STARTED],
        check_share(texts, sizes), wide,
        {ONLY_IF: "The shares identify the denominator, which was not printed beside them."},
    )  # fmt: skip
    ledger.add(
        "rct_responders_p",
        topic,
        [*RESPONDERS, "rct_responders_p", "rct_analysed"],
        check_paired_shares(*texts, n, p_value=ledger.text("rct_responders_p")),
        "The source does not name the test; the tests of two shares are tried one by one.",
        {ONLY_IF: "Another test of the same two shares may have been used, e.g. of daily data."},
    )
    topic = "Shares and means"
    for name, read, sizes, assumption in (
        ("rct_pain30", ["rct_pain30_ldn", "rct_analysed"], n, "Of the participants analysed."),
        (
            "rct_improved",
            ["rct_improved_ldn", "rct_analysed", "review_fig1_n"],
            [n, ledger.count("review_fig1_n")],
            "Of the participants analysed, or of those in Fig. 1.",
        ),
    ):
        ledger.add(name, topic, read, check_share(ledger.text(read[0]), sizes), assumption)


def _list_denominators(ledger: Ledger) -> tuple[range, str]:
    """Possible denominators, and what they are."""
    n, started = ledger.count("rct_analysed"), sum(map(ledger.count, STARTED))
    words = f"Denominators from one fewer than analysed ({n - 1}) to all who started ({started})."
    return range(n - 1, started + 1), words


def _audit_events(ledger: Ledger) -> None:
    """Adverse events: the poster's shares, the registry's counts, and the weeks of exposure."""
    topic = "Adverse events"
    sizes, wide = _list_denominators(ledger)
    reports = "Poster and registry are two reports of one trial; they may count at different times."
    rows = {key: ledger.find("adverse_events", event) for key, event in EVENTS.items()}
    for arm in ARMS:
        ids = [f"rct_{key}_{arm}" for key in EVENTS]
        check = check_share(ledger.texts(*ids), sizes)
        read = [*ids, "rct_analysed", *STARTED]
        ledger.add(f"rct_events_{arm}", topic, read, check, wide)
        for name, row in zip(ids, rows.values(), strict=True):
            check = check_count(ledger.text(name), int(row[f"n_{arm}"]), int(row["at_risk"]))
            comments = {NO: reports, ONLY_IF: reports}
            same = "The poster's share is taken to be that of the registry's count."
            ledger.add(f"{name}_count", topic, [name, row], check, same, comments)
    row = rows["vivid_dreams"]
    rates = {
        arm: int(row[f"n_{arm}"]) / int(row["at_risk"]) / int(row[f"weeks_{arm}"]) for arm in ARMS
    }
    shares = {arm: int(row[f"n_{arm}"]) / int(row["at_risk"]) for arm in ARMS}
    turned = (shares["ldn"] > shares["placebo"]) != (rates["ldn"] > rates["placebo"])
    weeks = f"{row['weeks_ldn']} weeks of LDN against {row['weeks_placebo']} of placebo"
    comment = f"Counts are not rates: {weeks}" + (
        ", and per week of exposure the order is reversed." if turned else "."
    )
    result = Derivation(
        check="rate of an event",
        printed=f"{row['event']} in {row['n_ldn']} and {row['n_placebo']} of {row['at_risk']}, {weeks}",
        assumption="Participants with the event per participant and week; as if it were equally "
        "likely in every week.",
        table=derive({f"rate_{arm}": (rates[arm],) * 3 for arm in ARMS}),
    )
    ledger.add("rct_dreams_rate", topic, [row], result, comments={"derived": comment})


def _audit_pain(ledger: Ledger) -> None:
    """Pain reduction: the difference, and the SD behind its p; effects behind other p values."""
    ldn, placebo = (read_printed(text) for text in ledger.texts(*PAIN))
    gap, n = [ldn, -placebo], ledger.count("rct_analysed")
    trial = ledger.find("trials", "Crossover RCT 2013")
    check = check_sum(gap, trial["estimate"])
    ledger.add("rct_table", "Sums and differences", [*PAIN, trial], check)
    ledger.add(
        "rct_pain_sd",
        "SDs and effects behind p",
        [*PAIN, "rct_pain_reduction_p", "rct_analysed"],
        compute_sd_from_p(ledger.text("rct_pain_reduction_p"), n=n, difference=gap),
        DAILY,
    )
    for name in ("rct_satisfaction", "rct_mood"):
        effect = compute_sd_from_p(ledger.text(f"{name}_p"), n=n)
        read = [f"{name}_p", "rct_analysed"]
        ledger.add(f"{name}_effect", "SDs and effects behind p", read, effect, NO_TEST)


def _audit_severity(ledger: Ledger) -> None:
    """The poster's F for symptom severity: its p, and what it counts as a unit."""
    value, p = ledger.texts("rct_severity_F", "rct_severity_p")
    df = _read_degrees(ledger)
    ledger.add(
        "rct_severity_p",
        "F of symptom severity",
        ["rct_severity_F", "rct_severity_p"],
        check_p_from_statistic(value, p, kind="F", df=df),
        "The model behind this F is not described.",
        {ONLY_IF: "A matter of the last digit."},
    )
    ledger.add(
        "rct_severity_unit",
        "Unit of analysis",
        ["rct_severity_F", "rct_analysed"],
        check_unit_of_analysis(df, ledger.count("rct_analysed"), statistic=value),
        "The two conditions LDN and placebo.",
        {ONLY_IF: "The poster report does not describe the model of symptom severity, so nobody "
         "can say whether days were allowed to resemble each other."},
    )  # fmt: skip


def _read_degrees(ledger: Ledger) -> tuple[int, ...]:
    """The degrees of freedom of the printed F, which stand in the name of its quantity."""
    quantity = ledger.find("published_values", "rct_severity_F")["quantity"]
    found = re.match(r"F\((\d+),\s*(\d+)\)", quantity)
    if found is None:
        raise ValueError(
            f"audit_published: the quantity of rct_severity_F must begin with F(df, df); "
            f"received {quantity!r}"
        )
    return tuple(map(int, found.groups()))


def _audit_widths(ledger: Ledger) -> None:
    """The registry's intervals of percent changes: how large an SD each needs."""
    rows = {name: ledger.find("published_values", name) for name in PAIN}
    sds = [_check_width(row, 1000).details["sd"][0] for row in rows.values()]
    most = 2 * max(sds)
    for outcome in ("sleep", "fatigue", "pressure", "heat"):
        for arm in ARMS:
            name = f"rct_{outcome}_{arm}"
            row = ledger.find("published_values", name)
            ledger.add(
                name,
                "Intervals of the registry",
                [name, *PAIN],
                _check_width(row, most),
                f"An SD is taken to be credible up to twice that of pain reduction ({most:.0f} "
                "percentage points).",
                {
                    ONLY_IF: "The limits were in all likelihood those of one SD, or of a range for "
                    "single participants, entered as a confidence interval of the mean.",
                },
            )


def _check_width(row: dict, largest_sd: float):
    """The width of one printed interval."""
    return check_interval_width(
        row["value"], row["ci_low"], row["ci_high"], int(row["n"]), largest_sd=largest_sd
    )
