"""Sentences follow from the numbers: every result of the room, rising, falling, level and at an edge."""

import re

import numpy as np
import pandas as pd
import pytest

from ldn_analysis import (
    bootstrap_line,
    check_line,
    compare_lines,
    correct_optimism,
    exact_bootstrap_line,
    fit_line,
    leave_one_out,
    move_point,
    permute_line,
)

X = np.array([5.0, 12, 18, 23, 31, 36, 44, 52])
NOISE = np.array([3.0, -6, 2, 5, -4, 1, -3, 2])
LEVEL = np.array([1.0, -1, -1, 1, 1, -1, -1, 1])
CASES = {
    "rising": 0.8 * X + NOISE,
    "falling": -0.8 * X + NOISE,
    "null": 10 + 9 * LEVEL,
    "perfect": 2 * X,
    "constant": np.full(8, 4.0),
}


def fit(case, **columns):
    data = pd.DataFrame({"participant": list("abcdefgh"), "esr_mm_h": X, **columns})
    data["pain_reduction_percent"] = CASES[case]
    return fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")


RESULTS = {
    "fit": lambda line: line,
    "bootstrap": lambda line: bootstrap_line(line, rng=1, n_resamples=400),
    "exact": exact_bootstrap_line,
    "without": leave_one_out,
    "lines": compare_lines,
    "checks": check_line,
    "moved": lambda line: move_point(line, "h", x=52, y=-40),
    "permutation": lambda line: permute_line(line, rng=1),
    "optimism": lambda line: correct_optimism(line, rng=1, n_resamples=50),
}
DEFINED = [
    (name, case)
    for name in RESULTS
    for case in CASES
    if case != "constant" or name not in ("permutation", "optimism")
]


@pytest.mark.parametrize(("name", "case"), DEFINED)
def test_every_sentence_is_readable(name, case):
    text = str(RESULTS[name](fit(case)))
    assert text.endswith(".")
    assert "n = 8" in text
    assert "illustrative" not in text
    for wrong in ("nan", "inf ", "-0.00 ", "= -0.00", "0000000", " .", "  ", "None"):
        assert wrong not in text, text
    assert not re.search(r"\de[-+]\d", text), text
    marked = str(RESULTS[name](fit(case, status="illustrative")))
    assert "n = 8; illustrative data" in marked


@pytest.mark.parametrize("name", ["fit", "bootstrap", "exact"])
def test_the_verb_follows_the_sign(name):
    rising, falling = (str(RESULTS[name](fit(case))) for case in ("rising", "falling"))
    assert "Pain reduction rises by 0.7" in rising
    assert "slope" not in rising.partition("(")[2].partition(",")[0]
    assert "Pain reduction falls by 0.8" in falling
    assert "(slope -0.8" in falling
    assert "neither rises nor falls with baseline ESR (slope 0.00, " in str(
        RESULTS[name](fit("constant"))
    )


def test_small_samples_are_said_of_the_bootstrap():
    assert "fewer than 50 participants" in str(RESULTS["bootstrap"](fit("rising")))
    x = np.arange(60.0)
    data = pd.DataFrame({"x": x, "y": x + np.tile(LEVEL, 8)[:60]})
    many = bootstrap_line(fit_line(data, predictor="x", outcome="y"), rng=1, n_resamples=200)
    assert "fewer than" not in str(many)


def test_resamples_without_a_slope_are_whole_numbers():
    data = pd.DataFrame({"x": [0.0, 0, 0, 0, 1], "y": [1.0, 2, 3, 4, 9]})
    text = str(bootstrap_line(fit_line(data, predictor="x", outcome="y"), rng=1, n_resamples=9000))
    count = text.partition(" resamples, ")[2].partition(" of them")[0]
    assert count.replace(",", "").isdigit()
    assert "of them without a slope and left out" in text


@pytest.mark.parametrize(
    ("alternative", "words"),
    [
        ("two-sided", "gave |r| at least as large (p"),
        ("greater", "gave r at least as large (p"),
        ("less", "gave r at least as small (p"),
    ],
)
@pytest.mark.parametrize("case", ["rising", "falling", "null"])
def test_the_permutations_say_what_they_gave(alternative, words, case):
    test = permute_line(fit(case), rng=1, alternative=alternative)
    assert words in str(test)
    assert f"{test.n_extreme:,} of all 40,320 permutations" in str(test)
    assert test.confidence_interval() == (test.p_value, test.p_value)  # exact
    with pytest.raises(ValueError, match="'p_value' only; received 'r'"):
        test.confidence_interval("r")


def test_a_drawn_p_has_an_interval():
    test = permute_line(fit("rising"), rng=1, n_permutations=500)
    row = test.to_frame(0.9).iloc[0]
    interval = test.confidence_interval("p_value", 0.9)
    assert (interval.low, interval.high) == (row["p_conf_low"], row["p_conf_high"])
    assert "500 random permutations" in str(test)
    assert "Monte Carlo standard error" in str(test)


def test_who_changes_the_slope_most_is_named_or_nobody_is():
    without = leave_one_out(fit("rising"))
    table = without.to_frame()
    who = table["left_out"].iloc[without.most_influential]
    assert f"Leaving out {who} changes it most" in str(without)
    interval = without.confidence_interval(who, 0.8)
    row = without.to_frame(0.8).iloc[without.most_influential]
    assert (interval.low, interval.high) == (row["conf_low"], row["conf_high"])
    assert "whichever of the 8 participants is left out" in str(leave_one_out(fit("perfect")))
    data = pd.DataFrame({"x": [1.0, 1, 1, 5], "y": [1.0, 2, 3, 9]})
    alone = leave_one_out(fit_line(data, predictor="x", outcome="y"))
    assert str(alone).startswith("Without 3 the predictor is the same for everybody")


def test_moved_and_bootstrap_intervals_by_name():
    moved = RESULTS["moved"](fit("rising"))
    assert moved.confidence_interval() == moved.after.confidence_interval("slope")
    assert moved.confidence_interval("before") == moved.before.confidence_interval("slope")
    with pytest.raises(ValueError, match="must be 'before' or 'after'; received 'slope'"):
        moved.confidence_interval("slope")
    boot = RESULTS["bootstrap"](fit("rising"))
    table = boot.to_frame(0.9).set_index(["term", "method"])
    for term, method in table.index:
        row = table.loc[(term, method)]
        interval = boot.confidence_interval(term, 0.9, method=method)
        assert interval == (row["conf_low"], row["conf_high"])
    with pytest.raises(ValueError, match="received 'r' and 'bca'"):
        boot.confidence_interval("r")


def test_a_band_keeps_a_predictor_named_like_one_of_its_columns():
    data = pd.DataFrame({"fitted": X, "y": CASES["rising"]})
    line = fit_line(data, predictor="fitted", outcome="y")
    band = bootstrap_line(line, rng=1, n_resamples=200).band([10.0, 20.0])
    assert band["predictor"].tolist() == [10.0, 20.0]


def test_residuals_in_tiny_units_are_as_normal_as_in_any_other():
    big, small = fit("rising"), fit("rising")
    data = small.data.assign(pain_reduction_percent=CASES["rising"] * 1e-25)
    small = fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")
    p_big, p_small = (check_line(line).to_frame()["p_value"][1] for line in (big, small))
    assert p_small == pytest.approx(p_big, rel=1e-9)
    assert p_small < 1
