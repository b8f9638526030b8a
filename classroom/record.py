"""The teacher's record: the seed, data and right answers of every student.

seeds.csv and answers.csv have one row per student and are merged by student: whoever stands there
stays there. Both open in a spreadsheet: no name becomes a formula, no exercise a date.
"""

import contextlib
import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path

from .errors import InputError

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute
SEEDS = ["student", "folder", "seed", "class_seed", "data"]
EXERCISE = "exercise "  # heading before a number: "03.1" alone would become 3.1 or a date


def guard_cell(value) -> str:
    """A cell as text; with ' before it if a spreadsheet would take it for a formula."""
    text = str(value)
    if not text.startswith(FORMULA):
        return text
    try:
        float(text)
        return text
    except ValueError:
        return f"'{text}"


def unguard_cell(text: str) -> str:
    """What `guard_cell` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def read_rows(path: Path) -> dict[str, dict[str, str]]:
    """The rows of a table of the record by student; none if there is no file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8; save it as CSV UTF-8 or move it away") from None
    lines = text.splitlines()
    delimiter = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    rows = {}
    for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter):
        if "student" not in row:
            raise InputError(f"{path}: has no column 'student'; move it away and run again")
        cells = {key: unguard_cell(cell or "") for key, cell in row.items() if key}
        rows[cells["student"]] = cells
    return rows


def write_rows(path: Path, rows: dict[str, dict], columns: list[str]) -> None:
    """Write one table, whole or not at all."""
    from ldn_analysis.core.files import write_files

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows.values():
        writer.writerow([guard_cell(row.get(column, "")) for column in columns])
    # With a byte-order mark, so that spreadsheets read the names.
    write_files({path.name: text.getvalue().encode("utf-8-sig")}, path.parent)


class Record:
    """seeds.csv and answers.csv of a class."""

    def __init__(self, out: Path):
        self.folder = out / "teacher"
        self.seeds = read_rows(self.folder / "seeds.csv")
        self.answers = read_rows(self.folder / "answers.csv")
        self.before = {name: place for place, name in enumerate(self.seeds)}
        self.order: dict[str, int] = {}  # of the class list; workers end in any order

    def add(self, student: dict, answers: dict[str, object]) -> None:
        """Put a student in, or another of their exercises, and write both files."""
        name = student["student"]
        self.seeds[name] = student
        kept = self.answers.get(name, {})
        self.answers[name] = kept | {"student": name, "folder": student["folder"]} | {
            EXERCISE + number: format_answer(answer) for number, answer in answers.items()
        }  # fmt: skip
        self.seeds, self.answers = map(self._sort, (self.seeds, self.answers))
        write_rows(self.folder / "seeds.csv", self.seeds, SEEDS)
        exercises = sorted({key for row in self.answers.values() for key in row} - set(SEEDS))
        write_rows(self.folder / "answers.csv", self.answers, ["student", "folder", *exercises])

    def _sort(self, rows: dict[str, dict]) -> dict[str, dict]:
        """Those that were there in their places, then the new ones as in the class list."""

        def find_place(item) -> tuple[bool, int]:
            name = item[0]
            new = name not in self.before
            return new, self.order.get(name, 0) if new else self.before[name]

        return dict(sorted(rows.items(), key=find_place))

    def find(self, text: str) -> dict[str, str]:
        """The one student whom a name, folder or number means."""
        wanted = text.casefold()
        rows = [
            row for row in self.seeds.values()
            if wanted in (row["student"].casefold(), row["folder"].casefold())
        ] or [row for row in self.seeds.values() if wanted in row["folder"].casefold()]  # fmt: skip
        if len(rows) == 1:
            return rows[0]
        near = ", ".join(row["folder"] for row in (rows or list(self.seeds.values()))[:8])
        raise InputError(
            f"{self.folder / 'seeds.csv'}: {len(rows) or 'no'} students are meant by {text!r}; "
            f"there are: {near or 'none (make student first)'}"
        )


def format_answer(answer) -> str:
    """A right answer as the record keeps it."""
    return f"{answer:.6g}" if isinstance(answer, float) else str(answer)


@contextlib.contextmanager
def lock_record(out: Path) -> Iterator[None]:
    """One run at a time; the lock ends with the process that holds it, however it ends."""
    folder = out / "teacher"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a+") as file:
        try:
            if os.name == "nt":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(f"another run is writing to {out}; wait until it has ended") from None
        yield
