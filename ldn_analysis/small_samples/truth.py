"""What is true in an imaginary crossover trial, in one place."""

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd

from ..data.assumptions import Assumptions
from ..lines.group_lines import fit_lines

__all__ = ["TrialTruth", "estimate_truth", "require_baseline"]


ESTIMANDS = {
    "slope_ldn": "slope under LDN",
    "slope_placebo": "slope under placebo",
    "slope_difference": "difference of slopes",
    "mean_difference": "mean difference LDN - placebo",
}
UNITS = {
    name: "percentage points" + (" per mm/h" if name.startswith("slope") else "")
    for name in ESTIMANDS
}
BASELINE_LIMITS = (1.0, 100.0)  # a percentage of a baseline of 0 does not exist


def require_baseline(baseline, function: str) -> tuple[float, float]:
    """Mean and SD of pain at baseline: those given, or those of `Assumptions`."""
    if baseline is None:
        assumed = Assumptions()
        return assumed.severity_mean, assumed.severity_sd
    values = np.asarray(baseline, float)
    if values.shape != (2,) or not (np.isfinite(values).all() and (values > 0).all()):
        raise ValueError(
            f"{function}: baseline must be a mean and an SD, both above 0, e.g. (55, 12); received "
            f"{baseline!r}"
        )
    return float(values[0]), float(values[1])


@dataclass(frozen=True, kw_only=True)
class TrialTruth:
    """What is true in the imaginary trials, in one place.

    A participant's percent pain reduction under a condition is
    mean + slope x (true ESR - esr_mean) + a normal residual. The defaults are no fact about
    LDN: no effect, no relation and no error of measurement, with SDs and a correlation as
    such trials might have. `estimate_truth` takes them from data.

    Attributes
    ----------
    esr_mean, esr_sd : float
        Of the true ESR (mm/h), which is normal.
    mean_ldn, mean_placebo : float
        Mean pain reduction (percent of baseline) of participants with the mean ESR.
    slope_ldn, slope_placebo : float
        Percentage points of reduction per mm/h of true ESR.
    residual_sd : float
        SD about the line, in percentage points, alike under both conditions.
    condition_r : float
        Correlation of a participant's two residuals.
    esr_error_sd : float
        SD of the error in the measured ESR (mm/h).
    baseline_mean, baseline_sd, baseline_error_sd : float
        Of the true baseline pain (0-100, independent of ESR) and of the error in its
        measurement, which is shared by the participant's two percent reductions. True and
        measured baselines are kept from 1 to 100.
    drop_out : float
        Chance (0 to below 1) that a participant leaves for reasons unrelated to anything here;
        completers are analysed.
    fixed_order : bool
        True: everybody takes placebo first, then LDN, as in the pilot. False: a random half
        takes LDN first.
    period_effect : float
        Percentage points by which any second period is better than a first one.

    Raises
    ------
    ValueError
        If a number is not finite or outside what is possible; the message names it.

    See Also
    --------
    simulate_trials : Trials under this truth.
    compute_power_exact : Their power without simulation.

    Examples
    --------
    >>> truth = TrialTruth(mean_ldn=10.0, residual_sd=20.0)
    >>> truth.value_of("mean_difference")
    10.0
    >>> round(TrialTruth(esr_sd=10.0, esr_error_sd=5.0).esr_reliability, 2)
    0.8
    """

    esr_mean: float = 29.2
    esr_sd: float = 9.8
    mean_ldn: float = 0.0
    mean_placebo: float = 0.0
    slope_ldn: float = 0.0
    slope_placebo: float = 0.0
    residual_sd: float = Assumptions.symptom_reduction_sd
    condition_r: float = 0.64  # of the crossover trial: from its two intervals and paired p
    esr_error_sd: float = 0.0
    baseline_mean: float = Assumptions.severity_mean
    baseline_sd: float = Assumptions.severity_sd
    baseline_error_sd: float = 0.0
    drop_out: float = 0.0
    fixed_order: bool = False
    period_effect: float = 0.0

    def __post_init__(self):
        for item in fields(self):
            value = getattr(self, item.name)
            if not isinstance(value, (int, float, np.number)) or not np.isfinite(value):
                raise ValueError(
                    f"TrialTruth: {item.name} must be a finite number; received {value!r}"
                )
        rules = {
            "above 0": (("esr_sd", "residual_sd"), lambda value: value > 0),
            "0 or more": (
                ("esr_error_sd", "baseline_sd", "baseline_error_sd"),
                lambda value: value >= 0,
            ),
            "between -1 and 1": (("condition_r",), lambda value: -1 < value < 1),
            "from 0 to below 1": (("drop_out",), lambda value: 0 <= value < 1),
            "from 1 to 100": (("baseline_mean",), lambda value: 1 <= value <= 100),
        }
        for words, (names, holds) in rules.items():
            for name in names:
                if not holds(getattr(self, name)):
                    raise ValueError(
                        f"TrialTruth: {name} must be {words}; received {getattr(self, name)!r}"
                    )

    @property
    def esr_reliability(self) -> float:
        """Share of the variance of the measured ESR that is true: it shrinks every slope."""
        return self.esr_sd**2 / (self.esr_sd**2 + self.esr_error_sd**2)

    def value_of(self, estimand: str) -> float:
        """The true value of an estimand.

        Parameters
        ----------
        estimand : {"slope_ldn", "slope_placebo", "slope_difference", "mean_difference"}
            Slopes per mm/h of true ESR; the mean difference is LDN - placebo.

        Returns
        -------
        float
            In percentage points, per mm/h for slopes.

        Raises
        ------
        ValueError
            If there is no such estimand.
        """
        require_estimand(estimand, "value_of")
        if estimand == "mean_difference":
            return float(self.mean_ldn - self.mean_placebo)
        if estimand == "slope_difference":
            return float(self.slope_ldn - self.slope_placebo)
        return float(getattr(self, estimand))

    def with_effect(self, estimand: str, value: float) -> "TrialTruth":
        """The same truth, but for the value of one estimand.

        A difference is set by moving LDN; placebo stays.

        Parameters
        ----------
        estimand : str
            As in `value_of`.
        value : float
            The true value wanted.

        Returns
        -------
        TrialTruth
            A new one; this one is unchanged.

        Raises
        ------
        ValueError
            If there is no such estimand, or the value is not finite.

        Examples
        --------
        >>> TrialTruth(slope_placebo=0.2).with_effect("slope_difference", 0.5).slope_ldn
        0.7
        """
        require_estimand(estimand, "with_effect")
        if estimand == "mean_difference":
            return replace(self, mean_ldn=self.mean_placebo + value)
        if estimand == "slope_difference":
            return replace(self, slope_ldn=self.slope_placebo + value)
        return replace(self, **{estimand: value})

    def find_slope(self, r_squared: float) -> float:
        """The positive slope with which true ESR accounts for this share of the variance.

        Parameters
        ----------
        r_squared : float
            From 0 to below 1, in the population, without error of measurement.

        Returns
        -------
        float
            Percentage points per mm/h.

        Raises
        ------
        ValueError
            If `r_squared` is not from 0 to below 1.

        Examples
        --------
        >>> TrialTruth(esr_sd=10.0, residual_sd=20.0).find_slope(0.5)
        2.0
        """
        if not 0 <= r_squared < 1:
            raise ValueError(
                f"find_slope: r_squared must be from 0 to below 1; received {r_squared!r}"
            )
        return float(np.sqrt(r_squared / (1 - r_squared)) * self.residual_sd / self.esr_sd)


def estimate_truth(
    data: pd.DataFrame,
    *,
    predictor: str = "esr_mm_h",
    outcome: str = "pain_reduction_percent",
    conditions: tuple[str, str] = ("ldn", "placebo"),
) -> TrialTruth:
    """Take the truth of imaginary trials from data: what if these estimates were exact?

    Means, slopes, pooled residual SD and the correlation of residuals are the estimates of
    the two lines. Nothing about errors of measurement, drop-out or periods can be had from
    such a table: those stay at none. An effect estimated in a small trial that was noticed
    because it was large is too large a truth (Gelman and Carlin 2014).

    Parameters
    ----------
    data : DataFrame
        One row per participant and condition, with the columns `participant` and `condition`.
    predictor, outcome : str
        Names of two columns of numbers.
    conditions : pair of str
        What stands for LDN and for placebo.

    Returns
    -------
    TrialTruth
        With the estimates of the data, and no error of measurement.

    Raises
    ------
    ValueError
        If a line cannot be fitted (see `fit_lines`), or the two conditions are not those of
        the same participants.

    See Also
    --------
    simulate_trials : Draws trials under it.

    Examples
    --------
    >>> from ldn_analysis import fit_lines, load_dataset
    >>> data = load_dataset("esr_pain_change")
    >>> truth = estimate_truth(data)
    >>> bool(np.isclose(truth.slope_ldn, fit_lines(data)["ldn"].slope))
    True
    """
    fits = fit_lines(data, predictor=predictor, outcome=outcome, groups=conditions)
    ldn, placebo = (
        fits[name].augment().sort_values("participant", ignore_index=True) for name in conditions
    )
    if ldn["participant"].tolist() != placebo["participant"].tolist():
        raise ValueError(
            f"estimate_truth: {conditions[0]!r} has {len(ldn)} rows and {conditions[1]!r} has "
            f"{len(placebo)}; each participant needs one row in each condition"
        )
    n, esr = len(ldn), ldn[predictor]
    first, second = (fits[name] for name in conditions)
    return TrialTruth(
        esr_mean=float(esr.mean()),
        esr_sd=float(esr.std()),
        mean_ldn=float(ldn[outcome].mean()),
        mean_placebo=float(placebo[outcome].mean()),
        slope_ldn=first.slope,
        slope_placebo=second.slope,
        residual_sd=float(np.sqrt((first.residual_sd**2 + second.residual_sd**2) / 2)),
        condition_r=float(
            ldn["resid"] @ placebo["resid"] / (n - 2) / (first.residual_sd * second.residual_sd)
        ),
    )


def require_truth(truth, function: str) -> None:
    """Refuse what is not a TrialTruth."""
    if not isinstance(truth, TrialTruth):
        raise TypeError(f"{function}: truth must be a TrialTruth; received {type(truth).__name__}")


def require_estimand(estimand: str, function: str, known=ESTIMANDS) -> None:
    """Refuse an unknown estimand, listing the known ones."""
    if estimand not in known:
        raise ValueError(f"{function}: no estimand {estimand!r}; known: {', '.join(known)}")
