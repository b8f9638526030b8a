"""What is wrong with a table: one line for each problem, and the error that lists them."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["DataError"]

MAX_SHOWN = 20
MAX_ALIKE = 5  # more of one kind in one column share a line
MAX_LENGTH = 60
VARYING = re.compile(r"[-+]?[0-9][0-9.]*|'[^']*'")  # what differs between problems of one kind


class Problem(NamedTuple):
    """One problem; line 0 means the whole table."""

    line: int
    column: str
    value: str
    problem: str

    def __str__(self) -> str:
        place = ", ".join(
            part for part in (f"line {self.line}" if self.line else "", self.column) if part
        )
        value = f"{shorten(self.value)!r} " if self.value else ""
        return f"{place}: {value}{self.problem}" if place else f"{value}{self.problem}"


def shorten(text: str) -> str:
    """The beginning of a long text."""
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]}..."


def list_names(names) -> str:
    """The first twelve names; what cannot be printed is escaped."""
    shown = [shorten(str(name)) for name in names[:12]]
    return ", ".join(text if text.isprintable() else repr(text)[1:-1] for text in shown)


def write_cell(cell) -> str:
    """A cell as it stands in the file: in a column with blanks pandas makes 5 into 5.0."""
    return str(cell).removesuffix(".0") if isinstance(cell, float) else str(cell)


def say_twice(name) -> str:
    """Two columns of one name."""
    return f"column {shorten(str(name))!r} appears twice; rename or delete one"


def list_findings(problems: Sequence) -> list[str]:
    """One line per problem, 20 at most; many alike in one column share a line that counts them."""
    kinds = [
        (problem.column, VARYING.sub("#", problem.problem))
        if isinstance(problem, Problem)
        else problem
        for problem in problems
    ]
    counts, lines, told = Counter(kinds), {}, 0
    for i, (problem, kind) in enumerate(zip(problems, kinds, strict=True)):
        alike = counts[kind]
        if alike <= MAX_ALIKE:
            lines[i], told = str(problem), told + 1
        elif kind not in lines:
            more = f" (and {alike - 1} more such problems in this column)"
            lines[kind], told = f"{problem}{more}", told + alike
        if len(lines) == MAX_SHOWN:
            break
    rest = [f"... and {len(problems) - told} more"] if told < len(problems) else []
    return [*lines.values(), *rest]


class DataError(ValueError):
    """A file or table that cannot be used; `problems` lists every reason, one line each.

    `notes` holds what was noticed while reading, which may explain the problems.
    """

    def __init__(
        self, name: str, problems: Sequence[str], hint: str = "", notes: Sequence[str] = ()
    ):
        self.problems = [str(problem) for problem in problems]
        self.notes = list(notes)
        if len(self.problems) == 1:
            lines = [f"{name}: {self.problems[0]}"]
        else:
            lines = [f"{name}: {len(self.problems)} problems"]
            lines += [f"  {finding}" for finding in list_findings(problems)]
        lines += [f"Noticed: {note}" for note in self.notes]
        super().__init__("\n".join([*lines, hint] if hint else lines))
