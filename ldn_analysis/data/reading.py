"""Read a user's CSV against the codebook: either a valid table or one clear error."""

import csv
import re
import warnings
from collections import Counter, deque
from collections.abc import Sequence
from difflib import get_close_matches
from functools import partial
from itertools import islice, takewhile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..core.columns import Columns, build_columns
from ..core.status import copy_status, read_status
from ..core.validation import require_missing
from .checking import (
    DataError,
    check_cells,
    describe_own_table,
    require_conditions,
    say_twice,
    set_status_types,
)

__all__ = ["read_table"]

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
EMPTY_CELLS = '"\ufeff\0' + "".join(DELIMITERS) + "".join(map(chr, (*range(9, 14), 32, 133, 160)))
BLANKS = ["", "NA", "N/A", "n/a", "#N/A", "NaN", "nan"]
NULLS = [*BLANKS, "None", "none", "NULL", "null", "<NA>"]  # of numbers; "None" may be a condition
LINE_END = re.compile("\r\n|\r|\n")
MAX_COLUMNS = 10_000
QUOTE_IT = "quote cells that contain the delimiter, or"


class _Header(NamedTuple):
    """The names of the columns, their delimiter, and the lines on which they begin and end."""

    columns: list[str]
    delimiter: str
    line: int
    end: int


def read_table(
    path: str | Path,
    *,
    table: str = "esr_pain_change",
    conditions: Sequence[str] | None = None,
    missing: str = "raise",
    columns: Columns | None = None,
    **names,
) -> pd.DataFrame:
    """Read a CSV, in the shape of one of the project's tables or of your own, and check all of it.

    Recognised without being told: comma, semicolon, tab or bar between the cells; decimal
    commas where the comma does not separate the cells; UTF-8 with or without a byte-order
    mark, UTF-16, Latin-1. Columns beyond the codebook's are kept.

    Parameters
    ----------
    path : str or Path
        The file.
    table : str
        Which of `list_datasets` it has the shape of.
    conditions : sequence of str, optional
        The values of `condition` to use, in the order of the panes; rows with other values are
        left out and counted. Default: those of the codebook, and no others may occur.
    missing : {"raise", "drop"}
        What to do with rows that lack a required number.
    columns : Columns, optional
        Which columns of a table of your own hold what; the table keeps its own names.
    **names
        The same one by one, or what replaces parts of `columns`, e.g. participant="id",
        condition="arm", outcome="weight".

    Returns
    -------
    DataFrame
        With the codebook's types. `attrs["notes"]` lists what was noticed and done.

    Raises
    ------
    DataError
        Listing every problem with its line, column and value.
    ValueError
        If there is no such table, or `missing` or `conditions` cannot be understood.

    See Also
    --------
    check_table : the same checks of a table in memory
    write_template : an empty table to fill in
    build_report : one page about the table

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "mine.csv"
    >>> _ = path.write_text("participant;condition;esr_mm_h;pain_reduction_percent\\n"
    ...     "a;ldn;12;3,5\\nb;ldn;20;10,5\\nc;ldn;31;22\\n"
    ...     "a;placebo;12;1\\nb;placebo;20;2\\nc;placebo;31;9,5\\n")
    >>> frame = read_table(path)
    >>> float(frame["pain_reduction_percent"].iloc[0])
    3.5
    >>> frame.attrs["notes"]
    ['cells are separated by semicolons', 'decimal commas were read as decimal points']
    >>> _ = path.write_text("id,drug,sleep\\n1,a,0.7\\n2,a,-1.6\\n1,b,1.9\\n2,b,0.8\\n")
    >>> frame = read_table(path, participant="id", condition="drug", outcome="sleep")
    >>> frame["drug"].tolist()
    ['a', 'a', 'b', 'b']
    """
    require_missing(missing, "read_table")
    own = build_columns(columns, **names)
    resource = describe_own_table(table) if own is None else own.describe_table()
    if conditions is None and own is not None:
        conditions = own.conditions or None
    require_conditions(conditions, resource, "read_table")
    path = Path(path)
    hint = "" if own else f"The columns are described by: ldn-analysis describe {table}"
    notes: list[str] = []
    frame, problems = check_cells(
        _read_cells(path, resource, notes), resource, conditions, missing, notes
    )
    if problems:
        raise DataError(str(path), problems, hint)
    frame = copy_status(frame, frame)  # a column `status` may say that the rows are illustrative
    if own is None and read_status(frame):
        frame = set_status_types(frame, table)
    frame.attrs["notes"] = notes
    return frame


def _read_cells(path: Path, resource: dict, notes: list[str]) -> pd.DataFrame:
    """The cells of a file, index = line number, numbers parsed where a whole column is numbers."""
    encoding, is_quoted = _find_encoding(path)
    if encoding == "cp1252":
        notes.append("the text is not UTF-8 and was read as Latin-1 (Windows-1252)")
    header = _read_header(path, encoding, resource)
    frame = _read_rows(path, encoding, header, resource)
    frame.index = _number_lines(frame, header.end + 1, is_quoted)
    filled = [bool(name) or frame[i].notna().any() for i, name in enumerate(header.columns)]
    frame = frame.set_axis(header.columns, axis=1)
    if not all(filled):
        frame = frame.loc[:, filled]
    if header.delimiter != ",":
        notes.append(f"cells are separated by {DELIMITERS[header.delimiter]}s")
        _read_decimal_commas(frame, resource, notes)
    blank = frame.isna().all(axis=1)
    if blank.any():
        frame = frame[~blank]
        notes.append(f"{blank.sum()} blank line(s) were skipped")
    return frame


def _find_encoding(path: Path) -> tuple[str, bool]:
    """The encoding that decodes the whole file, and whether a cell may be quoted."""
    try:
        if path.is_dir():
            raise DataError(str(path), ["is a folder; name the CSV file in it"])
        with path.open("rb") as file:
            start = file.read(4)
    except FileNotFoundError:
        names = [item.name for item in path.parent.glob("*")] if path.parent.is_dir() else []
        near = get_close_matches(path.name, names, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "; check the folder and the spelling"
        raise DataError(str(path), [f"there is no such file{hint}"]) from None
    except OSError as error:
        raise DataError(str(path), [f"cannot be read: {error.strerror}"]) from None
    if start in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        problem = "is a workbook or archive, not CSV; save the sheet as CSV UTF-8"
        raise DataError(str(path), [problem])
    encodings, refusal = ["utf-8-sig", "cp1252"], "is neither UTF-8 nor Latin-1 text"
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings, refusal = ["utf-16"], "starts like UTF-16 text and is not"
    for encoding in encodings:
        try:
            return encoding, _look_through(path, encoding)
        except UnicodeDecodeError:
            pass
    raise DataError(str(path), [f"{refusal}; save the table as CSV UTF-8"])


def _look_through(path: Path, encoding: str) -> bool:
    """Whether there is a quotation mark anywhere; a NUL, which would cut its cell, is refused."""
    is_quoted = False
    with path.open(encoding=encoding, newline="") as file:
        for part in iter(partial(file.read, 1 << 20), ""):
            is_quoted = is_quoted or '"' in part
            if "\0" in part:
                with path.open(encoding=encoding, errors="replace") as lines:
                    line = next(i for i, text in enumerate(lines, 1) if "\0" in text)
                problem = (
                    f"is not text (there is a NUL in line {line}); save the table as CSV UTF-8"
                )
                raise DataError(str(path), [problem])
    return is_quoted


def _read_header(path: Path, encoding: str, resource: dict) -> _Header:
    """The names of the columns: the first line with something in it."""
    with path.open(encoding=encoding, newline="") as file:
        # Above the names: blank lines, or a spreadsheet's empty rows.
        above = list(takewhile(lambda line: not line.strip(EMPTY_CELLS), file))
    with path.open(encoding=encoding, newline="") as file:
        lines = list(islice(file, len(above), len(above) + 20))
    if not lines:
        raise DataError(str(path), ["is empty; the first line must name the columns"])
    delimiter = max(DELIMITERS, key=lines[0].count)
    # Pandas would first make that many columns and only then complain.
    wide = next((i for i, line in enumerate(lines) if line.count(delimiter) >= MAX_COLUMNS), None)
    if wide is not None:
        problem = f"line {len(above) + wide + 1} has more than {MAX_COLUMNS:,} cells"
        raise DataError(str(path), [f"{problem}; delete the columns that are not needed"])
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        columns = [name.strip() for name in next(reader)]
    except csv.Error:
        problem = f'line {len(above) + 1}: a quotation mark (") among the names of the columns '
        raise DataError(str(path), [f"{problem}is misplaced; remove or double it"]) from None
    twice = [name for name, count in Counter(columns).items() if name and count > 1]
    if twice:
        raise DataError(str(path), [say_twice(name) for name in twice])
    # An export may write comments above the names of the columns.
    fields = {field["name"] for field in resource["schema"]["fields"]}
    known = [sum(name in line for name in fields) for line in lines]
    likely = max(range(len(known)), key=known.__getitem__)
    if not fields & set(columns) and known[likely] >= 2 and likely > 0:
        line = len(above) + likely + 1
        problem = f"line {line} seems to name the columns; delete the lines above it"
        raise DataError(str(path), [problem])
    return _Header(columns, delimiter, len(above) + 1, len(above) + reader.line_num)


def _read_rows(path: Path, encoding: str, header: _Header, resource: dict) -> pd.DataFrame:
    """The rows below the names, columns numbered; labels as they are written."""
    texts = {f["name"]: f for f in resource["schema"]["fields"] if f["type"] == "string"}
    types = {i: "str" for i, name in enumerate(header.columns) if name in texts}
    positions = range(len(header.columns))
    blanks = {i: BLANKS if i in types else NULLS for i in positions}
    names = f"the {len(positions)} columns of line {header.line}"
    # Read in chunks first: it needs less memory when every column has one type.
    for in_chunks in (True, False):
        with path.open(encoding=encoding, newline="") as file, warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            warnings.simplefilter("error", pd.errors.DtypeWarning)
            deque(islice(file, header.end), maxlen=0)
            try:
                frame = pd.read_csv(
                    file, sep=header.delimiter, header=None, names=positions, dtype=types,
                    index_col=False, skip_blank_lines=False, skipinitialspace=True,
                    low_memory=in_chunks, keep_default_na=False, na_values=blanks,
                )  # fmt: skip
                # Only now: asked for categories, pandas would read the label 01 as 1.
                for i in types:
                    if "categories" in texts[header.columns[i]]:
                        frame[i] = frame[i].astype("category")
                return frame
            except pd.errors.DtypeWarning:
                continue
            except pd.errors.EmptyDataError:
                return pd.DataFrame(columns=positions)
            except pd.errors.ParserWarning:
                problem = (
                    f"its lines have more cells than {names}; {QUOTE_IT} give every column a name"
                )
            except pd.errors.ParserError as error:
                problem = _explain_parser_error(str(error), names, header.end)
            raise DataError(str(path), [problem])
    raise AssertionError("not reached: only chunks can differ in type")


def _number_lines(frame: pd.DataFrame, first: int, is_quoted: bool) -> pd.Index:
    """The line on which each row begins; a quoted cell may hold line breaks."""
    lines = pd.RangeIndex(first, first + len(frame))
    texts = [part for _, part in frame.items() if not pd.api.types.is_numeric_dtype(part)]
    if not is_quoted or not texts:
        return lines
    breaks = sum(
        part.astype("str").str.count(LINE_END.pattern).fillna(0).to_numpy() for part in texts
    )
    return pd.Index(lines + (np.cumsum(breaks) - breaks).astype(int))


def _explain_parser_error(message: str, names: str, above: int) -> str:
    """Pandas' tokenizer error in the reader's words."""
    words = message.replace(",", " ").split()
    if "Expected" in words and "line" in words:
        line, got = (int(words[words.index(word) + 1]) for word in ("line", "saw"))
        return (
            f"line {above + line} has {got} cells, more than {names}; {QUOTE_IT} remove the surplus"
        )
    if "EOF inside string" in message:
        return 'a quotation mark (") is opened and never closed; close or remove it'
    return f"cannot be read as CSV ({message.strip()}); save it again as CSV UTF-8"


def _read_decimal_commas(frame: pd.DataFrame, resource: dict, notes: list[str]) -> None:
    """Cells of the columns of numbers that are numbers once their comma is a point."""
    found = False
    for field in resource["schema"]["fields"]:
        name = field["name"]
        if field["type"] not in ("number", "integer") or name not in frame:
            continue
        if pd.api.types.is_numeric_dtype(frame[name]):
            continue
        text = frame[name].astype("str").str.strip()
        comma = text.str.fullmatch(r"[+-]?\d*,\d+").fillna(False).astype(bool)
        if comma.any():
            frame[name] = text.where(~comma, text.str.replace(",", ".", regex=False))
            found = True
    if found:
        notes.append("decimal commas were read as decimal points")
