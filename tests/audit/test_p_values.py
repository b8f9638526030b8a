"""P from a statistic against R and the examples of statcheck."""

import numpy as np
import pytest
from witnesses import read_audit

import ldn_analysis as ldn
from ldn_analysis.audit.results import VERDICTS

YES, ONLY_IF, NO = VERDICTS


@pytest.mark.parametrize("kind", ["t", "F", "chi-square", "z", "r"])
def test_p_values_equal_those_of_r(kind):
    for (value, *df), expected in read_audit(kind):
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
    assert f"at least {f.isf(0.0065, 1, 101):.3f} (which still rounds to 7.7)" in check.condition
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
