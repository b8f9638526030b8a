"""The search for a sample size against exact power and statsmodels."""

from dataclasses import replace

import numpy as np
import pytest
from statsmodels.stats.power import TTestPower
from truths import PLAIN as TRUTH

from ldn_analysis import (
    compute_power_exact,
    find_sample_size,
)
from ldn_analysis.small_samples import engine
from ldn_analysis.small_samples.sample_size import SampleSize


@pytest.mark.parametrize(
    ("term", "target", "level"),
    [
        ("slope_ldn", 0.8, 0.95),
        ("mean_difference", 0.9, 0.95),
        ("mean_difference", 0.8, 0.99),
        ("slope_difference", 0.5, 0.9),
    ],
)
def test_the_smallest_size_holds_the_exact_one(term, target, level):
    found = find_sample_size(
        TRUTH, power=target, estimand=term, confidence_level=level, n_trials=50_000, rng=1
    )

    def reaches(n):
        return (
            compute_power_exact(TRUTH, n_people=n, estimand=term, confidence_level=level) >= target
        )

    exact = next(n for n in range(3, 400) if reaches(n))
    assert isinstance(found, SampleSize)
    assert found.n_low <= exact <= found.n_high
    assert found.n_low <= found.n_people <= found.n_high
    assert found.n_high - found.n_low <= 0.04 * exact + 2
    table = found.to_frame().set_index("n_people")
    assert table.loc[found.n_people, "power"] >= target > table.loc[found.n_people - 1, "power"]
    for n, column in ((found.n_low, "power_high"), (found.n_high, "power_low")):
        assert table.loc[n, column] >= target > table.loc[n - 1, column]
    assert table.index.is_monotonic_increasing
    sentence = (
        f"{found.n_people:,} participants ({found.n_low:,} to {found.n_high:,} within Monte Carlo"
    )
    assert str(found).startswith(sentence)
    assert f"at {100 * (1 - level):.3g} %" in str(found)


def test_the_search_equals_statsmodels_for_the_paired_test():
    truth = replace(TRUTH, slope_ldn=0.2)
    n = TTestPower().solve_power(8 / (20 * np.sqrt(1.2)), power=0.8, alpha=0.05)
    found = find_sample_size(truth, estimand="mean_difference", n_trials=200_000, rng=1)
    assert found.n_low <= np.ceil(n) <= found.n_high
    assert found.n_high - found.n_low <= 2


def test_a_large_effect_needs_three_people():
    truth = replace(TRUTH, mean_ldn=5000.0)
    found = find_sample_size(truth, estimand="mean_difference", n_trials=500, rng=1)
    assert (found.n_low, found.n_people, found.n_high) == (3, 3, 3)


def test_a_stopped_search_finds_nothing(monkeypatch):
    monkeypatch.setattr(engine, "BATCH", 1)
    real, calls = engine._simulate_batch, []

    def stop(*args):
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(engine, "_simulate_batch", stop)
    with pytest.raises(KeyboardInterrupt):
        find_sample_size(TRUTH, rng=1)


def exact(truth=TRUTH, **options):
    return compute_power_exact(truth, **options)
