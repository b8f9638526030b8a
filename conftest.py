"""For all tests and doctests."""

import gc
import sys

import pandas as pd
import pytest

from ldn_analysis import fit_line, load_dataset

# nbformat would compile a grammar of web addresses first: a second and more in every worker.
sys.modules.setdefault("rfc3987_syntax", None)


def pytest_collection_finish():
    """What thousands of tests are made of stays: it need not be searched for garbage again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def leave_as_it_was():
    """What a test leaves behind: figures, where it brought pyplot in, and the notebooks' style."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
    mpl = sys.modules.get("matplotlib")
    if mpl and mpl.rcParams["axes.titlelocation"] != "center":  # as `prepare_notebook` leaves it
        mpl.rcdefaults()
        pd.reset_option("^display")


@pytest.fixture(scope="module")
def ldn():
    """The left pane of Fig. 2."""
    data = load_dataset("esr_pain_change").query("condition == 'ldn'")
    return fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")


@pytest.fixture(scope="module")
def change() -> pd.DataFrame:
    """Pain reduction by participant and condition."""
    return load_dataset("esr_pain_change")


@pytest.fixture(scope="module")
def trial(change) -> pd.DataFrame:
    """The crossover trial's rows of it, with each participant's sequence."""
    people = load_dataset("participants")[["participant", "sequence"]]
    return change.query("trial == 'crossover'").merge(people, on="participant")


@pytest.fixture(scope="module")
def analysed() -> pd.DataFrame:
    """The participants whom the crossover trial analysed."""
    return load_dataset("participants").query("trial == 'crossover' and analysed")
