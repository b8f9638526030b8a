"""Audit of printed intervals: the p beside them, and whether the estimate is in the middle."""

import pandas as pd

from ..core.intervals import compute_quantile
from ..core.validation import require_count, require_level, require_number
from ..core.wording import format_number
from .derived import SCALES, derive_se, read_interval, transform, transform_back
from .p_values import explain_p, judge_p, p_limits
from .results import NO, ONLY_IF, YES, AuditCheck, format_plain, format_range, match_p, read_p

__all__ = ["check_interval_symmetry", "check_interval_width", "check_p_from_interval"]


def check_p_from_interval(
    p_value,
    low,
    high,
    *,
    estimate=None,
    df: float | None = None,
    scale: str = "linear",
    confidence_level: float = 0.95,
) -> AuditCheck:
    """Recompute a two-sided p from a printed interval (Altman and Bland 2011).

    The standard error is the width of the interval over twice its quantile; the estimate
    over it is z (or t). It assumes an interval that is symmetric on its scale.

    Parameters
    ----------
    p_value, low, high : str, int or Printed
        As printed.
    estimate : str, int or Printed, optional
        As printed; without it the middle of the interval is taken.
    df : float, optional
        Degrees of freedom of a t interval; without it the normal distribution is used.
    scale : {"linear", "log"}
        "log" for ratios, whose null value is 1.
    confidence_level : float
        Of the printed interval.

    Returns
    -------
    AuditCheck
        `details`: reading, p_value, p_low, p_high, fits.

    Raises
    ------
    ValueError
        If a number is not printed as one, the limits are swapped or equal, a ratio is not
        positive, or scale or level is unknown.

    Examples
    --------
    >>> check = check_p_from_interval("0.27", "-0.95", "0.27", estimate="-0.34")
    >>> check.verdict, round(float(check.details["p_value"].iloc[0]), 2)
    ('consistent', 0.27)
    """
    printed = read_p(p_value, "check_p_from_interval")
    error = derive_se("check_p_from_interval", low, high, estimate, df, scale, confidence_level)
    p, p_low, p_high = error["p_value"]
    fits = "rounded" if printed.is_compatible(p_low, p_high) else match_p(printed, p)
    row = (f"{'t' if df is not None else 'z'} from the interval", p, p_low, p_high, fits)
    verdict, condition = judge_p(
        printed, row, "estimate and limits differed from the printed ones within their rounding"
    )
    return AuditCheck(
        check="p from an interval",
        printed=f"{error.printed}, p {printed.stated}",
        follows=f"standard error {format_number(error['std_error'][0])}, "
        f"p {format_number(p)} (by rounding {format_range(p_low, p_high)})",
        verdict=verdict,
        condition=condition,
        explanation=explain_p(printed, p_low, p_high, "two-sided", verdict),
        details=pd.DataFrame([row], columns=["reading", "p_value", "p_low", "p_high", "fits"]),
        printed_range=p_limits(printed),
        follows_range=(p_low, p_high),
    )


def check_interval_symmetry(estimate, low, high, *, scale: str = "linear") -> AuditCheck:
    """Whether an estimate lies in the middle of its interval, within rounding.

    Wald and t intervals are symmetric, those of ratios on the log scale; profile,
    bootstrap and exact intervals need not be, so asymmetry alone is no error.

    Parameters
    ----------
    estimate, low, high : str, int or Printed
        As printed.
    scale : {"linear", "log"}
        On which scale the middle is taken.

    Returns
    -------
    AuditCheck
        `details` has one row per possible scale: reading, middle, range_low,
        range_high, fits.

    Raises
    ------
    ValueError
        If a number is not printed as one or is only a bound, the limits are swapped, or a
        log scale meets a number that is not positive.

    Examples
    --------
    >>> print(check_interval_symmetry("2.0", "1.0", "4.0").words)
    consistent only if the interval was made on the log scale
    """
    where = "check_interval_symmetry"
    middle, first, last = read_interval(estimate, low, high, scale, where)
    positive = min(first.rounded[0], middle.rounded[0]) > 0
    rows = []
    for name in SCALES if positive else ("linear",):
        ends = [transform(end, name) for end in (*first.rounded, *last.rounded)]
        center = transform_back(
            (transform(first.value, name) + transform(last.value, name)) / 2, name
        )
        lower, upper = (transform_back((ends[i] + ends[i + 2]) / 2, name) for i in (0, 1))
        # The limits went through floats: allow their last bit.
        slack = 1e-12 * max(1.0, abs(center))
        fits = middle.is_compatible(lower - slack, upper + slack)
        rows.append((name, center, lower, upper, "rounded" if fits else ""))
    details = pd.DataFrame(rows, columns=["reading", "middle", "range_low", "range_high", "fits"])
    own = details[details["reading"] == scale].iloc[0]
    if own["fits"]:
        verdict, condition = YES, ""
    elif middle.rounded[1] < first.rounded[0] or middle.rounded[0] > last.rounded[1]:
        verdict, condition = NO, ""
    elif details["fits"].any():
        other = details.loc[details["fits"] != "", "reading"].iloc[0]
        verdict, condition = ONLY_IF, f"the interval was made on the {other} scale"
    else:
        verdict = ONLY_IF
        condition = (
            "the interval is of a kind that need not be symmetric (profile, bootstrap, exact)"
        )
    return AuditCheck(
        check="middle of an interval",
        printed=f"{middle.text} ({first.text} to {last.text})",
        follows=f"middle {format_plain(own['range_low'], 4)} to {format_plain(own['range_high'], 4)} on the {scale} scale",
        verdict=verdict,
        condition=condition,
        explanation="The estimate lies outside its own interval." if verdict == NO else "",
        details=details,
        printed_range=tuple(map(float, middle.rounded)),
        follows_range=(own["range_low"], own["range_high"]),
    )


def check_interval_width(
    estimate, low, high, n: int, *, largest_sd: float, confidence_level: float = 0.95
) -> AuditCheck:
    """Whether a printed interval of a mean is so wide that it may be one of SDs.

    Half the width of a t interval, times sqrt(n) over its quantile, is the SD of the
    participants that it needs. Where that is larger than any that is credible, the other
    usual readings are tried: the mean plus and minus one SD, and plus and minus the normal
    quantile times the SD (a range for participants rather than for their mean).

    Parameters
    ----------
    estimate, low, high : str, int or Printed
        As printed.
    n : int
        Participants.
    largest_sd : float
        Largest SD that is credible, from the scale or from other outcomes. It is an
        assumption of the reader.
    confidence_level : float
        Of the printed interval.

    Returns
    -------
    AuditCheck
        `details` has one row per reading: reading, sd, range_low, range_high, fits.

    Raises
    ------
    ValueError
        If the numbers are not printed as such, the limits are swapped, n is below 2, or
        largest_sd is not positive.

    See Also
    --------
    check_interval_symmetry : Whether the estimate lies in the middle.
    compute_se_from_interval : The standard error behind an interval.

    Examples
    --------
    >>> check = check_interval_width("10.4", "-35.8", "56.6", 28, largest_sd=60)
    >>> check.verdict, check.details["sd"].round(1).tolist()
    ('consistent only if', [119.1, 46.2, 23.6])
    """
    where = "check_interval_width"
    middle, first, last = read_interval(estimate, low, high, "linear", where)
    size = require_count(n, "n", where, 2)
    most = require_number(largest_sd, "largest_sd", where, 0)
    require_level(confidence_level)
    width = [float(last.value - first.value) / 2]
    width += [float(last.rounded[i] - first.rounded[1 - i]) / 2 for i in (0, 1)]
    factors = {
        "the limits are a confidence interval of the mean": size**0.5
        / compute_quantile(confidence_level, size - 1),
        "the limits lie one SD from the mean": 1.0,
        f"the limits lie {compute_quantile(confidence_level):.2f} SDs from the mean": 1
        / compute_quantile(confidence_level),
    }
    rows = [
        (name, *(factor * half for half in width), "rounded" if factor * width[1] <= most else "")
        for name, factor in factors.items()
    ]
    details = pd.DataFrame(rows, columns=["reading", "sd", "range_low", "range_high", "fits"])
    others = details[1:][details["fits"][1:] != ""]
    verdict, condition = YES, ""
    if not rows[0][4]:
        verdict = ONLY_IF if len(others) else NO
        condition = ", or ".join(f"{row.reading} (SD {row.sd:.1f})" for row in others.itertuples())
    return AuditCheck(
        check="width of an interval",
        printed=f"{middle.text} ({100 * confidence_level:g} % CI {first.text} to {last.text}), "
        f"n = {size}",
        follows=f"an SD of {format_range(*details.loc[0, ['range_low', 'range_high']], 4)}",
        verdict=verdict,
        condition=condition,
        explanation=f"The largest credible SD was taken to be {format_number(most)}.",
        details=details,
        follows_range=tuple(details.loc[0, ["range_low", "range_high"]]),
    )
