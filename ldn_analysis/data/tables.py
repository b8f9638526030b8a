"""The project's tables and their codebook (a Frictionless Data Package)."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd

from ..core.codebook import _data_folder, _resources, get_resource
from ..core.files import write_files
from ..core.status import mark_illustrative
from .checking import apply_types, describe_own_table
from .problems import DataError

__all__ = ["list_datasets", "load_codebook", "load_dataset", "use_data"]

_USED: dict[str, pd.DataFrame] = {}  # the tables of `use_data`, by name; empty: the project's own
_FAILED: list[str] = []  # why `use_data` could not take a folder: until it can, there are no data
_CACHED = []  # what `use_data` has to forget


def cache_until_data_change(function: Callable) -> Callable:
    """Decorate a function of the data: its results are kept until `use_data` changes them."""
    _CACHED.append(cache(function))
    return _CACHED[-1]


def list_datasets() -> pd.DataFrame:
    """List the project's tables.

    Returns
    -------
    DataFrame
        One row per table: name, status (published: real numbers from the literature;
        illustrative: simulated), rows, title.

    See Also
    --------
    load_dataset : one of these tables
    load_codebook : what its columns hold

    Examples
    --------
    >>> list_datasets().set_index("name").loc["esr_pain_change", "status"]
    'illustrative'
    """
    return pd.DataFrame(
        [
            {
                "name": name,
                "status": item["status"],
                "rows": len(load_dataset(name)),
                "title": item["title"],
            }
            for name, item in _resources().items()
        ]
    )


def load_codebook(name: str) -> pd.DataFrame:
    """Codebook of one table: what each column holds.

    Parameters
    ----------
    name : str
        A name that `list_datasets` gives.

    Returns
    -------
    DataFrame
        One row per column: name, type, unit, status, required, minimum, maximum,
        categories (in order, a tuple), description.

    Raises
    ------
    ValueError
        If there is no such table.

    See Also
    --------
    load_dataset : the table itself

    Examples
    --------
    >>> load_codebook("esr_pain_change").set_index("name").loc["esr_mm_h", "unit"]
    'mm/h'
    """
    rows = []
    for field in get_resource(name)["schema"]["fields"]:
        limits = field.get("constraints", {})
        rows.append(
            {
                "name": field["name"],
                "type": field["type"],
                "unit": field.get("unit", ""),
                "status": field.get("status", ""),
                "required": limits.get("required", False),
                "minimum": limits.get("minimum"),
                "maximum": limits.get("maximum"),
                "categories": tuple(field.get("categories", ())),
                "description": field["description"],
            }
        )
    table = pd.DataFrame(rows)
    return table.astype({"minimum": float, "maximum": float})


def load_dataset(name: str) -> pd.DataFrame:
    """Load one of the project's tables, or of the folder that `use_data` named.

    Types and category order come from the codebook. Whole numbers that may be missing
    are floats with nan. Illustrative tables have a column `status` and a type of their own,
    so that the word stays with whatever pandas makes of them.

    Parameters
    ----------
    name : str
        A name that `list_datasets` gives.

    Returns
    -------
    DataFrame
        A new copy each time.

    Raises
    ------
    ValueError
        If there is no such table; the message lists those there are. Or if the table is
        illustrative and the last `use_data` failed.

    See Also
    --------
    list_datasets : names and titles of the tables
    load_codebook : what the columns hold
    read_table : a CSV file of your own

    Examples
    --------
    >>> load_dataset("improvement").shape
    (29, 3)
    """
    resource = get_resource(name)
    if _FAILED and resource["status"] == "illustrative":
        raise ValueError(
            f"load_dataset: your own data could not be taken, so nobody else's are shown. {_FAILED[0]}. "
            'Run the cell with `use_data("data")` again when that is mended'
        )
    if name in _USED:
        return _USED[name].copy()
    path = _data_folder() / resource["path"]
    return _read_project(name, path, path.stat().st_mtime_ns).copy()


@cache
def _read_project(name: str, path: Path, _changed: int) -> pd.DataFrame:
    """One of the project's tables; read again only when its file has changed."""
    resource = get_resource(name)
    text = {
        field["name"]: str
        for field in resource["schema"]["fields"]
        if field["type"] == "string" or "categories" in field
    }
    frame = pd.read_csv(path, dtype=text, keep_default_na=False, na_values=[""])
    frame = apply_types(frame, name)
    return mark_illustrative(frame) if resource["status"] == "illustrative" else frame


def use_data(folder: str | Path | None) -> None:
    """Take the illustrative tables from another folder from now on, in this process.

    For a course in which each student has their own simulated participants. The published
    tables stay the project's. The files are read and checked at once, so that changing
    them later changes nothing.

    Parameters
    ----------
    folder : str, Path or None
        Holds participants.csv, daily_pain.csv, improvement.csv and esr_pain_change.csv,
        as `simulate_illustrative_trials` makes them. None: back to the project's own.

    Raises
    ------
    ValueError
        If there is no such folder, or the tables do not belong together.
    DataError
        If a file is missing, or is not what the codebook says.

    See Also
    --------
    load_dataset : Read one table.

    Notes
    -----
    After a failure nothing goes on with other participants' data: `load_dataset` refuses the
    illustrative tables, and `check` their exercises, until `use_data` has succeeded.

    Examples
    --------
    >>> use_data(None)
    >>> len(load_dataset("participants"))
    41
    """
    for function in _CACHED:
        function.cache_clear()
    _USED.clear()
    _FAILED[:] = [f"use_data({str(folder)!r}) was stopped"]
    try:
        _USED.update({} if folder is None else _read_illustrative(Path(folder)))
    except (ValueError, OSError) as error:
        _FAILED[:] = [str(error).splitlines()[0].rstrip(".:")]
        raise
    _FAILED.clear()


def _read_illustrative(folder: Path) -> dict[str, pd.DataFrame]:
    """The illustrative tables of a folder, checked against the codebook and one another."""
    from .reading import read_table

    if not folder.is_dir():
        raise ValueError(
            f"use_data: there is no folder {str(folder)!r} here ({Path.cwd().name}/); "
            "name the one that holds participants.csv and the other tables"
        )
    tables = {}
    for name, resource in _resources().items():
        if resource["status"] != "illustrative":
            continue
        path = folder / f"{name}.csv"
        table = read_table(path, table=name)
        columns = [field["name"] for field in describe_own_table(name)["schema"]["fields"]]
        if absent := [column for column in columns if column not in table]:
            raise DataError(str(path), [f"has no column {', '.join(absent)}"])
        table.attrs = {}
        tables[name] = mark_illustrative(apply_types(table, name))
    _require_same_participants(tables, folder)
    return tables


def _require_same_participants(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    """Refuse tables that do not belong together."""
    participants = tables["participants"].set_index("participant")
    completed = participants.index[
        participants["completed"] & (participants["trial"] == "crossover")
    ]
    change = tables["esr_pain_change"]
    belongs = {
        "daily_pain": set(tables["daily_pain"]["participant"]) == set(participants.index),
        "improvement": set(tables["improvement"]["participant"]) == set(completed),
        "esr_pain_change": all(
            participants[column].astype("str").reindex(change["participant"]).tolist()
            == change[column].astype("str").tolist()
            for column in ("trial", "esr_mm_h")
        ),
    }
    for name in [name for name, true in belongs.items() if not true]:
        raise ValueError(
            f"use_data: {folder / name}.csv is not about the participants in participants.csv beside it; "
            "take all four tables from one simulation"
        )


def find_illustrative_folder() -> Path:
    """data/illustrative of the checkout; an installed wheel's own copy is not rewritten."""
    folder = _data_folder()
    if folder.name == "_data":
        raise ValueError("there is no checkout here; name a folder with --out DIR")
    return folder / "illustrative"


def write_tables(tables: dict[str, pd.DataFrame], folder: str | Path) -> list[Path]:
    """Write tables as CSV (whole numbers without a point, \\n line ends), all of them or none."""
    return write_files({f"{name}.csv": to_csv_bytes(tables[name]) for name in tables}, folder)


def to_csv_bytes(table: pd.DataFrame) -> bytes:
    """A table as CSV; whole numbers, also of a column with blanks, are written without a point."""
    numbers = table.select_dtypes("number")
    whole = [column for column in numbers if (numbers[column].dropna() % 1 == 0).all()]
    table = table.astype(dict.fromkeys(whole, "Int64"))
    return table.to_csv(index=False, lineterminator="\n").encode()
