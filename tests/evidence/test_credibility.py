"""Priors and the analysis of credibility against closed forms, numbers by hand and brute force."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate, stats

from ldn_analysis import analyse_credibility, combine_with_prior, load_dataset

# --- a result and a prior -----------------------------------------------------------------


def test_posterior_by_hand():
    # Precisions 1/4 and 1/16: posterior mean (10/4 + 2/16) / (5/16) = 8.4, variance 16/5.
    combined = combine_with_prior(10.0, 2.0, prior_sd=4.0, prior_mean=2.0)
    assert_allclose(combined.posterior_mean, 8.4, rtol=1e-14)
    assert_allclose(combined.posterior_sd, np.sqrt(16 / 5), rtol=1e-14)
    assert_allclose(combined.data_weight, 0.8, rtol=1e-14)
    table = combined.to_frame(0.9).set_index("term")
    low, high = stats.norm.interval(0.9, 8.4, np.sqrt(3.2))
    assert_allclose(table.loc["posterior", ["conf_low", "conf_high"]].tolist(), [low, high])
    assert_allclose(table.loc["prior", "probability_above_zero"], stats.norm.sf(-0.5), rtol=1e-12)
    assert np.isnan(table.loc["result", "probability_above_zero"])


@pytest.mark.parametrize("seed", range(5))
def test_posterior_by_integration(seed):
    rng = np.random.default_rng(seed)
    y, error, mean, sd = rng.normal(), rng.uniform(0.3, 2), rng.normal(), rng.uniform(0.3, 2)

    def density(x):
        return stats.norm.pdf(x, mean, sd) * stats.norm.pdf(y, x, error)

    total = integrate.quad(density, -30, 30, points=[y, mean])[0]
    first = integrate.quad(lambda x: x * density(x), -30, 30, points=[y, mean])[0] / total
    above = integrate.quad(density, 0.2, 30, points=sorted([max(y, 0.3), 3.0]))[0] / total
    combined = combine_with_prior(y, error, prior_sd=sd, prior_mean=mean)
    assert_allclose(combined.posterior_mean, first, rtol=1e-6, atol=1e-9)
    assert_allclose(combined.probability_above(0.2), above, rtol=1e-6)


def test_very_wide_prior_changes_nothing_and_a_very_narrow_one_everything():
    wide = combine_with_prior(3.0, 1.0, prior_sd=1e9)
    assert_allclose([wide.posterior_mean, wide.posterior_sd], [3.0, 1.0], rtol=1e-12)
    narrow = combine_with_prior(3.0, 1.0, prior_sd=1e-9)
    assert_allclose(narrow.posterior_mean, 0.0, atol=1e-12)


def test_sentence_of_a_combination():
    assert str(combine_with_prior(2.0, 1.0, prior_sd=1.0)) == (
        "With a normal prior of mean 0.00 and SD 1.00 (95 % between -1.96 and 1.96), the result 2.00 "
        "(95 % CI 0.0400 to 3.96) becomes 1.00 (95 % credible interval -0.386 to 2.39); the "
        "probability of an effect above 0 is 0.921."
    )


# --- how sceptical, how hopeful -----------------------------------------------------------


@pytest.mark.parametrize(
    ("interval", "kind", "limit"),
    [
        ((1.0, 4.0), "sceptical", 9 / 8),  # 3^2 / (4 sqrt 4)
        ((1.0, 9.0), "sceptical", 16 / 3),  # 8^2 / (4 sqrt 9)
        ((-9.0, -1.0), "sceptical", 16 / 3),
        ((-1.0, 4.0), "advocacy", 75 / 8),  # 3 * 5^2 / (2 * 4)
        ((-4.0, 1.0), "advocacy", -75 / 8),
    ],
)
def test_limits_by_hand(interval, kind, limit):
    analysis = analyse_credibility(interval=interval)
    assert analysis.kind == kind
    assert_allclose(analysis.limit, limit, rtol=1e-12)
    assert_allclose([analysis.conf_low, analysis.conf_high], interval, rtol=1e-12)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
@pytest.mark.parametrize(
    "interval", [(0.3, 2.2), (-5.0, -0.1), (-0.7, 3.0), (-3.0, 0.7), (2.0, 2.5)]
)
def test_prior_makes_the_posterior_touch_zero(interval, level):
    analysis = analyse_credibility(interval=interval, confidence_level=level)
    combined = analysis.combine()
    posterior = combined.to_frame(level).set_index("term").loc["posterior"]
    nearest = min(abs(posterior["conf_low"]), abs(posterior["conf_high"]))
    assert_allclose(nearest, 0, atol=1e-9)
    prior = combined.to_frame(level).set_index("term").loc["prior"]
    ends = {round(float(prior[name]), 9) for name in ("conf_low", "conf_high")}
    limit = round(analysis.limit, 9)
    assert ends == ({-limit, limit} if analysis.kind == "sceptical" else {0.0, limit})


def test_wider_prior_convinces_and_narrower_does_not():
    analysis = analyse_credibility(interval=(1.0, 4.0))
    for factor, sign in ((1.1, 1), (0.9, -1)):
        combined = combine_with_prior(
            analysis.estimate, analysis.std_error, prior_sd=factor * analysis.prior_sd
        )
        assert np.sign(combined.to_frame()["conf_low"].iloc[2]) == sign


def test_intrinsic_credibility():
    # Held (2019): at 95 % a result is intrinsically credible if p < 0.0056.
    assert round(float(2 * stats.norm.sf(np.sqrt(2) * stats.norm.ppf(0.975))), 4) == 0.0056
    for p, credible in ((0.0055, True), (0.0057, False)):
        analysis = analyse_credibility(1.0, p_value=p)
        assert analysis.intrinsically_credible is credible
        assert (analysis.prior_sd <= analysis.std_error) is credible
        z = stats.norm.isf(p / 2)
        assert_allclose(analysis.intrinsic_p_value, 2 * stats.norm.sf(z / np.sqrt(2)), rtol=1e-12)


def test_three_ways_in_are_one():
    z = stats.norm.isf(0.01 / 2)
    one = analyse_credibility(5.0, p_value=0.01)
    two = analyse_credibility(5.0, std_error=5 / z)
    margin = stats.norm.ppf(0.975) * 5 / z
    three = analyse_credibility(5.0, interval=(5 - margin, 5 + margin))
    for other in (two, three):
        assert_allclose(
            other.to_frame().drop(columns=["kind", "term"]).astype(float),
            one.to_frame().drop(columns=["kind", "term"]).astype(float),
            rtol=1e-10,
        )
    assert_allclose(one.p_value, 0.01, rtol=1e-10)


def test_printed_result_of_2013():
    trial = load_dataset("trials").set_index("trial").loc["Crossover RCT 2013"]
    estimate, p = float(trial["estimate"]), float(trial["p_value"])
    analysis = analyse_credibility(estimate, p_value=p)
    z, z_level = stats.norm.isf(p / 2), stats.norm.ppf(0.975)
    # In units of the estimate the limit depends on z alone: (z_level / z)^2 / sqrt(1 - ...).
    ratio = (z_level / z) ** 2 / np.sqrt(1 - (z_level / z) ** 2)
    assert_allclose(analysis.limit / estimate, ratio, rtol=1e-10)
    assert analysis.kind == "sceptical"
    assert not analysis.intrinsically_credible
    assert "is not intrinsically credible" in str(analysis)


def test_where_no_prior_exists():
    analysis = analyse_credibility(interval=(0.0, 2.0))
    assert analysis.kind == "advocacy"
    assert np.isnan(analysis.limit)
    assert "no prior just changes the verdict" in str(analysis)
    with pytest.raises(ValueError, match="combine: no prior just changes the verdict"):
        analysis.combine()
    assert np.isnan(analyse_credibility(0.0, std_error=1.0).limit)


def test_sentences():
    text = str(analyse_credibility(interval=(1.0, 4.0)))
    assert text.startswith("2.50 (95 % CI 1.00 to 4.00; p = 0.001): a reader who held beforehand")
    assert "between -1.12 and 1.12 (0.450 times the estimate)" in text
    assert "the result is intrinsically credible" in text
    hopeful = str(analyse_credibility(interval=(-1.0, 4.0)))
    assert "the interval does not exclude 0" in hopeful
    assert "between 0 and 9.38" in hopeful


def test_another_level_is_another_analysis():
    analysis = analyse_credibility(2.0, std_error=1.1, confidence_level=0.9)
    other = analyse_credibility(2.0, std_error=1.1, confidence_level=0.95)
    assert analysis.to_frame(0.95).equals(other.to_frame())
    assert analysis.kind == "sceptical"
    assert other.kind == "advocacy"
    assert analysis.confidence_interval("result").low == other.conf_low


@pytest.mark.parametrize("sign", [-1, 1])
def test_sentences_of_both_signs_and_none(sign):
    sure = str(analyse_credibility(4.0 * sign, std_error=1.0))
    assert "is intrinsically credible" in sure
    assert sure.startswith(f"{4.0 * sign:.2f} (95 % CI ")
    unsure = str(analyse_credibility(1.0 * sign, std_error=1.0))
    assert "does not exclude 0" in unsure
    combined = combine_with_prior(2.0 * sign, 1.0, prior_sd=1.0)
    assert f"above 0 is {0.921 if sign > 0 else 0.079:.3f}" in str(combined)
    assert "above 0 is 0.500" in str(combine_with_prior(0.0, 1.0, prior_sd=1.0))


# --- messages -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: analyse_credibility(1.0), "give exactly one of .*; received none"),
        (lambda: analyse_credibility(1.0, std_error=1, p_value=0.1), "received std_error, p_value"),
        (lambda: analyse_credibility(p_value=0.1), "with p_value an estimate is needed; received none"),
        (lambda: analyse_credibility(0.0, p_value=0.1), "the estimate must not be 0; received p_value = 0.1"),
        (lambda: analyse_credibility(1.0, p_value=0.0), "received p_value = 0.0"),
        (lambda: analyse_credibility(1.0, p_value=1.0), "received p_value = 1.0"),
        (lambda: analyse_credibility(1.0, std_error=0), "std_error must be a finite number above 0; received 0"),
        (lambda: analyse_credibility(np.inf, std_error=1), "estimate must be a finite number; received inf"),
        (lambda: analyse_credibility(interval=(2, 1)), r"finite low < high; received \(2, 1\)"),
        (lambda: analyse_credibility(interval=(np.nan, 1)), "finite low < high"),
        (lambda: analyse_credibility(3.0, interval=(1.0, 4.0)), "3 is not the middle of the interval 1 to 4"),
        (lambda: analyse_credibility(1.0, std_error=1, confidence_level=95), "confidence_level must lie"),
        (lambda: analyse_credibility(1.0, std_error=1).to_frame(9), "confidence_level must lie"),
        (lambda: combine_with_prior(1.0, 1.0, prior_sd=0), "prior_sd must be a finite number above 0; received 0"),
        (lambda: combine_with_prior(1.0, -1.0, prior_sd=1), "std_error must be a finite number above 0"),
        (lambda: combine_with_prior(np.nan, 1.0, prior_sd=1), "estimate must be a finite number; received nan"),
        (lambda: combine_with_prior(1.0, 1.0, prior_sd=1, prior_mean=np.inf), "prior_mean must be"),
        (lambda: combine_with_prior(1.0, 1.0, prior_sd=1).to_frame(2), "confidence_level must lie"),
    ],
)  # fmt: skip
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
