"""Audit of the pilot of 2009: its tests, its Table 1 and its correlations."""

from ..data.printed import read_printed
from .correlations import check_correlations, check_r_squared, compute_r_from_values
from .counts import check_sum
from .degrees import check_degrees_of_freedom, check_unit_of_analysis
from .derived import compute_r_interval, compute_sd_from_p
from .ledger import Ledger, read_relation
from .multiple_p import check_false_discovery, check_threshold
from .p_values import check_p_from_statistic
from .results import NO, ONLY_IF, YES
from .summaries import check_summary

__all__: list[str] = []

PHASES = [f"pilot_weeks_{phase}" for phase in ("baseline", "placebo", "ldn", "washout")]


def audit_pilot(ledger: Ledger) -> None:
    """All checks of the single-blind pilot."""
    _audit_diary(ledger)
    _audit_visits(ledger)
    _audit_correlations(ledger)
    _audit_table_1(ledger)
    _audit_threshold(ledger)
    _audit_difference(ledger)


def _list_tests(ledger: Ledger, statistic: str, place: str = "") -> list[str]:
    """Ids of the printed tests of one kind, from one part of the results."""
    table = ledger.tables["printed_tests"]
    chosen = table["statistic"].eq(statistic) & table["locator"].str.contains(place, regex=False)
    return table.loc[chosen, "id"].tolist()


def _check_test(ledger: Ledger, name: str, topic: str, comments: dict) -> None:
    """P of one printed F or r."""
    row = ledger.find("printed_tests", name)
    value, p, df = ledger.test(name)
    check = check_p_from_statistic(value, p, kind=row["statistic"], df=df)
    ledger.add(name, topic, [row], check, comments=comments)


def _audit_diary(ledger: Ledger) -> None:
    """The F tests of the daily diary, and what they count as a unit."""
    topic = "F tests of the daily diary"
    for name in _list_tests(ledger, "F", "daily"):
        _check_test(ledger, name, topic, {})
    _audit_unit(
        ledger,
        "pilot_F_symptoms",
        "The paper describes a mixed model of the daily ratings with first-order autoregressive "
        "errors, which allows for days that resemble each other. That is no error, but it does not "
        "make the participants more numerous.",
    )


def _audit_unit(ledger: Ledger, name: str, comment: str) -> None:
    """The error degrees of freedom of one F test against those that the participants give."""
    value, _, df = ledger.test(name)
    check = check_unit_of_analysis(
        df, ledger.count("pilot_n"), conditions=len(PHASES), statistic=value
    )
    read = [ledger.find("printed_tests", name), "pilot_n"]
    ledger.add(f"{name}_unit", "Unit of analysis", read, check, comments={ONLY_IF: comment})


def _audit_visits(ledger: Ledger) -> None:
    """The F tests of the laboratory visits: p as printed, and the numerator that would fit."""
    topic = "F tests of the laboratory visits"
    names = _list_tests(ledger, "F", "laboratory")
    numerators = sorted({ledger.test(name)[2][0] for name in names})
    for number in numerators:
        group = [name for name in names if ledger.test(name)[2][0] == number]
        search = check_degrees_of_freedom([ledger.test(name) for name in group])
        comment = _explain_numerator(search, len(group))
        for name in group:
            _check_test(ledger, name, topic, {NO: comment})
        ledger.add(
            f"pilot_visits_df{number:g}",
            topic,
            [ledger.find("printed_tests", name) for name in group],
            search,
            comments={ONLY_IF: comment},
        )
    _audit_unit(
        ledger, "pilot_F_mechanical", "Visits were the units; the mixed model allows for that."
    )


def _explain_numerator(search, n_tests: int) -> str:
    """What the search means, given how many degrees of freedom the phases have."""
    phases = len(PHASES)
    if search.verdict != ONLY_IF:
        return ""
    agrees = f"All {n_tests} agree if {search.condition}"
    found = search.details.query("df1 == @phases - 1")["fits"].eq("rounded").all()
    if not found:
        return f"{agrees}; but {phases} phases have {phases - 1}, which does not explain it."
    return (
        f"{agrees}, and {phases} phases have {phases - 1}: in all likelihood a misprint of the "
        "degrees of freedom, not of the results."
    )


def _audit_correlations(ledger: Ledger) -> None:
    """The three correlations: their p, R squared, and whether they can occur together."""
    topic = "Correlations of the pilot"
    for name in _list_tests(ledger, "r"):
        _check_test(ledger, name, topic, {})
    r, squared = (read_printed(text) for text in ledger.texts("pilot_esr_r", "pilot_esr_r2"))
    n = ledger.count("pilot_n")
    ledger.add(
        "pilot_r_squared", topic, ["pilot_esr_r", "pilot_esr_r2"],
        check_r_squared(r, squared.shift(-2)),
    )  # fmt: skip
    ledger.add(
        "pilot_r_interval", topic, ["pilot_esr_r", "pilot_n"], compute_r_interval(r, n=n),
        "All participants are taken to be in the correlation.",
    )  # fmt: skip
    topic = "Correlations that occur together"
    esr = ledger.test("pilot_r_esr")[0]
    for name, column, other in (
        ("pilot_r_severity", "fiq_0_100", "FIQ"),
        ("pilot_r_duration", "illness_years", "duration"),
    ):
        between = compute_r_from_values(ledger.values("esr_mm_h"), ledger.values(column))
        value = ledger.test(name)[0]
        tests = [ledger.find("printed_tests", item) for item in ("pilot_r_esr", name)]
        ledger.add(
            f"{name}_possible",
            topic,
            [*tests, "esr_mm_h", column],
            check_correlations(esr, between["r"][1:], value, names=("ESR", "response", other)),
            f"The {other} is taken to be that of Table 1, and the same participants are in all.",
            {
                NO: "Severity at baseline was measured otherwise than by the FIQ of Table 1, or a "
                "number is misprinted; what the paper says of ESR does not rest on it."
            },
        )


def _audit_table_1(ledger: Ledger) -> None:
    """Mean and SD in the text against the individual values."""
    for name, column in {
        "pilot_age": "age_years",
        "pilot_fiq": "fiq_0_100",
        "pilot_illness_years": "illness_years",
    }.items():
        row = ledger.find("published_values", name)
        check = check_summary(ledger.values(column), mean=row["value"], sd=row["sd"])
        ledger.add(
            name, "Table 1 and the text", [name, column], check,
            comments={YES: f"The sentence speaks of the {ledger.count('pilot_recruited')} recruited; its "
                      f"numbers are those of the {ledger.count('pilot_n')} who completed."},
        )  # fmt: skip


def _audit_threshold(ledger: Ledger) -> None:
    """The threshold for p, and what the procedure behind it keeps."""
    topic = "One threshold for many tests"
    alpha, m = ledger.text("pilot_alpha"), ledger.count("pilot_n_tests")
    ledger.add(
        "pilot_alpha", topic, ["pilot_alpha", "pilot_n_tests"], check_threshold(alpha, m),
        comments={ONLY_IF: "Digits were cut off, which makes the threshold a little stricter."},
    )  # fmt: skip
    table = ledger.tables["printed_tests"]
    counted = table[table["statistic"].notna()]
    for name, tests, assumption in (
        (
            "pilot_fdr",
            counted,
            f"The {len(counted)} F tests and correlations are taken to be the {m} tests.",
        ),
        ("pilot_fdr_all", table, "All printed p values, the contrasts included."),
    ):
        p_values = {row["outcome"]: read_relation(row) for row in tests.to_dict("records")}
        check = check_false_discovery(p_values, alpha)
        read = [
            "pilot_alpha",
            "pilot_n_tests",
            *(ledger.find("printed_tests", item) for item in tests["id"]),
        ]
        lost = check.details["below_threshold"] & check.details["kept"].eq("no")
        ledger.add(
            name, topic, read, check, assumption,
            {ONLY_IF: f"Of {len(lost)} p values, {lost.sum()} lie below the threshold and would not "
             "be kept by the procedure that is cited: the threshold is that of its last step, and "
             "was held against every p."},
        )  # fmt: skip


def _audit_difference(ledger: Ledger) -> None:
    """The difference in symptoms, and the standard errors that its p implies."""
    arms = ["pilot_reduction_ldn", "pilot_reduction_placebo"]
    ldn, placebo = (read_printed(text) for text in ledger.texts(*arms))
    gap = [ldn, -placebo]
    trial = ledger.find("trials", "Pilot 2009")
    for name, read, total in (
        ("pilot_difference", [*arms, "pilot_difference"], ledger.text("pilot_difference")),
        ("pilot_table", [*arms, trial], trial["estimate"]),
    ):
        ledger.add(name, "Sums and differences", read, check_sum(gap, total))
    topic = "Standard error behind the pilot's p"
    p, df = ledger.text("pilot_difference_p"), ledger.test("pilot_F_symptoms")[2][1]
    read = [*arms, "pilot_difference_p"]
    paired = compute_sd_from_p(p, n=ledger.count("pilot_n"), difference=gap)
    model = compute_sd_from_p(p, df=df, difference=gap)
    sizes = [f"{found['std_error'][0]:.1f}" for found in (model, paired)]
    comment = (
        f"The p is that of a contrast in a mixed model, SE {sizes[0]}; read as a paired t test it "
        f"would give {sizes[1]}. Neither is with certainty the standard error of the mean of "
        "the participants' differences."
    )
    contrast = ledger.find("printed_tests", "pilot_F_symptoms")
    ledger.add("pilot_sd", topic, [*read, "pilot_n", contrast], paired, "The paper names another test.",
               {"derived": comment})  # fmt: skip
    ledger.add(
        "pilot_se_model", topic, [*read, contrast], model,
        "The contrast is taken to have the error degrees of freedom of the F test.",
    )  # fmt: skip
