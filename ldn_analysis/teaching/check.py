"""Check the answers to the notebooks' exercises.

No answer is stored: each is computed from the data when it is asked for, and so are the
usual mistakes, which are recognised and explained.
"""

import math
import numbers
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import numpy as np

from ..core.wording import break_lines, say
from ..data.tables import cache_until_data_change, load_dataset
from . import answers
from .exercise import EXERCISES, SHOWN, Exercise, Part, name_cells

__all__ = ["Verdict", "check", "progress"]

_RIGHT: dict[str, bool] = {}  # exercises that were answered, in the order of the last answers


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

    def __repr__(self) -> str:
        return break_lines(str(self))


@cache
def load_exercises() -> dict[str, Callable[[], Exercise]]:
    """Every exercise by its number, from the files of the answers, one per notebook."""
    for module in iter_modules(answers.__path__):
        import_module(f"{answers.__name__}.{module.name}")
    return EXERCISES


def check(exercise: str, answer=...) -> Verdict:
    """Check an answer and say why it is right, or what it might be instead.

    Numbers may be rounded to two significant digits or more. They may also be a table or
    array of one cell, or text: "0.25", "0,25", "1/4" or, for a share, "25 %". Words may be
    written in capitals or not, labels without the zeros of their number ("P7" is P07).

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

    See Also
    --------
    progress : How many exercises are right so far.
    predict : Note what you expect before a result.

    Examples
    --------
    >>> check("03.1", "steep")
    03.1 not yet: a number is asked for; received 'steep'. Write it in
    digits, or as a fraction with a slash.
    """
    name = str(exercise).strip().zfill(4)  # 3.2 and "3.2" are meant as "03.2"
    exercises = load_exercises()
    if name not in exercises:
        raise ValueError(
            f"check: there is no exercise {exercise!r}; exercises: {', '.join(sorted(exercises))}"
        )
    answer = _take_out(answer)
    if answer is ... or answer is None or (isinstance(answer, str) and answer in ("", "...")):
        _RIGHT[name] = _RIGHT.pop(name, False)
        message = "put your answer in place of the dots."
        return Verdict(exercise=name, correct=False, message=message)
    task = exercises[name]()
    kind = _check_word if isinstance(task.answer, str) else _check_number
    correct, message = (_check_sentence if task.parts else kind)(task, answer)
    if not correct and message == _refuse(task):
        message = _recognise(name[:2], answer, task) or message
    _RIGHT.pop(name, None)
    _RIGHT[name] = correct
    return Verdict(exercise=name, correct=correct, message=message)


def progress() -> None:
    """Print how many exercises of this notebook are right so far.

    The notebook is that of the last exercise checked. A right answer counts until another
    answer to the same exercise is checked.

    See Also
    --------
    check : Check one answer.

    Examples
    --------
    >>> check("03.1", "steep")
    03.1 not yet: a number is asked for; received 'steep'. Write it in
    digits, or as a fraction with a slash.
    >>> progress()  # doctest: +SKIP
    Notebook 03: 0 of 7 exercises right. Still open: 03.1, 03.2, 03.3, 03.4,
    03.5, 03.6, 03.7.
    """
    if not _RIGHT:
        say("No exercise has been checked yet: run the cells of the exercises first.")
        return
    notebook = next(reversed(_RIGHT))[:2]
    names = [name for name in sorted(load_exercises()) if name.startswith(f"{notebook}.")]
    open_ = [name for name in names if not _RIGHT.get(name)]
    rest = f" Still open: {', '.join(open_)}." if open_ else ""
    say(f"Notebook {notebook}: {len(names) - len(open_)} of {len(names)} exercises right.{rest}")


def _take_out(answer):
    """What a table, array or list of one cell holds; a text of several is left to be refused."""
    if hasattr(answer, "to_numpy") or isinstance(answer, (np.ndarray, np.generic, list, tuple)):
        cells = np.asarray(answer, dtype=object).reshape(-1)
        if len(cells) != 1:
            return f"{len(cells)} values"
        answer = cells[0]
    if isinstance(answer, np.generic):
        answer = answer.item()
    return answer.strip() if isinstance(answer, str) else answer


def _check_word(task: Exercise, answer) -> tuple[bool, str]:
    """One of a few words, or a label."""
    if isinstance(answer, bool):
        answer = "yes" if answer else "no"
    mistakes = {_trim_label(word): why for word, why in task.mistakes}
    word = _trim_label(str(answer).strip(" .!'\"()"))
    if word == _trim_label(task.answer):
        return True, task.because
    if word in mistakes:
        return False, mistakes[word]
    if word in map(_trim_label, task.labels):
        return False, f"there is {answer}, but it is not the one asked for; {_look_again(task)}"
    if task.others:
        return False, f"that is not it; answer with {task.others}."
    choices = sorted({task.answer, *(choice for choice, _ in task.mistakes)})
    return False, f"answer with one of: {', '.join(choices)}."


def _trim_label(text: str) -> str:
    """A label without capitals and leading zeros of its number: P07 and p7 are the same."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", text.lower())


def _look_again(task: Exercise) -> str:
    """Where to look; the question's own cell where the exercise names none."""
    return f"look again at {task.cell or 'the cell that the question names'}."


def _refuse(task: Exercise) -> str:
    """What is said of an answer of which nothing is known."""
    return f"that is not it; {_look_again(task)}"


def _recognise(notebook: str, answer, task: Exercise) -> str:
    """Which number of the notebook, or which printed value, the answer looks like; or nothing."""
    answer = _read_number(answer, task.unit)
    if isinstance(answer, str):
        return ""
    one_digit = answer == float(f"{answer:.0e}")  # of printed values, chance alone finds one
    for list_named in (SHOWN.get(notebook, list), list if one_digit else _list_published):
        near = [pair for pair in list_named() if _is_shown_as(answer, pair[0])]
        if near:
            what = min(near, key=lambda pair: abs(answer - pair[0]))[1]
            return f"that looks like {what}; {_look_again(task)}"
    return ""


def _is_shown_as(answer: float, value: float) -> bool:
    """Whether an answer is a number, as it is or as a table shows it."""
    return _is_close(answer, value) and (answer == value or not float(value).is_integer())


@cache_until_data_change
def _list_published() -> list[tuple[float, str]]:
    """The published values, each with its name."""
    table = load_dataset("published_values")[["id", "value", "ci_low", "ci_high"]]
    return name_cells(table, "the table of published values", by=["id"])


def _check_sentence(task: Exercise, answer) -> tuple[bool, str]:
    """A sentence, by its parts: what is said, what is missing, what should not be there."""
    if not isinstance(answer, str) or len(answer.split()) < 4:
        return False, "write a whole sentence, as text in quotation marks."
    wrong = [part.what for part in task.parts if part.forbidden and _is_in(part, answer)]
    needed = [part for part in task.parts if not part.forbidden]
    missing = [part.what for part in needed if not _is_in(part, answer)]
    if not wrong and not missing:
        return True, task.because
    said = f"{len(needed) - len(missing)} of {len(needed)} parts are there"
    lack = f"; missing: {'; '.join(missing)}" if missing else ""
    bad = f"; take out: {'; '.join(wrong)}" if wrong else ""
    return False, f"{said}{lack}{bad}."


def _is_in(part: Part, sentence: str) -> bool:
    """Whether a sentence has a part."""
    if part.number is None:
        return re.search(part.pattern, sentence, re.IGNORECASE) is not None
    text = sentence.replace(",", ".")
    size = abs(part.number)
    for found in map(float, re.findall(r"\d+(?:\.\d+)?", text)):
        rounded = round(size) if size >= 2 else round(size, 2)
        if _is_close(found, size) or (found and found == rounded):
            return True
        if size <= 1 and found in (round(100 * size), round(100 * size, 1)):  # in percent
            return True
    return False


def _read_number(answer, unit: str) -> float | str:
    """The answer as a number, or what is wrong with it."""
    if isinstance(answer, str):
        text = answer.replace("\N{MINUS SIGN}", "-").replace(",", ".")
        try:
            above, _, below = text.removesuffix("%").partition("/")
            value = Decimal(above.strip()) / Decimal(below.strip() or 1)
        except ArithmeticError:  # no number, or a division by zero
            return f"a number is asked for; received {answer[:40]!r}. Write it in digits, or as a fraction with a slash."
        if text.endswith("%") and not unit:
            return "this number is neither a share nor in percent; leave the % out."
        answer = float(value / 100 if text.endswith("%") and unit == "proportion" else value)
    if isinstance(answer, bool) or not isinstance(answer, (numbers.Real, Decimal)):
        return f"a number is asked for; this is {type(answer).__name__}."
    answer = float(answer)
    if not math.isfinite(answer):
        return f"this is {answer}; look for a blank or a division by zero on the way."
    return answer


def _check_number(task: Exercise, answer) -> tuple[bool, str]:
    """A number, rounded as you like from two significant digits on."""
    answer = _read_number(answer, task.unit)
    if isinstance(answer, str):
        return False, answer
    mistakes = [mistake for mistake in task.mistakes if not _is_same(mistake[0], task.answer)]
    exact = [why for value, why in mistakes if _is_same(answer, value)]
    if exact and not _is_same(answer, task.answer):  # close to the right one, and still another
        return False, exact[0]
    if _is_close(answer, task.answer):
        return True, task.because
    near = [mistake for mistake in mistakes if _is_close(answer, mistake[0])]
    if near:
        return False, min(near, key=lambda mistake: abs(answer - mistake[0]))[1]
    if not isinstance(task.answer, numbers.Integral):  # a count is not rounded
        if answer == float(f"{task.answer:.0e}"):
            return False, "rounded too far: give two significant digits or more."
        if _is_cut_off(answer, task.answer):
            return False, "nearly; round the number, do not cut it off."
        if _is_close(answer, task.answer, units=1.1):
            return False, "nearly; the last digit is not right."
    if _is_close(answer, -task.answer):
        return False, "the size is right and the sign is not."
    if _is_close(answer, 100 * task.answer) or _is_close(100 * answer, task.answer):
        return False, "a factor of 100: percent and proportion were exchanged."
    return False, _refuse(task)


def _is_cut_off(answer: float, right: float) -> bool:
    """Whether digits of the right number were left out where it should have been rounded."""
    if not math.isfinite(right) or right == 0:
        return False
    decimals = max(_count_decimals(answer), _count_two_digits(right))
    cut = math.trunc(right * 10.0**decimals) / 10.0**decimals
    return _is_same(answer, cut)


def _count_decimals(answer: float) -> int:
    """Decimals that were given."""
    return len(np.format_float_positional(abs(answer), trim="-").partition(".")[2])


def _count_two_digits(right: float) -> int:
    """Decimals of two significant digits."""
    return 1 - math.floor(math.log10(abs(right)))


def _is_same(answer, right) -> bool:
    """Equal to six digits: no rounding, the very number."""
    return math.isclose(answer, right, rel_tol=1e-6, abs_tol=1e-12)


def _is_close(answer: float, right: float, units: float = 0.55) -> bool:
    """Equal but for rounding to as many decimals as were given, two significant digits at least.

    A little more than half a unit of the last digit is allowed: who rounds what a table had
    already rounded may be that far off. Whole numbers, as counts are, must be exact.
    """
    distance = abs(answer - right)
    if distance > 0.11 * units * abs(right):  # a unit of the second digit is a tenth at most
        return False
    if not math.isfinite(right):
        return False
    if isinstance(right, numbers.Integral) or right == 0:
        return answer == right
    if distance <= 0.002 * abs(right):
        return True
    decimals = max(_count_decimals(answer), _count_two_digits(right))
    return distance <= units * 10.0**-decimals
