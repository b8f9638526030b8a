"""A mixed model of the daily diary of a crossover trial."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..core.codebook import describe_column
from ..core.intervals import summarise_t
from ..core.result import Result
from ..core.status import read_status
from ..core.validation import require_columns, require_level, require_numbers
from ..core.wording import (
    describe_sample,
    format_fixed,
    format_interval,
    format_number,
    format_p,
    join_notes,
)
from .pairing import read_sequence, require_two_conditions

__all__ = ["DiaryFit", "fit_diary_model"]

SLOPES = ("condition", "day")


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class DiaryFit(Result):
    """A mixed model of daily ratings under two conditions.

    Attributes
    ----------
    rating : str
        Column name.
    conditions : (str, str)
        First and second; the effect is first - second.
    model : statsmodels MixedLMResults
        The fit. Its standard errors come from the joint Hessian, which unbalanced days
        distort, and its p values are normal ones: read those of `to_frame`.
    std_error : ndarray
        Of the fixed effects, by generalised least squares given the variances, as lme4.
    random : tuple of str
        Random effects of a participant that were kept: intercept, and those of `slopes` that fitted.
    n_participants, n_obs, n_dropped : int
        Participants, rated days used, and blank days left out.
    df : int
        Degrees of freedom of every t: participants with both conditions - 1.
    autocorrelation : float
        Lag-1 correlation of the residuals on consecutive rated days of one phase.
    n_lag_pairs : int
        How many such pairs of days.
    converged, boundary : bool
        Whether the optimiser converged; whether a random effect has no variance or is a
        copy of another.
    notes : tuple of str
        Whatever statsmodels warned of, and what was left out of the model and why.
    status : str
        "illustrative" or "" as the data said.
    """

    rating: str
    conditions: tuple[str, str]
    model: Any
    std_error: np.ndarray
    random: tuple[str, ...]
    n_participants: int
    n_obs: int
    n_dropped: int
    df: int
    autocorrelation: float
    n_lag_pairs: int
    converged: bool
    boundary: bool
    notes: tuple[str, ...] = ()
    status: str = ""

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Fixed effects with t intervals.

        Parameters
        ----------
        confidence_level : float
            Of the intervals; between 0 and 1.

        Returns
        -------
        DataFrame
            term (intercept; condition: first - second; period: second - first, where both
            sequences occur; day: per day in the phase), estimate, std_error, statistic,
            df, p_value, conf_low, conf_high, n_obs (days).
        """
        require_level(confidence_level)
        names = self.model.model.exog_names
        estimates, errors = self.model.fe_params, self.std_error
        return pd.DataFrame(
            [
                {"term": name} | summarise_t(estimate, error, self.df, confidence_level)
                for name, estimate, error in zip(names, estimates, errors, strict=True)
            ]
        ).assign(n_obs=self.n_obs)

    def glance(self) -> pd.DataFrame:
        """One row about the whole fit.

        Returns
        -------
        DataFrame
            n_obs, n_participants, n_dropped, df, random (names), intercept_sd, condition_sd and
            day_sd (per day) of the participants, residual_sd, autocorrelation, n_lag_pairs,
            log_likelihood (restricted; the day's random slope per SD), converged, boundary.
        """
        values = {
            "n_obs": self.n_obs,
            "n_participants": self.n_participants,
            "n_dropped": self.n_dropped,
        }
        values |= {"df": self.df, "random": ", ".join(self.random)}
        spread = np.sqrt(np.diag(np.asarray(self.model.cov_re)).clip(min=0))
        by_name = dict(zip(self.random, spread, strict=True))
        if "day" in by_name:  # fitted per SD of the day
            by_name["day"] /= np.std(self.model.model.exog[:, -1])
        for name in ("intercept", *SLOPES):
            values[f"{name}_sd"] = float(by_name.get(name, np.nan))
        values |= {"residual_sd": float(np.sqrt(self.model.scale))}
        values |= {"autocorrelation": self.autocorrelation, "n_lag_pairs": self.n_lag_pairs}
        values |= {"log_likelihood": float(self.model.llf), "converged": self.converged}
        return pd.DataFrame([values | {"boundary": self.boundary}])

    def __str__(self) -> str:
        row = self.to_frame().set_index("term").loc["condition"]
        rating, unit = describe_column(self.rating)
        first, second = self.conditions
        sample = describe_sample(self.n_participants, self.status, unit="participants")
        trust = "" if self.converged else " The fit did not converge: do not use it."
        return (
            f"Daily {rating} ({first} minus {second}): {format_number(row['estimate'])} {unit}".rstrip()
            + f" ({format_interval(row['conf_low'], row['conf_high'], 0.95)}; t({self.df}) = "
            f"{format_number(row['statistic'])}, {format_p(row['p_value'])}; random "
            f"{', '.join(self.random)}; {self.n_obs} days of "
            f"{sample}). Lag-1 autocorrelation of the "
            f"residuals {format_fixed(self.autocorrelation, 2)}." + trust + join_notes(self.notes)
        )


def fit_diary_model(
    diaries: pd.DataFrame,
    participants: pd.DataFrame,
    *,
    rating: str = "pain_0_100",
    conditions: Sequence[str] = ("ldn", "placebo"),
    slopes: Sequence[str] = SLOPES,
) -> DiaryFit:
    """Fit a mixed model to the daily ratings of a crossover trial.

    Estimand: mean daily rating under the first condition minus under the second, on the
    same day of the phase and averaged over the periods, in people like these. With phases of
    different length, or a drug that takes weeks to act, the mean over all days is not the
    effect at the end: the model then compares the days that both phases have and needs the
    day's effect to be a straight line and the same in both conditions. Filter the diaries to
    the days that the question is about, such as the last four weeks of each phase.

    Model, by REML with statsmodels MixedLM: rating = intercept + condition + period + day
    in phase, with a random intercept and, by default, random slopes of condition and of
    day for each participant. The random slope of the condition is essential: without
    it every diary day counts as new evidence about the drug, and the error comes out far
    too small. Its inference is t on participants - 1, the number of independent differences
    less one (containment; conservative for the day), not the normal p values of statsmodels.

    Serial correlation: a bad day is followed by another. The model takes days as
    independent given the participant's line; `autocorrelation` measures how wrong that is. The
    error of the condition comes mostly from how participants differ in their response, so that
    it suffers little; errors of what varies within a phase, such as the day without its
    random slope, are too small. A summary of each phase (`fit_crossover`) does not have
    the problem. Missed days are left out, which assumes that a day was not missed because
    of what would have been rated.

    Parameters
    ----------
    diaries : DataFrame
        One row per participant and day: participant, phase, day_in_phase and the rating.
    participants : DataFrame
        Whom to analyse: participant and, for the period effect, sequence (e.g.
        "ldn then placebo"). Others in the diaries are not looked at.
    rating : str
        Column of the diaries.
    conditions : pair of str
        Values of `phase`: first and second condition.
    slopes : sequence of {"condition", "day"}
        Random slopes to try. If the fit fails or does not converge, that of the day and
        then that of the condition is left out and the notes say so; so is that of the day
        if the fit is at the variance boundary.

    Returns
    -------
    DiaryFit
        The fixed effects, and how the fit went.

    Raises
    ------
    ValueError
        If a column, condition or participant is missing, fewer than three
        participants have ratings under both conditions, or a slope is unknown.

    See Also
    --------
    fit_crossover : One number per participant and condition instead of every day.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> people = load_dataset("participants").query("trial == 'crossover' and analysed")
    >>> fit = fit_diary_model(load_dataset("daily_pain"), people)
    >>> fit.n_participants, fit.df, fit.converged
    (28, 27, True)
    """
    unknown = [name for name in slopes if name not in SLOPES]
    if unknown or isinstance(slopes, str):
        raise ValueError(
            f"fit_diary_model: slopes must be a list of some of {', '.join(SLOPES)}; received {slopes!r}"
        )
    days, n_dropped = _select_days(diaries, participants, rating, conditions)
    fixed, notes = _fixed_effects(days, participants, conditions)
    both = days.groupby("participant", observed=True)["phase"].nunique() == 2
    if both.sum() < 3:
        raise ValueError(
            f"fit_diary_model: needs at least 3 participants with ratings under both conditions; {both.sum()} have"
        )
    if not both.all():
        notes.append(f"Participants with ratings under one condition only: {(~both).sum()}")
    y, who = days[rating].to_numpy(float), days["participant"].to_numpy()
    wanted = ["intercept", *(name for name in SLOPES if name in slopes)]
    model, random, boundary, found = _fit_simplest(y, fixed, who, wanted)
    std_error, resid = _solve_given_variances(model)
    autocorrelation, n_lag_pairs = _lag_one(days, resid)
    return DiaryFit(
        rating=rating,
        conditions=tuple(conditions),
        model=model,
        std_error=std_error,
        random=random,
        n_participants=len(both),
        n_obs=len(days),
        n_dropped=n_dropped,
        df=int(both.sum()) - 1,
        autocorrelation=autocorrelation,
        n_lag_pairs=n_lag_pairs,
        converged=bool(model.converged),
        boundary=boundary,
        notes=(*notes, *found),
        status=read_status(diaries),
    )


def _fit_simplest(y, fixed, who, random: list[str]):
    """The fit with as many of the random effects as it bears, those kept, and what was found."""
    notes = []
    while True:
        model, caught = _fit_mixed(y, fixed, who, random)
        converged = model is not None and bool(model.converged)
        boundary = converged and _is_boundary(model, caught)
        # A condition without variance stays, or its error would rest on days, not participants.
        if len(random) == 1 or (converged and not (boundary and random[-1] == "day")):
            break
        why = "it has no variance of its own" if converged else (caught or ["no reason given"])[-1]
        notes.append(
            f"The random slope of {random.pop()} did not fit and was left out ({why.rstrip('.')})"
        )
    if model is None:
        raise ValueError(f"fit_diary_model: the mixed model cannot be fitted ({caught[0]})")
    notes += [f"statsmodels: {text}" for text in caught]
    if boundary:
        notes.append(
            "A random effect has no variance of its own (boundary): the errors of the mixed model are "
            "unreliable here; compare fit_crossover on the means of the phases"
        )
    return model, tuple(random), boundary, notes


def _select_days(diaries, participants, rating, conditions) -> tuple[pd.DataFrame, int]:
    """Rated days of the given participants under the two conditions, and how many were blank."""
    for table, name, columns in (
        (diaries, "diaries", ("participant", "phase", "day_in_phase", rating)),
        (participants, "participants", ("participant",)),
    ):
        require_columns(table, columns, "fit_diary_model", table=name)
    require_two_conditions(conditions, "fit_diary_model")
    for column in ("day_in_phase", rating):
        require_numbers(diaries[column], repr(column), "fit_diary_model")
    if participants["participant"].duplicated().any():
        raise ValueError("fit_diary_model: a participant has more than one row in participants")
    absent = ~participants["participant"].isin(diaries["participant"])
    if absent.any():
        raise ValueError(
            f"fit_diary_model: {absent.sum()} participant(s) have no diary, first "
            f"{participants.loc[absent, 'participant'].iloc[0]!r}; leave them out of participants"
        )
    phase = diaries["phase"].astype(str)
    for name in conditions:
        if not (phase == name).any():
            raise ValueError(
                f"fit_diary_model: no day has phase {name!r}; phases: {', '.join(phase.unique())}"
            )
    chosen = diaries["participant"].isin(participants["participant"]) & phase.isin(conditions)
    days = diaries.assign(phase=phase)[chosen].reset_index(drop=True)
    if days.duplicated(["participant", "phase", "day_in_phase"]).any():
        raise ValueError("fit_diary_model: a participant has two rows for one day of a phase")
    if days["day_in_phase"].isna().any():
        raise ValueError("fit_diary_model: 'day_in_phase' is blank in a row; fill it in")
    rated = days[rating].notna()
    return days[rated], int((~rated).sum())


def _fixed_effects(days, participants, conditions) -> tuple[pd.DataFrame, list[str]]:
    """Design with condition and period at +-1/2, and day about its mean."""
    is_first = (days["phase"] == conditions[0]).to_numpy()
    fixed = pd.DataFrame({"intercept": 1.0, "condition": is_first - 0.5}, index=days.index)
    notes = []
    if "sequence" in participants:
        starts = {
            row.participant: read_sequence(row.sequence, conditions, "fit_diary_model")
            for row in participants.itertuples()
        }
        if len(set(starts.values())) == 2:
            early = (days["participant"].map(starts) == conditions[0]).to_numpy()
            fixed["period"] = np.where(is_first == early, -0.5, 0.5)
    if "period" not in fixed:
        notes.append(
            "Only one sequence occurs or none is given, so drug and period cannot be told apart"
        )
    fixed["day"] = days["day_in_phase"] - days["day_in_phase"].mean()
    return fixed, notes


def _random_design(fixed: pd.DataFrame, random: list[str]) -> np.ndarray:
    """Columns of the random effects; day per SD, since per day its variance is too small to find."""
    design = fixed[random].to_numpy(copy=True)
    if "day" in random:
        design[:, random.index("day")] /= design[:, random.index("day")].std() or 1.0
    return design


def _fit_mixed(y, fixed, who, random):
    """The statsmodels fit, or None where it breaks down, and what was warned of."""
    from statsmodels.regression.mixed_linear_model import MixedLM

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            design = _random_design(fixed, random)
            problem = MixedLM(y, fixed, groups=who, exog_re=design)
            model = problem.fit(reml=True)
        except (np.linalg.LinAlgError, ValueError) as error:
            return None, [str(error)]
    if model.converged:
        # Once more from there: the default stops at four digits of the variances.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            closer = problem.fit(
                reml=True, start_params=model.params_object, method="bfgs", gtol=1e-7
            )
        model = closer if closer.converged else model
    return model, list(dict.fromkeys(str(item.message) for item in caught))


def _solve_given_variances(model) -> tuple[np.ndarray, np.ndarray]:
    """Errors of the fixed effects, (X'V^-1X)^-1, and residuals given each participant's own effects.

    By hand, since statsmodels takes the errors from the joint Hessian and predicts no
    random effects where their covariance is singular.
    """
    problem, covariance = model.model, np.asarray(model.cov_re)
    information, resid = 0.0, np.empty(problem.nobs)
    for name, x, z in zip(problem.group_labels, problem.exog_li, problem.exog_re_li, strict=True):
        own = problem.row_indices[name]
        v = model.scale * np.eye(len(x)) + z @ covariance @ z.T
        information = information + x.T @ np.linalg.solve(v, x)
        distance = problem.endog[own] - x @ np.asarray(model.fe_params)
        resid[own] = model.scale * np.linalg.solve(v, distance)
    return np.sqrt(np.diag(np.linalg.inv(information))), resid


def _is_boundary(model, caught: list[str]) -> bool:
    """Whether the random effects' covariance is singular, or statsmodels says so.

    Singular: some combination of effects, each scaled by its column, has less than a
    thousandth of the residual variance. The optimiser stops a little short of zero.
    """
    if any("boundary" in text for text in caught):
        return True
    scale = np.sqrt((np.asarray(model.model.exog_re) ** 2).mean(0))
    explained = np.asarray(model.cov_re) * np.outer(scale, scale)
    return bool(np.linalg.eigvalsh(explained)[0] < 1e-3 * model.scale)


def _lag_one(days: pd.DataFrame, resid: np.ndarray) -> tuple[float, int]:
    """Correlation of residuals on consecutive rated days of one participant and phase."""
    table = days[["participant", "phase", "day_in_phase"]].assign(resid=resid)
    before = table.assign(day_in_phase=table["day_in_phase"] + 1)
    pairs = table.merge(
        before, on=["participant", "phase", "day_in_phase"], suffixes=("", "_before")
    )
    if len(pairs) < 3:
        return np.nan, len(pairs)
    return float(np.corrcoef(pairs["resid"], pairs["resid_before"])[0, 1]), len(pairs)
