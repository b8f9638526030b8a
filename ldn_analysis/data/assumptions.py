"""What the illustrative trials assume beyond what was printed, and why."""

from dataclasses import dataclass, field, fields

import numpy as np
import pandas as pd

__all__ = ["Assumptions", "CalibrationError"]

PILOT_OUTCOMES = ("symptoms_0_100", "pain_0_100")
CROSSOVER_OUTCOMES = (
    "pain_0_100",
    "symptoms_0_100",
    "fatigue_0_100",
    "sleep_problems_0_100",
    "mood_0_100",
    "life_satisfaction_0_100",
)
CONDITIONS = ("ldn", "placebo")

# What an assumption may be at all; outside, no data exist or the arithmetic fails.
_LIMITS = {
    "esr_mean": (2, 100),
    "esr_sd": (1, 50),
    "pilot_contrast_df": (1, 1e6),
    "pilot_placebo_sd": (0.1, 100),
    "pilot_placebo_gain_r": (-1, 1),
    "pilot_symptom_pain_r": (-1, 1),
    "pilot_fiq_reduction_sd": (0.1, 60),
    "pilot_fiq_symptom_r": (-1, 1),
    "fatigue_p": (0.001, 0.999),
    "sleep_p": (0.001, 0.999),
    "improvement_r": (0, 1),
    "severity_sd": (0, 50),
    "daily_sd": (0, 50),
    "daily_autocorrelation": (0, 0.99),
    "onset_days": (0.1, 1000),
    "missed_day_share": (0, 0.49),
}


class CalibrationError(ValueError):
    """The assumptions leave no way to meet a target; the message names it."""


def _assume(default, reason: str):
    """A field of Assumptions with the reason for its value."""
    return field(default=default, metadata={"reason": reason})


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """Everything the illustrative data assume beyond what was printed.

    Percent reductions are of the baseline; pairs are (LDN, placebo). `to_frame()` gives
    each value with its reason. Change one with `Assumptions(crossover_esr_r=(0.0, 0.0))`.

    See Also
    --------
    simulate_illustrative_trials : The participants simulated under them.
    check_calibration : What was printed beside what was simulated.

    Examples
    --------
    >>> Assumptions(missed_day_share=0.1).missed_day_share
    0.1
    """

    esr_mean: float = _assume(
        23.9, "crossover trial: not known to us; mean of the pilot's ten published values"
    )
    esr_sd: float = _assume(16.8, "SD of the same ten")
    esr_max: int = _assume(60, "the pilot did not admit an ESR above 60 mm/h")
    crossover_esr_r: tuple = _assume(
        (0.40, 0.30), "nothing was printed for the crossover trial; weaker than in the pilot"
    )
    pilot_contrast_df: float = _assume(
        254,
        "the printed p is of a mixed model with about 254 df; read as a paired t on 9 df it leaves "
        "no room for non-responders who are better on placebo",
    )
    pilot_responder_points: float = _assume(
        30.0, "as the paper has it: this much more on LDN than on placebo"
    )
    pilot_placebo_sd: float = _assume(15.0, "two weeks of placebo changed little: 2.3 % on average")
    pilot_placebo_gain_r: float = _assume(
        -0.40, "those who do not respond are said to improve on placebo"
    )
    pilot_symptom_pain_r: float = _assume(0.80, "pain is the core of the overall symptoms")
    pilot_pain_reduction: tuple = _assume((30.0, 3.0), "near the printed reductions of symptoms")
    pilot_fiq_reduction_sd: float = _assume(
        20.0, "only the mean reductions of the FIQ were printed"
    )
    pilot_fiq_symptom_r: float = _assume(0.70, "the FIQ asks for the same symptoms")
    outcome_r: float = _assume(0.60, "pain, fatigue, sleep and mood move together")
    symptom_reduction_sd: float = _assume(26.0, "as the printed intervals of pain give")
    fatigue_p: float = _assume(0.25, "printed only: fatigue did not improve; any value above 0.05")
    sleep_p: float = _assume(0.75, "printed only: sleep did not improve; any value above 0.05")
    mood_reduction: tuple = _assume(
        (-18.0, -9.0), "a higher rating is better, so a gain is negative"
    )
    satisfaction_reduction: tuple = _assume((-17.0, -8.0), "a gain is negative here too")
    responder_percent: float = _assume(
        30.0, "reads 'significant reduction' of the composite responders as moderately important"
    )
    improvement_counts: tuple = _assume(
        (5, 9, 7, 6, 1, 1, 0),
        "the seven counts of Fig. 1; printed only: half much or very much improved",
    )
    improvement_r: float = _assume(0.85, "a global impression agrees with the diary, not perfectly")
    severity_mean: float = _assume(
        56.0,
        "moderate to severe at baseline on a 0-100 scale; pain of the crossover trial: reported",
    )
    severity_sd: float = _assume(11.0, "most participants between 35 and 80 at baseline")
    wellbeing_mean: float = _assume(46.0, "mood and satisfaction below the middle at baseline")
    daily_sd: float = _assume(8.0, "ratings vary from day to day")
    daily_autocorrelation: float = _assume(0.40, "a bad day is often followed by another")
    onset_days: tuple = _assume(
        (20.0, 6.0),
        "time constants: LDN works over weeks, placebo sooner; LDN in the pilot: printed",
    )
    missed_day_share: float = _assume(
        0.08, "crossover trial: as in the pilot, where 92 % of the days have an entry"
    )

    def to_frame(self) -> pd.DataFrame:
        """Every assumption.

        Returns
        -------
        DataFrame
            assumption, value, reason.
        """
        return pd.DataFrame(
            [(f.name, getattr(self, f.name), f.metadata["reason"]) for f in fields(self)],
            columns=["assumption", "value", "reason"],
        )


def require_possible(a: Assumptions) -> None:
    """Name the target or number that rules an assumption out before anything is drawn."""
    total, top = sum(a.improvement_counts), sum(a.improvement_counts[:2])
    whole = all(count == int(count) >= 0 for count in a.improvement_counts)
    if len(a.improvement_counts) != 7 or total != 29 or not whole:
        raise CalibrationError(
            f"improvement_counts needs seven whole counts that add up to 29 (review_fig1_n); received "
            f"{a.improvement_counts}, which add up to {total}"
        )
    if top not in (14, 15):
        raise CalibrationError(
            f"improvement_counts puts {top} participants into the two best categories; the target "
            "rct_improved_ldn (50 %) needs 14 or 15 of 29"
        )
    for name, (low, high) in _LIMITS.items():
        value = getattr(a, name)
        if not all(low <= each <= high for each in np.atleast_1d(value)):
            raise CalibrationError(f"{name} must be from {low:g} to {high:g}; received {value}")
    if a.esr_sd**2 >= a.esr_mean * (a.esr_max - a.esr_mean):
        raise CalibrationError(
            f"esr_mean {a.esr_mean} and esr_sd {a.esr_sd} leave no room below esr_max {a.esr_max}"
        )
