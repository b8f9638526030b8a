"""Power of imaginary trials: curves over size and effect, the smallest size, the exact value."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
import pandas as pd
from scipy.special import gammaln, nctdtr, stdtrit, xlog1py, xlogy

from ..core.result import Result, require_level
from .engine import LEVELS, Plan, Tally, run_plans, take_seed
from .truth import ESTIMANDS, TrialTruth, require_estimand, require_truth, require_whole

__all__ = [
    "PowerCurve",
    "SampleSize",
    "compute_power_exact",
    "find_sample_size",
    "summarise_power",
]

MOST_PEOPLE = 100_000
COLUMNS = ["power", "power_mcse", "power_low", "power_high", "n_trials", "n_undefined"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class PowerCurve(Result):
    """Simulated power over numbers of people and true effects.

    Attributes
    ----------
    truth : TrialTruth
        What is true but for the effect.
    estimand : str
        Which estimand is tested.
    effects : tuple of float
        Its true values.
    n_people : tuple of int
        People who start in each trial.
    n_asked : int
        Trials asked for in each cell.
    tallies : dict of Tally
        By (effect, people); a cell that Ctrl-C left without a trial is not there.
    """

    truth: TrialTruth
    estimand: str
    effects: tuple[float, ...]
    n_people: tuple[int, ...]
    n_asked: int
    tallies: dict[tuple[float, int], Tally]

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Power of each cell with what chance in the simulation leaves open.

        Parameters
        ----------
        confidence_level : {0.9, 0.95, 0.99}
            Of each trial's own interval; a trial is significant where it leaves out zero.

        Returns
        -------
        DataFrame
            term, effect (true value), n_people, power (0-1), power_mcse (Monte Carlo
            standard error), power_low, power_high (95 % Wilson interval of the simulation),
            n_trials, n_undefined.

        Raises
        ------
        ValueError
            If the level is none of the three.
        """
        _require_counted(confidence_level, "to_frame")
        rows = [
            {"term": self.estimand, "effect": effect, "n_people": n}
            | _take_power(tally, confidence_level)
            for (effect, n), tally in self.tallies.items()
        ]
        return pd.DataFrame(rows)

    def compare_exact(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """The same with the exact power and how many Monte Carlo errors lie between.

        Returns
        -------
        DataFrame
            The columns of `to_frame`, exact, and deviation: (power - exact) / the standard
            error that the exact power gives.

        Raises
        ------
        ValueError
            If there is no exact power under this truth (see `compute_power_exact`).
        """
        table = self.to_frame(confidence_level)
        exact = [
            compute_power_exact(
                self.truth.with_effect(self.estimand, row.effect),
                n_people=row.n_people,
                estimand=self.estimand,
                confidence_level=confidence_level,
            )
            for row in table.itertuples()
        ]
        table["exact"] = exact
        error = np.sqrt(table["exact"] * (1 - table["exact"]) / table["n_trials"])
        gap = table["power"] - table["exact"]
        # A power of exactly 1 leaves chance no room: no gap is then no deviation.
        return table.assign(deviation=(gap / error).where(gap != 0, 0.0))

    def __str__(self) -> str:
        table = self.to_frame()
        cells = len(self.effects) * len(self.n_people)
        early = "" if len(table) == cells else f" ({cells - len(table)} of {cells} not finished)"
        ends = " to ".join(f"{n:,}" for n in dict.fromkeys((self.n_people[0], self.n_people[-1])))
        return (
            f"Power for the {ESTIMANDS[self.estimand]} at 5 %, {len(self.effects)} true value(s), "
            f"{ends} people, {self.n_asked:,} simulated trials each{early}: from "
            f"{table['power'].min():.2f} to {table['power'].max():.2f} (Monte Carlo SE at most "
            f"{table['power_mcse'].max():.2g})."
        )


def summarise_power(
    truth: TrialTruth,
    *,
    n_people: Sequence[int],
    effects: Sequence[float] | None = None,
    estimand: str = "slope_ldn",
    n_trials: int = 10_000,
    rng: int | np.random.Generator,
    n_jobs: int | None = None,
) -> PowerCurve:
    """Simulate power over a grid of numbers of people and true effects.

    Estimand: the share of trials, under the truth, whose two-sided interval for the chosen
    estimand leaves out zero. All effects of one number of people use the same random
    numbers, so that curves do not cross by chance; different numbers of people use
    independent ones. With the same seed, `simulate_trials` gives the same power.

    Parameters
    ----------
    truth : TrialTruth
        What is true but for the effect.
    n_people : sequence of int
        People who start in a trial, each at least 3.
    effects : sequence of float, optional
        True values of the estimand (a difference is set by moving LDN). Default: that of
        the truth.
    estimand : {"slope_ldn", "slope_placebo", "slope_difference", "mean_difference"}
        Which estimand is tested.
    n_trials : int
        Trials in each cell of the grid.
    rng : int or numpy Generator
        As in `simulate_trials`.
    n_jobs : int, optional
        As in `simulate_trials`.

    Returns
    -------
    PowerCurve
        After Ctrl-C with the cells finished until then.

    Raises
    ------
    ValueError
        If a grid is empty, a number too small, an effect not finite or the estimand unknown.
    TypeError
        If something is not of its type.

    Examples
    --------
    >>> curve = summarise_power(
    ...     TrialTruth(), n_people=[10, 40], effects=[0.0, 1.0], n_trials=2000, rng=1
    ... )
    >>> table = curve.compare_exact()
    >>> bool((table["deviation"].abs() < 4).all())
    True
    """
    require_truth(truth, "summarise_power")
    require_estimand(estimand, "summarise_power")
    require_whole(n_trials, "n_trials", 1, "summarise_power")
    sizes = tuple(dict.fromkeys(_as_list(n_people, "n_people")))
    for n in sizes:
        require_whole(n, "n_people", 3, "summarise_power")
    values = [truth.value_of(estimand)] if effects is None else _as_list(effects, "effects")
    values = tuple(dict.fromkeys(float(value) for value in values))
    plans = [
        Plan(truth.with_effect(estimand, value), int(n), (estimand,))
        for value in values
        for n in sizes
    ]
    entropy = take_seed(rng, "summarise_power")
    cells = run_plans(plans, int(n_trials), entropy=entropy, n_jobs=n_jobs)
    keys = [(value, int(n)) for value in values for n in sizes]
    return PowerCurve(
        truth=truth,
        estimand=estimand,
        effects=values,
        n_people=tuple(int(n) for n in sizes),
        n_asked=int(n_trials),
        tallies={
            key: cell.tallies[estimand]
            for key, cell in zip(keys, cells, strict=True)
            if cell.tallies
        },
    )


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class SampleSize(Result):
    """The smallest number of people with the power asked for.

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
        By number of people, all that the search looked at.
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
        """Power of every number of people that the search tried.

        Parameters
        ----------
        confidence_level : {0.9, 0.95, 0.99}, optional
            Of each trial's own interval. Default: the one asked for.

        Returns
        -------
        DataFrame
            term, n_people, power, power_mcse, power_low, power_high, n_trials, n_undefined.

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
        return (
            f"{self.n_people:,} people ({self.n_low:,} to {self.n_high:,} within Monte Carlo "
            f"error) give power {self.target:g} for the {ESTIMANDS[self.estimand]} of "
            f"{self.truth.value_of(self.estimand):g} at {100 * (1 - self.confidence_level):.3g} %: "
            f"simulated {row['power']:.3f} (Monte Carlo SE {row['power_mcse']:.2g})."
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
    """Search the smallest number of people with this power under a truth.

    Doubling, then halving the interval; it assumes that power grows with people.

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
        Trials at each number of people that is tried.
    rng : int or numpy Generator
        As in `simulate_trials`.
    n_jobs : int, optional
        As in `simulate_trials`.

    Returns
    -------
    SampleSize

    Raises
    ------
    ValueError
        If the true value is 0, the power is out of range or not reached with 100,000 people,
        the level is none of the three, or the estimand is unknown.
    TypeError
        If something is not of its type.

    Examples
    --------
    >>> found = find_sample_size(
    ...     TrialTruth(mean_ldn=10.0), estimand="mean_difference", n_trials=5000, rng=1
    ... )
    >>> found.n_low <= 42 + 2 and found.n_high >= 42 - 2
    True
    """
    require_truth(truth, "find_sample_size")
    require_estimand(estimand, "find_sample_size")
    require_whole(n_trials, "n_trials", 1, "find_sample_size")
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

    top = 4
    while look(top)["power_low"] < power:
        if top >= MOST_PEOPLE:
            raise ValueError(
                f"find_sample_size: with {top:,} people the power is {look(top)['power']:.3f}, "
                f"below {power}. The effect is too small for this search"
            )
        top = min(2 * top, MOST_PEOPLE)

    def smallest(column: str) -> int:
        low, high = 2, top  # two people never suffice; top does
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if look(middle)[column] >= power else (middle, high)
        return high

    n_low, n_people, n_high = map(smallest, ("power_high", "power", "power_low"))
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


def compute_power_exact(
    truth: TrialTruth,
    *,
    n_people: int | None = None,
    estimand: str = "slope_ldn",
    confidence_level: float = 0.95,
    esr=None,
) -> float:
    """Power without simulation, where a closed form exists: the witness of the simulation.

    Given the measured ESR of the people, t of a slope is noncentral t (with noncentrality
    slope x root of Sxx / residual SD), and so is t of the paired mean. Where ESR is drawn
    anew in every trial, the power is averaged over the chi distribution of its spread
    (Gatsonis and Sampson 1989), and over the binomial number of completers where people drop
    out. An error in ESR shrinks the slope and widens the residuals, all still normal.

    Parameters
    ----------
    truth : TrialTruth
        What is true.
    n_people : int, optional
        People who start, at least 3; not with `esr`.
    estimand : str
        As in `summarise_power`.
    confidence_level : float
        Two-sided test at 1 - confidence_level.
    esr : array_like, optional
        Measured ESR of each person, the same in every trial; for slopes, without drop-out.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If there is no closed form (an error in baseline pain; a period effect in random
        order), `esr` does not go with the rest, or the level, number or estimand is wrong.
    TypeError
        If something is not of its type.

    Examples
    --------
    >>> truth = TrialTruth(slope_ldn=1.0, esr_sd=10.0, residual_sd=20.0)
    >>> round(compute_power_exact(truth, n_people=38), 3)
    0.823
    """
    require_truth(truth, "compute_power_exact")
    require_estimand(estimand, "compute_power_exact")
    require_level(confidence_level)
    if truth.baseline_error_sd > 0 or (truth.period_effect != 0 and not truth.fixed_order):
        why = (
            "an error in baseline pain" if truth.baseline_error_sd > 0 else
            "a period effect in random order"
        )  # fmt: skip
        raise ValueError(
            f"compute_power_exact: with {why} there is no closed form; simulate with simulate_trials"
        )
    if (n_people is None) == (esr is None):
        raise ValueError("compute_power_exact: give either n_people or esr")
    if esr is not None:
        esr = np.asarray(esr, float)
        if estimand == "mean_difference" or truth.drop_out:
            raise ValueError(
                "compute_power_exact: esr goes with a slope and without drop-out; give n_people"
            )
        if esr.ndim != 1 or len(esr) < 3 or not np.isfinite(esr).all() or np.ptp(esr) == 0:
            raise ValueError(
                "compute_power_exact: esr must be at least 3 finite numbers that are not all the "
                f"same; received {esr.tolist()!r}"
            )
        n = np.array([len(esr)])
    else:
        require_whole(n_people, "n_people", 3, "compute_power_exact")
        n = np.array([n_people])
    share = np.ones(1)
    if truth.drop_out:
        n, share = _binomial(int(n_people), 1 - truth.drop_out)

    value = truth.value_of(estimand)
    variance = truth.residual_sd**2
    if estimand.endswith("difference"):
        variance *= 2 * (1 - truth.condition_r)
    if estimand == "mean_difference":
        spread = np.sqrt(variance + (truth.value_of("slope_difference") * truth.esr_sd) ** 2)
        shift = value + (truth.period_effect if truth.fixed_order else 0.0)
        shifts = shift * np.sqrt(n) / spread
        return float(share @ _reject(n - 1, shifts, confidence_level))
    reliability = truth.esr_reliability
    slope = reliability * value
    spread = np.sqrt(variance + value**2 * truth.esr_sd**2 * (1 - reliability))
    if esr is not None:
        root_sxx = np.sqrt(((esr - esr.mean()) ** 2).sum())
        return float(_reject(n - 2, slope * root_sxx / spread, confidence_level)[0])
    # Root of Sxx / variance of ESR is chi on n - 1 degrees of freedom: about normal, SD 0.7.
    nodes, weights = np.polynomial.legendre.leggauss(100)
    df = np.maximum(n - 1, 1)[:, None]
    ends = np.sqrt(df) - 8, np.sqrt(df) + 8
    low = np.maximum(ends[0], 0)
    chi = low + (ends[1] - low) * (nodes + 1) / 2
    density = np.exp(xlogy(df - 1, chi) - chi**2 / 2 - (df / 2 - 1) * np.log(2) - gammaln(df / 2))
    density *= weights * (ends[1] - low) / 2
    shifts = slope * truth.esr_sd / np.sqrt(reliability) / spread * chi
    power = share @ (density * _reject(n[:, None] - 2, shifts, confidence_level)).sum(-1)
    return float(min(power, 1.0))


def _reject(df, noncentrality, confidence_level: float) -> np.ndarray:
    """Chance that |t| exceeds its critical value; 0 where there is no degree of freedom."""
    df, shift = np.broadcast_arrays(np.asarray(df, float), np.abs(noncentrality))
    safe = np.maximum(df, 1)
    critical = stdtrit(safe, 0.5 + confidence_level / 2)
    missed, wrong = (nctdtr(safe, shift, side * critical) for side in (1, -1))
    # nctdtr is nan in places where the chance is nothing: below 1e-15 at such a shift.
    missed, wrong = (np.where(np.isnan(p) & (shift > 5), 0.0, p) for p in (missed, wrong))
    return np.where(df > 0, np.clip(1 - missed + wrong, 0, 1), 0.0)


def _binomial(n: int, chance: float) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of completers and their probabilities, without those below 1e-15."""
    k = np.arange(n + 1)
    log = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    share = np.exp(log + xlogy(k, chance) + xlog1py(n - k, -chance))
    return k[share > 1e-15], share[share > 1e-15]


def _take_power(tally: Tally, confidence_level: float) -> dict[str, float]:
    """The columns about power."""
    summary = tally.summarise(confidence_level)
    return {name: summary[name] for name in COLUMNS}


def _require_counted(confidence_level: float, caller: str) -> None:
    """Refuse a level at which trials are not counted."""
    if confidence_level not in LEVELS:
        raise ValueError(
            f"{caller}: confidence_level must be one of {', '.join(map(str, LEVELS))}; received "
            f"{confidence_level!r}"
        )


def _as_list(values, name: str) -> list:
    """A grid as a list; neither a lone number nor nothing."""
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise TypeError(
            f"summarise_power: {name} must be a sequence of numbers; received {values!r}"
        )
    values = list(values)
    if not values:
        raise ValueError(f"summarise_power: {name} is empty; give at least one number")
    return values
