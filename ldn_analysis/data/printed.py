"""Printed numbers as intervals, and what an audit of them returns.

A printed 0.016 is every number that prints so. Half-way cases are allowed either way
(0.0155 and 0.0165 both may print as 0.016), because software rounds half up, half to
even, or by the nearest binary fraction. Numbers are read exactly, never as floats.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from numbers import Integral, Real

import numpy as np
import pandas as pd

from ..core.result import Result, format_number

__all__ = ["VERDICTS", "AuditCheck", "Derivation", "Printed", "read_printed"]

VERDICTS = YES, ONLY_IF, NO = ("consistent", "consistent only if", "not possible as printed")
CUT_OFF = "cut off rather than rounded"
_NUMBER = re.compile(r"([<>=])?\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*%?", re.IGNORECASE)
_SIGNS = str.maketrans({"\N{MINUS SIGN}": "-", "\u2264": "<", "\u2265": ">"})


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A number as printed, and the numbers that print so.

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
    >>> [float(limit) for limit in printed.cut]
    [0.016, 0.017]
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
    def rounded(self) -> tuple[Fraction, Fraction]:
        """Smallest and largest number that rounds to it; a bound counts as exact."""
        half = self.unit / 2 if self.relation == "=" else 0
        return self.value - half, self.value + half

    @property
    def cut(self) -> tuple[Fraction, Fraction]:
        """Smallest and largest number that becomes it when digits are cut off."""
        if self.relation != "=":
            return self.rounded
        if self.value < 0:
            return self.value - self.unit, self.value
        return self.value, self.value + self.unit

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

    Raises
    ------
    TypeError
        If it is neither text nor a number.
    ValueError
        If the text is not a number, a float comes without decimals, a number has more
        decimals than were printed, or decimals are given for text.

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
    return read_printed(str(shown), where=where)


def read_p(p_value, where: str, decimals: int | None = None) -> Printed:
    """A printed p value, between 0 and 1."""
    printed = read_printed(p_value, decimals, where=where)
    if not 0 <= printed.value <= 1:
        raise ValueError(f"{where}: a p value lies between 0 and 1; received {printed.text!r}")
    if printed.relation == "<" and printed.value == 0:
        raise ValueError(f"{where}: no p value lies below 0; received {printed.text!r}")
    return printed


def meets(printed: Printed, low, high) -> bool:
    """Whether some number from low to high prints so, or stands in the printed relation."""
    if printed.relation == "=":
        return low <= printed.rounded[1] and high >= printed.rounded[0]
    return low < printed.value if printed.relation == "<" else high > printed.value


def fit_p(printed: Printed, p: float) -> str:
    """How a p value prints as the printed one: rounded, cut off, or not."""
    if meets(printed, p, p):
        return "rounded"
    low, high = printed.cut
    return "cut off" if printed.relation == "=" and low <= p < high else ""


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


def join_words(words: Iterable, last: str = "or") -> str:
    """Words with commas, and a word before the last one."""
    words = [str(word) for word in words]
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def format_plain(value, digits: int = 6) -> str:
    """A number without digits that it does not need, for sums and middles."""
    return f"{float(value):.{digits}g}"


def format_range(low: float, high: float, digits: int = 3) -> str:
    """Two limits, or one number where they show the same digits."""
    low, high = format_number(float(low), digits), format_number(float(high), digits)
    return low if low == high else f"{low} to {high}"


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class AuditCheck(Result):
    """One check of printed numbers against what follows from them.

    Attributes
    ----------
    check : str
        What was compared.
    printed : str
        What was printed.
    follows : str
        What follows from it.
    verdict : str
        "consistent", "consistent only if" or "not possible as printed".
    condition : str
        What must hold, where the verdict is "consistent only if".
    explanation : str
        One sentence on what was compared and how.
    details : DataFrame
        Every reading that was tried.
    printed_range, follows_range : pair of float
        Limits of the printed number by rounding, and of what follows; nan where the
        check is not about one number.

    Examples
    --------
    >>> from ldn_analysis import check_share
    >>> check = check_share("50", [28, 29])
    >>> check.verdict, check.condition
    ('consistent only if', 'the denominator is 28')
    """

    check: str
    printed: str
    follows: str
    verdict: str
    condition: str = ""
    explanation: str = ""
    details: pd.DataFrame = field(default_factory=pd.DataFrame)
    printed_range: tuple[float, float] = (np.nan, np.nan)
    follows_range: tuple[float, float] = (np.nan, np.nan)

    @property
    def words(self) -> str:
        """The verdict with its condition."""
        return f"{self.verdict} {self.condition}".strip()

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:  # noqa: ARG002
        """Every reading that was tried; the level plays no part."""
        return self.details

    def __str__(self) -> str:
        words = f"{self.words[:1].upper()}{self.words[1:]}"
        return (
            f"{words}. Printed: {self.printed}; follows: {self.follows}. {self.explanation}".strip()
        )


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Derivation(Result):
    """Numbers that follow from printed ones, each with the range that rounding allows.

    Attributes
    ----------
    check : str
        What was derived.
    printed : str
        From what.
    assumption : str
        What has to be true for it.
    table : DataFrame
        term, estimate (from the numbers as they stand), range_low, range_high (over all
        numbers that print so).

    Examples
    --------
    >>> from ldn_analysis import compute_se_from_interval
    >>> estimate, low, high = compute_se_from_interval("-0.95", "0.27")["std_error"]
    >>> f"{estimate:.3f} ({low:.3f} to {high:.3f})"
    '0.311 (0.309 to 0.314)'
    """

    check: str
    printed: str
    assumption: str
    table: pd.DataFrame

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:  # noqa: ARG002
        """Term, estimate, range_low, range_high; the level was set when it was derived."""
        return self.table

    def __getitem__(self, term: str) -> tuple[float, float, float]:
        """Estimate and range of one term."""
        rows = self.table.set_index("term")
        if term not in rows.index:
            raise KeyError(f"there is no term {term!r}; terms: {', '.join(rows.index)}")
        return tuple(float(value) for value in rows.loc[term])

    @property
    def follows(self) -> str:
        """The terms with their ranges, in a line."""
        parts = []
        for row in self.table.itertuples():
            if row.term == "p_value" and row.range_high < 0.001:
                parts.append("p_value < 0.001")
            else:
                by_rounding = format_range(row.range_low, row.range_high)
                parts.append(f"{row.term} {format_number(row.estimate)} ({by_rounding})")
        return ", ".join(parts)

    @property
    def sentence(self) -> str:
        """What follows from what, without the assumption."""
        return f"From {self.printed}: {self.follows}; in brackets: the range that rounding allows."

    def __str__(self) -> str:
        return f"{self.sentence} {self.assumption}"


def derive(values: dict[str, tuple[float, float, float]]) -> pd.DataFrame:
    """A derivation's table from estimate and two ends of its range, in either order."""
    rows = [(term, estimate, min(ends), max(ends)) for term, (estimate, *ends) in values.items()]
    return pd.DataFrame(rows, columns=["term", "estimate", "range_low", "range_high"])
