"""Responders in the parallel trials: differences of shares, with intervals that hold for few."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.intervals import wilson_interval
from ..core.result import Result
from ..core.validation import require_level
from ..core.wording import format_interval, format_number
from ..data.tables import load_dataset

__all__ = ["TrialResponders", "compare_trial_responders"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class TrialResponders(Result):
    """Shares of responders in the arms of parallel trials; positive differences favour LDN.

    Attributes
    ----------
    counts : DataFrame
        trial, responders_ldn, n_ldn, responders_placebo, n_placebo, status.
    threshold_percent : float
        Reduction of pain from which on a participant is a responder.
    """

    counts: pd.DataFrame
    threshold_percent: float

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """One row per trial.

        Parameters
        ----------
        confidence_level : float
            Of the intervals (Newcombe 1998, from two Wilson intervals); between 0 and 1.

        Returns
        -------
        DataFrame
            trial, estimate (difference of shares, 0-1), std_error (Wald, for pooling),
            conf_low, conf_high, share_ldn, share_placebo, n_obs, the counts, status.
        """
        require_level(confidence_level)
        table = self.counts
        shares, limits = {}, {}
        for arm in ("ldn", "placebo"):
            count, n = (table[f"{name}_{arm}"].to_numpy(float) for name in ("responders", "n"))
            shares[arm], limits[arm] = count / n, wilson_interval(count, n, confidence_level)
        ldn, placebo = shares["ldn"], shares["placebo"]
        estimate = ldn - placebo
        below = np.hypot(ldn - limits["ldn"][0], limits["placebo"][1] - placebo)
        above = np.hypot(limits["ldn"][1] - ldn, placebo - limits["placebo"][0])
        variance = ldn * (1 - ldn) / table["n_ldn"] + placebo * (1 - placebo) / table["n_placebo"]
        return table.assign(
            estimate=estimate,
            std_error=np.sqrt(variance),
            conf_low=estimate - below,
            conf_high=estimate + above,
            share_ldn=ldn,
            share_placebo=placebo,
            n_obs=table["n_ldn"] + table["n_placebo"],
        )

    def __str__(self) -> str:
        table = self.to_frame()
        parts = [
            f"{row.trial} {row.responders_ldn} of {row.n_ldn} against {row.responders_placebo} of "
            f"{row.n_placebo}, difference {format_number(100 * row.estimate)} percentage points "
            f"({format_interval(100 * row.conf_low, 100 * row.conf_high, 0.95)})"
            for row in table.itertuples()
        ]
        return (
            f"Participants with at least {self.threshold_percent:g} % less pain, LDN against "
            f"placebo (n = {table['n_obs'].sum()}): {'; '.join(parts)}."
        )


def compare_trial_responders(threshold_percent: float = 30) -> TrialResponders:
    """Compare the shares of responders that the parallel trials reported.

    Estimand: the difference, in percentage points, between the shares of participants whose
    pain falls by at least the threshold, positive where LDN has more of them.

    Parameters
    ----------
    threshold_percent : float
        One of those reported: 15, 30 or 50.

    Returns
    -------
    TrialResponders
        Its `to_frame()` can be given to `pool_effects`.

    Raises
    ------
    ValueError
        If no trial reported that threshold.

    See Also
    --------
    compare_responders : The same for two conditions in the same participants.

    Examples
    --------
    >>> compare_trial_responders(30).to_frame()["responders_ldn"].tolist()
    [20, 5]
    """
    table = load_dataset("trial_responders")
    rows = table[table["threshold_percent"] == threshold_percent].reset_index(drop=True)
    if rows.empty:
        raise ValueError(
            f"compare_trial_responders: no trial reported {threshold_percent!r} %; thresholds: "
            f"{', '.join(f'{value:g}' for value in sorted(set(table['threshold_percent'])))}"
        )
    columns = ["trial", "responders_ldn", "n_ldn", "responders_placebo", "n_placebo", "status"]
    return TrialResponders(counts=rows[columns], threshold_percent=threshold_percent)
