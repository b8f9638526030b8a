"""Means of independent groups against R: t.test, lm, multcomp; and what is refused."""

import numpy as np
import pandas as pd
import pytest
from witnesses import GROUPS, assert_equals_r_groups, read_groups

from ldn_analysis.lines.group_means import compare_groups


@pytest.mark.parametrize("case", GROUPS)
def test_differences_equal_r(case):
    outcome, by, reference, covariate, _ = GROUPS[case]
    options = {"outcome": outcome, "by": by, "reference": reference}
    result = compare_groups(read_groups(case), covariate=covariate, **options)
    assert_equals_r_groups(result.to_frame(), case)
    if covariate:  # without it, the joint rows are those of equal spread
        assert_equals_r_groups(compare_groups(read_groups(case), **options).to_frame(), case)


def test_printed_answers():
    """Two answers in print: Hand et al. 1994 (Venables and Ripley 2002), Crampton 1947."""
    gain = read_groups("anorexia").assign(gain=lambda d: d["Postwt"] - d["Prewt"])
    means = compare_groups(gain, outcome="gain", by="Treat").glance().set_index("Treat")["mean"]
    assert means.round(2).to_dict() == {"Cont": -0.45, "CBT": 3.01, "FT": 7.26}
    row = compare_groups(read_groups("ToothGrowth"), outcome="len", by="supp").to_frame().iloc[0]
    assert (round(abs(row["statistic"]), 4), round(row["df"], 3)) == (1.9153, 55.309)


def test_sentences():
    data = read_groups("anorexia")
    text = str(
        compare_groups(data, outcome="Postwt", by="Treat", reference="Cont", covariate="Prewt")
    )
    assert text.startswith(
        "Mean differences in Postwt between independent groups, adjusted for Prewt: CBT minus Cont "
        "4.10 (simultaneous 95 % CI -0.188 to 8.38; t(68) = 2.16, adjusted p = 0.063); FT minus"
    )
    for new, old in ((5, 3), (3, 5), (0.1, 0.1)):
        flat = pd.DataFrame({"arm": ["new"] * 3 + ["old"] * 3, "y": [float(new)] * 3 + [old] * 3})
        said = str(compare_groups(flat, outcome="y", by="arm"))
        assert said.endswith(" Nothing varies within the groups, so interval and p say nothing.")
    assert "Nothing varies" not in text
    two = str(compare_groups(read_groups("ToothGrowth"), outcome="len", by="supp", reference="VC"))
    assert two == (
        "Mean difference in len between independent groups: OJ minus VC 3.70 (95 % CI -0.171 to "
        "7.57; t(55.3) = 1.92, p = 0.061); n = 60 participants."
    )


ROWS = pd.DataFrame({"arm": list("aabbc"), "y": [1.0, 2, 4, 7, 3], "x": [1.0, 1, 2, 2, 3]})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"groups": ["a"]}, "two or more different groups are compared; received a"),
        ({"reference": "z"}, "'arm' is never 'z'; it is one of: a, b, c"),
        ({}, "a mean with its error needs at least 2 rows; 'c' has 1"),
        ({"outcome": "z"}, "no column 'z'; columns: arm, y, x"),
        ({"groups": ["a", "b"], "covariate": "x"}, "'x' cannot be adjusted for"),
    ],
)
def test_what_is_refused(change, message):
    with pytest.raises(ValueError) as caught:
        compare_groups(ROWS, **({"outcome": "y", "by": "arm"} | change))
    assert str(caught.value).startswith(f"compare_groups: {message}")


def test_blanks_are_refused_or_counted():
    data = ROWS.iloc[:4].assign(y=[1.0, np.nan, 4, 7])
    more = pd.concat([data, data.assign(y=[3.0, 5, 6, 8])])
    with pytest.raises(ValueError, match="1 of 8 rows have no 'y'"):
        compare_groups(more, outcome="y", by="arm")
    result = compare_groups(more, outcome="y", by="arm", missing="drop")
    assert (result.n_obs, result.n_dropped) == (7, 1)
    assert "1 dropped" in str(result)
