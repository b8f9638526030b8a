"""Are all specifications together more than chance? A permutation test of the whole curve."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..core.intervals import compute_quantile, find_tails
from ..core.result import Result
from ..core.validation import require_count, require_level, require_rng
from ..core.wording import describe_status, format_number, format_p
from .batches import Batch
from .fit import Multiverse
from .least_squares import System, count_freedom, prepare_system, solve_orders, split_system

__all__ = ["JointTest", "permute_multiverse"]

STATISTICS = ("median estimate", "share with p < 0.05", "mean t")
TIE = 1e-12  # equal statistics, summed in another order, differ by less
# A matrix product may round a row otherwise in a block of another height: the height is fixed,
# and so a shuffle gives the same bits however many there are.
CHUNK = 128  # shuffles in a product
MAX_NUMBERS = 250_000  # of the largest product, so that it stays in the processor's cache
MAX_RANKS = 201  # places on the sorted curve that are kept of each shuffle


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class JointTest(Result):
    """Permutation test of a whole specification curve.

    Attributes
    ----------
    observed : ndarray, shape (3,)
        Median estimate, share of specifications with p < 0.05 on the side where there are
        more of them, and mean t, of the data.
    permuted : ndarray, shape (n_permutations, 3)
        The same of each shuffle.
    ranks : ndarray, shape (R,)
        Places on the sorted curve, from 0 (smallest estimate) to 1 (largest).
    observed_curve : ndarray, shape (R,)
        The estimates of the data there.
    permuted_curves : ndarray, shape (n_permutations, R)
        Those of each shuffle, sorted anew.
    n_specifications, n_left_out : int
        Specifications that were refitted; those that were not (Huber, mixed).
    sample : str
        How many participants the specifications have, in words.
    status : str
        "illustrative" or "" as the data said.
    """

    observed: np.ndarray
    permuted: np.ndarray
    ranks: np.ndarray
    observed_curve: np.ndarray
    permuted_curves: np.ndarray
    n_specifications: int
    n_left_out: int
    sample: str
    status: str = ""

    @property
    def n_permutations(self) -> int:
        """Number of shuffles."""
        return len(self.permuted)

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """One row per statistic.

        Parameters
        ----------
        confidence_level : float
            Of null_low and null_high: between them lies that share of the shuffles. The share
            with p < 0.05 can only be too large, so its null_low is 0.

        Returns
        -------
        DataFrame
            term, estimate (of the data), null_low, null_high, n_extreme, p_value
            ((b + 1) / (m + 1), Phipson and Smyth 2010; by size, without sign), mc_std_error (of
            p_value), n_permutations.
        """
        require_level(confidence_level)
        low, high = np.quantile(self.permuted, find_tails(confidence_level), axis=0)
        low[1], high[1] = 0.0, np.quantile(self.permuted[:, 1], confidence_level)
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
                "mc_std_error": np.sqrt(p_value * (1 - p_value) / self.n_permutations),
                "n_permutations": self.n_permutations,
            }
        )

    def band(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Where the sorted curve lies by chance, place by place.

        Parameters
        ----------
        confidence_level : float
            Share of the shuffled curves inside, at each place by itself.

        Returns
        -------
        DataFrame
            rank (0 to 1), estimate (of the data), null_low, null_high.
        """
        require_level(confidence_level)
        low, high = np.quantile(self.permuted_curves, find_tails(confidence_level), axis=0)
        return pd.DataFrame(
            {
                "rank": self.ranks,
                "estimate": self.observed_curve,
                "null_low": low,
                "null_high": high,
            }
        )

    def __str__(self) -> str:
        parts = []
        for row in self.to_frame().itertuples():
            low = "" if row.null_low == 0 else f"{format_number(row.null_low, 2)} "
            parts.append(
                f"{row.term} {format_number(row.estimate, 2)} (95 % by chance {low}"
                f"{'to' if low else 'at most'} {format_number(row.null_high, 2)}; "
                f"{format_p(row.p_value)}, Monte Carlo standard error "
                f"{format_number(row.mc_std_error, 1)})"
            )
        left_out = (
            f" ({self.n_left_out:,} that need iterations, Huber and mixed, are not refitted)"
            if self.n_left_out
            else ""
        )
        many = "" if self.n_specifications == 1 else "s"
        return (
            f"{self.n_specifications:,} specification{many}{left_out}, residuals of the model without "
            f"ESR shuffled {self.n_permutations:,} times within trials: {', '.join(parts)}"
            f" ({self.sample}{describe_status(self.status)})."
        )


def permute_multiverse(
    multiverse: Multiverse, *, rng, n_permutations: int = 1000, progress: bool | None = None
) -> JointTest:
    """Shuffle what the covariates leave of the outcomes, refit the whole curve, and compare.

    Hypothesis: given what a specification adjusts for, ESR tells nothing about the outcome.
    All specifications share their participants, so their p values can be neither counted nor
    combined as if they were independent. After Simonsohn, Simmons and Nelson (2020), with the
    mean t for their mean z; and, as ESR was observed and not assigned, by the method of
    Freedman and Lane (1983): fit each specification without ESR, shuffle the residuals within
    each trial, add the fit, and fit the specification to that outcome. So ESR keeps its
    relation to age and baseline pain, and the outcome its relation to what is adjusted for.
    Exact where nothing is adjusted for, approximate otherwise. Specifications of ranks shuffle
    residuals of ranks.

    One shuffle serves all specifications: everybody of a trial is put in a random order; where
    a specification lacks participants, they are struck out and the others keep their order.

    Specifications that need iterations (Huber, mixed) are not refitted; the set was fixed
    before looking, so the test of the others is valid.

    Parameters
    ----------
    multiverse : Multiverse
        What `fit_multiverse` returns.
    rng : int or numpy Generator
        Seed or generator.
    n_permutations : int
        How many times. The first of them do not depend on how many follow. 1.7 kB of each are
        kept, and nothing else grows with their number.
    progress : bool, optional
        Whether to show progress. Default: on a terminal only.

    Returns
    -------
    JointTest
        The statistics and the sorted curve, of the data and of each shuffle.

    Raises
    ------
    TypeError
        If the multiverse is not one.
    ValueError
        If rng is None, n_permutations is below 1, or no specification is a least-squares one.

    See Also
    --------
    permute_line : the permutation test of one line.

    Examples
    --------
    >>> from ldn_analysis import fit_multiverse, load_dataset
    >>> multiverse = fit_multiverse(
    ...     load_dataset("daily_pain"), load_dataset("participants"),
    ...     grid={"model": ["OLS"], "participants": ["both trials"], "esr": ["as is"]})
    >>> permute_multiverse(multiverse, rng=9, n_permutations=20).n_permutations
    20
    """
    from tqdm import tqdm

    rng = require_rng(rng, "permute_multiverse")
    require_count(n_permutations, "n_permutations", "permute_multiverse")
    batches = _take_batches(multiverse)
    total = sum(batch.position.size for batch in batches)
    work = _split_work(batches)
    trial = multiverse.participants["trial"].to_numpy(str)
    places = np.unique(np.linspace(0, total - 1, MAX_RANKS).round().astype(int))
    permuted = np.empty((n_permutations, len(STATISTICS)))
    curves = np.empty((n_permutations, len(places)))
    with tqdm(
        total=n_permutations, unit="shuffle", disable=None if progress is None else not progress
    ) as bar:
        for start in range(0, n_permutations, CHUNK):
            count = min(CHUNK, n_permutations - start)
            keys = np.zeros((len(trial), CHUNK))
            keys[:, :count] = rng.random((count, len(trial))).T
            statistics, curve = _summarise(work, keys, trial, places)
            permuted[start : start + count] = statistics[:count]
            curves[start : start + count] = curve[:count]
            bar.update(count)
    in_order = np.tile(np.arange(len(trial), dtype=float)[:, None], CHUNK)
    observed, observed_curve = _summarise(work, in_order, trial, places)
    return JointTest(
        observed=observed[0],
        permuted=permuted,
        ranks=places / max(total - 1, 1),
        observed_curve=observed_curve[0],
        permuted_curves=curves,
        n_specifications=total,
        n_left_out=len(multiverse) - total,
        sample=multiverse.describe_n(),
        status=multiverse.status,
    )


def _take_batches(multiverse: Multiverse) -> list[Batch]:
    """The batches that are least squares, or why there are none."""
    if not isinstance(multiverse, Multiverse):
        raise TypeError(
            "permute_multiverse: multiverse must be what fit_multiverse returns; received "
            f"{type(multiverse).__name__}"
        )
    batches = [batch for batch in multiverse.batches if batch.kinds != ("Huber",)]
    if not batches:
        raise ValueError(
            "permute_multiverse: no specification is OLS, HC3 or rank; fit the multiverse with one"
        )
    return batches


class Part(NamedTuple):
    """Some outcomes of a batch, where they stand among all that are refitted, and for whom."""

    system: System
    place: np.ndarray  # shape (K, V, C)
    rows: np.ndarray  # of the table of participants, shape (n,)
    limits: np.ndarray  # of t, for p < 0.05 in each kind of fit, shape (C,)


def _split_work(batches: list[Batch]) -> list[Part]:
    """All least-squares batches in parts that are small enough to be held at a time."""
    every = np.sort(np.concatenate([batch.position.reshape(-1) for batch in batches]))
    work = []
    for batch in batches:
        step = max(1, MAX_NUMBERS // (CHUNK * batch.forms.size))
        place = np.searchsorted(every, batch.position)
        whole = prepare_system(batch)
        limits, systems = compute_quantile(0.95, count_freedom(whole)[0]), split_system(whole, step)
        starts = range(0, len(place), step)
        work += [
            Part(system, place[start : start + step], batch.rows, limits)
            for system, start in zip(systems, starts, strict=True)
        ]
    return work


def order_participants(keys: np.ndarray, trial: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Whose residual each of the participants in `rows` gets, in every shuffle.

    Parameters
    ----------
    keys : ndarray, shape (N, B)
        A number for everybody, in every shuffle; each trial is put in the order of its numbers.
    trial : ndarray, shape (N,)
        Everybody's trial.
    rows : ndarray, shape (n,)
        Who is in.

    Returns
    -------
    ndarray of int, shape (n, B)
        Positions in `rows`.
    """
    order = np.empty((len(rows), keys.shape[1]), int)
    for name in np.unique(trial[rows]):
        own = np.flatnonzero(trial[rows] == name)
        order[own] = own[np.argsort(keys[rows[own]], axis=0, kind="stable")]
    return order


def _summarise(
    work: list[Part], keys: np.ndarray, trial: np.ndarray, places: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The three statistics and the sorted curve of each shuffle."""
    total = sum(part.place.size for part in work)
    # In the order of the specifications, whatever the parts: sums are the same to the last bit.
    estimate, t, limit = np.empty((total, CHUNK)), np.empty((total, CHUNK)), np.empty((total, 1))
    orders = {}
    for part in work:
        same = part.rows.tobytes()
        if same not in orders:
            orders[same] = order_participants(keys, trial, part.rows)
        for c, fit in enumerate(solve_orders(part.system, orders[same])):
            place = part.place[..., c]
            with np.errstate(divide="ignore", invalid="ignore"):
                t[place] = fit.slope / fit.std_error
            estimate[place] = fit.slope * fit.scale
            limit[place] = part.limits[c]
    beyond = [np.count_nonzero(side, axis=0) for side in (t > limit, t < -limit)]
    curve = np.sort(estimate.T.copy(), axis=1)
    median = (curve[:, (total - 1) // 2] + curve[:, total // 2]) / 2
    share = np.maximum(*beyond) / total
    return np.stack([median, share, t.sum(0) / total], axis=1), curve[:, places]
