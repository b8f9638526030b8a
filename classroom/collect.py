"""Run what students hand in, check their answers with their own data, make the marks.

A submission runs in a process with limits; the answers that it gave to `check` are checked once
more here, in a process that has run none of its code, with the data of the record.
"""

import argparse
import contextlib
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from .class_list import count_students
from .copies import NOTEBOOKS, find_notebooks, has_tag, make_links_local
from .marks import NOTHING, Marks, find_neighbour, write_marks
from .people import hash_data, list_answers, make_files, read_data
from .record import EXERCISE, Record, format_answer, lock_record, read_rows
from .submissions import Submission, find_submissions
from .workers import map_students

ROOT = Path(__file__).resolve().parents[1]
RUNNER = Path(__file__).with_name("run_submission.py")
# What a student's process may know of this computer's settings.
PASSED_ON = {
    "PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "VIRTUAL_ENV", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR",
    "COMSPEC", "PATHEXT", "TEMP", "TMP", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE",
}  # fmt: skip
PROJECT = "the project's data"
MAX_TRIES = 15
LOOKS_UP = re.compile(
    r"EXERCISES|load_exercises|teaching[. ]*(check|answers|exercise)|answers\.csv"
)
REDEFINES = re.compile(
    r"^\s*(def check\b|(ldn\.|ldn_analysis\.)?check\s*=[^=]|import .* as check\b)", re.M
)


@dataclass(kw_only=True)
class Job:
    """What a worker needs to run and check one student's notebooks."""

    submission: Submission
    seed: int | None
    made: Path  # the folder data/ that was handed out, if it is still there
    recorded: str  # hash of these data
    seconds: int
    memory: float
    kept: Path  # where the executed notebooks go
    settings: Path  # matplotlib's, shared by all


@dataclass(kw_only=True)
class Run:
    """One notebook, executed."""

    name: str
    calls: list[dict] = field(default_factory=list)
    failed: list[tuple[int, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    exercises: set[str] = field(default_factory=set)


def collect(options: argparse.Namespace) -> None:
    """Carry out the task: run, check, write marks."""
    find_notebooks(options.names)  # refuses what is none
    with lock_record(options.out), tempfile.TemporaryDirectory() as folder:
        record = Record(options.out)
        unpacked, settings = Path(folder) / "unpacked", Path(folder) / "settings"
        settings.mkdir()
        # One copy for all: whoever hands in is a student, and all have the same data.
        shared, _ = record.seeds.pop("", {}), record.answers.pop("", {})
        submissions, strangers = find_submissions(options.submissions, record.seeds, unpacked)
        submissions = [one for one in submissions if choose_notebooks(one, options.names)]
        if not record.seeds:
            data = f"the data of seed {shared['class_seed']}" if shared else PROJECT
            print(f"there is no class list in {record.folder}: all are checked with {data}")
        print(
            f"running the code of {count_students(len(submissions))} on this computer, each in a process with at "
            f"most {options.seconds} s and {options.memory:g} GB a notebook. These are limits, not a wall: "
            "their code can read and write what you can",
            flush=True,
        )
        place = record.folder / "marks"
        jobs = [
            make_job(one, record.seeds.get(one.student, shared), options, place, settings)
            for one in submissions
        ]
        marks = [None] * len(jobs)
        for i, result in map_students(mark_submission, [(job,) for job in jobs], options.workers):
            marks[i] = result
        finish(marks, strangers, record, options, place)


def choose_notebooks(submission: Submission, names: list[str]) -> list[Path]:
    """Those to mark, of what a student handed in; one that cannot be read is among them."""

    def is_wanted(path: Path) -> bool:
        exercises = find_exercises(read_cells(path), path)
        return not exercises or any(number.startswith(tuple(names)) for number in exercises)

    if names:
        submission.notebooks = [path for path in submission.notebooks if is_wanted(path)]
    return submission.notebooks


def make_job(
    submission: Submission, row: dict, options: argparse.Namespace, place: Path, settings: Path
) -> Job:
    """What a worker needs to know."""
    return Job(
        submission=submission,
        seed=int(row["seed"]) if row else None,
        made=options.out / "student" / row.get("folder", "") / "data",
        recorded=row.get("data", ""),
        seconds=options.seconds,
        memory=options.memory,
        kept=place / submission.folder,
        settings=settings,
    )


def finish(
    marks: list[Marks],
    strangers: list[str],
    record: Record,
    options: argparse.Namespace,
    place: Path,
) -> None:
    """Choose the exercises that are asked for, compare the students, write."""
    from .marks_page import write_page

    seen = {number[:2] for mark in marks for number in mark.handed_in}
    wanted = [n for n in sorted(seen) if not options.names or n.startswith(tuple(options.names))]
    everybody = {
        name: {
            key.removeprefix(EXERCISE): cell
            for key, cell in row.items()
            if key.startswith(EXERCISE)
        }
        for name, row in record.answers.items()
    }
    if record.seeds:
        answers = list_answers(None, wanted)
        everybody[PROJECT] = {number: format_answer(answer) for number, answer in answers.items()}
    for mark in marks:
        mark.keep_notebooks(wanted)
        if record.seeds and (flag := find_neighbour(mark, everybody)):
            mark.flags.insert(0, flag)
    order = {name: i for i, name in enumerate(record.seeds)}
    marks.sort(key=lambda mark: (order.get(mark.student, len(order)), mark.student))
    earlier = {
        name for name, row in read_rows(place / "marks.csv").items() if row.get("flags") != NOTHING
    }
    handed_in = earlier | {mark.student for mark in marks}
    absent = [name for name in record.seeds if name not in handed_in]
    folders = {name: record.seeds[name]["folder"] for name in absent}
    path = write_marks(marks, folders, order, place)
    write_checks(marks, place)
    page = write_page(marks, absent, strangers, place)
    say_result(marks, absent, strangers, path, page)


def say_result(marks: list, absent: list, strangers: list, path: Path, page: Path) -> None:
    """What a teacher wants to know first."""
    for mark in marks:
        if mark.flags:
            print(f"look at {mark.student}: {'; '.join(mark.flags)}")
    for text in strangers:
        print(f"not marked: {text}")
    if absent:
        more = f" and {len(absent) - 8} more" if len(absent) > 8 else ""
        print(f"nothing handed in: {', '.join(absent[:8])}{more}")
    print(f"{count_students(len(marks))} marked: {path}")
    print(f"to look through: {page}")


# --- one student, in a worker ------------------------------------------------------------


def mark_submission(job: Job) -> Marks:
    """Run the notebooks of one student, then check the answers with their own data."""
    files = find_data(job)
    runs = [run_notebook(path, job, files) for path in job.submission.notebooks]
    marks = Marks(student=job.submission.student, folder=job.submission.folder)
    marks.notes = list(job.submission.notes)
    for run in runs:
        marks.handed_in |= run.exercises
        marks.failed += [(f"{run.name}, cell {i}", text) for i, text in run.failed]
        marks.texts += [(run.name, text) for text in run.texts]
        marks.written += [f"{run.name}: {name}" for name in run.written]
        for number in run.exercises:
            marks.tries[number] = [call for call in run.calls if call["exercise"] == number]
    marks.flags = list_flags(job, runs, files, marks)
    marks.flags += [f"{run.name}: {note}" for run in runs for note in run.notes]
    check_again(marks, files)
    return marks


def find_data(job: Job) -> dict[str, bytes] | None:
    """The student's own data: as handed out, else simulated again; None: the project's."""
    if job.seed is None:
        return None
    files = read_data(job.made)
    if files and hash_data(files) == job.recorded:
        return files
    from ldn_analysis import simulate_illustrative_trials

    return make_files(simulate_illustrative_trials(rng=job.seed))


def check_again(marks: Marks, files: dict[str, bytes] | None) -> None:
    """The verdicts that count: the last answer to each exercise, checked here."""
    from ldn_analysis import check, use_data
    from ldn_analysis.teaching.check import load_exercises

    with tempfile.TemporaryDirectory() as folder:
        for name, content in (files or {}).items():
            (Path(folder) / name).write_bytes(content)
        use_data(folder if files else None)
        try:
            for number in sorted(marks.handed_in & set(load_exercises())):
                given = [call["answer"] for call in marks.tries.get(number, [])]
                given = [answer for answer in given if answer not in (None, "", "...")]
                answer = given[-1] if given else None
                verdict = check(number, ... if answer is None else answer)
                marks.answers[number] = answer
                marks.right[number] = format_answer(load_exercises()[number]().answer)
                marks.points[number] = int(verdict.correct)
                marks.messages[number] = (
                    verdict.message if given else "no answer was given to check()"
                )
        finally:
            use_data(None)


def list_flags(job: Job, runs: list[Run], files: dict | None, marks: Marks) -> list[str]:
    """What a teacher should look at: reasons to ask, no proofs."""
    flags = []
    for path in job.submission.notebooks:
        beside = read_data(path.parent / "data")
        if files and beside and hash_data(beside) != hash_data(files):
            flags.append(f"{path.name}: data/ is not what was handed out to this student")
        code = "\n".join(cell.source for cell in read_cells(path) if cell.cell_type == "code")
        if REDEFINES.search(code):
            flags.append(f"{path.name}: check was redefined")
        if LOOKS_UP.search(code):
            flags.append(f"{path.name}: its code looks right answers up")
        if any(has_tag(cell, "solution") for cell in read_cells(path)):
            flags.append(f"{path.name}: holds cells of the solutions, which were not run")
    for number, calls in sorted(marks.tries.items()):
        tried = {str(call["answer"]) for call in calls}
        if len(tried) > MAX_TRIES:
            flags.append(f"{number}: {len(tried)} answers were tried")
    twice = [n for n in marks.handed_in if sum(n in run.exercises for run in runs) > 1]
    if twice:
        flags.append(f"two notebooks answer {min(twice)}; the newer one counts")
    return flags


def read_cells(path: Path) -> list:
    """Cells of a notebook; none if it cannot be read."""
    import nbformat

    try:
        return nbformat.read(path, as_version=4).cells
    except Exception:  # nbformat raises what JSON and its own schemas raise
        return []


# --- one notebook ------------------------------------------------------------------------


def run_notebook(path: Path, job: Job, files: dict[str, bytes] | None) -> Run:
    """Run a notebook beside copies of its own files, and read what came of it."""
    run = Run(name=path.name)
    cells = read_cells(path)
    if not cells:
        run.notes.append("cannot be read as a notebook")
        return run
    run.exercises = find_exercises(cells, path)
    run.texts = find_texts(cells)
    job.kept.mkdir(parents=True, exist_ok=True)
    (job.kept / path.name).unlink(missing_ok=True)  # of an earlier run
    with tempfile.TemporaryDirectory() as folder:
        work, home = Path(folder) / "work", Path(folder) / "home"
        home.mkdir()
        copy_files(path, work, files)
        before = {str(item.relative_to(work)) for item in work.rglob("*")}
        executed, log = Path(folder) / "executed.ipynb", Path(folder) / "check.jsonl"
        run.notes += start_runner(work / path.name, executed, log, home, job)
        read_log(log, run)
        if executed.exists():
            run.failed = find_failures(read_cells(executed))
            run.texts = find_predictions(read_cells(executed)) + run.texts
            shutil.copyfile(executed, job.kept / path.name)
        after = {str(item.relative_to(work)) for item in work.rglob("*")} - before
        run.written = sorted(name for name in after if not name.startswith("."))[:50]
    return run


def copy_files(path: Path, work: Path, files: dict[str, bytes] | None) -> None:
    """The notebook, the small files beside it, and data/: as handed in, else as handed out."""
    work.mkdir()
    shutil.copyfile(path, work / path.name)
    siblings = [item for item in path.parent.iterdir() if item.is_file() and not item.is_symlink()]
    if sum(item.suffix == ".ipynb" for item in siblings) <= 20 and len(siblings) <= 60:
        for item in siblings:
            if item.suffix.lower() in (".csv", ".py", ".txt") and item.stat().st_size < 5 * 2**20:
                shutil.copyfile(item, work / item.name)
    data = read_data(path.parent / "data") or files or {}
    for name, content in data.items():
        (work / "data").mkdir(exist_ok=True)
        (work / "data" / name).write_bytes(content)


def start_runner(path: Path, executed: Path, log: Path, home: Path, job: Job) -> list[str]:
    """Run the process with its limits; end it, and all that it started, when its time is over."""
    names = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    python_path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    variables = names | {
        "PYTHONPATH": python_path, "HOME": str(home), "USERPROFILE": str(home), "APPDATA": str(home),
        "IPYTHONDIR": str(home / "ipython"), "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"), "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "MPLCONFIGDIR": str(job.settings), "LDN_CHECK_LOG": str(log), "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }  # fmt: skip
    words = [sys.executable, RUNNER, path, executed, log, job.seconds, job.memory]
    process = subprocess.Popen(
        [str(word) for word in words], cwd=path.parent, env=variables, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    notes = []
    try:
        _, errors = process.communicate(timeout=job.seconds + 20)
        if process.returncode:
            said = errors.decode(errors="replace").strip() or f"exit code {process.returncode}"
            notes.append(f"the run ended early: {said.splitlines()[-1][:200]}")
    except subprocess.TimeoutExpired:
        notes.append(f"did not end within {job.seconds} s and was stopped")
    finally:
        end_process(process, log)
    return notes


def end_process(process: subprocess.Popen, log: Path) -> None:
    """End a process and all that it started, which its settings tell: a kernel has a group of its own."""
    import psutil

    for other in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if other.environ().get("LDN_CHECK_LOG") == str(log):
                other.kill()
    process.wait()
    if process.stderr:
        process.stderr.close()


def read_log(log: Path, run: Run) -> None:
    """What `check` was given and said, line by line; a line that was spoiled is left out."""
    if not log.exists():
        return
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if "note" in row:
            run.notes.append(str(row["note"]))
        elif isinstance(row.get("exercise"), str):
            run.calls.append({"answer": None, "correct": False, "message": ""} | row)


def find_exercises(cells: list, path: Path) -> set[str]:
    """The exercises of the notebook that was handed in, also those whose cells were deleted."""
    from ldn_analysis.teaching.check import load_exercises

    master = find_master(cells)
    text = "\n".join(cell.source for cell in cells)
    numbers = re.findall(r"""check\(\s*["'](\d\d)\.\d""", text)
    named = master.name[:2] if master else (numbers[0] if numbers else path.name[:2])
    wanted = {named, *numbers}
    return {number for number in load_exercises() if number[:2] in wanted}


@cache
def read_masters() -> dict[Path, list]:
    """The cells of the project's notebooks."""
    return {path: read_cells(path) for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))}


def find_master(cells: list) -> Path | None:
    """The project's notebook that this one was made from: the one with the most cells in common."""
    ids = {cell.get("id") for cell in cells} - {"title", "setup", "question", "model", None}
    common = {}
    for path, master in read_masters().items():
        common[path] = len(ids.intersection(cell.id for cell in master)) / len(master)
    best = max(common, key=common.get)
    return best if common[best] > 0.3 else None


def find_texts(cells: list) -> list[str]:
    """Free text: cells of text that the student wrote or changed."""
    master = find_master(cells)
    texts = [cell.source for cell in read_masters()[master]] if master else []
    # A student's copy has links of its own.
    given = {text.strip() for text in [*texts, *map(make_links_local, texts)]}
    return [
        cell.source.strip()
        for cell in cells
        if cell.cell_type != "code" and cell.source.strip() and cell.source.strip() not in given
    ]


def find_predictions(cells: list) -> list[str]:
    """What the student predicted, as `predict` printed it."""
    printed = "\n".join(
        output.text
        for cell in cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream"
    )
    return re.findall(r"^\d\d\.[a-z]: you predict .*", printed, re.MULTILINE)


def find_failures(cells: list) -> list[tuple[int, str]]:
    """Cells that stopped with an error, and its last line."""
    failed = []
    for i, cell in enumerate(cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                failed.append((i, f"{output.ename}: {output.evalue}"[:500]))
    return failed


def write_checks(marks: list[Marks], place: Path) -> None:
    """checks.csv: every call of `check`, in order."""
    from ldn_analysis.core.files import write_files

    from .record import guard_cell

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["student", "exercise", "try", "answer", "right_in_notebook", "message"])
    for mark in marks:
        for number, calls in sorted(mark.tries.items()):
            for i, call in enumerate(calls, start=1):
                row = [
                    mark.student,
                    EXERCISE + number,
                    i,
                    call["answer"],
                    call["correct"],
                    call["message"],
                ]
                writer.writerow([guard_cell("" if cell is None else cell) for cell in row])
    write_files({"checks.csv": text.getvalue().encode("utf-8-sig")}, place)
