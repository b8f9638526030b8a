"""The estimates of a table of your own, whatever its design, and their figures."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from ..core.codebook import describe_column
from ..core.columns import OWN, Columns
from ..core.result import Result
from ..core.status import read_status
from ..crossover.means import MeanComparison, compare_means
from ..crossover.slopes import SlopeComparison, compare_slopes
from ..crossover.two_period import fit_crossover
from ..data.shaping import TableDesign, describe_design
from ..lines.group_lines import LineFits, fit_lines
from ..lines.group_means import GroupComparison, compare_groups
from ..lines.group_slopes import compare_group_slopes
from ..lines.regression import fit_line

__all__: list[str] = []

NOT_POSSIBLE = (ValueError, ArithmeticError, MemoryError)
EVERYBODY = "all participants"
OWN_BASELINE = "baseline_pain_0_100"


@dataclass(frozen=True, eq=False, kw_only=True)
class TableAnalysis:
    """The lines of a table and what its design allows to compare.

    Attributes
    ----------
    data : DataFrame
        As `read_table` gives it.
    columns : Columns
        Which columns hold what.
    design : TableDesign
        What the rows are.
    fits : LineFits or None
        One line per condition; None without a predictor.
    means, slopes, periods : Result or None
        Differences of means, of slopes, and adjusted for period.
    reasons : dict of str
        Why one of these is None.
    """

    data: pd.DataFrame
    columns: Columns
    design: TableDesign
    fits: LineFits | None
    means: Result | None
    slopes: Result | None
    periods: Result | None
    reasons: dict[str, str]

    @property
    def conditions(self) -> tuple[str, ...]:
        """Names of the conditions, in order; one name for everybody where there are none."""
        return self.design.conditions or (EVERYBODY,)

    @property
    def is_paired(self) -> bool:
        """Whether the conditions are compared within participants."""
        return self.design.kind in ("paired", "crossover")

    @property
    def pairing(self) -> dict:
        """Options of every within-participant comparison."""
        return pair_options(self.columns, self.design)

    def list_headlines(self) -> list[Result]:
        """The results to read first: differences where there are any, else the lines."""
        found = [self.periods or self.means, self.slopes]
        found = [result for result in found if result is not None]
        if not found and self.fits is not None:
            found = list(self.fits.fits.values())
        return found

    def take(self, condition: str) -> pd.DataFrame:
        """The rows of one condition."""
        if not self.design.conditions:
            return self.data
        return self.data[(self.data[self.columns.condition].astype("str") == condition).to_numpy()]


def analyse_table(data: pd.DataFrame, columns: Columns | None = None) -> TableAnalysis:
    """Fit the lines and compare the conditions as the design allows.

    Raises
    ------
    ValueError
        As `fit_lines` and `describe_design`.
    """
    columns = OWN if columns is None else columns
    fits = _fit_lines(data, columns) if columns.predictor is not None else None
    design = describe_design(data, columns)
    found, reasons = {}, {}
    for name, compute in _list_comparisons(data, columns, design).items():
        try:
            found[name] = compute()
        except NOT_POSSIBLE as error:
            reasons[name] = say_reason(error)
    results = {name: found.get(name) for name in ("means", "slopes", "periods")}
    return TableAnalysis(
        data=data, columns=columns, design=design, fits=fits, reasons=reasons, **results
    )


def say_reason(error: Exception) -> str:
    """Why something was not computed; the name of a function is of no use to the reader."""
    return re.sub(r"^[a-z]+(_[a-z]+)+: ", "", str(error)) or type(error).__name__


def pair_options(columns: Columns, design: TableDesign) -> dict:
    """Options of every within-participant comparison; the reference is the second condition."""
    conditions = design.conditions
    if len(conditions) == 2 and columns.reference == conditions[0]:
        conditions = conditions[::-1]
    return {
        "outcome": columns.outcome, "participant": columns.participant,
        "condition": columns.condition, "conditions": conditions, "missing": "drop",
    }  # fmt: skip


def _fit_lines(data: pd.DataFrame, columns: Columns) -> LineFits:
    """One line per condition; points are named after the participants."""
    axes = {"predictor": columns.predictor, "outcome": columns.outcome}
    if columns.participant != "participant" and "participant" not in data:
        labels = [f"row {i}" for i in range(1, len(data) + 1)]
        if columns.participant is not None:
            labels = data[columns.participant].to_numpy()
        data = data.set_axis(pd.Index(labels), axis=0)
    if columns.condition is None:
        return LineFits(by="group", fits={EVERYBODY: fit_line(data, **axes)})
    return fit_lines(data, by=columns.condition, **axes)


def _list_comparisons(data, columns: Columns, design: TableDesign) -> dict[str, Callable]:
    """What can be compared in this design, each to be computed."""
    if design.kind == "one group" or (design.kind != "parallel" and len(design.conditions) != 2):
        return {}
    x = {"predictor": columns.predictor}
    if design.kind == "parallel":
        options = {
            "outcome": columns.outcome, "by": columns.condition, "missing": "drop",
            "reference": columns.reference, "groups": design.conditions,
        }  # fmt: skip
        covariate = columns.adjusted_for or _find_own_baseline(data, columns)
        found = {"means": lambda: compare_groups(data, covariate=covariate, **options)}
        if columns.predictor is not None:
            found["slopes"] = lambda: compare_group_slopes(data, **x, **options)
        return found
    pairing = pair_options(columns, design)
    found = {"means": lambda: compare_means(data, **pairing)}
    if columns.predictor is not None:
        found["slopes"] = lambda: compare_slopes(data, **x, **pairing)
    if sequence := find_sequence(data, columns):
        found["periods"] = lambda: fit_crossover(data, sequence=sequence, **pairing)
    return found


def find_sequence(data: pd.DataFrame, columns: Columns) -> str | None:
    """The column of the order of the conditions, named or made from the periods."""
    if columns.sequence is not None:
        return columns.sequence if columns.sequence in data else None
    return "sequence" if columns.period is not None and "sequence" in data else None


def _find_own_baseline(data: pd.DataFrame, columns: Columns) -> str | None:
    """The baseline of a table in the shape of the project's, where no row lacks it."""
    is_own = columns is OWN and OWN_BASELINE in data
    return OWN_BASELINE if is_own and data[OWN_BASELINE].notna().all() else None


def draw_result(result: Result, *, numbers: bool = True):
    """The figure of a result; lines with their numbers above the panes, or without.

    Returns
    -------
    matplotlib.figure.Figure
    """
    if isinstance(result, LineFits):
        from ..lines.figure_2 import plot_esr_pain

        return plot_esr_pain(result, numbers=numbers)[0].figure
    if isinstance(result, GroupComparison):
        from ..lines.figures_groups import plot_groups

        return plot_groups(result)[0].figure
    if isinstance(result, MeanComparison):
        from ..crossover.figures_means import plot_mean_difference

        return plot_mean_difference(result)[0].figure
    if isinstance(result, SlopeComparison):
        from ..crossover.figures import plot_slope_difference

        return plot_slope_difference(result)[0].figure
    from ..crossover.figure_1 import plot_improvement

    return plot_improvement(result).figure


def write_methods(analysis: TableAnalysis, seed: int | None = None) -> str:
    """A paragraph of methods: what was computed, in words that can be pasted into a paper."""
    columns, design = analysis.columns, analysis.design
    outcome, unit = describe_column(columns.outcome)
    parts = [f"The outcome was {outcome}" + (f" (in {unit})." if unit else ".")]
    if columns.formula:
        parts.append(f"It was computed as {columns.formula}; positive values are reductions.")
    if analysis.fits is not None:
        predictor = describe_column(columns.predictor)[0]
        where = (
            "" if len(analysis.conditions) == 1 else f" within each level of {columns.condition}"
        )
        parts.append(
            f"Straight lines of {outcome} on {predictor} were fitted by ordinary least squares{where}, "
            "with t-based 95 % confidence intervals; residuals, leverage and influence were examined."
        )
    parts += _describe_comparison(analysis, outcome)
    if seed is not None and analysis.fits is not None:
        parts.append(
            "Bootstrap (BCa) intervals and permutation tests of each slope were computed as "
            f"sensitivity analyses (seed {seed})."
        )
    if read_status(analysis.data):
        parts.append("The data are illustrative: simulated participants, not measurements.")
    from ..core.versions import list_versions

    versions = list_versions().set_index("name")["version"]
    shown = ", ".join(f"{name} {versions[name]}" for name in versions.index[:5])
    used = "All tests are two-sided; no adjustment for multiple testing was made"
    several = design.kind == "parallel" and len(design.conditions) > 2
    parts.append(f"{used}{' beyond the simultaneous intervals' * several}. Software: {shown}.")
    return " ".join(parts)


def _describe_comparison(analysis: TableAnalysis, outcome: str) -> list[str]:
    """How the conditions were compared."""
    design, slopes = analysis.design, analysis.slopes is not None
    if analysis.means is None:
        return []
    if analysis.is_paired:
        parts = [
            f"Mean {outcome} was compared within participants by the paired t test "
            f"({design.n_paired} participants with both conditions)."
        ]
        if slopes:
            parts.append(
                "The difference between the two slopes was estimated by regressing the "
                "within-participant difference on the predictor."
            )
        if analysis.periods is not None:
            parts.append(
                "The difference adjusted for period is that of Hills and Armitage (1979); carry-over "
                "was not used to choose the analysis."
            )
        return parts
    means, reference = analysis.means, analysis.means.groups[-1]
    parts = [
        f"Mean {outcome} was compared between independent groups, each with {reference}, by "
        "Welch's t test."
    ]
    if means.covariate is not None:
        covariate = describe_column(means.covariate)[0]
        parts.append(f"Differences adjusted for {covariate} are from an analysis of covariance.")
    if len(means.groups) > 2:
        parts.append(
            "Intervals for all comparisons of means with the reference are simultaneous (Dunnett "
            "1955), assuming equal spread in all groups."
        )
    if slopes:
        parts.append(
            "Differences between slopes are interactions of group and predictor, with HC3 standard "
            "errors (MacKinnon and White 1985)"
            + (" and simultaneous intervals." if len(means.groups) > 2 else ".")
        )
    return parts
