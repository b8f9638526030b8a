"""What a truth is, and what it is estimated from."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from ldn_analysis import (
    TrialTruth,
    estimate_truth,
    fit_lines,
    load_dataset,
)

TERMS = ["slope_ldn", "slope_placebo", "slope_difference", "mean_difference"]


PLAIN = TrialTruth(
    esr_mean=30.0, esr_sd=10.0, mean_ldn=12.0, mean_placebo=4.0, slope_ldn=0.8, slope_placebo=0.2,
    residual_sd=20.0, condition_r=0.4,
)  # fmt: skip


def test_estimate_truth_equals_the_lines_of_the_data():
    data = load_dataset("esr_pain_change")
    truth = estimate_truth(data.sample(frac=1, random_state=1))
    fits = fit_lines(data)
    wide = data.pivot(index="participant", columns="condition", values="pain_reduction_percent")
    esr = data.drop_duplicates("participant").set_index("participant")["esr_mm_h"]
    assert_allclose([truth.esr_mean, truth.esr_sd], [esr.mean(), esr.std(ddof=1)], rtol=1e-12)
    assert_allclose(
        [truth.mean_ldn, truth.mean_placebo], wide.mean()[["ldn", "placebo"]], rtol=1e-12
    )
    ldn, placebo = (stats.linregress(esr[wide.index], wide[name]) for name in ("ldn", "placebo"))
    assert_allclose([truth.slope_ldn, truth.slope_placebo], [ldn.slope, placebo.slope], rtol=1e-10)
    pooled = (fits["ldn"].model.mse_resid + fits["placebo"].model.mse_resid) / 2
    assert_allclose(truth.residual_sd, np.sqrt(pooled), rtol=1e-10)
    residuals = [
        wide[name] - line.slope * esr[wide.index]
        for name, line in (("ldn", ldn), ("placebo", placebo))
    ]
    assert_allclose(truth.condition_r, np.corrcoef(residuals)[0, 1], rtol=1e-10)
    assert (truth.esr_error_sd, truth.drop_out, truth.period_effect) == (0, 0, 0)


def test_estimate_truth_needs_the_same_people_in_both_conditions():
    data = load_dataset("esr_pain_change")
    with pytest.raises(
        ValueError, match=r"'ldn' has 37 rows and 'placebo' has 38; each participant"
    ):
        estimate_truth(data.drop(index=data.index[data["condition"] == "ldn"][0]))


def test_truth_answers_for_every_estimand():
    assert [PLAIN.value_of(term) for term in TERMS] == pytest.approx([0.8, 0.2, 0.6, 8.0])
    for term in TERMS:
        moved = PLAIN.with_effect(term, 0.3)
        assert moved.value_of(term) == pytest.approx(0.3)
        assert (moved.mean_placebo, moved.residual_sd) == (4.0, 20.0)
    slope = PLAIN.find_slope(0.36)
    variance = slope**2 * PLAIN.esr_sd**2
    assert_allclose(variance / (variance + PLAIN.residual_sd**2), 0.36, rtol=1e-12)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"esr_sd": 0}, "TrialTruth: esr_sd must be above 0; received 0"),
        ({"residual_sd": -1.0}, "residual_sd must be above 0; received -1.0"),
        ({"esr_error_sd": -1}, "esr_error_sd must be 0 or more; received -1"),
        ({"baseline_sd": -1}, "baseline_sd must be 0 or more"),
        ({"baseline_error_sd": -2}, "baseline_error_sd must be 0 or more"),
        ({"condition_r": 1}, "condition_r must be between -1 and 1; received 1"),
        ({"drop_out": 1.0}, "drop_out must be from 0 to below 1; received 1.0"),
        ({"baseline_mean": 0.0}, "baseline_mean must be from 1 to 100; received 0.0"),
        ({"mean_ldn": np.nan}, "mean_ldn must be a finite number; received nan"),
        ({"slope_ldn": "0.5"}, "slope_ldn must be a finite number; received '0.5'"),
    ],
)
def test_truth_refuses_the_impossible(values, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        TrialTruth(**values)
