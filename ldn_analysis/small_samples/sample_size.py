"""The smallest number of participants that reaches a power."""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

import numpy as np
import pandas as pd

from ..core.result import Result
from ..core.validation import require_count
from ..core.wording import format_number
from .engine import Plan, Tally, run_plans, take_seed
from .power import _require_counted, _take_power
from .truth import ESTIMANDS, UNITS, TrialTruth, require_estimand, require_truth

__all__ = ["SampleSize", "find_sample_size"]

MAX_PARTICIPANTS = 100_000


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class SampleSize(Result):
    """The smallest number of participants with the power asked for.

    Attributes
    ----------
    truth, estimand, target, confidence_level
        What was asked.
    n_people : int
        The smallest number whose simulated power reaches the target.
    n_low, n_high : int
        The smallest numbers whose power_high and whose power_low reach it: what chance in
        the simulation leaves open.
    tried : dict of Tally
        By number of participants, all that the search looked at.
    """

    truth: TrialTruth
    estimand: str
    target: float
    confidence_level: float
    n_people: int
    n_low: int
    n_high: int
    tried: dict[int, Tally]

    def to_frame(self, confidence_level: float | None = None) -> pd.DataFrame:
        """Power of every number of participants that the search tried.

        Parameters
        ----------
        confidence_level : {0.9, 0.95, 0.99}, optional
            Of each trial's own interval. Default: the one asked for.

        Returns
        -------
        DataFrame
            term, n_people, power, mc_std_error, power_low, power_high, n_trials, n_undefined.

        Raises
        ------
        ValueError
            If the level is none of the three.
        """
        level = self.confidence_level if confidence_level is None else confidence_level
        _require_counted(level, "to_frame")
        rows = [
            {"term": self.estimand, "n_people": n} | _take_power(self.tried[n], level)
            for n in sorted(self.tried)
        ]
        return pd.DataFrame(rows)

    def __str__(self) -> str:
        row = self.to_frame().set_index("n_people").loc[self.n_people]
        value = format_number(self.truth.value_of(self.estimand))
        return (
            f"{self.n_people:,} participants ({self.n_low:,} to {self.n_high:,} within Monte Carlo "
            f"error) give power {self.target:g} for a true {ESTIMANDS[self.estimand]} of {value} "
            f"{UNITS[self.estimand]} at {100 * (1 - self.confidence_level):.3g} %: simulated "
            f"{row['power']:.3f} (Monte Carlo SE {row['mc_std_error']:.2g})."
        )


def find_sample_size(
    truth: TrialTruth,
    *,
    power: float = 0.8,
    estimand: str = "slope_ldn",
    confidence_level: float = 0.95,
    n_trials: int = 20_000,
    rng: int | np.random.Generator,
    n_jobs: int | None = None,
) -> SampleSize:
    """Search the smallest number of participants with this power under a truth.

    Doubling, then halving the interval; it assumes that power grows with the number of
    participants.

    Parameters
    ----------
    truth : TrialTruth
        What is true.
    power : float
        Between the significance level and 1.
    estimand : str
        As in `summarise_power`.
    confidence_level : {0.9, 0.95, 0.99}
        A trial is significant where its interval of this level leaves out zero.
    n_trials : int
        Trials at each number of participants that is tried.
    rng : int or numpy Generator
        As in `simulate_trials`.
    n_jobs : int, optional
        As in `simulate_trials`.

    Returns
    -------
    SampleSize
        The number, and what chance in the simulation leaves open.

    Raises
    ------
    ValueError
        If the true value is 0, the power is out of range or not reached with 100,000 participants,
        the level is none of the three, or the estimand is unknown.
    TypeError
        If something is not of its type.

    See Also
    --------
    summarise_power : Power over a grid of numbers of participants and effects.
    compute_power_exact : Power without simulation.

    Examples
    --------
    >>> found = find_sample_size(
    ...     TrialTruth(mean_ldn=10.0), estimand="mean_difference", n_trials=5000, rng=1
    ... )
    >>> found.n_low <= 42 + 2 and found.n_high >= 42 - 2
    True
    """
    _check_question(truth, power, estimand, confidence_level)
    require_count(n_trials, "n_trials", "find_sample_size")
    entropy = take_seed(rng, "find_sample_size")
    tried: dict[int, Tally] = {}

    def look(n: int) -> dict[str, float]:
        if n not in tried:
            (cell,) = run_plans(
                [Plan(truth, n, (estimand,))], int(n_trials), entropy=entropy, n_jobs=n_jobs
            )
            if cell.n_trials < n_trials:  # half a search finds nothing
                raise KeyboardInterrupt
            tried[n] = cell.tallies[estimand]
        return _take_power(tried[n], confidence_level)

    top = double_until(lambda n: look(n)["power_low"] >= power)
    if top is None:
        raise ValueError(
            f"find_sample_size: with {MAX_PARTICIPANTS:,} participants the power is "
            f"{look(MAX_PARTICIPANTS)['power']:.3f}, below {power}. The effect is too small for "
            "this search"
        )
    n_low, n_people, n_high = (
        halve_to_smallest(lambda n, column=column: look(n)[column] >= power, top)
        for column in ("power_high", "power", "power_low")
    )
    return SampleSize(
        truth=truth,
        estimand=estimand,
        target=float(power),
        confidence_level=confidence_level,
        n_people=n_people,
        n_low=min(n_low, n_people),
        n_high=max(n_high, n_people),
        tried=tried,
    )


def _check_question(truth, power, estimand: str, confidence_level: float) -> None:
    """Refuse what cannot be searched for."""
    require_truth(truth, "find_sample_size")
    require_estimand(estimand, "find_sample_size")
    _require_counted(confidence_level, "find_sample_size")
    if not isinstance(power, Real) or not 1 - confidence_level < power < 1:
        raise ValueError(
            f"find_sample_size: power must lie between {1 - confidence_level:.2g} (the "
            f"significance level) and 1; received {power!r}"
        )
    if truth.value_of(estimand) == 0:
        raise ValueError(
            f"find_sample_size: the true value of {estimand} is 0, so there is nothing to find. "
            "Give the truth an effect, e.g. with truth.with_effect"
        )


def double_until(reaches: Callable[[int], bool]) -> int | None:
    """A number of participants that reaches the power, by doubling from 4; None where none does."""
    n = 4
    while not reaches(n):
        if n >= MAX_PARTICIPANTS:
            return None
        n = min(2 * n, MAX_PARTICIPANTS)
    return n


def halve_to_smallest(reaches: Callable[[int], bool], top: int) -> int:
    """The smallest number of participants that reaches the power, by halving the interval."""
    low, high = 2, top  # two never suffice; top does
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high
