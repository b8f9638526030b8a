"""Student's t: the p value, the reach of an interval, and a row of a table with both."""

import numpy as np
from scipy.special import stdtr, stdtrit

__all__ = ["make_row"]


def make_row(estimate: float, std_error: float, df: float, confidence_level: float) -> dict:
    """Estimate, error, t, df, two-sided p and t interval, under the glossary's names."""
    margin = std_error * stdtrit(df, 0.5 + confidence_level / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = float(np.divide(estimate, std_error))
    return {
        "estimate": float(estimate),
        "std_error": float(std_error),
        "statistic": t,
        "df": df,
        "p_value": float(2 * stdtr(df, -abs(t))),
        "conf_low": float(estimate - margin),
        "conf_high": float(estimate + margin),
    }
