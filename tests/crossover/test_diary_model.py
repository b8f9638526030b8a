"""The diary model against lme4 and simulated diaries."""

import warnings

import numpy as np
import pandas as pd
import pytest
from witnesses import read_trials

from ldn_analysis.crossover.diary_model import fit_diary_model
from ldn_analysis.crossover.two_period import fit_crossover

TRIALS = read_trials()


@pytest.mark.parametrize(
    ("case", "slopes"),
    [
        ("diary both", ("condition", "day")),
        ("diary condition", ("condition",)),
        ("diary intercept", ()),
    ],
)
def test_diary_model_equals_lme4(case, slopes, analysed, diary):
    fit = fit_diary_model(diary, analysed, slopes=slopes)
    table = fit.to_frame().set_index("term")
    names = {"intercept": "(Intercept)", "condition": "c", "period": "p", "day": "day"}
    for term, name in names.items():
        lmer = TRIALS[case, name]
        error = lmer["std_error"]
        assert table.loc[term, "estimate"] == pytest.approx(lmer["estimate"], abs=1e-5 * error)
        assert table.loc[term, "std_error"] == pytest.approx(error, rel=1e-5)
    glance = fit.glance().iloc[0]
    lmer = TRIALS[case, "fit"]
    assert glance["log_likelihood"] == pytest.approx(lmer["log_likelihood"], abs=1e-6)
    assert glance["residual_sd"] == pytest.approx(lmer["residual_sd"], rel=1e-5)
    assert glance["intercept_sd"] == pytest.approx(lmer["intercept_sd"], rel=1e-5)
    assert fit.df == 27
    assert fit.converged
    assert not fit.boundary


def test_random_slope_keeps_days_from_counting_as_participants(analysed, diary):
    days = diary
    with_slope = fit_diary_model(days, analysed, slopes=("condition",)).to_frame()
    without = fit_diary_model(days, analysed, slopes=()).to_frame()
    assert with_slope["std_error"][1] > 3 * without["std_error"][1]


def simulate_diary(rng, n=12, days=20, level_sd=10.0, slope_sd=6.0, correlation=0.0):
    rows = []
    for i in range(n):
        level, slope = rng.normal(50, level_sd), rng.normal(0, slope_sd)
        for j, phase in enumerate(("ldn", "placebo")):
            noise = rng.normal(size=days) * 5
            for k in range(1, days):
                noise[k] = correlation * noise[k - 1] + np.sqrt(1 - correlation**2) * noise[k]
            rating = level + (0.5 - j) * (slope - 4) + noise
            part = {"participant": f"p{i}", "phase": phase, "day_in_phase": np.arange(1, days + 1)}
            rows.append(pd.DataFrame(part | {"pain_0_100": rating}))
    people = pd.DataFrame({"participant": [f"p{i}" for i in range(n)]})
    people["sequence"] = ["ldn then placebo", "placebo then ldn"] * (n // 2)
    return pd.concat(rows, ignore_index=True), people


def test_autocorrelation_is_measured():
    rng = np.random.default_rng(5)
    diary, people = simulate_diary(rng, days=60, correlation=0.6)
    fit = fit_diary_model(diary, people)
    assert fit.autocorrelation == pytest.approx(0.6, abs=0.08)
    assert fit.n_lag_pairs == 12 * 2 * 59
    diary, people = simulate_diary(rng, days=60)
    assert fit_diary_model(diary, people).autocorrelation == pytest.approx(0.0, abs=0.08)


def test_complete_diary_gives_the_paired_t_of_their_means():
    """With equal complete days and a random condition slope the answer is that of the means."""
    diary, people = simulate_diary(np.random.default_rng(11))
    only = people[["participant"]]  # no sequence: no period effect
    row = fit_diary_model(diary, only, slopes=("condition",)).to_frame().iloc[1]
    means = diary.groupby(["participant", "phase"])["pain_0_100"].mean().reset_index()
    data = means.rename(columns={"phase": "condition"}).merge(people)
    table = fit_crossover(data, outcome="pain_0_100").to_frame().set_index("term")
    for name in ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high"):
        assert row[name] == pytest.approx(table.loc["paired difference", name], rel=1e-4)


def test_boundary_and_failed_fits_are_said():
    diary, people = simulate_diary(np.random.default_rng(2), level_sd=0.0, slope_sd=0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = fit_diary_model(diary, people)
    assert fit.boundary
    assert "day" not in fit.random
    assert "was left out" in str(fit)
    assert "no variance of its own (boundary)" in str(fit)
    assert np.isfinite(fit.autocorrelation)


def test_diary_of_one_sequence_says_that_period_is_not_separable(outcomes, diary):
    pilot = outcomes.query("trial == 'pilot'")
    fit = fit_diary_model(diary, pilot)
    assert "period" not in set(fit.to_frame()["term"])
    assert "cannot be told apart" in str(fit)
    assert fit.df == 9


def test_diary_counts_blank_days_and_refuses_bad_input(analysed, diary):
    days = diary
    chosen = days["participant"].isin(analysed["participant"])
    chosen &= days["phase"].isin(["ldn", "placebo"])
    fit = fit_diary_model(days, analysed, slopes=())
    assert fit.n_dropped == days.loc[chosen, "pain_0_100"].isna().sum()
    assert fit.n_obs + fit.n_dropped == chosen.sum()
    with pytest.raises(ValueError, match="fit_diary_model: 'pain_0_100' is not numeric"):
        fit_diary_model(days.astype({"pain_0_100": str}), analysed)
    with pytest.raises(ValueError, match="no column 'mood' in diaries; columns: participant"):
        fit_diary_model(days, analysed, rating="mood")
    with pytest.raises(ValueError, match="no day has phase 'drug'; phases: placebo, ldn"):
        fit_diary_model(days, analysed, conditions=("drug", "placebo"))
    with pytest.raises(ValueError, match="slopes must be a list of some of condition, day"):
        fit_diary_model(days, analysed, slopes=("week",))
    with pytest.raises(ValueError, match=r"1 participant\(s\) have no diary, first 'X'"):
        fit_diary_model(days, pd.DataFrame({"participant": ["C01", "X"]}))
    with pytest.raises(ValueError, match="at least 3 participants with ratings under both"):
        fit_diary_model(days, analysed.iloc[:2])
    with pytest.raises(ValueError, match="two rows for one day"):
        fit_diary_model(pd.concat([days, days[chosen].iloc[:1]]), analysed)
