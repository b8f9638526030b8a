"""Executing notebooks two at a time in one process, against `nbconvert --execute` one by one."""

import json
import shutil

import pytest
from timing import ROOT, report, summarise_pairs, time_process

pytestmark = pytest.mark.benchmark
PAIRS = 3
# A sample, none with a `widget` cell, which nbconvert would execute.
SAMPLE = ("02_figure_1", "03_figure_2", "07_audit", "08_evidence")


@pytest.fixture
def copies(tmp_path):
    """The notebooks beside the script that executes those in its folder."""
    folder = tmp_path / "notebooks"
    for path in (ROOT / "docs" / "glossary.md", *(ROOT / "notebooks").glob("*.py")):
        place = tmp_path / path.parent.name
        place.mkdir(exist_ok=True)
        shutil.copy(path, place)
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        if path.name.startswith(SAMPLE):
            shutil.copy(path, folder)
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            assert not any("widget" in cell["metadata"].get("tags", []) for cell in cells)
    return folder


def test_notebooks_take_less_than_nbconvert_one_by_one(copies):
    names = sorted(path.name for path in copies.glob("*.ipynb"))
    assert len(names) == len(SAMPLE)
    pairs = []
    for turn in range(PAIRS + 1):
        ours = time_process("build.py", "execute", folder=copies)
        theirs = sum(
            time_process(
                "-m", "nbconvert", "--to", "notebook", "--execute", "--output-dir", "theirs", name,
                folder=copies,
            )
            for name in names
        )  # fmt: skip
        if turn:  # the first fills the caches
            pairs.append((ours, theirs))
    assert sorted(path.name for path in (copies / "theirs").iterdir()) == names
    name = f"make notebooks, {len(SAMPLE)} of them / nbconvert --execute one by one"
    assert report(name, summarise_pairs(pairs), "at least 2", "more than 1") > 1
