"""Straight-line regression that keeps what it computed; for a line per group see `group_lines`."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..core.codebook import describe_column
from ..core.intervals import (
    compute_fisher_error,
    compute_fisher_interval,
    compute_p_value,
    compute_quantile,
)
from ..core.line import Line, center_points, solve_line, sum_line
from ..core.result import Result
from ..core.status import read_status
from ..core.validation import (
    require_columns,
    require_frame,
    require_level,
    require_missing,
    require_numbers,
)
from ..core.wording import (
    capitalise,
    describe_sample,
    format_fixed,
    format_interval,
    format_number,
    format_p,
    join_notes,
    name_change_unit,
)
from .influence import compute_influence

__all__ = ["LineFit", "fit_line"]

MIN_SPREAD, MAX_SPREAD = 1e-150, 1e150  # beyond, squares are zero or infinite


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class LineFit(Result):
    """A least-squares line with everything that was used to fit it.

    Attributes
    ----------
    predictor, outcome : str
        Column names.
    data : DataFrame
        The rows that were used, with all their columns.
    line : Line
        The numbers of the kernel, each a scalar.
    n_dropped : int
        Rows left out because a value was missing.
    status : str
        "illustrative", "published" or "" as the data said.
    notes : tuple of str
        What a reader of the numbers must know, e.g. that participants occur more than once.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> data = load_dataset("esr_pain_change").query("condition == 'ldn'")
    >>> fit = fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")
    >>> fit.n_obs, fit.df
    (38, 36)
    """

    predictor: str
    outcome: str
    data: pd.DataFrame
    line: Line
    n_dropped: int = 0
    status: str = ""
    notes: tuple[str, ...] = ()

    @property
    def x(self) -> np.ndarray:
        """Predictor values used, shape (n_obs,)."""
        return self.data[self.predictor].to_numpy(float)

    @property
    def y(self) -> np.ndarray:
        """Outcome values used, shape (n_obs,)."""
        return self.data[self.outcome].to_numpy(float)

    @property
    def n_obs(self) -> int:
        """Number of rows used."""
        return int(self.line.n)

    @property
    def df(self) -> int:
        """Residual degrees of freedom."""
        return self.n_obs - 2

    @property
    def slope(self) -> float:
        """Change of the outcome per unit of the predictor."""
        return float(self.line.slope)

    @property
    def intercept(self) -> float:
        """Outcome on the line where the predictor is zero."""
        return float(self.line.intercept)

    @property
    def r(self) -> float:
        """Pearson's correlation; nan where the outcome is constant."""
        return float(self.line.r)

    @property
    def r_squared(self) -> float:
        """Share of the variance of the outcome that the line accounts for, 0 to 1."""
        return float(self.line.r_squared)

    @property
    def adj_r_squared(self) -> float:
        """R squared less what chance alone would give (Ezekiel 1930)."""
        return 1 - (1 - self.r_squared) * (self.n_obs - 1) / self.df

    @property
    def residual_sd(self) -> float:
        """SD of the points about the line, in units of the outcome."""
        return float(self.line.residual_sd)

    @property
    def statistic(self) -> float:
        """T of the slope against zero."""
        return float(self.line.statistic)

    @property
    def p_value(self) -> float:
        """Two-sided p of the slope against zero."""
        return compute_p_value(self.statistic, self.df)

    @cached_property
    def model(self):
        """The same fit as a statsmodels result, for everything that is not here."""
        from statsmodels.regression.linear_model import OLS

        design = pd.DataFrame({"intercept": 1.0, "slope": self.x}, index=self.data.index)
        return OLS(pd.Series(self.y, index=design.index, name=str(self.outcome)), design).fit()

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Intercept and slope with standard errors, t intervals and p values.

        Parameters
        ----------
        confidence_level : float
            Of the intervals; between 0 and 1.

        Returns
        -------
        DataFrame
            term ("intercept", "slope"), estimate, std_error, statistic, df, p_value, conf_low,
            conf_high.
        """
        require_level(confidence_level)
        estimate = np.array([self.intercept, self.slope])
        error = np.array([self.line.intercept_std_error, self.line.slope_std_error])
        with np.errstate(divide="ignore", invalid="ignore"):
            t = estimate / error
        margin = compute_quantile(confidence_level, self.df) * error
        return pd.DataFrame(
            {
                "term": ["intercept", "slope"],
                "estimate": estimate,
                "std_error": error,
                "statistic": t,
                "df": self.df,
                "p_value": compute_p_value(t, self.df),
                "conf_low": estimate - margin,
                "conf_high": estimate + margin,
            }
        )

    def glance(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """One row about the whole fit.

        The interval of r is Fisher's (1921): it assumes that both variables are normal.
        It needs n > 3 and is nan otherwise.

        Parameters
        ----------
        confidence_level : float
            Of the interval of r.

        Returns
        -------
        DataFrame
            One row: n_obs, n_dropped, df, r, r_conf_low, r_conf_high, r_squared, adj_r_squared,
            residual_sd, statistic, p_value.
        """
        require_level(confidence_level)
        error = compute_fisher_error(self.n_obs)
        low, high = compute_fisher_interval(self.r, error, confidence_level)
        values = {"n_obs": self.n_obs, "n_dropped": self.n_dropped, "df": self.df, "r": self.r}
        values |= {"r_conf_low": low, "r_conf_high": high, "r_squared": self.r_squared}
        values |= {"adj_r_squared": self.adj_r_squared, "residual_sd": self.residual_sd}
        values |= {"statistic": self.statistic, "p_value": self.p_value}
        return pd.DataFrame([values])

    def augment(self) -> pd.DataFrame:
        """The rows used, with what the line says about each of them.

        Returns
        -------
        DataFrame
            The data and: fitted, resid (outcome - fitted), leverage, std_resid
            (internally studentised), cooks_distance (Cook 1977); the last two are nan for a
            point of leverage 1. A column of the data with one of these names is replaced.
        """
        influence = compute_influence(self.x, self.y)
        names = ("fitted", "resid", "leverage", "std_resid", "cooks_distance")
        return self.data.assign(**{name: getattr(influence, name) for name in names})

    def predict(self, new=None, *, confidence_level: float = 0.95) -> pd.DataFrame:
        """The line at given values of the predictor, with two intervals.

        The confidence interval is for the mean outcome of everybody with that value; the
        prediction interval is for one new participant.

        Parameters
        ----------
        new : array_like, shape (m,), optional
            Values of the predictor; default: those of the data.
        confidence_level : float
            Level of both intervals, at each value on its own (not jointly).

        Returns
        -------
        DataFrame
            The predictor under its name ("predictor" where that is one of the following),
            fitted, std_error (of the mean), conf_low, conf_high, pred_low, pred_high.
        """
        require_level(confidence_level)
        x = self.x if new is None else np.atleast_1d(np.asarray(new, float))
        fitted = self.intercept + self.slope * x
        leverage = 1 / self.n_obs + (x - self.line.mean_x) ** 2 / self.line.sxx
        error, new_error = self.residual_sd * np.sqrt([leverage, 1 + leverage])
        t = compute_quantile(confidence_level, self.df)
        table = pd.DataFrame(
            {
                "fitted": fitted,
                "std_error": error,
                "conf_low": fitted - t * error,
                "conf_high": fitted + t * error,
                "pred_low": fitted - t * new_error,
                "pred_high": fitted + t * new_error,
            }
        )
        table.insert(0, name_predictor(self.predictor, table), x)
        return table

    def __str__(self) -> str:
        return self.describe()

    def describe(self, confidence_level: float = 0.95) -> str:
        """One sentence fit for a paper.

        Parameters
        ----------
        confidence_level : float
            Of the interval of the slope.

        Returns
        -------
        str
            A column that the codebook does not know keeps its name, and its slope its sign.
        """
        interval = format_interval(
            *self.confidence_interval("slope", confidence_level), confidence_level
        )
        r, r_squared = format_fixed(self.r), format_fixed(self.r_squared)
        correlation = f"r = {r}, R² = {r_squared}" if self.r == self.r else "r not defined"
        sample = describe_sample(self.n_obs, self.status, n_dropped=self.n_dropped)
        sentence, given = describe_slope(self)
        return (
            f"{sentence} ({given}{interval}; t({self.df}) = {format_number(self.statistic)}, "
            f"{format_p(self.p_value)}; {correlation}; {sample})." + join_notes(self.notes)
        )


def describe_slope(fit: LineFit) -> tuple[str, str]:
    """What the slope says in words, and the slope itself where the words have lost its sign."""
    predictor, unit = describe_column(fit.predictor)
    outcome, outcome_unit = describe_column(fit.outcome)
    outcome, size = capitalise(outcome), format_number(abs(fit.slope))
    if not (unit and outcome_unit):
        change = f"{format_number(fit.slope)} {name_change_unit(outcome_unit)}".rstrip()
        return f"{outcome} changes by {change} per {unit or 'unit'} of {predictor}", ""
    given = f"slope {format_number(fit.slope, scale=float(fit.line.slope_std_error))}, "
    if abs(fit.slope) <= 1e-12 * fit.line.slope_std_error:  # zero but for rounding
        return f"{outcome} neither rises nor falls with {predictor}", given
    verb, given = ("rises", "") if fit.slope > 0 else ("falls", given)
    change = f"{size} {name_change_unit(outcome_unit)} per {unit} of {predictor}"
    return f"{outcome} {verb} by {change}", given


def name_predictor(predictor, table: pd.DataFrame):
    """Name of the predictor beside the columns of a result; its own, unless that is taken."""
    return "predictor" if predictor in table else predictor


def require_fit(fit, function: str) -> None:
    """Refuse what is not a fitted line, e.g. the table it should be fitted to."""
    if not isinstance(fit, LineFit):
        raise TypeError(
            f"{function}: fit must be what fit_line returns; received {type(fit).__name__}"
        )


def fit_line(
    data: pd.DataFrame, *, predictor: str, outcome: str, missing: str = "raise"
) -> LineFit:
    """Fit a straight line by ordinary least squares.

    Estimand: the difference in the mean outcome between participants who differ by one unit of
    the predictor. The intervals and p values assume that the participants are independent, the
    relation is straight, and the points scatter about it evenly and about normally.
    Two rows of one participant are not independent: fit one condition at a time. Where a column
    `participant` shows such rows, the result says so in `notes`.

    Parameters
    ----------
    data : DataFrame
        One row per participant.
    predictor, outcome : str
        Names of two columns of numbers. They are looked up, never evaluated.
    missing : {"raise", "drop"}
        What to do with rows where either is blank; dropped rows are counted.

    Returns
    -------
    LineFit
        Call `fit.confidence_interval("slope", 0.9)` for another interval.

    Raises
    ------
    TypeError
        If `data` is not a table, or a column is not given by its name.
    ValueError
        If a column is missing, repeated or not numeric, a value is infinite, values are
        missing and `missing="raise"`, fewer than three rows remain, the predictor is the same
        for everybody, or values differ by less than 1e-150 or more than 1e150.

    See Also
    --------
    fit_lines : One line in each group.
    check_line : Checks of what the line assumes.
    compare_lines : Robust lines through the same points.
    bootstrap_line : Intervals without a normal distribution.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"esr": [10, 20, 30, 40], "change": [5, 18, 22, 35]})
    >>> fit = fit_line(people, predictor="esr", outcome="change")
    >>> round(fit.slope, 2), round(fit.r_squared, 3)
    (0.94, 0.965)
    """
    require_missing(missing, "fit_line")
    x, y = (
        extract_numbers(data, name, role)
        for name, role in ((predictor, "predictor"), (outcome, "outcome"))
    )
    blank = np.isnan(x) | np.isnan(y)
    if blank.any() and missing == "raise":
        raise ValueError(
            f"fit_line: {blank.sum()} of {len(x)} rows have no {predictor!r} or no {outcome!r} "
            f"(first: row {data.index[blank][0]}). Fill them in, or pass missing='drop' to leave "
            "them out."
        )
    used = data.copy(deep=False)
    if blank.any():
        used, x, y = data.loc[~blank], x[~blank], y[~blank]
    if len(x) < 3:
        raise ValueError(f"fit_line: a line with its error needs at least 3 rows; {len(x)} remain")
    if x.min() == x.max():
        raise ValueError(
            f"fit_line: {predictor!r} is {x[0]:g} in all {len(x)} rows, so no slope exists. Choose a "
            "predictor that varies."
        )
    return LineFit(
        predictor=predictor,
        outcome=outcome,
        data=used,
        line=_solve_points(x, y, (predictor, outcome)),
        n_dropped=int(blank.sum()),
        status=read_status(data),
        notes=note_repeats(used),
    )


def _solve_points(x: np.ndarray, y: np.ndarray, names) -> Line:
    """The line from centred data and its residuals: no digit is lost to cancellation."""
    with np.errstate(over="ignore", invalid="ignore"):
        dx, dy, origin = center_points(x, y)
    for deviation, name in zip((dx, dy), names, strict=True):
        spread = np.abs(deviation).max()
        if spread != 0 and not MIN_SPREAD <= spread <= MAX_SPREAD:
            raise ValueError(
                f"fit_line: {name!r} varies by {spread:.1g}, too much or too little for its squares "
                "to be computed; choose another unit"
            )
    sums = sum_line(dx, dy)
    rough = solve_line(sums)
    resid = dy - (rough.intercept + rough.slope * dx)
    # On a perfect line the residuals are rounding alone.
    perfect = resid @ resid <= 1e-28 * (dy @ dy)
    line = solve_line(sums, origin=origin, residual_ss=0.0 if perfect else resid @ resid)
    return Line(*(part[()] for part in line))


def note_repeats(data: pd.DataFrame) -> tuple[str, ...]:
    """Note repeated participants, if the column exists."""
    participants = data.get("participant")
    if not isinstance(participants, pd.Series):
        return ()
    again = int(participants.dropna().astype("str").duplicated().sum())
    text = (
        f"{again} of {len(data)} rows repeat a participant; the standard error, interval and p "
        "treat them as independent"
    )
    return (text,) if again else ()


def extract_numbers(
    data: pd.DataFrame, name: str, role: str, function: str = "fit_line"
) -> np.ndarray:
    """A column as floats with nan for blanks, or a clear refusal."""
    require_frame(data, function)
    if isinstance(name, (pd.Series, pd.DataFrame, np.ndarray, list)):
        raise TypeError(
            f"{function}: the {role} is given by its column name; received {type(name).__name__}"
        )
    require_columns(data, [name], function)
    return require_numbers(data[name], f"the {role} {name!r}", function)
