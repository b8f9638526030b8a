"""`use_data`: a student's own tables, and nobody else's when they cannot be taken."""

import shutil
from pathlib import Path

import pytest

from ldn_analysis import (
    DataError,
    check,
    load_dataset,
    simulate_illustrative_trials,
    use_data,
)
from ldn_analysis.core.status import read_status
from ldn_analysis.data.tables import write_tables

ROOT = Path(__file__).parents[2]
ILLUSTRATIVE = ["participants", "daily_pain", "improvement", "esr_pain_change"]


@pytest.fixture
def project_data():
    """Whatever a test uses, the next one has the project's tables."""
    yield
    use_data(None)


@pytest.mark.usefixtures("project_data")
def test_the_projects_own_folder_changes_nothing():
    own = {name: load_dataset(name) for name in ILLUSTRATIVE}
    use_data(ROOT / "data" / "illustrative")
    for name, table in own.items():
        again = load_dataset(name)
        assert again.equals(table)
        assert list(again.dtypes) == list(table.dtypes)
        assert read_status(again) == read_status(table) == "illustrative"


@pytest.fixture(scope="module")
def others():
    """Tables of another simulation."""
    return simulate_illustrative_trials(rng=24)


@pytest.mark.usefixtures("project_data")
def test_tables_move_and_come_back_and_the_published_stay(others, tmp_path):
    write_tables(others, tmp_path)
    before, published = load_dataset("esr_pain_change"), load_dataset("published_values")
    use_data(tmp_path)
    shutil.rmtree(tmp_path)  # they were read when they were named
    assert load_dataset("esr_pain_change").equals(others["esr_pain_change"])
    spoiled = load_dataset("esr_pain_change")
    spoiled["esr_mm_h"] = 0.0  # a copy
    assert load_dataset("esr_pain_change").equals(others["esr_pain_change"])
    assert load_dataset("published_values").equals(published)
    use_data(None)
    assert load_dataset("esr_pain_change").equals(before)


def spoil(folder, how, others):
    write_tables({name: load_dataset(name) for name in ILLUSTRATIVE}, folder)
    path = folder / "esr_pain_change.csv"
    if how == "missing":
        path.unlink()
    elif how == "column":
        table = load_dataset("esr_pain_change").drop(columns="baseline_pain_0_100")
        write_tables({"esr_pain_change": table}, folder)
    elif how == "swapped":
        shutil.copy(folder / "improvement.csv", path)
    elif how == "value":
        path.write_text(path.read_text().replace("placebo", "placebx", 1))
    else:  # one table of another simulation
        write_tables({how: others[how]}, folder)


@pytest.mark.usefixtures("project_data")
@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ("missing", DataError, r"esr_pain_change.csv: there is no such file"),
        ("column", DataError, r"esr_pain_change.csv: has no column baseline_pain_0_100"),
        ("swapped", DataError, r"esr_pain_change.csv: \d problems"),
        ("value", DataError, r"esr_pain_change.csv: line 3, condition: 'placebx'"),
        ("esr_pain_change", ValueError, r"esr_pain_change.csv is not about the participants in"),
        ("improvement", ValueError, r"improvement.csv is not about the participants in"),
    ],
)
def test_after_a_bad_folder_nothing_goes_on_with_other_data(tmp_path, others, how, error, message):
    spoil(tmp_path, how, others)
    assert check("03.5", "no")
    with pytest.raises(error, match=message):
        use_data(tmp_path)
    for ask in (lambda: load_dataset("esr_pain_change"), lambda: check("03.1", 1)):
        with pytest.raises(ValueError, match=r"your own data could not be taken.*run|Run the cell"):
            ask()
    assert len(load_dataset("published_values"))  # the same for all
    use_data(ROOT / "data" / "illustrative")
    assert not check("03.1", 1)


@pytest.mark.usefixtures("project_data")
def test_no_folder():
    with pytest.raises(ValueError, match=r"use_data: there is no folder 'nowhere'"):
        use_data("nowhere")
    with pytest.raises(ValueError, match=r"there is no folder 'nowhere'"):
        load_dataset("participants")
