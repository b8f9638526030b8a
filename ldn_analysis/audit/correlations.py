"""Audit of printed correlations: can they occur together?"""

import numpy as np
import pandas as pd

from ..core.wording import format_number
from ..data.printed import read_printed
from .results import NO, YES, AuditCheck, Derivation, derive, format_range

__all__ = ["check_correlations", "check_r_squared", "compute_r_from_values"]


def check_correlations(first, second, third, *, names: tuple = ("x", "y", "z")) -> AuditCheck:
    """Whether three correlations of the same participants can occur together.

    Two correlations with a common variable bound the third: r(y, z) lies within
    r(x, y) r(x, z) +- sqrt((1 - r(x, y)^2)(1 - r(x, z)^2)), since a correlation is the cosine
    of an angle and the three angles form a triangle on a sphere (Olkin 1981). The limits hold
    over all numbers that round to the printed ones.

    Parameters
    ----------
    first, second, third : str, number or pair of float
        r(x, y), r(x, z) and r(y, z), as printed; or lowest and highest value.
    names : tuple of str
        Of the three variables.

    Returns
    -------
    AuditCheck
        About the third. `details` has one row per pair of variables: term, printed_low,
        printed_high, range_low, range_high (given the two others), fits.

    Raises
    ------
    ValueError
        If a correlation lies outside -1 to 1, or is only a bound.

    See Also
    --------
    compute_r_from_values : A correlation of printed individual values, with its rounding.

    Examples
    --------
    >>> check = check_correlations("0.90", "0.80", "0.20")
    >>> check.verdict, [round(limit, 2) for limit in check.follows_range]
    ('not possible as printed', [0.44, 0.99])
    """
    read = [_read_r(r) for r in (first, second, third)]
    x, y, z = names
    terms = [f"{x} and {y}", f"{x} and {z}", f"{y} and {z}"]
    rows = []
    for i, (term, (low, high, _)) in enumerate(zip(terms, read, strict=True)):
        others = [read[j][:2] for j in range(3) if j != i]
        limits = _bound_third(*others)
        # The angles went through floats: allow their last bits.
        fits = limits[0] <= high + 1e-12 and limits[1] >= low - 1e-12
        rows.append((term, low, high, *limits, "rounded" if fits else ""))
    columns = ["term", "printed_low", "printed_high", "range_low", "range_high", "fits"]
    limits = rows[2][3:5]
    shown = "; ".join(f"r({term}) = {item[2]}" for term, item in zip(terms, read, strict=True))
    return AuditCheck(
        check="correlations that occur together",
        printed=shown,
        follows=f"r({terms[2]}) lies from {format_number(limits[0])} to {format_number(limits[1])}",
        verdict=YES if rows[2][5] else NO,
        explanation="Two correlations with a common variable bound the third"
        + (", to its whole range here: this could not fail." if limits == (-1, 1) else "."),
        details=pd.DataFrame(rows, columns=columns),
        printed_range=read[2][:2],
        follows_range=limits,
    )


def _read_r(r) -> tuple[float, float, str]:
    """Lowest and highest correlation, and its text."""
    where = "check_correlations"
    if np.ndim(r):
        low, high = sorted(map(float, r))
        text = format_range(low, high)
    else:
        printed = read_printed(r, where=where)
        if printed.relation != "=":
            raise ValueError(f"{where}: a number is needed, not a bound; received {printed.text!r}")
        low, high = (float(limit) for limit in printed.rounded)
        text = printed.text
        if abs(printed.value) <= 1:
            low, high = max(low, -1.0), min(high, 1.0)
    if not -1 <= low <= high <= 1:
        raise ValueError(f"{where}: a correlation lies between -1 and 1; received {r!r}")
    return low, high, text


def _bound_third(one: tuple, two: tuple) -> tuple[float, float]:
    """Limits of the third correlation, over all values of the two others."""
    (a_low, a_high), (b_low, b_high) = (np.arccos(pair)[::-1] for pair in (one, two))
    apart = max(a_low - b_high, b_low - a_high, 0.0)  # smallest |a - b|
    sums = (a_low + b_low, a_high + b_high)
    widest = np.pi if sums[0] <= np.pi <= sums[1] else max(min(s, 2 * np.pi - s) for s in sums)
    return float(np.cos(widest)), float(np.cos(apart))


def check_r_squared(r, r_squared) -> AuditCheck:
    """Whether a printed R squared is the square of a printed correlation.

    Parameters
    ----------
    r, r_squared : str or number
        As printed; r_squared as a share, e.g. "> 0.82".

    Returns
    -------
    AuditCheck
        `details` has the one row: term, estimate, range_low, range_high.

    Raises
    ------
    ValueError
        If r is only a bound or not between -1 and 1, or r_squared is not from 0 to 1.

    Examples
    --------
    >>> check_r_squared("0.91", "> 0.82").verdict
    'consistent'
    """
    where = "check_r_squared"
    one, two = (read_printed(item, where=where) for item in (r, r_squared))
    if one.relation != "=" or abs(one.value) > 1 or not 0 <= two.value <= 1:
        raise ValueError(
            f"{where}: r lies between -1 and 1 and r_squared between 0 and 1; received "
            f"{one.text!r} and {two.text!r}"
        )
    squares = [min(float(limit**2), 1.0) for limit in one.rounded]
    low = 0.0 if one.rounded[0] <= 0 <= one.rounded[1] else min(squares)
    high, square = max(squares), float(one.value**2)
    return AuditCheck(
        check="square of a correlation",
        printed=f"r = {one.text}, R squared {two.stated}",
        follows=f"R squared {format_number(square)} (by rounding {format_range(low, high)})",
        verdict=YES if two.is_compatible(low, high) else NO,
        details=pd.DataFrame(
            [("R squared", square, low, high)],
            columns=["term", "estimate", "range_low", "range_high"],
        ),
        follows_range=(low, high),
    )


def compute_r_from_values(x, y) -> Derivation:
    """Pearson's correlation of printed individual values, with what their rounding allows.

    The range is safe: rounding turns the centred values of a variable by an angle of at most
    asin(sqrt(n) h / |x|), h half a unit of the last digit, and r is the cosine of an angle.

    Parameters
    ----------
    x, y : list of str or number
        The two values of each participant, as printed.

    Returns
    -------
    Derivation
        One term: r.

    Raises
    ------
    ValueError
        If there are fewer than three pairs, or one variable may be constant.

    See Also
    --------
    check_correlations : What the range of a correlation implies for two others.

    Examples
    --------
    >>> estimate, low, high = compute_r_from_values(["1", "5", "9"], ["2.0", "2.9", "4.1"])["r"]
    >>> round(estimate, 3), round(low, 2), high
    (0.997, 0.96, 1.0)
    """
    where = "compute_r_from_values"
    pairs = [[read_printed(value, where=where) for value in values] for values in (x, y)]
    n = len(pairs[0])
    if n < 3 or len(pairs[1]) != n:
        raise ValueError(
            f"{where}: at least three pairs are needed; received {n} and {len(pairs[1])} values"
        )
    centered, turn = [], 0.0
    for values in pairs:
        numbers = np.array([float(value) for value in values])
        numbers -= numbers.mean()
        shift = np.sqrt(n) * max(value.half_unit for value in values)
        if shift >= np.linalg.norm(numbers):
            raise ValueError(f"{where}: before rounding, all values of a variable may be equal")
        turn += np.arcsin(shift / np.linalg.norm(numbers))
        centered.append(numbers / np.linalg.norm(numbers))
    r = float(np.clip(centered[0] @ centered[1], -1, 1))
    angle = np.arccos(r)
    ends = (np.cos(min(angle + turn, np.pi)), np.cos(max(angle - turn, 0.0)))
    return Derivation(
        check="correlation of printed values",
        printed=f"{n} pairs of values",
        assumption="Pearson's r; the range is what rounding of the values allows at most.",
        table=derive({"r": (r, float(ends[0]), float(ends[1]))}),
    )
