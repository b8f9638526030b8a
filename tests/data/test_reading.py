"""Reading a user's CSV: every kind of damage gives one clear message, and nothing else does."""

import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ldn_analysis import DataError, list_datasets, load_dataset, read_table
from ldn_analysis.core.codebook import _data_folder, get_resource
from ldn_analysis.core.status import mark_illustrative
from ldn_analysis.data.checking import apply_types, check_table

# Frozen: what is tested here are cells and lines, whoever is simulated today.
REFERENCE = Path(__file__).parents[1] / "reference"
GOOD = (REFERENCE / "reader_esr_pain_change.csv").read_text(encoding="utf-8")
EXPECTED = mark_illustrative(
    apply_types(pd.read_csv(REFERENCE / "reader_esr_pain_change.csv"), "esr_pain_change")
)
LINES = GOOD.splitlines()
CASES = REFERENCE / "cases"
HINT = "\nThe columns are described by: ldn-analysis describe esr_pain_change"
BLANK = "is blank; fill it in, delete the row, or leave such rows out with --missing drop"
SMALL = """participant,condition,esr_mm_h,pain_reduction_percent
a,ldn,12,3.5
b,ldn,20,10.5
c,ldn,31,22
a,placebo,12,1
b,placebo,20,2
c,placebo,31,9.5
"""


@pytest.fixture
def save(tmp_path):
    def write(content, name="mine.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def refuse(save):
    """The message about a file, without the file's name in front."""

    def message(content, **options):
        path = save(content)
        with pytest.raises(DataError) as caught:
            read_table(path, **options)
        text = str(caught.value)
        assert text.startswith(f"{path}: ")
        return text.removeprefix(f"{path}: ")

    return message


def as_it_is(**roles):
    """The command that reads a table with other names."""
    names = {
        "participant": "participant", "condition": "condition",
        "predictor": "esr_mm_h", "outcome": "pain_reduction_percent",
    }  # fmt: skip
    options = " ".join(f"--{role} {shlex.quote(name)}" for role, name in (names | roles).items())
    return f"\nOr read it as it is: ldn-analysis check mine.csv {options}"


def same_numbers(frame, expected=None):
    expected = EXPECTED if expected is None else expected
    pd.testing.assert_frame_equal(frame, expected, check_exact=True)
    return True


# --- read correctly, and said so ---------------------------------------------------------

SEMICOLONS = "cells are separated by semicolons"
TABS = "cells are separated by tabs"
COMMAS = "decimal commas were read as decimal points"
LATIN = "the text is not UTF-8 and was read as Latin-1 (Windows-1252)"

READABLE = {
    "as it is": (GOOD, []),
    "semicolons and decimal commas": (
        GOOD.replace(",", ";").replace(".", ","),
        [SEMICOLONS, COMMAS],
    ),
    "semicolons and decimal points": (GOOD.replace(",", ";"), [SEMICOLONS]),
    "tabs": (GOOD.replace(",", "\t"), [TABS]),
    "tabs and decimal commas": (GOOD.replace(",", "\t").replace(".", ","), [TABS, COMMAS]),
    "bars": (GOOD.replace(",", "|"), ["cells are separated by bars"]),
    "UTF-8 BOM": (b"\xef\xbb\xbf" + GOOD.encode(), []),
    "UTF-16": (GOOD.encode("utf-16"), []),
    "UTF-16 big-endian": (b"\xfe\xff" + GOOD.encode("utf-16-be"), []),
    "carriage returns": (GOOD.replace("\n", "\r"), []),
    "CRLF": (GOOD.replace("\n", "\r\n"), []),
    "no line end at the end": (GOOD.rstrip("\n"), []),
    "quoted header": ('"' + LINES[0].replace(",", '","') + "\n" + "\n".join(LINES[1:]), None),
    "trailing delimiter": ("\n".join(line + "," for line in LINES), []),
    "two trailing delimiters": ("\n".join(line + ",," for line in LINES), []),
    "two unnamed columns in the header": ("\n".join([LINES[0] + ",,", *LINES[1:]]), []),
    "blanks after the delimiters": (GOOD.replace(",", ", "), []),
    "blank lines below": (GOOD + "\n\n\n", ["3 blank line(s) were skipped"]),
    "blank lines above": ("\n\n" + GOOD, []),
    "empty rows of a spreadsheet above": (",,,,,,,\n" + GOOD, []),
    "rows of blanks below": (GOOD + ",,,,,,,\n", ["1 blank line(s) were skipped"]),
}
READABLE["quoted header"] = (
    '"' + LINES[0].replace(",", '","') + '"\n' + "\n".join(LINES[1:]),
    [],
)


@pytest.mark.parametrize("case", READABLE)
def test_reads(case, save):
    content, notes = READABLE[case]
    frame = read_table(save(content))
    assert frame.attrs == {"notes": notes}
    assert same_numbers(frame)


def test_latin_1_is_read_and_said(save):
    frame = read_table(save(GOOD.replace("C01", "Zoë").encode("latin-1")))
    assert frame.attrs["notes"] == [LATIN]
    assert frame["participant"][0] == "Zoë"


def test_latin_1_far_into_the_file(save):
    rows = "".join(f"p{i},{c},20,{i % 50}\n" for i in range(5000) for c in ("ldn", "placebo"))
    rows = rows.replace(",20,", ",21,", 100) + "Zoë,ldn,22,1\nZoë,placebo,22,1\n"
    frame = read_table(save((SMALL.splitlines()[0] + "\n" + rows).encode("latin-1")))
    assert frame.attrs["notes"] == [LATIN]
    assert frame["participant"].iloc[-1] == "Zoë"
    assert len(frame) == 10_002


def test_categories_stay_text(save):
    frame = read_table(save(GOOD.replace("pilot", "01").replace("crossover", "+1")))
    assert frame["trial"].cat.categories.tolist() == ["+1", "01"]


def test_labels_stay_text(save):
    frame = read_table(save(SMALL.replace("\na,", "\n001,").replace("\nb,", "\n1e5,")))
    assert frame["participant"].tolist() == ["001", "1e5", "c"] * 2


def test_extra_columns_and_a_column_like_code_are_kept_as_data(save, tmp_path):
    mark = tmp_path / "ran"
    name = f"__import__('pathlib').Path('{mark}').touch()"
    frame = read_table(save(GOOD.replace("trial", name, 1)))
    assert list(frame)[1] == name
    assert frame[name].tolist() == EXPECTED["trial"].astype("str").tolist()
    assert not mark.exists()


def test_code_in_a_needed_column_name_is_a_missing_column(refuse):
    text = refuse(GOOD.replace("esr_mm_h", "esr_mm_h; import os", 1))
    assert text == "column 'esr_mm_h' is missing; rename 'esr_mm_h; import os'?" + as_it_is(
        predictor="esr_mm_h; import os"
    )


def test_own_names_of_trials(save):
    frame = read_table(save(GOOD.replace("pilot", "mine").replace("crossover", "yours")))
    assert frame["trial"].cat.categories.tolist() == ["mine", "yours"]


def test_blank_optional_numbers_are_nan(save):
    frame = read_table(save(GOOD.replace("61.54", "")))
    assert frame["baseline_pain_0_100"].isna().sum() == 2


# --- conditions --------------------------------------------------------------------------


def test_unknown_condition(refuse):
    assert refuse(GOOD.replace(",ldn,", ",LDN,")) == (
        "line 2, condition: 'LDN' is not a known value (38 rows, this is the first); write 'ldn', or name "
        "your two conditions with --conditions" + HINT
    )
    assert refuse(GOOD.replace(",placebo,", ",xyz,", 1)) == (
        "line 3, condition: 'xyz' is not a known value; known: ldn, placebo, or name your two conditions "
        "with --conditions" + HINT
    )


def test_own_conditions_in_the_order_asked(save):
    path = save(GOOD.replace("ldn", "active").replace("placebo", "sham"))
    for order in (["active", "sham"], ["sham", "active"]):
        frame = read_table(path, conditions=order)
        assert frame["condition"].cat.categories.tolist() == order
    assert read_table(save(GOOD), conditions=["placebo", "ldn"])[
        "condition"
    ].cat.categories.tolist() == ["placebo", "ldn"]


def test_a_condition_called_none_is_not_a_blank(save):
    frame = read_table(save(GOOD.replace("placebo", "None")), conditions=["ldn", "None"])
    assert (frame["condition"] == "None").sum() == 38


def test_other_conditions_are_left_out_and_counted(save):
    rows = "a,usual care,12,4\nb,usual care,20,x\n"
    frame = read_table(save(SMALL + rows), conditions=["ldn", "placebo"])
    assert len(frame) == 6
    assert frame.attrs["notes"] == ["2 row(s) of other conditions were left out"]


def test_condition_that_does_not_occur(refuse):
    assert refuse(GOOD, conditions=["ldn", "x"]) == (
        "condition: 'x' does not occur; conditions: ldn, placebo" + HINT
    )


@pytest.mark.parametrize("conditions", ["ldn", ["ldn", "ldn"], []])
def test_conditions_that_are_not_two_names(save, conditions):
    text = f"conditions must be a list of different names; received {conditions!r}"
    with pytest.raises(ValueError, match="read_table: ") as caught:
        read_table(save(GOOD), conditions=conditions)
    assert str(caught.value) == f"read_table: {text}"
    with pytest.raises(ValueError, match="check_table: ") as caught:
        check_table(EXPECTED, conditions=conditions)
    assert str(caught.value) == f"check_table: {text}"


def test_conditions_of_a_table_without_conditions(save):
    with pytest.raises(ValueError, match="the table 'improvement' has no conditions; leave them"):
        read_table(save(GOOD), table="improvement", conditions=["a", "b"])


def test_unknown_table_and_missing_option(save):
    with pytest.raises(
        ValueError, match=r"there is no dataset 'esr_pain'\. Did you mean 'esr_pain_ch"
    ):
        read_table(save(GOOD), table="esr_pain")
    with pytest.raises(ValueError) as caught:
        read_table(save(GOOD), missing="ignore")
    assert str(caught.value) == "read_table: missing must be 'raise' or 'drop'; received 'ignore'"


# --- not a CSV ---------------------------------------------------------------------------


def test_missing_file_names_the_nearest(save):
    path = save(GOOD, "results.csv")
    with pytest.raises(DataError) as caught:
        read_table(path.with_name("result.csv"))
    assert str(caught.value) == (
        f"{path.with_name('result.csv')}: there is no such file; did you mean 'results.csv'?"
    )


def test_missing_folder(tmp_path):
    path = tmp_path / "nowhere" / "x.csv"
    with pytest.raises(DataError) as caught:
        read_table(str(path))
    assert str(caught.value) == f"{path}: there is no such file; check the folder and the spelling"


def test_folder(tmp_path):
    with pytest.raises(DataError) as caught:
        read_table(tmp_path)
    assert str(caught.value) == f"{tmp_path}: is a folder; name the CSV file in it"


@pytest.mark.parametrize("name", ["x" * 5000, "good.csv/below"])
def test_impossible_paths(save, name):
    path = save(GOOD, "good.csv").parent / name
    with pytest.raises(DataError, match=r"cannot be read: |there is no such file"):
        read_table(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n  \n", b"\xef\xbb\xbf", b"\xff\xfe", b"\x0c", "\u00a0\n".encode(), b",,,\n;;\n"],
)
def test_empty(content, refuse):
    assert refuse(content) == "is empty; the first line must name the columns"


def test_header_only(refuse):
    text = (
        "there are no rows below the column names; add one row per participant and condition" + HINT
    )
    assert refuse(LINES[0] + "\n") == text
    assert refuse(LINES[0]) == text
    blank = "\nNoticed: 2 blank line(s) were skipped"
    assert refuse(LINES[0] + "\n\n\n") == text.replace(HINT, blank + HINT)


def test_workbook_and_bytes(refuse):
    nul = "is not text (there is a NUL in line {}); save the table as CSV UTF-8"
    assert refuse(b"a,b\0c\n") == nul.format(1)
    assert refuse(GOOD.encode("utf-16-le")) == nul.format(1)
    # Far into the file too: it would end its cell there.
    assert refuse(GOOD + "\n" * 2**21 + "x\0") == nul.format(78 + 2**21)
    cut = GOOD.encode("utf-16")[:-1]
    assert refuse(cut) == "starts like UTF-16 text and is not; save the table as CSV UTF-8"
    odd = GOOD.replace("C01", "Z\x81").encode("latin-1")
    assert refuse(odd) == "is neither UTF-8 nor Latin-1 text; save the table as CSV UTF-8"


def test_text_that_is_no_table(refuse):
    assert refuse("hello\n1\n2\n") == (
        "4 problems\n"
        "  column 'participant' is missing; columns: hello\n"
        "  column 'condition' is missing; columns: hello\n"
        "  column 'esr_mm_h' is missing; columns: hello\n"
        "  column 'pain_reduction_percent' is missing; columns: hello" + HINT
    )


# --- wrong shape -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("ESR", "esr_mm_h"),
        ("Esr_mm_h", "esr_mm_h"),
        ("esr", "esr_mm_h"),
        ("Participant ID", "participant"),
        ("conditions", "condition"),
        ("pain_reduction", "pain_reduction_percent"),
    ],
)
def test_a_missing_column_is_sought_by_its_meaning(refuse, written, wanted):
    text = refuse(GOOD.replace(wanted, written, 1))
    role = {"esr_mm_h": "predictor", "pain_reduction_percent": "outcome"}.get(wanted, wanted)
    sign = " (positive must mean less pain)" if role == "outcome" else ""
    command = as_it_is(**{role: written})
    assert text == f"column {wanted!r} is missing; rename {written!r}?{sign}" + command


@pytest.mark.parametrize("name", ["optional?", "duration", "esteem", "pain_medication", "air_mm_h"])
def test_letters_alone_suggest_no_column(refuse, name):
    text = refuse(SMALL.replace("condition", name).replace("esr_mm_h", f"x{name}"))
    assert "rename" not in text
    assert "column 'condition' is missing; columns: participant, " in text


def test_duplicated_column(refuse):
    text = "column 'participant' appears twice; rename or delete one"
    assert refuse(GOOD.replace("trial", "participant", 1)) == text
    assert refuse(GOOD.replace("trial", " participant ", 1)) == text


def test_ragged_rows_name_their_line(refuse):
    advice = "quote cells that contain the delimiter, or"
    more = f"line 5 has 10 cells, more than the 8 columns of line 1; {advice} remove the surplus"
    assert refuse(GOOD.replace(LINES[4], LINES[4] + ",1,2")) == more
    first = (
        f"its lines have more cells than the 8 columns of line 1; {advice} give every column a name"
    )
    assert refuse(GOOD.replace(LINES[1], LINES[1] + ",1,2")) == first
    above = f"line 7 has 9 cells, more than the 8 columns of line 3; {advice} remove the surplus"
    assert refuse("\n\n" + GOOD.replace(LINES[4], LINES[4] + ",1")) == above
    assert refuse(GOOD.replace(LINES[4], "C02,crossover")) == (
        f"3 problems\n  line 5, condition: {BLANK}\n  line 5, esr_mm_h: {BLANK}\n"
        f"  line 5, pain_reduction_percent: {BLANK}" + HINT
    )


def test_decimal_commas_in_a_comma_file_give_too_many_cells(refuse):
    text = SMALL.replace("3.5", "3,5")
    assert refuse(text).startswith("its lines have more cells than the 4 columns of line 1; quote")


def test_quote_never_closed(refuse):
    text = 'a quotation mark (") is opened and never closed; close or remove it'
    assert refuse(GOOD.replace("C02", '"C02', 1)) == text


@pytest.mark.parametrize("missing", ["raise", "drop"])
def test_duplicated_participant_and_condition(refuse, missing):
    assert refuse(GOOD + LINES[1] + "\n" + LINES[2] + "\n" + LINES[1] + "\n", missing=missing) == (
        "3 problems\n"
        "  line 78, participant and condition: 'C01, ldn' duplicates line 2; keep only one\n"
        "  line 79, participant and condition: 'C01, placebo' duplicates line 3; keep only one\n"
        "  line 80, participant and condition: 'C01, ldn' duplicates line 2; keep only one" + HINT
    )


# --- wrong cells -------------------------------------------------------------------------

NOT_A_NUMBER = "is not a number; write digits only, e.g. 12.5"
CELLS = {
    "abc": f"'abc' {NOT_A_NUMBER}",
    "12 mm": "'12 mm' is not a number; write 12 alone, in % of baseline",
    "31.8%": "'31.8%' is not a number; write 31.8 alone, in % of baseline",
    '"-31,8 %"': "'-31,8 %' is not a number; write -31.8 alone, in % of baseline",
    "2x": f"'2x' {NOT_A_NUMBER}",
    "12 or 13": f"'12 or 13' {NOT_A_NUMBER}",
    "2024-05-06": f"'2024-05-06' {NOT_A_NUMBER}; did a spreadsheet make a date of it?",
    "1\u00a0234": "'1\\xa0234' is not a number; write 1234",
    "'12.5": '"\'12.5" is not a number; write 12.5 without the apostrophe',
    "1'234.5": '"1\'234.5" is not a number; write 1234.5',
    ".": BLANK,
    ".a": BLANK,
    "#DIV/0!": BLANK,
    "12:30": f"'12:30' {NOT_A_NUMBER}",
    "1_0": f"'1_0' {NOT_A_NUMBER}",
    "0x1F": f"'0x1F' {NOT_A_NUMBER}",
    "=A1+B1": f"'=A1+B1' {NOT_A_NUMBER}",
    "1.234.567": f"'1.234.567' {NOT_A_NUMBER}",
    '"51,39"': "'51,39' is not a number; write 51.39",
    '"-4,5"': "'-4,5' is not a number; write -4.5",
    '"1,234"': "'1,234' is not a number; write 1.234, or 1234 if the comma divides thousands",
    '"1,234.5"': "'1,234.5' is not a number; write 1234.5",
    '"1.234.567,5"': "'1.234.567,5' is not a number; write 1234567.5",
    '"1,23.5"': f"'1,23.5' {NOT_A_NUMBER}",
    "inf": "'inf' is infinite, or more than a number can hold, such as 1e400; correct it",
    "-Infinity": "'-inf' is infinite, or more than a number can hold, such as 1e400; correct it",
    "-1e300": "'-1e+300' is implausibly large; correct it",
    "-1000000001": "'-1000000001' is implausibly large; correct it",
    "1e999": "'inf' is infinite, or more than a number can hold, such as 1e400; correct it",
    "x" * 500: f"'{'x' * 60}...' {NOT_A_NUMBER}",
    "": BLANK,
    "NA": BLANK,
    "NaN": BLANK,
    "n/a": BLANK,
    "NULL": BLANK,
    "   ": BLANK,
    "\u00a0": BLANK,
    "100.5": "'100.5' is above 100, the highest possible value",
}


@pytest.mark.parametrize("cell", CELLS)
def test_cell_of_a_number(refuse, cell):
    text = refuse(SMALL.replace("10.5", cell))
    text = text.replace(
        "\nNoticed: errors of a spreadsheet (#DIV/0! and its like) were read as blanks", ""
    )
    assert text == f"line 3, pain_reduction_percent: {CELLS[cell]}" + HINT


def test_limits(refuse):
    low, high = "is below 0, the lowest possible value", "is above 100, the highest possible value"
    assert refuse(SMALL.replace("b,ldn,20", "b,ldn,-20")) == f"line 3, esr_mm_h: '-20' {low}" + HINT
    assert refuse(GOOD.replace("61.54", "161.54", 1)) == (
        f"line 2, baseline_pain_0_100: '161.54' {high}" + HINT
    )
    assert refuse(GOOD.replace("64.33", "-64.33", 1)) == (
        f"line 2, end_pain_0_100: '-64.33' {low}" + HINT
    )


def test_limits_themselves_are_allowed(save):
    assert (
        len(
            read_table(
                save(
                    SMALL.replace("10.5", "100")
                    .replace("b,ldn,20", "b,ldn,0")
                    .replace("b,placebo,20", "b,placebo,0")
                )
            )
        )
        == 6
    )


def test_blank_rows_can_be_dropped_and_are_counted(save):
    text = GOOD.replace("-4.54", "").replace("51.39", "NA")
    frame = read_table(save(text), missing="drop")
    assert frame.attrs["notes"] == [
        "2 row(s) with a blank in a required column were left out",
        "2 participant(s) have one condition only",
    ]
    assert len(frame) == 74
    assert frame["pain_reduction_percent"].notna().all()


def test_dropping_does_not_hide_text(refuse):
    assert refuse(SMALL.replace("10.5", "abc"), missing="drop") == (
        f"line 3, pain_reduction_percent: 'abc' {NOT_A_NUMBER}" + HINT
    )


def test_sign_of_the_reduction(refuse):
    assert refuse(GOOD.replace("51.39", "-51.39")) == (
        "line 4, pain_reduction_percent: '-51.39' does not agree with baseline and end-point pain, "
        "which give 51.4; positive means less pain" + HINT
    )


def test_fewer_than_three_points(refuse):
    need = "a line with a standard error needs at least 3"
    assert refuse("\n".join(LINES[:5])) == (
        f"2 problems\n  condition: 'ldn' has 2 usable row(s); {need}\n"
        f"  condition: 'placebo' has 2 usable row(s); {need}" + HINT
    )
    only = "\n".join(SMALL.splitlines()[:4])
    assert refuse(only) == f"condition: 'placebo' has 0 usable row(s); {need}" + HINT
    blanks = SMALL.replace("10.5", "")
    noticed = (
        "\nNoticed: 1 row(s) with a blank in a required column were left out"
        "\nNoticed: 1 participant(s) have one condition only"
    )
    assert refuse(blanks, missing="drop") == (
        f"condition: 'ldn' has 2 usable row(s); {need}" + noticed + HINT
    )


def test_constant_esr(refuse):
    same = "".join(  # other people under placebo: baseline ESR is one value per participant
        re.sub("ldn,[0-9]+", "ldn,20", line) if "ldn" in line else line.replace(",pl", "2,pl")
        for line in SMALL.splitlines(keepends=True)
    )
    text = "esr_mm_h: is 20 in every row of condition 'ldn', so there is no slope"
    assert refuse(same) == text + HINT
    rounding = same.replace("a,ldn,20", "a,ldn,20.0000000001")
    assert refuse(rounding) == text + HINT


def test_baseline_esr_is_one_value_per_participant(refuse):
    assert refuse(SMALL.replace("b,placebo,20", "b,placebo,21")) == (
        "line 6, esr_mm_h: '21' differs from 20 in an earlier row of 'b'; baseline ESR is one "
        "value per participant" + HINT
    )


def test_a_person_with_one_condition_is_said(save):
    frame = read_table(save(SMALL + "d,ldn,44,5\n"))
    assert frame.attrs["notes"] == ["1 participant(s) have one condition only"]


def test_a_title_above_the_names_is_named(refuse):
    problem = "line 4 seems to name the columns; delete the lines above it"
    assert refuse("Export;of;Monday\n\nby us\n" + SMALL) == problem


@pytest.mark.parametrize("mark", ["#", "# ", "//", "% "])
def test_comments_above_the_names_are_skipped(save, refuse, mark):
    above = f"{mark}exported, on Monday;\n{mark}by us\n"
    frame = read_table(save(above + SMALL))
    assert frame.attrs["notes"] == ["2 comment line(s) above the names were skipped"]
    assert len(frame) == 6
    assert refuse(above + SMALL.replace("10.5", "abc")).startswith("line 5, pain_reduction_perc")


# --- lines and lists ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (SMALL, 3),
        ("\n\n" + SMALL, 5),
        ("\r\n" + SMALL.replace("\n", "\r\n"), 4),
        (SMALL.replace("b,ldn", "\n\nb,ldn"), 5),
        (SMALL.replace("\na,ldn", '\n"a\nA",ldn'), 4),
        (SMALL.replace("\n", "\r"), 3),
    ],
)
def test_line_numbers_are_those_of_an_editor(refuse, content, line):
    text = refuse(content.replace("10.5", "abc"))
    text = text.replace("\nNoticed: 2 blank line(s) were skipped", "")
    assert text == f"line {line}, pain_reduction_percent: 'abc' {NOT_A_NUMBER}" + HINT


def test_all_problems_come_together_in_the_order_of_lines(refuse):
    text = SMALL.replace("31,22", "-31,2x").replace("a,placebo", ",placebo").replace("12,3.5", ",")
    assert refuse(text) == (
        f"5 problems\n  line 2, esr_mm_h: {BLANK}\n  line 2, pain_reduction_percent: {BLANK}\n"
        "  line 4, esr_mm_h: '-31' is below 0, the lowest possible value\n"
        f"  line 4, pain_reduction_percent: '2x' {NOT_A_NUMBER}\n"
        f"  line 5, participant: {BLANK}" + HINT
    )


@pytest.mark.parametrize("count", [5, 6, 38])
def test_more_than_five_findings_of_one_kind_are_one_line(save, count):
    rows = [line.split(",") for line in LINES]
    for i, row in enumerate(rows[1 : count + 1]):
        row[3] = f"{i + 0.5} mm/h"
    path = save("\n".join(map(",".join, rows)))
    with pytest.raises(DataError) as caught:
        read_table(path)
    first, *lines, hint = str(caught.value).splitlines()
    assert first == f"{path}: {count} problems"
    text = "  line 2, esr_mm_h: '0.5 mm/h' is not a number; write 0.5 alone, in mm/h"
    if count > 5:
        assert lines == [f"{text} (and {count - 1} more such problems in this column)"]
    else:
        assert lines[0] == text
        assert lines[4] == text.replace("line 2", "line 6").replace("0.5", "4.5")
        assert len(lines) == 5
    assert hint == HINT.strip()
    assert len(caught.value.problems) == count
    assert caught.value.problems[-1].startswith(f"line {count + 1}, esr_mm_h: '{count - 0.5} mm/h'")


def test_twenty_lines_are_shown_and_the_rest_counted(save):
    rows = [line.split(",") for line in LINES]
    cells = [(3, "-1"), (3, "x"), (6, "101"), (6, "x"), (3, "inf"), (6, "")]
    for i, row in enumerate(rows[1:31]):
        column, cell = cells[i % 6]
        row[column] = cell
    for row in rows[31:38]:
        row[4] = "-1"
    path = save("\n".join(map(",".join, rows)))
    with pytest.raises(DataError) as caught:
        read_table(path)
    lines = str(caught.value).splitlines()
    assert lines[0] == f"{path}: 37 problems"
    assert [line.partition(",")[0] for line in lines[1:21]] == [f"  line {i}" for i in range(2, 22)]
    assert lines[21:] == ["  ... and 17 more", HINT.strip()]
    assert len(caught.value.problems) == 37


WIDE = (
    "the table is wide: {} are columns of one row per participant; read it as it is with --wide {}"
)


@pytest.mark.parametrize(
    ("names", "options", "columns"),
    [
        ("pain_ldn,Pain_placebo", {}, {"ldn": "pain_ldn", "placebo": "Pain_placebo"}),
        ("ldn,placebo", {}, {"ldn": "ldn", "placebo": "placebo"}),
        ("x sham,x active", {"conditions": ["active", "sham"]}, {"active": "x active", "sham": "x sham"}),
    ],
)  # fmt: skip
def test_a_wide_table_is_told_how_it_is_read(save, names, options, columns):
    rows = "".join(f"p{esr},{esr},{esr / 2},{esr / 3}\n" for esr in (9, 18, 27, 33))
    path = save(f"participant,esr_mm_h,{names}\n{rows}")
    with pytest.raises(DataError) as caught:
        read_table(path, **options)
    pairs = [f"{word}={name}" for word, name in columns.items()]
    advice = WIDE.format(", ".join(columns.values()), " ".join(map(shlex.quote, pairs)))
    assert str(caught.value) == f"{path}: {advice}{HINT}"
    # The advice is followed to the letter.
    given = shlex.split(advice.partition("--wide ")[2])
    frame = read_table(path, wide=dict(pair.split("=") for pair in given))
    assert frame["condition"].tolist() == list(columns) * 4
    wide = pd.read_csv(path)
    expected = wide[list(columns.values())].to_numpy().ravel()
    np.testing.assert_array_equal(frame["pain_reduction_percent"], expected)
    assert frame["participant"].tolist() == np.repeat(wide["participant"], 2).tolist()


def test_a_cell_of_a_wide_table_is_named_as_in_the_file(refuse):
    text = "participant,esr_mm_h,a,b\np1,9,1,2\np2,,3,x\np3,20,4,5\n"
    message = refuse(text, wide={"ldn": "a", "placebo": "b"})
    assert f"line 3, esr_mm_h: {BLANK}\n  line 3, b: 'x' {NOT_A_NUMBER}\n" in message
    assert message.startswith("2 problems\n")
    assert "no column 'c' for --wide; columns, nearest first: " in refuse(
        text, wide={"ldn": "a", "placebo": "c"}
    )


def test_a_wide_table_in_its_own_words(save):
    path = save("id;ESR;old;new\n1;10;3,5;4\n2;20;5;6\n3;31;9;1\n")
    frame = read_table(path, participant="id", predictor="ESR", wide={"A": "new", "B": "old"})
    assert list(frame) == ["id", "ESR", "condition", "outcome"]
    assert frame["outcome"].tolist() == [4, 3.5, 6, 5, 1, 9]
    assert frame["condition"].tolist() == ["A", "B"] * 3


@pytest.mark.parametrize(
    ("names", "advice"),
    [
        ("pain_before,pain_after", "pain_before and pain_after are times, not conditions; the outcome is the reduction, (pain_before - pain_after) / pain_before x 100, which is computed with --participant participant --predictor esr_mm_h --baseline pain_before --end pain_after"),
        ("pain_p1,pain_p2", "pain_p1 and pain_p2 are periods, and a period is no condition; the table needs a column that says in which order each participant had them"),
        ("pain_a,pain_b", "the table has no column of conditions; if pain_a and pain_b are the pain reduction under two conditions, read it as it is with --wide NAME1=pain_a NAME2=pain_b, NAME1 and NAME2 being your names of the conditions"),
    ],
)  # fmt: skip
def test_times_and_periods_are_no_conditions(refuse, names, advice):
    rows = "".join(f"p{esr},{esr},{esr / 2},{esr / 3}\n" for esr in (9, 18, 27, 33))
    assert refuse(f"participant,esr_mm_h,{names}\n{rows}") == advice + HINT


def test_names_that_cannot_be_printed_are_escaped(refuse):
    assert refuse("a\x07b,c\n1,2\n").splitlines()[1] == (
        "  column 'participant' is missing; columns: a\\x07b, c"
    )


def test_a_quoted_name_may_hold_a_line_break(save, refuse):
    text = SMALL.replace("pain_reduction_percent", 'pain_reduction_percent,"a\r\nnote"')
    assert list(read_table(save(text)))[-1] == "a\r\nnote"
    assert refuse(text.replace("10.5", "abc")).startswith("line 4, pain_reduction_percent: 'abc'")
    broken = refuse(SMALL.replace("condition", '"condition', 1))
    assert broken == (
        'line 1: a quotation mark (") among the names of the columns is misplaced; remove or double it'
    )


def test_no_row_is_left(refuse):
    text = "participant,improvement\na,\n,no change\n"
    hint = HINT.replace("esr_pain_change", "improvement")
    noticed = "\nNoticed: 2 row(s) with a blank in a required column were left out"
    assert refuse(text, table="improvement", missing="drop") == (
        "no rows are left; fill in the required columns" + noticed + hint
    )


# --- the other tables --------------------------------------------------------------------


@pytest.mark.parametrize("name", list_datasets()["name"])
def test_every_shipped_table_reads_as_valid(name):
    path = _data_folder() / get_resource(name)["path"]
    frame = read_table(path, table=name)
    assert frame.attrs.pop("notes") == []
    pd.testing.assert_frame_equal(frame, load_dataset(name), check_exact=True)


PEOPLE = (REFERENCE / "reader_participants.csv").read_text(encoding="utf-8")


def test_booleans_and_whole_numbers(refuse):
    hint = HINT.replace("esr_pain_change", "participants")
    text = PEOPLE.replace("True", "maybe", 1).replace(",50,19,", ",50.5,19,", 1)
    assert refuse(text, table="participants") == (
        "2 problems\n  line 2, age_years: '50.5' is not a whole number\n"
        "  line 2, completed: 'maybe' is neither True nor False" + hint
    )
    assert refuse(PEOPLE + PEOPLE.splitlines()[1], table="participants") == (
        "line 43, participant: 'P01' duplicates line 2; keep only one" + hint
    )


def test_booleans_in_the_usual_spellings(save):
    expected = pd.read_csv(REFERENCE / "reader_participants.csv")
    expected = mark_illustrative(apply_types(expected, "participants"))
    for yes, no in (("true", "FALSE"), ("1", "0"), ("Yes", "no")):
        text = PEOPLE.replace("True", yes).replace("False", no)
        frame = read_table(save(text), table="participants")
        same_numbers(frame, expected)


def test_key_of_numbers(refuse):
    days = (_data_folder() / "illustrative/daily_pain.csv").read_text().splitlines()
    text = refuse("\n".join([*days[:50], days[3]]), table="daily_pain")
    assert text.startswith("line 51, participant and day: 'P01, 3' duplicates line 4;")


# --- tables in memory --------------------------------------------------------------------


def test_check_table_of_good_tables():
    for name in list_datasets()["name"]:
        found = check_table(load_dataset(name), table=name)
        assert list(found) == ["line", "column", "value", "problem"]
        assert found.empty


def test_check_table_lists_what_is_wrong():
    data = EXPECTED.copy()
    data.loc[3, "esr_mm_h"] = -5
    data.loc[7, "pain_reduction_percent"] = np.nan
    assert check_table(data).to_dict("list") == {
        "line": [5, 9],
        "column": ["esr_mm_h", "pain_reduction_percent"],
        "value": ["-5", ""],
        "problem": ["is below 0, the lowest possible value", BLANK],
    }


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda data: data.iloc[:0], "there are no rows below the column names; add"),
        (lambda _: pd.DataFrame(), "column 'participant' is missing; columns: "),
        (
            lambda data: data.set_axis(range(8), axis=1),
            "column 'participant' is missing; columns: ",
        ),
        (
            lambda data: pd.concat([data, data[["esr_mm_h"]]], axis=1),
            "column 'esr_mm_h' appears twice",
        ),
        (lambda data: data.assign(esr_mm_h=1j), NOT_A_NUMBER),
        (lambda data: data.assign(esr_mm_h=True), NOT_A_NUMBER),
        (lambda data: data.assign(esr_mm_h=pd.Timestamp("2020-01-01")), NOT_A_NUMBER),
        (lambda data: data.assign(esr_mm_h=[[]] * len(data)), NOT_A_NUMBER),
        (lambda data: data.assign(esr_mm_h=pd.array([pd.NA] * len(data), "Int64")), BLANK),
        (lambda data: data.assign(condition=None), BLANK),
    ],
)
def test_check_table_of_odd_frames(damage, problem):
    assert check_table(damage(EXPECTED.copy()))["problem"][0].startswith(problem)


def test_check_table_leaves_the_frame_alone():
    data = EXPECTED.astype(object).set_index(pd.Index(range(100, 176)))
    before = data.copy()
    assert check_table(data).empty
    pd.testing.assert_frame_equal(data, before)


# --- large files -------------------------------------------------------------------------


def large(rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "participant": np.repeat([f"p{i}" for i in range(rows // 2)], 2),
            "condition": ["ldn", "placebo"] * (rows // 2),
            "esr_mm_h": np.repeat(rng.integers(1, 60, rows // 2), 2),
            "pain_reduction_percent": rng.normal(20, 25, rows).clip(-300, 100).round(2),
        }
    )


def read_or_refuse(path, **options):
    """The table and no error, or no table and a DataError; any other error passes through."""
    try:
        return read_table(path, **options), None
    except DataError as error:
        return None, error


def test_large_file_is_read_whole(tmp_path):
    path = tmp_path / "large.csv"
    frame = large(200_000)
    frame.to_csv(path, index=False)
    read, error = read_or_refuse(path)
    assert error is None
    np.testing.assert_array_equal(read["esr_mm_h"], frame["esr_mm_h"])


@pytest.mark.parametrize(
    ("column", "value", "first"),
    [
        ("esr_mm_h", "x", f"  line 2, esr_mm_h: 'x' {NOT_A_NUMBER}"),
        ("participant", "a", "  line 4, participant and condition: 'a, ldn' duplicates line"),
        ("condition", None, "  line 2, condition: 'c0' is not a known value; known: ldn, placebo"),
    ],
)
def test_large_file_full_of_errors(tmp_path, column, value, first):
    path, rows = tmp_path / "large.csv", 20_000
    values = [f"c{i}" for i in range(rows)] if value is None else value
    large(rows).assign(**{column: values}).to_csv(path, index=False)
    _, error = read_or_refuse(path)
    lines = str(error).splitlines()
    assert lines[1].startswith(first)
    *told, _ = lines[1:]
    more = [re.search(r"\(and (\d+) more such problems in this column\)$", line) for line in told]
    assert len(told) + sum(int(match[1]) for match in more if match) == len(error.problems)
    assert len(told) <= 9  # duplicates are of four kinds: which of two other columns differ
    assert len(error.problems) >= rows - 2


def test_own_labels_may_stand_in_any_column(tmp_path):
    """A trial of one's own words after the last column, conditions of one's own before it."""
    path = tmp_path / "mine.csv"
    lines = ["esr_mm_h,participant,pain_reduction_percent,condition,trial"]
    lines += [
        f"{10 + i},p{i},{3 * i % 7},{arm},{site}"
        for i, site in enumerate(["north", "south"] * 3)
        for arm in ("a", "b")
    ]
    path.write_text("\n".join(lines))
    frame = read_table(path, conditions=["b", "a"])
    assert list(frame) == lines[0].split(",")
    assert list(frame["condition"].cat.categories) == ["b", "a"]
    assert list(frame["trial"].cat.categories) == ["north", "south"]


@pytest.mark.parametrize("title", ["My trial,,", "My trial"])
def test_a_title_above_names_of_ones_own(tmp_path, title):
    path = tmp_path / "mine.csv"
    path.write_text(f"{title}\nid,arm,weight\n1,a,3\n2,b,4\n", encoding="utf-8")
    _, error = read_or_refuse(path)
    text = (
        "line 1 has one cell only, and line 2 looks like the names of the columns (id, arm, weight)"
    )
    assert error.problems == [f"{text}; if so, delete the lines above it"]
