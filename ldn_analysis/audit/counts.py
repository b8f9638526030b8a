"""Audit of printed counts, shares and means: which whole numbers can be behind them."""

from fractions import Fraction
from math import ceil, floor

import numpy as np
import pandas as pd

from ..core.validation import require_count
from ..core.wording import format_number
from ..data.printed import Printed, read_counts, read_printed
from .results import CUT_OFF, NO, ONLY_IF, YES, AuditCheck, format_plain, join_words, match_p

__all__ = ["check_count", "check_mean", "check_share", "check_sum"]

READINGS = ("rounded", "cut off")


def check_share(percent, n, *, decimals: int | None = None) -> AuditCheck:
    """Which counts and denominators can be behind printed percentages (GRIM).

    A share of n participants is one of n + 1 numbers; with few decimals and n below
    100 x 10^decimals many percentages cannot occur (Brown and Heathers 2017). Several
    shares are checked against the same denominator.

    Parameters
    ----------
    percent : str, number, or list of them
        As printed, e.g. "32" or ["32", "11"]; a float needs `decimals`.
    n : int or iterable of int
        The denominator, or all that are possible, e.g. range(27, 32).
    decimals : int, optional
        Printed decimals, for numbers that are not text.

    Returns
    -------
    AuditCheck
        `details` has one row per share and denominator: printed, n_obs, reading ("rounded",
        "cut off" or "" where none fits), count_low, count_high (all counts that give it),
        rounded, cut_off (whether it fits by that reading).

    Raises
    ------
    ValueError
        If a share is not a number from 0 to 100 or is only a bound, or n is not a whole
        number of at least 1.

    Examples
    --------
    >>> print(check_share(["32", "11"], range(27, 32)).words)
    consistent only if the denominator is 28
    """
    where = "check_share"
    shares = _read_shares(percent, decimals, where)
    sizes = read_counts(n, where)
    details = _list_totals(shares, sizes, Fraction(1, 100), most=1)
    words = [share.text.removesuffix("%").strip() + " %" for share in shares]
    by_size = details.groupby("n_obs")
    verdict, condition = _judge_sizes(by_size["rounded"].all(), by_size["cut_off"].all())
    if verdict == NO and len(shares) > 1:
        own = details[details["rounded"]].groupby("printed", sort=False)["n_obs"].agg(list)
        if len(own) == len({share.text for share in shares}):
            verdict = ONLY_IF
            lists = [
                f"{text.removesuffix('%').strip()} %: {join_words(ns)}" for text, ns in own.items()
            ]
            condition = f"the shares have different denominators ({'; '.join(lists)})"
    follows = _describe_totals(details, sizes, "of")
    informative = min(sizes) < 100 * 10 ** max(share.decimals for share in shares)
    return AuditCheck(
        check="share (GRIM)",
        printed=f"{join_words(words, 'and')} of n = {_describe_sizes(sizes)}",
        follows=follows,
        verdict=verdict,
        condition=condition,
        explanation="A share of n participants is a whole number divided by n"
        + ("." if informative else "; at this n every printed percentage is possible."),
        details=details,
    )


def check_count(percent, count: int, n: int, *, decimals: int | None = None) -> AuditCheck:
    """Whether a printed percentage is that of a count printed elsewhere.

    Parameters
    ----------
    percent : str or number
        As printed; a float needs `decimals`.
    count, n : int
        How many of how many.
    decimals : int, optional
        Printed decimals, for a number that is not text.

    Returns
    -------
    AuditCheck
        `details` has the one row: printed, n_obs, count, percent, fits ("rounded", "cut off"
        or "").

    Raises
    ------
    ValueError
        If the percentage is none, or the count is not from 0 to n.

    See Also
    --------
    check_share : Which counts can be behind a percentage, where none was printed.

    Examples
    --------
    >>> check_count("36", 10, 28).verdict, check_count("37", 10, 28).verdict
    ('consistent', 'not possible as printed')
    """
    where = "check_count"
    (share,) = _read_shares(percent, decimals, where)
    count = require_count(count, "count", where, 0, require_count(n, "n", where))
    exact = Fraction(100 * count, int(n))
    fits = match_p(share, exact)
    verdict, condition = {
        "rounded": (YES, ""),
        "cut off": (ONLY_IF, f"the percentage was {CUT_OFF}"),
    }.get(fits, (NO, ""))
    row = (share.text, int(n), count, float(exact), fits)
    return AuditCheck(
        check="percentage of a count",
        printed=f"{share.text} %, {count} of {n}",
        follows=f"{count} of {n} is {format_number(float(exact))} %",
        verdict=verdict,
        condition=condition,
        explanation="",
        details=pd.DataFrame([row], columns=["printed", "n_obs", "count", "percent", "fits"]),
    )


def check_mean(mean, n, *, items: int = 1, decimals: int | None = None) -> AuditCheck:
    """Whether whole numbers can have the printed mean (GRIM).

    The sum of n x items whole numbers is whole, so the mean is a multiple of
    1 / (n x items) (Brown and Heathers 2017). The check can only fail where n x items is
    below 10^decimals; the explanation says so where it is not. It does not apply to
    ratings with fractions, or to means adjusted by a model.

    Parameters
    ----------
    mean : str or number
        As printed, e.g. "5.19"; a float needs `decimals`.
    n : int or iterable of int
        Number of participants, or all that are possible.
    items : int
        How many whole numbers are averaged per participant.
    decimals : int, optional
        Printed decimals, for a number that is not text.

    Returns
    -------
    AuditCheck
        `details` has one row per possible n: printed, n_obs, reading, count_low,
        count_high (sums that give it), rounded, cut_off.

    Raises
    ------
    ValueError
        If the mean is not a printed number or only a bound, or n or items is not a whole
        number of at least 1.

    Examples
    --------
    >>> check_mean("5.19", 28).verdict
    'not possible as printed'
    """
    where = "check_mean"
    printed = read_printed(mean, decimals, where=where)
    if printed.relation != "=":
        raise ValueError(f"{where}: a mean is needed, not a bound; received {printed.text!r}")
    sizes = read_counts(n, where)
    if isinstance(items, bool) or not isinstance(items, (int, np.integer)) or items < 1:
        raise ValueError(f"{where}: items must be a whole number of at least 1; received {items!r}")
    details = _list_totals([printed], sizes, Fraction(int(items)))
    by_size = details.set_index("n_obs")
    verdict, condition = _judge_sizes(by_size["rounded"], by_size["cut_off"])
    informative = min(sizes) * items < 10**printed.decimals
    reason = f"The sum of {'' if items == 1 else f'{items} '}whole numbers per participant is whole"
    return AuditCheck(
        check="mean of whole numbers (GRIM)",
        printed=f"mean {printed.text} of n = {_describe_sizes(sizes)}",
        follows=_describe_totals(details, sizes, "over"),
        verdict=verdict,
        condition=condition,
        explanation=reason
        + (
            "."
            if informative
            else "; at this n every printed mean is possible, so this could not fail."
        ),
        details=details,
    )


def check_sum(parts, total, *, decimals: int | None = None) -> AuditCheck:
    """Whether printed parts add up to a printed total, each within its rounding.

    Give a subtracted part with its sign, e.g. ["32.5", "-2.3"].

    Parameters
    ----------
    parts : list of str or number
        As printed.
    total : str or number
        As printed; a bound such as "> 30" is allowed.
    decimals : int, optional
        Printed decimals, for numbers that are not text.

    Returns
    -------
    AuditCheck
        `details` has one row per part and one for their sum: term, estimate, range_low,
        range_high.

    Raises
    ------
    ValueError
        If a part is only a bound, or something is not a printed number.

    Examples
    --------
    >>> check_sum(["28.8", "-18.0"], "10.8").follows
    '10.7 to 10.9'
    """
    where = "check_sum"
    terms = _read_parts(parts, decimals, where)
    whole = read_printed(total, decimals, where=where)
    exact = all(term.decimals <= 0 for term in terms)
    ranges = [(term.value, term.value) if exact else term.rounded for term in terms]
    low, high = sum(ends[0] for ends in ranges), sum(ends[1] for ends in ranges)
    plain = sum(term.value for term in terms)
    verdict, condition = NO, ""
    if whole.is_compatible(low, high):
        verdict = YES
    elif whole.relation == "=" and low <= whole.truncated[1] and high >= whole.truncated[0]:
        verdict, condition = ONLY_IF, f"the total was {CUT_OFF}"
    # "a + -b" reads badly: the sign of a subtracted part is the operator.
    shown = " ".join(
        f"{'-' if term.text.startswith('-') else '+'} {term.text.lstrip('-+')}" for term in terms
    ).removeprefix("+ ")
    return AuditCheck(
        check="sum",
        printed=f"{shown}, total {whole.text}",
        follows=format_plain(low) if exact else f"{format_plain(low)} to {format_plain(high)}",
        verdict=verdict,
        condition=condition,
        explanation="Counts add up exactly."
        if exact
        else "Each part may be off by half a last digit.",
        details=pd.DataFrame(
            {
                "term": [term.text for term in terms] + ["sum of the parts"],
                "estimate": [float(term) for term in terms] + [float(plain)],
                "range_low": [float(ends[0]) for ends in ranges] + [float(low)],
                "range_high": [float(ends[1]) for ends in ranges] + [float(high)],
            }
        ),
        printed_range=tuple(map(float, whole.rounded)),
        follows_range=(float(low), float(high)),
    )


def _read_shares(percent, decimals: int | None, where: str) -> list[Printed]:
    """One printed percentage or several."""
    given = percent if isinstance(percent, (list, tuple, np.ndarray, pd.Series)) else [percent]
    shares = [read_printed(item, decimals, where=where) for item in given]
    if not shares:
        raise ValueError(f"{where}: there is no percentage to check")
    for share in shares:
        if share.relation != "=" or not 0 <= share.value <= 100:
            raise ValueError(
                f"{where}: a percentage from 0 to 100 is needed, not a bound; received {share.text!r}"
            )
    return shares


def _read_parts(parts, decimals: int | None, where: str) -> list[Printed]:
    """Printed numbers to be added; a bound is refused."""
    terms = [read_printed(part, decimals, where=where) for part in parts]
    for term in terms:
        if term.relation != "=":
            raise ValueError(
                f"{where}: a part must be a number, not a bound; received {term.text!r}"
            )
    if not terms:
        raise ValueError(f"{where}: there is no part to add")
    return terms


def _list_totals(shares, sizes, per_unit: Fraction, most: int | None = None) -> pd.DataFrame:
    """For each printed number and n: the whole totals that give it when divided."""
    rows = []
    for share in shares:
        for size in sizes:
            scale, found = size * per_unit, []
            for reading, (low, high) in zip(
                READINGS, (share.rounded, share.truncated), strict=True
            ):
                first, last = ceil(low * scale), floor(high * scale)
                # The upper end itself would not be cut off to this number.
                last -= reading == "cut off" and last == high * scale
                if most is not None:
                    first, last = max(first, 0), min(last, size * most)
                found.append((reading, float(first), float(last), first <= last))
            best = next((item[:3] for item in found if item[3]), ("", np.nan, np.nan))
            rows.append((share.text, size, *best, found[0][3], found[1][3]))
    columns = ["printed", "n_obs", "reading", "count_low", "count_high", "rounded", "cut_off"]
    return pd.DataFrame(rows, columns=columns)


def _judge_sizes(joint: pd.Series, joint_cut: pd.Series) -> tuple[str, str]:
    """Verdict from which denominators fit when rounded, and when cut off."""
    fitting = joint.index[joint].tolist()
    if len(fitting) == len(joint):
        return YES, ""
    if fitting:
        return ONLY_IF, f"the denominator is {_describe_sizes(fitting)}"
    fitting = joint_cut.index[joint_cut].tolist()
    if not fitting:
        return NO, ""
    which = "" if len(joint) == 1 else f" and the denominator is {_describe_sizes(fitting)}"
    return ONLY_IF, f"digits were {CUT_OFF}{which}"


def _describe_sizes(sizes: list[int]) -> str:
    """Numbers as a list, or as a range where they follow one another."""
    if len(sizes) > 2 and sizes[-1] - sizes[0] == len(sizes) - 1:
        return f"{sizes[0]} to {sizes[-1]}"
    return join_words(sizes)


def _describe_totals(details: pd.DataFrame, sizes: list[int], word: str) -> str:
    """The counts that fit, up to a handful."""
    found = details[details["reading"] != ""]
    parts = []
    for row in found.itertuples():
        total = (
            f"{row.count_low:.0f}"
            if row.count_low == row.count_high
            else (f"{row.count_low:.0f} to {row.count_high:.0f}")
        )
        mark = " (cut off)" if row.reading == "cut off" else ""
        parts.append(f"{row.printed} = {total} {word} {row.n_obs}{mark}")
    if not parts:
        return f"no whole number fits n = {_describe_sizes(sizes)}"
    return "; ".join(parts[:8]) + (f"; and {len(parts) - 8} more" if len(parts) > 8 else "")
