"""What was read: participants, pairs, and the range of each measure under each condition."""

import numpy as np
import pandas as pd

from ..core.columns import OWN
from .checking import number_key

__all__: list[str] = []


def summarise_reading(frame: pd.DataFrame, resource: dict) -> list[str]:
    """Lines for a terminal: who is in the table, and n, smallest, median, largest of each measure."""
    columns = resource.get("columns")
    lines = [] if columns is None else [count_participants(frame, columns)]
    rows = _list_rows(frame, resource, columns)
    if not rows:
        return lines
    head = ("condition", "column", "n", "smallest", "median", "largest", "blank")
    table = [head, *rows]
    if not any(row[0] for row in rows):
        table = [row[1:] for row in table]
    n_texts = 2 if len(table[0]) == len(head) else 1
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    for row in table:
        cells = [
            cell.ljust(width) if i < n_texts else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def count_participants(frame: pd.DataFrame, columns) -> str:
    """Participants, and how many of them have a row under every condition."""
    who, condition = columns.participant, columns.condition
    if who is None or who not in frame:
        return f"{len(frame):,} rows, each taken as another participant"
    codes = number_key(frame, [who])[who].to_numpy()
    n = int(np.count_nonzero(np.bincount(codes[codes >= 0])))
    if condition is None or condition not in frame:
        return f"{n:,} participants"
    groups = _list_groups(frame[condition])
    names = [str(name) for name in groups]
    if len(names) < 2:
        return f"{n:,} participants, all under {', '.join(names)}"
    seen = np.zeros((len(names), int(codes.max(initial=-1)) + 1), dtype=bool)
    for row, group in zip(seen, groups, strict=True):
        row[codes[(frame[condition] == group).to_numpy()]] = True
    n_all = int(seen.all(axis=0).sum())
    every = "both" if len(names) == 2 else f"all {len(names)}"
    return f"{n:,} participants, {n_all:,} of them under {every} conditions ({', '.join(names)})"


def _list_groups(column: pd.Series) -> list:
    """The conditions in their order."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return list(column.cat.categories)
    return list(column.dropna().unique())


def _list_rows(frame: pd.DataFrame, resource: dict, columns) -> list[tuple[str, ...]]:
    """Condition, column, n, smallest, median, largest and blanks, as text."""
    measures = [
        field["name"] for field in resource["schema"]["fields"]
        if field["type"] in ("number", "integer") and field["name"] in frame
    ]  # fmt: skip
    if columns is not None and columns.outcome in frame and columns.outcome not in measures:
        measures.append(str(columns.outcome))
    condition = (columns or OWN).condition
    chosen = {"": slice(None)}
    if columns is not None and condition is not None and condition in frame:
        names = _list_groups(frame[condition])
        chosen = {str(name): (frame[condition] == name).to_numpy() for name in names}
    rows = []
    for group, members in chosen.items():
        for name in measures:  # one copy at a time: there may be a million rows
            part = frame[name].to_numpy(float, na_value=np.nan)[members]
            values = part[~np.isnan(part)]
            numbers = (values.min(), np.median(values), values.max()) if len(values) else ()
            shown = [f"{number:.6g}" for number in numbers] or ["-"] * 3
            rows.append((group, str(name), f"{len(values)}", *shown, f"{len(part) - len(values)}"))
    return rows
