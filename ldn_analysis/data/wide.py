"""From one row per participant to one row per participant and condition."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..core.columns import order_by_nearness
from .problems import Problem, list_names, shorten

__all__: list[str] = []

LINE, SOURCE = "\0line", "\0source"  # of each row of the long table


def require_wide(wide, function: str) -> None:
    """Refuse what does not name the column of each condition."""
    if not isinstance(wide, Mapping) or len(wide) < 2 or len(set(wide.values())) < len(wide):
        raise ValueError(
            f"{function}: wide must name another column for each of two or more conditions, e.g. "
            f"ldn=COLUMN1 placebo=COLUMN2; received {wide!r}"
        )


def find_absent(frame: pd.DataFrame, names: Sequence[str], option: str) -> list[Problem]:
    """Columns that were named and are not there, with those that are, nearest first."""
    there = [str(name) for name in frame if str(name)]
    return [
        Problem(0, "", "", f"there is no column {shorten(name)!r} for {option}; columns, nearest "
                f"first: {list_names(order_by_nearness(name, there))}")
        for name in names if name not in frame
    ]  # fmt: skip


def make_long(frame: pd.DataFrame, wide: Mapping[str, str], names: tuple[str, str, str], notes):
    """One row for each condition of each row; `names` are participant, condition and outcome.

    Returns
    -------
    DataFrame
        Index: whole numbers from 1; the columns LINE and SOURCE say where each row came from.
    """
    who, condition, outcome = map(str, names)
    kept = [
        name for name in frame if name not in wide.values() and name not in (condition, outcome)
    ]
    base = frame[kept]
    if who not in base:
        base = base.assign(**{who: [f"row {line}" for line in frame.index]})
        notes.append("no column names the participants: each row of the file is one")
    parts = [
        base.assign(**{condition: word, outcome: frame[name].to_numpy(), LINE: frame.index, SOURCE: name})
        for word, name in wide.items()
    ]  # fmt: skip
    places = np.arange(len(frame) * len(parts)).reshape(len(parts), -1).T.ravel()
    long = pd.concat(parts, ignore_index=True).iloc[places]
    long.index = range(1, len(long) + 1)
    columns = ", ".join(wide.values())
    notes.append(
        f"the table is wide: {columns} became {len(long):,} rows, one for each participant and condition"
    )
    return long


def make_long_by_period(frame, periods: Sequence[str], sequence: str, codes: Mapping, names, notes):
    """One row for each period of each row; the condition follows from the sequence.

    Returns
    -------
    (DataFrame, list of Problem)
        As `make_long`, and orders that are not understood.
    """
    texts = frame[sequence].astype("str").str.strip()
    orders = {text: _split_order(text, codes, len(periods)) for text in texts.dropna().unique()}
    problems = [
        Problem(line, str(sequence), str(text), f"does not name {len(periods)} conditions in order; write "
                "e.g. 'ldn then placebo', or AB with --sequence-code A=ldn --sequence-code B=placebo")
        for line, text in texts.items() if not orders.get(text)
    ]  # fmt: skip
    if problems:
        return frame, problems
    places = {str(i + 1): name for i, name in enumerate(periods)}
    who, condition, outcome = names
    long = make_long(frame, places, (who, "period", outcome), notes)
    order = long[sequence].astype("str").str.strip().map(orders)
    which = long["period"].astype(int) - 1
    long[condition] = [words[i] for words, i in zip(order, which, strict=True)]
    notes.append(f"the condition of each period follows from {sequence}")
    return long, []


def _split_order(text: str, codes: Mapping[str, str], n: int) -> tuple[str, ...]:
    """The conditions in order, of "ldn then placebo" or of AB; empty if they are not n."""
    letters = {str(key).casefold(): value for key, value in codes.items()}
    parts = [part.strip() for part in text.split(" then ")]
    if len(parts) != n:
        parts = [part for part in text if part not in " -/>"]
    words = [letters.get(part.casefold(), part) for part in parts]
    is_known = len(words) == n and len(set(words)) == n
    if codes:
        is_known = is_known and set(words) <= set(codes.values())
    return tuple(words) if is_known else ()


def place_problems(problems: list[Problem], long: pd.DataFrame, outcome: str) -> list[Problem]:
    """Problems of the long table with the line and column of the file."""
    placed = []
    for problem in problems:
        if problem.line:
            row = long.loc[problem.line]
            column = row[SOURCE] if problem.column == outcome else problem.column
            problem = problem._replace(line=int(row[LINE]), column=str(column))
        placed.append(problem)
    return list(dict.fromkeys(placed))
