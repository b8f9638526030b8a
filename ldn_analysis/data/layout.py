"""How a text is laid out as a table: where the names stand, and what divides the cells."""

import contextlib
import csv
import re
from collections import Counter
from collections.abc import Set
from itertools import islice
from typing import NamedTuple

from .problems import DataError, list_names, say_twice
from .text import DELIMITERS, EMPTY_CELLS, Text

__all__: list[str] = []

MAX_COLUMNS = 10_000
N_LOOKED_AT = 20  # lines
SEPARATOR = re.compile(r'"?sep=(.)"?[,;\t]*\s*', re.IGNORECASE)
COMMENT = re.compile(r'\s*"?(#|//|% )')


class Header(NamedTuple):
    """The names of the columns, their delimiter, and the lines on which they begin and end."""

    columns: list[str]
    delimiter: str
    line: int
    end: int


def find_header(text: Text, wanted: Set[str], notes: list[str]) -> Header:
    """The names of the columns: the first line that is no comment and has something in it."""
    path = str(text.path)
    above, lines, given, n_comments = _skip_to_names(text, wanted)
    if given:
        notes.append("the line sep= above the names was read as such")
    if n_comments:
        notes.append(f"{n_comments} comment line(s) above the names were skipped")
    _refuse_too_wide(path, lines, above, given)
    delimiter = given or _choose_delimiter(lines, wanted)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        columns = [name.strip() for name in next(reader)]
    except csv.Error:
        problem = f'line {above + 1}: a quotation mark (") among the names of the columns '
        raise DataError(path, [f"{problem}is misplaced; remove or double it"]) from None
    _refuse_lines_above(path, columns, lines, above, wanted)
    twice = [name for name, count in Counter(columns).items() if name and count > 1]
    if twice:
        raise DataError(path, [say_twice(name) for name in twice])
    return Header(columns, delimiter, above + 1, above + reader.line_num)


def _skip_to_names(text: Text, wanted: Set[str]) -> tuple[int, list[str], str, int]:
    """How many lines stand above the names, the next lines, a stated delimiter, comments."""
    above, given, n_comments, comments = 0, "", 0, []
    with text.open() as file:
        for line in file:
            match = None if given or comments else SEPARATOR.fullmatch(line)
            if match and match[1] in DELIMITERS:
                given = match[1]
            elif COMMENT.match(line) and sum(name in line for name in wanted) < 2:
                n_comments += 1
                comments.append(line)
            elif line.strip(EMPTY_CELLS):
                return above, [line, *islice(file, N_LOOKED_AT)], given, n_comments
            above += 1
    if comments:  # nothing else: the last of them may be the names
        return above - 1, comments[-1:], given, 0
    raise DataError(str(text.path), ["is empty; the first line must name the columns"])


def _refuse_too_wide(path: str, lines: list[str], above: int, given: str) -> None:
    """Pandas would first make that many columns and only then complain."""
    delimiter = given or max(DELIMITERS, key=lines[0].count)
    wide = next((i for i, line in enumerate(lines) if line.count(delimiter) >= MAX_COLUMNS), None)
    if wide is not None:
        problem = f"line {above + wide + 1} has more than {MAX_COLUMNS:,} cells"
        raise DataError(path, [f"{problem}; delete the columns that are not needed"])


def _choose_delimiter(lines: list[str], wanted: Set[str]) -> str:
    """What gives the most known names, then the most even rows, then the most columns."""

    def judge(delimiter: str) -> tuple[int, int, int]:
        names, *rows = _split(lines, delimiter)
        known = len(wanted & {name.strip() for name in names})
        even = sum(len(row) == len(names) for row in rows) if len(names) > 1 else 0
        return known, even, lines[0].count(delimiter)

    return max(DELIMITERS, key=judge)


def _split(lines: list[str], delimiter: str) -> list[list[str]]:
    """The cells of the first lines; those up to the first that cannot be read."""
    rows: list[list[str]] = []
    with contextlib.suppress(csv.Error):
        rows.extend(csv.reader(lines, delimiter=delimiter))
    return rows or [lines[0].split(delimiter)]


def _refuse_lines_above(path, columns: list[str], lines, above: int, wanted: Set[str]) -> None:
    """An export may write a title above the names of the columns."""
    known = [sum(name in line for name in wanted) for line in lines]
    likely = max(range(len(known)), key=known.__getitem__)
    if not wanted & set(columns) and known[likely] >= 2 and likely > 0:
        problem = f"line {above + likely + 1} seems to name the columns; delete the lines above it"
        raise DataError(path, [problem])
    if wanted & set(columns) or sum(map(bool, columns)) != 1:
        return
    for i, line in enumerate(lines[1:], 1):  # a title: one cell, and names below it
        cells = [cell.strip() for cell in _split([line], _choose_delimiter(lines[i:], wanted))[0]]
        cells = [cell for cell in cells if cell]
        if len(cells) > 1:
            if not any(cell[0] in "-+.0123456789" for cell in cells):
                problem = (
                    f"line {above + 1} has one cell only, and line {above + i + 1} looks like the names "
                    f"of the columns ({list_names(cells)}); if so, delete the lines above it"
                )
                raise DataError(path, [problem])
            return
