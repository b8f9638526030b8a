"""Student copies of the notebooks: no solutions, no outputs."""

import copy
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from .errors import InputError

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
sys.path.append(str(NOTEBOOKS))  # for what build.py, too, writes into every notebook

from ways import make_links_local, read_pages  # noqa: E402

USE_DATA = """# These simulated participants are your own:
# your numbers differ from your neighbour's.
ldn.use_data("data")"""


def find_notebooks(names: list[str]) -> list[Path]:
    """The notebooks whose names start so; all without a name."""
    paths = sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))
    for name in names:
        if not any(path.name.startswith(name) for path in paths):
            numbers = ", ".join(path.name[:2] for path in paths)
            raise InputError(f"no notebook starts with {name!r}; there are {numbers}")
    return [path for path in paths if not names or path.name.startswith(tuple(names))]


def has_tag(cell, tag: str) -> bool:
    """Whether a cell has this tag."""
    return tag in cell.metadata.get("tags", [])


def make_copy(notebook: nbformat.NotebookNode, own_data: bool) -> nbformat.NotebookNode:
    """A copy to work in; with data of its own, the setup is followed by the line that takes them."""
    notebook = copy.deepcopy(notebook)
    notebook.cells = [cell for cell in notebook.cells if not has_tag(cell, "solution")]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            cell.source = make_links_local(cell.source)
    if own_data:
        setup = next(i for i, cell in enumerate(notebook.cells) if cell.id == "setup")
        notebook.cells.insert(setup + 1, new_code_cell(USE_DATA, id="use-data"))
    return notebook


def make_copies(paths: list[Path], own_data: bool) -> dict[str, bytes]:
    """Copies, and the pages that they link to, as files by name."""
    texts = {name: text.encode() for name, text in read_pages().items()}
    for path in paths:
        notebook = make_copy(nbformat.read(path, as_version=4), own_data)
        texts[path.name] = f"{nbformat.writes(notebook, version=4)}\n".encode()
    return texts
