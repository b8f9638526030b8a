"""Masters for nbgrader and otter: a question an exercise, hints kept, a faked check worth nothing."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest

from classroom import grading
from classroom.copies import find_notebooks

PATHS = find_notebooks([])
NAME = "03_figure_2_esr_and_pain"


@pytest.mark.parametrize("grader", ["nbgrader", "otter"])
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_master_has_a_question_an_exercise(path, grader):
    kept = nbformat.read(path, as_version=4)
    master = grading.make_master(kept, grader)
    nbformat.validate(master)
    assert len({cell.id for cell in master.cells}) == len(master.cells)
    numbers = re.findall(r'check\("([\d.]+)", \.\.\.\)', nbformat.writes(kept).replace("\\", ""))
    names = [f"answer_{number.replace('.', '_')}" for number in numbers]
    for cell in master.cells:
        if cell.cell_type == "code":
            compile(cell.source, cell.id, "exec")
    if grader == "nbgrader":
        marked = [cell.metadata["nbgrader"] for cell in master.cells if "nbgrader" in cell.metadata]
        assert [m["grade_id"] for m in marked if m["solution"]] == names
        assert [m["grade_id"] for m in marked if m["grade"]] == [f"test_{name}" for name in names]
        assert sum(m.get("points", 0) for m in marked) == len(names)
        assert all(m["schema_version"] == 3 and m["locked"] == m["grade"] for m in marked)
    else:
        raw = "\n".join(cell.source for cell in master.cells if cell.cell_type == "raw")
        assert re.findall(r"name: (\w+)", raw) == names
        for mark in ("QUESTION", "SOLUTION", "TESTS"):
            assert raw.count(f"# BEGIN {mark}") == raw.count(f"# END {mark}") == len(names)


def test_the_point_keeps_its_hint_and_asks_the_packages_own_check():
    test = grading.make_test("03.1", "x")
    faked = "check = lambda *a: True\n"
    with pytest.raises(AssertionError, match=r"03\.1 not yet: a number is asked for"):
        exec(f"{faked}x = 'steep'\n{test}", {})


def test_the_command_writes_masters_for_the_teacher_alone(tmp_path, run_task):
    assert run_task("student", "03", "--grader", "nbgrader", "--out", tmp_path)[0] == 0
    assert (tmp_path / "teacher" / "nbgrader" / "source" / NAME / f"{NAME}.ipynb").is_file()
    assert not (tmp_path / "student").exists()


# --- with the graders themselves ---------------------------------------------------------


@pytest.fixture(scope="module")
def install(start_files, tmp_path_factory):
    """A throw-away environment with a grader and this package; its Python, or a skip."""

    def make(package):
        folder = tmp_path_factory.mktemp(package)
        wheel = next(name for name in start_files if name.endswith(".whl"))
        (folder / wheel).write_bytes(start_files[wheel])
        wanted = [package, f"{folder / wheel}[notebooks]"]
        uv, python = shutil.which("uv"), folder / "venv" / "bin" / "python"
        made = [
            [sys.executable, "-m", "venv", folder / "venv"],
            [python, "-m", "pip", "install", "-q", *wanted],
        ]
        if uv:
            made = [
                [uv, "venv", "-q", "--python", sys.executable, folder / "venv"],
                [uv, "pip", "install", "-q", "--python", python, *wanted],
            ]
        for command in made:
            done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
            if done.returncode:
                pytest.skip(f"{package} cannot be installed: {done.stderr.strip()[-200:]}")
        return python

    return make


def call(python, words, cwd):
    """Run a program of an environment; its output."""
    bare = {name: cell for name, cell in os.environ.items() if name != "PYTHONPATH"}
    bare["PATH"] = f"{python.parent}{os.pathsep}{bare['PATH']}"
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=bare, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout


def answer(path, answers, extra=""):
    """Fill the student's copy in: an answer for each name, and a line of their own."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        for name, value in answers.items():
            if (
                cell.cell_type == "code"
                and re.search(rf"{name}\b", cell.source)
                and "check(" not in cell.source
            ):
                cell.source = f"{extra}\n{name} = {value}"
    nbformat.write(notebook, path)


def write_short(folder):
    """Notebook 03 with what three exercises need, and no more."""
    notebook = nbformat.read(next(path for path in PATHS if path.stem == NAME), as_version=4)
    kept = {"title", "setup", "data", "fits"} | {
        f"{kind}-{i}" for kind in ("exercise", "solution") for i in (1, 2, 5)
    }
    notebook.cells = [cell for cell in notebook.cells if cell.id in kept]
    path = folder / f"{NAME}.ipynb"
    nbformat.write(notebook, path)
    return path


RIGHT = {
    "answer_03_1": 'fits["ldn"].slope',
    "answer_03_2": 'fits["ldn"].r_squared',
    "answer_03_5": '"no"',
}
WRONG = {"answer_03_1": 'fits["placebo"].slope', "answer_03_5": '"yes"'}
FAKE = "check = lambda *a: True"


@pytest.mark.grader
def test_otter_students_copy_runs_and_is_graded(tmp_path, install):
    python = install("otter-grader")
    grading.write_masters([write_short(tmp_path)], "otter", tmp_path)
    source = tmp_path / "teacher" / "otter" / "source" / NAME
    call(python, ["otter", "assign", "--no-run-tests", f"{NAME}.ipynb", "dist"], source)
    student = source / "dist" / "student" / f"{NAME}.ipynb"
    for who, answers, extra in (("right", RIGHT, ""), ("fake", WRONG, FAKE)):
        work = Path(tempfile.mkdtemp(dir=tmp_path))
        shutil.copytree(student.parent, work, dirs_exist_ok=True)
        answer(work / student.name, answers, extra)
        # What a student sees: every question finds its grader, and hints are kept.
        run = ["jupyter", "nbconvert", "--to", "notebook", "--execute", "--allow-errors"]
        call(python, [*run, "--output", "done", student.name], work)
        shown = (work / "done.ipynb").read_text("utf-8")
        assert "NameError: name 'grader'" not in shown.replace("\\u001b", "")
        assert "name 'grader' is not defined" not in shown
        if who == "fake":
            assert "NameError" not in shown
            assert "that is the right pane, placebo" in shown
        zips = next((source / "dist" / "autograder").glob("*.zip"))
        call(python, ["otter", "run", "-a", zips, "-o", work, work / student.name], work)
        results = json.loads((work / "results.json").read_text())
        points = {
            t["name"].split()[0]: t.get("score", 0)
            for t in results["tests"]
            if "answer" in t["name"]
        }
        assert sum(points.values()) == {"right": 3, "fake": 0}[who]


@pytest.mark.grader
def test_nbgrader_students_copy_runs_and_is_graded(tmp_path, install):
    python = install("nbgrader")
    grading.write_masters([write_short(tmp_path)], "nbgrader", tmp_path)
    course = tmp_path / "teacher" / "nbgrader"
    call(python, ["nbgrader", "generate_assignment", NAME], course)
    release = course / "release" / NAME / f"{NAME}.ipynb"
    for who, answers, extra in (("right", RIGHT, ""), ("fake", WRONG, FAKE)):
        work = course / "submitted" / who / NAME
        work.mkdir(parents=True)
        shutil.copy(release, work)
        answer(work / release.name, answers, extra)
    call(python, ["nbgrader", "autograde", NAME], course)
    call(python, ["nbgrader", "export"], course)
    rows = (course / "grades.csv").read_text().splitlines()
    column = rows[0].split(",").index("raw_score")
    student = rows[0].split(",").index("student_id")
    scores = {row.split(",")[student]: float(row.split(",")[column]) for row in rows[1:]}
    assert scores == {"right": 3, "fake": 0}
    graded = (course / "autograded" / "fake" / NAME / f"{NAME}.ipynb").read_text("utf-8")
    assert "that is the right pane, placebo" in graded
