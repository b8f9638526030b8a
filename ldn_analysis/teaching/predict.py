"""Predictions: written into a cell before a result is seen, and answered after it.

A prediction is kept where it is written, in the cell of the notebook; here it is only
remembered until the result answers it. So it survives a restart: Run All reads it again.
"""

import numbers

from ..core.wording import format_number, say

__all__ = ["predict", "reveal"]

_PREDICTIONS: dict[str, str] = {}


def predict(name: str, prediction=...) -> None:
    """Note what you expect, before you see the result.

    Write it in place of the dots; it stays in the cell. `reveal` answers it further down.

    Parameters
    ----------
    name : str
        Name of the prediction, e.g. "03.a".
    prediction : number, str, bool or a pair of these
        What you expect; `...` counts as none yet.

    Examples
    --------
    >>> predict("03.a", 20)
    Noted: you predict 20.
    >>> predict("03.a", ...)
    Put your prediction in place of the dots, then run this cell and go on.
    """
    if prediction is ... or prediction is None or str(prediction).strip() in ("", "..."):
        _PREDICTIONS.pop(name, None)
        print("Put your prediction in place of the dots, then run this cell and go on.")
        return
    _PREDICTIONS[name] = _describe(prediction)
    print(f"Noted: you predict {_PREDICTIONS[name]}.")


def reveal(name: str, result, unit: str = "") -> None:
    """Print what was predicted beside what came out.

    Parameters
    ----------
    name : str
        Name of the prediction, as `predict` was given it.
    result : number, str, bool or a pair of these
        What came out; round it as it should be read.
    unit : str
        Printed after the result, e.g. "percentage points".

    Examples
    --------
    >>> predict("03.a", (5, 14))
    Noted: you predict 5 to 14.
    >>> reveal("03.a", (3, 16), "participants")
    You predicted 5 to 14; it is 3 to 16 participants.
    >>> reveal("03.z", "rising")
    It is rising. (No prediction yet: write one into its cell above, and run both cells again.)
    """
    it_is = f"it is {_describe(result)} {unit}".rstrip()
    if name in _PREDICTIONS:
        say(f"You predicted {_PREDICTIONS[name]}; {it_is}.")
    else:
        say(
            f"I{it_is[1:]}. (No prediction yet: write one into its cell above, and run both "
            "cells again.)"
        )


def _describe(value) -> str:
    """A value as it is read: yes or no, a number without noise, a word, a range."""
    if isinstance(value, (list, tuple)):
        return " to ".join(map(_describe, value))
    if type(value).__name__.startswith("bool"):  # of Python or numpy
        return "yes" if value else "no"
    if isinstance(value, numbers.Integral) or (
        isinstance(value, numbers.Real) and float(value).is_integer()
    ):
        return str(int(value))
    return format_number(float(value)) if isinstance(value, numbers.Real) else str(value).strip()
