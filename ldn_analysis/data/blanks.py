"""Blank cells where a value is needed: left out and counted, or a problem each.

Blanks that a spreadsheet or an export makes by rule are seen as such: to leave those rows out
would destroy the table.
"""

from collections.abc import Set

import numpy as np
import pandas as pd

from .cells import BLANKS
from .problems import Problem, shorten, write_cell

__all__: list[str] = []

REGULAR = 0.25  # of the rows: from here on blanks are no accident
WORDS = BLANKS[1:]  # NA and its like, which may be the initials of a participant


def find_blanks(frame, fields: dict, missing: str, notes: list[str], seen: Set[str] = frozenset()):
    """The rows to go on with, and what is wrong with the blanks in columns not yet `seen`."""
    needed = [name for name, field in fields.items() if name in frame and is_required(field)]
    blank, problems = frame[needed].isna(), []
    for name in needed:
        is_word = (
            frame[name].isin(WORDS) if fields[name]["type"] == "string" else blank[name] & False
        )
        if is_word.any():
            blank[name] |= is_word
            problems += _explain_words(frame.loc[is_word, name], missing, notes)
            frame = frame.assign(**{name: frame[name].where(~is_word)})
    if missing == "drop" and not seen and blank.any(axis=None):
        rows = blank.any(axis=1)
        notes.append(f"{rows.sum()} row(s) with a blank in a required column were left out")
        frame, blank = frame[~rows], blank[~rows]
        if frame.empty:
            problems.append(Problem(0, "", "", "no rows are left; fill in the required columns"))
    told = {(problem.line, problem.column) for problem in problems}
    text = "is blank; fill it in, delete the row, or leave such rows out with --missing drop"
    if seen:  # by then such rows may be good ones
        text = "is blank; fill it in or delete the row"
    for name in needed:
        if name not in seen:
            lines = (line for line in blank.index[blank[name]] if (line, name) not in told)
            problems += [Problem(line, name, "", text) for line in lines]
    return frame, problems


def is_required(field: dict) -> bool:
    """Whether the codebook asks for a value in every row."""
    return field.get("constraints", {}).get("required", False)


def _explain_words(cells: pd.Series, missing: str, notes: list[str]) -> list[Problem]:
    """NA and its like in a column of labels: blanks, but not without a word."""
    text = (
        "is read as a blank; if it is a label, such as initials, write it in another way, e.g. N.A."
    )
    if missing == "drop":
        notes.append(f"line {cells.index[0]}, {cells.name}: {str(cells.iloc[0])!r} {text}")
        return []
    return [Problem(line, cells.name, str(cell), text) for line, cell in cells.items()]


def find_regular(frame, fields: dict, columns) -> tuple[list[Problem], set[str]]:
    """One problem for blanks that are made by rule, and the columns in which they are."""
    needed = [name for name, field in fields.items() if name in frame and is_required(field)]
    blank = frame[needed].isna()
    who, x = columns.participant, columns.predictor
    least = max(2, REGULAR * len(frame))
    if who not in blank:
        return [], set()
    if blank[who].sum() >= least:
        return _find_merged(frame, blank, who, columns.condition)
    if x in blank and blank[x].sum() >= least:
        return _find_elsewhere(frame, blank[x], who, x, least)
    return [], set()


def _find_merged(frame, blank: pd.DataFrame, who: str, condition):
    """Labels that stand in the first of their rows only."""
    empty = blank[who].to_numpy()
    if empty[0] or condition not in frame:
        return [], set()
    key = pd.concat([frame[who].ffill(), frame[condition]], axis=1)
    if key.duplicated().any():
        return [], set()
    names = [who, *(name for name in blank if name != who and _follows(blank[name], empty))]
    text = (
        f"is blank in {empty.sum()} rows below a filled cell, as merged cells are saved; fill the "
        "cells down in the spreadsheet and save it again"
    )
    return [Problem(int(frame.index[empty][0]), " and ".join(names), "", text)], set(names)


def _find_elsewhere(frame, blank: pd.Series, who: str, x: str, least: float):
    """Values of a participant that stand in another row, such as that of another event."""
    rows = pd.DataFrame({"who": frame[who].astype("str"), "x": frame[x]})
    known = rows.groupby("who")["x"]
    there = blank & (known.transform("nunique") == 1)
    if there.sum() < least:
        return [], set()
    line = there.index[there][0]
    value = write_cell(known.transform("first")[line])
    text = (
        f"is blank in {there.sum()} rows of participants who have it in another row (here: "
        f"{shorten(value)}); copy it to every row of the participant"
    )
    return [Problem(int(line), str(x), "", text)], {str(x)}


def _follows(blank: pd.Series, empty: np.ndarray) -> bool:
    """Whether a column is blank where the participant is, and nearly only there."""
    cells = blank.to_numpy()
    return bool(cells[empty].mean() > 0.9 and cells[~empty].mean() < 0.1)
