"""An exercise: its right answer, its usual mistakes, and the register of all."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ..data.tables import cache_until_data_change

__all__: list[str] = []


@dataclass(frozen=True, kw_only=True, repr=False)  # a repr would show the answer
class Exercise:
    """Right answer, what it teaches, and the usual mistakes with a word on each.

    Attributes
    ----------
    answer : number or str
        The right one; a whole number (int) is a count and must be exact.
    because : str
        What it teaches; shown with "right".
    mistakes : list of (answer, str)
        Usual wrong answers and what they are.
    others : str
        What else may be answered, where the answers are not listed, e.g. "a participant's label".
    labels : tuple of str
        All answers of that kind: a wrong one of these is told from one that does not exist.
    unit : str
        "proportion" or "%": how an answer with a % sign is read.
    cell : str
        Where to look again, e.g. "the table of `compare_choices()` under 'Model'"; ends a
        refusal that nothing more special fits.
    parts : list of Part
        What a sentence must say, and must not, where one is asked for; `answer` is then an
        example of such a sentence.
    """

    answer: object
    because: str
    mistakes: list = field(default_factory=list)
    others: str = ""
    labels: tuple[str, ...] = ()
    unit: str = ""
    cell: str = ""
    parts: list["Part"] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One thing that a sentence must say, or must not.

    Attributes
    ----------
    what : str
        What is looked for, e.g. "the size, for 10 mm/h"; or, if it must not be there, why.
    number : float
        A number that must be among those of the sentence, rounded or not; the sign may be left
        to the words.
    pattern : str
        Or a regular expression that must match, whatever the case of the letters.
    forbidden : bool
        Whether the sentence is wrong if the part is there.
    """

    what: str
    number: float | None = None
    pattern: str = ""
    forbidden: bool = False


EXERCISES: dict[str, Callable[[], Exercise]] = {}
SHOWN: dict[str, Callable[[], list]] = {}


def register_exercise(name: str):
    """Decorate a function that makes the exercise from the data, so that `check` knows it."""

    def register(make: Callable[[], Exercise]) -> Callable[[], Exercise]:
        EXERCISES[name] = cache_until_data_change(make)
        return EXERCISES[name]

    return register


def register_shown(notebook: str):
    """Decorate a function that gives the numbers shown in a notebook, each with its name.

    `check` then says of such a number what it is, where an exercise of this notebook does not
    know it as a usual mistake.
    """

    def register(make: Callable[[], list]) -> Callable[[], list]:
        SHOWN[notebook] = cache_until_data_change(make)
        return SHOWN[notebook]

    return register


def name_cells(table, where: str, *, by: list[str] | None = None) -> list[tuple[float, str]]:
    """Every number of a table with the column, the row and the place where it stands.

    Rows are named by the columns `by`, else by the index.
    """
    import pandas as pd

    named = []
    for label, row in (table.set_index(by) if by else table).iterrows():
        who = ", ".join(map(str, label)) if isinstance(label, tuple) else str(label)
        for column, value in row.items():
            number = pd.to_numeric(value, errors="coerce") if not isinstance(value, bool) else None
            if number is not None and pd.notna(number):
                head = ", ".join(map(str, column)) if isinstance(column, tuple) else str(column)
                what = who if isinstance(column, int) else f"{head} of {who}"  # a turned frame
                named.append((float(number), f"{what} in {where}"))
    return named


def name_sentence(result, what: str) -> list[tuple[float, str]]:
    """Every number of a sentence, as a number of the sentence about `what`."""
    text = str(result).replace("\N{MINUS SIGN}", "-")
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    return [
        (float(number), f"a number of the sentence about {what}")
        for number in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]*\w)", text)
    ]
