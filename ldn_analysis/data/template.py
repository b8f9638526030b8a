"""Files to begin with: an empty table, its codebook, and a filled example of simulated participants."""

from errno import EEXIST
from pathlib import Path

import pandas as pd

from ..core.codebook import get_resource
from ..core.files import write_files
from .checking import describe_own_table
from .tables import load_codebook, load_dataset, to_csv_bytes

__all__ = ["build_template", "write_template"]

# Optional columns of your own table: the report understands these too.
OPTIONAL_COLUMNS = {
    "esr_pain_change": (("participants", "sequence"), ("improvement", "improvement"))
}

# The codebook speaks of the simulated participants; these descriptions are about your own table.
OWN_WORDS = {
    "participant": "Label of a participant, not their name; one row per participant and condition.",
    "trial": "Name of the trial or group, in any words; each gets its own marker in the figure.",
    "condition": "What was taken. For other names than these use --conditions A B.",
    "esr_mm_h": "Erythrocyte sedimentation rate at baseline; one value per participant.",
    "sequence": "Order of the two conditions where it was randomised; blank where it was not.",
    "baseline_pain_0_100": "Mean pain before treatment, e.g. over two baseline weeks; 100 is worst.",
    "end_pain_0_100": "Mean pain at the end of the condition, e.g. over its final three days.",
    "pain_reduction_percent": "(baseline - end point) / baseline x 100; positive means less pain.",
    "improvement": "The participant's answer after the first condition, in the row of that condition, in these words.",
}
EXAMPLE = "example_illustrative"

COLUMNS_FILE = "columns_template.toml"
COLUMNS_TEXT = """\
# Which column of a table of your own holds what; the table keeps its own names.
# Take the # away where a line is about your table, and write your names in the quotation marks.
# Then:  ldn-analysis report my.csv --columns columns_template.toml

# participant = "ID"          # who it is; without it each row is another participant
# condition = "group"         # what tells conditions, groups or arms apart
# conditions = ["new", "old"] # the values to use, in the order of the panes; without: all
# reference = "old"           # what the others are compared with; without: the last
# design = "paired"           # paired, crossover or parallel; without: as the rows say

outcome = "extra"             # what is compared; or instead of it:
# baseline = "before"         # the outcome before treatment (alone: groups are adjusted for it)
# end = "after"               # with baseline: the reduction is computed
# reduction = "percent"       # (baseline - end) / baseline x 100; or "absolute": baseline - end

# predictor = "dose"          # x of the lines; without it there are none
# covariate = "age"           # what a comparison of groups is adjusted for
# sequence = "order"          # order of the two conditions of a crossover
# period = "period"           # period of each row
# sequence_codes = { A = "new", B = "old" }  # where the sequence says AB or BA
# repeated = "mean"           # several rows of a participant under one condition: their mean
# wide = { new = "y_new", old = "y_old" }  # one row per participant: the column by condition
# periods = ["y_1", "y_2"]    # or the column of each period; needs the sequence
# improvement = "answer"      # answers in the words of Fig. 1
# codebook = "codebook.json"  # Frictionless: labels, units, limits and categories

[labels]                      # what to call a column in sentences and figures
# extra = "extra sleep"

[units]
# extra = "h"
"""


def build_template(table: str = "esr_pain_change") -> dict[str, bytes]:
    """Make the three files of `write_template` in memory.

    Parameters
    ----------
    table : str
        The illustrative table whose columns it has; `list_datasets` names them.

    Returns
    -------
    dict of bytes
        By file name: the empty table, its codebook, the filled example.

    Raises
    ------
    ValueError
        If there is no such table, or it holds published numbers.

    Examples
    --------
    >>> build_template("improvement")["improvement_template.csv"]
    b'participant,improvement\\n'
    """
    if get_resource(table)["status"] != "illustrative":
        raise ValueError(
            f"build_template: {table!r} holds published numbers, not measurements; choose "
            "esr_pain_change, participants, daily_pain or improvement"
        )
    example, book = load_dataset(table), load_codebook(table)
    fields = describe_own_table(table)["schema"]["fields"]
    book = book[book["name"].isin([field["name"] for field in fields])]
    for home, name in OPTIONAL_COLUMNS.get(table, ()):
        column = load_codebook(home).query("name == @name").assign(required=False)
        book = pd.concat([book, column], ignore_index=True)
        example = example.merge(load_dataset(home)[["participant", name]], how="left")
    if table == "esr_pain_change":
        # In the pilot the order was the same for everybody: there is no period effect to remove.
        example["sequence"] = example["sequence"].where(example["trial"] == "crossover")
        example["improvement"] = example["improvement"].where(example["condition"] == "ldn")
    closed = [field["name"] for field in fields if "enum" in field.get("constraints", {})]
    closed += [name for _, name in OPTIONAL_COLUMNS.get(table, ())]
    columns = book["name"].tolist()
    return {
        f"{table}_template.csv": to_csv_bytes(example.iloc[:0][columns]),
        f"{table}_codebook.csv": to_csv_bytes(_write_codebook(book, example, table, closed)),
        f"{table}_{EXAMPLE}.csv": to_csv_bytes(example[[*columns, "status"]]),
    }


def _write_codebook(book: pd.DataFrame, example: pd.DataFrame, table: str, closed) -> pd.DataFrame:
    """The codebook as text, about a table of the reader's own, with a value of the example."""
    own_words = OWN_WORDS if table == "esr_pain_change" else {}
    rows = list(book.itertuples(index=False))
    return pd.DataFrame(
        {
            "name": book["name"],
            "type": book["type"],
            "unit": book["unit"],
            "required": book["required"].map({True: "yes", False: "no"}),
            "minimum": book["minimum"].map("{:g}".format, na_action="ignore"),
            "maximum": book["maximum"].map("{:g}".format, na_action="ignore"),
            "categories": ["; ".join(row.categories) if row.name in closed else "" for row in rows],
            "description": [own_words.get(row.name, row.description) for row in rows],
            EXAMPLE: [_give_example(example[row.name]) for row in rows],
        }
    )


def write_template(
    folder: str | Path = ".", *, table: str = "esr_pain_change", force: bool = False
) -> list[Path]:
    """Write an empty table, its codebook and a filled example into a folder, all or none.

    Of esr_pain_change a fourth file: in it you say which columns of a table in other words hold
    what (`Columns.from_toml`).

    Parameters
    ----------
    folder : str or Path
        Created if it does not exist.
    table : str
        As in `build_template`.
    force : bool
        Whether to replace files of these names that hold something else.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    ValueError
        As `build_template`.
    FileExistsError
        If a file of such a name holds something else and `force` is false; nothing is written.
    OSError
        If the folder cannot be written to.

    See Also
    --------
    read_table : reads the table once it is filled in

    Examples
    --------
    >>> import tempfile
    >>> paths = write_template(tempfile.mkdtemp())
    >>> [path.name.removeprefix("esr_pain_change_") for path in paths]
    ['template.csv', 'codebook.csv', 'example_illustrative.csv', 'columns_template.toml']
    """
    contents = build_template(table)
    if table == "esr_pain_change":
        contents[COLUMNS_FILE] = COLUMNS_TEXT.encode()
    for name, content in contents.items():
        path = Path(folder) / name
        if not force and path.is_file() and path.read_bytes() != content:
            raise FileExistsError(
                EEXIST, "already exists with other contents; --force replaces it", str(path)
            )
    return write_files(contents, folder)


def _give_example(column: pd.Series) -> str:
    """The first value of a column that is not blank."""
    value = column.dropna().iloc[0]
    return f"{value:g}" if isinstance(value, float) else str(value)
