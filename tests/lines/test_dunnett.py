"""Simultaneous limits against scipy, a simulation and another grid."""

import numpy as np
from numpy.testing import assert_allclose
from scipy.stats import dunnett

from ldn_analysis.lines.dunnett import compute_joint_level, find_joint_factor


def test_joint_factor_equals_scipy_and_the_single_t():
    assert_allclose(find_joint_factor((9, 12), (0.0,), 19, 0.95), 2.0930240544, rtol=1e-9)
    rng = np.random.default_rng(3)
    sizes = (6, 9, 7, 30, 5)
    samples = [rng.normal(size=n) for n in sizes]
    theirs = dunnett(*samples[:-1], control=samples[-1], rng=np.random.default_rng(1))
    level = [compute_joint_level(abs(t), sizes, (0.0,) * 4, 52) for t in theirs.statistic]
    assert_allclose(1 - np.array(level), theirs.pvalue, atol=3e-4)


def test_joint_factor_does_not_depend_on_the_grid(monkeypatch):
    factor = find_joint_factor((10, 6, 9), (0.1, -0.3), 22, 0.95)
    monkeypatch.setattr("ldn_analysis.lines.dunnett.STEP", 0.1)
    assert_allclose(
        find_joint_factor.__wrapped__((10, 6, 9), (0.1, -0.3), 22, 0.95), factor, rtol=1e-8
    )


def test_joint_level_equals_a_simulation():
    rng = np.random.default_rng(5)
    sizes, apart, df = (8, 15, 4), (0.3, -0.2), 24
    n = 400_000
    own = rng.normal(size=(n, 2)) / np.sqrt(sizes[:2])
    move = own - rng.normal(size=(n, 1)) / np.sqrt(4) + rng.normal(size=(n, 1)) * apart
    error = np.sqrt(1 / np.array(sizes[:2]) + 1 / 4 + np.square(apart))
    t = move / error / np.sqrt(rng.chisquare(df, (n, 1)) / df)
    share = (np.abs(t).max(1) < 2.2).mean()
    expected = compute_joint_level(2.2, sizes, apart, df)
    assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / n)
