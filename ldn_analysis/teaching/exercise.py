"""An exercise: its right answer, its usual mistakes, and the register of all."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ..data.tables import remember

__all__: list[str] = []


@dataclass(frozen=True, kw_only=True, repr=False)  # a repr would show the answer
class Exercise:
    """Right answer, what it teaches, and the usual mistakes with a word on each."""

    answer: object
    because: str
    mistakes: list = field(default_factory=list)
    others: str = ""  # what else may be answered, where the words are not listed
    unit: str = ""  # "proportion" or "%": how an answer with a % sign is read


EXERCISES: dict[str, Callable[[], Exercise]] = {}


def enter_exercise(name: str):
    """Decorate a function that makes the exercise from the data, so that `check` knows it."""

    def enter(make: Callable[[], Exercise]) -> Callable[[], Exercise]:
        EXERCISES[name] = remember(make)
        return EXERCISES[name]

    return enter
