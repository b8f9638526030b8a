"""The registry's definitions: diaries summarised by hand and by R."""

import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from witnesses import read_reference

from ldn_analysis import load_dataset, summarise_diaries

NAN = np.nan


def write_diary(person, **phases):
    """One row per day, the days counted through the phases in the order given."""
    rows = [(phase, rating) for phase, ratings in phases.items() for rating in ratings]
    table = pd.DataFrame(rows, columns=["phase", "pain_0_100"])
    table.insert(0, "participant", person)
    table["day"] = np.arange(1, len(table) + 1)
    return table


ANNA = write_diary(
    "Anna",
    baseline=[60, 50, NAN, 70],  # mean of three 60
    ldn=[55, 90, 20, 30, 40],  # final three: mean 30
    placebo=[66, 66, 66, 66],  # worse: mean 66
)


def test_a_diary_by_hand():
    table = summarise_diaries(ANNA)
    expected = pd.DataFrame(
        {
            "participant": ["Anna", "Anna"],
            "condition": ["ldn", "placebo"],
            "baseline": [60.0, 60.0],
            "end_point": [30.0, 66.0],
            "reduction_percent": [50.0, -10.0],
            "baseline_days": [3, 3],
            "end_point_days": [3, 3],
        }
    )
    pd.testing.assert_frame_equal(table, expected, check_dtype=False, rtol=1e-14)


def test_every_diary_of_both_trials_equals_r():
    expected = read_reference("diaries")
    people, diaries = load_dataset("participants"), load_dataset("daily_pain")
    analysed = diaries["participant"].isin(people.loc[people["analysed"], "participant"])
    assert expected["rating"].nunique() == 6
    for rating, rows in expected.groupby("rating"):
        table = summarise_diaries(diaries[analysed], rating=rating)
        both = rows.merge(table, on=["participant", "condition"], suffixes=("_r", ""))
        assert len(both) == len(rows) == len(table)
        for name in ("baseline", "end_point", "reduction_percent"):
            assert_allclose(both[name], both[f"{name}_r"], rtol=1e-12, atol=1e-12)
        for name in ("baseline_days", "end_point_days"):
            assert_array_equal(both[name], both[f"{name}_r"])


def test_a_missed_day_among_the_final_three_is_left_out_not_replaced():
    diary = write_diary("B", baseline=[50], ldn=[10, 10, 40, NAN, 20])
    row = summarise_diaries(diary, conditions=("ldn",)).iloc[0]
    assert (row["end_point"], row["end_point_days"]) == (30, 2)
    assert row["reduction_percent"] == 40


def test_a_missed_day_may_be_no_row_instead_of_a_blank():
    diary = write_diary("B", baseline=[50, NAN], ldn=[10, 10, 40, NAN, 20])
    pd.testing.assert_frame_equal(
        summarise_diaries(diary.dropna(), conditions=("ldn",)),
        summarise_diaries(diary, conditions=("ldn",)),
    )


def test_nobody_has_an_end_point_without_a_rating_in_the_final_days():
    diaries = pd.concat(
        [
            write_diary("late gap", baseline=[50], ldn=[10, NAN, NAN, NAN]),
            write_diary("no baseline", baseline=[NAN], ldn=[10, 20, 30]),
            write_diary("whole", baseline=[50], ldn=[10, 20, 30]),
        ]
    )
    assert summarise_diaries(diaries, conditions=("ldn",))["participant"].tolist() == ["whole"]


def test_a_withdrawn_participant_has_rows_only_for_what_she_did():
    withdrawn = write_diary("W", baseline=[40, 60], ldn=[50, 40, 25, 25, 25])
    table = summarise_diaries(pd.concat([ANNA, withdrawn]))
    hers = table[table["participant"] == "W"]
    assert hers["condition"].tolist() == ["ldn"]
    assert hers["reduction_percent"].tolist() == [50]
    assert len(table) == 3


def test_the_order_of_the_rows_does_not_matter():
    diaries = pd.concat([ANNA, write_diary("B", baseline=[50], ldn=[9, 8, 7], placebo=[5])])
    shuffled = diaries.sample(frac=1, random_state=np.random.default_rng(7))
    keys = ["condition", "participant"]
    tables = [summarise_diaries(data).sort_values(keys) for data in (diaries, shuffled)]
    pd.testing.assert_frame_equal(*(table.reset_index(drop=True) for table in tables))


def test_a_baseline_of_zero_has_no_percent_and_warns_of_nothing():
    diary = write_diary("Z", baseline=[0, 0], ldn=[10, 20, 30])
    row = summarise_diaries(diary, conditions=("ldn",)).iloc[0]
    assert (row["baseline"], row["end_point"]) == (0, 20)
    assert np.isnan(row["reduction_percent"])


def test_a_condition_shorter_than_three_days_uses_what_there_is():
    diary = write_diary("S", baseline=[50], ldn=[20, 30])
    row = summarise_diaries(diary, conditions=("ldn",)).iloc[0]
    assert (row["end_point"], row["end_point_days"]) == (25, 2)


def test_the_number_of_final_days_can_be_chosen():
    for days, end_point in ((1, 40), (2, 35), (5, 47)):
        row = summarise_diaries(ANNA, final_days=days).iloc[0]
        assert (row["end_point"], row["end_point_days"]) == (end_point, days)


def test_a_users_own_words():
    diary = write_diary("U", **{"run-in": [8, 4], "__import__('os')": [3, 3], "sham; --": [6, 6]})
    diary = diary.rename(columns={"pain_0_100": "Q('nrs')"})
    table = summarise_diaries(
        diary,
        rating="Q('nrs')",
        baseline_phase="run-in",
        conditions=("sham; --", "__import__('os')"),
    )
    assert table["condition"].tolist() == ["sham; --", "__import__('os')"]
    assert table["reduction_percent"].tolist() == [0, 50]


def test_phases_may_be_numbers_or_categories():
    numbers = ANNA.replace({"phase": {"baseline": 0, "ldn": 1, "placebo": 2}})
    numbers["phase"] = numbers["phase"].astype(int)
    table = summarise_diaries(numbers, baseline_phase=0, conditions=(1, 2))
    assert table["condition"].tolist() == [1, 2]
    assert table["reduction_percent"].tolist() == [50, -10]
    categories = ANNA.assign(
        phase=pd.Categorical(ANNA["phase"]),
        participant=pd.Categorical(ANNA["participant"], categories=["Nobody", "Anna"]),
    )
    table = summarise_diaries(categories)
    assert table["participant"].tolist() == ["Anna", "Anna"]
    assert table["reduction_percent"].tolist() == [50, -10]


def test_each_trial_is_summarised_by_its_own_days():
    # The same condition may end on another day for each participant.
    early = write_diary("early", baseline=[50], ldn=[10, 20, 30], placebo=[40, 50, 60, 70])
    late = write_diary("late", baseline=[50], placebo=[40, 50, 60, 70], ldn=[10, 20, 30])
    table = summarise_diaries(pd.concat([early, late])).set_index(["participant", "condition"])
    assert table["end_point"].to_dict() == {
        ("early", "ldn"): 20,
        ("late", "ldn"): 20,
        ("early", "placebo"): 60,
        ("late", "placebo"): 60,
    }


def test_the_diaries_given_are_not_changed():
    before = ANNA.copy()
    summarise_diaries(ANNA)
    pd.testing.assert_frame_equal(ANNA, before)


@pytest.mark.parametrize(
    ("diaries", "options", "message"),
    [
        (
            ANNA.drop(columns="day"),
            {},
            "summarise_diaries: the diaries have no column 'day'; they have: participant, phase, pain_0_100",
        ),
        (
            ANNA,
            {"rating": "fatigue"},
            "summarise_diaries: the diaries have no column 'fatigue'; they have: participant, phase, "
            "pain_0_100, day",
        ),
        (
            ANNA,
            {"conditions": ("ldn", "sham")},
            "summarise_diaries: no day has phase 'sham'; phases: baseline, ldn, placebo",
        ),
        (
            ANNA,
            {"baseline_phase": "run-in"},
            "summarise_diaries: no day has phase 'run-in'; phases: baseline, ldn, placebo",
        ),
        (
            pd.concat([ANNA, ANNA[5:7]]),
            {},
            "summarise_diaries: 2 row(s) repeat a day, first: participant Anna, phase ldn, day 6. Keep "
            "one row per day.",
        ),
    ],
)  # fmt: skip
def test_messages(diaries, options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        summarise_diaries(diaries, **options)
