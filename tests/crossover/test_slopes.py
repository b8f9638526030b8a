"""The difference of two slopes against R, statsmodels and its definition."""

import numpy as np
import pandas as pd
import pytest
from witnesses import read_trials

from ldn_analysis.crossover.slopes import _cluster_robust, compare_slopes

TRIALS = read_trials()


def test_three_ways_equal_r(change):
    table = compare_slopes(change).to_frame()
    for i, (term, rtol) in enumerate([("difference", 1e-10), ("CR2", 1e-8), ("lmer", 1e-7)]):
        for name, value in TRIALS["slopes", term].items():
            np.testing.assert_allclose(table.loc[i, name], value, rtol=rtol, err_msg=name)
    assert table["primary"].tolist() == [True, False, False]
    assert table["n_obs"].tolist() == [38] * 3


def test_panes_are_kept_and_said_to_be_no_test(change):
    comparison = compare_slopes(change)
    row = comparison.glance().iloc[0]
    for name, side in (("ldn", "first"), ("placebo", "second")):
        assert row[f"slope_{side}"] == pytest.approx(TRIALS["slopes", name]["estimate"], rel=1e-10)
        assert row[f"p_value_{side}"] == pytest.approx(TRIALS["slopes", name]["p_value"], rel=1e-8)
    assert row["slope_first"] - row["slope_second"] == pytest.approx(
        comparison.difference.slope, rel=1e-12
    )
    assert "do not test this difference" in str(comparison)
    assert "illustrative data" in str(comparison)


def test_pooled_model_of_statsmodels_has_the_same_interaction(change):
    comparison = compare_slopes(change)
    model = comparison.model
    assert model.params["interaction"] == pytest.approx(comparison.difference.slope, rel=1e-10)
    # CR1 by hand: HC0 of the differences with its small-sample factor.
    x, n = comparison.difference.x, comparison.n_obs
    resid = comparison.difference.augment()["resid"].to_numpy()
    weight = (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    factor = n / (n - 1) * (2 * n - 1) / (2 * n - 4)
    assert model.bse["interaction"] == pytest.approx(
        np.sqrt(factor * ((weight * resid) ** 2).sum()), rel=1e-10
    )


def test_cr2_equals_its_definition_on_the_pooled_design():
    rng = np.random.default_rng(3)
    n = 9
    x, first, second = rng.normal(size=(3, n))
    data = pd.DataFrame(
        {
            "participant": list(range(n)) * 2,
            "condition": ["A"] * n + ["B"] * n,
            "x": np.tile(x, 2),
            "y": np.concatenate([first, second]),
        }
    )
    comparison = compare_slopes(data, predictor="x", outcome="y", conditions=("A", "B"))
    design = np.column_stack([np.ones(2 * n), np.tile(x, 2), np.repeat([0.5, -0.5], n)])
    design = np.column_stack([design, design[:, 1] * design[:, 2]])
    inverse = np.linalg.inv(design.T @ design)
    hat = design @ inverse @ design.T
    resid = data["y"].to_numpy() - hat @ data["y"].to_numpy()
    parts, rows = [], []
    for i in range(n):
        own = [i, i + n]
        values, vectors = np.linalg.eigh(np.eye(2) - hat[np.ix_(own, own)])
        root = vectors @ np.diag(values**-0.5) @ vectors.T
        weight = (inverse @ design[own].T @ root)[3]
        parts.append(weight @ resid[own])
        rows.append((np.eye(2 * n) - hat)[own].T @ weight)
    rows = np.array(rows)
    gram = rows @ rows.T
    error, df = comparison.pooled
    assert error == pytest.approx(np.sqrt(np.sum(np.square(parts))), rel=1e-10)
    assert df == pytest.approx(np.trace(gram) ** 2 / (gram**2).sum(), rel=1e-10)


def test_participants_without_both_conditions(change):
    short = change.drop(index=change.index[0])
    with pytest.raises(ValueError, match=r"1 of 38 participants lack a value .*missing='drop'"):
        compare_slopes(short)
    comparison = compare_slopes(short, missing="drop")
    assert (comparison.n_obs, comparison.n_dropped) == (37, 1)
    assert comparison.fits["placebo"].n_obs == 37
    assert "1 dropped" in str(comparison)


def test_slopes_refuse_what_cannot_be_compared(change):
    with pytest.raises(ValueError, match="two conditions; received"):
        compare_slopes(change, conditions=("ldn",))
    third = pd.concat([change, change.iloc[:3].assign(condition="washout")])
    with pytest.raises(ValueError, match=r"3 conditions and two are compared.*washout"):
        compare_slopes(third)
    with pytest.raises(ValueError, match="never 'drug'; it is one of: ldn, placebo"):
        compare_slopes(change, conditions=("drug", "placebo"))
    with pytest.raises(ValueError, match="'esr_mm_h' differs between the rows of 'C01'"):
        compare_slopes(change.assign(esr_mm_h=np.arange(len(change))))
    with pytest.raises(ValueError, match="has more than one row for 'ldn'"):
        compare_slopes(pd.concat([change, change.iloc[[0]]]))
    with pytest.raises(ValueError, match="so no slope exists"):
        compare_slopes(change.assign(esr_mm_h=30))
    with pytest.raises(ValueError, match="no column 'esr'; columns: participant"):
        compare_slopes(change, predictor="esr")
    with pytest.raises(TypeError, match="must be a DataFrame; received list"):
        compare_slopes([])


def slopes_of(x, first, second):
    n = len(x)
    data = pd.DataFrame(
        {
            "participant": list(range(n)) * 2,
            "condition": ["A"] * n + ["B"] * n,
            "x": np.tile(np.asarray(x, float), 2),
            "y": np.concatenate([first, second]).astype(float),
        }
    )
    return compare_slopes(data, predictor="x", outcome="y", conditions=("A", "B"))


def test_perfect_line_three_participants_and_ties():
    perfect = slopes_of([1, 2, 3, 4], [3, 5, 7, 9], [1, 2, 3, 4]).to_frame()
    np.testing.assert_allclose(perfect["estimate"], 1.0, rtol=1e-12)
    assert perfect["std_error"].tolist() == [0.0] * 3
    assert perfect["p_value"].tolist() == [0.0] * 3
    three = slopes_of([1, 2, 4], [3, 1, 4], [1, 5, 9]).to_frame()
    assert three["df"].tolist()[0] == 1
    assert np.isfinite(three["std_error"]).all()
    tied = slopes_of([1, 1, 1, 2], [3, 1, 4, 1], [5, 9, 2, 6])
    assert np.isnan(tied.to_frame()["std_error"][1])
    assert "leverage 1" in str(tied)
    assert np.isfinite(tied.to_frame()["std_error"][0])


def test_slopes_at_the_variance_boundary():
    """Participants high under A are low under B: no variance between participants is left."""
    comparison = slopes_of([1, 2, 3, 4, 5], [9, 2, 8, 1, 9.5], [1, 8, 2.5, 9, 1])
    assert comparison.mixed.boundary
    assert "boundary" in str(comparison)
    table = comparison.to_frame()
    assert table["df"][2] == 3
    # Both residual sums of squares over both degrees of freedom, by hand.
    x = np.arange(1, 6) - 3.0
    first, second = np.array([9, 2, 8, 1, 9.5]), np.array([1, 8, 2.5, 9, 1])
    rss = 0.0
    for y in (first - second, first + second):
        resid = y - y.mean() - x * (x @ y) / (x @ x)
        rss += resid @ resid / 2
    assert table["std_error"][2] == pytest.approx(np.sqrt(2 * rss / 6 / (x @ x)), rel=1e-12)
    assert table["std_error"][0] > table["std_error"][2]


def test_cluster_robust_df_equals_the_matrix_it_stands_for():
    """Satterthwaite's trace(M)^2 / sum(M^2), with M written out."""
    x, first, second = np.random.default_rng(4).normal(size=(3, 11))
    fit = slopes_of(x, first, second).difference
    design = np.column_stack([np.ones(11), x - x.mean()])
    hat = design @ np.linalg.inv(design.T @ design) @ design.T
    weight = (x - x.mean()) / ((x - x.mean()) ** 2).sum() / np.sqrt(1 - np.diag(hat))
    matrix = np.diag(weight) @ (np.eye(11) - hat) @ np.diag(weight)
    error, df = _cluster_robust(fit)
    assert df == pytest.approx(np.trace(matrix) ** 2 / (matrix**2).sum(), rel=1e-10)
    assert error == pytest.approx(
        np.sqrt(((weight * fit.augment()["resid"]) ** 2).sum()), rel=1e-10
    )


def test_a_hundred_thousand_participants_need_no_matrix():
    rng = np.random.default_rng(1)
    x, first, second = rng.normal(size=(3, 100_000))
    table = slopes_of(x, first, second).to_frame()
    # With normal x, Bell and McCaffrey's df are about n / 3: kurtosis is in them.
    assert table["df"][1] == pytest.approx(1e5 / 3, rel=0.05)
    assert table["std_error"][1] == pytest.approx(table["std_error"][0], rel=0.02)
