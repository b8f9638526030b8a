"""One row a person from two rows a person: the pairing, and the mean within-person difference."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.codebook import describe_column
from ..core.intervals import summarise_t
from ..core.result import Result
from ..core.status import copy_status, read_status
from ..core.validation import require_level, require_missing
from ..core.wording import describe_sample, format_interval, format_number, format_p

__all__ = ["MeanComparison", "compare_means", "pair_conditions"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class MeanComparison(Result):
    """The mean difference between two conditions, each person against herself.

    Attributes
    ----------
    outcome : str
        Column name.
    conditions : (str, str)
        First and second; the difference is first - second.
    pairs : DataFrame
        What `pair_conditions` gives: one row a person.
    n_dropped : int
        Persons left out because they lack a value.
    status : str
        "illustrative" or "" as the data said.
    """

    outcome: str
    conditions: tuple[str, str]
    pairs: pd.DataFrame
    n_dropped: int = 0
    status: str = ""

    @property
    def n_obs(self) -> int:
        """Number of persons, each with both conditions."""
        return len(self.pairs)

    @property
    def difference_sd(self) -> float:
        """SD of the within-person difference; differences that vary by rounding alone have none."""
        values = self.pairs["difference"].to_numpy()
        rest = values - values.mean()
        # How far rounding alone can carry each person from the mean.
        reach = np.abs(self.pairs[["first", "second"]].to_numpy()).max(1) + np.abs(values.mean())
        tiny = (np.abs(rest) <= 1e-14 * reach).all()
        return 0.0 if tiny else float(np.sqrt(rest @ rest / (self.n_obs - 1)))

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """The mean difference with its t interval.

        Returns
        -------
        DataFrame
            One row: term, method, estimate, std_error, statistic, df, p_value, conf_low,
            conf_high, n_obs.
        """
        require_level(confidence_level)
        mean, error = self.pairs["difference"].mean(), self.difference_sd / np.sqrt(self.n_obs)
        row = {"term": "paired difference", "method": "paired t"}
        row |= summarise_t(mean, error, self.n_obs - 1, confidence_level)
        return pd.DataFrame([row | {"n_obs": self.n_obs}])

    def __str__(self) -> str:
        row = self.to_frame().iloc[0]
        outcome, unit = describe_column(self.outcome)
        first, second = self.conditions
        sample = describe_sample(self.n_obs, self.status, n_dropped=self.n_dropped, unit="persons")
        return (
            f"Mean difference in {outcome} ({first} minus {second}): "
            + f"{format_number(row['estimate'])} {unit}".rstrip()
            + f" ({format_interval(row['conf_low'], row['conf_high'], 0.95)}; t({row['df']}) = "
            f"{format_number(row['statistic'])}, {format_p(row['p_value'])}; {sample})."
        )


def compare_means(
    data: pd.DataFrame,
    *,
    outcome: str = "pain_reduction_percent",
    condition: str = "condition",
    conditions: Sequence[str] = ("ldn", "placebo"),
    participant: str = "participant",
    missing: str = "raise",
) -> MeanComparison:
    """Compare the means of two conditions in the same persons (Student 1908).

    Estimand: mean outcome under the first condition minus under the second, in persons like
    these. Assumes independent persons whose differences scatter about normally. Where the order
    of the conditions is known, `fit_crossover` also takes out what changed between the periods.

    Parameters
    ----------
    data : DataFrame
        One row a person and condition.
    outcome, condition, participant : str
        Columns.
    conditions : pair of str
        First and second condition.
    missing : {"raise", "drop"}
        What to do with persons who lack a condition or a value; they are counted.

    Returns
    -------
    MeanComparison

    Raises
    ------
    ValueError
        As `pair_conditions`, or if fewer than two persons have both conditions.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> trial = load_dataset("esr_pain_change").query("trial == 'crossover'")
    >>> row = compare_means(trial).to_frame().iloc[0]
    >>> row["method"], int(row["df"])
    ('paired t', 27)
    """
    pairs, n_dropped = pair_conditions(
        data, columns=(participant, condition, outcome), conditions=conditions, missing=missing,
        caller="compare_means",
    )  # fmt: skip
    if len(pairs) < 2:
        raise ValueError(
            f"compare_means: a difference with its error needs at least 2 persons with both "
            f"conditions; there are {len(pairs)}"
        )
    return MeanComparison(
        outcome=outcome,
        conditions=tuple(conditions),
        pairs=pairs,
        n_dropped=n_dropped,
        status=read_status(data),
    )


def pair_conditions(
    data: pd.DataFrame,
    *,
    columns: Sequence[str],
    conditions: Sequence[str],
    missing: str = "raise",
    keep: Sequence[str] = (),
    caller: str = "pair_conditions",
) -> tuple[pd.DataFrame, int]:
    """Put the two outcomes of a person side by side.

    Parameters
    ----------
    data : DataFrame
        One row a person and condition.
    columns : (str, str, str)
        Names of the columns of the participant, the condition and the outcome.
    conditions : pair of str
        The two values of the condition: first, second.
    missing : {"raise", "drop"}
        What to do with persons who lack a value; dropped persons are counted.
    keep : sequence of str
        Columns that hold one value a person (a baseline value, the sequence).
    caller : str
        Name that messages start with.

    Returns
    -------
    (DataFrame, int)
        One row a person, in order of appearance: the participant, the kept columns,
        first, second, difference (first - second); and how many persons were dropped.

    Raises
    ------
    TypeError
        If the data are not a DataFrame.
    ValueError
        If a column or condition is missing, a condition is there that was not asked for, a
        person has two rows for one condition, a kept column varies within a person, the
        outcome is not finite numbers, or persons lack a value and `missing="raise"`.

    Examples
    --------
    >>> data = pd.DataFrame({"who": ["a", "a", "b", "b"], "arm": ["x", "y"] * 2,
    ...                      "change": [5.0, 3.0, 8.0, 1.0]})
    >>> pairs, dropped = pair_conditions(
    ...     data, columns=("who", "arm", "change"), conditions=("x", "y"))
    >>> pairs["difference"].tolist(), dropped
    ([2.0, 7.0], 0)
    """
    if not isinstance(data, pd.DataFrame):
        raise TypeError(f"{caller}: data must be a DataFrame; received {type(data).__name__}")
    participant, condition, outcome = columns
    require_missing(missing, caller)
    for name in (participant, condition, outcome, *keep):
        if name not in data:
            raise ValueError(
                f"{caller}: there is no column {name!r}; columns: {', '.join(map(str, data.columns))}"
            )
        if isinstance(data[name], pd.DataFrame):
            raise ValueError(
                f"{caller}: {data[name].shape[1]} columns are called {name!r}; rename all but one"
            )
    taken = [name for name in (participant, *keep) if name in ("first", "second", "difference")]
    if taken:
        raise ValueError(f"{caller}: rename the column {taken[0]!r}; the result needs that name")
    if isinstance(conditions, str) or len(conditions) != 2 or conditions[0] == conditions[1]:
        raise ValueError(f"{caller}: conditions must name two conditions; received {conditions!r}")
    _require_conditions(data[condition], conditions, caller)
    numeric = pd.api.types.is_numeric_dtype(data[outcome])
    if not numeric or pd.api.types.is_bool_dtype(data[outcome]):
        raise ValueError(
            f"{caller}: the outcome {outcome!r} is not numbers but {data[outcome].dtype}"
        )
    if np.isinf(data[outcome].to_numpy(float, na_value=np.nan)).any():
        raise ValueError(f"{caller}: the outcome {outcome!r} is infinite in a row; correct it")
    if data[participant].isna().any():
        raise ValueError(f"{caller}: {participant!r} is blank in a row; a row needs a person")
    twice = data.duplicated([participant, condition])
    if twice.any():
        row = data.loc[twice].iloc[0]
        raise ValueError(
            f"{caller}: {row[participant]!r} has more than one row for {row[condition]!r}; "
            "summarise them to one row a person and condition first"
        )
    persons = data.groupby(participant, sort=False, observed=True)
    for name in keep:
        varies = persons[name].nunique().gt(1)
        if varies.any():
            raise ValueError(
                f"{caller}: {name!r} differs between the rows of {varies.idxmax()!r}; it must be "
                "one value a person"
            )
    # `first` takes the first value that is not blank.
    pairs = persons[list(keep)].first() if keep else pd.DataFrame(index=persons.size().index)
    for name, value in zip(("first", "second"), conditions, strict=True):
        rows = data[(data[condition] == value).to_numpy()].set_index(participant)
        pairs[name] = rows[outcome].astype(float)
    pairs["difference"] = pairs["first"] - pairs["second"]
    blank = pairs.isna().any(axis=1)
    if blank.any() and missing == "raise":
        raise ValueError(
            f"{caller}: {blank.sum()} of {len(pairs)} persons lack a value in one of "
            f"{', '.join(map(repr, [outcome, *keep]))} under {conditions[0]!r} or {conditions[1]!r} "
            f"(first: {blank.idxmax()!r}). Fill them in, or pass missing='drop' to leave these "
            "persons out."
        )
    pairs = pairs[~blank].rename_axis(participant).reset_index()
    return copy_status(data, pairs), int(blank.sum())


def _require_conditions(column: pd.Series, conditions: Sequence[str], caller: str) -> None:
    """Refuse a condition that never occurs, and one that was not asked for."""
    if column.isna().any():
        raise ValueError(f"{caller}: {column.name!r} is blank in a row; fill in the condition")
    present = list(column.unique())
    for name in conditions:
        if name not in present:
            raise ValueError(
                f"{caller}: {column.name!r} is never {name!r}; it is one of: "
                f"{', '.join(map(str, present))}. Name yours with conditions=(A, B)."
            )
    others = [str(name) for name in present if name not in conditions]
    if others:
        raise ValueError(
            f"{caller}: {column.name!r} has {len(present)} conditions and two are compared; keep "
            f"the rows of {conditions[0]!r} and {conditions[1]!r} and leave out: {', '.join(others)}"
        )


def read_sequence(value: str, conditions: Sequence[str], caller: str) -> str:
    """The condition that a sequence such as "ldn then placebo" begins with."""
    text = str(value).strip().casefold()
    first, second = (str(name).strip().casefold() for name in conditions)
    if text.startswith(first) and text.endswith(second):
        return conditions[0]
    if text.startswith(second) and text.endswith(first):
        return conditions[1]
    raise ValueError(
        f"{caller}: the sequence {value!r} must begin with one condition and end with the other, "
        f"e.g. '{conditions[0]} then {conditions[1]}'"
    )
