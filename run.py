#!/usr/bin/env python3
"""Set the project up and run its tasks; needs only Python 3.11 or newer.

    python run.py figures

`make figures` does the same where make exists. What a task needs is installed into
`.venv` in this folder, at the versions and hashes of `requirements.lock`: the libraries
for figures and reports first, JupyterLab, the test tools and the book's tools only for the
tasks that use them.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "set-up-for.txt"
LOCK = ROOT / "requirements.lock"
# One thread for numpy's products, which are small here: more of them wait for each other, several
# times as long on a busy machine.
ENVIRONMENT = {"OMP_NUM_THREADS": "1", **os.environ}
# Where bytecode is forbidden, as in many containers, every start would compile every library anew.
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)

# What is installed for which task: each set holds the ones before it. Name: extras of pyproject.toml.
SETS = {
    "run": ("build",),
    "notebooks": ("notebooks", "excel"),
    "test": ("cluster", "dev"),
    "docs": ("book", "lite"),
}


class Task(NamedTuple):
    """What a task does, the set that it needs, and its commands; "python" is the one in .venv."""

    explanation: str
    needs: str = ""
    commands: tuple = ()


PYTEST = ("python", "-m", "pytest", "-q")
RUFF, FORMAT = ("python", "-m", "ruff"), ("format", "--check")
TASKS = {
    "setup": Task(
        "install everything into .venv (each task installs what it needs itself)", "docs"
    ),
    "figures": Task(
        "redraw Fig. 1 and Fig. 2 into figures/",
        "run",
        (("python", "-m", "ldn_analysis", "figures"),),
    ),
    # A file is one worker's: what its tests share is made once.
    "test": Task("run the tests", "test", ((*PYTEST, "-n", "logical", "--dist", "loadfile"),)),
    "lab": Task(
        "open JupyterLab on notebooks/",
        "notebooks",
        # From the top, so that links to the glossary and the data page lead somewhere.
        (("python", "-m", "jupyterlab", "--LabApp.default_url=/lab/tree/notebooks"),),
    ),
    "data": Task("rewrite data/illustrative/", "run", (("python", "-m", "ldn_analysis", "data"),)),
    "notebooks": Task(
        "re-execute every notebook in place",
        "notebooks",
        (("python", "notebooks/build.py", "execute"),),
    ),
    "student": Task(
        "write student copies, or a folder for each student, to build/student/",
        "notebooks",
        (("python", "-m", "classroom", "student"),),
    ),
    "collect": Task(
        "run and mark what students hand in",
        "notebooks",
        (("python", "-m", "classroom", "collect"),),
    ),
    "exam": Task(
        "write exam sheets, and how to mark them, to build/teacher/exam/",
        "notebooks",
        (("python", "-m", "classroom", "exam"),),
    ),
    "book": Task(
        "build the book to build/book/ (needs npm)", "docs", (("python", "docs/book.py"),)
    ),
    "slides": Task(
        "build the slides to build/slides/ (needs npm)", "docs", (("python", "docs/slides.py"),)
    ),
    "lite": Task(
        "build the site that runs in a browser to build/lite/",
        "docs",
        (("python", "docs/lite.py"),),
    ),
    "live": Task(
        "build pages that run the notebooks in a browser to build/live/ (needs npm)",
        "docs",
        (("python", "docs/live.py"),),
    ),
    "lint": Task(
        "check style: package, tests and notebooks",
        "test",
        (
            (*RUFF, "check", "."),
            (*RUFF, *FORMAT, "."),
            # notebooks/ruff.toml makes cells narrow, not the scripts beside them.
            (*RUFF, *FORMAT, "--config", "pyproject.toml", "--exclude", "*.ipynb", "notebooks"),
        ),
    ),
    "bench": Task(
        "measure against the named peers",
        "test",
        ((*PYTEST, "-s", "-m", "benchmark", "tests/benchmarks"),),
    ),
    "wheel": Task(
        "build the package to dist/: a wheel and the sources",
        "run",
        (("python", "-m", "hatchling", "build", "-d", "dist"),),
    ),
    "lock": Task("resolve requirements.lock anew (needs uv)"),
    "clean": Task("delete .venv, build/ and caches"),
}


def fail(message: str) -> None:
    sys.exit(f"run.py: {message}")


def call(*command: str) -> None:
    """Run a command in the project's folder; stop with its exit code if it fails."""
    try:
        parts = [str(part) for part in command]
        code = subprocess.run(parts, cwd=ROOT, env=ENVIRONMENT).returncode
    except KeyboardInterrupt:
        code = 130
    if code:
        sys.exit(code)


def read_sections() -> dict[str, str]:
    """The lock's text by set, without what the sets before it hold."""
    parts = re.split(r"^# == (\w+)\n", LOCK.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def make_stamp() -> str:
    """What the environment was made from: another lock, package or Python makes another."""
    parts = [path.read_bytes() for path in (LOCK, ROOT / "pyproject.toml", ROOT / "run.py")]
    return hashlib.sha256(b"\0".join([*parts, sys.version.encode()])).hexdigest()


def read_installed() -> list[str]:
    """The sets that .venv holds; none if it was made from something else."""
    if not (PYTHON.exists() and STAMP.exists()):
        return []
    stamp, *sets = STAMP.read_text().split()
    return sets if stamp == make_stamp() else []


def set_up(needed: str) -> None:
    """Install the sets up to the needed one that are not there yet."""
    wanted = list(SETS)[: list(SETS).index(needed) + 1]
    installed = read_installed()
    if set(wanted) <= set(installed):
        return
    uv = shutil.which("uv")
    if not installed:
        # A half-made or outdated environment is not repaired but made again.
        shutil.rmtree(VENV, ignore_errors=True)
        make_venv(uv)
    if uv:
        install = [uv, "pip", "install", "--quiet", "--python", PYTHON]
    else:
        # Bytecode is compiled when a module is first used: most never are.
        install = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        install.append("--no-compile")
    sections = read_sections()
    for name in wanted:
        if name in installed:
            continue
        count = len(re.findall(r"^\w.*==", sections[name], re.MULTILINE))
        print(f"Installing {count} packages for {name!r} into .venv, once ...", flush=True)
        part = VENV / f"{name}.txt"
        part.write_text(sections[name])
        # The lock is complete: nothing is left to resolve.
        call(*install, "--no-deps", "--require-hashes", "-r", part)
        if name == "run":
            call(*install, "--no-deps", "--no-build-isolation", "-e", ".")
        installed.append(name)
        STAMP.write_text(" ".join([make_stamp(), *installed]))


def make_venv(uv: str | None) -> None:
    """An empty environment, with JupyterLab's settings for a lesson."""
    if uv:
        call(uv, "venv", "--quiet", "--python", sys.executable, VENV)
    elif subprocess.run([sys.executable, "-m", "venv", str(VENV)], cwd=ROOT).returncode:
        fail(
            "this Python cannot make a virtual environment; on Debian or Ubuntu: apt install python3-venv"
        )
    # JupyterLab asks at its first start whether it may fetch news: not in a lesson.
    settings = VENV / "share/jupyter/lab/settings/overrides.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    settings.write_text(json.dumps({"@jupyterlab/apputils-extension:notification": quiet}))


def compile_lock(uv: str, sets: list[str], out: Path, *options) -> str:
    """Resolve some sets for all Pythons and systems; give the text of the lock."""
    extras = [part for name in sets for extra in SETS[name] for part in ("--extra", extra)]
    call(
        uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
        "--fork-strategy", "fewest", "--generate-hashes", "--no-header", "--no-annotate",
        *extras, *options, "pyproject.toml", "-o", out,
    )  # fmt: skip
    return out.read_text()


def lock(*options) -> None:
    """One resolution of everything, cut into the sets: what a set adds stands under its name."""
    uv = shutil.which("uv") or fail("'lock' needs uv: pip install uv")
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.txt"
        if LOCK.exists() and not options:  # versions stay where they can: lock --upgrade moves them
            whole.write_text(LOCK.read_text())
        compile_lock(uv, list(SETS), whole, *options)
        text, placed = "", {}
        for i, name in enumerate(SETS, start=1):
            out = Path(folder) / f"{name}.txt"
            found = compile_lock(uv, list(SETS)[:i], out, "--constraints", whole)
            blocks = {block.split("==")[0]: block for block in re.split(r"\n(?=\w)", found.strip())}
            # Again, where a later set needs a package on more systems (its marker is wider).
            new = [block for package, block in blocks.items() if placed.get(package) != block]
            placed |= blocks
            text += "\n".join([f"# == {name}", *new, ""])
    LOCK.write_text(text)


def clean() -> None:
    caches = (".pytest_cache", ".ruff_cache", ".hypothesis", "docs/node_modules")
    for name in (".venv", "build", "dist", *caches):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for cache in ROOT.rglob("__pycache__"):
        shutil.rmtree(cache, ignore_errors=True)


def main() -> None:
    if sys.version_info < (3, 11):
        fail(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}")
    listing = "\n".join(f"  {name:<10} {task.explanation}" for name, task in TASKS.items())
    parser = argparse.ArgumentParser(
        prog="run.py",
        description="tasks:\n" + listing,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("task", nargs="?", choices=TASKS, metavar="task")
    parser.add_argument(
        "more", nargs=argparse.REMAINDER, help="passed on, e.g. run.py figures --out DIR"
    )
    options = parser.parse_args()
    if options.task is None:
        parser.print_help()
        return
    if options.task in ("lock", "clean"):
        {"lock": lock, "clean": clean}[options.task](*options.more)
        return
    task = TASKS[options.task]
    set_up(task.needs)
    for command in task.commands:
        more = options.more if command is task.commands[-1] else []
        call(*[PYTHON if part == "python" else part for part in command], *more)


if __name__ == "__main__":
    main()
