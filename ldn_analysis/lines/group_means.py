"""Means of independent groups against a reference, and means adjusted for a baseline.

For the same participants under two conditions see the room `crossover`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.codebook import describe_column
from ..core.intervals import summarise_t
from ..core.result import Result
from ..core.status import read_status
from ..core.validation import require_columns, require_frame, require_level, require_missing
from ..core.wording import (
    describe_sample,
    format_interval,
    format_number,
    format_p,
    join_notes,
    name_change_unit,
)
from .dunnett import widen_row
from .regression import extract_numbers, note_repeats

__all__ = ["GroupComparison", "compare_groups"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class GroupComparison(Result):
    """Differences of means between independent groups, each group minus the reference.

    Attributes
    ----------
    outcome, by : str
        Column names: what is compared, and what tells the groups apart.
    groups : tuple of str
        The reference is the last.
    data : DataFrame
        The rows that were used, with all their columns.
    covariate : str or None
        What the adjusted differences are adjusted for.
    n_dropped : int
        Rows left out because a value was missing.
    notes : tuple of str
        What a reader of the numbers must know.
    status : str
        "illustrative" or "" as the data said.
    """

    outcome: str
    by: str
    groups: tuple[str, ...]
    data: pd.DataFrame
    covariate: str | None = None
    n_dropped: int = 0
    notes: tuple[str, ...] = ()
    status: str = ""

    @property
    def n_obs(self) -> int:
        """Number of rows used, one per participant."""
        return len(self.data)

    @property
    def reference(self) -> str:
        """The group that the others are compared with."""
        return self.groups[-1]

    def glance(self) -> pd.DataFrame:
        """Describe each group in one row.

        Returns
        -------
        DataFrame
            The group in the first column, n_obs, mean, sd and, where there is a covariate,
            covariate_mean.
        """
        rows = []
        for group in self.groups:
            part = self.take(group)
            y = part[self.outcome].to_numpy(float)
            row = {str(self.by): group, "n_obs": len(y), "mean": y.mean(), "sd": y.std(ddof=1)}
            if self.covariate is not None:
                row["covariate_mean"] = part[self.covariate].to_numpy(float).mean()
            rows.append(row)
        return pd.DataFrame(rows)

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Give every difference with its interval.

        Welch's (1947) interval needs no equal spread. The adjusted difference is that of an
        analysis of covariance: one slope of the covariate in all groups and one spread about
        it. With more than two groups, the simultaneous rows (Dunnett 1955) hold their level for
        all differences from the reference together, and assume one spread.

        Parameters
        ----------
        confidence_level : float
            Of the intervals; between 0 and 1.

        Returns
        -------
        DataFrame
            term, method, estimate, std_error, statistic, df, p_value (of simultaneous rows:
            adjusted), conf_low, conf_high, n_obs (of all groups that the row's error is from).
        """
        require_level(confidence_level)
        rows = [self._compare_welch(group, confidence_level) for group in self.groups[:-1]]
        if self.covariate is not None:
            rows += self._compare_pooled(confidence_level, self.covariate, together=False)
        if len(self.groups) > 2:
            rows += self._compare_pooled(confidence_level, self.covariate, together=True)
        return pd.DataFrame(rows)

    def find_primary(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Give the rows to report: adjusted where there is a covariate, together where several.

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
        return table.iloc[len(table) - len(self.groups) + 1 :].reset_index(drop=True)

    def take(self, group: str) -> pd.DataFrame:
        """Select the rows of a group.

        Parameters
        ----------
        group : str
            One of `groups`.

        Returns
        -------
        DataFrame
            With all columns.
        """
        return self.data[(self.data[self.by].astype("str") == group).to_numpy()]

    def _compare_welch(self, group: str, confidence_level: float) -> dict:
        """One difference, each group with its own spread."""
        first, second = (
            self.take(name)[self.outcome].to_numpy(float) for name in (group, self.reference)
        )
        errors = [part.var(ddof=1) / len(part) for part in (first, second)]
        total = sum(errors)
        parts = sum(e**2 / (len(p) - 1) for e, p in zip(errors, (first, second), strict=True))
        df = total**2 / parts if parts > 0 else float(len(first) + len(second) - 2)
        row = {"term": f"{group} minus {self.reference}", "method": "Welch t"}
        row |= summarise_t(first.mean() - second.mean(), np.sqrt(total), df, confidence_level)
        return row | {"n_obs": len(first) + len(second)}

    def _compare_pooled(self, confidence_level: float, covariate, *, together: bool) -> list[dict]:
        """All differences with one spread, adjusted or not, one by one or together."""
        names = [self.outcome] if covariate is None else [self.outcome, covariate]
        parts = [self.take(group)[names].to_numpy(float) for group in self.groups]
        sizes = np.array([len(part) for part in parts])
        means = np.array([part.mean(0) for part in parts])
        inner = np.concatenate([part - part.mean(0) for part in parts])
        sums, df = inner.T @ inner, len(inner) - len(parts) - (len(names) - 1)
        apart, slope, rest = np.zeros(len(parts) - 1), 0.0, sums[0, 0]
        if covariate is not None:
            slope = sums[0, 1] / sums[1, 1]
            rest = max(sums[0, 0] - slope * sums[0, 1], 0.0)
            apart = (means[:-1, 1] - means[-1, 1]) / np.sqrt(sums[1, 1])
            means = means - slope * means[:, [1]]
        errors = np.sqrt(rest / df * (1 / sizes[:-1] + 1 / sizes[-1] + apart**2))
        method = "equal spread" if covariate is None else f"ANCOVA on {covariate}"
        ending = "" if covariate is None else f", adjusted for {covariate}"
        if together:
            method, ending = f"{method}, Dunnett", f"{ending}, simultaneous"
        rows = []
        for i, group in enumerate(self.groups[:-1]):
            row = {"term": f"{group} minus {self.reference}{ending}", "method": method}
            difference = means[i, 0] - means[-1, 0]
            row |= summarise_t(difference, errors[i], df, confidence_level)
            if together:
                row = widen_row(row, sizes.tolist(), apart.tolist(), df, confidence_level)
            rows.append(row | {"n_obs": int(sizes.sum())})
        return rows

    def __str__(self) -> str:
        outcome, unit = describe_column(self.outcome)
        adjusted = ""
        if self.covariate is not None:
            adjusted = f", adjusted for {describe_column(self.covariate)[0]}"
        several = len(self.groups) > 2
        parts, table = [], self.find_primary()
        for group, row in zip(self.groups, table.itertuples(), strict=False):
            size = f"{format_number(row.estimate)} {name_change_unit(unit)}".rstrip()
            interval = format_interval(row.conf_low, row.conf_high, 0.95)
            parts.append(
                f"{group} minus {self.reference} {size} ({'simultaneous ' * several}{interval}; "
                f"t({format_number(row.df) if row.df % 1 else f'{row.df:g}'}) = "
                f"{format_number(row.statistic)}, {'adjusted ' * several}{format_p(row.p_value)})"
            )
        sample = describe_sample(
            self.n_obs, self.status, n_dropped=self.n_dropped, unit="participants"
        )
        rounding = 1e-12 * float(np.abs(self.data[self.outcome].to_numpy(float)).max())
        constant = ["Nothing varies within the groups, so interval and p say nothing"]
        constant = constant if (table["std_error"] <= rounding).any() else []
        return (
            f"Mean difference{'s' * several} in {outcome} between independent groups{adjusted}: "
            f"{'; '.join(parts)}; {sample}." + join_notes([*self.notes, *constant])
        )


def compare_groups(
    data: pd.DataFrame,
    *,
    outcome: str,
    by: str,
    groups: Sequence[str] | None = None,
    reference: str = "",
    covariate: str | None = None,
    missing: str = "raise",
) -> GroupComparison:
    """Compare the means of independent groups, each with one reference.

    Estimand: mean outcome in a group minus that in the reference, in participants like these;
    adjusted, among participants with the same value of the covariate. Assumes that the
    participants are independent: nobody is in two groups. Only random allocation makes the
    difference an effect.

    Parameters
    ----------
    data : DataFrame
        One row per participant.
    outcome, by : str
        Columns: numbers to compare, and what tells the groups apart.
    groups : sequence of str, optional
        Which groups, in which order; default: all, in the order of the categories or rows.
    reference : str
        The group that the others are compared with; default: the last.
    covariate : str, optional
        Column of numbers measured before treatment, such as the outcome's own baseline.
    missing : {"raise", "drop"}
        What to do with rows where a number is blank; dropped rows are counted.

    Returns
    -------
    GroupComparison
        Welch's differences; adjusted ones; with more than two groups simultaneous ones.

    Raises
    ------
    TypeError
        If the data are not a DataFrame.
    ValueError
        If a column or group is missing, a column is not numeric, values are missing and
        `missing="raise"`, there is one group only, or a group has fewer than two rows.

    See Also
    --------
    compare_group_slopes : The slopes instead of the means.
    compare_means : The same participants under two conditions.

    Examples
    --------
    >>> data = pd.DataFrame({"arm": ["new"] * 4 + ["old"] * 4, "change": [5.0, 3, 8, 6, 2, 3, 1, 4]})
    >>> row = compare_groups(data, outcome="change", by="arm").to_frame().iloc[0]
    >>> row["term"], float(row["estimate"])
    ('new minus old', 3.0)
    """
    require_frame(data, "compare_groups")
    require_missing(missing, "compare_groups")
    names = [outcome] if covariate is None else [outcome, covariate]
    require_columns(data, [by, *names], "compare_groups")
    chosen = order_groups(data[by], groups, reference, "compare_groups")
    rows = data[data[by].astype("str").isin(chosen).to_numpy()]
    values = np.column_stack(
        [extract_numbers(rows, name, "column", "compare_groups") for name in names]
    )
    blank = np.isnan(values).any(1)
    if blank.any() and missing == "raise":
        raise ValueError(
            f"compare_groups: {blank.sum()} of {len(rows)} rows have no "
            f"{' or no '.join(map(repr, map(str, names)))}. Fill them in, or pass missing='drop' "
            "to leave them out."
        )
    rows = rows[~blank] if blank.any() else rows.copy(deep=False)
    for group in chosen:
        if (count := int((rows[by].astype("str") == group).sum())) < 2:
            raise ValueError(
                f"compare_groups: a mean with its error needs at least 2 rows; {group!r} has {count}"
            )
    _require_room(rows, by, covariate, chosen)
    return GroupComparison(
        outcome=outcome, by=by, groups=chosen, data=rows, covariate=covariate,
        n_dropped=int(blank.sum()), notes=note_repeats(rows), status=read_status(data),
    )  # fmt: skip


def _require_room(rows: pd.DataFrame, by, covariate, groups) -> None:
    """Refuse a covariate that is the same for everybody in each group, or too few rows for it."""
    if covariate is None:
        return
    x = rows[covariate].astype(float)
    spread = (x - x.groupby(rows[by].astype("str")).transform("mean")).abs().max()
    if spread <= 1e-12 * x.abs().max() or len(rows) < len(groups) + 2:
        raise ValueError(
            f"compare_groups: {str(covariate)!r} cannot be adjusted for: it does not vary within "
            "the groups, or there are too few rows; leave it out"
        )


def order_groups(column: pd.Series, groups, reference: str, function: str) -> tuple[str, ...]:
    """The groups as texts, the reference last."""
    present = [str(value) for value in column.dropna().unique()]
    if isinstance(column.dtype, pd.CategoricalDtype):
        present = [str(value) for value in column.cat.categories if str(value) in present]
    chosen = present if groups is None else [str(group) for group in groups]
    reference = str(reference)
    for name in [*chosen, *([reference] if reference else [])]:
        if name not in present:
            raise ValueError(
                f"{function}: {str(column.name)!r} is never {name!r}; it is one of: "
                f"{', '.join(present)}"
            )
    if reference:
        chosen = [*(name for name in chosen if name != reference), reference]
    if len(dict.fromkeys(chosen)) < 2 or len(dict.fromkeys(chosen)) < len(chosen):
        raise ValueError(
            f"{function}: two or more different groups are compared; received {', '.join(chosen)}"
        )
    return tuple(chosen)
