"""The two-period crossover and its closed form against R, MixedLM and hand computation."""

import numpy as np
import pandas as pd
import pytest
from witnesses import make_trial, read_trials

from ldn_analysis.crossover.two_period import fit_crossover

TRIALS = read_trials()
UNBALANCED = ([True] * 5 + [False] * 2, [31, 12, 45, 22, 38, 9, 27], [18, 10, 30, 25, 19, 4, 26])
BOUNDARY = ([True] * 3 + [False] * 3, [10, 14, 9, 22, 12, 6], [15, 8, 14, 3, 9, 17])


def fit_small(data: pd.DataFrame, **options):
    return fit_crossover(data, outcome="y", conditions=("A", "B"), **options)


@pytest.mark.parametrize("case", ["illustrative", "unbalanced", "boundary"])
def test_crossover_equals_r(case, trial):
    small = {"unbalanced": UNBALANCED, "boundary": BOUNDARY}
    fit = fit_crossover(trial) if case == "illustrative" else fit_small(make_trial(*small[case]))
    table = fit.to_frame().set_index("term")
    for term in ("paired difference", "period-adjusted difference", "period effect", "carry-over"):
        for name, value in TRIALS[case, term].items():
            np.testing.assert_allclose(table.loc[term, name], value, rtol=1e-10, err_msg=term)
    lmer = TRIALS[case, "mixed-model difference"]
    mixed = table.loc["mixed-model difference"]
    assert mixed["estimate"] == pytest.approx(lmer["estimate"], rel=1e-10)
    assert mixed["std_error"] == pytest.approx(lmer["std_error"], rel=1e-8)
    assert fit.mixed.log_likelihood == pytest.approx(lmer["log_likelihood"], abs=1e-6)
    assert fit.mixed.residual_sd == pytest.approx(lmer["residual_sd"], rel=1e-7)
    assert fit.mixed.participant_sd == pytest.approx(lmer["person_sd"], rel=1e-7, abs=1e-9)
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
    assert fit.mixed.participant_sd == 0
    assert "boundary" in str(fit)
    # lmerTest uses the pooled 9; too many after the variance happened to come out as zero.
    assert fit.mixed.df == 4
    assert not fit_small(make_trial(*UNBALANCED)).mixed.boundary


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
        best = restricted(mixed.participant_sd**2, mixed.residual_sd**2)
        assert mixed.log_likelihood == pytest.approx(best, abs=1e-9)
        for person in mixed.participant_sd**2 * np.array([0.9, 1.0, 1.1]) + [0, 0, 0.5]:
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
    """Period 2 is 10 better, the drug does nothing, five participants begin with A and two with B."""
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


def test_little_power_is_said_only_where_the_error_is_much_larger():
    # Sums vary less than differences: who is high under A is low under B.
    data = make_trial([True] * 3 + [False] * 3, [9, 1, 8, 2, 9, 1.5], [1.5, 8, 2, 9, 1, 9])
    text = str(fit_small(data))
    assert "little power" not in text
    assert "Freeman 1989" in text


@pytest.mark.parametrize("sign", [1, -1, 0])
def test_sentence_follows_the_sign(trial, sign):
    value = sign * trial["pain_reduction_percent"] + trial["esr_mm_h"]
    text = str(fit_crossover(trial.assign(pain_reduction_percent=value)))
    start = "Difference in pain reduction (ldn minus placebo): "
    assert text.startswith(start + {1: "10.8 percentage points", -1: "-10.8", 0: "0.00"}[sign])
    assert ("p not defined" in text) == (sign == 0)


def test_cell_means(trial):
    means = fit_crossover(trial).cell_means.set_index("starts_with")
    chosen = trial[(trial["sequence"] == "placebo then ldn") & (trial["condition"] == "ldn")]
    assert means.loc["placebo", "first"] == pytest.approx(
        chosen["pain_reduction_percent"].mean(), rel=1e-12
    )
    assert means["n_obs"].tolist() == [14, 14]


def test_crossover_refuses_what_it_cannot_use(trial, change):
    pilot = change.query("trial == 'pilot'").assign(sequence="placebo then ldn")
    with pytest.raises(ValueError, match=r"all 10 participants began with 'placebo'"):
        fit_crossover(pilot)
    with pytest.raises(ValueError, match=r"sequence 'first' must begin with one condition"):
        fit_crossover(trial.assign(sequence="first"))
    with pytest.raises(
        ValueError, match="at least 3 participants with both conditions; 2 are left"
    ):
        fit_small(make_trial([True, False], [1, 2], [3, 5]))
    with pytest.raises(ValueError, match="is never 'B'"):
        fit_small(make_trial([True] * 3, [1, 2, 3], [1, 2, 4]).query("condition == 'A'"))


def test_sequence_words_where_one_condition_contains_the_other():
    data = make_trial([True, False, True], [1, 5, 3], [2, 2, 7])
    names = {"A": "drug", "B": "no drug", "AB": "drug then no drug", "BA": "no drug then drug"}
    data = data.replace({"condition": names, "sequence": names})
    fit = fit_crossover(data, outcome="y", conditions=("drug", "no drug"))
    assert fit.participants["starts_with"].tolist() == ["drug", "no drug", "drug"]


def test_one_participant_without_second_period_is_dropped_and_counted(trial):
    fit = fit_crossover(trial.iloc[1:], missing="drop")
    assert (fit.n_obs, fit.n_dropped) == (27, 1)
    assert fit.glance()[["n_first_sequence", "n_second_sequence"]].sum(axis=1).iloc[0] == 27
