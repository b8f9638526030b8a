"""The tasks of a class, as a package beside the tests; a class of three, made once."""

import csv
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

CLASS = ["Anna Meyer", "José Núñez", "李雷"]


@pytest.fixture
def run_task(monkeypatch, capsys):
    """Carry out a task as typed; gives the exit code, what was printed and what was said in error."""
    from classroom.__main__ import main

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["classroom", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture(scope="session")
def start_files():
    """What makes a folder start by itself; the wheel is built once."""
    from classroom.start import make_start_files

    return make_start_files()


@pytest.fixture(scope="session")
def classroom(tmp_path_factory, start_files):
    """build/ of a class of three, with two notebooks."""
    from classroom.copies import find_notebooks, make_copies
    from classroom.folders import write_class

    out = tmp_path_factory.mktemp("class")
    texts = make_copies(find_notebooks(["01", "03"]), own_data=True) | start_files
    folders = dict(zip(CLASS, ["Anna_Meyer", "José_Núñez", "李雷"], strict=True))
    write_class(texts, folders, 2026, out, workers=1)
    return out


@pytest.fixture(scope="session")
def read_record(classroom):
    """Rows of a table of the record."""

    def read(name, out=classroom):
        with (out / "teacher" / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    return read


@pytest.fixture
def project_data():
    """Whatever a test uses, the next one has the project's tables."""
    from ldn_analysis import use_data

    yield
    use_data(None)
