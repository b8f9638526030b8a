"""Build the site that runs the notebooks in a browser (JupyterLite, Pyodide kernel).

python docs/lite.py        writes build/lite/
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[1]
LITE = ROOT / "build" / "lite"
SOURCE = ROOT / "build" / "lite-source"
INSTALL = """# Fetches the libraries for this browser (not needed anywhere else).
%pip install -q ldn-analysis ipywidgets"""
SETTINGS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The notebooks in your browser</title>
<style>
body {{ font: 18px/1.5 sans-serif; max-width: 40em; margin: 2em auto; padding: 0 1em; color: #1a1a1a; }}
</style>
<!-- The pages below look for this element here. -->
<script id="jupyter-config-data" type="application/json" data-jupyter-lite-root=".">{{}}</script>
</head>
<body>
<main>
{text}
</main>
</body>
</html>
"""


def call(*command, cwd: Path) -> None:
    """Run a module of this Python; show what it said only if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\ndocs/lite.py: {command[0]} failed (see above)")


def write_notebook(path: Path) -> None:
    """A copy without outputs that first installs the package; no cell that starts processes."""
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if "timing" not in cell.metadata.get("tags", [])]
    for cell in cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    cells.insert(1, nbformat.v4.new_code_cell(INSTALL, id="install"))
    notebook.cells = cells
    notebook.metadata["kernelspec"] = {
        "display_name": "Python (Pyodide)",
        "language": "python",
        "name": "python",
    }
    nbformat.write(notebook, SOURCE / "files" / path.name)


def main() -> None:
    """Wheel, notebooks, site."""
    for folder in (SOURCE, LITE):
        shutil.rmtree(folder, ignore_errors=True)
    (SOURCE / "files").mkdir(parents=True)
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        write_notebook(path)
    (SOURCE / "overrides.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    # The package and its tables.
    call("hatchling", "build", "-t", "wheel", "-d", SOURCE / "pypi", cwd=ROOT)
    call(
        "jupyterlite_core",
        "build",
        "--apps=lab",
        "--no-sourcemaps",
        "--no-unused-shared-packages",
        f"--lite-dir={SOURCE}",
        f"--contents={SOURCE / 'files'}",
        f"--output-dir={LITE}",
        cwd=SOURCE,  # it leaves a database there
    )
    # Said before anything is fetched; JupyterLite's own first page only leads on.
    text = MarkdownIt().render((ROOT / "docs" / "lite.md").read_text(encoding="utf-8"))
    (LITE / "index.html").write_text(PAGE.format(text=text), encoding="utf-8")
    print(f"{LITE.relative_to(ROOT)}/index.html (serve it: a browser refuses it from a file)")


if __name__ == "__main__":
    main()
