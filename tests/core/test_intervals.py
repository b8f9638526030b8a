"""One p function: the series for thousands of t against scipy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from ldn_analysis.core.intervals import compute_p_value


@pytest.mark.parametrize("df", [1, 2, 3, 4, 5, 8, 9, 36, 37, 99, 100, 101])
def test_many_p_values_equal_scipy(df):
    t = np.concatenate([[0.0, np.nan], np.linspace(-40, 40, 9000)])
    expected = 2 * stats.t.sf(np.abs(t), df)
    for degrees in (df, np.full(len(t), df)):
        assert_allclose(compute_p_value(t, degrees), expected, rtol=2e-10, atol=1e-300)
    square = compute_p_value(t.reshape(2, -1), df)
    assert_allclose(square.ravel(), expected, rtol=2e-10, atol=1e-300)
    if df <= 100:  # near zero the density is what counts; stdtr gives 1 there
        tiny = compute_p_value(np.full(5000, 1e-9), df)
        assert_allclose(1 - tiny, 2e-9 * stats.t.pdf(0, df), rtol=1e-5)
    mixed = np.where(np.arange(len(t)) % 2, df, df + 1)
    expected = 2 * stats.t.sf(np.abs(t), mixed)
    assert_allclose(compute_p_value(t, mixed), expected, rtol=1e-12, atol=1e-300)


def test_few_p_values():
    assert isinstance(compute_p_value(2.0, 8), float)
    assert_allclose(compute_p_value([2.0, -2.0], 8), 2 * stats.t.sf(2, 8))
    assert np.isnan(compute_p_value(np.ones(5000), np.zeros(5000))).all()
