"""Run the fast tests on every other Python from 3.11 to 3.14 that is found, and on the lowest bounds.

The full tests run on the Python of .venv. Environments are made in build/, from the lock's
sections for the other Pythons, and from the lowest versions that pyproject.toml allows. All are
made and tested at once, each in one process: a new environment compiles its libraries once, and
what waits for the network leaves the cores to the others.
"""

import os
import runpy
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FAST = ["tests/core", "tests/crossover", "tests/test_cli.py"]
MINORS = range(11, 15)


def call(*command) -> str:
    """Run a command in the project's folder; what it printed."""
    parts = [str(part) for part in command]
    done = subprocess.run(
        parts, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True
    )
    return done.stdout


def ask_version(python: str) -> tuple[int, int] | None:
    """Version of an interpreter, or None where it does not run (a shim without its Python)."""
    code = "import sys; print(*sys.version_info[:2])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True)
    return tuple(map(int, done.stdout.split())) if done.returncode == 0 else None


def find_pythons(uv: str) -> dict[int, str]:
    """An interpreter for each minor version: on the path, of pyenv, of uv."""
    found = {}
    for minor in MINORS:
        name = f"python3.{minor}"
        versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
        places = [shutil.which(name), *sorted(versions.glob(f"3.{minor}.*/bin/python"))]
        asked = subprocess.run(
            [uv, "python", "find", "--no-python-downloads", f"3.{minor}"],
            capture_output=True, text=True,
        )  # fmt: skip
        for place in [*places, asked.stdout.strip()]:
            if place and ask_version(str(place)) == (3, minor):
                found[minor] = str(place)
                break
    return found


def get_uv() -> str:
    """uv, which makes environments in seconds; installed beside the project where it is missing."""
    if uv := shutil.which("uv"):
        return uv
    folder = ROOT / "build" / "uv"
    if not (folder / "bin" / "uv").exists():
        call(sys.executable, "-m", "venv", folder)
        call(folder / "bin" / "python", "-m", "pip", "install", "--quiet", "uv")
    return str(folder / "bin" / "uv")


def run_tests(uv: str, python: str, name: str, *install, options=tuple(FAST)) -> str:
    """Make an environment and run the fast tests in it, or what else the options say."""
    folder = ROOT / "build" / f"test-{name}"
    call(uv, "venv", "--quiet", "--clear", "--python", python, folder)
    inside = folder / "bin" / "python"
    for part in install:
        call(uv, "pip", "install", "--quiet", "--python", inside, *part)
    return f"-- {name}: {call(inside, '-m', 'pytest', '-q', '-n', 0, *options).splitlines()[-1]}"


def main() -> None:
    """Each Python, and the lowest bounds."""
    uv = get_uv()
    pythons = find_pythons(uv)
    own = sys.version_info.minor
    print(f"found: {', '.join(f'3.{minor}' for minor in pythons)}; the full tests ran on 3.{own}")
    sections = runpy.run_path(str(ROOT / "run.py"))["read_sections"]()
    part = ROOT / "build" / "test.txt"
    part.parent.mkdir(exist_ok=True)
    part.write_text("".join(sections[name] for name in ("run", "notebooks", "test")))
    locked = [("--no-deps", "--require-hashes", "-r", part), ("--no-deps", "-e", ".")]
    extras = ".[build,notebooks,excel,cluster,dev]"
    lowest = ("--resolution", "lowest-direct", "-e", extras)
    # Old matplotlib beside new pyparsing warns of its own code, and draws other bytes.
    options = ["-o", "filterwarnings=default", "tests/core", "tests/crossover"]
    with ThreadPoolExecutor(len(pythons) + 1) as pool:
        jobs = [pool.submit(run_tests, uv, sys.executable, "lowest", lowest, options=options)]
        jobs += [
            pool.submit(run_tests, uv, python, f"3.{minor}", *locked)
            for minor, python in pythons.items()
            if minor != own
        ]
        for job in as_completed(jobs):
            print(job.result(), flush=True)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.stdout}\n{error}")
