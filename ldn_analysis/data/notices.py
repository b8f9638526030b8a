"""What is possible and yet looks wrong: said, and left to the reader to judge."""

import re
import unicodedata

import numpy as np
import pandas as pd

from .problems import list_names, shorten

__all__: list[str] = []

CODES = (-9, -88, -99, -888, -999, -9999, 99, 888, 999, 9999, 99999)  # often typed for "missing"
MAX_ESR = 200  # mm: no tube is longer
FAR = 50  # interquartile ranges from the median
MAX_COMPARED = 200_000  # rows whose labels are compared
TOTALS = {"total", "totals", "sum", "mean", "average", "median", "sd", "all", "summe", "gesamt"}
INVISIBLE = ("Cf", "Cc", "Zs", "Zl", "Zp")  # kinds of characters that nobody sees


def notice(frame: pd.DataFrame, resource: dict) -> list[str]:
    """One sentence for everything in a valid table that may be a mistake."""
    columns = resource.get("columns")
    if columns is None:
        return []
    who = columns.participant
    notes = []
    for name, unit in _list_numbers(frame, resource, columns):
        values = frame[name]
        owners = frame[who] if who in frame and name == columns.predictor else None
        notes += _notice_codes(values, owners) or _notice_far(values)
        if name == "esr_mm_h" or (name == columns.predictor and unit == "mm/h"):
            notes += _notice_esr(values)
        if name == columns.outcome and unit.startswith("%") and values.abs().max() < 1:
            text = (
                "lies between -1 and 1 in every row; if these are proportions, multiply them by 100"
            )
            notes.append(f"{name}: {text}")
        if name in ("baseline_pain_0_100", "end_pain_0_100") and _is_0_to_10(values, name):
            notes.append(
                f"{name}: is never above 10; if it was rated from 0 to 10, multiply it by 10"
            )
    return notes + (_notice_labels(frame, who) if who in frame else [])


def _list_numbers(frame: pd.DataFrame, resource: dict, columns):
    """The columns of numbers that are used, with their units."""
    units = {field["name"]: field.get("unit", "") for field in resource["schema"]["fields"]}
    kinds = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
    names = [name for name, kind in kinds.items() if kind in ("number", "integer")]
    if columns.outcome not in names:
        names.append(str(columns.outcome))
    for name in names:
        if name in frame and pd.api.types.is_numeric_dtype(frame[name]):
            unit = units.get(name) or next(
                (role.unit for role in (columns.predictor, columns.outcome) if role == name), ""
            )
            yield name, unit


def _notice_codes(values: pd.Series, owners: pd.Series | None) -> list[str]:
    """A code that recurs and is the smallest or the largest value."""
    for code in (values.min(), values.max()):
        if code in CODES:
            rows = values.index[values == code]
            times = len(rows) if owners is None else owners[rows].nunique()
            if times > 1:
                return [
                    f"{values.name}: {code:g} occurs {len(rows)} times (first in line {rows[0]}) and may "
                    "stand for a missing value; if so, leave these cells blank"
                ]
    return []


def _notice_far(values: pd.Series) -> list[str]:
    """A value that is far from all others."""
    numbers = values.to_numpy(float)
    numbers = numbers[np.isfinite(numbers)]
    if len(numbers) < 8:
        return []
    low, middle, high = np.quantile(numbers, [0.25, 0.5, 0.75], overwrite_input=True)
    del numbers
    reach = FAR * (high - low)
    is_far = (values < middle - reach) | (values > middle + reach)
    far = values.index[is_far & (high > low)]
    if not len(far):
        return []
    more = f" (and {len(far) - 1} more)" if len(far) > 1 else ""
    return [
        f"{values.name}: {values[far[0]]:g} in line {far[0]} is far from the other values{more}; is it "
        "a slip, or a code for a missing value?"
    ]


def _notice_esr(values: pd.Series) -> list[str]:
    """An ESR that no tube could show."""
    rows = values.index[values > MAX_ESR]
    if not len(rows):
        return []
    return [
        f"{values.name}: {len(rows)} value(s) above {MAX_ESR} mm/h (first in line {rows[0]}: "
        f"{values[rows[0]]:g}); no tube is longer, so that they may stand for missing values"
    ]


def _is_0_to_10(values: pd.Series, name: str) -> bool:
    """Whether a scale of 0 to 100 was used as one of 0 to 10."""
    return "baseline" in name and 0 < values.max() <= 10


def _notice_labels(frame: pd.DataFrame, who: str) -> list[str]:
    """Participants who may be the same, or none."""
    notes = []
    if len(frame) > MAX_COMPARED:
        return notes
    labels = frame[who].dropna().astype("str").unique()
    for label in [label for label in labels if len(label) < 9 and label.casefold() in TOTALS][:1]:
        line = frame.index[(frame[who].astype("str") == label).to_numpy()][0]
        notes.append(
            f"line {line}: a participant called {label!r} may be a row of totals; if so, delete it"
        )
    groups: dict[str, list[str]] = {}
    for label in labels:
        groups.setdefault(_plain(label), []).append(label)
    near = [group for group in groups.values() if len(group) > 1]
    if near:
        shown = list_names([" and ".join(ascii(shorten(label)) for label in near[0])])
        more = f", and {len(near) - 1} more such group(s)" if len(near) > 1 else ""
        notes.append(
            f"labels of participants that differ in case, zeros in front or invisible characters only: "
            f"{shown}{more}; if they are the same participant, write them alike, or they are not paired"
        )
    return notes


def _plain(label: str) -> str:
    """A label without case, zeros in front of numbers, and what nobody sees."""
    if label.isascii() and label.isalnum():
        text = label.casefold()
    else:
        text = unicodedata.normalize("NFKC", label).casefold()
        text = "".join(c for c in text if unicodedata.category(c) not in INVISIBLE)
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", text)
