"""Damaged files: each is a valid table or one clear refusal, and never anything else.

A few hundred, the same each time; `LDN_FUZZ_EXAMPLES=20000 pytest tests/data/test_reading_fuzz.py`
tries as many, other ones each time.
"""

import contextlib
import csv
import io
import os
import re
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ldn_analysis import DataError, load_dataset, read_table
from ldn_analysis.cli import main
from ldn_analysis.core.codebook import _data_folder, get_resource
from ldn_analysis.data.checking import check_table, describe_own_table

MANY = int(os.environ.get("LDN_FUZZ_EXAMPLES", 0))
TABLES = ("esr_pain_change", "esr_pain_change", "improvement", "daily_pain", "participants")
BLANKS = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", ".", "None", "none", "NULL", "null", "<NA>")
# Fifteen rows of each keep every kind of cell; the codebook's columns only.
ROWS = {
    name: [
        line.split(",")
        for line in (_data_folder() / get_resource(name)["path"]).read_text().splitlines()[:16]
    ]
    for name in set(TABLES)
}
OWN = {"ldn": "active", "placebo": "sham", "crossover": "_Zürich 北京😀"}
numbers = count()  # of files


def few(examples):
    """That many examples, the same each time; or as many as the environment asks for."""
    return settings(
        max_examples=MANY or examples,
        derandomize=not MANY,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


# --- valid files in many spellings -------------------------------------------------------


class Spelling(NamedTuple):
    delimiter: str = ","
    decimal_comma: bool = False
    quoted: bool = False
    encoding: str = "utf-8"
    line_end: str = "\n"
    last_end: bool = True
    extra: bool = False  # a column that is not the codebook's
    order: int = 0  # of the columns: the seed of a shuffle; 0 is the codebook's


def write(rows, spelling):
    """The rows as text."""
    rows = [list(row) for row in rows]
    if spelling.decimal_comma and spelling.delimiter != ",":
        rows[1:] = [
            [re.sub(r"^(-?\d+)\.(\d+)$", r"\1,\2", cell) for cell in row] for row in rows[1:]
        ]
    if spelling.extra:
        rows = [[*row, "note" if i == 0 else f"né {i}"] for i, row in enumerate(rows)]
    if spelling.order and rows:
        places = np.random.default_rng(spelling.order).permutation(max(map(len, rows)))
        rows = [[row[i] for i in places if i < len(row)] for row in rows]
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if spelling.quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(
        text, delimiter=spelling.delimiter, quoting=quoting, lineterminator=spelling.line_end
    )
    writer.writerows(rows)
    text = text.getvalue()
    return text if spelling.last_end else text.removesuffix(spelling.line_end)


spellings = st.builds(
    Spelling,
    delimiter=st.sampled_from(",;\t|"),
    decimal_comma=st.booleans(),
    quoted=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    last_end=st.booleans(),
    extra=st.booleans(),
    order=st.integers(0, 20),
)


@cache
def read_plain(table):
    """The same rows in the codebook's own spelling, as they are read."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "plain.csv")
        path.write_text(write(ROWS[table], Spelling()), encoding="utf-8")
        read = read_table(path, table=table)
    read.attrs = {}
    return read


@few(25)
@given(table=st.sampled_from(TABLES), spelling=spellings)
def test_every_spelling_of_a_table_gives_the_same_table(folder, table, spelling):
    path = folder / "spelled.csv"
    path.write_bytes(write(ROWS[table], spelling).encode(spelling.encoding))
    read = read_table(path, table=table)
    if spelling.extra:
        assert read.pop("note").tolist() == [f"né {i}" for i in range(1, 16)]
    read.attrs = {}
    expected = read_plain(table)
    assert (list(read) == list(expected)) or spelling.order
    pd.testing.assert_frame_equal(read[list(expected)], expected, check_exact=True)
    whole = load_dataset(table)[:15]
    for name in whole:
        assert (
            read[name].astype(object).fillna(-1).tolist()
            == whole[name].astype(object).fillna(-1).tolist()
        )


# --- damage ------------------------------------------------------------------------------

CELLS = [
    *BLANKS, " ", "\t", "-", ".", "abc", "ldn", "placebo", "LDN", "no change", "True", "maybe",
    "31.8%", "31.8 %", "1,234.5", "1.234,5", "1,234", "1 234", "12 mm/h", "12mm", "3,5", "-4,5",
    "inf", "-Infinity", "1e999", "1e300", "-1e300", "1e-300", "1e5", "9" * 25, "9" * 400, "NAN",
    "-nan", "2024-05-06", "06.05.2024", "12:30", "1/2", "0x1F", "1_0", "+5", "5.", ".5", "-0",
    "١٢", "５", "²", "½", "−5", "1\u00a0", "\x07", "\x1b[31m", "\u2028", "\x85", "\u200b12",
    "😀", "<b>12</b>", "<script>alert(1)</script>", "=1+1", "=HYPERLINK('x')", "@SUM(A1)",
    "line\nbreak", "cr\rbreak", 'say "x"', "'12'", "x" * 300, "HUGE", "C01", "P01", "1",
    "100", "100.5", "-5", "50.5",
]  # fmt: skip
PIECES = [
    *",;\t|\"'\n\r .-0", "\r\n", "\r\r\n", "NA", "inf", "1e999", "\0", "\ufeff", "\x85", "\x1a",
    "ldn", '""', '"""', "é", '"\n', '\n"', ",,", ";;", "\n\n\n", "#", "# made by us\n", "\\", "😀",
    " " * 50, '"' * 50, ";" * 50,
]  # fmt: skip
place = st.integers(0, 10_000)  # taken modulo what there is
cells = st.one_of(
    st.sampled_from(CELLS),
    st.text(max_size=6),
    st.floats().map(str),
    st.integers().map(str),
)
row_damage = st.one_of(
    st.tuples(st.just("cell"), place, place, cells),
    st.tuples(st.just("cell"), place, place, cells),
    st.tuples(st.just("column"), place, place, cells),
    st.tuples(
        st.sampled_from(
            [
                "drop row", "repeat row", "drop column", "repeat column", "swap columns",
                "swap names", "drop names", "blank row", "short row", "long row", "comment",
            ]
        ),
        place, place, st.just(""),
    ),
)  # fmt: skip
text_damage = st.one_of(
    st.tuples(st.just("replace"), place, st.integers(0, 12), st.sampled_from(PIECES)),
    st.tuples(st.just("replace"), place, st.integers(0, 12), st.text(max_size=4)),
    st.tuples(st.just("delimiter"), place, st.just(0), st.sampled_from(",;\t|:")),
)
byte_damage = st.tuples(
    st.sampled_from(["flip", "insert", "delete", "cut"]), place, st.integers(0, 255)
)


def damage_rows(rows, kind, i, j, cell):
    """One change of the table, in place."""
    if not rows or not rows[i % len(rows)]:
        return
    cell = "y" * 200_000 if cell == "HUGE" else cell  # not drawn: it would be in every report
    row, width = rows[i % len(rows)], len(rows[0]) or 1
    other = rows[j % len(rows)]
    if kind == "cell":
        row[j % len(row)] = cell
    elif kind == "column":
        for each in rows[1:]:
            if each:
                each[j % len(each)] = cell
    elif kind == "drop row":
        del rows[i % len(rows)]
    elif kind == "repeat row":
        rows.insert(j % len(rows), list(row))
    elif kind == "drop column":
        for each in rows:
            del each[j % width : j % width + 1]
    elif kind == "repeat column":
        for each in rows:
            each.append(each[j % width] if j % width < len(each) else "")
    elif kind == "swap columns":
        for each in rows:
            if max(i % width, j % width) < len(each):
                each[i % width], each[j % width] = each[j % width], each[i % width]
    elif kind == "swap names":
        rows[0], rows[j % len(rows)] = other, rows[0]
    elif kind == "drop names":
        del rows[0]
    elif kind == "blank row":
        rows.insert(i % len(rows), [""] * (j % 9))
    elif kind == "short row":
        del row[j % len(row) :]
    elif kind == "long row":
        row += ["1"] * (1 + j % 3)
    elif kind == "comment":
        rows.insert(0, ["# exported by us, on Monday"][: 1 + j % 2])


def damage_text(text, kind, i, length, piece):
    """One change of the characters."""
    i %= len(text) + 1
    if kind == "delimiter":
        return text[:i] + text[i:].replace(",", piece).replace(";", piece)
    return text[:i] + piece + text[i + length :]


def damage_bytes(content, kind, i, byte):
    """One change of the bytes."""
    i %= len(content) + 1
    if kind == "cut":
        return content[:i]
    rest = {"flip": content[i + 1 :], "insert": content[i:], "delete": content[i + 1 :]}[kind]
    return content[:i] + (b"" if kind == "delete" else bytes([byte])) + rest


@st.composite
def damaged(draw, tables=TABLES):
    """(name of the table, bytes of a file that was one)."""
    table, spelling = draw(st.sampled_from(tables)), draw(spellings)
    own = dict(draw(st.sampled_from([(), (), OWN])))
    rows = [[own.get(cell, cell) for cell in row] for row in ROWS[table]]
    for change in draw(st.lists(row_damage, max_size=4)):
        damage_rows(rows, *change)
    text = write(rows or [[]], spelling)
    for change in draw(st.lists(text_damage, max_size=2)):
        text = damage_text(text, *change)
    content = text.encode(spelling.encoding, errors="replace" if draw(st.booleans()) else "ignore")
    for change in draw(st.lists(byte_damage, max_size=2)):
        content = damage_bytes(content, *change)
    return table, content


# --- what must hold ----------------------------------------------------------------------

options = st.sampled_from(
    [
        {},
        {"missing": "drop"},
        {"conditions": ["ldn", "placebo"]},
        {"conditions": ["sham", "active"]},
    ]
)


def read_or_refuse(path, **choices):
    """The table and no error, or no table and a DataError; any other error passes through."""
    try:
        return read_table(path, **choices), None
    except DataError as error:
        return None, error


def assert_clear(message, path):
    """One message: the file's name, then at most 20 findings, each one printable line."""
    assert message.startswith(f"{path}: ")
    first, *lines = message.removeprefix(f"{path}: ").split("\n")
    lines = [line for line in lines if not line.startswith("Noticed: ")]
    assert len(lines) <= 22
    for line in [first, *lines]:
        assert line.isprintable(), line
        assert 0 < len(line) < 1000
    findings = [line[2:] for line in lines if line.startswith("  ")] or [first]
    for finding in findings:
        if re.match(r"line \d+, ", finding):
            # Of a cell: line, column, value (or "is blank") and what to do or what is possible.
            assert re.match(r"line \d+, [\w ]+: ('.*' |\".*\" |is blank)", finding), finding


def assert_valid(frame, table, choices):
    """The codebook's types and limits, by another way than the reader's."""
    chosen = choices.get("conditions") if table == "esr_pain_change" else None
    assert check_table(frame, table=table, conditions=chosen).empty
    expected = load_dataset(table)
    schema = describe_own_table(table)["schema"]
    for field in schema["fields"]:
        name, limits = field["name"], field.get("constraints", {})
        if name not in frame:
            assert not limits.get("required")
            continue
        column = frame[name]
        if "categories" in field:
            assert isinstance(column.dtype, pd.CategoricalDtype)
            if chosen and name == "condition":
                assert column.cat.categories.tolist() == chosen
            elif "enum" in limits:
                assert set(column.dropna()) <= set(limits["enum"])
        else:
            assert column.dtype == expected[name].dtype
        if limits.get("required"):
            assert column.notna().all()
        if field["type"] in ("number", "integer"):
            values = column.dropna().to_numpy()
            assert np.isfinite(values).all()
            assert (values >= limits.get("minimum", -np.inf)).all()
            assert (values <= limits.get("maximum", np.inf)).all()
            if field["type"] == "integer":
                assert (values % 1 == 0).all()
    assert not frame.duplicated(schema["primaryKey"]).any()
    assert frame.index.equals(pd.RangeIndex(len(frame)))


def read_by_hand(content, required):
    """Rows of cells as Python's own csv module reads them, blank rows left out.

    Above the names there may be comments; the delimiter is the one that gives the known names.
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-16")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252")
    rows = re.split("(?<=\n)|(?<=\r)(?!\n)", text)
    while not set(required) <= {name.strip() for name in re.split('[,;\t|"]', rows[0])}:
        assert rows[0].lstrip().startswith(("#", '"#')) or not rows[0].strip(
            '",;|\t\ufeff \n\r\v\f\x85\xa0'
        )
        del rows[0]
    names = [next(csv.reader([rows[0]], delimiter=mark)) for mark in ",;\t|"]
    known = [len(set(required) & {name.strip() for name in found}) for found in names]
    delimiter = ",;\t|"[known.index(max(known))]
    reader = csv.reader(rows, delimiter=delimiter, skipinitialspace=True)
    names = [name.strip() for name in next(reader)]
    table = []
    for row in reader:
        row = [cell.strip() for cell in row]
        if any(cell not in BLANKS for cell in row):
            table.append(row + [""] * (len(names) - len(row)))
    return names, table


def assert_nothing_lost(frame, content, table, choices):
    """Each row of the file is a row of the table, its cells as they are written."""
    fields = {field["name"]: field for field in describe_own_table(table)["schema"]["fields"]}
    required = [
        name for name, field in fields.items() if field.get("constraints", {}).get("required")
    ]
    names, rows = read_by_hand(content, required)
    rows = [dict(zip(names, row, strict=False)) for row in rows]
    if choices.get("missing") == "drop":
        rows = [
            row for row in rows if not any(is_blank(row[name], fields[name]) for name in required)
        ]
    if "conditions" in choices:
        rows = [row for row in rows if row["condition"] in choices["conditions"]]
    assert len(rows) == len(frame)
    for name in set(names) & set(fields):
        for row, value in zip(rows, frame[name].tolist(), strict=True):
            cell, field = row[name], fields[name]
            if is_blank(cell, field):
                assert value != value
            elif field["type"] in ("number", "integer"):
                assert value == float(cell.replace(",", ".").replace("\u2212", "-"))
            elif field["type"] == "boolean":
                assert value == (cell.lower() in ("true", "1", "yes"))
            else:
                assert value == cell


def is_blank(cell, field):
    """Labels may be called None or null."""
    return cell in (BLANKS[:8] if field["type"] == "string" else BLANKS)


def judge(path, table, content, choices):
    """All of the above; whether the file was a valid table."""
    choices = {k: v for k, v in choices.items() if k != "conditions" or table == "esr_pain_change"}
    frame, error = read_or_refuse(path, table=table, **choices)
    if error is not None:
        assert error.problems
        assert_clear(str(error), path)
        return False
    assert_valid(frame, table, choices)
    assert_nothing_lost(frame, content, table, choices)
    return True


def run(*arguments):
    """Exit code, output and errors of a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return code, out.getvalue(), err.getvalue()


@few(80)
@given(case=damaged(), choices=options)
def test_damaged_files_are_valid_tables_or_refused(folder, case, choices):
    table, content = case
    path = folder / "damaged.csv"
    path.write_bytes(content)
    judge(path, table, content, choices)


@few(30)
@given(content=st.binary(max_size=400), start=st.sampled_from([b"", b"\xff\xfe", b"participant,"]))
def test_bytes_are_refused(folder, content, start):
    path = folder / "bytes.csv"
    path.write_bytes(start + content)
    assert not judge(path, "esr_pain_change", start + content, {})


@few(20)
@given(case=damaged())
def test_the_check_command_says_the_same(folder, case):
    table, content = case
    path = folder / "checked.csv"
    path.write_bytes(content)
    code, out, err = run("check", path, "--table", table)
    frame, error = read_or_refuse(path, table=table)
    if error is None:
        assert code == 0
        assert out.startswith(f"{path}: {len(frame)} rows, ")
    else:
        assert (code, out) == (2, "")
        assert err == f"ldn-analysis: {error}\n"


@few(10)
@given(case=damaged(tables=("esr_pain_change",)), is_old=st.booleans())
def test_the_figures_are_drawn_or_left_as_they_were(folder, case, is_old):
    place = folder / f"figures{next(numbers)}"
    place.mkdir()
    (place / "mine.csv").write_bytes(case[1])
    out = place / "out"
    old = {"figure_2.svg": b"old", "captions.md": b"old too", "other.txt": b"kept"}
    if is_old:
        out.mkdir()
        for name, content in old.items():
            (out / name).write_bytes(content)
    command = ["figures", "--data", place / "mine.csv", "--out", out, "--format", "svg"]
    conditions = ["active", "sham"] if b"active" in case[1] else ["ldn", "placebo"]
    force = ["--force"] if is_old else []
    code, words, err = run(*command, *force, "--conditions", *conditions)
    there = {path.name: path.read_bytes() for path in out.iterdir()} if out.exists() else None
    assert {path.name for path in place.iterdir()} <= {"mine.csv", "out"}
    if code == 0:
        assert there.keys() == {"figure_2.svg", "captions.md"} | (old.keys() if is_old else set())
        assert there["figure_2.svg"].rstrip().endswith(b"</svg>")
        assert f"{conditions[0]}: Pain reduction " in words
        assert "nan" not in words
    else:
        assert (code, words) == (2, "")
        assert_clear(err.rstrip("\n").removeprefix("ldn-analysis: "), place / "mine.csv")
        assert there == (old if is_old else None)


# --- small files that could take long ----------------------------------------------------

HEAD = ",".join(ROWS["esr_pain_change"][0]) + "\n"
BAD = {
    "quotes": '"' * 10**6,
    "quotes below the names": HEAD + '"' * 10**6,
    "delimiters": "," * 10**6,
    "delimiters below the names": HEAD + "," * 10**6,
    "one line": "x" * 5 * 10**6,
    "one line below the names": HEAD + "x" * 5 * 10**6,
    "many columns": ",".join(f"c{i}" for i in range(100_000)) + "\n" + "1," * 99_999 + "1\n",
    "as many columns as may be": HEAD.strip()
    + "".join(f",c{i}" for i in range(9_993))
    + "\n1\n2\n",
    "columns of one name": ",".join(["esr"] * 100_000),
    "line ends": "\n" * 10**6,
    "blank rows": HEAD + ",,,,,,\n" * 20_000,
    "open quotes": HEAD + '"\n' * 20_000,
    "words": HEAD + "a,b,c,d,e,f,g\n" * 20_000,
    "one participant": HEAD + "a,pilot,ldn,1,,,2\n" * 20_000,
    "commas": HEAD.replace(",", ";") + "1,2;" * 10**5,
    "NULs": "\0" * 10**6,
    "digits": HEAD + f"a,pilot,ldn,{'9' * 10**6},1,1,1\n",
}


@pytest.mark.parametrize("name", BAD)
def test_odd_files_are_refused(folder, name):
    path = folder / "bad.csv"
    path.write_text(BAD[name], encoding="utf-8")
    frame, error = read_or_refuse(path)
    assert frame is None
    assert_clear(str(error), path)
