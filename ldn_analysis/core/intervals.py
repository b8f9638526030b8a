"""Quantiles, p values and intervals that stand in more than one analysis."""

from functools import lru_cache
from itertools import chain, permutations
from math import sqrt

import numpy as np
from scipy.special import betaincinv, nctdtr, ndtri, stdtr, stdtrit

from .validation import require_level

__all__ = [
    "clopper_pearson_interval",
    "compute_fisher_error",
    "compute_fisher_interval",
    "compute_p_value",
    "compute_paired_p",
    "compute_quantile",
    "compute_spearman",
    "compute_spearman_interval",
    "compute_t_power",
    "find_statistic",
    "find_tails",
    "list_orders",
    "summarise_t",
    "wilson_interval",
]

MAX_RANKED_EXACTLY = 9  # 362,880 orders; of ten participants there are 3.6 million
MIN_SERIES = 4096  # below, the series saves nothing


def compute_p_value(t, df):
    """Two-sided p of Student's t, elementwise; one t gives a float.

    Thousands of t with the same few degrees of freedom go by the finite series, which is ten
    times faster than `stdtr`.
    """
    size, first = np.size(t), np.ravel(df)[0] if np.size(df) else np.nan
    if size >= MIN_SERIES and 1 <= first <= 100 and first % 1 == 0 and np.all(df == first):
        return _sum_series(np.ravel(np.abs(t)), int(first)).reshape(np.shape(t))
    p_value = 2 * stdtr(df, -np.abs(t))
    return p_value if np.ndim(p_value) else float(p_value)


def _sum_series(t: np.ndarray, df: int) -> np.ndarray:
    """Two-sided p of many t of 0 or more with the same whole degrees of freedom.

    With theta = arctan(t / sqrt(df)), P(|T| < t) is sin(theta) (1 + cos^2(theta) / 2 + ...) for
    even df, and 2 / pi (theta + sin(theta) cos(theta) (1 + 2 cos^2(theta) / 3 + ...)) for odd
    df (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4).
    """
    p_value = np.empty_like(t, dtype=float)
    for start in range(0, len(t), 4096):  # a part that fits the processor's cache
        part = t[start : start + 4096]
        sine = part / np.sqrt(df + part * part)
        cosine_sq = df / (df + part * part)
        total = np.ones_like(sine)
        for k in range(df - 3, 0, -2):
            total *= cosine_sq
            total *= k / (k + 1)
            total += 1
        if df % 2:
            total *= sine * np.sqrt(cosine_sq) if df > 1 else 0.0
            inside = (np.arctan(part / np.sqrt(df)) + total) * 2 / np.pi
        else:
            inside = sine * total
        p_value[start : start + 4096] = 1 - inside
    small = p_value < 1e-4  # little is left of 1 - inside
    p_value[small] = 2 * stdtr(df, -t[small])
    return p_value


def compute_paired_p(differences):
    """Two-sided p of the paired t test (Student 1908) over the last axis of the differences."""
    differences = np.asarray(differences, float)
    n = differences.shape[-1]
    t = differences.mean(-1) / differences.std(-1, ddof=1) * np.sqrt(n)
    return compute_p_value(t, n - 1)


def find_tails(confidence_level: float) -> np.ndarray:
    """The two probabilities between which a central interval lies: 0.025 and 0.975 for 0.95."""
    return np.array([1 - confidence_level, 1 + confidence_level]) / 2


def compute_quantile(confidence_level: float, df=None):
    """How many standard errors an interval reaches to each side.

    Of the normal distribution, or of Student's t where degrees of freedom are given;
    elementwise over these, and a float for one number.

    Examples
    --------
    >>> round(compute_quantile(0.95), 3), round(compute_quantile(0.95, 8), 3)
    (1.96, 2.306)
    """
    upper = 0.5 + np.asarray(confidence_level) / 2
    quantile = ndtri(upper) if df is None else stdtrit(df, upper)
    return quantile if np.ndim(quantile) else float(quantile)


def find_statistic(p_value, df=None):
    """How many standard errors from zero an estimate with this two-sided p lies; elementwise.

    Of the normal distribution, or of Student's t where degrees of freedom are given.

    Examples
    --------
    >>> round(float(find_statistic(0.05)), 3), round(float(find_statistic(0.05, 8)), 3)
    (1.96, 2.306)
    """
    tail = np.asarray(p_value) / 2
    return -ndtri(tail) if df is None else -stdtrit(df, tail)


def compute_t_power(shift, df, confidence_level: float = 0.95) -> np.ndarray:
    """Power of the two-sided t test, elementwise; 0 where there is no degree of freedom.

    From the noncentral t distribution, whose noncentrality is the true effect in standard errors.

    Examples
    --------
    >>> round(float(compute_t_power(2.0, 20)), 3), float(compute_t_power(40.0, 117))
    (0.478, 1.0)
    """
    df, shift = np.broadcast_arrays(np.asarray(df, float), np.abs(shift))
    safe = np.maximum(df, 1)
    critical = compute_quantile(confidence_level, safe)
    missed, wrong = (nctdtr(safe, shift, side * critical) for side in (1, -1))
    # nctdtr returns nan where the probability is below 1e-15.
    missed, wrong = (np.where(np.isnan(p) & (shift > 5), 0.0, p) for p in (missed, wrong))
    return np.where(df > 0, np.clip(1 - missed + wrong, 0, 1), 0.0)


def compute_fisher_error(n_obs: int, rho: float = 0.0) -> float:
    """Standard error of artanh r: Pearson's (Fisher 1921); with rho, Spearman's (Bonett and Wright 2000).

    It is nan below n = 4.

    Examples
    --------
    >>> compute_fisher_error(28), round(compute_fisher_error(28, 0.6), 3)
    (0.2, 0.217)
    """
    return float(np.sqrt((1 + rho**2 / 2) / (n_obs - 3))) if n_obs > 3 else np.nan


def compute_fisher_interval(r, std_error, confidence_level: float = 0.95):
    """Interval of a correlation on Fisher's (1921) scale, artanh r; elementwise.

    Parameters
    ----------
    r, std_error : array_like
        Correlation, and standard error of its artanh (`compute_fisher_error`).
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    (float, float) or (ndarray, ndarray)
        Limits of r; equal to r where that is -1 or 1.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        center = np.arctanh(r)
        margin = compute_quantile(confidence_level) * np.asarray(std_error)
        low, high = np.tanh(center - margin), np.tanh(center + margin)
    return (low, high) if np.ndim(low) else (float(low), float(high))


def compute_spearman(x, y) -> tuple[float, float]:
    """Spearman's rank correlation and its two-sided p.

    Up to n = 9 the p is exact: the share of all n! orders with |rho| at least as large, equal
    values sharing their mean rank. Above, it is that of t on n - 2 degrees of freedom.

    Parameters
    ----------
    x, y : array_like, shape (n,)
        Two numbers per participant, without blanks.

    Returns
    -------
    (float, float)
        rho and p; both nan where x or y does not vary.

    Examples
    --------
    >>> rho, p_value = compute_spearman([1, 2, 3, 4], [1, 4, 9, 16])
    >>> rho, round(p_value, 4)
    (1.0, 0.0833)
    """
    from scipy.stats import rankdata

    # Whole numbers, so that ties are ties: twice the mid-rank, less its mean.
    a, b = (np.rint(2 * rankdata(part)).astype(int) - len(part) - 1 for part in (x, y))
    n, covariance, sizes = len(a), int(a @ b), int(a @ a) * int(b @ b)
    if sizes == 0:
        return np.nan, np.nan
    rho = covariance / sqrt(sizes)
    if covariance**2 == sizes:
        rho = float(np.sign(covariance))
    if n <= MAX_RANKED_EXACTLY:
        return rho, float((np.abs(b[list_orders(n)] @ a) >= abs(covariance)).mean())
    with np.errstate(divide="ignore"):
        return rho, compute_p_value(rho * np.sqrt((n - 2) / np.float64(1 - rho**2)), n - 2)


@lru_cache(maxsize=4)
def list_orders(n: int) -> np.ndarray:
    """All n! orders of 0 to n - 1, one per row."""
    orders = chain.from_iterable(permutations(range(n)))
    return np.fromiter(orders, np.int8).reshape(-1, n)


def compute_spearman_interval(rho: float, n_obs: int, confidence_level: float = 0.95):
    """Interval of Spearman's rho (Bonett and Wright 2000); nan below n = 4 and at -1 and 1."""
    if n_obs < 4 or not abs(rho) < 1 - 1e-12:
        return np.nan, np.nan
    return compute_fisher_interval(rho, compute_fisher_error(n_obs, rho), confidence_level)


def summarise_t(estimate: float, std_error: float, df: float, confidence_level: float) -> dict:
    """Estimate, error, t, df, two-sided p and t interval, under the glossary's names."""
    margin = std_error * compute_quantile(confidence_level, df)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = float(np.divide(estimate, std_error))
    return {
        "estimate": float(estimate),
        "std_error": float(std_error),
        "statistic": t,
        "df": df,
        "p_value": compute_p_value(t, df),
        "conf_low": float(estimate - margin),
        "conf_high": float(estimate + margin),
    }


def wilson_interval(count, n_obs, confidence_level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Score interval of a proportion (Wilson 1927).

    It stays between 0 and 1, is never empty at 0 or n, and covers close to its level at
    small n, where estimate +- 1.96 SE does not. statsmodels gives the same numbers; its
    import costs more time than drawing both figures.

    Parameters
    ----------
    count, n_obs : array_like of int
        Successes and trials.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    (ndarray, ndarray)
        Lower and upper limits, as proportions.

    Raises
    ------
    ValueError
        If a count is negative or above n, n is zero, or the level is not between 0 and 1.

    See Also
    --------
    summarise_improvement : Shares of all categories with joint intervals.

    Examples
    --------
    >>> low, high = wilson_interval(14, 29)
    >>> f"{low:.3f} {high:.3f}"
    '0.314 0.656'
    """
    require_level(confidence_level)
    count, n_obs = np.asarray(count, float), np.asarray(n_obs, float)
    if (n_obs < 1).any() or (count < 0).any() or (count > n_obs).any():
        raise ValueError(
            f"wilson_interval: need 0 <= count <= n and n >= 1; received {count} of {n_obs}"
        )
    z2 = compute_quantile(confidence_level) ** 2
    share = count / n_obs
    center = (share + z2 / (2 * n_obs)) / (1 + z2 / n_obs)
    margin = np.sqrt(z2 * (share * (1 - share) / n_obs + z2 / (4 * n_obs**2))) / (1 + z2 / n_obs)
    # At 0 and n the limit is exactly 0 or 1; rounding may miss it by a hair.
    low = np.where(count == 0, 0.0, center - margin)
    return low, np.where(count == n_obs, 1.0, center + margin)


def clopper_pearson_interval(count, n_obs, confidence_level: float = 0.95):
    """Exact interval of a proportion (Clopper and Pearson 1934), elementwise.

    The shares whose binomial distribution gives the count or less, and the count or more, at
    least half the error each. It holds its level at every share and is wider than Wilson's.

    Parameters
    ----------
    count, n_obs : array_like of int
        Successes and trials.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    (ndarray, ndarray)
        Lower and upper limits, as proportions.

    Examples
    --------
    >>> low, high = clopper_pearson_interval(14, 29)
    >>> f"{low:.3f} {high:.3f}"
    '0.294 0.675'
    """
    require_level(confidence_level)
    count, n_obs = np.asarray(count, float), np.asarray(n_obs, float)
    tail, misses = (1 - confidence_level) / 2, n_obs - count
    low = np.where(count > 0, betaincinv(np.maximum(count, 1), misses + 1, tail), 0.0)
    high = np.where(misses > 0, betaincinv(count + 1, np.maximum(misses, 1), 1 - tail), 1.0)
    return low, high
