"""The illustrative pilot: the ten real participants at baseline, with simulated diaries."""

import numpy as np
import pandas as pd

from .assumptions import PILOT_OUTCOMES, Assumptions, CalibrationError
from .calibration import ROUGHLY_DAYS, find_peak_day
from .simulated_diaries import write_diaries
from .simulated_draws import (
    compute_sd_of_difference,
    draw_start,
    is_possible,
    leave_out,
    make_orthogonal,
    rate_tolerability,
    read_targets,
    standardise,
)
from .tables import load_dataset

__all__: list[str] = []

TRIES = 5000


def simulate_pilot(a: Assumptions, rng) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ten women: two weeks of baseline, two of placebo, eight of LDN, two of washout."""
    people = _read_baseline()
    start, reductions = _draw_responses(a, people, rng)
    targets, n = read_targets(), len(people)
    for condition in ("ldn", "placebo"):
        total = round(targets[f"pilot_tolerability_{condition}"] * n)
        people[f"tolerability_{condition}_0_100"] = rate_tolerability(total, n, rng)
    for c, condition in enumerate(("ldn", "placebo")):
        people[f"fiq_{condition}_0_100"] = _draw_fiq(
            a,
            people["fiq_0_100"],
            reductions[:, 0, c],
            targets[f"pilot_fiq_reduction_{condition}"],
            rng,
        )
    return people, _write_pilot_diary(a, people, start, reductions, rng)


def _write_pilot_diary(a: Assumptions, people, start, reductions, rng) -> pd.DataFrame:
    """Diaries in the fixed order, LDN at its best when the paper says, within daily variation."""
    t, phases = read_targets(), ("baseline", "placebo", "ldn", "washout")
    plan = [(name, int(7 * t[f"pilot_weeks_{name}"])) for name in phases]
    for _ in range(50):
        diary = write_diaries(
            people, [plan] * len(people), PILOT_OUTCOMES, start, reductions, a, rng,
            missed_share=1 - t["pilot_diary_completed"] / 100,
            peak_day=int(t["pilot_time_to_peak"]),
        )  # fmt: skip
        if (
            abs(find_peak_day(diary[diary["phase"] == "ldn"]) - t["pilot_time_to_peak"])
            <= ROUGHLY_DAYS
        ):
            return diary
    raise CalibrationError(
        "no pilot diary was found in which LDN is at its best after the printed time "
        "(pilot_time_to_peak); daily_sd hides it"
    )


def _read_baseline() -> pd.DataFrame:
    """The printed baseline of the ten, in the order of the paper."""
    printed = load_dataset("pilot_baseline")
    numbers = printed.drop(columns="participant").astype(float)
    return pd.DataFrame(
        {
            "participant": [f"P{i:02d}" for i in printed["participant"]],
            "trial": "pilot",
            "sequence": "placebo then ldn",
            "age_years": numbers["age_years"],
            "fibromyalgia_years": numbers["illness_years"],
            "bmi_kg_m2": numbers["bmi_kg_m2"],
            "fiq_0_100": numbers["fiq_0_100"],
            "esr_mm_h": numbers["esr_mm_h"],
            "baseline_status": "published",
            "completed": True,
            "analysed": True,
        }
    )


def _draw_responses(a: Assumptions, people, rng) -> tuple[np.ndarray, np.ndarray]:
    """Baseline levels, and percent reductions (participants x outcomes x conditions).

    Exact are the mean of each condition, the SD of the drug response and its two printed
    correlations; drawn again until the printed number of responders comes out, and those who
    do not respond are, as the paper describes them, better on placebo than on LDN.
    """
    targets, n = read_targets(), len(people)
    esr, duration = (
        standardise(people[name].to_numpy()) for name in ("esr_mm_h", "fibromyalgia_years")
    )
    means = targets["pilot_reduction_ldn"], targets["pilot_reduction_placebo"]
    sd = compute_sd_of_difference(
        means[0] - means[1], targets["pilot_difference_p"], n, a.pilot_contrast_df
    )
    r = np.array([targets["pilot_esr_r"], targets["pilot_duration_r"]])
    weights = np.linalg.solve([[1, esr @ duration / (n - 1)], [esr @ duration / (n - 1), 1]], r)
    explained = weights @ r
    if explained >= 1:
        raise CalibrationError(
            f"the drug response cannot correlate {r[0]} with ESR and {r[1]} with the duration of "
            "the illness: no such data exist (pilot_esr_r, pilot_duration_r)"
        )
    for _ in range(TRIES):
        noise = rng.standard_normal((n, 4))
        free = make_orthogonal(np.column_stack([esr, duration, noise]))[:, 2:]
        gain = weights[0] * esr + weights[1] * duration + np.sqrt(1 - explained) * free[:, 0]
        gain = means[0] - means[1] + sd * gain
        responds = gain >= a.pilot_responder_points
        if responds.sum() != targets["pilot_responders"] or gain[~responds].mean() >= 0:
            continue
        placebo = a.pilot_placebo_gain_r * standardise(gain)
        placebo = means[1] + a.pilot_placebo_sd * (
            placebo + np.sqrt(1 - a.pilot_placebo_gain_r**2) * leave_out(free[:, 1], gain)
        )
        symptoms = np.column_stack([placebo + gain, placebo])
        pain = _draw_pain(a, symptoms, free[:, 2:4])
        reductions = np.stack([symptoms, pain], axis=1)
        start = draw_start(a, n, PILOT_OUTCOMES, rng)
        if placebo[~responds].mean() > 0 and is_possible(start, reductions):
            return start, reductions
    raise CalibrationError(
        f"no pilot was found with {targets['pilot_responders']:.0f} responders (pilot_responders), the "
        "others better on placebo than on LDN, and every end point on the scale; the SD of the "
        f"drug response is {sd:.1f} percentage points by pilot_contrast_df = {a.pilot_contrast_df}"
    )


def _draw_pain(a: Assumptions, symptoms: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Reductions of pain that go with those of symptoms; the means are assumed."""
    r = a.pilot_symptom_pain_r
    pain = [
        mean
        + column.std(ddof=1)
        * (r * standardise(column) + np.sqrt(1 - r**2) * leave_out(own, column))
        for mean, column, own in zip(a.pilot_pain_reduction, symptoms.T, noise.T, strict=True)
    ]
    return np.column_stack(pain)


def _draw_fiq(a: Assumptions, baseline, reduction, mean: float, rng) -> np.ndarray:
    """FIQ at the end of a condition, to one decimal; the mean percent reduction is the printed."""
    noise = leave_out(rng.standard_normal(len(baseline)), reduction)
    score = (
        a.pilot_fiq_symptom_r * standardise(reduction)
        + np.sqrt(1 - a.pilot_fiq_symptom_r**2) * noise
    )
    return np.round(baseline * (1 - (mean + a.pilot_fiq_reduction_sd * score) / 100), 1).clip(
        0, 100
    )
