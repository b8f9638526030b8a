"""Drawn resamples have the distribution of resamples, whichever road they take."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from witnesses import fit_xy

from ldn_analysis.lines.bootstrap import bootstrap_line, exact_bootstrap_line

TERMS = ["slope", "intercept", "r_squared"]


def explicit_line(x, y, axis=-1):
    """Slope, intercept and R squared the long way."""
    dx, dy = x - x.mean(axis, keepdims=True), y - y.mean(axis, keepdims=True)
    sxx, sxy, syy = (dx * dx).sum(axis), (dx * dy).sum(axis), (dy * dy).sum(axis)
    slope = sxy / sxx
    return np.stack([slope, y.mean(axis) - slope * x.mean(axis), sxy**2 / (sxx * syy)])


def test_drawn_resamples_have_the_right_distribution(ldn):
    drawn = bootstrap_line(ldn, rng=1, n_resamples=200_000)
    rng = np.random.default_rng(2)
    plain = bootstrap_line(ldn, rng=None, indices=rng.integers(0, ldn.n_obs, (200_000, ldn.n_obs)))
    for term in TERMS:
        a, b = getattr(drawn, term), getattr(plain, term)
        error = np.sqrt((a.var() + b.var()) / 200_000)
        assert abs(a.mean() - b.mean()) < 4.5 * error
        for p in (0.025, 0.5, 0.975):
            share = (a < np.quantile(b, p)).mean()
            assert abs(share - p) < 4.5 * np.sqrt(2 * p * (1 - p) / 200_000)


@pytest.mark.parametrize("n", [3, 4, 5])
def test_drawn_resamples_of_odd_and_even_n_match_the_exact_distribution(n):
    # With few people every resample can be told apart by its slope and intercept.
    fit = fit_xy([1, 2, 4, 8, 16][:n], [1, 5, 2, 7, 3][:n])
    exact = exact_bootstrap_line(fit)
    B = 200_000
    drawn = bootstrap_line(fit, rng=4, n_resamples=B)
    undefined = n ** (1 - n)
    assert_allclose(exact.weights[np.isnan(exact.slope)].sum(), undefined, rtol=1e-12)
    share = np.isnan(drawn.slope).mean()
    assert abs(share - undefined) < 4.5 * np.sqrt(undefined / B)
    grid = np.quantile(drawn.slope[~np.isnan(drawn.slope)], [0.1, 0.3, 0.5, 0.7, 0.9]) + 1e-9
    for value in grid:
        p = exact.weights[exact.slope <= value].sum()
        assert abs((drawn.slope <= value).mean() - p) < 4.5 * np.sqrt(p * (1 - p) / B)


def test_large_n_takes_the_other_road():
    rng = np.random.default_rng(8)
    x = rng.normal(size=301)
    fit = fit_xy(x, x + rng.normal(size=301))
    result = bootstrap_line(fit, rng=3, n_resamples=4000)
    drawn = np.random.default_rng(3)
    step = 2**19 // 301
    indices = np.vstack(
        [drawn.integers(0, 301, (min(step, 4000 - s), 301)) for s in range(0, 4000, step)]
    )
    assert_allclose(result.slope, explicit_line(fit.x[indices], fit.y[indices])[0], rtol=1e-12)
