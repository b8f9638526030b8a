"""How far a self-reported impression of change agrees with the measured change."""

import warnings
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from ..core.codebook import CATEGORIES, describe_column
from ..core.intervals import compute_quantile, compute_spearman, compute_spearman_interval
from ..core.result import Result
from ..core.status import read_status
from ..core.validation import (
    require_columns,
    require_frame,
    require_level,
    require_missing,
    require_numbers,
)
from ..core.wording import (
    capitalise,
    describe_sample,
    format_fixed,
    format_interval,
    format_number,
    format_p,
    join_notes,
    name_change_unit,
)

__all__ = ["ImprovementAgreement", "compare_improvement"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class ImprovementAgreement(Result):
    """Agreement of an ordered answer with a measured change.

    Attributes
    ----------
    column, outcome : str
        The answer and the measured change.
    data : DataFrame
        One row per participant: participant, the answer, the change.
    categories : tuple of str
        Categories in order, best first, unused ones included.
    spearman : float
        Rank correlation, positive if better answers go with larger change.
    spearman_p : float
        Its two-sided p: exact up to n = 9.
    model : statsmodels OrderedModel result or None
        The proportional-odds model of the change in SDs; None where it cannot be fitted.
    per : float
        The odds ratio is for so many units of the change.
    n_dropped : int
        Participants in one of the two tables only, or with a blank.
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
    spearman_p: float
    model: Any
    per: float = 10.0
    n_dropped: int = 0
    notes: tuple[str, ...] = ()
    status: str = ""

    @property
    def n_obs(self) -> int:
        """Number of participants."""
        return len(self.data)

    @property
    def counts(self) -> pd.Series:
        """Number of participants in each category."""
        groups = self.data.groupby(self.column, observed=True).size()
        return groups.reindex(self.categories, fill_value=0)

    @property
    def medians(self) -> pd.Series:
        """Median change in each category; nan where nobody gave that answer."""
        groups = self.data.groupby(self.column, observed=True)[self.outcome].median()
        return groups.reindex(self.categories)

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """The rank correlation and the odds ratio.

        Parameters
        ----------
        confidence_level : float
            Of the intervals; between 0 and 1.

        Returns
        -------
        DataFrame
            term, method, estimate, conf_low, conf_high, statistic, p_value, n_obs. Spearman's
            rho has Bonett and Wright's (2000) interval and an exact p up to n = 9, above it
            that of t; the odds ratio has Wald's interval and p. What is not defined is nan.
        """
        require_level(confidence_level)
        low, high = compute_spearman_interval(self.spearman, self.n_obs, confidence_level)
        rank = {"term": "rank correlation", "method": "Spearman", "estimate": self.spearman}
        rank |= {"conf_low": low, "conf_high": high, "statistic": np.nan}
        odds = {"term": f"odds ratio per {self.per:g}", "method": "proportional odds"}
        if self.model is not None:
            units = self.per / self.data[self.outcome].std(ddof=0)
            slope, error = self.model.params[0] * units, self.model.bse[0] * units
            margin = compute_quantile(confidence_level) * error
            limits = np.exp([slope, slope - margin, slope + margin])
            odds |= dict(zip(("estimate", "conf_low", "conf_high"), limits, strict=True))
            odds |= {"statistic": slope / error, "p_value": 2 * float(ndtr(-abs(slope / error)))}
        table = pd.DataFrame([rank | {"p_value": self.spearman_p}, odds])
        return table.assign(n_obs=self.n_obs)

    def __str__(self) -> str:
        rank, odds = (row for _, row in self.to_frame().iterrows())
        answer, (outcome, unit) = describe_column(self.column)[0], describe_column(self.outcome)
        sample = describe_sample(
            self.n_obs, self.status, n_dropped=self.n_dropped, unit="participants"
        )
        ratio = (
            "" if self.model is None
            else f"; odds of a better answer times {format_number(odds['estimate'])} per "
            f"{self.per:g} {name_change_unit(unit)}".rstrip()
            + f" ({format_interval(odds['conf_low'], odds['conf_high'], 0.95)}, {format_p(odds['p_value'])})"
        )  # fmt: skip
        interval = format_interval(rank["conf_low"], rank["conf_high"], 0.95)
        return (
            f"{capitalise(answer)} and {outcome}: Spearman's rho "
            f"{format_fixed(self.spearman, 2)} ({interval}, {format_p(self.spearman_p)})"
            f"{ratio}; {sample}. {self._judge(rank)}; "
            "without a control group neither says what caused it." + join_notes(self.notes)
        )

    def _judge(self, rank: pd.Series) -> str:
        """What the interval says of the agreement; the p where |rho| is 1 and has no interval."""
        clear = self.spearman_p < 0.05 if np.isnan(rank["conf_low"]) else True
        if clear and (rank["conf_low"] > 0 or self.spearman == 1):
            return "The two measures of change agree"
        if clear and (rank["conf_high"] < 0 or self.spearman == -1):
            return "The two measures of change go in opposite directions"
        return "Whether the two measures of change agree is not clear"


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

    What one may not conclude. All answered after the drug: there is no control group.
    Agreement says that two measures of one change go together, not that the drug made the
    change, nor how much of the answer is placebo response, hope, regression to the mean or
    the course of the illness. The answer is given in hindsight and depends on how the
    participant feels that day. A high correlation validates neither measure.

    Parameters
    ----------
    improvement : DataFrame
        One row per participant with the answer: categories in order, best first. Text takes the
        project's seven categories.
    pain : DataFrame
        One row per participant with the change, larger is better; filter it to one condition.
    column, outcome, participant : str
        Columns.
    per : float
        Units of the change for the odds ratio.
    missing : {"raise", "drop"}
        What to do with participants who are in one table only or blank; they are counted.

    Returns
    -------
    ImprovementAgreement
        If the model does not converge, or the categories are separated perfectly by the
        change, so that the odds ratio is infinite, `model` is None and the notes say why.

    Raises
    ------
    ValueError
        If a column is missing, a participant has two rows, participants are missing and
        `missing="raise"`, the change is not finite numbers, an answer is not a known category,
        fewer than three participants are left, or all gave the same answer or have the same
        change.

    See Also
    --------
    summarise_improvement : The answers alone, as in Fig. 1.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> pain = load_dataset("esr_pain_change").query("trial == 'crossover' and condition == 'ldn'")
    >>> result = compare_improvement(load_dataset("improvement"), pain, missing="drop")
    >>> result.n_obs, result.n_dropped
    (28, 1)
    """
    name = "compare_improvement"
    require_missing(missing, name)
    if not (np.isfinite(per) and per > 0):
        raise ValueError(f"{name}: per must be above zero; received {per!r}")
    for part, wanted in ((improvement, column), (pain, outcome)):
        _require_one_row_each(part, participant, wanted, name)
    require_numbers(pain[outcome], repr(outcome), name)
    table, n_dropped = _join_tables(
        improvement[[participant, column]], pain[[participant, outcome]], participant, missing
    )
    categories = _list_categories(improvement[column], table[column], name)
    used = [answer for answer in reversed(categories) if (table[column] == answer).any()]
    score = table[column].map({answer: i for i, answer in enumerate(used)}).to_numpy(int)
    change = table[outcome].to_numpy(float)
    if len(table) < 3 or len(used) < 2 or change.min() == change.max():
        raise ValueError(
            f"{name}: needs 3 participants, two categories and a change that varies; there are "
            f"{len(table)} participants, {len(used)} categories and {len(np.unique(change))} values"
        )
    rho, p_value = compute_spearman(score, change)
    model, notes = _fit_ordered(score, change)
    return ImprovementAgreement(
        column=column,
        outcome=outcome,
        data=table,
        categories=categories,
        spearman=rho,
        spearman_p=p_value,
        model=model,
        per=float(per),
        n_dropped=n_dropped,
        notes=tuple(notes),
        status=read_status(improvement) or read_status(pain),
    )


def _require_one_row_each(table: pd.DataFrame, participant: str, wanted: str, name: str) -> None:
    """Refuse a table without its columns, or with a participant who is blank or appears twice."""
    require_frame(table, name)
    require_columns(table, (participant, wanted), name)
    if table[participant].isna().any():
        raise ValueError(f"{name}: {participant!r} is blank in a row; name the participant")
    twice = table[participant].duplicated()
    if twice.any():
        raise ValueError(
            f"{name}: {table.loc[twice, participant].iloc[0]!r} has more than one row; keep one row "
            "per participant, e.g. one condition"
        )


def _join_tables(answers, changes, participant: str, missing: str) -> tuple[pd.DataFrame, int]:
    """Participants with an answer and a change, and how many were left out."""
    joined = answers.merge(changes, on=participant, how="outer")
    blank = joined.isna().any(axis=1)
    if blank.any() and missing == "raise":
        raise ValueError(
            f"compare_improvement: {blank.sum()} of {len(joined)} participants lack the answer or the "
            f"change (first: {joined.loc[blank, participant].iloc[0]!r}). Pass missing='drop' to "
            "leave them out."
        )
    return joined[~blank].reset_index(drop=True), int(blank.sum())


def _list_categories(answers: pd.Series, used: pd.Series, name: str) -> tuple:
    """The categories in order, best first; text must be of the project's seven."""
    if isinstance(answers.dtype, pd.CategoricalDtype):
        return tuple(answers.cat.categories)
    unknown = used[~used.isin(CATEGORIES)]
    if len(unknown):
        raise ValueError(
            f"{name}: {unknown.iloc[0]!r} is not a known category; make {answers.name!r} an ordered "
            f"categorical, best first, or use: {', '.join(CATEGORIES)}"
        )
    return CATEGORIES


def _fit_ordered(score: np.ndarray, change: np.ndarray):
    """Proportional-odds model of the change in SDs, or None with the reason."""
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    spans = [(change[score == k].min(), change[score == k].max()) for k in range(score.max() + 1)]
    neighbours = list(pairwise(spans))
    rising = all(worse[1] <= better[0] for worse, better in neighbours)
    falling = all(worse[0] >= better[1] for worse, better in neighbours)
    if rising or falling:
        return None, [
            "The change separates the categories perfectly: the odds ratio has no finite estimate"
        ]
    # In SDs, whatever the unit: the optimiser starts near its goal.
    predictor = ((change - change.mean()) / change.std())[:, None]
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
