"""The same small study, again and again: the lines that it could have drawn."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.intervals import compute_p_value, compute_quantile, wilson_interval
from ..core.line import Line, solve_line
from ..core.monte_carlo import compute_mean, compute_share
from ..core.result import Result
from ..core.validation import require_count, require_rng
from ..core.wording import format_interval, format_number
from .engine import sum_trials
from .truth import TrialTruth, require_truth

__all__ = ["LineFan", "simulate_lines"]

LEVEL = 0.05  # of the two-sided test of each slope


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class LineFan(Result):
    """Lines of pain reduction during LDN on ESR, from simulated studies of one size.

    Attributes
    ----------
    truth : TrialTruth
        What was true.
    n_people : int
        Participants who start in each study.
    line : Line
        The lines, one per study; nan where too few participants were left.
    p_value : ndarray
        Two-sided p of each slope.
    """

    truth: TrialTruth
    n_people: int
    line: Line
    p_value: np.ndarray

    @property
    def significant(self) -> np.ndarray:
        """Which lines have a slope with p below 0.05."""
        return self.p_value < LEVEL

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """How many lines are significant, how steep those are, and which way they point.

        Parameters
        ----------
        confidence_level : float
            Of the intervals for what chance in the simulation leaves open.

        Returns
        -------
        DataFrame
            term ("slope": mean of all; "power": share of significant lines;
            "significant_size": mean size, without sign, of the significant slopes;
            "significant_upward": share of these that are above 0), estimate, mc_std_error,
            conf_low, conf_high (Wilson's for shares), n_lines (that the row counts).
        """
        slope = self.line.slope[~np.isnan(self.line.slope)]
        found = self.line.slope[self.significant]
        margin = compute_quantile(confidence_level)
        rows = []
        for term, values in (
            ("slope", slope),
            ("power", self.significant),
            ("significant_size", np.abs(found)),
            ("significant_upward", found > 0),
        ):
            estimate = error = low = high = np.nan
            if values.size and values.dtype == bool:
                estimate, error = compute_share(values)
                low, high = map(float, wilson_interval(values.sum(), values.size, confidence_level))
            elif values.size > 1:
                estimate, error = compute_mean(values)
                low, high = estimate - margin * error, estimate + margin * error
            elif values.size:
                estimate = float(values[0])
            rows.append((term, estimate, error, low, high, values.size))
        columns = ["term", "estimate", "mc_std_error", "conf_low", "conf_high", "n_lines"]
        return pd.DataFrame(rows, columns=columns)

    def __str__(self) -> str:
        rows, true = self.to_frame().set_index("term"), self.truth.slope_ldn
        power, low, high = 100 * rows.loc["power", ["estimate", "conf_low", "conf_high"]]
        head = (
            f"{len(self.p_value):,} simulated studies of {self.n_people} participants: {power:.1f} % "
            f"have a slope with p < 0.05 (Monte Carlo {format_interval(low, high, 0.95)})"
        )
        true = f"the true slope is {format_number(true)}"
        if not self.significant.any():
            return f"{head}; {true}."
        size, upward = (rows.loc[f"significant_{name}"] for name in ("size", "upward"))
        error = f" (Monte Carlo SE {size['mc_std_error']:.2g})" if size["n_lines"] > 1 else ""
        share = 100 * upward["estimate"]
        way = {0.0: "all of these slope downward", 100.0: "all of these slope upward"}.get(
            share, f"{share:.1f} % of these slope upward and {100 - share:.1f} % downward"
        )
        return f"{head}; their mean size is {format_number(size['estimate'])}{error}, where {true}; {way}."


def simulate_lines(
    truth: TrialTruth, *, n_people: int, rng: int | np.random.Generator, n_lines: int = 10_000
) -> LineFan:
    """Simulate a study many times and keep the line of each.

    Estimand: the slope of percent pain reduction during LDN on ESR. The sums of a line are
    drawn themselves, as in `simulate_trials`, which counts more and keeps no lines.

    Parameters
    ----------
    truth : TrialTruth
        What is true.
    n_people : int
        Participants in each study, at least 3.
    rng : int or numpy Generator
        Seed, or a generator.
    n_lines : int
        How many studies.

    Returns
    -------
    LineFan
        The lines, and how many are significant.

    Raises
    ------
    ValueError
        If `n_people` is below 3 or `n_lines` below 1.
    TypeError
        If `truth` is no TrialTruth, or a number is not whole.

    See Also
    --------
    simulate_trials : More estimands, no lines.

    Examples
    --------
    >>> from ldn_analysis import TrialTruth
    >>> fan = simulate_lines(TrialTruth(slope_ldn=0.5), n_people=10, rng=1, n_lines=2000)
    >>> fan.confidence_interval("significant_size").low > 2 * 0.5
    True
    """
    require_truth(truth, "simulate_lines")
    require_count(n_people, "n_people", "simulate_lines", 3)
    require_count(n_lines, "n_lines", "simulate_lines")
    rng = require_rng(rng, "simulate_lines")
    n_obs, sums = sum_trials(truth, int(n_people), int(n_lines), rng)
    line = solve_line(sums["ldn"], origin=(truth.esr_mean, truth.mean_ldn))
    line = Line(*(np.broadcast_to(part, (int(n_lines),)) for part in line))
    p_value = compute_p_value(line.statistic, np.maximum(n_obs - 2, 1))
    return LineFan(truth=truth, n_people=int(n_people), line=line, p_value=p_value)
