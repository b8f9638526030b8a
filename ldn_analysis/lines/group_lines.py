"""One straight line in each group, such as the two panes of Fig. 2."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ..core.result import Result
from ..core.validation import require_columns, require_frame
from .regression import LineFit, fit_line

__all__ = ["LineFits", "fit_lines"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class LineFits(Result):
    """One line in each group, e.g. in each condition: `fits["ldn"]` is a LineFit.

    The p values of two groups say nothing about the difference between their slopes. Ask one
    group for an interval: `fits["ldn"].confidence_interval("slope")`.

    Attributes
    ----------
    by : str
        Column that tells the groups apart.
    fits : dict of LineFit
        The line of each group.
    """

    by: str
    fits: dict[str, LineFit]

    def __getitem__(self, group: str) -> LineFit:
        if group not in self.fits:
            raise KeyError(f"no group {group!r}; groups: {', '.join(map(str, self.fits))}")
        return self.fits[group]

    def __iter__(self):
        return iter(self.fits)

    def __len__(self) -> int:
        return len(self.fits)

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Intercept and slope of each group, as `LineFit.to_frame` gives them.

        Parameters
        ----------
        confidence_level : float
            Of the intervals.

        Returns
        -------
        DataFrame
            Two rows per group, the group in the first column.
        """
        return self._stack(
            {name: fit.to_frame(confidence_level) for name, fit in self.fits.items()}
        )

    def glance(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """One row per group, as `LineFit.glance` gives it.

        Parameters
        ----------
        confidence_level : float
            Of the interval of r.

        Returns
        -------
        DataFrame
            One row per group, the group in the first column.
        """
        return self._stack({name: fit.glance(confidence_level) for name, fit in self.fits.items()})

    def augment(self) -> pd.DataFrame:
        """The rows of all groups, as `LineFit.augment` gives them.

        Returns
        -------
        DataFrame
            As many rows as were used.
        """
        return pd.concat([fit.augment() for fit in self.fits.values()], ignore_index=True)

    def _stack(self, parts: dict[str, pd.DataFrame]) -> pd.DataFrame:
        """Tables below one another, the group in the first column."""
        table = pd.concat(parts, names=[self.by, None])
        return table.reset_index(level=0).reset_index(drop=True)

    def __str__(self) -> str:
        return " ".join(f"{name}: {fit}" for name, fit in self.fits.items())


def fit_lines(
    data: pd.DataFrame,
    *,
    predictor: str = "esr_mm_h",
    outcome: str = "pain_reduction_percent",
    by: str = "condition",
    groups: Sequence[str] | None = None,
    missing: str = "raise",
) -> LineFits:
    """Fit one straight line in each group; the defaults are the two panes of Fig. 2.

    Parameters
    ----------
    data : DataFrame
        One row per participant and group.
    predictor, outcome, missing
        As in `fit_line`.
    by : str
        Column that tells the groups apart.
    groups : sequence of str, optional
        Which groups, in which order; default: all, in the order of the categories.

    Returns
    -------
    LineFits
        `fits["ldn"]` is the LineFit of a group.

    Raises
    ------
    ValueError
        As `fit_line`, naming the group; or if the column of groups is missing, repeated or
        blank in a row, or a group does not occur.

    See Also
    --------
    fit_line : One line.
    compare_slopes : The same participants under two conditions.
    compare_group_slopes : Independent groups.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> fits = fit_lines(load_dataset("esr_pain_change"))
    >>> list(fits)
    ['ldn', 'placebo']
    >>> fits.glance()["n_obs"].tolist()
    [38, 38]
    """
    require_frame(data, "fit_lines")
    require_columns(data, [by], "fit_lines")
    values = data[by]
    if values.isna().any():
        raise ValueError(
            f"fit_lines: {values.isna().sum()} of {len(data)} rows have no {by!r} (first: row "
            f"{data.index[values.isna()][0]}). Fill them in, or leave those rows out first."
        )
    known = (
        values.cat.categories if isinstance(values.dtype, pd.CategoricalDtype) else values.unique()
    )
    present = [group for group in known if (values == group).any()]
    fits = {}
    for group in present if groups is None else groups:
        if group not in present:
            raise ValueError(
                f"fit_lines: {by!r} is never {str(group)!r}; it is one of: {', '.join(map(str, present))}"
            )
        try:
            fits[group] = fit_line(
                data[values == group], predictor=predictor, outcome=outcome, missing=missing
            )
        except ValueError as error:
            raise ValueError(f"{by} {str(group)!r}: {error}") from None
    return LineFits(by=by, fits=fits)
