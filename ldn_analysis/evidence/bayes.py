"""Bayesian random effects on a grid: what few trials say when the prior about their differences is stated."""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd
from scipy.special import ndtr

from ..core.result import Result
from ..core.validation import require_level
from ..core.wording import capitalise, format_number
from .effects import TrialEffects
from .heterogeneity import METHODS
from .pooling import MetaAnalysis, pool_effects

__all__ = ["BayesMetaAnalysis", "pool_effects_bayes"]

PRIORS = ("half-normal", "half-cauchy")
TERMS = ("mean effect", "effect in a new trial", "tau")
N_NODES = 300
NEGLIGIBLE = 40.0  # log density below the peak at which the grid ends


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class BayesMetaAnalysis(Result):
    """Posterior of a normal random-effects model; positive favours LDN where the trials do.

    Given tau the mean effect is normal, so that its posterior is a mixture of normals over
    the grid of tau: weights, means and SDs.

    Attributes
    ----------
    meta : MetaAnalysis
        The trials, and their frequentist pooling.
    tau_prior : str
        "half-normal" or "half-cauchy".
    tau_scale : float
        Scale of that prior, in the unit of the effects.
    prior_sd : float
        SD of the normal prior of the mean effect about 0; infinite for a flat one.
    """

    meta: MetaAnalysis
    tau_prior: str
    tau_scale: float
    prior_sd: float

    @cached_property
    def _grid(self) -> dict[str, np.ndarray]:
        """Tau, its posterior weight, and mean and SD of the mean effect given tau."""
        low, high = self._find_range()
        nodes, weights = _find_nodes()
        x = low + (high - low) * (nodes + 1) / 2
        tau, log_density, mean, sd = self._evaluate(x)
        weight = weights * np.exp(log_density - log_density.max())
        return {"x": x, "tau": tau, "weight": weight / weight.sum(), "mean": mean, "sd": sd}

    @property
    def _unit(self) -> float:
        """Tau is unit * sinh(x): even steps near 0, even ratios far out."""
        return min(float(self.meta.trials["std_error"].min()), self.tau_scale)

    def _find_range(self) -> tuple[float, float]:
        """Where the posterior of tau is not negligible, as x."""
        x = np.linspace(0, np.arcsinh(1e8 * self.tau_scale / self._unit), 2000)
        log_density = self._evaluate(x)[1]
        kept = np.flatnonzero(log_density > log_density.max() - NEGLIGIBLE)
        return x[max(kept[0] - 1, 0)], x[min(kept[-1] + 1, len(x) - 1)]

    def _evaluate(self, x: np.ndarray) -> tuple[np.ndarray, ...]:
        """Tau, log posterior density of x, mean and SD of the mean effect given tau."""
        effect, variance = self.meta._get_arrays()
        tau = self._unit * np.sinh(x)
        weight = 1 / (variance + tau[:, None] ** 2)
        precision = weight.sum(1) + self.prior_sd**-2.0
        center = effect[np.argmin(variance)]
        # The prior's mean is 0: one more observation of 0 with variance prior_sd².
        mean = (weight @ (effect - center) - center * self.prior_sd**-2.0) / precision
        misfit = (weight * (effect - center - mean[:, None]) ** 2).sum(1)
        misfit = misfit + (center + mean) ** 2 * self.prior_sd**-2.0
        log_likelihood = (np.log(weight).sum(1) - np.log(precision) - misfit) / 2
        ratio = tau / self.tau_scale
        log_prior = -(ratio**2) / 2 if self.tau_prior == "half-normal" else -np.log1p(ratio**2)
        # cosh is what a step of x is worth in tau.
        log_density = log_likelihood + log_prior + np.log(np.cosh(x))
        return tau, log_density, center + mean, precision**-0.5

    def _spread(self, term: str) -> np.ndarray:
        """SDs of the mixture's parts: of the mean effect, or of the effect in a new trial."""
        grid = self._grid
        return grid["sd"] if term == "mean effect" else np.hypot(grid["sd"], grid["tau"])

    def probability_above(self, value: float = 0.0, term: str = "mean effect") -> float:
        """Posterior probability that an effect is above a value.

        Parameters
        ----------
        value : float
            In the unit of the effects.
        term : {"mean effect", "effect in a new trial"}
            Which effect.

        Returns
        -------
        float
            Between 0 and 1.
        """
        grid = self._grid
        return float(grid["weight"] @ ndtr((grid["mean"] - value) / self._spread(term)))

    def _find_quantile(self, probability: float, term: str) -> float:
        """Quantile of a mixture of normals."""
        from scipy.optimize import brentq

        mean, sd = self._grid["mean"], self._spread(term)
        low, high = (mean - 40 * sd).min(), (mean + 40 * sd).max()
        return brentq(
            lambda value: self.probability_above(value, term) - (1 - probability),
            low,
            high,
            xtol=1e-300,
            rtol=1e-12,
        )

    def _find_tau_quantile(self, probability: float) -> float:
        """Quantile of the posterior of tau, by the cumulative sum of a fine grid."""
        x = np.linspace(*self._find_range(), 20_001)
        density = np.exp(self._evaluate(x)[1] - self._evaluate(self._grid["x"])[1].max())
        steps = (density[1:] + density[:-1]) / 2
        total = np.concatenate([[0.0], steps.cumsum()])
        return float(self._unit * np.sinh(np.interp(probability * total[-1], total, x)))

    def summarise_term(self, term: str, confidence_level: float = 0.95) -> dict[str, float]:
        """One row of the table: posterior of one quantity.

        Parameters
        ----------
        term : {"mean effect", "effect in a new trial", "tau"}
            Which quantity.
        confidence_level : float
            Of the credible interval, which is central; between 0 and 1.

        Returns
        -------
        dict of float
            estimate (median), std_error (posterior SD), conf_low, conf_high,
            probability_above_zero (nan for tau).
        """
        require_level(confidence_level)
        tail, grid = (1 - confidence_level) / 2, self._grid
        places = (0.5, tail, 1 - tail)
        if term == "tau":
            middle, low, high = (self._find_tau_quantile(place) for place in places)
            value, square, above = grid["tau"], 0.0, np.nan
        else:
            middle, low, high = (self._find_quantile(place, term) for place in places)
            value, square, above = (
                grid["mean"],
                self._spread(term) ** 2,
                self.probability_above(term=term),
            )
        variance = grid["weight"] @ (square + (value - grid["weight"] @ value) ** 2)
        return {
            "estimate": middle,
            "std_error": float(np.sqrt(variance)),
            "conf_low": low,
            "conf_high": high,
            "probability_above_zero": above,
        }

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Posterior of the mean effect, of the effect in a new trial, and of tau.

        Parameters
        ----------
        confidence_level : float
            Of the credible intervals, which are central; between 0 and 1.

        Returns
        -------
        DataFrame
            term, estimate (median), std_error (posterior SD), conf_low, conf_high,
            probability_above_zero (nan for tau), n_obs.
        """
        return pd.DataFrame(
            {"term": term}
            | self.summarise_term(term, confidence_level)
            | {"n_obs": self.meta.n_obs}
            for term in TERMS
        )

    def describe_prior(self) -> str:
        """The priors, in words.

        Returns
        -------
        str
            Of tau and of the mean effect.
        """
        about = (
            "flat" if self.prior_sd == np.inf else f"normal with SD {format_number(self.prior_sd)}"
        )
        return f"tau {self.tau_prior} with scale {self.tau_scale:g}, mean effect {about}"

    def __str__(self) -> str:
        table = self.to_frame().set_index("term")
        mean, new, tau = (table.loc[term] for term in TERMS)
        toward = f"; {self.meta.direction}" if self.meta.direction else ""
        k = self.meta.n_trials
        return (
            f"{capitalise(self.meta.measure)}, Bayesian random effects ({self.describe_prior()}), "
            f"{k} trial{'s' * (k != 1)}{self.meta.describe_n()}: {format_number(mean['estimate'])} "
            f"(95 % credible interval {format_number(mean['conf_low'])} to "
            f"{format_number(mean['conf_high'])}{toward}), probability of a mean above 0 "
            f"{mean['probability_above_zero']:.2f}; effect in a new trial 95 % between "
            f"{format_number(new['conf_low'])} and {format_number(new['conf_high'])}; tau "
            f"{format_number(tau['estimate'])} ({format_number(tau['conf_low'])} to "
            f"{format_number(tau['conf_high'])})."
        )


@cache
def _find_nodes() -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of Gauss and Legendre on -1 to 1."""
    return np.polynomial.legendre.leggauss(N_NODES)


def pool_effects_bayes(
    effects: TrialEffects | pd.DataFrame | MetaAnalysis,
    *,
    tau_scale: float = 0.5,
    tau_prior: str = "half-normal",
    prior_sd: float = np.inf,
    measure: str | None = None,
) -> BayesMetaAnalysis:
    """Combine the effects of few trials by Bayesian random effects.

    Estimand: the mean of the true effects of trials like these, and the true effect in a new
    one, given the trials and a stated prior about how much trials differ. Two to four trials
    say next to nothing about their own variance; a half-normal prior says what is known from
    other fields: with scale 0.5, in SDs, tau is below 0.34 with probability 0.5 and below 0.98
    with 0.95 (Friede et al. 2017; Röver 2020). Vary it.

    Standard errors are taken as known, trials as independent, true effects as normal. Given
    tau everything is normal; over tau the integrals are sums on a grid.

    Parameters
    ----------
    effects : TrialEffects, DataFrame or MetaAnalysis
        As in `pool_effects`, or what that returned.
    tau_scale : float
        Scale of the prior of tau, in the unit of the effects.
    tau_prior : {"half-normal", "half-cauchy"}
        Its shape; the half-Cauchy allows far larger differences.
    prior_sd : float
        SD of a normal prior of the mean effect, about 0; default: flat.
    measure : str, optional
        What the numbers of a DataFrame are, for sentences and axes.

    Returns
    -------
    BayesMetaAnalysis
        Posterior medians, credible intervals and probabilities.

    Raises
    ------
    TypeError
        If `effects` is none of the three.
    ValueError
        If the prior is unknown, a scale is not above 0, or as `pool_effects`.

    See Also
    --------
    pool_effects : Fixed effect, random effects, Hartung-Knapp.

    Examples
    --------
    >>> from ldn_analysis import standardise_trials
    >>> fit = pool_effects_bayes(standardise_trials())
    >>> fit.to_frame()["term"].tolist()
    ['mean effect', 'effect in a new trial', 'tau']
    """
    if tau_prior not in PRIORS:
        raise ValueError(
            f"pool_effects_bayes: tau_prior must be one of {', '.join(PRIORS)}; received {tau_prior!r}"
        )
    for name, value in (("tau_scale", tau_scale), ("prior_sd", prior_sd)):
        if not value > 0 or (name == "tau_scale" and value == np.inf):
            raise ValueError(f"pool_effects_bayes: {name} must be above 0; received {value!r}")
    meta = effects
    if not isinstance(effects, MetaAnalysis):
        meta = pool_effects(effects, method=next(iter(METHODS)), measure=measure)
    return BayesMetaAnalysis(
        meta=meta, tau_prior=tau_prior, tau_scale=float(tau_scale), prior_sd=float(prior_sd)
    )
