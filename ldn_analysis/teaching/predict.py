"""Predictions: written into a cell before a result is seen, and answered after it.

A prediction is kept where it is written, in the cell of the notebook; here it is only
remembered until the result answers it. So it survives a restart: Run All reads it again.
"""

import numbers

from ..core.wording import say

__all__ = ["predict", "reveal"]

_PREDICTIONS: dict[str, str] = {}


def predict(name: str, expected=...) -> None:
    """Note what you expect, before you see the result.

    Write it in place of the dots; it stays in the cell. `reveal` answers it further down.

    Parameters
    ----------
    name : str
        Name of the prediction, e.g. "03.a".
    expected : number, str, bool or a pair of these
        What you expect; `...` counts as none yet.

    See Also
    --------
    reveal : What was predicted beside what came out.

    Examples
    --------
    >>> predict("03.a", 20)
    03.a: you predict 20.
    >>> predict("03.a", ...)
    03.a: put your prediction in place of the dots, and run this cell.
    """
    if expected is ... or expected is None or str(expected).strip() in ("", "..."):
        _PREDICTIONS.pop(name, None)
        say(f"{name}: put your prediction in place of the dots, and run this cell.")
        return
    _PREDICTIONS[name] = _describe(expected)
    say(f"{name}: you predict {_PREDICTIONS[name]}.")


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

    See Also
    --------
    predict : Note what you expect.

    Examples
    --------
    >>> predict("03.a", (5, 14))
    03.a: you predict 5 to 14.
    >>> reveal("03.a", (3, 16), "participants")
    You predicted 5 to 14; it is 3 to 16 participants.
    >>> reveal("03.z", "rising")
    No prediction 03.z yet (write one into its cell above); it is "rising".
    """
    it_is = f"it is {_describe(result)} {unit}".rstrip()
    said = f"No prediction {name} yet (write one into its cell above)"
    if name in _PREDICTIONS:
        said = f"You predicted {_PREDICTIONS[name]}"
    say(f"{said}; {it_is}.")


def _describe(value) -> str:
    """A value as it is read: yes or no, a number without noise, a quoted word, a range."""
    if isinstance(value, (list, tuple)):
        return " to ".join(map(_describe, value))
    if type(value).__name__.startswith("bool"):  # of Python or numpy
        return '"yes"' if value else '"no"'
    if isinstance(value, numbers.Real):
        return f"{float(value):.4g}" if abs(value) < 1000 else f"{float(value):,.0f}"
    return f'"{str(value).strip()}"'
