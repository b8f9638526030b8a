"""The audit of printed numbers against R, brute force and the examples of its methods."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ldn_analysis as ldn
from ldn_analysis.audit.results import VERDICTS
from ldn_analysis.data.printed import read_counts

REFERENCE = pd.read_csv(Path(__file__).parents[1] / "reference" / "audit.csv")
YES, ONLY_IF, NO = VERDICTS


def reference(prefix):
    rows = REFERENCE[REFERENCE["what"] == prefix]
    assert len(rows)
    return [
        ([float(part) for part in case.split()], value)
        for case, value in zip(rows["case"], rows["value"], strict=True)
    ]


# ---- printed numbers -----------------------------------------------------------------------


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
    printed = ldn.read_printed(text)
    assert (printed.relation, printed.value, printed.decimals) == (
        relation,
        Fraction(value),
        decimals,
    )
    assert printed.rounded == (Fraction(low), Fraction(high))


def test_numbers_take_their_decimals_from_the_caller():
    assert ldn.read_printed(18, decimals=1).text == "18.0"
    assert ldn.read_printed(0.3, 2).rounded == (Fraction("0.295"), Fraction("0.305"))
    assert ldn.read_printed(np.float64(0.016), 3) == ldn.read_printed("0.016")
    assert ldn.read_printed(np.int64(29)).decimals == 0
    printed = ldn.read_printed("0.3")
    assert ldn.read_printed(printed) is printed
    assert (float(printed), str(printed), printed.stated) == (0.3, "0.3", "= 0.3")


def test_cut_off_goes_toward_zero():
    assert ldn.read_printed("0.05").truncated == (Fraction("0.05"), Fraction("0.06"))
    assert ldn.read_printed("-2.3").truncated == (Fraction("-2.4"), Fraction("-2.3"))
    assert ldn.read_printed("< 0.05").truncated == (Fraction("0.05"),) * 2


@given(
    st.decimals(-1000, 1000, allow_nan=False, places=6),
    st.integers(0, 5),
    st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN]),
)
def test_rounding_intervals_contain_the_value(value, places, rule):
    shown = str(value.quantize(Decimal(1).scaleb(-places), rounding=rule))
    low, high = ldn.read_printed(shown).rounded
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
        ldn.read_printed(*arguments)


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
        ldn.check_share("32", n)
    with pytest.raises(ValueError, match=r"^check_mean: .*"):
        ldn.check_mean("3.2", n)


# ---- GRIM ----------------------------------------------------------------------------------


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
        # The Economist on GRIM, 18 June 2016: 49 people, mean 5.93.
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


def test_every_percentage_of_every_small_group_by_brute_force():
    for n in range(1, 31):
        for percent in range(101):
            row = ldn.check_share(str(percent), n).details.iloc[0]
            found = brute_force(str(percent), n, n, 100)
            assert row["rounded"] == bool(found), (percent, n)
            if found:
                assert [row["count_low"], row["count_high"]] == [found[0], found[-1]]


def test_one_decimal_and_means_by_brute_force():
    for n in (3, 8, 16, 28, 40):
        for tenths in range(0, 1001, 7):
            text = f"{tenths / 10:.1f}"
            row = ldn.check_share(text, n).details.iloc[0]
            assert row["rounded"] == bool(brute_force(text, n, n, 100))
        for cents in range(100, 501, 3):
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


# ---- sums ----------------------------------------------------------------------------------


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


# ---- p from a statistic --------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["t", "F", "chi-square", "z", "r"])
def test_p_values_equal_those_of_r(kind):
    for (value, *df), expected in reference(kind):
        check = ldn.check_p_from_statistic(
            f"{value:.2f}", "0.5", kind=kind, df=None if not df else df if kind == "F" else df[0]
        )
        assert check.details["p_value"][0] == pytest.approx(expected, rel=1e-10)


# Examples of statcheck's own tests (Nuijten and Epskamp), with statcheck's answer.
STATCHECK_WRONG = [
    ("t", 28, "2.20", ".03"),
    ("F", (2, 28), "2.20", ".15"),
    ("r", 28, ".22", ".26"),
    ("chi-square", 28, "22.20", ".79"),
    ("z", None, "2.20", ".04"),
    ("t", 28, "1.20", ".03"),
    ("t", 28, "2.20", ".30"),
    ("t", 48, "1.02", "< .05"),
    ("t", 28, "2.20", ".06"),
    ("F", (2, 28), "22.20", ".06"),
    ("F", (2, 28), "2.20", ".03"),
    ("r", 28, ".22", ".03"),
    ("r", 28, ".52", ".06"),
    ("chi-square", 28, "2.20", ".03"),
    ("chi-square", 28, "52.20", ".06"),
    ("z", None, "1.20", ".03"),
    ("z", None, "2.20", ".06"),
    ("t", 28, "2.20", ".018"),
]
STATCHECK_RIGHT = [
    ("2", ".02"), ("2", ".14"), ("2.2", ".03"), ("2.2", ".04"), ("2.20", ".036"), ("2.20", ".037"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "df", "statistic", "p"), STATCHECK_WRONG)
def test_errors_that_statcheck_finds(kind, df, statistic, p):
    check = ldn.check_p_from_statistic(statistic, p, kind=kind, df=df)
    assert check.details["fits"][0] != "rounded"
    # statcheck knows no cut off digits, and looks for one-tailed tests only when told so.
    if check.verdict != NO:
        assert "cut off" in check.condition or "one-tailed" in check.condition


@pytest.mark.parametrize(("statistic", "p"), STATCHECK_RIGHT)
def test_rounding_that_statcheck_allows(statistic, p):
    check = ldn.check_p_from_statistic(statistic, p, kind="t", df=28)
    assert check.details["fits"][0] == "rounded"
    assert check.verdict in (YES, ONLY_IF)


def test_one_tailed_tests_as_in_statcheck():
    def one(p):
        return ldn.check_p_from_statistic("2.20", p, kind="t", df=28, tails=1)

    assert one(".02").verdict == YES
    assert one(".018").verdict == YES
    assert one(".04").words == "consistent only if the test was two-tailed"
    assert one(".01").words == "consistent only if p was cut off rather than rounded"
    two = ldn.check_p_from_statistic("2.20", ".018", kind="t", df=28)
    assert two.words == "consistent only if the test was one-tailed"


@pytest.mark.parametrize(
    ("statistic", "p", "words"),
    [
        ("2.20", "< .05", YES),
        ("2.20", "> .05", NO),
        ("1.80", "< .05", "consistent only if the test was one-tailed"),
        ("1.80", "> .05", YES),
        ("< 1", "> .05", YES),
        ("> 4", "< .001", YES),
        ("> 4", ".03", NO),
        ("> 2", "< .001", YES),  # it may have been 5
        ("8.0", ".000", YES),
        ("2.20", "< .036", ONLY_IF),
    ],
)
def test_bounds(statistic, p, words):
    check = ldn.check_p_from_statistic(statistic, p, kind="t", df=28)
    assert check.words.startswith(words)


def test_the_needed_statistic_gives_the_limit_of_the_printed_p():
    from scipy.stats import f, t

    check = ldn.check_p_from_statistic("7.7", "0.006", kind="F", df=(1, 101))
    assert check.details["p_value"][0] == pytest.approx(f.sf(7.7, 1, 101), rel=1e-10)
    assert f"at least {f.isf(0.0065, 1, 101):.3f} (which still prints as 7.7)" in check.condition
    assert check.condition.endswith("or if p was cut off rather than rounded")
    check = ldn.check_p_from_statistic("2", ".14", kind="t", df=28)
    assert f"|t| was at most {t.isf(0.135 / 2, 28):.2f} " in check.condition


def test_truth_is_always_possible():
    from scipy import stats

    rng = np.random.default_rng(5)
    for _ in range(200):
        df, value = int(rng.integers(2, 90)), float(rng.normal(0, 2.5))
        p = 2 * stats.t.sf(abs(value), df)
        check = ldn.check_p_from_statistic(
            round(value, 2), round(p, 3), kind="t", df=df, decimals=(2, 3)
        )
        assert check.verdict != NO, (value, df)
        assert check.follows_range[0] - 1e-12 <= p <= check.follows_range[1] + 1e-12


def test_sides_of_0_05_are_named_only_where_they_differ():
    def text(p):
        return ldn.check_p_from_statistic("2.20", p, kind="t", df=28).explanation

    assert "different sides of 0.05" in text(".06")
    assert ldn.check_p_from_statistic("2.20", ".01", kind="t", df=28).verdict == NO
    assert "different sides of 0.05" not in text(".01")
    assert "never exactly zero" in text(".000")


def test_r_of_one_has_p_zero():
    check = ldn.check_p_from_statistic("1.00", "< .001", kind="r", df=8)
    assert check.verdict == YES
    assert check.follows_range[0] == 0


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("2", ".05"), {"kind": "w"}, "there is no kind 'w'; known: t, F, chi-square, z, r"),
        (("2", ".05"), {"kind": "t"}, "t needs one positive df; received None"),
        (("2", ".05"), {"kind": "t", "df": -1}, "t needs one positive df; received -1"),
        (("2", ".05"), {"kind": "F", "df": 3}, "F needs a pair of positive df; received 3"),
        (("2", ".05"), {"kind": "z", "df": 3}, "z needs no df; received 3"),
        (
            ("2", ".05"),
            {"kind": "F", "df": (1, 9), "tails": 1},
            "tails must be 2, or 1 for t, z, r; received 1 for F",
        ),
        (("2", ".05"), {"kind": "z", "tails": 3}, "tails must be 2, or 1 .*; received 3"),
        (("-2", ".05"), {"kind": "F", "df": (1, 9)}, "F is never negative; received '-2'"),
        (("1.2", ".05"), {"kind": "r", "df": 9}, "r lies between -1 and 1; received '1.2'"),
        (("2", "1.05"), {"kind": "z"}, "a p value lies between 0 and 1; received '1.05'"),
        (("2", "< .000"), {"kind": "z"}, "no p value lies below 0; received '< .000'"),
        (("2", "n.s."), {"kind": "z"}, "'n.s.' is not a printed number"),
    ],
)
def test_statistics_that_are_none(arguments, options, message):
    with pytest.raises(ValueError, match=f"^check_p_from_statistic: {message}"):
        ldn.check_p_from_statistic(*arguments, **options)


# ---- paired shares -------------------------------------------------------------------------


def test_every_test_of_a_paired_table_equals_r():
    names = REFERENCE["what"][REFERENCE["what"].str.contains("McNemar|unpaired")].unique()
    assert len(names) == 8
    for name in names:
        for (both, one, two, neither), expected in reference(name):
            size = int(both + one + two + neither)
            shares = [f"{100 * (both + k) / size:.4f}" for k in (one, two)]
            table = ldn.check_paired_shares(*shares, size).details
            row = table[(table["reading"] == name) & table["both"].isin([both, np.nan])]
            assert row["p_low"].item() == pytest.approx(expected, rel=1e-9), (name, both)


def test_all_tables_of_the_margins_are_listed():
    table = ldn.check_paired_shares("32", "11", 28).details
    exact = table[table["reading"] == "McNemar exact"]
    cells = exact[["both", "first_only", "second_only", "neither"]].to_numpy()
    by_hand = [(k, 9 - k, 3 - k, 16 + k) for k in range(4)]
    assert cells.tolist() == [list(map(float, row)) for row in by_hand]
    table = ldn.check_paired_shares("60", "70", 10).details
    overlap = table[table["reading"] == "McNemar exact"]["both"]
    assert overlap.tolist() == [3, 4, 5, 6]  # 6 + 7 - 10 people at least


def test_no_two_sided_mcnemar_rounds_to_the_printed_p():
    check = ldn.check_paired_shares("32", "11", 28, p_value="0.05")
    found = check.details[check.details["fits"] != ""].set_index("reading")
    assert found["fits"].to_dict() == {
        "McNemar chi-square": "cut off",
        "one-tailed McNemar exact": "rounded",
        "unpaired chi-square": "rounded",
    }
    assert found.loc["unpaired chi-square", "p_low"] == pytest.approx(0.0507, abs=5e-5)
    assert check.verdict == ONLY_IF
    assert "one-tailed McNemar exact, if 1 said yes in both (p 0.0547)" in check.condition
    assert "unpaired chi-square (p 0.0507)" in check.condition
    assert "No two-sided McNemar test of any possible table rounds" in check.explanation


def test_verdicts_of_paired_shares():
    def words(p):
        return ldn.check_paired_shares("32", "11", 28, p_value=p).words

    assert words("0.109") == (
        "consistent only if the test was McNemar exact, if 1 said yes in both (p 0.109)"
    )
    assert words("0.9") == NO
    assert words("< 0.2") == YES
    assert words(None) == YES
    # All of the people alike in both: no test rejects.
    same = ldn.check_paired_shares("100", "100", 5, p_value="1")
    assert (same.verdict, set(same.details["p_low"])) == (YES, {1.0})
    # At n = 300 one printed percentage is more than one count.
    assert "95 or 96 or 97 of 300" in ldn.check_paired_shares("32", "11", 300).follows


def test_paired_shares_that_are_none():
    check = ldn.check_paired_shares("33", "11", 28, p_value="0.05")
    assert (check.verdict, check.follows) == (NO, "33 % is not a share of 28")
    assert check.details.empty
    with pytest.raises(ValueError, match=r"^check_paired_shares: a p value lies between 0 and 1"):
        ldn.check_paired_shares("32", "11", 28, p_value="5")
    with pytest.raises(ValueError, match=r"^check_paired_shares: n must be a whole number"):
        ldn.check_paired_shares("32", "11", 28.0)


# ---- intervals -----------------------------------------------------------------------------


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


# ---- derived numbers -----------------------------------------------------------------------


def test_sd_behind_p_equals_r():
    for term in ("std_error", "sd", "conf_low", "conf_high"):
        for (gap, p, n), expected in reference(f"paired {term}"):
            found = ldn.compute_sd_from_p(f"{p:.3f}", n=int(n), difference=f"{gap:.1f}")
            assert found[term][0] == pytest.approx(expected, rel=1e-9)
    for term in ("std_error", "sd"):
        ((_, expected),) = reference(f"groups {term}")
        found = ldn.compute_sd_from_p("0.236", n=(48, 50), difference="0.49")
        assert found[term][0] == pytest.approx(expected, rel=1e-9)


def test_the_sd_range_contains_every_number_that_prints_so():
    from scipy.stats import t

    found = ldn.compute_sd_from_p("0.016", n=28, difference=["28.8", "-18.0"])
    assert (found["dz"][0], found["statistic"][0]) == pytest.approx((0.4858, 2.5707), abs=1e-3)
    rng = np.random.default_rng(8)
    for p, first, second in zip(
        rng.uniform(0.0155, 0.0165, 300),
        rng.uniform(28.75, 28.85, 300),
        rng.uniform(17.95, 18.05, 300),
        strict=True,
    ):
        size = t.isf(p / 2, 27)
        error = (first - second) / size
        values = {
            "statistic": size, "dz": size / 28**0.5, "std_error": error, "sd": error * 28**0.5,
            "conf_low": first - second - t.ppf(0.975, 27) * error,
            "conf_high": first - second + t.ppf(0.975, 27) * error,
        }  # fmt: skip
        for term, value in values.items():
            assert found[term][1] <= value <= found[term][2], term


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
        ((_, expected),) = reference(f"r {term}")
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


def test_a_derivation_names_its_terms():
    found = ldn.compute_sd_from_p("0.016", n=28)
    with pytest.raises(KeyError, match="there is no term 'sdd'; terms: statistic, dz"):
        found["sdd"]
    assert str(found).startswith("From p = 0.016 and n = 28: statistic 2.57 (2.56 to 2.58), dz")
    assert "two-sided and from a paired t test on 27 df" in str(found)
    assert "<table" in found._repr_html_()


def test_a_check_is_a_sentence_and_a_table():
    check = ldn.check_share("32", 28)
    assert str(check) == (
        "Consistent. Printed: 32 % of n = 28; follows: 32 = 9 of 28. A share of n people is a "
        "whole number divided by n."
    )
    assert check.to_frame() is check.details
    assert "Consistent." in check._repr_html_()
    with pytest.raises(AttributeError):
        check.verdict = "inconsistent"


# ---- our tables ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def audit():
    return ldn.audit_published()


def test_the_report_is_tidy(audit):
    table = audit.table
    assert table["name"].is_unique
    assert list(audit.checks) == table["name"].tolist()
    assert set(table["verdict"]) <= {*VERDICTS, "derived"}
    assert table.drop(columns=["assumption", "note"]).ne("").all(axis=None)
    assert set(table["status"].str.split("; ").explode()) <= {"published", "reported"}
    known = set(ldn.load_dataset("sources")["source"])
    assert set(table["source"].str.split("; ").explode()) <= known
    derived = table[table["verdict"] == "derived"]
    assert derived["assumption"].ne("").all()
    assert not table.loc[table["verdict"] != "derived", "words"].str.contains("derived").any()
    assert audit.to_frame() is table
    assert str(audit).startswith(f"Of {len(table) - len(derived)} checks of printed numbers, ")


def test_every_derivation_of_the_facts_is_reproduced(audit):
    def near(name, term, value, tolerance):
        assert audit[name][term][0] == pytest.approx(value, abs=tolerance), (name, term)

    near("pilot_sd", "sd", 23.7, 0.1)
    near("pilot_esr_r", "r", 0.894, 0.0005)
    near("pilot_esr_r", "conf_low", 0.61, 0.005)
    near("pilot_esr_r", "conf_high", 0.97, 0.006)
    near("rct_pain_sd", "statistic", 2.57, 0.005)
    near("rct_pain_sd", "std_error", 4.2, 0.05)
    near("rct_pain_sd", "sd", 22, 0.5)
    near("rct_pain_sd", "conf_low", 2.2, 0.05)
    near("rct_pain_sd", "conf_high", 19.4, 0.05)
    near("rct_pain_sd", "dz", 0.49, 0.005)
    near("FINAL 2024: SE", "std_error", 0.311, 0.0005)
    near("FINAL 2024: SE", "statistic", 1.09, 0.005)
    near("INNOVA 2026: SE", "std_error", 0.41, 0.005)
    assert audit["FINAL 2024: p"].verdict == YES
    assert audit["rct_responders"].words == "consistent only if the denominator is 28"
    assert audit["rct_pain30"].follows == "57 = 16 of 28"
    assert audit["rct_improved"].words == "consistent only if the denominator is 28"
    assert "unpaired chi-square (p 0.0507)" in audit["rct_responders_p"].condition
    assert audit["rct_severity_p"].details["p_value"].item() == pytest.approx(0.0066, abs=5e-5)
    assert "different denominators" in audit["rct_events_ldn"].condition


def used_ids():
    ids = ldn.audit_published().table["ids"].str.split("; ").explode().unique()
    return [name for name in ids if ":" not in name]


@pytest.mark.parametrize("name", used_ids())
def test_one_changed_number_changes_the_report(audit, name):
    values = ldn.load_dataset("published_values")
    row = values["id"] == name
    old = values.loc[row, "value"].item()
    step = Decimal(1).scaleb(Decimal(old).as_tuple().exponent)
    values.loc[row, "value"] = str(Decimal(old) + step)
    changed = ldn.audit_published(values).table
    touched = audit.table["ids"].str.split("; ").map(lambda ids: name in ids)
    same = (changed == audit.table).all(axis=1)
    assert not same[touched].all()
    assert same[~touched].all()


def test_other_tables_change_the_report_too(audit):
    trials = ldn.load_dataset("trials")
    trials.loc[trials["trial"] == "FINAL 2024", "p_value"] = 0.03
    assert ldn.audit_published(trials=trials)["FINAL 2024: p"].verdict == NO
    pooled = ldn.load_dataset("meta_analyses")
    pooled.loc[0, "estimate"] = -0.99
    found = ldn.audit_published(meta_analyses=pooled)
    assert found["vatvani2024: LDN vs placebo: interval"].verdict == ONLY_IF
    assert audit["vatvani2024: LDN vs placebo: interval"].verdict == YES


def test_lost_zeros_of_the_trials_are_put_back(audit):
    assert audit["ologunowa2025: LDN vs placebo: interval"].printed == "-0.50 (-1.19 to 0.19)"


def test_tables_that_cannot_be_audited():
    values = ldn.load_dataset("published_values")
    with pytest.raises(ValueError, match="one row with the id 'pilot_n'; found 0"):
        ldn.audit_published(values[values["id"] != "pilot_n"])
    twice = pd.concat([values, values[values["id"] == "pilot_n"]])
    with pytest.raises(ValueError, match="one row with the id 'pilot_n'; found 2"):
        ldn.audit_published(twice)

    def change(name, column, new):
        changed = values.copy()
        changed.loc[changed["id"] == name, column] = new
        return changed

    with pytest.raises(ValueError, match=r"rct_analysed must be a whole number; received '28.5'"):
        ldn.audit_published(change("rct_analysed", "value", "28.5"))
    with pytest.raises(ValueError, match=r"must begin with F\(df, df\); received 'an F'"):
        ldn.audit_published(change("rct_severity_F", "quantity", "an F"))
    with pytest.raises(ValueError, match="'many' is not a printed number"):
        ldn.audit_published(change("rct_pain30_ldn", "value", "many"))
    trials = ldn.load_dataset("trials")
    with pytest.raises(ValueError, match="the trials need one row named 'Pilot 2009'; found 0"):
        ldn.audit_published(trials=trials[trials["trial"] != "Pilot 2009"])
    with pytest.raises(KeyError, match="there is no check 'pilot'; checks: pilot_difference"):
        ldn.audit_published()["pilot"]
