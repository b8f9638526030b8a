"""Folders for students: whole or not at all, never replaced unless forced, always in the record."""

import re
import shutil

import pytest

from classroom import folders as module
from classroom.copies import find_notebooks
from classroom.people import make_files
from ldn_analysis import (
    check,
    check_calibration,
    compare_slopes,
    fit_lines,
    leave_one_out,
    load_dataset,
    simulate_illustrative_trials,
    use_data,
)

TABLES = ["participants", "daily_pain", "improvement", "esr_pain_change"]
START = {"START_HERE.html", "START_HERE.md", "check_setup.py", "requirements.txt"}


def fake_student(class_seed, name, notebooks, made=None):
    """A student whose data are one line, so that folders are made in no time."""
    if name == "stop":
        raise KeyboardInterrupt
    seed, files = made or (class_seed, {"a.csv": f"{class_seed}{name}".encode()})
    return seed, files, {f"{number}.1": 1.5 for number in notebooks}


@pytest.fixture
def make(monkeypatch, tmp_path):
    """A class of these names, with made-up notebooks."""
    monkeypatch.setattr(module, "make_student", fake_student)

    def run(names, seed=None, notebooks=("03",), text="x", **options):
        texts = {f"{number}_a.ipynb": text.encode() for number in notebooks}
        folders = {name: name.capitalize() for name in names}
        module.write_class(texts, folders, seed, tmp_path, workers=1, **options)

    return run


# --- with real data ----------------------------------------------------------------------


def test_a_folder_holds_all_that_a_student_needs(classroom):
    assert {path.name for path in (classroom / "student").iterdir()} == {
        "Anna_Meyer",
        "José_Núñez",
        "李雷",
    }
    folder = classroom / "student" / "Anna_Meyer"
    found = {str(path.relative_to(folder)) for path in folder.rglob("*.*")}
    wheel = next(name for name in found if name.endswith(".whl"))
    notebooks = {path.name for path in find_notebooks(["01", "03"])}
    pages = {"glossary.md", "about_the_data.md"}
    tables = {f"data/{name}.csv" for name in TABLES}
    assert found - pages == START | {wheel} | notebooks | tables
    text = "".join(path.read_text("utf-8") for path in folder.rglob("*.ipynb"))
    assert not re.search("anna|meyer", text, re.IGNORECASE)


@pytest.mark.usefixtures("project_data")
def test_data_answers_and_prose_are_right_for_every_student(classroom, read_record):
    answers = {row["student"]: row for row in read_record("answers.csv")}
    slopes = {row["exercise 03.1"] for row in answers.values()}
    assert len(slopes) == len(answers) == 3
    for row in read_record("seeds.csv"):
        use_data(classroom / "student" / row["folder"] / "data")
        data = load_dataset("esr_pain_change")
        if row["student"] == "Anna Meyer":
            tables = simulate_illustrative_trials(rng=int(row["seed"]))
            assert data.equals(tables["esr_pain_change"])
        given = {key: cell for key, cell in answers[row["student"]].items() if "exercise" in key}
        assert {key[9:11] for key in given} == {"01", "03"}  # of what was handed out
        for key, cell in given.items():
            assert check(key.removeprefix("exercise "), cell), key
        fits = fit_lines(data)
        assert float(given["exercise 03.1"]) == pytest.approx(fits["ldn"].slope, rel=1e-5)
        # What the prose of the notebooks says
        assert "no" not in set(check_calibration()["met"])
        lines = fits.to_frame().query("term == 'slope'").set_index("condition")
        assert lines.loc["ldn", "conf_low"] > 0 > lines.loc["placebo", "conf_low"]
        assert lines.loc["ldn", "conf_low"] < lines.loc["placebo", "conf_high"]  # they overlap
        assert lines.loc["ldn", "estimate"] > lines.loc["placebo", "estimate"] > 0
        difference = compare_slopes(data).to_frame().iloc[0]
        assert difference["conf_low"] < 0
        assert difference["conf_high"] > fits["ldn"].slope  # 05, and the exam's question 5
        assert leave_one_out(fits["ldn"]).to_frame()["slope"].min() > 0  # 04
        r = {
            name: fit_lines(data[data["trial"] == name])["ldn"].glance().iloc[0]
            for name in ("pilot", "crossover")
        }
        assert r["pilot"]["r"] > 1.5 * r["crossover"]["r"]  # 03
        assert r["pilot"]["r_conf_low"] < r["crossover"]["r_conf_high"]


# --- the record and what is there --------------------------------------------------------


def test_a_late_student_is_added_with_the_seed_of_the_record(make, tmp_path, capsys, read_record):
    make(["anna", "ben"], 2026)
    before = (tmp_path / "student" / "Anna" / "03_a.ipynb").stat().st_mtime_ns
    make(["cleo"])
    make(["anna", "ben", "cleo", "dora"])
    assert "class seed 2026, as in the record" in capsys.readouterr().out
    rows = read_record("seeds.csv", tmp_path)
    assert [row["student"] for row in rows] == ["anna", "ben", "cleo", "dora"]
    assert {row["class_seed"] for row in rows} == {"2026"}
    assert (tmp_path / "student" / "Anna" / "03_a.ipynb").stat().st_mtime_ns == before


def test_the_next_notebook_is_added_and_work_stays(make, tmp_path, capsys, read_record):
    make(["anna", "ben"], 2026)
    work = tmp_path / "student" / "Anna" / "03_a.ipynb"
    work.write_text("her work")
    make(["anna", "ben"], notebooks=["03", "05"])
    assert work.read_text() == "her work"
    assert "kept as they were, in 1 of the folders" in capsys.readouterr().out
    assert (tmp_path / "student" / "Ben" / "05_a.ipynb").exists()
    assert read_record("answers.csv", tmp_path)[0]["exercise 05.1"] == "1.5"
    make(["anna"], force=True)
    assert work.read_text() == "x"
    assert [row["student"] for row in read_record("seeds.csv", tmp_path)] == ["anna", "ben"]


def test_other_data_are_refused_before_anything_is_written(make, tmp_path, read_record):
    make(["anna"], 2026)
    with pytest.raises(
        module.InputError, match=r"other data for Anna \(class seed 2026\).*--force"
    ):
        make(["anna", "ben"], 2027)
    assert not (tmp_path / "student" / "Ben").exists()
    shutil.rmtree(tmp_path / "teacher")
    with pytest.raises(module.InputError, match=r"other data for Anna \(in no record\)"):
        make(["anna"], 2026)
    make(["anna"], 2027, force=True)
    make(["zoe"], 2028)
    with pytest.raises(module.InputError, match=r"seeds 2027, 2028; say which with --seed"):
        make(["ida"])
    assert [row["class_seed"] for row in read_record("seeds.csv", tmp_path)] == ["2027", "2028"]


def test_ctrl_c_leaves_whole_folders_all_of_them_recorded(make, tmp_path, read_record):
    with pytest.raises(SystemExit, match="stopped after 1 of 3 folders; these are whole and rec"):
        make(["anna", "stop", "ben"], 1)
    assert [row["student"] for row in read_record("seeds.csv", tmp_path)] == ["anna"]
    assert [path.name for path in (tmp_path / "student").iterdir()] == ["Anna"]


def test_a_folder_is_made_whole_or_stays_as_it_was(tmp_path, monkeypatch):
    place = tmp_path / "student" / "Anna"
    module.write_folder(place, {"a": b"old", "data/b": b"old"})

    def fail(path, _):
        if path.name == "b":
            raise OSError(28, "No space left on device", str(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"new")

    monkeypatch.setattr(module, "write_one", fail)
    for folder in (place, place.with_name("Ben")):
        with pytest.raises(OSError, match="No space left"):
            module.write_folder(folder, {"a": b"new", "data/b": b"new"}, force=True)
    assert (place / "a").read_bytes() == (place / "data" / "b").read_bytes() == b"old"
    assert [path.name for path in place.parent.iterdir()] == ["Anna"]


def test_data_that_are_there_are_used_not_drawn_again(make, tmp_path):
    make(["anna"], 2026)
    found = module.find_made(module.Record(tmp_path), "anna", tmp_path / "student" / "Anna")
    assert found == (2026, {"a.csv": b"2026anna"})
    (tmp_path / "student" / "Anna" / "data" / "a.csv").write_text("changed")
    assert module.find_made(module.Record(tmp_path), "anna", tmp_path / "student" / "Anna") is None


def test_files_of_tables_do_not_depend_on_the_order():
    files = make_files({name: load_dataset(name) for name in TABLES})
    assert set(files) == {f"{name}.csv" for name in TABLES}
    assert module.hash_data(files) == module.hash_data(dict(reversed(files.items())))
    windows = {name: text.replace(b"\n", b"\r\n") for name, text in files.items()}
    assert module.hash_data(windows) == module.hash_data(files)
