"""What one participant can do to a line: move one point and fit again."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.result import Interval, Result
from ..core.validation import require_level
from ..core.wording import describe_sample, format_fixed, format_interval, format_number
from .influence import compute_influence
from .leave_one_out import label_points
from .regression import LineFit, fit_line, require_fit

__all__ = ["MovedPoint", "move_point"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class MovedPoint(Result):
    """A line before and after one of its points was moved.

    Attributes
    ----------
    before, after : LineFit
        The line of the data, and of the data with the point moved.
    position : int
        Which row of the data the point is.
    """

    before: LineFit
    after: LineFit
    position: int

    @property
    def label(self) -> str:
        """Who was moved: the participant where the data have that column, else the row."""
        return str(label_points(self.before)[self.position])

    @property
    def places(self) -> list[tuple[float, float]]:
        """Where the point was and where it is: predictor and outcome."""
        i = self.position
        return [(float(fit.x[i]), float(fit.y[i])) for fit in (self.before, self.after)]

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """The line, and the influence of the point on it, before and after.

        Parameters
        ----------
        confidence_level : float
            Of the interval of the slope.

        Returns
        -------
        DataFrame
            term, before, after; the terms are slope, conf_low, conf_high and p_value (of the
            slope), r_squared, and leverage and cooks_distance of the point.
        """
        require_level(confidence_level)
        columns = {"before": self._measure(self.before, confidence_level)}
        columns["after"] = self._measure(self.after, confidence_level)
        return pd.DataFrame(columns).rename_axis("term").reset_index()

    def confidence_interval(self, term: str = "after", confidence_level: float = 0.95) -> Interval:
        """Interval of the slope before or after.

        Parameters
        ----------
        term : {"before", "after"}
            Which of the two lines.
        confidence_level : float
            Between 0 and 1.

        Returns
        -------
        Interval
            With `.low` and `.high`.

        Raises
        ------
        ValueError
            If the term is neither, or the level is not between 0 and 1.
        """
        if term not in ("before", "after"):
            raise ValueError(
                f"confidence_interval: term must be 'before' or 'after'; received {term!r}"
            )
        return getattr(self, term).confidence_interval("slope", confidence_level)

    def _measure(self, fit: LineFit, confidence_level: float) -> dict[str, float]:
        """One column of the table."""
        slope = fit.confidence_interval("slope", confidence_level)
        influence = compute_influence(fit.x, fit.y)
        return {
            "slope": fit.slope,
            "conf_low": slope.low,
            "conf_high": slope.high,
            "p_value": fit.p_value,
            "r_squared": fit.r_squared,
            "leverage": influence.leverage[self.position],
            "cooks_distance": influence.cooks_distance[self.position],
        }

    def __str__(self) -> str:
        table = self.to_frame().set_index("term")
        old, new = table["before"], table["after"]
        (x, y), (new_x, new_y) = self.places
        interval = format_interval(new["conf_low"], new["conf_high"], 0.95)
        sample = describe_sample(self.after.n_obs, self.after.status)
        if self.places[0] == self.places[1]:
            return (
                f"{self.label} is at ({x:g}, {y:g}), as in the data: slope {format_number(new['slope'])} "
                f"({interval}), R² {format_fixed(new['r_squared'])}, Cook's distance "
                f"{format_number(new['cooks_distance'])} ({sample})."
            )
        return (
            f"{self.label} moved from ({x:g}, {y:g}) to ({new_x:g}, {new_y:g}): slope "
            f"{format_number(old['slope'])} before, {format_number(new['slope'])} after "
            f"({interval}); R² {format_fixed(old['r_squared'])} before, {format_fixed(new['r_squared'])} "
            f"after; Cook's distance {format_number(old['cooks_distance'])} before, "
            f"{format_number(new['cooks_distance'])} after "
            f"({sample})."
        )


def move_point(fit: LineFit, who: str, *, x: float, y: float) -> MovedPoint:
    """Put the point of one participant elsewhere and fit the line again.

    A way to see influence. Without a point, the slope changes by its residual times its distance
    from the mean of the predictor, over (1 - leverage) Sxx (Belsley, Kuh and Welsch 1980,
    section 2.1). It shows what the line would be; nobody's data are changed.

    Parameters
    ----------
    fit : LineFit
        What `fit_line` returns.
    who : str
        The participant, or the row's index where the data have no such column.
    x, y : float
        Where the point is to be, in the units of the predictor and of the outcome.

    Returns
    -------
    MovedPoint
        With the line before and after.

    Raises
    ------
    TypeError
        If `fit` is no LineFit.
    ValueError
        If nobody or more than one row is called so, a place is not finite, or the line of the
        moved points does not exist.

    See Also
    --------
    leave_one_out : The line without each participant in turn.

    Examples
    --------
    >>> import pandas as pd
    >>> data = pd.DataFrame({"x": [1, 2, 3, 4], "y": [1.0, 2.0, 3.0, 4.5]})
    >>> moved = move_point(fit_line(data, predictor="x", outcome="y"), "3", x=4, y=2.5)
    >>> round(moved.before.slope, 2), round(moved.after.slope, 2)
    (1.15, 0.55)
    """
    require_fit(fit, "move_point")
    labels = label_points(fit)
    found = np.flatnonzero(labels == str(who))
    if len(found) != 1:
        known = ", ".join(labels[:12]) + (", ..." if len(labels) > 12 else "")
        raise ValueError(
            f"move_point: {len(found)} rows are called {str(who)!r}; one is needed, e.g. {known}"
        )
    if not np.isfinite([x, y]).all():
        raise ValueError(f"move_point: x and y must be finite; received x={x!r}, y={y!r}")
    position = int(found[0])
    data = fit.data.astype({fit.predictor: float, fit.outcome: float})
    for name, value in ((fit.predictor, x), (fit.outcome, y)):
        data.iloc[position, data.columns.get_loc(name)] = value
    after = fit_line(data, predictor=fit.predictor, outcome=fit.outcome)
    return MovedPoint(before=fit, after=after, position=position)
