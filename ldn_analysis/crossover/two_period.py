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
from ..core.wording import describe_sample, format_interval, format_number, format_p, join_notes
from .paired_reml import BOUNDARY_NOTE, TwoStrata, solve_two_strata
from .pairing import pair_conditions, read_sequence

__all__ = ["CrossoverFit", "fit_crossover"]

CARRY_OVER_WARNING = (
    "Carry-over is tested between groups of persons, with a standard error {ratio} times that of the "
    "drug effect: it has little power. Do not test it first and then fall back on the first period: "
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
    persons : DataFrame
        One row a person: participant, sequence, starts_with (condition of the first
        period), first, second (outcome under each condition), difference, total.
    mixed : TwoStrata
        The mixed model with effects of condition and period and a random intercept.
    n_dropped : int
        Persons left out because they lack a value.
    notes : tuple of str
        Boundary and carry-over notes.
    status : str
        "illustrative" or "" as the data said.
    """

    outcome: str
    conditions: tuple[str, str]
    persons: pd.DataFrame
    mixed: TwoStrata
    n_dropped: int = 0
    notes: tuple[str, ...] = ()
    status: str = ""

    @property
    def n_obs(self) -> int:
        """Number of persons, each with both conditions."""
        return len(self.persons)

    @property
    def cell_means(self) -> pd.DataFrame:
        """Mean outcome by sequence: starts_with, n_obs, first, second (condition)."""
        groups = self.persons.groupby("starts_with", sort=False)
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
        order = np.where(self.persons["starts_with"] == self.conditions[0], -0.5, 0.5)
        design = pd.DataFrame(
            {"intercept": 1.0, "condition": half, "period": np.concatenate([order, -order])}
        )
        y = np.concatenate([self.persons["first"], self.persons["second"]])
        groups = np.tile(np.arange(self.n_obs), 2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return MixedLM(y, design, groups=groups).fit(reml=True)

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Every effect with its t interval.

        Returns
        -------
        DataFrame
            term, method, estimate, std_error, statistic, df, p_value, conf_low,
            conf_high, n_obs. The period effect is second minus first period; carry-over
            is the mean of (sum of both outcomes) of those who began with the first
            condition minus that of the others.
        """
        require_level(confidence_level)
        difference, total = (self.persons[name].to_numpy() for name in ("difference", "total"))
        early = (self.persons["starts_with"] == self.conditions[0]).to_numpy()
        n, n_early = self.n_obs, int(early.sum())
        spread = np.sqrt(1 / n_early + 1 / (n - n_early))
        first, second = difference[early].mean(), difference[~early].mean()
        error = _pooled_sd(difference, early) * spread
        paired_error = _sd(difference) / np.sqrt(n)
        carry = total[early].mean() - total[~early].mean()
        mixed = self.mixed
        rows = [
            ("paired difference", "paired t", difference.mean(), paired_error, n - 1),
            ("period-adjusted difference", "Hills-Armitage", (first + second) / 2, error / 2, n - 2),
            ("mixed-model difference", "REML, random intercept", float(mixed.within[0]),
             float(mixed.within_std_error[0]), mixed.df),
            ("period effect", "Hills-Armitage", (second - first) / 2, error / 2, n - 2),
            ("carry-over", "between sequences", carry, _pooled_sd(total, early) * spread, n - 2),
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
            n_second_sequence, person_sd, residual_sd, log_likelihood (restricted;
            condition and period coded +1/2 and -1/2), boundary.
        """
        early = int((self.persons["starts_with"] == self.conditions[0]).sum())
        values = {"n_obs": self.n_obs, "n_dropped": self.n_dropped, "n_first_sequence": early}
        values |= {"n_second_sequence": self.n_obs - early, "person_sd": self.mixed.person_sd}
        values |= {"residual_sd": self.mixed.residual_sd}
        values |= {"log_likelihood": self.mixed.log_likelihood, "boundary": self.mixed.boundary}
        return pd.DataFrame([values])

    def __str__(self) -> str:
        paired, adjusted = (row for _, row in self.to_frame().iloc[:2].iterrows())
        outcome, unit = describe_column(self.outcome)
        first, second = self.conditions
        parts = [
            f"{format_number(row['estimate'])} {unit}".rstrip()
            + f" ({format_interval(row['conf_low'], row['conf_high'], 0.95)}; t({row['df']:g}) = "
            f"{format_number(row['statistic'])}, {format_p(row['p_value'])})"
            for row in (paired, adjusted)
        ]
        sample = describe_sample(self.n_obs, self.status, n_dropped=self.n_dropped, unit="persons")
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

    Estimand: mean outcome under the first condition minus under the second, in persons
    like these. Side by side:

    - paired difference: t on n - 1. Ignores the period; with unequal sequences a period
      effect leaks into it.
    - period-adjusted difference (Hills and Armitage 1979): the mean of the two
      sequences' mean differences, t on n - 2. The one to plan for.
    - mixed model: condition and period, a random intercept a person, REML. Everybody has
      both periods, so it is solved in closed form (`solve_two_strata`): it equals lme4 and
      gives the period-adjusted difference again, with t on n - 2. If persons' means vary
      no more than chance alone would have them, the person variance is estimated as
      zero: `glance()` has `boundary`, the notes say so, and the paired rows, which need no
      such variance, stay exact.
    - period effect: second minus first period, assuming no carry-over.
    - carry-over: sums of both outcomes between the sequences. It is the same contrast as a
      difference between the two randomised groups and as a treatment-by-period
      interaction, and it has little power. To test it first and to analyse only the
      first period if it is significant is wrong: the two tests are correlated, and the
      type I error of the whole is above its level (Freeman 1989; Senn 2002). Nothing here
      does that.

    Assumes: independent persons, differences that scatter normally with the same spread
    in both sequences, no carry-over for the drug and period effects.

    Parameters
    ----------
    data : DataFrame
        One row a person and condition.
    outcome, condition, participant : str
        Columns.
    sequence : str
        Column that names the conditions in their order, e.g. "ldn then placebo" or "AB".
    conditions : pair of str
        First and second condition.
    missing : {"raise", "drop"}
        What to do with persons who lack a condition or a value; they are counted.

    Returns
    -------
    CrossoverFit

    Raises
    ------
    ValueError
        As `pair_conditions`; if a sequence does not begin with one condition and end with
        the other, if only one sequence occurs, or fewer than three persons are left.

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
        keep=(sequence,), caller="fit_crossover",
    )  # fmt: skip
    starts = [read_sequence(value, conditions, "fit_crossover") for value in pairs[sequence]]
    persons = pairs.rename(columns={sequence: "sequence", participant: "participant"})
    persons.insert(2, "starts_with", starts)
    persons["total"] = persons["first"] + persons["second"]
    if len(persons) < 3:
        raise ValueError(
            f"fit_crossover: a crossover needs at least 3 persons with both conditions; "
            f"{len(persons)} are left"
        )
    if len(set(starts)) < 2:
        raise ValueError(
            f"fit_crossover: all {len(persons)} persons began with {starts[0]!r}, so drug and period "
            "cannot be told apart. Without a second sequence, only the mean within-person "
            "difference is left, and it contains the period."
        )
    order = np.where(persons["starts_with"] == conditions[0], -1.0, 1.0)
    ones = np.ones((len(persons), 1))
    mixed = solve_two_strata(
        persons["first"], persons["second"], np.column_stack([ones, order]), ones
    )
    notes = [BOUNDARY_NOTE] if mixed.boundary else []
    early = order < 0
    error = _pooled_sd(persons["difference"].to_numpy(), early) / 2
    if error > 0:
        ratio = _pooled_sd(persons["total"].to_numpy(), early) / error
        notes.append(CARRY_OVER_WARNING.format(ratio=format_number(ratio, 2)))
    return CrossoverFit(
        outcome=outcome,
        conditions=tuple(conditions),
        persons=persons,
        mixed=mixed,
        n_dropped=n_dropped,
        notes=tuple(notes),
        status=read_status(data),
    )


def _pooled_sd(values: np.ndarray, group: np.ndarray) -> float:
    """SD about the two groups' means."""
    parts = [values[group] - values[group].mean(), values[~group] - values[~group].mean()]
    return _rest(np.concatenate(parts), values, len(values) - 2)


def _sd(values: np.ndarray) -> float:
    """SD about the mean."""
    return _rest(values - values.mean(), values, len(values) - 1)


def _rest(resid: np.ndarray, values: np.ndarray, df: int) -> float:
    """Root mean square of residuals; what is rounding alone is zero."""
    rest = resid @ resid
    return 0.0 if rest <= 1e-26 * (values @ values) else float(np.sqrt(rest / df))
