"""Cells as numbers, truth values or known words; what is none of them is a problem each."""

import re
from difflib import get_close_matches

import numpy as np
import pandas as pd

from .problems import MAX_LENGTH, MAX_SHOWN, Problem, write_cell

__all__: list[str] = []

MAX_VALUE = 1e9  # of a measurement; of these, squares and sums are finite and exact enough
THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+|[+-]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+")
WITH_UNIT = re.compile(r"([+-]?[0-9]+(?:[.,][0-9]+)?)\s*(?:%|[^\W\d_]{2})[^0-9]*")
SPACED = re.compile("[+-]?[0-9]{1,3}([ \u00a0\u2007\u2009\u202f'\u2019][0-9]{3})+([.,][0-9]+)?")
NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


def check_column(column: pd.Series, field: dict, *, is_open) -> tuple[pd.Series, list[Problem]]:
    """A column as numbers or truth values where it holds them; labels among those that are known."""
    if field["type"] in ("number", "integer"):
        return _convert_numbers(column, field)
    if field["type"] == "boolean":
        return _convert_booleans(column)
    if "enum" in field.get("constraints", {}) and not is_open:
        return column, find_unknown(column, field)
    return column, []


def _convert_numbers(column: pd.Series, field: dict) -> tuple[pd.Series, list[Problem]]:
    """Numbers within the codebook's limits; every other cell is a problem."""
    name, limits = field["name"], field.get("constraints", {})
    filled = column.notna()
    numbers = _parse_numbers(column)
    values = numbers.to_numpy()
    problems = []

    def report(bad: np.ndarray, text: str) -> None:
        problems.extend(
            Problem(line, name, write_cell(cell), text) for line, cell in column[bad].items()
        )

    not_number = np.isnan(values) & filled.to_numpy()
    for line, cell in column[not_number].items():
        text = f"is not a number; write {_suggest_number(str(cell).strip(), field)}"
        problems.append(Problem(line, name, f"{cell}", text))
    report(
        np.isinf(values), "is infinite, or more than a number can hold, such as 1e400; correct it"
    )
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
    if SPACED.fullmatch(text):
        return re.sub(r"[^0-9.,+-]", "", text).replace(",", ".")
    if text[:1] in ("'", "\u2019") and NUMBER.fullmatch(text[1:]):
        return f"{text[1:].replace(',', '.')} without the apostrophe"
    if THOUSANDS.fullmatch(text):
        mark = min(",.", key=text.index)
        return text.replace(mark, "").replace(",", ".")
    if match := WITH_UNIT.fullmatch(text):
        unit = f", in {field['unit']}" if "unit" in field else ""
        return f"{match[1].replace(',', '.')} alone{unit}"
    if not re.fullmatch(r"[+-]?[0-9]*,[0-9]+", text):
        is_date = re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text)
        return "digits only, e.g. 12.5" + (
            "; did a spreadsheet make a date of it?" if is_date else ""
        )
    fixed = text.replace(",", ".")
    if len(fixed.partition(".")[2]) == 3:
        return f"{fixed}, or {fixed.replace('.', '')} if the comma divides thousands"
    return fixed


def _convert_booleans(column: pd.Series) -> tuple[pd.Series, list[Problem]]:
    """True and False in the usual spellings."""
    words = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
    text = column.astype("str").str.strip().str.lower()
    values = text.map(words)
    bad = values.isna() & column.notna()
    text = "is neither True nor False"
    return values, [
        Problem(line, column.name, f"{cell}", text) for line, cell in column[bad].items()
    ]


def find_unknown(column: pd.Series, field: dict) -> list[Problem]:
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
        problems.append(Problem(line, field["name"], value, f"is not a known value{rows}; {hint}"))
    return problems
