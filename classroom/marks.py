"""Marks of a student, flags, and marks.csv."""

import math
from dataclasses import dataclass, field
from pathlib import Path

from .record import EXERCISE, read_rows, write_rows

MIN_DIGITS = 3  # fewer are shared by chance: students' data have the same printed means
NOTHING = "nothing handed in"
SURE_DIGITS = 4  # one answer with so many is enough for a flag


@dataclass(kw_only=True)
class Marks:
    """What one student handed in, and what came of it; by number of the exercise."""

    student: str
    folder: str
    handed_in: set[str] = field(default_factory=set)
    tries: dict[str, list[dict]] = field(default_factory=dict)
    answers: dict[str, object] = field(default_factory=dict)
    right: dict[str, str] = field(default_factory=dict)
    points: dict[str, int] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    failed: list[tuple[str, str]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    def keep_notebooks(self, wanted: list[str]) -> None:
        """Leave out the exercises of other notebooks."""
        self.points = {n: point for n, point in self.points.items() if n[:2] in wanted}


def find_neighbour(mark: Marks, everybody: dict[str, dict[str, str]]) -> str:
    """A flag if wrong answers are right for another student's data; else nothing.

    One number with four digits, or two with three, that only the other's data give.
    """
    wrong = {n: mark.answers[n] for n, point in mark.points.items() if not point}
    found = {}
    for name, answers in everybody.items():
        if name == mark.student:
            continue
        same = {n: match_answer(wrong[n], answers[n]) for n in wrong if answers.get(n)}
        digits = [n for n in same.values() if n >= MIN_DIGITS]
        if max(digits, default=0) >= SURE_DIGITS or len(digits) >= 2:
            found[name] = sum(same.values()), sorted(n for n in same if same[n])
    if not found:
        return ""
    most = max(score for score, _ in found.values())
    names = [name for name, (score, _) in found.items() if score == most]
    return f"answers of {', '.join(found[names[0]][1])} are those of {' or '.join(names[:3])}"


def match_answer(given, right: str) -> int:
    """Digits to which an answer agrees with another student's right one; a word or count is 1."""
    number, other = read_float(given), read_float(right)
    if number is None or other is None:
        return int(str(given).strip().casefold() == right.casefold())
    if other == int(other):
        return int(number == other)
    for value in (number, number / 100) if "%" in str(given) else (number,):
        digits = count_digits(value, str(given))
        if value and math.isclose(value, other, rel_tol=0, abs_tol=half_unit(value, digits)):
            return min(digits, 6)
    return 0


def read_float(text) -> float | None:
    """A number from what was answered; None where it is none."""
    try:
        number = float(
            str(text).strip().removesuffix("%").replace(",", ".").replace("\N{MINUS SIGN}", "-")
        )
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def count_digits(value: float, text: str) -> int:
    """Significant digits that were given."""
    digits = (
        text.strip().lstrip("+-\N{MINUS SIGN}").partition("e")[0].replace(",", "").replace(".", "")
    )
    digits = "".join(sign for sign in digits if sign.isdigit()).lstrip("0")
    return len(digits) if value else 1


def half_unit(value: float, digits: int) -> float:
    """A little more than half a unit of the last digit; the record keeps six."""
    return 0.51 * 10.0 ** (math.floor(math.log10(abs(value))) - min(digits, 6) + 1)


def write_marks(
    marks: list[Marks], absent: dict[str, str], order: dict[str, int], place: Path
) -> Path:
    """marks.csv: a row per student, in order; marks of earlier runs stay unless handed in again."""
    path = place / "marks.csv"
    rows = read_rows(path)
    for name, folder in absent.items():
        rows.setdefault(name, {"student": name, "folder": folder, "flags": NOTHING})
    for mark in marks:
        row = rows.get(mark.student, {}) | {"student": mark.student, "folder": mark.folder}
        row |= {EXERCISE + number: str(point) for number, point in mark.points.items()}
        rows[mark.student] = row | {"flags": "; ".join(mark.flags)}
    rows = dict(sorted(rows.items(), key=lambda item: order.get(item[0], len(order))))
    exercises = sorted({key for row in rows.values() for key in row if key.startswith(EXERCISE)})
    for row in rows.values():
        row["points"] = str(sum(row.get(key) == "1" for key in exercises))
        row["total"] = str(len(exercises))
    write_rows(path, rows, ["student", "folder", *exercises, "points", "total", "flags"])
    return path
