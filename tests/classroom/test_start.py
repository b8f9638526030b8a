"""A student's folder starts by itself: its page, followed literally on a bare machine."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

HERE = Path(__file__).parents[2] / "classroom"


def read_commands(page, system):
    """The commands that the page tells users of a system to type."""
    text = (HERE / "START_HERE.md").read_text("utf-8")
    commands = re.search(rf"```{system}\n(.*?)```", text, re.DOTALL)[1].splitlines()
    assert all(command in page for command in commands)
    return commands


def test_the_page_has_two_commands_for_every_system(start_files):
    for system in ("windows", "macos", "linux"):
        for name in ("START_HERE.md", "START_HERE.html"):
            assert len(read_commands(start_files[name].decode(), system)) == 2
    assert b"```linux" not in start_files["START_HERE.md"]
    assert start_files["START_HERE.html"].startswith(b"<!DOCTYPE html>")


def test_requirements_name_the_wheel_and_versions_but_no_place(start_files, tmp_path):
    from packaging.requirements import Requirement

    wheel = next(name for name in start_files if name.endswith(".whl"))
    first, *others = [
        line for line in start_files["requirements.txt"].decode().splitlines() if line[0] != "#"
    ]
    assert first == f"./{wheel}[notebooks]"
    pins = {Requirement(line).name: Requirement(line) for line in others}
    assert {"pandas", "jupyterlab", "ipywidgets"} <= set(pins)
    assert pins["pandas"].marker.evaluate({"python_version": "3.11"})
    assert not pins["pandas"].marker.evaluate({"python_version": "3.15"})
    assert "://" not in start_files["requirements.txt"].decode()
    (tmp_path / wheel).write_bytes(start_files[wheel])
    names = zipfile.ZipFile(tmp_path / wheel).namelist()
    assert "ldn_analysis/_data/illustrative/esr_pain_change.csv" in names
    assert not any("classroom" in name for name in names)


def test_a_broken_folder_is_explained(tmp_path):
    shutil.copy(HERE / "check_setup.py", tmp_path)
    (tmp_path / "data").mkdir()
    done = subprocess.run(
        [sys.executable, tmp_path / "check_setup.py"], capture_output=True, text=True
    )
    assert done.returncode == 1
    for part in ("lacks requirements.txt", "data/ lacks participants.csv", "there is no notebook"):
        assert part in done.stdout
    assert not done.stderr


@pytest.mark.skipif(os.name == "nt", reason="the command is a script")
def test_a_folder_that_was_moved_is_noticed(tmp_path, monkeypatch):
    from classroom import check_setup

    command = tmp_path / "jupyter"
    monkeypatch.setattr(check_setup, "JUPYTER", command)
    assert not check_setup.was_moved()  # nothing is set up
    for python, moved in ((sys.executable, False), (tmp_path / "before" / "python", True)):
        command.write_text(f"#!{python}\n")
        command.chmod(0o755)
        assert check_setup.was_moved() is moved


@pytest.mark.slow
def test_the_page_followed_literally_on_a_bare_machine(classroom, tmp_path):
    """Needs a package index, as pip is set up; some minutes."""
    folder = tmp_path / "Anna Meyer, copy"  # blanks and a comma, as students have them
    shutil.copytree(classroom / "student" / "Anna_Meyer", folder)
    # A machine with Python and nothing else: no variable, no package of this one.
    keep = {"PATH", "HOME", "LANG", *(name for name in os.environ if name.startswith("PIP_"))}
    bare = {name: os.environ[name] for name in keep if name in os.environ}
    bare["PIP_NO_COMPILE"] = "1"  # Python compiles what is used, a small part
    base = Path(sys.base_prefix, "bin")
    bare["PATH"] = f"{base}{os.pathsep}{bare['PATH']}"
    page = (folder / "START_HERE.md").read_text("utf-8")
    set_up, start = (shlex.split(command) for command in read_commands(page, "linux"))
    done = subprocess.run(set_up, cwd=folder, env=bare, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Ready." in done.stdout
    lab = subprocess.run(
        [*start, "--version"], cwd=folder, env=bare, capture_output=True, text=True
    )
    assert lab.returncode == 0, lab.stderr
    # One notebook, the cells with sliders included, by the Python of the folder alone.
    run = (
        "import nbformat, nbclient, ldn_analysis, sys\n"
        "assert ldn_analysis.__file__.startswith(sys.prefix), ldn_analysis.__file__\n"
        "path = next(__import__('pathlib').Path().glob('01_*.ipynb'))\n"
        "notebook = nbformat.read(path, 4)\n"
        "nbclient.NotebookClient(notebook, timeout=300, kernel_name='python3').execute()\n"
        "nbformat.write(notebook, path)\n"
    )
    python = folder / ".venv" / "bin" / "python"
    done = subprocess.run([python, "-c", run], cwd=folder, env=bare, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    notebook = nbformat.read(next(folder.glob("01_*.ipynb")), 4)
    widgets = [cell for cell in notebook.cells if "widget" in cell.metadata.get("tags", [])]
    assert widgets
    assert all("widget-view" in str(cell.outputs) for cell in widgets)
