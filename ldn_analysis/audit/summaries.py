"""Audit of printed means, SDs and standardised differences: do they follow from their parts?"""

from collections.abc import Mapping
from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd

from ..core.wording import format_number
from ..data.printed import Printed, read_counts, read_printed
from .results import NO, ONLY_IF, YES, AuditCheck, format_plain, format_range, join_words

__all__ = ["check_standardised_difference", "check_summary", "check_total_mean"]


def check_summary(values, *, mean=None, sd=None, decimals: int | None = None) -> AuditCheck:
    """Whether a printed mean and SD are those of printed individual values.

    Every value may be any number that rounds to it. The mean then has exact limits; so has
    the SD: the smallest sum of squares has each value as near to a common center as its
    rounding allows, the largest has the smallest values rounded up and the others down.

    Parameters
    ----------
    values : list of str or number
        As printed, e.g. ["39.4", "76.7"]; floats need `decimals`.
    mean, sd : str or number, optional
        As printed; at least one of them. The SD divides by n - 1; n is tried too.
    decimals : int, optional
        Printed decimals of the values, for numbers that are not text.

    Returns
    -------
    AuditCheck
        `details` has one row per summary: term ("mean", "sd", "sd (divided by n)"), printed,
        estimate, range_low, range_high, fits ("rounded", "cut off" or "").

    Raises
    ------
    ValueError
        If there are fewer than two values, one is only a bound, or neither mean nor sd is
        given.

    See Also
    --------
    check_mean : Where the individual values are not printed, but whole numbers.

    Examples
    --------
    >>> check = check_summary(["2", "4", "9"], mean="5.0", sd="3.6")
    >>> check.verdict, check.details["estimate"][:2].round(2).tolist()
    ('consistent', [5.0, 3.61])
    """
    where = "check_summary"
    read = [read_printed(value, decimals, where=where) for value in values]
    if len(read) < 2 or any(value.relation != "=" for value in read):
        raise ValueError(f"{where}: at least two values are needed, none of them a bound")
    if mean is None and sd is None:
        raise ValueError(f"{where}: give the printed mean, the printed sd, or both")
    n = len(read)
    low, high = (np.array([float(value.rounded[i]) for value in read]) for i in (0, 1))
    plain = np.array([float(value) for value in read])
    squares = (_sum_squares(plain), _smallest_squares(low, high), _largest_squares(low, high))
    limits = {
        "mean": (plain.mean(), low.mean(), high.mean()),
        "sd": tuple(np.sqrt(square / (n - 1)) for square in squares),
        "sd (divided by n)": tuple(np.sqrt(square / n) for square in squares),
    }
    given = {"mean": mean, "sd": sd, "sd (divided by n)": sd}
    details = _match_summaries(limits, given, where)
    verdict, condition = _judge_summary(details)
    own = details[~details["term"].str.endswith(")")]
    return AuditCheck(
        check="mean and SD of printed values",
        printed=f"{' and '.join(f'{row.term} {row.printed}' for row in own.itertuples())} of {n} values",
        follows=", ".join(
            f"{row.term} {format_number(row.estimate, 4)} "
            f"(by rounding {format_range(row.range_low, row.range_high, 4)})"
            for row in own.itertuples()
        ),
        verdict=verdict,
        condition=condition,
        explanation="Each value may be any number that rounds to it.",
        details=details.reset_index(drop=True),
    )


def _match_summaries(limits: dict, given: dict, where: str) -> pd.DataFrame:
    """Each summary that was printed beside what the values give."""
    rows = []
    for term, values in limits.items():
        if given[term] is not None:
            printed = read_printed(given[term], where=where)
            rows.append(
                (term, printed.text, *map(float, values), _match_range(printed, *values[1:]))
            )
    columns = ["term", "printed", "estimate", "range_low", "range_high", "fits"]
    return pd.DataFrame(rows, columns=columns)


def _match_range(printed: Printed, low: float, high: float) -> str:
    """How some number of a range becomes the printed one."""
    slack = 1e-9 * max(1.0, abs(high))
    if printed.is_compatible(low - slack, high + slack):
        return "rounded"
    cut = printed.truncated
    return "cut off" if low <= cut[1] and high >= cut[0] else ""


def _judge_summary(details: pd.DataFrame) -> tuple[str, str]:
    """Verdict from how mean and SD fit; the SD may divide by n, and digits may be cut off."""
    fits = details.set_index("term")["fits"]
    conditions = [f"the {term} was cut off rather than rounded" for term in fits.index
                  if fits[term] == "cut off" and term in ("mean", "sd")]  # fmt: skip
    if fits.get("sd") != "rounded" and fits.get("sd (divided by n)") == "rounded":
        conditions = [text for text in conditions if " sd " not in text]
        conditions.append("the SD divides by n instead of n - 1")
        fits["sd"] = "rounded"
    if (fits[[term for term in ("mean", "sd") if term in fits]] == "").any():
        return NO, ""
    return (ONLY_IF, " and ".join(conditions)) if conditions else (YES, "")


def _sum_squares(values: np.ndarray) -> float:
    """Squared deviations from the mean."""
    return float(((values - values.mean()) ** 2).sum())


def _smallest_squares(low: np.ndarray, high: np.ndarray) -> float:
    """Least sum of squares of values between these limits: convex in the common center."""
    edges = np.sort(np.concatenate([low, high]))
    # Half the derivative in the center: a rising broken line, so its zero is interpolated.
    slopes = [(edge - np.clip(edge, low, high)).sum() for edge in edges]
    return _sum_squares(np.clip(np.interp(0, slopes, edges), low, high))


def _largest_squares(low: np.ndarray, high: np.ndarray) -> float:
    """Largest sum of squares: the smaller values at their low ends, the others at their high.

    Exact where all limits are equally wide, as of values with the same decimals; otherwise
    all are given the widest, which is safe.
    """
    middle = np.sort((low + high) / 2)
    half = (high - low).max() / 2
    return max(
        _sum_squares(middle + np.where(np.arange(len(middle)) < k, -half, half))
        for k in range(len(middle) + 1)
    )


def check_total_mean(means, sizes, total) -> AuditCheck:
    """Whether a printed total mean is that of printed group means.

    Parameters
    ----------
    means : list of str or number
        Mean of each group, as printed.
    sizes : list of int
        Participants in each group.
    total : str or number
        Mean of all, as printed.

    Returns
    -------
    AuditCheck
        `details` has one row per group and one for the total: term, n_obs, estimate,
        range_low, range_high. Of two groups, `follows` also names the sizes that would fit.

    Raises
    ------
    ValueError
        If the numbers of means and sizes differ, or a mean is only a bound.

    See Also
    --------
    check_sum : The same for counts and differences.

    Examples
    --------
    >>> check_total_mean(["10.0", "20.0"], [30, 10], "12.5").verdict
    'consistent'
    """
    where = "check_total_mean"
    read = [read_printed(mean, where=where) for mean in means]
    counts = [read_counts(size, where)[0] for size in sizes]
    whole = read_printed(total, where=where)
    if len(read) != len(counts) or not read or any(mean.relation != "=" for mean in read):
        raise ValueError(
            f"{where}: give a mean and a size of each group, no bounds; received {list(means)} "
            f"and {list(sizes)}"
        )
    n = sum(counts)
    plain, low, high = (
        sum(count * value for count, value in zip(counts, values, strict=True)) / Fraction(n)
        for values in zip(*((mean.value, *mean.rounded) for mean in read), strict=True)
    )
    verdict = YES if whole.is_compatible(low, high) else NO
    fitting = _find_sizes(read, whole, n) if verdict == NO and len(read) == 2 else ""
    groups = " and ".join(f"{mean.text} (n = {k})" for mean, k in zip(read, counts, strict=True))
    rows = [
        (f"group {i}", count, float(mean), *map(float, mean.rounded))
        for i, (mean, count) in enumerate(zip(read, counts, strict=True), 1)
    ]
    rows.append(("total", n, float(plain), float(low), float(high)))
    return AuditCheck(
        check="total of group means",
        printed=f"{groups}, total {whole.text}",
        follows=f"{format_plain(plain)} (by rounding {format_plain(low)} to {format_plain(high)})",
        verdict=verdict,
        explanation=f"The total is the mean of the groups, weighted by their sizes.{fitting}",
        details=pd.DataFrame(
            rows, columns=["term", "n_obs", "estimate", "range_low", "range_high"]
        ),
        printed_range=tuple(map(float, whole.rounded)),
        follows_range=(float(low), float(high)),
    )


def _find_sizes(means: list[Printed], whole: Printed, n: int) -> str:
    """Sizes of two groups of n in all that would give the total."""
    found = []
    for first in range(n + 1):
        ends = [
            (first * means[0].rounded[i] + (n - first) * means[1].rounded[i]) / n for i in (0, 1)
        ]
        if whole.is_compatible(*ends):
            found.append(first)
    if not found:
        return f" No sizes of the two groups, {n} in all, give it."
    sizes = f"{found[0]}" if len(found) == 1 else f"{found[0]} to {found[-1]}"
    return f" It would need {sizes} of the {n} in the first group."


def check_standardised_difference(d, differences: Mapping, spreads: Mapping) -> AuditCheck:
    """Which difference and which SD are behind a printed standardised difference.

    d is a difference over an SD pooled from two groups (Cohen 1988). Papers seldom say which:
    the adjusted or the unadjusted difference, the SD at baseline or at the end.

    Parameters
    ----------
    d : str or number
        As printed; its sign plays no part.
    differences : mapping of str to str or list of str
        Each possible difference by name, as printed, or its parts to add.
    spreads : mapping of str to (sd, n, sd, n)
        Each possible pair of SDs by name, with the sizes of their groups.

    Returns
    -------
    AuditCheck
        `details` has one row per difference and SD: reading, difference, sd, estimate,
        range_low, range_high, fits.

    Raises
    ------
    ValueError
        If a number is not printed as one.

    Examples
    --------
    >>> check = check_standardised_difference(
    ...     "0.19", {"adjusted": "0.49", "unadjusted": "0.31"}, {"baseline": ("1.55", 47, "1.66", 49)}
    ... )
    >>> print(check.words)
    consistent only if it is the unadjusted difference over the SD at baseline
    """
    where = "check_standardised_difference"
    printed = read_printed(d, where=where)
    size = Printed(
        text=printed.text, relation="=", value=abs(printed.value), decimals=printed.decimals
    )
    rows = []
    for (name, parts), (time, (one, n_one, two, n_two)) in product(
        differences.items(), spreads.items()
    ):
        parts = [read_printed(part, where=where) for part in np.atleast_1d(parts).tolist()]
        gaps = [sum(part.value for part in parts)]
        gaps += [sum(part.rounded[i] for part in parts) for i in (0, 1)]
        sds = [
            np.sqrt(
                ((n_one - 1) * float(a) ** 2 + (n_two - 1) * float(b) ** 2) / (n_one + n_two - 2)
            )
            for a, b in _read_pair(one, two, where)
        ]
        wide = max(abs(float(gap)) for gap in gaps[1:])
        near = 0.0 if gaps[1] <= 0 <= gaps[2] else min(abs(float(gap)) for gap in gaps[1:])
        ends = near / sds[2], wide / sds[1]
        fits = _match_range(size, *ends)
        text = f"the {name} difference over the SD at {time}"
        rows.append((text, float(gaps[0]), sds[0], abs(float(gaps[0])) / sds[0], *ends, fits))
    columns = ["reading", "difference", "sd", "estimate", "range_low", "range_high", "fits"]
    details = pd.DataFrame(rows, columns=columns)
    fitting = details.loc[details["fits"] == "rounded", "reading"].tolist()
    every = len(fitting) == len(details)
    return AuditCheck(
        check="standardised difference",
        printed=f"d = {printed.text}",
        follows="; ".join(f"{row[0]}: {format_number(row[3])}" for row in rows),
        verdict=YES if every else ONLY_IF if fitting else NO,
        condition=f"it is {join_words(fitting)}" if fitting and not every else "",
        explanation="",
        details=details,
        printed_range=tuple(map(float, size.rounded)),
    )


def _read_pair(one, two, where: str) -> list[tuple]:
    """Two printed SDs: as they stand, both at their smallest, both at their largest."""
    pair = [read_printed(sd, where=where) for sd in (one, two)]
    return list(zip(*((sd.value, *sd.rounded) for sd in pair), strict=True))
