"""The mean difference between two conditions, within participants."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.codebook import describe_column
from ..core.intervals import summarise_t
from ..core.result import Result
from ..core.status import read_status
from ..core.validation import require_level
from ..core.wording import (
    describe_sample,
    format_interval,
    format_number,
    format_p,
    name_change_unit,
)
from .paired_reml import compute_rms
from .pairing import measure_size, pair_conditions

__all__ = ["MeanComparison", "compare_means"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class MeanComparison(Result):
    """The mean difference between two conditions, each participant as their own control.

    Attributes
    ----------
    outcome : str
        Column name.
    conditions : (str, str)
        First and second; the difference is first - second.
    pairs : DataFrame
        What `pair_conditions` gives: one row per participant.
    n_dropped : int
        Participants left out because they lack a value.
    status : str
        "illustrative" or "" as the data said.
    """

    outcome: str
    conditions: tuple[str, str]
    pairs: pd.DataFrame
    n_dropped: int = 0
    status: str = ""

    @property
    def n_obs(self) -> int:
        """Number of participants, each with both conditions."""
        return len(self.pairs)

    @property
    def difference_sd(self) -> float:
        """SD of the within-participant difference; 0 where it varies by rounding alone."""
        values = self.pairs["difference"].to_numpy()
        return compute_rms(values - values.mean(), measure_size(self.pairs), self.n_obs - 1)

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """The mean difference with its t interval.

        Parameters
        ----------
        confidence_level : float
            Of the interval; between 0 and 1.

        Returns
        -------
        DataFrame
            One row: term, method, estimate, std_error, statistic, df, p_value, conf_low,
            conf_high, n_obs.
        """
        require_level(confidence_level)
        mean, error = self.pairs["difference"].mean(), self.difference_sd / np.sqrt(self.n_obs)
        row = {"term": "paired difference", "method": "paired t"}
        row |= summarise_t(mean, error, self.n_obs - 1, confidence_level)
        return pd.DataFrame([row | {"n_obs": self.n_obs}])

    def __str__(self) -> str:
        row = self.to_frame().iloc[0]
        outcome, unit = describe_column(self.outcome)
        first, second = self.conditions
        sample = describe_sample(
            self.n_obs, self.status, n_dropped=self.n_dropped, unit="participants"
        )
        constant = (
            " The difference is the same for every participant, so its interval and p say nothing."
            if row["std_error"] == 0 else ""
        )  # fmt: skip
        return (
            f"Mean difference in {outcome} ({first} minus {second}): "
            + f"{format_number(row['estimate'])} {name_change_unit(unit)}".rstrip()
            + f" ({format_interval(row['conf_low'], row['conf_high'], 0.95)}; t({row['df']}) = "
            f"{format_number(row['statistic'])}, {format_p(row['p_value'])}; {sample}).{constant}"
        )


def compare_means(
    data: pd.DataFrame,
    *,
    outcome: str = "pain_reduction_percent",
    condition: str = "condition",
    conditions: Sequence[str] = ("ldn", "placebo"),
    participant: str = "participant",
    missing: str = "raise",
) -> MeanComparison:
    """Compare the means of two conditions in the same participants (Student 1908).

    Estimand: mean outcome under the first condition minus under the second, in people like
    these. Assumes independent participants whose differences scatter about normally. Where the
    order of the conditions is known, `fit_crossover` also takes out what changed between the
    periods.

    Parameters
    ----------
    data : DataFrame
        One row per participant and condition.
    outcome, condition, participant : str
        Columns.
    conditions : pair of str
        First and second condition.
    missing : {"raise", "drop"}
        What to do with participants who lack a condition or a value; they are counted.

    Returns
    -------
    MeanComparison
        The mean difference with its t interval, and the pairs behind it.

    Raises
    ------
    ValueError
        As `pair_conditions`, or if fewer than two participants have both conditions.

    See Also
    --------
    fit_crossover : Adjusts for the period, where the order of the conditions is known.
    compare_responders : Shares above a threshold instead of means.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> trial = load_dataset("esr_pain_change").query("trial == 'crossover'")
    >>> row = compare_means(trial).to_frame().iloc[0]
    >>> row["method"], int(row["df"])
    ('paired t', 27)
    """
    pairs, n_dropped = pair_conditions(
        data, columns=(participant, condition, outcome), conditions=conditions, missing=missing,
        function="compare_means",
    )  # fmt: skip
    if len(pairs) < 2:
        raise ValueError(
            f"compare_means: a difference with its error needs at least 2 participants with both "
            f"conditions; there are {len(pairs)}"
        )
    return MeanComparison(
        outcome=outcome,
        conditions=tuple(conditions),
        pairs=pairs,
        n_dropped=n_dropped,
        status=read_status(data),
    )
