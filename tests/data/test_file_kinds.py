"""Files that are no table of text, pipes, and workbooks."""

import contextlib
import io
import os
import threading
import zipfile
from datetime import datetime

import pytest

from ldn_analysis import DataError, read_table
from ldn_analysis.data import text as text_file

HEAD = ["participant", "condition", "esr_mm_h", "pain_reduction_percent"]
ROWS = [
    [f"S{i:02d}", condition, 9 + i, value]
    for i in range(1, 7)
    for condition, value in (("ldn", 10.5 + i * i % 7), ("placebo", 2 + i * i % 5))
]
TEXT = "\n".join(",".join(map(str, row)) for row in [HEAD, *ROWS]) + "\n"
posix = pytest.mark.skipif(os.name != "posix", reason="asks for pipes of POSIX")


def refuse(path, **options):
    with pytest.raises(DataError) as caught:
        read_table(path, **options)
    (problem,) = caught.value.problems
    return problem


def zipped(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, words in files.items():
            archive.writestr(name, words)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x1f\x8b\x08\0", "is compressed (gzip); unpack it first"),
        (b"$FL2@(#)", "is an SPSS file; in SPSS: File > Save As > CSV"),
        (b"<stata_dta><header>", "is a Stata file; in Stata: export delimited using table.csv"),
        (b"\x72\x02\x01\x00", "is a Stata file; in Stata: export delimited using table.csv"),
        (b"\xd0\xcf\x11\xe0aaaa", "is an old workbook (.xls) or one with a password; save it as .xlsx"),
        (b"PAR1", "is a Parquet file; in Python: pandas.read_parquet"),
        (b"%PDF-1.7", "is a PDF; a table in it must be typed or exported"),
        (b"PK\x03\x04aaaa", "is a damaged workbook or archive; save the sheet as CSV UTF-8"),
        (zipped(**{"a.csv": "x"}), "is a zip archive (a.csv); unpack it first"),
        (zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
         "is an OpenDocument sheet; save it as .xlsx, or the sheet as CSV UTF-8"),
        (b'\n {"participant": ["a"]}', "is JSON; in Python: pandas.read_json"),
        (b"<!DOCTYPE html><html>", "is a web page (HTML), whatever its name says"),
        (b"<?xml version='1.0'?><a/>", "is XML; open it in a spreadsheet"),
        (TEXT.encode() + b"x" * 10_000_001, "line 14 is longer than 10,000,000 characters"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_named(tmp_path, content, words):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    assert refuse(path).startswith(words)


# --- pipes -------------------------------------------------------------------------------


@posix
def test_a_pipe_is_read_once(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=(TEXT,))
    writer.start()
    frame = read_table(path)
    writer.join()
    assert len(frame) == 12


@posix
def test_a_pipe_without_end_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(text_file, "MAX_WAIT", 0.05)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert refuse(path) == "gave nothing for 0.05 seconds; save the table to a file and name it"
    assert refuse("/dev/zero").startswith("is not text (there is a NUL in line 1)")
    assert refuse("/dev/null") == "is empty; the first line must name the columns"


# --- workbooks ---------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path):
    """A function that saves a workbook after a change, and gives its path."""
    openpyxl = pytest.importorskip("openpyxl")

    def save(change=None, rows=ROWS):
        made = openpyxl.Workbook()
        made.active.title = "Trial"
        for row in [HEAD, *rows]:
            made.active.append(row)
        made.create_sheet("Notes")["A1"] = "by us"
        if change is not None:
            change(made.active)
        made.save(tmp_path / "table.xlsx")
        return tmp_path / "table.xlsx"

    return save


SHEET = "sheet 'Trial' of 2 was read; a line is a row of the sheet"


def test_the_first_sheet_is_read(book, tmp_path):
    (tmp_path / "table.csv").write_text(TEXT)
    expected = read_table(tmp_path / "table.csv")
    for sheet in (None, "Trial", "1"):
        frame = read_table(book(), sheet=sheet)
        assert frame.attrs.pop("notes") == [SHEET]
        expected.attrs = {}
        assert frame.equals(expected)
    assert refuse(book(), sheet="notes") == "there is no sheet 'notes'; sheets: Trial, Notes"
    assert "leave out --sheet" in refuse(tmp_path / "table.csv", sheet="1")


def test_merged_cells_dates_percent_and_errors(book):
    def change(sheet):
        for row in range(2, 14, 2):
            for column in (1, 3):
                sheet.cell(row + 1, column).value = None
                sheet.merge_cells(
                    start_row=row, end_row=row + 1, start_column=column, end_column=column
                )
        for row in range(2, 14):
            sheet.cell(row, 4).value /= 100
            sheet.cell(row, 4).number_format = "0.0%"
            sheet.cell(row, 5).value = datetime(2024, 1, row)
        sheet.cell(1, 5).value = "visit"

    frame = read_table(book(change))
    assert frame.attrs["notes"] == [
        SHEET,
        "12 cell(s) merged with the one above were filled with its value",
        "12 cell(s) formatted as percent were read as percent (44 for 44 %)",
    ]
    assert frame["pain_reduction_percent"].tolist() == [row[3] for row in ROWS]
    assert frame["participant"].tolist() == [row[0] for row in ROWS]
    assert frame["visit"][0] == "2024-01-02"


def test_a_formula_without_a_value_is_no_blank(book):
    def change(sheet):
        sheet["D3"] = "=1+1"

    assert refuse(book(change)) == (
        "sheet 'Trial': the formula in D3 has no value; open the workbook in a spreadsheet and save it, "
        "or write values"
    )


def test_a_cell_of_a_workbook_is_named_by_its_row(book):
    rows = [list(row) for row in ROWS]
    rows[2][3], rows[3][3] = datetime(2024, 5, 6), "#DIV/0!"
    with pytest.raises(DataError) as caught:
        read_table(book(rows=rows))
    assert caught.value.problems == [
        "line 4, pain_reduction_percent: '2024-05-06' is not a number; write digits only, e.g. 12.5; did "
        "a spreadsheet make a date of it?",
        "line 5, pain_reduction_percent: is blank; fill it in, delete the row, or leave such rows out "
        "with --missing drop",
    ]


def test_without_openpyxl_one_sentence_says_what_to_do(book, monkeypatch):
    path = book()
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    assert refuse(path).startswith("is a workbook, which needs openpyxl: pip install openpyxl; or ")


def test_a_damaged_workbook_is_one_sentence(book):
    path = book()
    whole = path.read_bytes()
    for cut in range(100, len(whole), len(whole) // 12):
        path.write_bytes(whole[:cut] + b"x" * 40 + whole[cut + 40 :])
        with contextlib.suppress(DataError):  # anything else is a traceback
            read_table(path)
