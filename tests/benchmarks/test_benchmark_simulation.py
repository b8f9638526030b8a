"""Simulated trials against loops over people's own tools; run with `make bench`.

Ratios count, not times. Each loop draws its trials as ours are drawn and tests one slope a
trial; ours gives four estimands of each.
"""

import subprocess
import sys
import tracemalloc
from time import perf_counter

import numpy as np
import pytest
from timing import report, time_pairs

from ldn_analysis import (
    TrialTruth,
    find_sample_size,
    simulate_trials,
    summarise_power,
)

pytestmark = pytest.mark.benchmark

N_PEOPLE, N_TRIALS, SOME = 38, 100_000, 100
TRUTH = TrialTruth(mean_ldn=10.0, slope_ldn=0.5)


def simulate(n_trials=N_TRIALS, **options):
    return simulate_trials(TRUTH, n_people=N_PEOPLE, n_trials=n_trials, rng=1, **options)


def with_p():
    return simulate(keep=True).trials("slope_ldn")["p_value"]


def draw_one(rng):
    esr = rng.normal(TRUTH.esr_mean, TRUTH.esr_sd, N_PEOPLE)
    noise = rng.normal(0, TRUTH.residual_sd, N_PEOPLE)
    return esr, TRUTH.mean_ldn + TRUTH.slope_ldn * (esr - TRUTH.esr_mean) + noise


def loop_statsmodels():
    from statsmodels.regression.linear_model import OLS
    from statsmodels.tools import add_constant

    rng = np.random.default_rng(1)
    for _ in range(SOME):
        esr, reduction = draw_one(rng)
        _ = OLS(reduction, add_constant(esr)).fit().pvalues[1]


def loop_linregress():
    from scipy.stats import linregress

    rng = np.random.default_rng(1)
    for _ in range(SOME):
        _ = linregress(*draw_one(rng)).pvalue


@pytest.mark.parametrize("loop", [loop_statsmodels, loop_linregress])
def test_simulation_against_a_loop(loop):
    result = time_pairs(with_p, loop, pairs=15, scale=N_TRIALS / SOME)
    name = f"100,000 trials with p / {loop.__name__.removeprefix('loop_')} loop ({SOME}, scaled)"
    assert report(name, result, "at least 300") >= 300


@pytest.mark.parametrize(("ours", "name"), [(with_p, "with p"), (simulate, "summed")])
def test_simulation_against_drawing(ours, name):
    people = np.empty((1000, N_PEOPLE))

    def draw():  # one normal number a person: the noise of one line
        rng = np.random.default_rng(1)
        for _ in range(N_TRIALS // len(people)):
            rng.standard_normal(out=people)

    result = time_pairs(draw, ours, pairs=15)
    assert report(f"drawing the noise / 100,000 trials, {name}", result, "at most 2") <= 2


def test_people_do_not_cost():
    few, many = (
        lambda: simulate_trials(TRUTH, n_people=10, n_trials=N_TRIALS, rng=1),
        lambda: simulate_trials(TRUTH, n_people=1000, n_trials=N_TRIALS, rng=1),
    )
    ratio = report("trials of 10 people / of 1,000", time_pairs(few, many), "about 1")
    assert ratio < 1.5


def test_a_slider_answers_at_once():
    times = []
    for seed in range(9):
        start = perf_counter()
        simulate_trials(TRUTH, n_people=38, n_trials=10_000, rng=seed).to_frame()
        times.append(perf_counter() - start)
    print(f"10,000 trials and their table: {1e3 * np.median(times):.0f} ms (goal: under 100)")
    assert np.median(times) < 0.3


def test_power_curve_and_search():
    def curve():
        return summarise_power(
            TRUTH, n_people=range(10, 110, 10), effects=[0.25, 0.5, 1.0], n_trials=10_000, rng=1
        )

    result = time_pairs(curve, lambda: find_sample_size(TRUTH, rng=1))
    report("power curve of 30 cells x 10,000 / search of the smallest n", result, "for size")


MEASURE = """
import resource, sys
from ldn_analysis import TrialTruth, simulate_trials
simulate_trials(TrialTruth(), n_people=38, n_trials=int(sys.argv[1]), rng=1)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no resource module")
def test_memory_is_flat():
    peaks = {}
    for n_trials in (10_000, 100_000, 1_000_000, 10_000_000):
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, str(n_trials)],
            capture_output=True,
            text=True,
            check=True,
        )
        peaks[n_trials] = int(done.stdout) / 1024
        print(f"{n_trials:>12,} trials: peak of the process {peaks[n_trials]:.0f} MB")
    assert max(peaks.values()) - min(peaks.values()) < 15
    tracemalloc.start()
    simulate(1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"   1,000,000 trials: {peak / 1e6:.1f} MB of arrays and objects")
    assert peak < 10e6


def test_two_workers():
    n_trials = 10_000_000
    one = perf_counter()
    alone = simulate(n_trials)
    two = perf_counter()
    together = simulate(n_trials, n_jobs=2)
    end = perf_counter()
    for term, tally in alone.tallies.items():
        for mine, its in zip(tally, together.tallies[term], strict=True):
            assert mine.tobytes() == its.tobytes()
    rate = n_trials / (two - one) / 1e6
    print(
        f"10,000,000 trials: one process {two - one:.1f} s ({rate:.2f} million a second), "
        f"two {end - two:.1f} s with their start; same bytes"
    )
