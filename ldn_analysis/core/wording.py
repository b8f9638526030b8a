"""How numbers, intervals, p values and samples are written in sentences."""

from collections.abc import Sequence

__all__ = ["format_interval", "format_number", "format_p", "format_r", "name_change_unit", "say"]


def format_number(value: float, digits: int = 3) -> str:
    """Write a number with that many significant digits, never in powers of ten.

    Examples
    --------
    >>> format_number(0.012345), format_number(1234.5), format_number(-2.0)
    ('0.0123', '1234', '-2.00')
    """
    if value != value or value in (float("inf"), float("-inf")):
        return {"nan": "not defined", "inf": "infinite", "-inf": "-infinite"}[str(float(value))]
    magnitude = 0 if value == 0 else int(f"{value:e}".split("e")[1])
    text = f"{value:.{min(max(digits - 1 - magnitude, 0), 12)}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def format_p(p_value: float) -> str:
    """Write a p value as journals do: three decimals, and never as zero.

    Examples
    --------
    >>> format_p(0.01649), format_p(0.00002), format_p(float("nan"))
    ('p = 0.016', 'p < 0.001', 'p not defined')
    """
    if p_value != p_value:
        return "p not defined"
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"


def format_r(r: float) -> str:
    """Write a correlation or an R squared with two decimals, and never as -0.00.

    Examples
    --------
    >>> format_r(0.504), format_r(-0.0004), format_r(float("nan"))
    ('0.50', '0.00', 'not defined')
    """
    text = "not defined" if r != r else f"{r:.2f}"
    return "0.00" if text == "-0.00" else text


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
    """Write an interval with its level.

    Examples
    --------
    >>> format_interval(0.4411, 1.52, 0.95)
    '95 % CI 0.441 to 1.52'
    """
    level = f"{100 * confidence_level:g} % CI"
    return f"{level} {format_number(low)} to {format_number(high)}{unit}"


def describe_status(status: str) -> str:
    """Words that end a count in brackets; illustrative data are always called so."""
    return "; illustrative data" if status == "illustrative" else ""


def describe_sample(n_obs: int, status: str, *, n_dropped: int = 0, unit: str = "") -> str:
    """How many, of what, how many were left out, and of what kind of data.

    Examples
    --------
    >>> describe_sample(28, "illustrative", n_dropped=1, unit="persons")
    'n = 28 persons, 1 dropped; illustrative data'
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
    sentences : Result or str
        Each starts on a line of its own.

    Examples
    --------
    >>> say("One sentence.")
    One sentence.
    """
    from textwrap import fill

    print("\n\n".join(fill(str(sentence), 96) for sentence in sentences))
