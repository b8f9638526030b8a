"""How often intervals hold the truth, simulated with normal scatter, against what docstrings promise."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import theilslopes
from witnesses import fit_xy

from ldn_analysis import bootstrap_line
from ldn_analysis.core.intervals import compute_quantile
from ldn_analysis.core.line import solve_line, sum_line
from ldn_analysis.lines.huber import solve_huber
from ldn_analysis.lines.least_absolute import solve_least_absolute
from ldn_analysis.lines.robust import compare_lines

pytestmark = pytest.mark.slow

R_SQUARED = 0.15
SLOPE = np.sqrt(R_SQUARED / (1 - R_SQUARED))


def assert_covers(held, promised):
    """Within four standard errors of the simulation, and the rounding of the promise."""
    held = np.asarray(held)
    error = np.sqrt(promised * (1 - promised) / len(held))
    assert abs(held.mean() - promised) < 4 * error + 0.005, (held.mean(), promised)


def draw(rng, n):
    x = rng.standard_normal(n)
    return fit_xy(x, SLOPE * x + rng.standard_normal(n))


# Promised by `bootstrap_line`: slope and R squared (BCa), joint band.
BOOTSTRAP = {10: (0.92, 0.84, 0.90), 20: (0.92, 0.86, 0.90), 38: (0.93, 0.91, 0.92)}


@pytest.mark.parametrize("n", BOOTSTRAP)
def test_bootstrap_intervals(n):
    rng, slope, r_squared, band = np.random.default_rng(n), [], [], []
    for _ in range(500):
        result = bootstrap_line(draw(rng, n), rng=rng, n_resamples=1000)
        for term, truth, held in (("slope", SLOPE, slope), ("r_squared", R_SQUARED, r_squared)):
            low, high = result.confidence_interval(term)
            held.append(low <= truth <= high)
        x = result.fit.x
        joint = result.band(np.linspace(x.min(), x.max(), 15))
        truth = SLOPE * joint["x"]
        band.append(((joint["joint_low"] <= truth) & (truth <= joint["joint_high"])).all())
    for held, promised in zip((slope, r_squared, band), BOOTSTRAP[n], strict=True):
        assert_covers(held, promised)


@pytest.mark.parametrize(
    ("n", "promised"), [(4, 0.90), (5, 0.88), (8, 0.93), (20, 0.945), (38, 0.945)]
)
def test_huber(n, promised):
    rng = np.random.default_rng(n)
    x, y = rng.standard_normal((2, 4000, n))
    slope, error = solve_huber(np.stack([x, np.ones_like(x)], axis=-1), y)
    assert_covers(np.abs(slope) <= compute_quantile(0.95, n - 2) * error, promised)


@pytest.mark.parametrize("n", [8, 20, 38])
def test_least_absolute_deviation_covers_more_than_it_says(n):
    rng, held = np.random.default_rng(n), []
    for _ in range(600):
        slope, error = solve_least_absolute(*rng.standard_normal((2, n)))
        held.append(abs(slope) <= compute_quantile(0.95, n - 2) * error)
    assert np.mean(held) > 0.95


@pytest.mark.parametrize(("n", "promised"), [(3, 0.67), (4, 0.92)])
def test_theil_sen_of_three_or_four_would_cover_too_little(n, promised):
    rng = np.random.default_rng(n)
    found = [theilslopes(*rng.standard_normal((2, n))) for _ in range(2000)]
    assert_covers([result.low_slope <= 0 <= result.high_slope for result in found], promised)


def test_theil_sen_of_five_holds_its_level():
    rng, held = np.random.default_rng(5), []
    for _ in range(600):
        interval = compare_lines(fit_xy(*rng.standard_normal((2, 5)))).confidence_interval(
            "Theil-Sen"
        )
        held.append(interval.low <= 0 <= interval.high)
    assert np.mean(held) > 0.95


@pytest.mark.parametrize("n", [3, 10, 38])
def test_least_squares_holds_its_level(n):
    x, noise = np.random.default_rng(n).standard_normal((2, 4000, n))
    y = SLOPE * x + noise
    line = solve_line(sum_line(*(each - each.mean(-1, keepdims=True) for each in (x, y))))
    margin = compute_quantile(0.95, n - 2) * line.slope_std_error
    assert_covers(np.abs(line.slope - SLOPE) <= margin, 0.95)
    interval = fit_xy(x[0], y[0]).confidence_interval("slope")
    assert_allclose(interval, [line.slope[0] - margin[0], line.slope[0] + margin[0]], rtol=1e-10)
