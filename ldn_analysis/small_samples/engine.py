"""The engine of the imaginary trials: blocks of trials, their sums, and what is kept of them.

A line or a paired t test uses only sums, squares and products over a trial's participants.
For normal variables these are drawn directly, so that a trial of a thousand costs as much as one
of ten. Trials come in blocks of fixed size, each with its own random stream: the result depends
neither on the number of workers nor on who finishes first.
"""

import warnings
from functools import cache
from numbers import Integral
from typing import NamedTuple

import numpy as np

from ..core.intervals import compute_quantile, wilson_interval
from ..core.line import LineSums, solve_line, sum_line
from ..core.validation import require_rng
from .truth import BASELINE_LIMITS, TrialTruth

__all__ = ["Plan", "Tally", "run_plans", "sum_trials"]

LEVELS = (0.9, 0.95, 0.99)  # counted in every trial; others need the trials themselves
DRAWN_LEVEL = 0.95  # of the histogram
BLOCK = 8192  # trials of one random stream: their arrays fit a processor's cache
BATCH = 8  # blocks a worker is handed at once
BINS = 120
MAX_NUMBERS = 2**16  # participants x trials in memory at a time, where they have to be drawn


class Tally(NamedTuple):
    """Everything that is kept of the trials for one estimand; two of them add up.

    A trial is significant at a level where its interval of that level leaves out zero.
    """

    n_trials: np.ndarray  # with an estimate, without one
    moments: np.ndarray  # sums of: estimate - truth, its square, SE squared, its square
    counts: np.ndarray  # levels x (significant, covers the truth, significant of wrong sign)
    sizes: np.ndarray  # levels x sums over the significant: |estimate|, its square
    histogram: np.ndarray  # (not significant, significant) x bins; the outer two: beyond

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(mine + its for mine, its in zip(self, other, strict=True)))

    def summarise(self, confidence_level: float) -> dict[str, float]:
        """Power and coverage with Monte Carlo standard errors, for a table's row."""
        level = LEVELS.index(confidence_level)
        n, total = int(self.n_trials[0]), int(self.n_trials.sum())
        significant, covers, wrong = self.counts[level]
        low, high = wilson_interval(significant, total)
        size, size_sq = self.sizes[level]
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = size / significant
            size_sd = np.sqrt(np.maximum(size_sq / significant - mean**2, 0))
            return {
                "power": significant / total,
                "power_mc_std_error": _share_error(significant, total),
                "power_low": float(low),
                "power_high": float(high),
                "coverage": np.divide(covers, n),
                "coverage_mc_std_error": _share_error(covers, n),
                "significant_size": mean,
                "significant_size_mc_std_error": size_sd / np.sqrt(significant),
                "wrong_sign": wrong / significant,
                "wrong_sign_mc_std_error": _share_error(wrong, significant),
                "n_trials": total,
                "n_undefined": total - n,
            }


class Plan(NamedTuple):
    """One cell of a simulation: trials of this size, under this truth, for these estimands."""

    truth: TrialTruth
    n_people: int
    terms: tuple[str, ...]


class Cell(NamedTuple):
    """What came of a plan: tallies by estimand (empty: nothing finished), arrays by batch."""

    tallies: dict[str, Tally]
    kept: list[dict[str, np.ndarray]]

    @property
    def n_trials(self) -> int:
        """Trials finished."""
        return int(next(iter(self.tallies.values())).n_trials.sum()) if self.tallies else 0


def run_plans(
    plans: list[Plan],
    n_trials: int,
    *,
    entropy: int | tuple[int, ...],
    n_jobs: int | None = None,
    progress: bool | None = None,
    keep: bool = False,
) -> list[Cell]:
    """Simulate this many trials of every plan; batches are always added in the same order.

    Ends early after Ctrl-C, and raises KeyboardInterrupt only where nothing was finished.
    """
    from joblib import Parallel, delayed
    from tqdm import tqdm

    step = BLOCK * BATCH
    tasks = [(i, start) for i in range(len(plans)) for start in range(0, n_trials, step)]
    cells = [Cell({}, []) for _ in plans]
    stream = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(_simulate_batch)(plans[i], entropy, start, min(step, n_trials - start), keep)
        for i, start in tasks
    )
    try:
        with tqdm(
            total=n_trials * len(plans), unit="trial", unit_scale=True, delay=0.5,
            disable=None if progress is None else not progress,
        ) as bar:  # fmt: skip
            for (i, start), (tallies, arrays) in zip(tasks, stream, strict=True):
                # One assignment: an interruption leaves a whole number of batches.
                cells[i] = Cell(
                    add_tallies(cells[i].tallies, tallies),
                    [*cells[i].kept, arrays] if keep else [],
                )
                bar.update(min(step, n_trials - start))
    except KeyboardInterrupt:
        if not cells[0].tallies:
            raise
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # joblib warns that there is more: we know
            stream.close()
    return cells


def _simulate_batch(plan: Plan, entropy, start: int, n_trials: int, keep: bool):
    """Some blocks after one another: tallies, and the trials themselves if they are kept."""
    tallies: dict[str, Tally] = {}
    kept = []
    for first in range(start, start + n_trials, BLOCK):
        size = min(BLOCK, start + n_trials - first)
        # The stream belongs to the block's place and the trials' size, not to a worker.
        key = (plan.n_people, first // BLOCK)
        rng = np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=key))
        n_obs, sums = sum_trials(plan.truth, plan.n_people, size, rng)
        part, arrays = {}, {}
        for term in plan.terms:
            estimate, std_error, df = _estimate(term, sums)
            true_value = plan.truth.value_of(term)
            bins = find_bins(plan.truth, term, plan.n_people)
            part[term] = count_trials(estimate, std_error, _criticals(df), true_value, bins)
            if keep:
                arrays[term] = np.array([estimate, std_error])
        tallies = add_tallies(tallies, part)
        if keep:
            kept.append(arrays | {"n_obs": np.broadcast_to(n_obs, (size,))})
    if not keep:
        return tallies, None
    return tallies, {name: np.concatenate([part[name] for part in kept], -1) for name in kept[0]}


def add_tallies(total: dict[str, Tally], part: dict[str, Tally]) -> dict[str, Tally]:
    """Sum the tallies of each estimand."""
    return {term: total[term] + part[term] if total else part[term] for term in part}


def take_seed(rng, function: str) -> int | tuple[int, ...]:
    """The entropy from which every block's stream is spawned: the seed, or a generator's words."""
    generator = require_rng(rng, function)
    if isinstance(rng, Integral):
        return int(rng)
    return tuple(int(word) for word in generator.integers(2**32, size=4))


def sum_trials(truth: TrialTruth, n_people: int, n_trials: int, rng):
    """Completers and line sums (about the truth) of the trials, a dict of LineSums by outcome.

    The outcomes are "ldn", "placebo" and "difference", less their true means, with the true
    mean difference added back to the last; the predictor is measured ESR less its mean.
    """
    if truth.baseline_error_sd > 0:
        return _sum_drawn_people(truth, n_people, n_trials, rng)
    parts = []
    for size, ldn, placebo in _groups(truth, n_people, n_trials, rng):
        parts.append((size, _sum_group(truth, size, ldn, placebo, n_trials, rng)))
    if len(parts) == 1:
        return parts[0]
    sums = {
        name: LineSums(*(a + b for a, b in zip(parts[0][1][name], parts[1][1][name], strict=True)))
        for name in parts[0][1]
    }
    return parts[0][0] + parts[1][0], sums


def _groups(truth: TrialTruth, n_people: int, n_trials: int, rng):
    """Completers, and what the period adds under LDN and placebo, of each order of periods."""
    gain = truth.period_effect
    if truth.fixed_order or gain == 0:
        groups = [(n_people, gain, 0.0)]
    else:
        ldn_first = n_people // 2
        if n_people % 2:
            ldn_first = ldn_first + rng.integers(2, size=n_trials)
        groups = [(ldn_first, 0.0, gain), (n_people - ldn_first, gain, 0.0)]
    if truth.drop_out:
        groups = [
            (rng.binomial(size, 1 - truth.drop_out, n_trials), ldn, placebo)
            for size, ldn, placebo in groups
        ]
    return groups


def _sum_group(truth: TrialTruth, size, ldn_shift, placebo_shift, n_trials: int, rng):
    """Line sums of groups of normal participants, without drawing a participant.

    Sums, squares and products of k standard normal variables of n participants are those of k
    vectors with few coordinates, once the axes are turned so that the first lies along
    (1, ..., 1) and each variable needs one axis more than the one before (Bartlett 1933):

        variable j = (z_j0, z_j1, ..., z_jj, chi with n - 1 - j degrees of freedom), j = 0, 1, 2

    with independent standard normal z: the first coordinate is root(n) x mean, and the scalar
    product of two vectors is the sum of products over participants.
    """
    root_n = np.sqrt(size)
    esr, first, second = (_draw_coordinates(j, size, n_trials, rng) for j in range(3))
    esr_sd, a, b, c = _find_loadings(truth)
    x = [esr_sd * part for part in esr]
    ldn = [a * part for part in first]
    placebo = [b * one + c * other for one, other in zip(first, second, strict=False)]
    placebo.append(c * second[3])
    for y, slope, shift in (
        (ldn, truth.slope_ldn, ldn_shift),
        (placebo, truth.slope_placebo, placebo_shift),
    ):
        y[0] = y[0] + root_n * shift
        for axis in (0, 1):
            y[axis] = y[axis] + truth.esr_reliability * slope * x[axis]
    difference = [one - other for one, other in zip(ldn, placebo, strict=False)]
    difference.append(-placebo[3])
    difference[0] = difference[0] + root_n * truth.value_of("mean_difference")
    sum_x, xx = root_n * x[0], x[0] * x[0] + x[1] * x[1]
    return {
        name: LineSums(
            n=size,
            x=sum_x,
            y=root_n * y[0],
            xx=xx,
            xy=x[0] * y[0] + x[1] * y[1],
            yy=sum(part * part for part in y),
        )
        for name, y in (("ldn", ldn), ("placebo", placebo), ("difference", difference))
    }


def _draw_coordinates(column: int, size, n_trials: int, rng) -> list:
    """Coordinates of the column-th standard normal variable in every trial."""
    axes = [rng.standard_normal(n_trials) * (size > axis) for axis in range(column + 1)]
    df = np.maximum(size - 1 - column, 0)
    return [*axes, np.sqrt(2 * rng.standard_gamma(df / 2, n_trials))]  # a chi


def _find_loadings(truth: TrialTruth) -> tuple[float, float, float, float]:
    """SD of measured ESR, and a, b, c of the residuals about the lines on measured ESR.

    Residual under LDN = a z1, under placebo = b z1 + c z2. Given measured ESR, the true one is
    normal with variance esr_sd^2 (1 - reliability), which joins the residuals times the slope.
    """
    unknown = truth.esr_sd**2 * (1 - truth.esr_reliability)
    variance = truth.residual_sd**2
    var_ldn = variance + truth.slope_ldn**2 * unknown
    var_placebo = variance + truth.slope_placebo**2 * unknown
    covariance = truth.condition_r * variance + truth.slope_ldn * truth.slope_placebo * unknown
    a = np.sqrt(var_ldn)
    b = covariance / a
    return truth.esr_sd / np.sqrt(truth.esr_reliability), a, b, np.sqrt(var_placebo - b**2)


def draw_people(truth: TrialTruth, n_people: int, n_trials: int, rng):
    """Measured ESR and percent reductions under LDN and placebo of every participant.

    Arrays of shape (n_trials, n_people); nan where one dropped out.
    """
    shape = n_trials, n_people
    deviation = truth.esr_sd * rng.standard_normal(shape)
    esr = truth.esr_mean + deviation + truth.esr_error_sd * rng.standard_normal(shape)
    shared = rng.standard_normal(shape)
    own = rng.standard_normal(shape)
    r = truth.condition_r
    ldn = truth.mean_ldn + truth.slope_ldn * deviation + truth.residual_sd * shared
    placebo = truth.mean_placebo + truth.slope_placebo * deviation
    placebo += truth.residual_sd * (r * shared + np.sqrt(1 - r * r) * own)
    ldn_first = np.zeros(shape, bool)
    if not truth.fixed_order:
        # People are alike before they are treated, so the first ones may be the first group.
        count = n_people // 2 + (rng.integers(2, size=n_trials) if n_people % 2 else 0)
        ldn_first = np.arange(n_people) < np.broadcast_to(count, (n_trials,))[:, None]
    ldn += truth.period_effect * ~ldn_first
    placebo += truth.period_effect * ldn_first
    if truth.baseline_error_sd > 0:
        baseline = truth.baseline_mean + truth.baseline_sd * rng.standard_normal(shape)
        baseline = np.clip(baseline, *BASELINE_LIMITS)
        measured = baseline + truth.baseline_error_sd * rng.standard_normal(shape)
        scale = baseline / np.clip(measured, *BASELINE_LIMITS)
        # The end point is what it is; the percentage is taken of the measured baseline.
        ldn, placebo = (100 - (100 - y) * scale for y in (ldn, placebo))
    if truth.drop_out:
        esr[rng.random(shape) < truth.drop_out] = np.nan
    return esr, ldn, placebo


def _sum_drawn_people(truth: TrialTruth, n_people: int, n_trials: int, rng):
    """Line sums of trials whose participants are drawn, a part of the block at a time."""
    step = max(1, MAX_NUMBERS // n_people)
    counts, sums = [], {"ldn": [], "placebo": [], "difference": []}
    for start in range(0, n_trials, step):
        esr, ldn, placebo = draw_people(truth, n_people, min(step, n_trials - start), rng)
        stays = ~np.isnan(esr)
        n = stays.sum(-1)
        x = np.where(stays, esr - truth.esr_mean, 0.0)
        counts.append(n)
        for name, y in (
            ("ldn", ldn - truth.mean_ldn),
            ("placebo", placebo - truth.mean_placebo),
            ("difference", ldn - placebo),
        ):
            sums[name].append(sum_line(x, np.where(stays, y, 0.0))._replace(n=n))
    return np.concatenate(counts), {
        name: LineSums(*(np.concatenate(part) for part in zip(*parts, strict=True)))
        for name, parts in sums.items()
    }


def _estimate(term: str, sums: dict[str, LineSums]):
    """Estimate, standard error and degrees of freedom of one estimand in every trial."""
    part = sums[term.removeprefix("slope_").removeprefix("mean_")]
    if term != "mean_difference":
        line = solve_line(part)
        return line.slope, line.slope_std_error, part.n - 2
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = part.y / part.n
        df = part.n - 1
        variance = np.maximum(part.yy - part.y * mean, 0) / np.where(df > 0, df, np.nan)
        return mean, np.sqrt(variance / part.n), df


@cache
def _critical(df: int) -> tuple[float, ...]:
    """How many standard errors the intervals of each level reach to either side."""
    return tuple(compute_quantile(level, max(df, 1)) for level in LEVELS)


def _criticals(df) -> np.ndarray:
    """The same for each trial: levels x trials, or levels x 1 where all have the same size."""
    values, place = np.unique(np.atleast_1d(df), return_inverse=True)
    return np.array([_critical(int(value)) for value in values])[place].T


def find_bins(truth: TrialTruth, term: str, n_people: int) -> tuple[float, float]:
    """Start and width of the histogram's bins: six standard errors about what is expected.

    They follow from the truth alone, so that blocks need not know of one another.
    """
    value, variance = truth.value_of(term), truth.residual_sd**2
    noise = 100 * truth.baseline_error_sd / truth.baseline_mean
    if term.endswith("difference"):
        variance *= 2 * (1 - truth.condition_r)
    if term == "mean_difference":
        slope = truth.value_of("slope_difference")
        variance += (slope * truth.esr_sd) ** 2 + truth.period_effect**2
        center = value + truth.period_effect * truth.fixed_order
        spread = np.sqrt((variance + noise**2) / n_people)
    else:
        center = value * truth.esr_reliability
        variance += value**2 * truth.esr_sd**2 * (1 - truth.esr_reliability)
        variance += truth.period_effect**2 + noise**2
        spread = np.sqrt(variance * truth.esr_reliability / max(n_people - 3, 1)) / truth.esr_sd
    return float(center - 6 * spread), float(12 * spread / BINS)


def count_trials(estimate, std_error, critical, true_value: float, bins) -> Tally:
    """Reduce the trials of a block to what adds up."""
    total, undefined = len(estimate), 0
    defined = std_error > 0  # False where it is nan
    if not defined.all():
        estimate, std_error = estimate[defined], std_error[defined]
        critical = critical[:, defined] if critical.shape[1] > 1 else critical
        undefined = total - len(estimate)
    error, variance, size = estimate - true_value, std_error**2, np.abs(estimate)
    counts, sizes = np.empty((len(LEVELS), 3), int), np.empty((len(LEVELS), 2))
    wrong_sign = estimate * true_value < 0
    for i, reach in enumerate(critical):
        margin = reach * std_error
        significant = size > margin
        counts[i] = [
            np.count_nonzero(significant),
            np.count_nonzero(np.abs(error) <= margin),
            np.count_nonzero(significant & wrong_sign),
        ]
        large = size[significant]
        sizes[i] = large.sum(), (large * large).sum()
        if LEVELS[i] == DRAWN_LEVEL:
            drawn = significant
    start, width = bins
    place = np.clip((estimate - start) / width + 1, 0, BINS + 1).astype(int)
    histogram = np.bincount(place + drawn * (BINS + 2), minlength=2 * (BINS + 2))
    return Tally(
        n_trials=np.array([len(estimate), undefined]),
        moments=np.array(
            [error.sum(), (error * error).sum(), variance.sum(), (variance * variance).sum()]
        ),
        counts=counts,
        sizes=sizes,
        histogram=histogram.reshape(2, BINS + 2),
    )


def _share_error(count, total) -> float:
    """Monte Carlo standard error of a share."""
    if total < 1:
        return np.nan
    share = count / total
    return float(np.sqrt(share * (1 - share) / total))
