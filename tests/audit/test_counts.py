"""Counts, shares and means against brute force and the examples of the GRIM paper."""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ldn_analysis as ldn
from ldn_analysis.audit.results import VERDICTS

YES, ONLY_IF, NO = VERDICTS


@pytest.mark.parametrize(
    ("mean", "n", "items", "possible"),
    [
        # The example of Brown and Heathers (2017) and of the manual of R's scrutiny.
        ("5.19", 28, 1, False),
        ("5.18", 28, 1, True),
        ("5.21", 28, 1, True),
        ("5.19", 32, 1, True),
        ("2.84", 16, 2, True),
        # scrutiny, vignette "GRIM".
        ("5.27", 43, 1, False),
        ("5.90", 40, 3, True),
        ("5.71", 40, 3, True),
        ("3.82", 40, 3, True),
        ("4.61", 40, 3, True),
        ("5.24", 40, 3, True),
        # The Economist on GRIM, 18 June 2016: 49 participants, mean 5.93.
        ("5.93", 49, 1, False),
        # Wikipedia, "GRIM test": 20 rolls of a die, mean 3.48.
        ("3.48", 20, 1, False),
        # Bauer and Francis (2021), as told in scrutiny's vignette: 5.3 and 4.71 of 20 and 20.
        ("5.3", 20, 1, True),
        ("4.71", 20, 1, False),
        ("4.71", 17, 1, True),
        ("5.3", 23, 1, True),
    ],
)
def test_means_of_whole_numbers_in_the_methods_papers(mean, n, items, possible):
    check = ldn.check_mean(mean, n, items=items)
    assert (check.details["rounded"].item(), check.verdict == YES) == (possible, possible)


def brute_force(text, n, most, scale):
    """All totals whose mean prints as the text, half-way cases in either direction."""
    places = len(text.partition(".")[2])
    step = Decimal(1).scaleb(-places)
    found = []
    for total in range(most + 1):
        exact = Decimal(total) * scale / Decimal(n)
        # The exact decimal is needed on ties only; 28 digits suffice for n <= 60.
        ways = {
            exact.quantize(step, rounding=rule) for rule in ("ROUND_HALF_UP", "ROUND_HALF_DOWN")
        }
        if Decimal(text) in ways:
            found.append(total)
    return found


def test_percentages_of_small_groups_by_brute_force():
    for n in (*range(1, 13), 28, 30):
        for percent in range(n % 5, 101, 5):
            row = ldn.check_share(str(percent), n).details.iloc[0]
            found = brute_force(str(percent), n, n, 100)
            assert row["rounded"] == bool(found), (percent, n)
            if found:
                assert [row["count_low"], row["count_high"]] == [found[0], found[-1]]


def test_one_decimal_and_means_by_brute_force():
    for n in (3, 8, 16, 28, 40):
        for tenths in range(0, 1001, 59):
            text = f"{tenths / 10:.1f}"
            row = ldn.check_share(text, n).details.iloc[0]
            assert row["rounded"] == bool(brute_force(text, n, n, 100))
        for cents in range(100, 501, 23):
            text = f"{cents / 100:.2f}"
            row = ldn.check_mean(text, n).details.iloc[0]
            assert row["rounded"] == bool(brute_force(text, n, 6 * n, 1))


@given(st.data())
def test_a_share_of_a_real_count_is_always_possible(data):
    n = data.draw(st.integers(1, 3000))
    count = data.draw(st.integers(0, n))
    places = data.draw(st.integers(0, 3))
    exact = Fraction(100 * count, n)
    for shown in (exact, exact + Fraction(1, 10**12)):
        text = str(
            (Decimal(shown.numerator) / Decimal(shown.denominator)).quantize(
                Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN
            )
        )
        if Fraction(text) > 100:
            continue
        check = ldn.check_share(text, n)
        row = check.details.iloc[0]
        assert check.verdict == YES
        assert row["count_low"] <= count <= row["count_high"]


@given(st.data())
def test_a_share_cut_off_from_a_real_count_is_recognised(data):
    n = data.draw(st.integers(1, 400))
    count = data.draw(st.integers(0, n))
    check = ldn.check_share(str(100 * count // n), n)
    assert check.details["cut_off"].item()
    assert check.verdict in (YES, ONLY_IF)


def test_half_way_cases_print_either_way():
    # 1 of 8 is 12.5 %: 12 by half to even, 13 by half up.
    assert ldn.check_share("12", 8).verdict == YES
    assert ldn.check_share("13", 8).verdict == YES
    assert ldn.check_share("11", 8).verdict == NO


def test_counts_stay_within_their_limits():
    assert ldn.check_share("24", 4).verdict == NO  # 25 exactly is never cut off to 24
    row = ldn.check_share("100", 300).details.iloc[0]
    assert (row["count_low"], row["count_high"]) == (299, 300)
    row = ldn.check_share("0", 300).details.iloc[0]
    assert (row["count_low"], row["count_high"]) == (0, 1)


def test_two_thirds_cut_off():
    check = ldn.check_share("66", 3)
    assert check.words == "consistent only if digits were cut off rather than rounded"
    assert check.follows == "66 = 2 of 3 (cut off)"


def test_of_27_to_31_only_28_fits_both_shares():
    check = ldn.check_share(["32", "11"], range(27, 32))
    assert check.words == "consistent only if the denominator is 28"
    row = check.details.query("n_obs == 28").set_index("printed")
    assert row["count_low"].to_dict() == {"32": 9, "11": 3}


def test_several_shares_that_have_no_denominator_in_common():
    check = ldn.check_share(["37", "16"], range(27, 32))
    assert check.words == (
        "consistent only if the shares have different denominators (37 %: 27 or 30; 16 %: 31)"
    )
    assert ldn.check_share(["37", "48"], [3, 4]).verdict == NO


def test_a_cut_off_reading_is_the_same_for_all_shares():
    # 11 of 30 rounds to 37 and 5 of 30 is cut off to 16: never both by one rule.
    assert "cut off" not in ldn.check_share(["37", "16"], [30]).condition
    check = ldn.check_share(["36", "16"], [29, 30])
    assert check.words == (
        "consistent only if digits were cut off rather than rounded and the denominator is 30"
    )


def test_exactly_half_is_no_share_of_29():
    assert ldn.check_share("50", 29).verdict == NO
    assert ldn.check_share("50", 28).follows == "50 = 14 of 28"
    assert ldn.check_share("50 %", 28).printed == "50 % of n = 28"


def test_a_check_that_cannot_fail_says_so():
    assert "every printed mean is possible" in ldn.check_mean("89.2", 28).explanation
    assert "every printed" not in ldn.check_mean("5.19", 28).explanation
    assert "every printed percentage is possible" in ldn.check_share("57", 100).explanation
    assert "every printed" not in ldn.check_share("57", 99).explanation


def test_means_cut_off_and_over_several_n():
    assert ldn.check_mean("3.33", 6).verdict == YES
    assert ldn.check_mean("1.66", 6).words.endswith("digits were cut off rather than rounded")
    assert ldn.check_mean("5.19", range(26, 33)).words == (
        "consistent only if the denominator is 26, 27, 31 or 32"
    )
    assert ldn.check_mean(5.2, 10, decimals=1).verdict == YES


def test_many_counts_are_listed_briefly():
    check = ldn.check_share("50", range(10, 40))
    assert check.follows.endswith("more")
    assert "500 to 500" not in ldn.check_share("50.0", 1000).follows
    assert ldn.check_share("50", 1000).follows == "50 = 495 to 505 of 1000"


@pytest.mark.parametrize(
    ("percent", "message"),
    [
        ("101", "a percentage from 0 to 100 is needed, not a bound; received '101'"),
        ("-1", "received '-1'"),
        ("> 80", "not a bound; received '> 80'"),
        ([], "there is no percentage to check"),
        (32.1, "32.1 does not show how it was printed"),
    ],
)
def test_shares_that_are_none(percent, message):
    with pytest.raises(ValueError, match=f"^check_share: .*{message}|^check_share: {message}"):
        ldn.check_share(percent, 28)


@pytest.mark.parametrize("items", [0, 1.5, True])
def test_items_are_whole(items):
    with pytest.raises(ValueError, match=r"^check_mean: items must be a whole number"):
        ldn.check_mean("3.2", 10, items=items)


def test_a_mean_is_no_bound():
    with pytest.raises(ValueError, match=r"^check_mean: a mean is needed, not a bound; received"):
        ldn.check_mean("< 3", 10)


@pytest.mark.parametrize(
    ("parts", "total", "words"),
    [
        ([15, 14], 29, YES),
        ([15, 14], 30, NO),
        (["32.5", "-2.3"], "> 30", YES),
        (["32.5", "-2.3"], "> 30.3", NO),
        (["32.5", "-2.3"], "< 30.2", YES),
        (["28.8", "-18.0"], "10.9", YES),
        (["28.8", "-18.0"], "11.0", NO),
        (["28.8", "-18.0"], "10", "consistent only if the total was cut off rather than rounded"),
        (["0.4", "0.4"], "1", YES),
    ],
)
def test_sums_within_rounding(parts, total, words):
    assert ldn.check_sum(parts, total).words == words


def test_a_sum_keeps_its_terms():
    check = ldn.check_sum(["28.8", "-18.0"], "10.8")
    assert check.printed == "28.8 - 18.0, total 10.8"
    assert check.follows_range == pytest.approx((10.7, 10.9), rel=1e-12)
    assert check.printed_range == pytest.approx((10.75, 10.85), rel=1e-12)
    assert check.details["estimate"].tolist() == pytest.approx([28.8, -18, 10.8], rel=1e-12)


def test_sums_that_are_none():
    with pytest.raises(ValueError, match=r"^check_sum: a part must be a number, not a bound"):
        ldn.check_sum(["> 3", "4"], "7")
    with pytest.raises(ValueError, match=r"^check_sum: there is no part to add"):
        ldn.check_sum([], "7")


@pytest.mark.parametrize(
    ("percent", "count", "n", "words"),
    [
        ("36", 10, 28, YES),
        ("37", 10, 28, NO),
        ("35", 10, 28, "consistent only if the percentage was cut off rather than rounded"),
        ("3", 1, 28, "consistent only if the percentage was cut off rather than rounded"),
        ("0", 0, 28, YES),
        ("100", 28, 28, YES),
        ("12", 1, 8, YES),
        ("13", 1, 8, YES),
    ],
)
def test_a_percentage_of_a_count(percent, count, n, words):
    check = ldn.check_count(percent, count, n)
    assert check.words == words
    assert check.details["percent"].item() == pytest.approx(100 * count / n)


def test_counts_that_are_none():
    with pytest.raises(ValueError, match=r"^check_count: count must be a whole number, 0 to 28"):
        ldn.check_count("36", 29, 28)
    with pytest.raises(ValueError, match=r"^check_count: a percentage from 0 to 100 is needed"):
        ldn.check_count("> 36", 2, 28)
