"""Is one slope steeper than another? The difference of two slopes in the same participants."""

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
from ..lines.group_lines import LineFits, fit_lines
from ..lines.regression import LineFit, fit_line
from .paired_reml import BOUNDARY_NOTE, PairedREML, solve_paired_reml
from .pairing import pair_conditions

__all__ = ["SlopeComparison", "compare_slopes"]


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
        The two panes, one line per condition. Their separate p values do not test the
        difference: they are kept to show the trap.
    difference : LineFit
        The line of the within-participant difference (column `difference`): the primary way.
    pooled : (float, float)
        Cluster-robust (CR2) standard error and Bell-McCaffrey degrees of freedom.
    mixed : PairedREML
        The mixed model; coefficients of the predictor are second.
    n_dropped : int
        Participants left out because they lack a value.
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
    mixed: PairedREML
    n_dropped: int = 0
    notes: tuple[str, ...] = ()
    status: str = ""

    @property
    def n_obs(self) -> int:
        """Number of participants, each with both conditions."""
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

        Parameters
        ----------
        confidence_level : float
            Of the intervals; between 0 and 1.

        Returns
        -------
        DataFrame
            method, primary (bool), why, estimate, std_error, statistic, df, p_value,
            conf_low, conf_high, n_obs (participants).
        """
        require_level(confidence_level)
        slope = self.difference.slope
        ways = [
            ("within-participant difference", float(self.difference.line.slope_std_error),
             self.difference.df, "exact t if the differences scatter normally and evenly"),
            ("pooled, cluster-robust (CR2)", *self.pooled,
             "does not assume even spread; its error is noisy in a small sample"),
            ("mixed model, random intercept", float(self.mixed.within_std_error[1]),
             self.mixed.df, "also assumes that both conditions have the same spread"),
        ]  # fmt: skip
        rows = [
            {"method": method, "primary": i == 0, "why": why}
            | summarise_t(slope, error, df, confidence_level)
            for i, (method, error, df, why) in enumerate(ways)
        ]
        return pd.DataFrame(rows).assign(n_obs=self.n_obs)

    def glance(self) -> pd.DataFrame:
        """The two lines, each by itself.

        Two p values on two sides of 0.05 are not a test of the difference (Gelman and
        Stern 2006).

        Returns
        -------
        DataFrame
            One row: n_obs, n_dropped, the two slopes, their separate p values, boundary.
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
        sample = describe_sample(
            self.n_obs, self.status, n_dropped=self.n_dropped, unit="participants"
        )
        return (
            f"Difference of the slopes of {outcome} on {predictor} ({first} minus {second}): "
            f"{format_number(row['estimate'])} {name_change_unit(outcome_unit)}".rstrip()
            + f" per {unit or 'unit'} ({format_interval(row['conf_low'], row['conf_high'], 0.95)}; "
            f"t({row['df']:g}) = {format_number(row['statistic'])}, {format_p(row['p_value'])}; "
            f"{sample}). The two slopes' own p values "
            f"({apart}) do not test this difference." + join_notes(self.notes)
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
    population the participants stand for. "Significant on the left, not on the right" does not
    answer it (Gelman and Stern 2006). Three ways do:

    1. Primary: regress the within-participant difference of the outcomes on the predictor.
       Stable differences between participants cancel, and the t interval is simple, and
       exact if the differences scatter normally and evenly about a line.
    2. Ordinary least squares of all rows with a condition-by-predictor interaction and
       errors clustered by participant: CR2 with Bell and McCaffrey's (2002) degrees of
       freedom, which hold up in small samples where CR1 and a normal p do not.
    3. A mixed model with a random intercept per participant, by REML, with t on n - 2.

    With both conditions for every participant the three give the same estimate, and away
    from the variance boundary the first and third the same error: they differ in what they
    assume, not in what they estimate. (Clustering the interaction by participant is the same
    as HC2 for the regression of differences.) What never works is to treat the two rows of
    a participant as two participants. Where the participants come from several trials, these
    are clusters too, which none of the three takes into account.

    Parameters
    ----------
    data : DataFrame
        One row per participant and condition.
    predictor : str
        Column measured once per participant, before treatment.
    outcome, condition, participant : str
        Columns.
    conditions : pair of str
        First and second condition.
    missing : {"raise", "drop"}
        What to do with participants who lack a condition or a value; they are counted.

    Returns
    -------
    SlopeComparison
        The difference of slopes three ways, and the two panes' lines.

    Raises
    ------
    ValueError
        As `pair_conditions` and `fit_line`: columns, conditions, duplicated or incomplete
        participants, a predictor that varies within a participant or not at all, n < 3.

    See Also
    --------
    fit_lines : The two panes, each on its own.
    compare_means : The mean difference instead of its slope.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> comparison = compare_slopes(load_dataset("esr_pain_change"))
    >>> comparison.to_frame()["method"].tolist()[0], comparison.n_obs
    ('within-participant difference', 38)
    """
    pairs, n_dropped = pair_conditions(
        data, columns=(participant, condition, outcome), conditions=conditions, missing=missing,
        keep=(predictor,), function="compare_slopes",
    )  # fmt: skip
    difference = fit_line(pairs, predictor=predictor, outcome="difference")
    kept = data[data[participant].isin(pairs[participant])]
    fits = fit_lines(
        kept.assign(**{predictor: kept[participant].map(pairs.set_index(participant)[predictor])}),
        predictor=predictor, outcome=outcome, by=condition, groups=tuple(conditions),
    )  # fmt: skip
    design = np.column_stack([np.ones(len(pairs)), difference.x - difference.x.mean()])
    mixed = solve_paired_reml(pairs["first"], pairs["second"], design, design)
    pooled = _cluster_robust(difference)
    notes = []
    if mixed.boundary:
        notes.append(BOUNDARY_NOTE)
    if np.isnan(pooled[0]):
        notes.append(
            "one participant alone fixes the slope (leverage 1), so the cluster-robust error is not "
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
        status=read_status(data),
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
    # spread its matrix is diag(w) (I - H) diag(w). H has rank two, so that the trace and the sum
    # of squares follow from sums over the participants: no n by n matrix is made.
    n, sxx, squared = fit.n_obs, float(fit.line.sxx), scaled**2
    trace = (squared * (1 - leverage)).sum()
    total, first, second = (squared @ centred**power for power in range(3))
    norm = (squared**2 * (1 - 2 * leverage)).sum()
    norm += (total / n) ** 2 + 2 * first**2 / (n * sxx) + (second / sxx) ** 2
    return float(error), float(trace**2 / norm)
