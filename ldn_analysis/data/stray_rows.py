"""Rows that are no data: more names, questions or units below the names, names again, comments."""

import pandas as pd

from .blanks import is_required
from .problems import Problem

__all__: list[str] = []

MAX_ABOVE = 3  # such rows below the names


def find_stray_rows(frame: pd.DataFrame, fields: dict) -> tuple[pd.DataFrame, list[Problem]]:
    """The rows that are data, and one problem for each kind of those that are not."""
    names = [name for name in fields if name in frame]
    numbers = [
        name for name in names
        if fields[name]["type"] in ("number", "integer") and is_required(fields[name])
    ]  # fmt: skip
    texts = [name for name in numbers if not pd.api.types.is_numeric_dtype(frame[name])]
    problems = []
    if texts and (rows := _find_second_names(frame, names, numbers)):
        problems.append(_explain_second_names(frame, rows, texts))
        frame = frame.iloc[rows:]
    if texts:
        frame, found = _find_repeated_names(frame, names)
        problems += found
    frame, found = _find_comments(frame, [name for name in names if is_required(fields[name])])
    return frame, problems + found


def _find_second_names(frame: pd.DataFrame, names: list[str], numbers: list[str]) -> int:
    """How many of the first rows hold text in each column of numbers, numbers following below."""
    top = frame[names].iloc[: MAX_ABOVE + 1].astype("str").where(frame[names].notna())
    parsed = top[numbers].apply(pd.to_numeric, errors="coerce")
    is_text = parsed.isna() & top[numbers].notna()
    others = [name for name in names if name not in numbers]
    rows = 0
    for i in range(min(len(top), MAX_ABOVE)):
        labels = top[others].iloc[i]
        if is_text.iloc[i].all():
            # One text could be a slip; its labels must then be unlike those below it too.
            below = top[others].iloc[i + 1 :]
            is_alone = all(label not in set(below[name]) for name, label in labels.items())
            is_stray = len(numbers) > 1 or (bool(others) and is_alone)
        else:
            is_stray = is_text.iloc[i].any() and labels.isna().all() and parsed.iloc[i].isna().all()
        if not is_stray:
            break
        rows = i + 1
    follows = rows < len(top) and parsed.iloc[rows].notna().any()
    return rows if follows else 0


def _explain_second_names(frame: pd.DataFrame, rows: int, texts: list[str]) -> Problem:
    """One problem for all of them."""
    lines = [str(line) for line in frame.index[:rows]]
    which = (
        f"line {lines[0]} holds"
        if rows == 1
        else f"lines {', '.join(lines[:-1])} and {lines[-1]} hold"
    )
    name = next(name for name in texts if pd.notna(frame[name].iloc[0]))
    text = f"is no number, and {which} no data but more names, questions or units; delete "
    text += "this line" if rows == 1 else "these lines"
    return Problem(int(frame.index[0]), name, str(frame[name].iloc[0]), text)


def _find_repeated_names(frame, names: list[str]) -> tuple[pd.DataFrame, list[Problem]]:
    """Rows in which the names of two or more columns stand again."""
    again = sum((frame[name].astype("str") == name).to_numpy().astype(int) for name in names) > 1
    text = "is the name of its column: this line repeats the names; delete it"
    problems = [Problem(int(line), names[0], names[0], text) for line in frame.index[again]]
    return (frame[~again], problems) if again.any() else (frame, [])


def _find_comments(frame, needed: list[str]) -> tuple[pd.DataFrame, list[Problem]]:
    """Rows whose only cell is a comment."""
    first = frame.columns[0] if len(frame.columns) else None
    if not needed or pd.api.types.is_numeric_dtype(frame[first]):
        return frame, []
    rows = frame[frame[needed].isna().any(axis=1)]
    rows = rows[rows.drop(columns=first).isna().all(axis=1)]
    rows = rows[rows[first].astype("str").str.startswith("#").fillna(False).astype(bool)]
    text = "is a comment, not data; delete the line"
    problems = [
        Problem(int(line), str(first), str(cell), text) for line, cell in rows[first].items()
    ]
    return (frame.drop(rows.index), problems) if problems else (frame, [])
