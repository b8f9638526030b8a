"""Responders under two conditions in the same participants, at every threshold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.codebook import describe_column
from ..core.result import Interval, Result
from ..core.status import read_status
from ..core.validation import require_level
from ..core.wording import describe_sample, format_number
from .paired_intervals import paired_newcombe_interval
from .pairing import pair_conditions
from .responders import DICHOTOMISING, reaches

__all__ = ["ResponderCurve", "summarise_responder_curve"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class ResponderCurve(Result):
    """Share of responders under two conditions at every threshold.

    Attributes
    ----------
    outcome : str
        Column name.
    conditions : (str, str)
        First and second.
    thresholds : ndarray, shape (m,)
        In ascending order.
    cells : ndarray, shape (m, 4)
        Participants who respond under both, the first only, the second only, neither.
    n_dropped : int
        Participants left out because they lack a value.
    status : str
        "illustrative" or "" as the data said.
    """

    outcome: str
    conditions: tuple[str, str]
    thresholds: np.ndarray
    cells: np.ndarray
    n_dropped: int = 0
    status: str = ""

    @property
    def n_obs(self) -> int:
        """Number of participants."""
        return int(self.cells[0].sum())

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """One row per threshold.

        Parameters
        ----------
        confidence_level : float
            Of each interval; between 0 and 1.

        Returns
        -------
        DataFrame
            threshold, share_first, share_second (0-1), estimate (their difference),
            conf_low, conf_high (Newcombe paired, at each threshold on its own: the
            threshold that looks best is no test), n_obs.
        """
        require_level(confidence_level)
        a, b, c, _ = self.cells.T
        low, high = paired_newcombe_interval(*self.cells.T, confidence_level)
        return pd.DataFrame(
            {
                "threshold": self.thresholds,
                "share_first": (a + b) / self.n_obs,
                "share_second": (a + c) / self.n_obs,
                "estimate": (b - c) / self.n_obs,
                "conf_low": low,
                "conf_high": high,
                "n_obs": self.n_obs,
            }
        )

    def confidence_interval(self, term: float, confidence_level: float = 0.95) -> Interval:
        """Confidence interval of the difference of shares at one threshold.

        Parameters
        ----------
        term : float
            One of the thresholds.
        confidence_level : float
            Between 0 and 1.

        Returns
        -------
        Interval
            With `.low` and `.high`, from -1 to 1.

        Raises
        ------
        ValueError
            If it is none of the thresholds, or the level is not between 0 and 1.

        Examples
        --------
        >>> from ldn_analysis import load_dataset
        >>> change = load_dataset("esr_pain_change").query("trial == 'crossover'")
        >>> summarise_responder_curve(change).confidence_interval(30).high < 1
        True
        """
        table = self.to_frame(confidence_level)
        found = table[table["threshold"] == term]
        if found.empty:
            raise ValueError(
                f"confidence_interval: {term!r} is none of the {len(table)} thresholds from "
                f"{self.thresholds[0]:g} to {self.thresholds[-1]:g}; choose one of the column "
                "'threshold'"
            )
        return Interval(*map(float, found[["conf_low", "conf_high"]].iloc[0]))

    def __str__(self) -> str:
        table = self.to_frame()
        largest = table.loc[table["estimate"].abs().idxmax()]
        low, high = (round(100 * limit(table["estimate"])) for limit in (min, max))
        first, second = self.conditions
        sample = describe_sample(
            self.n_obs, self.status, n_dropped=self.n_dropped, unit="participants"
        )
        outcome, unit = describe_column(self.outcome)
        found = (
            f"runs from {low} to {high} percentage points and is furthest from zero at "
            f"{format_number(largest['threshold'])} {unit}".rstrip()
            if largest["estimate"] else "is zero at each of them"
        )  # fmt: skip
        return (
            f"Share of responders at {len(table)} thresholds of {outcome}: the difference {first} "
            f"minus {second} {found} ({sample}). To pick the threshold by its result is to pick "
            f"the result. {DICHOTOMISING}."
        )


def summarise_responder_curve(
    data: pd.DataFrame,
    *,
    outcome: str = "pain_reduction_percent",
    thresholds: Sequence[float] | None = None,
    condition: str = "condition",
    conditions: Sequence[str] = ("ldn", "placebo"),
    participant: str = "participant",
    missing: str = "raise",
) -> ResponderCurve:
    """Share of responders under both conditions over all thresholds.

    Estimand: at each threshold, as `compare_responders`. The curve (Farrar, Dworkin and
    Max 2006) is the whole distribution of each condition read from the right: nothing is
    dichotomised until someone picks a point on it. Do not pick the one that looks best.

    Parameters
    ----------
    data : DataFrame
        One row per participant and condition.
    outcome, condition, participant : str
        Columns.
    thresholds : sequence of float, optional
        Default: every value that occurs, and 30 and 50.
    conditions : pair of str
        First and second condition.
    missing : {"raise", "drop"}
        What to do with participants who lack a condition or a value; they are counted.

    Returns
    -------
    ResponderCurve
        The shares, and their difference with its interval, at each threshold.

    Raises
    ------
    ValueError
        As `compare_responders`.

    See Also
    --------
    compare_responders : One threshold, with tests.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> change = load_dataset("esr_pain_change").query("trial == 'crossover'")
    >>> curve = summarise_responder_curve(change, thresholds=[30, 50])
    >>> curve.to_frame().shape
    (2, 7)
    """
    pairs, n_dropped = pair_conditions(
        data, columns=(participant, condition, outcome), conditions=conditions, missing=missing,
        function="summarise_responder_curve",
    )  # fmt: skip
    if pairs.empty:
        raise ValueError("summarise_responder_curve: no participant has both conditions")
    values = pairs[["first", "second"]].to_numpy()
    if thresholds is None:
        thresholds = np.append(values.ravel(), [30.0, 50.0])
    thresholds = np.unique(np.asarray(thresholds, float))
    if not len(thresholds) or not np.isfinite(thresholds).all():
        raise ValueError(
            "summarise_responder_curve: thresholds must be finite numbers, at least one"
        )
    first, second = (reaches(column, thresholds[:, None]) for column in values.T)
    cells = [first & second, first & ~second, ~first & second, ~first & ~second]
    return ResponderCurve(
        outcome=outcome,
        conditions=tuple(conditions),
        thresholds=thresholds,
        cells=np.column_stack([cell.sum(1) for cell in cells]),
        n_dropped=n_dropped,
        status=read_status(data),
    )
