"""Two one-sided tests against a smallest effect of interest: which effects can be excluded?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, stdtr

from ..core.intervals import compute_quantile
from ..core.result import Result
from ..core.validation import require_level, require_number
from ..core.wording import capitalise, format_interval, format_number, format_p

__all__ = ["EquivalenceTest", "check_equivalence"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class EquivalenceTest(Result):
    """An effect against margins on both sides of zero.

    Attributes
    ----------
    estimate, std_error, df : float
        The effect; df is infinite for a normal test.
    margin : float
        Smallest effect of interest, above 0.
    measure : str
        What the effect is, with its unit.
    n_obs : int or None
        Number of participants, if known.
    """

    estimate: float
    std_error: float
    df: float
    margin: float
    measure: str
    n_obs: int | None

    def _find_p(self, statistic: float) -> float:
        """Chance of so small a statistic."""
        return float(ndtr(statistic) if self.df == np.inf else stdtr(self.df, statistic))

    @property
    def p_benefit(self) -> float:
        """One-sided p against effects of the margin or more above zero."""
        return self._find_p((self.estimate - self.margin) / self.std_error)

    @property
    def p_harm(self) -> float:
        """One-sided p against effects of the margin or more below zero."""
        return self._find_p((-self.margin - self.estimate) / self.std_error)

    @property
    def p_value(self) -> float:
        """P of equivalence, the larger of the two (Schuirmann 1987)."""
        return max(self.p_benefit, self.p_harm)

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """The effect with its interval, and the two tests.

        Parameters
        ----------
        confidence_level : float
            Of the two-sided interval; the tests at 5 % belong to the one of 90 %.

        Returns
        -------
        DataFrame
            term, estimate, std_error, df, conf_low, conf_high, margin, p_benefit, p_harm,
            p_value (of equivalence), n_obs.
        """
        require_level(confidence_level)
        df = None if self.df == np.inf else self.df
        reach = compute_quantile(confidence_level, df) * self.std_error
        values = {"term": self.measure, "estimate": self.estimate, "std_error": self.std_error}
        values |= {"df": self.df, "conf_low": self.estimate - reach}
        values |= {"conf_high": self.estimate + reach, "margin": self.margin}
        values |= {"p_benefit": self.p_benefit, "p_harm": self.p_harm, "p_value": self.p_value}
        return pd.DataFrame([values | {"n_obs": self.n_obs}])

    def __str__(self) -> str:
        intervals = "; ".join(
            format_interval(*self.confidence_interval(self.measure, level), level)
            for level in (0.95, 0.9)
        )
        margin = format_number(self.margin)
        sides = {"benefit": self.p_benefit, "harm": self.p_harm}
        excluded = [side for side, p in sides.items() if p < 0.05]
        verdict = {
            0: f"neither a benefit nor a harm of {margin} or more is excluded",
            1: f"a {' '.join(excluded)} of {margin} or more is excluded, "
            f"a {' '.join(side for side in sides if side not in excluded)} of that size is not",
            2: f"both a benefit and a harm of {margin} or more are excluded: equivalent to no effect "
            "within that margin",
        }[len(excluded)]
        counted = f", n = {self.n_obs}" if self.n_obs is not None else ""
        return (
            f"{capitalise(self.measure)}{counted}: {format_number(self.estimate)} "
            f"({intervals}). Against {margin} as the smallest effect of "
            f"interest, at the one-sided 5 % level: {verdict} (benefit "
            f"{format_p(self.p_benefit)}, harm {format_p(self.p_harm)})."
        )


def check_equivalence(
    estimate: float,
    std_error: float,
    *,
    margin: float,
    df: float = np.inf,
    measure: str = "effect",
    n_obs: int | None = None,
) -> EquivalenceTest:
    """Two one-sided tests (TOST): is an effect smaller than the smallest that would matter?

    Estimand: the true effect, against margins on both sides of zero. An interval that
    contains zero does not show that there is no effect; an interval that lies within the
    margins shows that any effect is too small to matter (Schuirmann 1987; Lakens 2017).

    Parameters
    ----------
    estimate, std_error : float
        The effect; positive is benefit.
    margin : float
        Smallest effect of interest, above 0, chosen before looking.
    df : float
        Degrees of freedom; default: a normal test.
    measure : str
        What the effect is, with its unit, for the sentence.
    n_obs : int, optional
        Number of participants, for the sentence.

    Returns
    -------
    EquivalenceTest
        The two one-sided p values and the 90 % interval they belong to.

    Raises
    ------
    ValueError
        If a number is not finite, or margin, standard error or df are not above 0.

    See Also
    --------
    analyse_credibility : How strong a prior changes what an interval says about zero.

    Examples
    --------
    >>> test = check_equivalence(0.1, 0.3, margin=1.0)
    >>> round(test.p_value, 4)
    0.0013
    """
    values = {"std_error": std_error, "margin": margin}
    return EquivalenceTest(
        estimate=require_number(estimate, "estimate", "check_equivalence"),
        **{
            name: require_number(value, name, "check_equivalence", 0)
            for name, value in values.items()
        },
        df=np.inf if df == np.inf else require_number(df, "df", "check_equivalence", 0),
        measure=measure,
        n_obs=n_obs,
    )
