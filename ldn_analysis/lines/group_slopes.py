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
from .dunnett import widen_row
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
        """Give every difference of slopes with its interval.

        The error is HC3 (MacKinnon and White 1985), which does not assume even scatter; t has
        as many degrees of freedom as the lines of all groups leave. With more than two groups,
        the simultaneous rows (Dunnett 1955) hold their level for all differences together.

        Parameters
        ----------
        confidence_level : float
            Of the intervals; between 0 and 1.

        Returns
        -------
        DataFrame
            term, method, estimate, std_error, statistic, df, p_value (of simultaneous rows:
            adjusted), conf_low, conf_high, n_obs.
        """
        require_level(confidence_level)
        *groups, last = self.fits.fits.items()
        df = self.n_obs - 2 * len(self.fits)
        errors = [compute_hc3(fit) for fit in self.fits.fits.values()]
        rows = []
        for (name, fit), error in zip(groups, errors, strict=False):
            row = {"term": f"{name} minus {last[0]}", "method": "separate lines, HC3"}
            error = float(np.hypot(error, errors[-1]))
            row |= summarise_t(fit.slope - last[1].slope, error, df, confidence_level)
            rows.append(row | {"n_obs": self.n_obs})
        if len(groups) > 1 and min(errors) > 0:
            rows += _widen(rows, errors, df, confidence_level)
        return pd.DataFrame(rows)

    def find_primary(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Give the rows to report: together where there are several differences.

        Parameters
        ----------
        confidence_level : float
            Of the intervals.

        Returns
        -------
        DataFrame
            One row of `to_frame` for each group but the reference.
        """
        table = self.to_frame(confidence_level)
        return table.iloc[len(table) - len(self.fits) + 1 :].reset_index(drop=True)

    def __str__(self) -> str:
        first = next(iter(self.fits.fits.values()))
        predictor, unit = describe_column(first.predictor)
        outcome, outcome_unit = describe_column(first.outcome)
        change = f" {name_change_unit(outcome_unit)} per {unit}" if unit and outcome_unit else ""
        parts = []
        for row in self.find_primary().itertuples():
            together = row.method.endswith("Dunnett")
            parts.append(
                f"{row.term.partition(',')[0]} {format_number(row.estimate)}{change} "
                f"({'simultaneous ' * together}{format_interval(row.conf_low, row.conf_high, 0.95)}; "
                f"t({row.df}) = {format_number(row.statistic)}, "
                f"{'adjusted ' * together}{format_p(row.p_value)})"
            )
        dropped = sum(fit.n_dropped for fit in self.fits.fits.values())
        sample = describe_sample(self.n_obs, first.status, n_dropped=dropped, unit="participants")
        return (
            f"Difference{'s' * (len(parts) > 1)} between the slopes of {outcome} on {predictor} in "
            f"independent groups: {'; '.join(parts)}; {sample}."
        )


def _widen(rows: list[dict], errors: list[float], df: int, confidence_level: float) -> list[dict]:
    """The same differences with intervals that hold for all of them together.

    The slope of each group has its own error; all share that of the reference, as means do.
    """
    sizes, apart = [1 / error**2 for error in errors], [0.0] * len(rows)
    return [
        widen_row(row, sizes, apart, df, confidence_level)
        | {"term": f"{row['term']}, simultaneous", "method": f"{row['method']}, Dunnett"}
        for row in rows
    ]


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
        The differences with HC3 errors, with more than two groups simultaneous ones too, and
        the lines.

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
