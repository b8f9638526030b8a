"""Simulated trials against closed forms, numpy and what is refused."""

import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import integrate, stats
from truths import MESSY, PLAIN, TERMS, change, near, simulate, table_of

from ldn_analysis import (
    TrialTruth,
)
from ldn_analysis.small_samples.trials import SimulatedTrials

# --- closed forms --------------------------------------------------------------------------


@pytest.mark.parametrize("n_people", [5, 10, 38])
def test_type_one_error_and_coverage_are_nominal(n_people):
    table = simulate(TrialTruth(), n_people, 100_000, keep=True)
    for level in (0.8, 0.9, 0.95, 0.99):
        rows, share = table.to_frame(level), 1 - level
        mcse = np.sqrt(share * (1 - share) / 100_000)
        near(rows["power"], share, mcse)
        near(rows["coverage"], level, mcse)
    p = table.trials("slope_ldn")["p_value"]
    assert stats.kstest(p, "uniform").pvalue > 1e-4


def test_estimates_have_their_theoretical_mean_and_spread():
    n = 20
    table = table_of(PLAIN, n)
    near(table["bias"], 0, table["bias_mc_std_error"])
    # Mean of 1 / Sxx of normal ESR: 1 / (variance (n - 3)).
    sd_difference = 20 * np.sqrt(2 * 0.6)
    expected = np.array([20, 20, sd_difference]) / (10 * np.sqrt(n - 3))
    near(table["std_error"][:3], expected, 1.2 * table["std_error_mc_std_error"][:3])
    near(table["mean_std_error"][:3], expected, table["mean_std_error_mc_std_error"][:3])
    paired = np.sqrt((sd_difference**2 + 0.6**2 * 100) / n)
    near(table["std_error"].iloc[3], paired, table["std_error_mc_std_error"].iloc[3])
    near(table["mean_std_error"].iloc[3], paired, table["mean_std_error_mc_std_error"].iloc[3])


def test_wrong_sign_and_exaggeration_equal_theory():
    # Paired t: the estimate is normal, its SD independent of it.
    truth, n = TrialTruth(mean_ldn=4.0, residual_sd=20.0, condition_r=0.4), 12
    row = table_of(truth, n, 400_000).loc["mean_difference"]
    sd = 20 * np.sqrt(1.2)
    se, critical = sd / np.sqrt(n), stats.t.ppf(0.975, n - 1)
    shift = 4 / se
    right, wrong = stats.nct.sf(critical, n - 1, shift), stats.nct.cdf(-critical, n - 1, shift)
    near(row["power"], right + wrong, row["power_mc_std_error"])
    near(row["wrong_sign"], wrong / (right + wrong), row["wrong_sign_mc_std_error"])

    def size_given(q):  # of |estimate| beyond critical x se x q, unconditional
        a, b = critical * q - shift, critical * q + shift
        up = 4 * stats.norm.sf(a) + se * stats.norm.pdf(a)
        down = -4 * stats.norm.sf(b) + se * stats.norm.pdf(b)
        return up + down

    chi = stats.chi(n - 1)
    size, _ = integrate.quad(lambda q: size_given(q / np.sqrt(n - 1)) * chi.pdf(q), 0, 12)
    near(row["significant_size"], size / (right + wrong), row["significant_size_mc_std_error"])
    assert row["significant_size"] > 1.8 * 4  # the winner's curse is large here


def test_error_in_esr_shrinks_the_slope_by_the_reliability():
    truth = change(PLAIN, esr_error_sd=5.0)
    assert_allclose(truth.esr_reliability, 0.8, rtol=1e-15)
    table = table_of(truth, 25, 100_000)
    near(table["bias"][:3], [-0.2 * 0.8, -0.2 * 0.2, -0.2 * 0.6], table["bias_mc_std_error"][:3])
    near(table["bias"].iloc[3], 0, table["bias_mc_std_error"].iloc[3])
    assert table.loc["slope_ldn", "coverage"] < 0.945


def test_a_fixed_order_gives_the_period_to_the_drug():
    drift = change(PLAIN, period_effect=9.0, mean_ldn=4.0)
    fixed = table_of(change(drift, fixed_order=True), 20)
    row = fixed.loc["mean_difference"]
    near(row["bias"], 9, row["bias_mc_std_error"])
    assert row["true_value"] == 0
    assert row["power"] > 0.3  # no effect at all, and found in every third trial
    near(fixed["bias"][:3], 0, fixed["bias_mc_std_error"][:3])
    random = table_of(drift, 20).loc["mean_difference"]
    near(random["bias"], 0, random["bias_mc_std_error"])
    # Balance removes the period from the estimate but not from its standard error.
    variance = 400 * 1.2 + 0.36 * 100
    near(random["std_error"], np.sqrt(variance / 20), random["std_error_mc_std_error"])
    expected = np.sqrt((variance + 81 * 20 / 19) / 20)
    near(random["mean_std_error"], expected, random["mean_std_error_mc_std_error"])
    assert random["power"] < 0.045


def test_error_in_baseline_stretches_percentages():
    truth = TrialTruth(
        mean_ldn=20.0, residual_sd=10.0, baseline_mean=50.0, baseline_sd=0.0, baseline_error_sd=8.0
    )
    scale, _ = integrate.quad(
        lambda z: 50 / np.clip(50 + 8 * z, 1, 100) * stats.norm.pdf(z), -10, 10, limit=200
    )
    row = table_of(truth, 30).loc["mean_difference"]
    near(row["bias"], 20 * (scale - 1), row["bias_mc_std_error"])
    without = table_of(change(truth, baseline_error_sd=0.0), 30)
    # Shared by both percentages, it hurts a line much more than the paired difference.
    with_error = table_of(truth, 30)
    ratio = with_error["mean_std_error"] / without["mean_std_error"]
    assert ratio["slope_placebo"] > 1.6 > 1.3 > ratio["mean_difference"]


def test_drop_out_leaves_binomial_completers():
    truth = change(PLAIN, drop_out=0.3)
    simulated = simulate(truth, 6, 20_000, keep=True)
    n_obs = simulated.trials("slope_ldn")["n_obs"]
    observed = np.bincount(n_obs, minlength=7)
    expected = stats.binom.pmf(np.arange(7), 6, 0.7) * 20_000
    assert stats.chisquare(observed, expected).pvalue > 1e-4
    table = simulated.to_frame().set_index("term")
    assert table.loc["slope_ldn", "n_undefined"] == observed[:3].sum()
    assert table.loc["mean_difference", "n_undefined"] == observed[:2].sum()
    trials = simulated.trials("slope_ldn")
    assert trials.loc[n_obs < 3, "p_value"].isna().all()
    assert trials.loc[n_obs >= 3, "p_value"].notna().all()


# --- tables --------------------------------------------------------------------------------


def test_table_equals_numpy_on_the_trials():
    simulated = simulate(MESSY, 8, 9000, keep=True)
    for row in simulated.to_frame().itertuples():
        trials = simulated.trials(row.term)
        n = len(trials)
        good = trials.dropna()
        k, error = len(good), good["estimate"] - row.true_value
        assert (row.n_trials, row.n_undefined) == (n, n - k)
        assert_allclose(row.estimate, good["estimate"].mean(), rtol=1e-10)
        assert_allclose(row.bias, error.mean(), rtol=1e-9)
        assert_allclose(row.bias_mc_std_error, error.std() / np.sqrt(k), rtol=1e-9)
        assert_allclose(row.std_error, error.std(), rtol=1e-9)
        assert_allclose(row.std_error_mc_std_error, error.std() / np.sqrt(2 * (k - 1)), rtol=1e-9)
        variance = good["std_error"] ** 2
        assert_allclose(row.mean_std_error, np.sqrt(variance.mean()), rtol=1e-9)
        mcse = np.sqrt(variance.var(ddof=0) / (4 * k * variance.mean()))
        assert_allclose(row.mean_std_error_mc_std_error, mcse, rtol=1e-6)
        found = good[good["p_value"] < 0.05]
        assert_allclose(row.power, len(found) / n, rtol=1e-12)
        assert_allclose(
            row.power_mc_std_error, np.sqrt(row.power * (1 - row.power) / n), rtol=1e-12
        )
        interval = stats.binomtest(len(found), n).proportion_ci(method="wilson")
        assert_allclose([row.power_low, row.power_high], interval, rtol=1e-10)
        reach = stats.t.ppf(0.975, good["df"]) * good["std_error"]
        assert_allclose(row.coverage, (error.abs() <= reach).mean(), rtol=1e-12)
        size = found["estimate"].abs()
        assert_allclose(row.significant_size, size.mean(), rtol=1e-10)
        assert_allclose(
            row.significant_size_mc_std_error, size.std(ddof=0) / len(size) ** 0.5, rtol=1e-7
        )
        wrong = (found["estimate"] * row.true_value < 0).mean()
        assert_allclose(row.wrong_sign, wrong, rtol=1e-12)


def test_a_level_that_was_not_counted_comes_from_the_trials():
    kept = simulate(MESSY, 8, 5000, keep=True)
    counted, recounted = kept.to_frame(0.95), kept.to_frame(0.95 + 1e-13)
    pd.testing.assert_frame_equal(counted, recounted, rtol=1e-12)
    assert (kept.to_frame(0.5)["power"] > counted["power"]).all()
    with pytest.raises(
        ValueError, match=r"confidence_level 0\.5 was not counted; it is one of 0\.9"
    ):
        simulate(MESSY, 8, 100).to_frame(0.5)


@pytest.mark.parametrize("truth", [PLAIN, MESSY, change(MESSY, fixed_order=True)])
def test_histogram_counts_the_trials(truth):
    simulated = simulate(truth, 12, 9000, keep=True)
    for term in TERMS:
        table, trials = simulated.histogram(term), simulated.trials(term).dropna()
        inside = table.iloc[1:-1]
        edges = [*inside["low"], inside["high"].iloc[-1]]
        for name, chosen in (
            ("n_significant", trials["p_value"] < 0.05),
            ("n_not_significant", trials["p_value"] >= 0.05),
        ):
            expected, _ = np.histogram(trials.loc[chosen, "estimate"], edges)
            assert_array_equal(inside[name], expected)
            assert table[name].sum() == chosen.sum()
        beyond = table.iloc[[0, -1]][["n_significant", "n_not_significant"]].to_numpy().sum()
        assert beyond < 0.01 * len(trials)


def test_sentence_and_html_say_what_was_done():
    simulated = simulate(PLAIN, 20, 1000)
    assert isinstance(simulated, SimulatedTrials)
    power = simulated.to_frame().set_index("term").loc["mean_difference", "power"]
    assert str(simulated).startswith(
        "1,000 simulated trials of 20 participants; significant at 5 %:"
    )
    assert f"mean difference LDN - placebo {100 * power:.1f} % (true value 8.00" in str(simulated)
    assert "<table" in simulated._repr_html_()
    assert table_of(TrialTruth(), 5, 100)["wrong_sign"].isna().all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: simulate(PLAIN, 2), ValueError, "n_people must be a whole number, 3 or more; received 2"),
        (lambda: simulate(PLAIN, 9.5), TypeError, "n_people must be a whole number, 3 or more; received 9.5"),
        (lambda: simulate(PLAIN, 9, 0), ValueError, "n_trials must be a whole number, 1 or more; received 0"),
        (lambda: simulate(PLAIN, 9, True), TypeError, "n_trials must be a whole number"),
        (lambda: simulate({}, 9), TypeError, "truth must be a TrialTruth; received dict"),
        (lambda: simulate(PLAIN, 9, rng=None), ValueError, "simulate_trials: rng is None; pass a seed"),
        (lambda: simulate(PLAIN, 9, rng=-1), TypeError, "whole number from 0) or a numpy Generator; received -1"),
        (lambda: PLAIN.value_of("slope"), ValueError, "no estimand 'slope'; known: slope_ldn, slope"),
        (lambda: PLAIN.with_effect("x", 1), ValueError, "with_effect: no estimand 'x'; known: slope_l"),
        (lambda: PLAIN.find_slope(1.0), ValueError, "r_squared must be from 0 to below 1; received 1"),
        (lambda: simulate(PLAIN, 9, 9).trials("slope_ldn"), ValueError, "only sums were kept; call"),
        (lambda: simulate(PLAIN, 9, 9).trials("x"), ValueError, "trials: no estimand 'x'; known: "),
        (lambda: simulate(PLAIN, 9, 9).histogram("x"), ValueError, "histogram: no estimand 'x'"),
    ],
)  # fmt: skip
def test_messages(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()
