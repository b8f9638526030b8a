"""Copies have no solutions, outputs or predictions, and take the student's own data."""

import re

import nbformat
import pytest

from classroom.copies import find_notebooks, has_tag, make_copies, make_copy
from classroom.errors import InputError

PATHS = find_notebooks([])


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_copies_have_no_solutions_outputs_or_predictions(path):
    kept = nbformat.read(path, as_version=4)
    notebook = make_copy(kept, own_data=True)
    nbformat.validate(notebook)
    solutions = [cell for cell in kept.cells if has_tag(cell, "solution")]
    ids = [cell.id for cell in kept.cells if cell not in solutions]
    ids.insert(ids.index("setup") + 1, "use-data")
    assert [cell.id for cell in notebook.cells] == ids
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    # As in the project's own: what JupyterLab shows on 1024 pixels beside its side bar.
    assert max(len(line) for cell in code for line in cell.source.splitlines()) <= 74
    text = "\n".join(cell.source for cell in notebook.cells)
    assert 'use_data("data")' in text
    assert "](../" not in text  # links lead to what is in the folder
    for cell in solutions:
        assert cell.source not in text
    blanks = re.findall(r'^(?:check|predict)\("[\w.]+", (.*?)\)', text, re.MULTILINE)
    assert blanks
    assert set(blanks) == {"..."}


def test_notebooks_are_named_by_their_start():
    assert list(make_copies(find_notebooks(["03"]), own_data=False))[-1].startswith("03_")
    with pytest.raises(InputError, match=r"no notebook starts with '99'; there are 01, 02"):
        find_notebooks(["03", "99"])
