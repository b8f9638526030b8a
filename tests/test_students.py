"""Student folders: data of one's own, no solutions; every solution is right in every folder."""

import asyncio
import csv
import hashlib
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import nbformat
import pytest
import statsmodels.api as sm

from ldn_analysis import (
    DataError,
    check,
    check_calibration,
    compare_slopes,
    fit_lines,
    leave_one_out,
    load_dataset,
    simulate_illustrative_trials,
    use_data,
)
from ldn_analysis.core.status import read_status
from ldn_analysis.data.tables import write_tables

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "notebooks"))
build, grading, students = map(import_module, ["build", "grading", "students"])

PATHS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
ILLUSTRATIVE = ["participants", "daily_pain", "improvement", "esr_pain_change"]
CLASS = ["Anna Meyer", "José Núñez", "李雷"]
KEEPS, DOES_NOT_KEEP = (
    9,
    6,
)  # seeds: the interval of the difference includes zero, or lies above it


def run_build(*words, cwd=ROOT):
    return subprocess.run(
        [sys.executable, ROOT / "notebooks" / "build.py", *map(str, words)],
        capture_output=True,
        text=True,
        cwd=cwd,
    )


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """build/ of a class of three."""
    out = tmp_path_factory.mktemp("class")
    (out / "class.csv").write_text("\ufeffName\n" + "\n".join(CLASS) + "\n\n", encoding="utf-8")
    done = run_build("student", "--students", out / "class.csv", "--seed", 2026, "--out", out)
    assert done.returncode == 0, done.stderr
    return out


def read_record(classroom, name):
    with (classroom / "teacher" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def project_data():
    """Whatever a test uses, the next one has the project's tables."""
    yield
    use_data(None)


# --- use_data ----------------------------------------------------------------------------


@pytest.mark.usefixtures("project_data")
def test_the_projects_own_folder_changes_nothing():
    own = {name: load_dataset(name) for name in ILLUSTRATIVE}
    use_data(ROOT / "data" / "illustrative")
    for name, table in own.items():
        again = load_dataset(name)
        assert again.equals(table)
        assert list(again.dtypes) == list(table.dtypes)
        assert read_status(again) == read_status(table) == "illustrative"


@pytest.mark.usefixtures("project_data")
def test_tables_move_and_come_back_and_the_published_stay(tmp_path):
    tables = simulate_illustrative_trials(rng=24)
    write_tables(tables, tmp_path)
    before, published = load_dataset("esr_pain_change"), load_dataset("published_values")
    use_data(tmp_path)
    shutil.rmtree(tmp_path)  # they were read when they were named
    assert load_dataset("esr_pain_change").equals(tables["esr_pain_change"])
    spoiled = load_dataset("esr_pain_change")
    spoiled["esr_mm_h"] = 0.0  # a copy
    assert load_dataset("esr_pain_change").equals(tables["esr_pain_change"])
    assert load_dataset("published_values").equals(published)
    use_data(None)
    assert load_dataset("esr_pain_change").equals(before)


def spoil(folder, how):
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
        other = simulate_illustrative_trials(rng=1)
        write_tables({how: other[how]}, folder)


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
def test_a_bad_folder_is_refused_and_the_data_in_use_stay(tmp_path, how, error, message):
    spoil(tmp_path, how)
    before = load_dataset("esr_pain_change")
    with pytest.raises(error, match=message):
        use_data(tmp_path)
    assert load_dataset("esr_pain_change").equals(before)


def test_no_folder():
    with pytest.raises(ValueError, match=r"use_data: there is no folder 'nowhere'"):
        use_data("nowhere")


# --- names -------------------------------------------------------------------------------


def test_names_become_folders(tmp_path):
    path = tmp_path / "class.txt"
    path.write_text('Student\nAnna  Meyer \n\n"Doe, Jane"\nJose\u0301\n李雷\nO\'Brien-Li\nCON\n')
    assert students.read_students(path) == {
        "Anna  Meyer": "Anna_Meyer",
        "Doe, Jane": "Doe_Jane",
        "Jose\u0301": "José",
        "李雷": "李雷",
        "O'Brien-Li": "O'Brien-Li",
        "CON": "CON_",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no name in it"),
        ("name\n\n", "there is no name in it"),
        ("Anna\n../x\n", "line 2: '../x' cannot be a folder"),
        ("Anna\n.hidden\n", "line 2: '.hidden' cannot be a folder"),
        ("a\\b\n", "cannot be a folder"),
        ("a\x07b\n", "cannot be a folder"),
        ("!!!\n", "is no name"),
        ("x" * 200 + "\n", "is no name"),
        ("Anna\nBen\nanna\n", "line 3: 'anna' gives the same folder as"),
        ("Anna B\nAnna_B\n", "line 2: 'Anna_B' gives the same folder as"),
        ("Anna;1\nDoe, Jane\n", "line 2: 'Doe, Jane' has 2 cells"),
    ],
)
def test_bad_lists_are_refused(tmp_path, text, message):
    path = tmp_path / "class.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as stop:
        students.read_students(path)
    assert message in stop.value.code
    assert stop.value.code.startswith("build.py: ")
    assert "\n" not in stop.value.code


def test_unreadable_lists(tmp_path):
    (tmp_path / "latin.txt").write_bytes("Núñez".encode("latin-1"))
    for name, message in [("none.txt", "cannot be read"), ("latin.txt", "is not UTF-8")]:
        with pytest.raises(SystemExit, match=message):
            students.read_students(tmp_path / name)


def test_a_bad_list_ends_the_command_before_anything_is_written(tmp_path):
    (tmp_path / "class.txt").write_text("Anna\n../x\n")
    done = run_build("student", "--students", tmp_path / "class.txt", "--out", tmp_path / "out")
    assert done.returncode != 0
    assert "line 2: '../x' cannot be a folder" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["student", "--count", "0"], "--count: a whole number from 1 to 999"),
        (["student", "--count", "2", "--students", "x"], "not allowed with"),
        (["check", "--seed", "1"], "belong to the word student"),
    ],
)
def test_bad_options(words, message, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["build.py", *words])
    with pytest.raises(SystemExit) as stop:
        build.main()
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


# --- seeds -------------------------------------------------------------------------------


def test_a_seed_follows_from_class_and_name_alone():
    expected = int(hashlib.sha256(b"2026/Anna/0").hexdigest()[:8], 16)
    assert students.derive_seed(2026, "Anna", 0) == expected
    assert students.derive_seed(2026, "Jos\u00e9", 0) == students.derive_seed(2026, "Jose\u0301", 0)
    assert len({students.derive_seed(c, n, k) for c in (1, 2) for n in "ab" for k in (0, 1)}) == 8


@pytest.mark.parametrize(("seed", "keeps"), [(KEEPS, True), (DOES_NOT_KEEP, False)])
def test_the_lesson_against_statsmodels(seed, keeps):
    tables = simulate_illustrative_trials(rng=seed)
    data = tables["esr_pain_change"]
    wide = data.pivot(index="participant", columns="condition", values="pain_reduction_percent")
    esr = sm.add_constant(data.drop_duplicates("participant").set_index("participant")["esr_mm_h"])
    fits = {
        name: sm.OLS(y, esr.loc[wide.index]).fit()
        for name, y in [(name, wide[name]) for name in wide]
        + [("difference", wide["ldn"] - wide["placebo"])]
    }
    low, high = fits["difference"].conf_int().loc["esr_mm_h"]
    p_values = {name: fit.pvalues["esr_mm_h"] for name, fit in fits.items()}
    assert (p_values["ldn"] < 0.05 <= p_values["placebo"] and low < 0 < high) is keeps
    assert students.keeps_the_lesson(tables) is keeps


def test_people_who_do_not_keep_the_lesson_are_drawn_again(monkeypatch):
    monkeypatch.setattr(students, "derive_seed", lambda _class, _name, k: [DOES_NOT_KEEP, KEEPS][k])
    seed, tables = students.simulate_people(1, "anybody")
    assert seed == KEEPS
    assert students.keeps_the_lesson(tables)


# --- folders -----------------------------------------------------------------------------


def test_folders_hold_notebooks_and_data_and_nothing_else(classroom):
    folders = {"Anna_Meyer", "José_Núñez", "李雷"}
    assert {path.name for path in (classroom / "student").iterdir()} == folders
    for folder in folders:
        found = {
            str(path.relative_to(classroom / "student" / folder))
            for path in (classroom / "student" / folder).rglob("*.*")
        }
        pages = found & {"glossary.md", "about_the_data.md"}
        assert "about_the_data.md" in pages
        tables = {f"data/{name}.csv" for name in ILLUSTRATIVE}
        assert found - pages == {path.name for path in PATHS} | tables


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_copies_have_no_solutions_outputs_or_names(classroom, path):
    text = (classroom / "student" / "Anna_Meyer" / path.name).read_text(encoding="utf-8")
    assert not re.search("anna|meyer", text, re.IGNORECASE)
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    kept = nbformat.read(path, as_version=4)
    solutions = [c for c in kept.cells if "solution" in c.metadata.get("tags", [])]
    ids = [cell.id for cell in kept.cells if cell not in solutions]
    ids.insert(ids.index("setup") + 1, "use-data")
    assert [cell.id for cell in notebook.cells] == ids
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    assert 'use_data("data")' in next(cell.source for cell in code if cell.id == "use-data")
    for cell in solutions:
        assert cell.source not in text


def test_the_record_is_outside_the_students_folders(classroom):
    seeds = read_record(classroom, "seeds.csv")
    assert [row["student"] for row in seeds] == CLASS
    assert len({row["seed"] for row in seeds}) == len(CLASS)
    assert not list((classroom / "student").rglob("*answers*"))
    row = seeds[0]
    tables = simulate_illustrative_trials(rng=int(row["seed"]))
    path = classroom / "student" / row["folder"] / "data" / "participants.csv"
    assert path.read_text().splitlines()[1].startswith(tables["participants"]["participant"][0])


@pytest.mark.usefixtures("project_data")
def test_the_teachers_answers_are_each_students_own(classroom):
    rows = read_record(classroom, "answers.csv")
    slopes = {row["student"]: row["answer"] for row in rows if row["exercise"] == "03.1"}
    assert set(slopes) == set(CLASS)
    assert len(set(slopes.values())) == len(CLASS)
    for seed in read_record(classroom, "seeds.csv"):
        use_data(classroom / "student" / seed["folder"] / "data")
        for row in rows:
            if row["student"] == seed["student"]:
                assert check(row["exercise"], row["answer"]), row
        slope = fit_lines(load_dataset("esr_pain_change"))["ldn"].slope
        assert float(slopes[seed["student"]]) == pytest.approx(slope, rel=1e-5)


@pytest.mark.usefixtures("project_data")
def test_calibration_and_the_notebooks_prose_hold_for_every_student(classroom):
    for row in read_record(classroom, "seeds.csv"):
        use_data(classroom / "student" / row["folder"] / "data")
        assert "no" not in set(check_calibration()["met"])
        data = load_dataset("esr_pain_change")
        fits = fit_lines(data)
        rows = fits.to_frame().query("term == 'slope'").set_index("condition")
        assert rows.loc["ldn", "conf_low"] > 0 > rows.loc["placebo", "conf_low"]
        assert rows.loc["ldn", "conf_low"] < rows.loc["placebo", "conf_high"]  # they overlap
        assert rows.loc["ldn", "estimate"] > rows.loc["placebo", "estimate"] > 0
        difference = compare_slopes(data).to_frame().iloc[0]
        assert difference["conf_low"] < 0
        assert difference["conf_high"] > fits["ldn"].slope  # the last sentence of 05
        assert leave_one_out(fits["ldn"]).to_frame()["slope"].min() > 0  # 04
        r = {name: students_line(data, name).glance().iloc[0] for name in ("pilot", "crossover")}
        assert r["pilot"]["r"] > 1.5 * r["crossover"]["r"]  # 03
        assert r["pilot"]["r_conf_low"] < r["crossover"]["r_conf_high"]


def students_line(data, trial):
    return fit_lines(data[data["trial"] == trial])["ldn"]


def test_a_folder_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    tables = simulate_illustrative_trials(rng=24)
    place = tmp_path / "student" / "anna"
    students.write_folder(place, {"a.ipynb": "old"}, tables)

    def fail(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(students, "list_answers", fail)
    for folder in (place, place.with_name("ben")):
        with pytest.raises(KeyboardInterrupt):
            students.write_folder(folder, {"a.ipynb": "new"}, tables)
    assert (place / "a.ipynb").read_text() == "old"
    assert [path.name for path in place.parent.iterdir()] == ["anna"]


def test_stopping_and_a_place_that_can_not_be_written(tmp_path, monkeypatch, capsys):
    def stop(_seed, name):
        if name == "b":
            raise KeyboardInterrupt
        return 9, simulate_illustrative_trials(rng=9)

    monkeypatch.setattr(students, "simulate_people", stop)
    with pytest.raises(SystemExit, match="stopped after 1 of 3 folders"):
        students.write_class({"a.ipynb": "x"}, dict.fromkeys("abc", "") | {"a": "a"}, 1, tmp_path)
    assert [row["student"] for row in read_record(tmp_path, "seeds.csv")] == ["a"]
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(sys, "argv", ["build.py", "student", "--out", str(tmp_path / "file")])
    with pytest.raises(SystemExit, match="cannot write: "):
        build.main()
    assert "Traceback" not in capsys.readouterr().err


def test_count_and_a_single_copy_with_a_seed(tmp_path, monkeypatch):
    def make(*words):
        monkeypatch.setattr(sys, "argv", ["build.py", "student", "03", *words])
        build.main()

    make("--count", "2", "--out", str(tmp_path))
    names = sorted(path.name for path in (tmp_path / "student").iterdir())
    assert names == ["student-1", "student-2"]
    make("--seed", "7", "--out", str(tmp_path / "one"))
    found = sorted(path.name for path in (tmp_path / "one" / "student").iterdir())
    assert found == ["03_figure_2_esr_and_pain.ipynb", "data"]


# --- graders -----------------------------------------------------------------------------


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


def test_the_command_writes_masters_for_the_teacher_alone(tmp_path, monkeypatch):
    words = ["student", "03", "--grader", "nbgrader", "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["build.py", *words])
    build.main()
    name = "03_figure_2_esr_and_pain"
    assert (tmp_path / "teacher" / "nbgrader" / "source" / name / f"{name}.ipynb").is_file()
    assert not (tmp_path / "student").exists()


# --- solutions put back ------------------------------------------------------------------


def execute_with_solutions(classroom, path, tmp_path):
    """A student's copy in a folder of its own, answered as the teacher would answer it."""
    folder = tmp_path / "alone"
    shutil.copytree(classroom / "student" / "李雷", folder)
    notebook = nbformat.read(folder / path.name, as_version=4)
    cells = nbformat.read(path, as_version=4).cells
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
def test_two_notebooks_are_right_with_a_students_data(classroom, path, tmp_path):
    assert execute_with_solutions(classroom, path, tmp_path) > 3


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_notebook_is_right_with_a_students_data(classroom, path, tmp_path):
    moved = execute_with_solutions(classroom, path, tmp_path)
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
    known = {row[0] for row in students.list_answers(ROOT / "data" / "illustrative")}
    assert exercises <= known


def test_the_guide_names_every_notebook_and_its_minutes():
    for path in PATHS:
        minutes = re.search(r"About (\d+) min", nbformat.read(path, as_version=4).cells[0].source)
        row = re.search(rf"^\| {path.name[:2]} .*?\| (.*?) \|", GUIDE, re.MULTILINE)
        assert row, path.name
        assert row[1] in (minutes[1], "see its title")


def test_options_of_the_guide_are_those_of_the_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["build.py", "--help"])
    with pytest.raises(SystemExit):
        build.main()
    text = capsys.readouterr().out
    assert set(re.findall(r"(?<![-\w])--[a-z]+", GUIDE)) <= set(re.findall(r"--[a-z]+", text))
