"""What an audit returns."""

import pytest

import ldn_analysis as ldn
from ldn_analysis.audit.results import VERDICTS

YES, ONLY_IF, NO = VERDICTS


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
        "Consistent. Printed: 32 % of n = 28; follows: 32 = 9 of 28. A share of n participants is a "
        "whole number divided by n."
    )
    assert check.to_frame().equals(check.details)
    assert "Consistent." in check._repr_html_()
    with pytest.raises(AttributeError):
        check.verdict = "inconsistent"
