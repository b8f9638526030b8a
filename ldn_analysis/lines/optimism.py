"""How much of an R squared is overfitting: a line judged by participants it was not fitted to."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.line import LineSums, solve_line, sum_line
from ..core.monte_carlo import list_blocks
from ..core.result import Result
from ..core.validation import require_count, require_rng
from ..core.wording import describe_sample
from .regression import LineFit, require_fit

__all__ = ["Optimism", "correct_optimism"]

METHODS = {
    "apparent": "the participants the line was fitted to",
    "adjusted": "less what chance alone gives (Ezekiel 1930)",
    "leave-one-out": "each predicted from the others, by line and by mean (Allen 1974)",
    "bootstrap": "apparent less the mean optimism (Harrell 2015)",
}


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Optimism(Result):
    """R squared as it appears, and as new participants would probably show it.

    Attributes
    ----------
    fit : LineFit
        The line.
    leave_one_out : float
        1 - PRESS of the line / PRESS of the mean; below 0 where the mean of the others
        predicts each participant better.
    optimism : ndarray, shape (n_resamples,)
        Per resample: R squared in the resample less R squared of its line in the data; nan
        where a resample has no line.
    shrinkage : float
        Factor by which the slope is expected to shrink in new participants; below 0 where
        the line is weaker than chance.
    """

    fit: LineFit
    leave_one_out: float
    optimism: np.ndarray
    shrinkage: float

    @property
    def n_obs(self) -> int:
        """Participants."""
        return self.fit.n_obs

    @property
    def corrected(self) -> float:
        """R squared less the mean optimism."""
        return self.fit.r_squared - float(np.nanmean(self.optimism))

    @property
    def mc_std_error(self) -> float:
        """Monte Carlo standard error of `corrected`: what more resamples would lessen."""
        defined = self.optimism[~np.isnan(self.optimism)]
        return float(defined.std(ddof=1) / np.sqrt(defined.size))

    def to_frame(self) -> pd.DataFrame:
        """One row per version of R squared.

        Returns
        -------
        DataFrame
            term, estimate, mc_std_error (0 where no chance entered), n_obs, n_resamples,
            n_undefined, meaning.
        """
        estimates = [self.fit.r_squared, self.fit.adj_r_squared, self.leave_one_out, self.corrected]
        drawn = [0, 0, 0, self.optimism.size]
        return pd.DataFrame(
            {
                "term": list(METHODS),
                "estimate": estimates,
                "mc_std_error": [0.0, 0.0, 0.0, self.mc_std_error],
                "n_obs": self.n_obs,
                "n_resamples": drawn,
                "n_undefined": [0, 0, 0, int(np.isnan(self.optimism).sum())],
                "meaning": list(METHODS.values()),
            }
        )

    def __str__(self) -> str:
        return (
            f"R² = {self.fit.r_squared:.2f} in the participants of the fit; adjusted "
            f"{self.fit.adj_r_squared:.2f}, leave-one-out {self.leave_one_out:.2f}, bootstrap-corrected "
            f"{self.corrected:.2f} (Monte Carlo standard error {self.mc_std_error:.4f}, "
            f"{self.optimism.size:,} resamples); shrinkage factor of the slope {self.shrinkage:.2f} "
            f"({describe_sample(self.n_obs, self.fit.status)})."
        )


def correct_optimism(fit: LineFit, *, rng, n_resamples: int = 10_000) -> Optimism:
    """Correct the R squared of a line for having been fitted to the participants it is judged by.

    Estimand: the R squared of this very line in new participants of the same population. Three
    corrections, and R squared itself:

    - adjusted: 1 - (1 - R squared)(n - 1)/(n - 2) (Ezekiel 1930). It corrects for chance fit,
      hence estimates another quantity: the R squared of the population's own line, which
      the fitted line does not reach.
    - leave-one-out: 1 - PRESS / (SST (n / (n - 1)) squared). PRESS, the sum of squared errors
      of predicting each participant by the line of the others, comes in closed form from
      residual / (1 - leverage) (Allen 1974); the denominator is the same sum where the mean
      of the others predicts. SST alone would let the mean see the participant it predicts.
      It is nearly unbiased and, in small samples, the most variable of the four.
    - bootstrap: apparent R squared less its mean optimism over resamples of participants
      (Efron and Gong 1983; Harrell 2015, section 5.3). Resamples are rows of counts, so all
      lines are one call of the kernel per block.

    The shrinkage factor is the heuristic of van Houwelingen and le Cessie (1990; Copas
    1983): 1 - 1/F for one predictor, F being the square of the slope's t. None of these
    corrects for choosing the predictor, the outcome or the participants after looking.

    Parameters
    ----------
    fit : LineFit
        What `fit_line` returns.
    rng : int or numpy Generator
        Seed, or a generator.
    n_resamples : int
        Bootstrap resamples, 2 or more.

    Returns
    -------
    Optimism
        R squared as it appears, and three corrections.

    Raises
    ------
    TypeError
        If `fit` is not a LineFit.
    ValueError
        If the outcome is the same for everybody, one participant alone holds the slope (leverage
        1), or `n_resamples` is not a whole number of 2 or more.

    See Also
    --------
    bootstrap_line : Intervals of slope, r and R squared.

    Examples
    --------
    >>> from ldn_analysis import fit_line, load_dataset
    >>> data = load_dataset("esr_pain_change").query("condition == 'ldn' and trial == 'pilot'")
    >>> fit = fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")
    >>> result = correct_optimism(fit, rng=1)
    >>> result.corrected < result.fit.adj_r_squared < result.fit.r_squared
    True
    """
    require_fit(fit, "correct_optimism")
    n_resamples = require_count(n_resamples, "n_resamples", "correct_optimism", 2)
    if not fit.r_squared >= 0:
        raise ValueError(
            f"correct_optimism: {fit.outcome!r} is the same for everybody, so there is no R squared"
        )
    rows = fit.augment()
    not_own = 1 - rows["leverage"].to_numpy()  # share of a fitted value that others determine
    if not_own.min() < 1e-12:
        row = rows.index[int(np.argmin(not_own))]
        raise ValueError(
            f"correct_optimism: without row {row} everybody has the same {fit.predictor!r}: nobody "
            "can be predicted from the others. More participants with different values are needed."
        )
    x, y = fit.x - fit.x.mean(), fit.y - fit.y.mean()
    press = ((rows["resid"].to_numpy() / not_own) ** 2).sum()
    press_of_mean = (y @ y) * (len(y) / (len(y) - 1)) ** 2
    with np.errstate(divide="ignore"):
        shrinkage = 1 - 1 / np.float64(fit.statistic) ** 2
    return Optimism(
        fit=fit,
        leave_one_out=float(1 - press / press_of_mean),
        optimism=_resample(x, y, require_rng(rng, "correct_optimism"), n_resamples),
        shrinkage=float(shrinkage),
    )


def _resample(x: np.ndarray, y: np.ndarray, rng, n_resamples: int) -> np.ndarray:
    """Optimism of each resample of centred data."""
    n, total = len(x), sum_line(x, y)
    parts = []
    terms = np.stack([x, y, x * x, x * y, y * y], axis=1)
    for size in list_blocks(n_resamples, n):
        drawn = rng.integers(0, n, (size, n)) + n * np.arange(size)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)
        line = solve_line(LineSums(np.full(size, n), *(counts @ terms).T))
        # Squared errors of the resample's line in the data, from the sums of the data.
        missed = total.yy + n * line.intercept**2 + line.slope**2 * total.xx
        missed -= 2 * line.slope * total.xy
        parts.append(line.r_squared - (1 - missed / total.yy))
    return np.concatenate(parts)
