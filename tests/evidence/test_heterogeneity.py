"""Q and the variance between trials by plain loops, in any unit and far from zero."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ldn_analysis.evidence.heterogeneity import (
    METHODS,
    compute_q,
    estimate_tau_squared,
    profile_tau_squared,
    solve_tau_squared,
)


def plain_q(effect, variance, tau_squared=0.0):
    weights = [1 / (v + tau_squared) for v in variance]
    mean = sum(w * y for w, y in zip(weights, effect, strict=True)) / sum(weights)
    return sum(w * (y - mean) ** 2 for w, y in zip(weights, effect, strict=True))


@pytest.mark.parametrize("seed", range(10))
def test_against_plain_loops(seed):
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 9))
    effect, variance = rng.normal(0, 1, k), rng.uniform(0.01, 0.4, k)
    assert_allclose(compute_q(effect, variance), plain_q(effect, variance), rtol=1e-11)
    assert_allclose(compute_q(effect, variance, 0.3), plain_q(effect, variance, 0.3), rtol=1e-11)
    w = 1 / variance
    expected = max(0, (plain_q(effect, variance) - k + 1) / (w.sum() - (w**2).sum() / w.sum()))
    assert_allclose(
        estimate_tau_squared(effect, variance, "dersimonian-laird"), expected, rtol=1e-10
    )
    tau_squared = estimate_tau_squared(effect, variance, "paule-mandel")
    if tau_squared:
        assert_allclose(plain_q(effect, variance, tau_squared), k - 1, rtol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_never_below_zero(method):
    effect, variance = np.array([0.30, 0.31, 0.29]) + 1e9, np.array([1.0, 4.0, 9.0])
    assert estimate_tau_squared(effect, variance, method) == 0.0


def test_profile_solves_its_two_equations():
    from scipy.stats import chi2

    effect, variance = np.array([-3.0, 0.0, 4.0, 1.0]), np.array([0.5, 0.2, 0.9, 0.4])
    low, high = profile_tau_squared(effect, variance, 0.9)
    assert_allclose(plain_q(effect, variance, low), chi2.ppf(0.95, 3), rtol=1e-9)
    assert_allclose(plain_q(effect, variance, high), chi2.ppf(0.05, 3), rtol=1e-9)
    assert solve_tau_squared(effect, variance, 1e9) == 0.0
