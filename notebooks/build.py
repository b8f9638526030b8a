"""Execute the notebooks so that the same code always gives the same bytes.

    python notebooks/build.py execute [NAME ...]   re-execute in place
    python notebooks/build.py check [NAME ...]     compare a fresh execution with the files

Cells tagged `widget` are not executed. A NAME is the start of a file name, e.g. 03.
"""

import argparse
import asyncio
import copy
import difflib
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from terms import link_terms
from ways import put_ways

FOLDER = Path(__file__).resolve().parent
TIMEOUT = 120  # seconds per cell
AT_ONCE = 2


def find_notebooks(names: list[str]) -> list[Path]:
    """The notebooks whose names start so; all without a name."""
    paths = sorted(FOLDER.glob("[0-9]*.ipynb"))
    chosen = [path for path in paths if not names or path.name.startswith(tuple(names))]
    if not chosen:
        sys.exit(
            f"build.py: no notebook starts with {', '.join(names) or 'a digit'} in {FOLDER.name}/"
        )
    return chosen


def read(path: Path) -> nbformat.NotebookNode:
    """Read one notebook, with what all share (ways.py) as it should be now."""
    notebook = nbformat.read(path, as_version=4)
    put_ways(notebook, path.stem)
    link_terms(notebook)
    return notebook


def tags(cell) -> set[str]:
    """Tags of a cell."""
    return set(cell.metadata.get("tags", []))


def normalise(notebook: nbformat.NotebookNode) -> str:
    """The notebook as text with nothing in it that changes from run to run."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        folded = {"jupyter": cell.metadata["jupyter"]} if "jupyter" in cell.metadata else {}
        cell.metadata = folded | ({"tags": sorted(tags(cell))} if tags(cell) else {})
        for output in cell.get("outputs", []):
            output.pop("metadata", None)
            if output.output_type in ("display_data", "execute_result"):
                output["metadata"] = {}
    return nbformat.writes(notebook, version=4) + "\n"


async def run(notebook: nbformat.NotebookNode, folder: Path) -> None:
    """Run a notebook from the top in a kernel of its own, which works in this folder."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        store_widget_state=False,
        skip_cells_with_tag="widget",
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    await client.async_execute()


async def execute(path: Path, gate: asyncio.Semaphore) -> tuple[Path, nbformat.NotebookNode, float]:
    """Run one of the project's notebooks and time it."""
    notebook = read(path)
    async with gate:
        start = time.perf_counter()
        try:
            await run(notebook, FOLDER)
        except CellExecutionError as error:
            sys.exit(f"build.py: {path.name} stopped with an error\n{error}")
        return path, notebook, time.perf_counter() - start


async def execute_all(paths: list[Path]) -> list[tuple[Path, nbformat.NotebookNode]]:
    """Run several notebooks, two at a time."""
    from tqdm import tqdm

    gate = asyncio.Semaphore(AT_ONCE)
    done = []
    with tqdm(total=len(paths), unit="notebook", disable=None) as progress:
        for task in asyncio.as_completed([execute(path, gate) for path in paths]):
            path, notebook, seconds = await task
            progress.update()
            progress.write(f"{path.name}: {seconds:.1f} s", file=sys.stderr)
            done.append((path, notebook))
    return sorted(done, key=lambda item: item[0])


def without_machine(text: str, *, pictures: bool = False) -> list[str]:
    """Lines to compare: versions and timings belong to the machine, not to the notebook."""
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        if tags(cell) & {"versions", "timing"}:
            cell.outputs = []
        for output in cell.get("outputs", []):  # drawn as the SVG is; how it is packed is zlib's
            if not pictures:
                output.get("data", {}).pop("image/png", None)
    return nbformat.writes(notebook).splitlines(keepends=True)


def compare(path: Path, fresh: str) -> bool:
    """Say how a fresh execution differs from the file."""
    kept = path.read_text(encoding="utf-8")
    if without_machine(kept) == without_machine(fresh):
        return True
    lines = difflib.unified_diff(
        without_machine(kept),
        without_machine(fresh),
        f"{path.name} (kept)",
        f"{path.name} (fresh)",
        n=1,
    )
    for line in list(lines)[:40]:
        print(line.rstrip("\n")[:300])
    return False


def main() -> None:
    """Carry out one word."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("word", choices=["execute", "check"])
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    paths = find_notebooks(options.names)
    done = asyncio.run(execute_all(paths))
    if options.word == "execute":
        for path, notebook in done:
            text = normalise(notebook)
            # Another version or timing alone is no reason for a change.
            fresh, kept = (
                without_machine(one, pictures=True) for one in (text, path.read_text("utf-8"))
            )
            if fresh != kept:
                path.write_text(text, encoding="utf-8")
        return
    same = [compare(path, normalise(notebook)) for path, notebook in done]
    if not all(same):
        sys.exit("build.py: run 'make notebooks' and look at what changed")
    print(f"{len(done)} notebooks are as a fresh execution leaves them")


if __name__ == "__main__":
    main()
