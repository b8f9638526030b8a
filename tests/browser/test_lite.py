"""The site that runs the notebooks in a browser: what can be known of it without a network."""

import json
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import ldn_analysis

pytestmark = [
    pytest.mark.browser,
    # asyncio's own transports, at the end of the browser's process
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ROOT = Path(__file__).parents[2]
LITE = ROOT / "build" / "lite"
NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))


def test_wheel_carries_the_package_and_the_tables():
    (wheel,) = (LITE / "pypi").glob("*.whl")
    assert wheel.name.startswith(f"ldn_analysis-{ldn_analysis.__version__}-py3-none-any")
    assert "ldn-analysis" in json.loads((LITE / "pypi" / "all.json").read_text())
    names = zipfile.ZipFile(wheel).namelist()
    tables = {path.name for path in (ROOT / "data").rglob("*.csv")}
    assert tables <= {Path(name).name for name in names}
    assert "ldn_analysis/_data/datapackage.json" in names


def test_solutions_are_in_a_folder_of_their_own():
    source = ROOT / "build" / "lite-source" / "files"
    for name in NOTEBOOKS:
        assert '"solution"' not in (source / name).read_text(encoding="utf-8")
        assert '"solution"' in (source / "solutions" / name).read_text(encoding="utf-8")


def test_pyodide_ships_versions_that_we_allow():
    """Read from the lock of the very Pyodide that the kernel asks for."""
    import tomllib

    from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION

    folder = ROOT / "docs" / "node_modules" / "pyodide"
    assert json.loads((folder / "package.json").read_text())["version"] == PYODIDE_VERSION
    packages = json.loads((folder / "pyodide-lock.json").read_text())["packages"]
    for text in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]:
        requirement = Requirement(text)
        assert packages[requirement.name]["version"] in requirement.specifier, text


def test_shell_opens_and_lists_the_notebooks(page, serve, find_violations):
    page.goto(f"{serve(LITE)}/index.html")
    # What the network distributes cannot be reached in a test: the page says so at once.
    page.get_by_text("Python cannot be reached from this browser").wait_for()
    assert find_violations(page) == []
    page.wrong.clear()
    page.get_by_role("link", name="Open the notebooks").click()
    for name in NOTEBOOKS:
        page.get_by_role("listitem", name=name).or_(page.get_by_title(name)).first.wait_for()
    # JupyterLite itself says on the console that a browser has no terminals.
    assert [line for line in page.wrong if "terminals plugin" not in line] == []


def test_notebook_opens_and_begins_with_the_installation(page, serve):
    page.goto(f"{serve(LITE)}/lab/index.html?path={NOTEBOOKS[0]}")
    page.get_by_text("%pip install -q ldn-analysis").first.wait_for()


def test_cells_run_in_pyodide():
    pytest.skip("Pyodide and its libraries come from a network that tests do not use")
