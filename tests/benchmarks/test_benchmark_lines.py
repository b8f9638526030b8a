"""Bootstrap, permutation and influence against what people use; run with `make bench`.

arch, pingouin and R are not among the peers here: the first two are not dependencies, and R
runs in another process. Ratios count, not times.
"""

import tracemalloc

import numpy as np
import pytest
from timing import report, time_pairs

from ldn_analysis import fit_line, load_dataset
from ldn_analysis.lines.bootstrap import bootstrap_line, exact_bootstrap_line
from ldn_analysis.lines.influence import compute_influence
from ldn_analysis.lines.leave_one_out import measure_influence
from ldn_analysis.lines.permutation import permute_line

pytestmark = pytest.mark.benchmark


@pytest.fixture(scope="module")
def fit():
    data = load_dataset("esr_pain_change").query("condition == 'ldn'")
    return fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")


def line_statistic(x, y, axis):
    """Slope, intercept and R squared, vectorised as scipy wants it."""
    dx, dy = x - x.mean(axis, keepdims=True), y - y.mean(axis, keepdims=True)
    sxx, sxy, syy = (dx * dx).sum(axis), (dx * dy).sum(axis), (dy * dy).sum(axis)
    slope = sxy / sxx
    return np.stack([slope, y.mean(axis) - slope * x.mean(axis), sxy**2 / (sxx * syy)])


@pytest.mark.parametrize(("n_resamples", "goal"), [(10_000, 5), (100_000, 6)])
def test_bootstrap_against_scipy(fit, n_resamples, goal):
    from scipy.stats import bootstrap

    x, y = fit.x, fit.y
    result = time_pairs(
        lambda: bootstrap_line(fit, rng=1, n_resamples=n_resamples).to_frame(),
        lambda: bootstrap(
            (x, y), line_statistic, paired=True, vectorized=True, n_resamples=n_resamples,
            method="BCa", rng=np.random.default_rng(1),
        ),
        pairs=15, calls=5,
    )  # fmt: skip
    name = f"bootstrap {n_resamples:,}, 3 intervals each / scipy, BCa alone"
    assert report(name, result, f"at least {goal}", "2") >= 2


def test_bootstrap_against_drawing(fit):
    n_resamples, n = 100_000, fit.n_obs
    result = time_pairs(
        lambda: np.random.default_rng(1).integers(0, n, (n_resamples, n)),
        lambda: bootstrap_line(fit, rng=1, n_resamples=n_resamples).to_frame(),
        pairs=15,
    )
    assert report("drawing the integers / bootstrap 100,000", result, "at most 2.2", "4") <= 4


def test_bootstrap_against_statsmodels(fit):
    from statsmodels.regression.linear_model import OLS

    x, y, some = fit.x, fit.y, 100
    design = np.column_stack([np.ones(len(x)), x])
    rng = np.random.default_rng(1)

    def loop():
        for _ in range(some):
            i = rng.integers(0, len(x), len(x))
            model = OLS(y[i], design[i]).fit()
            _ = model.params, model.rsquared

    result = time_pairs(
        lambda: bootstrap_line(fit, rng=1, n_resamples=10_000).to_frame(),
        loop,
        calls=5,
        scale=10_000 / some,
    )
    name = "bootstrap 10,000 / statsmodels loop (100, scaled)"
    assert report(name, result, "at least 400", "300") >= 300


def test_band_against_seaborn(fit):
    seaborn = pytest.importorskip("seaborn")
    from matplotlib.figure import Figure

    x, y = fit.x, fit.y
    result = time_pairs(
        lambda: bootstrap_line(fit, rng=1, n_resamples=10_000).band(),
        lambda: seaborn.regplot(x=x, y=y, n_boot=10_000, seed=1, ax=Figure().subplots()),
        calls=5,
    )
    assert report("pointwise and joint band / seaborn regplot", result, "at least 30", "10") >= 10


def test_bootstrap_memory_and_linearity(fit):
    tracemalloc.start()
    result = bootstrap_line(fit, rng=1, n_resamples=1_000_000)
    result.to_frame()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"bootstrap 1,000,000: peak {peak / 1e6:.0f} MB (under 150)")
    assert peak < 150e6
    linear = time_pairs(
        lambda: bootstrap_line(fit, rng=1, n_resamples=100_000),
        lambda: bootstrap_line(fit, rng=1, n_resamples=1_000_000),
    )
    assert report("bootstrap 100,000 / 1,000,000", linear, "about 10") < 13


def test_exact_bootstrap_of_ten(fit):
    ten = fit_line(fit.data.head(10), predictor=fit.predictor, outcome=fit.outcome)
    result = time_pairs(
        lambda: exact_bootstrap_line(ten).to_frame(),
        lambda: bootstrap_line(ten, rng=1, n_resamples=1_000_000).to_frame(),
    )
    assert report("exact bootstrap, n = 10 / 1,000,000 drawn", result, "cheaper") >= 1


def test_permutation_against_scipy(fit):
    from scipy.stats import PermutationMethod, pearsonr, permutation_test

    x, y = fit.x, fit.y
    result = time_pairs(
        lambda: permute_line(fit, rng=1),
        lambda: pearsonr(
            x, y, method=PermutationMethod(n_resamples=100_000, rng=np.random.default_rng(1))
        ),
    )
    first = report("100,000 permutations / pearsonr(PermutationMethod)", result, "at least 6", "3")
    dx = x - x.mean()
    result = time_pairs(
        lambda: permute_line(fit, rng=1),
        lambda: permutation_test(
            (y,), lambda v, axis: np.sum(v * dx, axis=axis), permutation_type="pairings",
            vectorized=True, n_resamples=100_000, batch=1000, rng=np.random.default_rng(1),
        ),
    )  # fmt: skip
    second = report("100,000 permutations / permutation_test, batched", result, "at least 2", "1.2")
    assert first >= 3
    assert second >= 1.2


def test_influence_against_statsmodels(fit):
    model, x, y = fit.model, fit.x, fit.y

    def frame():
        return model.get_influence().summary_frame()

    one = time_pairs(lambda: compute_influence(x, y), frame, pairs=51, calls=20)
    table = time_pairs(lambda: measure_influence(fit), frame, pairs=51, calls=20)
    rng = np.random.default_rng(1)
    many = y + rng.normal(size=(1000, len(y)))
    batch = time_pairs(lambda: compute_influence(x, many), frame, pairs=51, calls=3, scale=1000)
    report("influence, with its table / summary_frame", table, "no target")
    first = report("influence / summary_frame", one, "at least 90")
    second = report("influence of 1,000 data sets / summary_frame of each", batch, "at least 1000")
    assert first >= 90
    assert second >= 1000
