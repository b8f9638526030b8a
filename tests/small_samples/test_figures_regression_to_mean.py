"""Selection and coupling, as drawn."""

import pytest
from drawn import hold_common_rules, labelled
from numpy.testing import assert_array_equal

from ldn_analysis import plot_coupling, plot_selection, simulate_coupling, simulate_selection

SELECTED = simulate_selection(cutoff=65, reliability=0.6, baseline=(58, 11), rng=1, n_trials=2000)
COUPLED = simulate_coupling(retest_r=0.5, rng=1, n_trials=2000)


@pytest.mark.parametrize(
    ("plot", "result", "panes"), [(plot_selection, SELECTED, 2), (plot_coupling, COUPLED, 1)]
)
def test_common_rules(plot, result, panes):
    assert "2,000 simulated trials" in hold_common_rules(plot, result, panes)


def test_selection_draws_its_people_and_means():
    left, right = plot_selection(SELECTED)
    for label, selected in (("admitted", True), ("not admitted", False)):
        participants = SELECTED.participants[SELECTED.participants["selected"] == selected]
        assert_array_equal(
            labelled(left, label).get_xydata(), participants[["baseline", "end_point"]]
        )
    expected = SELECTED.to_frame().set_index("quantity")["expected"]
    assert labelled(left, "expected means").get_xydata().tolist() == [
        [expected["baseline"], expected["end point"]]
    ]
    assert sum(patch.get_height() for patch in right.patches) == 2000
    dashed = next(line for line in right.lines if line.get_linestyle() == "--")
    assert dashed.get_xdata()[0] == expected["reduction"]


def test_coupling_draws_its_means():
    ax = plot_coupling(COUPLED)
    table = COUPLED.to_frame()
    means = table[table["quantity"] == "mean r"]["expected"].tolist()
    assert [line.get_xdata()[0] for line in ax.lines[:2]] == means
