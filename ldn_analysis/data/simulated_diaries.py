"""Write the daily ratings of the illustrative trials around everybody's reductions."""

import numpy as np
import pandas as pd

from .assumptions import CONDITIONS, CROSSOVER_OUTCOMES, Assumptions, CalibrationError
from .simulated_draws import adjust_total

__all__: list[str] = []


def write_diaries(
    people, phases, outcomes, start, reductions, a: Assumptions, rng, *,
    missed_share: float, peak_day: int | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Daily whole-number ratings with missed days, whose summaries give everybody's reductions.

    With a peak day LDN works in a straight line until that day and stays; without, both
    conditions approach their end exponentially, by `Assumptions.onset_days`.
    """
    lengths = [[days for _, days in plan] for plan in phases]
    day_in_phase = np.concatenate([np.arange(1, n + 1) for plan in lengths for n in plan])
    totals = [sum(plan) for plan in lengths]
    diary = pd.DataFrame(
        {
            "participant": np.repeat(people["participant"].to_numpy(), totals),
            "trial": people["trial"].iloc[0],
            "day": np.concatenate([np.arange(1, total + 1) for total in totals]),
            "phase": np.concatenate([np.repeat(*zip(*plan, strict=True)) for plan in phases]),
            "day_in_phase": day_in_phase,
        }
    )
    cuts = np.cumsum(totals)[:-1]
    phase = np.split(diary["phase"].to_numpy(), cuts)
    rated = np.split(_draw_rated_days(day_in_phase, missed_share, rng), cuts)
    for j, outcome in enumerate(outcomes):
        diary[outcome] = np.concatenate(
            _write_ratings(
                phase, rated, start[:, j], reductions[:, j], people["analysed"].to_numpy(), rng,
                [
                    _draw_ratings(_draw_path(plan, start[i, j], reductions[i, j], a, peak_day), a, rng)
                    for i, plan in enumerate(phases)
                ],
            )
        )  # fmt: skip
    columns = ["participant", "trial", "day", "phase", "day_in_phase", *CROSSOVER_OUTCOMES]
    return diary.reindex(columns=columns)


def _draw_rated_days(day_in_phase: np.ndarray, missed_share: float, rng) -> np.ndarray:
    """Which days are rated: a given share is not, but the last day of a phase always is."""
    is_last = np.append(day_in_phase[1:] == 1, True)
    missed = rng.choice(np.flatnonzero(~is_last), round(missed_share * len(is_last)), replace=False)
    rated = np.ones(len(is_last), dtype=bool)
    rated[missed] = False
    return rated


def _write_ratings(phase, rated, start, reductions, analysed, rng, ratings) -> list[np.ndarray]:
    """Everybody's ratings of one outcome, moved by ones until baseline and end points are right."""
    for i, values in enumerate(ratings):
        first = np.flatnonzero((phase[i] == "baseline") & rated[i])
        total = int(np.rint(first.size * start[i]))
        values[first] = adjust_total(values[first], total, 0, 100, rng)
        start[i] = values[first].mean()
    final = {
        (i, c): np.flatnonzero(phase[i] == condition)[-3:]
        for i in np.flatnonzero(analysed)
        for c, condition in enumerate(CONDITIONS)
    }
    final = {key: days[rated[key[0]][days]] for key, days in final.items()}
    totals = _find_end_totals(start, reductions, final, rng)
    for key, days in final.items():
        values = ratings[key[0]]
        values[days] = adjust_total(values[days], totals[key], 0, 100, rng)
    return [np.where(kept, values, np.nan) for kept, values in zip(rated, ratings, strict=True)]


def _find_end_totals(baseline, reductions, final: dict, rng) -> dict[tuple, int]:
    """Whole-number sums of the final days that keep means, SDs and the paired t of the reductions.

    Rounding errors are carried on from participant to participant, in random order, so that they
    cancel in the means; the order is drawn again until SDs and t survive too.
    """
    chosen = sorted({i for i, _ in final})
    tolerance = 0.084 / len(chosen)  # by which the printed digits of 28 and of ten survive
    for _ in range(3000):
        owed, totals = np.zeros(2), {}
        achieved = np.full_like(reductions, np.nan)
        for i in rng.permutation(chosen):
            for c in (0, 1):
                size, wanted = len(final[i, c]), reductions[i, c] + owed[c]
                totals[i, c] = round(size * baseline[i] * (1 - wanted / 100))
                achieved[i, c] = 100 * (1 - totals[i, c] / size / baseline[i])
                owed[c] = wanted - achieved[i, c]
        made, wanted = achieved[chosen], reductions[chosen]
        spread = np.abs(made.std(axis=0) / wanted.std(axis=0) - 1).max()
        if max(abs(_paired_t(made) - _paired_t(wanted)), spread) < tolerance:
            return totals
    raise CalibrationError(
        "whole-number ratings did not keep the statistics of the reductions drawn"
    )


def _paired_t(pairs: np.ndarray) -> float:
    """Paired t of two columns."""
    difference = pairs[:, 0] - pairs[:, 1]
    return difference.mean() / difference.std(ddof=1) * np.sqrt(len(difference))


def _draw_path(plan, start: float, reductions, a: Assumptions, peak_day) -> np.ndarray:
    """One participant's level of one outcome, day by day, without what varies daily."""
    level, path = start, []
    for name, days in plan:
        day = np.arange(1, days + 1)
        if name == "baseline":
            path.append(np.full(days, start))
            continue
        goal, approach = start, -np.expm1(-day / 14.0)  # after the trial the effect wears off
        if name in CONDITIONS:
            c = CONDITIONS.index(name)
            goal, pace = start * (1 - reductions[c] / 100), a.onset_days[c]
            approach = -np.expm1(-day / pace) / -np.expm1(-days / pace)
            if name == "ldn" and peak_day:
                approach = np.minimum(day / peak_day, 1)
        path.append(level + (goal - level) * approach)
        level = path[-1][-1]
    return np.concatenate(path)


def _draw_ratings(path: np.ndarray, a: Assumptions, rng) -> np.ndarray:
    """Whole numbers about the level: autocorrelated, varying less near the ends of the scale."""
    noise = rng.standard_normal(len(path)) * a.daily_sd
    noise[1:] *= np.sqrt(1 - a.daily_autocorrelation**2)
    for day in range(1, len(noise)):
        noise[day] += a.daily_autocorrelation * noise[day - 1]
    room = np.clip(np.minimum(path, 100 - path) / 25, 0.25, 1)
    return np.clip(np.rint(path + noise * room), 0, 100)
