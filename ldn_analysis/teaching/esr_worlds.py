"""Fig. 2 under another assumed correlation of ESR with pain reduction, without a new simulation."""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd

from ..core.intervals import compute_paired_p
from ..core.result import Result
from ..core.status import read_status
from ..core.validation import require_columns
from ..core.wording import describe_status, format_number
from ..crossover.pairing import pair_conditions
from ..data.calibration import agrees
from ..data.simulated_draws import recombine_scores
from ..data.tables import load_dataset
from ..lines.group_lines import LineFits, fit_lines

__all__ = ["VariedCorrelation", "vary_esr_correlation"]

REDUCTION = "pain_reduction_percent"
TARGETS = (
    "rct_pain_reduction_ldn",
    "rct_pain_reduction_placebo",
    "rct_pain_reduction_p",
    "rct_pain30_ldn",
)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class VariedCorrelation(Result):
    """The participants of Fig. 2 with another correlation of ESR and pain reduction.

    Attributes
    ----------
    data : DataFrame
        As `esr_pain_change`; its crossover trial's reductions and end points are other ones.
    crossover_esr_r : (float, float)
        Correlation of ESR with the reduction during LDN and placebo in the crossover trial.
    """

    data: pd.DataFrame
    crossover_esr_r: tuple[float, float]

    @cached_property
    def fits(self) -> LineFits:
        """The two lines of Fig. 2, through the participants of both trials."""
        return fit_lines(self.data)

    @cached_property
    def n_impossible(self) -> int:
        """End points of the crossover trial that lie outside the 0-100 scale."""
        return int((~self.data["end_pain_0_100"].between(0, 100)).sum())

    def to_frame(self) -> pd.DataFrame:
        """Which printed numbers about the crossover trial's pain still hold.

        Returns
        -------
        DataFrame
            id, quantity, group, target (as printed), achieved, unit, met ("yes", "no"); as
            in `check_calibration`.
        """
        return self._targets.copy()

    @cached_property
    def _targets(self) -> pd.DataFrame:
        """The table of `to_frame`."""
        crossover = self.data[self.data["trial"] == "crossover"]
        pairs = crossover.pivot(index="participant", columns="condition", values=REDUCTION)
        achieved = [pairs["ldn"].mean(), pairs["placebo"].mean()]
        achieved += [compute_paired_p(pairs["ldn"] - pairs["placebo"])]
        achieved += [100 * (pairs["ldn"] >= 30).mean()]
        published = _load_targets()
        table = published[["quantity", "group", "value", "unit"]].rename(
            columns={"value": "target"}
        )
        table.insert(3, "achieved", achieved)
        met = [
            agrees(value, relation, target)
            for value, relation, target in zip(
                achieved, published["relation"], published["value"], strict=True
            )
        ]
        return table.assign(met=np.where(met, "yes", "no")).reset_index()

    def __str__(self) -> str:
        lines = self.fits
        met = self.to_frame().set_index("id")["met"]
        kept = "are as printed" if (met[list(TARGETS[:3])] == "yes").all() else "are not as printed"
        counted = "is as printed too" if met[TARGETS[3]] == "yes" else "is not as printed any more"
        beyond = (
            f" {self.n_impossible} end points leave the 0-100 scale: nobody could have them."
            if self.n_impossible
            else ""
        )
        slopes = ", ".join(
            f"{name} {format_number(lines[name].slope)} (R² {lines[name].r_squared:.2f})"
            for name in lines
        )
        return (
            f"ESR correlates {self.crossover_esr_r[0]:.2f} with the reduction during LDN and "
            f"{self.crossover_esr_r[1]:.2f} during placebo in the crossover trial: slopes of both "
            f"trials together {slopes}. Both means and the paired p {kept}; the share with 30 % "
            f"reduction {counted} (n = {lines['ldn'].n_obs} participants"
            f"{describe_status(read_status(self.data))}).{beyond}"
        )


@cache
def _load_targets() -> pd.DataFrame:
    """The printed numbers to be met, read once: a widget asks for them at every key."""
    return load_dataset("published_values").set_index("id").loc[list(TARGETS)]


def vary_esr_correlation(
    data: pd.DataFrame, *, crossover_esr_r: tuple[float, float]
) -> VariedCorrelation:
    """Move the crossover trial's participants so that ESR goes with their reductions otherwise.

    What nobody printed is changed, what was printed is kept. Kept exactly: everybody's ESR and
    baseline pain, the pilot, and in the crossover trial the mean and SD of the reduction in
    each condition and their correlation, hence the paired t test. Not kept: each participant's
    reduction, hence the share with at least 30 % and other counts at a cut-off, and end points
    within 0-100. Diaries and the other outcomes are not rewritten; for tables that meet every
    printed number, `simulate_illustrative_trials` starts anew.

    The reductions are split into a part along ESR and parts orthogonal to it, and recombined
    with other weights, as `simulate_illustrative_trials` does with noise.

    Parameters
    ----------
    data : DataFrame
        A table like `esr_pain_change`.
    crossover_esr_r : (float, float)
        Correlation wanted with the reduction during LDN and during placebo.

    Returns
    -------
    VariedCorrelation
        The table with the other reductions, and which printed numbers it still meets.

    Raises
    ------
    CalibrationError
        If there are no data with these correlations and the given one of the two conditions.
    ValueError
        If a correlation is not between -1 and 1, or the table lacks a column or a row.

    See Also
    --------
    explore_esr_correlation : The same with controls.

    Examples
    --------
    >>> varied = vary_esr_correlation(
    ...     load_dataset("esr_pain_change"), crossover_esr_r=(0.0, 0.0))
    >>> varied.to_frame()["met"].tolist()[:3]
    ['yes', 'yes', 'yes']
    """
    r = tuple(float(value) for value in np.ravel(crossover_esr_r))
    if len(r) != 2 or not all(-1 < value < 1 for value in r):
        raise ValueError(
            "vary_esr_correlation: crossover_esr_r needs two correlations between -1 and 1, LDN "
            f"first; received {crossover_esr_r!r}"
        )
    pairs = pair_crossover(data)
    old = pairs[["first", "second"]]
    scores = recombine_scores(
        pairs["esr_mm_h"], old, outcomes=np.eye(1), condition_r=old.corr().iloc[0, 1], esr_r=r
    )[:, 0]
    new = pairs[["participant"]].assign(
        **dict(
            zip(
                ("ldn", "placebo"),
                (scores * old.std().to_numpy() + old.mean().to_numpy()).T,
                strict=True,
            )
        )
    )
    moved = data.copy()
    table = new.set_index("participant")
    for condition in table:
        rows = ((data["trial"] == "crossover") & (data["condition"] == condition)).to_numpy()
        moved.loc[rows, REDUCTION] = table[condition].loc[data.loc[rows, "participant"]].to_numpy()
        share = 1 - moved.loc[rows, REDUCTION] / 100
        moved.loc[rows, "end_pain_0_100"] = moved.loc[rows, "baseline_pain_0_100"] * share
    return VariedCorrelation(data=moved, crossover_esr_r=r)


def pair_crossover(data: pd.DataFrame) -> pd.DataFrame:
    """One row per participant of the crossover trial: ESR, reduction during LDN (first) and placebo."""
    require_columns(data, ["trial"], "vary_esr_correlation")
    pairs, _ = pair_conditions(
        data[data["trial"] == "crossover"],
        columns=("participant", "condition", REDUCTION),
        conditions=("ldn", "placebo"),
        keep=("esr_mm_h",),
        function="vary_esr_correlation",
    )
    return pairs
