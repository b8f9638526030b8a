"""The crossover's mixed model in closed form against its peers, in one run (make bench)."""

import shutil
import statistics
import subprocess
import time
import warnings

import numpy as np
import pytest
from timing import report, summarise_pairs, time_pairs

from ldn_analysis.crossover.paired_reml import solve_paired_reml

REPEATS = 9

LMER = """
suppressMessages(library(lme4))
d <- read.csv(file("stdin"))
fit <- function() lmer(y ~ c + p + (1 | id), d, REML = TRUE)
invisible(fit())
times <- replicate(9, system.time(for (i in 1:10) fit())[["elapsed"]] / 10)
cat(sprintf("%.15g", c(median(times), as.numeric(logLik(fit())))))
"""


def make_trial():
    """Fourteen persons a sequence: outcomes, order, and the long design."""
    rng = np.random.default_rng(8)
    n = 28
    order = np.repeat([-1.0, 1.0], n // 2)
    person = rng.normal(0, 15, n)
    first, second = (person + rng.normal(mean, 16, n) for mean in (28, 18))
    half = np.repeat([0.5, -0.5], n)
    design = np.column_stack([np.ones(2 * n), half, np.concatenate([order, -order]) / 2])
    return first, second, order, design


def time_once(function) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def solve(first, second, order):
    ones = np.ones((len(first), 1))
    return solve_paired_reml(first, second, np.column_stack([ones, order]), ones)


@pytest.mark.benchmark
def test_closed_form_against_mixedlm():
    from statsmodels.regression.mixed_linear_model import MixedLM

    first, second, order, design = make_trial()
    y, groups = np.concatenate([first, second]), np.tile(np.arange(len(first)), 2)

    def peer():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return MixedLM(y, design, groups=groups).fit(reml=True)

    ours = solve(first, second, order)
    assert ours.log_likelihood == pytest.approx(peer().llf, abs=1e-6)
    # Ours is too quick to time once: twenty calls a pair.
    timing = time_pairs(lambda: solve(first, second, order), peer, pairs=REPEATS, calls=20)
    ratio = report("crossover in closed form / MixedLM", timing, "at least 20")
    assert ratio >= 20


@pytest.mark.benchmark
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_closed_form_against_lme4():
    first, second, order, design = make_trial()
    n = len(first)
    y = np.concatenate([first, second])
    rows = [
        f"{a!r},{c},{p},{i}"
        for a, c, p, i in zip(
            y.tolist(), design[:, 1], design[:, 2], list(range(n)) * 2, strict=True
        )
    ]
    result = subprocess.run(
        ["Rscript", "-e", LMER],
        input="\n".join(["y,c,p,id", *rows]) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        pytest.skip(f"lme4 is not installed: {result.stderr[-200:]}")
    seconds, log_likelihood = (float(part) for part in result.stdout.split())
    ours = solve(first, second, order)
    assert ours.log_likelihood == pytest.approx(log_likelihood, abs=1e-6)
    fast = statistics.median(
        time_once(lambda: [solve(first, second, order) for _ in range(50)]) / 50
        for _ in range(REPEATS)
    )
    timing = summarise_pairs([(fast, seconds)])
    assert report("crossover in closed form / lme4 (another process)", timing, "at least 20") >= 20
