"""Bootstrap of a straight line: many calls of one kernel.

A resample is a row of sums (drawn in resampling.py), so a hundred thousand resamples are a
few array operations and one call of `solve_line` per block.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations_with_replacement
from math import comb

import numpy as np
import pandas as pd
from scipy.special import gammaln, ndtr, ndtri

from ..core.intervals import find_tails
from ..core.line import LineSums, center_points, drop_each, solve_line
from ..core.result import Interval, Result
from ..core.validation import require_count, require_level, require_rng
from ..core.wording import describe_sample, format_fixed, format_interval
from .regression import LineFit, describe_slope, name_predictor, require_fit
from .resampling import count_draws, draw_sums, sum_indices

__all__ = ["BootstrapLine", "bootstrap_line", "exact_bootstrap_line"]

TERMS = ("slope", "intercept", "r_squared")
METHODS = ("percentile", "basic", "bca")
MAX_EXACT_N = 10  # 92,378 multisets; one participant more makes it 352,716
MIN_RELIABLE_N = 50  # below, intervals cover less than their level: see `bootstrap_line`
TIE = 1e-12  # two equal estimates, summed in another order, differ by less


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class BootstrapLine(Result):
    """Bootstrap distribution of a line: slope, intercept and R squared.

    Attributes
    ----------
    fit : LineFit
        The line of the data.
    slope, intercept, r_squared : ndarray, shape (n_resamples,)
        The distribution, in the order of the resamples; nan where a resample has no line
        (the same x throughout) or no R squared (the same y throughout).
    weights : ndarray or None
        Probability of each resample, of the exact distribution; None where all are alike.
    """

    fit: LineFit
    slope: np.ndarray
    intercept: np.ndarray
    r_squared: np.ndarray
    weights: np.ndarray | None = None

    @property
    def n_resamples(self) -> int:
        """Number of resamples, undefined ones included."""
        return len(self.slope)

    @property
    def exact(self) -> bool:
        """Whether these are all possible resamples with their probabilities."""
        return self.weights is not None

    @cached_property
    def _sorted(self) -> dict[str, tuple[np.ndarray, np.ndarray | None]]:
        """Defined values of each term in ascending order, with their cumulative probability."""
        return {term: _sort(getattr(self, term), self.weights) for term in TERMS}

    @cached_property
    def _left_out(self):
        """The n lines without one participant each, for the acceleration."""
        return drop_each(self.fit.x, self.fit.y)

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Intervals of slope, intercept and R squared by three methods.

        percentile: quantiles of the distribution (Efron 1979). basic: the same reflected
        about the estimate (Davison and Hinkley 1997), which for R squared may leave 0 to 1.
        bca: quantiles corrected for bias and for a spread that changes with the estimate
        (Efron 1987); its acceleration comes from leaving out one participant at a time, and
        resamples equal to the estimate (within 1e-12) count half. Quantiles interpolate
        linearly; those of the exact distribution are the smallest value whose cumulative
        probability reaches the level. R squared of a resample is never negative, so no
        interval of it can test for zero.

        Parameters
        ----------
        confidence_level : float
            Between 0 and 1.

        Returns
        -------
        DataFrame
            term, estimate, std_error (SD of the distribution), bias (its mean less the
            estimate), method, conf_low, conf_high, n_resamples, n_undefined. The bca limits
            are nan where a line without one participant is not defined or all resamples lie to one
            side of the estimate.
        """
        require_level(confidence_level)
        rows = []
        levels = find_tails(confidence_level)
        for term in TERMS:
            values, cumulative = self._sorted[term]
            estimate = getattr(self.fit, term)
            mean, sd = self._moments(term)
            low, high = _quantile(values, cumulative, levels)
            limits = {
                "percentile": (low, high),
                "basic": (2 * estimate - high, 2 * estimate - low),
                "bca": _quantile(values, cumulative, self._bca_levels(term, levels)),
            }
            counts = (self.n_resamples, self.n_resamples - len(values))
            rows += [
                (term, estimate, sd, mean - estimate, method, *limits[method], *counts)
                for method in METHODS
            ]
        names = ["term", "estimate", "std_error", "bias", "method", "conf_low", "conf_high"]
        return pd.DataFrame(rows, columns=[*names, "n_resamples", "n_undefined"])

    def confidence_interval(
        self, term: str = "slope", confidence_level: float = 0.95, *, method: str = "bca"
    ) -> Interval:
        """Interval of one term by one method.

        Parameters
        ----------
        term : {"slope", "intercept", "r_squared"}
            What the interval is of.
        confidence_level : float
            Between 0 and 1.
        method : {"percentile", "basic", "bca"}
            As `to_frame` describes them.

        Returns
        -------
        Interval
            With `.low` and `.high`.

        Raises
        ------
        ValueError
            If the term, the method or the level is none of these.
        """
        if term not in TERMS or method not in METHODS:
            raise ValueError(
                f"confidence_interval: term must be one of {', '.join(TERMS)} and method one of "
                f"{', '.join(METHODS)}; received {term!r} and {method!r}"
            )
        table = self.to_frame(confidence_level)
        row = table[(table["term"] == term) & (table["method"] == method)].iloc[0]
        return Interval(float(row["conf_low"]), float(row["conf_high"]))

    def band(self, grid=None, *, confidence_level: float = 0.95) -> pd.DataFrame:
        """Bands of the line: pointwise, and joint over the whole range of the grid.

        The pointwise band (percentile) holds its level at one value of the predictor chosen
        beforehand. The joint band holds it for the whole line between the ends of the grid:
        line +- c times the bootstrap SD at each x, where c is the quantile of the largest
        standardised distance of a resampled line from the line (sup-t, e.g. Montiel Olea and
        Plagborg-Moller 2019). That distance is found in closed form, not on the grid alone.

        Parameters
        ----------
        grid : array_like, optional
            Values of the predictor; default: 100 between the smallest and the largest.
        confidence_level : float
            Of either band.

        Returns
        -------
        DataFrame
            The predictor (as in `LineFit.predict`), fitted, conf_low, conf_high (pointwise),
            joint_low, joint_high.
        """
        require_level(confidence_level)
        fit = self.fit
        grid = np.linspace(fit.x.min(), fit.x.max(), 100) if grid is None else grid
        grid = np.atleast_1d(np.asarray(grid, float))
        keep = ~np.isnan(self.slope)
        weights = None if self.weights is None else self.weights[keep] / self.weights[keep].sum()
        slope = self.slope[keep]
        # About the mean of x, where slope and height are nearly uncorrelated.
        center = float(fit.line.mean_x)
        height, at = self.intercept[keep] + slope * center, grid - center
        limits = _find_limits(height, slope, weights, at, find_tails(confidence_level))
        cov = np.cov(height, slope, aweights=weights, ddof=0)
        sd = np.sqrt(np.maximum(cov[0, 0] + at * (2 * cov[0, 1] + at * cov[1, 1]), 0.0))
        deviation = height - (fit.intercept + fit.slope * center), slope - fit.slope
        furthest = _furthest(*deviation, cov, (at.min(), at.max()))
        c = _quantile(*_sort(furthest, weights), np.array([confidence_level]))[0]
        fitted = fit.intercept + fit.slope * grid
        table = pd.DataFrame(
            {
                "fitted": fitted,
                "conf_low": limits[:, 0],
                "conf_high": limits[:, 1],
                "joint_low": fitted - c * sd,
                "joint_high": fitted + c * sd,
            }
        )
        table.insert(0, name_predictor(fit.predictor, table), grid)
        return table

    def _moments(self, term: str) -> tuple[float, float]:
        """Mean and SD of the defined values (the SD of a sample has n - 1)."""
        values = getattr(self, term)
        if len(self._sorted[term][0]) < len(values):
            keep = ~np.isnan(values)
            values = values[keep]
        else:
            keep = slice(None)
        if self.weights is None:
            spread = values.std(ddof=1) if len(values) > 1 else np.nan
            return (float(values.mean()), float(spread)) if len(values) else (np.nan, np.nan)
        weights = self.weights[keep] / self.weights[keep].sum()
        mean = weights @ values
        return float(mean), float(np.sqrt(weights @ (values - mean) ** 2))

    def _bca_levels(self, term: str, levels: np.ndarray) -> np.ndarray:
        """Which quantiles BCa takes instead of the nominal ones."""
        values, cumulative = self._sorted[term]
        estimate = getattr(self.fit, term)
        if not len(values) or np.isnan(estimate):
            return np.full(len(levels), np.nan)
        tie = TIE * max(abs(estimate), np.abs(values[[0, -1]]).max())
        below, up_to = np.searchsorted(values, [estimate - tie, estimate + tie], side="right")
        if cumulative is None:
            share_below = (below + up_to) / (2 * len(values))
        else:
            padded = np.concatenate([[0.0], cumulative])
            share_below = (padded[below] + padded[up_to]) / 2
        jackknife = getattr(self._left_out, term)
        deviation = jackknife.mean() - jackknife
        # A perfect line: nothing moves it but rounding.
        is_constant = np.abs(deviation).max() <= tie
        acceleration = (
            0.0 if is_constant else (deviation**3).sum() / (6 * (deviation @ deviation) ** 1.5)
        )
        bias = ndtri(share_below)
        if not np.isfinite(bias) or np.isnan(acceleration):
            return np.full(len(levels), np.nan)
        z = bias + ndtri(levels)
        return ndtr(bias + z / (1 - acceleration * z))

    def __str__(self) -> str:
        drawn = f"all {self.n_resamples:,}" if self.exact else f"{self.n_resamples:,}"
        n_undefined = int(np.isnan(self.slope).sum())
        undefined = f", {n_undefined:,} of them without a slope and left out" if n_undefined else ""
        sentence, given = describe_slope(self.fit)
        few = (
            f" With fewer than {MIN_RELIABLE_N} participants such intervals cover less than their "
            "level, that of R² least."
        )
        return (
            f"{sentence} ({given}bootstrap BCa {_write(self.confidence_interval('slope'))}); R² = "
            f"{format_fixed(self.fit.r_squared)} ({_write(self.confidence_interval('r_squared'))}); "
            f"{drawn} resamples{undefined}; {describe_sample(self.fit.n_obs, self.fit.status)}."
            + (few if self.fit.n_obs < MIN_RELIABLE_N else "")
        )


def bootstrap_line(fit: LineFit, *, rng, n_resamples: int = 100_000, indices=None) -> BootstrapLine:
    """Bootstrap a line by drawing participants, with replacement (Efron 1979; "cases").

    Estimand: the sampling distribution of slope, intercept and R squared, predictor values
    being drawn with the participants. Nothing is assumed about the shape or evenness of the
    scatter; independence of the participants is.

    In small samples the distribution is too narrow (by about the factor sqrt((n - 2) / n)) and
    the intervals cover less than they say. Simulated with normal scatter and a true R squared
    of 0.15, 95 % intervals cover at n = 10, 20 and 38: of the slope (BCa) 0.92, 0.92 and 0.93;
    of R squared (BCa) 0.84, 0.86 and 0.91; the joint band 0.90, 0.90 and 0.92.

    Parameters
    ----------
    fit : LineFit
        What `fit_line` returns.
    rng : int or numpy Generator
        Seed or generator; the same seed gives the same numbers. Pass None together with
        `indices`, where nothing is drawn.
    n_resamples : int
        How many. Time is proportional to n_resamples times n.
    indices : array_like of int, shape (n_resamples, n), optional
        Which rows each resample holds, 0 to n - 1, instead of drawing them.

    Returns
    -------
    BootstrapLine
        Resamples of identical points have no line: they are nan, counted as n_undefined, and
        left out of the intervals.

    Raises
    ------
    ValueError
        If rng and indices are both None, n_resamples is below 1, or the indices are not
        whole numbers from 0 to n - 1 in rows of n.

    See Also
    --------
    exact_bootstrap_line : The whole distribution, for 10 participants or fewer.
    permute_line : A test of no association.
    correct_optimism : How much R squared flatters.

    Examples
    --------
    >>> from ldn_analysis import load_dataset, fit_line
    >>> data = load_dataset("esr_pain_change").query("condition == 'ldn'")
    >>> fit = fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")
    >>> result = bootstrap_line(fit, rng=1, n_resamples=2000)
    >>> result.to_frame()["method"].head(3).tolist()
    ['percentile', 'basic', 'bca']
    """
    require_fit(fit, "bootstrap_line")
    dx, dy, origin = center_points(fit.x, fit.y)
    points = np.stack([dx, dy, dx * dx, dx * dy, dy * dy], axis=1)
    if indices is None:
        rng = require_rng(rng, "bootstrap_line")
        require_count(n_resamples, "n_resamples", "bootstrap_line")
        blocks = draw_sums(points, n_resamples, rng)
    else:
        indices = _require_indices(indices, fit.n_obs)
        n_resamples, blocks = len(indices), sum_indices(points, indices)
    # A resample is five sums over the participants drawn; the lines of a block are one call.
    numbers, start = np.empty((3, n_resamples)), 0
    for sums in blocks:
        numbers[:, start : start + len(sums)] = _solve(sums, fit.n_obs, origin)
        start += len(sums)
    return BootstrapLine(fit=fit, slope=numbers[0], intercept=numbers[1], r_squared=numbers[2])


def exact_bootstrap_line(fit: LineFit) -> BootstrapLine:
    """Give the whole bootstrap distribution of a line, for 10 participants or fewer.

    Every resample that can be drawn is a multiset of the n participants; there are
    C(2n - 1, n) of them (92,378 at n = 10), each with its multinomial probability
    (Fisher and Hall 1991). Nothing is drawn, so there is no Monte Carlo error; what remains
    is that n participants are few.

    Parameters
    ----------
    fit : LineFit
        What `fit_line` returns, of 3 to 10 participants.

    Returns
    -------
    BootstrapLine
        With `weights`.

    Raises
    ------
    ValueError
        If there are more than 10 participants.

    See Also
    --------
    bootstrap_line : Resamples drawn at random, for any number of participants.

    Examples
    --------
    >>> import pandas as pd
    >>> from ldn_analysis import fit_line
    >>> data = pd.DataFrame({"x": [1, 2, 3, 4, 5], "y": [1.0, 2.5, 2.0, 4.5, 5.0]})
    >>> result = exact_bootstrap_line(fit_line(data, predictor="x", outcome="y"))
    >>> result.n_resamples, round(float(result.weights.sum()), 12)
    (126, 1.0)
    """
    require_fit(fit, "exact_bootstrap_line")
    n = fit.n_obs
    if n > MAX_EXACT_N:
        raise ValueError(
            f"exact_bootstrap_line: {n} participants have {comb(2 * n - 1, n):,} different resamples; the "
            f"exact distribution is offered up to n = {MAX_EXACT_N}. Use bootstrap_line."
        )
    multisets = np.fromiter(
        chain.from_iterable(combinations_with_replacement(range(n), n)), np.intp
    ).reshape(-1, n)
    counts = count_draws(multisets, n)
    log_weights = gammaln(n + 1) - gammaln(counts + 1).sum(1) - n * np.log(n)
    result = bootstrap_line(fit, rng=None, indices=multisets)
    return BootstrapLine(
        fit=fit,
        slope=result.slope,
        intercept=result.intercept,
        r_squared=result.r_squared,
        weights=np.exp(log_weights),
    )


def _solve(sums: np.ndarray, n: int, origin) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slope, intercept and R squared of sums in rows of five."""
    line = solve_line(LineSums(n, *np.ascontiguousarray(sums.T)), origin=origin)
    return line.slope, line.intercept, line.r_squared


def _sort(values: np.ndarray, weights) -> tuple[np.ndarray, np.ndarray | None]:
    """Defined values in ascending order, with their cumulative probability if weighted."""
    if weights is None:
        values = np.sort(values)  # nan last
        return values[: np.searchsorted(values, np.inf, side="right")], None
    order = np.argsort(values)[: np.count_nonzero(~np.isnan(values))]
    cumulative = np.cumsum(weights[order])
    return values[order], cumulative / cumulative[-1] if len(order) else cumulative


def _quantile(values: np.ndarray, cumulative, levels: np.ndarray) -> np.ndarray:
    """Quantiles of sorted values: linear between them, or of a discrete distribution."""
    if not len(values) or np.isnan(levels).any():
        return np.full(len(levels), np.nan)
    if cumulative is not None:
        return values[np.searchsorted(cumulative, levels - 1e-13).clip(max=len(values) - 1)]
    place = levels * (len(values) - 1)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])


def _furthest(height: np.ndarray, slope: np.ndarray, cov: np.ndarray, ends) -> np.ndarray:
    """Largest |height + slope x| / SD(x) of each line for x between the ends.

    Over all x it is the Mahalanobis distance, reached at one x; where that lies outside
    the ends, the larger of the two ends.
    """
    low, high = ends

    def at(x: float) -> np.ndarray:
        variance = cov[0, 0] + x * (2 * cov[0, 1] + x * cov[1, 1])
        return (height + slope * x) ** 2 / variance if variance > 0 else np.zeros_like(slope)

    squared = np.maximum(at(low), at(high))
    det = cov[0, 0] * cov[1, 1] - cov[0, 1] ** 2
    if det > 1e-14 * cov[0, 0] * cov[1, 1]:
        first = cov[1, 1] * height - cov[0, 1] * slope
        second = cov[0, 0] * slope - cov[0, 1] * height
        between = (second - low * first) * (second - high * first) <= 0
        squared = np.where(between, (height * first + slope * second) / det, squared)
    return np.sqrt(squared)


def _find_limits(height, slope, weights, at, levels) -> np.ndarray:
    """Quantiles of the resampled lines at each x, one row per x."""
    limits = np.empty((len(at), 2))
    heights = np.empty_like(slope)  # one buffer for every x
    for i, x in enumerate(at):
        np.multiply(slope, x, out=heights)
        heights += height
        if weights is None:
            heights.sort()
            limits[i] = _quantile(heights, None, levels)
        else:
            limits[i] = _quantile(*_sort(heights, weights), levels)
    return limits


def _write(interval: Interval) -> str:
    """An interval at 95 % in words."""
    return format_interval(*interval, 0.95)


def _require_indices(indices, n: int) -> np.ndarray:
    """Rows of n whole numbers from 0 to n - 1."""
    indices = np.asarray(indices)
    if indices.ndim != 2 or indices.shape[1] != n or not len(indices):
        raise ValueError(
            f"bootstrap_line: indices must have shape (n_resamples, {n}); received {indices.shape}"
        )
    if not np.issubdtype(indices.dtype, np.integer) or indices.min() < 0 or indices.max() >= n:
        raise ValueError(f"bootstrap_line: indices must be whole numbers from 0 to {n - 1}")
    return indices.astype(np.intp, copy=False)
