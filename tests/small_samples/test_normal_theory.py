"""The distribution of R squared against R, a beta distribution and its own tails."""

import pytest
from numpy.testing import assert_allclose
from scipy.stats import beta
from witnesses import read_reference

from ldn_analysis import infer_true_r_squared
from ldn_analysis.small_samples.normal_theory import integrate_r, place_nodes

R = read_reference("small_samples").set_index(["topic", "case", "quantity"])["value"]


@pytest.mark.parametrize("n", [4, 10, 38])
@pytest.mark.parametrize("true", ["0", "0.25", "0.7"])
@pytest.mark.parametrize("threshold", ["0.1", "0.8"])
def test_probability_equals_r(n, true, threshold):
    case = infer_true_r_squared(n_obs=n, threshold=float(threshold), true_r_squared=float(true))
    expected = R["r", f"{n} {true} {threshold}", "above"]
    assert_allclose(case.curve["probability_above"][0], expected, rtol=1e-7, atol=1e-11)


@pytest.mark.parametrize("n", [4, 5, 10, 100, 1000])
def test_without_a_relation_r_squared_has_a_beta_distribution(n):
    for threshold in (0.05, 0.3):
        case = infer_true_r_squared(n_obs=n, threshold=threshold, true_r_squared=0)
        law = beta(0.5, (n - 2) / 2)
        assert_allclose(case.curve["probability_above"][0], law.sf(threshold), rtol=1e-8)
        assert_allclose(case.curve["expected"][0], 1 / (n - 1), rtol=1e-10)
        assert_allclose(case.curve["power"][0], 0.05, rtol=1e-9)


@pytest.mark.parametrize("n", [4, 10, 300, 1000])
@pytest.mark.parametrize("rho", [0.0, -0.5, 0.9, 0.99, 0.9999])
def test_the_tails_add_to_one(n, rho):
    upper, lower, squares = integrate_r(n, rho)
    assert_allclose(upper + lower, 1, atol=1e-9)
    mirrored = integrate_r(n, -rho)
    assert_allclose([mirrored[1], mirrored[0], mirrored[2]], [upper, lower, squares], rtol=1e-12)


def test_nodes_integrate_polynomials():
    nodes, weights = place_nodes(1.0, 3.0)
    assert_allclose(nodes**5 @ weights, (3**6 - 1) / 6, rtol=1e-13)
