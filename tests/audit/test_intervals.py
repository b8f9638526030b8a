"""Printed intervals: p, middle and width, against worked examples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ldn_analysis as ldn
from ldn_analysis.audit.results import VERDICTS

YES, ONLY_IF, NO = VERDICTS


def test_p_from_an_interval():
    # Altman and Bland (2011), BMJ 343:d2304: a ratio of 0.81 (0.70 to 0.94) gives P = 0.005.
    check = ldn.check_p_from_interval("0.005", "0.70", "0.94", estimate="0.81", scale="log")
    assert check.verdict == YES
    error = ldn.compute_se_from_interval("0.70", "0.94", estimate="0.81", scale="log")
    assert error["std_error"][0] == pytest.approx(
        (np.log(0.94) - np.log(0.70)) / 3.919928, rel=1e-6
    )
    assert error["statistic"][0] == pytest.approx(-np.log(0.81) / error["std_error"][0], rel=1e-12)


def test_final_2024_is_consistent():
    error = ldn.compute_se_from_interval("-0.95", "0.27", estimate="-0.34")
    assert error["std_error"] == pytest.approx((1.22 / 3.919928, 1.21 / 3.919928, 1.23 / 3.919928))
    assert error["statistic"][0] == pytest.approx(1.0925, abs=1e-4)
    check = ldn.check_p_from_interval("0.27", "-0.95", "0.27", estimate="-0.34")
    assert check.verdict == YES
    assert check.details["p_value"].item() == pytest.approx(0.2747, abs=1e-4)
    assert ldn.check_p_from_interval("0.28", "-0.95", "0.27", estimate="-0.34").verdict == ONLY_IF
    wrong = ldn.check_p_from_interval("0.03", "-0.95", "0.27", estimate="-0.34")
    assert wrong.verdict == NO
    assert "different sides of 0.05" in wrong.explanation


def test_t_intervals_and_levels():
    from scipy.stats import t

    error = ldn.compute_se_from_interval("1", "5", df=9, confidence_level=0.9)
    assert error["std_error"][0] == pytest.approx(2 / t.ppf(0.95, 9), rel=1e-12)
    assert error["p_value"][0] == pytest.approx(2 * t.sf(3 / error["std_error"][0], 9), rel=1e-10)
    check = ldn.check_p_from_interval("0.02", "1", "5", df=9, confidence_level=0.9)
    assert check.details["reading"].item() == "t from the interval"


def test_an_estimate_that_may_be_zero_has_p_up_to_one():
    error = ldn.compute_se_from_interval("-1.0", "1.0", estimate="0.0")
    assert error["statistic"][1] == 0
    assert error["p_value"][2] == 1


@given(st.floats(-50, 50), st.floats(0.5, 20), st.integers(1, 3))
@settings(max_examples=60)
def test_the_true_standard_error_is_in_its_range(estimate, error, places):
    shown = [f"{estimate + k * 1.959963984540054 * error:.{places}f}" for k in (-1, 0, 1)]
    found = ldn.compute_se_from_interval(shown[0], shown[2], estimate=shown[1])
    _, low, high = found["std_error"]
    assert low - 1e-9 <= error <= high + 1e-9
    _, low, high = found["statistic"]
    assert low - 1e-9 <= abs(estimate) / error <= high + 1e-9
    assert ldn.check_interval_symmetry(shown[1], shown[0], shown[2]).verdict == YES


@pytest.mark.parametrize(
    ("numbers", "scale", "words"),
    [
        (("-0.86", "-1.20", "-0.51"), "linear", YES),
        (("0.81", "0.70", "0.94"), "log", YES),
        (
            ("2.0", "1.0", "4.0"),
            "linear",
            "consistent only if the interval was made on the log scale",
        ),
        (
            ("2.5", "1.0", "4.0"),
            "log",
            "consistent only if the interval was made on the linear scale",
        ),
        (
            ("3.5", "1.0", "4.0"),
            "linear",
            "consistent only if the interval is of a kind that need not",
        ),
        (("9", "1", "4"), "linear", NO),
    ],
)
def test_the_middle_of_an_interval(numbers, scale, words):
    check = ldn.check_interval_symmetry(*numbers, scale=scale)
    assert check.words.startswith(words)
    assert ("outside its own interval" in check.explanation) == (check.verdict == NO)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f: f("5", "1"), "the lower limit 5 is above the upper limit 1"),
        (lambda f: f("1", "1"), "the limits 1 and 1 may be equal before rounding"),
        (lambda f: f("< 1", "2"), "a number is needed, not a bound; received '< 1'"),
        (lambda f: f("1", "2", scale="root"), "there is no scale 'root'; known: linear, log"),
        (lambda f: f("0.0", "2", scale="log"), "the log scale needs numbers above zero .*'0.0'"),
        (lambda f: f("1", "2", df=0), "t needs one positive df; received 0"),
        (lambda f: f(1.5, "2"), "1.5 does not show how it was printed"),
    ],
)
def test_intervals_that_are_none(call, message):
    with pytest.raises(ValueError, match=f"^compute_se_from_interval: {message}"):
        call(ldn.compute_se_from_interval)
    with pytest.raises(ValueError, match=f"^check_p_from_interval: {message}"):
        call(lambda *limits, **options: ldn.check_p_from_interval("0.05", *limits, **options))


def test_symmetry_refuses_too():
    with pytest.raises(ValueError, match=r"^check_interval_symmetry: the lower limit 3 is above"):
        ldn.check_interval_symmetry("2", "3", "1")


def test_levels_are_checked():
    for call in (
        lambda: ldn.compute_se_from_interval("1", "2", confidence_level=95),
        lambda: ldn.compute_sd_from_p("0.05", n=10, confidence_level=95),
        lambda: ldn.compute_r_interval("0.5", n=10, confidence_level=95),
    ):
        with pytest.raises(ValueError, match="confidence_level must lie between 0 and 1"):
            call()


def test_how_large_an_sd_an_interval_needs():
    from scipy.stats import t

    check = ldn.check_interval_width("10.4", "-35.8", "56.6", 28, largest_sd=60)
    needed = 46.2 * 28**0.5 / t.ppf(0.975, 27)
    assert check.details["sd"].tolist() == pytest.approx([needed, 46.2, 46.2 / 1.959963984540054])
    assert check.words == (
        "consistent only if the limits lie one SD from the mean (SD 46.2), or the limits lie "
        "1.96 SDs from the mean (SD 23.6)"
    )
    assert ldn.check_interval_width("10.4", "-35.8", "56.6", 28, largest_sd=120).verdict == YES
    assert ldn.check_interval_width("10.4", "-35.8", "56.6", 28, largest_sd=20).verdict == NO
    assert ldn.check_interval_width("0.0", "-1.0", "1.0", 28, largest_sd=3).verdict == YES
    negative = ldn.check_interval_width("-10.4", "-56.6", "35.8", 28, largest_sd=60)
    assert negative.condition == check.condition


def test_the_sd_of_a_real_interval_is_found_again():
    from scipy.stats import t

    rng = np.random.default_rng(9)
    for _ in range(100):
        n, sd, mean = int(rng.integers(3, 60)), rng.uniform(1, 40), rng.normal(0, 20)
        half = t.ppf(0.975, n - 1) * sd / n**0.5
        shown = [f"{value:.1f}" for value in (mean, mean - half, mean + half)]
        row = ldn.check_interval_width(*shown, n, largest_sd=100).details.iloc[0]
        assert row["range_low"] - 1e-9 <= sd <= row["range_high"] + 1e-9


def test_widths_that_are_none():
    with pytest.raises(ValueError, match=r"^check_interval_width: n must be a whole number"):
        ldn.check_interval_width("1", "0", "2", 1, largest_sd=3)
    with pytest.raises(ValueError, match=r"^check_interval_width: largest_sd must be a number"):
        ldn.check_interval_width("1", "0", "2", 9, largest_sd=0)
    with pytest.raises(ValueError, match=r"^check_interval_width: the lower limit 3 is above"):
        ldn.check_interval_width("1", "3", "2", 9, largest_sd=3)
