"""From daily diaries to one row per participant and condition, by the registry's definitions."""

import numpy as np
import pandas as pd

from ..core.line import LineSums, solve_line

__all__ = ["fill_missed_days", "summarise_diaries"]

MISSED_DAYS = ("left out", "carried forward", "own line")
LINE_DAYS = 14  # an own line rests on the final days of its phase


def summarise_diaries(
    diaries: pd.DataFrame,
    *,
    rating: str = "pain_0_100",
    baseline_phase: str = "baseline",
    conditions: tuple[str, ...] = ("ldn", "placebo"),
    final_days: int = 3,
    baseline_days: int | None = None,
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
        One row per participant and scheduled day, with columns participant, phase, day
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
    baseline_days : int, optional
        How many scheduled days before the end of the baseline phase make the baseline.
        Default: all of them, as the registry has it.

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

    See Also
    --------
    fit_diary_model : Takes every day, not a mean of the last ones.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.DataFrame({"participant": "A", "phase": ["baseline"] * 2 + ["ldn"] * 4,
    ...                      "day": range(1, 7), "pain_0_100": [60, 40, 50, 30, 40, 20]})
    >>> row = summarise_diaries(days, conditions=("ldn",)).iloc[0]
    >>> float(row["baseline"]), float(row["end_point"]), float(row["reduction_percent"])
    (50.0, 30.0, 40.0)
    """
    phase = require_diaries(diaries, rating, (baseline_phase, *conditions))
    diaries = diaries[sorted({"participant", "day", rating})]
    days = diaries[phase == str(baseline_phase)]
    baseline = average_final_days(days, baseline_days, rating, "baseline")
    parts = []
    for condition in conditions:
        days = diaries[phase == str(condition)]
        end_point = average_final_days(days, final_days, rating, "end_point")
        part = baseline.join(end_point, how="inner")
        part.insert(0, "condition", condition)
        parts.append(part.reset_index())
    table = pd.concat(parts, ignore_index=True)
    start = table["baseline"].where(table["baseline"] > 0, np.nan)
    table["reduction_percent"] = (start - table["end_point"]) / start * 100
    columns = ["participant", "condition", "baseline", "end_point", "reduction_percent"]
    return table[[*columns, "baseline_days", "end_point_days"]]


def require_diaries(diaries: pd.DataFrame, rating: str, phases: tuple[str, ...]) -> pd.Series:
    """The phase of every day as text, once the columns, phases and days are what they must be."""
    for column in ("participant", "phase", "day", rating):
        if column not in diaries:
            raise ValueError(
                f"summarise_diaries: the diaries have no column {column!r}; they have: "
                f"{', '.join(map(str, diaries.columns))}"
            )
    phase = diaries["phase"].astype(str)
    for name in phases:
        if not (phase == str(name)).any():
            raise ValueError(
                f"summarise_diaries: no day has phase {name!r}; phases: {', '.join(phase.unique())}"
            )
    twice = diaries.duplicated(["participant", "phase", "day"])
    if twice.any():
        first = diaries[twice].iloc[0]
        raise ValueError(
            f"summarise_diaries: {twice.sum()} row(s) repeat a day, first: participant "
            f"{first['participant']}, phase {first['phase']}, day {first['day']}. Keep one row per day."
        )
    return phase


def fill_missed_days(
    diaries: pd.DataFrame, *, method: str, rating: str = "pain_0_100"
) -> pd.DataFrame:
    """Put something in the place of missed days, in one of the usual ways.

    None of them knows what would have been rated. "left out" assumes that a day was not
    missed because of its rating, "carried forward" that nothing changed since the last rated
    day, "own line" that the participant went on along their own straight line through the final 14 days
    of the phase.

    Parameters
    ----------
    diaries : DataFrame
        One row per participant and scheduled day, as `summarise_diaries` takes them.
    method : {"left out", "carried forward", "own line"}
        "left out" leaves the blanks. "carried forward" repeats the last rating of the same
        phase; a phase that begins with missed days keeps these blank. "own line" fills the
        blanks of the final 14 days of each phase from the least-squares line of their rated
        days (three at least), held between the lowest and the highest of these.
    rating : str
        Column to fill.

    Returns
    -------
    DataFrame
        A copy, sorted by participant and day.

    Raises
    ------
    ValueError
        If there is no such method.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.DataFrame({"participant": "A", "phase": "ldn", "day": range(1, 5),
    ...                      "pain_0_100": [60, 50, None, 30]})
    >>> fill_missed_days(days, method="own line")["pain_0_100"].tolist()
    [60.0, 50.0, 40.0, 30.0]
    >>> fill_missed_days(days, method="carried forward")["pain_0_100"].tolist()
    [60.0, 50.0, 50.0, 30.0]
    """
    if method not in MISSED_DAYS:
        raise ValueError(
            f"fill_missed_days: method must be one of {', '.join(map(repr, MISSED_DAYS))}; "
            f"received {method!r}"
        )
    filled = diaries.sort_values(["participant", "day"], kind="stable")
    spells = filled.groupby(["participant", "phase"], observed=True, sort=False)
    if method == "carried forward":
        filled[rating] = spells[rating].ffill()
    elif method == "own line":
        final = filled["day"] > spells["day"].transform("max") - LINE_DAYS
        filled.loc[final, rating] = _fill_by_line(filled[final], rating)
    return filled


def _fill_by_line(days: pd.DataFrame, rating: str) -> pd.Series:
    """The ratings, and in the blanks the height of each spell's own line."""
    y = days[rating]
    spells = y.groupby([days["participant"], days["phase"]], observed=True)
    day = days["day"] - days.groupby(["participant", "phase"], observed=True)["day"].transform(
        "mean"
    )
    x, dy = day.where(y.notna()), y - spells.transform("mean")  # the line is of rated days
    terms = {"n": y.notna(), "x": x, "y": dy, "xx": x**2, "xy": x * dy, "yy": dy**2}
    sums = pd.DataFrame(terms).groupby([days["participant"], days["phase"]], observed=True)
    line = solve_line(LineSums(*(column for _, column in sums.transform("sum").items())))
    height = spells.transform("mean") + line.intercept + line.slope * day
    height = height.clip(spells.transform("min"), spells.transform("max"))
    return y.where(y.notna() | (line.n < 3), height)


def average_final_days(
    days: pd.DataFrame, count: int | None, rating: str, name: str
) -> pd.DataFrame:
    """Mean and number of ratings in each participant's last scheduled days; all without a count."""
    if count is not None:
        last = days.groupby("participant", observed=True)["day"].transform("max")
        days = days[days["day"] > last - count]
    days = days[days[rating].notna()]
    groups = days.groupby("participant", observed=True, sort=False)[rating]
    return groups.agg(["mean", "count"]).set_axis([name, f"{name}_days"], axis=1)
