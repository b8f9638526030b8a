"""Winner's curse and the true R squared against R, published examples, limits and simulation."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import roots_legendre
from scipy.stats import beta, nct, norm
from scipy.stats import t as student
from witnesses import read_reference

from ldn_analysis import compute_design_errors, infer_true_r_squared, load_dataset
from ldn_analysis.core.line import solve_line, sum_line
from ldn_analysis.small_samples.normal_theory import find_critical_r, integrate_r, place_nodes

R = read_reference("small_samples").set_index(["topic", "case", "quantity"])["value"]


# --- type S and type M -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effect", "error", "power", "type_s", "type_m"),
    [  # retrodesign() of Gelman and Carlin (2014); its exaggeration is simulated, 10,000 draws
        (0.1, 3.28, 0.05010648, 0.4644228, 76.8),
        (2, 8.1, 0.05701294, 0.2396177, 9.57),
    ],
)
def test_examples_of_gelman_and_carlin(effect, error, power, type_s, type_m):
    errors = compute_design_errors(effect, error)
    assert_allclose(errors.power, power, rtol=1e-6)
    assert_allclose(errors.type_s, type_s, rtol=1e-6)
    assert_allclose(errors.type_m, type_m, rtol=0.01)


@pytest.mark.parametrize("df", [2, 9, 27])
@pytest.mark.parametrize("effect", ["0.5", "1", "3"])
def test_t_equals_r(df, effect):
    case = f"{effect} {df}"
    errors = compute_design_errors(float(effect), 1.0, df=df)
    assert_allclose(errors.power[0], R["design", case, "power"], rtol=1e-8)
    # R's noncentral pt keeps twelve decimals, not twelve digits
    assert_allclose(errors.type_s[0], R["design", case, "type_s"], rtol=1e-7, atol=1e-11)
    assert_allclose(errors.type_m[0], R["design", case, "type_m"], rtol=1e-7)


@pytest.mark.parametrize("df", [1, 2.5, 36, 5000])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
def test_power_is_that_of_the_noncentral_t(df, level):
    effect = np.array([0.01, 0.5, 2.0, 4.0])
    limit = student.ppf(0.5 + level / 2, df)
    wrong = nct.cdf(-limit, df, effect)
    errors = compute_design_errors(effect, 1, df=df, confidence_level=level)
    assert_allclose(errors.power, nct.sf(limit, df, effect) + wrong, rtol=1e-7, atol=1e-8)
    assert_allclose(errors.type_s * errors.power, wrong, rtol=1e-5, atol=1e-12)


def test_normal_type_m_by_numerical_integration():
    nodes, weights = roots_legendre(4000)
    x, weights = 20 * nodes, 20 * weights
    for effect in (0.3, 1.0, 2.8):
        size = (np.abs(x) * norm.pdf(x, effect) * (np.abs(x) > norm.ppf(0.975))) @ weights
        errors = compute_design_errors(effect, 1)
        assert_allclose(errors.type_m * errors.power, size / effect, rtol=2e-3)


def test_simulated_studies_agree():
    rng, n, effect, sd, trials = np.random.default_rng(3), 10, 8.0, 12.0, 200_000
    x = rng.normal(effect, sd, (trials, n))
    mean, error = x.mean(1), x.std(1, ddof=1) / np.sqrt(n)
    found = mean[np.abs(mean / error) > student.ppf(0.975, n - 1)]
    errors = compute_design_errors(effect, sd / np.sqrt(n), df=n - 1)
    power, wrong, size = len(found) / trials, (found < 0).mean(), np.abs(found) / effect
    assert abs(power - errors.power) < 4 * np.sqrt(power * (1 - power) / trials)
    assert abs(wrong - errors.type_s) < 4 * np.sqrt(wrong * (1 - wrong) / len(found))
    assert abs(size.mean() - errors.type_m) < 4 * size.std() / np.sqrt(len(found))


def test_limits_of_weak_and_strong_designs():
    weak, strong = (compute_design_errors(effect, 1) for effect in (1e-6, 30.0))
    assert_allclose([weak.power[0], weak.type_s[0]], [0.05, 0.5], rtol=1e-5)
    assert_allclose([strong.power[0], strong.type_s[0], strong.type_m[0]], [1, 0, 1], atol=1e-12)
    many = compute_design_errors(1, 1, df=1e6)
    known = compute_design_errors(1, 1)
    assert_allclose(many.type_m, known.type_m, rtol=1e-5)


def test_sign_and_unit_do_not_matter():
    one = compute_design_errors([3, -3, 300], [2, 2, 200], df=5)
    assert_allclose(one.type_m, one.type_m[0], rtol=1e-12)
    assert_allclose(one.type_s, one.type_s[0], rtol=1e-12)
    frame = one.to_frame()
    assert_allclose(frame["mean_significant"], one.type_m * [3, 3, 300], rtol=1e-12)
    assert frame["df"].tolist() == [5, 5, 5]
    assert np.isinf(compute_design_errors(1, 1).to_frame()["df"][0])


def test_sentence_of_design_errors():
    text = str(compute_design_errors([2, 20], 8.1))
    assert text == (
        "A true effect of 2.00 with a standard error of 8.10 is significant in 5.7 % of studies; of "
        "these 24.0 % have the wrong sign, and their mean size is 9.54 times the truth; a true "
        "effect of 20.0 with a standard error of 8.10 is significant in 69.5 % of studies; of these "
        "fewer than 0.1 % have the wrong sign, and their mean size is 1.20 times the truth "
        "(two-sided p < 0.05; computed)."
    )
    assert "t on 9 df" in str(compute_design_errors(1, 1, df=9))


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (
            (0, 1),
            {},
            "true_effect must be finite and not 0; received 0. An effect of 0 has no sign",
        ),
        (([1, np.nan], 1), {}, "true_effect must be finite and not 0; received [1, nan]"),
        ((1, 0), {}, "std_error must be above 0; received 0"),
        ((1, np.inf), {}, "std_error must be above 0; received inf"),
        ((1, 1), {"df": 0.5}, "df must be 1 or more; received 0.5. Leave it out where"),
        ((1, 1), {"df": np.inf}, "df must be 1 or more; received inf"),
        ((np.ones((2, 2)), 1), {}, "together they have shape (2, 2)"),
        (([], 1), {}, "together they have shape (0,)"),
        ((1, 1), {"confidence_level": 95}, "confidence_level must lie between 0 and 1"),
    ],
)
def test_design_errors_refuse(arguments, options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        compute_design_errors(*arguments, **options)


# --- true R squared ----------------------------------------------------------------------


@pytest.mark.parametrize("n", [4, 10, 38])
@pytest.mark.parametrize("true", ["0", "0.25", "0.7"])
@pytest.mark.parametrize("threshold", ["0.1", "0.8"])
def test_probability_equals_r(n, true, threshold):
    case = infer_true_r_squared(n_obs=n, threshold=float(threshold), true_r_squared=float(true))
    expected = R["r", f"{n} {true} {threshold}", "above"]
    assert_allclose(case.curve["probability_above"][0], expected, rtol=1e-7, atol=1e-11)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_interval_equals_r(level):
    row = infer_true_r_squared().to_frame(level).iloc[0]
    for limit in ("conf_low", "conf_high"):
        assert_allclose(row[limit], R["interval", f"{level:g}", limit], rtol=1e-7)


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


def test_simulated_pilots_agree():
    rng, n, trials, true = np.random.default_rng(7), 10, 200_000, 0.36
    x = rng.standard_normal((trials, n))
    y = 0.6 * x + 0.8 * rng.standard_normal((trials, n))
    squares = solve_line(sum_line(x, y)).r_squared
    row = infer_true_r_squared(n_obs=n, threshold=0.5, true_r_squared=true).curve.iloc[0]
    for limit, share, mean in (
        (0.5, "probability_above", "expected_if_above"),
        (find_critical_r(n, 0.95) ** 2, "power", "expected_if_significant"),
        (0.0, None, "expected"),
    ):
        found = squares[squares > limit]
        assert abs(found.mean() - row[mean]) < 4 * found.std() / np.sqrt(len(found))
        if share:
            p = row[share]
            assert abs(len(found) / trials - p) < 4 * np.sqrt(p * (1 - p) / trials)


def test_the_pilot_is_read_from_the_published_values():
    printed = load_dataset("published_values").set_index("id")
    case = infer_true_r_squared()
    assert case.n_obs == int(printed.loc["pilot_n", "value"])
    assert case.threshold == float(printed.loc["pilot_esr_r2", "value"]) / 100
    assert case.source == "younger2009, abstract"
    assert infer_true_r_squared(n_obs=case.n_obs).source == ""
    assert infer_true_r_squared(n_obs=20).threshold == case.threshold
    assert infer_true_r_squared(threshold=0.5).n_obs == case.n_obs


def test_interval_is_near_fishers_and_shrinks_with_n():
    row = infer_true_r_squared().to_frame().iloc[0]
    z = np.arctanh(np.sqrt(0.8)) + norm.ppf([0.025, 0.975]) / np.sqrt(7)
    assert_allclose([row["conf_low"], row["conf_high"]], np.tanh(z) ** 2, atol=0.05)
    large = infer_true_r_squared(n_obs=1000, threshold=0.8).to_frame().iloc[0]
    z = np.arctanh(np.sqrt(0.8)) + norm.ppf([0.025, 0.975]) / np.sqrt(997)
    assert_allclose([large["conf_low"], large["conf_high"]], np.tanh(z) ** 2, atol=5e-4)
    assert 0.799 < large["estimate"] < 0.8


def test_no_relation_may_be_compatible():
    row = infer_true_r_squared(n_obs=4, threshold=0.01).to_frame().iloc[0]
    assert row["conf_low"] == row["estimate"] == 0
    assert 0 < row["conf_high"] < 1


def test_what_never_happens_has_no_mean():
    case = infer_true_r_squared(n_obs=1000, threshold=0.99, true_r_squared=[0, 0.99])
    assert np.isnan(case.curve["expected_if_above"][0])
    assert case.curve["expected_if_above"][1] > 0.99


def test_sentence_of_the_pilot():
    assert str(infer_true_r_squared()) == (
        "If the observed R² was 0.8, the true R² may be 0.34 to 0.94 (95 % CI, exact for bivariate "
        "normal data; best guess 0.78); if it was higher, so are the limits (n = 10; printed: "
        "younger2009, abstract)."
    )
    low, high = infer_true_r_squared().confidence_interval("true_r_squared", 0.8)
    assert 0.34 < low < 0.78 < high < 0.94
    assert "printed" not in str(infer_true_r_squared(n_obs=9, threshold=0.5))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_obs": 3}, "n_obs must be a whole number, 4 to 1000; received 3"),
        ({"n_obs": 1001}, "n_obs must be a whole number, 4 to 1000; received 1001"),
        ({"threshold": 80}, "threshold must be a number between 0 and 1; received 80"),
        ({"threshold": 0}, "threshold must be a number between 0 and 1; received 0"),
        ({"threshold": "0.8"}, "threshold must be a number between 0 and 1; received '0.8'"),
        ({"true_r_squared": 1.0}, "numbers from 0 to below 1 in one dimension; received 1.0"),
        ({"true_r_squared": [-0.1]}, "numbers from 0 to below 1 in one dimension; received [-0.1]"),
        ({"true_r_squared": []}, "numbers from 0 to below 1 in one dimension; received []"),
        ({"confidence_level": 1}, "confidence_level must lie between 0 and 1"),
    ],
)
def test_true_r_squared_refuses(options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        infer_true_r_squared(**options)
    with pytest.raises(TypeError, match=r"n_obs must be a whole number, 4 to 1000; received 9\.5"):
        infer_true_r_squared(n_obs=9.5)


def test_nodes_integrate_polynomials():
    nodes, weights = place_nodes(1.0, 3.0)
    assert_allclose(nodes**5 @ weights, (3**6 - 1) / 6, rtol=1e-13)
