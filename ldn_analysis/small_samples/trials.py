"""Imaginary crossover trials under a stated truth, each analysed as Fig. 2 is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.intervals import compute_p_value, compute_quantile
from ..core.result import Result
from ..core.validation import require_count, require_level
from ..core.wording import format_number
from .engine import (
    BINS,
    DRAWN_LEVEL,
    LEVELS,
    Plan,
    Tally,
    count_trials,
    find_bins,
    run_plans,
    take_seed,
)
from .truth import ESTIMANDS, TrialTruth, require_estimand, require_truth

__all__ = ["SimulatedTrials", "simulate_trials"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class SimulatedTrials(Result):
    """Simulated trials of one size under one truth.

    Attributes
    ----------
    truth : TrialTruth
        What was true.
    n_people : int
        Participants who start in each trial.
    n_trials, n_requested : int
        Trials finished, and asked for: fewer are finished after Ctrl-C.
    tallies : dict of Tally
        Sums, counts and histogram of each estimand.
    kept : dict of ndarray or None
        The trials themselves, with `keep=True`.
    """

    truth: TrialTruth
    n_people: int
    n_trials: int
    n_requested: int
    tallies: dict[str, Tally]
    kept: dict[str, np.ndarray] | None = None

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """How the trials did: one row per estimand, each measure beside its Monte Carlo error.

        Measures and Monte Carlo standard errors are those of Morris, White and Crowther
        (2019). A measure called x has its Monte Carlo standard error in x_mc_std_error.

        Parameters
        ----------
        confidence_level : float
            Of each trial's own interval; a trial is significant where it leaves out zero.
            0.9, 0.95 or 0.99; any other level with `keep=True`.

        Returns
        -------
        DataFrame
            term; true_value; estimate (mean over the trials); bias; std_error (SD of the
            estimates over the trials); mean_std_error (root mean square of the trials' own
            standard errors); power (share of significant trials) with power_low and
            power_high (95 % Wilson interval for what chance in the simulation leaves open);
            coverage (share of intervals that hold the true value); significant_size (mean
            absolute estimate of the significant trials); wrong_sign (share of the significant
            trials whose sign is opposite to the truth's, the type S error; nan where the truth
            is 0); each of these but estimate and the limits is followed by its
            x_mc_std_error; n_trials, n_undefined (trials with too few completers for an
            estimate: not significant; left out of everything but power).

        Raises
        ------
        ValueError
            If the level was not counted and the trials were not kept.
        """
        require_level(confidence_level)
        tallies = self.tallies
        if confidence_level not in LEVELS:
            if self.kept is None:
                raise ValueError(
                    f"to_frame: confidence_level {confidence_level!r} was not counted; it is one "
                    f"of {', '.join(map(str, LEVELS))}, or any with simulate_trials(..., keep=True)"
                )
            tallies = {}
        rows = []
        for term in self.tallies:
            true_value, tally = self.truth.value_of(term), self.tallies[term]
            n, (sum_1, sum_2, var_1, var_2) = tally.n_trials[0], tally.moments
            with np.errstate(divide="ignore", invalid="ignore"):
                bias = sum_1 / n
                sd = np.sqrt(np.maximum(sum_2 - sum_1 * bias, 0) / (n - 1))
                mean_var = var_1 / n
                var_sd = np.sqrt(np.maximum(var_2 / n - mean_var**2, 0))
                row = {
                    "term": term,
                    "true_value": true_value,
                    "estimate": true_value + bias,
                    "bias": bias,
                    "bias_mc_std_error": sd / np.sqrt(n),
                    "std_error": sd,
                    "std_error_mc_std_error": sd / np.sqrt(2 * (n - 1)),
                    "mean_std_error": np.sqrt(mean_var),
                    "mean_std_error_mc_std_error": var_sd / (2 * np.sqrt(n * mean_var)),
                }
            row |= self._summarise(term, confidence_level, tallies)
            if true_value == 0:  # no sign is wrong
                row |= {"wrong_sign": np.nan, "wrong_sign_mc_std_error": np.nan}
            rows.append(row)
        return pd.DataFrame(rows)

    def _summarise(self, term: str, confidence_level: float, tallies) -> dict[str, float]:
        """Power and coverage from the counts, or from the kept trials at another level."""
        if tallies:
            return tallies[term].summarise(confidence_level)
        trials = self.trials(term)
        critical = compute_quantile(confidence_level, np.maximum(trials["df"], 1))
        counted = count_trials(
            trials["estimate"].to_numpy(),
            trials["std_error"].to_numpy(),
            np.repeat(np.asarray(critical)[None], len(LEVELS), axis=0),
            self.truth.value_of(term),
            find_bins(self.truth, term, self.n_people),
        )
        return counted.summarise(DRAWN_LEVEL)

    def trials(self, estimand: str) -> pd.DataFrame:
        """The trials themselves, in their order (with `keep=True`).

        Parameters
        ----------
        estimand : str
            One of the terms of `to_frame`.

        Returns
        -------
        DataFrame
            estimate, std_error, statistic, df, p_value (two-sided), n_obs (completers); nan
            where a trial has too few completers.

        Raises
        ------
        ValueError
            If the trials were not kept, or there is no such estimand.
        """
        require_estimand(estimand, "trials", self.tallies)
        if self.kept is None:
            raise ValueError(
                "trials: only sums were kept; call simulate_trials(..., keep=True) for the trials"
            )
        estimate, std_error = self.kept[estimand]
        n_obs = self.kept["n_obs"]
        df = n_obs - (1 if estimand == "mean_difference" else 2)
        with np.errstate(divide="ignore", invalid="ignore"):
            statistic = estimate / std_error
        return pd.DataFrame(
            {
                "estimate": estimate,
                "std_error": std_error,
                "statistic": statistic,
                "df": df,
                "p_value": compute_p_value(statistic, df),
                "n_obs": n_obs,
            }
        )

    def histogram(self, estimand: str) -> pd.DataFrame:
        """How the estimates are spread, those significant at 95 % apart.

        Parameters
        ----------
        estimand : str
            One of the terms of `to_frame`.

        Returns
        -------
        DataFrame
            low, high (ends of the bin; the first and the last bin reach to infinity),
            n_not_significant, n_significant.

        Raises
        ------
        ValueError
            If there is no such estimand.
        """
        require_estimand(estimand, "histogram", self.tallies)
        start, width = find_bins(self.truth, estimand, self.n_people)
        edges = start + width * np.arange(BINS + 1)
        edges = np.concatenate([[-np.inf], edges, [np.inf]])
        inside = self.tallies[estimand].histogram
        return pd.DataFrame(
            {
                "low": edges[:-1],
                "high": edges[1:],
                "n_not_significant": inside[0],
                "n_significant": inside[1],
            }
        )

    def __str__(self) -> str:
        table = self.to_frame()
        parts = ", ".join(
            f"{ESTIMANDS[row.term]} {100 * row.power:.1f} % (true value "
            f"{format_number(row.true_value)}; Monte Carlo SE {100 * row.power_mc_std_error:.2g})"
            for row in table.itertuples()
        )
        early = (
            ""
            if self.n_trials == self.n_requested
            else f" (stopped early, of {self.n_requested:,})"
        )
        return (
            f"{self.n_trials:,} simulated trials{early} of {self.n_people} participants; significant at "
            f"5 %: {parts}."
        )


def simulate_trials(
    truth: TrialTruth,
    *,
    n_people: int,
    n_trials: int,
    rng: int | np.random.Generator,
    n_jobs: int | None = None,
    progress: bool | None = None,
    keep: bool = False,
) -> SimulatedTrials:
    """Simulate crossover trials and analyse each as a reader of Fig. 2 would.

    Estimands of every trial: the slope of percent pain reduction on measured ESR under LDN,
    under placebo, and of the within-participant difference LDN - placebo (each by least squares);
    and the mean of that difference (paired t test, which ignores the order of the periods).
    The trials' own intervals assume what least squares assumes: here you see what happens
    where a truth breaks it.

    With normal variables the sums that these analyses use are drawn themselves (a normal mean
    and Bartlett's 1933 decomposition of the Wishart distribution): the exact distribution,
    without drawing a participant. With an error in baseline pain, whose percentages are not
    normal, participants are drawn.

    Parameters
    ----------
    truth : TrialTruth
        What is true.
    n_people : int
        Participants who start in each trial, at least 3.
    n_trials : int
        How many trials.
    rng : int or numpy Generator
        A seed gives the same trials however many workers there are. A generator is drawn
        from once.
    n_jobs : int, optional
        Worker processes, as joblib counts them (-1: all cores). Default: one, or those of
        the active `joblib.parallel_config`, e.g. of `parallel_config("dask")` on a cluster.
        A pool of processes takes a second or two to start: it pays from millions of trials.
    progress : bool, optional
        Show a bar with rate and time left. Default: on a terminal only.
    keep : bool
        Keep every trial's numbers (70 bytes per trial) instead of sums alone. Without it,
        memory does not grow with the number of trials.

    Returns
    -------
    SimulatedTrials
        After Ctrl-C with the trials finished until then.

    Raises
    ------
    ValueError
        If `n_people` is below 3 or `n_trials` below 1.
    TypeError
        If `truth` is no TrialTruth, a number is not whole, or `rng` neither a seed nor a
        generator.
    KeyboardInterrupt
        If it is stopped before any trial is finished.

    See Also
    --------
    summarise_power : Power over a grid of numbers of participants and effects.
    simulate_lines : The lines themselves.
    estimate_truth : A truth taken from data.

    Examples
    --------
    >>> truth = TrialTruth(mean_ldn=10.0)
    >>> trials = simulate_trials(truth, n_people=28, n_trials=2000, rng=1)
    >>> table = trials.to_frame().set_index("term")
    >>> bool(abs(table.loc["mean_difference", "bias"]) < 1)
    True
    """
    require_truth(truth, "simulate_trials")
    require_count(n_people, "n_people", "simulate_trials", 3)
    require_count(n_trials, "n_trials", "simulate_trials")
    entropy = take_seed(rng, "simulate_trials")
    plan = Plan(truth, int(n_people), tuple(ESTIMANDS))
    (cell,) = run_plans(
        [plan], int(n_trials), entropy=entropy, n_jobs=n_jobs, progress=progress, keep=keep
    )
    kept = None
    if keep:
        names = cell.kept[0]
        kept = {name: np.concatenate([part[name] for part in cell.kept], -1) for name in names}
    return SimulatedTrials(
        truth=truth,
        n_people=int(n_people),
        n_trials=cell.n_trials,
        n_requested=int(n_trials),
        tallies=cell.tallies,
        kept=kept,
    )
