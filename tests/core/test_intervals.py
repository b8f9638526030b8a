"""Quantiles, p values and intervals that several rooms share, against scipy, statsmodels and R."""

from itertools import permutations

import numpy as np
import pytest
import scipy.stats
from scipy.stats import rankdata, spearmanr
from statsmodels.stats.proportion import proportion_confint

from ldn_analysis.core.intervals import (
    clopper_pearson_interval,
    compute_p_value,
    compute_spearman,
    compute_spearman_interval,
)


@pytest.mark.parametrize(("n", "expected"), [(3, 1 / 3), (4, 1 / 12), (5, 1 / 60)])
@pytest.mark.parametrize("sign", [1, -1])
def test_perfect_order_of_few_is_no_certainty(n, expected, sign):
    # cor.test(1:n, sign * (1:n)^2, method = "spearman") in R
    rho, p_value = compute_spearman(np.arange(n), sign * np.arange(n) ** 2)
    assert rho == sign
    assert p_value == pytest.approx(expected, abs=1e-15)


def test_exact_p_is_that_of_r():
    # cor.test(1:9, c(2, 1, 4, 3, 6, 5, 9, 7, 8), method = "spearman")$p.value
    rho, p_value = compute_spearman(range(9), [2, 1, 4, 3, 6, 5, 9, 7, 8])
    assert (rho, p_value) == (pytest.approx(0.9), pytest.approx(0.0020282186948853615))


def test_exact_p_with_ties_is_that_of_a_plain_loop():
    x, y = [1, 2, 2, 3, 5, 5], [0.1, 0.1, 0.4, 0.2, 0.2, 0.9]
    a, b = rankdata(x), rankdata(y)
    observed = abs(np.corrcoef(a, b)[0, 1])
    found = [abs(np.corrcoef(a, order)[0, 1]) >= observed - 1e-12 for order in permutations(b)]
    rho, p_value = compute_spearman(x, y)
    assert abs(rho) == pytest.approx(observed)
    assert p_value == pytest.approx(np.mean(found))


@pytest.mark.parametrize("n", [10, 38])
def test_above_nine_it_is_scipys(n):
    rng = np.random.default_rng(n)
    x = rng.integers(0, 12, n)
    y = x + rng.normal(0, 8, n)
    assert compute_spearman(x, y) == pytest.approx(tuple(spearmanr(x, y)))


def test_a_constant_has_no_rank_correlation():
    assert np.isnan(compute_spearman([1, 1, 1], [1, 2, 3])).all()
    assert np.isnan(compute_spearman(np.arange(20), np.ones(20))).all()


def test_many_values_do_not_overflow():
    assert compute_spearman(np.arange(300_000), -np.arange(300_000.0))[0] == -1


@pytest.mark.parametrize("rho", [1.0, -1.0, 1 - 1e-16, np.nan])
def test_no_interval_where_it_has_no_width(rho):
    assert np.isnan(compute_spearman_interval(rho, 5)).all()


@pytest.mark.parametrize("level", [0.5, 0.95, 0.99])
def test_clopper_pearson_equals_statsmodels_and_its_closed_forms(level):
    counts = np.arange(30)
    low, high = clopper_pearson_interval(counts, 29, level)
    peer = proportion_confint(counts, 29, alpha=1 - level, method="beta")
    np.testing.assert_allclose([low, high], peer, rtol=1e-10, atol=1e-15)
    assert (low[0], high[29]) == (0, 1)
    assert high[0] == pytest.approx(1 - ((1 - level) / 2) ** (1 / 29), rel=1e-12)
    assert clopper_pearson_interval(0, 0, level) == (0, 1)
    with pytest.raises(ValueError, match="confidence_level must lie between 0 and 1"):
        clopper_pearson_interval(1, 2, 95)


@pytest.mark.parametrize("df", [1, 2, 3, 4, 5, 8, 9, 36, 37, 99, 100, 101])
def test_many_p_values_equal_scipy(df):
    t = np.concatenate([[0.0, np.nan], np.linspace(-40, 40, 9000)])
    expected = 2 * scipy.stats.t.sf(np.abs(t), df)
    for degrees in (df, np.full(len(t), df)):
        np.testing.assert_allclose(compute_p_value(t, degrees), expected, rtol=2e-10, atol=1e-300)
    square = compute_p_value(t.reshape(2, -1), df)
    np.testing.assert_allclose(square.ravel(), expected, rtol=2e-10, atol=1e-300)
    if df <= 100:  # near zero the density is what counts; stdtr gives 1 there
        tiny = compute_p_value(np.full(5000, 1e-9), df)
        np.testing.assert_allclose(1 - tiny, 2e-9 * scipy.stats.t.pdf(0, df), rtol=1e-5)
    mixed = np.where(np.arange(len(t)) % 2, df, df + 1)
    expected = 2 * scipy.stats.t.sf(np.abs(t), mixed)
    np.testing.assert_allclose(compute_p_value(t, mixed), expected, rtol=1e-12, atol=1e-300)


def test_few_p_values():
    assert isinstance(compute_p_value(2.0, 8), float)
    np.testing.assert_allclose(compute_p_value([2.0, -2.0], 8), 2 * scipy.stats.t.sf(2, 8))
    assert np.isnan(compute_p_value(np.ones(5000), np.zeros(5000))).all()
