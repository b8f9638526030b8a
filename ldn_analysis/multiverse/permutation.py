"""Are all specifications together more than chance? A permutation test of the whole curve."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.intervals import compute_quantile, find_tails
from ..core.result import Result
from ..core.validation import require_count, require_level, require_rng
from ..core.wording import describe_status, format_number, format_p
from .fit import Multiverse, fit_batch

__all__ = ["JointTest", "permute_multiverse"]

STATISTICS = ("median estimate", "share below 0.05", "mean t")
TIE = 1e-12  # equal statistics, summed in another order, differ by less
MOST_NUMBERS = 2_000_000  # of one array held at a time


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class JointTest(Result):
    """Permutation test of a whole specification curve.

    Attributes
    ----------
    observed : ndarray, shape (3,)
        Median estimate, share of specifications with p < 0.05 on the side where there are
        more of them, and mean t, of the data.
    permuted : ndarray, shape (n_permutations, 3)
        The same of each permutation.
    n_specifications, n_left_out : int
        Specifications that were refitted; those that were not (Huber, mixed).
    status : str
        "illustrative" or "" as the data said.
    """

    observed: np.ndarray
    permuted: np.ndarray
    n_specifications: int
    n_left_out: int
    status: str = ""

    @property
    def n_permutations(self) -> int:
        """Number of permutations."""
        return len(self.permuted)

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """One row a statistic.

        Parameters
        ----------
        confidence_level : float
            Of null_low and null_high: between them lies that share of the permutations.

        Returns
        -------
        DataFrame
            term, estimate (of the data), null_low, null_high, n_extreme, p_value
            ((b + 1) / (m + 1), Phipson and Smyth 2010; by size, without sign), p_std_error
            (Monte Carlo), n_permutations.
        """
        require_level(confidence_level)
        tails = find_tails(confidence_level)
        low, high = np.quantile(self.permuted, tails, axis=0)
        extreme = (np.abs(self.permuted) >= np.abs(self.observed) - TIE).sum(0)
        p_value = (extreme + 1) / (self.n_permutations + 1)
        return pd.DataFrame(
            {
                "term": STATISTICS,
                "estimate": self.observed,
                "null_low": low,
                "null_high": high,
                "n_extreme": extreme,
                "p_value": p_value,
                "p_std_error": np.sqrt(p_value * (1 - p_value) / self.n_permutations),
                "n_permutations": self.n_permutations,
            }
        )

    def __str__(self) -> str:
        rows = self.to_frame()
        parts = [
            f"{row.term} {format_number(row.estimate, 2)} (by chance {format_number(row.null_low, 2)} "
            f"to {format_number(row.null_high, 2)}, {format_p(row.p_value)})"
            for row in rows.itertuples()
        ]
        return (
            f"{self.n_specifications:,} specifications, ESR shuffled {self.n_permutations:,} times "
            f"within trials: {'; '.join(parts)}{describe_status(self.status)}."
        )


def permute_multiverse(
    multiverse: Multiverse, *, rng, n_permutations: int = 500, progress: bool | None = None
) -> JointTest:
    """Permute ESR within each trial, refit the whole curve, and compare.

    Hypothesis: within each trial anybody's ESR could as well have been anybody else's,
    whatever the outcome and the covariates. All specifications share the people, so their p
    values can be neither counted nor combined as if they were independent; shuffling ESR
    keeps everything they share. After Simonsohn, Simmons and Nelson (2020), with the mean t
    for their mean z. Where covariates go with ESR, shuffling also breaks that bond.

    Specifications that need iterations (Huber, mixed) are not refitted; the set was fixed
    before looking, so the test of the others is valid.

    Parameters
    ----------
    multiverse : Multiverse
        What `fit_multiverse` returns.
    rng : int or numpy Generator
        Seed or generator.
    n_permutations : int
        How many times.
    progress : bool, optional
        Whether to show progress. Default: on a terminal only.

    Returns
    -------
    JointTest

    Raises
    ------
    TypeError
        If the multiverse is not one.
    ValueError
        If rng is None, n_permutations is below 1, or no specification is a least-squares one.

    Examples
    --------
    >>> from ldn_analysis import fit_multiverse, load_dataset
    >>> multiverse = fit_multiverse(
    ...     load_dataset("daily_pain"), load_dataset("participants"),
    ...     grid={"model": ["OLS"], "people": ["both trials"], "esr": ["as is"]})
    >>> permute_multiverse(multiverse, rng=9, n_permutations=20).n_permutations
    20
    """
    from tqdm import tqdm

    if not isinstance(multiverse, Multiverse):
        raise TypeError(
            "permute_multiverse: multiverse must be what fit_multiverse returns; received "
            f"{type(multiverse).__name__}"
        )
    rng = require_rng(rng, "permute_multiverse")
    require_count(n_permutations, "n_permutations", "permute_multiverse")
    batches = [batch for batch in multiverse.batches if (batch.model != "Huber").all()]
    total = sum(batch.position.size for batch in batches)
    if not total:
        raise ValueError(
            "permute_multiverse: no specification is OLS, HC3 or rank; fit the multiverse with one"
        )
    esr = multiverse.people["esr_mm_h"].to_numpy(float)
    trial = multiverse.people["trial"].to_numpy(str)
    step = max(1, MOST_NUMBERS // (max(len(b.position) for b in batches) * len(esr)))
    permuted = np.empty((n_permutations, len(STATISTICS)))
    hidden = None if progress is None else not progress
    with tqdm(total=n_permutations, unit="shuffle", disable=hidden) as bar:
        for start in range(0, n_permutations, step):
            rows = slice(start, min(start + step, n_permutations))
            permuted[rows] = _summarise(batches, _shuffle(esr, trial, rng, rows.stop - start))
            bar.update(rows.stop - start)
    return JointTest(
        observed=_summarise(batches, esr[None])[0],
        permuted=permuted,
        n_specifications=total,
        n_left_out=len(multiverse) - total,
        status=multiverse.status,
    )


def _shuffle(esr: np.ndarray, trial: np.ndarray, rng, times: int) -> np.ndarray:
    """ESR in random order within each trial, shape (times, people)."""
    shuffled = np.tile(esr, (times, 1))
    for name in np.unique(trial):
        own = trial == name
        shuffled[:, own] = rng.permuted(shuffled[:, own], axis=1)
    return shuffled


def _summarise(batches, esr: np.ndarray) -> np.ndarray:
    """The three statistics of the curve for each row of ESR."""
    estimates, t_values, beyond = [], [], []
    for batch in batches:
        estimate, std_error, _, df, _ = fit_batch(batch, esr[:, batch.people])
        t = estimate / std_error
        limit = compute_quantile(0.95, df[0])
        estimates.append(estimate)
        t_values.append(t)
        beyond.append((t > limit).astype(int) - (t < -limit))
    beyond = np.concatenate(beyond, axis=1)
    share = np.maximum((beyond > 0).mean(1), (beyond < 0).mean(1))
    median = np.median(np.concatenate(estimates, axis=1), axis=1)
    return np.stack([median, share, np.concatenate(t_values, axis=1).mean(1)], axis=1)
