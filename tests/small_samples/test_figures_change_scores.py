"""Four analyses of change, as drawn."""

from drawn import bars_of, hold_common_rules
from numpy.testing import assert_allclose, assert_array_equal

from ldn_analysis import compare_change_scores, plot_change_scores

SCORES = compare_change_scores(effect=6, retest_r=0.5, rng=1, n_trials=2000)


def test_common_rules():
    words = hold_common_rules(plot_change_scores, SCORES, 2)
    assert "2,000 simulated trials" in words


def test_change_scores_draw_their_numbers():
    left, right = plot_change_scores(SCORES)
    table = SCORES.to_frame().set_index(["quantity", "method"])
    for quantity in ("power", "type I error"):
        drawn = bars_of(left, quantity).get_xdata()
        assert_array_equal(drawn, 100 * table.loc[quantity, "estimate"])
    diamonds = next(line for line in right.lines if line.get_marker() == "D")
    assert_allclose(diamonds.get_ydata(), 6 + table.loc["bias", "estimate"])
    assert len(right.collections) == 4
