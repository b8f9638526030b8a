"""The joint test against a plain loop that shuffles residuals and refits with statsmodels' OLS."""

import numpy as np
import pytest
from statsmodels.regression.linear_model import OLS

from ldn_analysis import fit_multiverse, load_dataset, permute_multiverse
from ldn_analysis.multiverse import permutation
from ldn_analysis.multiverse.batches import form_esr
from ldn_analysis.multiverse.permutation import order_participants
from ldn_analysis.multiverse.specifications import GRID

SMALL = {
    "participants": ["both trials", "completers"], "model": ["OLS", "rank", "Huber"],
    "missed_days": ["left out"], "baseline_days": [14], "end_days": [3, 7],
    "adjusted_for": ["nothing", "age", "age and duration"],
}  # fmt: skip


@pytest.fixture(scope="module")
def tables():
    return load_dataset("daily_pain"), load_dataset("participants")


@pytest.fixture(scope="module")
def small(tables):
    return fit_multiverse(*tables, grid=SMALL)


# --- a slow, plain reference -------------------------------------------------------------


def order_by_hand(keys, trial, rows):
    """One shuffle: each trial in the order of its keys, those who are missing struck out."""
    order = np.empty(len(rows), int)
    for name in set(trial):
        queue = [i for i in np.argsort(keys) if trial[i] == name and i in rows]
        places = [j for j, i in enumerate(rows) if trial[i] == name]
        for j, i in zip(places, queue, strict=True):
            order[j] = rows.tolist().index(i)
    return order


def refit_by_hand(batch, order):
    """Estimate and t of every specification of a batch, one OLS after another."""
    estimates, t_values = [], []
    for k in range(len(batch.y)):
        covariates = batch.basis[k]
        reduced = OLS(batch.y[k], covariates).fit()
        y = reduced.fittedvalues + reduced.resid[order]
        for x in batch.forms:
            for kind in batch.kinds:
                keep = np.ones(len(y), bool)
                fit = OLS(y, np.column_stack([x, covariates])).fit()
                if kind.endswith("without"):
                    keep[np.abs(fit.get_influence().dfbeta[:, 0]).argmax()] = False
                    fit = OLS(y[keep], np.column_stack([x, covariates])[keep]).fit()
                error = fit.HC3_se[0] if kind == "HC3" else fit.bse[0]
                estimates.append(fit.params[0] * x[keep].std() / y[keep].std())
                t_values.append((fit.params[0] / error, fit.df_resid))
    return estimates, t_values


def summarise_by_hand(multiverse, order_of):
    from scipy.stats import t as student

    estimates, t_values = [], []
    for batch in multiverse.batches:
        if batch.kinds != ("Huber",):
            more, more_t = refit_by_hand(batch, order_of(batch.rows))
            estimates += more
            t_values += more_t
    t, df = np.array(t_values).T
    limit = student.ppf(0.975, df)
    share = max(np.mean(t > limit), np.mean(t < -limit))
    return [np.median(estimates), share, t.mean()], np.sort(estimates)


@pytest.mark.parametrize("model", [["OLS", "rank", "Huber"], ["HC3", "rank"]])
def test_every_shuffle_equals_a_plain_loop_of_refits(tables, model):
    few = {"model": model, "end_days": [3], "adjusted_for": ["nothing", "age and duration"]}
    multiverse = fit_multiverse(*tables, grid=SMALL | few)
    test = permute_multiverse(multiverse, rng=4, n_permutations=2)
    trial = tables[1]["trial"].to_numpy(str)
    keys = np.random.default_rng(4).random((2, len(trial)))
    for i in range(2):
        numbers, curve = summarise_by_hand(
            multiverse, lambda rows, i=i: order_by_hand(keys[i], trial, rows)
        )
        np.testing.assert_allclose(test.permuted[i], numbers, rtol=1e-8, atol=1e-10)
        places = np.round(test.ranks * (len(curve) - 1)).astype(int)
        np.testing.assert_allclose(test.permuted_curves[i], curve[places], atol=1e-9)
    numbers, curve = summarise_by_hand(multiverse, lambda rows: np.arange(len(rows)))
    np.testing.assert_allclose(test.observed, numbers, rtol=1e-8)
    assert test.n_left_out == (multiverse.specifications["model"] == "Huber").sum()
    assert test.n_specifications == len(curve)


def test_the_data_are_the_curve_of_the_table(small):
    test = permute_multiverse(small, rng=1, n_permutations=2)
    table = small.to_frame().query("model != 'Huber'")
    significant = table["p_value"] < 0.05
    share = max((significant & (table["estimate"] * sign > 0)).mean() for sign in (1, -1))
    expected = [table["estimate"].median(), share, table["statistic"].mean()]
    np.testing.assert_allclose(test.observed, expected, rtol=1e-9)
    assert test.observed_curve[0] == pytest.approx(table["estimate"].min(), abs=1e-12)
    assert test.observed_curve[-1] == pytest.approx(table["estimate"].max(), abs=1e-12)


# --- bits and memory ---------------------------------------------------------------------


@pytest.mark.parametrize("numbers", [1, 7_000, 10**7])
def test_no_block_size_changes_a_bit(small, monkeypatch, numbers):
    expected = permute_multiverse(small, rng=7, n_permutations=300)
    monkeypatch.setattr(permutation, "MAX_NUMBERS", numbers)
    for count in (300, 130, 5):  # nor how many shuffles there are
        test = permute_multiverse(small, rng=7, n_permutations=count)
        np.testing.assert_array_equal(test.permuted, expected.permuted[:count])
        np.testing.assert_array_equal(test.permuted_curves, expected.permuted_curves[:count])


def test_memory_does_not_grow_with_the_number_of_shuffles(small):
    import tracemalloc

    peaks = []
    for count in (150, 1500):
        tracemalloc.start()
        test = permute_multiverse(small, rng=7, n_permutations=count)
        kept = test.permuted.nbytes + test.permuted_curves.nbytes
        peaks.append(tracemalloc.get_traced_memory()[1] - kept)
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0] + 200_000


# --- the shuffles ------------------------------------------------------------------------


def test_shuffles_stay_within_trials_and_strike_out_who_is_missing():
    trial = np.array(["a"] * 5 + ["b"] * 4)
    keys = np.random.default_rng(1).random((9, 50))
    whole = order_participants(keys, trial, np.arange(9))
    rows = np.array([0, 1, 3, 4, 6, 8])
    part = order_participants(keys, trial, rows)
    for b in range(50):
        assert set(whole[:5, b]) == set(range(5))
        assert set(whole[5:, b]) == set(range(5, 9))
        for places in (slice(0, 5), slice(5, 9)):  # the same order, others struck out
            queue = [i for i in whole[places, b] if i in rows]
            own = [rows[j] for j in part[:, b] if rows[j] in whole[places, b]]
            assert queue == own


def test_esr_keeps_its_relation_to_the_covariates(small):
    # Freedman and Lane: another order of e changes nothing in what explains y without ESR.
    batch = max(small.batches, key=lambda one: one.basis.shape[-1])
    reduced = OLS(batch.y[0], batch.basis[0]).fit()
    order = np.random.default_rng(1).permutation(len(batch.rows))
    y = reduced.fittedvalues + reduced.resid[order]
    esr = load_dataset("participants")["esr_mm_h"].to_numpy(float)[batch.rows]
    np.testing.assert_allclose(batch.forms[0], form_esr(esr, "as is"))
    assert y.var() != pytest.approx(batch.y[0].var())  # where ESR's covariates explain something


def test_p_value_of_the_whole_curve_is_even_without_a_relation(tables):
    multiverse = fit_multiverse(*tables, grid=SMALL | {"participants": ["completers"]})
    test = permute_multiverse(multiverse, rng=5, n_permutations=400)
    # Each shuffle as if it were the data: p must be uniform by construction.
    size = np.abs(test.permuted[:, 0])
    p = np.array([(size >= one).sum() for one in size]) / len(size)
    assert abs((p <= 0.1).mean() - 0.1) < 0.02
    assert abs(np.median(test.permuted[:, 0])) < 0.1


def test_joint_test_of_one_specification_is_the_permutation_test_of_its_slope(tables):
    grid = {name: options[:1] for name, options in GRID.items()}
    grid |= {"participants": ["completers"]}
    multiverse = fit_multiverse(*tables, grid=grid)
    test = permute_multiverse(multiverse, rng=6, n_permutations=4000)
    row = test.to_frame().iloc[0]
    assert row["estimate"] == pytest.approx(multiverse.specifications["estimate"].iloc[0])
    assert row["p_value"] == pytest.approx(multiverse.to_frame()["p_value"].iloc[0], abs=0.03)
    assert str(test).startswith("1 specification, residuals")


# --- the result --------------------------------------------------------------------------


def test_sentence_and_table_say_the_monte_carlo_error_and_what_was_left_out(small):
    test = permute_multiverse(small, rng=1, n_permutations=99)
    table = test.to_frame()
    p = table["p_value"]
    np.testing.assert_allclose(p, (table["n_extreme"] + 1) / 100)
    np.testing.assert_allclose(table["mc_std_error"], np.sqrt(p * (1 - p) / 99))
    extreme = (np.abs(test.permuted[:, 0]) >= abs(test.observed[0])).sum()
    assert table["n_extreme"].iloc[0] == extreme
    assert table["null_low"].iloc[1] == 0
    assert table["null_high"].iloc[1] == np.quantile(test.permuted[:, 1], 0.95)
    words = str(test)
    assert words.count("Monte Carlo standard error") == 3
    assert f"({test.n_left_out:,} that need iterations, Huber and mixed, are not refitted)" in words
    assert "95 % by chance at most" in words
    assert "illustrative data" in words


def test_band_holds_its_share_of_the_shuffled_curves_at_each_place(small):
    test = permute_multiverse(small, rng=1, n_permutations=400)
    for level in (0.95, 0.5):
        band = test.band(level)
        inside = (test.permuted_curves >= band["null_low"].to_numpy()) & (
            test.permuted_curves <= band["null_high"].to_numpy()
        )
        np.testing.assert_allclose(inside.mean(0), level, atol=0.006)
    assert band["rank"].iloc[0] == 0
    assert band["rank"].iloc[-1] == 1
    assert (np.diff(band["null_high"]) >= 0).all()
    with pytest.raises(ValueError, match="confidence_level must lie between"):
        test.band(95)


def test_joint_test_refuses_what_it_cannot_do(tables):
    multiverse = fit_multiverse(*tables, grid=SMALL | {"model": ["Huber"]})
    with pytest.raises(ValueError, match="no specification is OLS, HC3 or rank"):
        permute_multiverse(multiverse, rng=1)
    with pytest.raises(TypeError, match="received DataFrame"):
        permute_multiverse(multiverse.to_frame(), rng=1)
    with pytest.raises(ValueError, match="rng is None"):
        permute_multiverse(multiverse, rng=None)
    with pytest.raises(ValueError, match="n_permutations must be a whole number, 1 or more"):
        permute_multiverse(multiverse, rng=1, n_permutations=0)
