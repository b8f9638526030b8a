"""Many p values: the threshold and the Benjamini-Yekutieli procedure, against R and statsmodels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests
from witnesses import read_audit

import ldn_analysis as ldn
from ldn_analysis.audit.multiple_p import adjust_by
from ldn_analysis.audit.results import VERDICTS

YES, ONLY_IF, NO = VERDICTS


def test_adjusted_p_values_equal_r():
    # The example of Benjamini and Hochberg (1995, section 3.2): 15 tests.
    rows = read_audit("BY")
    p = [case[0] for case, _ in rows]
    assert adjust_by(p) == pytest.approx([value for _, value in rows], rel=1e-12)
    check = ldn.check_false_discovery({f"test {i}": f"{v:.4f}" for i, v in enumerate(p)}, "0.05")
    assert (check.details["kept"] == "yes").sum() == 3
    assert check.printed == "9 of 15 p values at most 0.05"


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.sampled_from([0.05, 0.2]))
@settings(max_examples=80)
def test_adjusted_p_values_equal_statsmodels(p, level):
    rejected, adjusted, *_ = multipletests(p, level, method="fdr_by")
    ours = adjust_by(p)
    assert ours == pytest.approx(adjusted, rel=1e-9, abs=1e-15)
    clear = np.abs(ours - level) > 1e-9
    assert ((ours <= level) == rejected)[clear].all()


def pilot():
    table = ldn.load_dataset("printed_tests")
    signs = table["p_relation"].astype(str).replace("=", "")
    table["p"] = (signs + " " + table["p_value"]).str.strip()
    return table


def test_the_seventeen_tests_of_the_pilot():
    table = pilot()[lambda t: t["statistic"].notna()]
    check = ldn.check_false_discovery(table.set_index("outcome")["p"].to_dict(), "0.014")
    assert len(check.details) == 17
    assert check.words == (
        "consistent only if one threshold was held against every p, which is not the step-up "
        "procedure"
    )
    assert check.explanation == (
        "Below the threshold and not kept: fatigue (0.008) and heat pain threshold (0.013)."
    )
    rejected, *_ = multipletests(table["p_value"].astype(float), 0.05, method="fdr_by")
    assert set(check.details.query("kept == 'yes'")["test"]) == set(table.loc[rejected, "outcome"])
    steps = check.details["step"]
    assert steps.iloc[-1] == pytest.approx(0.05 / sum(1 / i for i in range(1, 18)))


def test_rounding_decides_only_where_it_can():
    # 0.02 at rank 2 of 3 is compared with 0.0182: 0.0150 to 0.0250 lies on both sides.
    check = ldn.check_false_discovery({"a": "0.001", "b": "0.02", "c": "0.60"}, "0.027")
    assert check.details["kept"].tolist() == ["yes", "depends on rounding", "no"]
    assert "Depends on rounding: b (0.02)." in check.explanation
    assert check.verdict == YES
    for p, kept in (("0.015", "yes"), ("0.020", "no")):
        table = ldn.check_false_discovery({"a": "0.001", "b": p, "c": "0.60"}, "0.027").details
        assert table["kept"][1] == kept
    strict = ldn.check_false_discovery({"a": "0.0010", "b": "0.0020"}, "0.0015")
    assert "Above the threshold and kept: b (0.0020)." in strict.explanation
    assert strict.verdict == ONLY_IF
    none = ldn.check_false_discovery({"a": "0.5", "b": "0.9"}, "0.01")
    assert (none.verdict, none.explanation) == (YES, "")


def test_lower_bounds_and_empty_tables_are_refused():
    for p_values in ({}, {"a": "> 0.05"}):
        with pytest.raises(ValueError, match=r"^check_false_discovery: at least one p is needed"):
            ldn.check_false_discovery(p_values, "0.01")
    with pytest.raises(ValueError, match="level must be a number between 0 and 1; received 5"):
        ldn.check_false_discovery({"a": "0.1"}, "0.01", level=5)


@pytest.mark.parametrize(
    ("threshold", "m", "words"),
    [
        ("0.0145", 17, YES),
        ("0.014", 17,
         "consistent only if it is that of Benjamini and Yekutieli, cut off rather than rounded"),
        ("0.015", 17, YES),
        ("0.0029", 17, YES),
        ("0.0083", 6, YES),
        ("0.008", 6, YES),
        ("0.05", 1, YES),
        ("0.02", 17, NO),
    ],
)  # fmt: skip
def test_thresholds(threshold, m, words):
    assert ldn.check_threshold(threshold, m).words == words


def test_thresholds_that_are_none():
    with pytest.raises(ValueError, match=r"^check_threshold: a p value lies between 0 and 1"):
        ldn.check_threshold("1.4", 17)
    with pytest.raises(ValueError, match=r"^check_threshold: n_tests must be a whole number"):
        ldn.check_threshold("0.014", 0)
