"""Other lines through the same points, and rank correlations beside r."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.codebook import describe_column
from ..core.intervals import compute_fisher_interval, compute_p_value, compute_quantile
from ..core.result import Result
from ..core.validation import require_level
from ..core.wording import describe_sample, format_interval, format_number
from .influence import compute_influence
from .regression import LineFit, require_fit

__all__ = ["LineComparison", "compare_lines"]


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
            return compute_fisher_interval(row.estimate, row.std_error, confidence_level)
        margin = compute_quantile(confidence_level, row.df) * row.std_error
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
        return (
            f"Slopes{per}: {'; '.join(parts[:slopes])}. Correlations: "
            f"{'; '.join(parts[slopes:])} ({describe_sample(self.fit.n_obs, self.fit.status)})."
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
    require_fit(fit, "compare_lines")
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
    rows.append(("OLS with HC3", fit.slope, hc3, _wald_p(fit.slope, hc3, df), "t with HC3"))
    rows.append(("Theil-Sen", theil_sen, nan, nan, "Sen 1968"))
    for name, fitter in (("Huber", _fit_huber), ("least absolute deviation", _fit_lad)):
        slope, error = fitter(fit)
        p_value = _wald_p(slope, error, df)
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

    from statsmodels.tools.sm_exceptions import MissingDataError  # numbers beyond what squares hold

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            result = fitter()
            slope, error = float(result.params[1]), float(result.bse[1])
        except (ValueError, ZeroDivisionError, np.linalg.LinAlgError, MissingDataError):
            return np.nan, np.nan
    return slope, error if np.isfinite(error) and error > 0 else np.nan


def _wald_p(estimate: float, error: float, df: int) -> float:
    """P of Student's t, both tails; nan where there is no error."""
    return compute_p_value(estimate / error, df) if error > 0 else np.nan
