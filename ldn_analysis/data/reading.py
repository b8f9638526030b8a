"""Read a user's table against the codebook: either a valid table or one clear error."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from ..core.columns import OWN, Columns, build_columns
from ..core.status import copy_status, read_status
from ..core.validation import require_missing
from .advice import suggest_command
from .cells import read_cells
from .checking import check_cells, describe_own_table, require_conditions, set_status_types
from .layout import find_header
from .problems import DataError
from .text import WORKBOOK, hold_file, look_through
from .wide import (
    LINE,
    SOURCE,
    find_absent,
    make_long,
    make_long_by_period,
    place_problems,
    require_wide,
)
from .workbook import read_workbook

__all__ = ["read_table"]


def read_table(
    path: str | Path,
    *,
    table: str = "esr_pain_change",
    conditions: Sequence[str] | None = None,
    missing: str = "raise",
    sheet: str | None = None,
    columns: Columns | None = None,
    **names,
) -> pd.DataFrame:
    """Read a table, in the shape of one of the project's or of your own, and check all of it.

    Recognised without being told: comma, semicolon, tab or bar between the cells; decimal
    commas where the comma does not separate the cells; UTF-8 with or without a byte-order
    mark, UTF-16, Latin-1; comment lines above the names; .xlsx workbooks (with openpyxl).
    Columns beyond the codebook's are kept.

    Parameters
    ----------
    path : str or Path
        The file; a pipe is read once.
    table : str
        Which of `list_datasets` it has the shape of.
    conditions : sequence of str, optional
        The values of `condition` to use, in the order of the panes; rows with other values are
        left out and counted. Default: those of the codebook, and no others may occur.
    missing : {"raise", "drop"}
        What to do with rows that lack a required number.
    sheet : str, optional
        Name or number of a workbook's sheet; default: the first.
    columns : Columns, optional
        Which columns of a table of your own hold what; the table keeps its own names.
    **names
        The same one by one, or what replaces parts of `columns`, e.g. participant="id",
        condition="arm", outcome="weight". Of one row per participant: wide={"ldn": "pain_ldn",
        "placebo": "pain_placebo"}, alone or with others.

    Returns
    -------
    DataFrame
        With the codebook's types. `attrs["notes"]` lists what was noticed and done.

    Raises
    ------
    DataError
        Listing every problem with its line, column and value.
    ValueError
        If there is no such table, or `missing` or `conditions` cannot be understood.

    See Also
    --------
    check_table : the same checks of a table in memory
    write_template : an empty table to fill in
    build_report : one page about the table

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "mine.csv"
    >>> _ = path.write_text("participant;condition;esr_mm_h;pain_reduction_percent\\n"
    ...     "a;ldn;12;3,5\\nb;ldn;20;10,5\\nc;ldn;31;22\\n"
    ...     "a;placebo;12;1\\nb;placebo;20;2\\nc;placebo;31;9,5\\n")
    >>> frame = read_table(path)
    >>> float(frame["pain_reduction_percent"].iloc[0])
    3.5
    >>> frame.attrs["notes"]
    ['cells are separated by semicolons', 'decimal commas were read as decimal points']
    >>> _ = path.write_text("id,drug,sleep\\n1,a,0.7\\n2,a,-1.6\\n1,b,1.9\\n2,b,0.8\\n")
    >>> frame = read_table(path, participant="id", condition="drug", outcome="sleep")
    >>> frame["drug"].tolist()
    ['a', 'a', 'b', 'b']
    """
    require_missing(missing, "read_table")
    own, wide = _tell_columns(columns, names)
    resource = describe_own_table(table) if own is None else own.describe_table()
    if conditions is None:
        conditions = (own.conditions if own else tuple(wide)) or None
        if conditions is None and own is not None and own.periods:
            conditions = tuple(own.sequence_codes.values()) or None
    require_conditions(conditions, resource, "read_table")
    path, notes = Path(path), []
    spread = {name: {"type": "number"} for name in (*wide.values(), *(own.periods if own else ()))}
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    raw = _read_file(path, spread | fields, sheet, notes)
    long, problems = _lengthen(raw, own or OWN, wide, notes)
    sources = long[[LINE, SOURCE]] if SOURCE in long else None
    raw, held = raw.iloc[:1000].copy(), [long]  # of a large table one copy is enough
    del long
    if not problems:
        frame, problems = check_cells(held.pop(), resource, conditions, missing, notes)
    if problems:
        if sources is not None:
            problems = place_problems(problems, sources, _name_values(own or OWN))
        raise DataError(str(path), problems, _hint(table, own, raw, path, problems), notes)
    frame = frame.drop(columns=[LINE, SOURCE], errors="ignore")
    frame = copy_status(frame, frame)  # a column `status` may say that the rows are illustrative
    if own is None and read_status(frame):
        frame = set_status_types(frame, table)
    frame.attrs["notes"] = notes
    return frame


def _tell_columns(columns: Columns | None, names: dict) -> tuple[Columns | None, dict]:
    """The reader's own columns, None for the project's, and those of a wide table."""
    if columns is None and set(names) == {"wide"}:
        require_wide(names["wide"], "read_table")
        return None, dict(names["wide"])
    own = build_columns(columns, **names)
    if own is not None and own.wide:
        require_wide(own.wide, "read_table")
    return own, dict(own.wide) if own else {}


def _name_values(columns: Columns) -> str:
    """The column that the cells of a wide table become."""
    return str(columns.end if columns.computes_outcome else columns.outcome)


def _lengthen(raw: pd.DataFrame, columns: Columns, wide: dict, notes: list[str]):
    """A wide table with one row per participant and condition; another one as it is."""
    names = (columns.participant, columns.condition, _name_values(columns))
    if wide:
        problems = find_absent(raw, list(wide.values()), "--wide")
        return (raw, problems) if problems else (make_long(raw, wide, names, notes), [])
    if columns.periods:
        problems = find_absent(raw, columns.periods, "--periods")
        problems += find_absent(raw, [columns.sequence], "--sequence")
        if problems:
            return raw, problems
        order = (columns.sequence, columns.sequence_codes)
        return make_long_by_period(raw, columns.periods, *order, names, notes)
    return raw, []


def _hint(table: str, own, raw: pd.DataFrame, path: Path, problems: list) -> str:
    """What helps with all of the problems."""
    if own is not None:
        return ""
    is_unnamed = all("is missing" in str(problem) for problem in problems)
    if table == "esr_pain_change" and is_unnamed and (command := suggest_command(raw, path)):
        return command
    return f"The columns are described by: ldn-analysis describe {table}"


def _read_file(path: Path, fields: dict, sheet: str | None, notes: list[str]) -> pd.DataFrame:
    """The cells of a file, index = line number, numbers parsed where a whole column is numbers."""
    text = hold_file(path)
    with text.open_bytes() as file:
        is_workbook = file.read(4) == WORKBOOK
    if is_workbook:
        text = read_workbook(text, sheet, notes)
    elif sheet is not None:
        raise DataError(str(path), ["is no workbook, so that it has no sheets; leave out --sheet"])
    look_through(text)
    if text.encoding == "cp1252":
        notes.append("the text is not UTF-8 and was read as Latin-1 (Windows-1252)")
    return read_cells(text, find_header(text, set(fields), notes), fields, notes)
