"""The variance of true effects between trials: Q, its two estimators, its interval.

Effects are centred on the most precise trial and divided by the largest standard error first,
so that neither a far origin nor an odd unit costs digits.
"""

import numpy as np
from scipy.special import chdtri

__all__: list[str] = []

METHODS = {"paule-mandel": "Paule-Mandel", "dersimonian-laird": "DerSimonian-Laird"}


def compute_q(effect: np.ndarray, variance: np.ndarray, tau_squared: float = 0.0) -> float:
    """Weighted sum of squares about the weighted mean; falls as tau squared rises."""
    effect, variance, unit = _normalise(effect, variance)
    return _sum_squares(effect, variance, tau_squared / unit**2)


def estimate_tau_squared(effect: np.ndarray, variance: np.ndarray, method: str) -> float:
    """Paule and Mandel's (1982) or DerSimonian and Laird's (1986) estimate; never below 0."""
    df = len(effect) - 1
    if method == "paule-mandel":
        return solve_tau_squared(effect, variance, df)
    effect, variance, unit = _normalise(effect, variance)
    weight = 1 / variance
    scale = weight.sum() - weight @ weight / weight.sum()
    excess = _sum_squares(effect, variance, 0.0) - df
    return float(max(excess, 0.0) / scale * unit**2)


def solve_tau_squared(effect: np.ndarray, variance: np.ndarray, target: float) -> float:
    """The tau squared at which Q equals the target; 0 where it is below it already at 0."""
    from scipy.optimize import brentq

    effect, variance, unit = _normalise(effect, variance)
    if _sum_squares(effect, variance, 0.0) <= target:
        return 0.0
    high = 1.0
    while _sum_squares(effect, variance, high) > target:
        high *= 4
    root = brentq(
        lambda value: _sum_squares(effect, variance, value) - target,
        0.0, high, xtol=1e-300, rtol=1e-14,
    )  # fmt: skip
    return float(root * unit**2)


def profile_tau_squared(
    effect: np.ndarray, variance: np.ndarray, confidence_level: float
) -> tuple[float, float]:
    """Interval of tau squared by the Q profile (Viechtbauer 2007)."""
    tail, df = (1 - confidence_level) / 2, len(effect) - 1
    low, high = (
        solve_tau_squared(effect, variance, float(chdtri(df, p))) for p in (tail, 1 - tail)
    )
    return low, high


def _normalise(effect: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Effects from the most precise one, in units of the largest standard error."""
    error = np.sqrt(variance)
    unit = float(error.max())
    return (effect - effect[np.argmin(error)]) / unit, (error / unit) ** 2, unit


def _sum_squares(effect: np.ndarray, variance: np.ndarray, tau_squared: float) -> float:
    """Q of effects that are on a good scale already."""
    weight = 1 / (variance + tau_squared)
    return float(weight @ (effect - weight @ effect / weight.sum()) ** 2)
