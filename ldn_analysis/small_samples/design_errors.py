"""What a small study can say: the winner's curse, and which true R squared an observed one allows."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from scipy.special import gammaln, hyp2f1, ndtr, ndtri, roots_legendre, stdtrit

from ..core.monte_carlo import require_count, require_number
from ..data.tables import load_dataset
from ..core.result import Result, format_interval, format_number, require_level

__all__ = ["DesignErrors", "TrueRSquared", "compute_design_errors", "infer_true_r_squared"]

NODES = 400  # of Gauss and Legendre's rule
MOST_PEOPLE = 1000  # the rule was checked up to here; far beyond it, Fisher's z does as well


@cache
def _rule() -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of the rule on -1 to 1."""
    return roots_legendre(NODES)


def place_nodes(low, high) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of Gauss and Legendre's rule between two limits."""
    nodes, weights = _rule()
    return low + (high - low) * (nodes + 1) / 2, weights * (high - low) / 2


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
        """One row a true effect.

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
        least, most = int(np.argmin(self.power)), int(np.argmax(self.power))
        parts = [
            f"a true effect of {format_number(self.true_effect[i])} with a standard error of "
            f"{format_number(self.std_error[i])} is significant in {100 * self.power[i]:.1f} % of "
            f"studies; of these {100 * self.type_s[i]:.1f} % have the wrong sign, and on average "
            f"they exaggerate {format_number(self.type_m[i])} times"
            for i in dict.fromkeys([least, most])
        ]
        df = "" if self.df is None else f", t on {self.df:g} df"
        level = f"two-sided p < {1 - self.confidence_level:.3g}{df}; computed"
        text = f"{'; '.join(parts)} ({level})."
        return text[:1].upper() + text[1:]


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

    Raises
    ------
    ValueError
        If an effect is zero or not finite, a standard error is not positive, df is below 1,
        or the level is not between 0 and 1.

    Examples
    --------
    >>> errors = compute_design_errors(2, 8.1)  # an example of Gelman and Carlin
    >>> f"{errors.power[0]:.2f} {errors.type_s[0]:.2f} {errors.type_m[0]:.1f}"
    '0.06 0.24 9.5'
    """
    require_level(confidence_level)
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
    ratio, weights = _spread_of_error(df)
    delta = (np.abs(effect) / error)[:, None]
    limit = ratio * (
        ndtri(0.5 + confidence_level / 2) if df is None else stdtrit(df, 0.5 + confidence_level / 2)
    )
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


def integrate_r(n_obs: int, rho, threshold: float = 0.0) -> tuple[np.ndarray, ...]:
    """P(r > t), P(r < -t) and the mean of r squared over both tails, for bivariate normal data.

    The exact density of r (Hotelling 1953), integrated over the angle whose sine is r: 400
    nodes a tail where the density is, error below 1e-10 up to n = 1,000.

    Parameters
    ----------
    n_obs : int
        People.
    rho : array_like, shape (m,)
        True correlations, above -1 and below 1.
    threshold : float
        t, from 0 to below 1.

    Returns
    -------
    (ndarray, ndarray, ndarray)
        The third is E(r squared; |r| > t), not yet divided by the probability.
    """
    rho = np.atleast_1d(np.asarray(rho, float))
    upper, upper_squares = _integrate_tail(n_obs, rho, threshold)
    lower, lower_squares = _integrate_tail(n_obs, -rho, threshold)
    return upper, lower, upper_squares + lower_squares


def _integrate_tail(n_obs: int, rho: np.ndarray, threshold: float) -> tuple[np.ndarray, ...]:
    """P(r > t) and E(r squared; r > t) for each rho."""
    rho = rho[:, None]
    # On Fisher's scale the density is about as wide for every rho; beyond the reach it is nil.
    reach = max(12 / np.sqrt(n_obs - 3), 36 / (n_obs - 2))
    z, limit = np.arctanh(rho), np.arctanh(threshold)
    low = np.arcsin(np.tanh(np.maximum(z - reach, limit)))
    angle, weights = place_nodes(low, np.arcsin(np.tanh(np.maximum(z, limit) + reach)))
    r = np.sin(angle)
    log_density = np.log(n_obs - 2) + gammaln(n_obs - 1) - gammaln(n_obs - 0.5)
    log_density += (n_obs - 1) / 2 * np.log1p(-(rho**2)) - np.log(2 * np.pi) / 2
    log_density = log_density + (n_obs - 3) * np.log(np.cos(angle))
    log_density -= (n_obs - 1.5) * np.log1p(-rho * r)
    mass = weights * np.exp(log_density) * hyp2f1(0.5, 0.5, n_obs - 0.5, (1 + rho * r) / 2)
    return mass.sum(1), (mass * r**2).sum(1)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class TrueRSquared(Result):
    """Which true R squared could have given an observed one above a threshold.

    Attributes
    ----------
    n_obs : int
        People.
    threshold : float
        The observed R squared was above this, 0 to 1.
    confidence_level : float
        Significant in `curve`: two-sided p < 1 - confidence_level.
    curve : DataFrame
        One row a true R squared: true_r_squared, probability_above (of an observed R squared
        above the threshold), power, expected (mean observed R squared), expected_if_significant,
        expected_if_above (nan where that never happens).
    source : str
        Where the numbers were printed; "" where the caller gave them.
    """

    n_obs: int
    threshold: float
    confidence_level: float
    curve: pd.DataFrame
    source: str = ""

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Interval of the true R squared, were the observed one exactly at the threshold.

        estimate: the true value that passes the threshold half of the time. conf_low and
        conf_high: exact equal-tailed limits, the true values that reach the threshold with
        probability (1 - level) / 2 and (1 + level) / 2; the lower one is 0 where even no
        relation does so more often. An observation only known to lie above the threshold
        is bounded from below by conf_low, and not bounded from above.

        Returns
        -------
        DataFrame
            term, estimate, conf_low, conf_high, n_obs, threshold.
        """
        require_level(confidence_level)
        low, middle, high = (
            _solve_true_r_squared(self.n_obs, self.threshold, probability)
            for probability in ((1 - confidence_level) / 2, 0.5, (1 + confidence_level) / 2)
        )
        return pd.DataFrame(
            {
                "term": ["true_r_squared"],
                "estimate": [middle],
                "conf_low": [low],
                "conf_high": [high],
                "n_obs": [self.n_obs],
                "threshold": [self.threshold],
            }
        )

    def __str__(self) -> str:
        row = self.to_frame().iloc[0]
        interval = format_interval(row["conf_low"], row["conf_high"], 0.95)
        source = f"; printed: {self.source}" if self.source else ""
        return (
            f"An observed R² of {self.threshold:g} goes with a true R² of "
            f"{format_number(row['estimate'])} ({interval}, exact for bivariate normal data), and an "
            f"R² above {self.threshold:g} with at least the lower limit (n = {self.n_obs}{source})."
        )


def infer_true_r_squared(
    *,
    n_obs: int | None = None,
    threshold: float | None = None,
    true_r_squared=None,
    confidence_level: float = 0.95,
) -> TrueRSquared:
    """What true R squared could have produced an observed one above a threshold?

    The default is the pilot: its printed n, and the printed bound of the variance in
    response that baseline ESR predicted. Estimand: the squared correlation in the
    population of which these are a random sample. Exact for bivariate normal data
    (Hotelling 1953; error below 1e-10). It is too kind to the study if the predictor was
    chosen among several, a point was left out after looking, or one person stands far
    from the others.

    Parameters
    ----------
    n_obs : int, optional
        People, 4 to 1,000; default: the pilot's, as printed.
    threshold : float, optional
        Observed R squared was above this, between 0 and 1; default: the pilot's, as printed.
    true_r_squared : array_like, optional
        True values of `curve`, from 0 to below 1; default: 0 to 0.99 in steps of 0.01.
    confidence_level : float
        Significant in `curve` means two-sided p < 1 - confidence_level.

    Returns
    -------
    TrueRSquared

    Raises
    ------
    ValueError
        If n is not a whole number from 4 to 1,000, or the threshold, a true value or the
        level is out of its range.

    Examples
    --------
    >>> case = infer_true_r_squared(n_obs=12, threshold=0.5)
    >>> case.to_frame()[["estimate", "conf_low", "conf_high"]].round(2).values.tolist()
    [[0.47, 0.04, 0.81]]
    """
    require_level(confidence_level)
    source = ""
    if n_obs is None or threshold is None:
        printed = load_dataset("published_values").set_index("id")
        if n_obs is None and threshold is None:
            row = printed.loc["pilot_esr_r2"]
            source = f"{row['source']}, {row['locator']}"
        n_obs = int(printed.loc["pilot_n", "value"]) if n_obs is None else n_obs
        if threshold is None:
            threshold = float(printed.loc["pilot_esr_r2", "value"]) / 100
    n_obs = require_count("infer_true_r_squared", "n_obs", n_obs, 4, MOST_PEOPLE)
    threshold = require_number("infer_true_r_squared", "threshold", threshold, 0, 1)
    true = np.arange(100) / 100 if true_r_squared is None else np.asarray(true_r_squared, float)
    true = np.atleast_1d(true)
    if true.ndim > 1 or not true.size or not ((true >= 0) & (true < 1)).all():
        raise ValueError(
            "infer_true_r_squared: true_r_squared must be numbers from 0 to below 1 in one "
            f"dimension; received {true_r_squared!r}"
        )
    rho, critical = np.sqrt(true), find_critical_r(n_obs, confidence_level)
    curve = {"true_r_squared": true}
    for name, mean, limit in (
        ("probability_above", "expected_if_above", np.sqrt(threshold)),
        ("power", "expected_if_significant", critical),
        (None, "expected", 0.0),
    ):
        upper, lower, squares = integrate_r(n_obs, rho, limit)
        if name:
            curve[name] = upper + lower
        with np.errstate(invalid="ignore"):  # a probability may be too small for a number
            curve[mean] = squares / (upper + lower)
    order = ["true_r_squared", "probability_above", "power", "expected"]
    return TrueRSquared(
        n_obs=n_obs,
        threshold=threshold,
        confidence_level=confidence_level,
        curve=pd.DataFrame(curve)[[*order, "expected_if_significant", "expected_if_above"]],
        source=source,
    )


def find_critical_r(n_obs: int, confidence_level: float) -> float:
    """Smallest significant correlation of n people."""
    t = stdtrit(n_obs - 2, 0.5 + confidence_level / 2)
    return float(t / np.sqrt(t**2 + n_obs - 2))


def _solve_true_r_squared(n_obs: int, threshold: float, probability: float) -> float:
    """The true R squared that passes the threshold with this probability; 0 where all do."""
    from scipy.optimize import brentq

    def miss(true: float) -> float:
        """Probability of passing, less the one asked for."""
        upper, lower, _ = integrate_r(n_obs, np.sqrt(true), np.sqrt(threshold))
        return float((upper + lower)[0] - probability)

    if miss(0.0) >= 0:
        return 0.0
    return float(brentq(miss, 0.0, 1 - 1e-6 * (1 - threshold), xtol=1e-12))
