"""Other lines through the same points, and rank correlations beside r."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.codebook import describe_column
from ..core.intervals import (
    compute_fisher_error,
    compute_fisher_interval,
    compute_p_value,
    compute_quantile,
    compute_spearman,
)
from ..core.result import Result
from ..core.validation import require_level
from ..core.wording import describe_sample, format_interval, format_number, name_change_unit
from .huber import solve_huber
from .influence import compute_influence
from .least_absolute import solve_least_absolute
from .regression import LineFit, require_fit

__all__ = ["LineComparison", "compare_lines"]

MIN_THEIL_SEN = 5  # participants; of fewer, the interval from lowest to highest slope covers less


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class LineComparison(Result):
    """Several lines and correlations of the same points.

    Attributes
    ----------
    fit : LineFit
        The least-squares line.
    estimates : DataFrame
        One row per estimator: term, estimator, estimate, std_error, std_error_z, df, p_value,
        method.
    """

    fit: LineFit
    estimates: pd.DataFrame

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """One row per estimator, with its interval.

        Parameters
        ----------
        confidence_level : float
            Of the intervals; between 0 and 1.

        Returns
        -------
        DataFrame
            term ("slope" or "correlation"), estimator, estimate, std_error (of a slope),
            std_error_z (of a correlation, on Fisher's scale, artanh), df, p_value, conf_low,
            conf_high, method (of the interval), n_obs.
        """
        require_level(confidence_level)
        table = self.estimates.copy()
        limits = [self._interval(row, confidence_level) for row in table.itertuples()]
        table.insert(7, "conf_low", [low for low, _ in limits])
        table.insert(8, "conf_high", [high for _, high in limits])
        table["n_obs"] = self.fit.n_obs
        return table

    def _interval(self, row, confidence_level: float) -> tuple[float, float]:
        """Limits of one estimator."""
        undefined = np.nan, np.nan
        if np.isnan(row.estimate):
            return undefined
        if row.estimator == "Theil-Sen":
            from scipy.stats import theilslopes

            if self.fit.n_obs < MIN_THEIL_SEN:
                return undefined
            with np.errstate(divide="ignore", invalid="ignore"):
                result = theilslopes(self.fit.y, self.fit.x, alpha=confidence_level)
            return float(result.low_slope), float(result.high_slope)
        if row.term == "correlation":
            if np.isnan(row.std_error_z) or abs(row.estimate) > 1 - 1e-12:
                return undefined
            return compute_fisher_interval(row.estimate, row.std_error_z, confidence_level)
        margin = compute_quantile(confidence_level, row.df) * row.std_error
        return row.estimate - margin, row.estimate + margin

    def __str__(self) -> str:
        table = self.to_frame()
        parts = [_describe_row(row) for row in table.itertuples()]
        slopes = (table["term"] == "slope").sum()
        unit, outcome_unit = (
            describe_column(name)[1] for name in (self.fit.predictor, self.fit.outcome)
        )
        per = f" in {name_change_unit(outcome_unit)} per {unit}" if unit and outcome_unit else ""
        return (
            f"Slopes{per}: {'; '.join(parts[:slopes])}. Correlations: "
            f"{'; '.join(parts[slopes:])} ({describe_sample(self.fit.n_obs, self.fit.status)})."
        )


def _describe_row(row) -> str:
    """One estimator with its interval, if it has one."""
    text = f"{row.estimator} {format_number(row.estimate)}"
    if np.isnan(row.estimate):
        return text
    return f"{text} ({format_interval(row.conf_low, row.conf_high, 0.95)})"


def compare_lines(fit: LineFit) -> LineComparison:
    """Compare the least-squares line with robust lines, and r with rank correlations.

    Slopes, each the change of an outcome per unit of the predictor:

    - OLS (mean outcome), t interval, which assumes even scatter;
    - OLS with HC3 standard errors (MacKinnon and White 1985), t interval: even scatter is
      not assumed;
    - Theil-Sen: median of the slopes of all pairs (Sen 1968, with his interval; none below
      five participants, where it would cover 0.67 of the time at n = 3 and 0.92 at n = 4);
    - Huber M-estimator (Huber 1981; MAD scale, k = 1.345), t interval from its large-sample
      standard error; with normal scatter it covers 0.88 to 0.93 below n = 10 and 0.945 from 20
      on, where 0.95 is the nominal level;
    - least absolute deviation (conditional median; Koenker and Bassett 1978), solved exactly;
      t interval from a large-sample standard error, which is rough below n = 50 (it covers
      more than it says).

    None of the robust slopes is safe from a point of high leverage: see `check_line`.
    Correlations, with intervals on Fisher's z scale: Pearson (Fisher 1921), Spearman (Bonett
    and Wright 2000; p exact up to n = 9), Kendall's tau-b (Fieller, Hartley and Pearson 1957).
    They are measures of different things and need not agree in size.

    Parameters
    ----------
    fit : LineFit
        What `fit_line` returns. No chance enters, so there is no rng.

    Returns
    -------
    LineComparison
        What cannot be computed (a point of leverage 1, an outcome that does not vary, a
        correlation of 1 or -1, n below 4 or 5) is nan.

    See Also
    --------
    check_line : Checks of what the least-squares line assumes.
    bootstrap_line : Intervals of the least-squares line without a normal distribution.

    Examples
    --------
    >>> from ldn_analysis import load_dataset, fit_line
    >>> data = load_dataset("esr_pain_change").query("condition == 'ldn'")
    >>> fit = fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")
    >>> compare_lines(fit).to_frame()["estimator"].tolist()
    ['OLS', 'OLS with HC3', 'Theil-Sen', 'Huber', 'least absolute deviation', 'Pearson', 'Spearman', 'Kendall']
    """
    require_fit(fit, "compare_lines")
    names = ["term", "estimator", "estimate", "std_error", "std_error_z", "df", "p_value"]
    rows = [*_compare_slopes(fit), *_compare_correlations(fit)]
    return LineComparison(fit=fit, estimates=pd.DataFrame(rows, columns=[*names, "method"]))


def _compare_slopes(fit: LineFit) -> list[tuple]:
    """OLS with HC3, Theil-Sen, Huber and least absolute deviation."""
    from scipy.stats import theilslopes

    nan, large_sample = np.nan, "t, large-sample error"
    theil_sen = float(theilslopes(fit.y, fit.x).slope)
    found = [
        ("OLS", fit.slope, float(fit.line.slope_std_error), "t"),
        ("OLS with HC3", fit.slope, compute_hc3(fit), "t with HC3"),
        ("Theil-Sen", theil_sen, nan, "Sen 1968"),
        ("Huber", *_fit_scaled(fit, _fit_huber), large_sample),
        ("least absolute deviation", *_fit_scaled(fit, solve_least_absolute), large_sample),
    ]
    return [
        ("slope", name, slope, error, nan, nan if name == "Theil-Sen" else fit.df,
         _compute_p(slope, error, fit), method)
        for name, slope, error, method in found
    ]  # fmt: skip


def compute_hc3(fit: LineFit) -> float:
    """Standard error of the slope that does not assume even scatter."""
    if fit.residual_sd == 0:
        return 0.0
    influence = compute_influence(fit.x, fit.y)
    dx = fit.x - fit.line.mean_x
    with np.errstate(divide="ignore", invalid="ignore"):
        h = np.where(influence.leverage < 1 - 1e-12, influence.leverage, np.nan)
        return float(np.sqrt(((dx * influence.resid / (1 - h)) ** 2).sum()) / fit.line.sxx)


def _fit_scaled(fit: LineFit, solve) -> tuple[float, float]:
    """Slope and standard error of a robust line, found in SDs so that units do not matter."""
    if fit.residual_sd == 0:  # every line is the same line
        return fit.slope, 0.0
    x, y = fit.x - fit.line.mean_x, fit.y - fit.y.mean()
    scale_x, scale_y = np.sqrt(fit.line.sxx), y.std()
    slope, error = solve(x / scale_x, y / scale_y)
    error = error if np.isfinite(error) and error > 0 else np.nan
    return float(slope * scale_y / scale_x), float(error * scale_y / scale_x)


def _fit_huber(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Huber's slope and its standard error."""
    slope, error = solve_huber(np.stack([x, np.ones_like(x)], axis=-1)[None], y[None])
    return float(slope[0]), float(error[0])


def _compute_p(slope: float, error: float, fit: LineFit) -> float:
    """Two-sided p of Student's t; nan where there is no error, as on a perfect line for OLS."""
    if fit.residual_sd == 0 and error == 0:
        return fit.p_value
    return compute_p_value(slope / error, fit.df) if error > 0 else np.nan


def _compare_correlations(fit: LineFit) -> list[tuple]:
    """Pearson, Spearman and Kendall, their standard errors on Fisher's z scale."""
    from scipy.stats import kendalltau

    n, nan = fit.n_obs, np.nan
    names = {"Pearson": "Fisher 1921", "Spearman": "Bonett and Wright 2000"}
    names["Kendall"] = "Fieller, Hartley and Pearson 1957"
    if np.isnan(fit.r):  # the outcome does not vary
        return [("correlation", name, *[nan] * 5, method) for name, method in names.items()]
    rho, rho_p = compute_spearman(fit.x, fit.y)
    tau = kendalltau(fit.x, fit.y)
    values = [
        (fit.r, compute_fisher_error(n), fit.df, fit.p_value),
        (rho, compute_fisher_error(n, rho), nan, rho_p),
        (float(tau.statistic), np.sqrt(0.437 / (n - 4)) if n > 4 else nan, nan, float(tau.pvalue)),
    ]
    return [
        ("correlation", name, estimate, nan, error, df, p_value, method)
        for (name, method), (estimate, error, df, p_value) in zip(
            names.items(), values, strict=True
        )
    ]
