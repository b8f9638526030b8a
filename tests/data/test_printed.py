"""Printed numbers: their rounding, read exactly."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ldn_analysis import check_mean, check_share
from ldn_analysis.audit.results import VERDICTS
from ldn_analysis.data.printed import read_counts, read_printed

YES, ONLY_IF, NO = VERDICTS


@pytest.mark.parametrize(
    ("text", "relation", "value", "decimals", "low", "high"),
    [
        ("0.016", "=", "0.016", 3, "0.0155", "0.0165"),
        (".05", "=", "0.05", 2, "0.045", "0.055"),
        ("18.0", "=", "18", 1, "17.95", "18.05"),
        ("57 %", "=", "57", 0, "56.5", "57.5"),
        ("= 3", "=", "3", 0, "2.5", "3.5"),
        ("< .001", "<", "0.001", 3, "0.001", "0.001"),
        (">= 30", ">", "30", 0, "30", "30"),
        ("\u2264 0.05", "<", "0.05", 2, "0.05", "0.05"),
        ("\u22121.20", "=", "-1.2", 2, "-1.205", "-1.195"),
        ("2e3", "=", "2000", -3, "1500", "2500"),
        ("1.5e-4", "=", "0.00015", 5, "0.000145", "0.000155"),
    ],
)
def test_a_printed_number_is_an_interval(text, relation, value, decimals, low, high):
    printed = read_printed(text)
    assert (printed.relation, printed.value, printed.decimals) == (
        relation,
        Fraction(value),
        decimals,
    )
    assert printed.rounded == (Fraction(low), Fraction(high))


def test_numbers_take_their_decimals_from_the_caller():
    assert read_printed(18, decimals=1).text == "18.0"
    assert read_printed(0.3, 2).rounded == (Fraction("0.295"), Fraction("0.305"))
    assert read_printed(np.float64(0.016), 3) == read_printed("0.016")
    assert read_printed(np.int64(29)).decimals == 0
    printed = read_printed("0.3")
    assert read_printed(printed) is printed
    assert (float(printed), str(printed), printed.stated) == (0.3, "0.3", "= 0.3")


def test_cut_off_goes_toward_zero():
    assert read_printed("0.05").truncated == (Fraction("0.05"), Fraction("0.06"))
    assert read_printed("-2.3").truncated == (Fraction("-2.4"), Fraction("-2.3"))
    assert read_printed("< 0.05").truncated == (Fraction("0.05"),) * 2


@given(
    st.decimals(-1000, 1000, allow_nan=False, places=6),
    st.integers(0, 5),
    st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN]),
)
def test_rounding_intervals_contain_the_value(value, places, rule):
    shown = str(value.quantize(Decimal(1).scaleb(-places), rounding=rule))
    low, high = read_printed(shown).rounded
    assert low <= Fraction(value) <= high
    assert high - low == Fraction(10) ** -places


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("abc",), ValueError, "'abc' is not a printed number; write it as printed"),
        (("",), ValueError, "'' is not a printed number"),
        ((0.3,), ValueError, r"0.3 does not show how it was printed \(0.3 or 0.30\?\)"),
        (("0.3", 2), ValueError, "the text '0.3' shows its own decimals; leave decimals out"),
        ((0.34, 1), ValueError, "0.34 has more than the 1 decimals it came with"),
        ((float("nan"), 1), ValueError, "nan is not a printed number"),
        ((float("inf"), 1), ValueError, "inf is not a printed number"),
        ((None,), TypeError, "a printed number is text or a number; received NoneType"),
        ((True,), TypeError, "a printed number is text or a number; received bool"),
    ],
)
def test_what_is_not_a_printed_number_is_refused(arguments, error, message):
    with pytest.raises(error, match=f"^read_printed: {message}"):
        read_printed(*arguments)


@pytest.mark.parametrize(
    ("n", "message"),
    [
        ([], "n is an empty list"),
        (0, "n must be a whole number of at least 1, or several of them; received 0"),
        (2.5, "received 2.5"),
        ("28", "received '28'"),
        ([28, True], "received True"),
    ],
)
def test_numbers_of_people_are_whole(n, message):
    with pytest.raises(ValueError, match=message):
        read_counts(n, "check_share")
    with pytest.raises(ValueError, match=r"^check_share: .*"):
        check_share("32", n)
    with pytest.raises(ValueError, match=r"^check_mean: .*"):
        check_mean("3.2", n)


@pytest.mark.parametrize(
    ("text", "numbers", "expected"),
    [
        ("0.016", [0.0155, 0.0163, 0.0166, -0.016], [True, True, False, False]),
        ("-2.3", [-2.26, -2.2], [True, False]),
        ("0", [0.4, -0.5, 0.6], [True, True, False]),
        ("< 0.0005", [0.0004, 0.0005, 0.001], [True, False, False]),
        ("> 82", [82, 82.1], [False, True]),
    ],
)
def test_which_numbers_are_compatible(text, numbers, expected):
    printed = read_printed(text)
    assert [printed.is_compatible(number) for number in numbers] == expected
    assert printed.is_compatible(min(numbers), max(numbers))


def test_moved_points_and_signs_keep_the_digits():
    assert str(read_printed("> 82").shift(-2)) == "> 0.82"
    assert str(read_printed("18.0").shift(-2)) == "0.180"
    assert str(read_printed("0.016").shift(1)) == "0.16"
    assert str(-read_printed("18.0")) == "-18.0"
    assert str(-read_printed("\u22122.30")) == "2.30"
    assert read_printed("0.016").half_unit == 0.0005
    with pytest.raises(ValueError, match="a bound such as '> 82' has no negative to add"):
        -read_printed("> 82")
