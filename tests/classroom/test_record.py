"""The teacher's record is merged, opens in a spreadsheet, and is one run's at a time."""

import csv
import multiprocessing

import pytest

from classroom.errors import InputError
from classroom.record import Record, guard_cell, lock_record, read_rows, unguard_cell


def student(name, folder="f", seed="1"):
    return {"student": name, "folder": folder, "seed": seed, "class_seed": "7", "data": "abc"}


@pytest.mark.parametrize("text", ["=1+1", "+49 Max", "-rf", "@SUM(1)", "\tx", "Anna", "'Anna", ""])
def test_no_cell_is_a_formula_and_all_come_back(text):
    guarded = guard_cell(text)
    assert not guarded.startswith(("=", "+", "-", "@", "\t"))
    assert unguard_cell(guarded) == text
    assert guard_cell(-1.5) == "-1.5"


def test_students_and_exercises_are_added_to_what_is_there(tmp_path):
    Record(tmp_path).add(student("=Evil"), {"03.1": 0.12345678, "03.2": "no"})
    Record(tmp_path).add(student("Ben", seed="2"), {"03.1": 3})
    Record(tmp_path).add(student("=Evil", seed="9"), {"01.1": -4.5})
    record = Record(tmp_path)
    assert [row["seed"] for row in record.seeds.values()] == ["9", "2"]
    with (tmp_path / "teacher" / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [  # a row per student; no heading that a spreadsheet takes for a number or date
        ["student", "folder", "exercise 01.1", "exercise 03.1", "exercise 03.2"],
        ["'=Evil", "f", "-4.5", "0.123457", "no"],
        ["Ben", "f", "", "3", ""],
    ]


def test_a_record_saved_by_a_spreadsheet_is_read(tmp_path):
    Record(tmp_path).add(student("Ben"), {"03.1": 3})
    path = tmp_path / "teacher" / "seeds.csv"
    path.write_text(path.read_text("utf-8-sig").replace(",", ";"), encoding="utf-8-sig")
    assert Record(tmp_path).seeds["Ben"]["class_seed"] == "7"
    path.write_text("x,y\n1,2\n")
    with pytest.raises(InputError, match="has no column 'student'"):
        read_rows(path)


def test_a_student_is_found_by_number_folder_or_name(tmp_path):
    record = Record(tmp_path)
    for name in ("student-07", "student-17"):
        record.add(student(name, folder=name), {})
    assert record.find("student-07")["student"] == record.find("07")["student"] == "student-07"
    with pytest.raises(InputError, match="2 students are meant by '7'"):
        record.find("7")
    with pytest.raises(InputError, match="no students are meant by 'Bob'; there are: student-07"):
        record.find("Bob")


def hold(out, locked, done):
    with lock_record(out):
        locked.set()
        done.wait(30)


def test_a_second_run_waits_outside_until_the_first_is_gone(tmp_path):
    spawn = multiprocessing.get_context(
        "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    )
    locked, done = spawn.Event(), spawn.Event()
    other = spawn.Process(target=hold, args=(tmp_path, locked, done))
    other.start()
    assert locked.wait(30)
    with pytest.raises(InputError, match="another run is writing to"), lock_record(tmp_path):
        pass
    other.kill()  # a lock ends with its process, however it ends
    other.join()
    with lock_record(tmp_path):
        pass
