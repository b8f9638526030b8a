"""What printed numbers imply, against R and simulation."""

import numpy as np
import pytest
from witnesses import read_audit

import ldn_analysis as ldn
from ldn_analysis.audit.results import VERDICTS

YES, ONLY_IF, NO = VERDICTS


def test_sd_behind_p_equals_r():
    for term in ("std_error", "sd", "conf_low", "conf_high"):
        for (gap, p, n), expected in read_audit(f"paired {term}"):
            found = ldn.compute_sd_from_p(f"{p:.3f}", n=int(n), difference=f"{gap:.1f}")
            assert found[term][0] == pytest.approx(expected, rel=1e-9)
    for term in ("std_error", "sd"):
        ((_, expected),) = read_audit(f"groups {term}")
        found = ldn.compute_sd_from_p("0.236", n=(48, 50), difference="0.49")
        assert found[term][0] == pytest.approx(expected, rel=1e-9)


def test_the_sd_range_contains_every_number_that_prints_so():
    from scipy.stats import t

    found = ldn.compute_sd_from_p("0.016", n=28, difference=["28.8", "-18.0"])
    assert (found["dz"][0], found["statistic"][0]) == pytest.approx((0.4858, 2.5707), abs=1e-3)
    rng = np.random.default_rng(8)
    p, first, second = rng.uniform([0.0155, 28.75, 17.95], [0.0165, 28.85, 18.05], (300, 3)).T
    size = t.isf(p / 2, 27)
    error = (first - second) / size
    values = {
        "statistic": size, "dz": size / 28**0.5, "std_error": error, "sd": error * 28**0.5,
        "conf_low": first - second - t.ppf(0.975, 27) * error,
        "conf_high": first - second + t.ppf(0.975, 27) * error,
    }  # fmt: skip
    for term, value in values.items():
        assert found[term][1] <= value.min() <= value.max() <= found[term][2], term


def test_sd_from_bounds_and_without_a_difference():
    found = ldn.compute_sd_from_p("< 0.001", n=10, difference="3.0")
    assert found["statistic"][2] == np.inf
    assert found["std_error"][1] == 0
    assert found["sd"][0] == pytest.approx(found["std_error"][0] * 10**0.5)
    found = ldn.compute_sd_from_p("> 0.05", n=10, difference="3.0")
    assert found["statistic"][1] == pytest.approx(0, abs=1e-12)
    assert found["std_error"][2] > 1e6
    found = ldn.compute_sd_from_p(0.05, n=(12, 14), decimals=2)
    assert found.table["term"].tolist() == ["statistic", "d"]
    assert found["d"][0] == pytest.approx(found["statistic"][0] * (1 / 12 + 1 / 14) ** 0.5)
    negative = ldn.compute_sd_from_p("0.016", n=28, difference="-10.8")
    assert negative["sd"][0] > 0
    assert negative["conf_high"][0] < 0


@pytest.mark.parametrize(
    ("p", "options", "message"),
    [
        ("1.0", {"n": 10}, "p = 1 means t = 0, from which no SD follows"),
        (
            "0.05",
            {"n": 1},
            r"n is one number of at least 2 \(paired\) or two \(groups\); received 1",
        ),
        ("0.05", {"n": (5, 6, 7)}, "n is one number of at least 2 .* received"),
        ("0.05", {"n": 2.5}, "n must be a whole number of at least 1, .* received 2.5"),
        (
            "0.05",
            {"n": 9, "difference": "0.0"},
            "the difference must be a number that does not round to zero; received '0.0'",
        ),
        ("0.05", {"n": 9, "difference": "> 30"}, "the difference must be a number"),
        ("0.05", {"n": 9, "difference": 1.5}, "1.5 does not show how it was printed"),
        ("5", {"n": 9}, "a p value lies between 0 and 1; received '5'"),
    ],
)
def test_p_values_from_which_no_sd_follows(p, options, message):
    with pytest.raises(ValueError, match=f"^compute_sd_from_p: {message}"):
        ldn.compute_sd_from_p(p, **options)


def test_interval_of_a_correlation_equals_r():
    found = ldn.compute_r_interval(r_squared="> 0.80", n=10)
    for term in ("conf_low", "conf_high"):
        ((_, expected),) = read_audit(f"r {term}")
        assert found[term][0] == pytest.approx(expected, rel=1e-12)
    assert found["r"] == pytest.approx((0.8**0.5, 0.8**0.5, 1))
    assert found["conf_high"][2] == 1
    from_r = ldn.compute_r_interval("0.50", n=30)
    assert from_r["r"] == pytest.approx((0.5, 0.495, 0.505))
    margin = 1.959963984540054 / 27**0.5
    assert from_r["conf_low"][1] == pytest.approx(np.tanh(np.arctanh(0.495) - margin))
    below = ldn.compute_r_interval(r_squared="< 0.04", n=30)
    assert below["r"] == pytest.approx((0.2, 0, 0.2))
    assert ldn.compute_r_interval(-0.3, n=9, decimals=1)["r"][0] == -0.3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 9}, "give either r or r_squared; received r=None, r_squared=None"),
        ({"n": 9, "r": "0.1", "r_squared": "0.1"}, "give either r or r_squared"),
        ({"n": 3, "r": "0.1"}, "Fisher's interval needs n of at least 4; received 3"),
        ({"n": 9, "r": "1.1"}, "r lies between -1 and 1; received '1.1'"),
        ({"n": 9, "r_squared": "80"}, "r_squared lies between 0 and 1; received '80'"),
        ({"n": 9, "r_squared": "-0.1"}, "r_squared lies between 0 and 1"),
    ],
)
def test_correlations_that_are_none(options, message):
    with pytest.raises(ValueError, match=f"^compute_r_interval: {message}"):
        ldn.compute_r_interval(**options)


def test_a_contrast_of_a_model_has_a_standard_error_and_no_sd():
    from scipy.stats import t

    gap = ["32.5", "-2.3"]
    model = ldn.compute_sd_from_p("0.003", df=254, difference=gap)
    assert model["std_error"][0] == pytest.approx(30.2 / t.isf(0.0015, 254), rel=1e-9)
    assert model["std_error"][0] == pytest.approx(10.1, abs=0.05)
    assert model.table["term"].tolist() == ["statistic", "std_error", "conf_low", "conf_high"]
    assert "a contrast of a model on 254 df" in model.assumption
    paired = ldn.compute_sd_from_p("0.003", n=10, difference=gap)
    assert paired["std_error"][0] == pytest.approx(7.5, abs=0.05)
    for both in ({}, {"n": 10, "df": 9}):
        with pytest.raises(ValueError, match=r"^compute_sd_from_p: give either n or df; received"):
            ldn.compute_sd_from_p("0.003", **both)
