#!/usr/bin/env python3
"""Set the project up and run its tasks; needs only Python 3.11 or newer.

    python run.py figures

`make figures` does the same where make exists. Everything is installed into
`.venv` in this folder, at the versions and hashes of `requirements.lock`.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "set-up-for.txt"

# word: (explanation, commands; "python" stands for the one in .venv)
TASKS = {
    "setup": ("install everything into .venv (the other words do this first)", []),
    "figures": (
        "redraw Fig. 1 and Fig. 2 into figures/",
        [["python", "-m", "ldn_analysis", "figures"]],
    ),
    "test": ("run the tests", [["python", "-m", "pytest", "-q", "-n", "logical"]]),
    "lab": ("open JupyterLab on notebooks/", [["python", "-m", "jupyterlab", "notebooks"]]),
    "data": ("rewrite data/illustrative/", [["python", "-m", "ldn_analysis", "data"]]),
    "notebooks": (
        "re-execute every notebook in place",
        [["python", "notebooks/build.py", "execute"]],
    ),
    "student": (
        "write student copies to build/student/",
        [["python", "notebooks/build.py", "student"]],
    ),
    "book": ("build the book to build/book/ (needs npm)", [["python", "docs/book.py"]]),
    "slides": ("build the slides to build/slides/ (needs npm)", [["python", "docs/slides.py"]]),
    "lite": (
        "build the site that runs in a browser to build/lite/",
        [["python", "docs/lite.py"]],
    ),
    "lint": (
        "check style: package, tests and notebooks",
        [
            ["python", "-m", "ruff", "check", "."],
            ["python", "-m", "ruff", "format", "--check", "."],
        ],
    ),
    "bench": (
        "measure against the named peers",
        [
            [
                "python",
                "-m",
                "pytest",
                "-q",
                "-s",
                "-m",
                "benchmark",
                "tests/benchmarks",
                "tests/teaching/test_widgets.py",
            ]
        ],
    ),
    "lock": ("resolve requirements.lock anew (needs uv)", []),
    "clean": ("delete .venv, build/ and caches", []),
}


def fail(message: str) -> None:
    sys.exit(f"run.py: {message}")


def call(*command: str) -> None:
    """Run a command in the project's folder; stop with its exit code if it fails."""
    try:
        code = subprocess.run([str(part) for part in command], cwd=ROOT).returncode
    except KeyboardInterrupt:
        code = 130
    if code:
        sys.exit(code)


def stamp() -> str:
    """What the environment was made from: another lock, package or Python makes another."""
    parts = [
        (ROOT / name).read_bytes() for name in ("requirements.lock", "pyproject.toml", "run.py")
    ]
    return hashlib.sha256(b"\0".join([*parts, sys.version.encode()])).hexdigest()


def set_up() -> None:
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == stamp():
        return
    print("Setting up .venv (once; a few minutes with pip, less with uv) ...", flush=True)
    # A half-made or outdated environment is not repaired but made again.
    shutil.rmtree(VENV, ignore_errors=True)
    if uv := shutil.which("uv"):
        call(uv, "venv", "--quiet", "--python", sys.executable, VENV)
        pip = [uv, "pip", "install", "--quiet", "--python", PYTHON]
    else:
        if subprocess.run([sys.executable, "-m", "venv", str(VENV)], cwd=ROOT).returncode:
            fail(
                "this Python cannot make a virtual environment; on Debian or Ubuntu: apt install python3-venv"
            )
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    call(*pip, "--require-hashes", "-r", "requirements.lock")
    call(*pip, "--no-deps", "--no-build-isolation", "-e", ".")
    # JupyterLab asks at its first start whether it may fetch news: not in a lesson.
    settings = VENV / "share/jupyter/lab/settings/overrides.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    settings.write_text(json.dumps({"@jupyterlab/apputils-extension:notification": quiet}))
    STAMP.write_text(stamp())


def lock() -> None:
    uv = shutil.which("uv") or fail("'lock' needs uv: pip install uv")
    call(
        uv,
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--python-version",
        "3.11",
        "--fork-strategy",
        "fewest",
        "--generate-hashes",
        "--no-header",
        "--extra",
        "notebooks",
        "--extra",
        "book",
        "--extra",
        "lite",
        "--extra",
        "dev",
        "--upgrade",
        "pyproject.toml",
        "-o",
        "requirements.lock",
    )


def clean() -> None:
    caches = (".pytest_cache", ".ruff_cache", ".hypothesis", "docs/node_modules")
    for name in (".venv", "build", "dist", *caches):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for cache in ROOT.rglob("__pycache__"):
        shutil.rmtree(cache, ignore_errors=True)


def main() -> None:
    if sys.version_info < (3, 11):
        fail(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}")
    listing = "\n".join(f"  {word:<10} {text}" for word, (text, _) in TASKS.items())
    parser = argparse.ArgumentParser(
        prog="run.py",
        description="words:\n" + listing,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("word", nargs="?", choices=TASKS, metavar="word")
    parser.add_argument(
        "more", nargs=argparse.REMAINDER, help="passed on, e.g. run.py figures --out DIR"
    )
    options = parser.parse_args()
    if options.word is None:
        parser.print_help()
        return
    if options.word in ("lock", "clean"):
        {"lock": lock, "clean": clean}[options.word]()
        return
    set_up()
    for command in TASKS[options.word][1]:
        more = options.more if command is TASKS[options.word][1][-1] else []
        call(*[PYTHON if part == "python" else part for part in command], *more)


if __name__ == "__main__":
    main()
