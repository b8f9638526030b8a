"""The notebooks as nbgrader and otter-grader want them: with solutions, for the teacher.

`build.py student --grader nbgrader` calls this. Neither program is needed to write the
files; docs/teaching.md says with which versions they were tried.
"""

import ast
import copy

import nbformat
from nbformat.v4 import new_code_cell, new_raw_cell

OTTER_CONFIG = """# ASSIGNMENT CONFIG
init_cell: false
check_all_cell: false
export_cell: false"""


def split_solution(source: str) -> tuple[str, str, str]:
    """Number of the exercise, the lines before `check`, and what is handed to `check`."""
    call = ast.parse(source).body[-1].value
    before = "\n".join(source.splitlines()[: call.lineno - 1])
    answer = ast.get_source_segment(source, call.args[1])
    return call.args[0].value, before, answer


def make_nbgrader_cells(number: str, before: str, answer: str) -> list:
    """A cell to answer in, and a locked one that gives the point."""
    name = f"answer_{number.replace('.', '_')}"
    text = f"# Put your answer into {name}.\n### BEGIN SOLUTION\n{before}\n{name} = {answer}\n### END SOLUTION"
    common = {"schema_version": 3, "task": False}
    cell = new_code_cell(text, id=name)
    cell.metadata["nbgrader"] = common | {
        "grade": False, "solution": True, "locked": False, "grade_id": name,
    }  # fmt: skip
    test = new_code_cell(f'assert check("{number}", {name})', id=f"test_{name}")
    test.metadata["nbgrader"] = common | {
        "grade": True, "solution": False, "locked": True, "grade_id": f"test_{name}", "points": 1,
    }  # fmt: skip
    return [cell, test]


def make_otter_cells(number: str, before: str, answer: str) -> list:
    """A question of otter assign: its marks stand in raw cells."""
    name = f"answer_{number.replace('.', '_')}"
    lines = f"# BEGIN SOLUTION NO PROMPT\n{before}\n# END SOLUTION\n" if before else ""
    last = f"{name} = {answer}  # SOLUTION"
    if "\n" in answer:
        last = f"{name} = ...\n# BEGIN SOLUTION NO PROMPT\n{name} = {answer}\n# END SOLUTION"
    parts = [
        ("raw", f"# BEGIN QUESTION\nname: {name}\npoints: 1"),
        ("raw", "# BEGIN SOLUTION"),
        ("code", lines + last),
        ("raw", "# END SOLUTION"),
        ("raw", "# BEGIN TESTS"),
        ("code", f'assert check("{number}", {name})'),
        ("raw", "# END TESTS"),
        ("raw", "# END QUESTION"),
    ]
    make = {"raw": new_raw_cell, "code": new_code_cell}
    return [make[kind](text, id=f"{name}-{i}") for i, (kind, text) in enumerate(parts)]


def make_master(notebook: nbformat.NotebookNode, grader: str) -> nbformat.NotebookNode:
    """The notebook with every exercise in the form of one grader."""
    make_cells = {"nbgrader": make_nbgrader_cells, "otter": make_otter_cells}[grader]
    solutions = {
        cell.id.replace("solution", "exercise"): cell.source
        for cell in notebook.cells
        if "solution" in cell.metadata.get("tags", [])
    }
    cells = [new_raw_cell(OTTER_CONFIG, id="otter-config")] if grader == "otter" else []
    for cell in copy.deepcopy(notebook.cells):
        if cell.id in solutions:
            cells += make_cells(*split_solution(solutions[cell.id]))
        elif "solution" not in cell.metadata.get("tags", []):
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            cells.append(cell)
    master = copy.deepcopy(notebook)
    master.cells = cells
    nbformat.validate(master)
    return master
