"""What a trial's rows need for an estimate, and whether its columns agree with one another."""

from dataclasses import replace

import numpy as np
import pandas as pd

from ..core.codebook import CATEGORIES
from ..core.columns import OWN
from .problems import Problem, list_names, shorten
from .shaping import complete_sequence, describe_design, shape_rows
from .values import find_unknown

__all__: list[str] = []

MANY = 100_000  # rows at a time


def check_esr_pain(frame: pd.DataFrame, participant, conditions, notes: list[str]) -> list[Problem]:
    """What a line in each condition needs, and whether the columns agree with one another."""
    problems = []
    for condition in conditions:
        esr = frame["esr_mm_h"].to_numpy()[(frame["condition"] == condition).to_numpy()]
        if len(esr) < 3:
            text = f"has {len(esr)} usable row(s); a line with a standard error needs at least 3"
            problems.append(Problem(0, "condition", str(condition), text))
        elif np.ptp(esr) <= 1e-9 * max(esr.max(), 1):
            text = f"is {esr[0]:g} in every row of condition {condition!r}, so there is no slope"
            problems.append(Problem(0, "esr_mm_h", "", text))
        del esr
    participant = participant.to_numpy()
    parts = [slice(start, start + MANY) for start in range(0, len(frame), MANY)]
    problems += _find_changed_esr(frame, participant, parts)
    n = int(participant.max()) + 1
    alone = int((sum(np.bincount(participant[part], minlength=n) for part in parts) == 1).sum())
    if alone and len(frame) > alone:
        notes.append(f"{alone} participant(s) have one condition only")
    if {"sequence", "period"} <= set(frame):
        found = complete_sequence(frame, replace(OWN, period="period"), [])[1]
        problems += [Problem(*problem) for problem in found]
    problems += _find_wrong_sequences(frame, OWN, conditions)
    problems += _find_wrong_answers(frame, OWN)
    return problems + _find_wrong_reductions(frame)


def _find_changed_esr(frame: pd.DataFrame, participant: np.ndarray, parts) -> list[Problem]:
    """Rows whose ESR differs from that of the participant's first row."""
    esr = frame["esr_mm_h"].to_numpy()
    firsts = np.empty(participant.max(initial=-1) + 1)
    for part in reversed(parts):  # of several rows, the first is written last
        firsts[participant[part][::-1]] = esr[part][::-1]
    differs = np.concatenate([esr[part] != firsts[participant[part]] for part in parts])
    problems = []
    for row in np.flatnonzero(differs):
        label = shorten(frame["participant"].iloc[row])
        text = f"differs from {firsts[participant[row]]:g} in an earlier row of {label!r}; baseline ESR is one value per participant"
        problems.append(Problem(frame.index[row], "esr_mm_h", f"{esr[row]:g}", text))
    return problems


def _find_wrong_sequences(frame: pd.DataFrame, columns, conditions) -> list[Problem]:
    """Orders that do not name both conditions, and participants with two orders."""
    name, who = columns.sequence, columns.participant
    if name not in frame or len(conditions) != 2 or frame[name].isna().all():
        return []
    first, second = (str(condition).strip().casefold() for condition in conditions)

    def begin(cell) -> str | None:
        text = str(cell).strip().casefold()
        if text.startswith(first) and text.endswith(second):
            return first
        return second if text.startswith(second) and text.endswith(first) else None

    told = frame[name].dropna()
    starts = told.astype("str").map({cell: begin(cell) for cell in told.astype("str").unique()})
    a, b = conditions
    text = (
        f"is no order of the conditions; write '{a} then {b}' or '{b} then {a}', or rename the "
        "column if it means something else"
    )
    odd = told[starts.isna()].astype("str").drop_duplicates()
    problems = [Problem(line, str(name), cell, text) for line, cell in odd.items()]
    if problems or who is None:
        return problems
    firsts = starts.groupby(frame.loc[told.index, who].astype("str")).transform("first")
    for line in starts.index[starts != firsts]:
        label = shorten(str(frame.loc[line, who]))
        text = f"contradicts an earlier row of {label!r}; a participant has one order"
        problems.append(Problem(line, str(name), str(told[line]), text))
    return problems


def _find_wrong_answers(frame: pd.DataFrame, columns) -> list[Problem]:
    """Answers on improvement that are not among the seven."""
    name = columns.improvement
    if name not in frame or frame[name].isna().all():
        return []
    answers = frame[name].astype("str").str.strip().where(frame[name].notna())
    field = {"name": str(name), "constraints": {"enum": list(CATEGORIES)}}
    more = ", or rename the column if it means something else"
    found = find_unknown(answers, field)
    return [problem._replace(problem=problem.problem + more) for problem in found]


def _find_wrong_reductions(frame: pd.DataFrame) -> list[Problem]:
    """Reductions that do not follow from baseline and end point, where both are there."""
    if not {"baseline_pain_0_100", "end_pain_0_100"} <= set(frame):
        return []
    base, end = frame["baseline_pain_0_100"], frame["end_pain_0_100"]
    expected = (base - end) / base.where(base > 0) * 100
    off = (expected - frame["pain_reduction_percent"]).abs() > 1
    problems = []
    for line, value in frame.loc[off, "pain_reduction_percent"].items():
        text = f"does not agree with baseline and end-point pain, which give {expected[line]:.1f}; positive means less pain"
        problems.append(Problem(line, "pain_reduction_percent", f"{value:g}", text))
    return problems


def check_own(frame, columns, conditions, notes) -> tuple[pd.DataFrame, list[Problem]]:
    """Rows of a table in the reader's own words: shaped, with a design, enough for an estimate."""
    if columns.participant is None:
        notes.append("no column names the participants: each row is taken as another participant")
    frame, found = shape_rows(frame, columns, notes)
    problems = [Problem(*problem) for problem in found]
    if problems:
        return frame, problems
    name = columns.condition
    if name is not None:
        frame = order_conditions(frame, columns, conditions)
        order = list(frame[name].cat.categories)
        if columns.reference and columns.reference not in order:
            text = f"does not occur; name one of these as the reference: {list_names(order)}"
            return frame, [Problem(0, str(name), columns.reference, text)]
    try:
        notes.append(str(describe_design(frame, columns)))
    except ValueError as error:
        return frame, [Problem(0, "", "", str(error))]
    parts = {"": frame}
    if name is not None:
        parts = {group: frame[(frame[name] == group).to_numpy()] for group in order}
    for group, rows in parts.items():
        problems += _check_group(rows, columns, group)
    problems += _find_wrong_sequences(frame, columns, list(parts))
    return frame, problems + _find_wrong_answers(frame, columns)


def order_conditions(frame: pd.DataFrame, columns, conditions) -> pd.DataFrame:
    """The conditions as categories: in the order asked for, else in that of the rows."""
    name = columns.condition
    if name is None:
        return frame
    texts = frame[name].astype("str")
    order = list(conditions or dict.fromkeys(texts.dropna()))
    return frame.assign(**{str(name): pd.Categorical(texts, order)})


def _check_group(rows: pd.DataFrame, columns, group: str) -> list[Problem]:
    """What a line or a mean in one group needs."""
    where, x = str(columns.condition or ""), columns.predictor
    needed, what = (2, "a mean") if x is None else (3, "a line")
    if len(rows) < needed:
        text = (
            f"has {len(rows)} usable row(s); {what} with a standard error needs at least {needed}"
        )
        return [Problem(0, where, group, text)]
    if x is None or rows[x].isna().all():
        return []
    values = rows[x].dropna().to_numpy()
    if np.ptp(values) <= 1e-9 * np.abs(values).max():
        of = f" of condition {group!r}" if group else ""
        text = f"is {values[0]:g} in every row{of}, so there is no slope; leave out --predictor"
        return [Problem(0, str(x), "", text)]
    return []
