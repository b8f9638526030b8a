"""How far a self-reported impression of change agrees with the measured change."""

import warnings
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from ..core.codebook import CATEGORIES, describe_column
from ..core.intervals import compute_p_value, compute_quantile, compute_spearman_interval
from ..core.result import Result
from ..core.status import read_status
from ..core.validation import require_level, require_missing
from ..core.wording import capitalise, describe_sample, format_interval, format_number, format_p

__all__ = ["ImprovementAgreement", "compare_improvement"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class ImprovementAgreement(Result):
    """Agreement of an ordered answer with a measured change.

    Attributes
    ----------
    column, outcome : str
        The answer and the measured change.
    data : DataFrame
        One row a person: participant, the answer, the change, score (0 for the worst
        category that exists).
    categories : tuple of str
        Categories in order, best first, unused ones included.
    spearman : float
        Rank correlation, positive if better answers go with larger change.
    model : statsmodels OrderedModel result or None
        The proportional-odds model; None where it cannot be fitted.
    per : float
        The odds ratio is for so many units of the change.
    n_dropped : int
        Persons in one of the two tables only, or with a blank.
    notes : tuple of str
        What failed.
    status : str
        "illustrative" or "" as the data said.
    """

    column: str
    outcome: str
    data: pd.DataFrame
    categories: tuple[str, ...]
    spearman: float
    model: Any
    per: float = 10.0
    n_dropped: int = 0
    notes: tuple[str, ...] = ()
    status: str = ""

    @property
    def n_obs(self) -> int:
        """Number of persons."""
        return len(self.data)

    @property
    def counts(self) -> pd.Series:
        """Number of persons in each category."""
        groups = self.data.groupby(self.column, observed=True).size()
        return groups.reindex(self.categories, fill_value=0)

    @property
    def medians(self) -> pd.Series:
        """Median change in each category; nan where nobody gave that answer."""
        groups = self.data.groupby(self.column, observed=True)[self.outcome].median()
        return groups.reindex(self.categories)

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """The rank correlation and the odds ratio.

        Returns
        -------
        DataFrame
            term, method, estimate, conf_low, conf_high, statistic, df, p_value, n_obs. The
            interval of Spearman's rho is Bonett and Wright's (2000), its p that of t on
            n - 2; the odds ratio has Wald's interval and p. What is not defined is nan.
        """
        require_level(confidence_level)
        z, n, rho = compute_quantile(confidence_level), self.n_obs, self.spearman
        with np.errstate(divide="ignore", invalid="ignore"):
            t = rho * np.sqrt((n - 2) / np.maximum(1 - rho**2, 0))
        low, high = compute_spearman_interval(rho, n, confidence_level)
        rows = [
            {"term": "rank correlation", "method": "Spearman", "estimate": rho, "conf_low": low}
            | {"conf_high": high, "statistic": t, "df": n - 2.0}
            | {"p_value": compute_p_value(t, n - 2)}
        ]
        row = {"term": f"odds ratio per {self.per:g}", "method": "proportional odds"}
        names = ("estimate", "conf_low", "conf_high", "statistic", "df", "p_value")
        row |= dict.fromkeys(names, np.nan)
        if self.model is not None:
            slope, error = self.model.params[0], self.model.bse[0]
            row["estimate"] = np.exp(slope)
            row["conf_low"], row["conf_high"] = np.exp([slope - z * error, slope + z * error])
            row["statistic"] = slope / error
            row["p_value"] = 2 * float(ndtr(-abs(slope / error)))
        return pd.DataFrame([*rows, row]).assign(n_obs=n)

    def __str__(self) -> str:
        rank, odds = (row for _, row in self.to_frame().iterrows())
        answer, (outcome, unit) = describe_column(self.column)[0], describe_column(self.outcome)
        sample = describe_sample(self.n_obs, self.status, n_dropped=self.n_dropped, unit="persons")
        ratio = (
            "" if self.model is None
            else f"; odds of a better answer times {format_number(odds['estimate'])} per "
            f"{self.per:g} {unit}".rstrip()
            + f" ({format_interval(odds['conf_low'], odds['conf_high'], 0.95)}, {format_p(odds['p_value'])})"
        )  # fmt: skip
        notes = "".join(f" {text}." for text in self.notes)
        return (
            f"{capitalise(answer)} and {outcome}: Spearman's rho "
            f"{format_number(rank['estimate'], 2)} "
            f"({format_interval(rank['conf_low'], rank['conf_high'], 0.95)}, {format_p(rank['p_value'])})"
            f"{ratio}; {sample}. Two measures of one change agree; "
            "without a control group neither says what caused it." + notes
        )


def compare_improvement(
    improvement: pd.DataFrame,
    pain: pd.DataFrame,
    *,
    column: str = "improvement",
    outcome: str = "pain_reduction_percent",
    participant: str = "participant",
    per: float = 10.0,
    missing: str = "raise",
) -> ImprovementAgreement:
    """How far does an impression of change agree with the measured change?

    Estimands: Spearman's rank correlation, and from a proportional-odds model (McCullagh
    1980) by how much the odds of any better category are multiplied for each `per` units
    more. The model assumes one odds ratio at every cut between categories.

    What one may not conclude. Everybody answered after the drug: there is no control
    group in this. Agreement says that two measures of one change go together - not that the
    drug made the change, nor how much of the answer is placebo response, hope, regression
    to the mean or the course of the illness. The answer is given in hindsight and leans on
    how the person feels that day. A high correlation validates neither measure.

    Parameters
    ----------
    improvement : DataFrame
        One row a person with the answer: categories in order, best first. Text takes the
        project's seven categories.
    pain : DataFrame
        One row a person with the change, larger is better; filter it to one condition.
    column, outcome, participant : str
        Columns.
    per : float
        Units of the change for the odds ratio.
    missing : {"raise", "drop"}
        What to do with persons who are in one table only or blank; they are counted.

    Returns
    -------
    ImprovementAgreement
        If the model does not converge, or the categories are separated perfectly by the
        change, so that the odds ratio is infinite, `model` is None and the notes say why.

    Raises
    ------
    ValueError
        If a column is missing, a person has two rows, persons are missing and
        `missing="raise"`, an answer is not a known category, fewer than three persons are
        left, or all gave the same answer or have the same change.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> pain = load_dataset("esr_pain_change").query("trial == 'crossover' and condition == 'ldn'")
    >>> result = compare_improvement(load_dataset("improvement"), pain, missing="drop")
    >>> result.n_obs, result.n_dropped
    (28, 1)
    """
    table, categories, n_dropped = _join_tables(
        improvement, pain, column, outcome, participant, missing
    )
    if not (np.isfinite(per) and per > 0):
        raise ValueError(f"compare_improvement: per must be above zero; received {per!r}")
    used = [name for name in reversed(categories) if (table[column] == name).any()]
    score = table[column].map({name: i for i, name in enumerate(used)}).to_numpy(int)
    change = table[outcome].to_numpy(float)
    if len(table) < 3 or len(used) < 2 or change.min() == change.max():
        raise ValueError(
            f"compare_improvement: needs 3 persons, two categories and a change that varies; there are "
            f"{len(table)} persons, {len(used)} categories and {len(np.unique(change))} values"
        )
    ranks = pd.Series(score).rank(), pd.Series(change).rank()
    model, notes = _fit_ordered(score, change, per)
    return ImprovementAgreement(
        column=column,
        outcome=outcome,
        data=table.assign(score=score),
        categories=categories,
        spearman=float(np.corrcoef(*ranks)[0, 1]),
        model=model,
        per=float(per),
        n_dropped=n_dropped,
        notes=tuple(notes),
        status=read_status(improvement) or read_status(pain),
    )


def _join_tables(improvement, pain, column, outcome, participant, missing):
    """Persons with an answer and a change, the categories, and how many were left out."""
    name = "compare_improvement"
    require_missing(missing, name)
    for table, wanted in ((improvement, column), (pain, outcome)):
        for part in (participant, wanted):
            if part not in table:
                raise ValueError(
                    f"{name}: there is no column {part!r}; columns: {', '.join(map(str, table.columns))}"
                )
        if table[participant].duplicated().any():
            who = table.loc[table[participant].duplicated(), participant].iloc[0]
            raise ValueError(
                f"{name}: {who!r} has more than one row; keep one row a person, e.g. one condition"
            )
    joined = improvement[[participant, column]].merge(
        pain[[participant, outcome]], on=participant, how="outer"
    )
    blank = joined[[column, outcome]].isna().any(axis=1)
    if blank.any() and missing == "raise":
        raise ValueError(
            f"{name}: {blank.sum()} of {len(joined)} persons lack the answer or the change (first: "
            f"{joined.loc[blank, participant].iloc[0]!r}). Pass missing='drop' to leave them out."
        )
    joined = joined[~blank].reset_index(drop=True)
    if isinstance(improvement[column].dtype, pd.CategoricalDtype):
        categories = tuple(improvement[column].cat.categories)
    else:
        categories = CATEGORIES
        unknown = joined.loc[~joined[column].isin(CATEGORIES), column]
        if len(unknown):
            raise ValueError(
                f"{name}: {unknown.iloc[0]!r} is not a known category; make {column!r} an ordered "
                f"categorical, best first, or use: {', '.join(CATEGORIES)}"
            )
    return joined, categories, int(blank.sum())


def _fit_ordered(score: np.ndarray, change: np.ndarray, per: float):
    """Proportional-odds model, or None with the reason."""
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    spans = [(change[score == k].min(), change[score == k].max()) for k in range(score.max() + 1)]
    neighbours = list(pairwise(spans))
    rising = all(worse[1] <= better[0] for worse, better in neighbours)
    falling = all(worse[0] >= better[1] for worse, better in neighbours)
    if rising or falling:
        return None, [
            "The change separates the categories perfectly: the odds ratio has no finite estimate"
        ]
    # Centred and per unit of the odds ratio: the optimiser starts near its goal.
    predictor = ((change - change.mean()) / per)[:, None]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model = OrderedModel(score, predictor, distr="logit").fit(
                method="bfgs", disp=False, maxiter=500, gtol=1e-8
            )
        except (np.linalg.LinAlgError, ValueError) as error:
            return None, [f"The proportional-odds model cannot be fitted: {error}"]
    texts = list(dict.fromkeys(str(item.message) for item in caught))
    # The gradient decides: statsmodels also warns of a lost digit at the very optimum.
    gradient = np.abs(model.model.score_obs(model.params).sum(0)).max()
    if gradient > 1e-4 or not np.isfinite(model.bse).all():
        why = texts[0] if texts else "no finite errors"
        return None, [f"The proportional-odds model did not converge ({why})"]
    return model, [f"statsmodels: {text}" for text in texts if "converge" not in text]
