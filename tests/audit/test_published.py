"""The audit of the published tables."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import ldn_analysis as ldn
from ldn_analysis.audit.results import VERDICTS

YES, ONLY_IF, NO = VERDICTS


@pytest.fixture(scope="module")
def audit():
    return ldn.audit_published()


def test_the_report_is_tidy(audit):
    table = audit.table
    assert table["name"].is_unique
    assert list(audit.checks) == table["name"].tolist()
    assert set(table["verdict"]) <= {*VERDICTS, "derived"}
    assert table.drop(columns=["assumption", "comment", "note"]).ne("").all(axis=None)
    assert set(table["status"].str.split("; ").explode()) <= {"published", "reported"}
    known = set(ldn.load_dataset("sources")["source"])
    assert set(table["source"].str.split("; ").explode()) <= known
    derived = table[table["verdict"] == "derived"]
    assert derived["assumption"].ne("").all()
    assert audit.to_frame().equals(table)
    assert str(audit).startswith(f"Of {len(table) - len(derived)} checks of printed numbers, ")
    assert "illustrative" not in str(audit)


def test_topics_count_every_check_once(audit):
    topics = audit.summarise_topics()
    assert topics["topic"].is_unique
    assert topics[[*VERDICTS, "derived"]].to_numpy().sum() == len(audit.table)
    assert list(topics["topic"]) == list(dict.fromkeys(audit.table["topic"]))


def test_what_is_not_possible_is_explained(audit):
    """Each impossible number has a comment that is fair to the authors."""
    table = audit.table
    assert table.loc[table["verdict"] == NO, "comment"].ne("").all()


# The thirteen findings on the facts, each recomputed.


def test_ten_f_tests_of_the_diary_have_their_p(audit):
    rows = audit.table[audit.table["topic"] == "F tests of the daily diary"]
    assert (len(rows), set(rows["verdict"])) == (10, {YES})


def test_four_f_tests_of_the_visits_fit_three_degrees_of_freedom(audit):
    rows = audit.table[audit.table["topic"] == "F tests of the laboratory visits"]
    assert rows["verdict"].tolist() == [NO] * 4 + [ONLY_IF]
    assert audit["pilot_visits_df1"].words.endswith("had 3 degrees of freedom instead of 1")
    assert rows["comment"].str.contains("a misprint of the degrees of freedom").all()


def test_correlations_have_their_p_and_square(audit):
    verdicts = [audit[f"pilot_r_{name}"].verdict for name in ("esr", "duration", "squared")]
    assert verdicts == [YES] * 3
    p = [audit[f"pilot_r_{k}"].details["p_value"][0] for k in ("esr", "duration", "severity")]
    assert p == pytest.approx([0.0003, 0.160, 0.956], abs=0.0005)
    # 0.02 as it stands gives 0.96, not 0.95; a number that rounds to 0.02 gives 0.95.
    assert audit["pilot_r_severity"].verdict == ONLY_IF
    assert audit["pilot_r_interval"]["conf_low"][0] == pytest.approx(
        np.tanh(np.arctanh(0.91) - 1.959963984540054 / 7**0.5)
    )


def test_table_1_gives_the_numbers_of_the_text(audit):
    names = ("pilot_age", "pilot_fiq", "pilot_illness_years")
    assert [audit[name].verdict for name in names] == [YES] * 3


def test_one_set_of_correlations_is_impossible_and_one_is_not(audit):
    assert audit["pilot_r_severity_possible"].verdict == NO
    assert audit["pilot_r_duration_possible"].verdict == YES


def test_the_threshold_was_cut_off_and_two_results_are_not_kept(audit):
    assert "cut off rather than rounded" in audit["pilot_alpha"].condition
    assert audit["pilot_fdr"].follows == "the procedure keeps 7 of 17 at 5 %"
    assert len(audit["pilot_fdr_all"].details) == 26


def test_the_mean_age_is_not_that_of_the_sequences(audit):
    assert audit["rct_age"].verdict == NO
    assert audit["rct_age"].details["estimate"].iloc[-1] == pytest.approx(43.05)


def test_four_intervals_need_an_sd_that_is_not_credible(audit):
    for name in ("sleep", "fatigue"):
        for arm in ("ldn", "placebo"):
            check = audit[f"rct_{name}_{arm}"]
            assert check.verdict == ONLY_IF
            assert 88 < check.details["sd"][0] < 129
    assert audit["rct_heat_ldn"].verdict == audit["rct_pressure_ldn"].verdict == YES


def test_adverse_events_of_poster_and_registry(audit):
    assert "different denominators" in audit["rct_events_ldn"].condition
    verdicts = [
        audit[f"rct_{event}_{arm}_count"].verdict
        for event in ("vivid_dreams", "headache") for arm in ("ldn", "placebo")
    ]  # fmt: skip
    assert verdicts == [NO, NO, NO, ONLY_IF]
    rates = [audit["rct_dreams_rate"][f"rate_{arm}"][0] for arm in ("ldn", "placebo")]
    assert rates == pytest.approx([10 / 28 / 12, 4 / 28 / 4])
    comment = audit.table.set_index("name").loc["rct_dreams_rate", "comment"]
    assert "the order is reversed" in comment


def test_responders_fit_28_and_an_unpaired_test(audit):
    assert audit["rct_responders"].words == "consistent only if the denominator is 28"
    assert audit["rct_pain30"].follows == "57 = 16 of 28"
    assert audit["rct_improved"].words == "consistent only if the denominator is 28"
    assert "unpaired chi-square (p 0.0507)" in audit["rct_responders_p"].condition


def test_days_were_counted_as_participants(audit):
    assert audit["rct_severity_p"].details["p_value"].item() == pytest.approx(0.0066, abs=5e-5)
    assert audit["rct_severity_unit"].details["df2"].tolist() == [101, 27]
    assert audit["pilot_F_symptoms_unit"].details["df2"].tolist() == [254, 27]


def test_standard_errors_behind_p(audit):
    def near(name, term, value, tolerance):
        assert audit[name][term][0] == pytest.approx(value, abs=tolerance), (name, term)

    near("pilot_sd", "std_error", 7.5, 0.05)
    near("pilot_se_model", "std_error", 10.1, 0.05)
    near("rct_pain_sd", "statistic", 2.57, 0.005)
    near("rct_pain_sd", "sd", 22, 0.5)
    near("rct_pain_sd", "conf_low", 2.2, 0.05)
    near("rct_pain_sd", "conf_high", 19.4, 0.05)


def test_the_later_trials(audit):
    assert audit["FINAL 2024: SE"]["std_error"][0] == pytest.approx(0.311, abs=0.0005)
    assert audit["FINAL 2024: SE"]["statistic"][0] == pytest.approx(1.09, abs=0.005)
    assert audit["INNOVA 2026: SE"]["std_error"][0] == pytest.approx(0.416, abs=0.0005)
    assert audit["FINAL 2024: p"].verdict == YES
    assert audit["INNOVA 2026: p"].verdict == ONLY_IF
    assert "unadjusted" in audit["INNOVA 2026: d"].condition
    assert audit["FINAL 2024: d"].details["fits"].tolist()[0] == "rounded"


# What changes with a printed number.

CHANGED = {
    "published_values": ("value", lambda row: row["id"]),
    "printed_tests": ("value", lambda row: f"printed_tests: {row['id']}"),
    "adverse_events": ("n_ldn", lambda row: f"adverse_events: {row['event']}"),
    "trials": ("cohens_d", lambda row: f"trials: {row['trial']}"),
    "trial_arms": (
        "sd",
        lambda row: "trial_arms: " + ", ".join(row[c] for c in ("trial", "arm", "outcome", "time")),
    ),
    "meta_analyses": ("estimate", lambda row: f"meta_analyses: {row['source']}, {row['comparison']}"),
}  # fmt: skip


@pytest.mark.parametrize("table", CHANGED)
def test_one_changed_number_changes_the_rows_that_read_it(audit, table):
    column, name = CHANGED[table]
    data = ldn.load_dataset(table)
    ids = audit.table["ids"].str.split("; ")
    waiting = {}  # what is to be changed: the rows of the audit that read it
    for index, row in data.iterrows():
        touched = np.array([name(row) in known for known in ids])
        if not pd.isna(row[column]) and touched.any():
            waiting[index] = touched
    while waiting:  # together, those that no row reads two of
        changed, together = data.copy(), {}
        for index, touched in waiting.items():
            if not any((touched & other).any() for other in together.values()):
                together[index] = touched
                changed.loc[index, column] = raise_last_digit(data.loc[index, column], column)
        waiting = {index: touched for index, touched in waiting.items() if index not in together}
        found = ldn.audit_published({table: changed}).table
        # A comment may depend on the tests beside its own.
        same = (found == audit.table).drop(columns="comment").all(axis=1)
        for index, touched in together.items():
            assert not same[touched].all(), (table, name(data.loc[index]))
        assert same[~np.any(list(together.values()), axis=0)].all(), table


def raise_last_digit(number, column):
    old = Decimal(str(number))
    new = old + Decimal(10 if column == "sd" else 1).scaleb(old.as_tuple().exponent)
    if column == "value":
        return type(number)(str(new))
    return int(new) if column == "n_ldn" else str(new)


def test_one_changed_digit_of_table_1_changes_the_report(audit):
    table = ldn.load_dataset("pilot_baseline")
    table.loc[2, "fiq_0_100"] = "55.0"
    found = ldn.audit_published({"pilot_baseline": table})
    assert (audit["pilot_fiq"].verdict, found["pilot_fiq"].verdict) == (YES, NO)
    table.loc[:, "esr_mm_h"] = ["3", "41", "2", "8", "28", "30", "27", "20", "28", "31"]
    found = ldn.audit_published({"pilot_baseline": table})
    assert found["pilot_r_severity_possible"].follows != audit["pilot_r_severity_possible"].follows


def test_verdicts_follow_from_the_tables():
    tests = ldn.load_dataset("printed_tests")
    visits = tests["locator"].str.contains("laboratory") & tests["statistic"].eq("F")
    mended = tests.assign(df1=tests["df1"].mask(visits, 3))
    found = ldn.audit_published({"printed_tests": mended})
    rows = found.table[found.table["topic"] == "F tests of the laboratory visits"]
    # 1.49 and 0.224 go together only within rounding.
    assert rows["verdict"].tolist() == [YES, YES, ONLY_IF, YES, YES]
    assert set(rows["comment"]) == {""}
    mixed = tests.assign(df1=tests["df1"].mask(tests["id"] == "pilot_F_heat", 2))
    names = ldn.audit_published({"printed_tests": mixed}).checks
    assert {"pilot_visits_df1", "pilot_visits_df2"} <= set(names)
    trials = ldn.load_dataset("trials")
    trials.loc[trials["trial"] == "FINAL 2024", "p_value"] = "0.03"
    assert ldn.audit_published({"trials": trials})["FINAL 2024: p"].verdict == NO
    trials.loc[trials["trial"] == "FINAL 2024", ["ci_low", "ci_high"]] = None
    without = ldn.audit_published({"trials": trials})
    assert "sd" in without["FINAL 2024: SE"].table["term"].tolist()
    pooled = ldn.load_dataset("meta_analyses")
    pooled.loc[0, "estimate"] = "-0.99"
    found = ldn.audit_published({"meta_analyses": pooled})
    assert found["vatvani2024: LDN vs placebo: interval"].verdict == ONLY_IF


def test_tables_that_cannot_be_audited():
    values = ldn.load_dataset("published_values")

    def audit(data, name="published_values"):
        return ldn.audit_published({name: data})

    message = "the table published_values needs one row 'pilot_n'; found 0"
    with pytest.raises(ValueError, match=message):
        audit(values[values["id"] != "pilot_n"])
    twice = pd.concat([values, values[values["id"] == "pilot_n"]])
    with pytest.raises(ValueError, match="needs one row 'pilot_n'; found 2"):
        audit(twice)

    def change(name, column, new):
        changed = values.copy()
        changed.loc[changed["id"] == name, column] = new
        return changed

    with pytest.raises(ValueError, match=r"rct_analysed must be a whole number; received '28.5'"):
        audit(change("rct_analysed", "value", "28.5"))
    with pytest.raises(ValueError, match=r"must begin with F\(df, df\); received 'an F'"):
        audit(change("rct_severity_F", "quantity", "an F"))
    with pytest.raises(ValueError, match="'many' is not a printed number"):
        audit(change("rct_pain30_ldn", "value", "many"))
    trials = ldn.load_dataset("trials")
    with pytest.raises(ValueError, match="the table trials needs one row 'Pilot 2009'; found 0"):
        audit(trials[trials["trial"] != "Pilot 2009"], "trials")
    with pytest.raises(ValueError, match="there is no table 'values'; tables: published_values"):
        audit(values, "values")
    with pytest.raises(KeyError, match="there is no check 'pilot'; checks: pilot_F_symptoms"):
        ldn.audit_published()["pilot"]
