"""How numbers are written: at the edges, and on any terminal."""

import math

import pytest

from ldn_analysis.core.wording import format_fixed, format_interval, format_number, format_p

INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.00"), (-0.0, "0.00"), (0.0001, "0.000100"), (0.00099996, "0.00100"),
        (9.9999e-5, "1.00 × 10^-4"), (-1.25e-13, "-1.25 × 10^-13"), (5e-324, "4.94 × 10^-324"),
        (9.996, "10.0"), (999.6, "1000"), (1234567, "1234567"), (-1.5e7, "-1.50 × 10^7"),
        (1.5e300, "1.50 × 10^300"), (INF, "infinite"), (-INF, "-infinite"), (NAN, "not defined"),
    ],
)  # fmt: skip
def test_numbers_keep_their_digits(value, text):
    assert format_number(value) == text


def test_a_small_number_is_zero_only_beside_a_large_one():
    assert format_number(-3e-16, scale=2.0) == "0.00"
    assert format_number(3e-11, scale=2.0) == "3.00 × 10^-11"
    assert format_interval(1e-17, 0.5, 0.95) == "95 % CI 0.00 to 0.500"
    assert format_interval(-1e-17, 3e-17, 0.95) == "95 % CI -1.00 × 10^-17 to 3.00 × 10^-17"


@pytest.mark.parametrize("value", [-0.004, -0.0, 0.0, 1e-30])
def test_zero_has_no_sign(value):
    assert format_fixed(value) == "0.00"
    assert format_fixed(-0.006) == "-0.01"
    assert format_fixed(-0.3, 0) == "0"


@pytest.mark.parametrize(
    ("p_value", "text"),
    [
        (0, "p < 0.001"), (0.00099, "p < 0.001"), (0.001, "p = 0.001"), (0.0449, "p = 0.045"),
        (0.0497, "p = 0.0497"), (0.05, "p = 0.0500"), (0.0503, "p = 0.0503"), (0.0551, "p = 0.055"),
        (1, "p = 1.000"), (NAN, "p not defined"),
    ],
)  # fmt: skip
def test_p_has_more_digits_near_five_percent(p_value, text):
    assert format_p(p_value) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (NAN, NAN, "not defined"), (NAN, 2.0, "not defined to 2.00 mm"),
        (-INF, INF, "minus infinity to infinity"), (-INF, 2.0, "minus infinity to 2.00 mm"),
        (2.0, INF, "2.00 to infinity"), (-1.0, 0.0, "-1.00 to 0.00 mm"),
    ],
)  # fmt: skip
def test_intervals_without_limits_are_said_in_words(low, high, text):
    assert format_interval(low, high, 0.9, " mm") == f"90 % CI {text}"


@pytest.mark.parametrize("value", [1e-300, 2e-5, 1.5, 3e8, -INF, NAN])
def test_numbers_can_be_printed_on_any_terminal(value):
    """R² is in Latin-1 too; raised digits and the minus sign are not."""
    assert format_number(value).encode("cp1252")
