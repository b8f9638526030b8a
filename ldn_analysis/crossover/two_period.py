"""Is it the drug? The two-period crossover: drug, period and carry-over."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

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
    join_notes,
    name_change_unit,
)
from .paired_reml import BOUNDARY_NOTE, PairedREML, compute_rms, solve_paired_reml
from .pairing import measure_size, pair_conditions, read_sequence

__all__ = ["CrossoverFit", "fit_crossover"]

CARRY_OVER_WARNING = (
    "Carry-over is tested between groups of participants, with a standard error {ratio} times that of "
    "the drug effect{power}. Do not test it first and then fall back on the first period: "
    "the two tests share their data and the type I error rises above its level (Freeman 1989); rule "
    "carry-over out by design (Senn 2002)"
)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class CrossoverFit(Result):
    """The two-period crossover: effect of the drug, of the period, and carry-over.

    Attributes
    ----------
    outcome : str
        Column name.
    conditions : (str, str)
        First and second; effects are first - second.
    participants : DataFrame
        One row per participant: participant, sequence, starts_with (condition of the first
        period), first, second (outcome under each condition), difference, total.
    mixed : PairedREML
        The mixed model with effects of condition and period and a random intercept.
    n_dropped : int
        Participants left out because they lack a value.
    notes : tuple of str
        Boundary and carry-over notes.
    status : str
        "illustrative" or "" as the data said.
    """

    outcome: str
    conditions: tuple[str, str]
    participants: pd.DataFrame
    mixed: PairedREML
    n_dropped: int = 0
    notes: tuple[str, ...] = ()
    status: str = ""

    @property
    def n_obs(self) -> int:
        """Number of participants, each with both conditions."""
        return len(self.participants)

    @property
    def cell_means(self) -> pd.DataFrame:
        """Mean outcome by sequence: starts_with, n_obs, first, second (condition)."""
        groups = self.participants.groupby("starts_with", sort=False)
        table = groups[["first", "second"]].mean()
        table.insert(0, "n_obs", groups.size())
        return table.reindex(list(self.conditions)).reset_index()

    @cached_property
    def model(self):
        """The mixed model fitted by statsmodels MixedLM (normal p values, no exact df).

        Its warnings are not shown; `glance()` says whether the fit is at the boundary,
        where its errors are not to be trusted.
        """
        import warnings

        from statsmodels.regression.mixed_linear_model import MixedLM

        half = np.repeat([0.5, -0.5], self.n_obs)
        order = np.where(self.participants["starts_with"] == self.conditions[0], -0.5, 0.5)
        design = pd.DataFrame(
            {"intercept": 1.0, "condition": half, "period": np.concatenate([order, -order])}
        )
        y = np.concatenate([self.participants["first"], self.participants["second"]])
        groups = np.tile(np.arange(self.n_obs), 2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return MixedLM(y, design, groups=groups).fit(reml=True)

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Every effect with its t interval.

        Parameters
        ----------
        confidence_level : float
            Of the intervals; between 0 and 1.

        Returns
        -------
        DataFrame
            term, method, estimate, std_error, statistic, df, p_value, conf_low,
            conf_high, n_obs. The period effect is second minus first period; carry-over
            is the mean of (sum of both outcomes) of those who began with the first
            condition minus that of the others.
        """
        require_level(confidence_level)
        difference, total = (self.participants[name].to_numpy() for name in ("difference", "total"))
        early = (self.participants["starts_with"] == self.conditions[0]).to_numpy()
        n, mixed, size = self.n_obs, self.mixed, measure_size(self.participants)
        first, second = difference[early].mean(), difference[~early].mean()
        error = _between_error(difference, early, size)
        resid = difference - difference.mean()
        paired_error = compute_rms(resid, size, n - 1) / np.sqrt(n)
        carry = total[early].mean() - total[~early].mean()
        rows = [
            ("paired difference", "paired t", difference.mean(), paired_error, n - 1),
            ("period-adjusted difference", "Hills-Armitage", (first + second) / 2, error / 2, n - 2),
            ("mixed-model difference", "REML, random intercept", float(mixed.within[0]),
             float(mixed.within_std_error[0]), mixed.df),
            ("period effect", "Hills-Armitage", (second - first) / 2, error / 2, n - 2),
            ("carry-over", "between sequences", carry, _between_error(total, early, size), n - 2),
        ]  # fmt: skip
        return pd.DataFrame(
            [
                {"term": term, "method": method} | summarise_t(*numbers, confidence_level)
                for term, method, *numbers in rows
            ]
        ).assign(n_obs=n)

    def glance(self) -> pd.DataFrame:
        """One row about the fit.

        Returns
        -------
        DataFrame
            n_obs, n_dropped, n_first_sequence (began with the first condition),
            n_second_sequence, participant_sd, residual_sd, log_likelihood (restricted;
            condition and period coded +1/2 and -1/2), boundary.
        """
        early = int((self.participants["starts_with"] == self.conditions[0]).sum())
        values = {"n_obs": self.n_obs, "n_dropped": self.n_dropped, "n_first_sequence": early}
        values |= {
            "n_second_sequence": self.n_obs - early,
            "participant_sd": self.mixed.participant_sd,
        }
        values |= {"residual_sd": self.mixed.residual_sd}
        values |= {"log_likelihood": self.mixed.log_likelihood, "boundary": self.mixed.boundary}
        return pd.DataFrame([values])

    def __str__(self) -> str:
        paired, adjusted = (row for _, row in self.to_frame().iloc[:2].iterrows())
        outcome, unit = describe_column(self.outcome)
        first, second = self.conditions
        parts = [
            f"{format_number(row['estimate'])} {name_change_unit(unit)}".rstrip()
            + f" ({format_interval(row['conf_low'], row['conf_high'], 0.95)}; t({row['df']:g}) = "
            f"{format_number(row['statistic'])}, {format_p(row['p_value'])})"
            for row in (paired, adjusted)
        ]
        sample = describe_sample(
            self.n_obs, self.status, n_dropped=self.n_dropped, unit="participants"
        )
        return (
            f"Difference in {outcome} ({first} minus {second}): {parts[0]} paired, {parts[1]} "
            f"adjusted for period; {sample}." + join_notes(self.notes)
        )


def fit_crossover(
    data: pd.DataFrame,
    *,
    outcome: str = "pain_reduction_percent",
    sequence: str = "sequence",
    condition: str = "condition",
    conditions: Sequence[str] = ("ldn", "placebo"),
    participant: str = "participant",
    missing: str = "raise",
) -> CrossoverFit:
    """Analyse a two-period crossover trial.

    Estimand: mean outcome under the first condition minus under the second, in people
    like these. Side by side:

    - paired difference: t on n - 1. Ignores the period; with unequal sequences a period
      effect leaks into it.
    - period-adjusted difference (Hills and Armitage 1979): the mean of the two
      sequences' mean differences, t on n - 2. The one to plan for.
    - mixed model: condition and period, a random intercept per participant, REML. All have
      both periods, so it is solved in closed form (`solve_paired_reml`): it equals lme4 and
      gives the period-adjusted difference again, with t on n - 2. If participants' means
      vary no more than chance alone would make them, their variance is estimated as
      zero: `glance()` has `boundary`, the notes say so, and the paired rows, which need no
      such variance, stay exact.
    - period effect: second minus first period, assuming no carry-over.
    - carry-over: sums of both outcomes between the sequences. It is the same contrast as a
      difference between the two randomised groups and as a treatment-by-period
      interaction, and it has little power. To test it first and to analyse only the
      first period if it is significant is wrong: the two tests are correlated, and the
      type I error of the whole is above its level (Freeman 1989; Senn 2002). Nothing here
      does that.

    Assumes: independent participants, differences that scatter normally with the same spread
    in both sequences, no carry-over for the drug and period effects.

    Parameters
    ----------
    data : DataFrame
        One row per participant and condition.
    outcome, condition, participant : str
        Columns.
    sequence : str
        Column that names the conditions in their order, e.g. "ldn then placebo" or "AB".
    conditions : pair of str
        First and second condition.
    missing : {"raise", "drop"}
        What to do with participants who lack a condition or a value; they are counted.

    Returns
    -------
    CrossoverFit
        Drug, period and carry-over effects, each with its t interval.

    Raises
    ------
    ValueError
        As `pair_conditions`; if a sequence does not begin with one condition and end with
        the other, if only one sequence occurs, or fewer than three participants are left.

    See Also
    --------
    compare_means : The paired difference alone, where the order is not known.
    fit_diary_model : Uses every day of the diaries.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> change = load_dataset("esr_pain_change").query("trial == 'crossover'")
    >>> people = load_dataset("participants")[["participant", "sequence"]]
    >>> fit = fit_crossover(change.merge(people, on="participant"))
    >>> row = fit.to_frame().iloc[0]
    >>> row["term"], int(row["df"])
    ('paired difference', 27)
    """
    pairs, n_dropped = pair_conditions(
        data, columns=(participant, condition, outcome), conditions=conditions, missing=missing,
        keep=(sequence,), function="fit_crossover",
    )  # fmt: skip
    starts = [read_sequence(value, conditions, "fit_crossover") for value in pairs[sequence]]
    table = pairs.rename(columns={sequence: "sequence", participant: "participant"})
    table.insert(2, "starts_with", starts)
    table["total"] = table["first"] + table["second"]
    if len(table) < 3:
        raise ValueError(
            f"fit_crossover: a crossover needs at least 3 participants with both conditions; "
            f"{len(table)} are left"
        )
    if len(set(starts)) < 2:
        raise ValueError(
            f"fit_crossover: all {len(table)} participants began with {starts[0]!r}, so drug and period "
            "cannot be told apart. Without a second sequence, only the mean within-participant "
            "difference is left, and it contains the period."
        )
    order = np.where(table["starts_with"] == conditions[0], -1.0, 1.0)
    ones = np.ones((len(table), 1))
    mixed = solve_paired_reml(table["first"], table["second"], np.column_stack([ones, order]), ones)
    notes = [BOUNDARY_NOTE] if mixed.boundary else []
    return CrossoverFit(
        outcome=outcome,
        conditions=tuple(conditions),
        participants=table,
        mixed=mixed,
        n_dropped=n_dropped,
        notes=(*notes, *_warn_of_carry_over(table, order < 0)),
        status=read_status(data),
    )


def _warn_of_carry_over(table: pd.DataFrame, early: np.ndarray) -> list[str]:
    """What the carry-over row is worth, from its error beside that of the drug effect."""
    size = measure_size(table)
    drug = _between_error(table["difference"].to_numpy(), early, size) / 2
    if drug == 0:
        return []
    ratio = _between_error(table["total"].to_numpy(), early, size) / drug
    power = ": it has little power" if ratio > 2 else ""
    return [CARRY_OVER_WARNING.format(ratio=format_number(ratio, 2), power=power)]


def _between_error(values: np.ndarray, group: np.ndarray, size: np.ndarray) -> float:
    """Standard error of the difference between two groups' means, their spread pooled."""
    n, n_first = len(values), int(group.sum())
    parts = [values[chosen] - values[chosen].mean() for chosen in (group, ~group)]
    sizes = np.concatenate([size[group], size[~group]])
    rms = compute_rms(np.concatenate(parts), sizes, n - 2)
    return rms * float(np.sqrt(1 / n_first + 1 / (n - n_first)))
