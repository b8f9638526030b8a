"""Run one notebook that a student handed in, within limits; `collect` starts this in a process of its own.

    python run_submission.py NOTEBOOK EXECUTED LOG SECONDS GIGABYTES

EXECUTED is written after every cell, so that something is left whatever happens. LOG gets a line
for each call of `check`, and one for what went wrong with the run itself.
"""

import contextlib
import json
import os
import sys
import time
from pathlib import Path

MAX_PRINTED = 100_000  # characters of a cell that are kept

# Runs in the student's kernel before the first cell: writes down what `check` was given and said.
RECORDER = """
import json as _json, os as _os
import ldn_analysis.teaching.check as _module

def _wrap(original, take_out):
    def check(exercise, answer=...):
        verdict = original(exercise, answer)
        value = take_out(answer)
        if not isinstance(value, (bool, int, float, str)):
            value = None if value is ... or value is None else repr(value)[:200]
        row = {"exercise": verdict.exercise, "answer": value, "correct": verdict.correct,
               "message": verdict.message}
        with open(_os.environ["LDN_CHECK_LOG"], "a", encoding="utf-8") as file:
            file.write(_json.dumps(row) + "\\n")
        return verdict
    check.__doc__ = original.__doc__
    return check

_module.check = _wrap(_module.check, _module._take_out)
del _wrap, _module
"""


def set_limits(seconds: int, gigabytes: float) -> None:
    """Memory, processor time and size of files, for this process and all that it starts."""
    try:
        import resource
    except ImportError:  # Windows: time alone is limited, by the process that waits
        return
    limits = {
        resource.RLIMIT_AS: int(gigabytes * 2**30),
        resource.RLIMIT_CPU: 2 * seconds + 10,
        resource.RLIMIT_FSIZE: 100 * 2**20,
        resource.RLIMIT_CORE: 0,
    }
    for kind, limit in limits.items():
        with contextlib.suppress(ValueError, OSError):  # a lower one is set already
            resource.setrlimit(kind, (limit, limit))


def write_recorder() -> None:
    """Put the recorder where the kernel looks at its start."""
    folder = Path(os.environ["IPYTHONDIR"], "profile_default", "startup")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "00_recorder.py").write_text(RECORDER, encoding="utf-8")


def is_skipped(cell) -> bool:
    """Sliders need somebody who moves them; the project's solutions are no answer of a student."""
    tags = set(cell.metadata.get("tags", []))
    return bool(tags & {"widget", "solution"}) or cell.get("id", "").startswith("solution-")


def cut_printed(cell) -> int:
    """Keep the beginning of what a cell printed; gives how much it was, if it was too much."""
    printed = [output for output in cell.get("outputs", []) if output.output_type == "stream"]
    length = sum(len(output.text) for output in printed)
    if length <= MAX_PRINTED:
        return 0
    for output in printed:
        output.text = output.text[: MAX_PRINTED // len(printed)]
    return length


def run(path: Path, executed: Path, log: Path, seconds: int) -> None:
    """Run cell after cell; an error in one is no reason to stop."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    def note(text: str) -> None:
        with log.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"note": text}) + "\n")

    def save() -> None:
        executed.write_text(nbformat.writes(notebook, version=4), encoding="utf-8")

    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    save()
    end = time.monotonic() + seconds
    client = NotebookClient(
        notebook, kernel_name="python3", allow_errors=True, interrupt_on_timeout=True,
        record_timing=False, store_widget_state=False,
        extra_arguments=["--log-level=CRITICAL"], resources={"metadata": {"path": str(Path.cwd())}},
    )  # fmt: skip
    try:
        with client.setup_kernel():
            for i, cell in enumerate(notebook.cells):
                if is_skipped(cell):
                    continue
                left = end - time.monotonic()
                if left < 1:
                    note(f"the time of {seconds} s was used up before cell {i + 1}")
                    break
                client.timeout = int(max(1, min(left, seconds / 4)))
                start = time.monotonic()
                with contextlib.suppress(CellTimeoutError):
                    client.execute_cell(cell, i)
                if time.monotonic() - start >= client.timeout and cell.cell_type == "code":
                    note(f"cell {i + 1} was stopped after {client.timeout} s")
                if length := cut_printed(cell):
                    note(f"cell {i + 1} printed {length:,} characters; the first are kept")
                save()
    except DeadKernelError:
        note(f"Python died in cell {i + 1}: too much memory, or an exit")
    save()


def main() -> None:
    """Set limits, then run."""
    path, executed, log = map(Path, sys.argv[1:4])
    set_limits(int(sys.argv[4]), float(sys.argv[5]))
    write_recorder()
    run(path, executed, log, int(sys.argv[4]))


if __name__ == "__main__":
    main()
