"""Fixed outcomes and diaries, which R was given too; no test here depends on data/."""

from pathlib import Path

import pandas as pd
import pytest

from ldn_analysis.core.status import mark_illustrative

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="session")
def outcomes() -> pd.DataFrame:
    """One row per participant: trial, sequence, ESR, both reductions, answer."""
    return mark_illustrative(pd.read_csv(REFERENCE / "crossover_outcomes.csv"))


@pytest.fixture(scope="session")
def change(outcomes) -> pd.DataFrame:
    """Pain reduction, one row per participant and condition."""
    parts = [
        outcomes.assign(condition=name, pain_reduction_percent=outcomes[name])
        for name in ("ldn", "placebo")
    ]
    columns = ["participant", "trial", "condition", "esr_mm_h", "pain_reduction_percent", "status"]
    return pd.concat(parts)[columns].sort_values(["participant", "condition"], ignore_index=True)


@pytest.fixture(scope="session")
def trial(change, outcomes) -> pd.DataFrame:
    """The crossover trial's rows of it, with each participant's sequence."""
    rows = change.query("trial == 'crossover'")
    return rows.merge(outcomes[["participant", "sequence"]], on="participant")


@pytest.fixture(scope="session")
def pain(trial) -> pd.DataFrame:
    """Those under LDN."""
    return trial.query("condition == 'ldn'")


@pytest.fixture(scope="session")
def improvement(outcomes) -> pd.DataFrame:
    """Answers of the crossover trial, and of one participant without a pain reduction."""
    rows = outcomes.dropna(subset="improvement")[["participant", "improvement", "status"]]
    more = pd.DataFrame({"participant": ["C30"], "improvement": ["no change"]})
    return pd.concat([rows, more], ignore_index=True)


@pytest.fixture(scope="session")
def analysed(outcomes) -> pd.DataFrame:
    """The participants of the crossover trial with their sequence."""
    return outcomes.query("trial == 'crossover'")[["participant", "sequence"]]


@pytest.fixture(scope="session")
def diary() -> pd.DataFrame:
    """Daily pain of both phases."""
    return mark_illustrative(pd.read_csv(REFERENCE / "crossover_diary.csv"))
