"""Pooling again and again: without each trial, one trial at a time, under other assumptions."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import pandas as pd

from ..core.result import Result
from ..core.validation import require_level
from ..core.wording import format_number
from .effects import STANDARDISERS, TrialEffects, standardise_trials
from .pooling import MODELS, MetaAnalysis, _combine, pool_effects

__all__ = ["MetaSeries", "cumulate_trials", "leave_one_trial_out", "vary_assumptions"]


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
        What is different between them, a row a label.
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
        self, confidence_level: float = 0.95, *, model: str = "hartung-knapp"
    ) -> pd.DataFrame:
        """One row a meta-analysis; a single trial keeps its own normal interval.

        Parameters
        ----------
        confidence_level : float
            Level of the intervals.
        model : {"hartung-knapp", "random", "fixed"}
            Which of the pooled effects.

        Returns
        -------
        DataFrame
            The keys and: term, estimate, std_error, statistic, df, p_value, conf_low,
            conf_high, n_trials, n_obs, tau_squared, i_squared.

        Raises
        ------
        ValueError
            If the model is unknown.
        """
        require_level(confidence_level)
        if model not in MODELS:
            raise ValueError(
                f"to_frame: model must be one of {', '.join(MODELS)}; received {model!r}"
            )
        rows = []
        for fit in self.fits.values():
            used = model if fit.n_trials > 1 else "fixed"
            term = MODELS[used] if fit.n_trials > 1 else "one trial"
            values = {"term": term, **fit._test(used, confidence_level)}
            values |= {"n_trials": fit.n_trials, "n_obs": fit.n_obs}
            rows.append(values | {"tau_squared": fit.tau_squared, "i_squared": fit.i_squared})
        return pd.concat([self.keys.reset_index(drop=True), pd.DataFrame(rows)], axis=1)

    def __str__(self) -> str:
        table = self.to_frame()
        low, high = table["estimate"].min(), table["estimate"].max()
        above = int((table["conf_low"] > 0).sum())
        return (
            f"{self.kind[:1].upper()}{self.kind[1:]}: the pooled effect runs from "
            f"{format_number(low)} to {format_number(high)} over {len(table)} analyses, and its 95 % "
            f"interval lies above 0 in {above} of them."
        )


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
    within_r: Sequence[float] = (0.3, 0.5, 0.7, 0.9),
    also_pool: Sequence[str] | str = ("Pilot 2009",),
    construct: str = "pain",
    method: str = "paule-mandel",
) -> MetaSeries:
    """Pool under every combination of what had to be assumed.

    Parameters
    ----------
    trials, construct
        As in `standardise_trials`.
    within_r : sequence of float
        Correlations within persons to assume.
    also_pool : sequence of str, or str
        Trials of another construct to pool in half of the analyses.
    method : str
        As in `pool_effects`.

    Returns
    -------
    MetaSeries
        Keys: within_r, standardiser ("printed" or "derived" SD of the parallel trials), with
        (names of the trials pooled in addition, or "").

    Raises
    ------
    ValueError
        As `standardise_trials` and `pool_effects`.

    Examples
    --------
    >>> len(vary_assumptions())
    16
    """
    also_pool = (also_pool,) if isinstance(also_pool, str) else tuple(also_pool)
    extras = ((), also_pool) if also_pool else ((),)
    fits, keys = {}, []
    for extra, standardiser, r in product(extras, STANDARDISERS, within_r):
        effects = standardise_trials(
            trials, within_r=r, standardiser=standardiser, construct=construct, also_pool=extra
        )
        added = ", ".join(extra)
        label = f"r = {r:g}, {standardiser} SD" + (f", with {added}" if added else "")
        fits[label] = pool_effects(effects, method=method)
        keys.append({"within_r": r, "standardiser": standardiser, "with": added})
    return MetaSeries(kind="assumptions", fits=fits, keys=pd.DataFrame(keys))


def _pool_part(whole: MetaAnalysis, rows) -> MetaAnalysis:
    """The same analysis of some of its trials."""
    trials = whole.trials.loc[rows].reset_index(drop=True)
    return MetaAnalysis(
        trials=trials,
        method=whole.method,
        model=_combine(trials, whole.method) if len(trials) > 1 else None,
        measure=whole.measure,
        direction=whole.direction,
        effects=whole.effects,
    )
