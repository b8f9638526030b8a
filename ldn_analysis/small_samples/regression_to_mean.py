"""Change without any effect: people selected for high pain, and change against baseline."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaln, hyp2f1, ndtr, ndtri

from ..core.intervals import compute_paired_p
from ..core.line import solve_line, sum_line
from ..core.monte_carlo import compute_mean, compute_share, draw_again, list_blocks, list_quantities
from ..core.result import Result
from ..core.validation import require_count, require_level, require_number, require_rng
from ..core.wording import format_number
from .normal_theory import find_critical_r, integrate_r, place_nodes
from .truth import require_baseline

__all__ = ["CouplingResult", "SelectionResult", "simulate_coupling", "simulate_selection"]

SHOWN = 400  # people of the example that is drawn


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class SelectionResult(Result):
    """People who were let in because their pain was high, measured again without any effect.

    Attributes
    ----------
    asked : dict
        cutoff, reliability, mean, sd, drift, n_people, n_trials.
    table : DataFrame
        What `to_frame` gives.
    reductions : ndarray, shape (n_trials,)
        Mean reduction of each simulated trial, in points.
    people : DataFrame
        One example, before selection: baseline, end_point, selected.
    """

    asked: dict
    table: pd.DataFrame
    reductions: np.ndarray
    people: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Simulated and expected means of the people selected.

        Returns
        -------
        DataFrame
            method, quantity ("baseline", "end point", "reduction": means in points;
            "reduction_percent"; "share significant": trials with p < 0.05 of a paired t test),
            estimate, mc_std_error, expected (nan where there is no closed form).
        """
        return self.table.copy()

    def __str__(self) -> str:
        row = self.table.set_index("quantity").loc["reduction"]
        a = self.asked
        return (
            f"Of people whose pain at baseline was above {a['cutoff']:g}, and whom nothing helped, the "
            f"mean reduction was {format_number(row['estimate'])} points (expected "
            f"{format_number(row['expected'])}; drift {a['drift']:g}, reliability "
            f"{a['reliability']:g}, n = {a['n_people']}; {a['n_trials']} simulated trials)."
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
    """Simulate trials that admit people above a cut-off and do nothing to them.

    Estimand: the mean reduction from baseline where there is no effect at all. Observed
    pain at baseline and at the end point is normal with the same SD; their correlation is
    the reliability. Given selection, the mean baseline is that of a truncated normal, and
    the mean reduction is (1 - reliability) times its excess over everybody's mean (Galton
    1886; Davis 1976), plus the drift that everybody has. A control group has the same
    reduction: only a comparison with it shows an effect.

    Parameters
    ----------
    cutoff : float
        Only people whose pain at baseline is above it are let in; above 0.
    reliability : float
        Correlation of two measurements of one person without any change, 0 to 1.
    rng : int or numpy Generator
        Seed, or a generator.
    baseline : (float, float), optional
        Mean and SD of pain at baseline in everybody, points of 0-100; default: those of
        `Assumptions`, which are assumed.
    drift : float
        Points that everybody improves on placebo.
    n_people, n_trials : int
        People of a trial (3 or more) and simulated trials (2 or more).

    Returns
    -------
    SelectionResult

    Raises
    ------
    ValueError
        If an argument is out of its range, or hardly anybody is above the cut-off.

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
    everybody = rng.standard_normal(SHOWN)
    again = draw_again(everybody, reliability, rng)
    people = pd.DataFrame({"baseline": mean + sd * everybody, "end_point": mean + sd * again})
    people["end_point"] -= drift
    people["selected"] = people["baseline"] > cutoff
    start = (cutoff - mean) / sd
    parts = []
    for size in list_blocks(n_trials, 2 * n_people):
        # 1 - random() is never 0, so nobody is infinitely ill.
        z = -ndtri((1 - rng.random((size, n_people))) * ndtr(-start))
        first, second = mean + sd * z, mean + sd * draw_again(z, reliability, rng) - drift
        reduction = first - second
        p = compute_paired_p(reduction)
        parts.append([first.mean(1), second.mean(1), reduction.mean(1)])
        parts[-1] += [100 * (reduction / first).mean(1), p < 0.05]
    first, second, reduction, percent, significant = map(np.concatenate, zip(*parts, strict=True))
    z, weights = place_nodes(start, max(start, 0) + 10)
    weights = weights * np.exp(-(z**2) / 2)
    weights = weights / weights.sum()
    excess = sd * (z @ weights)
    expected = (1 - reliability) * excess + drift
    expected_percent = 100 * ((1 - reliability) * sd * z + drift) / (mean + sd * z) @ weights
    label = "no effect"
    rows = [
        (label, "baseline", compute_mean(first), mean + excess),
        (label, "end point", compute_mean(second), mean + excess - expected),
        (label, "reduction", compute_mean(reduction), expected),
        (label, "reduction_percent", compute_mean(percent), expected_percent),
        (label, "share significant", compute_share(significant), np.nan),
    ]
    asked = {"cutoff": cutoff, "reliability": reliability, "mean": mean, "sd": sd}
    asked |= {"drift": drift, "n_people": n_people, "n_trials": n_trials}
    return SelectionResult(
        asked=asked, table=list_quantities(rows), reductions=reduction, people=people
    )


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class CouplingResult(Result):
    """Correlation of change with baseline, and with the mean of both (Oldham).

    Attributes
    ----------
    asked : dict
        retest_r, sd_ratio, n_people, n_trials, confidence_level.
    table : DataFrame
        What `to_frame` gives.
    correlations : dict of ndarray, shape (n_trials,)
        Correlation of each simulated trial by each method.
    """

    asked: dict
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
        rows = self.table.set_index(["method", "quantity"])["estimate"]
        parts = [
            f"{method}: mean r {rows[method, 'mean r']:.2f}, significant in "
            f"{100 * rows[method, 'share significant']:.1f} %"
            for method in self.correlations
        ]
        a = self.asked
        return (
            f"With no relation of change to pain (retest r = {a['retest_r']:g}, ratio of SDs "
            f"{a['sd_ratio']:g}, n = {a['n_people']}; {a['n_trials']} simulated trials), "
            f"{'; '.join(parts)}."
            if a["sd_ratio"] == 1
            else f"Change and pain (retest r = {a['retest_r']:g}, ratio of SDs {a['sd_ratio']:g}, "
            f"n = {a['n_people']}; {a['n_trials']} simulated trials): {'; '.join(parts)}."
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
    where both have the same SD (this is the Pitman-Morgan test of equal variances). His
    method in turn misleads where people were selected by their baseline, or an effect that
    differs between people for other reasons widens the end point.

    Parameters
    ----------
    retest_r : float
        Correlation of baseline and end point, -1 to 1.
    rng : int or numpy Generator
        Seed, or a generator.
    sd_ratio : float
        SD at the end point over SD at baseline; below 1 where those who had more pain truly
        improve more.
    n_people, n_trials : int
        People of a trial (4 to 1,000) and simulated trials (2 or more).
    confidence_level : float
        Significant means two-sided p < 1 - confidence_level.

    Returns
    -------
    CouplingResult

    Raises
    ------
    ValueError
        If an argument is out of its range.

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
    asked = {"retest_r": retest_r, "sd_ratio": sd_ratio, "n_people": n_people}
    asked |= {"n_trials": n_trials, "confidence_level": confidence_level}
    return CouplingResult(asked=asked, table=list_quantities(rows), correlations=drawn)


def _expect_r(n_obs: int, rho: float) -> float:
    """Mean of the sample correlation of n normal pairs (Hotelling 1953)."""
    ratio = np.exp(2 * (gammaln(n_obs / 2) - gammaln((n_obs - 1) / 2)))
    return float(2 / (n_obs - 1) * ratio * rho * hyp2f1(0.5, 0.5, (n_obs + 1) / 2, rho**2))
