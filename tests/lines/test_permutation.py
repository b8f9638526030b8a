"""The permutation test against R, scipy and enumeration."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from witnesses import REFERENCE, fit_xy

from ldn_analysis.lines.permutation import permute_line

X7, Y7 = [12, 15, 15, 22, 30, 41, 45], [3, -2, 11, 9, 9, 25, 14]


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_exact_permutations_equal_r(alternative):
    theirs = pd.read_csv(REFERENCE / "line_checks_exact_permutation.csv").set_index("alternative")
    test = permute_line(fit_xy(X7, Y7), rng=1, alternative=alternative)
    assert test.exact
    assert (test.n_permutations, test.n_extreme) == tuple(theirs.loc[alternative, ["n", "extreme"]])
    assert test.p_value == test.n_extreme / 5040
    assert test.mc_std_error == 0


def test_exact_permutations_equal_scipy():
    from scipy.stats import PermutationMethod, pearsonr

    for alternative in ("greater", "less"):
        theirs = pearsonr(
            X7, Y7, alternative=alternative, method=PermutationMethod(n_resamples=np.inf)
        )
        ours = permute_line(fit_xy(X7, Y7), rng=1, alternative=alternative)
        assert_allclose(ours.p_value, theirs.pvalue, rtol=1e-12)


def test_random_permutations_estimate_the_exact_p():
    fit = fit_xy(X7, Y7)
    exact = permute_line(fit, rng=1).p_value
    drawn = permute_line(fit, rng=1, n_permutations=5000)
    assert not drawn.exact
    assert drawn.p_value == (drawn.n_extreme + 1) / 5001
    assert_allclose(drawn.mc_std_error, np.sqrt(drawn.p_value * (1 - drawn.p_value) / 5000))
    assert abs(drawn.p_value - exact) < 4.5 * np.sqrt(exact * (1 - exact) / 5000) + 1 / 5001
    assert "Monte Carlo standard error" in str(drawn)


def test_random_orders_are_permutations_and_uniform():
    from ldn_analysis.lines.permutation import _draw_orders

    for n in (2, 3, 5, 64, 65, 300):
        orders = _draw_orders(np.random.default_rng(1), 50, n)
        assert_array_equal(np.sort(orders, axis=1), np.tile(np.arange(n), (50, 1)))
    orders = _draw_orders(np.random.default_rng(7), 240_000, 4)
    _, counts = np.unique(orders @ [64, 16, 4, 1], return_counts=True)
    assert len(counts) == 24
    assert ((counts - 10_000) ** 2 / 10_000).sum() < 60  # chi-square on 23 df: p < 1e-4


def test_permutations_agree_with_the_t_test_and_scipy(ldn):
    from scipy.stats import permutation_test

    ours = permute_line(ldn, rng=3)
    assert abs(ours.p_value - ldn.p_value) < 4.5 * ours.mc_std_error + 3e-4
    moments = ours.r.mean(), ours.r.var() * (ldn.n_obs - 1)
    assert abs(moments[0]) < 4.5 / np.sqrt(37 * 100_000)
    assert abs(moments[1] - 1) < 4.5 * np.sqrt(2 / 100_000)  # exactly 1 / (n - 1)
    dx = (ldn.x - ldn.x.mean()) / ldn.x.std() / 38
    theirs = permutation_test(
        ((ldn.y - ldn.y.mean()) / ldn.y.std(),), lambda y, axis: np.abs(np.sum(y * dx, axis)),
        permutation_type="pairings", vectorized=True, n_resamples=20_000, batch=2000,
        alternative="greater", rng=np.random.default_rng(1),
    )  # fmt: skip
    error = np.sqrt(ours.p_value / 100_000 + ours.p_value / 20_000)
    assert abs(theirs.pvalue - ours.p_value) < 4.5 * error + 1e-4


def test_ties_in_r_count_as_extreme():
    # Two outcome values: many orders give the same r, in another last bit.
    fit = fit_xy([1, 2, 3, 4, 5, 6], [0.1, 0.1, 0.1, 0.7, 0.7, 0.7])
    test = permute_line(fit, rng=1)
    assert (test.n_permutations, test.n_extreme) == (720, 72)  # 2 * 3! * 3!
    assert str(test).startswith("r = 0.88; 72 of all 720 permutations gave |r| at least as large")


def test_small_and_perfect_permutations():
    three = permute_line(fit_xy([1, 2, 4], [1, 3, 2]), rng=1)
    assert three.n_permutations == 6
    perfect = permute_line(fit_xy([1, 2, 3, 4, 5], [2, 4, 6, 8, 10]), rng=1)
    assert (perfect.n_extreme, perfect.p_value) == (2, 2 / 120)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rng": None}, "permute_line: rng is None"),
        ({"rng": 1, "n_permutations": -1}, "n_permutations must be a whole number, 1 or more"),
        ({"rng": 1, "alternative": "both"}, "'two-sided', 'greater' or 'less'; received 'both'"),
    ],
)
def test_permutation_refuses(options, message):
    with pytest.raises(ValueError, match=message):
        permute_line(fit_xy([1, 2, 3, 4], [1, 2, 2, 5]), **options)


def test_permutation_refuses_a_constant_outcome():
    with pytest.raises(ValueError, match=r"'y' is the same in all 4 rows.*Choose an outcome"):
        permute_line(fit_xy([1, 2, 3, 4], [2, 2, 2, 2]), rng=1)
