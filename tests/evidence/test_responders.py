"""Responders of the parallel trials against Newcombe's own example and counts by hand."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from ldn_analysis import compare_trial_responders, load_dataset, pool_effects
from ldn_analysis.evidence.responders import TrialResponders


def make(*counts):
    columns = ["trial", "responders_ldn", "n_ldn", "responders_placebo", "n_placebo", "status"]
    rows = [(f"t{i}", *row, "published") for i, row in enumerate(counts)]
    return TrialResponders(counts=pd.DataFrame(rows, columns=columns), threshold_percent=30)


def test_newcombe_1998():
    # Statistics in Medicine 17:873-890, table II, method 10 (hybrid score), examples (a), (b), (h).
    table = make((56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 10)).to_frame()
    assert table["conf_low"].round(4).tolist()[:2] == [0.0524, 0.1705]
    assert table["conf_high"].round(4).tolist()[:2] == [0.3339, 0.8090]
    assert_allclose(table["conf_high"].iloc[2], 1.0, rtol=1e-12)
    assert_allclose(table["estimate"], [0.2, 0.6, 1.0], rtol=1e-12)


def test_from_the_table():
    printed = load_dataset("trial_responders")
    for threshold in (15, 30, 50):
        found = compare_trial_responders(threshold).to_frame()
        rows = printed[printed["threshold_percent"] == threshold]
        assert found["responders_ldn"].tolist() == rows["responders_ldn"].tolist()
        share = (
            rows["responders_ldn"] / rows["n_ldn"] - rows["responders_placebo"] / rows["n_placebo"]
        )
        assert_allclose(found["estimate"], share, rtol=1e-12)
        assert found["status"].astype(str).eq("reported").all()


def test_pooled_by_hand():
    table = compare_trial_responders(30).to_frame()
    p = np.array([[20 / 49, 13 / 50], [5 / 47, 9 / 49]])
    n = np.array([[49, 50], [47, 49]])
    error = np.sqrt((p * (1 - p) / n).sum(1))
    assert_allclose(table["std_error"], error, rtol=1e-12)
    weight = 1 / error**2
    row = pool_effects(table).summarise_model("fixed")
    assert_allclose(row["estimate"], weight @ (p[:, 0] - p[:, 1]) / weight.sum(), rtol=1e-12)


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_other_levels_and_signs(level):
    one, other = (make(row).to_frame(level) for row in ((8, 20, 3, 20), (3, 20, 8, 20)))
    assert_allclose(one["conf_low"], -other["conf_high"], rtol=1e-12)
    none = make((5, 20, 5, 20)).to_frame(level)
    assert_allclose(none["conf_low"], -none["conf_high"], atol=1e-12)
    z = stats.norm.ppf(0.5 + level / 2)
    assert (one["conf_high"] - one["conf_low"]).item() < 2 * z * 0.2


def test_sentence():
    text = str(make((3, 20, 8, 20)))
    assert text.startswith(
        "Participants with at least 30 % less pain, LDN against placebo: t0 3 of 20 "
    )
    assert "difference -25.0 percentage points (95 % CI" in text


def test_refusal():
    with pytest.raises(ValueError, match="no trial reported 20 %; thresholds: 15, 30, 50"):
        compare_trial_responders(20)
