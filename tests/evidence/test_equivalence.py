"""Two one-sided tests against statsmodels, closed forms and the intervals they belong to."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from ldn_analysis import check_equivalence, pool_effects, standardise_trials


def test_equals_statsmodels():
    from statsmodels.stats.weightstats import DescrStatsW

    values = np.random.default_rng(1).normal(0.1, 1, 40)
    test = DescrStatsW(values)
    p, (_, p_low, _), (_, p_high, _) = test.ttost_mean(-0.5, 0.5)
    mine = check_equivalence(values.mean(), test.std_mean, margin=0.5, df=39)
    assert_allclose([mine.p_value, mine.p_harm, mine.p_benefit], [p, p_low, p_high], rtol=1e-9)


@pytest.mark.parametrize("df", [np.inf, 12])
@pytest.mark.parametrize("estimate", [-0.8, -0.2, 0.0, 0.2, 0.8])
def test_excludes_exactly_what_the_90_percent_interval_excludes(estimate, df):
    test = check_equivalence(estimate, 0.3, margin=0.6, df=df)
    low, high = test.confidence_interval("effect", 0.9)
    assert (test.p_benefit < 0.05) == (high < 0.6)
    assert (test.p_harm < 0.05) == (low > -0.6)
    assert (test.p_value < 0.05) == (high < 0.6 and low > -0.6)
    other = check_equivalence(-estimate, 0.3, margin=0.6, df=df)
    assert_allclose([other.p_harm, other.p_benefit], [test.p_benefit, test.p_harm], rtol=1e-12)


@pytest.mark.parametrize(
    ("estimate", "std_error", "words"),
    [
        (
            0.1,
            0.2,
            "both a benefit and a harm of 1.00 or more are excluded: equivalent to no effect",
        ),
        (-0.9, 0.2, "a benefit of 1.00 or more is excluded, a harm of that size is not"),
        (0.9, 0.2, "a harm of 1.00 or more is excluded, a benefit of that size is not"),
        (0.1, 2.0, "neither a benefit nor a harm of 1.00 or more is excluded"),
        (0.0, 0.2, "equivalent to no effect within that margin"),
    ],
)
def test_sentence_follows_from_the_numbers(estimate, std_error, words):
    text = str(check_equivalence(estimate, std_error, margin=1, measure="pain (points)", n_obs=9))
    assert words in text
    assert text.startswith("Pain (points), n = 9: ")
    assert re.search(r"\(95 % CI .*; 90 % CI .*\)\. Against", text)
    assert "n =" not in str(check_equivalence(estimate, std_error, margin=1))


def test_the_two_trials_in_points():
    meta = pool_effects(standardise_trials().select_scale())
    row = meta.summarise_model("fixed")
    error = ((0.95 + 0.27) ** -2 + (1.31 + 0.32) ** -2) ** -0.5 / (2 * stats.norm.ppf(0.975))
    assert_allclose(row["std_error"], error, rtol=1e-9)
    test = check_equivalence(row["estimate"], row["std_error"], margin=1)
    assert_allclose(test.p_benefit, stats.norm.cdf((row["estimate"] - 1) / error), rtol=1e-9)
    assert test.p_value < 0.05


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"margin": 0}, "margin must be a number between 0 and inf; received 0"),
        ({"std_error": -1}, "std_error must be a number between 0 and inf; received -1"),
        ({"estimate": np.nan}, "estimate must be a number"),
        ({"df": 0}, "df must be a number"),
    ],
)
def test_refusals(changes, message):
    arguments = {"estimate": 0.1, "std_error": 0.3, "margin": 1.0} | changes
    with pytest.raises(ValueError, match=message):
        check_equivalence(**arguments)
