"""Standardised effects against R, hand-made trials and the tables they come from."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from ldn_analysis import load_dataset, load_printed_meta_analyses, standardise_trials

REFERENCE = Path(__file__).parents[1] / "reference"
R = pd.read_csv(REFERENCE / "meta_effects.csv")


def make_trial(**changes):
    """One parallel trial with a printed interval; or what is changed about it."""
    row = {
        "trial": "T", "source": "S", "year": 2020, "design": "parallel", "n_ldn": 50,
        "n_placebo": 50, "outcome": "pain", "scale": "points", "estimate": 3.0, "ci_low": np.nan,
        "ci_high": np.nan, "p_value": np.nan, "cohens_d": np.nan, "favours": "ldn",
        "status": "published", "note": "",
    }  # fmt: skip
    return pd.DataFrame([row | changes])


def first(frame, **options):
    return standardise_trials(frame, **options).table.iloc[0]


# --- R ------------------------------------------------------------------------------------


@pytest.mark.parametrize("standardiser", ["arms", "printed", "derived"])
@pytest.mark.parametrize("within_r", [None, 0.5, 0.9])
def test_effects_of_the_trials_equal_r(standardiser, within_r):
    table = standardise_trials(within_r=within_r, standardiser=standardiser).table
    same = R["within_r"].isna() if within_r is None else R["within_r"] == within_r
    reference = R[(R["standardiser"] == standardiser) & same]
    assert len(reference) == 4
    mine = table.set_index("trial").loc[reference["trial"]]
    assert_allclose(mine["estimate"], reference["estimate"], rtol=1e-10)
    assert_allclose(mine["std_error"] ** 2, reference["variance"], rtol=1e-10)
    assert_allclose(mine["sd"], reference["sd"], rtol=1e-10)
    assert_allclose(mine["raw_std_error"], reference["raw_std_error"], rtol=1e-10)
    assert_allclose(mine["within_r"], reference["r"], rtol=1e-10)
    assert (mine["n_obs"].to_numpy() == reference["n"].to_numpy()).all()


def test_two_groups_equal_escalc_and_the_book():
    # Borenstein et al. (2009), chapter 4: g = 0.5924, variance 0.0411.
    error = np.sqrt((5.5**2 + 4.5**2) / 50)
    margin = stats.norm.ppf(0.975) * error
    row = first(make_trial(ci_low=3 - margin, ci_high=3 + margin))
    numbers = pd.read_csv(REFERENCE / "meta.csv")
    numbers = numbers[numbers["case"] == "chapter_4"].set_index("quantity")["value"]
    assert_allclose(row["estimate"], numbers["g"], rtol=1e-12)
    assert_allclose(row["std_error"] ** 2, numbers["variance"], rtol=1e-12)
    assert (round(row["estimate"], 4), round(row["std_error"] ** 2, 4)) == (0.5924, 0.0411)


def test_interval_p_and_printed_d_of_one_trial_agree():
    rng = np.random.default_rng(1)
    a, b = rng.normal(1, 2, 30), rng.normal(0, 2, 40)
    test = stats.ttest_ind(a, b)
    pooled = np.sqrt((29 * a.var(ddof=1) + 39 * b.var(ddof=1)) / 68)
    d = (a.mean() - b.mean()) / pooled
    error = (a.mean() - b.mean()) / test.statistic
    margin = error * stats.norm.ppf(0.975)
    shared = {"n_ldn": 30, "n_placebo": 40, "estimate": a.mean() - b.mean()}
    rows = [
        first(make_trial(**shared, p_value=test.pvalue)),
        first(make_trial(**shared, p_value=test.pvalue, cohens_d=d)),
        first(make_trial(**shared, cohens_d=d)),
        first(
            make_trial(
                **shared, ci_low=shared["estimate"] - margin, ci_high=shared["estimate"] + margin
            )
        ),
    ]
    for row in rows:
        assert_allclose(row["d"], d, rtol=1e-9)
        assert_allclose(row["sd"], pooled, rtol=1e-9)
        assert_allclose(row["raw_std_error"], error, rtol=1e-9)
        assert_allclose(row["std_error"], rows[0]["std_error"], rtol=1e-9)


def test_crossover_gives_back_the_sd_of_correlated_scores():
    # Scores made so that both SDs are 10 and their correlation 0.8, exactly.
    rng = np.random.default_rng(2)
    base = rng.normal(size=(25, 2))
    base = (base - base.mean(0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(base.T))).T
    scores = 10 * base @ np.linalg.cholesky([[1, 0.8], [0.8, 1]]).T + [4, 0]
    p = stats.ttest_rel(*scores.T).pvalue
    trial = make_trial(design="crossover", n_ldn=25, n_placebo=25, estimate=4.0, p_value=p)
    row = first(trial, within_r=0.8)
    assert_allclose([row["sd"], row["d"]], [10.0, 0.4], rtol=1e-9)
    assert_allclose(row["dz"], 4 / np.diff(scores).std(ddof=1), rtol=1e-9)
    assert row["n_obs"] == 25
    assert row["df"] == 24


def test_dz_is_d_where_the_correlation_is_a_half():
    table = standardise_trials(within_r=0.5).table
    crossed = table[table["dz"].notna()]
    assert_allclose(crossed["dz"], crossed["d"], rtol=1e-14)
    assert set(crossed["trial"]) == {"Pilot 2009", "Crossover RCT 2013"}
    higher = standardise_trials(within_r=0.9).table.set_index("trial")
    factor = np.sqrt(2 * (1 - 0.9))
    assert_allclose(higher.loc["Pilot 2009", "d"], crossed["d"].iloc[0] * factor, rtol=1e-12)
    assert higher.loc["INNOVA 2026", "d"] == pytest.approx(table["d"].iloc[-1], rel=1e-15)


# --- rounding -----------------------------------------------------------------------------


def test_range_holds_every_trial_that_prints_the_same_p():
    row = first(make_trial(design="crossover", n_ldn=28, n_placebo=28, p_value="0.016"))
    exact = make_trial(design="crossover", n_ldn=28, n_placebo=28)
    for p in (0.0155, 0.0158, 0.016, 0.0164, 0.0165):
        other = first(exact.assign(p_value=p))
        for name in ("estimate", "std_error", "raw_std_error"):
            assert row[f"{name}_low"] <= other[name] <= row[f"{name}_high"]
    edge = first(exact.assign(p_value=0.0155))
    assert_allclose(row["estimate_high"], edge["estimate"], rtol=1e-14)
    outside = first(exact.assign(p_value=0.0151))
    assert outside["estimate"] > row["estimate_high"]


def test_last_zeros_count():
    short, long = (first(make_trial(design="crossover", p_value=p)) for p in ("0.02", "0.020"))
    assert short["estimate"] == long["estimate"]
    assert short["estimate_high"] > long["estimate_high"] > long["estimate"]
    exact = first(make_trial(design="crossover", p_value=0.02))
    assert exact["estimate_low"] == exact["estimate"] == exact["estimate_high"]


def test_range_holds_every_interval_that_prints_the_same():
    row = first(make_trial(estimate="-0.34", ci_low="-0.95", ci_high="0.27"))
    exact = make_trial(estimate=-0.34)
    wide = first(exact.assign(ci_low=-0.955, ci_high=0.275))
    narrow = first(exact.assign(ci_low=-0.945, ci_high=0.265))
    assert_allclose(row["raw_std_error_high"], wide["raw_std_error"], rtol=1e-12)
    assert_allclose(row["raw_std_error_low"], narrow["raw_std_error"], rtol=1e-12)
    large = first(make_trial(estimate=-0.345, ci_low=-0.945, ci_high=0.265))
    assert_allclose(row["estimate_high"], large["estimate"], rtol=1e-12)


def test_range_of_a_printed_d():
    row = first(make_trial(estimate="0.5", p_value="0.24", cohens_d="0.19"))
    j = row["estimate"] / 0.19
    assert_allclose([row["estimate_low"], row["estimate_high"]], [0.185 * j, 0.195 * j], rtol=1e-12)


# --- the arms -----------------------------------------------------------------------------


def make_arms(*rows):
    columns = [
        "trial",
        "arm",
        "n",
        "outcome",
        "time",
        "mean",
        "sd",
        "std_error",
        "ci_low",
        "ci_high",
    ]
    return pd.DataFrame(rows, columns=columns)


def test_correlation_of_2013_follows_from_its_arms():
    row = standardise_trials().table.set_index("trial").loc["Crossover RCT 2013"]
    # Half-widths 9.3 and 10.8 of n = 28; 10.8 with p = 0.016 on 27 df; by hand.
    t, root = stats.t.ppf(0.975, 27), np.sqrt(28)
    s1, s2 = 9.3 / t * root, 10.8 / t * root
    s = 10.8 / stats.t.isf(0.008, 27) * root
    assert_allclose([row["sd_ldn"], row["sd_placebo"]], [s1, s2], rtol=1e-9)
    assert [round(row["sd_ldn"], 1), round(row["sd_placebo"], 1)] == [24.0, 27.9]
    assert_allclose(row["within_r"], (s1**2 + s2**2 - s**2) / (2 * s1 * s2), rtol=1e-9)
    assert round(row["within_r"], 2) == 0.64
    assert row["within_r_low"] < row["within_r"] < row["within_r_high"]
    assert_allclose(row["parallel_n"], 4 * ((s1**2 + s2**2) / 2) / (s**2 / 28), rtol=1e-9)


def test_correlation_is_given_back_from_scores():
    rng = np.random.default_rng(3)
    base = rng.normal(size=(20, 2))
    base = (base - base.mean(0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(base.T))).T
    scores = base @ np.linalg.cholesky([[64, 0.7 * 80], [0.7 * 80, 100]]).T + [5, 0]
    margin = stats.t.ppf(0.975, 19) / np.sqrt(20)
    arms = make_arms(
        ("T", "ldn", 20, "pain", "end", 5.0, np.nan, np.nan, 5 - 8 * margin, 5 + 8 * margin),
        ("T", "placebo", 20, "pain", "end", 0.0, 10.0, np.nan, np.nan, np.nan),
    )
    p = stats.ttest_rel(*scores.T).pvalue
    trial = make_trial(design="crossover", n_ldn=20, n_placebo=20, estimate=5.0, p_value=p)
    row = first(trial, arms=arms)
    assert_allclose(row["within_r"], 0.7, rtol=1e-9)
    assert_allclose(row["d"], 5 / np.sqrt(82), rtol=1e-9)
    # A parallel trial of that size with these SDs is as precise.
    error = np.sqrt(82 * 2 / (row["parallel_n"] / 2))
    assert_allclose(error, np.diff(scores).std(ddof=1) / np.sqrt(20), rtol=1e-9)
    assumed = first(trial, arms=arms, within_r=0.7)  # as if the two SDs were equal
    assert_allclose(assumed["d"], row["dz"] * np.sqrt(0.6), rtol=1e-9)
    assert np.isnan(assumed["within_r_low"])


def test_equivalent_parallel_trial():
    row = first(make_trial(design="crossover", n_ldn=28, n_placebo=28, p_value=0.02), within_r=0.64)
    assert_allclose(row["parallel_n"], 2 * 28 / (1 - 0.64), rtol=1e-12)
    parallel = first(make_trial(p_value=0.02), standardiser="derived")
    assert_allclose(parallel["parallel_n"], 100, rtol=1e-12)


def test_2013_is_at_least_as_precise_as_the_later_trials():
    for standardiser in ("arms", "printed", "derived"):
        table = standardise_trials(standardiser=standardiser).table.set_index("trial")
        precise = table["std_error"]
        assert precise["Crossover RCT 2013"] < precise["FINAL 2024"]


def test_printed_d_of_both_parallel_trials_fits_the_sd_at_baseline():
    arms = load_dataset("trial_arms")
    table = standardise_trials().table.set_index("trial")
    final = table.loc["FINAL 2024"]
    assert round(abs(final["raw_estimate"]) / final["sd"], 2) == 0.23
    innova = table.loc["INNOVA 2026"]
    own = arms[arms["trial"] == "INNOVA 2026"].set_index(["arm", "time"])["mean"].astype(float)
    change = {arm: own[arm, "baseline"] - own[arm, "3 months"] for arm in ("ldn", "placebo")}
    assert round((change["placebo"] - change["ldn"]) / innova["sd"], 2) == 0.19
    assert round(abs(innova["raw_estimate"]) / innova["sd"], 2) == 0.30  # the adjusted difference


def test_scale_in_points():
    points = standardise_trials().select_scale()
    assert points["trial"].tolist() == ["FINAL 2024", "INNOVA 2026"]
    assert points["estimate"].tolist() == [0.34, -0.49]
    z = stats.norm.ppf(0.975)
    assert_allclose(points["std_error"], [(0.27 + 0.95) / 2 / z, (1.31 + 0.32) / 2 / z], rtol=1e-12)
    with pytest.raises(
        ValueError, match="select_scale: no pooled trial used 'mm'; scales: percent"
    ):
        standardise_trials().select_scale("mm")


# --- which trials, and in which words -----------------------------------------------------


def test_all_from_the_table():
    effects = standardise_trials()
    printed = load_dataset("trials").set_index("trial")
    table = effects.table.set_index("trial")
    assert list(table.index) == list(printed.index)
    turned = np.where(printed["favours"] == "ldn", 1, -1) * printed["estimate"].astype(float).abs()
    assert (table["raw_estimate"] == turned).all()
    assert (np.sign(table["estimate"]) == np.sign(turned)).all()
    assert (table["status"] == printed["status"].astype(str)).all()
    assert (table["source"] == printed["source"]).all()
    moved = load_dataset("trials")
    moved.loc[moved["trial"] == "FINAL 2024", "estimate"] = "-0.68"
    again = standardise_trials(moved).table.set_index("trial")
    assert_allclose(
        again.loc["FINAL 2024", "estimate"], 2 * table.loc["FINAL 2024", "estimate"], rtol=1e-12
    )
    moved.loc[moved["trial"] == "FINAL 2024", "cohens_d"] = "0.46"
    by_d = standardise_trials(moved, standardiser="printed").table.set_index("trial")
    assert_allclose(by_d.loc["FINAL 2024", "d"], 0.46, rtol=1e-12)


def test_what_is_not_pooled_says_why_and_keeps_no_invented_interval():
    effects = standardise_trials()
    others = effects.not_pooled.set_index("trial")
    assert list(others.index) == ["Pilot 2009", "Crossover RCT 2023"]
    assert (
        "another construct (symptom reduction from baseline), not pain" in others["reason"].iloc[0]
    )
    assert "medians" in others["reason"].iloc[1]
    median = effects.to_frame().set_index("trial").loc["Crossover RCT 2023"]
    assert median["estimate"] == 0.15
    assert_allclose([median["estimate_low"], median["estimate_high"]], [0.145, 0.155], rtol=1e-12)
    assert median[["std_error", "conf_low", "conf_high"]].isna().all()
    assert (effects.pooled["reason"] == "").all()
    assert "Crossover RCT 2023, n = 58, 0.150 (no interval; not pooled)" in str(effects)


def test_pilot_in():
    effects = standardise_trials(also_pool=["Pilot 2009"])
    assert standardise_trials(also_pool="Pilot 2009").table.equals(effects.table)
    assert effects.pooled["trial"].iloc[0] == "Pilot 2009"
    assert effects.pooled["reason"].iloc[0].startswith("another construct")


def test_assumptions_in_words():
    words = standardise_trials(within_r=0.7).table.set_index("trial")["assumption"]
    assert "correlate 0.7" in words["Crossover RCT 2013"]
    assert "paired t test on 27" in words["Crossover RCT 2013"]
    assert "time is inside the effect" in words["Pilot 2009"]
    assert "time is inside" not in words["Crossover RCT 2013"]
    assert "95 % interval" in words["FINAL 2024"]
    known = standardise_trials().table.set_index("trial")["assumption"]
    assert "24.0 and 27.9, from their printed intervals" in known["Crossover RCT 2013"]
    assert "not assumed" in known["Crossover RCT 2013"]
    assert "correlate 0.64" in known["Pilot 2009"]  # borrowed from 2013
    assert "pain at baseline, 1.55 and 1.66" in known["INNOVA 2026"]
    printed = standardise_trials(standardiser="printed").table.set_index("trial")["assumption"]
    assert "which SD it was is not stated" in printed["INNOVA 2026"]
    derived = standardise_trials(standardiser="derived").table.set_index("trial")["assumption"]
    assert "without any adjustment" in derived["INNOVA 2026"]
    only_d = first(make_trial(cohens_d=0.3))
    assert "two unadjusted groups" in only_d["assumption"]


def test_sentence_says_how_the_correlation_is_known():
    assert "(within-participant correlation 0.64, derived)" in str(standardise_trials())
    assert "(within-participant correlation 0.5 assumed)" in str(standardise_trials(within_r=0.5))
    alone = standardise_trials(make_trial(design="crossover", p_value=0.02))
    assert "(within-participant correlation 0.50, assumed)" in str(alone)
    assert "correlation" not in str(standardise_trials(make_trial(p_value=0.02)))


def test_trial_that_printed_too_little_is_not_pooled():
    row = first(make_trial(design="crossover", cohens_d=0.3))
    assert not row["pooled"]
    assert "neither an interval nor a p value was printed" in row["reason"]
    bare = first(make_trial())
    assert not bare["pooled"]
    assert np.isnan(bare["estimate"])
    assert bare["assumption"] == "no effect size was printed"


def test_no_effect_at_all():
    row = first(make_trial(estimate=0.0, p_value=1.0))
    assert row["estimate"] == 0
    assert_allclose(row["std_error"], np.sqrt(2 / 50) * (row["small_sample_factor"]), rtol=1e-12)


def test_studies_are_named_by_author():
    names = standardise_trials().table.set_index("trial")["study"]
    assert names.tolist() == [
        "Younger 2009", "Younger 2013", "Bested 2023", "Due Bruun 2024", "Rodriguez-Freire 2026",
    ]  # fmt: skip


def test_intervals_of_the_table():
    effects = standardise_trials()
    for level in (0.95, 0.8):
        table = effects.to_frame(level)
        z = stats.norm.ppf(0.5 + level / 2)
        assert_allclose(table["conf_high"], table["estimate"] + z * table["std_error"], rtol=1e-12)
    assert "to_frame" not in effects._repr_html_()


# --- published meta-analyses --------------------------------------------------------------


def test_printed_meta_analyses_are_turned_and_nothing_else():
    table, printed = load_printed_meta_analyses(), load_dataset("meta_analyses")
    assert len(table) == len(printed)
    assert (table["estimate"] == -printed["estimate"].astype(float)).all()
    assert (table["conf_low"] == -printed["ci_high"].astype(float)).all()
    assert (table["conf_high"] == -printed["ci_low"].astype(float)).all()
    assert (table["conf_low"] < table["estimate"]).all()
    assert (table["printed_low"] == printed["ci_low"]).all()
    assert table["controlled"].tolist() == [True, True, False, True, True, True]
    assert table["status"].tolist() == printed["status"].astype(str).tolist()
    criticised = table.set_index("study").loc["Vatvani 2024", "note"]
    assert "Bruun 2026" in criticised
    assert "corrigendum" in criticised


# --- messages -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"within_r": 1.0}, "within_r must be at least 0 and below 1; received 1.0"),
        ({"within_r": -0.1}, "received -0.1"),
        ({"within_r": np.nan}, "received nan"),
        ({"standardiser": "raw"}, "must be one of arms, printed, derived; received 'raw'"),
        (
            {"also_pool": ["Pilot"]},
            "also_pool names 'Pilot', which is no trial; trials: Pilot 2009, Cr",
        ),
        ({"also_pool": "Trial X"}, "also_pool names 'Trial X', which is no trial"),
        ({"also_pool": ["Crossover RCT 2023"]}, "'Crossover RCT 2023' cannot be pooled: .*medians"),
    ],
)
def test_options_refused(options, message):
    with pytest.raises(ValueError, match=message):
        standardise_trials(**options)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"design": "cohort"},
            "design of 'T' must begin with crossover or parallel; received 'cohort'",
        ),
        ({"favours": "drug"}, "favours of 'T' must be ldn or placebo; received 'drug'"),
        ({"n_ldn": 2}, "'T' needs at least 3 participants per arm; received 2 and 50"),
        (
            {"design": "crossover", "n_ldn": 40},
            "same participants are in both arms; received n_ldn = 40",
        ),
        (
            {"p_value": 0.0},
            "p_value of 'T' must be above 0 and at most 1; received 0.*leave it blank",
        ),
        ({"p_value": 1.2}, "received 1.2"),
        ({"p_value": "< 0.001"}, "p_value of 'T' is only a bound .< 0.001.; leave it blank"),
        ({"p_value": "small"}, "p_value of 'T': 'small' is not a printed number"),
        ({"estimate": pd.NA}, "estimate of 'T' must be a number; received"),
        ({"estimate": np.nan}, "estimate of 'T' must be a number; received nan"),
        ({"ci_low": 1.0, "ci_high": 1.0}, "needs ci_low < ci_high; received 1 and 1"),
        ({"ci_low": 1.0}, "received 1 and nan"),
    ],
)
def test_numbers_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        standardise_trials(make_trial(**changes))


def test_missing_column_is_named():
    frame = make_trial().drop(columns=["favours", "n_ldn"])
    with pytest.raises(ValueError, match=re.escape("no column 'n_ldn', 'favours'; needed: trial")):
        standardise_trials(frame)
