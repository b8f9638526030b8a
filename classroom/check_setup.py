"""Say whether the notebooks can run here, and how to get what is missing.

    python check_setup.py            look
    python check_setup.py --install  set everything up in .venv in this folder, then look

Needs Python alone.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
VENV = FOLDER / ".venv"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
JUPYTER = PYTHON.with_name("jupyter.exe" if WINDOWS else "jupyter")
START = r".venv\Scripts\jupyter lab" if WINDOWS else ".venv/bin/jupyter lab"
INSTALL = f"{'py' if WINDOWS else 'python3'} check_setup.py --install"
NEEDED = ("ldn_analysis", "jupyterlab", "ipykernel", "ipywidgets")
TABLES = ("participants", "daily_pain", "improvement", "esr_pain_change")
SPACE = 1.5e9  # bytes
QUIET = {"fetchNews": "false", "checkForUpdates": False}


def look_before():
    """What stands in the way of setting up."""
    problems = []
    if sys.version_info < (3, 11):  # noqa: UP036 (whatever Python a student has reads this)
        problems.append(
            f"this Python is {sys.version.split()[0]}; install 3.11 or newer from python.org, open a "
            "new window and try again"
        )
    if not list(FOLDER.glob("*.whl")) or not (FOLDER / "requirements.txt").exists():
        problems.append(
            f"{FOLDER} lacks requirements.txt or the file that ends in .whl; copy the whole folder "
            "again, unpacked, not only single files of it"
        )
    if shutil.disk_usage(FOLDER).free < SPACE and not VENV.exists():
        problems.append("less than 1.5 GB are free on this disk; make room")
    if WINDOWS and len(str(FOLDER)) > 100:
        problems.append(
            f"the path of this folder has {len(str(FOLDER))} letters, which Windows may not bear; move "
            r"the folder to a short place such as C:\ldn"
        )
    return problems


def look_after():
    """What is missing to run the notebooks."""
    problems = []
    data = FOLDER / "data"
    lacking = [f"{name}.csv" for name in TABLES if not (data / f"{name}.csv").exists()]
    if data.exists() and lacking:
        problems.append(f"data/ lacks {', '.join(lacking)}; ask your teacher for the folder again")
    if not list(FOLDER.glob("*.ipynb")):
        problems.append("there is no notebook (.ipynb) in this folder; ask for the folder again")
    python = PYTHON if PYTHON.exists() else sys.executable
    code = f"import importlib.util as u; print(*[n for n in {NEEDED} if u.find_spec(n) is None])"
    done = subprocess.run(
        [str(python), "-c", code], capture_output=True, text=True, cwd=VENV.parent
    )
    missing = done.stdout.split() if done.returncode == 0 else list(NEEDED)
    if missing:
        problems.append(f"not installed: {', '.join(missing)}; run: {INSTALL}")
    elif was_moved():
        problems.append(f"this folder was moved after it was set up; run again: {INSTALL}")
    return problems


def was_moved():
    """Whether the commands in .venv still point to where the folder was before."""
    if not JUPYTER.exists():
        return False
    try:
        return bool(subprocess.run([str(JUPYTER), "--version"], capture_output=True).returncode)
    except OSError:
        return True


def install():
    """Make .venv and install what requirements.txt names."""
    if not PYTHON.exists() or was_moved():
        shutil.rmtree(VENV, ignore_errors=True)
        print("Making .venv in this folder ...", flush=True)
        if subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False).returncode:
            shutil.rmtree(VENV, ignore_errors=True)
            sys.exit(
                "check_setup.py: this Python cannot make a virtual environment; on Debian or Ubuntu: "
                "sudo apt install python3-venv"
            )
    print("Installing, some minutes, once ...", flush=True)
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # Bytecode is compiled when a module is first used: most never are.
    command += ["--no-compile", "--prefer-binary", "-r", "requirements.txt"]
    if subprocess.run(command, cwd=FOLDER, check=False).returncode:
        sys.exit(
            "check_setup.py: the installation failed; the lines above say why. Without internet it "
            "cannot work; otherwise run the same command again"
        )
    # JupyterLab asks at its first start whether it may fetch news: not in a lesson.
    settings = VENV / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(json.dumps({"@jupyterlab/apputils-extension:notification": QUIET}))


def main():
    """Look, set up if asked for, look again."""
    words = sys.argv[1:]
    if words not in ([], ["--install"]):
        sys.exit(__doc__)
    problems = look_before()
    if words and not problems:
        install()
    problems += look_after()
    for problem in problems:
        print(f"missing: {problem}")
    if problems:
        sys.exit(1)
    print(f"Ready. Python {sys.version.split()[0]}. To open the notebooks: {START}")


if __name__ == "__main__":
    main()
