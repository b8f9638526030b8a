"""The winner's curse and the true R squared, as drawn."""

import numpy as np
import pytest
from drawn import hold_common_rules, labelled, text_of
from numpy.testing import assert_allclose, assert_array_equal

from ldn_analysis import (
    compute_design_errors,
    infer_true_r_squared,
    plot_true_r_squared,
    plot_winners_curve,
)

FEW = compute_design_errors([2, 4, 8, -12], 4, df=9)
MANY = compute_design_errors(np.geomspace(0.1, 20, 50), 4)
PILOT = infer_true_r_squared()


@pytest.mark.parametrize(
    ("plot", "result"), [(plot_winners_curve, FEW), (plot_true_r_squared, PILOT)]
)
def test_common_rules(plot, result):
    words = hold_common_rules(plot, result, 2)
    assert "simulated" not in words
    assert "computed" in words


def test_winners_curve_draws_its_numbers():
    left, right = plot_winners_curve(FEW)
    table = FEW.to_frame().sort_values("power")
    assert_allclose(left.lines[0].get_xydata(), table[["power", "type_m"]] * [100, 1])
    assert_allclose(right.lines[0].get_xydata(), table[["power", "type_s"]] * 100)
    labels = [text.get_text() for text in left.texts]
    assert labels == ["effect 2", "effect 4", "effect 8", "effect \N{MINUS SIGN}12"]
    assert left.get_ylabel().endswith("log scale)")
    left, _ = plot_winners_curve(MANY)
    assert not left.texts
    assert "standard error known" in left.get_title(loc="center") + left.get_title(loc="left")


def test_effects_are_marked_on_a_curve():
    marked = compute_design_errors([2, 4], 4)
    for ax, column, unit in zip(
        plot_winners_curve(MANY, marked=marked), ("type_m", "type_s"), (1, 100), strict=True
    ):
        curve, points = ax.lines[:2]
        assert len(curve.get_xdata()) == 50
        assert_allclose(points.get_xydata(), marked.to_frame()[["power", column]] * [100, unit])
        assert [text.get_text() for text in ax.texts] == ["effect 2", "effect 4"]


def test_true_r_squared_draws_its_numbers():
    left, right = plot_true_r_squared(PILOT)
    curve = PILOT.curve
    assert_allclose(
        labelled(left, f"observed R² > {PILOT.threshold:g}").get_xydata(),
        np.column_stack([curve["true_r_squared"], 100 * curve["probability_above"]]),
    )
    assert_array_equal(labelled(left, "significant (power)").get_ydata(), 100 * curve["power"])
    limits = next(line for line in left.lines if line.get_marker() == "|")
    assert list(limits.get_xdata()) == list(PILOT.confidence_interval("true_r_squared"))
    for label, column in (
        (f"if R² > {PILOT.threshold:g}", "expected_if_above"),
        ("if significant", "expected_if_significant"),
        ("in all studies", "expected"),
    ):
        assert_array_equal(labelled(right, label).get_ydata(), curve[column])
    other = plot_true_r_squared(infer_true_r_squared(n_obs=20, threshold=0.3))[1]
    assert "as given" in other.get_title(loc="center") + other.get_title(loc="left")
    assert "printed in: younger2009" in text_of([left])
