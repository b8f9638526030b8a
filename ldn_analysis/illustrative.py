"""The illustrative trials: simulated people whose summaries match every printed number.

The patient-level data of both trials were never published. What was printed is a
target (see `ldn_analysis.calibration`); what was not is an assumption, named below.
"""

from dataclasses import dataclass, field, fields

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from .data import apply_types
from .diaries import summarise_diaries

__all__ = ["Assumptions", "CalibrationError", "simulate_illustrative_trials"]

SEED = 2014  # of the tables in data/illustrative/

CATEGORIES = (
    "very much improved",
    "much improved",
    "minimally improved",
    "no change",
    "minimally worse",
    "much worse",
    "very much worse",
)
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
    "condition_r": (-0.95, 0.95),
    "pilot_condition_r": (-0.95, 0.95),
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

    Examples
    --------
    >>> Assumptions(missed_day_share=0.1).missed_day_share
    0.1
    """

    esr_mean: float = _assume(
        29.2, "one study of 45 women with fibromyalgia; others find no difference"
    )
    esr_sd: float = _assume(9.8, "the same study")
    esr_max: int = _assume(60, "the next Stanford trial of LDN excluded an ESR above 60 mm/h")
    crossover_esr_r: tuple = _assume(
        (0.40, 0.20), "nothing was printed for the crossover trial; weaker than in the pilot"
    )
    pilot_esr_r: tuple = _assume(
        (0.92, 0.15), "printed: over 80 % of the variance of the drug response; placebo: nothing"
    )
    pilot_symptom_pain_r: float = _assume(0.90, "pain is the core of the overall symptoms")
    pilot_pain_reduction: tuple = _assume((30.0, 3.0), "near the printed reductions of symptoms")
    pilot_responder_points: float = _assume(
        30.0, "a responder gains this much over placebo: one of two cut-offs that were reported"
    )
    condition_r: float = _assume(
        0.45, "a person who does well on one condition does well on the other; gives the SDs from p"
    )
    pilot_condition_r: float = _assume(0.40, "as above; the placebo phase was short")
    outcome_r: float = _assume(0.60, "pain, fatigue, sleep and mood move together")
    symptom_reduction_sd: float = _assume(21.0, "about the SD that p gives for pain")
    fatigue_reduction: tuple = _assume((16.0, 11.0), "printed only: fatigue did not improve")
    fatigue_p: float = _assume(0.30, "any value above 0.05")
    sleep_reduction: tuple = _assume((17.0, 12.0), "printed only: sleep did not improve")
    sleep_p: float = _assume(0.25, "any value above 0.05")
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
    severity_mean: float = _assume(58.0, "moderate to severe at baseline on a 0-100 scale")
    severity_sd: float = _assume(11.0, "most people between 40 and 80 at baseline")
    wellbeing_mean: float = _assume(46.0, "mood and satisfaction below the middle at baseline")
    daily_sd: float = _assume(8.0, "ratings vary from day to day")
    daily_autocorrelation: float = _assume(0.40, "a bad day is often followed by another")
    onset_days: tuple = _assume((20.0, 6.0), "time constants: LDN works over weeks, placebo sooner")
    missed_day_share: float = _assume(0.06, "people miss a diary day now and then")

    def to_frame(self) -> pd.DataFrame:
        """Name, value and reason of every assumption."""
        return pd.DataFrame(
            [(f.name, getattr(self, f.name), f.metadata["reason"]) for f in fields(self)],
            columns=["assumption", "value", "reason"],
        )


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
    from .calibration import check_calibration

    if tries < 1:
        raise ValueError(
            f"simulate_illustrative_trials: tries must be at least 1; received {tries}"
        )
    assumptions = assumptions or Assumptions()
    _require_possible(assumptions)
    rng = np.random.default_rng(rng)
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


def _require_possible(a: Assumptions) -> None:
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
            f"improvement_counts puts {top} people into the two best categories; the target "
            "rct_improved_ldn (50 %) needs 14 or 15 of 29"
        )
    if a.pilot_esr_r[0] <= 0.8**0.5:
        raise CalibrationError(
            f"pilot_esr_r = {a.pilot_esr_r[0]} gives R squared {a.pilot_esr_r[0] ** 2:.2f}; the target "
            "pilot_esr_r2 is over 80 %, a higher ESR going with a larger reduction"
        )
    for name, (low, high) in _LIMITS.items():
        value = getattr(a, name)
        if not all(low <= each <= high for each in np.atleast_1d(value)):
            raise CalibrationError(f"{name} must be from {low:g} to {high:g}; received {value}")
    if a.esr_mean + a.esr_sd > a.esr_max:
        raise CalibrationError(
            f"esr_mean {a.esr_mean} and esr_sd {a.esr_sd} leave no room below esr_max {a.esr_max}"
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
        tables[name] = apply_types(tables[name], name)
        tables[name].attrs["status"] = "illustrative"
    return tables


# --- people ------------------------------------------------------------------------------


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
    n, k = len(esr), len(sds)
    outcomes = np.full((k, k), outcome_r) + (1 - outcome_r) * np.eye(k)
    conditions = np.array([[1.0, condition_r], [condition_r, 1.0]])
    among = np.kron(outcomes, conditions)
    with_esr = np.kron(outcomes[:, 0], esr_r)
    wanted = np.block([[np.ones((1, 1)), with_esr[None]], [with_esr[:, None], among]])
    try:
        root = np.linalg.cholesky(wanted)
    except np.linalg.LinAlgError:
        raise CalibrationError(
            f"ESR cannot correlate {esr_r[0]} with LDN and {esr_r[1]} with placebo when the two "
            f"conditions correlate {condition_r}: no such data exist"
        ) from None
    columns = np.column_stack([np.ones(n), esr, rng.standard_normal((n, 2 * k))])
    basis, triangle = np.linalg.qr(columns)
    basis = (basis * np.sign(np.diag(triangle)))[:, 1:] * np.sqrt(n - 1)
    return (basis @ root.T)[:, 1:].reshape(n, k, 2) * np.asarray(sds)[:, None] + np.asarray(means)


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


def _adjust_total(values: np.ndarray, total: int, low: int, high: int, rng) -> np.ndarray:
    """Move whole numbers by ones, at random and within limits, until they add up to total."""
    values = np.clip(np.rint(values), low, high).astype(int)
    while gap := total - values.sum():
        step = np.sign(gap)
        free = np.flatnonzero(values < high if step > 0 else values > low)
        if not free.size:
            raise CalibrationError(
                f"{len(values)} numbers from {low} to {high} cannot add up to {total}"
            )
        values[rng.choice(free, size=min(abs(gap), free.size), replace=False)] += step
    return values


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
    diary = _write_diaries(people, phases, PILOT_OUTCOMES, start, reductions, a, rng)
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
    years[:28] = _adjust_total(years[:28], 328, 1, 40, rng)
    years = np.minimum(years, age - 10)
    tolerability = 100 - rng.gamma(1.2, 9.0, (2, n))
    for row, total in zip(tolerability, (2498, 2503), strict=True):
        row[:28] = _adjust_total(row[:28], total, 40, 100, rng)
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
    diary = _write_diaries(people, phases, CROSSOVER_OUTCOMES, start, reductions, a, rng)
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


# --- diaries -----------------------------------------------------------------------------


def _write_diaries(
    people, phases, outcomes, start, reductions, a: Assumptions, rng
) -> pd.DataFrame:
    """Daily whole-number ratings, with missed days, whose summaries give each person's reductions."""
    days = []
    for row, plan in zip(people.itertuples(), phases, strict=True):
        lengths = [length for _, length in plan]
        day_in_phase = np.concatenate([np.arange(1, length + 1) for length in lengths])
        table = {"participant": row.participant, "trial": row.trial}
        table |= {"day": np.arange(1, sum(lengths) + 1)}
        table |= {"phase": np.repeat([name for name, _ in plan], lengths)}
        days.append(pd.DataFrame(table | {"day_in_phase": day_in_phase}))
        # The last day of a phase is never missed, so that everybody has an end point.
        is_last = np.append(day_in_phase[1:] == 1, True)
        days[-1]["rated"] = is_last | (rng.random(len(is_last)) >= a.missed_day_share)
    diary = pd.concat(days, ignore_index=True)
    analysed = people["analysed"].to_numpy()
    for j, outcome in enumerate(outcomes):
        diary[outcome] = _write_ratings(
            days, phases, start[:, j], reductions[:, j], analysed, a, rng
        )
    columns = ["participant", "trial", "day", "phase", "day_in_phase", *CROSSOVER_OUTCOMES]
    return diary.reindex(columns=columns)


def _write_ratings(days, phases, start, reductions, analysed, a: Assumptions, rng) -> np.ndarray:
    """All people's ratings of one outcome, repeated until whole numbers keep its statistics.

    Rounding errors of the end points are carried on from person to person, in random
    order, so that they cancel in the means; the paired t must survive too.
    """
    for _ in range(300):
        owed = np.zeros(2)
        achieved = np.full_like(reductions, np.nan)
        parts = [None] * len(days)
        for i in rng.permutation(len(days)):
            table = days[i]
            phase, rated = table["phase"].to_numpy(), table["rated"].to_numpy()
            ratings = np.clip(
                np.rint(_draw_path(phases[i], start[i], reductions[i], a, rng)), 0, 100
            )
            first = np.flatnonzero((phase == "baseline") & rated)
            total = int(np.rint(first.size * start[i]))
            ratings[first] = _adjust_total(ratings[first], total, 0, 100, rng)
            baseline = ratings[first].mean()
            for c in np.flatnonzero([analysed[i]] * 2):
                last = np.flatnonzero(phase == CONDITIONS[c])[-3:]
                last = last[rated[last]]
                wanted = reductions[i, c] + owed[c]
                total = int(np.rint(last.size * baseline * (1 - wanted / 100)))
                ratings[last] = _adjust_total(ratings[last], total, 0, 100, rng)
                achieved[i, c] = 100 * (1 - ratings[last].mean() / baseline)
                owed[c] = wanted - achieved[i, c]
            parts[i] = np.where(rated, ratings, np.nan)
        if abs(_paired_t(achieved[analysed]) / _paired_t(reductions[analysed]) - 1) < 0.0015:
            return np.concatenate(parts)
    raise CalibrationError(
        "whole-number ratings did not keep the statistics of the reductions drawn"
    )


def _paired_t(pairs: np.ndarray) -> float:
    """Paired t of two columns."""
    difference = pairs[:, 0] - pairs[:, 1]
    return difference.mean() / difference.std(ddof=1) * np.sqrt(len(difference))


def _draw_path(phases, start: float, reductions, a: Assumptions, rng) -> np.ndarray:
    """One person's ratings of one outcome, before rounding: a drift and autocorrelated days."""
    level, drift = start, []
    for name, days in phases:
        share = np.arange(1, days + 1)
        if name in CONDITIONS:
            c = CONDITIONS.index(name)
            goal, pace = start * (1 - reductions[c] / 100), a.onset_days[c]
        else:
            goal, pace = start, 14.0
        if name == "baseline":
            drift.append(np.full(days, start))
            continue
        approach = -np.expm1(-share / pace) / -np.expm1(-days / pace)
        if name not in CONDITIONS:
            approach = -np.expm1(-share / pace)  # after the trial the effect wears off
        drift.append(level + (goal - level) * approach)
        level = drift[-1][-1]
    drift = np.concatenate(drift)
    noise = rng.standard_normal(len(drift)) * a.daily_sd
    noise[1:] *= np.sqrt(1 - a.daily_autocorrelation**2)
    for day in range(1, len(noise)):
        noise[day] += a.daily_autocorrelation * noise[day - 1]
    # Near the ends of the scale there is less room to vary.
    room = np.clip(np.minimum(drift, 100 - drift) / 25, 0.25, 1)
    return drift + noise * room
