"""Printed numbers as intervals.

A printed 0.016 stands for every number that rounds to it. Half-way cases are allowed either
way (0.0155 and 0.0165 may both print as 0.016), because software rounds half up, half to
even, or by the nearest binary fraction. Numbers are read exactly, never as floats.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from numbers import Integral, Real

import numpy as np

__all__ = ["Printed", "read_printed"]

_NUMBER = re.compile(r"([<>=])?\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*%?", re.IGNORECASE)
_SIGNS = str.maketrans({"\N{MINUS SIGN}": "-", "\u2264": "<", "\u2265": ">"})


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A number as printed, and all numbers that round to it.

    Attributes
    ----------
    text : str
        As it was given, without spaces at the ends.
    relation : str
        "=", or "<" or ">" where only a bound was printed (<= and >= count as these:
        no audit can tell them apart).
    value : Fraction
        The number as it stands, exactly.
    decimals : int
        Digits after the point; negative for 1e3.

    Examples
    --------
    >>> printed = read_printed("0.016")
    >>> [float(limit) for limit in printed.rounded]
    [0.0155, 0.0165]
    >>> [float(limit) for limit in printed.truncated]
    [0.016, 0.017]
    >>> printed.is_compatible(0.0163), printed.half_unit, str(-printed), str(printed.shift(2))
    (True, 0.0005, '-0.016', '1.6')
    """

    text: str
    relation: str
    value: Fraction
    decimals: int

    @property
    def stated(self) -> str:
        """With its relation, "=" included, for a sentence."""
        bare = self.text.lstrip("<>=\u2264\u2265 ")
        return self.text if self.relation != "=" else f"= {bare}"

    @property
    def unit(self) -> Fraction:
        """One step of the last printed digit."""
        return Fraction(10) ** -self.decimals

    @property
    def half_unit(self) -> float:
        """Half a step of the last printed digit: how far rounding may have moved the number."""
        return float(self.unit / 2)

    @property
    def rounded(self) -> tuple[Fraction, Fraction]:
        """Smallest and largest number that rounds to it; a bound counts as exact."""
        half = self.unit / 2 if self.relation == "=" else 0
        return self.value - half, self.value + half

    @property
    def truncated(self) -> tuple[Fraction, Fraction]:
        """Smallest and largest number that becomes it when further digits are cut off."""
        if self.relation != "=":
            return self.rounded
        if self.value < 0:
            return self.value - self.unit, self.value
        return self.value, self.value + self.unit

    def is_compatible(self, low, high=None) -> bool:
        """Whether a number rounds to it, or lies beyond it where it is a bound.

        Parameters
        ----------
        low, high : number
            One number, or the two ends of a range of which any number will do.

        Returns
        -------
        bool
        """
        high = low if high is None else high
        if self.relation == "=":
            # A half-way case that went through floats may have lost its last bits.
            slack = self.unit / 10**9
            return bool(low <= self.rounded[1] + slack and high >= self.rounded[0] - slack)
        return bool(low < self.value if self.relation == "<" else high > self.value)

    def shift(self, places: int) -> "Printed":
        """The same digits with the point moved, e.g. by -2 from percent to a share.

        Parameters
        ----------
        places : int
            To the right; negative to the left.

        Returns
        -------
        Printed
        """
        digits = Decimal(self.value.numerator) / Decimal(self.value.denominator)
        kept = digits.quantize(Decimal(1).scaleb(-self.decimals)).scaleb(places)
        sign = "" if self.relation == "=" else f"{self.relation} "
        return read_printed(f"{sign}{kept:f}")

    def __neg__(self) -> "Printed":
        if self.relation != "=":
            raise ValueError(f"a bound such as {self.text!r} has no negative to add")
        bare = self.text.translate(_SIGNS).lstrip("=+ ")
        return read_printed(bare[1:] if bare.startswith("-") else f"-{bare}")

    def __float__(self) -> float:
        return float(self.value)

    def __str__(self) -> str:
        return self.text


def read_printed(number, decimals: int | None = None, *, where: str = "read_printed") -> Printed:
    """Read a printed number with its rounding.

    Parameters
    ----------
    number : str, int, float or Printed
        As printed: "0.016", ".05", "18.0", "57 %", "< .001". Text keeps its last zero;
        a float does not, so it needs `decimals`.
    decimals : int, optional
        How many digits after the point were printed, for a number that is not text.
    where : str
        Name of the calling function, for messages.

    Returns
    -------
    Printed
        The exact number, its decimals, and all numbers that round to it.

    Raises
    ------
    TypeError
        If it is neither text nor a number.
    ValueError
        If the text is not a number, a float comes without decimals, a number has more
        decimals than were printed, or decimals are given for text.

    See Also
    --------
    Printed : What it returns: `rounded`, `truncated`, `is_compatible`, `half_unit`.

    Examples
    --------
    >>> read_printed("< .001").relation, read_printed(18, decimals=1).text
    ('<', '18.0')
    """
    if isinstance(number, Printed):
        return number
    if isinstance(number, str):
        if decimals is not None:
            raise ValueError(
                f"{where}: the text {number!r} shows its own decimals; leave decimals out"
            )
        text = number.strip()
        plain = text.replace("<=", "<").replace(">=", ">").translate(_SIGNS)
        match = _NUMBER.fullmatch(plain)
        if match is None:
            raise ValueError(
                f"{where}: {number!r} is not a printed number; write it as printed, e.g. "
                "'0.016', '57' or '< 0.001'"
            )
        digits = Decimal(match[2])
        return Printed(
            text=text,
            relation=match[1] or "=",
            value=Fraction(digits),
            decimals=-digits.as_tuple().exponent,
        )
    return read_printed(_show_number(number, decimals, where), where=where)


def _show_number(number, decimals: int | None, where: str) -> str:
    """A number that is not text, with the decimals it was printed with."""
    if isinstance(number, bool) or not isinstance(number, (Real, np.number, Decimal)):
        raise TypeError(
            f"{where}: a printed number is text or a number; received {type(number).__name__}"
        )
    whole = isinstance(number, Integral)
    if decimals is None and not whole:
        raise ValueError(
            f"{where}: {number!r} does not show how it was printed (0.3 or 0.30?); pass it as "
            "text, or with decimals"
        )
    try:
        shown = Decimal(str(number)).quantize(Decimal(1).scaleb(-(decimals or 0)))
        if not shown.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise ValueError(f"{where}: {number!r} is not a printed number") from None
    if shown != Decimal(str(number)):
        raise ValueError(f"{where}: {number!r} has more than the {decimals} decimals it came with")
    return str(shown)


def read_counts(n, where: str) -> list[int]:
    """One whole number or several, each at least 1, in order and once."""
    several = isinstance(n, Iterable) and not isinstance(n, str)
    counts = list(n) if several else [n]
    if not counts:
        raise ValueError(f"{where}: n is an empty list; give at least one number of participants")
    for count in counts:
        if isinstance(count, bool) or not isinstance(count, Integral) or count < 1:
            raise ValueError(
                f"{where}: n must be a whole number of at least 1, or several of them; "
                f"received {count!r}"
            )
    return sorted({int(count) for count in counts})
