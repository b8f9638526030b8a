"""From daily diaries to one row a person and condition, by the registry's definitions."""

import numpy as np
import pandas as pd

__all__ = ["summarise_diaries"]


def summarise_diaries(
    diaries: pd.DataFrame,
    *,
    rating: str = "pain_0_100",
    baseline_phase: str = "baseline",
    conditions: tuple[str, ...] = ("ldn", "placebo"),
    final_days: int = 3,
) -> pd.DataFrame:
    """Baseline, end point and percent reduction of a daily rating.

    The definitions of the registry record (NCT00568555): the baseline is the mean of the
    ratings of the baseline phase; the end point is the mean of the ratings of the final
    three days of a condition; reduction = (baseline - end point) / baseline x 100, so that
    positive means that the rating went down. Missed days are left out of the means:
    this assumes that a day was not missed because of what would have been rated.

    Parameters
    ----------
    diaries : DataFrame
        One row a participant and scheduled day, with columns participant, phase, day
        (counted from the start of the study) and the rating; a missed day is a row with a
        blank rating. The last row of a condition is taken for its last scheduled day.
    rating : str
        Column to summarise.
    baseline_phase : str
        Value of `phase` in the baseline.
    conditions : tuple of str
        Values of `phase` to summarise, in this order.
    final_days : int
        How many scheduled days before the end of a condition make the end point.

    Returns
    -------
    DataFrame
        participant, condition, baseline, end_point, reduction_percent, baseline_days,
        end_point_days (how many ratings went into each mean). A participant without a
        rating in the baseline or in the final days of a condition has no row for it;
        a baseline of zero gives a reduction of nan.

    Raises
    ------
    ValueError
        If a column is missing, a condition or the baseline never occurs, or a participant
        has two rows for one day of a phase.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.DataFrame({"participant": "A", "phase": ["baseline"] * 2 + ["ldn"] * 4,
    ...                      "day": range(1, 7), "pain_0_100": [60, 40, 50, 30, 40, 20]})
    >>> row = summarise_diaries(days, conditions=("ldn",)).iloc[0]
    >>> float(row["baseline"]), float(row["end_point"]), float(row["reduction_percent"])
    (50.0, 30.0, 40.0)
    """
    for column in ("participant", "phase", "day", rating):
        if column not in diaries:
            raise ValueError(
                f"summarise_diaries: the diaries have no column {column!r}; they have: "
                f"{', '.join(map(str, diaries.columns))}"
            )
    phase = diaries["phase"].astype(str)
    for name in (baseline_phase, *conditions):
        if not (phase == str(name)).any():
            raise ValueError(
                f"summarise_diaries: no day has phase {name!r}; phases: {', '.join(phase.unique())}"
            )
    twice = diaries.duplicated(["participant", "phase", "day"])
    if twice.any():
        first = diaries[twice].iloc[0]
        raise ValueError(
            f"summarise_diaries: {twice.sum()} row(s) repeat a day, first: participant "
            f"{first['participant']}, phase {first['phase']}, day {first['day']}. Keep one row a day."
        )
    rated = diaries[rating].notna()
    baseline = _mean_by_person(diaries[rated & (phase == str(baseline_phase))], rating, "baseline")
    parts = []
    for condition in conditions:
        days = diaries[phase == str(condition)]
        last = days.groupby("participant", observed=True)["day"].transform("max")
        final = days[(days["day"] > last - final_days) & days[rating].notna()]
        part = baseline.join(_mean_by_person(final, rating, "end_point"), how="inner")
        part.insert(0, "condition", condition)
        parts.append(part.reset_index())
    table = pd.concat(parts, ignore_index=True)
    start = table["baseline"].where(table["baseline"] > 0, np.nan)
    table["reduction_percent"] = (start - table["end_point"]) / start * 100
    columns = ["participant", "condition", "baseline", "end_point", "reduction_percent"]
    return table[[*columns, "baseline_days", "end_point_days"]]


def _mean_by_person(days: pd.DataFrame, rating: str, name: str) -> pd.DataFrame:
    """Mean and number of ratings of each participant."""
    groups = days.groupby("participant", observed=True, sort=False)[rating]
    return groups.agg(["mean", "count"]).set_axis([name, f"{name}_days"], axis=1)
