"""From cells to a valid table, or a list of everything that is wrong with it, cell by cell."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..core.codebook import get_resource
from ..core.columns import OWN
from .advice import find_missing_columns, find_named_columns
from .blanks import find_blanks, find_regular
from .notices import notice
from .problems import Problem, list_names, say_twice, shorten, write_cell
from .stray_rows import find_stray_rows
from .trial_checks import MANY, check_esr_pain, check_own, order_conditions
from .values import check_column

__all__ = ["check_table"]

SHARES = 64  # in which so many texts are compared, each with those of its share


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
    return pd.DataFrame(problems, columns=Problem._fields)


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


def check_cells(raw, resource, conditions, missing, notes) -> tuple[pd.DataFrame, list[Problem]]:
    """The typed table and everything that is wrong with it."""
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    twice = raw.columns[raw.columns.duplicated()].unique()
    if any(name in fields for name in twice):
        return raw, [Problem(0, "", "", say_twice(name)) for name in twice]
    columns = resource.get("columns", OWN)
    is_own = columns is not OWN
    find = find_named_columns if is_own else find_missing_columns
    problems = find(raw, columns if is_own else fields, conditions)
    frame = raw.copy(deep=False)
    del raw
    if frame.empty:
        text = "there are no rows below the column names; add one row per participant and condition"
        return frame, [*problems, Problem(0, "", "", text)]
    frame, found = _check_each_column(frame, fields, columns, conditions, missing, notes)
    problems += found
    key = resource["schema"].get("primaryKey", [])
    numbered = None
    if key and set(key) <= set(frame):
        numbered = number_key(frame, key)
        problems += _find_duplicates(frame, numbered, can_average=is_own)
    if resource["name"] == "esr_pain_change" and not problems:
        conditions = conditions or fields["condition"]["categories"]
        problems += check_esr_pain(frame, numbered["participant"], conditions, notes)
    del numbered
    problems.sort(key=lambda problem: problem.line)
    if is_own and not problems:
        frame, problems = check_own(frame, columns, conditions, notes)
    if problems:
        return frame, problems
    notes += notice(frame, resource)
    frame = _set_types(frame, resource, conditions)
    return order_conditions(frame, columns, conditions) if is_own else frame, []


def _check_each_column(frame, fields: dict, columns, conditions, missing, notes):
    """The rows that are data, their cells as values, and what is wrong with them."""
    for name in [name for name in fields if name in frame]:
        if fields[name]["type"] == "string" or isinstance(frame[name].dtype, pd.StringDtype):
            frame[name] = _tidy_labels(frame[name])
    frame, problems = find_stray_rows(frame, fields)
    found, seen = find_regular(frame, fields, columns)
    problems += found
    if columns.condition in frame and columns.condition in fields:
        frame, found = _choose_conditions(frame, conditions, notes, columns.condition)
        problems += found
    frame, found = find_blanks(frame, fields, missing, notes, seen)
    problems += found
    for name in [name for name in fields if name in frame]:
        is_open = name == columns.condition and conditions
        frame[name], found = check_column(frame[name], fields[name], is_open=is_open)
        problems += found
    return frame, problems


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


def _choose_conditions(frame, conditions, notes, name) -> tuple[pd.DataFrame, list[Problem]]:
    """The rows of the conditions asked for."""
    if not conditions:
        return frame, []
    present = list(frame[name].dropna().unique())
    absent = [value for value in conditions if value not in present]
    if absent:
        text = f"does not occur; conditions: {list_names(present)}"
        if any(" " in str(value) for value in present) and any(
            value in str(other).split() for value in absent for other in present
        ):
            text += "; quote names with spaces"
        return frame, [Problem(0, str(name), str(value), text) for value in absent]
    chosen = frame[name].isin(conditions) | frame[name].isna()
    if not chosen.all():
        notes.append(f"{(~chosen).sum()} row(s) of other conditions were left out")
    return frame[chosen], []


def number_key(frame: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """The key's columns as whole numbers, -1 where blank, so that texts are compared only once."""
    columns = {}
    for name in key:
        column = frame[name]
        codes = None
        if column.dtype == "category":
            codes = column.cat.codes.to_numpy().astype(np.int32)
        elif len(column) > MANY and isinstance(column.dtype, pd.StringDtype):
            codes = _number_texts(column)
        columns[name] = pd.factorize(column)[0].astype(np.int32) if codes is None else codes
    return pd.DataFrame(columns, index=frame.index, copy=False)


def _number_texts(column: pd.Series) -> np.ndarray | None:
    """As factorize, in less memory, by sorting hashes; None if two texts share one."""
    if column.isna().any():
        return None
    texts, n = column.to_numpy(object), len(column)
    hashes, codes, share = np.empty(n, np.uint64), np.empty(n, np.int32), np.empty(n, np.uint8)
    for start in range(0, n, MANY):
        part = slice(start, start + MANY)
        hashes[part] = pd.util.hash_array(texts[part], categorize=False)
        share[part] = hashes[part] % SHARES
    n_different = 0
    for i in range(SHARES):
        rows = np.flatnonzero(share == i)
        rows = rows[np.argsort(hashes[rows])]
        is_new = np.append(True, hashes[rows[1:]] != hashes[rows[:-1]])[: len(rows)]
        again = rows[~is_new]
        if (texts[again] != texts[rows[np.flatnonzero(~is_new) - 1]]).any():
            return None
        codes[rows] = n_different + np.cumsum(is_new) - 1
        n_different += int(is_new.sum())
    return codes


def _has_duplicates(numbered: pd.DataFrame) -> bool:
    """Whether any two rows are alike, by sorting."""
    if numbered.empty:
        return False
    one = np.zeros(len(numbered), np.int64)
    for name in numbered:
        one *= int(numbered[name].max()) + 2
        one += numbered[name].to_numpy()
        one += 1
    one.sort()
    return bool((one[1:] == one[:-1]).any())


def _find_duplicates(frame, numbered: pd.DataFrame, *, can_average: bool) -> list[Problem]:
    """Rows that repeat an earlier row's key."""
    key = list(numbered)
    if not _has_duplicates(numbered):
        return []
    again = numbered.duplicated() & (numbered >= 0).all(axis=1)
    if not again.any():
        return []
    lines = pd.Series(frame.index, index=frame.index)
    more = ", or average such rows with --repeated mean" if can_average else ""
    firsts = lines.groupby([numbered[name] for name in key], sort=False).transform("first")[again]
    return [
        Problem(
            line, " and ".join(key),
            ", ".join(map(write_cell, values)),
            f"duplicates line {first:.0f}{advice}{more}",
        )
        for line, first, values, advice in zip(
            firsts.index, firsts, frame.loc[again, key].itertuples(index=False),
            _advise_on_duplicates(frame.loc[again], frame.loc[firsts]), strict=True,
        )
    ]  # fmt: skip


def _advise_on_duplicates(later: pd.DataFrame, earlier: pd.DataFrame) -> list[str]:
    """What to do with each later row: whether its other values are those of the earlier one."""
    names: list[list[str]] = [[] for _ in range(len(later))]
    for name in later:
        one, other = (rows[name].astype("str").to_numpy(object) for rows in (later, earlier))
        blank = later[name].isna().to_numpy() & earlier[name].isna().to_numpy()
        for i in np.flatnonzero((one != other) & ~blank):
            names[i].append(str(name))
    return [
        f" with another {' and '.join(map(shorten, found[:3]))}; find out which row is right and keep only that"
        if found else "; keep only one"
        for found in names
    ]  # fmt: skip


def _set_types(frame: pd.DataFrame, resource: dict, conditions) -> pd.DataFrame:
    """The codebook's types; labels it does not close stay as they are."""
    own = {}
    for field in resource["schema"]["fields"]:
        name = field["name"]
        if name not in frame or "categories" not in field:
            continue
        column = frame[name].astype("category")
        present = [value for value in column.unique() if pd.notna(value)]
        if name == "condition" and conditions:
            own[name] = column.cat.set_categories(list(conditions))
        elif not set(present) <= set(field["categories"]):
            own[name] = column.cat.set_categories(sorted(present))
        else:  # unordered categories are equal in any order: astype would leave theirs
            frame[name] = column.cat.set_categories(field["categories"])
    typed = _apply_types(frame.drop(columns=list(own)), resource["schema"]["fields"])
    return typed.assign(**own)[list(frame.columns)].reset_index(drop=True)


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
