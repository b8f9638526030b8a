"""How numbers, intervals, p values and samples are written in sentences."""

import re
from collections.abc import Sequence

__all__ = [
    "format_fixed",
    "format_interval",
    "format_number",
    "format_p",
    "name_change_unit",
    "say",
]

SMALLEST, LARGEST = 1e-4, 1e7  # beyond these a number is written with a power of ten
LINE = 72  # letters: what JupyterLab shows on 1024 pixels beside its side bar, and A4 on paper


def format_number(value: float, digits: int = 3, *, scale: float = 0.0) -> str:
    """Write a number with that many significant digits.

    Very small and very large numbers are written with a power of ten, in characters that any
    terminal has; what is zero but for rounding is written as zero.

    Parameters
    ----------
    value : float
        Any number; nan and infinity are written as words.
    digits : int
        Significant digits.
    scale : float
        A size to compare with, such as the width of the interval: what is smaller than its
        10^12th part is zero but for rounding.

    Returns
    -------
    str

    Examples
    --------
    >>> format_number(0.012345), format_number(1234.5), format_number(-2.0)
    ('0.0123', '1234', '-2.00')
    >>> format_number(1.234e-13), format_number(1.234e-13, scale=5)
    ('1.23 × 10^-13', '0.00')
    """
    if value != value or value in (float("inf"), float("-inf")):
        return {"nan": "not defined", "inf": "infinite", "-inf": "-infinite"}[str(float(value))]
    if abs(value) <= abs(scale) * 1e-12:
        value = 0.0
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    if value and not SMALLEST <= abs(value) < LARGEST:
        return f"{mantissa} × 10^{int(exponent)}"
    return format_fixed(value, max(digits - 1 - int(exponent), 0))


def format_fixed(value: float, decimals: int = 2) -> str:
    """Write a number with that many decimals, and zero without a sign; for r, R² and the like.

    Examples
    --------
    >>> format_fixed(-0.001), format_fixed(0.385), format_fixed(float("nan"))
    ('0.00', '0.39', 'not defined')
    """
    if value != value:
        return "not defined"
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if not text.strip("-0.") else text


def format_p(p_value: float) -> str:
    """Write a p value as journals do: three decimals, four near 0.05, and never as zero.

    Examples
    --------
    >>> format_p(0.01649), format_p(0.00002), format_p(float("nan"))
    ('p = 0.016', 'p < 0.001', 'p not defined')
    >>> format_p(0.0497), format_p(0.0503)
    ('p = 0.0497', 'p = 0.0503')
    """
    if p_value != p_value:
        return "p not defined"
    if p_value < 0.001:
        return "p < 0.001"
    return f"p = {p_value:.{4 if 0.045 <= p_value <= 0.055 else 3}f}"


def name_change_unit(unit: str) -> str:
    """Unit of a difference: percentages differ by percentage points, scores by points.

    Examples
    --------
    >>> name_change_unit("% of baseline"), name_change_unit("points of 0-100")
    ('percentage points', 'points')
    """
    if unit.startswith("%"):
        return "percentage points"
    return "points" if unit.startswith("points") else unit


def format_interval(low: float, high: float, confidence_level: float, unit: str = "") -> str:
    """Write an interval with its level; one without limits in words.

    Parameters
    ----------
    low, high : float
        The limits; nan is not defined, and an infinite limit is none.
    confidence_level : float
        Between 0 and 1.
    unit : str
        With the blank that stands before it.

    Returns
    -------
    str

    Examples
    --------
    >>> format_interval(0.4411, 1.52, 0.95)
    '95 % CI 0.441 to 1.52'
    >>> nan, inf = float("nan"), float("inf")
    >>> format_interval(nan, nan, 0.95), format_interval(-inf, 3, 0.9, " %")
    ('95 % CI not defined', '90 % CI minus infinity to 3.00 %')
    """
    level = f"{100 * confidence_level:g} % CI"
    if low != low and high != high:
        return f"{level} not defined"
    scale = max((abs(limit) for limit in (low, high) if abs(limit) < float("inf")), default=0.0)
    words = {float("-inf"): "minus infinity", float("inf"): "infinity"}
    low, high = (words.get(limit) or format_number(limit, scale=scale) for limit in (low, high))
    return f"{level} {low} to {high}" + ("" if high == "infinity" else unit)


def describe_status(status: str) -> str:
    """Words that end a count in brackets; illustrative data are always called so."""
    return "; illustrative data" if status == "illustrative" else ""


def describe_sample(n_obs: int, status: str, *, n_dropped: int = 0, unit: str = "") -> str:
    """How many, of what, how many were left out, and of what kind of data.

    Examples
    --------
    >>> describe_sample(28, "illustrative", n_dropped=1, unit="participants")
    'n = 28 participants, 1 dropped; illustrative data'
    """
    counted = f"n = {n_obs} {unit}".rstrip()
    dropped = f", {n_dropped} dropped" if n_dropped else ""
    return counted + dropped + describe_status(status)


def capitalise(text: str) -> str:
    """First letter large, the others as they are."""
    return text[:1].upper() + text[1:]


def join_notes(notes: Sequence[str]) -> str:
    """Notes as further sentences."""
    return "".join(f" {note.rstrip('.')}." for note in notes)


def say(*sentences) -> None:
    """Print results as sentences, broken between words.

    Parameters
    ----------
    *sentences : Result or str
        Each starts on a line of its own.

    See Also
    --------
    show : Display a figure.
    show_table : Display a table.

    Examples
    --------
    >>> say("One sentence.")
    One sentence.
    """
    print("\n\n".join(break_lines(str(sentence)) for sentence in sentences))


def break_lines(text: str) -> str:
    """Text in lines of 72 letters, broken between words; a number stays with its sign or unit.

    Examples
    --------
    >>> print(break_lines(f"{'word ' * 12}with a p = 0.003"))
    word word word word word word word word word word word word with a
    p = 0.003
    """
    from textwrap import fill

    kept = re.sub(r"(?<=\d) (?=%)|(?<=\b[A-Za-z]) (?=[=<>] )|(?<= [=<>]) (?=[-\d])", "\xa0", text)
    return fill(kept, LINE, break_on_hyphens=False).replace("\xa0", " ")
