"""What an audit of printed numbers returns, and how a printed p is matched."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ..core.result import Result
from ..core.wording import format_number
from ..data.printed import Printed, read_printed

__all__ = ["VERDICTS", "AuditCheck", "Derivation"]

VERDICTS = YES, ONLY_IF, NO = ("consistent", "consistent only if", "not possible as printed")
CUT_OFF = "cut off rather than rounded"


def read_p(p_value, where: str, decimals: int | None = None) -> Printed:
    """A printed p value, between 0 and 1."""
    printed = read_printed(p_value, decimals, where=where)
    if not 0 <= printed.value <= 1:
        raise ValueError(f"{where}: a p value lies between 0 and 1; received {printed.text!r}")
    if printed.relation == "<" and printed.value == 0:
        raise ValueError(f"{where}: no p value lies below 0; received {printed.text!r}")
    return printed


def match_p(printed: Printed, p: float) -> str:
    """How a p value becomes the printed one: "rounded", "cut off" or, if neither, ""."""
    if printed.is_compatible(p):
        return "rounded"
    low, high = printed.truncated
    return "cut off" if printed.relation == "=" and low <= p < high else ""


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

    def to_frame(self) -> pd.DataFrame:
        """Every reading that was tried.

        Returns
        -------
        DataFrame
            One row per reading, as in `details`.
        """
        return self.details.copy()

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
        numbers that round to the printed ones).

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

    def to_frame(self) -> pd.DataFrame:
        """What follows, with its range.

        Returns
        -------
        DataFrame
            One row per term: term, estimate, range_low, range_high.
        """
        return self.table.copy()

    def __getitem__(self, term: str) -> tuple[float, float, float]:
        """Estimate, range_low and range_high of one term."""
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
