"""Power: the exact value against scipy and statsmodels, the simulated one against the exact."""

import re
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import integrate, stats
from statsmodels.stats.power import TTestPower
from truths import PLAIN as TRUTH
from truths import TERMS

from ldn_analysis import (
    TrialTruth,
    compute_power_exact,
    find_sample_size,
    load_dataset,
    simulate_trials,
    summarise_power,
)
from ldn_analysis.small_samples import engine
from ldn_analysis.small_samples.power import PowerCurve


def two_sided(df, shift, level=0.95):
    critical = stats.t.ppf(0.5 + level / 2, df)
    wrong = stats.nct.cdf(-critical, df, shift) if shift < 7 else 0.0  # below 1e-11; nan in scipy
    return stats.nct.sf(critical, df, shift) + wrong


# --- the exact power --------------------------------------------------------------------------


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
@pytest.mark.parametrize("slope", [0.0, 0.3, -0.8])
def test_given_esr_the_slope_is_noncentral_t(slope, level):
    data = load_dataset("esr_pain_change").query("condition == 'ldn'")
    esr = data["esr_mm_h"].to_numpy(float)
    truth = replace(TRUTH, slope_ldn=slope)
    shift = abs(slope) * esr.std() * np.sqrt(len(esr)) / 20
    found = compute_power_exact(truth, esr=esr, confidence_level=level)
    assert_allclose(found, two_sided(len(esr) - 2, shift, level), rtol=1e-9)


@pytest.mark.parametrize("n", [3, 4, 10, 38, 200])
@pytest.mark.parametrize("slope", [0.1, 0.8, 3.0])
def test_the_average_over_esr_equals_quadrature(n, slope):
    # Over the variance this time, where the package integrates over its root.
    chi2 = stats.chi2(n - 1)
    ends = chi2.ppf([1e-12, 1 - 1e-12])
    expected, _ = integrate.quad(
        lambda q: chi2.pdf(q) * two_sided(n - 2, slope * 10 * np.sqrt(q) / 20),
        *ends, points=chi2.ppf([1e-4, 0.1, 0.5, 0.9]), limit=500, epsabs=1e-10,
    )  # fmt: skip
    found = compute_power_exact(replace(TRUTH, slope_ldn=slope), n_people=n)
    assert_allclose(found, expected, atol=2e-8)


@pytest.mark.parametrize("n", [3, 10, 28, 150])
def test_the_paired_mean_equals_statsmodels(n):
    truth = replace(TRUTH, slope_ldn=0.2)  # no difference of slopes
    sd = 20 * np.sqrt(2 * 0.6)
    found = compute_power_exact(truth, n_people=n, estimand="mean_difference")
    assert_allclose(found, TTestPower().power(8 / sd, n, 0.05), rtol=1e-9)
    # A slope that differs adds its spread to the differences.
    sd = np.sqrt(sd**2 + (0.6 * 10) ** 2)
    found = compute_power_exact(TRUTH, n_people=n, estimand="mean_difference")
    assert_allclose(found, TTestPower().power(8 / sd, n, 0.05), rtol=1e-9)


@pytest.mark.parametrize("term", TERMS)
def test_no_effect_has_the_power_of_the_level(term):
    truth = TrialTruth()
    for level in (0.9, 0.95, 0.99):
        power = compute_power_exact(truth, n_people=12, estimand=term, confidence_level=level)
        assert_allclose(power, 1 - level, rtol=1e-9)


@pytest.mark.parametrize("n", [4, 9, 38, 300])
def test_power_is_a_number_that_grows_with_the_effect(n):
    for level in (0.5, 0.95, 0.99, 0.999):
        powers = [
            compute_power_exact(replace(TRUTH, slope_ldn=slope), n_people=n, confidence_level=level)
            for slope in np.linspace(0, 40, 41)
        ]
        assert np.isfinite(powers).all()
        assert (np.diff(powers) > -1e-9).all()
        assert powers[-1] > (0.99 if n > 4 or level < 0.99 else 0.5)


def test_drop_out_mixes_over_completers():
    truth = replace(TRUTH, drop_out=0.25)
    for term, least in (("slope_ldn", 3), ("mean_difference", 2)):
        expected = 0.0
        for m in range(least, 9):
            # The paired mean of two people is out of compute_power_exact's own range.
            if m == 2:
                power = two_sided(1, 8 * np.sqrt(2) / np.sqrt(400 * 1.2 + 36))
            else:
                power = compute_power_exact(TRUTH, n_people=m, estimand=term)
            expected += stats.binom.pmf(m, 8, 0.75) * power
        found = compute_power_exact(truth, n_people=8, estimand=term)
        assert_allclose(found, expected, rtol=1e-9)


def test_a_fixed_order_adds_the_period():
    truth = replace(TRUTH, mean_ldn=4.0, period_effect=8.0, fixed_order=True)
    same = {"n_people": 20, "estimand": "mean_difference"}
    assert compute_power_exact(truth, **same) == compute_power_exact(TRUTH, **same)
    assert compute_power_exact(truth, n_people=20) == compute_power_exact(TRUTH, n_people=20)


# --- the simulated power ------------------------------------------------------------------------


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize(
    "truth",
    [
        TRUTH,
        replace(TRUTH, esr_error_sd=6.0, slope_placebo=-0.6),
        replace(TRUTH, drop_out=0.2, esr_error_sd=3.0),
        replace(TRUTH, fixed_order=True, period_effect=-5.0, condition_r=-0.3),
    ],
)
def test_simulated_power_equals_exact_power(truth, term):
    curve = summarise_power(
        truth, n_people=[3, 8, 38], effects=[0.0, 0.5, -1.5], estimand=term, n_trials=40_000, rng=2
    )
    for level in (0.9, 0.95, 0.99):
        table = curve.compare_exact(level)
        assert len(table) == 9
        assert (table["deviation"].abs() < 4).all()
        error = np.sqrt(table["exact"] * (1 - table["exact"]) / 40_000)
        assert_allclose(table["deviation"] * error, table["power"] - table["exact"], atol=1e-12)


def test_the_same_seed_gives_the_power_of_simulate_trials():
    curve = summarise_power(
        TRUTH, n_people=[10, 20], estimand="slope_difference", n_trials=9000, rng=4
    )
    assert isinstance(curve, PowerCurve)
    assert curve.effects == pytest.approx([0.6])
    table = curve.to_frame()
    for row in table.itertuples():
        trials = simulate_trials(TRUTH, n_people=row.n_people, n_trials=9000, rng=4).to_frame()
        expected = trials.set_index("term").loc["slope_difference"]
        for name in ("power", "power_low", "power_high"):
            assert getattr(row, name) == expected[name]
        assert row.mc_std_error == expected["power_mc_std_error"]
    assert table["term"].tolist() == ["slope_difference"] * 2
    assert table["n_people"].tolist() == [10, 20]


def test_curves_share_their_random_numbers_over_effects():
    curve = summarise_power(
        TrialTruth(), n_people=[12], effects=np.linspace(0, 3, 31), n_trials=400, rng=1
    )
    assert (np.diff(curve.to_frame()["power"]) >= 0).all()  # no step back, with 400 trials


def test_workers_do_not_change_a_curve(monkeypatch):
    monkeypatch.setattr(engine, "BATCH", 1)
    ask = {"n_people": [5, 9], "effects": [0.5, 1.0], "n_trials": 9000, "rng": 1}
    one, two = summarise_power(TRUTH, **ask), summarise_power(TRUTH, n_jobs=2, **ask)
    for key, tally in one.tallies.items():
        for mine, its in zip(tally, two.tallies[key], strict=True):
            assert mine.tobytes() == its.tobytes()


def test_ctrl_c_keeps_finished_cells(monkeypatch):
    real, calls = engine._simulate_batch, []

    def stop_at_fourth(*args):
        calls.append(args)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(engine, "_simulate_batch", stop_at_fourth)
    curve = summarise_power(TRUTH, n_people=[5, 10], effects=[0.5, 1.0, 2.0], n_trials=100, rng=1)
    table = curve.to_frame()
    assert table["effect"].tolist() == [0.5, 0.5, 1.0]
    assert table["n_trials"].tolist() == [100] * 3
    assert "(3 of 6 not finished)" in str(curve)


def test_curve_says_what_it_is():
    curve = summarise_power(TRUTH, n_people=[5, 40], effects=[0.0, 2.0], n_trials=2000, rng=1)
    table = curve.to_frame()
    assert str(curve).startswith(
        "Power for the slope under LDN (percentage points per mm/h; true value 0, 2) at 5 %, 5 to 40 "
        f"participants, 2,000 simulated trials each: from {table['power'].min():.2f} to "
        f"{table['power'].max():.2f} (Monte Carlo SE at most 0.0"
    )
    alone = summarise_power(TRUTH, n_people=[9], n_trials=100, rng=1)
    assert re.search(r"at 5 %, 9 participants, 100 simulated trials each: 0\.\d\d \(", str(alone))
    assert "<table" in curve._repr_html_()


def test_the_exact_curve_runs_through_the_exact_powers():
    curve = summarise_power(TRUTH, n_people=[5, 300], effects=[0.0, 2.0], n_trials=50, rng=1)
    path = curve.trace_exact(0.9)
    assert path["n_people"].min() == 5
    assert path["n_people"].max() == 300
    assert len(path) == 160
    for row in path.iloc[[3, 90, 159]].itertuples():
        truth = TRUTH.with_effect("slope_ldn", row.effect)
        exact = compute_power_exact(truth, n_people=row.n_people, confidence_level=0.9)
        assert row.exact == exact
    messy = summarise_power(replace(TRUTH, period_effect=1.0), n_people=[5], n_trials=50, rng=1)
    assert messy.trace_exact().empty


# --- messages -------------------------------------------------------------------------------------


def curve(**options):
    return summarise_power(**({"truth": TRUTH, "n_people": [9], "n_trials": 9, "rng": 1} | options))


def search(**options):
    return find_sample_size(**({"truth": TRUTH, "rng": 1} | options))


def exact(truth=TRUTH, **options):
    return compute_power_exact(truth, **options)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: curve(truth=1), TypeError, "summarise_power: truth must be a TrialTruth; received int"),
        (lambda: curve(estimand="slope"), ValueError, "no estimand 'slope'; known: slope_ldn, "),
        (lambda: curve(n_trials=0), ValueError, "n_trials must be a whole number, 1 or more; received 0"),
        (lambda: curve(n_people=[2]), ValueError, "n_people must be a whole number, 3 or more; received 2"),
        (lambda: curve(n_people=9), TypeError, "n_people must be a sequence of numbers; received 9"),
        (lambda: curve(n_people=[]), ValueError, "n_people is empty; give at least one number"),
        (lambda: curve(effects=[]), ValueError, "effects is empty"),
        (lambda: curve(effects="12"), TypeError, "effects must be a sequence of numbers; received '12'"),
        (lambda: curve(effects=[np.nan]), ValueError, "slope_ldn must be a finite number; received nan"),
        (lambda: curve(rng=None), ValueError, "summarise_power: rng is None; pass a seed"),
        (lambda: search(rng=None), ValueError, "find_sample_size: rng is None; pass a seed"),
        (lambda: curve(rng="x"), TypeError, "summarise_power: rng must be a seed"),
        (lambda: curve().to_frame(0.8), ValueError, "must be one of 0.9, 0.95, 0.99; received 0.8"),
        (lambda: search(truth=None), TypeError, "truth must be a TrialTruth; received NoneType"),
        (lambda: search(estimand="r"), ValueError, "find_sample_size: no estimand 'r'"),
        (lambda: search(n_trials=1.5), TypeError, "n_trials must be a whole number, 1 or more; received 1.5"),
        (lambda: search(confidence_level=0.8), ValueError, "confidence_level must be one of 0.9, 0.95"),
        (lambda: search(power=1), ValueError, "power must lie between 0.05 (the significance level) and"),
        (lambda: search(power=0.05), ValueError, "and 1; received 0.05"),
        (lambda: search(power="0.8"), ValueError, "received '0.8'"),
        (lambda: search(truth=TrialTruth()), ValueError, "the true value of slope_ldn is 0"),
        (lambda: search(rng=1.5), TypeError, "find_sample_size: rng must be a seed"),
        (lambda: search(truth=TrialTruth(slope_ldn=1e-4), n_trials=200), ValueError,
         "with 100,000 participants the power is 0."),
        (lambda: exact(truth="x", n_people=9), TypeError, "truth must be a TrialTruth; received str"),
        (lambda: exact(n_people=9, estimand="x"), ValueError, "compute_power_exact: no estimand 'x'"),
        (lambda: exact(n_people=9, confidence_level=95), ValueError, "between 0 and 1, e.g. 0.95"),
        (lambda: exact(n_people=2), ValueError, "n_people must be a whole number, 3 or more; received 2"),
        (lambda: exact(), ValueError, "give either n_people or esr"),
        (lambda: exact(n_people=3, esr=[1, 2, 3]), ValueError, "give either n_people or esr"),
        (lambda: exact(esr=[1, 2]), ValueError, "at least 3 finite numbers that are not all the same"),
        (lambda: exact(esr=[4, 4, 4]), ValueError, "received [4.0, 4.0, 4.0]"),
        (lambda: exact(esr=[1, 2, 4], estimand="mean_difference"), ValueError, "esr goes with a slope"),
        (lambda: exact(replace(TRUTH, drop_out=0.1), esr=[1, 2, 4]), ValueError, "without drop-out"),
        (lambda: exact(replace(TRUTH, baseline_error_sd=1.0), n_people=9), ValueError,
         "with an error in baseline pain there is no closed form; simulate with simulate_trials"),
        (lambda: exact(replace(TRUTH, period_effect=1.0), n_people=9), ValueError,
         "with a period effect in random order there is no closed form"),
    ],
)  # fmt: skip
def test_messages(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()


def test_a_grid_is_taken_once():
    found = curve(n_people=[9, 9, 12], effects=[1, 1.0])
    assert (found.n_people, found.effects) == ((9, 12), (1.0,))
    assert_array_equal(found.to_frame()["n_people"], [9, 12])
