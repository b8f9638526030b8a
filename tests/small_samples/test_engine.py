"""The engine: sums have the distribution of drawn participants; blocks, workers, Ctrl-C, memory."""

import re
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats
from truths import MESSY, PLAIN, TERMS, change, near, simulate, table_of

from ldn_analysis import (
    TrialTruth,
)
from ldn_analysis.small_samples import engine

BLOCK = engine.BLOCK


def as_bytes(simulated):
    return {
        term: [np.ascontiguousarray(part).tobytes() for part in tally]
        for term, tally in simulated.tallies.items()
    }


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
