"""Build the book from the notebooks as they are committed, the README and the docstrings.

    python docs/book.py              writes build/book/; a warning of Sphinx is an error
    python docs/book.py --student    the same without the solutions and the guide for teachers

Solutions stand on a page of their own, never under their exercise. Every cell of a notebook has
its name, which is also its address, in the margin; the guide's `03:fit` links there.

Pages of docs/ may ask for a part that has its home elsewhere, so that nothing is said twice:
{{README}} (its beginning), {{README: HEADING}}, {{figures}}, {{codebook}}, {{assumptions}}, {{references}}, {{reference}}.
"""

import argparse
import re
import shutil
import sys
import tomllib
from base64 import b64decode
from importlib import import_module
from inspect import getdoc
from pathlib import Path

import nbformat
from npm import install_packages

import ldn_analysis as ldn
from ldn_analysis.core.codebook import get_resource
from ldn_analysis.core.result import Result

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "build" / "book-source"
BOOK = ROOT / "build" / "book"
README = (ROOT / "README.md").read_text(encoding="utf-8")

ROOMS = {  # title of each room's page of the reference, in the order of the notebooks
    "data": "Tables and your own data",
    "lines": "A straight line, and Fig. 2",
    "crossover": "Two conditions in the same participants, and Fig. 1",
    "small_samples": "Small samples and simulated trials",
    "audit": "Audit of printed numbers",
    "evidence": "Meta-analysis and credibility",
    "multiverse": "Many analysts",
    "report": "The report on your own table",
    "teaching": "Exercises and sliders",
    "core": "What all of these share",
}

PICTURES = ROOT / "build" / "book-pictures"  # the notebooks' figures, laid beside the pages
NOT_PAGES = ("slides", "lite", "live")  # of docs/: read by the scripts of these names
TEACHERS = ("solutions", "teaching")  # pages that a student's book does not have
PLACES = {"../README.md": "index.md", "../docs/": "", "../data/README.md": "data.md"}
FOLDED = ("setup", "versions")  # ids or tags of cells to open on demand
SOLUTIONS = """# Solutions

Try each exercise first: `check` in the notebook answers with a reason. The numbers below are those of
the project's own data; a student's own data give others."""
WIDGET = (
    "```{note}\nThis cell makes controls that need a running kernel. "
    "Download the notebook and run it to use them.\n```"
)


def markdown_table(header: list[str], rows: list[list]) -> str:
    """A Markdown table; a bar within a cell does not end it."""
    lines = [header, ["---"] * len(header), *rows]
    text = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in text) + "\n"


# --- parts that have their home elsewhere ---------------------------------------------------


def take_readme(heading: str | None) -> str:
    """One section of the README, or what comes before its figures."""
    if heading is None:
        return README.split("\n| Fig. 1:")[0]
    found = re.search(
        rf"^## {re.escape(heading)}\n.*?(?=^## |\Z)", README, re.MULTILINE | re.DOTALL
    )
    if found is None:
        sys.exit(f"docs/: README.md has no section {heading!r}")
    return found[0]


def show_figures() -> str:
    """Both figures with the README's alt texts and the generated captions."""
    alts = re.findall(r"!\[([^\]]+)\]\(figures/figure_\d\.png\)", README)
    captions = (ROOT / "figures" / "captions.md").read_text(encoding="utf-8").split("\n\n")[1:]
    parts = []
    for number, (alt, caption) in enumerate(zip(alts, captions, strict=True), start=1):
        parts.append(f"![{alt}](figures/figure_{number}.svg)\n\n{caption.strip()}")
    return "\n\n".join(parts)


def show_codebook() -> str:
    """Every table: what it is, the file, and its columns from the codebook."""
    parts = []
    for row in ldn.list_datasets().itertuples():
        book = ldn.load_codebook(row.name)
        path = f"data/{get_resource(row.name)['path']}"
        rows = []
        for column in book.itertuples():
            values = ", ".join(column.categories)
            if column.minimum == column.minimum or column.maximum == column.maximum:
                values = f"{column.minimum:g} to {column.maximum:g}"
            rows.append(
                [
                    f"`{column.name}`",
                    column.type,
                    column.unit,
                    column.status,
                    values.replace("nan", "any"),
                    column.description,
                ]
            )
        header = ["column", "type", "unit", "status", "values", "what it holds"]
        parts.append(
            f"## {row.title}: `{row.name}`\n\nStatus: **{row.status}**; {row.rows} rows. "
            f"Download [{row.name}.csv]({path}).\n\n{markdown_table(header, rows)}"
        )
    return "\n".join(parts)


def show_assumptions() -> str:
    """The one list of assumptions with its reasons."""
    table = ldn.Assumptions().to_frame()
    rows = [[f"`{row.assumption}`", row.value, row.reason] for row in table.itertuples()]
    return markdown_table(["assumption", "value", "reason"], rows)


def show_references() -> str:
    """The bibliography, as a list."""
    text = (ROOT / "docs" / "references.toml").read_text(encoding="utf-8")
    return "\n".join(f"- {reference}" for reference in tomllib.loads(text).values())


def fill(page: str) -> str:
    """Put the parts in; links out of docs/ and into it start at the top, where pages lie here."""
    parts = {
        "figures": show_figures,
        "codebook": show_codebook,
        "assumptions": show_assumptions,
        "references": show_references,
        "reference": list_reference,
    }
    page = re.sub(r"^\{\{README(?:: (.+))?\}\}$", lambda m: take_readme(m[1]), page, flags=re.M)
    page = re.sub(r"^\{\{(\w+)\}\}$", lambda m: parts[m[1]](), page, flags=re.M)
    page = re.sub(r"`(\d\d):([a-z\d-]+)`", link_cell, page)
    return page.replace("](../", "](").replace("](docs/", "](")


def link_cell(found: re.Match) -> str:
    """`03:fit` as a link to that cell's page and place."""
    (path,) = (ROOT / "notebooks").glob(f"{found[1]}_*.ipynb")
    place = f"notebooks/{path.stem}.html#{found[2]}"
    return f'<a href="{place}"><code>{found[1]}:{found[2]}</code></a>'


# --- pages ----------------------------------------------------------------------------------


def name_cell(notebook: str, cell: str) -> str:
    """A cell's name in the margin, which is also its address in the book."""
    return f'<a class="cell-name" id="{cell}" href="#{cell}">{notebook[:2]}:{cell}</a>'


def move_links(text: str, up: str) -> str:
    """Links out of notebooks/, as the pages lie in the book."""
    for place, page in PLACES.items():
        text = text.replace(f"]({place}", f"]({up}{page}")
    return text if up else re.sub(r"\]\((?=\d\d_)", "](notebooks/", text)


def mark_headings(table: str) -> str:
    """A table of pandas with scopes, so that a screen reader names row and column of a cell."""
    table = re.sub(r"<th([^>]*)></th>", r"<td\1></td>", table)  # a heading without words is none
    head, end, body = table.partition("</thead>")
    parts = [(head, "col"), (body, "row")] if end else [(head, "row")]
    return end.join(
        re.sub(r"<th(?=[ >])(?![^>]*scope)", f'<th scope="{of}"', part) for part, of in parts
    )


def lay_out_html(html: str, name: str) -> str:
    """What a cell shows: tables with scopes; pictures in files, so that a tap opens them."""
    html = re.sub(r"<table.*?</table>", lambda found: mark_headings(found[0]), html, flags=re.S)
    # A table that scrolls in its frame can be reached by keyboard.
    html = html.replace('<div class="ldn-wide">', '<div class="ldn-wide" tabindex="0">')

    def store(found: re.Match) -> str:
        path = PICTURES / "pictures" / f"{name}.svg"
        for number in range(2, 99):
            if not path.exists():
                break
            path = path.with_name(f"{name}-{number}.svg")
        path.write_bytes(b64decode(found[2]))
        place = f"../pictures/{path.name}"
        return f'<a class="picture" href="{place}">{found[1]}{place}{found[3]}</a>'

    return re.sub(r'(<img src=")data:image/svg\+xml;base64,([^"]+)("[^>]*>)', store, html)


def prepare_cells(notebook: nbformat.NotebookNode, stem: str) -> list:
    """The cells as a page shows them: names, folds, tables and pictures; no solution."""
    cells = []
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if "solution" in tags:
            continue
        mark = name_cell(stem, cell.id)
        if cell.cell_type == "markdown":
            title, _, rest = cell.source.partition("\n")
            # Below a page's title, or the title would not be the first heading.
            first = title.startswith("# ")
            cell.source = f"{title}\n\n{mark}\n{rest}" if first else f"{mark}\n\n{cell.source}"
            cell.source = move_links(cell.source, "../")
        else:
            cells.append(nbformat.v4.new_markdown_cell(mark, id=f"{cell.id}-name"))
        for output in cell.get("outputs", []):
            if html := output.get("data", {}).get("text/html"):
                output["data"]["text/html"] = lay_out_html(html, f"{stem}_{cell.id}")
        cells.append(cell)
        for name in (tags | {cell.id}) & set(FOLDED):
            cell.metadata["tags"] = sorted(tags | {"hide-cell"})
            cell.metadata["mystnb"] = {
                "code_prompt_show": f"Show the {name}",
                "code_prompt_hide": f"Hide the {name}",
            }
        if "widget" in tags:
            cells.append(nbformat.v4.new_markdown_cell(WIDGET, id=f"{cell.id}-note"))
    return cells


def write_page(notebook: nbformat.NotebookNode, path: Path) -> None:
    """A page of cells, as Sphinx reads it."""
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    nbformat.write(notebook, path)


def write_notebook(path: Path) -> None:
    """A notebook as a page, with a link to download it."""
    notebook = nbformat.read(path, as_version=4)
    link = nbformat.v4.new_markdown_cell(
        f"{{download}}`Download this notebook <../downloads/{path.name}>`", id="download"
    )
    notebook.cells = prepare_cells(notebook, path.stem)
    notebook.cells.insert(1, link)
    write_page(notebook, SOURCE / "notebooks" / path.name)


def find_exercise(cells: list, number: str) -> str:
    """The words of an exercise: from its number in bold to the end of that cell."""
    for cell in cells:
        found = re.search(rf"\*\*{re.escape(number)}\*\*.*", cell.source, re.DOTALL)
        if cell.cell_type == "markdown" and found:
            return found[0]
    sys.exit(f"docs/book.py: exercise {number} has no text")


def write_solutions(paths: list[Path]) -> None:
    """All solutions on one page, each below the words of its exercise."""
    markdown, cells = nbformat.v4.new_markdown_cell, []
    cells.append(markdown(SOLUTIONS, id="title"))
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        title = notebook.cells[0].source.partition("\n")[0].removeprefix("# ")
        cells.append(markdown(f"## {path.stem[:2]} {title}", id=f"n{path.stem[:2]}"))
        for cell in notebook.cells:
            if "solution" not in cell.metadata.get("tags", []):
                continue
            number = f"{path.stem[:2]}.{cell.id.rpartition('-')[2]}"
            text = move_links(find_exercise(notebook.cells, number), "")
            cells.append(markdown(text, id=f"text-{number.replace('.', '-')}"))
            cell.id = f"solution-{number.replace('.', '-')}"
            for output in cell.get("outputs", []):
                if html := output.get("data", {}).get("text/html"):
                    html = lay_out_html(html, f"{path.stem}_{cell.id}")
                    output["data"]["text/html"] = html.replace("../pictures/", "pictures/")
            cells.append(cell)
    write_page(nbformat.v4.new_notebook(cells=cells), SOURCE / "solutions.ipynb")


def group_names() -> dict[str, dict[str, list[str]]]:
    """Public names, and the result classes, by the title of their room and by module."""
    groups = {title: {} for title in ROOMS.values()}
    for home in [*ldn._HOMES, "audit.results"]:  # what every check of the audit returns
        room, module = home.split(".")
        loaded = import_module(f"ldn_analysis.{home}")
        for name in sorted(loaded.__all__):
            item = getattr(loaded, name)
            is_result = isinstance(item, type) and issubclass(item, Result)
            if name in ldn.__all__ or is_result:
                groups[ROOMS[room]].setdefault(f"{room}.{module}", []).append(name)
    return groups


def name_page(topic: str) -> str:
    """File name of a room's page."""
    return re.sub(r"\W+", "_", topic.lower()).strip("_")


def list_reference() -> str:
    """Pages of the reference, for the table of contents."""
    return "\n".join(f"api/{name_page(topic)}" for topic in ROOMS.values())


def summarise(item) -> str:
    """The first sentence of a docstring, as reStructuredText that marks nothing up."""
    first = " ".join(getdoc(item).split("\n\n")[0].split())
    return re.sub(r"(?<!`)([*|_`])(?!`)", r"\\\1", first) if "`" not in first else first


def write_reference() -> None:
    """One page per room from the docstrings, and a list of all names with their first sentences."""
    folder = SOURCE / "api"
    folder.mkdir()
    index = ["Reference", "=========", "", "Call everything by its short name::", ""]
    index += ["    import ldn_analysis as ldn", ""]
    for topic, modules in group_names().items():
        rows = []
        lines = [topic, "=" * len(topic), "", ".. py:currentmodule:: ldn_analysis", ""]
        for module, names in modules.items():
            lines += [module, "-" * len(module), ""]
            lines += [sys.modules[f"ldn_analysis.{module}"].__doc__.strip(), ""]
            loaded = sys.modules[f"ldn_analysis.{module}"]
            is_class = {name: isinstance(getattr(loaded, name), type) for name in names}
            for name in sorted(names, key=is_class.get):  # what to call first, then what it returns
                path = (
                    f"ldn_analysis.{name}" if name in ldn.__all__ else f"{loaded.__name__}.{name}"
                )
                lines.append(f".. auto{'class' if is_class[name] else 'function'}:: {path}")
                if is_class[name]:
                    lines += ["   :members:", "   :inherited-members: tuple, ValueError"]
                lines.append("")
                role = f":py:{'class' if is_class[name] else 'func'}:`~{path}`"
                summary = summarise(getattr(loaded, name))
                rows.append(f"   * - {role}\n     - {summary}\n     - ``{module}``")
        index += [f".. list-table:: {topic}", "   :header-rows: 1", "   :widths: 34 46 20", ""]
        index += ["   * - name", "     - what it does or holds", "     - file", *rows, ""]
        (folder / f"{name_page(topic)}.rst").write_text("\n".join(lines), encoding="utf-8")
    (folder / "index.rst").write_text("\n".join(index), encoding="utf-8")


def lay_out(student: bool = False) -> None:
    """All pages in build/book-source/, in the places that the README's links name."""
    for folder in (SOURCE, PICTURES):
        shutil.rmtree(folder, ignore_errors=True)
    for name in ("notebooks", "downloads", "figures"):
        (SOURCE / name).mkdir(parents=True)
    (PICTURES / "pictures").mkdir(parents=True)
    paths = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    for path in paths:
        write_notebook(path)
        write_download(path, student)
    if not student:
        write_solutions(paths)
    for path in sorted((ROOT / "docs").glob("*.md")):
        if path.stem in NOT_PAGES or (student and path.stem in TEACHERS):
            continue
        text = fill(path.read_text(encoding="utf-8"))
        for name in TEACHERS if student else ():
            text = text.replace(f"\n{name}\n", "\n")
            text = re.sub(rf"\[([^\]]+)\]\({name}\.md[^)]*\)", r"\1", text)
        (SOURCE / path.name).write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "data", SOURCE / "data")
    for path in ("CHANGELOG.md", "CITATION.cff", "LICENSE"):
        shutil.copyfile(ROOT / path, SOURCE / path)
    for path in (ROOT / "figures").glob("*.svg"):
        shutil.copyfile(path, SOURCE / "figures" / path.name)
    write_reference()


def write_download(path: Path, student: bool) -> None:
    """The notebook as it is committed, or without its solutions."""
    target = SOURCE / "downloads" / path.name
    if not student:
        shutil.copyfile(path, target)
        return
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [
        cell for cell in notebook.cells if "solution" not in cell.metadata.get("tags", [])
    ]
    nbformat.write(notebook, target)


def main() -> None:
    """Lay out the pages and let Sphinx make the site."""
    from sphinx.cmd.build import main as sphinx

    parser = argparse.ArgumentParser(description="Build the book to build/book/.")
    parser.add_argument("--student", action="store_true", help="for students: see above")
    options = parser.parse_args()
    install_packages()
    lay_out(options.student)
    shutil.rmtree(BOOK, ignore_errors=True)
    words = ["-q", "-E", "-W", "--keep-going", "-b", "html"]
    words += ["-c", str(ROOT / "docs"), "-d", str(ROOT / "build" / "book-doctrees")]
    code = sphinx([*words, str(SOURCE), str(BOOK)])
    if code:
        sys.exit(code)
    for path in BOOK.rglob("*.map"):  # for those who develop the theme
        path.unlink()
    print(f"{BOOK.relative_to(ROOT)}/index.html")


if __name__ == "__main__":
    main()
