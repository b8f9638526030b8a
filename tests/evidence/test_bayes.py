"""Bayesian random effects against the output of bayesmeta, plain quadrature and limits."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import integrate, stats

from ldn_analysis import pool_effects, pool_effects_bayes, standardise_trials
from ldn_analysis.evidence.bayes import TERMS

# Rubin (1981), eight schools; what bayesmeta prints about them in its vignette (Roever), with a
# half-Cauchy prior of scale 25 for tau and a normal prior of mean 0 and SD 50 for the mean.
SCHOOLS = pd.DataFrame(
    {
        "trial": list("ABCDEFGH"),
        "estimate": [28.39, 7.94, -2.75, 6.82, -0.64, 0.63, 18.01, 12.16],
        "std_error": [14.9, 10.2, 16.3, 11.0, 9.4, 11.4, 10.4, 17.6],
    }
)


def make(estimate, std_error, **more):
    names = [f"t{i}" for i in range(len(estimate))]
    return pd.DataFrame({"trial": names, "estimate": estimate, "std_error": std_error, **more})


def test_eight_schools_as_printed_by_bayesmeta():
    fit = pool_effects_bayes(SCHOOLS, tau_prior="half-cauchy", tau_scale=25, prior_sd=50)
    table = fit.to_frame().set_index("term")
    assert_allclose(
        table.loc["tau", ["estimate", "std_error"]].astype(float), [4.758539, 4.869904], rtol=1e-5
    )
    grid = fit._grid
    assert_allclose(grid["weight"] @ grid["tau"], 5.884511, rtol=1e-6)
    # Its distribution of the mean effect is itself approximated, by a coarser grid of tau.
    mean = table.loc["mean effect"]
    assert_allclose(mean["estimate"], 7.962961, rtol=2e-4)
    assert_allclose(mean["std_error"], 4.995762, rtol=2e-4)
    # Its intervals are shortest ones: they too hold 95 %.
    inside = fit.probability_above(-1.823353) - fit.probability_above(17.824562)
    assert_allclose(inside, 0.95, atol=2e-4)
    assert_allclose(fit._find_tau_quantile(0.95), 15.165894, rtol=1e-4)


def integrate_plainly(data, prior, prior_sd):
    """Gives posterior expectations of tau and the mean by a plain double sum of their density."""
    y, s = data["estimate"].to_numpy(), data["std_error"].to_numpy()
    tau = np.linspace(0, 6, 1001)
    mu = np.linspace(-10, 10, 2001)
    log = np.log(prior(tau))[:, None] - (mu**2 / (2 * prior_sd**2))[None, :]
    for effect, error in zip(y, s, strict=True):
        log = log + stats.norm.logpdf(effect, mu[None, :], np.sqrt(error**2 + tau**2)[:, None])
    density = np.exp(log - log.max())

    def total(of):
        return integrate.trapezoid(integrate.trapezoid(of, mu, axis=1), tau)

    return lambda question: total(density * question(mu[None, :], tau[:, None])) / total(density)


@pytest.mark.parametrize(
    ("k", "seed", "prior_sd"), [(2, 1, np.inf), (3, 2, 1.5), (5, 3, np.inf), (3, 4, 1.5)]
)
def test_half_normal_equals_plain_quadrature(k, seed, prior_sd):
    rng = np.random.default_rng(seed)
    data = make(rng.normal(0, 0.6, k), rng.uniform(0.1, 0.5, k))
    fit = pool_effects_bayes(data, tau_scale=0.7, prior_sd=prior_sd)
    grid = fit._grid
    ask = integrate_plainly(data, stats.halfnorm(scale=0.7).pdf, prior_sd)
    assert_allclose(grid["weight"] @ grid["mean"], ask(lambda mu, tau: mu + 0 * tau), atol=1e-4)
    assert_allclose(grid["weight"] @ grid["tau"], ask(lambda mu, tau: tau + 0 * mu), atol=1e-4)
    assert_allclose(
        fit.probability_above(0.105), ask(lambda mu, tau: (mu > 0.105) + 0.0 * tau), atol=1e-3
    )  # between two steps of the plain sum

    def above(mu, tau):
        return stats.norm.sf((0.3 - mu) / np.maximum(tau, 1e-9))

    found = fit.probability_above(0.3, term="effect in a new trial")
    assert_allclose(found, ask(above), atol=3e-4)


def test_quantiles_are_quantiles():
    fit = pool_effects_bayes(SCHOOLS, tau_scale=10)
    for level in (0.5, 0.95):
        table = fit.to_frame(level).set_index("term")
        for term in TERMS[:2]:
            above = [
                fit.probability_above(table.loc[term, end], term)
                for end in ("conf_low", "conf_high")
            ]
            assert_allclose(above, [0.5 + level / 2, 0.5 - level / 2], atol=1e-9)
        interval = fit.confidence_interval("tau", level)
        assert interval.low == table.loc["tau", "conf_low"]


def test_narrow_prior_is_the_fixed_effect_and_a_wide_one_is_wide():
    data = make([0.1, 0.5, 0.3], [0.2, 0.25, 0.3])
    fixed = pool_effects(data).summarise_model("fixed")
    narrow = pool_effects_bayes(data, tau_scale=1e-6).summarise_term("mean effect")
    for name in ("estimate", "std_error", "conf_low", "conf_high"):
        assert_allclose(narrow[name], fixed[name], rtol=1e-6)
    widths = []
    for scale in (0.01, 0.1, 0.5, 1, 5):
        row = pool_effects_bayes(data, tau_scale=scale).summarise_term("mean effect")
        widths.append(row["conf_high"] - row["conf_low"])
    assert widths == sorted(widths)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize("shift", [0.0, 1e5])
def test_unit_and_origin(unit, shift):
    data = make([0.1, 0.9, 0.3], [0.2, 0.25, 0.3])
    other = make((data["estimate"] + shift) * unit, data["std_error"] * unit)
    one = pool_effects_bayes(data).to_frame()
    two = pool_effects_bayes(other, tau_scale=0.5 * unit).to_frame()
    assert_allclose(two["std_error"] / unit, one["std_error"], rtol=1e-6)
    moved = two["conf_low"].to_numpy() / unit - np.array([shift, shift, 0])
    assert_allclose(moved, one["conf_low"], atol=1e-6)


def test_very_different_trials_and_very_different_errors():
    far = pool_effects_bayes(make([-50.0, 40.0, 3.0], [0.1, 0.1, 0.1])).to_frame()
    assert np.isfinite(far[["estimate", "std_error", "conf_low", "conf_high"]]).all(axis=None)
    odd = pool_effects_bayes(make([0.3, 0.31, 0.29], [1e-9, 0.2, 0.3])).to_frame()
    assert_allclose(odd["estimate"].iloc[0], 0.3, atol=0.02)


def test_our_trials():
    fit = pool_effects_bayes(standardise_trials())
    table = fit.to_frame().set_index("term")
    hk = pool_effects(standardise_trials()).summarise_model("hartung-knapp")
    width = table["conf_high"] - table["conf_low"]
    assert width["mean effect"] < hk["conf_high"] - hk["conf_low"]
    assert width["effect in a new trial"] > width["mean effect"]
    assert table["n_obs"].tolist() == [223] * 3


@pytest.mark.parametrize(("effects", "probability"), [([0.4, 0.5], "1.00"), ([-0.4, -0.5], "0.00"), ([0.1, -0.1], "0.50")])  # fmt: skip
def test_sentence(effects, probability):
    text = str(pool_effects_bayes(make(effects, [0.05, 0.05], n_obs=[20, 30]), tau_scale=0.05))
    assert text.startswith(
        "Effect, Bayesian random effects (tau half-normal with scale 0.05, mean effect flat), "
        "2 trials, n = 50: "
    )
    assert f"probability of a mean above 0 {probability};" in text
    assert "95 % credible interval" in text
    assert "normal with SD 2.00" in pool_effects_bayes(SCHOOLS, prior_sd=2).describe_prior()


def test_one_trial_has_the_prior_alone_to_say_how_much_trials_differ():
    table = pool_effects_bayes(make([0.4], [0.2]), tau_scale=0.5).to_frame().set_index("term")
    low, middle, high = stats.halfnorm(scale=0.5).ppf([0.025, 0.5, 0.975])
    tau = table.loc["tau"]
    assert_allclose(
        [tau["conf_low"], tau["estimate"], tau["conf_high"]], [low, middle, high], rtol=1e-4
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pool_effects_bayes(SCHOOLS, tau_scale=0), "tau_scale must be above 0; received 0"),
        (lambda: pool_effects_bayes(SCHOOLS, tau_scale=np.inf), "tau_scale must be above 0"),
        (lambda: pool_effects_bayes(SCHOOLS, prior_sd=-1), "prior_sd must be above 0; received -1"),
        (lambda: pool_effects_bayes(SCHOOLS, tau_prior="uniform"), "half-normal, half-cauchy; received 'uniform'"),
        (lambda: pool_effects_bayes(SCHOOLS).to_frame(95), "confidence_level must lie between 0 and 1"),
        (lambda: pool_effects_bayes(SCHOOLS.assign(trial="A")), "trial 'A' appears twice"),
        (lambda: pool_effects_bayes(SCHOOLS).confidence_interval("mu"), "choose one of: 'mean effect'"),
    ],
)  # fmt: skip
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
