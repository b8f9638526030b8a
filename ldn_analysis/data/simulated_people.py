"""The illustrative trials: simulated people whose summaries match every printed number.

The patient-level data of both trials were never published. What was printed is a
target (see `ldn_analysis.calibration`); what was not is an assumption (see
`ldn_analysis.assumptions`).
"""

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from ..core.codebook import CATEGORIES
from ..core.status import mark_illustrative
from ..core.validation import require_rng
from .assumptions import (
    CROSSOVER_OUTCOMES,
    PILOT_OUTCOMES,
    Assumptions,
    CalibrationError,
    require_possible,
)
from .calibration import check_calibration
from .checking import apply_types
from .diaries import summarise_diaries
from .simulated_diaries import adjust_total, write_diaries

__all__ = ["simulate_illustrative_trials"]

SEED = 2014  # of the tables in data/illustrative/


def simulate_illustrative_trials(
    assumptions: Assumptions | None = None,
    *,
    rng: int | np.random.Generator,
    tries: int = 40,
) -> dict[str, pd.DataFrame]:
    """Simulate the pilot and the crossover trial, from people to analysis tables.

    People are drawn whose percent reductions have exactly the means, paired p values and
    correlations asked for (a normal sample is orthogonalised and recombined), and drawn
    again until the printed counts come out. Diaries are then written around them in
    whole numbers, days are missed, and the analysis tables are computed from the
    diaries by `summarise_diaries`. The whole is repeated until `check_calibration`
    finds every target met to the printed precision.

    Parameters
    ----------
    assumptions : Assumptions, optional
        What was not printed. Default: `Assumptions()`.
    rng : int or numpy Generator
        Seed, or a generator. The project's own tables use `illustrative.SEED`.
    tries : int
        How many times the diaries may be drawn again.

    Returns
    -------
    dict of DataFrame
        participants (41 rows), daily_pain (one row a person and scheduled day),
        improvement (29), esr_pain_change (38 people x 2 conditions).

    Raises
    ------
    CalibrationError
        If the assumptions leave a target unmet; the message names it.
    ValueError
        If `tries` is below 1.

    Examples
    --------
    >>> tables = simulate_illustrative_trials(Assumptions(crossover_esr_r=(0.0, 0.0)), rng=1)
    >>> {name: len(table) for name, table in tables.items() if name != "daily_pain"}
    {'participants': 41, 'improvement': 29, 'esr_pain_change': 76}
    """
    if tries < 1:
        raise ValueError(
            f"simulate_illustrative_trials: tries must be at least 1; received {tries}"
        )
    assumptions = assumptions or Assumptions()
    require_possible(assumptions)
    rng = require_rng(rng, "simulate_illustrative_trials")
    for _ in range(tries):
        tables = _simulate_once(assumptions, rng)
        report = check_calibration(tables, assumptions=assumptions)
        unmet = report[report["met"] == "no"]
        if unmet.empty:
            return tables
    row = unmet.iloc[0]
    raise CalibrationError(
        f"after {tries} tries {len(unmet)} target(s) are not met, first {row['id']}: {row['quantity']} "
        f"should be {row['relation']} {row['target']} and is {row['achieved']:.4g}. "
        "Move the assumption behind it back towards its default."
    )


def _simulate_once(a: Assumptions, rng) -> dict[str, pd.DataFrame]:
    """One draw of everything, not yet checked against the targets."""
    pilot, pilot_diary = _simulate_pilot(a, rng)
    trial, trial_diary, improvement = _simulate_crossover(a, rng)
    participants = pd.concat([pilot, trial], ignore_index=True)
    diary = pd.concat([pilot_diary, trial_diary], ignore_index=True)
    analysed = participants[participants["analysed"]]
    change = summarise_diaries(diary[diary["participant"].isin(analysed["participant"])]).merge(
        analysed[["participant", "trial", "esr_mm_h"]], on="participant"
    )
    change = change.rename(
        columns={
            "baseline": "baseline_pain_0_100",
            "end_point": "end_pain_0_100",
            "reduction_percent": "pain_reduction_percent",
        }
    ).sort_values(["participant", "condition"], ignore_index=True)
    columns = ["participant", "trial", "condition", "esr_mm_h"]
    columns += ["baseline_pain_0_100", "end_pain_0_100", "pain_reduction_percent"]
    tables = {
        "participants": participants,
        "daily_pain": diary,
        "improvement": improvement,
        "esr_pain_change": change[columns].round(2),
    }
    for name in tables:
        tables[name] = mark_illustrative(apply_types(tables[name], name))
    return tables


def _draw_esr(a: Assumptions, n: int, rng) -> np.ndarray:
    """Whole mm/h, skewed to the right, none above the maximum."""
    log_var = np.log1p((a.esr_sd / a.esr_mean) ** 2)
    esr = np.full(n, np.inf)
    while (bad := (esr > a.esr_max) | (esr < 1)).any():
        draws = np.exp(rng.normal(np.log(a.esr_mean) - log_var / 2, np.sqrt(log_var), bad.sum()))
        esr[bad] = np.rint(draws)
    return esr


def _sd_from_p(difference: float, p_value: float, n: int, condition_r: float) -> float:
    """SD in each condition so that the paired t test of the difference has this p."""
    t = -stdtrit(n - 1, p_value / 2)
    return abs(difference) * np.sqrt(n) / t / np.sqrt(2 * (1 - condition_r))


def _draw_reductions(esr, means, sds, outcome_r, condition_r, esr_r, rng) -> np.ndarray:
    """Percent reductions (people x outcomes x conditions) with exactly these moments.

    The first outcome correlates with ESR by `esr_r`; the others do through it.
    """
    k = len(sds)
    outcomes = np.full((k, k), outcome_r) + (1 - outcome_r) * np.eye(k)
    noise = rng.standard_normal((len(esr), 2 * k))
    scores = recombine_scores(esr, noise, outcomes=outcomes, condition_r=condition_r, esr_r=esr_r)
    return scores * np.asarray(sds)[:, None] + np.asarray(means)


def recombine_scores(esr, noise, *, outcomes, condition_r: float, esr_r) -> np.ndarray:
    """Scores (people x outcomes x conditions) of mean 0 and SD 1 with exactly these correlations.

    ESR and noise (people x 2 outcomes) are orthogonalised, and recombined by the Cholesky root of
    the correlations wanted: ESR stays as it is, and as little else moves as must.
    """
    n, k = len(esr), len(outcomes)
    conditions = np.array([[1.0, condition_r], [condition_r, 1.0]])
    among = np.kron(outcomes, conditions)
    with_esr = np.kron(outcomes[:, 0], esr_r)
    wanted = np.block([[np.ones((1, 1)), with_esr[None]], [with_esr[:, None], among]])
    try:
        root = np.linalg.cholesky(wanted)
    except np.linalg.LinAlgError:
        raise CalibrationError(
            f"ESR cannot correlate {esr_r[0]} with LDN and {esr_r[1]} with placebo when the two "
            f"conditions correlate {condition_r:.3g}: no such data exist"
        ) from None
    basis, triangle = np.linalg.qr(np.column_stack([np.ones(n), esr, noise]))
    basis = (basis * np.sign(np.diag(triangle)))[:, 1:] * np.sqrt(n - 1)
    return (basis @ root.T)[:, 1:].reshape(n, k, 2)


def _is_possible(start: np.ndarray, reductions: np.ndarray) -> bool:
    """Whether every end point lies on the scale, with some room for daily variation."""
    end = start[:, :, None] * (1 - reductions / 100)
    return bool((end > 2).all() and (end < 96).all())


def _draw_start(a: Assumptions, n: int, outcomes, rng) -> np.ndarray:
    """Baseline level of each person and outcome."""
    means = [
        a.wellbeing_mean if name in CROSSOVER_OUTCOMES[4:] else a.severity_mean for name in outcomes
    ]
    shared = rng.standard_normal((n, 1))
    own = rng.standard_normal((n, len(outcomes)))
    level = np.sqrt(a.outcome_r) * shared + np.sqrt(1 - a.outcome_r) * own
    return np.clip(np.asarray(means) + a.severity_sd * level, 25, 88)


def _describe_people(n: int, rng) -> tuple[np.ndarray, np.ndarray]:
    """Ages and years with fibromyalgia."""
    age = np.clip(np.rint(rng.normal(46, 11, n)), 24, 64).astype(int)
    years = np.clip(np.rint(rng.gamma(3.0, 4.0, n)), 1, age - 15).astype(int)
    return age, years


def _simulate_pilot(a: Assumptions, rng) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ten women: two weeks of baseline, two of placebo, eight of LDN, two of washout."""
    n = 10
    means = np.array([[32.5, 2.3], a.pilot_pain_reduction])
    sd = _sd_from_p(means[0, 0] - means[0, 1], 0.003, n, a.pilot_condition_r)
    for _ in range(5000):
        esr = _draw_esr(a, n, rng)
        reductions = _draw_reductions(
            esr, means, [sd, sd], a.pilot_symptom_pain_r, a.pilot_condition_r, a.pilot_esr_r, rng
        )
        start = _draw_start(a, n, PILOT_OUTCOMES, rng)
        gain = reductions[:, 0, 0] - reductions[:, 0, 1]
        if (gain >= a.pilot_responder_points).sum() == 6 and _is_possible(start, reductions):
            break
    else:
        raise CalibrationError(
            "no pilot with six responders (pilot_responders) and every end point on the scale was found"
        )
    age, years = _describe_people(n, rng)
    people = pd.DataFrame(
        {
            "participant": [f"P{i:02d}" for i in range(1, n + 1)],
            "trial": "pilot",
            "sequence": "placebo then ldn",
            "age_years": age,
            "fibromyalgia_years": years,
            "esr_mm_h": esr.astype(int),
            "completed": True,
            "analysed": True,
            "tolerability_ldn_0_100": np.nan,
            "tolerability_placebo_0_100": np.nan,
        }
    )
    phases = [[("baseline", 14), ("placebo", 14), ("ldn", 56), ("washout", 14)]] * n
    diary = write_diaries(people, phases, PILOT_OUTCOMES, start, reductions, a, rng)
    return people, diary


def _simulate_crossover(a: Assumptions, rng) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """31 women start, 29 complete, 28 are analysed; LDN for twelve weeks, placebo for four."""
    n = 28
    means = np.array(
        [
            [28.8, 18.0],
            [48.5, 27.4],
            a.fatigue_reduction,
            a.sleep_reduction,
            a.mood_reduction,
            a.satisfaction_reduction,
        ]
    )
    sds = [
        _sd_from_p(pair[0] - pair[1], p, n, a.condition_r)
        if p is not None
        else a.symptom_reduction_sd
        for pair, p in zip(means, [0.016, None, a.fatigue_p, a.sleep_p, 0.039, 0.045], strict=True)
    ]
    esr = _draw_esr(a, n, rng)
    for _ in range(20_000):
        reductions = _draw_reductions(
            esr, means, sds, a.outcome_r, a.condition_r, a.crossover_esr_r, rng
        )
        pain, others = reductions[:, 0], reductions[:, 2:4]
        responds = (pain >= a.responder_percent) & (others >= a.responder_percent).any(1)
        # Nobody so close to the cut-off that whole-number ratings could carry her over it.
        counts = [(pain[:, 0] >= cut).sum() for cut in (29.6, 30.4)]
        if counts != [16, 16] or tuple(responds.sum(0)) != (9, 3):
            continue
        starts = (_draw_start(a, n, CROSSOVER_OUTCOMES, rng) for _ in range(20))
        start = next((start for start in starts if _is_possible(start, reductions)), None)
        if start is not None:
            break
    else:
        raise CalibrationError(
            "no crossover trial was found with 16 of 28 at 30 % pain reduction (rct_pain30_ldn) and "
            "9 and 3 composite responders (rct_responders_ldn, rct_responders_placebo) and every end "
            "point on the scale"
        )
    # Three more started: one completed but was not analysed, one of each order withdrew.
    extra = 3
    esr = np.append(esr, _draw_esr(a, extra, rng))
    start = np.vstack([start, _draw_start(a, extra, CROSSOVER_OUTCOMES, rng)])
    reductions = np.concatenate([reductions, np.broadcast_to(means * 0.5, (extra, *means.shape))])
    n += extra
    ldn_first = np.repeat([True, False, True, True, False], [14, 14, 1, 1, 1])
    completed = np.arange(n) < 29
    analysed = np.arange(n) < 28
    age, years = _describe_people(n, rng)
    oldest, youngest = age[:28].argmax(), age[:28].argmin()
    age[oldest], age[youngest] = 65, 23
    years[youngest] = min(years[youngest], 8)
    years[:28] = adjust_total(years[:28], 328, 1, 40, rng)
    years = np.minimum(years, age - 10)
    tolerability = 100 - rng.gamma(1.2, 9.0, (2, n))
    for row, total in zip(tolerability, (2498, 2503), strict=True):
        row[:28] = adjust_total(row[:28], total, 40, 100, rng)
    tolerability = np.clip(np.rint(tolerability), 0, 100)
    tolerability[:, ~completed] = np.nan
    phases = []
    for i in range(n):
        order = [("ldn", 84), ("placebo", 28)]
        plan = [("baseline", 14), *(order if ldn_first[i] else order[::-1]), ("follow-up", 28)]
        if not completed[i]:
            first, days = plan[1]
            plan = [plan[0], (first, int(rng.integers(7, days - 7)))]
        phases.append(plan)
    # Who comes first in the table says nothing: shuffle before the numbers are given out.
    order = rng.permutation(n)
    people = pd.DataFrame(
        {
            "trial": "crossover",
            "sequence": np.where(ldn_first, "ldn then placebo", "placebo then ldn"),
            "age_years": age,
            "fibromyalgia_years": years,
            "esr_mm_h": esr.astype(int),
            "completed": completed,
            "analysed": analysed,
            "tolerability_ldn_0_100": tolerability[0],
            "tolerability_placebo_0_100": tolerability[1],
        }
    ).iloc[order]
    people.insert(0, "participant", [f"C{i:02d}" for i in range(1, n + 1)])
    people = people.reset_index(drop=True)
    phases = [phases[i] for i in order]
    start, reductions = start[order], reductions[order]
    diary = write_diaries(people, phases, CROSSOVER_OUTCOMES, start, reductions, a, rng)
    return people, diary, _rate_improvement(a, people, reductions[:, :2, 0].mean(1), rng)


def _rate_improvement(a: Assumptions, people, reduction, rng) -> pd.DataFrame:
    """Seven categories in the assumed counts, agreeing with the reduction as assumed."""
    people, reduction = people[people["completed"]], reduction[people["completed"]]
    analysed = people["analysed"].to_numpy()
    score = (reduction - reduction.mean()) / reduction.std()
    top = sum(a.improvement_counts[:2])
    for _ in range(5000):
        noise = rng.standard_normal(len(score))
        latent = a.improvement_r * score + np.sqrt(1 - a.improvement_r**2) * noise
        best_first = np.argsort(-latent)
        if analysed[best_first[:top]].sum() == 14:  # 50 % of the 28 analysed
            break
    else:
        raise CalibrationError(
            f"with improvement_r = {a.improvement_r} and {top} people in the two best categories, "
            "14 of the 28 analysed among them (rct_improved_ldn) did not come out"
        )
    improvement = np.empty(len(score), dtype=object)
    improvement[best_first] = np.repeat(np.array(CATEGORIES, dtype=object), a.improvement_counts)
    return pd.DataFrame(
        {"participant": people["participant"].to_numpy(), "improvement": improvement}
    )
