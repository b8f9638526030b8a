"""The codebook (data/datapackage.json): tables, columns, units and categories."""

import json
from difflib import get_close_matches
from functools import cache
from pathlib import Path

__all__ = ["describe_column"]

CATEGORIES = (
    "very much improved",
    "much improved",
    "minimally improved",
    "no change",
    "minimally worse",
    "much worse",
    "very much worse",
)
_PACKAGE = Path(__file__).resolve().parents[1]


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


class ColumnName(str):
    """The name of a column of the reader's own, which knows its label and its unit."""

    title: str
    unit: str

    def __new__(cls, name: str, title: str = "", unit: str = ""):
        """A text equal to the name."""
        made = super().__new__(cls, name)
        made.title, made.unit = title or str(name), unit
        return made

    def __reduce__(self):
        return ColumnName, (str(self), self.title, self.unit)


def describe_column(column: str) -> tuple[str, str]:
    """Title and unit of a column of the codebook; a column it does not know keeps its name.

    A `ColumnName` says its own.

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
    >>> describe_column(ColumnName("wt", "weight", "kg"))
    ('weight', 'kg')
    """
    if isinstance(column, ColumnName):
        return column.title, column.unit
    return _look_up_column(column)


@cache
def _look_up_column(column: str) -> tuple[str, str]:
    """What the codebook says of a column; the classic tables' short names are common elsewhere."""
    for resource in _resources().values():
        if resource["path"].startswith("classic/"):
            continue
        for field in resource["schema"]["fields"]:
            if field["name"] == column and "title" in field:
                return field["title"], field.get("unit", "")
    return str(column), ""
