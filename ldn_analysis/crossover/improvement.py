"""Shares of categories, with intervals for one share or for all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ..core.codebook import CATEGORIES, describe_column
from ..core.intervals import clopper_pearson_interval, wilson_interval
from ..core.result import Result
from ..core.status import read_status
from ..core.validation import require_columns, require_frame, require_missing
from ..core.wording import capitalise, describe_sample

__all__ = ["ImprovementSummary", "summarise_improvement"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class ImprovementSummary(Result):
    """Counts of the categories of an answer, in order, empty ones included.

    Attributes
    ----------
    column : str
        The column counted.
    counts : Series
        Count of each category, in the order of the categories.
    n_dropped : int
        Answers that were missing and left out.
    status : str
        "illustrative", "published" or "" as the data said.
    """

    column: str
    counts: pd.Series
    n_dropped: int = 0
    status: str = ""

    @property
    def n_obs(self) -> int:
        """Number of answers."""
        return int(self.counts.sum())

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Counts and shares with two kinds of interval.

        conf_low and conf_high (Wilson 1927) are for one category chosen beforehand;
        joint_low and joint_high hold for all categories at once, at least as often as the
        level says, and are wider. They are exact intervals (Clopper and Pearson 1934) with the
        error shared equally among the categories (Bonferroni). Goodman's (1965) intervals,
        which do the same with Wilson's, fall far below their level where an answer is rare.

        Parameters
        ----------
        confidence_level : float
            Of each kind of interval; between 0 and 1.

        Returns
        -------
        DataFrame
            category, count, n_obs, share (0-1), conf_low, conf_high, joint_low, joint_high.
        """
        counts, k, n = self.counts.to_numpy(), len(self.counts), self.n_obs
        low, high = wilson_interval(counts, n, confidence_level)
        joint_low, joint_high = clopper_pearson_interval(counts, n, 1 - (1 - confidence_level) / k)
        return pd.DataFrame(
            {
                "category": self.counts.index.to_numpy(object),
                "count": counts,
                "n_obs": n,
                "share": counts / n,
                "conf_low": low,
                "conf_high": high,
                "joint_low": joint_low,
                "joint_high": joint_high,
            }
        )

    def combine(self, categories: Sequence[str], confidence_level: float = 0.95) -> pd.DataFrame:
        """Share of several categories together, with its Wilson interval.

        Parameters
        ----------
        categories : sequence of str
            Which ones; decide before looking.
        confidence_level : float
            Between 0 and 1.

        Returns
        -------
        DataFrame
            One row: category, count, n_obs, share, conf_low, conf_high.

        Raises
        ------
        ValueError
            If a category does not exist.
        """
        unknown = [name for name in categories if name not in self.counts.index]
        if unknown or isinstance(categories, str):
            raise ValueError(
                f"combine: {unknown or categories!r} not among the categories as a list of names: "
                f"{', '.join(map(str, self.counts.index))}"
            )
        count = int(self.counts[list(dict.fromkeys(categories))].sum())
        low, high = wilson_interval(count, self.n_obs, confidence_level)
        return pd.DataFrame(
            {
                "category": [" or ".join(map(str, categories))],
                "count": [count],
                "n_obs": [self.n_obs],
                "share": [count / self.n_obs],
                "conf_low": [float(low)],
                "conf_high": [float(high)],
            }
        )

    def __str__(self) -> str:
        title = describe_column(self.column)[0]
        parts = ", ".join(f"{name} {count}" for name, count in self.counts.items())
        sample = describe_sample(
            self.n_obs, self.status, n_dropped=self.n_dropped, unit="participants"
        )
        return f"{capitalise(title)} ({sample}): {parts}."


def summarise_improvement(
    data: pd.DataFrame, *, column: str = "improvement", missing: str = "raise"
) -> ImprovementSummary:
    """Count the answers of Fig. 1 over all categories, empty ones included.

    Estimand: the share of people like these who would give each answer after LDN. There
    is no control group: the answers include what placebo, time and hope do.

    Parameters
    ----------
    data : DataFrame
        One row per participant.
    column : str
        A categorical column; its categories set the order. A column of text takes the
        order of the project's seven categories where it has those, else alphabetical.
    missing : {"raise", "drop"}
        What to do with blank answers; dropped ones are counted.

    Returns
    -------
    ImprovementSummary
        Counts and shares, with intervals for one category and for all at once.

    Raises
    ------
    ValueError
        If the column is missing or repeated, or an answer is missing and `missing="raise"`, or
        there is no answer at all.

    See Also
    --------
    compare_improvement : How far the answers agree with the measured change.
    plot_improvement : Fig. 1 itself.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> summary = summarise_improvement(load_dataset("improvement"))
    >>> summary.n_obs, len(summary.counts)
    (29, 7)
    >>> int(summary.combine(["very much improved", "much improved"])["count"].iloc[0])
    14
    """
    require_missing(missing, "summarise_improvement")
    require_frame(data, "summarise_improvement")
    require_columns(data, [column], "summarise_improvement")
    answers = data[column]
    blank = int(answers.isna().sum())
    if blank and missing == "raise":
        row = data.index[answers.isna()][0]
        raise ValueError(
            f"summarise_improvement: {blank} of {len(answers)} answers are missing (first: row {row}). "
            "Fill them in, or pass missing='drop' to leave them out."
        )
    if blank == len(answers):
        raise ValueError("summarise_improvement: there is no answer to count")
    if not isinstance(answers.dtype, pd.CategoricalDtype):
        known = answers.dropna().isin(CATEGORIES).all()
        order = CATEGORIES if known else sorted(answers.dropna().unique())
        answers = pd.Categorical(answers, categories=order)
    return ImprovementSummary(
        column=column,
        counts=pd.Series(answers).value_counts(sort=False),
        n_dropped=blank,
        status=read_status(data),
    )
