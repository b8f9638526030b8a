"""Build the site that runs the notebooks in a browser (JupyterLite, Pyodide kernel).

    python docs/lite.py              writes build/lite/
    python docs/lite.py --student    the same without the folder of solutions

Notebooks stand without solutions; the folder `solutions` holds them with theirs.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL
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
<script>
// Said at once: a notebook that cannot fetch its Python only waits.
const said = document.getElementById("network");
fetch("{probe}", {{ mode: "no-cors", cache: "no-store", signal: AbortSignal.timeout(10000) }}).then(
  () => {{ said.textContent = "Python can be reached from this browser."; }},
  () => {{
    said.innerHTML = "<strong>Python cannot be reached from this browser</strong> ({host}): there is "
      + "no network, or it is blocked here. The notebooks open, but no cell will run. Read them in "
      + "the book, or run them in JupyterLab on your own computer.";
  }},
);
</script>
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


def write_notebook(path: Path, folder: Path, left_out: set[str]) -> None:
    """A copy without outputs that first installs the package, and without cells of these tags."""
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if not left_out & {*cell.metadata.get("tags", [])}]
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
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / path.name)


def main() -> None:
    """Wheel, notebooks, site."""
    parser = argparse.ArgumentParser(description="Build the site to build/lite/.")
    parser.add_argument("--student", action="store_true", help="without solutions")
    options = parser.parse_args()
    for folder in (SOURCE, LITE):
        shutil.rmtree(folder, ignore_errors=True)
    files = SOURCE / "files"
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        # Cells that start processes cannot run in a browser.
        write_notebook(path, files, {"timing", "solution"})
        if not options.student:
            write_notebook(path, files / "solutions", {"timing"})
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
    text = MarkdownIt("commonmark", {"html": True}).render(
        (ROOT / "docs" / "lite.md").read_text(encoding="utf-8")
    )
    probe = f"{PYODIDE_CDN_URL}/pyodide.mjs"
    page = PAGE.format(text=text, probe=probe, host=urlsplit(probe).hostname)
    (LITE / "index.html").write_text(page, encoding="utf-8")
    print(f"{LITE.relative_to(ROOT)}/index.html (serve it: a browser refuses it from a file)")


if __name__ == "__main__":
    main()
