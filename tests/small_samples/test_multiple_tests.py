"""Many tests: R's p.adjust and multivariate normal, statsmodels, closed forms."""

import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import ttest_1samp
from statsmodels.stats.multitest import multipletests
from witnesses import agree, read_reference

from ldn_analysis import adjust_p_values, load_dataset, simulate_multiple_tests
from ldn_analysis.small_samples.multiple_tests import METHODS, _draw_p, adjust_rows, expect_any

R = read_reference("small_samples").set_index(["topic", "case", "quantity"])["value"]
SETS = {
    "three": [0.01, 0.04, 0.03],
    "ties": [0.02, 0.02, 0.5, 0.001, 0.02, 1],
    "one": [0.04],
    "spread": [0.0001, 0.2, 0.049, 0.05, 0.011, 0.9, 0.0125],
}


def cell(result, method, quantity):
    return result.to_frame().set_index(["method", "quantity"]).loc[(method, quantity)]


# --- corrections -------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", SETS)
def test_adjusted_p_values_equal_r(method, name):
    word = "bh" if method == "fdr_bh" else method
    expected = [R["adjust", name, f"{word} {i + 1}"] for i in range(len(SETS[name]))]
    table = adjust_p_values(SETS[name], method=method)
    assert_allclose(table["p_adjusted"], expected, rtol=1e-12)
    assert_allclose(adjust_rows(np.array([SETS[name]]), method)[0], expected, rtol=1e-12)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("k", [1, 2, 15])
def test_rows_equal_statsmodels(method, k, monkeypatch):
    monkeypatch.setattr("gc.collect", lambda: 0)  # statsmodels collects garbage at each Holm
    p = np.random.default_rng(k).random((40, k)) ** 2
    p[:10] = np.round(p[:10], 1)  # ties
    adjusted = adjust_rows(p, method)
    for row, found in zip(p, adjusted, strict=True):
        assert_allclose(found, multipletests(row, method=METHODS[method])[1], rtol=1e-12)


def test_published_p_values_are_the_default():
    table = adjust_p_values(method="bonferroni")
    printed = load_dataset("published_values").set_index("id")["value"].astype(float)
    assert set(table["term"]) == {
        "rct_pain_reduction_p", "rct_satisfaction_p", "rct_mood_p", "rct_responders_p",
    }  # fmt: skip
    assert_array_equal(table["p_value"], printed[table["term"]])
    assert_allclose(table["p_adjusted"], np.minimum(4 * table["p_value"], 1))
    assert not table["significant"].any()


def test_unprinted_tests_are_counted():
    table = adjust_p_values({"pain": 0.016}, n_tests=3).set_index("method")
    assert_allclose(table["p_adjusted"], 0.048)
    assert table["n_tests"].eq(3).all()
    assert table["significant"].all()


def test_five_hundredths_is_not_below_five_hundredths():
    """1 - 0.95 is a hair above 0.05."""
    assert not adjust_p_values([0.05]).significant.any()
    assert adjust_p_values([0.0499]).significant.all()
    assert adjust_p_values([0.09], confidence_level=0.9).significant.all()


def test_names_and_methods():
    named = adjust_p_values(pd.Series([0.1, 0.2], index=["a", "b"]), method=["holm", "fdr_bh"])
    assert named["term"].tolist() == ["a", "b"] * 2
    assert named["method"].tolist() == ["holm"] * 2 + ["fdr_bh"] * 2
    assert adjust_p_values((0.1, 0.2), method="holm")["term"].tolist() == ["test 1", "test 2"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"p_values": [0.1, 1.2]}, "must be numbers from 0 to 1; received 1.2. Leave out missing"),
        ({"p_values": [0.1, np.nan]}, "must be numbers from 0 to 1; received nan"),
        ({"p_values": []}, "must be numbers from 0 to 1; received none"),
        (
            {"p_values": [0.1], "method": "sidak"},
            "there is no method 'sidak'; known: bonferroni, holm, hochberg, fdr_bh",
        ),
        ({"p_values": [0.1], "method": []}, "name at least one method of: bonferroni, holm"),
        (
            {"p_values": [0.1, 0.2], "n_tests": 1},
            "n_tests must be a whole number, 2 or more; received 1",
        ),
    ],
)
def test_adjusting_refuses(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        adjust_p_values(**arguments)
    assert str(caught.value).startswith("adjust_p_values: ")
    with pytest.raises(ValueError, match="confidence_level must lie"):
        adjust_p_values([0.1], confidence_level=1.5)


# --- simulated trials with many tests ---------------------------------------------------------------------


@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("correlation", [0.3, 0.6])
def test_the_integral_equals_the_multivariate_normal_of_r(k, correlation):
    for level, word in ((0.05, "0.05"), (0.05 / 3, "0.0167")):
        expected = R["tests", f"{k} {correlation} {word}", "any"]
        assert_allclose(expect_any(k, correlation, level), expected, atol=2e-6)


@pytest.mark.parametrize("k", [1, 3, 20])
def test_independent_tests_have_a_closed_form(k):
    assert_allclose(expect_any(k, 0.0, 0.05), 1 - 0.95**k, rtol=1e-12)


@pytest.mark.parametrize("level", [0.05, 0.001])
def test_one_test_keeps_its_level_at_any_correlation(level):
    for correlation in (0.0, 0.5, 0.9, 0.99):
        assert_allclose(expect_any(1, correlation, level), level, atol=1e-6)


@pytest.mark.parametrize("correlation", [0.0, 0.6, 0.9])
@pytest.mark.parametrize("n", [5, 28])
def test_simulated_tests_agree(correlation, n):
    result = simulate_multiple_tests(n_people=n, rng=1, correlation=correlation, n_trials=20_000)
    if n == 28 or correlation == 0:  # the normal theory of correlated tests is for larger n
        agree(result.to_frame())
    growth = result.growth
    assert growth["n_tests"].tolist() == [1, 2, 3]
    assert_allclose(growth["independent"], 1 - 0.95 ** growth["n_tests"], rtol=1e-12)
    assert abs(growth["estimate"][0] - 0.05) < 4 * growth["mc_std_error"][0]
    assert growth["estimate"].iloc[-1] == cell(result, "none", "family-wise error")["estimate"]


def test_independent_growth_agrees():
    growth = simulate_multiple_tests(
        n_people=20, rng=2, correlation=0, outcomes=dict.fromkeys("abcdefgh", 0), n_trials=30_000
    ).growth
    miss = (growth["estimate"] - growth["independent"]).abs() / growth["mc_std_error"]
    assert (miss < 4).all()


def test_subgroups_agree_with_the_multivariate_normal_of_r():
    result = simulate_multiple_tests(
        n_people=400, rng=3, correlation=0.6, n_subgroups=2, n_trials=10_000
    )
    row = cell(result, "none", "family-wise error")
    assert (
        abs(row["estimate"] - R["tests", "3 outcomes 2 subgroups", "any"]) < 4 * row["mc_std_error"]
    )
    assert np.isnan(row["expected"])
    assert result.n_tests == 9
    assert result.growth["test"].tolist()[2:4] == ["fatigue, everybody", "pain, subgroup 1"]


def test_p_values_equal_scipy():
    starts = np.array([0, 4, 9])
    p = _draw_p(np.random.default_rng(4), 2, np.array([0.5, 0.0]), 0.36, starts)
    rng = np.random.default_rng(4)
    shared = rng.standard_normal((2, 9, 1))
    values = 0.6 * shared + 0.8 * rng.standard_normal((2, 9, 2)) + np.array([0.5, 0.0])
    parts = [values, values[:, :4], values[:, 4:]]
    expected = np.concatenate([ttest_1samp(part, 0, axis=1).pvalue for part in parts], axis=1)
    assert_allclose(p, expected, rtol=1e-9)


def test_corrections_keep_their_promise_and_cost_power():
    result = simulate_multiple_tests(
        n_people=28, rng=5, outcomes={"pain": 0.6, "sleep": 0, "fatigue": 0}, n_trials=20_000
    )
    found = {m: cell(result, m, "true effects found")["estimate"] for m in ("none", *METHODS)}
    assert found["none"] > found["fdr_bh"] > found["hochberg"] > found["bonferroni"]
    assert found["holm"] >= found["bonferroni"]
    for method in ("bonferroni", "holm", "hochberg"):
        row = cell(result, method, "family-wise error")
        assert row["estimate"] < 0.05 + 4 * row["mc_std_error"]
    row = cell(result, "fdr_bh", "false discovery rate")
    assert row["estimate"] < 0.05 + 4 * row["mc_std_error"]
    assert cell(result, "none", "family-wise error")["estimate"] > 0.07
    assert result.to_frame()["expected"].isna().all()


def test_nothing_false_to_find():
    result = simulate_multiple_tests(n_people=28, rng=5, outcomes={"pain": 0.6}, n_trials=2000)
    assert cell(result, "none", "family-wise error")["estimate"] == 0
    assert cell(result, "none", "false discovery rate")["estimate"] == 0
    assert result.growth.empty


def test_sentence_and_seed():
    first, second = (simulate_multiple_tests(n_people=28, rng=6, n_subgroups=2) for _ in range(2))
    pd.testing.assert_frame_equal(first.to_frame(), second.to_frame())
    assert re.fullmatch(
        r"9 tests of a trial \(pain, sleep, fatigue, 2 subgroups; correlation 0\.6; n = 28\): at "
        r"least one false finding in \d\d\.\d % without correction, \d\.\d % with Bonferroni, .* % "
        r"with Holm, .* % with Hochberg, .* % with Benjamini-Hochberg of 10,000 simulated trials "
        r"\(Monte Carlo SE at most 0\.\d\)\.",
        str(first),
    )
    alone = simulate_multiple_tests(n_people=28, rng=6, n_trials=10, outcomes={"pain": 0})
    assert str(alone).startswith("1 test of a trial (pain; correlation 0.6; n = 28): at least one")
    assert str(
        simulate_multiple_tests(n_people=28, rng=6, n_trials=10, outcomes={"a": 1})
    ).endswith("n = 28): every outcome has a true effect, so that no finding is false.")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"outcomes": {}}, "outcomes is empty; name at least one, e.g. {'pain': 0.0"),
        ({"outcomes": {"a": "x"}}, "the effect of 'a' must be a number between -100 and 100"),
        ({"correlation": 1}, "correlation must be a number between 0 and 0.995; received 1"),
        ({"correlation": -0.2}, "correlation must be a number between 0 and 0.995; received -0.2"),
        ({"n_subgroups": 0}, "n_subgroups must be a whole number, 1 or more; received 0"),
        ({"n_people": 5, "n_subgroups": 2}, "n_people must be a whole number, 6 or more"),
        ({"n_trials": 1}, "n_trials must be a whole number, 2 or more; received 1"),
    ],
)
def test_simulation_refuses(options, message):
    with pytest.raises(ValueError, match=re.escape(f"simulate_multiple_tests: {message}")):
        simulate_multiple_tests(**{"n_people": 28, "rng": 1} | options)
    with pytest.raises(TypeError, match=r"outcomes must map names to true effects.*received list"):
        simulate_multiple_tests(n_people=28, rng=1, outcomes=["pain"])
    with pytest.raises(ValueError, match="confidence_level must lie"):
        simulate_multiple_tests(n_people=28, rng=1, confidence_level=95)
    with pytest.raises(ValueError, match="simulate_multiple_tests: rng is None; pass a seed"):
        simulate_multiple_tests(n_people=28, rng=None)
