"""Student's t: the p value, the reach of an interval, and a row of a table with both."""

import numpy as np
from scipy.special import stdtr, stdtrit

__all__ = ["compute_p_value", "compute_paired_p", "compute_t_quantile", "make_row"]


def compute_p_value(t, df):
    """Two-sided p of Student's t, elementwise; one t gives a float."""
    p_value = 2 * stdtr(df, -np.abs(t))
    return p_value if np.ndim(p_value) else float(p_value)


def compute_paired_p(differences):
    """Two-sided p of the paired t test (Student 1908) over the last axis of the differences."""
    differences = np.asarray(differences, float)
    n = differences.shape[-1]
    t = differences.mean(-1) / differences.std(-1, ddof=1) * np.sqrt(n)
    return compute_p_value(t, n - 1)


def compute_t_quantile(confidence_level: float, df: float) -> float:
    """How many standard errors an interval reaches to each side."""
    return float(stdtrit(df, 0.5 + confidence_level / 2))


def make_row(estimate: float, std_error: float, df: float, confidence_level: float) -> dict:
    """Estimate, error, t, df, two-sided p and t interval, under the glossary's names."""
    margin = std_error * compute_t_quantile(confidence_level, df)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = float(np.divide(estimate, std_error))
    return {
        "estimate": float(estimate),
        "std_error": float(std_error),
        "statistic": t,
        "df": df,
        "p_value": compute_p_value(t, df),
        "conf_low": float(estimate - margin),
        "conf_high": float(estimate + margin),
    }
