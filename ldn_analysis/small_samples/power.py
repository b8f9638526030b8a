"""Power of imaginary trials: curves over size and effect, the smallest size, the exact value."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaln, xlog1py, xlogy

from ..core.intervals import compute_t_power
from ..core.result import Result
from ..core.validation import require_count, require_level
from .engine import LEVELS, Plan, Tally, run_plans, take_seed
from .truth import ESTIMANDS, TrialTruth, require_estimand, require_truth

__all__ = ["PowerCurve", "compute_power_exact", "summarise_power"]

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
    require_count(n_trials, "n_trials", "summarise_power")
    sizes = tuple(dict.fromkeys(_as_list(n_people, "n_people")))
    for n in sizes:
        require_count(n, "n_people", "summarise_power", 3)
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
        require_count(n_people, "n_people", "compute_power_exact", 3)
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
        return float(share @ compute_t_power(shifts, n - 1, confidence_level))
    reliability = truth.esr_reliability
    slope = reliability * value
    spread = np.sqrt(variance + value**2 * truth.esr_sd**2 * (1 - reliability))
    if esr is not None:
        root_sxx = np.sqrt(((esr - esr.mean()) ** 2).sum())
        return float(compute_t_power(slope * root_sxx / spread, n - 2, confidence_level)[0])
    # Root of Sxx / variance of ESR is chi on n - 1 degrees of freedom: about normal, SD 0.7.
    nodes, weights = np.polynomial.legendre.leggauss(100)
    df = np.maximum(n - 1, 1)[:, None]
    ends = np.sqrt(df) - 8, np.sqrt(df) + 8
    low = np.maximum(ends[0], 0)
    chi = low + (ends[1] - low) * (nodes + 1) / 2
    density = np.exp(xlogy(df - 1, chi) - chi**2 / 2 - (df / 2 - 1) * np.log(2) - gammaln(df / 2))
    density *= weights * (ends[1] - low) / 2
    shifts = slope * truth.esr_sd / np.sqrt(reliability) / spread * chi
    power = share @ (density * compute_t_power(shifts, n[:, None] - 2, confidence_level)).sum(-1)
    return float(min(power, 1.0))


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
