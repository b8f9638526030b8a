"""One row per participant from two rows per participant."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..core.status import copy_status
from ..core.validation import require_columns, require_frame, require_missing, require_numbers

__all__ = ["pair_conditions"]


def pair_conditions(
    data: pd.DataFrame,
    *,
    columns: Sequence[str],
    conditions: Sequence[str],
    missing: str = "raise",
    keep: Sequence[str] = (),
    function: str = "pair_conditions",
) -> tuple[pd.DataFrame, int]:
    """Put the two outcomes of a participant side by side.

    Parameters
    ----------
    data : DataFrame
        One row per participant and condition.
    columns : (str, str, str)
        Names of the columns of the participant, the condition and the outcome.
    conditions : pair of str
        The two values of the condition: first, second.
    missing : {"raise", "drop"}
        What to do with participants who lack a value; dropped ones are counted.
    keep : sequence of str
        Columns that hold one value per participant (a baseline value, the sequence).
    function : str
        Name that messages start with.

    Returns
    -------
    (DataFrame, int)
        One row per participant, in order of appearance: the participant, the kept columns,
        first, second, difference (first - second); and how many participants were dropped.

    Raises
    ------
    TypeError
        If the data are not a DataFrame.
    ValueError
        If a column or condition is missing, a condition occurs that was not asked for, a
        participant has two rows for one condition, a kept column varies within a participant,
        the outcome is not finite numbers, or participants lack a value and `missing="raise"`.

    Examples
    --------
    >>> data = pd.DataFrame({"who": ["a", "a", "b", "b"], "arm": ["x", "y"] * 2,
    ...                      "change": [5.0, 3.0, 8.0, 1.0]})
    >>> pairs, dropped = pair_conditions(
    ...     data, columns=("who", "arm", "change"), conditions=("x", "y"))
    >>> pairs["difference"].tolist(), dropped
    ([2.0, 7.0], 0)
    """
    require_frame(data, function)
    require_missing(missing, function)
    participant, condition, outcome = columns
    _require_columns(data, (participant, condition, outcome), keep, function)
    _require_conditions(data[condition], conditions, function)
    require_numbers(data[outcome], repr(outcome), function)
    _require_one_row_each(data, participant, condition, keep, function)
    groups = data.groupby(participant, sort=False, observed=True)
    # `first` takes the first value that is not blank.
    pairs = groups[list(keep)].first() if keep else pd.DataFrame(index=groups.size().index)
    for name, value in zip(("first", "second"), conditions, strict=True):
        rows = data[(data[condition] == value).to_numpy()].set_index(participant)
        pairs[name] = rows[outcome].astype(float)
    pairs["difference"] = pairs["first"] - pairs["second"]
    blank = pairs.isna().any(axis=1)
    if blank.any() and missing == "raise":
        raise ValueError(
            f"{function}: {blank.sum()} of {len(pairs)} participants lack a value in one of "
            f"{', '.join(map(repr, [outcome, *keep]))} under {conditions[0]!r} or {conditions[1]!r} "
            f"(first: {blank.idxmax()!r}). Fill them in, or pass missing='drop' to leave these "
            "participants out."
        )
    pairs = pairs[~blank].rename_axis(participant).reset_index()
    return copy_status(data, pairs), int(blank.sum())


def _require_columns(data, columns: Sequence[str], keep: Sequence[str], function: str) -> None:
    """Refuse a column that is missing, that appears twice, or whose name the result needs."""
    require_columns(data, (*columns, *keep), function)
    taken = [name for name in (columns[0], *keep) if name in ("first", "second", "difference")]
    if taken:
        raise ValueError(f"{function}: rename the column {taken[0]!r}; the result needs that name")


def _require_one_row_each(data, participant, condition, keep: Sequence[str], function: str) -> None:
    """Refuse a row without participant, a second row for a condition, and varying kept columns."""
    if data[participant].isna().any():
        raise ValueError(
            f"{function}: {participant!r} is blank in a row; name the participant of every row"
        )
    twice = data.duplicated([participant, condition])
    if twice.any():
        row = data.loc[twice].iloc[0]
        raise ValueError(
            f"{function}: {row[participant]!r} has more than one row for {row[condition]!r}; "
            "summarise them to one row per participant and condition first"
        )
    for name in keep:
        varies = data.groupby(participant, sort=False, observed=True)[name].nunique().gt(1)
        if varies.any():
            raise ValueError(
                f"{function}: {name!r} differs between the rows of {varies.idxmax()!r}; it must have "
                "one value per participant"
            )


def require_two_conditions(conditions: Sequence[str], function: str) -> None:
    """Refuse what does not name two different conditions."""
    if isinstance(conditions, str) or len(conditions) != 2 or conditions[0] == conditions[1]:
        raise ValueError(
            f"{function}: conditions must name two conditions; received {conditions!r}"
        )


def _require_conditions(column: pd.Series, conditions: Sequence[str], function: str) -> None:
    """Refuse a condition that never occurs, and one that was not asked for."""
    require_two_conditions(conditions, function)
    if column.isna().any():
        raise ValueError(f"{function}: {column.name!r} is blank in a row; fill in the condition")
    present = list(column.unique())
    for name in conditions:
        if name not in present:
            raise ValueError(
                f"{function}: {column.name!r} is never {name!r}; it is one of: "
                f"{', '.join(map(str, present))}. Name yours with conditions=(A, B)."
            )
    others = [str(name) for name in present if name not in conditions]
    if others:
        raise ValueError(
            f"{function}: {column.name!r} has {len(present)} conditions and two are compared; keep "
            f"the rows of {conditions[0]!r} and {conditions[1]!r} and leave out: {', '.join(others)}"
        )


def read_sequence(value: str, conditions: Sequence[str], function: str) -> str:
    """The condition that a sequence such as "ldn then placebo" begins with."""
    text = str(value).strip().casefold()
    first, second = (str(name).strip().casefold() for name in conditions)
    if text.startswith(first) and text.endswith(second):
        return conditions[0]
    if text.startswith(second) and text.endswith(first):
        return conditions[1]
    raise ValueError(
        f"{function}: the sequence {value!r} must begin with one condition and end with the other, "
        f"e.g. '{conditions[0]} then {conditions[1]}'"
    )


def measure_size(pairs: pd.DataFrame) -> np.ndarray:
    """How large the numbers are that each participant's difference was computed from."""
    largest = np.abs(pairs[["first", "second"]].to_numpy()).max(1)
    return largest + abs(pairs["difference"].mean())
