"""What students hand in: whose it is, what it earns, and whose numbers it holds."""

import json
import shutil
import zipfile

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from classroom import collect as module
from classroom.copies import find_notebooks
from classroom.errors import InputError
from classroom.marks import Marks, find_neighbour, match_answer
from classroom.submissions import find_submissions, match_name

NAME = "03_figure_2_esr_and_pain.ipynb"
START = """import ldn_analysis as ldn
from ldn_analysis import check
ldn.use_data("data")"""
FIT = 'fits = ldn.fit_lines(ldn.load_dataset("esr_pain_change"))'
RIGHT = {
    "03.1": 'fits["ldn"].slope',
    "03.2": 'fits["ldn"].r_squared',
    "03.4": 'fits["ldn"].predict([30])["pred_low"].iloc[0]',
    "03.5": '"no"',
}


def hand_in(folder, answers, name=NAME, extra=()):
    """A short notebook 03 with these answers."""
    cells = [new_markdown_cell("# Line"), new_code_cell(START), new_code_cell(FIT)]
    cells += [new_code_cell(text) for text in extra]
    cells += [new_code_cell(f'check("{number}", {answer})') for number, answer in answers.items()]
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells), folder / name)
    return folder / name


def typed(row):
    """A student's right answers as somebody would copy them."""
    return {number: repr(row[f"exercise {number}"]) for number in RIGHT}


def read_marks(out, read_record):
    return {row["student"]: row for row in read_record("marks/marks.csv", out)}


@pytest.fixture
def class_copy(classroom, tmp_path):
    """A class whose record a test may change."""
    out = tmp_path / "build"
    shutil.copytree(classroom / "teacher", out / "teacher")
    return out


# --- whose is it? ------------------------------------------------------------------------


def row(name, folder):
    return {"student": name, "folder": folder, "data": "x"}


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("Anna_Meyer", True),
        ("Meyer Anna_4711_assignsubmission_file_", True),  # Moodle
        ("meyeranna_123_456_03_figure.ipynb", True),  # Canvas
        ("03 ANNA MEYER (1).ipynb", True),
        ("Meyer.ipynb", False),
        ("Anna", False),
    ],
)
def test_names_in_the_paths_of_programs(part, found):
    assert bool(match_name(part, row("Anna Meyer", "Anna_Meyer"))) is found


def test_a_number_is_not_part_of_a_longer_one():
    assert match_name("student-010_03.ipynb", row("student-01", "student-01")) == 0
    assert match_name("student01.ipynb", row("student-01", "student-01"))
    assert match_name("Juli Ender.ipynb", row("Li", "Li")) == 0


def test_folders_zips_and_flat_files(tmp_path):
    seeds = {n: row(n, n.replace(" ", "_")) for n in ("Anna Meyer", "Ben Öz", "Cleo Li", "Ann")}
    one = hand_in(tmp_path / "s" / "Anna_Meyer" / "deep", RIGHT, "renamed.ipynb")
    hand_in(tmp_path / "s", RIGHT, "oz_ben_03.ipynb")
    hand_in(tmp_path / "s" / ".ipynb_checkpoints", RIGHT, "Ann-checkpoint.ipynb")
    hand_in(tmp_path / "s", RIGHT, "who.ipynb")
    with zipfile.ZipFile(tmp_path / "s" / "Cleo Li.zip", "w") as archive:
        archive.write(one, "x/03.ipynb")
    found, strangers = find_submissions(tmp_path / "s", seeds, tmp_path / "u")
    assert {s.student for s in found} == {"Anna Meyer", "Ben Öz", "Cleo Li"}
    assert strangers == ["who.ipynb: nobody of the record is named in its path"]
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(tmp_path / "s" / "Cleo Li.zip", "hand-in/Cleo Li.zip")
    found, _ = find_submissions(tmp_path / "all.zip", seeds, tmp_path / "v")
    assert [s.student for s in found] == ["Cleo Li"]


def test_places_that_hold_nothing_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../../x.ipynb", "{}")
    (tmp_path / "broken.zip").write_bytes(b"PK no")
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.txt").touch()
    for name, message in {
        "evil.zip": "leads outside",
        "broken.zip": "is no zip file",
        "empty": "no notebook",
        "a.txt": "neither a folder nor",
        "none": "no such folder",
    }.items():
        with pytest.raises(InputError, match=message):
            find_submissions(tmp_path / name, {}, tmp_path / "u")


# --- whose numbers are they? -------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "right", "digits"),
    [
        (0.681004, "0.681004", 6),
        ("0,681", "0.681004", 3),
        (0.68, "0.681004", 2),
        (0.682, "0.681004", 0),
        (0.6810035016586806, "0.681004", 6),
        ("21.7 %", "0.217273", 3),
        (-12.97, "-12.9709", 4),
        (20, "20", 1),
        ("Yes", "yes", 1),
        (None, "0.5", 0),
        (1, "0.000231", 0),
        (0, "0.5", 0),
        ("1/2", "0.5", 0),
    ],
)
def test_digits_in_common(given, right, digits):
    assert match_answer(given, right) == digits


def test_one_long_number_or_two_short_ones_make_a_flag():
    others = {"Ben": {"1": "0.681004", "2": "0.217273"}, "Cleo": {"1": "0.699184", "2": "0.217311"}}

    def ask(**answers):
        mark = Marks(student="Anna", folder="a", answers=answers, points=dict.fromkeys(answers, 0))
        return find_neighbour(mark, others | {"Anna": {"1": "0.5", "2": "0.5"}})

    assert ask(**{"1": 0.6810}) == ""  # 0.681, as Python prints it: three digits
    assert ask(**{"1": "0.6810"}) == "answers of 1 are those of Ben"
    assert ask(**{"1": 0.681, "2": 0.217}) == "answers of 1, 2 are those of Ben"
    assert ask(**{"2": 0.217}) == ""
    assert ask(**{"1": 0.5}) == ""


# --- marks -------------------------------------------------------------------------------


def run_as_written(path, _job, files):
    """In place of a kernel: what each check is given, evaluated for the student's own data."""
    import tempfile
    from pathlib import Path

    import ldn_analysis as ldn

    run = module.Run(name=path.name, exercises={f"03.{i}" for i in range(1, 6)})
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        ldn.use_data(folder)
        space = {"fits": ldn.fit_lines(ldn.load_dataset("esr_pain_change"))}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.source.startswith("check("):
            number, answer = cell.source[7:11], cell.source[14:-1]
            value = eval(answer, space)
            run.calls.append(
                {"exercise": number, "answer": value if isinstance(value, str) else float(value),
                 "correct": True, "message": ""}
            )  # fmt: skip
    return run


def test_one_right_one_half_one_with_a_neighbours_numbers(
    class_copy, tmp_path, read_record, run_task, monkeypatch, classroom
):
    monkeypatch.setattr(module, "run_notebook", run_as_written)
    shutil.copytree(classroom / "student", class_copy / "student")
    answers = {r["student"]: r for r in read_record("answers.csv")}
    place = tmp_path / "in"
    hand_in(place / "Anna_Meyer", RIGHT)
    half = RIGHT | {"03.2": 'fits["placebo"].r_squared', "03.5": '"yes"'}
    hand_in(place / "Núñez José", half, "=cmd.ipynb")
    hand_in(place / "李雷", typed(answers["Anna Meyer"]))
    code, out, err = run_task("collect", place, "--out", class_copy, "--workers", 1)
    assert (code, err.count("Traceback")) == (0, 0)
    assert "running the code of 3 students on this computer" in out
    assert "look at 李雷: answers of 03.1, 03.2, 03.4 are those of Anna Meyer" in out
    marks = read_marks(class_copy, read_record)
    points = {
        name: [marks[name][f"exercise 03.{i}"] for i in range(1, 6)] + [marks[name]["points"]]
        for name in marks
    }
    assert points == {
        "Anna Meyer": ["1", "1", "0", "1", "1", "4"],  # 03.3 was left out
        "José Núñez": ["1", "0", "0", "1", "0", "2"],
        "李雷": ["0", "0", "0", "0", "1", "1"],
    }
    assert {row["total"] for row in marks.values()} == {"5"}
    assert [bool(row["flags"]) for row in marks.values()] == [False, False, True]
    page = (class_copy / "teacher" / "marks" / "marks.html").read_text("utf-8")
    assert "right pane, placebo" in page  # the hint that belongs to the wrong answer
    assert answers["José Núñez"]["exercise 03.1"] in page
    # A late hand-in changes the row of its student only.
    hand_in(tmp_path / "late" / "李雷", RIGHT)
    code, out, _ = run_task("collect", tmp_path / "late", "--out", class_copy)
    assert (code, "nothing handed in" in out) == (0, False)
    again = read_marks(class_copy, read_record)
    assert again["李雷"]["points"] == "4"
    assert again["Anna Meyer"] == marks["Anna Meyer"]
    # Who has not handed in the notebook asked for is not run, and their row stays.
    out = run_task("collect", tmp_path / "late", "01", "--out", class_copy)[1]
    assert "0 students marked" in out
    assert read_marks(class_copy, read_record) == again
    assert run_task("collect", tmp_path / "late", "99", "--out", class_copy)[0] == 2


def test_what_is_redefined_or_looked_up_is_flagged(tmp_path):
    place = tmp_path / "Anna"
    path = hand_in(place, {}, extra=["check = lambda *a: True", "EXERCISES['03.1']()"])
    job = module.Job(
        submission=module.Submission(student="Anna", folder="Anna", notebooks=[path]),
        seed=1, made=tmp_path, recorded="", seconds=1, memory=1, kept=tmp_path, settings=tmp_path,
    )  # fmt: skip
    calls = [{"exercise": "03.1", "answer": i} for i in range(20)]
    marks = Marks(student="Anna", folder="Anna", handed_in={"03.1"}, tries={"03.1": calls})
    (place / "data").mkdir()
    (place / "data" / "a.csv").write_text("not hers")
    flags = module.list_flags(job, [], {"a.csv": b"hers"}, marks)
    for part in (
        "data/ is not what",
        "check was redefined",
        "looks right answers up",
        "20 answers",
    ):
        assert sum(part in flag for flag in flags) == 1, part


def test_free_text_is_what_the_student_wrote():
    cells = nbformat.read(find_notebooks(["03"])[0], as_version=4).cells
    assert module.find_texts(cells) == []
    cells[0].source += "\nMy own thought"
    cells.append(new_markdown_cell("Another"))
    assert [text[-7:] for text in module.find_texts(cells)] == ["thought", "Another"]
    assert module.find_exercises(cells, find_notebooks(["05"])[0]) == {
        f"03.{i}" for i in range(1, 1 + sum(n[:2] == "03" for n in load_numbers()))
    }


def load_numbers():
    from ldn_analysis.teaching.check import load_exercises

    return load_exercises()


# --- with kernels ------------------------------------------------------------------------


@pytest.mark.slow
def test_nothing_that_students_do_stops_the_others(class_copy, tmp_path, read_record, run_task):
    place = tmp_path / "in"
    notebook = nbformat.read(hand_in(place / "Anna_Meyer", RIGHT), as_version=4)
    solution = new_code_cell('check("03.3", 0.5)', metadata={"tags": ["solution"]})
    notebook.cells.append(solution)  # is not run, so earns nothing
    nbformat.write(notebook, place / "Anna_Meyer" / NAME)
    nasty = [
        "while True:\n    pass",
        "hog = [bytearray(10**9) for i in range(99)]",
        "x = fits)",
        "open('left.txt', 'w').write('x')",
        "import os; print(sorted(os.environ))",
        "check = lambda *a: True",
        "print('x' * 10**7)",
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3141)'], start_new_session=True)",
    ]
    hand_in(place / "José Núñez", RIGHT, "renamed.ipynb", extra=nasty)
    (place / "李雷").mkdir()
    (place / "李雷" / NAME).write_text(json.dumps({"cells": "broken"}))
    words = ["collect", place, "--out", class_copy, "--seconds", 60, "--memory", 3]
    code, out, _ = run_task(*words)
    assert code == 0
    marks = read_marks(class_copy, read_record)
    assert [row["points"] for row in marks.values()] == ["4", "0", "0"]
    assert "solutions, which were not run" in marks["Anna Meyer"]["flags"]
    assert "renamed.ipynb: check was redefined" in marks["José Núñez"]["flags"]
    page = (class_copy / "teacher" / "marks" / "marks.html").read_text("utf-8")
    for part in (
        "cell 4 was stopped after 15 s", "MemoryError", "SyntaxError", "left.txt was written",
        "cannot be read as a notebook", "printed 10,000,001 characters",
    ):  # fmt: skip
        assert part in page, part
    commands = [process.info["cmdline"] for process in psutil.process_iter(["cmdline"])]
    assert not [words for words in commands if "import time; time.sleep(3141)" in (words or [])]
    executed = class_copy / "teacher" / "marks" / "José_Núñez" / "renamed.ipynb"
    assert "SECRET" not in executed.read_text("utf-8")
    assert "look at José Núñez" in out


@pytest.mark.slow
def test_a_kernel_that_cannot_be_interrupted_is_ended(class_copy, tmp_path, read_record, run_task):
    stubborn = "while True:\n    try:\n        while True: pass\n    except KeyboardInterrupt: pass"
    place = tmp_path / "in"
    path = hand_in(place / "Anna_Meyer", RIGHT)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(new_code_cell(stubborn))
    nbformat.write(notebook, path)
    assert run_task("collect", place, "--out", class_copy, "--seconds", 25)[0] == 0
    assert read_marks(class_copy, read_record)["Anna Meyer"]["points"] == "4"
