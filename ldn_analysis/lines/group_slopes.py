"""Slopes of a line in independent groups against a reference.

For the same participants under two conditions see the room `crossover`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.codebook import describe_column
from ..core.intervals import summarise_t
from ..core.result import Result
from ..core.validation import require_columns, require_frame, require_level
from ..core.wording import (
    describe_sample,
    format_interval,
    format_number,
    format_p,
    name_change_unit,
)
from .group_lines import LineFits, fit_lines
from .group_means import order_groups
from .robust import compute_hc3

__all__ = ["GroupSlopes", "compare_group_slopes"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class GroupSlopes(Result):
    """Differences of slopes between independent groups, each group minus the reference.

    Attributes
    ----------
    fits : LineFits
        The line of each group; the reference is the last.
    """

    fits: LineFits

    @property
    def n_obs(self) -> int:
        """Number of rows used, one per participant."""
        return sum(fit.n_obs for fit in self.fits.fits.values())

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Give every difference of slopes with its interval, each on its own.

        The error is HC3 (MacKinnon and White 1985), which does not assume even scatter; t has
        as many degrees of freedom as the lines of all groups leave.

        Parameters
        ----------
        confidence_level : float
            Of the intervals; between 0 and 1.

        Returns
        -------
        DataFrame
            term, method, estimate, std_error, statistic, df, p_value, conf_low, conf_high, n_obs.
        """
        require_level(confidence_level)
        *groups, last = self.fits.fits.items()
        df = self.n_obs - 2 * len(self.fits)
        rows = []
        for name, fit in groups:
            error = float(np.hypot(compute_hc3(fit), compute_hc3(last[1])))
            row = {"term": f"{name} minus {last[0]}", "method": "separate lines, HC3"}
            row |= summarise_t(fit.slope - last[1].slope, error, df, confidence_level)
            rows.append(row | {"n_obs": self.n_obs})
        return pd.DataFrame(rows)

    def __str__(self) -> str:
        first = next(iter(self.fits.fits.values()))
        predictor, unit = describe_column(first.predictor)
        outcome, outcome_unit = describe_column(first.outcome)
        change = f" {name_change_unit(outcome_unit)} per {unit}" if unit and outcome_unit else ""
        parts = [
            f"{row.term} {format_number(row.estimate)}{change} "
            f"({format_interval(row.conf_low, row.conf_high, 0.95)}; t({row.df}) = "
            f"{format_number(row.statistic)}, {format_p(row.p_value)})"
            for row in self.to_frame().itertuples()
        ]
        dropped = sum(fit.n_dropped for fit in self.fits.fits.values())
        sample = describe_sample(self.n_obs, first.status, n_dropped=dropped, unit="participants")
        return (
            f"Difference{'s' * (len(parts) > 1)} between the slopes of {outcome} on {predictor} in "
            f"independent groups: {'; '.join(parts)}; {sample}."
        )


def compare_group_slopes(
    data: pd.DataFrame,
    *,
    predictor: str,
    outcome: str,
    by: str,
    groups: Sequence[str] | None = None,
    reference: str = "",
    missing: str = "raise",
) -> GroupSlopes:
    """Compare the slopes of a line between independent groups, each with one reference.

    Estimand: the difference of two slopes, that is the interaction of group and predictor. Two
    separate p values, one for each slope, do not test it (Gelman and Stern 2006).

    Parameters
    ----------
    data : DataFrame
        One row per participant.
    predictor, outcome, by : str
        Columns: two of numbers, and what tells the groups apart.
    groups, reference, missing
        As in `compare_groups`.

    Returns
    -------
    GroupSlopes
        The differences with HC3 errors, and the lines.

    Raises
    ------
    ValueError
        As `fit_lines`, or if there is one group only.

    See Also
    --------
    compare_groups : The means instead of the slopes.
    compare_slopes : The same participants under two conditions.

    Examples
    --------
    >>> data = pd.DataFrame({"arm": ["new"] * 4 + ["old"] * 4, "x": [1.0, 2, 3, 4] * 2,
    ...                      "y": [2.0, 4.1, 5.9, 8, 1, 2.1, 2.9, 4]})
    >>> slopes = compare_group_slopes(data, predictor="x", outcome="y", by="arm")
    >>> round(float(slopes.to_frame()["estimate"].iloc[0]), 3)
    1.0
    """
    require_frame(data, "compare_group_slopes")
    require_columns(data, [by], "compare_group_slopes")
    chosen = order_groups(data[by], groups, reference, "compare_group_slopes")
    texts = data.assign(**{str(by): data[by].astype("str")})
    texts = texts[texts[by].isin(chosen)]
    fits = fit_lines(
        texts, predictor=predictor, outcome=outcome, by=by, groups=chosen, missing=missing
    )
    return GroupSlopes(fits=fits)
