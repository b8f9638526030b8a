"""The notebooks as nbgrader and otter-grader want them: with solutions, for the teacher.

`make student ARGS="--grader nbgrader"` calls this. Neither program is needed to write the
files; docs/teaching.md says with which versions they were tried.
"""

import ast
import copy
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_raw_cell

# With init_cell, otter puts the line that makes `grader` at the top of the student's copy.
OTTER_CONFIG = """# ASSIGNMENT CONFIG
init_cell: true
check_all_cell: false
export_cell: false"""


def split_solution(source: str) -> tuple[str, str, str]:
    """Number of the exercise, the lines before `check`, and what is handed to `check`."""
    call = ast.parse(source).body[-1].value
    before = "\n".join(source.splitlines()[: call.lineno - 1])
    answer = ast.get_source_segment(source, call.args[1])
    if "\n" in answer:  # lines that only the brackets of check( ) held together
        answer = f"(\n    {answer}\n)"
    return call.args[0].value, before, answer


def make_test(number: str, name: str) -> str:
    """The cell that gives the point: its failure shows the hint.

    It asks the package's own `check`, whatever else the student calls so.
    """
    return (
        "import ldn_analysis\n\n"
        f'assert (verdict := ldn_analysis.check("{number}", {name})), verdict'
    )


def make_nbgrader_cells(number: str, before: str, answer: str) -> list:
    """A cell to answer in, and a locked one that gives the point."""
    name = f"answer_{number.replace('.', '_')}"
    text = f"# Put your answer into {name}.\n### BEGIN SOLUTION\n{before}\n{name} = {answer}\n### END SOLUTION"
    common = {"schema_version": 3, "task": False}
    cell = new_code_cell(text, id=name)
    cell.metadata["nbgrader"] = common | {
        "grade": False, "solution": True, "locked": False, "grade_id": name,
    }  # fmt: skip
    test = new_code_cell(make_test(number, name), id=f"test_{name}")
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
        ("code", make_test(number, name)),
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


def write_masters(paths: list[Path], grader: str, out: Path) -> None:
    """A master of each notebook, in the folders that nbgrader asks for; printed where."""
    for path in paths:
        master = make_master(nbformat.read(path, as_version=4), grader)
        place = out / "teacher" / grader / "source" / path.stem / path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(nbformat.writes(master, version=4) + "\n", encoding="utf-8")
        print(place)
