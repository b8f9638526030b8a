"""Slopes compared, crossover and diary model against R, statsmodels and hand computation.

Reference values: tests/reference/crossover.R (lm, t.test, lme4, lmerTest, clubSandwich).
"""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ldn_analysis.crossover import compare_slopes, fit_crossover, solve_two_strata
from ldn_analysis.data import load_dataset
from ldn_analysis.diary_model import fit_diary_model
from ldn_analysis.pairs import pair_conditions

TABLE = pd.read_csv(Path(__file__).parent / "reference" / "crossover.csv")
REFERENCE = {
    key: group.set_index("quantity")["value"].to_dict()
    for key, group in TABLE.groupby(["case", "term"])
}
UNBALANCED = ([True] * 5 + [False] * 2, [31, 12, 45, 22, 38, 9, 27], [18, 10, 30, 25, 19, 4, 26])
BOUNDARY = ([True] * 3 + [False] * 3, [10, 14, 9, 22, 12, 6], [15, 8, 14, 3, 9, 17])


def make_trial(starts, first, second) -> pd.DataFrame:
    """Long table of a crossover of A and B."""
    n = len(starts)
    return pd.DataFrame(
        {
            "participant": [f"p{i}" for i in range(n)] * 2,
            "sequence": ["AB" if start else "BA" for start in starts] * 2,
            "condition": ["A"] * n + ["B"] * n,
            "y": np.concatenate([first, second]).astype(float),
        }
    )


def fit_small(data: pd.DataFrame, **options):
    return fit_crossover(data, outcome="y", conditions=("A", "B"), **options)


@pytest.fixture(scope="module")
def change() -> pd.DataFrame:
    return load_dataset("esr_pain_change")


@pytest.fixture(scope="module")
def trial(change) -> pd.DataFrame:
    people = load_dataset("participants")[["participant", "sequence"]]
    return change.query("trial == 'crossover'").merge(people, on="participant")


@pytest.fixture(scope="module")
def analysed() -> pd.DataFrame:
    return load_dataset("participants").query("trial == 'crossover' and analysed")


# --- slopes ------------------------------------------------------------------------------


def test_three_ways_equal_r(change):
    table = compare_slopes(change).to_frame()
    for i, (term, rtol) in enumerate([("difference", 1e-10), ("CR2", 1e-8), ("lmer", 1e-7)]):
        for name, value in REFERENCE["slopes", term].items():
            np.testing.assert_allclose(table.loc[i, name], value, rtol=rtol, err_msg=name)
    assert table["primary"].tolist() == [True, False, False]
    assert table["n_obs"].tolist() == [38] * 3


def test_panes_are_kept_and_said_to_be_no_test(change):
    comparison = compare_slopes(change)
    row = comparison.glance().iloc[0]
    for name, side in (("ldn", "first"), ("placebo", "second")):
        assert row[f"slope_{side}"] == pytest.approx(
            REFERENCE["slopes", name]["estimate"], rel=1e-10
        )
        assert row[f"p_value_{side}"] == pytest.approx(
            REFERENCE["slopes", name]["p_value"], rel=1e-8
        )
    assert row["slope_first"] - row["slope_second"] == pytest.approx(
        comparison.difference.slope, rel=1e-12
    )
    assert "do not test it" in str(comparison)
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
    parts, pulls = [], []
    for i in range(n):
        own = [i, i + n]
        values, vectors = np.linalg.eigh(np.eye(2) - hat[np.ix_(own, own)])
        root = vectors @ np.diag(values**-0.5) @ vectors.T
        pull = (inverse @ design[own].T @ root)[3]
        parts.append(pull @ resid[own])
        pulls.append((np.eye(2 * n) - hat)[own].T @ pull)
    pulls = np.array(pulls)
    gram = pulls @ pulls.T
    error, df = comparison.pooled
    assert error == pytest.approx(np.sqrt(np.sum(np.square(parts))), rel=1e-10)
    assert df == pytest.approx(np.trace(gram) ** 2 / (gram**2).sum(), rel=1e-10)


def test_persons_without_both_conditions(change):
    short = change.drop(index=change.index[0])
    with pytest.raises(ValueError, match=r"1 of 38 persons lack a value .*missing='drop'"):
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
    with pytest.raises(ValueError, match="there is no column 'esr'; columns: participant"):
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


def test_perfect_line_three_persons_and_ties():
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
    """Persons high under A are low under B: no variance between persons is left."""
    comparison = slopes_of([1, 2, 3, 4, 5], [9, 2, 8, 1, 9.5], [1, 8, 2.5, 9, 1])
    assert comparison.mixed.boundary
    assert "boundary" in str(comparison)
    table = comparison.to_frame()
    assert table["df"][2] == 3
    # Both residual sums of squares over both degrees of freedom, by hand.
    x = np.arange(1, 6) - 3.0
    first, second = np.array([9, 2, 8, 1, 9.5]), np.array([1, 8, 2.5, 9, 1])
    rest = 0.0
    for y in (first - second, first + second):
        resid = y - y.mean() - x * (x @ y) / (x @ x)
        rest += resid @ resid / 2
    assert table["std_error"][2] == pytest.approx(np.sqrt(2 * rest / 6 / (x @ x)), rel=1e-12)
    assert table["std_error"][0] > table["std_error"][2]


# --- crossover ---------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["illustrative", "unbalanced", "boundary"])
def test_crossover_equals_r(case, trial):
    small = {"unbalanced": UNBALANCED, "boundary": BOUNDARY}
    fit = fit_crossover(trial) if case == "illustrative" else fit_small(make_trial(*small[case]))
    table = fit.to_frame().set_index("term")
    for term in ("paired difference", "period-adjusted difference", "period effect", "carry-over"):
        for name, value in REFERENCE[case, term].items():
            np.testing.assert_allclose(table.loc[term, name], value, rtol=1e-10, err_msg=term)
    lmer = REFERENCE[case, "mixed-model difference"]
    mixed = table.loc["mixed-model difference"]
    assert mixed["estimate"] == pytest.approx(lmer["estimate"], rel=1e-10)
    assert mixed["std_error"] == pytest.approx(lmer["std_error"], rel=1e-8)
    assert fit.mixed.log_likelihood == pytest.approx(lmer["log_likelihood"], abs=1e-6)
    assert fit.mixed.residual_sd == pytest.approx(lmer["residual_sd"], rel=1e-7)
    assert fit.mixed.person_sd == pytest.approx(lmer["person_sd"], rel=1e-7, abs=1e-9)
    assert fit.mixed.within_std_error[1] * 2 == pytest.approx(
        2 * lmer["period_std_error"], rel=1e-8
    )
    if case != "boundary":
        assert mixed["df"] == pytest.approx(lmer["df"], rel=1e-6)
        assert mixed["p_value"] == pytest.approx(lmer["p_value"], rel=1e-6)


def test_boundary_is_said_and_keeps_the_smaller_df():
    fit = fit_small(make_trial(*BOUNDARY))
    assert fit.mixed.boundary
    assert bool(fit.glance()["boundary"].iloc[0])
    assert fit.mixed.person_sd == 0
    assert "boundary" in str(fit)
    # lmerTest uses the pooled 9; too many after the variance happened to come out as zero.
    assert fit.mixed.df == 4
    assert not fit_small(make_trial(*UNBALANCED)).mixed.boundary


def test_boundary_error_with_containment_df_is_closer_to_its_level():
    """A t on n - 2 after a boundary fit errs less often than one on the pooled df."""
    rng = np.random.default_rng(7)
    n, trials = 6, 4000
    ones = np.ones((n, 1))
    order = np.repeat([-1.0, 1.0], 3)
    from scipy.special import stdtrit

    wrong = np.zeros(2)
    for _ in range(trials):
        model = solve_two_strata(*rng.normal(size=(2, n)), np.column_stack([ones, order]), ones)
        t = abs(model.within[0] / model.within_std_error[0])
        pooled = 2 * n - 3 if model.boundary else n - 2
        wrong += [t > stdtrit(model.df, 0.975), t > stdtrit(pooled, 0.975)]
    share = wrong / trials
    error = np.sqrt(0.05 * 0.95 / trials)
    assert abs(share[0] - 0.05) < 4 * error
    assert share[1] > 0.05 + 3 * error


def test_closed_form_equals_mixedlm_in_the_interior(trial):
    fit = fit_crossover(trial)
    assert fit.mixed.log_likelihood == pytest.approx(fit.model.llf, abs=1e-6)
    assert fit.mixed.within[0] == pytest.approx(fit.model.fe_params["condition"], rel=1e-8)
    assert fit.mixed.within_std_error[0] == pytest.approx(fit.model.bse["condition"], rel=1e-4)


def test_closed_form_is_the_maximum_of_the_restricted_likelihood():
    """A dense grid of variances finds nothing better, in the interior and at the boundary."""
    for starts, first, second in (UNBALANCED, BOUNDARY):
        n = len(starts)
        order = np.where(starts, -0.5, 0.5)
        y = np.concatenate([first, second]).astype(float)
        x = np.column_stack(
            [np.ones(2 * n), np.repeat([0.5, -0.5], n), np.concatenate([order, -order])]
        )

        def restricted(person, residual, x=x, y=y, n=n):
            v = residual * np.eye(2 * n) + person * np.tile(np.eye(n), (2, 2))
            w = np.linalg.inv(v)
            information = x.T @ w @ x
            resid = y - x @ np.linalg.solve(information, x.T @ w @ y)
            parts = (2 * n - 3) * np.log(2 * np.pi) + np.linalg.slogdet(v)[1]
            return -0.5 * (parts + np.linalg.slogdet(information)[1] + resid @ w @ resid)

        mixed = fit_small(make_trial(starts, first, second)).mixed
        best = restricted(mixed.person_sd**2, mixed.residual_sd**2)
        assert mixed.log_likelihood == pytest.approx(best, abs=1e-9)
        for person in mixed.person_sd**2 * np.array([0.9, 1.0, 1.1]) + [0, 0, 0.5]:
            for residual in mixed.residual_sd**2 * np.array([0.95, 1.0, 1.05]):
                assert restricted(person, residual) <= best + 1e-9


def test_effects_by_hand():
    # AB: differences 4 and 2; BA: 1 and 3. Sums: 10, 12 and 5, 9.
    data = make_trial([True, True, False, False], [7, 7, 3, 6], [3, 5, 2, 3])
    estimate = fit_small(data).to_frame().set_index("term")["estimate"]
    assert estimate["paired difference"] == pytest.approx(2.5, rel=1e-12)
    assert estimate["period-adjusted difference"] == pytest.approx(2.5, rel=1e-12)
    assert estimate["period effect"] == pytest.approx(-0.5, rel=1e-12)
    assert estimate["carry-over"] == pytest.approx(4.0, rel=1e-12)


def test_a_pure_period_effect_leaks_into_the_paired_difference_only():
    """Period 2 is 10 better, the drug does nothing, five persons begin with A and two with B."""
    starts, base = np.array([True] * 5 + [False] * 2), np.array([3, 8, 5, 9, 4, 6, 7.0])
    data = make_trial(starts, base + 10 * ~starts, base + 10 * starts)
    table = fit_small(data).to_frame().set_index("term")
    assert table.loc["paired difference", "estimate"] == pytest.approx(-30 / 7, rel=1e-12)
    assert table.loc["period-adjusted difference", "estimate"] == pytest.approx(0, abs=1e-12)
    assert table.loc["period effect", "estimate"] == pytest.approx(10, rel=1e-12)
    assert table.loc["period effect", "std_error"] == 0


def test_shift_of_the_origin_changes_nothing(trial):
    far = trial.assign(pain_reduction_percent=trial["pain_reduction_percent"] + 1e6)
    near, away = fit_crossover(trial).to_frame(), fit_crossover(far).to_frame()
    np.testing.assert_allclose(away["std_error"], near["std_error"], rtol=1e-7)


def test_carry_over_warning(trial):
    text = str(fit_crossover(trial))
    for words in ("little power", "Freeman 1989", "Senn 2002", "Do not test it first"):
        assert words in text


def test_cell_means(trial):
    means = fit_crossover(trial).cell_means.set_index("starts_with")
    chosen = trial[(trial["sequence"] == "placebo then ldn") & (trial["condition"] == "ldn")]
    assert means.loc["placebo", "first"] == pytest.approx(
        chosen["pain_reduction_percent"].mean(), rel=1e-12
    )
    assert means["n_obs"].tolist() == [14, 14]


def test_crossover_refuses_what_it_cannot_use(trial):
    pilot = load_dataset("esr_pain_change").query("trial == 'pilot'")
    pilot = pilot.merge(load_dataset("participants")[["participant", "sequence"]])
    with pytest.raises(ValueError, match=r"all 10 persons began with 'placebo'"):
        fit_crossover(pilot)
    with pytest.raises(ValueError, match=r"sequence 'first' must begin with one condition"):
        fit_crossover(trial.assign(sequence="first"))
    with pytest.raises(ValueError, match="at least 3 persons with both conditions; 2 are left"):
        fit_small(make_trial([True, False], [1, 2], [3, 5]))
    with pytest.raises(ValueError, match="is never 'B'"):
        fit_small(make_trial([True] * 3, [1, 2, 3], [1, 2, 4]).query("condition == 'A'"))
    with pytest.raises(ValueError, match="more persons than columns"):
        solve_two_strata([1.0], [2.0], np.ones((1, 1)), np.ones((1, 1)))


def test_sequence_words_where_one_condition_contains_the_other():
    data = make_trial([True, False, True], [1, 5, 3], [2, 2, 7])
    names = {"A": "drug", "B": "no drug", "AB": "drug then no drug", "BA": "no drug then drug"}
    data = data.replace({"condition": names, "sequence": names})
    fit = fit_crossover(data, outcome="y", conditions=("drug", "no drug"))
    assert fit.persons["starts_with"].tolist() == ["drug", "no drug", "drug"]


def test_one_person_without_second_period_is_dropped_and_counted(trial):
    fit = fit_crossover(trial.iloc[1:], missing="drop")
    assert (fit.n_obs, fit.n_dropped) == (27, 1)
    assert fit.glance()[["n_first_sequence", "n_second_sequence"]].sum(axis=1).iloc[0] == 27


# --- diary -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "slopes"),
    [
        ("diary both", ("condition", "day")),
        ("diary condition", ("condition",)),
        ("diary intercept", ()),
    ],
)
def test_diary_model_equals_lme4(case, slopes, analysed):
    fit = fit_diary_model(load_dataset("daily_pain"), analysed, slopes=slopes)
    table = fit.to_frame().set_index("term")
    names = {"intercept": "(Intercept)", "condition": "c", "period": "p", "day": "day"}
    for term, name in names.items():
        lmer = REFERENCE[case, name]
        error = lmer["std_error"]
        assert table.loc[term, "estimate"] == pytest.approx(lmer["estimate"], abs=1e-5 * error)
        assert table.loc[term, "std_error"] == pytest.approx(error, rel=1e-5)
    glance = fit.glance().iloc[0]
    lmer = REFERENCE[case, "fit"]
    assert glance["log_likelihood"] == pytest.approx(lmer["log_likelihood"], abs=1e-6)
    assert glance["residual_sd"] == pytest.approx(lmer["residual_sd"], rel=1e-5)
    assert glance["intercept_sd"] == pytest.approx(lmer["intercept_sd"], rel=1e-5)
    assert fit.df == 27
    assert fit.converged
    assert not fit.boundary


def test_random_slope_keeps_days_from_counting_as_persons(analysed):
    days = load_dataset("daily_pain")
    with_slope = fit_diary_model(days, analysed, slopes=("condition",)).to_frame()
    without = fit_diary_model(days, analysed, slopes=()).to_frame()
    assert with_slope["std_error"][1] > 3 * without["std_error"][1]


def simulate_diary(rng, persons=12, days=20, person_sd=10.0, slope_sd=6.0, correlation=0.0):
    rows = []
    for i in range(persons):
        level, slope = rng.normal(50, person_sd), rng.normal(0, slope_sd)
        for j, phase in enumerate(("ldn", "placebo")):
            noise = rng.normal(size=days) * 5
            for k in range(1, days):
                noise[k] = correlation * noise[k - 1] + np.sqrt(1 - correlation**2) * noise[k]
            rating = level + (0.5 - j) * (slope - 4) + noise
            part = {"participant": f"p{i}", "phase": phase, "day_in_phase": np.arange(1, days + 1)}
            rows.append(pd.DataFrame(part | {"pain_0_100": rating}))
    people = pd.DataFrame({"participant": [f"p{i}" for i in range(persons)]})
    people["sequence"] = ["ldn then placebo", "placebo then ldn"] * (persons // 2)
    return pd.concat(rows, ignore_index=True), people


def test_autocorrelation_is_measured():
    rng = np.random.default_rng(5)
    diary, people = simulate_diary(rng, days=60, correlation=0.6)
    fit = fit_diary_model(diary, people)
    assert fit.autocorrelation == pytest.approx(0.6, abs=0.08)
    assert fit.n_lag_pairs == 12 * 2 * 59
    diary, people = simulate_diary(rng, days=60)
    assert fit_diary_model(diary, people).autocorrelation == pytest.approx(0.0, abs=0.08)


def test_complete_diary_gives_the_paired_t_of_person_means():
    """With equal complete days and a random condition slope the answer is that of the means."""
    diary, people = simulate_diary(np.random.default_rng(11))
    only = people[["participant"]]  # no sequence: no period effect
    row = fit_diary_model(diary, only, slopes=("condition",)).to_frame().iloc[1]
    means = diary.groupby(["participant", "phase"])["pain_0_100"].mean().reset_index()
    data = means.rename(columns={"phase": "condition"}).merge(people)
    table = fit_crossover(data, outcome="pain_0_100").to_frame().set_index("term")
    for name in ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high"):
        assert row[name] == pytest.approx(table.loc["paired difference", name], rel=1e-4)


def test_boundary_and_failed_fits_are_said():
    diary, people = simulate_diary(np.random.default_rng(2), person_sd=0.0, slope_sd=0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = fit_diary_model(diary, people)
    assert fit.boundary
    assert "day" not in fit.random
    assert "was left out" in str(fit)
    assert "no variance of its own (boundary)" in str(fit)
    assert np.isfinite(fit.autocorrelation)


def test_diary_of_one_sequence_says_that_period_is_not_separable():
    pilot = load_dataset("participants").query("trial == 'pilot'")
    fit = fit_diary_model(load_dataset("daily_pain"), pilot)
    assert "period" not in set(fit.to_frame()["term"])
    assert "cannot be told apart" in str(fit)
    assert fit.df == 9


def test_diary_counts_blank_days_and_refuses_bad_input(analysed):
    days = load_dataset("daily_pain")
    chosen = days["participant"].isin(analysed["participant"])
    chosen &= days["phase"].isin(["ldn", "placebo"])
    fit = fit_diary_model(days, analysed, slopes=())
    assert fit.n_dropped == days.loc[chosen, "pain_0_100"].isna().sum()
    assert fit.n_obs + fit.n_dropped == chosen.sum()
    with pytest.raises(ValueError, match="diaries have no column 'mood'; they have: participant"):
        fit_diary_model(days, analysed, rating="mood")
    with pytest.raises(ValueError, match="no day has phase 'drug'; phases: baseline"):
        fit_diary_model(days, analysed, conditions=("drug", "placebo"))
    with pytest.raises(ValueError, match="slopes must be a list of some of condition, day"):
        fit_diary_model(days, analysed, slopes=("week",))
    with pytest.raises(ValueError, match=r"1 participant\(s\) have no diary, first 'X'"):
        fit_diary_model(days, pd.DataFrame({"participant": ["C01", "X"]}))
    with pytest.raises(ValueError, match="at least 3 persons with ratings under both"):
        fit_diary_model(days, analysed.iloc[:2])
    with pytest.raises(ValueError, match="two rows for one day"):
        fit_diary_model(pd.concat([days, days[chosen].iloc[:1]]), analysed)


# --- pairs -------------------------------------------------------------------------------


def test_pairs_refuse_clashing_and_broken_columns():
    data = make_trial(*UNBALANCED)
    options = {"columns": ("participant", "condition", "y"), "conditions": ("A", "B")}
    with pytest.raises(ValueError, match="rename the column 'first'"):
        pair_conditions(data.assign(first=1), keep=("first",), **options)
    with pytest.raises(ValueError, match="is not numbers but"):
        pair_conditions(data, **options | {"columns": ("participant", "condition", "sequence")})
    with pytest.raises(ValueError, match="is infinite in a row"):
        pair_conditions(data.replace({"y": {31.0: np.inf}}), **options)
    with pytest.raises(ValueError, match="missing must be 'raise' or 'drop'; received 'skip'"):
        pair_conditions(data, missing="skip", **options)
    with pytest.raises(ValueError, match="'participant' is blank"):
        pair_conditions(data.replace({"participant": {"p0": None}}), **options)
