"""Correlations that occur together, against eigenvalues and simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ldn_analysis as ldn
from ldn_analysis.audit.results import VERDICTS

YES, _, NO = VERDICTS


def is_possible(a, b, c):
    """Whether a matrix with these correlations has no negative eigenvalue."""
    return np.linalg.eigvalsh([[1, a, b], [a, 1, c], [b, c, 1]]).min() >= -1e-12


def test_the_range_of_the_third_is_where_no_eigenvalue_is_negative():
    for a in (-0.95, -0.4, 0.0, 0.3, 0.91):
        for b in (-0.8, 0.0, 0.57, 0.99):
            check = ldn.check_correlations((a, a), (b, b), "0.0")
            low, high = check.follows_range
            spread = np.sqrt((1 - a**2) * (1 - b**2))
            assert (low, high) == pytest.approx((a * b - spread, a * b + spread), abs=1e-12)
            for c in np.linspace(-1, 1, 41):
                if min(abs(c - low), abs(c - high)) > 1e-6:
                    assert is_possible(a, b, c) == (low < c < high)


@given(st.lists(st.floats(-1, 1), min_size=9, max_size=9), st.integers(1, 2))
@settings(max_examples=80)
def test_correlations_of_real_data_are_always_possible(numbers, places):
    data = np.array(numbers).reshape(3, 3) + np.eye(3)
    spreads = np.linalg.norm(data - data.mean(0), axis=0)
    if spreads.min() < 0.01:
        return
    r = np.corrcoef(data, rowvar=False)
    texts = [f"{np.clip(r[i, j], -1, 1):.{places}f}" for i, j in ((0, 1), (0, 2), (1, 2))]
    check = ldn.check_correlations(*texts)
    assert check.verdict == YES
    assert (check.details["fits"] == "rounded").all()


def test_rounding_widens_the_range_to_its_corners():
    check = ldn.check_correlations("0.9", "-0.6", "0.0")
    rng = np.random.default_rng(4)
    a, b = rng.uniform(0.85, 0.95, 4000), rng.uniform(-0.65, -0.55, 4000)
    spread = np.sqrt((1 - a**2) * (1 - b**2))
    low, high = check.follows_range
    assert low <= (a * b - spread).min() < low + 0.02
    assert high - 0.02 < (a * b + spread).max() <= high


def test_the_printed_0_02_cannot_be_a_correlation_with_that_fiq():
    table = ldn.load_dataset("pilot_baseline")
    between = ldn.compute_r_from_values(table["esr_mm_h"], table["fiq_0_100"])
    assert between["r"][0] == pytest.approx(np.corrcoef(
        table["esr_mm_h"].astype(float), table["fiq_0_100"].astype(float))[0, 1], rel=1e-12)  # fmt: skip
    names = ("ESR", "response", "FIQ")
    check = ldn.check_correlations("0.91", between["r"][1:], "0.02", names=names)
    assert check.verdict == NO
    assert check.follows.startswith("r(response and FIQ) lies from 0.127 to ")
    exact = ldn.check_correlations((0.91, 0.91), (between["r"][0],) * 2, "0.02", names=names)
    assert exact.follows_range == pytest.approx((0.173, 0.857), abs=0.001)
    assert ldn.check_correlations("0.91", between["r"][1:], "0.5").verdict == YES


def test_signs_nulls_and_edges():
    assert ldn.check_correlations("-0.90", "0.90", "-0.90").verdict == YES
    assert ldn.check_correlations("-0.90", "0.90", "0.90").verdict == NO
    free = ldn.check_correlations("0.00", "0.00", "0.50")
    assert free.verdict == YES
    exact = ldn.check_correlations((0, 0), (0, 0), "0.50")
    assert exact.follows_range == pytest.approx((-1, 1))
    assert "this could not fail" in exact.explanation
    assert ldn.check_correlations((1, 1), (1, 1), "1.00").verdict == YES
    assert ldn.check_correlations((1, 1), (1, 1), "0.90").verdict == NO


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        (("1.2", "0", "0"), "a correlation lies between -1 and 1; received '1.2'"),
        (("> 0.2", "0", "0"), "a number is needed, not a bound; received '> 0.2'"),
        (((-2, 0), "0", "0"), "a correlation lies between -1 and 1"),
    ],
)
def test_correlations_that_are_none(numbers, message):
    with pytest.raises(ValueError, match=f"^check_correlations: {message}"):
        ldn.check_correlations(*numbers)


@pytest.mark.parametrize(
    ("r", "square", "verdict"),
    [
        ("0.91", "> 0.82", YES),
        ("0.91", "0.83", YES),
        ("-0.91", "0.83", YES),
        ("0.91", "0.85", NO),
        ("0.91", "> 0.84", NO),
        ("0.0", "0.00", YES),
        ("1.0", "1.00", YES),
    ],
)
def test_r_squared_is_a_square(r, square, verdict):
    assert ldn.check_r_squared(r, square).verdict == verdict


def test_squares_that_are_none():
    for arguments in (("> 0.9", "0.8"), ("1.1", "0.8"), ("0.9", "80")):
        with pytest.raises(ValueError, match=r"^check_r_squared: r lies between -1 and 1"):
            ldn.check_r_squared(*arguments)


def test_the_range_of_r_holds_every_rounding():
    rng = np.random.default_rng(7)
    for places in (0, 1):
        x, y = rng.normal(20, 8, 10), rng.normal(50, 9, 10)
        shown = [[f"{value:.{places}f}" for value in values] for values in (x, y)]
        r, low, high = ldn.compute_r_from_values(*shown)["r"]
        half = 0.5 * 10.0**-places
        printed = np.array([[float(value) for value in values] for values in shown])
        for _ in range(500):
            moved = printed + rng.choice([-half, half], printed.shape)
            assert low <= np.corrcoef(moved)[0, 1] <= high
        assert low <= r <= high
        assert low <= np.corrcoef(x, y)[0, 1] <= high


def test_values_without_a_correlation():
    with pytest.raises(ValueError, match="at least three pairs are needed; received 2 and 2"):
        ldn.compute_r_from_values(["1", "2"], ["1", "2"])
    with pytest.raises(ValueError, match="before rounding, all values of a variable may be equal"):
        ldn.compute_r_from_values(["1", "1", "2"], ["1", "5", "9"])
