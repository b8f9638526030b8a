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
class _Exercise:
    """Right answer, what it teaches, and the usual mistakes with a word on each."""

    answer: object
    because: str
    mistakes: list = field(default_factory=list)


_EXERCISES: dict[str, Callable[[], _Exercise]] = {}


def _exercise(name: str):
    """Enter a function that makes the exercise from the data."""

    def enter(make: Callable[[], _Exercise]) -> Callable[[], _Exercise]:
        _EXERCISES[name] = cache(make)
        return _EXERCISES[name]

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
    if exercise not in _EXERCISES:
        raise ValueError(
            f"check: there is no exercise {exercise!r}; exercises: {', '.join(sorted(_EXERCISES))}"
        )
    if answer is ... or answer is None:
        return Verdict(
            exercise=exercise, correct=False, message="put your answer in place of the dots."
        )
    task = _EXERCISES[exercise]()
    if isinstance(task.answer, str):
        correct, message = _check_word(task, answer)
    else:
        correct, message = _check_number(task, answer)
    return Verdict(exercise=exercise, correct=correct, message=message)


def _check_word(task: _Exercise, answer) -> tuple[bool, str]:
    """One of a few words."""
    choices = sorted({task.answer, *(word for word, _ in task.mistakes)})
    if isinstance(answer, (bool, np.bool_)):
        answer = "yes" if answer else "no"
    word = str(answer).strip().lower()
    if word not in choices:
        return False, f"answer with one of: {', '.join(choices)}."
    if word == task.answer:
        return True, task.because
    return False, dict(task.mistakes)[word]


def _check_number(task: _Exercise, answer) -> tuple[bool, str]:
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


# --- 01 ----------------------------------------------------------------------------------


def _load(name: str):
    """One of the project's tables."""
    from .data import load_dataset

    return load_dataset(name)


@_exercise("01.1")
def _completed() -> _Exercise:
    people = _load("participants")
    trial = people[people["trial"] == "crossover"]
    return _Exercise(
        answer=int(trial["completed"].sum()),
        because="as many as Fig. 1 of the review shows.",
        mistakes=[
            (len(trial), "that many started; count those who completed."),
            (int(trial["analysed"].sum()), "that many were analysed; one more completed."),
            (int(people["completed"].sum()), "that is both trials; take the crossover trial only."),
        ],
    )


@_exercise("01.2")
def _missed() -> _Exercise:
    pain = _load("daily_pain")["pain_0_100"]
    return _Exercise(
        answer=float(pain.isna().mean()),
        because="a missed day is a row with a blank; its share was assumed.",
        mistakes=[
            (float(pain.notna().mean()), "that is the share of days that were rated."),
            (int(pain.isna().sum()), "that is the number of missed days; divide by all days."),
        ],
    )


@_exercise("01.3")
def _reduction() -> _Exercise:
    data = _load("esr_pain_change")
    trial = data[data["trial"] == "crossover"]
    mean = data.groupby("condition", observed=True)["pain_reduction_percent"].mean()
    by_trial = trial.groupby("condition", observed=True)["pain_reduction_percent"].mean()
    base, end = (
        trial.groupby("condition", observed=True)[f"{name}_pain_0_100"].mean()
        for name in ("baseline", "end")
    )
    return _Exercise(
        answer=float(by_trial["ldn"]),
        because="rounded to one decimal, this is the printed number: the data were made to meet it.",
        mistakes=[
            (
                float(mean["ldn"]),
                "that mixes the pilot in; the printed number is the crossover trial's.",
            ),
            (float(by_trial["placebo"]), "that is placebo."),
            (
                float(100 * (1 - end["ldn"] / base["ldn"])),
                "that is the reduction of the mean pain; asked for is the mean of each person's reduction.",
            ),
        ],
    )


@_exercise("01.4")
def _status() -> _Exercise:
    return _Exercise(
        answer="assumed",
        because="nobody outside the trial knows the seven counts; only their sum and the best half were told.",
        mistakes=[
            ("published", "the caption gives the number of participants, not the counts."),
            (
                "reported",
                "a report says that half were much or very much improved, not how the seven divide.",
            ),
            ("derived", "no computation from the printed numbers gives the seven counts."),
        ],
    )


# --- 02 ----------------------------------------------------------------------------------


def _best_share():
    """Much or very much improved, with its interval."""
    from .proportions import summarise_improvement

    summary = summarise_improvement(_load("improvement"))
    return summary.combine(["very much improved", "much improved"]).iloc[0]


@_exercise("02.1")
def _share() -> _Exercise:
    best = _best_share()
    n = int(best["n_obs"])
    return _Exercise(
        answer=float(best["share"]),
        because=f"of {n} people no count is one half: what was reported is about those analysed.",
        mistakes=[
            (int(best["count"]), "that is the count; divide it by n."),
            (best["count"] / (n - 1), "that is of those analysed; the figure shows one more."),
        ],
    )


@_exercise("02.2")
def _wilson_low() -> _Exercise:
    best = _best_share()
    share, n = best["share"], best["n_obs"]
    return _Exercise(
        answer=float(best["conf_low"]),
        because="values below this fit these data badly.",
        mistakes=[
            (float(best["conf_high"]), "that is the upper limit."),
            (
                float(share - 1.959964 * np.sqrt(share * (1 - share) / n)),
                "that is estimate minus 1.96 standard errors (Wald); Wilson's interval is asked for.",
            ),
        ],
    )


@_exercise("02.3")
def _joint() -> _Exercise:
    return _Exercise(
        answer="joint",
        because="an interval that must hold for seven shares at once has to be wider.",
        mistakes=[
            ("single", "it is narrower: it has to hold for one category only, chosen beforehand.")
        ],
    )


@_exercise("02.4")
def _cause() -> _Exercise:
    return _Exercise(
        answer="no",
        because="without the same question after placebo, hope, time and regression to the mean are all inside.",
        mistakes=[
            ("yes", "how many would have said so after placebo? The figure does not show it.")
        ],
    )


# --- 03 ----------------------------------------------------------------------------------


@cache
def _fits():
    """The two panes of Fig. 2."""
    from .regression import fit_lines

    return fit_lines(_load("esr_pain_change"))


@_exercise("03.1")
def _slope() -> _Exercise:
    ldn, placebo = _fits()["ldn"], _fits()["placebo"]
    return _Exercise(
        answer=ldn.slope,
        because="percentage points of pain reduction per mm/h of ESR, between people.",
        mistakes=[
            (ldn.intercept, "that is the intercept: the line at an ESR of zero."),
            (ldn.r_squared / ldn.slope, "the axes are swapped: this is ESR per percent."),
            (ldn.r, "that is r; a slope has units."),
            (placebo.slope, "that is the right pane, placebo."),
        ],
    )


@_exercise("03.2")
def _r_squared() -> _Exercise:
    ldn = _fits()["ldn"]
    return _Exercise(
        answer=ldn.r_squared,
        because="the share of the variance between people that goes with ESR on this line.",
        mistakes=[
            (ldn.r, "that is r; square it."),
            (
                ldn.adj_r_squared,
                "that is the adjusted R squared, less what chance alone would give.",
            ),
            (_fits()["placebo"].r_squared, "that is the right pane, placebo."),
        ],
    )


@_exercise("03.3")
def _predicted() -> _Exercise:
    ldn, placebo = _fits()["ldn"], _fits()["placebo"]
    return _Exercise(
        answer=ldn.intercept + 40 * ldn.slope,
        because="intercept plus 40 times the slope.",
        mistakes=[
            (40 * ldn.slope, "the intercept is missing."),
            (placebo.intercept + 40 * placebo.slope, "that is the right pane, placebo."),
        ],
    )


@_exercise("03.4")
def _new_person() -> _Exercise:
    row = _fits()["ldn"].predict([30]).iloc[0]
    return _Exercise(
        answer=float(row["pred_low"]),
        because="one person varies far more than the mean of many: the line says little about her.",
        mistakes=[
            (
                float(row["conf_low"]),
                "that is for the mean of all people with this ESR, not for one.",
            ),
            (float(row["pred_high"]), "that is the upper limit."),
            (float(row["fitted"]), "that is the line itself."),
        ],
    )


@_exercise("03.5")
def _two_panes() -> _Exercise:
    return _Exercise(
        answer="no",
        because="the difference between the slopes needs an estimate and an interval of its own: notebook 05.",
        mistakes=[
            (
                "yes",
                "two p values on two sides of 0.05 may belong to two slopes that hardly differ.",
            )
        ],
    )
