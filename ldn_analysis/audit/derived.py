"""What printed p values, intervals and correlations imply that was not printed."""

from itertools import product

import numpy as np

from ..core.intervals import compute_fisher_error, compute_fisher_interval, compute_quantile
from ..core.validation import require_level
from ..data.printed import read_counts, read_printed
from .p_values import p_limits, p_of_size, read_df, size_of_p
from .results import Derivation, derive, format_plain, read_p

__all__ = ["compute_r_interval", "compute_sd_from_p", "compute_se_from_interval"]

SCALES = ("linear", "log")


def compute_sd_from_p(
    p_value,
    *,
    n=None,
    df: float | None = None,
    difference=None,
    confidence_level: float = 0.95,
    decimals: int | None = None,
) -> Derivation:
    """Standard error, SD and interval behind a printed p of a t test.

    From a two-sided p and n follows |t|; from the mean difference and t its standard
    error; from that the SD: of the differences within participants (paired, one n) or within
    groups (two n, equal variances). The method of the Cochrane Handbook (section 6.5.2),
    with the range that rounding allows. For a contrast of a larger model give `df` in place
    of n: the standard error follows, an SD does not.

    Parameters
    ----------
    p_value : str or number
        As printed. Of a bound, the numbers at the bound are the estimates.
    n : int or pair of int, optional
        Participants of a paired test, or of two groups. Either n or df.
    df : float, optional
        Degrees of freedom of the contrast.
    difference : str, number or list of them, optional
        Mean difference as printed, or parts to add, e.g. ["32.5", "-2.3"]. Without it
        only t and the standardised effect follow.
    confidence_level : float
        Of the interval of the difference.
    decimals : int, optional
        Printed decimals of p, if it is not text.

    Returns
    -------
    Derivation
        Terms: statistic (|t|), dz (paired: mean difference / SD of the differences) or d
        (groups: difference / SD within groups), and with a difference: std_error, sd,
        conf_low, conf_high, in units of the difference. With df neither dz nor sd.

    Raises
    ------
    ValueError
        If p is 1, not exactly one of n and df is given, n is not at least 2, or the
        difference is zero or only a bound.

    See Also
    --------
    compute_se_from_interval : The same from a printed interval.

    Examples
    --------
    >>> found = compute_sd_from_p("0.016", n=28, difference=["28.8", "-18.0"])
    >>> [round(value, 1) for value in found["sd"]]
    [22.2, 21.9, 22.6]
    """
    where = "compute_sd_from_p"
    require_level(confidence_level)
    printed = read_p(p_value, where, decimals)
    if printed.value == 1:
        raise ValueError(f"{where}: p = 1 means t = 0, from which no SD follows")
    if (n is None) == (df is None):
        raise ValueError(f"{where}: give either n or df; received n={n!r}, df={df!r}")
    if n is None:
        (degrees,), groups = read_df("t", df, where), []
        kind, given = "contrast of a model", f"{degrees:g} df"
    else:
        groups = _read_groups(n, where)
        degrees = sum(groups) - len(groups)
        kind = ("paired", "two-sample")[len(groups) - 1]
        given = f"n = {' and '.join(map(str, groups))}"
    limits = p_limits(printed)
    t = tuple(size_of_p("t", p, (degrees,)) for p in (float(printed), limits[1], limits[0]))
    # d = t * scale; sd = std_error / scale
    scale = np.sqrt(sum(1 / count for count in groups))
    terms = {"statistic": t}
    if groups:
        terms["dz" if len(groups) == 1 else "d"] = tuple(value * scale for value in t)
    text = f"p {printed.stated} and {given}"
    if difference is not None:
        center, ends = _read_difference(difference, where)
        quantile = compute_quantile(confidence_level, degrees)
        terms |= _derive_difference(center, ends, t, quantile, scale)
        text += f" and a difference of {format_plain(center)}"
    test = f"a {kind} t test" if groups else f"a {kind}"
    return Derivation(
        check="SD from p" if groups else "SE from p",
        printed=text,
        assumption=f"Assumes that p is two-sided and from {test} on {degrees:g} df.",
        table=derive(terms),
    )


def _read_groups(n, where: str) -> list[int]:
    """One number of participants (paired) or two (groups)."""
    groups = [n] if np.ndim(n) == 0 else list(n)
    for count in groups:
        read_counts(count, where)
    if len(groups) > 2 or sum(groups) - len(groups) < 1:
        raise ValueError(
            f"{where}: n is one number of at least 2 (paired) or two (groups); received {n!r}"
        )
    return groups


def _read_difference(difference, where: str) -> tuple[float, list[float]]:
    """A printed difference, or the sum of its parts, and its limits by rounding."""
    parts = difference if isinstance(difference, (list, tuple)) else [difference]
    read = [read_printed(part, where=where) for part in parts]
    ends = [float(sum(part.rounded[i] for part in read)) for i in (0, 1)]
    if any(part.relation != "=" for part in read) or ends[0] * ends[1] <= 0:
        raise ValueError(
            f"{where}: the difference must be a number that does not round to zero; "
            f"received {difference!r}"
        )
    return float(sum(part.value for part in read)), ends


def _derive_difference(center: float, ends: list, t: tuple, quantile: float, scale) -> dict:
    """Standard error, SD (where the scale is known) and interval of a difference."""

    def solve(gap: float, size: float) -> dict[str, float]:
        error = abs(gap) / size if size else np.inf
        found = {"std_error": error} | ({"sd": error / scale} if scale else {})
        return found | {"conf_low": gap - quantile * error, "conf_high": gap + quantile * error}

    return _span(solve, (center, t[0]), (ends, t[1:]))


def compute_se_from_interval(
    low,
    high,
    *,
    estimate=None,
    df: float | None = None,
    scale: str = "linear",
    confidence_level: float = 0.95,
) -> Derivation:
    """Standard error behind a printed interval, with the range that rounding allows.

    Parameters
    ----------
    low, high : str, int or Printed
        As printed.
    estimate, df, scale, confidence_level
        As in `check_p_from_interval`.

    Returns
    -------
    Derivation
        Terms: std_error (of the logarithm on the log scale), statistic (|z| or |t|
        against no effect), p_value (two-sided).

    Raises
    ------
    ValueError
        As `check_p_from_interval`.

    See Also
    --------
    check_p_from_interval : Compares the p that follows with a printed one.
    compute_sd_from_p : The same from a printed p.

    Examples
    --------
    >>> [round(value, 3) for value in compute_se_from_interval("-0.95", "0.27")["std_error"]]
    [0.311, 0.309, 0.314]
    """
    return derive_se("compute_se_from_interval", low, high, estimate, df, scale, confidence_level)


def compute_r_interval(
    r=None,
    *,
    n: int,
    r_squared=None,
    confidence_level: float = 0.95,
    decimals: int | None = None,
) -> Derivation:
    """Interval of a printed correlation (Fisher 1921), from r or R squared.

    Fisher's interval assumes that both variables are normal and that nobody was chosen by
    looking at the data. It needs n of at least 4.

    Parameters
    ----------
    r : str or number, optional
        As printed. Either r or r_squared.
    n : int
        Number of participants.
    r_squared : str or number, optional
        As a share from 0 to 1; a bound such as "> 0.80" gives bounds. Its root is taken
        as positive: the sign has to be known from elsewhere.
    confidence_level : float
        Between 0 and 1.
    decimals : int, optional
        Printed decimals, for a number that is not text.

    Returns
    -------
    Derivation
        Terms: r, conf_low, conf_high. Of a bound, the estimates are those at the bound.

    Raises
    ------
    ValueError
        If not exactly one of r and r_squared is given, it lies outside its limits, or n is
        below 4.

    See Also
    --------
    check_p_from_statistic : The p of a correlation, with kind "r".

    Examples
    --------
    >>> found = compute_r_interval(r_squared="> 0.80", n=10)
    >>> [round(found[term][0], 3) for term in ("r", "conf_low", "conf_high")]
    [0.894, 0.606, 0.975]
    """
    where = "compute_r_interval"
    require_level(confidence_level)
    if (r is None) == (r_squared is None):
        raise ValueError(
            f"{where}: give either r or r_squared; received r={r!r}, r_squared={r_squared!r}"
        )
    (size,) = read_counts([n], where)
    if size < 4:
        raise ValueError(f"{where}: Fisher's interval needs n of at least 4; received {n}")
    squared = r is None
    printed = read_printed(r_squared if squared else r, decimals, where=where)
    least = 0 if squared else -1
    if not least <= printed.value <= 1:
        raise ValueError(
            f"{where}: {'r_squared' if squared else 'r'} lies between {least} and 1; "
            f"received {printed.text!r}"
        )
    low, high = printed.rounded
    if printed.relation == "<":
        low = least
    elif printed.relation == ">":
        high = 1

    def solve(value: float) -> dict[str, float]:
        root = np.sqrt(max(value, 0)) if squared else value
        r = float(np.clip(root, -1, 1))
        low, high = compute_fisher_interval(r, compute_fisher_error(size), confidence_level)
        return {"r": r, "conf_low": low, "conf_high": high}

    return Derivation(
        check="interval of a correlation",
        printed=f"{'R squared' if squared else 'r'} {printed.stated}, n = {size}",
        assumption=f"Fisher's {100 * confidence_level:g} % interval: both variables normal"
        + ("; the root is taken as positive." if squared else "."),
        table=derive(_span(solve, (float(printed),), ((float(low), float(high)),))),
    )


def derive_se(where, low, high, estimate, df, scale, confidence_level) -> Derivation:
    """What `compute_se_from_interval` returns, for the function that `where` names."""
    require_level(confidence_level)
    if df is not None:
        read_df("t", df, where)
    middle, first, last = read_interval(estimate, low, high, scale, where)
    if first.rounded[1] >= last.rounded[0]:
        raise ValueError(
            f"{where}: the limits {first.text} and {last.text} may be equal before rounding; "
            "no standard error follows"
        )
    quantile = compute_quantile(confidence_level, df)
    ends = [[transform(end, scale) for end in item.rounded] for item in (first, last)]
    plain = [transform(item.value, scale) for item in (first, last)]
    widths = [plain[1] - plain[0], ends[1][0] - ends[0][1], ends[1][1] - ends[0][0]]
    errors = [float(width / (2 * quantile)) for width in widths]
    if middle is None:
        center = sum(plain) / 2
        around = [(ends[0][i] + ends[1][i]) / 2 for i in (0, 1)]
    else:
        center, around = (
            transform(middle.value, scale),
            [transform(e, scale) for e in middle.rounded],
        )
    smallest = 0.0 if around[0] <= 0 <= around[1] else min(map(abs, around))
    sizes = [abs(center) / errors[0], smallest / errors[2], max(map(abs, around)) / errors[1]]
    p_values = [p_of_size("z" if df is None else "t", size, (df,)) for size in sizes]
    text = f"{100 * confidence_level:g} % CI {first.text} to {last.text}"
    return Derivation(
        check="SE from an interval",
        printed=text if middle is None else f"{middle.text} ({text})",
        assumption="Assumes an interval that is symmetric on the "
        f"{scale} scale, from {'the normal distribution' if df is None else f't on {df:g} df'}.",
        table=derive(
            {"std_error": tuple(errors), "statistic": tuple(sizes), "p_value": tuple(p_values)}
        ),
    )


def _span(function, center: tuple, boxes: tuple) -> dict[str, tuple[float, float, float]]:
    """Values at the center, and their limits over the corners (monotone in each argument)."""
    corners = [function(*corner) for corner in product(*boxes)]
    return {
        term: (value, min(c[term] for c in corners), max(c[term] for c in corners))
        for term, value in function(*center).items()
    }


def read_interval(estimate, low, high, scale: str, where: str):
    """Estimate (or None) and limits as printed, in order and fit for the scale."""
    if scale not in SCALES:
        raise ValueError(f"{where}: there is no scale {scale!r}; known: {', '.join(SCALES)}")
    items = [
        None if item is None else read_printed(item, where=where) for item in (estimate, low, high)
    ]
    for item in items:
        if item is not None and item.relation != "=":
            raise ValueError(f"{where}: a number is needed, not a bound; received {item.text!r}")
        if item is not None and scale == "log" and item.rounded[0] <= 0:
            raise ValueError(
                f"{where}: the log scale needs numbers above zero even before rounding; "
                f"received {item.text!r}"
            )
    if items[1].value > items[2].value:
        raise ValueError(
            f"{where}: the lower limit {items[1].text} is above the upper limit {items[2].text}"
        )
    return items


def transform(value, scale: str) -> float:
    """To the scale on which the interval is symmetric."""
    return float(np.log(float(value))) if scale == "log" else float(value)


def transform_back(value: float, scale: str) -> float:
    """From that scale."""
    return float(np.exp(value)) if scale == "log" else value
