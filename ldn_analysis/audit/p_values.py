"""Audit of printed p values: what follows from the test statistic beside them."""

import numpy as np
import pandas as pd
from scipy.special import chdtrc, chdtri, fdtrc, fdtri, ndtr, stdtr

from ..core.intervals import find_statistic
from ..core.wording import format_number
from ..data.printed import Printed, read_printed
from .results import CUT_OFF, NO, ONLY_IF, YES, AuditCheck, format_range, match_p, read_p

__all__ = ["check_p_from_statistic"]

KINDS = {"t": 1, "F": 2, "chi-square": 1, "z": 0, "r": 1}  # degrees of freedom each needs
TWO_SIDED = ("t", "z", "r")


def check_p_from_statistic(
    statistic, p_value, *, kind: str, df=None, tails: int = 2, decimals: tuple | None = None
) -> AuditCheck:
    """Recompute p from a printed test statistic and compare within the rounding of both.

    The idea of statcheck (Nuijten, Hartgerink, van Assen, Epskamp and Wicherts 2016), with
    one verdict more: where the statistic as it stands gives another p, but another one that
    rounds to it gives the printed p, the verdict is "consistent only if". A p whose
    digits were cut off and a one-tailed test are recognised.

    Parameters
    ----------
    statistic : str or number
        As printed; a bound such as "< 1" is allowed. Its sign plays no part.
    p_value : str or number
        As printed: ".036", "< .001", "> .05".
    kind : {"t", "F", "chi-square", "z", "r"}
        Which distribution.
    df : number or pair, optional
        Degrees of freedom; a pair for F; n - 2 for r; none for z.
    tails : {2, 1}
        As the paper says. With 1, the effect is taken to lie in the predicted direction.
        F and chi-square have no such choice.
    decimals : pair of int, optional
        Printed decimals of statistic and p, for numbers that are not text.

    Returns
    -------
    AuditCheck
        `details` has one row per reading ("two-tailed", "one-tailed"): p_value (from the
        statistic as it stands), p_low, p_high, fits ("rounded", "cut off" or "").

    Raises
    ------
    ValueError
        If kind, df or tails do not go together, or a number is not printed as one.

    See Also
    --------
    check_degrees_of_freedom : Which numerator of F would fit.
    check_p_from_interval : P from an interval.

    Examples
    --------
    >>> check_p_from_statistic("2.20", ".036", kind="t", df=28).verdict
    'consistent'
    >>> print(check_p_from_statistic("2.20", ".018", kind="t", df=28).words)
    consistent only if the test was one-tailed
    """
    where = "check_p_from_statistic"
    value, printed, degrees = read_test(statistic, p_value, kind, df, where, decimals)
    if tails not in (1, 2) or (tails == 1 and kind not in TWO_SIDED):
        raise ValueError(
            f"{where}: tails must be 2, or 1 for {', '.join(TWO_SIDED)}; received {tails!r} "
            f"for {kind}"
        )
    readings = (tails, 3 - tails) if kind in TWO_SIDED else (2,)
    names = {1: "one-tailed", 2: "two-tailed" if kind in TWO_SIDED else "upper tail"}
    rows = [
        (names[sides], *recompute_p(value, printed, kind, degrees, sides)) for sides in readings
    ]
    _, p, p_low, p_high, _ = rows[0]
    part = _need_statistic(value, printed, kind, degrees, tails, rows[0])
    verdict, condition = judge_p(printed, rows[0], part)
    if verdict == NO and len(rows) > 1 and rows[1][4] == "rounded":
        verdict, condition = ONLY_IF, f"the test was {rows[1][0]}"
    return AuditCheck(
        check=f"p from {kind}",
        printed=describe_test(value, printed, kind, degrees),
        follows=f"p {format_number(p)} (by rounding {format_range(p_low, p_high)})",
        verdict=verdict,
        condition=condition,
        explanation=explain_p(
            printed, p_low, p_high, names[tails] if kind in TWO_SIDED else "", verdict
        ),
        details=pd.DataFrame(rows, columns=["reading", "p_value", "p_low", "p_high", "fits"]),
        printed_range=p_limits(printed),
        follows_range=(p_low, p_high),
    )


def read_test(statistic, p_value, kind: str, df, where: str, decimals=None):
    """A printed statistic, its p and its degrees of freedom."""
    degrees = read_df(kind, df, where)
    given = (None, None) if decimals is None else decimals
    value = read_printed(statistic, given[0], where=where)
    printed = read_p(p_value, where, given[1])
    if value.value < 0 and kind not in TWO_SIDED:
        raise ValueError(f"{where}: {kind} is never negative; received {value.text!r}")
    if kind == "r" and abs(value.value) > 1:
        raise ValueError(f"{where}: r lies between -1 and 1; received {value.text!r}")
    return value, printed, degrees


def describe_test(value: Printed, printed: Printed, kind: str, df: tuple) -> str:
    """A test as it is printed: kind(df) = value, p = p."""
    inside = f"({', '.join(format(d, 'g') for d in df)})" if df else ""
    return f"{kind}{inside} {value.stated}, p {printed.stated}"


def recompute_p(value: Printed, printed: Printed, kind: str, df: tuple, tails: int = 2) -> tuple:
    """P of a statistic as it stands, its limits by rounding, and how it becomes the printed p."""
    low, high = _size_range(value, kind)
    sizes = (abs(float(value)), high, low)
    p, p_low, p_high = (p_of_size(kind, size, df) * tails / 2 for size in sizes)
    fits = "rounded" if printed.is_compatible(p_low, p_high) else match_p(printed, p)
    return p, p_low, p_high, fits


def _need_statistic(
    value: Printed, printed: Printed, kind: str, df: tuple, tails: int, row: tuple
) -> str:
    """Which of the statistics that round to the printed one give the printed p, if not all do."""
    _, p, p_low, p_high, _ = row
    if value.relation != "=" or match_p(printed, p) == "rounded":
        return ""
    limits, bounds = p_limits(printed), []
    digits = max(value.decimals, 0) + 2
    for word, limit, beyond in (
        ("at least", limits[1], p_high > limits[1]),
        ("at most", limits[0], p_low < limits[0]),
    ):
        if beyond:
            bounds.append(f"{word} {size_of_p(kind, limit * 2 / tails, df):.{digits}f}")
    size = f"|{kind}|" if kind in TWO_SIDED else kind
    rounds = f"(which still rounds to {value.text.lstrip('-')})"
    return f"{size} was {' and '.join(bounds)} {rounds}" if bounds else ""


def read_df(kind: str, df, where: str) -> tuple[float, ...]:
    """Degrees of freedom that go with a kind of statistic."""
    if kind not in KINDS:
        raise ValueError(f"{where}: there is no kind {kind!r}; known: {', '.join(KINDS)}")
    degrees = () if df is None else tuple(np.atleast_1d(df))
    if len(degrees) != KINDS[kind] or any(not d > 0 for d in degrees):
        needs = ("no df", "one positive df", "a pair of positive df")[KINDS[kind]]
        raise ValueError(f"{where}: {kind} needs {needs}; received {df!r}")
    return tuple(float(d) for d in degrees)


def p_of_size(kind: str, size: float, df: tuple) -> float:
    """P of a statistic of that size: both tails of t, z and r, the upper tail of the others."""
    if kind == "F":
        return float(fdtrc(*df, size))
    if kind == "chi-square":
        return float(chdtrc(*df, size))
    if kind == "r":
        size = size * np.sqrt(df[0] / (1 - size**2)) if size < 1 else np.inf
    return float(2 * (ndtr(-size) if kind == "z" else stdtr(df[0], -size)))


def size_of_p(kind: str, p: float, df: tuple) -> float:
    """The statistic, without sign, whose p that is: the inverse of `p_of_size`."""
    if p <= 0:
        return 1.0 if kind == "r" else np.inf
    if kind == "F":
        return float(fdtri(*df, 1 - p))
    if kind == "chi-square":
        return float(chdtri(*df, p))
    size = float(find_statistic(min(p, 1), None if kind == "z" else df[0]))
    return float(size / np.sqrt(df[0] + size**2)) if kind == "r" else size


def _size_range(value: Printed, kind: str) -> tuple[float, float]:
    """Smallest and largest size, without sign, of a printed statistic."""
    low, high = (float(end) for end in value.rounded)
    small = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    large = max(abs(low), abs(high))
    if value.relation == "<":
        small = 0.0
    elif value.relation == ">":
        large = np.inf
    return small, min(large, 1.0 if kind == "r" else np.inf)


def p_limits(printed: Printed) -> tuple[float, float]:
    """Smallest and largest p that round to the printed one, or that its bound allows."""
    low, high = (float(end) for end in printed.rounded)
    if printed.relation == "<":
        low = 0.0
    elif printed.relation == ">":
        high = 1.0
    return max(low, 0.0), min(high, 1.0)


def judge_p(printed: Printed, row: tuple, part: str) -> tuple[str, str]:
    """Verdict from one reading: p as it stands, then its range, then cut off digits."""
    _, p, p_low, p_high, fits = row
    alone = match_p(printed, p)
    if alone == "rounded" or (fits == "rounded" and not part):
        return YES, ""
    ways = [part] if printed.is_compatible(p_low, p_high) else []
    if alone == "cut off":
        ways.append(f"p was {CUT_OFF}")
    return (ONLY_IF, ", or if ".join(ways)) if ways else (NO, "")


def explain_p(printed: Printed, low: float, high: float, how: str, verdict: str) -> str:
    """One sentence on a recomputed p."""
    text = f"P was recomputed{f' {how}' if how else ''} over all numbers that round to the printed ones."
    limits = p_limits(printed)
    crosses = (limits[1] <= 0.05 < low) or (high <= 0.05 < limits[0])
    if verdict == NO and crosses:
        text += " Printed and recomputed p lie on different sides of 0.05."
    if printed.relation == "=" and printed.value == 0:
        text += " A p value is never exactly zero; it is read as one that rounds to it."
    return text
