"""Winner's curse against R, published examples, limits and simulation."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import roots_legendre
from scipy.stats import nct, norm
from scipy.stats import t as student
from witnesses import read_reference

from ldn_analysis import compute_design_errors

R = read_reference("small_samples").set_index(["topic", "case", "quantity"])["value"]


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
    harm = str(compute_design_errors(-2, 8.1))
    assert harm.startswith(
        "A true effect of -2.00 with a standard error of 8.10 is significant in 5.7"
    )
    assert harm.count("a true effect") == 0


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
