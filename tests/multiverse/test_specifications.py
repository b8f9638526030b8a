"""The grid: what is kept, what is pruned and why, what is hard to defend."""

from itertools import product

import pytest

from ldn_analysis import build_specifications
from ldn_analysis.multiverse.specifications import (
    DEFENSIBLE,
    GRID,
    HARD_TO_DEFEND,
    describe_grid,
    find_reason,
)


def test_the_set_can_be_declared_smaller():
    specifications, pruned = build_specifications(
        {"model": ["rank"], "esr": ["as is", "log(ESR + 1)"]}
    )
    assert set(specifications["esr"]) == {"as is"}
    assert pruned.set_index("reason")["count"]["the ranks of log(ESR + 1) are the ranks of ESR"] > 0


@pytest.mark.parametrize(
    ("grid", "words"),
    [
        ({"modle": ["OLS"]}, "no choice 'modle'. Did you mean 'model'?"),
        ({"model": ["ols"]}, "no option of 'model' 'ols'"),
        ({"model": "OLS"}, "'model' needs a list of options"),
        ({"model": []}, "one or more different options"),
        ({"end_days": [3, 3]}, "one or more different options"),
        ({"model": ["mixed"], "participants": ["both trials"]}, "every combination was pruned"),
    ],
)
def test_a_grid_that_is_none_is_refused(grid, words):
    with pytest.raises(ValueError) as caught:
        build_specifications(grid)
    assert words in str(caught.value)


def test_reasons_of_single_combinations_add_up_to_the_table_of_the_pruned():
    grid = {
        "end_days": [3], "missed_days": ["left out"], "baseline_days": [7, 14],
        "outcome": GRID["outcome"][2:], "participants": GRID["participants"][2:],
        "esr": GRID["esr"][:2], "adjusted_for": ["nothing", "age and duration"],
    }  # fmt: skip
    kept, pruned = build_specifications(grid)
    full = {name: grid.get(name, options) for name, options in GRID.items()}
    reasons = [
        find_reason(dict(zip(full, options, strict=True)), grid)
        for options in product(*full.values())
    ]
    assert reasons.count("") == len(kept)
    expected = {reason: reasons.count(reason) for reason in set(reasons) - {""}}
    assert pruned.set_index("reason")["count"].to_dict() == expected
    assert len(expected) == 8
    with pytest.raises(ValueError, match="find_reason: there is no option of 'model' 'OSL'"):
        find_reason({"model": "OSL"})
    with pytest.raises(ValueError, match="find_reason: there is no choice 'modle'"):
        find_reason({"modle": "OLS"})


def test_hc3_does_not_vote_beside_ols():
    specifications, pruned = build_specifications()
    assert "HC3" not in set(specifications["model"])
    (count,) = pruned.loc[pruned["reason"].str.startswith("HC3 has the estimate"), "count"]
    ols = specifications["model"].eq("OLS") & specifications["without"].eq("nobody")
    assert count == ols.sum()
    alone, _ = build_specifications({"model": ["HC3", "rank"]})
    assert alone["model"].eq("HC3").sum() == count
    assert find_reason({"model": "HC3"}).startswith("HC3 has the estimate of OLS")
    assert find_reason({"model": "HC3"}, {"model": ["HC3", "rank"]}) == ""


def test_what_is_hard_to_defend_is_marked_and_can_be_left_out():
    table = describe_grid()
    assert len(table) == sum(map(len, GRID.values()))
    hard = table[table["note"].str.startswith("often done, hard to defend: ")]
    expected = {
        (choice, option) for choice, options in HARD_TO_DEFEND.items() for option in options
    }
    assert set(zip(hard["choice"], hard["option"], strict=True)) == expected
    assert ("esr", "above its median") in expected
    assert table.groupby("choice")["note"].first().eq("as in Fig. 2").all()
    specifications, _ = build_specifications(DEFENSIBLE)
    for choice, option in expected:
        assert option not in set(specifications[choice])
        assert option in GRID[choice][1:]  # Fig. 2's own analysis stays
