"""The command line of a class: one line where something is wrong, and nothing written."""

import pytest


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["student", "--count", "0"], "--count: a whole number from 1 to 999"),
        (["student", "--count", "2", "--students", "x"], "not allowed with"),
        (["student", "--grader", "otter", "--seed", "1"], "--seed has no meaning with --grader"),
        (["student", "--count", "2", "--column", "Name"], "belong to --students"),
        (["student", "--students", "none.csv"], "student: none.csv: there is no such file"),
        (["student", "77"], "student: no notebook starts with '77'"),
        (["collect", "nowhere"], "collect: nowhere: there is no such folder or zip file"),
        (["present"], "invalid choice: 'present'"),
    ],
)
def test_bad_words(words, message, run_task, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = run_task(*words)
    assert code == 2
    assert message in err
    assert "Traceback" not in err
    assert not (tmp_path / "build" / "student").exists()


def test_options_may_stand_between_names(run_task, tmp_path, monkeypatch):
    seen = {}
    monkeypatch.setattr(
        "classroom.folders.write_class",
        lambda texts, folders, seed, _out, **_: seen.update(
            texts=texts, folders=folders, seed=seed
        ),
    )
    monkeypatch.setattr("classroom.start.make_start_files", dict)
    assert run_task("student", "--count", "3", "03", "--out", tmp_path, "05")[0] == 0
    assert list(seen["folders"]) == ["student-01", "student-02", "student-03"]
    assert [name[:2] for name in seen["texts"] if name.endswith(".ipynb")] == ["03", "05"]
    assert seen["seed"] is None


def test_a_place_that_cannot_be_written(run_task, tmp_path, monkeypatch):
    monkeypatch.setattr("classroom.start.make_start_files", dict)
    (tmp_path / "file").touch()
    code, _, err = run_task("student", "03", "--out", tmp_path / "file")
    assert code == 1
    assert err.startswith("student: cannot be done: ")
    assert len(err.splitlines()) == 1


def test_a_copy_for_all_does_not_lie_among_the_folders_of_a_class(run_task, tmp_path, monkeypatch):
    monkeypatch.setattr("classroom.start.make_start_files", dict)
    assert run_task("student", "03", "--out", tmp_path)[0] == 0
    assert next((tmp_path / "student").glob("03_*.ipynb"))
    (tmp_path / "student" / "Anna").mkdir()
    code, _, err = run_task("student", "03", "--force", "--out", tmp_path)
    assert code == 2
    assert "holds folders of students (Anna, ...)" in err
