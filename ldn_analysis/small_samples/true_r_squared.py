"""Which true R squared an observed one allows."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.intervals import find_tails
from ..core.result import Result
from ..core.validation import require_count, require_level, require_number
from ..core.wording import format_number
from ..data.tables import load_dataset
from .design_errors import MAX_PARTICIPANTS
from .normal_theory import find_critical_r, integrate_r

__all__ = ["TrueRSquared", "infer_true_r_squared"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class TrueRSquared(Result):
    """Which true R squared could have given an observed one above a threshold.

    Attributes
    ----------
    n_obs : int
        Participants.
    threshold : float
        The observed R squared was above this, 0 to 1.
    confidence_level : float
        Significant in `curve`: two-sided p < 1 - confidence_level.
    curve : DataFrame
        One row per true R squared: true_r_squared, probability_above (of an observed R squared
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

        Parameters
        ----------
        confidence_level : float
            Of the interval; between 0 and 1.

        Returns
        -------
        DataFrame
            term, estimate, conf_low, conf_high, n_obs, threshold.
        """
        require_level(confidence_level)
        low, high, middle = (
            _solve_true_r_squared(self.n_obs, self.threshold, probability)
            for probability in (*find_tails(confidence_level), 0.5)
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
        low, high, middle = (
            format_number(row[name], 2) for name in ("conf_low", "conf_high", "estimate")
        )
        source = f"; printed: {self.source}" if self.source else ""
        return (
            f"If the observed R² was {self.threshold:g}, the true R² may be {low} to {high} (95 % CI, "
            f"exact for bivariate normal data; best guess {middle}); if it was higher, so are the "
            f"limits (n = {self.n_obs}{source})."
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
    chosen among several, a point was left out after looking, or one participant stands
    far from the others.

    Parameters
    ----------
    n_obs : int, optional
        Participants, 4 to 1,000; default: the pilot's, as printed.
    threshold : float, optional
        Observed R squared was above this, between 0 and 1; default: the pilot's, as printed.
    true_r_squared : array_like, optional
        True values of `curve`, from 0 to below 1; default: 0 to 0.99 in steps of 0.01.
    confidence_level : float
        Significant in `curve` means two-sided p < 1 - confidence_level.

    Returns
    -------
    TrueRSquared
        The interval of the true value, and a curve over true values.

    Raises
    ------
    ValueError
        If n is not a whole number from 4 to 1,000, or the threshold, a true value or the
        level is out of its range.

    See Also
    --------
    correct_optimism : What is left of an R squared in new participants.

    Examples
    --------
    >>> case = infer_true_r_squared(n_obs=12, threshold=0.5)
    >>> case.to_frame()[["estimate", "conf_low", "conf_high"]].round(2).values.tolist()
    [[0.47, 0.04, 0.81]]
    """
    require_level(confidence_level)
    n_obs, threshold, source = _fill_from_pilot(n_obs, threshold)
    n_obs = require_count(n_obs, "n_obs", "infer_true_r_squared", 4, MAX_PARTICIPANTS)
    threshold = require_number(threshold, "threshold", "infer_true_r_squared", 0, 1)
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


def _fill_from_pilot(n_obs, threshold) -> tuple:
    """What was not given, as printed of the pilot, and where it was printed if nothing was."""
    source = ""
    if n_obs is None or threshold is None:
        printed = load_dataset("published_values").set_index("id")
        if n_obs is None and threshold is None:
            row = printed.loc["pilot_esr_r2"]
            source = f"{row['source']}, {row['locator']}"
        n_obs = int(printed.loc["pilot_n", "value"]) if n_obs is None else n_obs
        if threshold is None:
            threshold = float(printed.loc["pilot_esr_r2", "value"]) / 100
    return n_obs, threshold, source


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
