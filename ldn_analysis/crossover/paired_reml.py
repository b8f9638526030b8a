"""The mixed model of complete pairs, solved in closed form.

Everything here rests on one fact: of two outcomes of one person, the difference and the
mean are independent. What the two conditions share is in the mean; what tells them apart
is in the difference. Regress each on its own, and the mixed model is solved.
"""

from typing import NamedTuple

import numpy as np

__all__ = ["TwoStrata", "solve_incomplete_pairs", "solve_two_strata"]

BOUNDARY_NOTE = (
    "In the mixed model the variance between persons is estimated as zero (boundary): persons' "
    "means vary no more than chance would have them. Its error pools both strata and can be "
    "too small; use the within-person difference, which is not affected"
)


class TwoStrata(NamedTuple):
    """Restricted maximum likelihood of two outcomes a person with a random intercept."""

    within: np.ndarray  # coefficients of first - second
    within_std_error: np.ndarray
    between: np.ndarray  # coefficients of the mean of both
    between_std_error: np.ndarray
    df: int  # persons - coefficients of the difference
    person_sd: float  # SD of the random intercept
    residual_sd: float  # SD of one outcome within a person
    log_likelihood: float  # restricted
    boundary: bool  # the random intercept's variance is estimated as zero


def solve_two_strata(first, second, within_design, between_design) -> TwoStrata:
    """Solve the mixed model of complete pairs in closed form, by REML.

    Model: y1 = B b + W d / 2 + u + e1 and y2 = B b - W d / 2 + u + e2, with person u and
    residual e independent normal. Then y1 - y2 = W d + noise and (y1 + y2) / 2 = B b +
    noise are two independent regressions (two strata; Patterson and Thompson 1971), which
    give all the estimates. The variance of u is what the means vary more than half of the
    residual variance. Where they vary less, its REML estimate is zero (the boundary), and
    both residual sums of squares estimate the one variance that is left.

    Parameters
    ----------
    first, second : array_like, shape (n,)
        The two outcomes of each person.
    within_design : array_like, shape (n, q)
        W: what the difference depends on, with a column of ones for the mean difference.
    between_design : array_like, shape (n, k)
        B: what the mean depends on.

    Returns
    -------
    TwoStrata
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
    >>> model = solve_two_strata([5.0, 7, 9, 12], [3.0, 6, 8, 8], ones, ones)
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
            f"solve_two_strata: needs more persons than columns and equal lengths; received {n} "
            f"outcomes with designs of shape {within_design.shape} and {between_design.shape}"
        )
    within, within_ss, within_inverse = _regress(within_design, first - second)
    between, between_ss, between_inverse = _regress(between_design, (first + second) / 2)
    # On the scale of one outcome: of orthonormal contrasts (y1 - y2) / sqrt 2, (y1 + y2) / sqrt 2.
    within_ss, between_ss = within_ss / 2, between_ss * 2
    within_df, between_df = n - within_design.shape[1], n - between_design.shape[1]
    low, high = within_ss / within_df, between_ss / between_df
    boundary = bool(high <= low)
    if boundary:
        low = high = (within_ss + between_ss) / (within_df + between_df)
    with np.errstate(divide="ignore"):
        log_determinant = (
            within_df * np.log(low)
            + between_df * np.log(high)
            - within_design.shape[1] * np.log(2)
            + between_design.shape[1] * np.log(2)
            - np.linalg.slogdet(within_inverse)[1]
            - np.linalg.slogdet(between_inverse)[1]
        )
    total_df = within_df + between_df
    return TwoStrata(
        within=within,
        within_std_error=np.sqrt(2 * low * np.diag(within_inverse)),
        between=between,
        between_std_error=np.sqrt(high / 2 * np.diag(between_inverse)),
        df=within_df,
        person_sd=float(np.sqrt((high - low) / 2)),
        residual_sd=float(np.sqrt(low)),
        log_likelihood=float(-0.5 * (total_df * (np.log(2 * np.pi) + 1) + log_determinant)),
        boundary=boundary,
    )


def solve_incomplete_pairs(first, second, within_design, between_design):
    """The mixed model of `solve_two_strata` where some persons have one outcome only.

    Complete pairs still fall into two strata; a single outcome is a third kind of row, with
    the variance of person and residual together. Given the ratio of the two variances all of
    it is weighted least squares; the ratio maximises the restricted likelihood (Patterson
    and Thompson 1971) in one dimension.

    Parameters
    ----------
    first, second : array_like, shape (n,)
        The two outcomes of each person; nan where one was not measured.
    within_design : array_like, shape (n, q)
        W, as in `solve_two_strata`.
    between_design : array_like, shape (n, k)
        B, as in `solve_two_strata`.

    Returns
    -------
    (ndarray, ndarray, float)
        Coefficients of W, their standard errors as lmer gives them, and the variance between
        persons over the residual variance (0 at the boundary).

    Raises
    ------
    ValueError
        If a person has neither outcome, or there are not more rows than coefficients.

    Examples
    --------
    >>> ones = np.ones((4, 1))
    >>> within, _, _ = solve_incomplete_pairs([5.0, 7, 9, np.nan], [3.0, 6, 8, 8], ones, ones)
    >>> round(float(within[0]), 2)
    1.31
    """
    from scipy.optimize import minimize_scalar

    first, second = np.asarray(first, float), np.asarray(second, float)
    half = np.asarray(within_design, float) / 2
    between_design = np.asarray(between_design, float)
    pair = ~np.isnan(first) & ~np.isnan(second)
    only_first, only_second = ~np.isnan(first) & ~pair, ~np.isnan(second) & ~pair
    q, k = half.shape[1], between_design.shape[1]
    counts = [pair.sum(), pair.sum(), (only_first | only_second).sum()]
    if pair.sum() + counts[2] < len(first) or sum(counts) <= q + k:
        raise ValueError(
            "solve_incomplete_pairs: everybody needs an outcome, and there must be more outcomes "
            f"than the {q + k} coefficients; received {sum(counts)} of {len(first)} persons"
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
    y = np.concatenate(
        [
            (first - second)[pair] / root,
            (first + second)[pair] / root,
            first[only_first],
            second[only_second],
        ]
    )

    def solve(ratio: float):
        weight = 1 / np.repeat([1, 1 + 2 * ratio, 1 + ratio], counts)
        inverse = np.linalg.inv(design.T @ (weight[:, None] * design))
        coefficient = inverse @ (design.T @ (weight * y))
        rest = (weight * (y - design @ coefficient) ** 2).sum()
        df = len(y) - q - k
        likelihood = -0.5 * (
            df * np.log(rest) - np.log(weight).sum() - np.linalg.slogdet(inverse)[1]
        )
        return likelihood, coefficient, np.sqrt(rest / df * np.diag(inverse))

    # On the scale of the share of the variance that is between persons, 0 to 1.
    best = minimize_scalar(
        lambda share: -solve(share / (1 - share))[0],
        bounds=(0, 1 - 1e-9), method="bounded", options={"xatol": 1e-10},
    )  # fmt: skip
    share = 0.0 if solve(0.0)[0] >= -best.fun else best.x
    ratio = float(share / (1 - share))
    _, coefficient, std_error = solve(ratio)
    return coefficient[:q], std_error[:q], ratio


def _regress(design: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
    """Coefficients, residual sum of squares and (X'X)^-1."""
    inverse = np.linalg.inv(design.T @ design)
    origin = y.mean()  # every design has the column of ones first
    coefficient = inverse @ (design.T @ (y - origin))
    resid = y - origin - design @ coefficient
    coefficient[0] += origin
    rest = resid @ resid
    # On a perfect fit the residuals are rounding alone.
    return coefficient, 0.0 if rest <= 1e-26 * (y @ y) else rest, inverse
