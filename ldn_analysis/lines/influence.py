"""Who moves a line: influence of every point in closed form, and the line without each person."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..core.line import Line, LineSums, solve_line
from .regression import LineFit, require_fit
from ..core.result import Result, describe_sample, describe_status, format_number, require_level
from ..core.intervals import compute_p_value, compute_t_quantile

__all__ = [
    "Influence",
    "LeaveOneOut",
    "compute_influence",
    "leave_one_out",
    "measure_influence",
]

LABEL = "participant"


class Influence(NamedTuple):
    """What each point does to the line; every field has shape (..., n)."""

    leverage: np.ndarray
    std_resid: np.ndarray  # internally studentised
    student_resid: np.ndarray  # externally studentised: t on n - 3 df
    cooks_distance: np.ndarray
    dfbetas_intercept: np.ndarray
    dfbetas_slope: np.ndarray
    dffits: np.ndarray
    cov_ratio: np.ndarray
    fitted: np.ndarray
    resid: np.ndarray


def compute_influence(x, y) -> Influence:
    """Influence of every point on a line, in closed form, for one data set or many.

    Nothing is refitted: each measure follows from the leverage and the residual
    (Belsley, Kuh and Welsch 1980, chapter 2; Cook 1977).

    Parameters
    ----------
    x, y : array_like, shape (..., n)
        Predictor and outcome; they broadcast against each other.

    Returns
    -------
    Influence
        Arrays of shape (..., n). A point of leverage 1 (the only one with another x) lies on
        its line whatever its outcome: what would divide by 1 - leverage is nan there. On a
        perfect line, and with three points, what is divided by a residual SD is nan.

    Examples
    --------
    >>> influence = compute_influence([1, 2, 3, 4], [1.0, 3.0, 2.0, 5.0])
    >>> influence.leverage.round(3).tolist()
    [0.7, 0.3, 0.3, 0.7]
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    n = max(x.shape[-1], y.shape[-1])
    mean_x, mean_y = x.mean(-1, keepdims=True), y.mean(-1, keepdims=True)
    dx, dy = x - mean_x, y - mean_y
    sxx, syy = _dot(dx, dx), _dot(dy, dy)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Where x is the same throughout, its deviations are rounding alone.
        sxx = np.where(sxx > 1e-28 * n * mean_x**2, sxx, np.nan)
        slope = _dot(dx, dy) / sxx
        resid = dy - slope * dx
        share = dx / np.sqrt(sxx)
        leverage = 1 / n + share * share
        ss = _dot(resid, resid)
        ss = np.where(ss > 1e-28 * syy, ss, np.nan)
        left = 1 - leverage
        left = np.where(left > 1e-12, left, np.nan)
        root = np.sqrt(left)
        variance = ss / (n - 2) if n > 2 else np.full_like(ss, np.nan)
        rest = np.maximum(ss - resid * resid / left, 0.0)  # residual sum of squares without it
        rest = rest / (n - 3) if n > 3 else np.full_like(rest, np.nan)
        std_resid = resid / (np.sqrt(variance) * root)
        student_resid = resid / (np.sqrt(rest) * root)
        per_root = student_resid / root
        intercept_share = (1 / n - mean_x / np.sqrt(sxx) * share) / np.sqrt(1 / n + mean_x**2 / sxx)
        return Influence(
            leverage=leverage,
            std_resid=std_resid,
            student_resid=student_resid,
            cooks_distance=std_resid * std_resid * leverage / (2 * left),
            dfbetas_intercept=intercept_share * per_root,
            dfbetas_slope=share * per_root,
            dffits=np.sqrt(leverage) * per_root,
            cov_ratio=(rest / variance) ** 2 / left,
            fitted=mean_y + slope * dx,
            resid=resid,
        )


def measure_influence(fit: LineFit) -> pd.DataFrame:
    """Influence of every person on a line.

    Parameters
    ----------
    fit : LineFit
        What `fit_line` returns.

    Returns
    -------
    DataFrame
        One row a person, in the order of the data and with its index: leverage, std_resid
        (internally studentised), student_resid (externally studentised: t on n - 3 df),
        cooks_distance, dfbetas_intercept, dfbetas_slope (change of the coefficient when she is
        left out, in standard errors), dffits, cov_ratio, fitted, resid. As
        `compute_influence`, with its nan.

    Examples
    --------
    >>> from ldn_analysis import load_dataset, fit_line
    >>> data = load_dataset("esr_pain_change").query("condition == 'ldn'")
    >>> fit = fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")
    >>> table = measure_influence(fit)
    >>> round(float(table["leverage"].sum()), 12)
    2.0
    """
    require_fit(fit, "measure_influence")
    influence = compute_influence(fit.x, fit.y)
    return pd.DataFrame(
        np.stack(influence, axis=1), columns=Influence._fields, index=fit.data.index, copy=False
    )


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class LeaveOneOut(Result):
    """The line without one person at a time.

    Attributes
    ----------
    fit : LineFit
        The line of everybody.
    line : Line
        The n lines without one person each, in the order of the data; nan where the others all
        have the same predictor.
    """

    fit: LineFit
    line: Line

    @cached_property
    def labels(self) -> np.ndarray:
        """Who is left out: the participant where the data have that column, else the row."""
        return label_points(self.fit)

    @property
    def most_moving(self) -> int:
        """Position of the person whose absence changes the slope most (or abolishes it)."""
        change = np.abs(self.line.slope - self.fit.slope)
        return int(np.argmax(np.where(np.isnan(change), np.inf, change)))

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """One row a person left out.

        Returns
        -------
        DataFrame
            left_out, slope, slope_change (without her less with her), std_error, statistic,
            df, p_value, conf_low, conf_high (of the slope), intercept, r_squared.
        """
        require_level(confidence_level)
        line, df = self.line, self.fit.df - 1
        margin = compute_t_quantile(confidence_level, df) if df > 0 else np.nan
        return pd.DataFrame(
            {
                "left_out": self.labels,
                "slope": line.slope,
                "slope_change": line.slope - self.fit.slope,
                "std_error": line.slope_std_error,
                "statistic": line.statistic,
                "df": df,
                "p_value": compute_p_value(line.statistic, df) if df > 0 else np.nan,
                "conf_low": line.slope - margin * line.slope_std_error,
                "conf_high": line.slope + margin * line.slope_std_error,
                "intercept": line.intercept,
                "r_squared": line.r_squared,
            }
        )

    def __str__(self) -> str:
        who, slope = self.labels[self.most_moving], self.line.slope
        sample = describe_sample(self.fit.n_obs, self.fit.status)
        if np.isnan(slope[self.most_moving]):
            return (
                f"Without {who} the predictor is the same for everybody and no slope exists: the line "
                f"(slope {format_number(self.fit.slope)}, {sample}) rests on that "
                "point alone."
            )
        if np.abs(slope - self.fit.slope).max() <= 1e-12 * abs(self.fit.slope):
            return (
                f"The slope is {format_number(self.fit.slope)} whoever of the {self.fit.n_obs} is left "
                f"out{describe_status(self.fit.status)}."
            )
        r2 = self.line.r_squared[self.most_moving]
        return (
            f"Leaving out one of {self.fit.n_obs} at a time, the slope runs from "
            f"{format_number(slope.min())} to {format_number(slope.max())} (all: "
            f"{format_number(self.fit.slope)}); {who} moves it most: without, the slope is "
            f"{format_number(slope[self.most_moving])} and R² {r2:.2f} (all: "
            f"{self.fit.r_squared:.2f}{describe_status(self.fit.status)})."
        )


def leave_one_out(fit: LineFit) -> LeaveOneOut:
    """Refit a line without each person in turn.

    Nothing is refitted in a loop: the sums of all less those of one person are one call of
    the line kernel. It shows how far the slope rests on one person; it is not a reason to
    remove her.

    Parameters
    ----------
    fit : LineFit
        What `fit_line` returns.

    Returns
    -------
    LeaveOneOut

    Examples
    --------
    >>> import pandas as pd
    >>> from ldn_analysis import fit_line
    >>> data = pd.DataFrame({"x": [1, 2, 3, 4], "y": [1.0, 2.0, 3.0, 8.0]})
    >>> result = leave_one_out(fit_line(data, predictor="x", outcome="y"))
    >>> result.most_moving, result.line.slope.round(3).tolist()
    (3, [3.0, 2.143, 2.429, 1.0])
    """
    require_fit(fit, "leave_one_out")
    return LeaveOneOut(fit=fit, line=drop_each(fit.x, fit.y))


def center_points(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple]:
    """Predictor and outcome about their means, and the means; a constant gives zeros."""
    origin = float(x.mean()), float(y.mean())
    dy = y - origin[1] if y.min() < y.max() else np.zeros_like(y)
    return x - origin[0], dy, origin


def drop_each(x: np.ndarray, y: np.ndarray) -> Line:
    """The n lines without one point each, from downdated sums."""
    dx, dy, origin = center_points(x, y)
    parts = np.array([dx, dy, dx * dx, dx * dy, dy * dy])
    sums = parts.sum(1, keepdims=True) - parts
    return solve_line(LineSums(np.full(len(x), len(x) - 1), *sums), origin=origin)


def label_points(fit: LineFit) -> np.ndarray:
    """The participant where the data have that column, else the row's index."""
    labels = fit.data.get(LABEL, fit.data.index)
    return np.array([str(label) for label in labels], dtype=object)


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Sum of products over the last axis, which stays."""
    return np.einsum("...i,...i->...", a, b)[..., None]
