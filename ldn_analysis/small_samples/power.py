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
from .normal_theory import place_nodes
from .truth import ESTIMANDS, UNITS, TrialTruth, require_estimand, require_truth

__all__ = ["PowerCurve", "compute_power_exact", "summarise_power"]

CHI_NODES = 100


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class PowerCurve(Result):
    """Simulated power over numbers of participants and true effects.

    Attributes
    ----------
    truth : TrialTruth
        What is true but for the effect.
    estimand : str
        Which estimand is tested.
    effects : tuple of float
        Its true values.
    n_people : tuple of int
        Participants who start in each trial.
    n_requested : int
        Trials asked for in each cell.
    tallies : dict of Tally
        By (effect, participants); a cell that Ctrl-C left without a trial is missing.
    """

    truth: TrialTruth
    estimand: str
    effects: tuple[float, ...]
    n_people: tuple[int, ...]
    n_requested: int
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
            term, effect (true value), n_people, power (0-1), mc_std_error (Monte Carlo
            standard error of the power), power_low, power_high (95 % Wilson interval of the
            simulation), n_trials, n_undefined.

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

        Parameters
        ----------
        confidence_level : {0.9, 0.95, 0.99}
            Of each trial's own interval, as in `to_frame`.

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

    def trace_exact(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Exact power between the smallest and the largest number of participants, for a curve.

        Parameters
        ----------
        confidence_level : {0.9, 0.95, 0.99}
            Of each trial's own interval, as in `to_frame`.

        Returns
        -------
        DataFrame
            effect, n_people (up to 80 values), exact; no rows where there is no closed form.
        """
        sizes = np.unique(np.linspace(min(self.n_people), max(self.n_people), 80).astype(int))
        rows = []
        if has_closed_form(self.truth):
            ask = {"estimand": self.estimand, "confidence_level": confidence_level}
            for effect in self.effects:
                truth = self.truth.with_effect(self.estimand, effect)
                rows += [
                    (effect, int(n), compute_power_exact(truth, n_people=int(n), **ask))
                    for n in sizes
                ]
        return pd.DataFrame(rows, columns=["effect", "n_people", "exact"])

    def __str__(self) -> str:
        table = self.to_frame()
        missing = len(self.effects) * len(self.n_people) - len(table)
        early = f" ({missing} of {missing + len(table)} not finished)" if missing else ""
        sizes = " to ".join(f"{n:,}" for n in dict.fromkeys((self.n_people[0], self.n_people[-1])))
        values = ", ".join(f"{effect:.3g}" for effect in self.effects)
        low, high = table["power"].min(), table["power"].max()
        power = f"{low:.2f}" if low == high else f"from {low:.2f} to {high:.2f}"
        return (
            f"Power for the {ESTIMANDS[self.estimand]} ({UNITS[self.estimand]}; true value {values}) "
            f"at 5 %, {sizes} participants, {self.n_requested:,} simulated trials each{early}: {power} "
            f"(Monte Carlo SE at most {table['mc_std_error'].max():.2g})."
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
    """Simulate power over a grid of numbers of participants and true effects.

    Estimand: the share of trials, under the truth, whose two-sided interval for the chosen
    estimand leaves out zero. All effects of one number of participants use the same random
    numbers, so that curves do not cross by chance; different numbers of participants use
    independent ones. With the same seed, `simulate_trials` gives the same power.

    Parameters
    ----------
    truth : TrialTruth
        What is true but for the effect.
    n_people : sequence of int
        Participants who start in a trial, each at least 3.
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

    See Also
    --------
    find_sample_size : The smallest number of participants with a given power.
    compute_power_exact : Power without simulation.
    simulate_trials : One number of participants, all estimands.

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
        n_requested=int(n_trials),
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

    Given the measured ESR, t of a slope is noncentral t (with noncentrality
    slope x root of Sxx / residual SD), and so is t of the paired mean. Where ESR is drawn
    anew in every trial, the power is averaged over the chi distribution of its spread
    (Gatsonis and Sampson 1989), and over the binomial number of completers where
    participants drop out. An error in ESR shrinks the slope and widens the residuals, all
    still normal.

    Parameters
    ----------
    truth : TrialTruth
        What is true.
    n_people : int, optional
        Participants who start, at least 3; not with `esr`.
    estimand : str
        As in `summarise_power`.
    confidence_level : float
        Two-sided test at 1 - confidence_level.
    esr : array_like, optional
        Measured ESR of each participant, the same in every trial; for slopes, without drop-out.

    Returns
    -------
    float
        Power, 0 to 1.

    Raises
    ------
    ValueError
        If there is no closed form (an error in baseline pain; a period effect in random
        order), `esr` does not go with the rest, or the level, number or estimand is wrong.
    TypeError
        If something is not of its type.

    See Also
    --------
    summarise_power : The simulation, which needs no closed form.

    Examples
    --------
    >>> truth = TrialTruth(slope_ldn=1.0, esr_sd=10.0, residual_sd=20.0)
    >>> round(compute_power_exact(truth, n_people=38), 3)
    0.823
    """
    require_truth(truth, "compute_power_exact")
    require_estimand(estimand, "compute_power_exact")
    require_level(confidence_level)
    _require_closed_form(truth)
    if (n_people is None) == (esr is None):
        raise ValueError("compute_power_exact: give either n_people or esr")
    if esr is not None:
        esr = _read_esr(esr, truth, estimand)
        shift = _find_slope_shift(truth, estimand) * np.sqrt(((esr - esr.mean()) ** 2).sum())
        return float(compute_t_power(shift, len(esr) - 2, confidence_level))
    n_people = require_count(n_people, "n_people", "compute_power_exact", 3)
    n, chance = np.array([n_people]), np.ones(1)
    if truth.drop_out:
        n, chance = _binomial(n_people, 1 - truth.drop_out)
    if estimand == "mean_difference":
        shift = _find_mean_shift(truth) * np.sqrt(n)
        return float(chance @ compute_t_power(shift, n - 1, confidence_level))
    # Root of Sxx / variance of ESR is chi on n - 1 degrees of freedom: about normal, SD 0.7.
    df = np.maximum(n - 1, 1)[:, None]
    chi, weights = place_nodes(np.maximum(np.sqrt(df) - 8, 0), np.sqrt(df) + 8, CHI_NODES)
    density = np.exp(xlogy(df - 1, chi) - chi**2 / 2 - (df / 2 - 1) * np.log(2) - gammaln(df / 2))
    shift = _find_slope_shift(truth, estimand) * truth.esr_sd / np.sqrt(truth.esr_reliability) * chi
    power = compute_t_power(shift, n[:, None] - 2, confidence_level)
    return float(min(chance @ (weights * density * power).sum(-1), 1.0))


def has_closed_form(truth: TrialTruth) -> bool:
    """Whether t is noncentral t under this truth."""
    in_order = truth.period_effect == 0 or truth.fixed_order
    return bool(in_order and truth.baseline_error_sd == 0)


def _require_closed_form(truth: TrialTruth) -> None:
    """Refuse a truth under which t is not noncentral t."""
    if has_closed_form(truth):
        return
    baseline = truth.baseline_error_sd > 0
    why = "an error in baseline pain" if baseline else "a period effect in random order"
    raise ValueError(
        f"compute_power_exact: with {why} there is no closed form; simulate with simulate_trials"
    )


def _read_esr(esr, truth: TrialTruth, estimand: str) -> np.ndarray:
    """The ESR of each participant, where it is the same in every trial."""
    if estimand == "mean_difference" or truth.drop_out:
        raise ValueError(
            "compute_power_exact: esr goes with a slope and without drop-out; give n_people"
        )
    esr = np.asarray(esr, float)
    if esr.ndim != 1 or len(esr) < 3 or not np.isfinite(esr).all() or np.ptp(esr) == 0:
        raise ValueError(
            "compute_power_exact: esr must be at least 3 finite numbers that are not all the "
            f"same; received {esr.tolist()!r}"
        )
    return esr


def _find_variance(truth: TrialTruth, estimand: str) -> float:
    """Variance of the residuals of one condition, or of the difference of both."""
    both = 2 * (1 - truth.condition_r) if estimand.endswith("difference") else 1.0
    return both * truth.residual_sd**2


def _find_mean_shift(truth: TrialTruth) -> float:
    """Noncentrality of the paired t test, per root of n."""
    slope = truth.value_of("slope_difference")
    variance = _find_variance(truth, "mean_difference") + (slope * truth.esr_sd) ** 2
    period = truth.period_effect if truth.fixed_order else 0.0
    return (truth.value_of("mean_difference") + period) / np.sqrt(variance)


def _find_slope_shift(truth: TrialTruth, estimand: str) -> float:
    """Noncentrality of the t test of a slope, per root of Sxx of measured ESR."""
    reliability, value = truth.esr_reliability, truth.value_of(estimand)
    unknown = truth.esr_sd**2 * (1 - reliability)
    return reliability * value / np.sqrt(_find_variance(truth, estimand) + value**2 * unknown)


def _binomial(n: int, chance: float) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of completers and their probabilities, without those below 1e-15."""
    k = np.arange(n + 1)
    log = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    probability = np.exp(log + xlogy(k, chance) + xlog1py(n - k, -chance))
    return k[probability > 1e-15], probability[probability > 1e-15]


def _take_power(tally: Tally, confidence_level: float) -> dict[str, float]:
    """The columns about power."""
    summary = tally.summarise(confidence_level)
    names = ("power", "power_low", "power_high", "n_trials", "n_undefined")
    taken = {name: summary[name] for name in names}
    return {"power": taken.pop("power"), "mc_std_error": summary["power_mc_std_error"]} | taken


def _require_counted(confidence_level: float, function: str) -> None:
    """Refuse a level at which trials are not counted."""
    require_level(confidence_level)
    if confidence_level not in LEVELS:
        raise ValueError(
            f"{function}: confidence_level must be one of {', '.join(map(str, LEVELS))}; received "
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
