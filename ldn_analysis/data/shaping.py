"""From the rows of a table of your own to the rows that are analysed, and which design they are.

Every problem is (line, column, value, text), as `check_cells` lists them.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.columns import Columns

__all__ = ["TableDesign", "describe_design"]

MIN_PAIRS = 3  # participants with both conditions, for a comparison within participants


@dataclass(frozen=True, kw_only=True)
class TableDesign:
    """Which design the rows are: one group, paired, crossover or parallel.

    Attributes
    ----------
    kind : {"one group", "paired", "crossover", "parallel"}
        As the rows or the reader say.
    conditions : tuple of str
        In order.
    n_participants, n_paired : int
        How many there are, and how many have rows of two conditions or more.
    """

    kind: str
    conditions: tuple[str, ...]
    n_participants: int
    n_paired: int

    def __str__(self) -> str:
        names = ", ".join(self.conditions)
        counted = f"{self.n_participants:,} participants"
        both = "both" if len(self.conditions) == 2 else "two or more"
        words = {
            "one group": f"one group, {counted}",
            "parallel": f"independent groups ({names}), {counted}, {self.n_paired or 'none'} in two of them",
            "paired": f"the same participants under {names}: {self.n_paired:,} of {counted} have {both}",
        }
        words["crossover"] = f"crossover with known order, {words['paired']}"
        return f"design: {words[self.kind]}"


def describe_design(data: pd.DataFrame, columns: Columns) -> TableDesign:
    """Say which design the rows of a table are, unless the reader has said it.

    Parameters
    ----------
    data : DataFrame
        As `read_table` gives it.
    columns : Columns
        Which columns hold what.

    Returns
    -------
    TableDesign
        Its `str` is one sentence.

    Raises
    ------
    ValueError
        If the reader's design contradicts the rows.
    """
    n = len(data)
    if columns.participant is not None and columns.participant in data:
        n = data[columns.participant].nunique()
    if columns.condition is None or columns.condition not in data:
        groups, n_paired = (), 0
    else:
        groups = tuple(map(str, _list_conditions(data[columns.condition])))
        n_paired = _count_paired(data, columns)
    kind = "one group"
    if len(groups) > 1:
        kind = "paired" if n_paired >= MIN_PAIRS else "parallel"
        if kind == "paired" and len(groups) == 2 and _has_two_orders(data, columns):
            kind = "crossover"
    if text := _contradict(columns.design, kind, n_paired, columns):
        raise ValueError(f"--design {columns.design}: {text}")
    if columns.design == "paired" and kind == "crossover":
        kind = "paired"
    return TableDesign(kind=kind, conditions=groups, n_participants=n, n_paired=n_paired)


def _list_conditions(column: pd.Series) -> list:
    """The values that occur, in the order of the categories where there are any."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return list(column.cat.remove_unused_categories().cat.categories)
    return list(column.dropna().unique())


def _count_paired(data: pd.DataFrame, columns: Columns) -> int:
    """Participants with rows of two conditions or more."""
    if columns.participant is None or columns.participant not in data:
        return 0
    pairs = data[[columns.participant, columns.condition]].drop_duplicates()
    return int((np.bincount(pd.factorize(pairs[columns.participant])[0]) > 1).sum())


def _has_two_orders(data: pd.DataFrame, columns: Columns) -> bool:
    """Whether the table says in which order the conditions came, and both orders occur."""
    return columns.sequence in data and len(data[columns.sequence].dropna().unique()) > 1


def _contradict(design: str, kind: str, n_paired: int, columns: Columns) -> str:
    """Why the rows are not of the design that the reader named; empty if they are."""
    if not design or design == kind or (design == "paired" and kind == "crossover"):
        return ""
    if kind == "one group":
        return "there is one condition only; name the column of the groups with --condition"
    if design == "parallel":
        return f"{n_paired} participants have rows of two conditions; use --design paired"
    if kind == "parallel":
        who = "no column names the participants (--participant)"
        if columns.participant is not None:
            who = (
                f"{n_paired} participants have rows of two conditions, and {MIN_PAIRS} are needed; "
                f"see whether {columns.participant!r} is spelled alike in both rows"
            )
        return who
    return (
        "the order of the conditions is not known; name its column with --sequence or --period, "
        "or use --design paired"
    )


def shape_rows(frame: pd.DataFrame, columns: Columns, notes: list[str]):
    """Average what is repeated, compute the reduction, complete the sequence.

    Returns
    -------
    (DataFrame, list of tuple)
        The rows that are analysed and what is wrong.
    """
    problems = []
    if columns.repeated == "mean" and columns.participant is not None:
        frame = _average_repeats(frame, columns, notes)
    if columns.computes_outcome:
        frame, problems = _compute_reduction(frame, columns)
        notes.append(f"{columns.outcome} is {columns.formula}; positive means less at the end")
    frame, found = complete_sequence(frame, columns, notes)
    return frame, problems + found


def _average_repeats(frame: pd.DataFrame, columns: Columns, notes: list[str]) -> pd.DataFrame:
    """One row for each participant under each condition: numbers averaged, the first text kept."""
    keys = [str(name) for name in (columns.participant, columns.condition) if name is not None]
    if not frame.duplicated(keys).any():
        return frame
    lines = frame.index.to_series()
    groups = frame.assign(**{"\0line": lines}).groupby(keys, sort=False, observed=True)
    numbers = [
        name for name in frame if name not in keys and pd.api.types.is_numeric_dtype(frame[name])
        and not pd.api.types.is_bool_dtype(frame[name])
    ]  # fmt: skip
    made = groups.first()
    made[numbers] = groups[numbers].mean()
    varying = [
        name for name in frame
        if name not in (*keys, *numbers) and groups[name].nunique(dropna=False).gt(1).any()
    ]  # fmt: skip
    made = made.reset_index().set_index("\0line").rename_axis(frame.index.name)
    notes.append(
        f"{len(frame):,} rows became {len(made):,}: the mean of each participant's rows under each "
        "condition" + (f"; left out, since it varies: {', '.join(varying)}" if varying else "")
    )
    return made[[name for name in frame if name not in varying]]


def _compute_reduction(frame: pd.DataFrame, columns: Columns):
    """The outcome from baseline and end."""
    name, base, end = columns.outcome, frame[columns.baseline], frame[columns.end]
    if name in frame:
        text = (
            "is a column already, and the reduction is to be computed under this name; leave out "
            "--end to use the column, or name another with --outcome"
        )
        return frame, [(0, str(name), "", text)]
    if columns.reduction == "absolute":
        return frame.assign(**{str(name): base - end}), []
    text = "is not above zero, so that no percentage of it exists; use --reduction absolute"
    bad = base[base <= 0]
    problems = [(line, str(columns.baseline), f"{value:g}", text) for line, value in bad.items()]
    return frame.assign(**{str(name): (base - end) / base.where(base > 0) * 100}), problems


def complete_sequence(frame: pd.DataFrame, columns: Columns, notes: list[str]):
    """Codes such as AB in words, the order from the periods, and whether the two agree."""
    period, sequence = columns.period, columns.sequence
    problems = []
    if sequence is not None and columns.sequence_codes:
        words, unknown = _spell_out(frame[sequence], columns.sequence_codes)
        known = ", ".join(columns.sequence_codes)
        problems = [
            (line, str(sequence), str(value), f"is not made of the letters of the codes: {known}")
            for line, value in unknown.items()
        ]
        frame = frame.assign(**{str(sequence): words})
    if period is None or columns.condition is None or columns.participant is None or problems:
        return frame, problems
    order = _order_by_period(frame, columns)
    if sequence is None:
        made = frame[columns.participant].map(order)
        notes.append(f"the order of the conditions (sequence) was made from {period}")
        return frame.assign(sequence=made), []
    told = frame[sequence].astype("str").str.strip()
    other = frame[columns.participant].map(order).fillna("")
    off = frame[sequence].notna() & (other != "") & ~_same_order(told, other)
    problems = [
        (line, str(sequence), str(told[line]), f"contradicts {period}, which says {other[line]!r}")
        for line in frame.index[off]
    ]
    return frame, problems


def _spell_out(column: pd.Series, codes) -> tuple[pd.Series, pd.Series]:
    """AB as "ldn then placebo"; and the cells that cannot be."""
    letters = {key.casefold(): value for key, value in codes.items()}
    text = column.astype("str").str.strip()

    def spell(cell: str) -> str | None:
        parts = [letters.get(part) for part in cell.casefold().replace("-", "").replace(" ", "")]
        return " then ".join(parts) if len(parts) == 2 and all(parts) else None

    words = {cell: spell(cell) for cell in text[column.notna()].unique()}
    spelled = text.map(words).where(column.notna())
    return spelled, column[column.notna() & spelled.isna()]


def _order_by_period(frame: pd.DataFrame, columns: Columns) -> dict:
    """The order of the conditions of each participant with two periods."""
    rows = frame[[columns.participant, columns.condition, columns.period]].dropna()
    rows = rows.set_axis(["who", "condition", "period"], axis=1).astype("str")
    rows = rows.assign(who=frame.loc[rows.index, columns.participant]).sort_values("period")
    return {
        who: " then ".join(part["condition"])
        for who, part in rows.groupby("who", sort=False, observed=True)
        if part["period"].nunique() == 2 == len(part)
    }


def _same_order(told: pd.Series, other: pd.Series) -> pd.Series:
    """Whether two texts begin and end with the same conditions."""
    parts = other.str.casefold().str.split(" then ", n=1)
    low = told.str.casefold()
    agree = [
        text.startswith(part[0]) and text.endswith(part[-1])
        for text, part in zip(low, parts, strict=True)
    ]
    return pd.Series(agree, index=told.index)
