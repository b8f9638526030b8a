"""Pool effects: common effect and random effects."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import chdtrc, chdtri, ndtr, stdtr

from ..core.intervals import compute_quantile
from ..core.result import Result
from ..core.validation import require_level
from ..core.wording import format_interval, format_number, format_p
from .effects import TrialEffects

__all__ = ["MetaAnalysis", "pool_effects"]

METHODS = {"paule-mandel": "Paule-Mandel", "dersimonian-laird": "DerSimonian-Laird"}
MODELS = {
    "fixed": "fixed effect",
    "random": "random effects",
    "hartung-knapp": "random effects, Hartung-Knapp",
}
FEWEST_FOR_ASYMMETRY = 10


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class MetaAnalysis(Result):
    """Effects of k trials combined, with a fixed and with random effects.

    Attributes
    ----------
    trials : DataFrame
        What was combined: trial, estimate, std_error, and other columns as received.
    method : str
        "paule-mandel" or "dersimonian-laird".
    model : statsmodels CombineResults or None
        What statsmodels computed; None where there is one trial.
    measure, direction : str
        What the numbers are and which sign is good, for sentences and axes.
    effects : TrialEffects or None
        Where the trials come from, with those that are not pooled.
    """

    trials: pd.DataFrame
    method: str
    model: object
    measure: str = "effect"
    direction: str = ""
    effects: TrialEffects | None = None

    @property
    def n_trials(self) -> int:
        """Number of trials, k."""
        return len(self.trials)

    @property
    def n_obs(self) -> int | None:
        """Number of people; somebody in a crossover counts once. None if not given."""
        return int(self.trials["n_obs"].sum()) if "n_obs" in self.trials else None

    @property
    def tau_squared(self) -> float:
        """Variance of the true effects between trials; nan for one trial."""
        return float(self.model.tau2) if self.model is not None else np.nan

    @property
    def q(self) -> float:
        """Cochran's Q."""
        return float(max(self.model.q, 0.0)) if self.model is not None else 0.0

    @property
    def i_squared(self) -> float:
        """Share of Q beyond chance, max(0, (Q - df) / Q), 0-1 (Higgins and Thompson 2002)."""
        if self.model is None:
            return np.nan
        return max(0.0, (self.q - self.n_trials + 1) / self.q) if self.q > 0 else 0.0

    @property
    def hartung_knapp_scale(self) -> float:
        """Factor on the random-effects variance; below 1 the interval becomes narrower."""
        return float(self.model.scale_hksj_re) if self.model is not None else np.nan

    @property
    def notes(self) -> list[str]:
        """What a reader must know about these numbers."""
        k, notes = self.n_trials, []
        if k == 1:
            return [
                "One trial is nothing to combine: its own estimate and normal interval are shown, "
                "and nothing is known of differences between trials."
            ]
        if k == 2:
            notes.append(
                "With two trials the Hartung-Knapp interval has one degree of freedom and is very "
                "wide, and a prediction interval does not exist."
            )
        if self.tau_squared == 0:
            notes.append(
                "The estimate of the variance between trials is 0, so random and fixed effects "
                f"agree; with k = {k} this is no evidence that the true effects are equal."
            )
        if self.hartung_knapp_scale < 1 - 1e-6:
            notes.append(
                f"The Hartung-Knapp factor is {format_number(self.hartung_knapp_scale)}, below 1: "
                "its standard error is smaller than the usual one, by chance (Röver et al. 2015)."
            )
        return notes

    @property
    def asymmetry_note(self) -> str:
        """Why no test of small-study effects is made."""
        k = self.n_trials
        if k < FEWEST_FOR_ASYMMETRY:
            return (
                f"No test of asymmetry: with {k} trial{'s' * (k != 1)} (fewer than "
                f"{FEWEST_FOR_ASYMMETRY}) such a test cannot tell chance from asymmetry (Sterne et "
                "al. 2011)."
            )
        return (
            f"{k} trials: a test of asymmetry would be possible; asymmetry can come from bias, from "
            "true differences between small and large trials, or from chance (Sterne et al. 2011)."
        )

    def _get_row(self, model: str) -> tuple[float, float, float]:
        """Estimate, standard error and degrees of freedom of one model."""
        fit = self.model
        if fit is None:
            row = self.trials.iloc[0]
            known = (float(row["estimate"]), float(row["std_error"]), np.inf)
            return known if model == "fixed" else (np.nan, np.nan, np.nan)
        if model == "fixed":
            return float(fit.mean_effect_fe), float(fit.sd_eff_w_fe), np.inf
        if model == "random":
            return float(fit.mean_effect_re), float(fit.sd_eff_w_re), np.inf
        return float(fit.mean_effect_re), float(fit.sd_eff_w_re_hksj), self.n_trials - 1.0

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """The pooled effect by each model.

        The fixed effect and the plain random effects have normal intervals, Hartung and
        Knapp's (2001) has t on k - 1 degrees of freedom. For one trial the last two are nan.

        Returns
        -------
        DataFrame
            term, estimate, std_error, statistic, df, p_value, conf_low, conf_high, n_obs.
        """
        require_level(confidence_level)
        rows = [
            {"term": term, **self._test(name, confidence_level), "n_obs": self.n_obs}
            for name, term in MODELS.items()
        ]
        return pd.DataFrame(rows)

    def _test(self, model: str, confidence_level: float) -> dict[str, float]:
        """One row of numbers."""
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

    def prediction_interval(self, confidence_level: float = 0.95) -> tuple[float, float]:
        """Where the true effect of a new trial like these would lie.

        t on k - 2 degrees of freedom (Higgins et al. 2009); it needs three trials and is
        (nan, nan) with fewer.

        Returns
        -------
        (float, float)
        """
        require_level(confidence_level)
        if self.n_trials < 3:
            return np.nan, np.nan
        estimate, error, _ = self._get_row("random")
        t = compute_quantile(confidence_level, self.n_trials - 2)
        margin = float(t * np.sqrt(self.tau_squared + error**2))
        return estimate - margin, estimate + margin

    def tau_squared_interval(self, confidence_level: float = 0.95) -> tuple[float, float]:
        """Interval of the variance between trials: Q profile (Viechtbauer 2007).

        It assumes normal true effects; (nan, nan) for one trial.

        Returns
        -------
        (float, float)
        """
        require_level(confidence_level)
        if self.n_trials < 2:
            return np.nan, np.nan
        effect, variance = self._get_arrays()
        tail, df = (1 - confidence_level) / 2, self.n_trials - 1
        low, high = (
            _solve_tau_squared(effect, variance, float(chdtri(df, p))) for p in (tail, 1 - tail)
        )
        return low, high

    def _get_arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Effects and their variances."""
        return (
            self.trials["estimate"].to_numpy(float),
            self.trials["std_error"].to_numpy(float) ** 2,
        )

    def glance(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """One row about the differences between trials.

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

        Returns
        -------
        DataFrame
            The trials and: conf_low, conf_high, weight_fixed, weight_random, resid (effect
            minus the random-effects mean; 0 for one trial).
        """
        require_level(confidence_level)
        margin = compute_quantile(confidence_level) * self.trials["std_error"]
        fit, estimate = self.model, self.trials["estimate"]
        return self.trials.assign(
            conf_low=estimate - margin,
            conf_high=estimate + margin,
            weight_fixed=1.0 if fit is None else fit.weights_rel_fe,
            weight_random=1.0 if fit is None else fit.weights_rel_re,
            resid=0.0 if fit is None else estimate - fit.mean_effect_re,
        )

    def describe(self, confidence_level: float = 0.95) -> str:
        """One sentence fit for a paper."""
        people = f", n = {self.n_obs}" if self.n_obs is not None else ""
        toward = f"; {self.direction}" if self.direction else ""
        measure = self.measure[:1].upper() + self.measure[1:]
        if self.n_trials == 1:
            row = self._test("fixed", confidence_level)
            interval = format_interval(row["conf_low"], row["conf_high"], confidence_level)
            return (
                f"{measure} of one trial ({self.trials['trial'].iloc[0]}{people}): "
                f"{format_number(row['estimate'])} ({interval}; {format_p(row['p_value'])}{toward})."
            )
        row = self._test("hartung-knapp", confidence_level)
        interval = format_interval(row["conf_low"], row["conf_high"], confidence_level)
        pred = self.prediction_interval(confidence_level)
        predicted = (
            "no prediction interval with two trials"
            if self.n_trials < 3
            else f"{100 * confidence_level:g} % prediction interval {format_number(pred[0])} to "
            f"{format_number(pred[1])}"
        )
        about = self.glance(confidence_level).iloc[0]
        return (
            f"{measure}, random effects ({METHODS[self.method]}, Hartung-Knapp), {self.n_trials} "
            f"trials{people}: {format_number(row['estimate'])} ({interval}; t({self.n_trials - 1}) = "
            f"{format_number(row['statistic'])}, {format_p(row['p_value'])}{toward}); {predicted}; "
            f"tau = {format_number(about['tau'])}, I² = {100 * self.i_squared:.0f} %, "
            f"Q({self.n_trials - 1}) = {format_number(self.q)}, {format_p(about['p_value'])}."
        )

    def __str__(self) -> str:
        return " ".join([self.describe(), *self.notes])


def pool_effects(
    effects: TrialEffects | pd.DataFrame, *, method: str = "paule-mandel"
) -> MetaAnalysis:
    """Combine the effects of trials with a fixed effect and with random effects.

    Estimand: with a fixed effect, the one effect that all trials share; with random effects,
    the mean of the true effects of trials like these. Both take the standard errors as known
    and the trials as independent. Hartung and Knapp's interval (2001) also carries the
    uncertainty about the variance between trials, which matters where trials are few.

    statsmodels' `combine_effects` does the sums. The variance between trials is never below
    0, and the Paule-Mandel equation is solved to the last digits before it is handed over.

    Parameters
    ----------
    effects : TrialEffects or DataFrame
        The trials of a TrialEffects that can be pooled, or rows with trial, estimate and
        std_error (and n_obs and year, if known), all on one scale.
    method : {"paule-mandel", "dersimonian-laird"}
        Estimator of the variance between trials (Paule and Mandel 1982; DerSimonian and
        Laird 1986).

    Returns
    -------
    MetaAnalysis

    Raises
    ------
    TypeError
        If `effects` is neither of the two.
    ValueError
        If the method is unknown, there is no trial, a trial is there twice, a column is
        missing, or a number is missing or impossible.

    Examples
    --------
    >>> from ldn_analysis import standardise_trials
    >>> meta = pool_effects(standardise_trials())
    >>> meta.n_trials, meta.n_obs
    (3, 225)
    """
    if method not in METHODS:
        raise ValueError(
            f"pool_effects: method must be one of {', '.join(METHODS)}; received {method!r}"
        )
    source, measure, direction = None, "effect", ""
    if isinstance(effects, TrialEffects):
        source, effects = effects, effects.pooled
        measure, direction = "standardised mean difference", "positive favours LDN"
    if not isinstance(effects, pd.DataFrame):
        raise TypeError(
            f"pool_effects: effects must be a TrialEffects or a DataFrame; received "
            f"{type(effects).__name__}"
        )
    absent = [name for name in ("trial", "estimate", "std_error") if name not in effects]
    if absent:
        raise ValueError(
            f"pool_effects: no column {', '.join(map(repr, absent))}; columns: "
            f"{', '.join(map(str, effects.columns))}"
        )
    if effects.empty:
        raise ValueError("pool_effects: there is no trial to combine")
    trials = effects.reset_index(drop=True)
    if trials["trial"].duplicated().any():
        twice = trials["trial"][trials["trial"].duplicated()].iloc[0]
        raise ValueError(f"pool_effects: trial {twice!r} is there twice; one row a trial is needed")
    for row in trials.itertuples():
        if not (np.isfinite(row.estimate) and np.isfinite(row.std_error) and row.std_error > 0):
            raise ValueError(
                f"pool_effects: trial {row.trial!r} needs a finite estimate and a std_error above 0; "
                f"received {row.estimate} and {row.std_error}"
            )
    return MetaAnalysis(
        trials=trials,
        method=method,
        model=_combine(trials, method) if len(trials) > 1 else None,
        measure=measure,
        direction=direction,
        effects=source,
    )


def _combine(trials: pd.DataFrame, method: str):
    """Statsmodels' result, with a variance between trials that is right and not negative."""
    from statsmodels.stats.meta_analysis import combine_effects

    effect = trials["estimate"].to_numpy(float)
    variance = trials["std_error"].to_numpy(float) ** 2
    df = len(effect) - 1
    with np.errstate(divide="ignore", invalid="ignore"):  # I2 of equal effects, in statsmodels
        if method == "dersimonian-laird" and _q(0.0, effect, variance) > df:
            return combine_effects(effect, variance, method_re="dl")
        # Where Q is no more than its expectation the root is 0; statsmodels' DL would go below.
        root = _solve_tau_squared(effect, variance, df)
        # Its iteration stops early, or falls to 0 where rounding carries it past the root:
        # start it at the root, from below, and it stays there.
        return combine_effects(
            effect, variance, method_re="pm", tau2_start=root * (1 - 1e-10), atol=1e-5
        )


def _q(tau_squared: float, effect: np.ndarray, variance: np.ndarray) -> float:
    """Weighted sum of squares about the weighted mean; falls as tau squared rises."""
    weight = 1 / (variance + tau_squared)
    return float(weight @ (effect - weight @ effect / weight.sum()) ** 2)


def _solve_tau_squared(effect: np.ndarray, variance: np.ndarray, target: float) -> float:
    """Where `_q` equals the target; 0 if it is below it already at 0."""
    from scipy.optimize import brentq

    if _q(0.0, effect, variance) <= target:
        return 0.0
    high = variance.max()
    while _q(high, effect, variance) > target:
        high *= 4
    return float(
        brentq(
            lambda value: _q(value, effect, variance) - target, 0.0, high, xtol=1e-300, rtol=1e-14
        )
    )
