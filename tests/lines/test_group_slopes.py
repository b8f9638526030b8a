"""Slopes of independent groups against R (lm, sandwich), and what is refused."""

import pandas as pd
import pytest
from witnesses import GROUPS, assert_equals_r_groups, read_groups

from ldn_analysis.lines.group_slopes import compare_group_slopes


@pytest.mark.parametrize("case", [name for name, row in GROUPS.items() if row[-1]])
def test_differences_of_slopes_equal_r(case):
    outcome, by, reference, _, predictor = GROUPS[case]
    result = compare_group_slopes(
        read_groups(case), predictor=predictor, outcome=outcome, by=by, reference=reference
    )
    assert_equals_r_groups(result.to_frame(), case)
    term = result.to_frame()["term"].iloc[0]
    narrow, wide = (result.confidence_interval(term, level) for level in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_one_group_or_an_unknown_one_is_refused():
    data = pd.DataFrame({"arm": list("aaaabbbb"), "x": [1.0, 2, 3, 4] * 2, "y": [1.0, 3, 2, 5] * 2})
    asked = {"predictor": "x", "outcome": "y", "by": "arm"}
    with pytest.raises(ValueError, match="two or more different groups are compared; received a"):
        compare_group_slopes(data, groups=["a"], **asked)
    with pytest.raises(ValueError, match="compare_group_slopes: 'arm' is never 'z'; it is one of"):
        compare_group_slopes(data, reference="z", **asked)
    with pytest.raises(ValueError, match="compare_group_slopes: no column 'site'; columns: arm, x"):
        compare_group_slopes(data, **asked | {"by": "site"})
