"""What a student's folder needs to start by itself: page, requirements, wheel, a look at the set-up."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SETS = ("run", "notebooks")  # of requirements.lock: what `make lab` installs
NOT_TESTED = "3.15"  # from this Python on the versions are left to pip


def make_start_files() -> dict[str, bytes]:
    """The files by name; the wheel carries the tables and is built anew."""
    page = (HERE / "START_HERE.md").read_text(encoding="utf-8")
    wheel, content = build_wheel()
    return {
        "START_HERE.md": re.sub(r"^```\w+$", "```", page, flags=re.MULTILINE).encode(),
        "START_HERE.html": render_start_page(page).encode(),
        "requirements.txt": make_requirements(wheel).encode(),
        "check_setup.py": (HERE / "check_setup.py").read_bytes(),
        wheel: content,
    }


def build_wheel() -> tuple[str, bytes]:
    """Name and bytes of the package as it stands in this clone."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            raise OSError(f"the package cannot be built: {done.stderr.strip().splitlines()[-1]}")
        wheel = next(Path(folder).glob("*.whl"))
        return wheel.name, wheel.read_bytes()


def make_requirements(wheel: str) -> str:
    """The wheel, and the versions of the lock for the Pythons that it was made for."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    parts = re.split(r"^# == (\w+)\n", lock, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))

    lines = {
        f"# The package itself, with its tables, then the versions it is tested with.\n./{wheel}[notebooks]": None
    }
    for name in SETS:
        for package, marker in re.findall(
            r"^([\w.-]+==[^ ;\\\n]+)(?: ; ([^\\\n]+))?", sections[name], re.M
        ):
            only = f'python_version < "{NOT_TESTED}"'
            condition = f"({marker.strip()}) and {only}" if marker else only
            lines[f"{package} ; {condition}"] = None
    return "\n".join(lines) + "\n"


def render_start_page(text: str) -> str:
    """START_HERE.md as a page that stands alone."""
    import mistune

    from ldn_analysis.core.html import render_page

    title, _, body = text.partition("\n")
    return render_page(title.removeprefix("# "), [mistune.html(body)])
