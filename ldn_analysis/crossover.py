"""Is it the drug? Two slopes compared within persons, and the two-period crossover.

Everything here rests on one fact: of two outcomes of one person, the difference and the
mean are independent. What the two conditions share is in the mean; what tells them apart
is in the difference. Regress each on its own, and the mixed model is solved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from .data import describe_column
from .pairs import pair_conditions
from .regression import LineFit, LineFits, fit_line, fit_lines
from .results import Result, format_interval, format_number, format_p, require_level

__all__ = [
    "CrossoverFit",
    "SlopeComparison",
    "TwoStrata",
    "compare_slopes",
    "fit_crossover",
    "solve_two_strata",
]

CARRY_OVER_WARNING = (
    "Carry-over is tested between groups of persons, with a standard error {ratio} times that of the "
    "drug effect: it has little power. Do not test it first and then fall back on the first period: "
    "the two tests share their data and the type I error rises above its level (Freeman 1989); rule "
    "carry-over out by design (Senn 2002)"
)


class TwoStrata(NamedTuple):
    """Restricted maximum likelihood of two outcomes a person with a random intercept."""

    within: np.ndarray  # coefficients of first - second
    within_std_error: np.ndarray
    between: np.ndarray  # coefficients of the mean of both
    between_std_error: np.ndarray
    df: int  # persons - coefficients of the difference
    person_sd: float  # SD of the random intercept
    residual_sd: float  # SD of one outcome within a person
    log_likelihood: float  # restricted
    boundary: bool  # the random intercept's variance is estimated as zero


def solve_two_strata(first, second, within_design, between_design) -> TwoStrata:
    """Solve the mixed model of complete pairs in closed form, by REML.

    Model: y1 = B b + W d / 2 + u + e1 and y2 = B b - W d / 2 + u + e2, with person u and
    residual e independent normal. Then y1 - y2 = W d + noise and (y1 + y2) / 2 = B b +
    noise are two independent regressions (two strata; Patterson and Thompson 1971), which
    give all the estimates. The variance of u is what the means vary more than half of the
    residual variance. Where they vary less, its REML estimate is zero (the boundary), and
    both residual sums of squares estimate the one variance that is left.

    Parameters
    ----------
    first, second : array_like, shape (n,)
        The two outcomes of each person.
    within_design : array_like, shape (n, q)
        W: what the difference depends on, with a column of ones for the mean difference.
    between_design : array_like, shape (n, k)
        B: what the mean depends on.

    Returns
    -------
    TwoStrata
        Estimates and standard errors as lmer gives them, the log-likelihood for the
        coding above (conditions at +1/2 and -1/2). `df` is n - q: exact for t in the
        interior, and kept at the boundary, where the 2 n - q - k of the pooled variance
        would be too many (the boundary is where the variance happened to come out small).

    Raises
    ------
    ValueError
        If shapes disagree or n is not above the number of columns of a design.

    Examples
    --------
    >>> ones = np.ones((4, 1))
    >>> model = solve_two_strata([5.0, 7, 9, 12], [3.0, 6, 8, 8], ones, ones)
    >>> float(model.within[0]), model.df, model.boundary
    (2.0, 3, False)
    """
    first, second = np.asarray(first, float), np.asarray(second, float)
    within_design, between_design = (
        np.asarray(part, float) for part in (within_design, between_design)
    )
    n = len(first)
    shapes = {len(second), len(within_design), len(between_design)}
    if shapes != {n} or n <= max(within_design.shape[1], between_design.shape[1]):
        raise ValueError(
            f"solve_two_strata: needs more persons than columns and equal lengths; received {n} "
            f"outcomes with designs of shape {within_design.shape} and {between_design.shape}"
        )
    within, within_ss, within_inverse = _regress(within_design, first - second)
    between, between_ss, between_inverse = _regress(between_design, (first + second) / 2)
    # On the scale of one outcome: of orthonormal contrasts (y1 - y2) / sqrt 2, (y1 + y2) / sqrt 2.
    within_ss, between_ss = within_ss / 2, between_ss * 2
    within_df, between_df = n - within_design.shape[1], n - between_design.shape[1]
    low, high = within_ss / within_df, between_ss / between_df
    boundary = bool(high <= low)
    if boundary:
        low = high = (within_ss + between_ss) / (within_df + between_df)
    with np.errstate(divide="ignore"):
        log_determinant = (
            within_df * np.log(low)
            + between_df * np.log(high)
            - within_design.shape[1] * np.log(2)
            + between_design.shape[1] * np.log(2)
            - np.linalg.slogdet(within_inverse)[1]
            - np.linalg.slogdet(between_inverse)[1]
        )
    total_df = within_df + between_df
    return TwoStrata(
        within=within,
        within_std_error=np.sqrt(2 * low * np.diag(within_inverse)),
        between=between,
        between_std_error=np.sqrt(high / 2 * np.diag(between_inverse)),
        df=within_df,
        person_sd=float(np.sqrt((high - low) / 2)),
        residual_sd=float(np.sqrt(low)),
        log_likelihood=float(-0.5 * (total_df * (np.log(2 * np.pi) + 1) + log_determinant)),
        boundary=boundary,
    )


def _regress(design: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
    """Coefficients, residual sum of squares and (X'X)^-1."""
    inverse = np.linalg.inv(design.T @ design)
    origin = y.mean()  # every design has the column of ones first
    coefficient = inverse @ (design.T @ (y - origin))
    resid = y - origin - design @ coefficient
    coefficient[0] += origin
    rest = resid @ resid
    # On a perfect fit the residuals are rounding alone.
    return coefficient, 0.0 if rest <= 1e-26 * (y @ y) else rest, inverse


# --- two slopes --------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class SlopeComparison(Result):
    """The difference of two slopes, three ways; the first is primary.

    Attributes
    ----------
    predictor, outcome : str
        Column names.
    conditions : (str, str)
        First and second; the difference is first - second.
    fits : LineFits
        The two panes, one line a condition. Their separate p values do not test the
        difference: they are kept to show the trap.
    difference : LineFit
        The line of the within-person difference (column `difference`): the primary way.
    pooled : (float, float)
        Cluster-robust (CR2) standard error and Bell-McCaffrey degrees of freedom.
    mixed : TwoStrata
        The mixed model; coefficients of the predictor are second.
    n_dropped : int
        Persons left out because they lack a value.
    notes : tuple of str
        What went wrong or is at a limit; empty if nothing.
    status : str
        "illustrative" or "" as the data said.
    """

    predictor: str
    outcome: str
    conditions: tuple[str, str]
    fits: LineFits
    difference: LineFit
    pooled: tuple[float, float]
    mixed: TwoStrata
    n_dropped: int = 0
    notes: tuple[str, ...] = ()
    status: str = ""

    @property
    def n_obs(self) -> int:
        """Number of persons, each with both conditions."""
        return self.difference.n_obs

    @cached_property
    def model(self):
        """The pooled regression as a statsmodels result, with its CR1 cluster errors."""
        from statsmodels.regression.linear_model import OLS

        pairs = self.difference.data
        x = np.tile(pairs[self.predictor].to_numpy(float), 2)
        half = np.repeat([0.5, -0.5], self.n_obs)
        design = pd.DataFrame(
            {"intercept": 1.0, "predictor": x, "condition": half, "interaction": half * x}
        )
        y = np.concatenate([pairs["first"], pairs["second"]])
        groups = np.tile(np.arange(self.n_obs), 2)
        return OLS(y, design).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """The difference of slopes by each of the three ways.

        Returns
        -------
        DataFrame
            method, primary (bool), why, estimate, std_error, statistic, df, p_value,
            conf_low, conf_high, n_obs (persons).
        """
        require_level(confidence_level)
        slope = self.difference.slope
        ways = [
            ("within-person difference", float(self.difference.line.slope_std_error),
             self.difference.df, "each person is her own control; exact t if residuals are normal"),
            ("pooled, cluster-robust (CR2)", *self.pooled,
             "does not assume equal spread; its error is noisy in a small sample"),
            ("mixed model, random intercept", float(self.mixed.within_std_error[1]),
             self.mixed.df, "adds the assumption that both conditions have the same spread"),
        ]  # fmt: skip
        rows = [
            {"method": method, "primary": i == 0, "why": why}
            | make_row(slope, error, df, confidence_level)
            for i, (method, error, df, why) in enumerate(ways)
        ]
        return pd.DataFrame(rows).assign(n_obs=self.n_obs)

    def glance(self) -> pd.DataFrame:
        """One row: n_obs, n_dropped, the two slopes, their separate p values, boundary.

        Two p values on two sides of 0.05 are not a test of the difference (Gelman and
        Stern 2006).
        """
        first, second = (self.fits[name] for name in self.conditions)
        return pd.DataFrame(
            [
                {
                    "n_obs": self.n_obs,
                    "n_dropped": self.n_dropped,
                    "slope_first": first.slope,
                    "slope_second": second.slope,
                    "p_value_first": first.p_value,
                    "p_value_second": second.p_value,
                    "boundary": self.mixed.boundary,
                }
            ]
        )

    def __str__(self) -> str:
        row = self.to_frame().iloc[0]
        first, second = self.conditions
        predictor, unit = describe_column(self.predictor)
        outcome, outcome_unit = describe_column(self.outcome)
        apart = "; ".join(f"{name} {format_p(self.fits[name].p_value)}" for name in self.conditions)
        return (
            f"Difference of the slopes of {outcome} on {predictor} ({first} minus {second}): "
            f"{format_number(row['estimate'])} {outcome_unit}".rstrip()
            + f" per {unit or 'unit'} ({format_interval(row['conf_low'], row['conf_high'], 0.95)}; "
            f"t({row['df']:g}) = {format_number(row['statistic'])}, {format_p(row['p_value'])}; "
            f"{describe_people(self.n_obs, self.n_dropped, self.status)}). The two slopes' own p values "
            f"({apart}) do not test it." + join_notes(self.notes)
        )


def compare_slopes(
    data: pd.DataFrame,
    *,
    predictor: str = "esr_mm_h",
    outcome: str = "pain_reduction_percent",
    condition: str = "condition",
    conditions: Sequence[str] = ("ldn", "placebo"),
    participant: str = "participant",
    missing: str = "raise",
) -> SlopeComparison:
    """Does the predictor matter more under one condition than under the other?

    Estimand: slope under the first condition minus slope under the second, in the
    population the persons stand for. "Significant on the left, not on the right" does not
    answer it (Gelman and Stern 2006). Three ways do:

    1. Primary: regress the within-person difference of the outcomes on the predictor.
       Each person is her own control, whatever is hers alone cancels, and the t
       interval is exact if the differences scatter normally and evenly about a line.
    2. Ordinary least squares of all rows with a condition-by-predictor interaction and
       errors clustered by person: CR2 with Bell and McCaffrey's (2002) degrees of
       freedom, which hold up in small samples where CR1 and a normal p do not.
    3. A mixed model with a random intercept a person, by REML, with t on persons - 2.

    With both conditions for everybody the three give the same estimate, and away from
    the variance boundary the first and third the same error: they differ in what they
    assume, not in what they find. (Clustering the interaction by person is the same as
    HC2 for the regression of differences.) What never works is to treat the two rows of
    a person as two persons.

    Parameters
    ----------
    data : DataFrame
        One row a person and condition.
    predictor : str
        Column measured once a person, before treatment.
    outcome, condition, participant : str
        Columns.
    conditions : pair of str
        First and second condition.
    missing : {"raise", "drop"}
        What to do with persons who lack a condition or a value; they are counted.

    Returns
    -------
    SlopeComparison

    Raises
    ------
    ValueError
        As `pair_conditions` and `fit_line`: columns, conditions, duplicated or incomplete
        persons, a predictor that varies within a person or not at all, n < 3.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> comparison = compare_slopes(load_dataset("esr_pain_change"))
    >>> comparison.to_frame()["method"].tolist()[0], comparison.n_obs
    ('within-person difference', 38)
    """
    pairs, n_dropped = pair_conditions(
        data, columns=(participant, condition, outcome), conditions=conditions, missing=missing,
        keep=(predictor,), caller="compare_slopes",
    )  # fmt: skip
    difference = fit_line(pairs, predictor=predictor, outcome="difference")
    kept = data[data[participant].isin(pairs[participant])]
    kept.attrs["status"] = data.attrs.get("status", "")
    fits = fit_lines(
        kept.assign(**{predictor: kept[participant].map(pairs.set_index(participant)[predictor])}),
        predictor=predictor, outcome=outcome, by=condition, groups=tuple(conditions),
    )  # fmt: skip
    design = np.column_stack([np.ones(len(pairs)), difference.x - difference.x.mean()])
    mixed = solve_two_strata(pairs["first"], pairs["second"], design, design)
    pooled = _cluster_robust(difference)
    notes = []
    if mixed.boundary:
        notes.append(_boundary_note())
    if np.isnan(pooled[0]):
        notes.append(
            "one person alone fixes the slope (leverage 1), so the cluster-robust error is not "
            "defined"
        )
    return SlopeComparison(
        predictor=predictor,
        outcome=outcome,
        conditions=tuple(conditions),
        fits=fits,
        difference=difference,
        pooled=pooled,
        mixed=mixed,
        n_dropped=n_dropped,
        notes=tuple(notes),
        status=data.attrs.get("status", ""),
    )


def _cluster_robust(fit: LineFit) -> tuple[float, float]:
    """CR2 error of the interaction and its Bell-McCaffrey df, from the line of differences."""
    centred = fit.x - float(fit.line.mean_x)
    weight = centred / float(fit.line.sxx)
    leverage = 1 / fit.n_obs + centred * weight
    if leverage.max() > 1 - 1e-10:
        return np.nan, np.nan
    resid = fit.y - fit.intercept - fit.slope * fit.x
    if fit.line.residual_sd == 0:
        resid = np.zeros_like(resid)
    scaled = weight / np.sqrt(1 - leverage)
    error = np.sqrt(((scaled * resid) ** 2).sum())
    # Satterthwaite: the variance is a quadratic form in the residuals; if they have equal
    # spread its matrix is diag(w) M diag(w), M = I - H. H has rank two.
    squared = scaled**2
    matrix = -np.outer(scaled, scaled) * (1 / fit.n_obs + np.outer(centred, weight))
    matrix[np.diag_indices(fit.n_obs)] += squared
    return float(error), float(np.trace(matrix) ** 2 / (matrix**2).sum())


# --- the two-period crossover ------------------------------------------------------------


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
                {"term": term, "method": method} | make_row(*numbers, confidence_level)
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
        return (
            f"Difference in {outcome} ({first} minus {second}): {parts[0]} paired, {parts[1]} "
            f"adjusted for period; {describe_people(self.n_obs, self.n_dropped, self.status)}."
            + join_notes(self.notes)
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
    notes = [_boundary_note()] if mixed.boundary else []
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
        status=data.attrs.get("status", ""),
    )


def read_sequence(value: str, conditions: Sequence[str], caller: str) -> str:
    """The condition that a sequence such as "ldn then placebo" begins with."""
    text = str(value).strip().casefold()
    first, second = (str(name).strip().casefold() for name in conditions)
    if text.startswith(first) and text.endswith(second):
        return conditions[0]
    if text.startswith(second) and text.endswith(first):
        return conditions[1]
    raise ValueError(
        f"{caller}: the sequence {value!r} must begin with one condition and end with the other, "
        f"e.g. '{conditions[0]} then {conditions[1]}'"
    )


def make_row(estimate: float, std_error: float, df: float, confidence_level: float) -> dict:
    """Estimate, error, t, df, two-sided p and t interval, under the glossary's names."""
    margin = std_error * stdtrit(df, 0.5 + confidence_level / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = float(np.divide(estimate, std_error))
    return {
        "estimate": float(estimate),
        "std_error": float(std_error),
        "statistic": t,
        "df": df,
        "p_value": float(2 * stdtr(df, -abs(t))),
        "conf_low": float(estimate - margin),
        "conf_high": float(estimate + margin),
    }


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


def _boundary_note() -> str:
    """What to say of a person variance of zero."""
    return (
        "In the mixed model the variance between persons is estimated as zero (boundary): persons' "
        "means vary no more than chance would have them. Its error pools both strata and can be "
        "too small; use the within-person difference, which is not affected"
    )


def describe_people(n_obs: int, n_dropped: int, status: str) -> str:
    """How many persons, and of what kind of data."""
    dropped = f", {n_dropped} dropped" if n_dropped else ""
    note = "; illustrative data" if status == "illustrative" else ""
    return f"n = {n_obs} persons{dropped}{note}"


def join_notes(notes: Sequence[str]) -> str:
    """Notes as further sentences."""
    return "".join(f" {note.rstrip('.')}." for note in notes)
