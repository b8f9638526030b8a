"""Permutation test of a straight line: the correlation of shuffled outcomes."""

from dataclasses import dataclass
from math import factorial

import numpy as np
import pandas as pd

from ..core.intervals import compute_quantile, list_orders
from ..core.line import center_points
from ..core.result import Interval, Result
from ..core.validation import require_count, require_level, require_rng
from ..core.wording import describe_sample, format_fixed, format_number, format_p
from .regression import LineFit, require_fit

__all__ = ["PermutationTest", "permute_line"]

TIE = 1e-12  # two equal estimates, summed in another order, differ by less


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class PermutationTest(Result):
    """Permutation test of a line.

    Attributes
    ----------
    fit : LineFit
        The line of the data; the statistic is its r.
    r : ndarray, shape (n_permutations,)
        Correlation of each permutation.
    alternative : str
        "two-sided", "greater" or "less".
    exact : bool
        Whether `r` holds all n! permutations.
    n_extreme : int
        Permutations at least as extreme as the data.
    """

    fit: LineFit
    r: np.ndarray
    alternative: str
    exact: bool
    n_extreme: int

    @property
    def n_permutations(self) -> int:
        """Number of permutations."""
        return len(self.r)

    @property
    def p_value(self) -> float:
        """Share of extreme permutations: b / m if exact, (b + 1) / (m + 1) if drawn."""
        added = 0 if self.exact else 1
        return (self.n_extreme + added) / (self.n_permutations + added)

    @property
    def mc_std_error(self) -> float:
        """Monte Carlo standard error of the p value; 0 if exact."""
        p = self.p_value
        return 0.0 if self.exact else float(np.sqrt(p * (1 - p) / self.n_permutations))

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """One row: r and its p value.

        Parameters
        ----------
        confidence_level : float
            Of the interval of the p value (normal, from its Monte Carlo error).

        Returns
        -------
        DataFrame
            term, estimate (r), alternative, p_value, mc_std_error (of p), p_conf_low, p_conf_high,
            n_extreme, n_permutations, exact, n_obs.
        """
        require_level(confidence_level)
        margin = compute_quantile(confidence_level) * self.mc_std_error
        return pd.DataFrame(
            {
                "term": ["r"],
                "estimate": self.fit.r,
                "alternative": self.alternative,
                "p_value": self.p_value,
                "mc_std_error": self.mc_std_error,
                "p_conf_low": max(self.p_value - margin, 0.0),
                "p_conf_high": min(self.p_value + margin, 1.0),
                "n_extreme": self.n_extreme,
                "n_permutations": self.n_permutations,
                "exact": self.exact,
                "n_obs": self.fit.n_obs,
            }
        )

    def confidence_interval(
        self, term: str = "p_value", confidence_level: float = 0.95
    ) -> Interval:
        """Interval of the p value, from its Monte Carlo error; of r the test gives none.

        Parameters
        ----------
        term : {"p_value"}
            What the interval is of.
        confidence_level : float
            Between 0 and 1.

        Returns
        -------
        Interval
            Of no width where the p is exact.

        Raises
        ------
        ValueError
            If another term is asked for, or the level is not between 0 and 1.
        """
        if term != "p_value":
            raise ValueError(
                f"confidence_interval: a permutation test has an interval of 'p_value' only; "
                f"received {term!r}"
            )
        row = self.to_frame(confidence_level).iloc[0]
        return Interval(float(row["p_conf_low"]), float(row["p_conf_high"]))

    def __str__(self) -> str:
        gave = {
            "two-sided": "|r| at least as large",
            "greater": "r at least as large",
            "less": "r at least as small",
        }
        m = f"{self.n_permutations:,}"
        drawn = f"all {m}" if self.exact else f"{m} random"
        error = (
            ""
            if self.exact
            else f", Monte Carlo standard error {format_number(self.mc_std_error, 2)}"
        )
        return (
            f"r = {format_fixed(self.fit.r)}; {self.n_extreme:,} of {drawn} permutations "
            f"gave {gave[self.alternative]} ({format_p(self.p_value)}{error}; "
            f"{describe_sample(self.fit.n_obs, self.fit.status)})."
        )


def permute_line(
    fit: LineFit, *, rng, n_permutations: int = 100_000, alternative: str = "two-sided"
) -> PermutationTest:
    """Permutation test of no association between predictor and outcome (Pitman 1937).

    Hypothesis: any participant could as well have had the outcome of any other (independence,
    not merely a slope of zero: unequal scatter alone can make it reject). The statistic is r;
    the slope orders the permutations in the same way. Two-sided means |r| >= |r of the data|,
    not twice the smaller tail. Ties within 1e-12 count as extreme.

    Parameters
    ----------
    fit : LineFit
        What `fit_line` returns.
    rng : int or numpy Generator
        Seed or generator; not used where all permutations are enumerated.
    n_permutations : int
        How many to draw. Where n! is not more, all n! are taken and p is exact.
    alternative : {"two-sided", "greater", "less"}
        Which permutations are as extreme as the data: by |r|, by large r, by small r.

    Returns
    -------
    PermutationTest
        With p = (b + 1) / (m + 1) of random permutations (Phipson and Smyth 2010), b / m of all.

    Raises
    ------
    ValueError
        If rng is None, n_permutations is below 1, the alternative is unknown, or the outcome
        is the same for everybody.

    See Also
    --------
    bootstrap_line : Intervals of the slope; a permutation test has none.

    Examples
    --------
    >>> import pandas as pd
    >>> from ldn_analysis import fit_line
    >>> data = pd.DataFrame({"x": [1, 2, 3, 4], "y": [1.0, 2.0, 3.0, 5.0]})
    >>> test = permute_line(fit_line(data, predictor="x", outcome="y"), rng=1)
    >>> test.n_permutations, test.n_extreme, test.p_value == 2 / 24
    (24, 2, True)
    """
    require_fit(fit, "permute_line")
    rng = require_rng(rng, "permute_line")
    require_count(n_permutations, "n_permutations", "permute_line")
    if alternative not in ("two-sided", "greater", "less"):
        raise ValueError(
            "permute_line: alternative must be 'two-sided', 'greater' or 'less'; received "
            f"{alternative!r}"
        )
    dx, dy, _ = center_points(fit.x, fit.y)
    if dy.min() == dy.max():
        raise ValueError(
            f"permute_line: {fit.outcome!r} is the same in all {fit.n_obs} rows, so r is not defined. "
            "Choose an outcome that varies."
        )
    dx, dy = dx / np.sqrt(dx @ dx), dy / np.sqrt(dy @ dy)
    n = fit.n_obs
    exact = n <= 20 and factorial(n) <= n_permutations
    if exact:
        r = dy[list_orders(n)] @ dx
    else:
        r = np.empty(n_permutations)
        step = max(1, 2**16 // n)
        for start in range(0, n_permutations, step):
            rows = slice(start, min(start + step, n_permutations))
            r[rows] = dy.take(_draw_orders(rng, rows.stop - start, n)) @ dx
    observed = dx @ dy
    extreme = {
        "two-sided": np.abs(r) >= abs(observed) - TIE,
        "greater": r >= observed - TIE,
        "less": r <= observed + TIE,
    }[alternative]
    return PermutationTest(
        fit=fit, r=r, alternative=alternative, exact=exact, n_extreme=int(np.count_nonzero(extreme))
    )


def _draw_orders(rng, rows: int, n: int) -> np.ndarray:
    """Random orders of 0 to n - 1, one per row: random 64-bit keys, sorted, carry the index below.

    `Generator.permuted` takes 1.6 times as long, and the whole test would miss its benchmark.
    """
    mask = np.uint64((1 << max(n - 1, 1).bit_length()) - 1)
    keys = rng.integers(0, 2**64 - 1, (rows, n), dtype=np.uint64, endpoint=True)
    keys &= ~mask
    keys |= np.arange(n, dtype=np.uint64)
    keys.sort(axis=1)
    keys &= mask
    return keys.view(np.int64)
