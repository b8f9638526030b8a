"""Every solution is right with a student's data; the guide names what is there."""

import asyncio
import re
import shutil
import sys
from importlib import import_module
from pathlib import Path

import nbformat
import pytest

from ldn_analysis import simulate_illustrative_trials
from ldn_analysis.data.tables import write_tables

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "notebooks")]
build, copies, people = map(import_module, ["build", "classroom.copies", "classroom.people"])

PATHS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
SEED = people.derive_seed(2026, "李雷", 0)


@pytest.fixture(scope="module")
def own_data(tmp_path_factory):
    """The tables of one student."""
    folder = tmp_path_factory.mktemp("own") / "data"
    write_tables(simulate_illustrative_trials(rng=SEED), folder)
    return folder


# --- solutions put back ------------------------------------------------------------------


def execute_with_solutions(own_data, path, tmp_path):
    """A student's copy in a folder of its own, answered as the teacher would answer it."""
    folder = tmp_path / "alone"
    shutil.copytree(own_data, folder / "data")
    kept = nbformat.read(path, as_version=4)
    notebook, cells = copies.make_copy(kept, own_data=True), kept.cells
    for solution in (cell for cell in cells if "solution" in cell.metadata.get("tags", [])):
        blank = solution.id.replace("solution", "exercise")
        place = next(i for i, cell in enumerate(notebook.cells) if cell.id == blank)
        notebook.cells.insert(place + 1, solution)
    asyncio.run(build.run(notebook, folder))
    verdicts = [
        cell.outputs[-1]["data"]["text/plain"]
        for cell in notebook.cells
        if re.match("exercise|solution", cell.id) and cell.cell_type == "code"
    ]
    assert len(verdicts) >= 6
    for blank, right in zip(verdicts[::2], verdicts[1::2], strict=True):
        assert " not yet: put your answer" in blank
        assert " right: " in right
    kept = {cell.id: cell for cell in cells}
    moved = [cell for cell in notebook.cells if cell.id in kept and cell.cell_type == "code"]
    assert not any(out.get("name") == "stderr" for cell in moved for out in cell.outputs)
    return sum(
        shown(cell) != shown(kept[cell.id])
        for cell in moved
        if not {"versions", "timing"} & set(cell.metadata.get("tags", []))
    )


def shown(cell):
    """What a cell shows, without its number."""
    return [output.get("data", output.get("text")) for output in cell.outputs]


@pytest.mark.parametrize("path", PATHS[0:3:2], ids=lambda path: path.stem)
def test_two_notebooks_are_right_with_a_students_data(own_data, path, tmp_path):
    assert execute_with_solutions(own_data, path, tmp_path) > 3


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_notebook_is_right_with_a_students_data(own_data, path, tmp_path):
    moved = execute_with_solutions(own_data, path, tmp_path)
    if path.name[:2] in ("07", "08"):  # printed numbers alone
        assert moved == 0
    if path.name[:2] in ("01", "03", "04", "05", "06"):  # 02 shows counts, which are the same
        assert moved > 3


# --- the guide ---------------------------------------------------------------------------

GUIDE = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")


def test_every_python_block_of_the_guide_runs(capsys):
    space = {}
    blocks = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    for block in blocks:
        exec(compile(block, "docs/teaching.md", "exec"), space)
    assert len(blocks) >= 5
    printed = capsys.readouterr().out
    passed_over = printed.partition("24 Difference")[2].partition("\n")[0]
    assert re.search(r"95 % CI 0\.", passed_over)  # the seed that the guide shows lies above zero
    assert str(space["comparison"]) in printed


def test_every_cell_and_exercise_of_the_guide_exists():
    ids = {p.name[:2]: {c.id for c in nbformat.read(p, as_version=4).cells} for p in PATHS}
    named = re.findall(r"`(\d\d):([a-z0-9-]+)`", GUIDE)
    assert len(named) > 50
    for number, cell in named:
        assert cell in ids[number], f"{number}:{cell}"
    exercises = set(re.findall(r"\b(0\d\.\d)\b", GUIDE)) - {"0.9.6"}
    known = set(people.list_answers(None, [path.name[:2] for path in PATHS]))
    assert exercises <= known


def test_the_guide_names_every_notebook_and_its_minutes():
    for path in PATHS:
        minutes = re.search(r"About (\d+) min", nbformat.read(path, as_version=4).cells[0].source)
        row = re.search(rf"^\| {path.name[:2]} .*?\| (.*?) \|", GUIDE, re.MULTILINE)
        assert row, path.name
        assert row[1] in (minutes[1], "see its title")


def test_options_of_the_guide_are_those_of_the_tasks(monkeypatch, capsys):
    main = import_module("classroom.__main__").main
    text = ""
    for task in ("student", "collect", "exam"):
        monkeypatch.setattr(sys, "argv", ["classroom", task, "--help"])
        with pytest.raises(SystemExit):
            main()
        text += capsys.readouterr().out
    known = {*re.findall(r"--[a-z]+", text), "--install"}
    assert set(re.findall(r"(?<![-\w])--[a-z]+", GUIDE)) <= known
