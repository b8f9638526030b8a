"""Many tests of one trial, as drawn."""

from drawn import bars_of, hold_common_rules
from numpy.testing import assert_array_equal

from ldn_analysis import plot_multiple_tests, simulate_multiple_tests

TESTED = simulate_multiple_tests(
    n_people=28,
    n_subgroups=3,
    rng=1,
    n_trials=2000,
    outcomes={"pain": 0.5, "sleep": 0, "fatigue": 0},
)


def test_common_rules():
    words = hold_common_rules(plot_multiple_tests, TESTED, 2)
    assert "2,000 simulated trials" in words


def test_the_numbers_are_drawn():
    left, right = plot_multiple_tests(TESTED)
    table = TESTED.to_frame().set_index(["quantity", "method"])
    growth = bars_of(left, "these tests (simulated)").get_xydata()
    assert_array_equal(growth, TESTED.growth[["n_tests", "estimate"]] * [1, 100])
    for quantity in ("family-wise error", "true effects found"):
        drawn = bars_of(right, quantity).get_xdata()
        assert_array_equal(drawn, 100 * table.loc[quantity, "estimate"])
    alone = plot_multiple_tests(simulate_multiple_tests(n_people=10, rng=1, n_trials=100))[1]
    assert [item.get_label() for item in alone.containers] == ["family-wise error"]
