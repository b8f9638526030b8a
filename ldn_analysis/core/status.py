"""Whether data are illustrative: part of the data, so that no step of pandas forgets it.

Two carriers, since each survives what the other does not. The column `status` says it row by
row, through CSV files, merges and concatenation. The type of the table says it where rows are
selected, pivoted, grouped or unstacked and the column is left behind.

What neither survives: columns without `status` put one by one into a table of the reader's own
(`pd.DataFrame({"x": table["x"]})`, `own.assign(x=table["x"])`, `own.merge(table[["id", "x"]])`),
and bare numpy arrays. Take `status` along, or begin with the illustrative table.
A column `status` of the reader's own may hold anything but the word "illustrative".
"""

import pandas as pd

__all__ = [
    "IllustrativeColumn",
    "IllustrativeTable",
    "copy_status",
    "mark_illustrative",
    "read_status",
]

COLUMN, ILLUSTRATIVE = "status", "illustrative"


class IllustrativeTable(pd.DataFrame):
    """A table of illustrative data; what pandas makes of it is illustrative too."""

    @property
    def _constructor(self):
        """The type of what pandas makes of it."""
        return IllustrativeTable

    @property
    def _constructor_sliced(self):
        """The type of what pandas makes of it."""
        return IllustrativeColumn


class IllustrativeColumn(pd.Series):
    """A column of illustrative data."""

    @property
    def _constructor(self):
        """The type of what pandas makes of it."""
        return IllustrativeColumn

    @property
    def _constructor_expanddim(self):
        """The type of what pandas makes of it."""
        return IllustrativeTable


def mark_illustrative(data: pd.DataFrame) -> pd.DataFrame:
    """Give data the type of illustrative data and, where it is missing, the column `status`."""
    marked = IllustrativeTable(data)
    return marked if COLUMN in data else marked.assign(**{COLUMN: ILLUSTRATIVE})


def copy_status(source: pd.DataFrame, made: pd.DataFrame) -> pd.DataFrame:
    """What was made of illustrative data by other ways than pandas, as illustrative data."""
    return IllustrativeTable(made) if read_status(source) else made


def read_status(data: pd.DataFrame) -> str:
    """Give 'illustrative' if any of the data are, else an empty text.

    Examples
    --------
    >>> read_status(pd.DataFrame({"y": [1, 2], "status": ["illustrative", None]}))
    'illustrative'
    >>> read_status(pd.DataFrame({"y": [1, 2], "status": ["married", "single"]}))
    ''
    """
    if isinstance(data, (IllustrativeTable, IllustrativeColumn)):
        return ILLUSTRATIVE
    # A merge of two marked tables makes status_x and status_y of the column.
    columns = [name for name in data if str(name).partition("_")[0] == COLUMN]
    return ILLUSTRATIVE if any(data[name].eq(ILLUSTRATIVE).any() for name in columns) else ""
