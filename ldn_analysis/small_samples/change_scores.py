"""Percent change, absolute change, the end point alone or ANCOVA: the same trials four ways."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from ..core.intervals import compute_p_value, compute_t_power
from ..core.line import solve_line, sum_line
from ..core.monte_carlo import compute_mean, compute_share, draw_again, list_blocks, list_quantities
from ..core.result import Result
from ..core.validation import require_count, require_level, require_number, require_rng
from ..core.wording import format_number
from .normal_theory import place_nodes
from .truth import require_baseline

__all__ = ["ChangeScores", "compare_change_scores"]

MIN_BASELINE = 1.0  # points: percent change divides by the baseline
SCORES = ("end point", "change", "percent change", "ancova")


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class ChangeScores(Result):
    """Four analyses of the same simulated two-arm trials.

    Attributes
    ----------
    settings : dict
        effect, retest_r, mean, sd, n_people (per arm), n_trials, confidence_level.
    table : DataFrame
        What `to_frame` gives.
    estimates : dict of ndarray, shape (n_trials,)
        Estimated effect of each simulated trial by each analysis, in points.
    """

    settings: dict
    table: pd.DataFrame
    estimates: dict

    def to_frame(self) -> pd.DataFrame:
        """Power, type I error, bias, SD and skewness of each analysis.

        Returns
        -------
        DataFrame
            method, quantity ("power", "type I error", "bias", "sd", "skewness"; the last three
            of the estimate, in points), estimate, mc_std_error, expected (closed form; nan
            where there is none).
        """
        return self.table.copy()

    def __str__(self) -> str:
        power = self.table[self.table["quantity"] == "power"].set_index("method")
        parts = [
            f"{_name(method)} {100 * power.loc[method, 'estimate']:.0f} %"
            for method in self.estimates
        ]
        a = self.settings
        r = a["retest_r"]
        if r == 0.5:
            tie = "at r = 0.5 the end point and the change have the same variance"
        elif r > 0.5:
            tie = "above r = 0.5 the change has less variance than the end point alone"
        else:
            tie = "below r = 0.5 the end point alone has less variance than the change"
        return (
            f"Power to find {format_number(a['effect'])} points (retest r = {r:g}, SD {a['sd']:g}, "
            f"{a['n_people']} participants per arm; {a['n_trials']:,} simulated trials, Monte Carlo "
            f"SE at most {100 * power['mc_std_error'].max():.1f}): {', '.join(parts)}; {tie}."
        )


def compare_change_scores(
    *,
    effect: float,
    retest_r: float,
    rng,
    baseline: tuple[float, float] | None = None,
    n_people: int = 30,
    n_trials: int = 10_000,
    confidence_level: float = 0.95,
) -> ChangeScores:
    """Compare percent change, absolute change, the end point alone and ANCOVA.

    Estimand of all four: the mean difference of the end points of two randomised arms, in
    points; percent change is brought to points by the population's mean baseline. Pain is
    normal with the same SD twice, and the effect is the same for everybody. ANCOVA then
    has the least variance; percent change adds the noise of its divisor, and is biased
    because the mean of 1/baseline is not 1/(mean baseline) (Vickers 2001). An effect in
    proportion to the baseline would favour percent change. The same random participants
    serve the four analyses and the two truths, effect and none.

    Expected values: noncentral t (end point, change), noncentral t averaged over the chance
    imbalance of baselines (ANCOVA), numerical integration (bias and SD of percent change).

    With the same SD twice the change has variance 2 (1 - r) SD squared and the end point SD
    squared: the change does better above a retest r of 0.5, worse below, and both tie at 0.5
    by algebra; ANCOVA, with (1 - r squared) SD squared, does better than both unless r is 0
    (then the end point ties) or 1 (then the change does). This is about two arms. In a
    crossover whose conditions share one baseline, the baseline cancels from LDN - placebo: end
    points and changes give the same difference.

    Parameters
    ----------
    effect : float
        Points by which the treated improve more; not 0.
    retest_r : float
        Correlation of baseline and end point, -1 to 1.
    rng : int or numpy Generator
        Seed, or a generator.
    baseline : (float, float), optional
        Mean and SD of pain, points of 0-100; default: those of `Assumptions`, which are
        assumed. The mean must be at least 4 SDs above 1 point, where participants are cut off: a
        percentage of less is meaningless.
    n_people, n_trials : int
        Participants of one arm (3 or more) and simulated trials (2 or more).
    confidence_level : float
        Significant means two-sided p < 1 - confidence_level.

    Returns
    -------
    ChangeScores
        Power, type I error and distribution of the estimate of each analysis.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    See Also
    --------
    simulate_selection : Change where participants were selected by their baseline.

    Examples
    --------
    >>> table = compare_change_scores(effect=8, retest_r=0.4, baseline=(50, 12), rng=1).to_frame()
    >>> power = table[table["quantity"] == "power"].set_index("method")["estimate"]
    >>> bool(power["percent change"] < power["change"] < power["ancova"])
    True
    """
    name = "compare_change_scores"
    require_level(confidence_level)
    mean, sd = _require_spread(*require_baseline(baseline, name))
    effect = require_number(effect, "effect", name, -100, 100)
    if effect == 0:
        raise ValueError(f"{name}: effect must not be 0; the type I error is computed as well")
    retest_r = require_number(retest_r, "retest_r", name, -1, 1)
    n_people = require_count(n_people, "n_people", name, 3)
    n_trials = require_count(n_trials, "n_trials", name, 2)
    rng = require_rng(rng, name)
    parts, below = [], ndtr((MIN_BASELINE - mean) / sd)
    for size in list_blocks(n_trials, 4 * n_people):
        chance = 1 - rng.random((size, 2, n_people))  # the first arm is the treated one
        z = -ndtri(chance * (1 - below))
        second = sd * draw_again(z, retest_r, rng)
        truths = [_analyse(sd * z, second, mean, shift) for shift in (effect, 0.0)]
        parts.append(np.stack(truths, axis=1))
    estimates, p = np.moveaxis(np.concatenate(parts), -1, 0)  # each (trials, truth, analysis)
    settings = {"effect": effect, "retest_r": retest_r, "mean": mean, "sd": sd}
    settings |= {"n_people": n_people, "n_trials": n_trials, "confidence_level": confidence_level}
    return ChangeScores(
        settings=settings,
        table=_summarise(estimates, p, settings),
        estimates={method: estimates[:, 0, i] for i, method in enumerate(SCORES)},
    )


def _require_spread(mean: float, sd: float) -> tuple[float, float]:
    """Refuse baselines so near to 0 that a percent change means nothing."""
    if mean - 4 * sd < MIN_BASELINE:
        raise ValueError(
            f"compare_change_scores: a mean of {mean:g} with an SD of {sd:g} puts participants near "
            "a baseline of 0, from which there is no percent change; the SD must be at most "
            f"{(mean - MIN_BASELINE) / 4:g}"
        )
    return mean, sd


def _summarise(estimates: np.ndarray, p: np.ndarray, settings: dict) -> pd.DataFrame:
    """Power, type I error and distribution of each analysis, simulated and expected."""
    expected, rows = _expect_scores(settings), []
    level = 1 - settings["confidence_level"]
    for i, method in enumerate(SCORES):
        values = estimates[:, 0, i]
        mean, error = compute_mean(values)
        found = {
            "power": compute_share(p[:, 0, i] < level),
            "type I error": compute_share(p[:, 1, i] < level),
            "bias": (mean - settings["effect"], error),
        } | _describe_spread(values)
        rows += [(method, name, pair, expected[method][name]) for name, pair in found.items()]
    return list_quantities(rows)


def _name(method: str) -> str:
    """An analysis as it is written in a sentence."""
    return "ANCOVA" if method == "ancova" else method


def _analyse(first, second, mean: float, effect: float) -> np.ndarray:
    """Estimate and p of the four analyses, shape (trials, 4, 2).

    `first` and `second` are distances from the mean, shape (trials, 2, n); the arm at 0 is
    treated.
    """
    second = second.copy()
    second[:, 0] -= effect
    n, flat = first.shape[-1], (len(first), -1)
    treated = np.repeat([1.0, 0.0], n)
    reduction = first - second
    scores = [-second, reduction, mean * reduction / (mean + first)]
    out = np.empty((len(first), len(SCORES), 2))
    for i, score in enumerate(scores):
        # The slope on a 0/1 predictor is the difference of means, its t the two-sample t.
        line = solve_line(sum_line(treated, score.reshape(flat)))
        out[:, i] = np.stack([line.slope, compute_p_value(line.statistic, 2 * n - 2)], -1)
    center = first.mean(-1), second.mean(-1)
    within = sum_line(
        (first - center[0][..., None]).reshape(flat), (second - center[1][..., None]).reshape(flat)
    )
    slope = within.xy / within.xx
    imbalance = center[0][:, 0] - center[0][:, 1]
    estimate = slope * imbalance - (center[1][:, 0] - center[1][:, 1])
    variance = (within.yy - slope * within.xy) / (2 * n - 3)
    t = estimate / np.sqrt(variance * (2 / n + imbalance**2 / within.xx))
    out[:, 3] = np.stack([estimate, compute_p_value(t, 2 * n - 3)], -1)
    return out


def _describe_spread(values: np.ndarray) -> dict[str, tuple[float, float]]:
    """SD and skewness of estimates, with Monte Carlo errors."""
    n, z = values.size, values - values.mean()
    sd = values.std(ddof=1)
    # The error of an SD depends on the kurtosis; that of the skewness is the normal one.
    error = np.sqrt(max((z**4).mean() - sd**4, 0.0) / n) / (2 * sd)
    skewness = (z**3).mean() / sd**3
    return {"sd": (float(sd), float(error)), "skewness": (float(skewness), float(np.sqrt(6 / n)))}


def _expect_scores(settings: dict) -> dict[str, dict[str, float]]:
    """Expected power, type I error, bias, SD and skewness of each analysis."""
    effect, r, sd, n = (settings[name] for name in ("effect", "retest_r", "sd", "n_people"))
    level = settings["confidence_level"]
    spreads = {"end point": sd * np.sqrt(2 / n), "change": sd * np.sqrt(4 * (1 - r) / n)}
    expected = {
        method: {"power": compute_t_power(effect / spread, 2 * n - 2, level), "sd": spread}
        for method, spread in spreads.items()
    }
    # Squared imbalance of baselines over their sum of squares is t squared / (2n - 2) x 2/n.
    angle, weights = place_nodes(0, np.pi / 2)
    weights = weights * np.cos(angle) ** (2 * n - 3)
    spread = sd * np.sqrt((1 - r**2) * 2 / n) / np.cos(angle)
    weights = weights / weights.sum()
    power = min(compute_t_power(effect / spread, 2 * n - 3, level) @ weights, 1.0)
    spread = np.sqrt(spread**2 @ weights)
    expected["ancova"] = {"power": power, "sd": spread}
    expected = {
        name: {quantity: float(value) for quantity, value in part.items()}
        | {"type I error": 1 - level, "bias": 0.0, "skewness": 0.0}
        for name, part in expected.items()
    }
    unknown = dict.fromkeys(("power", "type I error", "skewness"), np.nan)
    return expected | {"percent change": unknown | _expect_percent(settings)}


def _expect_percent(settings: dict) -> dict[str, float]:
    """Bias and SD of the difference of mean percent changes, in points, by integration.

    With baseline B = mean + SD z, a participant's score is
    mean ((1 - r) SD z + effect + SD sqrt(1 - r^2) e) / B, z normal above the least baseline.
    """
    effect, r, mean = (settings[name] for name in ("effect", "retest_r", "mean"))
    sd, n = settings["sd"], settings["n_people"]
    z, weights = place_nodes((MIN_BASELINE - mean) / sd, 10)
    weights = weights * np.exp(-(z**2) / 2)
    weights = weights / weights.sum()
    first = mean + sd * z
    noise = mean**2 * sd**2 * (1 - r**2) * (weights @ first**-2)
    means, variance = [], 0.0
    for shift in (effect, 0.0):
        score = mean * ((1 - r) * sd * z + shift) / first
        means.append(score @ weights)
        variance += (noise + (score - means[-1]) ** 2 @ weights) / n
    return {"bias": float(means[0] - means[1] - effect), "sd": float(np.sqrt(variance))}
