"""Standardised effects from what trials printed: one scale, one direction, every assumption said."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaln

from ..core.intervals import compute_quantile, find_statistic
from ..core.result import Result
from ..core.validation import require_level
from ..core.wording import format_interval, format_number
from ..data.tables import load_dataset
from .meta_analyses import name_studies
from .printed_trials import PrintedTrial, read_trial

__all__ = ["TrialEffects", "standardise_trials"]

STANDARDISERS = ("arms", "printed", "derived")
DEFAULT_R = 0.5  # where no crossover trial printed what its correlation follows from
_NEEDED = ("trial", "design", "n_ldn", "n_placebo", "outcome", "estimate", "favours")


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class TrialEffects(Result):
    """Standardised effects of trials; positive favours LDN.

    Attributes
    ----------
    table : DataFrame
        One row per trial. estimate and std_error are Hedges' g and its standard error;
        estimate_low to std_error_high is how far they can move because the numbers they
        come from were printed rounded. parallel_n is how many participants a parallel trial
        of two equal groups would need for the same precision. pooled says whether the trial
        can be pooled, reason why not, assumption what had to be assumed, status how its
        numbers are known. d is before the small-sample correction, dz the effect in SDs of
        the within-participant differences (crossover trials), sd the between-participant SD
        that goes with d, within_r the correlation of a participant's two results, with its
        range by rounding where it is derived, and raw_estimate, raw_std_error,
        raw_std_error_low, raw_std_error_high are on the trial's own scale.
    within_r : float or None
        The correlation that was assumed for every crossover trial; None where it is derived.
    standardiser : str
        "arms", "printed" or "derived", as asked for.
    """

    table: pd.DataFrame
    within_r: float | None
    standardiser: str

    @property
    def pooled(self) -> pd.DataFrame:
        """The trials that can be pooled."""
        return self.table[self.table["pooled"]].reset_index(drop=True)

    @property
    def not_pooled(self) -> pd.DataFrame:
        """The trials that are shown for comparison and not pooled; `reason` says why."""
        return self.table[~self.table["pooled"]].reset_index(drop=True)

    def select_scale(self, scale: str = "NRS 0-10 points") -> pd.DataFrame:
        """The trials that can be pooled in the unit of one scale, without any SD.

        Parameters
        ----------
        scale : str
            As in the column `raw_scale` of the table.

        Returns
        -------
        DataFrame
            trial, year, n_obs, estimate, std_error, fit for `pool_effects`.

        Raises
        ------
        ValueError
            If no trial that can be pooled used that scale.
        """
        rows = self.pooled[self.pooled["raw_scale"] == scale]
        if rows.empty:
            raise ValueError(
                f"select_scale: no pooled trial used {scale!r}; scales: "
                f"{', '.join(dict.fromkeys(self.pooled['raw_scale']))}"
            )
        names = {"raw_estimate": "estimate", "raw_std_error": "std_error"}
        columns = ["trial", "year", "n_obs", *names]
        return rows[columns].rename(columns=names).reset_index(drop=True)

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """All trials with normal intervals.

        Parameters
        ----------
        confidence_level : float
            Of the intervals; between 0 and 1.

        Returns
        -------
        DataFrame
            trial, study, year, n_obs, pooled, estimate, std_error, conf_low, conf_high, then
            the other columns of `table`.
        """
        require_level(confidence_level)
        margin = compute_quantile(confidence_level) * self.table["std_error"]
        table = self.table.copy()
        place = table.columns.get_loc("std_error") + 1
        table.insert(place, "conf_low", table["estimate"] - margin)
        table.insert(place + 1, "conf_high", table["estimate"] + margin)
        return table

    def __str__(self) -> str:
        parts = []
        for row in self.to_frame().itertuples():
            interval = (
                format_interval(row.conf_low, row.conf_high, 0.95)
                if row.std_error == row.std_error
                else "no interval"
            )
            aside = "" if row.pooled else "; not pooled"
            parts.append(
                f"{row.trial}, n = {row.n_obs}, {format_number(row.estimate)} ({interval}{aside})"
            )
        return (
            f"Standardised mean differences, positive favours LDN{self._describe_r()}: "
            f"{', '.join(parts)}."
        )

    def _describe_r(self) -> str:
        """How the correlation of a participant's two results is known, in brackets."""
        if self.within_r is not None:
            return f" (within-participant correlation {self.within_r:g} assumed)"
        crossed = self.table[self.table["within_r"].notna()]
        if crossed.empty:
            return ""
        r = crossed["within_r"].iloc[0]
        known = "derived" if crossed["within_r_low"].notna().any() else "assumed"
        return f" (within-participant correlation {r:.2f}, {known})"


def standardise_trials(
    trials: pd.DataFrame | None = None,
    *,
    arms: pd.DataFrame | None = None,
    within_r: float | None = None,
    standardiser: str = "arms",
    construct: str = "pain",
    also_pool: Sequence[str] | str = (),
) -> TrialEffects:
    """Bring what trials printed to one scale: differences in between-participant SDs.

    Estimand: the mean of LDN against placebo, in standard deviations of the results of
    different participants under one condition, positive where LDN is better.

    - The SD: with `standardiser="arms"` that of the two arms together, as the trial printed
      it: at baseline for a parallel trial, of the outcome under both conditions for a
      crossover trial (from the arms' intervals, by t, where no SD was printed). With
      "printed", or where no arm is known, the SD that a parallel trial's printed d implies.
      With "derived", or where no d was printed either, standard error / sqrt(1/n1 + 1/n2),
      as if the comparison had not been adjusted.
    - Where both arms of a crossover trial are known, the correlation of a participant's two
      results follows from them and the p of the paired t test, r = (s1² + s2² - s²) / (2 s1
      s2) with s the SD of the differences. A crossover trial whose arms are not known takes
      the r of those that are, and d = t sqrt(2 (1 - r) / n) (Morris and DeShon 2002; Elbourne
      et al. 2002). A number for `within_r` overrides this in every crossover trial.
    - The standard error comes from the printed 95 % interval (normal quantile), else from
      the p value (t on n1 + n2 - 2 or n - 1 degrees of freedom). With a = standard error of
      the difference / SD, the variance of d is a² + d² / (2N) (Borenstein et al. 2009,
      chapter 4). g = J d with the exact J (Hedges 1981), and its variance is J² times that.
    - A printed 0.016 stands for every number that rounds to it: the columns ending in _low
      and _high are the extremes over all such values (raw_std_error: with the estimate as
      printed). Text shows its rounding; a number that is not text is taken as exact.

    A standardised difference mixes SDs of different things where trials print different
    things (percent changes, levels, changes): `assumption` says which SD was used.

    A trial is pooled if its outcome is the construct and not a median. The others are kept
    for comparison, each with its reason.

    Parameters
    ----------
    trials, arms : DataFrame, optional
        Columns as in the tables "trials" and "trial_arms"; default: those tables.
    within_r : float, optional
        Correlation of a participant's two results in crossover trials, 0 <= r < 1; default:
        derived.
    standardiser : {"arms", "printed", "derived"}
        Which SD to use.
    construct : str
        Word that the outcome of a trial must contain to be pooled.
    also_pool : sequence of str, or str
        Trials to pool although their outcome is another construct, e.g. the pilot.

    Returns
    -------
    TrialEffects
        Every trial, with whether it can be pooled.

    Raises
    ------
    ValueError
        If an option is not one of the above, a column is missing, a number is impossible, a
        trial of `also_pool` does not exist or cannot be pooled.

    See Also
    --------
    pool_effects : Fixed and random effects of what this returns.
    pool_effects_bayes : Bayesian random effects, for few trials.

    Examples
    --------
    >>> effects = standardise_trials()
    >>> effects.pooled["trial"].tolist()
    ['Crossover RCT 2013', 'FINAL 2024', 'INNOVA 2026']
    >>> effects.pooled["estimate"].round(2).tolist()
    [0.4, 0.23, -0.3]
    """
    trials = load_dataset("trials") if trials is None else trials
    arms = load_dataset("trial_arms") if arms is None else arms
    also_pool = [also_pool] if isinstance(also_pool, str) else list(also_pool)
    _require_options(trials, within_r, standardiser, also_pool)
    records = trials.to_dict("records")
    arms = arms.to_dict("records")
    printed = [read_trial(row, arms) for row in records]
    borrowed = _borrow_r(printed) if within_r is None else within_r
    studies = name_studies()
    rows = [
        _build_row(row, trial, studies, within_r, borrowed, standardiser, construct, also_pool)
        for row, trial in zip(records, printed, strict=True)
    ]
    return TrialEffects(table=pd.DataFrame(rows), within_r=within_r, standardiser=standardiser)


def _require_options(trials, within_r, standardiser, also_pool) -> None:
    """Refuse options with which nothing can be computed."""
    absent = [name for name in _NEEDED if name not in trials]
    if absent:
        raise ValueError(
            f"standardise_trials: no column {', '.join(map(repr, absent))}; needed: "
            f"{', '.join(_NEEDED)}, and p_value, ci_low and ci_high, or cohens_d"
        )
    if within_r is not None and not 0 <= within_r < 1:
        raise ValueError(
            f"standardise_trials: within_r must be at least 0 and below 1; received {within_r!r}"
        )
    if standardiser not in STANDARDISERS:
        raise ValueError(
            f"standardise_trials: standardiser must be one of {', '.join(STANDARDISERS)}; received "
            f"{standardiser!r}"
        )
    if unknown := [name for name in also_pool if name not in set(trials["trial"])]:
        raise ValueError(
            f"standardise_trials: also_pool names {', '.join(map(repr, unknown))}, which is no trial; "
            f"trials: {', '.join(trials['trial'])}"
        )


def _borrow_r(printed: list[PrintedTrial]) -> float:
    """The mean of the correlations that are derived, for crossover trials without one."""
    derived = [
        _compute(trial, trial.values, DEFAULT_R, "arms")["within_r"]
        for trial in printed
        if trial.crossover and trial.has_arms and not trial.is_silent
    ]
    return float(np.mean(derived)) if derived else DEFAULT_R


def _build_row(
    row: dict, trial: PrintedTrial, studies, within_r, borrowed, standardiser, construct, also_pool
) -> dict:
    """One row of the table of effects."""
    reason, possible = _find_obstacle(row, trial, construct)
    forced = row["trial"] in also_pool
    if forced and not possible:
        raise ValueError(f"standardise_trials: {row['trial']!r} cannot be pooled: {reason}")
    source = _choose_sd(trial, within_r, standardiser)
    effect = _standardise(row, trial, borrowed, source) if possible else _repeat_printed(trial)
    return {
        "trial": row["trial"],
        "study": studies.get(row.get("source"), row.get("source") or row["trial"]),
        "year": row.get("year", np.nan),
        "n_obs": trial.n,
        "pooled": forced or not reason,
        **effect,
        "reason": reason,
        "status": str(row.get("status", "")),
        "source": row.get("source", ""),
        "n_ldn": trial.n_ldn,
        "n_placebo": trial.n_placebo,
        "design": row["design"],
        "outcome": row["outcome"],
        "raw_scale": row.get("scale", ""),
        "note": row.get("note", ""),
    }


def _find_obstacle(row: dict, trial: PrintedTrial, construct: str) -> tuple[str, bool]:
    """Why a trial is not pooled ("" if it is), and whether that can be overruled."""
    outcome = str(row["outcome"]).lower()
    other = construct.lower() not in outcome
    reasons = [f"another construct ({row['outcome']}), not {construct}"] if other else []
    median = "median" in outcome
    if median:
        reasons.append("a difference of medians, from which no mean difference and SD follow")
    unknown = trial.is_silent and (trial.crossover or not trial.has("d"))
    if unknown:
        reasons.append("neither an interval nor a p value was printed")
    return "; ".join(reasons), not (median or unknown)


def _choose_sd(trial: PrintedTrial, within_r: float | None, standardiser: str) -> str:
    """Which SD is used; the standardiser that was asked for is about parallel trials."""
    if trial.crossover:
        return "arms" if trial.has_arms and within_r is None else "derived"
    if standardiser == "arms" and trial.has_arms:
        return "arms"
    has_d = trial.values["d"] > 0 and trial.values["p"] != 1
    return "printed" if has_d and (standardiser != "derived" or trial.is_silent) else "derived"


def _repeat_printed(trial: PrintedTrial) -> dict:
    """The columns of a trial whose effect size can only be repeated as it was printed."""
    d, half = trial.sign * trial.values["d"], trial.halves["d"]
    words = "effect size as printed; of which kind is not stated, and no interval follows from it"
    return {
        "estimate": d,
        "std_error": np.nan,
        "estimate_low": d - half,
        "estimate_high": d + half,
        "raw_estimate": trial.sign * trial.values["estimate"],
        "assumption": words if d == d else "no effect size was printed",
    }


def _standardise(row: dict, trial: PrintedTrial, within_r: float, source: str) -> dict:
    """The columns of one trial that are computed, with the words about them."""
    names = list(trial.values)
    steps = [(-1, 0, 1) if trial.halves[name] else (0,) for name in names]
    grid = np.meshgrid(*steps, indexing="ij")  # every number at both ends of its rounding
    corners = {
        name: trial.values[name] + step.ravel() * trial.halves[name]
        for name, step in zip(names, grid, strict=True)
    }
    value = _compute(trial, trial.values, within_r, source)
    extremes = _compute(trial, corners, within_r, source)
    # The raw error moves with p or the limits alone; the estimate is taken as printed.
    kept = corners | {"estimate": trial.values["estimate"]}
    raw = _compute(trial, kept, within_r, source)["raw_std_error"]
    derived = trial.crossover and source == "arms"
    return {
        "estimate": float(value["estimate"]),
        "std_error": float(value["std_error"]),
        "estimate_low": np.min(extremes["estimate"]),
        "estimate_high": np.max(extremes["estimate"]),
        "std_error_low": np.min(extremes["std_error"]),
        "std_error_high": np.max(extremes["std_error"]),
        "parallel_n": float(4 / value["error"] ** 2),
        "d": float(value["d"]),
        "dz": float(value["dz"]),
        "small_sample_factor": _small_sample_factor(trial.df),
        "within_r": float(value["within_r"]),
        "within_r_low": np.min(extremes["within_r"]) if derived else np.nan,
        "within_r_high": np.max(extremes["within_r"]) if derived else np.nan,
        "sd": float(value["sd"]),
        "sd_ldn": trial.values["sd_ldn"],
        "sd_placebo": trial.values["sd_placebo"],
        "df": trial.df,
        "raw_estimate": trial.sign * trial.values["estimate"],
        "raw_std_error": float(value["raw_std_error"]),
        "raw_std_error_low": np.min(raw),
        "raw_std_error_high": np.max(raw),
        "assumption": _describe_assumptions(row, trial, within_r, source),
    }


def _compute(trial: PrintedTrial, values: dict, within_r: float | None, source: str) -> dict:
    """D, g and their errors from the printed numbers; elementwise.

    `error` is the standard error of the difference in SDs, a in the docstring above.
    """
    estimate, d, p = values["estimate"], values["d"], values["p"]
    silent = trial.is_silent or trial.values["p"] == 1
    if silent:
        t, raw_error = np.zeros_like(estimate), np.nan
    elif trial.has("width"):
        raw_error = values["width"] / (2 * compute_quantile(0.95))
        t = estimate / raw_error
    else:
        t = find_statistic(np.minimum(p, 1.0), trial.df)
        raw_error = estimate / t
    by_design = np.sqrt(trial.spread * (2 * (1 - within_r) if trial.crossover else 1))
    r = within_r if trial.crossover else np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        if source == "arms":
            sd_ldn, sd_placebo = values["sd_ldn"], values["sd_placebo"]
            sd = trial.pool_sd(sd_ldn, sd_placebo)
            d, error = estimate / sd, by_design if silent else raw_error / sd
            if trial.crossover:
                shared = sd_ldn**2 + sd_placebo**2 - raw_error**2 * trial.n
                r = shared / (2 * sd_ldn * sd_placebo)
        elif source == "printed":
            error, sd = by_design if silent else d / t, np.divide(estimate, d)
        else:
            error, d = by_design, t * by_design
            sd = np.divide(estimate, d)
    j = _small_sample_factor(trial.df)
    return {
        "estimate": trial.sign * j * d,
        "std_error": j * np.sqrt(error**2 + d**2 / (2 * trial.n)),
        "error": error,
        "d": trial.sign * d,
        "dz": trial.sign * t * np.sqrt(trial.spread) if trial.crossover else np.nan,
        "sd": sd,
        "within_r": r,
        "raw_std_error": error * sd,
    }


def _small_sample_factor(df: int) -> float:
    """J of Hedges (1981), exact: how much d must shrink to be unbiased."""
    return float(np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2))


def _describe_assumptions(row: dict, trial: PrintedTrial, within_r: float, source: str) -> str:
    """What had to be assumed about one trial, in words."""
    words = []
    if trial.has("width"):
        words.append("the printed interval is a 95 % interval of a normal estimate")
    elif trial.has("p"):
        test = "paired t test" if trial.crossover else "t test of two groups"
        words.append(f"the printed p is that of a {test} on {trial.df} degrees of freedom")
    else:
        words.append("the standard error is that of two unadjusted groups of these sizes")
    words.append(_describe_sd(trial, within_r, source))
    if trial.crossover:
        words.append("no period or carry-over effect")
        if "fixed order" in row["design"]:
            words.append("everybody took placebo first, so time is inside the effect")
    words.append(f"one SD of {row['outcome']} is as much as one SD of the other trials' outcomes")
    return "; ".join(words)


def _describe_sd(trial: PrintedTrial, within_r: float, source: str) -> str:
    """Where the SD comes from, in words."""
    if source == "arms" and trial.crossover:
        return (
            f"the SD is that of the two arms, {trial.values['sd_ldn']:.1f} and "
            f"{trial.values['sd_placebo']:.1f}, from their printed intervals; the correlation of a "
            "participant's two results is derived from them and p, not assumed"
        )
    if source == "arms":
        return (
            f"the SD is that of pain at baseline, {trial.values['sd_ldn']:g} and "
            f"{trial.values['sd_placebo']:g} in the two arms"
        )
    if source == "printed":
        return "the SD is the one that the printed d implies; which SD it was is not stated"
    if trial.crossover:
        return (
            f"a participant's two results correlate {within_r:.2g}, so the between-participant SD is "
            "the SD of the differences / sqrt(2 (1 - r))"
        )
    return "the SD is the one that the standard error implies without any adjustment"
