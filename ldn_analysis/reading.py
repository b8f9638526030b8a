"""Read a user's CSV against the codebook: either a valid table or one clear error."""

import csv
import io
import re
import warnings
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from .checking import MOST_SHOWN, check_cells, require_conditions, say_twice
from .data import get_resource
from .results import require_missing

__all__ = ["DataError", "read_table"]

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
EMPTY_CELLS = '"\ufeff\0' + "".join(DELIMITERS) + "".join(map(chr, (*range(9, 14), 32, 133, 160)))
BLANKS = ["", "NA", "N/A", "n/a", "#N/A", "NaN", "nan"]
NULLS = [*BLANKS, "None", "none", "NULL", "null", "<NA>"]  # of numbers; "None" may be a condition


class DataError(ValueError):
    """A file or table that cannot be used; `problems` lists every reason, one line each."""

    def __init__(self, name: str, problems: Sequence[str], hint: str = ""):
        self.problems = list(problems)
        if len(self.problems) == 1:
            lines = [f"{name}: {self.problems[0]}"]
        else:
            lines = [f"{name}: {len(self.problems)} problems"]
            lines += [f"  {problem}" for problem in self.problems[:MOST_SHOWN]]
            if (more := len(self.problems) - MOST_SHOWN) > 0:
                lines.append(f"  ... and {more} more")
        super().__init__("\n".join([*lines, hint] if hint else lines))


def read_table(
    path: str | Path,
    *,
    table: str = "esr_pain_change",
    conditions: Sequence[str] | None = None,
    missing: str = "raise",
) -> pd.DataFrame:
    """Read a CSV in the shape of one of the project's tables and check all of it.

    Understood without being told: comma, semicolon, tab or bar between the cells; decimal
    commas where the comma does not divide the cells; UTF-8 with or without a byte-order
    mark, UTF-16, Latin-1. Columns beyond the codebook's are kept.

    Parameters
    ----------
    path : str or Path
        The file.
    table : str
        Which of `list_datasets` it has the shape of.
    conditions : sequence of str, optional
        The values of `condition` to use, in the order of the panes; rows with others are
        left out and counted. Default: those of the codebook, and no others may occur.
    missing : {"raise", "drop"}
        What to do with rows that lack a required number.

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
    ['cells are divided by semicolons', 'decimal commas were read as decimal points']
    """
    require_missing(missing, "read_table")
    resource = get_resource(table)
    require_conditions(conditions, resource, "read_table")
    path = Path(path)
    hint = f"The columns are described by: ldn-analysis describe {table}"
    notes: list[str] = []
    raw = _read_cells(path, resource, notes)
    frame, problems = check_cells(raw, resource, conditions, missing, notes)
    if problems:
        raise DataError(str(path), [str(problem) for problem in problems], hint)
    frame.attrs["notes"] = notes
    return frame


def _read_cells(path: Path, resource: dict, notes: list[str]) -> pd.DataFrame:
    """The cells of a file, index = line number, numbers parsed where a whole column is numbers."""
    head = _read_head(path)
    encoding = _guess_encoding(head, path)
    try:
        return _parse(path, encoding, head, resource, notes)
    except UnicodeDecodeError:
        if encoding == "utf-16":
            raise DataError(
                str(path), ["starts like UTF-16 text and is not; save it as CSV UTF-8"]
            ) from None
    try:
        frame = _parse(path, "cp1252", head, resource, notes)
    except UnicodeDecodeError:
        raise DataError(
            str(path), ["is neither UTF-8 nor Latin-1 text; save the table as CSV UTF-8"]
        ) from None
    notes.insert(0, "the text is not UTF-8 and was read as Latin-1 (Windows-1252)")
    return frame


def _read_head(path: Path) -> bytes:
    """The first bytes, or what keeps them from being read."""
    try:
        if path.is_dir():
            raise DataError(str(path), ["is a folder; name the CSV file in it"])
        with path.open("rb") as file:
            head = file.read(1 << 16)
    except FileNotFoundError:
        names = [item.name for item in path.parent.glob("*")] if path.parent.is_dir() else []
        near = get_close_matches(path.name, names, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "; check the folder and the spelling"
        raise DataError(str(path), [f"there is no such file{hint}"]) from None
    except OSError as error:
        raise DataError(str(path), [f"cannot be read: {error.strerror}"]) from None
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise DataError(str(path), ["is empty; the first line must name the columns"])
    return head


def _guess_encoding(head: bytes, path: Path) -> str:
    """By byte-order mark; a file that is not text is refused."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"\xd0\xcf\x11\xe0"):
        raise DataError(
            str(path), ["is a workbook or archive, not CSV; save the sheet as CSV UTF-8"]
        )
    if b"\0" in head:
        raise DataError(str(path), ["is not text; save the table as CSV UTF-8"])
    return "utf-8-sig"


def _parse(
    path: Path, encoding: str, head: bytes, resource: dict, notes: list[str]
) -> pd.DataFrame:
    """Cells of the file in this encoding."""
    lines = re.split("\r\n|\r|\n", head.decode(encoding, errors="ignore"))
    # Lines without a letter above the names: blank, or a spreadsheet's empty rows.
    top = next((i for i, line in enumerate(lines) if line.strip(EMPTY_CELLS)), None)
    if top is None:
        raise DataError(str(path), ["is empty; the first line must name the columns"])
    first = lines[top]
    delimiter = max(DELIMITERS, key=first.count)
    columns = [name.strip() for name in next(csv.reader(io.StringIO(first), delimiter=delimiter))]
    twice = [name for name in dict.fromkeys(columns) if name and columns.count(name) > 1]
    if twice:
        raise DataError(str(path), [say_twice(name) for name in twice])
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    # An export may write comments above the names of the columns.
    known = [sum(name in line for name in fields) for line in lines[: top + 20]]
    likely = max(range(len(known)), key=known.__getitem__)
    if not set(columns) & set(fields) and known[likely] >= 2:
        problem = f"line {likely + 1} seems to name the columns; delete the lines above it"
        raise DataError(str(path), [problem])
    as_text = {
        position: str
        for position, name in enumerate(columns)
        if name in fields and (fields[name]["type"] == "string" or "categories" in fields[name])
    }
    blanks = {i: BLANKS if i in as_text else NULLS for i in range(len(columns))}
    header = f"the {len(columns)} columns of line {top + 1}"
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            frame = pd.read_csv(
                path, sep=delimiter, encoding=encoding, header=0, skiprows=top, names=range(len(columns)),
                dtype=as_text, index_col=False, skip_blank_lines=False, skipinitialspace=True,
                low_memory=False, keep_default_na=False, na_values=blanks,
            )  # fmt: skip
        except pd.errors.ParserWarning:
            raise DataError(
                str(path), [f"its lines have more cells than {header}; "
                            "quote a cell that has the delimiter in it, or give every column a name"]
            ) from None  # fmt: skip
        except pd.errors.ParserError as error:
            raise DataError(str(path), [_explain_parser_error(str(error), header)]) from None
        except pd.errors.EmptyDataError:
            raise DataError(str(path), ["is empty; the first line must name the columns"]) from None
    lines_below = np.arange(2, len(frame) + 2) + top
    if b'"' in path.read_bytes():  # a quoted cell may hold line breaks
        texts = [part for _, part in frame.items() if not pd.api.types.is_numeric_dtype(part)]
        breaks = sum(part.astype("str").str.count("\n").fillna(0).to_numpy() for part in texts)
        lines_below += (np.cumsum(breaks) - breaks).astype(int) if texts else 0
    frame = frame.set_axis(columns, axis=1).set_axis(lines_below, axis=0)
    frame = frame.loc[
        :, [bool(name) or frame.iloc[:, i].notna().any() for i, name in enumerate(columns)]
    ]
    if delimiter != ",":
        notes.append(f"cells are divided by {DELIMITERS[delimiter]}s")
        _read_decimal_commas(frame, fields, notes)
    blank = frame.isna().all(axis=1)
    if blank.any():
        frame = frame[~blank]
        notes.append(f"{blank.sum()} blank line(s) were passed over")
    return frame


def _explain_parser_error(message: str, header: str) -> str:
    """Pandas' tokenizer error in the reader's words."""
    words = message.replace(",", " ").split()
    if "Expected" in words and "line" in words:
        line, got = (words[words.index(word) + 1] for word in ("line", "saw"))
        return (
            f"line {line} has {got} cells, more than {header}; quote a cell that has the "
            "delimiter in it, or remove the surplus"
        )
    if "EOF inside string" in message:
        return 'a quotation mark (") is opened and never closed; close or remove it'
    return f"cannot be read as CSV ({message.strip()}); save it anew as CSV UTF-8"


def _read_decimal_commas(frame: pd.DataFrame, fields: dict, notes: list[str]) -> None:
    """Columns of numbers whose every text is a number once its comma is a point."""
    found = False
    for name in frame:
        if name not in fields or fields[name]["type"] not in ("number", "integer"):
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
