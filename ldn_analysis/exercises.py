"""Check the answers to the notebooks' exercises.

No answer is stored: each is computed from the data when it is asked for, and so are the
usual mistakes, which are recognised and explained.
"""

import numbers
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import numpy as np

__all__ = ["Verdict", "check"]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What `check` found: true where the answer is right; shows as its message."""

    exercise: str
    correct: bool
    message: str

    def __bool__(self) -> bool:
        return self.correct

    def __str__(self) -> str:
        return f"{self.exercise} {'right' if self.correct else 'not yet'}: {self.message}"

    __repr__ = __str__


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """Right answer, what it teaches, and the usual mistakes with a word on each."""

    answer: object
    because: str
    mistakes: list = field(default_factory=list)
    others: str = ""  # what else may be answered, where the words are not listed


EXERCISES: dict[str, Callable[[], Exercise]] = {}


def enter_exercise(name: str):
    """Decorate a function that makes the exercise from the data, so that `check` knows it."""

    def enter(make: Callable[[], Exercise]) -> Callable[[], Exercise]:
        EXERCISES[name] = cache(make)
        return EXERCISES[name]

    return enter


def check(exercise: str, answer) -> Verdict:
    """Check an answer and say why it is right, or what it might be instead.

    Numbers may be rounded to two significant digits or more. Words may be written in
    capitals or not.

    Parameters
    ----------
    exercise : str
        Number of the exercise, e.g. "03.2".
    answer : number, str or bool
        Your answer; `...` counts as none.

    Returns
    -------
    Verdict
        True or false, with a message.

    Raises
    ------
    ValueError
        If there is no such exercise.

    Examples
    --------
    >>> check("01.1", 31)
    01.1 not yet: that many started; count those who completed.
    >>> bool(check("01.1", 29))
    True
    """
    from . import answers  # noqa: F401  (enters the exercises)

    if exercise not in EXERCISES:
        raise ValueError(
            f"check: there is no exercise {exercise!r}; exercises: {', '.join(sorted(EXERCISES))}"
        )
    if answer is ... or answer is None:
        return Verdict(
            exercise=exercise, correct=False, message="put your answer in place of the dots."
        )
    task = EXERCISES[exercise]()
    if isinstance(task.answer, str):
        correct, message = _check_word(task, answer)
    else:
        correct, message = _check_number(task, answer)
    return Verdict(exercise=exercise, correct=correct, message=message)


def _check_word(task: Exercise, answer) -> tuple[bool, str]:
    """One of a few words."""
    choices = sorted({task.answer, *(word for word, _ in task.mistakes)})
    if isinstance(answer, (bool, np.bool_)):
        answer = "yes" if answer else "no"
    word = str(answer).strip().lower()
    if word == task.answer:
        return True, task.because
    if word not in choices and task.others:
        return False, f"it is not; answer with {task.others}."
    if word not in choices:
        return False, f"answer with one of: {', '.join(choices)}."
    return False, dict(task.mistakes)[word]


def _check_number(task: Exercise, answer) -> tuple[bool, str]:
    """A number, rounded as you like from two significant digits on."""
    if hasattr(answer, "size") and np.size(answer) == 1:
        answer = np.asarray(answer).reshape(-1)[0]
    if isinstance(answer, (bool, np.bool_)) or not isinstance(answer, numbers.Real):
        return False, f"a number is asked for; this is {type(answer).__name__}."
    answer = float(answer)
    if _is_close(answer, task.answer):
        return True, task.because
    near = [mistake for mistake in task.mistakes if _is_close(answer, mistake[0])]
    if near:
        return False, min(near, key=lambda mistake: abs(answer - mistake[0]))[1]
    if _is_close(answer, -task.answer):
        return False, "the size is right and the sign is not."
    if _is_close(answer, 100 * task.answer) or _is_close(100 * answer, task.answer):
        return False, "a factor of 100: percent and proportion were exchanged."
    return False, "that is not it; look again at the cell that the question names."


def _is_close(answer: float, right: float) -> bool:
    """Equal but for rounding to as many decimals as were given, two significant digits at least."""
    if not np.isfinite(answer) or not np.isfinite(right):
        return False
    if isinstance(right, numbers.Integral):
        return answer == right
    if abs(answer - right) <= 0.002 * abs(right):
        return True
    text = np.format_float_positional(abs(answer), trim="-")
    digits = text.replace(".", "").strip("0")
    decimals = len(text.partition(".")[2])
    return len(digits) >= 2 and abs(answer - right) <= 0.5 * 10.0**-decimals * (1 + 1e-9)
