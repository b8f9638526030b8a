"""The sceptic's questions: what remains of a result, and how sceptical one must be to doubt it.

`combine_with_prior` answers the first for a stated prior; `analyse_credibility` the second.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import ndtr

from ..core.intervals import compute_quantile, find_statistic
from ..core.result import Result
from ..core.validation import require_level
from ..core.wording import format_interval, format_number, format_p

__all__ = ["CredibilityAnalysis", "NormalPosterior", "analyse_credibility", "combine_with_prior"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class NormalPosterior(Result):
    """A normal prior, a result, and what follows from both.

    Attributes
    ----------
    prior_mean, prior_sd : float
        What was believed before.
    estimate, std_error : float
        The result.
    """

    prior_mean: float
    prior_sd: float
    estimate: float
    std_error: float

    @property
    def data_weight(self) -> float:
        """Weight of the result in the posterior mean, 0-1; the prior has the rest."""
        return 1 / (1 + (self.std_error / self.prior_sd) ** 2)

    @property
    def posterior_mean(self) -> float:
        """Mean of the posterior."""
        return self.prior_mean + self.data_weight * (self.estimate - self.prior_mean)

    @property
    def posterior_sd(self) -> float:
        """Standard deviation of the posterior."""
        return self.std_error * float(np.sqrt(self.data_weight))

    def probability_above(self, value: float = 0.0) -> float:
        """Posterior probability that the true effect is above a value.

        Parameters
        ----------
        value : float
            In the unit of the estimate.

        Returns
        -------
        float
            Between 0 and 1.
        """
        return float(ndtr((self.posterior_mean - value) / self.posterior_sd))

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Prior, result and posterior; the limits of the result are a normal interval.

        Parameters
        ----------
        confidence_level : float
            Of the intervals; between 0 and 1.

        Returns
        -------
        DataFrame
            term, estimate, std_error, conf_low, conf_high, probability_above_zero (nan for
            the result: a confidence interval gives no such probability).
        """
        require_level(confidence_level)
        mean = np.array([self.prior_mean, self.estimate, self.posterior_mean])
        sd = np.array([self.prior_sd, self.std_error, self.posterior_sd])
        margin = compute_quantile(confidence_level) * sd
        above = ndtr(mean / sd)
        above[1] = np.nan
        return pd.DataFrame(
            {
                "term": ["prior", "result", "posterior"],
                "estimate": mean,
                "std_error": sd,
                "conf_low": mean - margin,
                "conf_high": mean + margin,
                "probability_above_zero": above,
            }
        )

    def __str__(self) -> str:
        table = self.to_frame().set_index("term")
        # A limit that is 0 but for rounding is shown as 0.
        low, high = table.loc["posterior", ["conf_low", "conf_high"]].astype(float).round(12)
        prior_low, prior_high = table.loc["prior", ["conf_low", "conf_high"]]
        interval = format_interval(
            table.loc["result", "conf_low"], table.loc["result", "conf_high"], 0.95
        )
        return (
            f"With a normal prior of mean {format_number(self.prior_mean)} and SD "
            f"{format_number(self.prior_sd)} (95 % between {format_number(prior_low)} and "
            f"{format_number(prior_high)}), the result {format_number(self.estimate)} ({interval}) "
            f"becomes {format_number(self.posterior_mean)} (95 % credible interval "
            f"{format_number(low)} to {format_number(high)}); the probability of an effect above 0 is "
            f"{self.probability_above():.3f}."
        )


def combine_with_prior(
    estimate: float, std_error: float, *, prior_sd: float, prior_mean: float = 0.0
) -> NormalPosterior:
    """Combine a result with a normal prior (normal data, standard error known).

    Estimand: the true effect, given the result and the prior. The posterior is normal: its
    mean is the average of prior mean and estimate with weights 1 / variance, its precision
    the sum of theirs (any textbook, e.g. Spiegelhalter et al. 2004, chapter 3). The answer
    is as good as the prior: state it, and vary it.

    Parameters
    ----------
    estimate, std_error : float
        The result, e.g. a difference between means.
    prior_sd : float
        How far from the prior mean the truth may well lie, in the unit of the estimate.
    prior_mean : float
        Where the prior is centred; 0 for a sceptic.

    Returns
    -------
    NormalPosterior
        Prior, result and posterior, and the probability of an effect above any value.

    Raises
    ------
    ValueError
        If a number is not finite, or a standard error or SD is not above 0.

    See Also
    --------
    analyse_credibility : The prior that would just change the verdict.

    Examples
    --------
    >>> combined = combine_with_prior(2.0, 1.0, prior_sd=1.0)
    >>> combined.posterior_mean, round(combined.posterior_sd, 4)
    (1.0, 0.7071)
    """
    _require_numbers(
        "combine_with_prior", {"estimate": estimate, "prior_mean": prior_mean}, positive=False
    )
    _require_numbers("combine_with_prior", {"std_error": std_error, "prior_sd": prior_sd})
    return NormalPosterior(
        estimate=float(estimate),
        std_error=float(std_error),
        prior_sd=float(prior_sd),
        prior_mean=float(prior_mean),
    )


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class CredibilityAnalysis(Result):
    """How strong a prior must be to change what an interval says about zero.

    Attributes
    ----------
    estimate, std_error : float
        The result, as a normal estimate.
    confidence_level : float
        Level of the interval that is challenged, and of the prior's.
    """

    estimate: float
    std_error: float
    confidence_level: float

    @property
    def conf_low(self) -> float:
        """Lower limit of the normal interval."""
        return self._find_limit(-1)

    @property
    def conf_high(self) -> float:
        """Upper limit of the normal interval."""
        return self._find_limit(1)

    def _find_limit(self, side: int) -> float:
        """One limit; what is 0 but for rounding is 0."""
        limit = self.estimate + side * self._z * self.std_error
        return 0.0 if abs(limit) < 1e-12 * self.std_error else limit

    @property
    def _z(self) -> float:
        """How many standard errors the interval reaches to each side."""
        return compute_quantile(self.confidence_level)

    @property
    def kind(self) -> str:
        """Which prior is looked for: "sceptical" where the interval excludes 0, "advocacy" where not."""
        return "sceptical" if self.conf_low * self.conf_high > 0 else "advocacy"

    @property
    def limit(self) -> float:
        """Limit of the prior that just brings 0 into the interval, or just takes it out.

        Sceptical: a prior interval of -limit to limit, (U - L)^2 / (4 sqrt(U L)) (Matthews
        2001). Advocacy: a prior interval of 0 to limit, -(U + L)(U - L)^2 / (2 U L) (Matthews
        2018). nan where no such prior exists: a limit is exactly 0, or the estimate is.
        """
        low, high = self.conf_low, self.conf_high
        if self.kind == "sceptical":
            return float((high - low) ** 2 / (4 * np.sqrt(high * low)))
        if low * high == 0 or self.estimate == 0:
            return np.nan
        return float(-(high + low) * (high - low) ** 2 / (2 * high * low))

    @property
    def prior_mean(self) -> float:
        """Mean of that prior."""
        return 0.0 if self.kind == "sceptical" else self.limit / 2

    @property
    def prior_sd(self) -> float:
        """Standard deviation of that prior."""
        return (self.limit if self.kind == "sceptical" else abs(self.limit) / 2) / self._z

    @property
    def p_value(self) -> float:
        """Two-sided p of the normal estimate."""
        return float(2 * ndtr(-abs(self.estimate) / self.std_error))

    @property
    def intrinsic_p_value(self) -> float:
        """P value for intrinsic credibility, 2 (1 - Phi(|z| / sqrt 2)) (Held 2019).

        At or below 1 - confidence_level, the sceptical prior that overturns the result is
        narrower than the result's own interval: the result is credible without any other
        evidence. At 95 % this needs p < 0.0056.
        """
        return float(2 * ndtr(-abs(self.estimate) / self.std_error / np.sqrt(2)))

    @property
    def intrinsically_credible(self) -> bool:
        """Whether the result stands against the sceptic by itself."""
        return self.intrinsic_p_value <= 1 - self.confidence_level

    def combine(self) -> NormalPosterior:
        """The result with the prior that just changes the verdict.

        Returns
        -------
        NormalPosterior
            Prior, result and posterior.

        Raises
        ------
        ValueError
            If there is no such prior.
        """
        if self.limit != self.limit:
            raise ValueError(
                "combine: no prior just changes the verdict, because the estimate or a limit is 0"
            )
        return combine_with_prior(
            self.estimate, self.std_error, prior_sd=self.prior_sd, prior_mean=self.prior_mean
        )

    def to_frame(self, confidence_level: float | None = None) -> pd.DataFrame:
        """One row.

        Parameters
        ----------
        confidence_level : float, optional
            Of the interval that is challenged; default: the one that was analysed.

        Returns
        -------
        DataFrame
            term, estimate, std_error, statistic, p_value, conf_low, conf_high, kind, limit,
            prior_mean, prior_sd, intrinsic_p_value.
        """
        if confidence_level not in (None, self.confidence_level):
            require_level(confidence_level)
            return replace(self, confidence_level=float(confidence_level)).to_frame()
        values = {"term": "result", "estimate": self.estimate, "std_error": self.std_error}
        values |= {"statistic": self.estimate / self.std_error, "p_value": self.p_value}
        values |= {"conf_low": self.conf_low, "conf_high": self.conf_high, "kind": self.kind}
        values |= {"limit": self.limit, "prior_mean": self.prior_mean, "prior_sd": self.prior_sd}
        values |= {"intrinsic_p_value": self.intrinsic_p_value}
        return pd.DataFrame([values])

    def __str__(self) -> str:
        level = f"{100 * self.confidence_level:g} %"
        interval = format_interval(self.conf_low, self.conf_high, self.confidence_level)
        head = f"{format_number(self.estimate)} ({interval}; {format_p(self.p_value)})"
        limit = format_number(self.limit)
        if self.kind == "sceptical":
            ratio = format_number(abs(self.limit / self.estimate))
            verdict = "is" if self.intrinsically_credible else "is not"
            return (
                f"{head}: a reader who held beforehand that the effect lies with {level} probability "
                f"between -{limit} and {limit} ({ratio} times the estimate), or in a narrower range "
                f"about 0, is not convinced of its direction; the result {verdict} intrinsically credible "
                f"(intrinsic {format_p(self.intrinsic_p_value)})."
            )
        if self.limit != self.limit:
            return f"{head}: an estimate or limit of exactly 0; no prior just changes the verdict."
        return (
            f"{head}: the interval does not exclude 0; a reader who held beforehand that the effect lies "
            f"with {level} probability between 0 and {limit}, or between 0 and less than that, would be "
            "convinced of its direction."
        )


def analyse_credibility(
    estimate: float | None = None,
    *,
    std_error: float | None = None,
    p_value: float | None = None,
    interval: tuple[float, float] | None = None,
    confidence_level: float = 0.95,
) -> CredibilityAnalysis:
    """Matthews' analysis of credibility: how sceptical must a prior be to overturn a result?

    Estimand: the width of the normal prior, centred on no effect, with which the interval of
    the posterior just touches 0. A narrow one is a strong opinion; where a reader's honest
    prior is narrower still, the result does not convince that reader. Where the interval
    includes 0 the question is reversed: how optimistic must a prior be to exclude 0?

    Everything is taken as normal on the scale of the estimate: for ratios pass logarithms.

    Parameters
    ----------
    estimate : float
        The result; with `interval` it is the middle and may be left out.
    std_error, p_value, interval : optional
        Exactly one of them. From a two-sided p the standard error is |estimate| / z, so that
        the printed p is kept (t on few degrees of freedom makes a wider interval). An
        interval, (low, high), is of `confidence_level`.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    CredibilityAnalysis
        The prior that would just change the verdict, and the verdict.

    Raises
    ------
    ValueError
        If not exactly one of the three is given, or a number is impossible.

    See Also
    --------
    combine_with_prior : The posterior under a prior of your choice.
    check_equivalence : Which effects an interval excludes.

    Examples
    --------
    >>> analysis = analyse_credibility(interval=(1.0, 4.0))
    >>> analysis.kind, round(analysis.limit, 3)
    ('sceptical', 1.125)
    """
    require_level(confidence_level)
    given = {"std_error": std_error, "p_value": p_value, "interval": interval}
    used = [name for name, value in given.items() if value is not None]
    if len(used) != 1:
        raise ValueError(
            "analyse_credibility: give exactly one of std_error, p_value and interval; received "
            f"{', '.join(used) or 'none'}"
        )
    if interval is not None:
        estimate, std_error = _read_interval(estimate, interval, confidence_level)
    if estimate is None:
        raise ValueError(
            f"analyse_credibility: with {used[0]} an estimate is needed; received none"
        )
    _require_numbers("analyse_credibility", {"estimate": estimate}, positive=False)
    if p_value is not None:
        if not 0 < p_value < 1 or estimate == 0:
            raise ValueError(
                "analyse_credibility: p_value must lie between 0 and 1 and the estimate must not be "
                f"0; received p_value = {p_value!r} and estimate = {estimate!r}"
            )
        std_error = abs(estimate) / find_statistic(p_value)
    _require_numbers("analyse_credibility", {"std_error": std_error})
    return CredibilityAnalysis(
        estimate=float(estimate),
        std_error=float(std_error),
        confidence_level=float(confidence_level),
    )


def _read_interval(estimate, interval, confidence_level: float) -> tuple[float, float]:
    """Middle and standard error of a symmetric interval."""
    low, high = (float(value) for value in interval)
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise ValueError(
            "analyse_credibility: interval must be (low, high) with finite low < high; received "
            f"{interval!r}"
        )
    middle = (low + high) / 2
    if estimate is not None and abs(estimate - middle) > 0.05 * (high - low):
        raise ValueError(
            f"analyse_credibility: the estimate {estimate:g} is not the middle of the interval "
            f"{low:g} to {high:g}; pass logarithms where the interval is of a ratio"
        )
    return middle, (high - low) / 2 / compute_quantile(confidence_level)


def _require_numbers(function: str, values: dict, positive: bool = True) -> None:
    """Refuse what is not finite, or not above 0 where it must be."""
    for name, value in values.items():
        if not np.isfinite(value) or (positive and value <= 0):
            wanted = "a finite number above 0" if positive else "a finite number"
            raise ValueError(f"{function}: {name} must be {wanted}; received {value!r}")
