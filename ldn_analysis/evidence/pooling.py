"""Pool effects: fixed effect and random effects."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtr, stdtr

from ..core.intervals import compute_quantile
from ..core.result import Interval, Result
from ..core.validation import require_level
from ..core.wording import capitalise, format_interval, format_number, format_p
from .effects import TrialEffects
from .heterogeneity import METHODS, compute_q, estimate_tau_squared, profile_tau_squared

__all__ = ["MetaAnalysis", "pool_effects"]

MODELS = {
    "fixed": "fixed effect",
    "random": "random effects",
    "hartung-knapp": "random effects, Hartung-Knapp",
}
MIN_FOR_PREDICTION = 5
MIN_FOR_ASYMMETRY = 10
SHORT_OF_LEVEL = 20  # trials below which the prediction interval covers clearly less than its level


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class MetaAnalysis(Result):
    """Effects of k trials combined, with a fixed and with random effects.

    Attributes
    ----------
    trials : DataFrame
        What was combined: trial, estimate, std_error, and other columns as received.
    method : str
        "paule-mandel" or "dersimonian-laird".
    tau_squared : float
        Variance of the true effects between trials; nan for one trial.
    measure, direction : str
        What the numbers are and which sign is good, for sentences and axes.
    effects : TrialEffects or None
        Where the trials come from, with those that are not pooled.
    """

    trials: pd.DataFrame
    method: str
    tau_squared: float
    measure: str = "effect"
    direction: str = ""
    effects: TrialEffects | None = None

    @property
    def n_trials(self) -> int:
        """Number of trials, k."""
        return len(self.trials)

    @property
    def n_obs(self) -> int | None:
        """Number of participants; somebody in a crossover counts once. None if not all are known."""
        if "n_obs" not in self.trials or self.trials["n_obs"].isna().any():
            return None
        return int(self.trials["n_obs"].sum())

    @property
    def q(self) -> float:
        """Cochran's Q: the weighted squares about the fixed effect; 0 for one trial."""
        return compute_q(*self._get_arrays())

    @property
    def i_squared(self) -> float:
        """Share of Q beyond chance, max(0, (Q - df) / Q), 0-1 (Higgins and Thompson 2002)."""
        if self.n_trials == 1:
            return np.nan
        return max(0.0, (self.q - self.n_trials + 1) / self.q) if self.q > 0 else 0.0

    @property
    def hartung_knapp_scale(self) -> float:
        """Hartung and Knapp's factor on the random-effects variance, before it is kept from below 1."""
        if self.n_trials == 1:
            return np.nan
        return compute_q(*self._get_arrays(), self.tau_squared) / (self.n_trials - 1)

    @property
    def notes(self) -> list[str]:
        """What a reader must know about these numbers."""
        k, notes = self.n_trials, []
        if k == 1:
            return [
                "With one trial there is nothing to combine: its own estimate and normal interval "
                "are shown, and nothing is known of differences between trials."
            ]
        if k == 2:
            notes.append(
                "With two trials the Hartung-Knapp interval has one degree of freedom and is very "
                "wide."
            )
        if self.tau_squared == 0:
            notes.append(
                "The estimate of the variance between trials is 0, so random and fixed effects "
                f"agree; with k = {k} this is no evidence that the true effects are equal."
            )
        if self.hartung_knapp_scale < 1 - 1e-6:
            notes.append(
                f"The Hartung-Knapp factor is {format_number(self.hartung_knapp_scale)}, below 1; 1 "
                "is used, so that the interval is not narrower than the usual one (Röver et al. "
                "2015)."
            )
        if MIN_FOR_PREDICTION <= k < SHORT_OF_LEVEL:
            notes.append(
                "With so few trials a prediction interval covers less than its level: a 95 % "
                "interval 93 % of the time with 5 trials and 88 % with 10."
            )
        return notes

    @property
    def asymmetry_note(self) -> str:
        """Why no test of small-study effects is made."""
        k = self.n_trials
        if k < MIN_FOR_ASYMMETRY:
            return (
                f"No test of asymmetry: with {k} trial{'s' * (k != 1)} (fewer than "
                f"{MIN_FOR_ASYMMETRY}) such a test cannot tell chance from asymmetry (Sterne et "
                "al. 2011)."
            )
        return (
            f"{k} trials: a test of asymmetry would be possible; asymmetry can come from bias, from "
            "true differences between small and large trials, or from chance (Sterne et al. 2011)."
        )

    def _get_arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Effects and their variances."""
        return (
            self.trials["estimate"].to_numpy(float),
            self.trials["std_error"].to_numpy(float) ** 2,
        )

    def _get_row(self, model: str) -> tuple[float, float, float]:
        """Estimate, standard error and degrees of freedom of one model."""
        if self.n_trials == 1 and model != "fixed":
            return np.nan, np.nan, np.nan
        effect, variance = self._get_arrays()
        tau_squared = 0.0 if model == "fixed" else self.tau_squared
        estimate, error = average(effect, variance + tau_squared)
        if model != "hartung-knapp":
            return estimate, error, np.inf
        return estimate, error * np.sqrt(max(1.0, self.hartung_knapp_scale)), self.n_trials - 1.0

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """The pooled effect by each model.

        The fixed effect and the plain random effects have normal intervals. Hartung and
        Knapp's (2001) has t on k - 1 degrees of freedom; its factor on the variance is never
        taken below 1, so that it is never narrower than the plain one (Röver et al. 2015).
        For one trial the last two are nan.

        Parameters
        ----------
        confidence_level : float
            Of the intervals; between 0 and 1.

        Returns
        -------
        DataFrame
            term, estimate, std_error, statistic, df, p_value, conf_low, conf_high, n_obs.
        """
        require_level(confidence_level)
        rows = [
            {"term": term, **self.summarise_model(name, confidence_level), "n_obs": self.n_obs}
            for name, term in MODELS.items()
        ]
        return pd.DataFrame(rows)

    def summarise_model(self, model: str, confidence_level: float = 0.95) -> dict[str, float]:
        """One model's row of the table.

        Parameters
        ----------
        model : {"fixed", "random", "hartung-knapp"}
            Which model.
        confidence_level : float
            Of the interval; between 0 and 1.

        Returns
        -------
        dict of float
            estimate, std_error, statistic, df, p_value, conf_low, conf_high.
        """
        estimate, error, df = self._get_row(model)
        with np.errstate(divide="ignore", invalid="ignore"):
            statistic = float(np.divide(estimate, error))
        normal = not df < np.inf
        margin = compute_quantile(confidence_level, None if normal else df) * error
        p = ndtr(-abs(statistic)) if normal else stdtr(df, -abs(statistic))
        return {
            "estimate": estimate,
            "std_error": error,
            "statistic": statistic,
            "df": df,
            "p_value": float(2 * p),
            "conf_low": float(estimate - margin),
            "conf_high": float(estimate + margin),
        }

    def prediction_interval(self, confidence_level: float = 0.95) -> Interval:
        """Where the true effect of a new trial like these would lie.

        t on k - 2 degrees of freedom (Higgins et al. 2009), for five trials or more: with
        three, one degree of freedom makes it meaningless (nan is given). With few trials it
        covers less than its level (Partlett and Riley 2017): in a simulation with tau about
        as large as the standard errors, 0.93 for 0.95 with 5 trials and 0.88 with 10.

        Parameters
        ----------
        confidence_level : float
            Nominal level; between 0 and 1.

        Returns
        -------
        Interval
            With `.low` and `.high`.

        See Also
        --------
        pool_effects_bayes : Its predictive interval exists for any number of trials.
        """
        require_level(confidence_level)
        if self.n_trials < MIN_FOR_PREDICTION:
            return Interval(np.nan, np.nan)
        estimate, error, _ = self._get_row("random")
        t = compute_quantile(confidence_level, self.n_trials - 2)
        margin = float(t * np.sqrt(self.tau_squared + error**2))
        return Interval(estimate - margin, estimate + margin)

    def tau_squared_interval(self, confidence_level: float = 0.95) -> Interval:
        """Interval of the variance between trials: Q profile (Viechtbauer 2007).

        It assumes normal true effects; nan for one trial.

        Parameters
        ----------
        confidence_level : float
            Between 0 and 1.

        Returns
        -------
        Interval
            With `.low` and `.high`.
        """
        require_level(confidence_level)
        if self.n_trials < 2:
            return Interval(np.nan, np.nan)
        return Interval(*profile_tau_squared(*self._get_arrays(), confidence_level))

    def glance(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """One row about the differences between trials.

        Parameters
        ----------
        confidence_level : float
            Of the intervals; between 0 and 1.

        Returns
        -------
        DataFrame
            n_trials, n_obs, method, q, df, p_value (of Q), i_squared (0-1), tau_squared,
            tau_squared_low, tau_squared_high, tau, hartung_knapp_scale, pred_low, pred_high.
        """
        low, high = self.tau_squared_interval(confidence_level)
        pred_low, pred_high = self.prediction_interval(confidence_level)
        df = self.n_trials - 1
        values = {"n_trials": self.n_trials, "n_obs": self.n_obs, "method": METHODS[self.method]}
        values |= {"q": self.q, "df": df, "p_value": float(chdtrc(df, self.q)) if df else np.nan}
        values |= {"i_squared": self.i_squared, "tau_squared": self.tau_squared}
        values |= {"tau_squared_low": low, "tau_squared_high": high}
        values |= {"tau": float(np.sqrt(self.tau_squared))}
        values |= {"hartung_knapp_scale": self.hartung_knapp_scale}
        values |= {"pred_low": pred_low, "pred_high": pred_high}
        return pd.DataFrame([values])

    def augment(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """The trials with their normal intervals and weights (0-1, each column sums to 1).

        Parameters
        ----------
        confidence_level : float
            Of the intervals; between 0 and 1.

        Returns
        -------
        DataFrame
            The trials and: conf_low, conf_high, weight_fixed, weight_random, resid (effect
            minus the random-effects mean; 0 for one trial).
        """
        require_level(confidence_level)
        margin = compute_quantile(confidence_level) * self.trials["std_error"]
        estimate, one = self.trials["estimate"], self.n_trials == 1
        _, variance = self._get_arrays()
        fixed, random = 1 / variance, 1 / (variance + (0.0 if one else self.tau_squared))
        return self.trials.assign(
            conf_low=estimate - margin,
            conf_high=estimate + margin,
            weight_fixed=fixed / fixed.sum(),
            weight_random=random / random.sum(),
            resid=0.0 if one else estimate - self._get_row("random")[0],
        )

    def describe(self, confidence_level: float = 0.95) -> str:
        """One sentence fit for a paper.

        Parameters
        ----------
        confidence_level : float
            Of the intervals; between 0 and 1.

        Returns
        -------
        str
            Estimate, interval, p, and how much the trials differ.
        """
        toward = f"; {self.direction}" if self.direction else ""
        measure, k, counted = capitalise(self.measure), self.n_trials, self.describe_n()
        row = self.summarise_model("fixed" if k == 1 else "hartung-knapp", confidence_level)
        interval = format_interval(row["conf_low"], row["conf_high"], confidence_level)
        if k == 1:
            return (
                f"{measure} of one trial ({self.trials['trial'].iloc[0]}{counted}): "
                f"{format_number(row['estimate'])} ({interval}; {format_p(row['p_value'])}{toward})."
            )
        low, high = self.prediction_interval(confidence_level)
        predicted = (
            f"no prediction interval with {k} trials"
            if low != low
            else f"{100 * confidence_level:g} % prediction interval {format_number(low)} to "
            f"{format_number(high)}"
        )
        about = self.glance(confidence_level).iloc[0]
        return (
            f"{measure}, random effects ({METHODS[self.method]}, Hartung-Knapp), {k} "
            f"trials{counted}: {format_number(row['estimate'])} ({interval}; t({k - 1}) = "
            f"{format_number(row['statistic'])}, {format_p(row['p_value'])}{toward}); {predicted}; "
            f"tau = {format_number(about['tau'])}, I² = {100 * self.i_squared:.0f} %, "
            f"Q({k - 1}) = {format_number(self.q)}, {format_p(about['p_value'])}."
        )

    def describe_n(self) -> str:
        """How many participants, in how many of the trials if not in all; "" if in none.

        Returns
        -------
        str
            As it stands in the sentence.
        """
        if "n_obs" not in self.trials:
            return ""
        known = self.trials["n_obs"].dropna()
        if len(known) == self.n_trials:
            return f", n = {int(known.sum())}"
        return f", n = {int(known.sum())} in {len(known)} of them" if len(known) else ""

    def __str__(self) -> str:
        return " ".join([self.describe(), *self.notes])


def average(effect: np.ndarray, variance: np.ndarray) -> tuple[float, float]:
    """Mean weighted by 1 / variance, and its standard error; exact also far from zero."""
    weight = variance.min() / variance
    center = effect[np.argmax(weight)]
    mean = center + weight @ (effect - center) / weight.sum()
    return float(mean), float(np.sqrt(variance.min() / weight.sum()))


def pool_effects(
    effects: TrialEffects | pd.DataFrame,
    *,
    method: str = "paule-mandel",
    measure: str | None = None,
) -> MetaAnalysis:
    """Combine the effects of trials with a fixed effect and with random effects.

    Estimand: with a fixed effect, the one effect that all trials share; with random effects,
    the mean of the true effects of trials like these. Both take the standard errors as known
    and the trials as independent. Hartung and Knapp's interval (2001) also carries the
    uncertainty about the variance between trials, which matters where trials are few.

    Parameters
    ----------
    effects : TrialEffects or DataFrame
        The trials of a TrialEffects that can be pooled, or rows with trial, estimate and
        std_error (and n_obs and year, if known), all on one scale.
    method : {"paule-mandel", "dersimonian-laird"}
        Estimator of the variance between trials (Paule and Mandel 1982; DerSimonian and
        Laird 1986).
    measure : str, optional
        What the numbers of a DataFrame are, for sentences and axes.

    Returns
    -------
    MetaAnalysis
        Pooled effects, weights, and how much the trials differ.

    Raises
    ------
    TypeError
        If `effects` is neither of the two.
    ValueError
        If the method is unknown, there is no trial, a trial appears twice, a column is
        missing, or a number is missing or impossible.

    See Also
    --------
    pool_effects_bayes : Bayesian random effects, for few trials.
    leave_one_trial_out, cumulate_trials, vary_assumptions : The same again and again.

    Examples
    --------
    >>> from ldn_analysis import standardise_trials
    >>> meta = pool_effects(standardise_trials())
    >>> meta.n_trials, meta.n_obs
    (3, 223)
    """
    if method not in METHODS:
        raise ValueError(
            f"pool_effects: method must be one of {', '.join(METHODS)}; received {method!r}"
        )
    trials, source = require_trials(effects, "pool_effects")
    variance = trials["std_error"].to_numpy(float) ** 2
    one = len(trials) == 1
    return MetaAnalysis(
        trials=trials,
        method=method,
        tau_squared=np.nan
        if one
        else estimate_tau_squared(trials["estimate"].to_numpy(float), variance, method),
        measure=measure or ("standardised mean difference" if source else "effect"),
        direction="positive favours LDN" if source else "",
        effects=source,
    )


def require_trials(effects, function: str) -> tuple[pd.DataFrame, TrialEffects | None]:
    """The trials to combine, checked, and the TrialEffects that they come from, if any."""
    source = effects if isinstance(effects, TrialEffects) else None
    trials = effects.pooled if source else effects
    if not isinstance(trials, pd.DataFrame):
        raise TypeError(
            f"{function}: effects must be a TrialEffects or a DataFrame; received "
            f"{type(effects).__name__}"
        )
    absent = [name for name in ("trial", "estimate", "std_error") if name not in trials]
    if absent:
        raise ValueError(
            f"{function}: no column {', '.join(map(repr, absent))}; columns: "
            f"{', '.join(map(str, trials.columns))}"
        )
    if trials.empty:
        raise ValueError(f"{function}: there is no trial to combine")
    trials = trials.reset_index(drop=True)
    if trials["trial"].duplicated().any():
        twice = trials["trial"][trials["trial"].duplicated()].iloc[0]
        raise ValueError(f"{function}: trial {twice!r} appears twice; one row per trial is needed")
    columns = (trials[name].tolist() for name in ("trial", "estimate", "std_error"))
    for name, estimate, std_error in zip(*columns, strict=True):
        if not (math.isfinite(_read_float(estimate)) and 0 < _read_float(std_error) < math.inf):
            raise ValueError(
                f"{function}: trial {name!r} needs a finite estimate and a std_error above 0; "
                f"received {estimate!r} and {std_error!r}"
            )
    return trials.astype({"estimate": float, "std_error": float}), source


def _read_float(value) -> float:
    """A number as float; nan for what is none: text, truth values, pd.NA."""
    number = not isinstance(value, (str, bool, np.bool_, complex)) and not pd.isna(value)
    return float(value) if number else np.nan
