"""Pooling again and again: without each trial, one trial at a time, under other assumptions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd

from ..core.result import Result
from ..core.validation import require_level
from ..core.wording import capitalise, format_number
from ..data.tables import load_dataset
from .bayes import pool_effects_bayes
from .effects import STANDARDISERS, TrialEffects, standardise_trials
from .pooling import MODELS, MetaAnalysis, pool_effects

__all__ = ["MetaSeries", "cumulate_trials", "leave_one_trial_out", "vary_assumptions"]

BAYESIAN = "bayesian"
ONE_TRIAL = "one trial"


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class MetaSeries(Result):
    """The same meta-analysis of several sets of trials: `series["label"]` is a MetaAnalysis.

    Attributes
    ----------
    kind : str
        "leave one out", "cumulative" or "assumptions".
    fits : dict of MetaAnalysis
        By label, in order.
    keys : DataFrame
        What is different between them, one row per label.
    """

    kind: str
    fits: dict[str, MetaAnalysis]
    keys: pd.DataFrame

    def __getitem__(self, label: str) -> MetaAnalysis:
        if label not in self.fits:
            raise KeyError(f"no {label!r}; labels: {', '.join(self.fits)}")
        return self.fits[label]

    def __iter__(self):
        return iter(self.fits)

    def __len__(self) -> int:
        return len(self.fits)

    def to_frame(
        self,
        confidence_level: float = 0.95,
        *,
        model: str = "bayesian",
        tau_scale: float = 0.5,
    ) -> pd.DataFrame:
        """One row per meta-analysis; a single trial keeps its own normal interval.

        Parameters
        ----------
        confidence_level : float
            Level of the intervals; between 0 and 1.
        model : {"bayesian", "hartung-knapp", "random", "fixed"}
            Which of the pooled effects.
        tau_scale : float
            Of the half-normal prior of the Bayesian model.

        Returns
        -------
        DataFrame
            label, the keys and: term, estimate, std_error, conf_low, conf_high, p_value (nan
            for the Bayesian model), n_trials, n_obs, tau_squared, i_squared.

        Raises
        ------
        ValueError
            If the model is unknown.
        """
        require_level(confidence_level)
        if model not in (BAYESIAN, *MODELS):
            raise ValueError(
                f"to_frame: model must be one of {BAYESIAN}, {', '.join(MODELS)}; received {model!r}"
            )
        rows = []
        for label, fit in self.fits.items():
            values = _summarise(fit, model, confidence_level, tau_scale)
            values |= {"n_trials": fit.n_trials, "n_obs": fit.n_obs}
            values |= {"tau_squared": fit.tau_squared, "i_squared": fit.i_squared}
            rows.append({"label": label} | values)
        table = pd.DataFrame(rows)
        keys = self.keys.reset_index(drop=True)
        return pd.concat([table[["label"]], keys, table.drop(columns="label")], axis=1)

    def __str__(self) -> str:
        table = self.to_frame()
        low, high = table["estimate"].min(), table["estimate"].max()
        above, below = int((table["conf_low"] > 0).sum()), int((table["conf_high"] < 0).sum())
        total = len(table)
        term = next((term for term in table["term"] if term != ONE_TRIAL), ONE_TRIAL)
        sides = [f"above 0 in {above}" * (above > 0), f"below 0 in {below}" * (below > 0)]
        sides += [f"on both sides of 0 in {total - above - below}" * (total > above + below)]
        return (
            f"{capitalise(self.kind)}: the pooled effect ({term}) runs from {format_number(low)} to "
            f"{format_number(high)} over {total} analyses{_describe_n(table)}, and its 95 % interval lies "
            f"{', '.join(filter(None, sides))} of them."
        )


def _describe_n(table: pd.DataFrame) -> str:
    """Smallest and largest number of participants, in brackets, where all are known."""
    known = pd.to_numeric(table["n_obs"])
    if known.isna().any():
        return ""
    low, high = int(known.min()), int(known.max())
    return f" (n = {low})" if low == high else f" (n = {low} to {high})"


def _summarise(fit: MetaAnalysis, model: str, confidence_level: float, tau_scale: float) -> dict:
    """The pooled effect of one meta-analysis by one model."""
    if fit.n_trials > 1 and model == BAYESIAN:
        bayes = pool_effects_bayes(fit, tau_scale=tau_scale)
        row = bayes.summarise_term("mean effect", confidence_level)
        values = row | {"term": "random effects, Bayesian", "p_value": np.nan}
    else:
        used = model if fit.n_trials > 1 else "fixed"
        term = MODELS[used] if fit.n_trials > 1 else ONE_TRIAL
        values = {"term": term} | fit.summarise_model(used, confidence_level)
    kept = ("term", "estimate", "std_error", "conf_low", "conf_high", "p_value")
    return {name: values[name] for name in kept}


def leave_one_trial_out(
    effects: TrialEffects | pd.DataFrame, *, method: str = "paule-mandel"
) -> MetaSeries:
    """Combine the trials again and again, each time without one of them.

    Parameters
    ----------
    effects, method
        As in `pool_effects`.

    Returns
    -------
    MetaSeries
        Its key `without` names the trial left out.

    Raises
    ------
    ValueError
        As `pool_effects`, or if there is only one trial.

    See Also
    --------
    cumulate_trials, vary_assumptions : Other sets of the same trials.

    Examples
    --------
    >>> from ldn_analysis import standardise_trials
    >>> list(leave_one_trial_out(standardise_trials()))[0]
    'without Crossover RCT 2013'
    """
    whole = pool_effects(effects, method=method)
    if whole.n_trials < 2:
        raise ValueError("leave_one_trial_out: at least 2 trials are needed; received 1")
    names = whole.trials["trial"].tolist()
    fits = {f"without {name}": _pool_part(whole, whole.trials["trial"] != name) for name in names}
    return MetaSeries(kind="leave one out", fits=fits, keys=pd.DataFrame({"without": names}))


def cumulate_trials(
    effects: TrialEffects | pd.DataFrame, *, method: str = "paule-mandel"
) -> MetaSeries:
    """Combine the trials as they appeared: the first, the first two, and so on.

    The intervals are not corrected for looking again after every trial.

    Parameters
    ----------
    effects, method
        As in `pool_effects`; a column `year` is needed. Trials of one year keep their order.

    Returns
    -------
    MetaSeries
        Its keys are `added` (the trial that came in) and `year`.

    Raises
    ------
    ValueError
        As `pool_effects`, or if a year is not known.

    See Also
    --------
    leave_one_trial_out, vary_assumptions : Other sets of the same trials.

    Examples
    --------
    >>> from ldn_analysis import standardise_trials
    >>> len(cumulate_trials(standardise_trials()))
    3
    """
    whole = pool_effects(effects, method=method)
    if "year" not in whole.trials or whole.trials["year"].isna().any():
        raise ValueError("cumulate_trials: every trial needs its year in a column 'year'")
    order = whole.trials["year"].sort_values(kind="stable").index
    fits, keys = {}, []
    for count, last in enumerate(order, 1):
        row = whole.trials.loc[last]
        fits[f"+ {row['trial']}"] = _pool_part(whole, order[:count])
        keys.append({"added": row["trial"], "year": int(row["year"])})
    return MetaSeries(kind="cumulative", fits=fits, keys=pd.DataFrame(keys))


def vary_assumptions(
    trials: pd.DataFrame | None = None,
    *,
    within_r: Sequence[float | None] = (None, 0.3, 0.5, 0.7, 0.9),
    also_pool: Sequence[str] | str = ("Pilot 2009",),
    construct: str = "pain",
    method: str = "paule-mandel",
) -> MetaSeries:
    """Pool under every combination of what can be read in more than one way.

    Parameters
    ----------
    trials, construct
        As in `standardise_trials`.
    within_r : sequence of float or None
        Correlations of a participant's two results to assume; None: derived.
    also_pool : sequence of str, or str
        Trials of another construct to pool in half of the analyses.
    method : str
        As in `pool_effects`.

    Returns
    -------
    MetaSeries
        Keys: within_r ("derived" or a number, as text), standardiser ("arms", "printed" or
        "derived" SD of the parallel trials), with (names of the trials pooled in addition, or
        "").

    Raises
    ------
    ValueError
        As `standardise_trials` and `pool_effects`.

    See Also
    --------
    leave_one_trial_out, cumulate_trials : Other sets of the same trials.

    Examples
    --------
    >>> len(vary_assumptions(within_r=(None, 0.5)))
    12
    """
    also_pool = (also_pool,) if isinstance(also_pool, str) else tuple(also_pool)
    extras = ((), also_pool) if also_pool else ((),)
    trials, arms = load_dataset("trials") if trials is None else trials, load_dataset("trial_arms")
    fits, keys = {}, []
    for extra, standardiser, r in product(extras, STANDARDISERS, within_r):
        effects = standardise_trials(
            trials,
            arms=arms,
            within_r=r,
            standardiser=standardiser,
            construct=construct,
            also_pool=extra,
        )
        added = ", ".join(extra)
        known = "derived" if r is None else f"{r:g}"
        label = f"r {known}, SD by {standardiser}" + (f", with {added}" if added else "")
        fits[label] = pool_effects(effects, method=method)
        keys.append({"within_r": known, "standardiser": standardiser, "with": added})
    return MetaSeries(kind="assumptions", fits=fits, keys=pd.DataFrame(keys))


def _pool_part(whole: MetaAnalysis, rows) -> MetaAnalysis:
    """The same analysis of some of its trials."""
    part = pool_effects(whole.trials.loc[rows], method=whole.method, measure=whole.measure)
    return replace(part, direction=whole.direction, effects=whole.effects)
