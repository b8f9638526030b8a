"""Audit of many printed p values: the threshold, and what the procedure behind it keeps."""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pandas as pd

from ..core.validation import require_count, require_number
from ..core.wording import format_number
from ..data.printed import read_printed
from .p_values import p_limits
from .results import CUT_OFF, NO, ONLY_IF, YES, AuditCheck, join_words, match_p, read_p

__all__ = ["check_false_discovery", "check_threshold"]


def check_threshold(threshold, n_tests: int, *, level: str = "0.05") -> AuditCheck:
    """Whether a printed threshold for p belongs to a known correction for that many tests.

    Bonferroni divides the level by the number of tests m; the largest threshold of Benjamini
    and Yekutieli (2001) is the level divided by 1 + 1/2 + ... + 1/m.

    Parameters
    ----------
    threshold : str or number
        As printed.
    n_tests : int
        Number of tests corrected for.
    level : str
        Level before the correction.

    Returns
    -------
    AuditCheck
        `details` has one row per correction: reading, threshold, fits ("rounded", "cut off"
        or "").

    Raises
    ------
    ValueError
        If threshold or level is not printed as a p value.

    See Also
    --------
    check_false_discovery : Which tests the procedure keeps.

    Examples
    --------
    >>> print(check_threshold("0.014", 17).words)
    consistent only if it is that of Benjamini and Yekutieli, cut off rather than rounded
    """
    where = "check_threshold"
    printed, alpha = read_p(threshold, where), read_p(level, where)
    m = require_count(n_tests, "n_tests", where)
    harmonic = sum(Fraction(1, i) for i in range(1, m + 1))
    exact = {"Benjamini and Yekutieli": alpha.value / harmonic, "Bonferroni": alpha.value / m}
    rows = [(name, float(value), match_p(printed, value)) for name, value in exact.items()]
    found = [row for row in rows if row[2]]
    verdict, condition = NO, ""
    if found:
        name, _, fits = min(found, key=lambda row: row[2] != "rounded")
        verdict = YES if fits == "rounded" else ONLY_IF
        cut = "" if fits == "rounded" else f", {CUT_OFF}"
        condition = "" if verdict == YES else f"it is that of {name}{cut}"
    return AuditCheck(
        check="threshold for p",
        printed=f"{printed.text} for {m} tests",
        follows="; ".join(f"{row[0]}: {format_number(row[1], 4)}" for row in rows),
        verdict=verdict,
        condition=condition,
        explanation="A threshold that is cut off is a little stricter."
        if verdict == ONLY_IF
        else "",
        details=pd.DataFrame(rows, columns=["reading", "threshold", "fits"]),
    )


def check_false_discovery(p_values: Mapping, threshold, *, level: float = 0.05) -> AuditCheck:
    """Which printed p values below a threshold the Benjamini-Yekutieli procedure keeps.

    The procedure controls the expected share of false discoveries at `level`, however the
    tests depend on each other (Benjamini and Yekutieli 2001). It does not hold one threshold
    against every p: the k-th smallest of m is compared with k / m of level / (1 + ... + 1/m),
    and all up to the last that passes are kept. Every p may be any number that rounds to it.

    Parameters
    ----------
    p_values : mapping of str to str
        Each test's p as printed, by name; a bound such as "< 0.0005" counts with all below.
    threshold : str or number
        That was held against every p.
    level : float
        Of the false discovery rate.

    Returns
    -------
    AuditCheck
        `details` has one row per test, smallest p first: test, printed, rank, step (what the
        p of that rank is compared with), p_value (as it stands), adjusted_low, adjusted_high, below_threshold, kept
        ("yes", "no" or "depends on rounding").

    Raises
    ------
    ValueError
        If there is no p, one is a lower bound such as "> 0.05", or the level is not between
        0 and 1.

    See Also
    --------
    check_threshold : Where the threshold comes from.

    Examples
    --------
    >>> check = check_false_discovery({"a": "0.001", "b": "0.025", "c": "0.60"}, "0.027")
    >>> check.details["kept"].tolist()
    ['yes', 'no', 'no']
    """
    where = "check_false_discovery"
    require_number(level, "level", where, 0, 1)
    read = {name: read_p(p, where) for name, p in p_values.items()}
    if not read or any(p.relation == ">" for p in read.values()):
        raise ValueError(
            f"{where}: at least one p is needed, none a lower bound; received {list(p_values.values())}"
        )
    held = read_printed(threshold, where=where)
    limits = np.array([p_limits(p) for p in read.values()])
    adjusted = np.column_stack([adjust_by(limits[:, i]) for i in (0, 1)])
    details = pd.DataFrame(
        {
            "test": list(read),
            "printed": [p.stated.removeprefix("= ") for p in read.values()],
            "p_value": [float(p) for p in read.values()],
            "adjusted_low": adjusted[:, 0],
            "adjusted_high": adjusted[:, 1],
            "below_threshold": [p.value <= held.value for p in read.values()],
        }
    ).sort_values("p_value", kind="stable", ignore_index=True)
    m = len(details)
    details.insert(2, "rank", range(1, m + 1))
    details.insert(3, "step", details["rank"] * level / (m * _harmonic(m)))
    surely, never = details["adjusted_high"] <= level, details["adjusted_low"] > level
    details["kept"] = np.select([surely, never], ["yes", "no"], "depends on rounding")
    return _judge_discoveries(details, held, level)


def _judge_discoveries(details: pd.DataFrame, threshold, level: float) -> AuditCheck:
    """Compare what lies below the threshold with what the procedure keeps."""
    below, kept = details["below_threshold"], details["kept"] == "yes"
    lost = details[below & (details["kept"] == "no")]
    open_ = details[details["kept"] == "depends on rounding"]
    gained = details[~below & kept]
    verdict, condition = YES, ""
    if len(lost) or len(gained):
        verdict = ONLY_IF
        condition = "one threshold was held against every p, which is not the step-up procedure"
    parts = []
    for table, words in (
        (lost, "Below the threshold and not kept"),
        (gained, "Above the threshold and kept"),
        (open_, "Depends on rounding"),
    ):
        if len(table):
            named = [f"{row.test} ({row.printed})" for row in table.itertuples()]
            parts.append(f"{words}: {join_words(named, 'and')}.")
    return AuditCheck(
        check="false discovery rate (Benjamini-Yekutieli)",
        printed=f"{below.sum()} of {len(details)} p values at most {threshold.text}",
        follows=f"the procedure keeps {kept.sum()} of {len(details)} at {100 * level:g} %",
        verdict=verdict,
        condition=condition,
        explanation=" ".join(parts),
        details=details,
        printed_range=(float(threshold),) * 2,
    )


def adjust_by(p_values) -> np.ndarray:
    """P values adjusted by Benjamini and Yekutieli (2001), in the order given."""
    p_values = np.asarray(p_values, float)
    m, order = len(p_values), np.argsort(p_values)
    scaled = p_values[order] * m * _harmonic(m) / np.arange(1, m + 1)
    adjusted = np.empty(m)
    adjusted[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return np.minimum(adjusted, 1)


def _harmonic(m: int) -> float:
    """1 + 1/2 + ... + 1/m."""
    return float((1 / np.arange(1, m + 1)).sum())
