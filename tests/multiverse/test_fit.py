"""Specifications against a slow, plain loop over statsmodels, and lme4 for the mixed model."""

import warnings
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata, spearmanr
from statsmodels.regression.linear_model import OLS
from statsmodels.robust.norms import HuberT
from statsmodels.robust.robust_linear_model import RLM
from witnesses import read_reference

from ldn_analysis import (
    compare_slopes,
    fit_line,
    fit_multiverse,
    leave_one_out,
    load_dataset,
    permute_multiverse,
)
from ldn_analysis.crossover.paired_reml import solve_incomplete_pairs, solve_paired_reml
from ldn_analysis.lines.huber import solve_huber
from ldn_analysis.multiverse.specifications import DEFENSIBLE, GRID

FIG_2 = {
    "end_days": 3, "baseline_days": 14, "missed_days": "left out", "esr": "as is",
    "participants": "both trials", "without": "nobody", "model": "OLS", "adjusted_for": "nothing",
}  # fmt: skip


@pytest.fixture(scope="module")
def tables():
    return load_dataset("daily_pain"), load_dataset("participants")


@pytest.fixture(scope="module")
def multiverse(tables):
    return fit_multiverse(*tables)


# --- a slow, plain reference -------------------------------------------------------------


def mean_of_final_days(diary, phase, days, method):
    """One person's mean of the final days of a phase, written as one would by hand."""
    # (a diary is written in the order of its days)
    rows = (diary["phase"] == phase).to_numpy()
    if not rows.any():
        return np.nan
    ratings = diary["pain_0_100"].to_numpy()[rows].tolist()
    day = diary["day"].to_numpy()[rows].tolist()
    if method == "carried forward":
        for i in range(1, len(ratings)):
            if np.isnan(ratings[i]):
                ratings[i] = ratings[i - 1]
    elif method == "own line":
        final = [i for i in range(len(day)) if day[i] > day[-1] - 14]
        rated = [i for i in final if not np.isnan(ratings[i])]
        if len(rated) >= 3:
            b, a = np.polyfit([day[i] for i in rated], [ratings[i] for i in rated], 1)
            low, high = min(ratings[i] for i in rated), max(ratings[i] for i in rated)
            for i in final:
                if np.isnan(ratings[i]):
                    ratings[i] = min(max(a + b * day[i], low), high)
    kept = [r for r, d in zip(ratings, day, strict=True) if d > day[-1] - days and not np.isnan(r)]
    return float(np.mean(kept)) if kept else np.nan


def fit_by_hand(row, mean_of, people):
    """Slope, its error (both standardised) and n of one specification, by statsmodels."""
    if row.participants == "both trials":
        people = people[people["analysed"]]
    elif row.participants == "crossover trial":
        people = people[(people["trial"] == "crossover") & people["analysed"]]
    elif row.participants == "completers":
        people = people[(people["trial"] == "crossover") & people["completed"]]
    else:
        people = people[people["trial"] == "crossover"]
    records = []
    for person in people.itertuples():
        base = mean_of(person.participant, "baseline", row.baseline_days, row.missed_days)
        ldn, placebo = (
            mean_of(person.participant, phase, row.end_days, row.missed_days)
            for phase in ("ldn", "placebo")
        )
        y = {
            "percent reduction, LDN": 100 * (base - ldn) / base,
            "points reduction, LDN": base - ldn,
            "end point given baseline, LDN": -ldn,
            "percent reduction, LDN - placebo": 100 * (placebo - ldn) / base,
            "points reduction, LDN - placebo": placebo - ldn,
        }[row.outcome]
        starts = float(person.sequence == "ldn then placebo")
        records.append(
            (y, person.esr_mm_h, base, person.age_years, person.fibromyalgia_years, starts)
        )
    table = pd.DataFrame(records, columns=["y", "x", "base", "age", "years", "order"])
    table = table[table["y"].notna()]
    if row.esr == "log(ESR + 1)":
        table["x"] = np.log(table["x"] + 1)
    elif row.esr == "above its median":
        table["x"] = (table["x"] > table["x"].median()).astype(float)
    names = {
        "nothing": [],
        "age": ["age"],
        "age and duration": ["age", "years"],
        "order": ["order"],
    }
    columns = ["x", *names[row.adjusted_for]]
    columns += ["base"] if row.outcome == "end point given baseline, LDN" else []
    if row.model == "rank":
        table = table.apply(rankdata)
    design = np.column_stack([np.ones(len(table)), table[columns]])
    y = table["y"].to_numpy()
    fit = OLS(y, design).fit()
    if row.without != "nobody":
        keep = np.ones(len(y), bool)
        keep[np.abs(fit.get_influence().dfbeta[:, 1]).argmax()] = False
        design, y = design[keep], y[keep]
        fit = OLS(y, design).fit()
    if row.model == "HC3":
        fit = fit.get_robustcov_results("HC3")
    elif row.model == "Huber":
        center, spread = (
            design.mean(0) * (design.std(0) > 0),
            np.where(design.std(0) > 0, design.std(0), 1),
        )
        scaled = RLM((y - y.mean()) / y.std(), (design - center) / spread, M=HuberT()).fit(
            maxiter=5000, tol=1e-11, conv="coefs"
        )
        return scaled.params[1], scaled.bse[1], len(y)
    scale = design[:, 1].std() / y.std()
    return fit.params[1] * scale, fit.bse[1] * scale, len(y)


def test_two_hundred_specifications_equal_a_loop_over_statsmodels(multiverse, tables):
    table = multiverse.to_frame()
    table = table[table["model"] != "mixed"]
    other = fit_multiverse(*tables, grid={"model": ["HC3"]}).to_frame()  # pruned beside OLS
    table = pd.concat([table, other], ignore_index=True)
    # Some of each model: a plain sample would hold few of the rarer ones.
    sample = table.groupby("model", observed=True).sample(50, random_state=9)
    assert len(sample) == 200
    diaries, people = tables
    diary_of = dict(list(diaries.groupby("participant")))

    @cache
    def mean_of(who, *options):
        return mean_of_final_days(diary_of[who], *options)

    found = np.array([fit_by_hand(row, mean_of, people) for row in sample.itertuples()])
    np.testing.assert_allclose(sample["estimate"], found[:, 0], rtol=0, atol=1e-8)
    np.testing.assert_allclose(sample["std_error"], found[:, 1], rtol=0, atol=1e-8)
    np.testing.assert_array_equal(sample["n_obs"], found[:, 2])
    for name in GRID:
        assert sample[name].nunique() == len(GRID[name]) - (name == "model"), name


def test_counts_and_median_are_those_of_the_table(multiverse):
    row = multiverse.glance().iloc[0]
    every = np.prod([len(options) for options in GRID.values()])
    assert len(multiverse) + row["n_pruned"] == every
    assert not multiverse.specifications.duplicated(list(GRID)).any()
    assert row["median"] == np.median(multiverse.specifications["estimate"])
    assert f"{len(multiverse):,} specifications" in str(multiverse)
    assert "illustrative data" in str(multiverse)
    assert not multiverse.to_frame().isna().any(axis=None)


def test_known_analyses_are_among_them(multiverse):
    data = load_dataset("esr_pain_change")
    left = fit_line(
        data[data["condition"] == "ldn"], predictor="esr_mm_h", outcome="pain_reduction_percent"
    )
    own = multiverse.find(outcome="percent reduction, LDN", **FIG_2).iloc[0]
    # the table is rounded to two decimals, the diaries are not
    assert own["slope"] == pytest.approx(left.slope, abs=1e-3)
    assert own["estimate"] == pytest.approx(left.r, abs=1e-4)
    assert own["p_value"] == pytest.approx(left.p_value, rel=1e-2)
    difference = compare_slopes(data).to_frame().iloc[0]
    own = multiverse.find(outcome="percent reduction, LDN - placebo", **FIG_2).iloc[0]
    assert own["slope"] == pytest.approx(difference["estimate"], abs=1e-3)
    assert own["p_value"] == pytest.approx(difference["p_value"], rel=1e-2)
    without = multiverse.find(
        outcome="percent reduction, LDN", **FIG_2 | {"without": "whoever moves it most"}
    ).iloc[0]
    dropped = leave_one_out(left)
    assert without["slope"] == pytest.approx(dropped.line.slope[dropped.most_influential], abs=1e-3)


def test_rank_model_is_spearman(multiverse):
    data = load_dataset("esr_pain_change").query("condition == 'ldn'")
    own = multiverse.find(outcome="percent reduction, LDN", **FIG_2 | {"model": "rank"}).iloc[0]
    expected = spearmanr(data["esr_mm_h"], data["pain_reduction_percent"])
    assert own["estimate"] == pytest.approx(expected.statistic, abs=1e-12)
    assert own["p_value"] == pytest.approx(expected.pvalue, rel=1e-9)


@pytest.mark.parametrize("row", list(read_reference("multiverse").itertuples()), ids=str)
def test_mixed_model_equals_lme4(multiverse, row):
    own = multiverse.find(
        outcome="percent reduction, LDN - placebo", model="mixed", missed_days="left out",
        baseline_days=14, end_days=row.end_days, esr=row.esr, adjusted_for=row.adjusted_for,
    ).iloc[0]  # fmt: skip
    assert own["slope"] == pytest.approx(row.slope, rel=1e-5)
    error = own["std_error"] * own["slope"] / own["estimate"]
    assert error == pytest.approx(row.std_error, rel=1e-5)
    assert own["n_obs"] == row.n_obs


# --- parts -------------------------------------------------------------------------------


def test_incomplete_pairs_equal_the_closed_form_where_all_are_complete():
    rng = np.random.default_rng(1)
    for shared in (2.0, 0.0):  # interior; the second is at the boundary now and then
        for _ in range(10):
            person = shared * rng.normal(size=12)
            first, second = (person + rng.normal(size=12) for _ in range(2))
            design = np.column_stack([np.ones(12), rng.normal(size=12)])
            closed = solve_paired_reml(first, second, design, design)
            within, error, ratio = solve_incomplete_pairs(first, second, design, design)
            np.testing.assert_allclose(within, closed.within, rtol=1e-9)
            np.testing.assert_allclose(error, closed.within_std_error, rtol=1e-6)
            assert (ratio == 0) == closed.boundary


def test_incomplete_pairs_refuse_nobody_and_too_few():
    ones = np.ones((3, 1))
    with pytest.raises(ValueError, match="every participant needs an outcome"):
        solve_incomplete_pairs([1.0, 2, np.nan], [1.0, 2, np.nan], ones, ones)
    with pytest.raises(ValueError, match="more outcomes than the 2 coefficients"):
        solve_incomplete_pairs([1.0], [2.0], np.ones((1, 1)), np.ones((1, 1)))


def test_huber_equals_statsmodels_and_resists():
    rng = np.random.default_rng(2)
    design = np.stack([rng.normal(size=(5, 30)), np.ones((5, 30))], axis=-1)
    y = design[..., 0] + rng.standard_t(2, size=(5, 30))
    y[0, 0] = 1000.0
    slope, error = solve_huber(design, y)
    for i in range(5):
        fit = RLM(y[i], design[i], M=HuberT()).fit(maxiter=500, tol=1e-15)
        assert slope[i] == pytest.approx(fit.params[0], abs=1e-9)
        assert error[i] == pytest.approx(fit.bse[0], abs=1e-9)
    assert abs(slope[0] - 1) < 0.5


def test_huber_says_when_it_did_not_settle():
    rng = np.random.default_rng(3)
    design = np.stack([rng.normal(size=(1, 30)), np.ones((1, 30))], axis=-1)
    assert np.isnan(solve_huber(design, rng.standard_t(2, size=(1, 30)), max_steps=1)[0]).all()


# --- summaries ---------------------------------------------------------------------------


def test_choices_are_compared_in_pairs_that_differ_in_one_alone(tables):
    multiverse = fit_multiverse(
        *tables,
        grid={name: options[:1] for name, options in GRID.items()} | {"end_days": (3, 7, 14)},
    )
    table = multiverse.to_frame()
    own = multiverse.compare_choices()
    e = table["estimate"].to_numpy()
    changes = [abs(e[0] - e[1]), abs(e[0] - e[2]), abs(e[1] - e[2])]
    assert own["choice"].tolist() == ["end_days"]
    assert own["n_pairs"].tolist() == [3]
    assert own["mean_change"].iloc[0] == pytest.approx(np.mean(changes), rel=1e-12)
    assert own["largest_change"].iloc[0] == pytest.approx(max(changes), rel=1e-12)
    p = table["p_value"].to_numpy() < 0.05
    crossing = np.mean([p[0] != p[1], p[0] != p[2], p[1] != p[2]])
    assert own["crossing"].iloc[0] == pytest.approx(crossing)


def test_summary_of_choices(multiverse):
    own = multiverse.summarise_choices().set_index(["choice", "option"])
    rows = multiverse.find(participants="completers")
    assert own.loc[("participants", "completers"), "median"] == rows["estimate"].median()
    assert own.loc[("participants", "completers"), "above_zero"] == (rows["conf_low"] > 0).mean()
    assert own.loc["outcome", "n_specifications"].sum() == len(multiverse)
    assert len(own) == sum(map(len, GRID.values())) - 1  # HC3 is pruned beside OLS


@pytest.mark.parametrize(
    "grid",
    [DEFENSIBLE, {"outcome": GRID["outcome"][3:]}, {"model": ["rank", "mixed"], "esr": ["as is"]}],
)
def test_a_selection_is_a_fit_of_the_smaller_grid(multiverse, tables, grid):
    own, fitted = multiverse.select(grid), fit_multiverse(*tables, grid=grid)
    pd.testing.assert_frame_equal(own.specifications, fitted.specifications, rtol=1e-9)
    pd.testing.assert_frame_equal(own.pruned, fitted.pruned)
    one, other = (permute_multiverse(m, rng=1, n_permutations=5) for m in (own, fitted))
    np.testing.assert_allclose(one.permuted, other.permuted, rtol=1e-9)
    np.testing.assert_allclose(one.permuted_curves, other.permuted_curves, rtol=1e-7, atol=1e-12)
    assert one.n_left_out == other.n_left_out


def test_a_selection_of_what_was_not_fitted_is_refused(multiverse):
    with pytest.raises(ValueError, match=r"select: 3,321 .* were not fitted, e\.g\. .*HC3"):
        multiverse.select({"model": ["HC3"]})


def test_html_shows_the_choices_not_all_rows(multiverse):
    page = multiverse._repr_html_()
    assert page.count("<tr") < 50
    assert "whoever moves it most" in page


def test_people_that_lack_something_are_refused(tables):
    diaries, people = tables
    with pytest.raises(ValueError, match="no column esr_mm_h"):
        fit_multiverse(diaries, people.drop(columns="esr_mm_h"))
    with pytest.raises(ValueError, match="age_years of 'P03' must be a number, 0 or more"):
        fit_multiverse(
            diaries, people.assign(age_years=people["age_years"].where(people.index != 2))
        )
    with pytest.raises(ValueError, match="'P01' appears twice"):
        fit_multiverse(diaries, pd.concat([people, people.head(1)]))
    few = people[
        people["participant"].isin(["C01", "C02", "C03", "C04", "P01", "P02", "P03", "P04"])
    ]
    with pytest.raises(ValueError, match="too few"):
        fit_multiverse(diaries, few)
    with pytest.raises(ValueError, match="there is no model 'ols'; known: OLS, HC3"):
        fit_multiverse(*tables, grid={"model": ["OLS"], "end_days": [3]}).find(model="ols")


SMALL = {
    "participants": ["both trials", "completers"], "model": ["OLS", "rank", "Huber"],
    "missed_days": ["left out"], "adjusted_for": ["nothing", "age"],
}  # fmt: skip


def test_nothing_warns(tables):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit_multiverse(*tables, grid=SMALL)
