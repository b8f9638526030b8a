"""The published tables: as collected, as printed, and related to one another."""

import json
from pathlib import Path

import pandas as pd
import pytest

from ldn_analysis import list_datasets, load_dataset
from ldn_analysis.data.printed import read_printed

ROOT = Path(__file__).resolve().parents[2]
FACTS = ROOT.parent / "shared" / "facts"
PUBLISHED = [
    "sources", "published_values", "pilot_baseline", "printed_tests", "trial_arms",
    "trial_responders", "adverse_events", "trials", "meta_analyses",
]  # fmt: skip
# What is counted or chosen rather than measured and rounded may be a number.
COUNTED = {
    "year", "n", "n_ldn", "n_placebo", "df1", "df2", "weeks", "dose_mg", "trials", "participants",
    "participant", "threshold_percent", "responders_ldn", "responders_placebo", "at_risk",
    "weeks_ldn", "weeks_placebo",
}  # fmt: skip
PRINTED = {
    "value", "ci_low", "ci_high", "sd", "mean", "std_error", "p_value", "estimate", "cohens_d",
    "i2_percent", "age_years", "illness_years", "bmi_kg_m2", "fiq_0_100", "esr_mm_h",
}  # fmt: skip
every_table = pytest.mark.parametrize("name", PUBLISHED)


def fields_of(name):
    text = (ROOT / "data" / "datapackage.json").read_text(encoding="utf-8")
    (found,) = [item for item in json.loads(text)["resources"] if item["name"] == name]
    return {field["name"]: field for field in found["schema"]["fields"]}


def test_these_are_the_published_tables():
    table = list_datasets().set_index("name")
    assert table.index[table["status"] == "published"].tolist() == [
        *PUBLISHED,
        "sleep",
        "tooth_growth",
    ]


@every_table
def test_the_table_equals_the_collected_facts(name):
    if not FACTS.is_dir():
        pytest.skip("the collected facts are not beside this checkout")
    ours = ROOT / "data" / "published" / f"{name}.csv"
    assert ours.read_bytes() == (FACTS / f"{name}.csv").read_bytes()


@every_table
def test_printed_numbers_are_text_that_can_be_read(name):
    table = load_dataset(name)
    for column, field in fields_of(name).items():
        assert (field["type"] == "string") != (column in COUNTED), column
        if column in PRINTED:
            for cell in table[column].dropna():
                assert read_printed(cell).text == cell
    assert set(table) & PRINTED or name in ("sources", "trial_responders", "adverse_events")


def test_the_last_zero_of_a_printed_number_is_kept():
    assert load_dataset("meta_analyses")["ci_low"][0] == "-1.20"
    assert load_dataset("pilot_baseline")["fiq_0_100"][2] == "45.0"
    tests = load_dataset("printed_tests").set_index("id")["p_value"]
    assert tests["pilot_contrast_mechanical_ldn_placebo"] == "0.010"


def test_pilot_baseline_is_ten_participants_with_the_printed_summaries():
    table = load_dataset("pilot_baseline")
    assert table["participant"].tolist() == list(range(1, 11))
    assert table["esr_mm_h"].tolist() == ["0", "45", "2", "8", "28", "50", "27", "20", "28", "31"]
    values = load_dataset("published_values").set_index("id")
    for row, column in (
        ("pilot_age", "age_years"), ("pilot_fiq", "fiq_0_100"),
        ("pilot_illness_years", "illness_years"),
    ):  # fmt: skip
        numbers = table[column].astype(float)
        assert abs(numbers.mean() - float(values["value"][row])) <= 0.0501
        assert abs(numbers.std() - float(values["sd"][row])) <= 0.0551  # 15.05 printed as 15.0


def test_what_two_tables_tell_of_one_trial_is_the_same():
    values = load_dataset("published_values").set_index("id")
    trials = load_dataset("trials").set_index("trial")
    arms = load_dataset("trial_arms").query("trial == 'Crossover RCT 2013'").set_index("arm")
    tests = load_dataset("printed_tests").set_index("id")
    for arm in ("ldn", "placebo"):
        row, printed = values.loc[f"rct_pain_reduction_{arm}"], arms.loc[arm]
        assert (printed["mean"], printed["ci_low"], printed["ci_high"]) == (
            row["value"], row["ci_low"], row["ci_high"],
        )  # fmt: skip
    assert trials.loc["Crossover RCT 2013", "p_value"] == values["value"]["rct_pain_reduction_p"]
    assert trials.loc["Pilot 2009", "p_value"] == values["value"]["pilot_difference_p"]
    for row, test in (
        ("pilot_esr_r", "pilot_r_esr"), ("pilot_duration_r", "pilot_r_duration"),
        ("pilot_severity_r", "pilot_r_severity"),
    ):  # fmt: skip
        assert values["value"][row] == tests["value"][test]
    assert set(load_dataset("trial_responders")["trial"]) <= set(trials.index)
    assert (load_dataset("adverse_events")["at_risk"] == int(values["value"]["rct_analysed"])).all()


def test_counts_are_within_their_numbers():
    events, responders = load_dataset("adverse_events"), load_dataset("trial_responders")
    for arm in ("ldn", "placebo"):
        assert (events[f"n_{arm}"] <= events["at_risk"]).all()
        assert (responders[f"responders_{arm}"] <= responders[f"n_{arm}"]).all()
        at = responders.pivot(
            index="trial", columns="threshold_percent", values=f"responders_{arm}"
        )
        assert (at.diff(axis=1).iloc[:, 1:] <= 0).all(axis=None)  # fewer reach a higher threshold


@every_table
def test_no_published_table_is_illustrative(name):
    from ldn_analysis.core.status import read_status

    assert type(load_dataset(name)) is pd.DataFrame
    assert read_status(load_dataset(name)) == ""
