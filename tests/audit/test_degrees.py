"""Degrees of freedom: which fit a printed F and p, and what was counted as a unit."""

import numpy as np
import pytest
from scipy import stats
from witnesses import read_audit

import ldn_analysis as ldn
from ldn_analysis.audit.results import VERDICTS

YES, ONLY_IF, NO = VERDICTS
VISITS = [
    ("5.88", "0.001", (1, 67)),
    ("3.858", "0.013", (1, 67)),
    ("1.49", "0.224", (1, 67)),
    ("8.96", "< 0.0005", (1, 66)),
]


def test_every_numerator_has_the_p_of_r():
    table = ldn.check_degrees_of_freedom(VISITS).details
    for (value, df1, df2), expected in read_audit("numerator"):
        row = table[table["test"].str.contains(f"= {value:g}") & (table["df1"] == df1)]
        assert row["df2"].item() == df2
        assert row["p_value"].item() == pytest.approx(expected, rel=1e-10)


def test_four_tests_agree_with_three_and_with_nothing_else():
    check = ldn.check_degrees_of_freedom(VISITS)
    assert check.words == "consistent only if the numerator had 3 degrees of freedom instead of 1"
    assert check.follows == "p agrees with 3 degrees of freedom in the numerator"
    fits = check.details.query("fits == 'rounded'").groupby("test", sort=False)["df1"].agg(list)
    assert fits.tolist() == [[3], [3], [3], list(range(2, 13))]
    assert check.details.loc[check.details["printed"], "df1"].tolist() == [1] * 4
    one = ldn.check_degrees_of_freedom(VISITS[3:])
    assert one.words.endswith("2 or more degrees of freedom instead of 1")


def test_numbers_that_agree_or_that_nothing_mends():
    right = ldn.check_degrees_of_freedom([("2.20", "0.130", (2, 28))])
    assert (right.verdict, right.condition) == (YES, "")
    wrong = ldn.check_degrees_of_freedom([("0.50", "0.001", (2, 28))])
    assert wrong.verdict == NO
    assert wrong.follows.startswith("p agrees with none of 1 to 12")
    few = ldn.check_degrees_of_freedom([("1.00", "0.326", (2, 28))])
    assert few.words.endswith("had 1 degree of freedom instead of 2")
    assert ldn.check_degrees_of_freedom(VISITS[:1], max_df=2).verdict == NO


def test_a_misprinted_numerator_is_found_again():
    rng = np.random.default_rng(3)
    for _ in range(60):
        true, df2 = int(rng.integers(1, 9)), int(rng.integers(10, 120))
        value = f"{rng.uniform(0.5, 6):.3f}"
        p = f"{stats.f.sf(float(value), true, df2):.5f}"
        check = ldn.check_degrees_of_freedom([(value, p, (true % 8 + 1, df2))])
        fitting = check.details.query("fits == 'rounded'")["df1"].tolist()
        assert true in fitting
        assert check.verdict in (YES, ONLY_IF)


@pytest.mark.parametrize(
    ("tests", "message"),
    [
        ([], "the tests need one numerator from 1 to 12; received no test"),
        (
            [("2", ".1", (1, 9)), ("2", ".1", (2, 9))],
            "the tests need one numerator from 1 to 12; received 1, 2",
        ),
        ([("2", ".1", (40, 9))], "the tests need one numerator from 1 to 12; received 40"),
        ([("2", ".1", 9)], "F needs a pair of positive df; received 9"),
        ([("-2", ".1", (1, 9))], "F is never negative"),
    ],
)
def test_tests_that_are_none(tests, message):
    with pytest.raises(ValueError, match=f"^check_degrees_of_freedom: {message}"):
        ldn.check_degrees_of_freedom(tests)


def test_days_counted_as_participants():
    check = ldn.check_unit_of_analysis((1, 101), 28, statistic="7.7")
    assert check.verdict == ONLY_IF
    assert check.follows == "28 participants in 2 conditions give 27 error degrees of freedom"
    expected = [stats.f.sf(7.7, 1, 101), stats.f.sf(7.7, 1, 27)]
    assert check.details["p_value"].tolist() == pytest.approx(expected, rel=1e-10)
    assert "p 0.00658 on 101 error degrees of freedom and p 0.00990 on 27" in check.explanation
    pilot = ldn.check_unit_of_analysis((3, 254), 10, conditions=4)
    assert (pilot.verdict, pilot.explanation) == (ONLY_IF, "")
    assert pilot.details["df2"].tolist() == [254, 27]
    assert pilot.details["p_value"].isna().all()


def test_the_degrees_of_freedom_of_a_repeated_measures_anova():
    # Of n participants in k conditions statsmodels gives (n - 1)(k - 1).
    import pandas as pd
    from statsmodels.stats.anova import AnovaRM

    rng = np.random.default_rng(1)
    for n, k in ((5, 2), (10, 4), (7, 3)):
        rows = pd.DataFrame(
            [(i, j, rng.normal()) for i in range(n) for j in range(k)], columns=["who", "when", "y"]
        )
        table = AnovaRM(rows, "y", "who", within=["when"]).fit().anova_table
        df = (float(table["Num DF"].iloc[0]), float(table["Den DF"].iloc[0]))
        assert ldn.check_unit_of_analysis(df, n, conditions=k).verdict == YES
        more = (df[0], df[1] + 1)
        assert ldn.check_unit_of_analysis(more, n, conditions=k).verdict == ONLY_IF


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (((1, 101), 1), ValueError, "n must be a whole number, 2 or more; received 1"),
        (((1, 101), 28.0), TypeError, "n must be a whole number"),
        (((1,), 28), ValueError, "F needs a pair of positive df"),
    ],
)
def test_units_that_are_none(arguments, error, message):
    with pytest.raises(error, match=f"^check_unit_of_analysis: {message}"):
        ldn.check_unit_of_analysis(*arguments)
