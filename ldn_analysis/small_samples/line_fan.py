"""The same small study, again and again: the lines that it could have drawn."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.intervals import compute_p_value, wilson_interval
from ..core.line import Line, solve_line
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
        People who start in each study.
    line : Line
        The lines, one a study; nan where too few people were left.
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
        """One row: how many lines are significant, and how steep those are.

        Parameters
        ----------
        confidence_level : float
            Of the Wilson interval for what chance in the simulation leaves open.

        Returns
        -------
        DataFrame
            n_people, n_lines, true_value (of the slope), estimate (mean of all), std_error
            (their SD), n_significant, power (share of them), conf_low, conf_high (of the
            power), significant_estimate (mean of the significant, with its Monte Carlo SE;
            nan where there are none).
        """
        found, n = self.line.slope[self.significant], len(self.p_value)
        low, high = wilson_interval(len(found), n, confidence_level)
        values = {
            "n_people": self.n_people,
            "n_lines": n,
            "true_value": self.truth.slope_ldn,
            "estimate": np.nanmean(self.line.slope),
            "std_error": np.nanstd(self.line.slope, ddof=1),
            "n_significant": len(found),
            "power": len(found) / n,
            "conf_low": float(low),
            "conf_high": float(high),
            "significant_estimate": found.mean() if len(found) else np.nan,
            "significant_estimate_mcse": (
                found.std(ddof=1) / np.sqrt(len(found)) if len(found) > 1 else np.nan
            ),
        }
        return pd.DataFrame([values])

    def __str__(self) -> str:
        row = self.to_frame().iloc[0]
        steep = (
            f"their slopes are {format_number(row['significant_estimate'])} on average, where "
            f"{format_number(row['true_value'])} is true"
            if row["n_significant"]
            else f"the true slope is {format_number(row['true_value'])}"
        )
        interval = format_interval(100 * row["conf_low"], 100 * row["conf_high"], 0.95)
        return (
            f"{len(self.p_value):,} simulated studies of {self.n_people} people: "
            f"{100 * row['power']:.1f} % have a slope with p < 0.05 (Monte Carlo {interval}); {steep}."
        )


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
        People in each study, at least 3.
    rng : int or numpy Generator
        Seed, or a generator.
    n_lines : int
        How many studies.

    Returns
    -------
    LineFan

    Raises
    ------
    ValueError
        If `n_people` is below 3 or `n_lines` below 1.
    TypeError
        If `truth` is no TrialTruth, or a number is not whole.

    Examples
    --------
    >>> from ldn_analysis import TrialTruth
    >>> fan = simulate_lines(TrialTruth(slope_ldn=0.5), n_people=10, rng=1, n_lines=2000)
    >>> row = fan.to_frame().iloc[0]
    >>> bool(row["significant_estimate"] > 2 * row["true_value"])
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
