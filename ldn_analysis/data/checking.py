"""From cells to a valid table: everything that is wrong with it, cell by cell."""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..core.codebook import get_resource

__all__ = ["DataError", "check_table"]

MOST_SHOWN = 20
MOST_ALIKE = 5  # more of one kind in one column are one line
LONGEST_SHOWN = 60
LARGEST = 1e9  # of a measurement; of these, squares and sums are finite and exact enough
VARYING = re.compile(r"[-+]?[0-9][0-9.]*|'[^']*'")  # what differs among findings of one kind
THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+|[+-]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+")
WITH_UNIT = re.compile(r"([+-]?[0-9]+(?:[.,][0-9]+)?)\s*(?:%|[^\W\d_]{2})[^0-9]*")


class _Problem(NamedTuple):
    """One finding; line 0 means the whole table."""

    line: int
    column: str
    value: str
    problem: str

    def __str__(self) -> str:
        place = ", ".join(
            part for part in (f"line {self.line}" if self.line else "", self.column) if part
        )
        value = f"{_shorten(self.value)!r} " if self.value else ""
        return f"{place}: {value}{self.problem}" if place else f"{value}{self.problem}"


def _shorten(text: str) -> str:
    """The beginning of a long text."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def _list(names) -> str:
    """The first twelve names; what cannot be printed is escaped."""
    shown = [_shorten(str(name)) for name in names[:12]]
    return ", ".join(text if text.isprintable() else repr(text)[1:-1] for text in shown)


def list_findings(problems: Sequence) -> list[str]:
    """A line each, 20 at most; more than a few alike in a column are one line with their number."""
    kinds = [
        (problem.column, VARYING.sub("#", problem.problem))
        if isinstance(problem, _Problem)
        else problem
        for problem in problems
    ]
    counts, lines, told = Counter(kinds), {}, 0
    for i, (problem, kind) in enumerate(zip(problems, kinds, strict=True)):
        alike = counts[kind]
        if alike <= MOST_ALIKE:
            lines[i], told = str(problem), told + 1
        elif kind not in lines:
            more = f" (and {alike - 1} more such findings in this column)"
            lines[kind], told = f"{problem}{more}", told + alike
        if len(lines) == MOST_SHOWN:
            break
    rest = [f"... and {len(problems) - told} more"] if told < len(problems) else []
    return [*lines.values(), *rest]


def _write(cell) -> str:
    """A cell as it stands in the file: a column with a blank makes 5 into 5.0."""
    return str(cell).removesuffix(".0") if isinstance(cell, float) else str(cell)


def check_table(
    frame: pd.DataFrame,
    *,
    table: str = "esr_pain_change",
    conditions: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Check a table in memory against the codebook.

    Parameters
    ----------
    frame : DataFrame
        The table.
    table : str
        Which of `list_datasets` it has the shape of.
    conditions : sequence of str, optional
        As in `read_table`.

    Returns
    -------
    DataFrame
        One row a problem: line (as in a CSV with one header line; 0: the whole table),
        column, value, problem. Empty if all is well.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> data = load_dataset("esr_pain_change")
    >>> len(check_table(data))
    0
    >>> data.loc[3, "esr_mm_h"] = -5
    >>> check_table(data)["line"].tolist()
    [5]
    """
    resource = get_resource(table)
    require_conditions(conditions, resource, "check_table")
    numbered = frame.set_axis(np.arange(2, len(frame) + 2), axis=0)
    problems = check_cells(numbered, resource, conditions, "raise", [])[1]
    return pd.DataFrame(problems, columns=_Problem._fields)


def require_conditions(conditions, resource: dict, function: str) -> None:
    """Refuse conditions that are not two or more different names, or not of this table."""
    if conditions is None:
        return
    if isinstance(conditions, str) or not 0 < len(set(conditions)) == len(conditions):
        raise ValueError(
            f"{function}: conditions must be a list of different names; received {conditions!r}"
        )
    if all(field["name"] != "condition" for field in resource["schema"]["fields"]):
        raise ValueError(
            f"{function}: the table {resource['name']!r} has no conditions; leave them out"
        )


def say_twice(name) -> str:
    """Two columns of one name."""
    return f"column {_shorten(str(name))!r} is there twice; rename or delete one"


def check_cells(raw, resource, conditions, missing, notes) -> tuple[pd.DataFrame, list[_Problem]]:
    """The typed table and everything that is wrong with it."""
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    twice = raw.columns[raw.columns.duplicated()].unique()
    if any(name in fields for name in twice):
        return raw, [_Problem(0, "", "", say_twice(name)) for name in twice]
    problems = _find_missing_columns(raw, fields, conditions)
    frame = raw.copy(deep=False)
    if frame.empty:
        problems.append(
            _Problem(
                0,
                "",
                "",
                "there is no row below the column names; add one row a person and condition",
            )
        )
        return frame, problems
    for name in [name for name in fields if name in frame]:
        if fields[name]["type"] == "string" or isinstance(frame[name].dtype, pd.StringDtype):
            frame[name] = _tidy_labels(frame[name])
    if "condition" in frame and "condition" in fields:
        frame, found = _choose_conditions(frame, conditions, notes)
        problems += found
    needed = [name for name, field in fields.items() if name in frame and _is_required(field)]
    blank = frame[needed].isna()
    if missing == "drop" and blank.any(axis=None):
        notes.append(
            f"{blank.any(axis=1).sum()} row(s) with a blank in a required column were left out"
        )
        frame = frame[~blank.any(axis=1)]
        blank = frame[needed].isna()
        if frame.empty:
            problems.append(_Problem(0, "", "", "no row is left; fill in the required columns"))
    for name in needed:
        text = "is blank; fill it in, delete the row, or leave such rows out with --missing drop"
        problems += [_Problem(line, name, "", text) for line in blank.index[blank[name]]]
    for name in [name for name in fields if name in frame]:
        if fields[name]["type"] in ("number", "integer"):
            frame[name], found = _convert_numbers(frame[name], fields[name])
            problems += found
        elif fields[name]["type"] == "boolean":
            frame[name], found = _convert_booleans(frame[name])
            problems += found
        elif "enum" in fields[name].get("constraints", {}) and not (
            name == "condition" and conditions
        ):
            problems += _find_unknown(frame[name], fields[name])
    key = resource["schema"].get("primaryKey", [])
    if key and set(key) <= set(frame):
        numbered = _number_key(frame, key)
        problems += _find_duplicates(frame, numbered)
    if resource["name"] == "esr_pain_change" and not problems:
        conditions = conditions or fields["condition"]["categories"]
        problems += _check_esr_pain(frame, numbered["participant"], conditions, notes)
    problems.sort(key=lambda problem: problem.line)
    if problems:
        return frame, problems
    return _set_types(frame, resource, conditions), []


def _tidy_labels(column: pd.Series) -> pd.Series:
    """Text without blanks about it; what has none, as nearly always, is left as it is."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype("str")
    cells = column.cat.categories if column.dtype == "category" else column
    if all(
        cell == cell.strip() != "" if isinstance(cell, str) else cell != cell
        for cell in cells.to_numpy(object)
    ):
        return column
    return column.astype("str").str.strip().replace("", np.nan)


def _is_required(field: dict) -> bool:
    """Whether the codebook asks for a value in every row."""
    return field.get("constraints", {}).get("required", False)


def _find_missing_columns(frame: pd.DataFrame, fields: dict, conditions) -> list[_Problem]:
    """Required columns that are not there, with the nearest name that is."""
    problems = []
    missing = [name for name, field in fields.items() if _is_required(field) and name not in frame]
    if "condition" in missing and (text := _explain_wide(frame, fields, conditions)):
        problems.append(_Problem(0, "", "", text))
        missing = [name for name in missing if name not in ("condition", "pain_reduction_percent")]
    spare = {str(name).lower(): str(name) for name in frame if name not in fields}
    for name in missing:
        near = get_close_matches(name, spare, n=1, cutoff=0.5)
        near = near or [
            low
            for low in spare
            if low and (name.startswith(low) or low.startswith(name.split("_")[0]))
        ]
        hint = (
            f"; rename {_shorten(spare[near[0]])!r}?"
            if near
            else f"; there are: {_list(frame.columns)}"
        )
        problems.append(_Problem(0, "", "", f"column {name!r} is missing{hint}"))
    return problems


def _explain_wide(frame: pd.DataFrame, fields: dict, conditions) -> str:
    """How to make a table long that has a column a condition; empty if it has not."""
    names = [str(name) for name in frame if name not in fields]
    words = list(conditions or fields["condition"]["categories"])
    found = [
        [name for name in names if word.lower() in re.split(r"[\W_]+", name.lower())]
        for word in words
    ]
    if all(found):
        columns = [matches[0] for matches in found]
    else:
        columns = words = [name for name in names if name.lower().startswith("pain")][:2]
    if len(set(columns)) < 2:
        return ""
    new = {old: word for old, word in zip(columns, words, strict=True) if old != word}
    rename = f".rename(columns={new})" if new else ""
    melt = f".melt(['participant', 'esr_mm_h'], {words}, 'condition', 'pain_reduction_percent')"
    return (
        f"the table is wide: {_list(columns)} are columns of one row a person; make it long, "
        f"one row a person and condition, in pandas: wide{rename}{melt}"
    )


def _choose_conditions(frame, conditions, notes) -> tuple[pd.DataFrame, list[_Problem]]:
    """The rows of the conditions asked for."""
    if not conditions:
        return frame, []
    present = list(frame["condition"].dropna().unique())
    absent = [name for name in conditions if name not in present]
    if absent:
        text = f"does not occur; there are: {_list(present)}"
        return frame, [_Problem(0, "condition", str(name), text) for name in absent]
    chosen = frame["condition"].isin(conditions) | frame["condition"].isna()
    if not chosen.all():
        notes.append(f"{(~chosen).sum()} row(s) of other conditions were left out")
    return frame[chosen], []


def _convert_numbers(column: pd.Series, field: dict) -> tuple[pd.Series, list[_Problem]]:
    """Numbers within the codebook's limits; every other cell is a problem."""
    name, limits = field["name"], field.get("constraints", {})
    filled = column.notna()
    is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_complex_dtype(column)
    if is_number and not pd.api.types.is_bool_dtype(column):
        numbers = column.astype(float)
    else:
        numbers = pd.to_numeric(
            column.astype("str").str.strip().where(filled), errors="coerce"
        ).astype(float)
    values = numbers.to_numpy()
    problems = []

    def report(bad: np.ndarray, text: str) -> None:
        problems.extend(
            _Problem(line, name, _write(cell), text) for line, cell in column[bad].items()
        )

    not_number = np.isnan(values) & filled.to_numpy()
    for line, cell in column[not_number].items():
        text = f"is not a number; write {_suggest_number(str(cell).strip(), field)}"
        problems.append(_Problem(line, name, f"{cell}", text))
    report(np.isinf(values), "is infinite; correct it")
    report(np.isfinite(values) & (abs(values) > LARGEST), "is too large to be true; correct it")
    finite = abs(values) <= LARGEST
    low, high = limits.get("minimum"), limits.get("maximum")
    if low is not None:
        report(finite & (values < low), f"is below {low}, the least that is possible")
    if high is not None:
        report(finite & (values > high), f"is above {high}, the most that is possible")
    if field["type"] == "integer":
        report(finite & (values != np.rint(values)), "is not a whole number")
    return numbers, problems


def _suggest_number(text: str, field: dict) -> str:
    """What to write in place of a text that is no number."""
    if THOUSANDS.fullmatch(text):
        mark = min(",.", key=text.index)
        return text.replace(mark, "").replace(",", ".")
    if match := WITH_UNIT.fullmatch(text):
        unit = f", in {field['unit']}" if "unit" in field else ""
        return f"{match[1].replace(',', '.')} alone{unit}"
    if not re.fullmatch(r"[+-]?[0-9]*,[0-9]+", text):
        return "digits only, e.g. 12.5"
    fixed = text.replace(",", ".")
    if len(fixed.partition(".")[2]) == 3:
        return f"{fixed}, or {fixed.replace('.', '')} if the comma divides thousands"
    return fixed


def _convert_booleans(column: pd.Series) -> tuple[pd.Series, list[_Problem]]:
    """True and False in the usual spellings."""
    words = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
    text = column.astype("str").str.strip().str.lower()
    values = text.map(words)
    bad = values.isna() & column.notna()
    text = "is neither True nor False"
    return values, [
        _Problem(line, column.name, f"{cell}", text) for line, cell in column[bad].items()
    ]


def _find_unknown(column: pd.Series, field: dict) -> list[_Problem]:
    """Values that the codebook does not list."""
    known = field["constraints"]["enum"]
    unknown = column[column.notna() & ~column.isin(known)]
    problems = []
    lines = pd.Series(unknown.index, index=unknown.index)
    groups = lines.groupby(unknown.astype("str"), sort=False).agg(["first", "size"])
    for value, line, count in groups.itertuples():
        # Beyond those that are shown, no time is spent on looking for a near name.
        shown = len(problems) < MOST_SHOWN
        near = get_close_matches(value[:LONGEST_SHOWN].lower(), known, n=1) if shown else []
        hint = f"write {near[0]!r}" if near else f"known: {', '.join(known)}"
        if field["name"] == "condition":
            hint += ", or name your two conditions with --conditions"
        rows = f" ({count} rows, this is the first)" if count > 1 else ""
        problems.append(_Problem(line, field["name"], value, f"is not known{rows}; {hint}"))
    return problems


def _number_key(frame: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """The key's columns as whole numbers, -1 where blank: text is looked up only once."""
    columns = {name: pd.factorize(frame[name])[0].astype(np.int32) for name in key}
    return pd.DataFrame(columns, index=frame.index)


def _find_duplicates(frame: pd.DataFrame, numbered: pd.DataFrame) -> list[_Problem]:
    """Rows that repeat an earlier row's key."""
    key = list(numbered)
    again = numbered.duplicated() & (numbered >= 0).all(axis=1)
    if not again.any():
        return []
    lines = pd.Series(frame.index, index=frame.index)
    firsts = lines.groupby([numbered[name] for name in key], sort=False).transform("first")[again]
    return [
        _Problem(
            line, " and ".join(key),
            ", ".join(map(_write, values)),
            f"is there already in line {first:.0f}; keep one row of the two",
        )
        for line, first, values in zip(
            firsts.index, firsts, frame.loc[again, key].itertuples(index=False), strict=True
        )
    ]  # fmt: skip


def _check_esr_pain(frame: pd.DataFrame, person, conditions, notes: list[str]) -> list[_Problem]:
    """What a line in each condition needs, and whether the three pain columns agree."""
    problems = []
    for condition in conditions:
        rows = frame[frame["condition"] == condition]
        if len(rows) < 3:
            text = f"has {len(rows)} usable row(s); a line with its error needs at least 3"
            problems.append(_Problem(0, "condition", str(condition), text))
        elif np.ptp(rows["esr_mm_h"].to_numpy()) <= 1e-9 * max(rows["esr_mm_h"].max(), 1):
            text = f"is {rows['esr_mm_h'].iloc[0]:g} in every row of condition {condition!r}, so there is no slope"
            problems.append(_Problem(0, "esr_mm_h", "", text))
    person, esr = person.to_numpy(), frame["esr_mm_h"].to_numpy()
    firsts = np.empty(person.max(initial=-1) + 1)
    firsts[person[::-1]] = esr[::-1]  # of several rows, the first is written last
    for row in np.flatnonzero(esr != firsts[person]):
        text = f"differs from {firsts[person[row]]:g} in an earlier row of {_shorten(frame['participant'].iloc[row])!r}; baseline ESR is one value a person"
        problems.append(_Problem(frame.index[row], "esr_mm_h", f"{esr[row]:g}", text))
    if (alone := int((np.bincount(person) == 1).sum())) and len(frame) > alone:
        notes.append(f"{alone} participant(s) have one condition only")
    if {"baseline_pain_0_100", "end_pain_0_100"} <= set(frame):
        base, end = frame["baseline_pain_0_100"], frame["end_pain_0_100"]
        expected = (base - end) / base.where(base > 0) * 100
        off = (expected - frame["pain_reduction_percent"]).abs() > 1
        for line, value in frame.loc[off, "pain_reduction_percent"].items():
            text = f"does not agree with baseline and end-point pain, which give {expected[line]:.1f}; positive means less pain"
            problems.append(_Problem(line, "pain_reduction_percent", f"{value:g}", text))
    return problems


def _set_types(frame: pd.DataFrame, resource: dict, conditions) -> pd.DataFrame:
    """The codebook's types; labels it does not close stay as they are."""
    own = {}
    for field in resource["schema"]["fields"]:
        name = field["name"]
        if name not in frame or "categories" not in field:
            continue
        column = frame[name].astype("category").cat.remove_unused_categories()
        if name == "condition" and conditions:
            own[name] = column.cat.set_categories(list(conditions))
        elif not column.cat.categories.isin(field["categories"]).all():
            own[name] = column.cat.set_categories(sorted(column.cat.categories))
        else:  # unordered categories are equal in any order: astype would leave theirs
            frame[name] = column.cat.set_categories(field["categories"])
    typed = apply_types(frame.drop(columns=list(own)), resource["name"])
    return typed.assign(**own)[list(frame.columns)].reset_index(drop=True)


class DataError(ValueError):
    """A file or table that cannot be used; `problems` lists every reason, one line each."""

    def __init__(self, name: str, problems: Sequence[str], hint: str = ""):
        self.problems = [str(problem) for problem in problems]
        if len(self.problems) == 1:
            lines = [f"{name}: {self.problems[0]}"]
        else:
            lines = [f"{name}: {len(self.problems)} problems"]
            lines += [f"  {finding}" for finding in list_findings(problems)]
        super().__init__("\n".join([*lines, hint] if hint else lines))


def apply_types(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Give the columns the codebook's types and category order (a column at a time)."""
    frame = frame.copy(deep=False)
    for field in get_resource(name)["schema"]["fields"]:
        column, kind = field["name"], field["type"]
        if column not in frame:
            continue
        if "categories" in field:
            dtype = pd.CategoricalDtype(field["categories"], ordered=field.get("categoriesOrdered"))
        elif kind == "integer" and field.get("constraints", {}).get("required"):
            dtype = "int64"
        elif kind in ("integer", "number"):
            dtype = "float64"  # a whole number that may be missing is nan, not a nullable type
        elif kind == "boolean":
            dtype = "bool"
        else:
            dtype = "str"
        frame[column] = frame[column].astype(dtype)
    return frame
