"""Meta-analysis against metafor, the literature and closed forms."""

from functools import cache
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
    pool_effects_bayes,
    standardise_trials,
    vary_assumptions,
)
from ldn_analysis.evidence.heterogeneity import estimate_tau_squared
from ldn_analysis.evidence.pooling import METHODS, MetaAnalysis

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


@cache
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
    if meta.n_trials >= 5:  # below, t on k - 2 degrees of freedom is no honest interval
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
@pytest.mark.parametrize("case", [*CASES[:4], "two", "no_tau", "near", "equal", "huge"])
def test_pooled_effects_equal_statsmodels(case, method):
    from statsmodels.stats.meta_analysis import combine_effects

    data = get_case(case)
    meta = pool_effects(data, method=method)
    if meta.tau_squared == 0:
        return  # where Q is small statsmodels' estimate is negative
    name = {"dersimonian-laird": "dl", "paule-mandel": "pm"}[method]
    other = combine_effects(
        data["estimate"].to_numpy(), data["std_error"].to_numpy() ** 2, method_re=name
    )
    assert_allclose(meta.q, other.q, rtol=1e-9)
    assert_allclose(meta.tau_squared, other.tau2, rtol=1e-4)  # its iteration stops early
    row = meta.summarise_model("random")
    assert_allclose(row["estimate"], other.mean_effect_re, rtol=1e-4)
    assert_allclose(row["std_error"], other.sd_eff_w_re, rtol=1e-4)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("case", CASES)
def test_series_equal_metafor(case, method):
    data, reference = get_case(case), ask_r(case, NAMES[method])
    used = {"model": "hartung-knapp"}
    pairs = [(cumulate_trials(data, method=method).to_frame(**used).iloc[1:], "added", "cumul")]
    if len(data) > 2:
        left = leave_one_trial_out(data, method=method).to_frame(**used)
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
    for standardiser in ("arms", "printed", "derived"):
        for r in (None, 0.5, 0.9):
            for extra, suffix in (((), ""), (("Pilot 2009",), "_pilot")):
                effects = standardise_trials(within_r=r, standardiser=standardiser, also_pool=extra)
                reference = ask_r(f"ldn_{standardiser}_{r or 'NA'}{suffix}", "PM")
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
    assert meta.augment()[["weight_fixed", "weight_random"]].to_numpy().tolist() == [[1, 1]]
    assert str(meta).startswith("Effect of one trial (t0, n = 30): 0.400 (95 % CI 0.00801 to 0.792")
    assert "With one trial there is nothing to combine" in str(meta)
    assert meta.glance()["p_value"].isna().all()


def test_two_trials_say_so():
    meta = pool_effects(make([0.1, 0.9], [0.2, 0.3]))
    assert "no prediction interval with 2 trials" in str(meta)
    assert "one degree of freedom" in str(meta)
    assert np.isnan(meta.prediction_interval()).all()


def test_near_equal_trials_have_no_interval_without_width():
    # Hartung and Knapp's own interval would be 0.05 to 0.05, p < 0.001.
    meta = pool_effects(make([0.05, 0.05], [0.1, 0.1]))
    table = meta.to_frame().set_index("term")
    hk, plain = table.loc["random effects, Hartung-Knapp"], table.loc["random effects"]
    assert meta.hartung_knapp_scale == 0
    assert_allclose(hk["std_error"], plain["std_error"], rtol=1e-12)
    assert_allclose(hk["conf_high"], 0.05 + stats.t.ppf(0.975, 1) * 0.1 / np.sqrt(2), rtol=1e-9)
    assert hk["p_value"] > 0.4
    assert "1 is used, so that the interval is not narrower than the usual one" in str(meta)
    assert "very wide" in str(meta)  # and it is: six times as wide as the plain one


@pytest.mark.parametrize("seed", range(30))
def test_headline_interval_is_never_narrower_than_the_plain_one(seed):
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 9))
    data = make(rng.normal(0, 0.05, k), rng.uniform(0.1, 0.5, k))
    for method in METHODS:
        table = pool_effects(data, method=method).to_frame()
        width = (table["conf_high"] - table["conf_low"]).tolist()
        assert width[2] >= width[1] >= width[0] * (1 - 1e-12)


def test_prediction_interval_needs_five_trials_and_says_how_far_it_holds():
    for k in (3, 4):
        meta = pool_effects(make(np.arange(k) / 5, [0.1] * k))
        assert np.isnan(meta.prediction_interval()).all()
        assert f"no prediction interval with {k} trials" in str(meta)
    five = pool_effects(make(np.arange(5) / 5, [0.1] * 5))
    assert np.isfinite(five.prediction_interval()).all()
    assert "93 % of the time with 5 trials and 88 % with 10" in str(five)
    many = pool_effects(make(np.arange(20) / 5, [0.1] * 20))
    assert "88 %" not in str(many)


def pool_drawn(rng, k):
    """Trials drawn around zero, pooled without the checks of a table, which take the most time."""
    error = rng.uniform(0.15, 0.45, k)
    effect = rng.normal(0, 0.3, k) + rng.normal(0, error)
    tau_squared = estimate_tau_squared(effect, error**2, "paule-mandel")
    return MetaAnalysis(trials=make(effect, error), method="paule-mandel", tau_squared=tau_squared)


def test_drawn_trials_are_pooled_as_any():
    drawn = pool_drawn(np.random.default_rng(1), 5)
    pd.testing.assert_frame_equal(pool_effects(drawn.trials).to_frame(), drawn.to_frame())


@pytest.mark.slow
@pytest.mark.parametrize(("k", "expected"), [(5, 0.926), (10, 0.882)])
def test_coverage_of_the_prediction_interval_is_as_said(k, expected):
    rng = np.random.default_rng(k)
    hits, runs = 0, 1000
    for _ in range(runs):
        meta = pool_drawn(rng, k)
        low, high = meta.prediction_interval()
        hits += low <= rng.normal(0, 0.3) <= high
    assert abs(hits / runs - expected) < 0.025


@pytest.mark.slow
@pytest.mark.parametrize("k", [2, 3, 5, 10])
def test_coverage_of_hartung_knapp_is_near_its_level(k):
    rng = np.random.default_rng(k)
    hits, runs = 0, 1500
    for _ in range(runs):
        row = pool_drawn(rng, k).summarise_model("hartung-knapp")
        hits += row["conf_low"] <= 0 <= row["conf_high"]
    assert hits / runs > 0.925  # Monte Carlo standard error 0.006


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shift", [1e6, -1e9])
def test_far_from_zero(method, shift):
    near = get_case("bcg")
    far = near.assign(estimate=near["estimate"] + shift)
    one, other = (pool_effects(part, method=method) for part in (near, far))
    # The shifted effects have lost digits themselves: 1e-7 of a standard error at 1e9.
    assert_allclose(other.tau_squared, one.tau_squared, rtol=1e-5)
    assert other.tau_squared > 0
    assert_allclose(other.q, one.q, rtol=1e-5)
    for name in ("fixed", "random", "hartung-knapp"):
        a, b = one.summarise_model(name), other.summarise_model(name)
        assert_allclose(b["estimate"] - shift, a["estimate"], atol=1e-6)
        assert_allclose(b["std_error"], a["std_error"], rtol=1e-5)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("unit", [1e-150, 1e-100, 1e100, 1e150])
def test_any_unit(method, unit):
    data = get_case("bcg")
    small = pool_effects(data, method=method)
    scaled = data.assign(estimate=data["estimate"] * unit, std_error=data["std_error"] * unit)
    other = pool_effects(scaled, method=method)
    assert_allclose(other.tau_squared / unit / unit, small.tau_squared, rtol=1e-9)
    assert_allclose(other.q, small.q, rtol=1e-9)


def test_q_is_no_difference_of_sums():
    # Sum of w y² minus (sum of w y)² / sum of w gives 16777216 here.
    meta = pool_effects(make([0.3, 0.31, 0.29], [1e-12, 0.2, 0.3]))
    assert_allclose(meta.q, (0.01 / 0.2) ** 2 + (0.01 / 0.3) ** 2, rtol=1e-6)
    assert meta.tau_squared == 0
    assert meta.i_squared == 0


def test_unknown_numbers_of_participants_are_not_dropped_silently():
    some = pool_effects(make([0.1, 0.5, 0.2], [0.2, 0.2, 0.2], n_obs=[10, np.nan, 20]))
    assert some.n_obs is None
    assert "3 trials, n = 30 in 2 of them:" in str(some)
    none = pool_effects(make([0.1, 0.5], [0.2, 0.2], n_obs=[np.nan, np.nan]))
    assert "n =" not in str(none)
    every = pool_effects(make([0.1, 0.5], [0.2, 0.2], n_obs=[4, 5]))
    assert "2 trials, n = 9:" in str(every)


@pytest.mark.parametrize("sign", [-1, 1])
def test_series_says_on_which_side_the_intervals_lie(sign):
    data = make([0.5 * sign, 0.55 * sign, 0.6 * sign, 0.52 * sign], [0.02] * 4, year=range(4))
    text = str(leave_one_trial_out(data))
    side = "above 0 in 4 of them" if sign > 0 else "below 0 in 4 of them"
    assert text.endswith(f"its 95 % interval lies {side}.")
    assert "0 in 0" not in text
    null = make([0.1, -0.1, 0.05], [0.2] * 3, year=range(3))
    assert "lies on both sides of 0 in 3 of them" in str(cumulate_trials(null))


def test_interval_by_term_and_by_label():
    meta = pool_effects(get_case("bcg"))
    row = meta.to_frame(0.9).set_index("term").loc["random effects"]
    found = meta.confidence_interval("random effects", 0.9)
    assert (found.low, found.high) == (row["conf_low"], row["conf_high"])
    series = leave_one_trial_out(standardise_trials())
    table = series.to_frame().set_index("label")
    label = "without FINAL 2024"
    assert series.confidence_interval(label).low == table.loc[label, "conf_low"]


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
    assert "below 1; 1 is used" in str(meta)
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
        "Standardised mean difference, random effects (Paule-Mandel, Hartung-Knapp), 3 trials, n = 223: "
    )
    for words in (
        "positive favours LDN",
        "no prediction interval with 3 trials",
        "I² = ",
        "tau = ",
        "Q(2) = ",
    ):
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
    assert table["n_obs"].tolist() == [223] * 3
    assert table["df"].tolist() == [np.inf, np.inf, 2]


def test_cumulation_follows_the_years_and_starts_with_one_trial():
    data = make([0.1, 0.5, 0.9], [0.2, 0.2, 0.3], year=[2020, 2001, 2010])
    series = cumulate_trials(data)
    table = series.to_frame(model="hartung-knapp")
    assert table["added"].tolist() == ["t1", "t2", "t0"]
    assert table["year"].tolist() == [2001, 2010, 2020]
    assert table["term"].tolist() == ["one trial"] + ["random effects, Hartung-Knapp"] * 2
    assert_allclose(table["estimate"].iloc[0], 0.5)
    assert list(series) == ["+ t1", "+ t2", "+ t0"]
    whole = pool_effects(data).to_frame(0.95).iloc[-1]
    assert_allclose(table["conf_high"].iloc[-1], whole["conf_high"], rtol=1e-12)
    fixed = series.to_frame(model="fixed")
    assert_allclose(fixed["std_error"].iloc[1], (1 / 0.04 + 1 / 0.09) ** -0.5, rtol=1e-12)


def test_bayesian_series_is_the_bayesian_model():
    series = cumulate_trials(standardise_trials())
    table = series.to_frame()
    assert table["term"].tolist() == ["one trial"] + ["random effects, Bayesian"] * 2
    direct = pool_effects_bayes(series["+ INNOVA 2026"]).to_frame().iloc[0]
    assert_allclose(table["conf_low"].iloc[-1], direct["conf_low"], rtol=1e-9)
    assert table["p_value"].isna().tolist() == [False, True, True]
    other = series.to_frame(tau_scale=0.1)
    assert other["conf_low"].iloc[-1] > table["conf_low"].iloc[-1]


def test_assumptions_are_all_there():
    series = vary_assumptions(within_r=(None, 0.9))
    table = series.to_frame(model="hartung-knapp")
    assert len(series) == len(table) == 12
    assert set(table["with"]) == {"", "Pilot 2009"}
    assert table.groupby("with")["n_trials"].first().to_dict() == {"": 3, "Pilot 2009": 4}
    direct = pool_effects(standardise_trials(within_r=0.9, standardiser="derived")).to_frame()
    assert_allclose(table["estimate"].iloc[5], direct["estimate"].iloc[-1], rtol=1e-12)
    assert len(vary_assumptions(within_r=(0.5,), also_pool=())) == 3
    assert str(series).startswith("Assumptions: the pooled effect (random effects, Bayesian) runs")


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
        (lambda: pool_effects(GOOD.assign(trial="a")), "trial 'a' appears twice; one row per trial is needed"),
        (lambda: pool_effects(GOOD.assign(std_error=[0.1, 0.0])), "trial 't1' needs .* received 0.2 and 0.0"),
        (lambda: pool_effects(GOOD.assign(estimate=[np.nan, 1])), "trial 't0' needs a finite estimate"),
        (lambda: pool_effects(GOOD.assign(std_error=[np.inf, 1])), "received 0.1 and inf"),
        (lambda: pool_effects(GOOD.assign(estimate=[pd.NA, 1])), "trial 't0' needs .* received <NA> and 0.1"),
        (lambda: pool_effects(GOOD.assign(estimate=pd.array([None, 1.0], "Float64"))), "received <NA>"),
        (lambda: pool_effects(GOOD.assign(estimate=["0.2", "high"])), "trial 't0' needs .* received '0.2' and 0.1"),
        (lambda: pool_effects(GOOD.assign(std_error=[1 + 2j, 1])), "needs a finite estimate"),
        (lambda: pool_effects(GOOD.assign(estimate=[True, False])), "received True and 0.1"),
        (lambda: leave_one_trial_out(GOOD.iloc[:1]), "at least 2 trials are needed; received 1"),
        (lambda: cumulate_trials(GOOD), "every trial needs its year in a column 'year'"),
        (lambda: cumulate_trials(GOOD.assign(year=[2000, np.nan])), "every trial needs its year"),
        (lambda: leave_one_trial_out(GOOD).to_frame(model="t"), "model must be one of bayesian, fixed, random, hartung-knapp; received 't'"),
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
