"""Means, SDs and standardised differences against brute force and R."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from witnesses import read_audit

import ldn_analysis as ldn
from ldn_analysis.audit.results import VERDICTS
from ldn_analysis.audit.summaries import _smallest_squares

YES, ONLY_IF, NO = VERDICTS


def ranges(values, term="sd", **options):
    row = ldn.check_summary(values, mean="0", sd="1", **options).details.set_index("term").loc[term]
    return row["range_low"], row["range_high"]


@given(st.lists(st.integers(0, 12), min_size=2, max_size=7))
@settings(max_examples=60)
def test_the_largest_sd_is_that_of_a_corner(numbers):
    corners = [np.std(corner, ddof=1) for corner in product(*((n - 0.5, n + 0.5) for n in numbers))]
    assert ranges([str(n) for n in numbers])[1] == pytest.approx(max(corners), rel=1e-9)


@given(st.lists(st.integers(0, 12), min_size=2, max_size=7))
@settings(max_examples=40)
def test_the_smallest_sd_is_that_of_an_optimiser(numbers):
    start = np.array(numbers, float)
    found = minimize(
        lambda x: ((x - x.mean()) ** 2).sum(), start, jac=lambda x: 2 * (x - x.mean()),
        bounds=[(n - 0.5, n + 0.5) for n in numbers], tol=1e-14,
    )  # fmt: skip
    smallest = _smallest_squares(start - 0.5, start + 0.5)
    assert smallest == pytest.approx(found.fun, abs=1e-6)
    assert smallest <= found.fun + 1e-9


@given(st.lists(st.floats(0, 100), min_size=2, max_size=12), st.integers(0, 2))
@settings(max_examples=60)
def test_mean_and_sd_of_what_was_rounded_are_possible(values, places):
    mean, sd = np.mean(values), np.std(values, ddof=1)
    shown = [f"{value:.{places}f}" for value in values]
    check = ldn.check_summary(shown, mean=f"{mean:.2f}", sd=f"{sd:.2f}")
    assert check.verdict == YES
    low, high = ranges(shown, "mean")
    assert low - 1e-9 <= mean <= high + 1e-9


def test_mean_and_sd_of_the_ten_equal_r():
    values = ldn.load_dataset("pilot_baseline")["esr_mm_h"]
    check = ldn.check_summary(values, mean="23.9", sd="16.8")
    ((_, mean),), ((_, sd),) = read_audit("esr mean"), read_audit("esr sd")
    assert check.details["estimate"][:2].tolist() == pytest.approx([mean, sd], rel=1e-12)
    assert check.verdict == YES


def test_an_sd_of_15_0_is_possible_though_15_05_rounds_up():
    values = ldn.load_dataset("pilot_baseline")["fiq_0_100"]
    check = ldn.check_summary(values, mean="67.2", sd="15.0")
    assert check.details["estimate"][1] == pytest.approx(15.0516, abs=1e-4)
    assert check.verdict == YES
    assert ldn.check_summary(values, sd="14.9").verdict == NO
    assert ldn.check_summary(values, sd="15.2").verdict == NO


def test_other_ways_to_the_printed_number():
    values = ["2.00", "4.00", "9.00"]
    assert ldn.check_summary(values, sd="2.94").words == (
        "consistent only if the SD divides by n instead of n - 1"
    )
    assert ldn.check_summary(["1.000", "1.000", "3.000"], mean="1.66").words == (
        "consistent only if the mean was cut off rather than rounded"
    )
    both = ldn.check_summary(values, mean="5.00", sd="2.94")
    assert both.verdict == ONLY_IF
    assert ldn.check_summary(values, mean="6.00", sd="2.94").verdict == NO
    assert ldn.check_summary(["-1.0", "0.0", "1.0"], mean="0.0", sd="1.0").verdict == YES


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        (["1"], {"mean": "1"}, "at least two values are needed"),
        (["1", "> 2"], {"mean": "1"}, "none of them a bound"),
        (["1", "2"], {}, "give the printed mean, the printed sd, or both"),
        ([1.5, 2.5], {"mean": "2.0"}, "1.5 does not show how it was printed"),
    ],
)
def test_values_that_are_none(values, options, message):
    with pytest.raises(ValueError, match=f"check_summary: .*{message}|{message}"):
        ldn.check_summary(values, **options)


def test_a_total_is_the_weighted_mean():
    check = ldn.check_total_mean(["43.8", "42.3"], [14, 14], "42.7")
    assert check.verdict == NO
    assert check.follows == "43.05 (by rounding 43 to 43.1)"
    assert "It would need 6 to 9 of the 28 in the first group." in check.explanation
    fitting = [
        n for n in range(29)
        if (n * 43.75 + (28 - n) * 42.25) / 28 <= 42.75 and (n * 43.85 + (28 - n) * 42.35) / 28 >= 42.65
    ]  # fmt: skip
    assert (fitting[0], fitting[-1]) == (6, 9)
    assert ldn.check_total_mean(["43.8", "42.3"], [14, 14], "43.1").verdict == YES
    assert ldn.check_total_mean(["43.8", "42.3"], [14, 14], "43.0").verdict == YES
    outside = ldn.check_total_mean(["43.8", "42.3"], [14, 14], "50.0")
    assert "No sizes of the two groups, 28 in all, give it." in outside.explanation
    three = ldn.check_total_mean(["-1.0", "0.0", "1.0"], [5, 5, 5], "0.9")
    assert (three.verdict, "would need" in three.explanation) == (NO, False)


@given(st.lists(st.tuples(st.floats(-50, 50), st.integers(1, 40)), min_size=1, max_size=5))
@settings(max_examples=60)
def test_the_mean_of_real_groups_is_possible(groups):
    means, sizes = zip(*groups, strict=True)
    total = np.average(means, weights=sizes)
    shown = [f"{mean:.1f}" for mean in means]
    assert ldn.check_total_mean(shown, list(sizes), f"{total:.1f}").verdict == YES


def test_totals_that_are_none():
    for means, sizes in ((["1", "2"], [3]), ([], []), (["< 1", "2"], [3, 4])):
        with pytest.raises(ValueError, match=r"^check_total_mean: give a mean and a size"):
            ldn.check_total_mean(means, sizes, "1")


def test_which_difference_is_behind_d():
    spreads = {"baseline": ("1.55", 47, "1.66", 49)}
    differences = {"adjusted": "0.49", "unadjusted": ["7.33", "-7.66", "-6.83", "7.47"]}
    check = ldn.check_standardised_difference("0.19", differences, spreads)
    ((_, expected),) = read_audit("d")
    assert check.details["estimate"][1] == pytest.approx(expected, rel=1e-12)
    assert check.words == (
        "consistent only if it is the unadjusted difference over the SD at baseline"
    )
    negative = ldn.check_standardised_difference("-0.31", {"adjusted": "-0.49"}, spreads)
    assert negative.verdict == YES
    assert ldn.check_standardised_difference("0.90", differences, spreads).verdict == NO
    null = ldn.check_standardised_difference("0.00", {"adjusted": "0.00"}, spreads)
    assert (null.verdict, null.details["range_low"].item()) == (YES, 0)
