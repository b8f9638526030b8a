"""Meta-analysis against metafor, the literature and closed forms."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from ldn_analysis import (
    cumulate_trials,
    leave_one_trial_out,
    pool_effects,
    standardise_trials,
    vary_assumptions,
)
from ldn_analysis.evidence.pooling import METHODS

REFERENCE = Path(__file__).parents[1] / "reference"
INPUTS = pd.read_csv(REFERENCE / "meta_inputs.csv")
NUMBERS = pd.read_csv(REFERENCE / "meta.csv", keep_default_na=False)
NUMBERS["value"] = NUMBERS["value"].astype(float)
CASES = list(dict.fromkeys(INPUTS["case"]))
NAMES = {"dersimonian-laird": "DL", "paule-mandel": "PM"}
TERMS = {
    "fixed": "fixed effect",
    "random": "random effects",
    "knha": "random effects, Hartung-Knapp",
}
COLUMNS = {
    "b": "estimate", "se": "std_error", "pval": "p_value", "ci.lb": "conf_low", "ci.ub": "conf_high",
}  # fmt: skip
RTOL = 1e-7


def get_case(case):
    rows = INPUTS[INPUTS["case"] == case].reset_index(drop=True)
    return rows.assign(std_error=np.sqrt(rows["variance"]))[
        ["trial", "year", "estimate", "std_error"]
    ]


def ask_r(case, method):
    """Metafor's numbers: quantity -> value, or -> values by trial."""
    rows = NUMBERS[(NUMBERS["case"] == case) & (NUMBERS["method"] == method)]
    assert len(rows)
    return {
        name: part["value"].iloc[0] if (part["key"] == "").all() else part.set_index("key")["value"]
        for name, part in rows.groupby("quantity")
    }


def make(estimate, std_error, **more):
    names = [f"t{i}" for i in range(len(estimate))]
    return pd.DataFrame({"trial": names, "estimate": estimate, "std_error": std_error, **more})


# --- metafor ------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("case", CASES)
def test_pooled_effects_equal_metafor(case, method):
    meta = pool_effects(get_case(case), method=method)
    table = meta.to_frame().set_index("term")
    random, fixed = ask_r(case, NAMES[method]), ask_r(case, "fixed")
    for prefix, reference in (("fixed", fixed), ("random", random), ("knha", random)):
        for name, column in COLUMNS.items():
            mine = table.loc[TERMS[prefix], column]
            assert_allclose(mine, reference[f"{prefix}.{name}"], rtol=RTOL, atol=1e-14)
    about = meta.glance().iloc[0]
    assert_allclose(about["tau_squared"], random["tau2"], rtol=RTOL, atol=1e-14)
    assert_allclose([about["q"], about["p_value"]], [fixed["q"], fixed["q_p"]], rtol=RTOL)
    if method == "dersimonian-laird":
        assert_allclose(about["i_squared"], random["i2"], rtol=RTOL, atol=1e-14)
    weights = meta.augment().set_index("trial")
    assert_allclose(weights["weight_fixed"], fixed["weight"][weights.index], rtol=RTOL)
    assert_allclose(weights["weight_random"], random["weight"][weights.index], rtol=RTOL)
    if meta.n_trials > 2:
        predicted = [random["pred.lb"], random["pred.ub"]]
        assert_allclose(meta.prediction_interval(), predicted, rtol=RTOL)
        assert_allclose([about["pred_low"], about["pred_high"]], predicted, rtol=RTOL)


@pytest.mark.parametrize("case", CASES)
def test_interval_of_tau_squared_equals_metafor(case):
    low, high = pool_effects(get_case(case)).tau_squared_interval()
    reference = ask_r(case, "PM")
    assert_allclose(
        [low, high], [reference["tau2.lb"], reference["tau2.ub"]], rtol=1e-6, atol=1e-12
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("case", CASES)
def test_series_equal_metafor(case, method):
    data, reference = get_case(case), ask_r(case, NAMES[method])
    pairs = [(cumulate_trials(data, method=method).to_frame().iloc[1:], "added", "cumul")]
    if len(data) > 2:
        left = leave_one_trial_out(data, method=method).to_frame()
        pairs.append((left, "without", "leave1out"))
    for table, key, name in pairs:
        table = table.set_index(key)
        columns = {
            "b": "estimate",
            "ci.lb": "conf_low",
            "ci.ub": "conf_high",
            "tau2": "tau_squared",
        }
        for quantity, column in columns.items():
            expected = reference[f"{name}.{quantity}"]
            assert list(expected.index) == list(table.index)
            assert_allclose(table[column].astype(float), expected, rtol=RTOL, atol=1e-12)


def test_our_trials_are_the_ones_that_metafor_pooled():
    for standardiser in ("printed", "derived"):
        for r in (0.3, 0.5, 0.9):
            for extra, suffix in (((), ""), (("Pilot 2009",), "_pilot")):
                effects = standardise_trials(within_r=r, standardiser=standardiser, also_pool=extra)
                reference = ask_r(f"ldn_{standardiser}_{r}{suffix}", "PM")
                row = pool_effects(effects).to_frame().iloc[-1]
                assert_allclose(row["estimate"], reference["knha.b"], rtol=1e-6)
                assert_allclose(row["conf_high"], reference["knha.ci.ub"], rtol=1e-6)


# --- the literature and closed forms ------------------------------------------------------


def test_bcg_as_printed():
    # Colditz et al. (1994), abstract: relative risk 0.49 (95 % CI 0.34 to 0.70).
    row = pool_effects(get_case("bcg"), method="dersimonian-laird").to_frame().iloc[1]
    risks = np.exp(row[["estimate", "conf_low", "conf_high"]].astype(float))
    assert risks.round(2).tolist() == [0.49, 0.34, 0.70]


def test_two_trials_by_hand():
    # Weights 25 and 100/9: fixed mean (2.5 + 10) / (325/9) = 0.34615..., Q = 0.64 / 0.13;
    # with two trials DerSimonian-Laird and Paule-Mandel both give (y1-y2)^2/2 - mean variance.
    for method in METHODS:
        meta = pool_effects(make([0.1, 0.9], [0.2, 0.3]), method=method)
        assert_allclose(meta.to_frame()["estimate"].iloc[0], 12.5 / (325 / 9), rtol=1e-12)
        assert_allclose(meta.q, 0.64 / 0.13, rtol=1e-12)
        assert_allclose(meta.tau_squared, 0.32 - 0.065, rtol=1e-9)


def test_equal_standard_errors_make_a_plain_mean_with_a_t_interval():
    values = np.array([0.0, 1.0, 5.0, -2.0, 3.0])
    meta = pool_effects(make(values, [0.1] * 5))
    row = meta.to_frame(0.9).iloc[-1]
    error = values.std(ddof=1) / np.sqrt(5)
    assert_allclose([row["estimate"], row["std_error"]], [values.mean(), error], rtol=1e-9)
    low, high = stats.t.interval(0.9, 4, values.mean(), error)
    assert_allclose([row["conf_low"], row["conf_high"]], [low, high], rtol=1e-9)
    assert_allclose(meta.tau_squared, values.var(ddof=1) - 0.01, rtol=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_paule_mandel_solves_its_equation(seed):
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 12))
    scale = 10 ** rng.uniform(-3, 3)
    error = rng.uniform(0.05, 1, k)
    data = make(rng.normal(0, scale, k), error)
    meta = pool_effects(data)
    weight = 1 / (error**2 + meta.tau_squared)
    y = data["estimate"].to_numpy()
    q = weight @ (y - weight @ y / weight.sum()) ** 2
    if meta.tau_squared > 0:
        assert_allclose(q, k - 1, rtol=1e-8)
        assert_allclose(meta.hartung_knapp_scale, 1, rtol=1e-8)
    else:
        assert q <= k - 1


def test_other_levels():
    meta = pool_effects(get_case("borenstein"))
    wide, narrow = meta.to_frame(0.99), meta.to_frame(0.5)
    assert (wide["conf_low"] < narrow["conf_low"]).all()
    z = stats.norm.ppf(0.995)
    assert_allclose(
        wide["conf_high"].iloc[0], wide["estimate"].iloc[0] + z * wide["std_error"].iloc[0]
    )
    low, high = meta.prediction_interval(0.5)
    assert meta.prediction_interval(0.95)[0] < low < high


# --- edges --------------------------------------------------------------------------------


def test_one_trial():
    meta = pool_effects(make([0.4], [0.2], n_obs=[30]))
    table = meta.to_frame().set_index("term")
    low, high = stats.norm.interval(0.95, 0.4, 0.2)
    assert_allclose(table.loc["fixed effect", ["conf_low", "conf_high"]].tolist(), [low, high])
    assert table.iloc[1:][["estimate", "std_error", "p_value"]].isna().all(axis=None)
    assert np.isnan(meta.prediction_interval()).all()
    assert np.isnan(meta.tau_squared_interval()).all()
    assert np.isnan(meta.tau_squared)
    assert np.isnan(meta.i_squared)
    assert meta.model is None
    assert meta.augment()[["weight_fixed", "weight_random"]].to_numpy().tolist() == [[1, 1]]
    assert str(meta).startswith("Effect of one trial (t0, n = 30): 0.400 (95 % CI 0.00801 to 0.792")
    assert "One trial is nothing to combine" in str(meta)
    assert meta.glance()["p_value"].isna().all()


def test_two_trials_say_so():
    meta = pool_effects(make([0.1, 0.9], [0.2, 0.3]))
    assert "no prediction interval with two trials" in str(meta)
    assert "one degree of freedom" in str(meta)
    assert np.isnan(meta.prediction_interval()).all()


@pytest.mark.parametrize("method", METHODS)
def test_equal_effects(method):
    meta = pool_effects(make([0.3] * 4, [0.1, 0.2, 0.3, 0.4]), method=method)
    assert meta.tau_squared == 0
    assert meta.i_squared == 0
    assert_allclose(meta.q, 0, atol=1e-12)
    table = meta.to_frame()
    assert_allclose(table["estimate"], 0.3, rtol=1e-12)
    assert_allclose(table["std_error"].iloc[0], table["std_error"].iloc[1], rtol=1e-14)
    assert "no evidence that the true effects are equal" in str(meta)
    assert "below 1" in str(meta)
    assert meta.tau_squared_interval()[0] == 0


@pytest.mark.parametrize("method", METHODS)
def test_tau_squared_is_never_negative_and_statsmodels_left_alone_would_be(method):
    from statsmodels.stats.meta_analysis import combine_effects

    data = get_case("no_tau")
    with np.errstate(invalid="ignore"):  # and its standard error is the root of a negative
        plain = combine_effects(
            data["estimate"].to_numpy(), data["std_error"].to_numpy() ** 2, method_re="dl"
        )
    assert plain.tau2 < 0
    meta = pool_effects(data, method=method)
    assert meta.tau_squared == 0
    table = meta.to_frame()
    assert_allclose(table.iloc[0, 1:8].astype(float), table.iloc[1, 1:8].astype(float), rtol=1e-12)


def test_huge_heterogeneity_and_scale():
    data = get_case("huge")
    meta = pool_effects(data)
    assert meta.i_squared > 0.9999
    big = data.assign(estimate=data["estimate"] * 1e6, std_error=data["std_error"] * 1e6)
    assert_allclose(pool_effects(big).tau_squared, meta.tau_squared * 1e12, rtol=1e-8)
    assert_allclose(
        pool_effects(big).prediction_interval(),
        np.multiply(meta.prediction_interval(), 1e6),
        rtol=1e-8,
    )


def test_turning_all_signs_turns_the_answer():
    data = get_case("borenstein")
    one, other = (pool_effects(part) for part in (data, data.assign(estimate=-data["estimate"])))
    assert_allclose(one.to_frame()["conf_low"], -other.to_frame()["conf_high"], rtol=1e-12)
    assert_allclose(one.tau_squared, other.tau_squared, rtol=1e-9)


# --- words and series ---------------------------------------------------------------------


def test_sentence():
    text = str(pool_effects(standardise_trials()))
    assert text.startswith(
        "Standardised mean difference, random effects (Paule-Mandel, Hartung-Knapp), 3 trials, n = 225: "
    )
    for words in ("positive favours LDN", "95 % prediction interval", "I² = ", "tau = ", "Q(2) = "):
        assert words in text


def test_no_asymmetry_test_and_why():
    few = pool_effects(get_case("borenstein")).asymmetry_note
    assert few.startswith("No test of asymmetry: with 6 trials (fewer than 10)")
    assert (
        "13 trials: a test of asymmetry would be possible"
        in pool_effects(get_case("bcg")).asymmetry_note
    )


def test_glossary():
    table = pool_effects(standardise_trials()).to_frame()
    assert list(table) == [
        "term", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high", "n_obs",
    ]  # fmt: skip
    assert table["n_obs"].tolist() == [225] * 3
    assert table["df"].tolist() == [np.inf, np.inf, 2]


def test_cumulation_follows_the_years_and_starts_with_one_trial():
    data = make([0.1, 0.5, 0.9], [0.2, 0.2, 0.3], year=[2020, 2001, 2010])
    series = cumulate_trials(data)
    table = series.to_frame()
    assert table["added"].tolist() == ["t1", "t2", "t0"]
    assert table["year"].tolist() == [2001, 2010, 2020]
    assert table["term"].tolist() == ["one trial"] + ["random effects, Hartung-Knapp"] * 2
    assert_allclose(table["estimate"].iloc[0], 0.5)
    assert list(series) == ["+ t1", "+ t2", "+ t0"]
    whole = pool_effects(data).to_frame(0.95).iloc[-1]
    assert_allclose(table["conf_high"].iloc[-1], whole["conf_high"], rtol=1e-12)
    fixed = series.to_frame(model="fixed")
    assert_allclose(fixed["std_error"].iloc[1], (1 / 0.04 + 1 / 0.09) ** -0.5, rtol=1e-12)


def test_assumptions_are_all_there():
    series = vary_assumptions(within_r=(0.3, 0.9))
    table = series.to_frame()
    assert len(series) == len(table) == 8
    assert set(table["with"]) == {"", "Pilot 2009"}
    assert table.groupby("with")["n_trials"].first().to_dict() == {"": 3, "Pilot 2009": 4}
    direct = pool_effects(standardise_trials(within_r=0.9, standardiser="derived")).to_frame()
    assert_allclose(table["estimate"].iloc[3], direct["estimate"].iloc[-1], rtol=1e-12)
    assert len(vary_assumptions(within_r=(0.5,), also_pool=())) == 2
    assert str(series).startswith("Assumptions: the pooled effect runs from ")


def test_series_label_unknown():
    with pytest.raises(KeyError, match="no 'x'; labels: without Crossover RCT 2013, "):
        leave_one_trial_out(standardise_trials())["x"]
    assert leave_one_trial_out(standardise_trials())["without FINAL 2024"].n_trials == 2


# --- messages -----------------------------------------------------------------------------

GOOD = make([0.1, 0.2], [0.1, 0.1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pool_effects(GOOD, method="reml"), "method must be one of paule-mandel, dersimonian-laird; received 'reml'"),
        (lambda: pool_effects(GOOD.drop(columns="std_error")), "no column 'std_error'; columns: trial, estimate"),
        (lambda: pool_effects(GOOD.iloc[:0]), "there is no trial to combine"),
        (lambda: pool_effects(GOOD.assign(trial="a")), "trial 'a' is there twice"),
        (lambda: pool_effects(GOOD.assign(std_error=[0.1, 0.0])), "trial 't1' needs .* received 0.2 and 0.0"),
        (lambda: pool_effects(GOOD.assign(estimate=[np.nan, 1])), "trial 't0' needs a finite estimate"),
        (lambda: pool_effects(GOOD.assign(std_error=[np.inf, 1])), "received 0.1 and inf"),
        (lambda: leave_one_trial_out(GOOD.iloc[:1]), "at least 2 trials are needed; received 1"),
        (lambda: cumulate_trials(GOOD), "every trial needs its year in a column 'year'"),
        (lambda: cumulate_trials(GOOD.assign(year=[2000, np.nan])), "every trial needs its year"),
        (lambda: leave_one_trial_out(GOOD).to_frame(model="t"), "model must be one of fixed, random, hartung-knapp; received 't'"),
        (lambda: pool_effects(GOOD).to_frame(95), "confidence_level must lie between 0 and 1"),
        (lambda: pool_effects(GOOD).prediction_interval(0), "confidence_level must lie"),
        (lambda: pool_effects(GOOD).tau_squared_interval(1), "confidence_level must lie"),
        (lambda: vary_assumptions(within_r=(2,)), "within_r must be at least 0 and below 1; received 2"),
    ],
)  # fmt: skip
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_wrong_type():
    with pytest.raises(TypeError, match="must be a TrialEffects or a DataFrame; received list"):
        pool_effects([1, 2])


def test_import_is_light():
    code = (
        "import sys, ldn_analysis.evidence.pooling, ldn_analysis.evidence.credibility\n"
        "print([m for m in ('statsmodels', 'scipy.stats', 'matplotlib') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
