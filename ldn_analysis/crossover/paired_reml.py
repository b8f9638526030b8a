"""The mixed model of complete pairs, solved in closed form.

Everything here rests on one fact: of two outcomes of one participant, the difference and the
mean are independent. What the two conditions share is in the mean; what tells them apart
is in the difference. Regress each on its own, and the mixed model is solved.
"""

from typing import NamedTuple

import numpy as np

__all__ = ["PairedREML", "compute_rms", "solve_incomplete_pairs", "solve_paired_reml"]

BOUNDARY_NOTE = (
    "In the mixed model the variance between participants is estimated as zero (boundary): their "
    "means vary no more than chance alone would make them. Its error pools both strata and can be "
    "too small; use the within-participant difference, which is not affected"
)


class PairedREML(NamedTuple):
    """Restricted maximum likelihood of two outcomes per participant with a random intercept."""

    within: np.ndarray  # coefficients of first - second
    within_std_error: np.ndarray
    between: np.ndarray  # coefficients of the mean of both
    between_std_error: np.ndarray
    df: int  # participants - coefficients of the difference
    participant_sd: float  # SD of the random intercept
    residual_sd: float  # SD of one outcome within a participant
    log_likelihood: float  # restricted
    boundary: bool  # the random intercept's variance is estimated as zero


def solve_paired_reml(first, second, within_design, between_design) -> PairedREML:
    """Solve the mixed model of complete pairs in closed form, by REML.

    Model: y1 = B b + W d / 2 + u + e1 and y2 = B b - W d / 2 + u + e2, with participant u
    and residual e independent normal. Then y1 - y2 = W d + noise and (y1 + y2) / 2 = B b +
    noise are two independent regressions (two strata; Patterson and Thompson 1971), which
    give all the estimates. The variance of u is what the means vary more than half of the
    residual variance. Where they vary less, its REML estimate is zero (the boundary), and
    both residual sums of squares estimate the one variance that is left.

    Parameters
    ----------
    first, second : array_like, shape (n,)
        The two outcomes of each participant.
    within_design : array_like, shape (n, q)
        W: what the difference depends on, with a column of ones for the mean difference.
    between_design : array_like, shape (n, k)
        B: what the mean depends on.

    Returns
    -------
    PairedREML
        Estimates and standard errors as lmer gives them, the log-likelihood for the
        coding above (conditions at +1/2 and -1/2). `df` is n - q: exact for t in the
        interior, and kept at the boundary, where the 2 n - q - k of the pooled variance
        would be too many (the boundary is where the variance happened to come out small).

    Raises
    ------
    ValueError
        If shapes disagree or n is not above the number of columns of a design.

    Examples
    --------
    >>> ones = np.ones((4, 1))
    >>> model = solve_paired_reml([5.0, 7, 9, 12], [3.0, 6, 8, 8], ones, ones)
    >>> float(model.within[0]), model.df, model.boundary
    (2.0, 3, False)
    """
    first, second = np.asarray(first, float), np.asarray(second, float)
    within_design, between_design = (
        np.asarray(part, float) for part in (within_design, between_design)
    )
    n = len(first)
    shapes = {len(second), len(within_design), len(between_design)}
    if shapes != {n} or n <= max(within_design.shape[1], between_design.shape[1]):
        raise ValueError(
            f"solve_paired_reml: needs more participants than columns and equal lengths; received {n} "
            f"outcomes with designs of shape {within_design.shape} and {between_design.shape}"
        )
    size = np.maximum(np.abs(first), np.abs(second))
    within, within_ss, within_inverse = _regress(within_design, first - second, size)
    between, between_ss, between_inverse = _regress(between_design, (first + second) / 2, size)
    # On the scale of one outcome: of orthonormal contrasts (y1 - y2) / sqrt 2, (y1 + y2) / sqrt 2.
    within_ss, between_ss = within_ss / 2, between_ss * 2
    within_df, between_df = n - within_design.shape[1], n - between_design.shape[1]
    low, high = within_ss / within_df, between_ss / between_df
    boundary = bool(high <= low)
    if boundary:
        low = high = (within_ss + between_ss) / (within_df + between_df)
    return PairedREML(
        within=within,
        within_std_error=np.sqrt(2 * low * np.diag(within_inverse)),
        between=between,
        between_std_error=np.sqrt(high / 2 * np.diag(between_inverse)),
        df=within_df,
        participant_sd=float(np.sqrt((high - low) / 2)),
        residual_sd=float(np.sqrt(low)),
        log_likelihood=_restricted_likelihood(
            (low, within_df, 2 * within_inverse), (high, between_df, between_inverse / 2)
        ),
        boundary=boundary,
    )


def _restricted_likelihood(*strata) -> float:
    """Log-likelihood of strata given as (variance, df, (X'X)^-1 per variance of the coding)."""
    with np.errstate(divide="ignore"):
        parts = [
            df * (np.log(2 * np.pi * variance) + 1) - np.linalg.slogdet(inverse)[1]
            for variance, df, inverse in strata
        ]
    return float(-0.5 * sum(parts))


def solve_incomplete_pairs(first, second, within_design, between_design):
    """The mixed model of `solve_paired_reml` where some participants have one outcome only.

    Complete pairs still fall into two strata; a single outcome is a third kind of row, with
    the variance of participant and residual together. Given the ratio of the two variances all
    of it is weighted least squares; the ratio maximises the restricted likelihood (Patterson
    and Thompson 1971) in one dimension.

    Parameters
    ----------
    first, second : array_like, shape (n,)
        The two outcomes of each participant; nan where one was not measured.
    within_design : array_like, shape (n, q)
        W, as in `solve_paired_reml`.
    between_design : array_like, shape (n, k)
        B, likewise.

    Returns
    -------
    (ndarray, ndarray, float)
        W's coefficients, their standard errors, and the variance ratio: participant / residual.

    Raises
    ------
    ValueError
        If a participant has neither outcome, or there are not more rows than coefficients.

    Examples
    --------
    >>> ones = np.ones((4, 1))
    >>> within, _, _ = solve_incomplete_pairs([5.0, 7, 9, np.nan], [3.0, 6, 8, 8], ones, ones)
    >>> round(float(within[0]), 2)
    1.31
    """
    from scipy.optimize import minimize_scalar

    first, second = np.asarray(first, float), np.asarray(second, float)
    half, between_design = np.asarray(within_design, float) / 2, np.asarray(between_design, float)
    design, y, counts = _stack_strata(first, second, half, between_design)
    q = half.shape[1]

    def solve(ratio: float):
        weight = 1 / np.repeat([1, 1 + 2 * ratio, 1 + ratio], counts)
        inverse = np.linalg.inv(design.T @ (weight[:, None] * design))
        coefficient = inverse @ (design.T @ (weight * y))
        rss = (weight * (y - design @ coefficient) ** 2).sum()
        df = len(y) - design.shape[1]
        likelihood = -0.5 * (
            df * np.log(rss) - np.log(weight).sum() - np.linalg.slogdet(inverse)[1]
        )
        return likelihood, coefficient, np.sqrt(rss / df * np.diag(inverse))

    # On the scale of the share of the variance that is between participants, 0 to 1.
    best = minimize_scalar(
        lambda share: -solve(share / (1 - share))[0],
        bounds=(0, 1 - 1e-9), method="bounded", options={"xatol": 1e-10},
    )  # fmt: skip
    share = 0.0 if solve(0.0)[0] >= -best.fun else best.x
    ratio = float(share / (1 - share))
    _, coefficient, std_error = solve(ratio)
    return coefficient[:q], std_error[:q], ratio


def _stack_strata(first, second, half, between_design):
    """Design, outcomes and row counts: differences, sums, and outcomes that stand alone."""
    pair = ~np.isnan(first) & ~np.isnan(second)
    only_first, only_second = ~np.isnan(first) & ~pair, ~np.isnan(second) & ~pair
    q, k = half.shape[1], between_design.shape[1]
    counts = [pair.sum(), pair.sum(), (only_first | only_second).sum()]
    if pair.sum() + counts[2] < len(first) or sum(counts) <= q + k:
        raise ValueError(
            "solve_incomplete_pairs: every participant needs an outcome, and there must be more "
            f"outcomes than the {q + k} coefficients; received {sum(counts)} outcomes of "
            f"{len(first)} participants"
        )
    root = np.sqrt(2)
    design = np.block(
        [
            [root * half[pair], np.zeros((counts[0], k))],
            [np.zeros((counts[1], q)), root * between_design[pair]],
            [half[only_first], between_design[only_first]],
            [-half[only_second], between_design[only_second]],
        ]
    )
    pairs = [(first - second)[pair] / root, (first + second)[pair] / root]
    return design, np.concatenate([*pairs, first[only_first], second[only_second]]), counts


def _regress(design: np.ndarray, y: np.ndarray, size) -> tuple[np.ndarray, float, np.ndarray]:
    """Coefficients, residual sum of squares and (X'X)^-1."""
    inverse = np.linalg.inv(design.T @ design)
    origin = y.mean()  # every design has the column of ones first
    coefficient = inverse @ (design.T @ (y - origin))
    resid = y - origin - design @ coefficient
    coefficient[0] += origin
    return coefficient, compute_rms(resid, size + abs(origin), 1) ** 2, inverse


def compute_rms(resid: np.ndarray, size: np.ndarray, df: int) -> float:
    """Root mean square of residuals on so many degrees of freedom; rounding alone is zero.

    Parameters
    ----------
    resid : ndarray, shape (n,)
        Residuals.
    size : ndarray, shape (n,)
        How large the numbers are that each residual was computed from: double precision
        carries 16 digits of them, and residuals below the last three are taken for rounding.
    df : int
        Degrees of freedom.

    Returns
    -------
    float
        Zero where every residual is within rounding.

    Examples
    --------
    >>> compute_rms(np.array([0.3 - 0.1 - 0.2, 0.0]), np.array([0.3, 0.3]), 1)
    0.0
    """
    tiny = (np.abs(resid) <= 1e-13 * size).all()
    return 0.0 if tiny else float(np.sqrt(resid @ resid / df))
