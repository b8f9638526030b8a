"""The curve is one comparison per threshold, and says so."""

import numpy as np
import pytest

from ldn_analysis.crossover.responder_curve import summarise_responder_curve
from ldn_analysis.crossover.responders import compare_responders


def test_curve_equals_one_comparison_per_threshold(trial):
    curve = summarise_responder_curve(trial)
    table = curve.to_frame(0.9).set_index("threshold")
    for threshold in (table.index[0], 30.0, 50.0, table.index[-1]):
        one = compare_responders(trial, threshold=threshold).to_frame(0.9).set_index("method")
        row = table.loc[threshold]
        for name in ("estimate", "conf_low", "conf_high"):
            expected = one.loc["Newcombe paired", name]
            assert row[name] == pytest.approx(expected, rel=1e-12, abs=1e-15)
    assert table["share_first"].iloc[0] == 1.0
    assert (np.diff(table["share_second"]) <= 0).all()
    # It is one minus the empirical distribution: its area is the mean.
    values = trial.query("condition == 'ldn'")["pain_reduction_percent"]
    steps = np.diff(table.index, prepend=0.0)
    area = table.index[0] + (steps[1:] * table["share_first"].to_numpy()[1:]).sum()
    assert area == pytest.approx(values.mean(), rel=1e-10)


def test_curve_sentence_where_nothing_differs_and_where_the_second_is_better(trial):
    same = trial.assign(pain_reduction_percent=trial["esr_mm_h"])
    assert "is zero at each of them" in str(summarise_responder_curve(same))
    first = summarise_responder_curve(trial).to_frame()["estimate"]
    turned = summarise_responder_curve(trial, conditions=("placebo", "ldn"))
    assert f"from {-100 * first.max():.0f} to" in str(turned)
    assert "-0 " not in str(turned)
    with pytest.raises(ValueError, match=r"12.5 is none of the \d+ thresholds from -"):
        turned.confidence_interval(12.5)


def test_no_threshold_is_refused(trial):
    with pytest.raises(ValueError, match="thresholds must be finite"):
        summarise_responder_curve(trial, thresholds=[])
