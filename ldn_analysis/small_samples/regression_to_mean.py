"""Change without any effect: selection for high pain, and change against baseline."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaln, hyp2f1, ndtr, ndtri

from ..core.intervals import compute_paired_p
from ..core.line import solve_line, sum_line
from ..core.monte_carlo import compute_mean, compute_share, draw_again, list_blocks, list_quantities
from ..core.result import Result
from ..core.validation import require_count, require_level, require_number, require_rng
from ..core.wording import format_fixed, format_number
from .normal_theory import find_critical_r, integrate_r, place_nodes
from .truth import require_baseline

__all__ = ["CouplingResult", "SelectionResult", "simulate_coupling", "simulate_selection"]

N_SHOWN = 400  # participants of the example that is drawn


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class SelectionResult(Result):
    """Participants admitted because their pain was high, measured again without any effect.

    Attributes
    ----------
    settings : dict
        cutoff, reliability, mean, sd, drift, n_people, n_trials.
    table : DataFrame
        What `to_frame` gives.
    reductions : ndarray, shape (n_trials,)
        Mean reduction of each simulated trial, in points.
    participants : DataFrame
        One example, before selection: baseline, end_point, selected.
    """

    settings: dict
    table: pd.DataFrame
    reductions: np.ndarray
    participants: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Simulated and expected means of those selected.

        Returns
        -------
        DataFrame
            method, quantity ("baseline", "end point", "reduction": means in points;
            "reduction_percent"; "share significant": trials with p < 0.05 of a paired t test),
            estimate, mc_std_error, expected (nan where there is no closed form).
        """
        return self.table.copy()

    def __str__(self) -> str:
        rows, a = self.table.set_index("quantity"), self.settings
        change, share = rows.loc["reduction"], rows.loc["share significant"]
        verb = "rose" if change["estimate"] < 0 else "fell"
        expected = "rise" if change["expected"] < 0 else "fall"
        drift = f", and pain changed by {-a['drift']:g} points in everybody" if a["drift"] else ""
        return (
            f"Participants were admitted with pain above {a['cutoff']:g} and nobody was treated{drift}: "
            f"mean pain {verb} by {format_number(abs(change['estimate']))} points (Monte Carlo SE "
            f"{change['mc_std_error']:.2g}; expected {expected} "
            f"{format_number(abs(change['expected']))}), and {100 * share['estimate']:.1f} % of trials "
            f"(Monte Carlo SE {100 * share['mc_std_error']:.1f}) have p < 0.05 (reliability "
            f"{a['reliability']:g}, n = {a['n_people']}; {a['n_trials']:,} simulated trials)."
        )


def simulate_selection(
    *,
    cutoff: float,
    reliability: float,
    rng,
    baseline: tuple[float, float] | None = None,
    drift: float = 0.0,
    n_people: int = 30,
    n_trials: int = 10_000,
) -> SelectionResult:
    """Simulate trials that admit participants above a cut-off and do nothing to them.

    Estimand: the mean reduction from baseline where there is no effect at all. Observed
    pain at baseline and at the end point is normal with the same SD; their correlation is
    the reliability. Given selection, the mean baseline is that of a truncated normal, and
    the mean reduction is (1 - reliability) times its excess over everybody's mean (Galton
    1886; Davis 1976), plus the drift that everybody has. A control group has the same
    reduction: only a comparison with it shows an effect.

    Parameters
    ----------
    cutoff : float
        Only those whose pain at baseline is above it are admitted; above 0.
    reliability : float
        Correlation of two measurements of one participant without any change, 0 to 1.
    rng : int or numpy Generator
        Seed, or a generator.
    baseline : (float, float), optional
        Mean and SD of pain at baseline in everybody, points of 0-100; default: those of
        `Assumptions`, which are assumed.
    drift : float
        Points by which everybody improves, whoever is selected.
    n_people, n_trials : int
        Participants of a trial (3 or more) and simulated trials (2 or more).

    Returns
    -------
    SelectionResult
        Means, reductions of the simulated trials, and one example.

    Raises
    ------
    ValueError
        If an argument is out of its range, or hardly anybody is above the cut-off.

    See Also
    --------
    simulate_coupling : Change correlates with the baseline it contains.
    compare_change_scores : Which analysis of a baseline finds most.

    Examples
    --------
    >>> result = simulate_selection(cutoff=60, reliability=0.6, baseline=(50, 10), rng=1)
    >>> row = result.to_frame().set_index("quantity").loc["reduction"]
    >>> round(float(row["expected"]), 2), bool(abs(row["estimate"] - row["expected"]) < 0.1)
    (6.1, True)
    """
    name = "simulate_selection"
    mean, sd = require_baseline(baseline, name)
    cutoff = require_number(cutoff, "cutoff", name, 0, mean + 6 * sd)
    reliability = require_number(reliability, "reliability", name, 0, 1)
    drift = require_number(drift, "drift", name, -100, 100)
    n_people = require_count(n_people, "n_people", name, 3)
    n_trials = require_count(n_trials, "n_trials", name, 2)
    rng = require_rng(rng, name)
    everybody = rng.standard_normal(N_SHOWN)
    again = draw_again(everybody, reliability, rng)
    participants = pd.DataFrame({"baseline": mean + sd * everybody, "end_point": mean + sd * again})
    participants["end_point"] -= drift
    participants["selected"] = participants["baseline"] > cutoff
    start, parts = (cutoff - mean) / sd, []
    for size in list_blocks(n_trials, 2 * n_people):
        # 1 - random() is never 0, so nobody is infinitely ill.
        z = -ndtri((1 - rng.random((size, n_people))) * ndtr(-start))
        first, second = mean + sd * z, mean + sd * draw_again(z, reliability, rng) - drift
        reduction = first - second
        parts.append([first.mean(1), second.mean(1), reduction.mean(1)])
        parts[-1] += [100 * (reduction / first).mean(1), compute_paired_p(reduction) < 0.05]
    drawn = [np.concatenate(values) for values in zip(*parts, strict=True)]
    found = [*map(compute_mean, drawn[:4]), compute_share(drawn[4])]
    expected = _expect_selected(start, mean, sd, reliability, drift)
    rows = zip(["no effect"] * 5, expected, found, expected.values(), strict=True)
    settings = {"cutoff": cutoff, "reliability": reliability, "mean": mean, "sd": sd}
    settings |= {"drift": drift, "n_people": n_people, "n_trials": n_trials}
    return SelectionResult(
        settings=settings,
        table=list_quantities(rows),
        reductions=drawn[2],
        participants=participants,
    )


def _expect_selected(start: float, mean: float, sd: float, reliability: float, drift: float):
    """Expected means of those more than `start` SDs above the mean: a truncated normal."""
    z, weights = place_nodes(start, max(start, 0) + 10)
    weights = weights * np.exp(-(z**2) / 2)
    weights = weights / weights.sum()
    excess = sd * (z @ weights)
    reduction = (1 - reliability) * excess + drift
    percent = 100 * ((1 - reliability) * sd * z + drift) / (mean + sd * z) @ weights
    return {
        "baseline": mean + excess,
        "end point": mean + excess - reduction,
        "reduction": reduction,
        "reduction_percent": percent,
        "share significant": np.nan,
    }


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class CouplingResult(Result):
    """Correlation of change with baseline, and with the mean of both (Oldham).

    Attributes
    ----------
    settings : dict
        retest_r, sd_ratio, n_people, n_trials, confidence_level.
    table : DataFrame
        What `to_frame` gives.
    correlations : dict of ndarray, shape (n_trials,)
        Correlation of each simulated trial by each method.
    """

    settings: dict
    table: pd.DataFrame
    correlations: dict

    def to_frame(self) -> pd.DataFrame:
        """Simulated and expected correlations, and how often they are significant.

        Returns
        -------
        DataFrame
            method, quantity ("mean r", "share significant"), estimate, mc_std_error, expected
            (exact for normal data).
        """
        return self.table.copy()

    def __str__(self) -> str:
        rows, a = self.table.set_index(["method", "quantity"]), self.settings
        parts = []
        for method in self.correlations:
            r, share = (rows.loc[(method, name)] for name in ("mean r", "share significant"))
            parts.append(
                f"{method}: mean r {format_fixed(r['estimate'])} (Monte Carlo SE "
                f"{r['mc_std_error']:.1g}), significant in {100 * share['estimate']:.1f} % (SE "
                f"{100 * share['mc_std_error']:.1f})"
            )
        ratio = a["sd_ratio"]
        head, tail = "With no relation of change to true pain", ""
        if ratio != 1:
            change = "smaller" if ratio < 1 else "larger"
            head = f"Where the SD at the end point is {ratio:g} times that at baseline"
            tail = (
                f" Oldham's correlation is not 0 here because the SD becomes {change}, whatever the "
                "cause."
            )
        return (
            f"{head} (retest r = {a['retest_r']:g}, n = {a['n_people']}; {a['n_trials']:,} simulated "
            f"trials): {'; '.join(parts)}.{tail}"
        )


def simulate_coupling(
    *,
    retest_r: float,
    rng,
    sd_ratio: float = 1.0,
    n_people: int = 30,
    n_trials: int = 10_000,
    confidence_level: float = 0.95,
) -> CouplingResult:
    """Simulate the correlation of change with the baseline it contains.

    Change is baseline - end point, so it shares the baseline's error with the baseline: the
    two correlate where nothing relates them (mathematical coupling). Oldham (1962)
    correlates the change with the mean of both measurements instead, which is 0 exactly
    where both have the same SD: cov(x - y, (x + y) / 2) = (var x - var y) / 2, and its test is
    the Pitman-Morgan test of equal variances. So the method needs equal variances and
    misleads without: where the end point is measured more or less precisely, where
    participants were selected by their baseline, or where an effect that differs between
    participants for other reasons widens the end point.

    Parameters
    ----------
    retest_r : float
        Correlation of baseline and end point, -1 to 1.
    rng : int or numpy Generator
        Seed, or a generator.
    sd_ratio : float
        SD at the end point over SD at baseline; 1 where the change does not depend on the
        true baseline, below 1 where those who had more pain truly improve more.
    n_people, n_trials : int
        Participants of a trial (4 to 1,000) and simulated trials (2 or more).
    confidence_level : float
        Significant means two-sided p < 1 - confidence_level.

    Returns
    -------
    CouplingResult
        Correlations of the simulated trials by both methods.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    See Also
    --------
    simulate_selection : Participants selected by their baseline.

    Examples
    --------
    >>> table = simulate_coupling(retest_r=0.5, rng=1).to_frame()
    >>> table[table["quantity"] == "mean r"]["expected"].round(2).tolist()
    [0.49, 0.0]
    """
    name = "simulate_coupling"
    require_level(confidence_level)
    retest_r = require_number(retest_r, "retest_r", name, -1, 1)
    sd_ratio = require_number(sd_ratio, "sd_ratio", name, 0, 1000)
    n_people = require_count(n_people, "n_people", name, 4, 1000)
    n_trials = require_count(n_trials, "n_trials", name, 2)
    rng = require_rng(rng, name)
    methods = ("change against baseline", "change against mean (Oldham)")
    parts = []
    for size in list_blocks(n_trials, 2 * n_people):
        first = rng.standard_normal((size, n_people))
        second = sd_ratio * draw_again(first, retest_r, rng)
        change = first - second
        parts.append([solve_line(sum_line(x, change)).r for x in (first, (first + second) / 2)])
    drawn = dict(zip(methods, map(np.concatenate, zip(*parts, strict=True)), strict=True))
    square, product = sd_ratio**2, retest_r * sd_ratio
    true = dict(
        zip(
            methods,
            [
                (1 - product) / np.sqrt(1 + square - 2 * product),
                (1 - square) / np.sqrt((1 + square) ** 2 - 4 * product**2),
            ],
            strict=True,
        )
    )
    critical = find_critical_r(n_people, confidence_level)
    rows = []
    for method, r in drawn.items():
        upper, lower, _ = integrate_r(n_people, true[method], critical)
        rows.append((method, "mean r", compute_mean(r), _expect_r(n_people, true[method])))
        share = compute_share(np.abs(r) > critical)
        rows.append((method, "share significant", share, float((upper + lower)[0])))
    settings = {"retest_r": retest_r, "sd_ratio": sd_ratio, "n_people": n_people}
    settings |= {"n_trials": n_trials, "confidence_level": confidence_level}
    return CouplingResult(settings=settings, table=list_quantities(rows), correlations=drawn)


def _expect_r(n_obs: int, rho: float) -> float:
    """Mean of the sample correlation of n normal pairs (Hotelling 1953)."""
    ratio = np.exp(2 * (gammaln(n_obs / 2) - gammaln((n_obs - 1) / 2)))
    return float(2 / (n_obs - 1) * ratio * rho * hyp2f1(0.5, 0.5, (n_obs + 1) / 2, rho**2))
