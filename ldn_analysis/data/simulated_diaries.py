"""Write the daily ratings of the illustrative trials around each person's reductions."""

import numpy as np
import pandas as pd

from .assumptions import CONDITIONS, CROSSOVER_OUTCOMES, Assumptions, CalibrationError

__all__ = ["write_diaries"]


def write_diaries(people, phases, outcomes, start, reductions, a: Assumptions, rng) -> pd.DataFrame:
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
            ratings[first] = adjust_total(ratings[first], total, 0, 100, rng)
            baseline = ratings[first].mean()
            for c in np.flatnonzero([analysed[i]] * 2):
                last = np.flatnonzero(phase == CONDITIONS[c])[-3:]
                last = last[rated[last]]
                wanted = reductions[i, c] + owed[c]
                total = int(np.rint(last.size * baseline * (1 - wanted / 100)))
                ratings[last] = adjust_total(ratings[last], total, 0, 100, rng)
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


def adjust_total(values: np.ndarray, total: int, low: int, high: int, rng) -> np.ndarray:
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
