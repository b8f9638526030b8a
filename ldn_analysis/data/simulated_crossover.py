"""The illustrative crossover trial: 31 women start, 29 complete, 28 are analysed."""

import numpy as np
import pandas as pd

from ..core.codebook import CATEGORIES
from ..core.intervals import compute_quantile
from .assumptions import CROSSOVER_OUTCOMES, Assumptions, CalibrationError
from .simulated_diaries import write_diaries
from .simulated_draws import (
    adjust_spread,
    adjust_total,
    compute_sd_of_difference,
    draw_start,
    is_possible,
    rate_tolerability,
    read_targets,
    recombine_scores,
)
from .tables import load_dataset

__all__: list[str] = []

N = 28  # analysed; those who were not come after them until the order is shuffled
LDN_FIRST = np.repeat([True, False, True, True, False], [14, 14, 1, 1, 1])
TRIES, AT_ONCE = 40_000, 200


def simulate_crossover(a: Assumptions, rng) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """LDN for twelve weeks and placebo for four, in either order, with a diary every day."""
    esr, start, reductions = _draw_responses(a, rng)
    # Three more started: one completed but was not analysed, one of each order withdrew.
    extra = len(LDN_FIRST) - N
    esr = np.append(esr, draw_esr(a, extra, rng))
    start = np.vstack([start, draw_start(a, extra, CROSSOVER_OUTCOMES, rng)])
    half = np.repeat(reductions.mean(axis=0, keepdims=True) / 2, extra, axis=0)
    reductions = np.concatenate([reductions, half])
    people = _describe_participants(esr, rng)
    phases = [_plan_phases(row, rng) for row in people.itertuples()]
    # Who comes first in the table says nothing: shuffle before the numbers are given out.
    order = rng.permutation(len(people))
    people = people.iloc[order].reset_index(drop=True)
    people.insert(0, "participant", [f"C{i:02d}" for i in range(1, len(people) + 1)])
    phases, start, reductions = [phases[i] for i in order], start[order], reductions[order]
    diary = write_diaries(
        people, phases, CROSSOVER_OUTCOMES, start, reductions, a, rng,
        missed_share=a.missed_day_share,
    )  # fmt: skip
    return people, diary, _rate_improvement(a, people, reductions[:, :2, 0].mean(1), rng)


def draw_esr(a: Assumptions, n: int, rng) -> np.ndarray:
    """Whole mm/h from 0 to the maximum: a beta distribution of the assumed mean and SD."""
    share = a.esr_mean / a.esr_max
    size = share * (1 - share) * (a.esr_max / a.esr_sd) ** 2 - 1
    return np.rint(a.esr_max * rng.beta(share * size, (1 - share) * size, n))


def _compute_moments(a: Assumptions) -> tuple[np.ndarray, np.ndarray, float]:
    """Means and SDs (outcomes x conditions), and the correlation of the two conditions.

    The printed intervals of pain give its two SDs, and these and p the correlation; the other
    outcomes share it, and p gives their SD.
    """
    t = read_targets()
    names = ("rct_pain_reduction", "rct_severity_reduction", "rct_fatigue", "rct_sleep")
    means = [[t[f"{name}_ldn"], t[f"{name}_placebo"]] for name in names]
    means = np.array([*means, a.mood_reduction, a.satisfaction_reduction])
    quantile = compute_quantile(0.95, N - 1)
    ends = [
        [t[f"rct_pain_reduction_{arm}_ci_{end}"] for arm in ("ldn", "placebo")]
        for end in ("low", "high")
    ]
    pain = np.diff(ends, axis=0)[0] / 2 / quantile * np.sqrt(N)
    gap = compute_sd_of_difference(means[0, 0] - means[0, 1], t["rct_pain_reduction_p"], N, N - 1)
    condition_r = (pain @ pain - gap**2) / (2 * pain.prod())
    if abs(condition_r) >= 1:
        raise CalibrationError(
            f"the printed intervals and rct_pain_reduction_p would need a correlation of "
            f"{condition_r:.2f} between the two conditions: no such data exist"
        )
    sds = [pain, [a.symptom_reduction_sd] * 2]
    printed = a.fatigue_p, a.sleep_p, t["rct_mood_p"], t["rct_satisfaction_p"]
    for pair, p in zip(means[2:], printed, strict=True):
        sd = compute_sd_of_difference(pair[0] - pair[1], p, N, N - 1)
        sds.append([sd / np.sqrt(2 * (1 - condition_r))] * 2)
    return means, np.array(sds), condition_r


def _draw_responses(a: Assumptions, rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """ESR, baseline levels and reductions of those analysed, with the printed counts of responders."""
    t = read_targets()
    means, sds, condition_r = _compute_moments(a)
    wanted = round(t["rct_pain30_ldn"] * N / 100)
    composite = tuple(round(t[f"rct_responders_{arm}"] * N / 100) for arm in ("ldn", "placebo"))
    k = len(means)
    outcomes = np.full((k, k), a.outcome_r) + (1 - a.outcome_r) * np.eye(k)
    esr = draw_esr(a, N, rng)
    for _ in range(TRIES // AT_ONCE):
        scores = recombine_scores(
            esr, rng.standard_normal((AT_ONCE, N, 2 * k)),
            outcomes=outcomes, condition_r=condition_r, esr_r=a.crossover_esr_r,
        )  # fmt: skip
        drawn = scores * sds + means
        pain, others = drawn[:, :, 0], drawn[:, :, 2:4]
        responds = (pain >= a.responder_percent) & (others >= a.responder_percent).any(axis=2)
        # Nobody so close to the cut-off that whole-number ratings could carry her over it.
        counts = [(pain[:, :, 0] >= cut).sum(axis=1) == wanted for cut in (29.6, 30.4)]
        good = counts[0] & counts[1] & (responds.sum(axis=1) == composite).all(axis=1)
        for reductions in drawn[good]:
            for _ in range(20):
                start = draw_start(a, N, CROSSOVER_OUTCOMES, rng)
                start[:, 0] += t["rct_baseline_pain"] - start[:, 0].mean()
                if is_possible(start, reductions):
                    return esr, start, reductions
    raise CalibrationError(
        f"no crossover trial was found with {wanted} of {N} at 30 % pain reduction (rct_pain30_ldn) "
        f"and {composite[0]} and {composite[1]} composite responders (rct_responders_ldn, "
        "rct_responders_placebo) and every end point on the scale"
    )


def _describe_participants(esr: np.ndarray, rng) -> pd.DataFrame:
    """Who they are, in the order analysed with LDN first, with placebo first, not analysed."""
    t, n = read_targets(), len(esr)
    completed, analysed = np.arange(n) < 29, np.arange(n) < N
    age = np.append(_draw_ages(rng), rng.integers(30, 60, n - N))
    years = np.clip(np.rint(rng.gamma(3.0, 4.0, n)), 1, np.minimum(age - 12, 40))
    years[:N] = adjust_total(years[:N], round(t["rct_fm_duration"] * N), 1, 40, rng)
    people = pd.DataFrame(
        {
            "trial": "crossover",
            "sequence": np.where(LDN_FIRST, "ldn then placebo", "placebo then ldn"),
            "age_years": age,
            "fibromyalgia_years": np.minimum(years, age - 10),
            "esr_mm_h": esr,
            "baseline_status": "assumed",
            "completed": completed,
            "analysed": analysed,
        }
    )
    for arm in ("ldn", "placebo"):
        ratings = rate_tolerability(round(t[f"rct_tolerability_{arm}"] * N), N, rng)
        more = np.rint(100 - rng.gamma(1.2, 9.0, n - N)).clip(0, 100)
        people[f"tolerability_{arm}_0_100"] = np.append(ratings, more)
        people[f"adverse_events_{arm}"] = [*_draw_events(arm, rng), *[None] * (n - N)]
    withdrawn = ["tolerability_ldn_0_100", "tolerability_placebo_0_100"]
    people.loc[~completed, withdrawn] = np.nan
    return people


def _draw_ages(rng) -> np.ndarray:
    """Whole years of 14 with LDN first and 14 with placebo first.

    The printed means of the two orders (43.8 and 42.3) cannot have the printed mean of all
    (42.7); met are that of all, with its SD and range, and that of LDN first.
    """
    t, half = read_targets(), N // 2
    low, high = int(t["rct_age_min"]), int(t["rct_age_max"])
    first_total, total = round(t["rct_age_ldn_first"] * half), round(t["rct_age"] * N)
    sd, first_sd = t["rct_age_sd"], t["rct_age_ldn_first_sd"]
    gap = first_total / half - (total - first_total) / half
    squares = (N - 1) * sd**2 - half * gap**2 / 2 - (half - 1) * first_sd**2
    other_sd = np.sqrt(max(squares, 0) / (half - 1))
    for _ in range(TRIES):
        groups = []
        for group_total, group_sd in ((first_total, first_sd), (total - first_total, other_sd)):
            ages = low + (high - low) * rng.beta(0.8, 0.8, half)
            ages = adjust_total(ages, group_total, low, high, rng)
            groups.append(adjust_spread(ages, group_sd, low, high, rng))
        ages = np.concatenate(groups)
        if (ages.min(), ages.max()) == (low, high):
            return ages
    raise CalibrationError(
        "no ages were found with the printed means, SDs and range (rct_age, rct_age_sd, "
        "rct_age_ldn_first, rct_age_min, rct_age_max)"
    )


def _draw_events(arm: str, rng) -> list[str]:
    """Adverse events of each of the analysed, so that every printed count comes out."""
    table = load_dataset("adverse_events").set_index("event")[f"n_{arm}"]
    anything = table["any other than serious"]
    events = [[] for _ in range(N)]
    for name, count in table.drop(["any other than serious", "serious"]).items():
        for i in rng.choice(anything, min(count, anything), replace=False):
            events[i].append(name)
    for i in range(anything):
        events[i] = events[i] or ["other"]
    return ["; ".join(events[i]) or "none" for i in rng.permutation(N)]


def _plan_phases(row, rng) -> list[tuple[str, int]]:
    """Phases and their days; a participant who withdrew did so in her first condition."""
    t = read_targets()
    days = {
        name: int(7 * t[f"rct_weeks_{name}"]) for name in ("baseline", "ldn", "placebo", "followup")
    }
    order = row.sequence.split(" then ")
    if row.completed:
        treated = [(name, days[name]) for name in order]
        return [("baseline", days["baseline"]), *treated, ("follow-up", days["followup"])]
    return [("baseline", days["baseline"]), (order[0], int(rng.integers(7, days[order[0]] - 7)))]


def _rate_improvement(a: Assumptions, people, reduction, rng) -> pd.DataFrame:
    """Seven categories in the assumed counts, agreeing with the reduction as assumed."""
    people, reduction = people[people["completed"]], reduction[people["completed"]]
    analysed = people["analysed"].to_numpy()
    score = (reduction - reduction.mean()) / reduction.std()
    top = sum(a.improvement_counts[:2])
    wanted = round(read_targets()["rct_improved_ldn"] * N / 100)
    for _ in range(5000):
        noise = rng.standard_normal(len(score))
        latent = a.improvement_r * score + np.sqrt(1 - a.improvement_r**2) * noise
        best_first = np.argsort(-latent)
        if analysed[best_first[:top]].sum() == wanted:
            break
    else:
        raise CalibrationError(
            f"with improvement_r = {a.improvement_r} and {top} participants in the two best "
            f"categories, {wanted} of the {N} analysed among them (rct_improved_ldn) did not come out"
        )
    improvement = np.empty(len(score), dtype=object)
    improvement[best_first] = np.repeat(np.array(CATEGORIES, dtype=object), a.improvement_counts)
    return pd.DataFrame(
        {"participant": people["participant"].to_numpy(), "improvement": improvement}
    )
