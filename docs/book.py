"""Build the book from the notebooks as they are committed, the README and the docstrings.

    python docs/book.py        writes build/book/; a warning of Sphinx is an error

Pages of docs/ may ask for a part that has its home elsewhere, so that nothing is said twice:
{{README}} (its beginning), {{README: HEADING}}, {{figures}}, {{codebook}}, {{assumptions}}, {{references}}, {{reference}}.
"""

import re
import shutil
import sys
import tomllib
from importlib import import_module
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

FOLDED = ("setup", "solution", "versions")  # ids or tags of cells to open on demand
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
    return page.replace("](../", "](").replace("](docs/", "](")


# --- pages ----------------------------------------------------------------------------------


def write_notebook(path: Path) -> None:
    """A notebook with a link to itself; solutions folded, a word where a widget would be."""
    notebook = nbformat.read(path, as_version=4)
    link = nbformat.v4.new_markdown_cell(
        f"{{download}}`Download this notebook <../downloads/{path.name}>`", id="download"
    )
    cells = []
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        cells.append(cell)
        for name in (tags | {cell.id}) & set(FOLDED):
            cell.metadata["tags"] = sorted(tags | {"hide-cell"})
            cell.metadata["mystnb"] = {
                "code_prompt_show": f"Show the {name}",
                "code_prompt_hide": f"Hide the {name}",
            }
        if "widget" in tags:
            cells.append(nbformat.v4.new_markdown_cell(WIDGET, id=f"{cell.id}-note"))
    cells.insert(1, link)
    notebook.cells = cells
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    nbformat.write(notebook, SOURCE / "notebooks" / path.name)


def group_names() -> dict[str, dict[str, list[str]]]:
    """Public names by the title of their room and by module.

    A module that has public names shows, beside these, the result classes in its `__all__`.
    """
    groups = {title: {} for title in ROOMS.values()}
    for home in ldn._HOMES:
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


def write_reference() -> None:
    """One page per room from the docstrings, and a list of all names."""
    folder = SOURCE / "api"
    folder.mkdir()
    index = ["Reference", "=========", "", "Call everything by its short name::", ""]
    index += ["    import ldn_analysis as ldn", ""]
    rows = []
    for topic, modules in group_names().items():
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
                rows.append(f"   * - {role}\n     - ``{module}``\n     - {topic}")
        (folder / f"{name_page(topic)}.rst").write_text("\n".join(lines), encoding="utf-8")
    index += [".. list-table:: Every public name", "   :header-rows: 1", ""]
    index += ["   * - name", "     - module", "     - topic", *rows, ""]
    (folder / "index.rst").write_text("\n".join(index), encoding="utf-8")


def lay_out() -> None:
    """All pages in build/book-source/, in the places that the README's links name."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    for name in ("notebooks", "downloads", "figures"):
        (SOURCE / name).mkdir(parents=True)
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        write_notebook(path)
        shutil.copyfile(path, SOURCE / "downloads" / path.name)
    for path in sorted((ROOT / "docs").glob("*.md")):
        (SOURCE / path.name).write_text(fill(path.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.copytree(ROOT / "data", SOURCE / "data")
    for path in ("CHANGELOG.md", "CITATION.cff", "LICENSE"):
        shutil.copyfile(ROOT / path, SOURCE / path)
    for path in (ROOT / "figures").glob("*.svg"):
        shutil.copyfile(path, SOURCE / "figures" / path.name)
    write_reference()


def main() -> None:
    """Lay out the pages and let Sphinx make the site."""
    from sphinx.cmd.build import main as sphinx

    install_packages()
    lay_out()
    shutil.rmtree(BOOK, ignore_errors=True)
    options = ["-q", "-E", "-W", "--keep-going", "-b", "html"]
    options += ["-c", str(ROOT / "docs"), "-d", str(ROOT / "build" / "book-doctrees")]
    code = sphinx([*options, str(SOURCE), str(BOOK)])
    if code:
        sys.exit(code)
    print(f"{BOOK.relative_to(ROOT)}/index.html")


if __name__ == "__main__":
    main()
