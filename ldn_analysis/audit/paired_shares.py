"""Audit of two shares of the same participants: every paired table that fits, test by test."""

from itertools import product
from math import comb

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from ..core.mcnemar import compute_mcnemar
from ..core.wording import format_number
from ..data.printed import read_counts, read_printed
from .counts import check_share
from .p_values import p_limits
from .results import NO, ONLY_IF, YES, AuditCheck, format_range, join_words, match_p, read_p

__all__ = ["check_paired_shares"]

CHECK = "p of two shares of the same participants"
COLUMNS = ["reading", "paired", "both", "first_only", "second_only", "neither"]
COLUMNS += ["statistic", "p_low", "p_high", "fits"]
PAIRED = (
    "McNemar exact",
    "McNemar mid-p",
    "McNemar chi-square",
    "McNemar chi-square corrected",
    "one-tailed McNemar exact",
)


def check_paired_shares(
    first, second, n: int, *, p_value=None, decimals: int | None = None
) -> AuditCheck:
    """All paired 2 x 2 tables behind two printed shares, with the p of each test.

    The same n participants respond or not in two conditions. The shares fix the margins; how
    many responded under both is seldom printed, and McNemar's test depends on it. Estimand of
    the tests: the difference of the two shares. McNemar (1947): exact (binomial on the
    participants who differ), mid-p (Fagerland, Lydersen and Laake 2013), chi-square with 1 df,
    and the same with continuity correction (Edwards 1948), all two-sided. Further
    readings are shown beside: the exact test one-tailed, and the tests of two unrelated
    groups of n (chi-square, Yates' correction, Fisher's exact test), which ignore that
    the participants are the same.

    Parameters
    ----------
    first, second : str or number
        Percentages as printed; floats need `decimals`.
    n : int
        Participants, each in both conditions.
    p_value : str, optional
        Printed p, as text; without it there is no verdict on it.
    decimals : int, optional
        Printed decimals of the percentages, for numbers that are not text.

    Returns
    -------
    AuditCheck
        A share that does not fit n is "not possible as printed". `details` has one row per
        table and test: reading, paired, both, first_only, second_only, neither (nan where
        the pairing is ignored), statistic, p_low, p_high (equal: p is exact for a given
        table), fits ("rounded", "cut off" or "").

    Raises
    ------
    ValueError
        If n is not one whole number, or a number is not printed as a percentage or a p.

    Examples
    --------
    >>> check = check_paired_shares("32", "11", 28, p_value="0.05")
    >>> paired = check.details.query("reading == 'McNemar exact'")
    >>> paired["p_low"].round(3).tolist()
    [0.146, 0.109, 0.07, 0.031]
    """
    where = "check_paired_shares"
    shares = [read_printed(share, decimals, where=where) for share in (first, second)]
    (size,) = read_counts([n], where)
    printed = None if p_value is None else read_p(p_value, where)
    text = f"{shares[0].text} % and {shares[1].text} % of the same {size} participants"
    text += "" if printed is None else f", p {printed.stated}"
    counts = []
    for share in shares:
        row = check_share(share, size).details.iloc[0]
        if row["reading"] != "rounded":
            return AuditCheck(
                check=CHECK,
                printed=text,
                follows=f"{share.text} % is not a share of {size}",
                verdict=NO,
                explanation="See check_share for the denominators that fit.",
                details=pd.DataFrame(columns=COLUMNS),
            )
        counts.append(range(int(row["count_low"]), int(row["count_high"]) + 1))
    details = _list_tables(counts, size)
    details["p_high"] = details["p_low"]
    details["fits"] = "" if printed is None else [match_p(printed, p) for p in details["p_low"]]
    usual = details["paired"] & ~details["reading"].str.startswith("one-tailed")
    verdict, condition = _judge_paired(details, usual, printed)
    mcnemar = details.loc[usual, "p_low"]
    low, high = mcnemar.min(), mcnemar.max()
    names = [" or ".join(str(count) for count in options) + f" of {size}" for options in counts]
    return AuditCheck(
        check=CHECK,
        printed=text,
        follows=f"{names[0]} against {names[1]}; McNemar's tests give p {format_range(low, high)}, "
        "depending on how many responded under both",
        verdict=verdict,
        condition=condition,
        explanation=_explain_paired(printed, bool((usual & (details["fits"] == "rounded")).any())),
        details=details,
        printed_range=(np.nan, np.nan) if printed is None else p_limits(printed),
        follows_range=(float(low), float(high)),
    )


def _list_tables(counts: list[range], size: int) -> pd.DataFrame:
    """Every paired table with these margins, and every test of each."""
    rows = []
    for one, two in product(*counts):
        for both in range(max(0, one + two - size), min(one, two) + 1):
            table = (both, one - both, two - both, size - one - two + both)
            rows += [(name, True, *table, *test) for name, *test in _test_paired(*table)]
        unknown = (np.nan, one, two, np.nan)
        rows += [(name, False, *unknown, *test) for name, *test in _test_unpaired(one, two, size)]
    details = pd.DataFrame(rows, columns=COLUMNS[:-2])
    details.loc[~details["paired"], ["first_only", "second_only"]] = np.nan
    return details


def _test_paired(both: int, first_only: int, second_only: int, neither: int):  # noqa: ARG001
    """Name, statistic and p of each test of a paired table."""
    tests = compute_mcnemar(first_only, second_only)
    p_values = (tests.exact, tests.mid_p, tests.square_p, tests.corrected_p, tests.one_tailed)
    statistics = (np.nan, np.nan, float(tests.square), float(tests.corrected), np.nan)
    return list(zip(PAIRED, statistics, map(float, p_values), strict=True))


def _test_unpaired(one: int, two: int, size: int):
    """Name, statistic and p of each test of two unrelated groups of the same size."""
    yes, total = one + two, 2 * size
    spread = yes * (total - yes)
    gap = abs(one - two)
    square = total * gap**2 / spread if spread else 0.0
    yates = total * max(gap - 1, 0) ** 2 / spread if spread else 0.0
    ways = [
        comb(size, k) * comb(size, yes - k) for k in range(max(0, yes - size), min(size, yes) + 1)
    ]
    mine = comb(size, one) * comb(size, two)
    fisher = sum(way for way in ways if way <= mine) / comb(total, yes)
    return [
        ("unpaired chi-square", square, chdtrc(1, square)),
        ("unpaired chi-square corrected", yates, chdtrc(1, yates)),
        ("unpaired Fisher exact", np.nan, fisher),
    ]


def _judge_paired(details: pd.DataFrame, usual: pd.Series, printed) -> tuple[str, str]:
    """Verdict from the readings that give the printed p."""
    if printed is None:
        return YES, ""
    rounded, cut = details["fits"] == "rounded", details["fits"] == "cut off"
    if (usual & rounded).sum() == usual.sum():
        return YES, ""
    groups = [
        (usual & rounded, ""),
        (~usual & rounded, ""),
        (usual & cut, ", cut off rather than rounded"),
    ]
    ways = []
    for chosen, words in groups[:1] if (usual & rounded).any() else groups:
        for name, rows in details[chosen].groupby("reading", sort=False):
            overlap = sorted({int(k) for k in rows["both"].dropna()})
            who = ""
            if overlap:
                word = "participant" if overlap == [1] else "participants"
                who = f", if {join_words(overlap)} {word} responded under both"
            ways.append(f"{name}{who} (p {_list_p(rows)}{words})")
    if not ways:
        return NO, ""
    return ONLY_IF, f"the test was {'; or '.join(ways)}"


def _explain_paired(printed, fits: bool) -> str:
    """What the verdict rests on."""
    text = (
        "McNemar's test depends on how many responded under both conditions, which was not printed."
    )
    if printed is None:
        return f"{text} No p value was given to compare with."
    if not fits:
        text += " No two-sided McNemar test of any possible table rounds to the printed p."
    return text


def _list_p(rows: pd.DataFrame) -> str:
    """The p values of some readings, rounded for reading."""
    values = sorted(rows["p_low"])
    return " or ".join(dict.fromkeys(format_number(value) for value in values))
