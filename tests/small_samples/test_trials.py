"""Simulated trials against closed forms, scipy on drawn people, and themselves on more workers."""

import re
import subprocess
import sys
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import integrate, stats

from ldn_analysis import (
    SimulatedTrials,
    TrialTruth,
    estimate_truth,
    fit_lines,
    load_dataset,
    simulate_trials,
)
from ldn_analysis.small_samples import engine

BLOCK = engine.BLOCK
TERMS = ["slope_ldn", "slope_placebo", "slope_difference", "mean_difference"]
PLAIN = TrialTruth(
    esr_mean=30.0, esr_sd=10.0, mean_ldn=12.0, mean_placebo=4.0, slope_ldn=0.8, slope_placebo=0.2,
    residual_sd=20.0, condition_r=0.4,
)  # fmt: skip
MESSY = TrialTruth(
    esr_sd=8.0, mean_ldn=10.0, slope_ldn=1.0, slope_placebo=-0.4, residual_sd=15.0,
    condition_r=0.5, esr_error_sd=5.0, drop_out=0.15, period_effect=12.0,
)  # fmt: skip


def change(truth, **values):
    from dataclasses import replace

    return replace(truth, **values)


def simulate(truth, n_people=20, n_trials=40_000, rng=1, **options):
    return simulate_trials(truth, n_people=n_people, n_trials=n_trials, rng=rng, **options)


def table_of(*args, **options):
    return simulate(*args, **options).to_frame().set_index("term")


def as_bytes(simulated):
    return {
        term: [np.ascontiguousarray(part).tobytes() for part in tally]
        for term, tally in simulated.tallies.items()
    }


def near(value, expected, mcse, limit=4):
    deviation = abs(np.asarray(value) - expected) / mcse
    assert (deviation < limit).all(), (value, expected, mcse)


# --- the people that were not drawn ---------------------------------------------------------


@pytest.mark.parametrize(
    ("truth", "n_people"),
    [
        (PLAIN, 3),
        (PLAIN, 38),
        (MESSY, 7),
        (MESSY, 20),
        (change(MESSY, fixed_order=True), 11),
        (change(PLAIN, drop_out=0.6), 4),
    ],
)
def test_sums_have_the_distribution_of_drawn_people(truth, n_people):
    # An error in baseline pain of a billionth of a point changes nothing but the path.
    quick = table_of(truth, n_people)
    slow = table_of(change(truth, baseline_error_sd=1e-9), n_people, rng=2)
    for name in ("power", "coverage"):
        mcse = np.hypot(quick[f"{name}_mc_std_error"], slow[f"{name}_mc_std_error"])
        near(quick[name], slow[name], mcse)
    total = quick["n_trials"]
    share = quick["n_undefined"] / total
    near(share, slow["n_undefined"] / total, np.sqrt(2 * share * (1 - share) / total) + 1e-12)
    if n_people > 5:  # the slope of three or four people has no variance
        for name in ("bias", "std_error", "mean_std_error"):
            mcse = np.hypot(quick[f"{name}_mc_std_error"], slow[f"{name}_mc_std_error"])
            near(quick[name], slow[name], mcse * (1 if name == "bias" else 1.5))
        mcse = np.hypot(
            quick["significant_size_mc_std_error"], slow["significant_size_mc_std_error"]
        )
        near(quick["significant_size"], slow["significant_size"], mcse)


@pytest.mark.parametrize("truth", [change(PLAIN, baseline_error_sd=6.0),
                                   change(MESSY, baseline_error_sd=3.0)])  # fmt: skip
def test_estimates_equal_scipy_on_the_same_people(truth):
    n_people, n_trials, seed = 9, 60, 5
    simulated = simulate(truth, n_people, n_trials, rng=seed, keep=True)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(n_people, 0)))
    people = engine.draw_people(truth, n_people, n_trials, rng)
    for i, (esr, ldn, placebo) in enumerate(zip(*people, strict=True)):
        stays = ~np.isnan(esr)
        esr, ldn, placebo = esr[stays], ldn[stays], placebo[stays]
        for term, y in zip(TERMS, (ldn, placebo, ldn - placebo), strict=False):
            row, expected = simulated.trials(term).iloc[i], stats.linregress(esr, y)
            found = row[["estimate", "std_error", "p_value"]].astype(float)
            assert_allclose(found, [expected.slope, expected.stderr, expected.pvalue], rtol=1e-8)
            assert row["n_obs"] == stays.sum()
        row, expected = simulated.trials(TERMS[3]).iloc[i], stats.ttest_rel(ldn, placebo)
        assert_allclose(row["estimate"], (ldn - placebo).mean(), rtol=1e-9)
        assert_allclose([row["statistic"], row["p_value"]], expected, rtol=1e-8)
        assert row["df"] == expected.df


def test_drawn_people_are_what_the_truth_says():
    truth = change(PLAIN, esr_error_sd=4.0)
    esr, ldn, placebo = engine.draw_people(truth, 100, 2000, np.random.default_rng(1))
    n = esr.size
    near(esr.mean(), 30, esr.std() / np.sqrt(n))
    assert_allclose(esr.var(), 10**2 + 4**2, rtol=4 * np.sqrt(2 / n))
    cov = np.cov([esr.ravel(), ldn.ravel(), placebo.ravel()])
    expected = [
        [116, 80, 20],
        [80, 0.64 * 100 + 400, 0.16 * 100 + 160],
        [20, 0.16 * 100 + 160, 0.04 * 100 + 400],
    ]
    errors = np.sqrt((np.outer(np.diag(expected), np.diag(expected)) + np.square(expected)) / n)
    near(cov, expected, errors)


def test_two_orders_halve_the_people_and_a_period_is_the_second_one():
    truth = TrialTruth(period_effect=1e6)
    _, ldn, placebo = engine.draw_people(truth, 7, 400, np.random.default_rng(1))
    ldn_second, placebo_second = (ldn > 5e5).sum(-1), (placebo > 5e5).sum(-1)
    assert_array_equal(ldn_second + placebo_second, 7)
    assert set(ldn_second) == {3, 4}
    assert abs((ldn_second == 3).mean() - 0.5) < 4 * 0.5 / 20
    truth = change(truth, fixed_order=True)
    _, ldn, placebo = engine.draw_people(truth, 7, 4, np.random.default_rng(1))
    assert (ldn > 5e5).all()
    assert (placebo < 5e5).all()


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


# --- the same whoever does the work -----------------------------------------------------------


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(engine, "BATCH", 2)


@pytest.mark.usefixtures("small_batches")
def test_two_workers_give_the_same_bytes_as_one():
    one = simulate(MESSY, 9, 30_000, keep=True)
    two = simulate(MESSY, 9, 30_000, keep=True, n_jobs=2)
    assert as_bytes(one) == as_bytes(two)
    for name, values in one.kept.items():
        assert values.tobytes() == two.kept[name].tobytes()


@pytest.mark.usefixtures("small_batches")
def test_a_cluster_gives_the_same_bytes_as_one_process():
    distributed = pytest.importorskip("distributed")
    from joblib import parallel_config

    expected = as_bytes(simulate(MESSY, 9, 60_000))
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster),
        parallel_config("dask"),
    ):
        assert as_bytes(simulate(MESSY, 9, 60_000)) == expected


def test_blocks_do_not_know_of_one_another(monkeypatch):
    long = simulate(MESSY, 9, 5 * BLOCK, keep=True)
    short = simulate(MESSY, 9, 3 * BLOCK, keep=True)
    for name, values in short.kept.items():
        assert_array_equal(values, long.kept[name][..., : 3 * BLOCK])
    plan = engine.Plan(MESSY, 9, tuple(TERMS))
    _, alone = engine._simulate_batch(plan, 1, 2 * BLOCK, BLOCK, True)  # the third by itself
    for name, values in alone.items():
        assert_array_equal(values, long.kept[name][..., 2 * BLOCK : 3 * BLOCK])
    monkeypatch.setattr(engine, "BATCH", 1)
    again = simulate(MESSY, 9, 5 * BLOCK)
    for term, tally in again.tallies.items():
        assert_array_equal(tally.counts, long.tallies[term].counts)
        assert_array_equal(tally.histogram, long.tallies[term].histogram)
        assert_allclose(tally.moments, long.tallies[term].moments, rtol=1e-10, atol=1e-9)


def test_streams_differ_between_blocks_seeds_and_sizes():
    def first(**options):
        return simulate(PLAIN, keep=True, **options).trials("slope_ldn")["estimate"]

    same = first(n_trials=2 * BLOCK)
    assert len(np.unique(same)) == 2 * BLOCK
    assert not np.isin(first(n_trials=500, rng=2), same).any()
    assert abs(np.corrcoef(first(n_trials=BLOCK, n_people=21), same[:BLOCK])[0, 1]) < 4 / BLOCK**0.5


def test_a_generator_is_drawn_from_once():
    rng = np.random.default_rng(3)
    one, two = simulate(PLAIN, 9, 100, rng=rng), simulate(PLAIN, 9, 100, rng=rng)
    assert as_bytes(one) != as_bytes(two)
    assert as_bytes(one) == as_bytes(simulate(PLAIN, 9, 100, rng=np.random.default_rng(3)))


@pytest.mark.parametrize("truth", [PLAIN, change(PLAIN, baseline_error_sd=1.0)])
def test_memory_does_not_grow_with_trials_or_people(truth):
    def peak(n_people, n_trials):
        tracemalloc.start()
        simulate(truth, n_people, n_trials)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    simulate(truth, 5, 100)
    few = peak(20, 3 * BLOCK)
    many = peak(20, BLOCK * (60 if truth is PLAIN else 12))
    assert many < 1.03 * few
    assert peak(1000, BLOCK) < 16e6  # people x trials x 8 bytes are 66 MB for each variable


# --- stopping -------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("keep", [True, False])
def test_ctrl_c_keeps_finished_batches(monkeypatch, keep):
    real, calls = engine._simulate_batch, []

    def stop_at_third(*args):
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*args)

    expected = simulate(PLAIN, 9, 4 * BLOCK, keep=keep)
    monkeypatch.setattr(engine, "_simulate_batch", stop_at_third)
    stopped = simulate(PLAIN, 9, 100_000, keep=keep)
    assert (stopped.n_trials, stopped.n_requested) == (4 * BLOCK, 100_000)
    assert f"{4 * BLOCK:,} simulated trials (stopped early, of 100,000)" in str(stopped)
    assert as_bytes(stopped) == as_bytes(expected)
    if keep:
        assert len(stopped.trials("slope_ldn")) == 4 * BLOCK


def test_ctrl_c_before_anything_is_finished_stops(monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "_simulate_batch", stop)
    with pytest.raises(KeyboardInterrupt):
        simulate(PLAIN, 9, 100)


STOP = """
import os, signal, sys, threading
from ldn_analysis import TrialTruth, simulate_trials
from ldn_analysis.small_samples import engine
if __name__ == "__main__":
    # What a shell starts in the background inherits a SIGINT that is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    jobs = int(sys.argv[1])
    ask = dict(n_people=9, rng=1, n_jobs=jobs)
    simulate_trials(TrialTruth(), n_trials=200_000, **ask)  # the workers are up
    make, made = engine.Cell, []
    def make_and_stop(*parts):  # by the third batch two are finished, on a busy machine too
        made.extend([1] if parts[0] else [])
        if parts[0] and len(made) == 3:
            threading.Timer(0, os.kill, (os.getpid(), signal.SIGINT)).start()
        return make(*parts)
    engine.Cell = make_and_stop
    trials = simulate_trials(TrialTruth(), n_trials=2_000_000_000, **ask)
    print(trials.n_trials, trials.tallies["slope_ldn"].n_trials.sum(), trials)
    print(simulate_trials(TrialTruth(), n_trials=100, **ask).n_trials)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to oneself")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_real_ctrl_c_stops_cleanly(tmp_path, jobs):
    script = tmp_path / "stop.py"
    script.write_text(STOP)
    done = subprocess.run(
        [sys.executable, "-W", "error", script, str(jobs)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    counts, again = done.stdout.splitlines()
    finished, counted, *_ = counts.split()
    assert finished == counted
    assert 0 < int(finished) < 2_000_000_000
    assert int(finished) % (engine.BLOCK * engine.BATCH) == 0
    assert "stopped early, of 2,000,000,000" in counts
    assert again == "100"


def test_progress_is_quiet_in_a_pipe_and_shown_when_requested(capsys, monkeypatch):
    import tqdm

    simulate(PLAIN, 9, 200_000)
    assert capsys.readouterr().err == ""
    real = tqdm.tqdm
    monkeypatch.setattr(tqdm, "tqdm", lambda *a, **k: real(*a, **(k | {"delay": 0})))
    simulate(PLAIN, 9, 200_000, progress=True)
    shown = capsys.readouterr().err
    assert "trial/s" in shown
    assert re.search(r"200k/200k \[\d\d:\d\d<\d\d:\d\d", shown)


def test_the_module_is_light():
    code = (
        "import sys, ldn_analysis.small_samples.trials, ldn_analysis.small_samples.power; "
        "print([m for m in ('joblib', 'tqdm', 'scipy.stats', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- the truth ----------------------------------------------------------------------------------


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
