"""Optimism of R squared against R's refits, full enumeration, and new participants."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from witnesses import read_reference

from ldn_analysis import correct_optimism, fit_line
from ldn_analysis.core.line import solve_line, sum_line

R = read_reference("robust_lines").set_index(["case", "quantity"])["value"]
NAMES = {"predictor": "x", "outcome": "y"}


def choose(name):
    ldn = read_reference("line_inputs").query("set == 'ldn'")
    if name == "pilot":
        return ldn[ldn["trial"] == "pilot"]
    return ldn if name == "all" else ldn.iloc[[0, 2, 5, 14, 29]]


def fit(x, y):
    return fit_line(pd.DataFrame({"x": x, "y": y}), predictor="x", outcome="y")


@pytest.mark.parametrize("name", ["all", "pilot", "five"])
def test_closed_forms_equal_refits_in_r(name):
    result = correct_optimism(fit_line(choose(name), **NAMES), rng=1, n_resamples=10)
    table = result.to_frame().set_index("term")["estimate"]
    assert_allclose(table["adjusted"], R[name, "adjusted"], rtol=1e-10)
    assert_allclose(table["leave-one-out"], R[name, "leave_one_out"], rtol=1e-9)
    assert_allclose(result.shrinkage, R[name, "shrinkage"], rtol=1e-10)
    assert table["apparent"] == result.fit.r_squared


def test_bootstrap_equals_all_resamples_of_five_people():
    result = correct_optimism(fit_line(choose("five"), **NAMES), rng=2, n_resamples=400_000)
    exact = R["five", "optimism"]
    assert abs(result.fit.r_squared - result.corrected - exact) < 4 * result.mc_std_error
    assert result.mc_std_error < 0.002
    row = result.to_frame().set_index("term").loc["bootstrap"]
    share = R["five", "undefined"]
    assert abs(row["n_undefined"] - share * 400_000) < 4 * np.sqrt(share * 400_000)
    assert row["n_resamples"] == 400_000


def test_one_resample_equals_a_refit():
    line = fit_line(choose("pilot"), **NAMES)
    result = correct_optimism(line, rng=5, n_resamples=3)
    drawn = np.random.default_rng(5).integers(0, 10, (3, 10))
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
    line = fit_line(choose("all"), **NAMES)
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


def test_words():
    result = correct_optimism(fit_line(choose("pilot"), **NAMES), rng=1)
    text = str(result)
    assert text.startswith(
        "R² = 0.68 in the participants of the fit; adjusted 0.64, leave-one-out 0.50, "
    )
    assert "(n = 10)." in text
    assert "10,000 resamples" in text
    marked = choose("pilot").assign(status="illustrative")
    assert "(n = 10; illustrative data)." in str(correct_optimism(fit_line(marked, **NAMES), rng=1))
    assert result._repr_html_().count("<table") == 1


def test_refusals():
    with pytest.raises(TypeError, match="fit must be what fit_line returns; received str"):
        correct_optimism("fit", rng=1)
    line = fit_line(choose("all"), **NAMES)
    for count in (1, 2.5, True):
        text = f"correct_optimism: n_resamples must be a whole number, 2 or more; received {count}"
        with pytest.raises((TypeError, ValueError), match=text):
            correct_optimism(line, rng=1, n_resamples=count)
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
