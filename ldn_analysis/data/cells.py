"""The cells of a table of text: typed by column, numbered by line, blank rows left out."""

import re
import warnings
from collections import deque
from itertools import islice

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from .layout import Header
from .problems import DataError
from .text import DELIMITERS, Text

__all__: list[str] = []

ERRORS = ["#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!"]  # of a spreadsheet
BLANKS = ["", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", ".", *ERRORS]
STATA = [f".{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
NULLS = [
    *BLANKS,
    "None",
    "none",
    "NULL",
    "null",
    "<NA>",
    *STATA,
]  # of numbers; "None" may be a condition
LINE_END = re.compile("\r\n|\r|\n")
MINUS = re.compile("[\u2010-\u2013\u2212\ufe63\uff0d](?=[0-9.,])")
MAX_BLOCKS = 50
FEW = 1000  # cells of which less than half differ: labels that recur
CELLS_AT_ONCE = 500_000
QUOTE_IT = "quote cells that contain the delimiter, or"


def read_cells(text: Text, header: Header, fields: dict, notes: list[str]) -> pd.DataFrame:
    """The cells below the names, index = line number, numbers where a whole column is numbers."""
    frame, n_blank = _read_rows(text, header, fields)
    filled = [bool(name) or frame[i].notna().any() for i, name in enumerate(header.columns)]
    frame = frame.set_axis(header.columns, axis=1)
    if not all(filled):
        frame = frame.loc[:, filled]
    if header.delimiter != ",":
        notes.append(f"cells are separated by {DELIMITERS[header.delimiter]}s")
    _read_number_signs(frame, fields, notes, has_comma_cells=header.delimiter != ",")
    if text.has_errors:
        notes.append("errors of a spreadsheet (#DIV/0! and its like) were read as blanks")
    if n_blank:
        notes.append(f"{n_blank} blank line(s) were skipped")
    return frame


def _read_rows(text: Text, header: Header, fields: dict) -> tuple[pd.DataFrame, int]:
    """Columns by position, and how many blank rows there were."""
    types = {
        i: "str" for i, name in enumerate(header.columns)
        if name in fields and fields[name]["type"] == "string"
    }  # fmt: skip
    # A column that is numbers in one part and text in another is read again, as text.
    while True:
        parts, numbers, lines, n_blank = _read_parts(text, header, fields, types)
        mixed = [i for i, found in parts.items() if len({_name_type(part) for part in found}) > 1]
        if not mixed:
            break
        types |= dict.fromkeys(mixed, "str")
    columns = {}
    for i in list(parts):
        part = parts.pop(i)
        name = header.columns[i]
        if i in numbers:
            column = pd.Series(numbers.pop(i)[: len(lines)])
        elif all(isinstance(each.dtype, pd.CategoricalDtype) for each in part):
            column = pd.Series(union_categoricals(part) if len(part) > 1 else part[0].array)
        else:
            texts = [each.astype("str") if each.dtype == "category" else each for each in part]
            column = pd.concat(texts, ignore_index=True)
            del texts
        del part
        # Only now: asked for categories, pandas would read the label 01 as 1.
        if name in fields and i in types and "categories" in fields[name]:
            column = column.astype("category")
        elif column.dtype == "category":
            column = column.astype("str")
        columns[i] = column.set_axis(lines)
    # Many columns in one block: pandas warns of each that is added to many blocks.
    is_wide = len(columns) > MAX_BLOCKS
    return pd.DataFrame(columns, index=lines, copy=is_wide), n_blank


def _name_type(column: pd.Series) -> str:
    """The kind of a column's part; whole numbers and fractions are one kind."""
    if pd.api.types.is_bool_dtype(column):
        return "truth"
    return "number" if pd.api.types.is_numeric_dtype(column) else "text"


def _read_parts(text: Text, header: Header, fields: dict, types: dict):
    """Each column in parts, those of numbers whole, the line of each row, and how many were blank."""
    n_columns, line = len(header.columns), header.end + 1
    n_blank = 0 if text.is_quoted else text.n_lines - max(text.last_line, header.end)
    parts: dict[int, list[pd.Series]] = {i: [] for i in range(n_columns)}
    # Written into as they are read: to join parts of a million numbers takes them twice.
    whole = {
        i: np.empty(max(text.n_lines - header.end, 0)) for i, name in enumerate(header.columns)
        if fields.get(name, {}).get("type") in ("number", "integer")
    }  # fmt: skip
    lines, n_rows = [], 0
    for chunk in _read_chunks(text, header, fields, types):
        numbers, line = _number_lines(chunk, line, text.is_quoted)
        blank = chunk.isna().all(axis=1).to_numpy()
        if blank.any():
            n_blank += int(blank.sum())
            chunk, numbers = chunk[~blank], numbers[~blank]
        if not len(numbers):
            continue
        lines.append(numbers)
        for i in range(n_columns):
            if i in whole and _is_fraction(chunk[i]):
                place = whole[i][n_rows : n_rows + len(chunk)]
                place[:] = chunk[i]
                parts[i].append(pd.Series(place, copy=False))
            else:
                whole.pop(i, None)
                parts[i].append(_pack(chunk[i]))
        n_rows += len(chunk)
    if not lines:
        empty = {i: [pd.Series([], dtype=types.get(i, "float64"))] for i in range(n_columns)}
        return empty, {}, pd.RangeIndex(0), n_blank
    first, last = int(lines[0][0]), int(lines[-1][-1])
    is_even = last - first + 1 == sum(map(len, lines))
    index = pd.RangeIndex(first, last + 1) if is_even else pd.Index(np.concatenate(lines))
    return parts, whole, index, n_blank


def _is_fraction(column: pd.Series) -> bool:
    """Whether cells are numbers that a fraction holds to the last digit."""
    if pd.api.types.is_integer_dtype(column):
        return bool(column.abs().max() < 2**53)
    return pd.api.types.is_float_dtype(column)


def _pack(column: pd.Series) -> pd.Series:
    """A part of a column in little memory: few labels as categories."""
    if isinstance(column.dtype, pd.StringDtype) and column.iloc[:FEW].nunique() < FEW // 2:
        return column.astype("category")
    return column.copy()


def _read_chunks(text: Text, header: Header, fields: dict, types: dict):
    """The rows below the names in parts; labels as they are written."""
    names = f"the {len(header.columns)} columns of line {header.line}"
    rows = max(1000, CELLS_AT_ONCE // len(header.columns))
    n_rows = None if text.is_quoted else max(text.last_line - header.end, 0)
    if n_rows == 0:
        return
    with text.open() as file, warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        deque(islice(file, header.end), maxlen=0)
        try:
            yield from pd.read_csv(
                file, sep=header.delimiter, header=None, names=range(len(header.columns)),
                dtype=types, index_col=False, skip_blank_lines=False, skipinitialspace=True,
                low_memory=False, keep_default_na=False, chunksize=rows, nrows=n_rows,
                na_values=_list_blanks(header.columns, fields, types),
            )  # fmt: skip
            return
        except pd.errors.EmptyDataError:
            return
        except pd.errors.ParserWarning:
            problem = f"its lines have more cells than {names}; {QUOTE_IT} give every column a name"
        except pd.errors.ParserError as error:
            problem = _explain_parser_error(str(error), names, header.end)
    raise DataError(str(text.path), [problem])


def _list_blanks(columns: list[str], fields: dict, types: dict) -> dict[int, list[str]]:
    """What is a blank in each column; NA may be the initials of a participant."""
    blanks = {}
    for i, name in enumerate(columns):
        blanks[i] = BLANKS if i in types and name in fields else NULLS
        if name in fields and fields[name]["type"] == "string":
            is_needed = fields[name].get("constraints", {}).get("required")
            blanks[i] = [""] if is_needed else BLANKS
    return blanks


def _number_lines(frame: pd.DataFrame, first: int, is_quoted: bool) -> tuple[np.ndarray, int]:
    """The line on which each row begins, and the next one; a quoted cell may hold line breaks."""
    lines = np.arange(first, first + len(frame))
    texts = [part for _, part in frame.items() if not pd.api.types.is_numeric_dtype(part)]
    if not is_quoted or not texts:
        return lines, first + len(frame)
    breaks = sum(
        part.astype("str").str.count(LINE_END.pattern).fillna(0).to_numpy() for part in texts
    ).astype(int)
    total = np.cumsum(breaks)
    return lines + total - breaks, first + len(frame) + int(total[-1] if len(total) else 0)


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


def _read_number_signs(frame, fields: dict, notes: list[str], *, has_comma_cells: bool) -> None:
    """Cells of the columns of numbers that are numbers once their comma or minus is plain."""
    n_commas = n_minus = 0
    for name, field in fields.items():
        if field["type"] not in ("number", "integer") or name not in frame:
            continue
        if pd.api.types.is_numeric_dtype(frame[name]):
            continue
        column = frame[name].astype("str").str.strip()
        minus = column.str.match(MINUS.pattern).fillna(False).astype(bool)
        column = column.where(~minus, "-" + column.str[1:])
        comma = column.str.fullmatch(r"[+-]?\d*,\d+").fillna(False).astype(bool) & has_comma_cells
        if comma.any() or minus.any():
            frame[name] = column.where(~comma, column.str.replace(",", ".", regex=False))
            n_commas, n_minus = n_commas + comma.sum(), n_minus + minus.sum()
    if n_commas:
        notes.append("decimal commas were read as decimal points")
    if n_minus:
        notes.append(f"{n_minus} printed minus sign(s) (\u2212) were read as minus")
