"""Checks of what a line assumes: one row per check, and the points that deserve a look."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import chdtrc, fdtrc, ndtri

from ..core.intervals import compute_p_value, find_tails
from ..core.line import solve_line, sum_line
from ..core.result import Result
from ..core.validation import require_level
from ..core.wording import describe_sample, format_number, format_p
from .leave_one_out import label_points, measure_influence
from .regression import LineFit, require_fit

__all__ = ["LineChecks", "check_line"]

MAX_NAMED = 10  # in one row of the table; find_points gives all
TOO_FEW = "not possible: needs at least 4 points; the residuals of 3 have one shape only"
MAX_SHAPIRO_N = 5000  # beyond, the approximation behind its p value is not vouched for
POINT_CHECKS = {
    "student_resid": ("largest externally studentised residual", "Belsley et al. 1980"),
    "leverage": ("largest leverage", "4/n; Hoaglin and Welsch 1978"),
    "cooks_distance": ("largest Cook's distance", "4/n; Bollen and Jackman 1985"),
    "dfbetas_slope": ("largest DFBETAS of the slope", "2/sqrt(n); Belsley et al. 1980"),
}


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class LineChecks(Result):
    """Checks of the assumptions of a line, and who influences it.

    Attributes
    ----------
    fit : LineFit
        The line.
    influence : DataFrame
        What `measure_influence` gives, one row per participant.
    cut_offs : dict of float
        Absolute value from which a point deserves a look: leverage 4/n (twice the mean;
        Hoaglin and Welsch 1978), cooks_distance 4/n (Bollen and Jackman 1985), dfbetas_slope
        2/sqrt(n) (Belsley, Kuh and Welsch 1980), student_resid 2 (the same).
    """

    fit: LineFit
    influence: pd.DataFrame
    cut_offs: dict[str, float]

    @cached_property
    def labels(self) -> np.ndarray:
        """Name of each point: the participant where the data have that column, else the row."""
        return label_points(self.fit)

    def find_points(self, measure: str) -> list[str]:
        """Points beyond the cut-off of a measure, the most extreme first.

        Parameters
        ----------
        measure : str
            A name in `cut_offs`.

        Returns
        -------
        list of str
            Their labels; empty if there is none.

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
        beyond = np.flatnonzero(size > self.cut_offs[measure])
        order = np.argsort(-size[beyond], kind="stable")
        return [str(label) for label in self.labels[beyond[order]]]

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
        low, high = (betaincinv(rank, n + 1 - rank, tail) for tail in find_tails(confidence_level))
        return pd.DataFrame(
            {
                "label": self.labels[order],
                "theoretical": ndtri((rank - 0.375) / (n + 0.25)),
                "std_resid": values[order],
                "conf_low": ndtri(low),
                "conf_high": ndtri(high),
            }
        )

    def to_frame(self) -> pd.DataFrame:
        """One row per check.

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
        more = [f"and {len(found) - MAX_NAMED} more"] if len(found) > MAX_NAMED else []
        found = ", ".join(found[:MAX_NAMED] + more)
        note, p_value, df = "", np.nan, np.nan
        if not len(size):
            note = (
                _no_scatter(self.fit)
                or f"not possible with {n} points: no degree of freedom remains"
            )
        elif len(size) < n:
            alone = ", ".join(map(str, self.labels[np.isnan(self.influence[measure])]))
            note = f"not defined for {alone}: the slope rests on that point alone"
        if measure == "student_resid":
            df = n - 3
            if len(size):
                p_value = min(1.0, compute_p_value(largest, df) * len(size))
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
        return (
            f"Checks of the line ({describe_sample(self.fit.n_obs, self.fit.status)}): {tests}. "
            f"Points that deserve a look: {points}."
        )


def check_line(fit: LineFit) -> LineChecks:
    """Check what a line assumes, and find the points that move it.

    Linearity: RESET, an F test of the powers 2 and 3 of the fitted values (Ramsey 1969).
    Normal residuals: Shapiro and Wilk (1965). Constant variance: Breusch and Pagan (1979)
    with Koenker's (1981) studentised statistic. Influence: leverage, Cook's distance, DFBETAS of
    the slope and externally studentised residuals with their usual cut-offs. A test of an
    assumption that is not significant does not show that the assumption holds, least of all
    at small n; a point beyond a cut-off deserves a look, not a removal.

    Parameters
    ----------
    fit : LineFit
        What `fit_line` returns.

    Returns
    -------
    LineChecks
        A check that is not possible has nan and says why in the column note.

    See Also
    --------
    leave_one_out : The line without each participant in turn.
    compare_lines : Lines that assume less.

    Examples
    --------
    >>> from ldn_analysis import load_dataset, fit_line
    >>> data = load_dataset("esr_pain_change").query("condition == 'ldn'")
    >>> fit = fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")
    >>> check_line(fit).to_frame()["assumption"].unique().tolist()
    ['linearity', 'normal residuals', 'constant variance', 'influence']
    """
    require_fit(fit, "check_line")
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
    ss, rss = resid @ resid, curved @ curved
    with np.errstate(divide="ignore"):
        f = (ss - rss) / 2 / (rss / (n - 4))
    return (*head, float(f), 2, n - 4, float(fdtrc(2, n - 4, f)), good, "", "")


def _check_normality(fit: LineFit, resid: np.ndarray) -> tuple:
    """Shapiro-Wilk test of the residuals."""
    head = ("normal residuals", "Shapiro-Wilk (1965)")
    good = "p not small; points of the Q-Q plot within its band"
    note = _no_scatter(fit)
    if fit.n_obs < 4:
        note = TOO_FEW
    elif fit.n_obs > MAX_SHAPIRO_N:
        note = f"not done: above n = {MAX_SHAPIRO_N} everything is significant; read the Q-Q plot"
    if note:
        return (*head, np.nan, np.nan, np.nan, np.nan, good, "", note)
    from scipy.stats import shapiro

    # In SDs: scipy takes a range below 1e-19 for zero and answers p = 1.
    test = shapiro(resid / fit.residual_sd)
    return (*head, float(test.statistic), np.nan, np.nan, float(test.pvalue), good, "", "")


def _check_variance(fit: LineFit, resid: np.ndarray) -> tuple:
    """Breusch-Pagan test, studentised: n times R squared of the squared residuals on x."""
    head = ("constant variance", "Breusch-Pagan, studentised (Koenker 1981)")
    good = "p not small; scatter as wide at one end as at the other"
    note = TOO_FEW if fit.n_obs < 4 else _no_scatter(fit)
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


def _lowess(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Lowess with span 2/3 and three robust passes, at the points themselves."""
    from statsmodels.nonparametric.smoothers_lowess import lowess

    # Interpolating over 1 % of the range keeps a million points possible.
    delta = 0.01 * np.ptp(at) if len(at) > 1000 else 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        return lowess(values, at, frac=2 / 3, it=3, delta=delta, return_sorted=False)
