"""Power, type S and type M errors of an estimate (Gelman and Carlin 2014)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr

from ..core.intervals import compute_quantile
from ..core.result import Result
from ..core.validation import require_level
from ..core.wording import capitalise, format_number
from .normal_theory import place_nodes

__all__ = ["DesignErrors", "compute_design_errors"]

MAX_PARTICIPANTS = 1000  # the rule was checked up to here; far beyond it, Fisher's z does as well


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class DesignErrors(Result):
    """Power, and what goes wrong among the significant estimates, for each true effect.

    Attributes
    ----------
    true_effect, std_error : ndarray, shape (m,)
        What was asked, in the unit of the outcome.
    df : float or None
        Degrees of freedom of the standard error; None where it is known.
    confidence_level : float
        Significant: two-sided p < 1 - confidence_level.
    power : ndarray, shape (m,)
        Share of studies that are significant, 0 to 1.
    type_s : ndarray, shape (m,)
        Share of the significant estimates that have the wrong sign.
    type_m : ndarray, shape (m,)
        Mean absolute size of the significant estimates, in true effects (exaggeration).
    """

    true_effect: np.ndarray
    std_error: np.ndarray
    df: float | None
    confidence_level: float
    power: np.ndarray
    type_s: np.ndarray
    type_m: np.ndarray

    def to_frame(self) -> pd.DataFrame:
        """One row per true effect.

        Returns
        -------
        DataFrame
            true_effect, std_error, df, power, type_s, type_m, mean_significant (mean absolute
            size of the significant estimates, in the unit of the outcome).
        """
        return pd.DataFrame(
            {
                "true_effect": self.true_effect,
                "std_error": self.std_error,
                "df": np.inf if self.df is None else self.df,
                "power": self.power,
                "type_s": self.type_s,
                "type_m": self.type_m,
                "mean_significant": self.type_m * np.abs(self.true_effect),
            }
        )

    def __str__(self) -> str:
        lowest, highest = int(np.argmin(self.power)), int(np.argmax(self.power))
        parts = [
            f"a true effect of {format_number(self.true_effect[i])} with a standard error of "
            f"{format_number(self.std_error[i])} is significant in {100 * self.power[i]:.1f} % of "
            f"studies; of these {_write_percent(self.type_s[i])} have the wrong sign, and their mean "
            f"size is {format_number(self.type_m[i])} times the truth"
            for i in dict.fromkeys([lowest, highest])
        ]
        df = "" if self.df is None else f", t on {self.df:g} df"
        level = f"two-sided p < {1 - self.confidence_level:.3g}{df}; computed"
        return capitalise(f"{'; '.join(parts)} ({level}).")


def _write_percent(share: float) -> str:
    """A percentage, and no 0.0 % where it is not 0."""
    return "fewer than 0.1 %" if share < 0.001 else f"{100 * share:.1f} %"


def compute_design_errors(
    true_effect, std_error, *, df: float | None = None, confidence_level: float = 0.95
) -> DesignErrors:
    """Power, type S and type M errors of a design, given significance.

    Estimands: of all studies of this design, the share that is significant (power); of the
    significant ones, the share whose sign is wrong (type S) and the mean of |estimate| /
    |true effect| (type M, the exaggeration of the winner's curse; Gelman and Carlin 2014).
    The estimate is normal about the true effect. Without `df` its standard error is known,
    and all three have a closed form (Lu, Qiu and Deng 2019; van Zwet and Cator 2021). With
    `df` each study estimates its own standard error, as a t test does: the closed form is
    averaged over the distribution of that estimate (Gauss-Legendre, error below 1e-8);
    power is then that of the noncentral t. Gelman and Carlin's own function shifts a
    central t instead, which is close for large df.

    A true effect must come from outside the study: put in the estimate itself and power
    repeats the p value.

    Parameters
    ----------
    true_effect, std_error : float or array_like
        In the unit of the outcome; they broadcast against each other. The standard error is
        the SD of the estimate over studies.
    df : float, optional
        Residual degrees of freedom, 1 or more, e.g. n - 1 for paired differences.
    confidence_level : float
        Significant means two-sided p < 1 - confidence_level.

    Returns
    -------
    DesignErrors
        Power, type S and type M for each true effect.

    Raises
    ------
    ValueError
        If an effect is zero or not finite, a standard error is not positive, df is below 1,
        or the level is not between 0 and 1.

    See Also
    --------
    infer_true_r_squared : What an observed R squared says of the true one.
    simulate_trials : The same by simulation, for trials analysed as Fig. 2.

    Examples
    --------
    >>> errors = compute_design_errors(2, 8.1)  # an example of Gelman and Carlin
    >>> f"{errors.power[0]:.2f} {errors.type_s[0]:.2f} {errors.type_m[0]:.1f}"
    '0.06 0.24 9.5'
    """
    require_level(confidence_level)
    effect, error = _read_design(true_effect, std_error, df)
    ratio, weights = _spread_of_error(df)
    delta = (np.abs(effect) / error)[:, None]
    limit = ratio * compute_quantile(confidence_level, df)
    high, low = ndtr(delta - limit), ndtr(-delta - limit)
    size = delta * (high - low) + _bell(limit - delta) + _bell(limit + delta)
    power = (high + low) @ weights
    return DesignErrors(
        true_effect=effect.copy(),
        std_error=error.copy(),
        df=df,
        confidence_level=confidence_level,
        power=power,
        type_s=low @ weights / power,
        type_m=size @ weights / power / delta[:, 0],
    )


def _read_design(true_effect, std_error, df) -> tuple[np.ndarray, np.ndarray]:
    """True effects and standard errors of the same length, or a refusal."""
    effect, error = np.broadcast_arrays(
        np.atleast_1d(np.asarray(true_effect, float)), np.asarray(std_error, float)
    )
    if effect.ndim > 1 or not effect.size:
        raise ValueError(
            "compute_design_errors: true_effect and std_error must be numbers or one-dimensional; "
            f"together they have shape {effect.shape}"
        )
    if not np.isfinite(effect).all() or (effect == 0).any():
        raise ValueError(
            f"compute_design_errors: true_effect must be finite and not 0; received {true_effect!r}. "
            "An effect of 0 has no sign to get wrong and no size to exaggerate."
        )
    if not (np.isfinite(error).all() and (error > 0).all()):
        raise ValueError(
            f"compute_design_errors: std_error must be above 0; received {std_error!r}"
        )
    if df is not None and not 1 <= df < np.inf:
        raise ValueError(
            f"compute_design_errors: df must be 1 or more; received {df!r}. Leave it out where the "
            "standard error is known."
        )
    return effect, error


def _bell(z):
    """Density of the standard normal."""
    return np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)


def _spread_of_error(df: float | None) -> tuple[np.ndarray, np.ndarray]:
    """Estimated over true standard error, with probabilities: chi over the root of df."""
    if df is None:
        return np.ones(1), np.ones(1)
    reach = 12 / np.sqrt(2 * df)  # SDs of that ratio
    ratio, weights = place_nodes(max(0.0, 1 - reach), 1 + reach)
    log_density = (df - 1) * np.log(ratio) - df * ratio**2 / 2
    weights = weights * np.exp(log_density - log_density.max())
    return ratio, weights / weights.sum()
