"""Checks of a line: what it assumes, who moves it, and what other lines say."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import chdtrc, fdtrc, ndtri, stdtr, stdtrit

from .data import describe_column
from .line import Line, LineSums, solve_line, sum_line
from .regression import LineFit
from .results import Result, format_interval, format_number, format_p, require_level

__all__ = [
    "Influence",
    "LeaveOneOut",
    "LineChecks",
    "LineComparison",
    "check_line",
    "compare_lines",
    "compute_influence",
    "leave_one_out",
    "measure_influence",
]

LABEL = "participant"
MOST_NAMED = 10  # in one row of the table; find_points gives all
MOST_SHAPIRO = 5000  # beyond, the approximation behind its p value is not vouched for


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
    influence = compute_influence(fit.x, fit.y)
    return pd.DataFrame(
        np.stack(influence, axis=1), columns=Influence._fields, index=fit.data.index, copy=False
    )


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class LineChecks(Result):
    """Checks of the assumptions of a line, and who moves it.

    Attributes
    ----------
    fit : LineFit
        The line.
    influence : DataFrame
        What `measure_influence` gives, one row a person.
    cut_offs : dict of float
        From which absolute value on a point is worth a look: leverage 4/n (twice the mean;
        Hoaglin and Welsch 1978), cooks_distance 4/n (Bollen and Jackman 1985), dfbetas_slope
        2/sqrt(n) (Belsley, Kuh and Welsch 1980), student_resid 2 (the same).
    """

    fit: LineFit
    influence: pd.DataFrame
    cut_offs: dict[str, float]

    @cached_property
    def labels(self) -> np.ndarray:
        """Name of each point: the participant where the data have that column, else the row."""
        return _label_points(self.fit)

    def find_points(self, measure: str) -> list[str]:
        """Points beyond the cut-off of a measure, the most extreme first.

        Parameters
        ----------
        measure : str
            A name in `cut_offs`.

        Returns
        -------
        list of str

        Raises
        ------
        ValueError
            If there is no such measure.
        """
        if measure not in self.cut_offs:
            raise ValueError(
                f"find_points: no measure {measure!r}; known: {', '.join(self.cut_offs)}"
            )
        size = np.abs(self.influence[measure].to_numpy())
        order = np.argsort(-np.nan_to_num(size), kind="stable")
        return [str(self.labels[i]) for i in order if size[i] > self.cut_offs[measure]]

    @cached_property
    def smooth(self) -> pd.DataFrame:
        """Curves to compare with straight lines, by lowess (Cleveland 1979; span 2/3).

        Returns
        -------
        DataFrame
            In ascending order of fitted: fitted, resid (curve through the residuals; near 0
            if the relation is straight), scale (curve through sqrt |std_resid|; level if the
            scatter is even). Without rows where the predictor has fewer than 4 different
            values or the points do not scatter.
        """
        fitted = self.influence["fitted"].to_numpy()
        order = np.argsort(fitted, kind="stable")
        if len(np.unique(self.fit.x)) < 4 or not self.fit.residual_sd > 0:
            return pd.DataFrame({"fitted": [], "resid": [], "scale": []}, dtype=float)
        scale = np.sqrt(np.abs(self.influence["std_resid"].to_numpy()))
        return pd.DataFrame(
            {
                "fitted": fitted[order],
                "resid": _lowess(self.influence["resid"].to_numpy(), fitted)[order],
                "scale": _lowess(scale, fitted)[order],
            }
        )

    def qq(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Quantiles of the residuals beside those of a normal distribution.

        Parameters
        ----------
        confidence_level : float
            Of the pointwise limits: for each order statistic of n normal numbers on its own.

        Returns
        -------
        DataFrame
            In ascending order: label, theoretical (plotting positions of Blom 1958),
            std_resid, conf_low, conf_high. Undefined residuals are left out.
        """
        from scipy.special import betaincinv

        require_level(confidence_level)
        values = self.influence["std_resid"].to_numpy()
        order = np.argsort(values)[: np.count_nonzero(~np.isnan(values))]
        n = len(order)
        rank = np.arange(1, n + 1)
        tail = (1 - confidence_level) / 2
        return pd.DataFrame(
            {
                "label": self.labels[order],
                "theoretical": ndtri((rank - 0.375) / (n + 0.25)),
                "std_resid": values[order],
                "conf_low": ndtri(betaincinv(rank, n + 1 - rank, tail)),
                "conf_high": ndtri(betaincinv(rank, n + 1 - rank, 1 - tail)),
            }
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a check.

        Returns
        -------
        DataFrame
            assumption, check, statistic, df, df_resid, p_value, good (what good looks like),
            look_at (points beyond the cut-off, the ten most extreme first), note (why a check
            is not possible).
        """
        rows = [_check_linearity, _check_normality, _check_variance]
        table = [row(self.fit, self.influence["resid"].to_numpy()) for row in rows]
        table += [self._check_points(measure) for measure in self.cut_offs]
        names = ["assumption", "check", "statistic", "df", "df_resid", "p_value", "good"]
        return pd.DataFrame(table, columns=[*names, "look_at", "note"])

    def _check_points(self, measure: str) -> tuple:
        """Row of the table about the largest value of an influence measure."""
        name, source = POINT_CHECKS[measure]
        n, cut_off = self.fit.n_obs, self.cut_offs[measure]
        size = np.abs(self.influence[measure].to_numpy())
        size = size[~np.isnan(size)]
        largest = float(size.max()) if len(size) else np.nan
        good = f"none above {format_number(cut_off)} ({source})"
        found = self.find_points(measure)
        more = [f"and {len(found) - MOST_NAMED} more"] if len(found) > MOST_NAMED else []
        found = ", ".join(found[:MOST_NAMED] + more)
        note, p_value, df = "", np.nan, np.nan
        if not len(size):
            note = (
                _no_scatter(self.fit) or f"not possible with {n} points: none is left to judge by"
            )
        elif len(size) < n:
            alone = ", ".join(map(str, self.labels[np.isnan(self.influence[measure])]))
            note = f"not defined for {alone}: the slope rests on that point alone"
        if measure == "student_resid":
            df = n - 3
            if len(size):
                p_value = min(1.0, float(2 * stdtr(df, -largest)) * len(size))
            good = "about 1 in 20 beyond 2; p (Bonferroni) of the largest not small"
        return ("influence", name, largest, df, np.nan, p_value, good, found, note)

    def __str__(self) -> str:
        table = self.to_frame()
        tests = ", ".join(
            f"{row.assumption} {format_p(row.p_value)}" for row in table.iloc[:3].itertuples()
        )
        found = [
            f"{row.check}: {row.look_at}" for row in table.iloc[3:].itertuples() if row.look_at
        ]
        points = "; ".join(found) if found else "none"
        note = "; illustrative data" if self.fit.status == "illustrative" else ""
        return (
            f"Checks of the line (n = {self.fit.n_obs}{note}): {tests}. "
            f"Points worth a look: {points}."
        )


POINT_CHECKS = {
    "student_resid": ("largest externally studentised residual", "Belsley et al. 1980"),
    "leverage": ("largest leverage", "4/n; Hoaglin and Welsch 1978"),
    "cooks_distance": ("largest Cook's distance", "4/n; Bollen and Jackman 1985"),
    "dfbetas_slope": ("largest DFBETAS of the slope", "2/sqrt(n); Belsley et al. 1980"),
}


def check_line(fit: LineFit) -> LineChecks:
    """Check what a line assumes, and find the points that move it.

    Linearity: RESET, an F test of the powers 2 and 3 of the fitted values (Ramsey 1969).
    Normal residuals: Shapiro and Wilk (1965). Constant variance: Breusch and Pagan (1979)
    with Koenker's (1981) studentised statistic. Influence: leverage, Cook's distance, DFBETAS of
    the slope and externally studentised residuals with their usual cut-offs. A test of an
    assumption that is not significant does not show that the assumption holds, least of all
    at small n; a point beyond a cut-off is worth a look, not a removal.

    Parameters
    ----------
    fit : LineFit
        What `fit_line` returns.

    Returns
    -------
    LineChecks
        A check that is not possible has nan and says why in the column note.

    Examples
    --------
    >>> from ldn_analysis import load_dataset, fit_line
    >>> data = load_dataset("esr_pain_change").query("condition == 'ldn'")
    >>> fit = fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")
    >>> check_line(fit).to_frame()["assumption"].unique().tolist()
    ['linearity', 'normal residuals', 'constant variance', 'influence']
    """
    n = fit.n_obs
    cut_offs = {"student_resid": 2.0, "leverage": 4 / n, "cooks_distance": 4 / n}
    return LineChecks(
        fit=fit,
        influence=measure_influence(fit),
        cut_offs=cut_offs | {"dfbetas_slope": 2 / np.sqrt(n)},
    )


def _check_linearity(fit: LineFit, resid: np.ndarray) -> tuple:
    """RESET with powers 2 and 3: for one predictor, its own square and cube."""
    n, distinct = fit.n_obs, len(np.unique(fit.x))
    head = ("linearity", "RESET, powers 2 and 3 (Ramsey 1969)")
    good = "p not small; the lowess curve keeps to the line"
    note = _no_scatter(fit)
    if n < 5:
        note = f"not possible: needs at least 5 points; there are {n}"
    elif distinct < 4:
        note = f"not possible: needs 4 different values of {fit.predictor!r}; there are {distinct}"
    if note:
        return (*head, np.nan, np.nan, np.nan, np.nan, good, "", note)
    u = (fit.x - fit.line.mean_x) / np.sqrt(fit.line.sxx / n)
    basis = np.linalg.qr(u[:, None] ** np.arange(4))[0]
    curved = resid - basis @ (basis.T @ resid)
    ss, rest = resid @ resid, curved @ curved
    with np.errstate(divide="ignore"):
        f = (ss - rest) / 2 / (rest / (n - 4))
    return (*head, float(f), 2, n - 4, float(fdtrc(2, n - 4, f)), good, "", "")


def _check_normality(fit: LineFit, resid: np.ndarray) -> tuple:
    """Shapiro-Wilk test of the residuals."""
    head = ("normal residuals", "Shapiro-Wilk (1965)")
    good = "p not small; points of the Q-Q plot within its band"
    note = _no_scatter(fit)
    if fit.n_obs < 4:
        note = "not possible: needs at least 4 points; the residuals of 3 have one shape only"
    elif fit.n_obs > MOST_SHAPIRO:
        note = f"not done: above n = {MOST_SHAPIRO} everything is significant; read the Q-Q plot"
    if note:
        return (*head, np.nan, np.nan, np.nan, np.nan, good, "", note)
    from scipy.stats import shapiro

    test = shapiro(resid)
    return (*head, float(test.statistic), np.nan, np.nan, float(test.pvalue), good, "", "")


def _check_variance(fit: LineFit, resid: np.ndarray) -> tuple:
    """Breusch-Pagan test, studentised: n times R squared of the squared residuals on x."""
    head = ("constant variance", "Breusch-Pagan, studentised (Koenker 1981)")
    good = "p not small; scatter as wide at one end as at the other"
    note = _no_scatter(fit)
    if fit.n_obs < 4:
        note = "not possible: needs at least 4 points; the residuals of 3 have one shape only"
    if note:
        return (*head, np.nan, np.nan, np.nan, np.nan, good, "", note)
    squared = resid**2
    line = solve_line(sum_line(fit.x - fit.line.mean_x, squared - squared.mean()))
    r_squared = 0.0 if np.isnan(line.r_squared) else float(line.r_squared)
    statistic = fit.n_obs * r_squared
    return (*head, statistic, 1, np.nan, float(chdtrc(1, statistic)), good, "", "")


def _no_scatter(fit: LineFit) -> str:
    """Why nothing can be said about residuals that are all zero."""
    if fit.residual_sd > 0:
        return ""
    return "not possible: all points lie on the line, so there is no scatter to judge"


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
        return _label_points(self.fit)

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
        margin = stdtrit(df, 0.5 + confidence_level / 2) if df > 0 else np.nan
        return pd.DataFrame(
            {
                "left_out": self.labels,
                "slope": line.slope,
                "slope_change": line.slope - self.fit.slope,
                "std_error": line.slope_std_error,
                "statistic": line.statistic,
                "df": df,
                "p_value": 2 * stdtr(df, -np.abs(line.statistic)) if df > 0 else np.nan,
                "conf_low": line.slope - margin * line.slope_std_error,
                "conf_high": line.slope + margin * line.slope_std_error,
                "intercept": line.intercept,
                "r_squared": line.r_squared,
            }
        )

    def __str__(self) -> str:
        who, slope = self.labels[self.most_moving], self.line.slope
        note = "; illustrative data" if self.fit.status == "illustrative" else ""
        if np.isnan(slope[self.most_moving]):
            return (
                f"Without {who} the predictor is the same for everybody and no slope exists: the line "
                f"(slope {format_number(self.fit.slope)}, n = {self.fit.n_obs}{note}) rests on that "
                "point alone."
            )
        if np.abs(slope - self.fit.slope).max() <= 1e-12 * abs(self.fit.slope):
            return (
                f"The slope is {format_number(self.fit.slope)} whoever of the {self.fit.n_obs} is left "
                f"out{note}."
            )
        r2 = self.line.r_squared[self.most_moving]
        return (
            f"Leaving out one of {self.fit.n_obs} at a time, the slope runs from "
            f"{format_number(slope.min())} to {format_number(slope.max())} (all: "
            f"{format_number(self.fit.slope)}); {who} moves it most: without, the slope is "
            f"{format_number(slope[self.most_moving])} and R² {r2:.2f} (all: "
            f"{self.fit.r_squared:.2f}{note})."
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


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class LineComparison(Result):
    """Several lines and correlations of the same points.

    Attributes
    ----------
    fit : LineFit
        The least-squares line.
    estimates : DataFrame
        One row an estimator: term, estimator, estimate, std_error, df, p_value, method.
    """

    fit: LineFit
    estimates: pd.DataFrame

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """One row an estimator, with its interval.

        Returns
        -------
        DataFrame
            term ("slope" or "correlation"), estimator, estimate, std_error, df, p_value,
            conf_low, conf_high, method (of the interval), n_obs. The std_error of a rank
            correlation is on the scale of Fisher's z.
        """
        require_level(confidence_level)
        table = self.estimates.copy()
        limits = [self._interval(row, confidence_level) for row in table.itertuples()]
        table.insert(6, "conf_low", [low for low, _ in limits])
        table.insert(7, "conf_high", [high for _, high in limits])
        table["n_obs"] = self.fit.n_obs
        return table

    def _interval(self, row, confidence_level: float) -> tuple[float, float]:
        """Limits of one estimator."""
        if np.isnan(row.estimate):
            return np.nan, np.nan
        if row.estimator == "Theil-Sen":
            from scipy.stats import theilslopes

            with np.errstate(divide="ignore", invalid="ignore"):
                result = theilslopes(self.fit.y, self.fit.x, alpha=confidence_level)
            return float(result.low_slope), float(result.high_slope)
        if row.term == "correlation":
            if np.isnan(row.std_error) or abs(row.estimate) == 1:
                return np.nan, np.nan
            margin = ndtri(0.5 + confidence_level / 2) * row.std_error
            low, high = np.tanh(np.arctanh(row.estimate) + np.array([-margin, margin]))
            return float(low), float(high)
        margin = stdtrit(row.df, 0.5 + confidence_level / 2) * row.std_error
        return row.estimate - margin, row.estimate + margin

    def __str__(self) -> str:
        table = self.to_frame()
        parts = [
            f"{row.estimator} {format_number(row.estimate)} "
            + (
                f"({format_interval(row.conf_low, row.conf_high, 0.95)})"
                if row.conf_low == row.conf_low
                else "(interval not defined)"
            )
            for row in table.itertuples()
        ]
        slopes = (table["term"] == "slope").sum()
        unit, outcome_unit = (
            describe_column(name)[1] for name in (self.fit.predictor, self.fit.outcome)
        )
        per = f" in {outcome_unit} per {unit}" if unit and outcome_unit else ""
        note = "; illustrative data" if self.fit.status == "illustrative" else ""
        return (
            f"Slopes{per}: {'; '.join(parts[:slopes])}. Correlations: "
            f"{'; '.join(parts[slopes:])} (n = {self.fit.n_obs}{note})."
        )


def compare_lines(fit: LineFit) -> LineComparison:
    """Compare the least-squares line with robust lines, and r with rank correlations.

    Slopes, each the change of an outcome per unit of the predictor:

    - OLS (mean outcome), t interval, which assumes even scatter;
    - OLS with HC3 standard errors (MacKinnon and White 1985), t interval: even scatter is
      not assumed;
    - Theil-Sen: median of the slopes of all pairs (Sen 1968, with his interval);
    - Huber M-estimator (Huber 1981; MAD scale, k = 1.345), t interval from its large-sample
      standard error;
    - least absolute deviation (conditional median; Koenker and Bassett 1978), t interval
      from a large-sample sandwich standard error, rough below about 50 people.

    None of the robust slopes is safe from a point of high leverage: see `check_line`.
    Correlations, with intervals on Fisher's z scale: Pearson (Fisher 1921), Spearman (Bonett
    and Wright 2000), Kendall's tau-b (Fieller, Hartley and Pearson 1957). They are measures of
    different things and need not agree in size.

    Parameters
    ----------
    fit : LineFit
        What `fit_line` returns. No chance enters, so there is no rng.

    Returns
    -------
    LineComparison
        What cannot be computed (a point of leverage 1, an outcome that does not vary, n below
        4 or 5) is nan.

    Examples
    --------
    >>> from ldn_analysis import load_dataset, fit_line
    >>> data = load_dataset("esr_pain_change").query("condition == 'ldn'")
    >>> fit = fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")
    >>> compare_lines(fit).to_frame()["estimator"].tolist()
    ['OLS', 'OLS with HC3', 'Theil-Sen', 'Huber', 'least absolute deviation', 'Pearson', 'Spearman', 'Kendall']
    """
    rows = [*_compare_slopes(fit), *_compare_correlations(fit)]
    names = ["term", "estimator", "estimate", "std_error", "df", "p_value", "method"]
    return LineComparison(fit=fit, estimates=pd.DataFrame(rows, columns=names))


def _compare_slopes(fit: LineFit) -> list[tuple]:
    """OLS with HC3, Theil-Sen, Huber and least absolute deviation."""
    from scipy.stats import theilslopes

    df, nan = fit.df, np.nan
    ols_error = float(fit.line.slope_std_error)
    rows = [("OLS", fit.slope, ols_error, fit.p_value, "t")]
    theil_sen = float(theilslopes(fit.y, fit.x).slope)
    if fit.residual_sd == 0:  # every line is the same line
        rows += [("OLS with HC3", fit.slope, 0.0, fit.p_value, "t with HC3")]
        rows += [("Theil-Sen", theil_sen, nan, nan, "Sen 1968")]
        rows += [("Huber", fit.slope, 0.0, fit.p_value, "t, large-sample error")]
        rows += [("least absolute deviation", fit.slope, 0.0, fit.p_value, "t, large-sample error")]
        return [("slope", name, b, se, df, p, how) for name, b, se, p, how in rows]
    influence = compute_influence(fit.x, fit.y)
    left = 1 - influence.leverage
    dx = fit.x - fit.line.mean_x
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.where(left > 1e-12, influence.resid / left, nan)
    hc3 = float(np.sqrt(((dx * scaled) ** 2).sum()) / fit.line.sxx)
    rows.append(("OLS with HC3", fit.slope, hc3, _two_sided_p(fit.slope, hc3, df), "t with HC3"))
    rows.append(("Theil-Sen", theil_sen, nan, nan, "Sen 1968"))
    for name, fitter in (("Huber", _fit_huber), ("least absolute deviation", _fit_lad)):
        slope, error = fitter(fit)
        p_value = _two_sided_p(slope, error, df)
        rows.append((name, slope, error, p_value, "t, large-sample error"))
    return [("slope", name, b, se, df, p, how) for name, b, se, p, how in rows]


def _compare_correlations(fit: LineFit) -> list[tuple]:
    """Pearson, Spearman and Kendall, their standard errors on Fisher's z scale."""
    from scipy.stats import kendalltau, spearmanr

    n, nan = fit.n_obs, np.nan
    fisher = "Fisher 1921"
    names = [
        ("Pearson", fisher),
        ("Spearman", "Bonett and Wright 2000"),
        ("Kendall", "Fieller 1957"),
    ]
    if np.isnan(fit.r):  # the outcome does not vary
        return [("correlation", name, nan, nan, nan, nan, how) for name, how in names]
    rho, tau = spearmanr(fit.x, fit.y), kendalltau(fit.x, fit.y)
    rho_error = np.sqrt((1 + rho.statistic**2 / 2) / (n - 3)) if n > 3 else nan
    values = [
        (fit.r, 1 / np.sqrt(n - 3) if n > 3 else nan, fit.df, fit.p_value),
        (float(rho.statistic), float(rho_error), fit.df, float(rho.pvalue)),
        (float(tau.statistic), np.sqrt(0.437 / (n - 4)) if n > 4 else nan, nan, float(tau.pvalue)),
    ]
    return [
        ("correlation", name, *value, how) for (name, how), value in zip(names, values, strict=True)
    ]


def _fit_huber(fit: LineFit) -> tuple[float, float]:
    """Slope and its large-sample standard error by Huber's M-estimator."""
    from statsmodels.robust.norms import HuberT
    from statsmodels.robust.robust_linear_model import RLM

    # In SDs, so that the tolerance means the same for every unit.
    scale_x, scale_y = np.sqrt(fit.line.sxx), fit.y.std()
    design = np.column_stack([np.ones(fit.n_obs), (fit.x - fit.line.mean_x) / scale_x])
    result = _fit_quietly(
        lambda: RLM((fit.y - fit.y.mean()) / scale_y, design, M=HuberT()).fit(
            maxiter=500, tol=1e-12
        )
    )
    return result[0] * scale_y / scale_x, result[1] * scale_y / scale_x


def _fit_lad(fit: LineFit) -> tuple[float, float]:
    """Slope and its large-sample standard error by least absolute deviation."""
    from statsmodels.regression.quantile_regression import QuantReg

    design = np.column_stack([np.ones(fit.n_obs), fit.x - fit.line.mean_x])
    return _fit_quietly(lambda: QuantReg(fit.y, design).fit(q=0.5, p_tol=1e-8, max_iter=2000))


def _fit_quietly(fitter) -> tuple[float, float]:
    """Slope and standard error; nan for what the fit cannot give (a scale of zero, n too small)."""
    import warnings

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            result = fitter()
            slope, error = float(result.params[1]), float(result.bse[1])
        except (ValueError, ZeroDivisionError, np.linalg.LinAlgError):
            return np.nan, np.nan
    return slope, error if np.isfinite(error) and error > 0 else np.nan


def _two_sided_p(estimate: float, error: float, df: int) -> float:
    """P of Student's t, both tails; nan where there is no error."""
    return float(2 * stdtr(df, -abs(estimate) / error)) if error > 0 else np.nan


def _lowess(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Lowess with span 2/3 and three robust passes, at the points themselves."""
    from statsmodels.nonparametric.smoothers_lowess import lowess

    # Interpolating over 1 % of the range keeps a million points possible.
    delta = 0.01 * np.ptp(at) if len(at) > 1000 else 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        return lowess(values, at, frac=2 / 3, it=3, delta=delta, return_sorted=False)


def _label_points(fit: LineFit) -> np.ndarray:
    """The participant where the data have that column, else the row's index."""
    labels = fit.data.get(LABEL, fit.data.index)
    return np.array([str(label) for label in labels], dtype=object)


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Sum of products over the last axis, which stays."""
    return np.einsum("...i,...i->...", a, b)[..., None]
