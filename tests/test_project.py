"""The files around the package agree with one another."""

import json
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCK = (ROOT / "requirements.lock").read_text()


def tracked(*patterns):
    out = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True
    )
    if out.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in out.stdout.split("\0") if name]


def test_environment_has_the_bounds_of_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    *packages, pip = [item for item in environment["dependencies"] if item != "pip"]
    assert pip == {"pip": ["-e ."]}
    extras = EXTRAS["notebooks"] + EXTRAS["excel"]
    # Binder takes its own default, too old a Python, unless one is pinned.
    python, *packages = packages
    assert re.fullmatch(r"python=3\.\d+", python)
    assert f"{python.removeprefix('python=')}.0" in SpecifierSet(PROJECT["requires-python"])
    wanted = [*PROJECT["dependencies"], *extras]
    # conda-forge's matplotlib brings a Qt; the base package does not.
    assert packages == [item.replace("matplotlib>", "matplotlib-base>") for item in wanted]


def locked():
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", LOCK, re.MULTILINE))


def test_lock_satisfies_every_bound():
    versions = locked()
    for text in [*PROJECT["dependencies"], *(item for extra in EXTRAS.values() for item in extra)]:
        requirement = Requirement(text)
        assert versions[requirement.name] in requirement.specifier, text


def test_lock_pins_hashes_and_names_no_host():
    assert "://" not in LOCK
    assert "--index" not in LOCK
    blocks = re.split(r"\n(?=[a-z])", LOCK.strip())
    assert all("--hash=sha256:" in block for block in blocks if not block.startswith("#"))
    pinned = set(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", LOCK, re.MULTILINE))
    assert len(pinned) == len(locked()), "one version for every Python, in every set"


def test_the_sets_of_the_lock_are_those_of_run():
    run = runpy.run_path(str(ROOT / "run.py"))
    sections = run["read_sections"]()
    assert list(sections) == list(run["SETS"])
    assert {extra for extras in run["SETS"].values() for extra in extras} == set(EXTRAS)
    first = set(re.findall(r"^([a-z0-9._-]+)==", sections["run"], re.MULTILINE))
    wanted = [*PROJECT["dependencies"], *EXTRAS["build"]]
    assert {Requirement(text).name for text in wanted} <= first
    assert not first & {"jupyterlab", "pytest", "sphinx"}
    assert {task.needs for task in run["TASKS"].values()} <= {"", *run["SETS"]}


def test_the_environment_runs_the_lock():
    from importlib.metadata import version

    versions = locked()
    for text in PROJECT["dependencies"]:
        name = Requirement(text).name
        if version(name) != versions[name]:
            pytest.skip("not the locked environment")


def test_version_has_one_home():
    version = PROJECT["version"]
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == version
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()
    from ldn_analysis import __version__

    assert __version__ == version


def test_make_and_run_know_the_same_tasks():
    out = subprocess.run(
        [sys.executable, ROOT / "run.py"], capture_output=True, text=True, check=True
    ).stdout
    tasks = re.findall(r"^  ([a-z]+) {2,}\S", out.split("positional")[0], re.MULTILINE)
    line = next(
        line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith("TASKS")
    )
    assert tasks == line.split("=")[1].split()


def test_run_refuses_an_unknown_task():
    done = subprocess.run(
        [sys.executable, ROOT / "run.py", "figurs"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "invalid choice: 'figurs'" in done.stderr


def test_bytecode_is_kept_where_the_machine_forbids_it(monkeypatch):
    """Without it every start compiles every library: twice the time of a second `make figures`."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    environment = runpy.run_path(str(ROOT / "run.py"))["ENVIRONMENT"]
    assert "PATH" in environment
    assert "PYTHONDONTWRITEBYTECODE" not in environment


def test_readme_maps_every_module_and_notebook():
    text = (ROOT / "README.md").read_text()
    for path in [*ROOT.glob("ldn_analysis/[a-z]*.py"), *ROOT.glob("notebooks/*.ipynb")]:
        assert path.name in text, path.name
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / target).exists(), target


def test_datapackage_is_plain_utf8_json():
    raw = (ROOT / "data" / "datapackage.json").read_bytes()
    assert json.loads(raw)["resources"]
    assert b"\r" not in raw


def test_tracked_files_name_no_registry_and_no_large_file_is_tracked():
    for path in tracked():
        assert path.stat().st_size < 1_500_000, path
        if path.suffix in {".png", ".pdf"} or path == Path(__file__):
            continue
        assert not re.search(
            r"pypi\.|pythonhosted|registry\.npm|anaconda\.org", path.read_text()
        ), path
