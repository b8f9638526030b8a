"""Answers are computed; the usual mistakes are recognised; nothing is given away."""

import re

import numpy as np
import pytest

from ldn_analysis import (
    answers,  # noqa: F401  (enters the exercises)
    check,
)
from ldn_analysis.exercises import EXERCISES, _is_close


@pytest.mark.parametrize("name", sorted(EXERCISES))
def test_right_answer_is_taken_and_every_mistake_explained(name):
    task = EXERCISES[name]()
    assert check(name, task.answer)
    for value, why in task.mistakes:
        verdict = check(name, value)
        assert not verdict
        assert why in verdict.message


@pytest.mark.parametrize("name", sorted(EXERCISES))
def test_a_refusal_does_not_give_the_answer_away(name):
    task = EXERCISES[name]()
    for wrong in (..., None, "nonsense", 123456.0, np.nan):
        verdict = check(name, wrong)
        assert not verdict
        if not isinstance(task.answer, str):
            assert f"{task.answer:.3g}" not in re.findall(r"[\d.]+", verdict.message)


@pytest.mark.parametrize("name", sorted(EXERCISES))
def test_mistakes_differ_from_the_answer(name):
    task = EXERCISES[name]()
    if not isinstance(task.answer, str):
        assert not any(_is_close(value, task.answer) for value, _ in task.mistakes)


def test_rounding_is_accepted_from_two_digits_on():
    slope = EXERCISES["03.1"]().answer
    assert check("03.1", round(slope, 1)) or round(slope, 1) == round(slope)
    assert check("03.1", round(slope, 2))
    assert check("03.1", np.float64(slope))
    assert check("03.1", np.array([slope]))
    assert not check("03.1", round(slope, 2) + 0.02)
    assert not check("03.1", float(round(slope)))


def test_sign_and_percent_are_recognised():
    slope, share = EXERCISES["03.1"]().answer, EXERCISES["02.1"]().answer
    assert "sign" in check("03.1", -slope).message
    assert "percent and proportion" in check("02.1", 100 * share).message


def test_other_types_and_unknown_exercises():
    assert "number" in check("03.1", "steep").message
    assert "number" in check("03.1", True).message
    assert check("03.5", "No ")
    assert check("03.5", False)
    assert "one of: no, yes" in check("03.5", "perhaps").message
    with pytest.raises(ValueError, match=r"no exercise '99.1'; exercises: 01.1"):
        check("99.1", 1)
