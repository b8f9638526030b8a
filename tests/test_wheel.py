"""The wheel alone, in an environment of its own and an empty folder, does what a checkout does."""

import json
import os
import runpy
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
RESOURCES = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))[
    "resources"
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("wheel"),  # one environment
    pytest.mark.skipif(os.name == "nt", reason="paths of an environment on Linux and macOS"),
]


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    """What `make wheel` builds, with this Python."""
    folder = tmp_path_factory.mktemp("dist")
    (command,) = runpy.run_path(str(ROOT / "run.py"))["TASKS"]["wheel"].commands
    call(sys.executable, *command[1:-1], folder, cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def installed(dist, tmp_path_factory):
    """The bin folder of an environment with what the wheel needs and the wheel."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder / "venv", with_pip=True)
    sections = runpy.run_path(str(ROOT / "run.py"))["read_sections"]()
    (folder / "run.txt").write_text(sections["run"])
    (wheel,) = dist.glob("*.whl")
    pip = [folder / "venv/bin/python", "-m", "pip", "install", "-q", "--no-deps", "--no-compile"]
    call(*pip, "--require-hashes", "-r", folder / "run.txt")
    call(*pip, wheel)
    return folder / "venv/bin"


def call(*command, cwd=None, code=0):
    """Run a command that knows nothing of this checkout."""
    known = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=known, capture_output=True, text=True
    )
    assert done.returncode == code, done.stderr
    return done


def test_wheel_and_sources_hold_the_tables_and_nothing_that_is_not_theirs(dist):
    (wheel,), (sources,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {f"ldn_analysis/_data/{item['path']}" for item in RESOURCES} <= names
    assert {"ldn_analysis/ldn.mplstyle", "ldn_analysis/_data/LICENSE"} <= names
    assert {name.split("/")[0] for name in names} == {
        "ldn_analysis",
        wheel.name.partition("-py3")[0] + ".dist-info",
    }
    with tarfile.open(sources) as archive:
        parts = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "data/datapackage.json", "run.py"} <= parts
    assert not [name for name in parts if name.startswith((".venv", "build/", "dist/"))]


def test_figures_template_and_report_from_an_empty_folder(installed, tmp_path):
    command = installed / "ldn-analysis"
    call(command, "figures", "--out", "drawn", cwd=tmp_path)
    for path in (tmp_path / "drawn").iterdir():
        assert path.read_bytes() == (ROOT / "figures" / path.name).read_bytes(), path.name
    call(command, "template", cwd=tmp_path)
    (example,) = tmp_path.glob("*example*.csv")
    said = call(command, "report", example.name, cwd=tmp_path).stdout
    assert [path for path in tmp_path.glob("*.html") if path.name in said]
    refused = call(command, "data", cwd=tmp_path, code=2)
    assert refused.stderr == (
        "ldn-analysis: there is no checkout here; name a folder with --out DIR\n"
    )


def test_the_tables_are_those_of_the_checkout(installed, tmp_path):
    code = "import ldn_analysis as l; print([(r.name, r.rows) for r in l.list_datasets().itertuples()])"
    said = call(installed / "python", "-c", code, cwd=tmp_path).stdout
    rows = [
        (item["name"], len(pd.read_csv(ROOT / "data" / item["path"], dtype=str)))
        for item in RESOURCES
    ]
    assert said.strip() == str(rows)
