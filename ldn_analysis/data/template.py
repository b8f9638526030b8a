"""Files to begin with: an empty table, its codebook, and a filled example of simulated people."""

from errno import EEXIST
from pathlib import Path

import pandas as pd

from ..core.codebook import get_resource
from ..core.files import write_files
from .tables import load_codebook, load_dataset, write_csv

__all__ = ["build_template", "write_template"]

# What a table of one's own may hold besides: the report understands these columns too.
MORE_COLUMNS = {"esr_pain_change": (("participants", "sequence"), ("improvement", "improvement"))}

# The codebook speaks of the simulated people where a table of one's own is another matter.
OWN_WORDS = {
    "participant": "Label of a person, not her name; one row a person and condition.",
    "trial": "Name of the trial or group, in any words; it tells the markers of the figure apart.",
    "condition": "What was taken. Other names than these are given with --conditions A B.",
    "esr_mm_h": "Erythrocyte sedimentation rate at baseline; one value a person.",
    "sequence": "Order of the two conditions, where it was randomised; blank where it was not.",
    "baseline_pain_0_100": "Mean pain before, e.g. of two baseline weeks; 100 is worst.",
    "end_pain_0_100": "Mean pain at the end of the condition, e.g. of its final three days.",
    "pain_reduction_percent": "(baseline - end point) / baseline x 100; positive means less pain.",
    "improvement": "Her answer after the first condition, in its row and in one of these words.",
}
EXAMPLE = "example_illustrative"


def build_template(table: str = "esr_pain_change") -> dict[str, bytes]:
    """Make the three files of `write_template` in memory.

    Parameters
    ----------
    table : str
        Which of the illustrative tables of `list_datasets` to have the shape of.

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
    book = book[book["name"] != "status"]  # the reader's own data are not illustrative
    for home, name in MORE_COLUMNS.get(table, ()):
        column = load_codebook(home).query("name == @name").assign(required=False)
        book = pd.concat([book, column], ignore_index=True)
        example = example.merge(load_dataset(home)[["participant", name]], how="left")
    if table == "esr_pain_change":
        # In the pilot the order was the same for everybody: nothing to take out.
        example["sequence"] = example["sequence"].where(example["trial"] == "crossover")
        example["improvement"] = example["improvement"].where(example["condition"] == "ldn")
    own_words = OWN_WORDS if table == "esr_pain_change" else {}
    closed = [field["name"] for field in get_resource(table)["schema"]["fields"]
              if "enum" in field.get("constraints", {})]  # fmt: skip
    closed += [name for _, name in MORE_COLUMNS.get(table, ())]
    codebook = pd.DataFrame(
        {
            "name": book["name"],
            "type": book["type"],
            "unit": book["unit"],
            "required": book["required"].map({True: "yes", False: "no"}),
            "minimum": book["minimum"].map("{:g}".format, na_action="ignore"),
            "maximum": book["maximum"].map("{:g}".format, na_action="ignore"),
            "categories": [
                "; ".join(row.categories) if row.name in closed else ""
                for row in book.itertuples(index=False)
            ],
            "description": [
                own_words.get(row.name, row.description) for row in book.itertuples(index=False)
            ],
            EXAMPLE: [_give_example(example[name]) for name in book["name"]],
        }
    )
    return {
        f"{table}_template.csv": write_csv(example.iloc[:0].drop(columns="status")),
        f"{table}_codebook.csv": write_csv(codebook),
        f"{table}_{EXAMPLE}.csv": write_csv(example),
    }


def write_template(
    folder: str | Path = ".", *, table: str = "esr_pain_change", force: bool = False
) -> list[Path]:
    """Write an empty table, its codebook and a filled example into a folder, all or none.

    Parameters
    ----------
    folder : str or Path
        Made if it is not there.
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

    Examples
    --------
    >>> import tempfile
    >>> paths = write_template(tempfile.mkdtemp())
    >>> [path.name.removeprefix("esr_pain_change_") for path in paths]
    ['template.csv', 'codebook.csv', 'example_illustrative.csv']
    """
    contents = build_template(table)
    for name, content in contents.items():
        path = Path(folder) / name
        if not force and path.is_file() and path.read_bytes() != content:
            raise FileExistsError(
                EEXIST, "is there already and holds something else; --force replaces it", str(path)
            )
    return write_files(contents, folder)


def _give_example(column: pd.Series) -> str:
    """The first value of a column that is not blank."""
    value = column.dropna().iloc[0]
    return f"{value:g}" if isinstance(value, float) else str(value)
