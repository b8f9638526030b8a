"""Tables as people bring them: each is read, noted, or answered with what to do."""

import shlex
from pathlib import Path

import pytest

from ldn_analysis import DataError, read_table
from ldn_analysis.cli import main
from ldn_analysis.data.checking import check_table

CASES = Path(__file__).parents[1] / "reference/cases"
HEAD = "participant,condition,esr_mm_h,pain_reduction_percent\n"
ROWS = [
    (f"S{i:02d}", condition, str(9 + i), str(value))
    for i in range(1, 13)
    for condition, value in (("ldn", 3.5 * i % 31), ("placebo", 2.5 * i % 17))
]


def write(path, rows=ROWS, head=HEAD, mark=","):
    path.write_text(head + "".join(mark.join(row) + "\n" for row in rows), encoding="utf-8")
    return path


def refuse(path, **options):
    with pytest.raises(DataError) as caught:
        read_table(path, **options)
    return caught.value


def notes(path, **options):
    return read_table(path, **options).attrs["notes"]


@pytest.mark.parametrize(
    ("name", "noted"),
    [
        ("sep_line", ["the line sep= above the names was read as such",
                      "cells are separated by semicolons",
                      "decimal commas were read as decimal points"]),
        ("commas_in_a_column_name", ["cells are separated by semicolons",
                                     "decimal commas were read as decimal points"]),
        ("unicode_minus", ["2 printed minus sign(s) (\u2212) were read as minus"]),
        ("missing_code_minus_99",
         ["pain_reduction_percent: -99 occurs 4 times (first in line 5) and may stand for a missing "
          "value; if so, leave these cells blank"]),
        ("ids_differ_in_case_only",
         ["labels of participants that differ in case, zeros in front or invisible characters only: "
          "'S01' and 's01', and 11 more such group(s); if they are the same participant, write them "
          "alike, or they are not paired"]),
        ("stdout_in_gbk", []),
    ],
)  # fmt: skip
def test_a_case_is_read_and_said(name, noted):
    frame = read_table(CASES / f"{name}.csv")
    assert frame.attrs["notes"] == noted
    assert len(frame) == 24
    if name == "unicode_minus":
        assert frame["pain_reduction_percent"].min() == -0.4


@pytest.mark.parametrize(
    ("name", "problems"),
    [
        ("html_named_csv", ["is a web page (HTML), whatever its name says; open it in a spreadsheet and "
                            "save the table as CSV UTF-8"]),
        ("merged_cells", ["line 3, participant and esr_mm_h: is blank in 12 rows below a filled cell, as "
                          "merged cells are saved; fill the cells down in the spreadsheet and save it again"]),
        ("qualtrics_three_headers",
         ["line 2, esr_mm_h: 'ESR at baseline (mm/h)' is no number, and lines 2 and 3 hold no data but more "
          "names, questions or units; delete these lines"]),
        ("stata_dot", [f"line {line}, pain_reduction_percent: is blank; fill it in, delete the row, or leave "
                       "such rows out with --missing drop" for line in (5, 10, 17)]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("missing", ["raise", "drop"])
def test_a_case_is_one_finding(name, problems, missing):
    if (name, missing) == ("stata_dot", "drop"):
        assert len(read_table(CASES / f"{name}.csv", missing="drop")) == 21
        return
    assert refuse(CASES / f"{name}.csv", missing=missing).problems == problems


def test_more_than_100_columns_are_no_warning(recwarn):
    frame = read_table(CASES / "more_than_100_columns.csv")
    assert frame.shape == (24, 124)
    assert not [str(warning.message) for warning in recwarn]


def test_the_command_for_other_names_is_followed_to_the_letter(capsys):
    path = CASES / "crossover_with_comments.csv"
    error = refuse(path)
    assert error.notes == ["2 comment line(s) above the names were skipped"]
    command = str(error).splitlines()[-1].partition(": ldn-analysis ")[2]
    words = shlex.split(command.replace(path.name, shlex.quote(str(path))))
    assert main(words) == 0
    assert "12 participants, 12 of them under both conditions (T, R)" in capsys.readouterr().out


def test_periods_become_conditions_by_the_sequence():
    path = CASES / "wide_by_period.csv"
    (problem,) = refuse(path).problems
    assert problem == (
        "pain_p1 and pain_p2 are periods, and a period is no condition: the condition follows from "
        "sequence; read it as it is with --participant id --predictor ESR --sequence sequence "
        "--periods pain_p1 pain_p2 --sequence-code A=NAME1 --sequence-code B=NAME2, NAME1 and NAME2 "
        "being the conditions that they stand for"
    )
    frame = read_table(
        path, participant="id", predictor="ESR", sequence="sequence", periods=["pain_p1", "pain_p2"],
        sequence_codes={"A": "placebo", "B": "ldn"},
    )  # fmt: skip
    pairs = frame.set_index(["id", "condition"])["outcome"]
    assert pairs["S01", "ldn"] == 44.4  # BA: B in the first period
    assert pairs["S02", "ldn"] == -0.4  # AB: B in the second
    assert frame["condition"].cat.categories.tolist() == ["placebo", "ldn"]
    wrong = {"participant": "id", "sequence": "sequence", "periods": ["pain_p1", "pain_p3"]}
    assert (
        refuse(path, **wrong).problems[0].startswith("there is no column 'pain_p3' for --periods;")
    )


# --- their neighbours --------------------------------------------------------------------


def test_a_value_in_another_row_of_the_participant_is_not_dropped(tmp_path):
    rows = []
    for label, condition, esr, value in ROWS:
        rows += [(label, "baseline", esr, "")] if condition == "ldn" else []
        rows += [(label, condition, "", value)]
    path = write(tmp_path / "events.csv", rows)
    for missing in ("raise", "drop"):
        error = refuse(path, conditions=["ldn", "placebo"], missing=missing)
        assert error.problems == [
            "line 3, esr_mm_h: is blank in 24 rows of participants who have it in another row (here: 10); "
            "copy it to every row of the participant"
        ]


def test_a_row_of_units_and_names_again(tmp_path):
    path = write(tmp_path / "units.csv", [("", "", "mm/h", "%"), *ROWS])
    assert refuse(path).problems == [
        "line 2, esr_mm_h: 'mm/h' is no number, and line 2 holds no data but more names, questions or "
        "units; delete this line"
    ]
    again = [*ROWS[:4], tuple(HEAD.strip().split(",")), *ROWS[4:], ("# end of export", "", "", "")]
    assert refuse(write(path, again)).problems == [
        "line 6, participant: 'participant' is the name of its column: this line repeats the names; "
        "delete it",
        "line 27, participant: '# end of export' is a comment, not data; delete the line",
    ]


def test_initials_na_are_not_a_blank_without_a_word(tmp_path):
    path = write(
        tmp_path / "na.csv", [("NA", *row[1:]) if row[0] == "S03" else row for row in ROWS]
    )
    text = "'NA' is read as a blank; if it is a label, such as initials, write it in another way, e.g. N.A."
    assert refuse(path).problems == [f"line {line}, participant: {text}" for line in (6, 7)]
    assert notes(path, missing="drop")[0] == f"line 6, participant: {text}"


def change(column, **values):
    """The rows with other values of a column for some participants."""
    return [
        tuple(values.get(row[0], cell) if i == column else cell for i, cell in enumerate(row))
        for row in ROWS
    ]


@pytest.mark.parametrize(
    ("rows", "note"),
    [
        (change(2, S03="999"), "esr_mm_h: 2 value(s) above 200 mm/h (first in line 6: 999); no tube is "),
        (change(2, S03="99", S04="99"), "esr_mm_h: 99 occurs 4 times (first in line 6) and may stand for"),
        (change(3, S03="-1e8"), "pain_reduction_percent: -1e+08 in line 6 is far from the other values"),
        ([(*row[:3], f"{float(row[3]) / 100}") for row in ROWS],
         "pain_reduction_percent: lies between -1 and 1 in every row; if these are proportions, multiply"),
        ([*ROWS, ("Total", "ldn", "20", "12")], "line 26: a participant called 'Total' may be a row of"),
        (change(0, S03="S3") [:6] + ROWS[6:] + [("S3\u200b", "ldn", "12", "5")],
         "labels of participants that differ in case, zeros in front or invisible characters only: "),
    ],
)  # fmt: skip
def test_what_is_possible_and_looks_wrong_is_noted(tmp_path, rows, note):
    assert any(text.startswith(note) for text in notes(write(tmp_path / "odd.csv", rows)))


def test_a_scale_of_0_to_10(tmp_path):
    head = HEAD.replace("esr_mm_h", "baseline_pain_0_100,esr_mm_h")
    rows = [(*row[:2], f"{5 + i % 4}", *row[2:]) for i, row in enumerate(ROWS)]
    assert notes(write(tmp_path / "ten.csv", rows, head)) == [
        "baseline_pain_0_100: is never above 10; if it was rated from 0 to 10, multiply it by 10"
    ]


@pytest.mark.parametrize(
    ("column", "cells", "problem"),
    [
        ("sequence", ("AB", "AB"), "line 2, sequence: 'AB' is no order of the conditions; write 'ldn then "
         "placebo' or 'placebo then ldn', or rename the column if it means something else"),
        ("sequence", ("ldn then placebo", "placebo then ldn"), "line 3, sequence: 'placebo then ldn' "
         "contradicts an earlier row of 'S01'; a participant has one order"),
        ("improvement", ("viel besser", ""), "line 2, improvement: 'viel besser' is not a known value (12 "
         "rows, this is the first); known: very much improved, much improved, minimally improved, no "
         "change, minimally worse, much worse, very much worse, or rename the column if it means "
         "something else"),
    ],
)  # fmt: skip
def test_sequence_and_improvement_are_checked(tmp_path, column, cells, problem):
    rows = [(*row, cells[i % 2]) for i, row in enumerate(ROWS)]
    path = write(tmp_path / "more.csv", rows, HEAD.replace("\n", f",{column}\n"))
    assert refuse(path).problems[0] == problem


def test_the_period_is_checked_against_the_sequence(tmp_path):
    rows = [(*row, "ldn then placebo", str(2 - i % 2)) for i, row in enumerate(ROWS)]
    path = write(tmp_path / "period.csv", rows, HEAD.replace("\n", ",sequence,period\n"))
    assert refuse(path).problems[0] == (
        "line 2, sequence: 'ldn then placebo' contradicts period, which says 'placebo then ldn'"
    )


def test_notes_are_shown_with_errors(tmp_path):
    path = tmp_path / "gb.csv"
    path.write_bytes((HEAD + "".join(",".join(row) + "\n" for row in ROWS)).replace(
        "placebo", "安慰剂").encode("gb18030"))  # fmt: skip
    error = refuse(path)
    assert error.notes == ["the text is not UTF-8 and was read as Latin-1 (Windows-1252)"]
    assert f"\nNoticed: {error.notes[0]}\n" in str(error)


def test_check_ends_with_what_it_saw(tmp_path, capsys):
    path = write(tmp_path / "seen.csv", ROWS[:-1])
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().out.splitlines()[1:3] == [
        "12 participants, 11 of them under both conditions (ldn, placebo)",
        "condition  column                   n  smallest  median  largest  blank",
    ]
    assert check_table(read_table(path)).empty


def test_a_name_that_cannot_be_typed_is_in_no_command(tmp_path):
    path = tmp_path / "a.csv"
    rows = "".join(f"{i},{arm},{i + 20},{i}\n" for i in range(9) for arm in ("ldn", "placebo"))
    path.write_text(
        f"\x01articipant,condition,esr_mm_h,pain_reduction_percent\n{rows}", encoding="utf-8"
    )
    with pytest.raises(DataError) as caught:
        read_table(path)
    assert "ldn-analysis check" not in str(caught.value)
    assert all(line.isprintable() for line in str(caught.value).splitlines())
