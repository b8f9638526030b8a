"""The pilot's true R squared against R, simulated pilots and Fisher's interval."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import norm
from witnesses import read_reference

from ldn_analysis import infer_true_r_squared, load_dataset
from ldn_analysis.core.line import solve_line, sum_line
from ldn_analysis.small_samples.normal_theory import find_critical_r

R = read_reference("small_samples").set_index(["topic", "case", "quantity"])["value"]


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_interval_equals_r(level):
    row = infer_true_r_squared(n_obs=10, threshold=0.8).to_frame(level).iloc[0]
    for limit in ("conf_low", "conf_high"):
        assert_allclose(row[limit], R["interval", f"{level:g}", limit], rtol=1e-7)


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
    assert case.source == ", ".join(printed.loc["pilot_esr_r2", ["source", "locator"]])
    assert infer_true_r_squared(n_obs=case.n_obs).source == ""
    assert infer_true_r_squared(n_obs=20).threshold == case.threshold
    assert infer_true_r_squared(threshold=0.5).n_obs == case.n_obs


def test_interval_is_near_fishers_and_shrinks_with_n():
    row = infer_true_r_squared(n_obs=10, threshold=0.8).to_frame().iloc[0]
    z = np.arctanh(np.sqrt(0.8)) + norm.ppf([0.025, 0.975]) / np.sqrt(7)
    assert_allclose([row["conf_low"], row["conf_high"]], np.tanh(z) ** 2, atol=0.05)
    large = infer_true_r_squared(n_obs=1000, threshold=0.8).to_frame().iloc[0]
    z = np.arctanh(np.sqrt(0.8)) + norm.ppf([0.025, 0.975]) / np.sqrt(997)
    assert_allclose([large["conf_low"], large["conf_high"]], np.tanh(z) ** 2, atol=5e-4)
    assert 0.799 < large["estimate"] < 0.8


def test_no_relation_may_be_compatible():
    row = infer_true_r_squared(n_obs=4, threshold=0.01).to_frame().iloc[0]
    assert row["conf_low"] == row["estimate"] == 0
    assert "the true R² may be 0.0 to 0." in str(infer_true_r_squared(n_obs=4, threshold=0.01))
    assert 0 < row["conf_high"] < 1


def test_what_never_happens_has_no_mean():
    case = infer_true_r_squared(n_obs=1000, threshold=0.99, true_r_squared=[0, 0.99])
    assert np.isnan(case.curve["expected_if_above"][0])
    assert case.curve["expected_if_above"][1] > 0.99


def test_sentence_of_the_pilot():
    case = infer_true_r_squared(n_obs=10, threshold=0.8)
    assert str(case) == (
        "If the observed R² was 0.8, the true R² may be 0.34 to 0.94 (95 % CI, exact for bivariate "
        "normal data; best guess 0.78); if it was higher, so are the limits (n = 10)."
    )
    assert str(infer_true_r_squared()).endswith(f"printed: {infer_true_r_squared().source}).")
    low, high = case.confidence_interval("true_r_squared", 0.8)
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
