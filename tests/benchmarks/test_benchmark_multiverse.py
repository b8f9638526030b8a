"""The joint test of the specification curve against a loop of refits with statsmodels."""

import numpy as np
import pytest
from statsmodels.regression.linear_model import OLS
from timing import report, time_pairs

from ldn_analysis import fit_multiverse, load_dataset, permute_multiverse

SHUFFLES, GOAL = 1_280, 10_000


@pytest.mark.benchmark
def test_joint_test_is_a_hundred_times_as_fast_as_a_loop_of_refits():
    multiverse = fit_multiverse(load_dataset("daily_pain"), load_dataset("participants"))
    batch = next(one for one in multiverse.batches if "OLS" in one.kinds)
    rng = np.random.default_rng(1)
    outcomes = min(len(batch.y), 10)

    def refit():
        """The slopes of one form of ESR in one shuffle, with nobody left out: the cheaper half."""
        for k in range(outcomes):
            reduced = OLS(batch.y[k], batch.basis[k]).fit()
            y = reduced.fittedvalues + rng.permutation(reduced.resid)
            fit = OLS(y, np.column_stack([batch.forms[0], batch.basis[k]])).fit()
            assert fit.bse[0] > 0

    n = permute_multiverse(multiverse, rng=1, n_permutations=1).n_specifications
    timing = time_pairs(
        lambda: permute_multiverse(multiverse, rng=1, n_permutations=SHUFFLES, progress=False),
        refit, pairs=3, scale=n / outcomes * SHUFFLES,
    )  # fmt: skip
    seconds = timing.ours * GOAL / SHUFFLES
    print(f"\n{GOAL:,} shuffles of {n:,} specifications: {seconds:.1f} s (goal: at most 10 s)")
    name = f"joint test, {SHUFFLES:,} shuffles / statsmodels loop ({outcomes} refits, scaled)"
    assert report(name, timing, f"{GOAL:,} in 10 s; here {seconds:.1f} s", "at least 100") >= 100
