"""The project's tables and their codebook (a Frictionless Data Package)."""

import json
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import pandas as pd

from .files import write_files

__all__ = ["describe_column", "list_datasets", "load_codebook", "load_dataset"]

_PACKAGE = Path(__file__).resolve().parent


@cache
def _data_folder() -> Path:
    """The wheel's own copy where there is one, else data/ of the checkout."""
    folders = [_PACKAGE / "_data", _PACKAGE.parent / "data"]
    for folder in folders:
        if (folder / "datapackage.json").is_file():
            return folder
    raise FileNotFoundError(
        f"the data folder was not found: {folders[1]} has no datapackage.json. "
        "Install the package again from a complete checkout."
    )


@cache
def _resources() -> dict[str, dict]:
    """The codebook's tables by name."""
    text = (_data_folder() / "datapackage.json").read_text(encoding="utf-8")
    return {resource["name"]: resource for resource in json.loads(text)["resources"]}


def get_resource(name: str) -> dict:
    """One table's entry in the codebook, as the JSON has it."""
    resources = _resources()
    if name not in resources:
        near = get_close_matches(str(name), resources, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"there is no dataset {name!r}.{hint} Known: {', '.join(resources)}")
    return resources[name]


def list_datasets() -> pd.DataFrame:
    """List the project's tables.

    Returns
    -------
    DataFrame
        One row a table: name, status (published: real numbers from the literature;
        illustrative: simulated), rows, title.

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
        One row a column: name, type, unit, status, required, minimum, maximum,
        categories (in order, a tuple), description.

    Raises
    ------
    ValueError
        If there is no such table.

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


def apply_types(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Give the columns the codebook's types and category order (a column at a time)."""
    frame = frame.copy()
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


def load_dataset(name: str) -> pd.DataFrame:
    """Load one of the project's tables.

    Types and category order come from the codebook. Whole numbers that may be missing
    are floats with nan. `frame.attrs["status"]` says whether the numbers are
    "published" or "illustrative".

    Parameters
    ----------
    name : str
        A name that `list_datasets` gives.

    Returns
    -------
    DataFrame

    Raises
    ------
    ValueError
        If there is no such table; the message lists those there are.

    Examples
    --------
    >>> load_dataset("improvement").shape
    (29, 2)
    """
    resource = get_resource(name)
    text = {
        field["name"]: str
        for field in resource["schema"]["fields"]
        if field["type"] == "string" or "categories" in field
    }
    frame = pd.read_csv(
        _data_folder() / resource["path"], dtype=text, keep_default_na=False, na_values=[""]
    )
    frame = apply_types(frame, name)
    frame.attrs["status"] = resource["status"]
    return frame


def find_illustrative_folder() -> Path:
    """data/illustrative of the checkout; an installed wheel's own copy is not rewritten."""
    folder = _data_folder()
    if folder.name == "_data":
        raise ValueError("there is no checkout here; name a folder with --out DIR")
    return folder / "illustrative"


def write_tables(tables: dict[str, pd.DataFrame], folder: str | Path) -> list[Path]:
    """Write tables as CSV (whole numbers without a point, \\n line ends), all of them or none."""
    texts = {}
    for name, table in tables.items():
        numbers = table.select_dtypes("number")
        whole = [column for column in numbers if (numbers[column].dropna() % 1 == 0).all()]
        table = table.astype(dict.fromkeys(whole, "Int64"))
        texts[f"{name}.csv"] = table.to_csv(index=False, lineterminator="\n").encode()
    return write_files(texts, folder)


@cache
def describe_column(column: str) -> tuple[str, str]:
    """Title and unit of a column of the codebook; a column it does not know keeps its name.

    Returns
    -------
    (str, str)
        For axis labels and sentences.

    Examples
    --------
    >>> describe_column("esr_mm_h")
    ('baseline ESR', 'mm/h')
    >>> describe_column("my_column")
    ('my_column', '')
    """
    for resource in _resources().values():
        for field in resource["schema"]["fields"]:
            if field["name"] == column and "title" in field:
                return field["title"], field.get("unit", "")
    return str(column), ""
