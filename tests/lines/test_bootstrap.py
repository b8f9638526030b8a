"""The bootstrap of a line against R's boot, scipy and brute force."""

import warnings
from itertools import product
from math import comb

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from witnesses import REFERENCE, fit_set, fit_xy

from ldn_analysis import fit_line, load_dataset
from ldn_analysis.core.wording import format_interval
from ldn_analysis.lines.bootstrap import bootstrap_line, exact_bootstrap_line

TERMS = ["slope", "intercept", "r_squared"]


def explicit_line(x, y, axis=-1):
    """Slope, intercept and R squared the long way."""
    dx, dy = x - x.mean(axis, keepdims=True), y - y.mean(axis, keepdims=True)
    sxx, sxy, syy = (dx * dx).sum(axis), (dx * dy).sum(axis), (dy * dy).sum(axis)
    slope = sxy / sxx
    return np.stack([slope, y.mean(axis) - slope * x.mean(axis), sxy**2 / (sxx * syy)])


@pytest.fixture(scope="module")
def r_indices():
    return np.loadtxt(REFERENCE / "line_checks_indices.csv", delimiter=",", dtype=int)


def limits(result, term, method, level=0.95):
    table = result.to_frame(level).set_index(["term", "method"])
    return table.loc[(term, method), ["conf_low", "conf_high"]].to_numpy(float)


def test_given_indices_equal_explicit_refits_and_scipy(ldn):
    from scipy.stats import bootstrap

    n, B = ldn.n_obs, 2000
    indices = np.random.default_rng(5).integers(0, n, (B, n))
    ours = bootstrap_line(ldn, rng=None, indices=indices)
    explicit = explicit_line(ldn.x[indices], ldn.y[indices])
    for term, values in zip(TERMS, explicit, strict=True):
        assert_allclose(getattr(ours, term), values, rtol=1e-12, atol=1e-12)
    for k, term in enumerate(TERMS):
        for method, name in (("percentile", "percentile"), ("basic", "basic"), ("bca", "BCa")):
            theirs = bootstrap(
                (ldn.x, ldn.y), lambda x, y, axis, k=k: explicit_line(x, y, axis)[k], paired=True,
                vectorized=True, n_resamples=B, method=name, rng=np.random.default_rng(5),
                confidence_level=0.9,
            )  # fmt: skip
            # scipy draws the same matrix from the same seed.
            assert_allclose(
                theirs.bootstrap_distribution, getattr(ours, term), rtol=1e-12, atol=1e-12
            )
            assert_allclose(
                limits(ours, term, method, 0.9), theirs.confidence_interval, rtol=1e-11, atol=1e-12
            )
            row = ours.to_frame().query("term == @term").iloc[0]
            assert_allclose(row["std_error"], theirs.standard_error, rtol=1e-10)


def test_given_indices_equal_r_boot(r_indices):
    result = bootstrap_line(fit_set("ldn"), rng=None, indices=r_indices)
    replicates = pd.read_csv(REFERENCE / "line_checks_replicates.csv")
    for term in TERMS:
        assert_allclose(getattr(result, term), replicates[term], rtol=1e-10, atol=1e-12)
    theirs = pd.read_csv(REFERENCE / "line_checks_bootstrap.csv")
    table = result.to_frame()
    assert_array_equal(table[["term", "method"]], theirs[["term", "method"]])
    assert_allclose(table["std_error"], theirs["std_error"], rtol=1e-10)
    assert_allclose(table["bias"], theirs["bias"], rtol=1e-8, atol=1e-12)
    # boot takes quantiles at (R + 1) p, on a normal scale; numpy and scipy at (R - 1) p + 1: the
    # two lie within two order statistics of each other.
    for ours, row in zip(table.itertuples(), theirs.itertuples(), strict=True):
        values = np.sort(getattr(result, ours.term))
        reflect = ours.method == "basic"
        for mine, other in ((ours.conf_low, row.conf_low), (ours.conf_high, row.conf_high)):
            mine, other = (2 * ours.estimate - v if reflect else v for v in (mine, other))
            place = np.searchsorted(values, mine)
            assert values[place - 3] <= other <= values[place + 3]


def test_bca_agrees_with_r_within_monte_carlo_error():
    theirs = pd.read_csv(REFERENCE / "line_checks_bootstrap.csv").query("method == 'bca'")
    result = bootstrap_line(fit_set("ldn"), rng=11)
    for row in theirs.itertuples():
        low, high = limits(result, row.term, "bca")
        values = np.sort(getattr(result, row.term))
        for ours, other in ((low, row.conf_low), (high, row.conf_high)):
            # Error of a quantile of R's 999 resamples: its rank has SD sqrt(B p (1 - p)); the bias
            # correction adds that of a share near one half, in the normal scale.
            p = np.searchsorted(values, ours) / len(values)
            density = (np.quantile(values, p + 0.01) - np.quantile(values, max(p - 0.01, 0))) / 0.02
            rank = np.sqrt(p * (1 - p) / 999) + 2 * 0.06 * np.sqrt(np.pi / 2 / 999)
            assert abs(ours - other) < 4 * density * rank


def test_exact_distribution_equals_brute_force():
    fit = fit_xy([1, 2, 4, 8], [1, 5, 2, 7])
    exact = exact_bootstrap_line(fit)
    every = np.array(list(product(range(4), repeat=4)))
    brute = bootstrap_line(fit, rng=None, indices=every)
    assert exact.n_resamples == comb(7, 4) == 35
    assert_allclose(exact.weights.sum(), 1, rtol=1e-13)
    for term in TERMS:
        ours = (
            pd.Series(exact.weights).groupby(np.round(getattr(exact, term), 9), dropna=False).sum()
        )
        theirs = pd.Series(1 / 256, range(256)).groupby(
            np.round(getattr(brute, term), 9), dropna=False
        )
        assert_allclose(ours, theirs.sum(), rtol=1e-12)
        values = getattr(brute, term)
        values = np.sort(values[~np.isnan(values)])
        expected = np.quantile(values, [0.025, 0.975], method="inverted_cdf")
        assert_allclose(limits(exact, term, "percentile"), expected, rtol=1e-10, atol=1e-12)
        row = exact.to_frame().query("term == @term").iloc[0]
        assert_allclose(row["std_error"], values.std(), rtol=1e-10)


def test_exact_band_equals_brute_force():
    fit = fit_xy([1, 2, 4, 8], [1, 5, 2, 7])
    exact = exact_bootstrap_line(fit)
    brute = bootstrap_line(fit, rng=None, indices=np.array(list(product(range(4), repeat=4))))
    keep = ~np.isnan(brute.slope)
    heights = brute.intercept[keep, None] + brute.slope[keep, None] * [1.0, 3.0, 8.0]
    band = exact.band([1, 3, 8], confidence_level=0.8)
    expected = np.quantile(heights, [0.1, 0.9], axis=0, method="inverted_cdf")
    assert_allclose(band[["conf_low", "conf_high"]].T, expected, rtol=1e-9, atol=1e-9)
    # Over the whole range, not at three points: a fine grid for the witness.
    grid = np.linspace(1, 8, 3001)
    heights = brute.intercept[keep, None] + brute.slope[keep, None] * grid
    furthest = (np.abs(heights - fit.intercept - fit.slope * grid) / heights.std(axis=0)).max(
        axis=1
    )
    c = np.quantile(furthest, 0.8, method="inverted_cdf")
    middle = brute.intercept[keep] + brute.slope[keep] * 3
    assert_allclose(band["joint_high"][1] - band["fitted"][1], c * middle.std(), rtol=1e-4)


def test_exact_of_ten_people_is_the_limit_of_drawing():
    pilot = load_dataset("esr_pain_change").query("condition == 'ldn' and trial == 'pilot'")
    fit = fit_line(pilot, predictor="esr_mm_h", outcome="pain_reduction_percent")
    exact = exact_bootstrap_line(fit)
    assert exact.n_resamples == 92_378
    drawn = bootstrap_line(fit, rng=1, n_resamples=400_000)
    B = 400_000
    for term in TERMS:
        values = np.sort(getattr(drawn, term))  # nan last
        for method in ("percentile", "basic", "bca"):
            pair = np.array([limits(exact, term, method), limits(drawn, term, method)])
            if method == "basic":
                pair = 2 * getattr(fit, term) - pair
            ours, theirs = np.searchsorted(values, pair) / B
            # Error of a rank, and of the bias correction, which only BCa has.
            error = np.sqrt(theirs * (1 - theirs) / B) + 2 * 0.06 * np.sqrt(np.pi / 2 / B)
            assert (np.abs(ours - theirs) < 4.5 * error).all()
    assert "all 92,378 resamples" in str(exact)
    eleven = fit_xy(range(11), [1, 3, 2, 5, 4, 6, 8, 7, 9, 11, 10])
    with pytest.raises(ValueError, match=r"352,716 different resamples.*Use bootstrap_line"):
        exact_bootstrap_line(eleven)


def test_undefined_resamples_are_counted_and_left_out():
    # Anscombe 4: without the far point there is no slope.
    x = [8] * 7 + [19] + [8] * 3
    y = [6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 12.5, 5.56, 7.91, 6.89]
    fit = fit_xy(x, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = bootstrap_line(fit, rng=1, n_resamples=20_000)
        table = result.to_frame()
        band = result.band()
        assert "without a slope and left out" in str(result)
    p = (10 / 11) ** 11
    undefined = table["n_undefined"][0]
    assert abs(undefined - 20_000 * p) < 4.5 * np.sqrt(20_000 * p * (1 - p))
    assert undefined == np.isnan(result.slope).sum()
    assert table.query("method == 'bca'")["conf_low"].isna().all()
    assert table.query("method == 'percentile'")["conf_low"].notna().all()
    assert np.isfinite(band).all(axis=None)


def test_a_perfect_line_has_one_slope():
    fit = fit_xy([1, 2, 3, 4, 5, 6], [3, 5, 7, 9, 11, 13])
    table = bootstrap_line(fit, rng=1, n_resamples=3000).to_frame()
    for term, value in (("slope", 2), ("intercept", 1), ("r_squared", 1)):
        rows = table[table["term"] == term]
        assert_allclose(rows[["conf_low", "conf_high"]], value, rtol=1e-10)
        assert_allclose(rows["std_error"], 0, atol=1e-10)


def test_bca_counts_ties_half_whatever_their_last_bit():
    fit = fit_xy([1, 2, 4, 8], [1, 5, 2, 7])
    exact = exact_bootstrap_line(fit)
    # The sample itself is one of the resamples: probability 4!/4^4.
    own = np.abs(exact.r_squared - fit.r_squared) <= 1e-12
    assert_allclose(exact.weights[own].sum(), 24 / 256, rtol=1e-12)
    from scipy.special import ndtr, ndtri

    keep = ~np.isnan(exact.r_squared)
    w, v = exact.weights[keep] / exact.weights[keep].sum(), exact.r_squared[keep]
    z0 = ndtri(w[v < fit.r_squared - 1e-12].sum() + w[own[keep]].sum() / 2)
    jack = np.array([explicit_line(np.delete(fit.x, i), np.delete(fit.y, i))[2] for i in range(4)])
    pull = jack.mean() - jack
    a = (pull**3).sum() / (6 * (pull**2).sum() ** 1.5)
    z = z0 + ndtri([0.025, 0.975])
    at = ndtr(z0 + z / (1 - a * z))
    order = np.argsort(v)
    expected = v[order][np.searchsorted(np.cumsum(w[order]), at)]
    assert_allclose(limits(exact, "r_squared", "bca"), expected, rtol=1e-12)


def test_pointwise_band_equals_quantiles_of_the_lines(ldn):
    result = bootstrap_line(ldn, rng=2, n_resamples=3000)
    grid = [15.0, 22.5, 46.0]
    band = result.band(grid, confidence_level=0.9)
    heights = result.intercept[:, None] + result.slope[:, None] * np.array(grid)
    expected = np.quantile(heights, [0.05, 0.95], axis=0)
    assert_allclose(band[["conf_low", "conf_high"]].T, expected, rtol=1e-10)
    assert_allclose(band["fitted"], ldn.predict(grid)["fitted"], rtol=1e-12)
    assert band.columns[0] == "esr_mm_h"


def test_joint_band_holds_all_lines_at_its_level(ldn):
    result = bootstrap_line(ldn, rng=2, n_resamples=5000)
    band = result.band(np.linspace(15, 46, 2001), confidence_level=0.9)
    grid = band["esr_mm_h"].to_numpy()
    heights = result.intercept[:, None] + result.slope[:, None] * grid
    inside = (heights >= band["joint_low"].to_numpy()) & (heights <= band["joint_high"].to_numpy())
    assert abs(inside.all(axis=1).mean() - 0.9) <= 2 / 5000
    # The same constant from the grid alone, which can only miss a little of the maximum.
    sd = heights.std(axis=0)
    furthest = (np.abs(heights - band["fitted"].to_numpy()) / sd).max(axis=1)
    width = (band["joint_high"] - band["fitted"]).to_numpy()
    assert_allclose(width / sd, np.quantile(furthest, 0.9), rtol=1e-4)
    assert (width >= (band["conf_high"] - band["conf_low"]).to_numpy() / 2).all()


def test_joint_band_where_the_ends_matter(ldn):
    # Far to one side the largest distance lies at an end, not between.
    result = bootstrap_line(ldn, rng=2, n_resamples=2000)
    band = result.band(np.linspace(200, 210, 50))
    grid = band["esr_mm_h"].to_numpy()
    heights = result.intercept[:, None] + result.slope[:, None] * grid
    furthest = (np.abs(heights - band["fitted"].to_numpy()) / heights.std(axis=0)).max(axis=1)
    width = (band["joint_high"] - band["fitted"]).to_numpy() / heights.std(axis=0)
    assert_allclose(width, np.quantile(furthest, 0.95), rtol=1e-6)


def test_same_seed_same_numbers_and_other_seed_other_numbers(ldn):
    one, two = (bootstrap_line(ldn, rng=9, n_resamples=500) for _ in range(2))
    assert_array_equal(one.slope, two.slope)
    generator = np.random.default_rng(9)
    assert_array_equal(bootstrap_line(ldn, rng=generator, n_resamples=500).slope, one.slope)
    assert (bootstrap_line(ldn, rng=10, n_resamples=500).slope != one.slope).any()


def test_bootstrap_survives_a_far_origin(ldn):
    near = bootstrap_line(ldn, rng=1, n_resamples=300)
    far = bootstrap_line(fit_xy(ldn.x + 1e6, ldn.y), rng=1, n_resamples=300)
    assert_allclose(far.slope, near.slope, rtol=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rng": None}, r"bootstrap_line: rng is None; pass a seed, e.g. rng=1"),
        (
            {"rng": 1, "n_resamples": 0},
            r"n_resamples must be a whole number, 1 or more; received 0",
        ),
        ({"rng": 1, "n_resamples": 1.5}, r"received 1.5"),
        ({"rng": None, "indices": [[0, 1]]}, r"shape \(n_resamples, 4\); received \(1, 2\)"),
        ({"rng": None, "indices": [[0, 1, 2, 4]]}, r"whole numbers from 0 to 3"),
        ({"rng": None, "indices": [[0, 1, 2, 0.5]]}, r"whole numbers from 0 to 3"),
    ],
)
def test_bootstrap_refuses(options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        bootstrap_line(fit_xy([1, 2, 3, 4], [1, 2, 2, 5]), **options)


def test_bootstrap_sentence_and_level(ldn):
    result = bootstrap_line(ldn, rng=1, n_resamples=2000)
    low, high = limits(result, "slope", "bca")
    assert format_interval(low, high, 0.95) in str(result)
    assert "2,000 resamples; n = 38; illustrative data" in str(result)
    narrow, wide = limits(result, "slope", "bca", 0.5), limits(result, "slope", "bca", 0.99)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
    with pytest.raises(ValueError, match="confidence_level"):
        result.to_frame(95)


def test_constant_outcome_has_no_r_squared_to_resample():
    result = bootstrap_line(fit_xy([1, 2, 3, 4], [2, 2, 2, 2]), rng=1, n_resamples=500)
    table = result.to_frame()
    assert table.query("term == 'r_squared'")["n_undefined"].eq(500).all()
    assert_allclose(table.query("term == 'intercept'")["conf_low"], 2)
