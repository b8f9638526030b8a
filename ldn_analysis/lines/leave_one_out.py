"""The line without each participant in turn, and who changes it most."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..core.intervals import compute_p_value, compute_quantile
from ..core.line import Line, drop_each
from ..core.result import Result
from ..core.validation import require_level
from ..core.wording import describe_sample, format_fixed, format_number
from .influence import Influence, compute_influence
from .regression import LineFit, require_fit

__all__ = ["LeaveOneOut", "leave_one_out", "measure_influence"]

LABEL = "participant"


def measure_influence(fit: LineFit) -> pd.DataFrame:
    """Influence of every participant on a line.

    Parameters
    ----------
    fit : LineFit
        What `fit_line` returns.

    Returns
    -------
    DataFrame
        One row per participant, in the order of the data and with its index: leverage, std_resid
        (internally studentised), student_resid (externally studentised: t on n - 3 df),
        cooks_distance, dfbetas_intercept, dfbetas_slope (change of the coefficient when the
        participant is left out, in standard errors), dffits, cov_ratio, fitted, resid. As
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
    """The line without one participant at a time.

    Attributes
    ----------
    fit : LineFit
        The line of everybody.
    line : Line
        The n lines without one participant each, in the order of the data; nan where the others all
        have the same predictor.
    """

    fit: LineFit
    line: Line

    @cached_property
    def labels(self) -> np.ndarray:
        """Who is left out: the participant where the data have that column, else the row."""
        return label_points(self.fit)

    @property
    def most_influential(self) -> int:
        """Position of the participant whose absence changes the slope most (or abolishes it)."""
        change = np.abs(self.line.slope - self.fit.slope)
        return int(np.argmax(np.where(np.isnan(change), np.inf, change)))

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """One row per participant left out.

        Parameters
        ----------
        confidence_level : float
            Of the intervals of the slope.

        Returns
        -------
        DataFrame
            left_out, slope, slope_change (slope without the participant less slope with), std_error, statistic,
            df, p_value, conf_low, conf_high (of the slope), intercept, r_squared.
        """
        require_level(confidence_level)
        line, df = self.line, self.fit.df - 1
        margin = compute_quantile(confidence_level, df) if df > 0 else np.nan
        return pd.DataFrame(
            {
                "left_out": self.labels.copy(),
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
        who, slope = self.labels[self.most_influential], self.line.slope
        sample = describe_sample(self.fit.n_obs, self.fit.status)
        if np.isnan(slope[self.most_influential]):
            return (
                f"Without {who} the predictor is the same for everybody and no slope exists: the line "
                f"(slope {format_number(self.fit.slope)}, {sample}) rests on that point alone."
            )
        if np.abs(slope - self.fit.slope).max() <= 1e-12 * abs(self.fit.slope):
            return (
                f"The slope is {format_number(self.fit.slope)} whichever of the {self.fit.n_obs} "
                f"participants is left out ({sample})."
            )
        r_squared = self.line.r_squared[self.most_influential]
        return (
            f"With one participant left out at a time, the slope runs from "
            f"{format_number(slope.min())} to {format_number(slope.max())} (all: "
            f"{format_number(self.fit.slope)}). Leaving out {who} changes it most: the slope is then "
            f"{format_number(slope[self.most_influential])} and R² {format_fixed(r_squared)} (all: "
            f"{format_fixed(self.fit.r_squared)}; {sample})."
        )


def leave_one_out(fit: LineFit) -> LeaveOneOut:
    """Refit a line without each participant in turn.

    Nothing is refitted in a loop: the sums of all less those of one participant are one call of
    the line kernel. It shows how far the slope rests on one participant, and is no reason to
    remove anybody.

    Parameters
    ----------
    fit : LineFit
        What `fit_line` returns.

    Returns
    -------
    LeaveOneOut
        Its `most_influential` is the position of the participant who changes the slope most.

    See Also
    --------
    measure_influence : All measures of influence, without refitting.
    move_point : What the line would be if one point were elsewhere.

    Examples
    --------
    >>> import pandas as pd
    >>> from ldn_analysis import fit_line
    >>> data = pd.DataFrame({"x": [1, 2, 3, 4], "y": [1.0, 2.0, 3.0, 8.0]})
    >>> result = leave_one_out(fit_line(data, predictor="x", outcome="y"))
    >>> result.most_influential, result.line.slope.round(3).tolist()
    (3, [3.0, 2.143, 2.429, 1.0])
    """
    require_fit(fit, "leave_one_out")
    return LeaveOneOut(fit=fit, line=drop_each(fit.x, fit.y))


def label_points(fit: LineFit) -> np.ndarray:
    """The participant where the data have that column, else the row's index."""
    labels = fit.data.get(LABEL, fit.data.index)
    if isinstance(labels.dtype, pd.StringDtype):
        return labels.to_numpy(object, na_value="nan")
    return np.array([str(label) for label in labels], dtype=object)
