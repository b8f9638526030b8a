"""Tables and fits that several test files look at."""

import pandas as pd
import pytest

from ldn_analysis import fit_line, load_dataset


@pytest.fixture(scope="module")
def ldn():
    """The left pane of Fig. 2."""
    data = load_dataset("esr_pain_change").query("condition == 'ldn'")
    return fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")


@pytest.fixture(scope="module")
def change() -> pd.DataFrame:
    return load_dataset("esr_pain_change")


@pytest.fixture(scope="module")
def trial(change) -> pd.DataFrame:
    people = load_dataset("participants")[["participant", "sequence"]]
    return change.query("trial == 'crossover'").merge(people, on="participant")


@pytest.fixture(scope="module")
def analysed() -> pd.DataFrame:
    return load_dataset("participants").query("trial == 'crossover' and analysed")
