"""Two shares of the same participants against R and enumeration."""

import numpy as np
import pytest
from witnesses import read_audit, read_reference

import ldn_analysis as ldn
from ldn_analysis.audit.results import VERDICTS

YES, ONLY_IF, NO = VERDICTS


def test_every_test_of_a_paired_table_equals_r():
    names = read_reference("audit")["what"][
        read_reference("audit")["what"].str.contains("McNemar|unpaired")
    ].unique()
    assert len(names) == 8
    for name in names:
        for (both, one, two, neither), expected in read_audit(name):
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
    assert (
        "one-tailed McNemar exact, if 1 participant responded under both (p 0.0547)"
        in check.condition
    )
    assert "unpaired chi-square (p 0.0507)" in check.condition
    assert "No two-sided McNemar test of any possible table rounds" in check.explanation


def test_verdicts_of_paired_shares():
    def words(p):
        return ldn.check_paired_shares("32", "11", 28, p_value=p).words

    assert words("0.109") == (
        "consistent only if the test was McNemar exact, if 1 participant responded under both (p 0.109)"
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
