"""From cells to a valid table, or a list of everything that is wrong with it, cell by cell."""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..core.codebook import get_resource
from ..core.columns import OWN, order_by_nearness
from .shaping import describe_design, shape_rows

__all__ = ["DataError", "check_table"]

MAX_SHOWN = 20
MAX_ALIKE = 5  # more of one kind in one column share a line
MAX_LENGTH = 60
MAX_VALUE = 1e9  # of a measurement; of these, squares and sums are finite and exact enough
VARYING = re.compile(r"[-+]?[0-9][0-9.]*|'[^']*'")  # what differs between problems of one kind
THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+|[+-]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+")
WITH_UNIT = re.compile(r"([+-]?[0-9]+(?:[.,][0-9]+)?)\s*(?:%|[^\W\d_]{2})[^0-9]*")


class _Problem(NamedTuple):
    """One problem; line 0 means the whole table."""

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
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]}..."


def _list(names) -> str:
    """The first twelve names; what cannot be printed is escaped."""
    shown = [_shorten(str(name)) for name in names[:12]]
    return ", ".join(text if text.isprintable() else repr(text)[1:-1] for text in shown)


def list_findings(problems: Sequence) -> list[str]:
    """One line per problem, 20 at most; many alike in one column share a line that counts them."""
    kinds = [
        (problem.column, VARYING.sub("#", problem.problem))
        if isinstance(problem, _Problem)
        else problem
        for problem in problems
    ]
    counts, lines, told = Counter(kinds), {}, 0
    for i, (problem, kind) in enumerate(zip(problems, kinds, strict=True)):
        alike = counts[kind]
        if alike <= MAX_ALIKE:
            lines[i], told = str(problem), told + 1
        elif kind not in lines:
            more = f" (and {alike - 1} more such problems in this column)"
            lines[kind], told = f"{problem}{more}", told + alike
        if len(lines) == MAX_SHOWN:
            break
    rest = [f"... and {len(problems) - told} more"] if told < len(problems) else []
    return [*lines.values(), *rest]


def _write(cell) -> str:
    """A cell as it stands in the file: in a column with blanks pandas makes 5 into 5.0."""
    return str(cell).removesuffix(".0") if isinstance(cell, float) else str(cell)


def describe_own_table(name: str) -> dict:
    """The codebook's entry for a table of the reader's own, of which no status is asked."""
    resource = get_resource(name)
    if resource["status"] != "illustrative":
        return resource
    schema = resource["schema"]
    fields = [field for field in schema["fields"] if not field["name"].endswith("status")]
    roles = {"columns": OWN} if name == "esr_pain_change" else {}
    return resource | {"schema": schema | {"fields": fields}} | roles


def set_status_types(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The categories of the columns that say what is published, where the rows are ours."""
    for field in get_resource(name)["schema"]["fields"]:
        column = field["name"]
        if column in frame and column.endswith("status") and "categories" in field:
            dtype = pd.CategoricalDtype(field["categories"], field.get("categoriesOrdered", False))
            known = frame[column].isna() | frame[column].isin(field["categories"])
            if known.all():  # what is not known stays as it stands
                frame[column] = frame[column].astype(dtype)
    return frame


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
        One row per problem: line (as in a CSV with one header line; 0: the whole table),
        column, value, problem. Empty if all is well.

    See Also
    --------
    read_table : reads a CSV file and refuses what is wrong

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
    resource = describe_own_table(table)
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
    condition = resource.get("columns", OWN).condition
    if all(field["name"] != condition for field in resource["schema"]["fields"]):
        what = (
            f"the table {resource['name']!r}" if resource["name"] else "a table without --condition"
        )
        raise ValueError(f"{function}: {what} has no conditions; leave them out")


def say_twice(name) -> str:
    """Two columns of one name."""
    return f"column {_shorten(str(name))!r} appears twice; rename or delete one"


def check_cells(raw, resource, conditions, missing, notes) -> tuple[pd.DataFrame, list[_Problem]]:
    """The typed table and everything that is wrong with it."""
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    twice = raw.columns[raw.columns.duplicated()].unique()
    if any(name in fields for name in twice):
        return raw, [_Problem(0, "", "", say_twice(name)) for name in twice]
    columns = resource.get("columns", OWN)
    is_own = columns is not OWN
    find = _find_named_columns if is_own else _find_missing_columns
    problems = find(raw, columns if is_own else fields, conditions)
    frame = raw.copy(deep=False)
    if frame.empty:
        text = "there are no rows below the column names; add one row per participant and condition"
        return frame, [*problems, _Problem(0, "", "", text)]
    for name in [name for name in fields if name in frame]:
        if fields[name]["type"] == "string" or isinstance(frame[name].dtype, pd.StringDtype):
            frame[name] = _tidy_labels(frame[name])
    if columns.condition in frame and columns.condition in fields:
        frame, found = _choose_conditions(frame, conditions, notes, columns.condition)
        problems += found
    frame, found = _find_blanks(frame, fields, missing, notes)
    problems += found
    for name in [name for name in fields if name in frame]:
        is_open = name == columns.condition and conditions
        frame[name], found = _check_column(frame[name], fields[name], is_open=is_open)
        problems += found
    key = resource["schema"].get("primaryKey", [])
    numbered = None
    if key and set(key) <= set(frame):
        numbered = _number_key(frame, key)
        problems += _find_duplicates(frame, numbered, can_average=is_own)
    if resource["name"] == "esr_pain_change" and not problems:
        conditions = conditions or fields["condition"]["categories"]
        problems += _check_esr_pain(frame, numbered["participant"], conditions, notes)
    problems.sort(key=lambda problem: problem.line)
    if is_own and not problems:
        frame, problems = _check_own(frame, columns, conditions, notes)
    if problems:
        return frame, problems
    frame = _set_types(frame, resource, conditions)
    return _order_conditions(frame, columns, conditions) if is_own else frame, []


def _find_blanks(frame, fields: dict, missing: str, notes) -> tuple[pd.DataFrame, list[_Problem]]:
    """Blanks in required columns: rows left out and counted, or a problem each."""
    needed = [name for name, field in fields.items() if name in frame and _is_required(field)]
    blank = frame[needed].isna()
    problems = []
    if missing == "drop" and blank.any(axis=None):
        rows = blank.any(axis=1)
        notes.append(f"{rows.sum()} row(s) with a blank in a required column were left out")
        frame, blank = frame[~rows], blank[~rows]
        if frame.empty:
            problems.append(_Problem(0, "", "", "no rows are left; fill in the required columns"))
    for name in needed:
        text = "is blank; fill it in, delete the row, or leave such rows out with --missing drop"
        problems += [_Problem(line, name, "", text) for line in blank.index[blank[name]]]
    return frame, problems


def _check_column(column: pd.Series, field: dict, *, is_open) -> tuple[pd.Series, list[_Problem]]:
    """A column as numbers or truth values where it holds them; labels among those that are known."""
    if field["type"] in ("number", "integer"):
        return _convert_numbers(column, field)
    if field["type"] == "boolean":
        return _convert_booleans(column)
    if "enum" in field.get("constraints", {}) and not is_open:
        return column, _find_unknown(column, field)
    return column, []


def _tidy_labels(column: pd.Series) -> pd.Series:
    """Text without surrounding blanks; a column that has none, as nearly always, is not copied."""
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
            else f"; columns: {_list(frame.columns)}"
        )
        problems.append(_Problem(0, "", "", f"column {name!r} is missing{hint}"))
    return problems


def _explain_wide(frame: pd.DataFrame, fields: dict, conditions) -> str:
    """How to make a table long that has one column per condition; empty if it has not."""
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
        f"the table is wide: {_list(columns)} are columns of one row per participant; make it "
        f"long, one row per participant and condition, in pandas: wide{rename}{melt}"
    )


def _find_named_columns(frame: pd.DataFrame, columns, conditions) -> list[_Problem]:  # noqa: ARG001
    """Columns that the reader named and that are not there, with those that are, nearest first."""
    problems = []
    for role, name in columns.list_read().items():
        if name not in frame:
            near = _list(order_by_nearness(name, [other for other in frame if str(other)]))
            text = f"there is no column {_shorten(name)!r} for --{role}; columns, nearest first: {near}"
            problems.append(_Problem(0, "", "", text))
    return problems


def _check_own(frame, columns, conditions, notes) -> tuple[pd.DataFrame, list[_Problem]]:
    """Rows of a table in the reader's own words: shaped, with a design, enough for an estimate."""
    if columns.participant is None:
        notes.append("no column names the participants: each row is taken as another participant")
    frame, found = shape_rows(frame, columns, notes)
    problems = [_Problem(*problem) for problem in found]
    if problems:
        return frame, problems
    name = columns.condition
    if name is not None:
        frame = _order_conditions(frame, columns, conditions)
        order = list(frame[name].cat.categories)
        if columns.reference and columns.reference not in order:
            text = f"does not occur; name one of these as the reference: {_list(order)}"
            return frame, [_Problem(0, str(name), columns.reference, text)]
    try:
        notes.append(str(describe_design(frame, columns)))
    except ValueError as error:
        return frame, [_Problem(0, "", "", str(error))]
    parts = {"": frame}
    if name is not None:
        parts = {group: frame[(frame[name] == group).to_numpy()] for group in order}
    for group, rows in parts.items():
        problems += _check_group(rows, columns, group)
    return frame, problems


def _order_conditions(frame: pd.DataFrame, columns, conditions) -> pd.DataFrame:
    """The conditions as categories: in the order asked for, else in that of the rows."""
    name = columns.condition
    if name is None:
        return frame
    texts = frame[name].astype("str")
    order = list(conditions or dict.fromkeys(texts.dropna()))
    return frame.assign(**{str(name): pd.Categorical(texts, order)})


def _check_group(rows: pd.DataFrame, columns, group: str) -> list[_Problem]:
    """What a line or a mean in one group needs."""
    where, x = str(columns.condition or ""), columns.predictor
    needed, what = (2, "a mean") if x is None else (3, "a line")
    if len(rows) < needed:
        text = (
            f"has {len(rows)} usable row(s); {what} with a standard error needs at least {needed}"
        )
        return [_Problem(0, where, group, text)]
    if x is None or rows[x].isna().all():
        return []
    values = rows[x].dropna().to_numpy()
    if np.ptp(values) <= 1e-9 * np.abs(values).max():
        of = f" of condition {group!r}" if group else ""
        text = f"is {values[0]:g} in every row{of}, so there is no slope; leave out --predictor"
        return [_Problem(0, str(x), "", text)]
    return []


def _choose_conditions(frame, conditions, notes, name) -> tuple[pd.DataFrame, list[_Problem]]:
    """The rows of the conditions asked for."""
    if not conditions:
        return frame, []
    present = list(frame[name].dropna().unique())
    absent = [value for value in conditions if value not in present]
    if absent:
        text = f"does not occur; conditions: {_list(present)}"
        return frame, [_Problem(0, str(name), str(value), text) for value in absent]
    chosen = frame[name].isin(conditions) | frame[name].isna()
    if not chosen.all():
        notes.append(f"{(~chosen).sum()} row(s) of other conditions were left out")
    return frame[chosen], []


def _convert_numbers(column: pd.Series, field: dict) -> tuple[pd.Series, list[_Problem]]:
    """Numbers within the codebook's limits; every other cell is a problem."""
    name, limits = field["name"], field.get("constraints", {})
    filled = column.notna()
    numbers = _parse_numbers(column)
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
    report(np.isfinite(values) & (abs(values) > MAX_VALUE), "is implausibly large; correct it")
    finite = abs(values) <= MAX_VALUE
    low, high = limits.get("minimum"), limits.get("maximum")
    if low is not None:
        report(finite & (values < low), f"is below {low}, the lowest possible value")
    if high is not None:
        report(finite & (values > high), f"is above {high}, the highest possible value")
    if field["type"] == "integer":
        report(finite & (values != np.rint(values)), "is not a whole number")
    return numbers, problems


def _parse_numbers(column: pd.Series) -> pd.Series:
    """Cells as floats, nan where they are not numbers."""
    is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_complex_dtype(column)
    if is_number and not pd.api.types.is_bool_dtype(column):
        return column.astype(float)
    text = column.astype("str").str.strip().where(column.notna())
    return pd.to_numeric(text, errors="coerce").astype(float)


def _suggest_number(text: str, field: dict) -> str:
    """What to write in place of a text that is not a number."""
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
        # Problems that will not be shown need no near name.
        shown = len(problems) < MAX_SHOWN
        near = get_close_matches(value[:MAX_LENGTH].lower(), known, n=1) if shown else []
        hint = f"write {near[0]!r}" if near else f"known: {', '.join(known)}"
        if field["name"] == "condition":
            hint += ", or name your two conditions with --conditions"
        rows = f" ({count} rows, this is the first)" if count > 1 else ""
        problems.append(_Problem(line, field["name"], value, f"is not a known value{rows}; {hint}"))
    return problems


def _number_key(frame: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """The key's columns as whole numbers, -1 where blank, so that texts are compared only once."""
    columns = {name: pd.factorize(frame[name])[0].astype(np.int32) for name in key}
    return pd.DataFrame(columns, index=frame.index)


def _find_duplicates(frame, numbered: pd.DataFrame, *, can_average: bool) -> list[_Problem]:
    """Rows that repeat an earlier row's key."""
    key = list(numbered)
    again = numbered.duplicated() & (numbered >= 0).all(axis=1)
    if not again.any():
        return []
    lines = pd.Series(frame.index, index=frame.index)
    more = ", or average such rows with --repeated mean" if can_average else ""
    firsts = lines.groupby([numbered[name] for name in key], sort=False).transform("first")[again]
    return [
        _Problem(
            line, " and ".join(key),
            ", ".join(map(_write, values)),
            f"duplicates line {first:.0f}; keep only one" + more,
        )
        for line, first, values in zip(
            firsts.index, firsts, frame.loc[again, key].itertuples(index=False), strict=True
        )
    ]  # fmt: skip


def _check_esr_pain(
    frame: pd.DataFrame, participant, conditions, notes: list[str]
) -> list[_Problem]:
    """What a line in each condition needs, and whether the columns agree with one another."""
    problems = []
    for condition in conditions:
        rows = frame[frame["condition"] == condition]
        if len(rows) < 3:
            text = f"has {len(rows)} usable row(s); a line with a standard error needs at least 3"
            problems.append(_Problem(0, "condition", str(condition), text))
        elif np.ptp(rows["esr_mm_h"].to_numpy()) <= 1e-9 * max(rows["esr_mm_h"].max(), 1):
            text = f"is {rows['esr_mm_h'].iloc[0]:g} in every row of condition {condition!r}, so there is no slope"
            problems.append(_Problem(0, "esr_mm_h", "", text))
    participant = participant.to_numpy()
    problems += _find_changed_esr(frame, participant)
    alone = int((np.bincount(participant) == 1).sum())
    if alone and len(frame) > alone:
        notes.append(f"{alone} participant(s) have one condition only")
    return problems + _find_wrong_reductions(frame)


def _find_changed_esr(frame: pd.DataFrame, participant: np.ndarray) -> list[_Problem]:
    """Rows whose ESR differs from that of the participant's first row."""
    esr = frame["esr_mm_h"].to_numpy()
    firsts = np.empty(participant.max(initial=-1) + 1)
    firsts[participant[::-1]] = esr[::-1]  # of several rows, the first is written last
    problems = []
    for row in np.flatnonzero(esr != firsts[participant]):
        label = _shorten(frame["participant"].iloc[row])
        text = f"differs from {firsts[participant[row]]:g} in an earlier row of {label!r}; baseline ESR is one value per participant"
        problems.append(_Problem(frame.index[row], "esr_mm_h", f"{esr[row]:g}", text))
    return problems


def _find_wrong_reductions(frame: pd.DataFrame) -> list[_Problem]:
    """Reductions that do not follow from baseline and end point, where both are there."""
    if not {"baseline_pain_0_100", "end_pain_0_100"} <= set(frame):
        return []
    base, end = frame["baseline_pain_0_100"], frame["end_pain_0_100"]
    expected = (base - end) / base.where(base > 0) * 100
    off = (expected - frame["pain_reduction_percent"]).abs() > 1
    problems = []
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
    typed = _apply_types(frame.drop(columns=list(own)), resource["schema"]["fields"])
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
    """Give the columns of a table the codebook's types and category order."""
    return _apply_types(frame, get_resource(name)["schema"]["fields"])


def _apply_types(frame: pd.DataFrame, fields: list[dict]) -> pd.DataFrame:
    """The types of some fields, one column at a time."""
    frame = frame.copy(deep=False)
    for field in fields:
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
