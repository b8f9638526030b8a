"""Truths that several tests of the simulated trials start from, and short ways to simulate them."""

from dataclasses import replace

import numpy as np

from ldn_analysis import TrialTruth, simulate_trials

__all__ = ["MESSY", "PLAIN", "TERMS", "change", "near", "simulate", "table_of"]

TERMS = ["slope_ldn", "slope_placebo", "slope_difference", "mean_difference"]
PLAIN = TrialTruth(
    esr_mean=30.0, esr_sd=10.0, mean_ldn=12.0, mean_placebo=4.0, slope_ldn=0.8, slope_placebo=0.2,
    residual_sd=20.0, condition_r=0.4,
)  # fmt: skip
MESSY = TrialTruth(
    esr_sd=8.0, mean_ldn=10.0, slope_ldn=1.0, slope_placebo=-0.4, residual_sd=15.0,
    condition_r=0.5, esr_error_sd=5.0, drop_out=0.15, period_effect=12.0,
)  # fmt: skip
change = replace


def simulate(truth, n_people=20, n_trials=40_000, rng=1, **options):
    return simulate_trials(truth, n_people=n_people, n_trials=n_trials, rng=rng, **options)


def table_of(*args, **options):
    return simulate(*args, **options).to_frame().set_index("term")


def near(value, expected, mcse, limit=4):
    deviation = abs(np.asarray(value) - expected) / mcse
    assert (deviation < limit).all(), (value, expected, mcse)
