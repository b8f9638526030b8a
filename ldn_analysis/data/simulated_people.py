"""The illustrative trials: participants whose summaries match every printed number.

What was printed is a target (see `ldn_analysis.data.calibration`), the pilot's baseline one
participant at a time; how anybody answered during the trials is not known to us, and what is
needed beyond the targets is an assumption (see `ldn_analysis.data.assumptions`).
"""

import numpy as np
import pandas as pd

from ..core.codebook import get_resource
from ..core.status import mark_illustrative
from ..core.validation import require_rng
from .assumptions import Assumptions, CalibrationError, require_possible
from .calibration import check_calibration
from .checking import apply_types
from .diaries import summarise_diaries
from .simulated_crossover import simulate_crossover
from .simulated_pilot import simulate_pilot

__all__ = ["simulate_illustrative_trials"]

SEED = 2014  # of the tables in data/illustrative/


def simulate_illustrative_trials(
    assumptions: Assumptions | None = None,
    *,
    rng: int | np.random.Generator,
    tries: int = 40,
) -> dict[str, pd.DataFrame]:
    """Simulate the pilot and the crossover trial, from participants to analysis tables.

    The pilot's ten carry the published age, duration of illness, BMI, FIQ and ESR; their
    diaries are simulated. Percent reductions are drawn that have exactly the printed means,
    SDs, p values and correlations (a normal sample is orthogonalised and recombined), and drawn
    again until the printed counts come out. Diaries are then written around them in
    whole numbers, days are missed, and the analysis tables are computed from the
    diaries by `summarise_diaries`. The whole is repeated until `check_calibration`
    finds every target met to the printed precision.

    Parameters
    ----------
    assumptions : Assumptions, optional
        What was not printed. Default: `Assumptions()`.
    rng : int or numpy Generator
        Seed, or a generator. The project's own tables use seed 2014.
    tries : int
        How many times the diaries may be drawn again.

    Returns
    -------
    dict of DataFrame
        participants (41 rows), daily_pain (one row per participant and scheduled day),
        improvement (29), esr_pain_change (38 participants x 2 conditions).

    Raises
    ------
    CalibrationError
        If the assumptions leave a target unmet; the message names it.
    ValueError
        If `tries` is below 1.

    See Also
    --------
    check_calibration : Compares them with every printed number.
    use_data : Lets the notebooks read other tables.

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
    pilot, pilot_diary = simulate_pilot(a, rng)
    trial, trial_diary, improvement = simulate_crossover(a, rng)
    columns = [field["name"] for field in get_resource("participants")["schema"]["fields"]]
    participants = pd.concat([pilot, trial], ignore_index=True).reindex(columns=columns[:-1])
    diary = pd.concat([pilot_diary, trial_diary], ignore_index=True)
    tables = {
        "participants": participants,
        "daily_pain": diary,
        "improvement": improvement,
        "esr_pain_change": _summarise_pain(participants, diary),
    }
    for name in tables:
        tables[name] = mark_illustrative(apply_types(tables[name], name))
    return tables


def _summarise_pain(participants: pd.DataFrame, diary: pd.DataFrame) -> pd.DataFrame:
    """The table of Fig. 2: ESR, and pain by the registry's definitions."""
    analysed = participants[participants["analysed"]].rename(
        columns={"baseline_status": "esr_status"}
    )
    change = summarise_diaries(diary[diary["participant"].isin(analysed["participant"])]).merge(
        analysed[["participant", "trial", "esr_mm_h", "esr_status"]], on="participant"
    )
    change = change.rename(
        columns={
            "baseline": "baseline_pain_0_100",
            "end_point": "end_pain_0_100",
            "reduction_percent": "pain_reduction_percent",
        }
    ).sort_values(["participant", "condition"], ignore_index=True)
    columns = ["participant", "trial", "condition", "esr_mm_h", "esr_status"]
    columns += ["baseline_pain_0_100", "end_pain_0_100", "pain_reduction_percent"]
    return change[columns].round(2)
