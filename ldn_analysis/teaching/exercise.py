"""An exercise: its right answer, its usual mistakes, and the register of all."""

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
        All answers of that kind: one that exists and is not the answer is told so.
    unit : str
        "proportion" or "%": how an answer with a % sign is read.
    cell : str
        Where to look again, e.g. "the table of `compare_choices()` under 'Model'"; ends a
        refusal that nothing more special fits.
    """

    answer: object
    because: str
    mistakes: list = field(default_factory=list)
    others: str = ""
    labels: tuple[str, ...] = ()
    unit: str = ""
    cell: str = ""


EXERCISES: dict[str, Callable[[], Exercise]] = {}


def register_exercise(name: str):
    """Decorate a function that makes the exercise from the data, so that `check` knows it."""

    def register(make: Callable[[], Exercise]) -> Callable[[], Exercise]:
        EXERCISES[name] = cache_until_data_change(make)
        return EXERCISES[name]

    return register
