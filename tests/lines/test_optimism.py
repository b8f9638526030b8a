"""Optimism of R squared against R's refits, full enumeration, and new people."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from witnesses import read_reference

from ldn_analysis import correct_optimism, fit_line, load_dataset
from ldn_analysis.core.line import solve_line, sum_line

R = read_reference("small_samples").set_index(["topic", "case", "quantity"])["value"]
NAMES = {"predictor": "esr_mm_h", "outcome": "pain_reduction_percent"}


ANSCOMBE = np.array(  # 1973: x of the first and third set, y of the first, y of the third
    [
        [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5],
        [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68],
        [7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73],
    ]
)


def choose(name):
    x, first, far = ANSCOMBE
    return {"first": fit(x, first), "far": fit(x, far), "five": fit(x[3:8], first[3:8])}[name]


def choose_pilot():
    data = load_dataset("esr_pain_change").query("condition == 'ldn' and trial == 'pilot'")
    return fit_line(data, **NAMES)


def fit(x, y):
    return fit_line(pd.DataFrame({"x": x, "y": y}), predictor="x", outcome="y")


@pytest.mark.parametrize("name", ["first", "far", "five"])
def test_closed_forms_equal_refits_in_r(name):
    result = correct_optimism(choose(name), rng=1, n_resamples=10)
    table = result.to_frame().set_index("term")["estimate"]
    assert_allclose(table["adjusted"], R["optimism", name, "adjusted"], rtol=1e-10)
    assert_allclose(table["leave-one-out"], R["optimism", name, "leave_one_out"], rtol=1e-9)
    assert_allclose(result.shrinkage, R["optimism", name, "shrinkage"], rtol=1e-10)
    assert table["apparent"] == result.fit.r_squared


def test_bootstrap_equals_all_resamples_of_five_people():
    result = correct_optimism(choose("five"), rng=2, n_resamples=400_000)
    exact = R["optimism", "five", "optimism"]
    assert abs(result.fit.r_squared - result.corrected - exact) < 4 * result.mc_std_error
    assert result.mc_std_error < 0.002
    row = result.to_frame().set_index("term").loc["bootstrap"]
    share = R["optimism", "five", "undefined"]
    assert abs(row["n_undefined"] - share * 400_000) < 4 * np.sqrt(share * 400_000)
    assert row["n_resamples"] == 400_000


def test_one_resample_equals_a_refit():
    line = choose("far")
    result = correct_optimism(line, rng=5, n_resamples=3)
    drawn = np.random.default_rng(5).integers(0, 11, (3, 11))
    for rows, found in zip(drawn, result.optimism, strict=True):
        slope, intercept = np.polyfit(line.x[rows], line.y[rows], 1)
        inside = np.corrcoef(line.x[rows], line.y[rows])[0, 1] ** 2
        missed = ((line.y - intercept - slope * line.x) ** 2).sum()
        outside = 1 - missed / ((line.y - line.y.mean()) ** 2).sum()
        assert_allclose(found, inside - outside, rtol=1e-9)


def test_corrected_values_come_nearer_to_new_people():
    """At n = 10 and a true R squared of 0.3 the fitted line explains far less elsewhere."""
    rng, slope = np.random.default_rng(11), np.sqrt(0.3 / 0.7)
    found, new = [], []
    for _ in range(400):
        x = rng.standard_normal(10)
        line = fit(x, slope * x + rng.standard_normal(10))
        result = correct_optimism(line, rng=rng, n_resamples=200)
        found.append(result.to_frame()["estimate"].to_numpy())
        missed = 1 + (line.slope - slope) ** 2 + line.intercept**2
        new.append(1 - missed / (1 + slope**2))
    apparent, adjusted, _, bootstrap = np.mean(found, axis=0) - np.mean(new)
    assert apparent > adjusted > bootstrap
    assert apparent > 0.15
    assert abs(bootstrap) < apparent / 2


def test_same_seed_same_numbers_and_seed_is_required():
    line = choose("first")
    first, second = (correct_optimism(line, rng=4, n_resamples=20_001) for _ in range(2))
    assert_array_equal(first.optimism, second.optimism)
    other = correct_optimism(line, rng=np.random.default_rng(5), n_resamples=20_001)
    assert first.corrected != other.corrected
    with pytest.raises(TypeError, match="rng"):
        correct_optimism(line)


def test_a_shift_of_units_changes_nothing():
    x, y = np.array([1.0, 2, 4, 7, 9, 12]), np.array([2.0, 1, 5, 4, 9, 7])
    one = correct_optimism(fit(x, y), rng=1)
    two = correct_optimism(fit(1e5 + 3 * x, 1e4 - 2 * y), rng=1)
    assert_allclose(one.corrected, two.corrected, rtol=1e-8)
    assert_allclose(one.leave_one_out, two.leave_one_out, rtol=1e-8)


def test_perfect_and_useless_lines():
    x = np.arange(6.0)
    perfect = correct_optimism(fit(x, 2 * x), rng=1)
    assert_allclose([perfect.leave_one_out, perfect.shrinkage, perfect.corrected], 1, rtol=1e-12)
    useless = correct_optimism(fit(x, [1, -1, -1, -1, -1, 1]), rng=1)
    assert useless.leave_one_out < 0
    assert useless.shrinkage == -np.inf or useless.shrinkage < -1e20


def test_a_mean_that_sees_its_own_participant_is_no_fair_rival():
    """Where nothing is related, line and mean miss by nearly the same: R squared is near 0."""
    rng, n, found, unfair = np.random.default_rng(3), 10, [], []
    for _ in range(400):
        line = fit(rng.standard_normal(n), rng.standard_normal(n))
        found.append(correct_optimism(line, rng=1, n_resamples=2).leave_one_out)
        unfair.append(1 - (1 - found[-1]) * (n / (n - 1)) ** 2)
    line, mean = 1 + 1 / n + 1 / (n - 3) + 1 / n / (n - 3), 1 + 1 / n  # of new participants
    assert abs(np.median(found) - (1 - line / mean)) < 0.1
    assert np.median(unfair) < np.median(found) - 0.2


def test_words():
    result = correct_optimism(choose("far"), rng=1)
    press = 1 - result.leave_one_out
    assert str(result) == (
        f"R² = 0.67 in the participants of the fit; adjusted 0.63, leave-one-out {1 - press:.2f}, "
        f"bootstrap-corrected {result.corrected:.2f} (Monte Carlo standard error "
        f"{result.mc_std_error:.4f}, 10,000 resamples); shrinkage factor of the slope 0.94 (n = 11)."
    )
    assert "(n = 10; illustrative data)." in str(correct_optimism(choose_pilot(), rng=1))
    assert result._repr_html_().count("<table") == 1


def test_refusals():
    with pytest.raises(TypeError, match="fit must be what fit_line returns; received str"):
        correct_optimism("fit", rng=1)
    line = choose("first")
    for count in (1, 2.5, True):
        text = f"correct_optimism: n_resamples must be a whole number, 2 or more; received {count}"
        with pytest.raises((TypeError, ValueError), match=text):
            correct_optimism(line, rng=1, n_resamples=count)
    with pytest.raises(ValueError, match="correct_optimism: rng is None; pass a seed"):
        correct_optimism(line, rng=None)
    with pytest.raises(ValueError, match="'y' is the same for everybody, so there is no R squared"):
        correct_optimism(fit([1, 2, 3], [5, 5, 5]), rng=1)
    with pytest.raises(ValueError, match="without row 3 everybody has the same 'x'"):
        correct_optimism(fit([1, 1, 1, 4], [1, 2, 3, 9]), rng=1)


def test_kernel_takes_the_counts():
    """A resample by counts is the resample itself."""
    x, y = np.array([1.0, 2, 4, 7]), np.array([2.0, 1, 5, 4])
    rows = [0, 0, 2, 3]
    direct = solve_line(sum_line(x[rows], y[rows]))
    weights = np.bincount(rows, minlength=4)
    sums = sum_line(x, y)._replace(
        x=weights @ x, y=weights @ y, xx=weights @ x**2, xy=weights @ (x * y), yy=weights @ y**2
    )
    assert_allclose(solve_line(sums).r_squared, direct.r_squared, rtol=1e-12)
