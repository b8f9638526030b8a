"""Do the illustrative data reproduce every number that was printed?"""

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from ..core.intervals import compute_paired_p
from .assumptions import Assumptions
from .diaries import summarise_diaries
from .tables import load_dataset

__all__ = ["check_calibration"]

# Printed values of the two trials that the illustrative tables do not hold, and why.
NOT_SIMULATED = {
    "review_usual_dose_mg": "a dose, not a property of the people simulated",
    "registry_screened": "people before the trial are not simulated",
    "registry_enrolment": "people before the trial are not simulated",
    "rct_severity_F": "belongs to a repeated-measures model that the report does not describe",
    "rct_severity_p": "belongs to the same undescribed model",
    "rct_vivid_dreams_ldn": "no denominator was stated",
    "rct_vivid_dreams_placebo": "no denominator was stated",
    "rct_headache_ldn": "no denominator was stated",
    "rct_headache_placebo": "no denominator was stated",
}
OTHER_SOURCES = ("dworkin2008", "farrar2001")  # thresholds, not results of the trials


def check_calibration(tables: dict | None = None, *, assumptions=None) -> pd.DataFrame:
    """Compare the illustrative data with every printed number of the two trials.

    Parameters
    ----------
    tables : dict of DataFrame, optional
        What `simulate_illustrative_trials` returns. Default: the tables of the project.
    assumptions : Assumptions, optional
        Gives the cut-offs that were not printed. Default: `Assumptions()`.

    Returns
    -------
    DataFrame
        One row a printed number: id, quantity, group, relation, target (as printed),
        achieved, unit, status, source, met ("yes", "no", "not simulated") and note.
        Met means: the achieved value, rounded as the printed one is, equals it (or
        stands in the printed relation to it).

    Examples
    --------
    >>> report = check_calibration()
    >>> sorted(report["met"].unique())
    ['not simulated', 'yes']
    """
    if tables is None:
        names = ("participants", "daily_pain", "improvement", "esr_pain_change")
        tables = {name: load_dataset(name) for name in names}
    achieved, notes = _achieve(tables, assumptions or Assumptions())
    published = load_dataset("published_values")
    published = published[~published["source"].isin(OTHER_SOURCES)]
    rows = []
    for row in published.itertuples():
        if row.id in NOT_SIMULATED:
            value, met, note = np.nan, "not simulated", NOT_SIMULATED[row.id]
        else:
            value = achieved[row.id]
            met = "yes" if agrees(value, row.relation, row.value) else "no"
            note = notes.get(row.id, "")
        rows.append((row.id, row.quantity, row.group, row.relation, row.value, value, row.unit))
        rows[-1] += (row.status, row.source, met, note)
    columns = ["id", "quantity", "group", "relation", "target", "achieved", "unit"]
    return pd.DataFrame(rows, columns=[*columns, "status", "source", "met", "note"])


def agrees(value: float, relation: str, printed: str) -> bool:
    """Whether a number prints as the target does, or stands in its relation."""
    target = float(printed)
    if relation in (">", ">="):
        return value > target if relation == ">" else value >= target
    decimals = len(printed.partition(".")[2])
    return abs(value - target) <= 0.5 * 10**-decimals * (1 - 1e-9)


def _achieve(tables: dict, a) -> tuple[dict[str, float], dict[str, str]]:
    """What the tables give for each target, computed from the diaries where it is theirs."""
    people, diary = tables["participants"], tables["daily_pain"]
    analysed = people[people["analysed"]]

    def reduce(trial: str, rating: str) -> pd.DataFrame:
        chosen = analysed.loc[analysed["trial"] == trial, "participant"]
        table = summarise_diaries(diary[diary["participant"].isin(chosen)], rating=rating)
        return table.pivot(index="participant", columns="condition", values="reduction_percent")

    def weeks(trial: str, phase: str) -> float:
        days = diary[(diary["trial"] == trial) & (diary["phase"] == phase)]
        return float(days["day_in_phase"].max() / 7)

    pilot, trial = (people[people["trial"] == name] for name in ("pilot", "crossover"))
    symptoms, pain = reduce("pilot", "symptoms_0_100"), reduce("crossover", "pain_0_100")
    severity = reduce("crossover", "symptoms_0_100")
    fatigue = reduce("crossover", "fatigue_0_100")
    sleep = reduce("crossover", "sleep_problems_0_100")
    mood = reduce("crossover", "mood_0_100")
    satisfaction = reduce("crossover", "life_satisfaction_0_100")
    pilot_gain = symptoms["ldn"] - symptoms["placebo"]
    pilot_esr = pilot.set_index("participant")["esr_mm_h"].reindex(symptoms.index)
    # Printed: a higher ESR went with a larger reduction. With the other sign it is not met.
    pilot_r = np.corrcoef(pilot_esr, symptoms["ldn"])[0, 1]
    cut = a.responder_percent
    responders = ((pain >= cut) & ((fatigue >= cut) | (sleep >= cut))).sum()
    n = len(pain)
    chi_square = 2 * n * (responders["ldn"] - responders["placebo"]) ** 2
    chi_square /= responders.sum() * (2 * n - responders.sum())
    first = trial["sequence"] == "ldn then placebo"
    trial_analysed = trial[trial["analysed"]]
    improved = tables["improvement"].merge(trial_analysed, on="participant")["improvement"]
    at_best = improved.isin(["much improved", "very much improved"])
    achieved = {
        "review_fig1_n": len(tables["improvement"]),
        "pilot_n": int((pilot["completed"] & pilot["analysed"]).sum()),
        "pilot_weeks_baseline": weeks("pilot", "baseline"),
        "pilot_weeks_placebo": weeks("pilot", "placebo"),
        "pilot_weeks_ldn": weeks("pilot", "ldn"),
        "pilot_weeks_washout": weeks("pilot", "washout"),
        "pilot_reduction_placebo": symptoms["placebo"].mean(),
        "pilot_reduction_ldn": symptoms["ldn"].mean(),
        "pilot_difference": pilot_gain.mean(),
        "pilot_difference_p": compute_paired_p(pilot_gain),
        "pilot_responders": int((pilot_gain >= a.pilot_responder_points).sum()),
        "pilot_esr_r2": 100 * pilot_r * abs(pilot_r),
        "rct_started_ldn_first": int(first.sum()),
        "rct_started_placebo_first": int((~first).sum()),
        "rct_completed_ldn_first": int((first & trial["completed"]).sum()),
        "rct_completed_placebo_first": int((~first & trial["completed"]).sum()),
        "rct_analysed": int(trial["analysed"].sum()),
        "rct_age_min": trial_analysed["age_years"].min(),
        "rct_age_max": trial_analysed["age_years"].max(),
        "rct_fm_duration": trial_analysed["fibromyalgia_years"].mean(),
        "rct_weeks_baseline": weeks("crossover", "baseline"),
        "rct_weeks_ldn": weeks("crossover", "ldn"),
        "rct_weeks_placebo": weeks("crossover", "placebo"),
        "rct_weeks_followup": weeks("crossover", "follow-up"),
        "rct_pain_reduction_ldn": pain["ldn"].mean(),
        "rct_pain_reduction_placebo": pain["placebo"].mean(),
        "rct_pain_reduction_p": compute_paired_p(pain["ldn"] - pain["placebo"]),
        "rct_satisfaction_p": compute_paired_p(satisfaction["ldn"] - satisfaction["placebo"]),
        "rct_mood_p": compute_paired_p(mood["ldn"] - mood["placebo"]),
        "rct_responders_ldn": 100 * responders["ldn"] / n,
        "rct_responders_placebo": 100 * responders["placebo"] / n,
        "rct_responders_p": chdtrc(1, chi_square),
        "rct_pain30_ldn": 100 * (pain["ldn"] >= 30).mean(),
        "rct_improved_ldn": 100 * at_best.mean(),
        "rct_severity_reduction_ldn": severity["ldn"].mean(),
        "rct_severity_reduction_placebo": severity["placebo"].mean(),
        "rct_tolerability_ldn": trial_analysed["tolerability_ldn_0_100"].mean(),
        "rct_tolerability_placebo": trial_analysed["tolerability_placebo_0_100"].mean(),
    }
    paired = "a paired t test is our reading; the test was not stated"
    notes = {
        "pilot_difference_p": paired,
        "rct_pain_reduction_p": "a paired t test is our reading; the trial analysed daily data",
        "rct_satisfaction_p": paired,
        "rct_mood_p": paired,
        "pilot_responders": f"{a.pilot_responder_points:g} points over placebo: one of two reported cut-offs",
        "rct_responders_ldn": f"{responders['ldn']} of {n}",
        "rct_responders_placebo": f"{responders['placebo']} of {n}",
        "rct_responders_p": "unpaired chi-square without continuity correction: our reading",
        "rct_improved_ldn": f"{at_best.sum()} of the {n} analysed",
    }
    return achieved, notes
