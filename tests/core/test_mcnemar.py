"""McNemar's tests against plain sums, scipy and statsmodels."""

from math import comb

import numpy as np
import pytest
from scipy.stats import chi2
from statsmodels.stats.contingency_tables import mcnemar

from ldn_analysis.core.mcnemar import compute_mcnemar


@pytest.mark.parametrize("b", range(12))
@pytest.mark.parametrize("c", range(12))
def test_every_p_equals_a_plain_sum(b, c):
    n, tests = b + c, compute_mcnemar(b, c)
    chance = [comb(n, k) / 2**n for k in range(n + 1)]
    smaller = min(b, c)
    tail = sum(chance[: smaller + 1])
    assert tests.one_tailed == pytest.approx(tail, rel=1e-12)
    assert tests.exact == pytest.approx(min(1, 2 * tail), rel=1e-12)
    # Mid-p: half the probability of outcomes as extreme as this one, all of the more extreme ones.
    as_extreme = sum(p for k, p in enumerate(chance) if min(k, n - k) == smaller)
    beyond = sum(p for k, p in enumerate(chance) if min(k, n - k) < smaller)
    assert tests.mid_p == pytest.approx(beyond + as_extreme / 2 if n else 1, rel=1e-12)
    if n:
        assert tests.square_p == pytest.approx(chi2.sf((b - c) ** 2 / n, 1), rel=1e-12)
        corrected = mcnemar([[0, b], [c, 0]], exact=False, correction=True)
        if b != c:  # statsmodels corrects a difference of none away from zero
            assert tests.corrected == pytest.approx(corrected.statistic, rel=1e-12)
            assert tests.corrected_p == pytest.approx(corrected.pvalue, rel=1e-12)


def test_no_discordant_pair_and_arrays():
    none = compute_mcnemar(0, 0)
    assert (none.exact, none.mid_p, none.square_p, none.corrected_p) == (1, 1, 1, 1)
    assert np.isnan([none.square, none.corrected]).all()
    table = compute_mcnemar([[8], [0]], [2, 0, 5])
    assert all(part.shape == (2, 3) for part in table)
    assert table.exact[0, 0] == compute_mcnemar(8, 2).exact
