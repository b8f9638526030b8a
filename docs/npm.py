"""What the book, the slides and the browser tests take from npm, as package-lock.json pins it."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
MODULES = FOLDER / "node_modules"


def install_packages() -> Path:
    """Folder of the npm packages; npm is asked only when package-lock.json has changed."""
    stamp = MODULES / ".installed-for"
    wanted = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return MODULES
    npm = shutil.which("npm")
    if npm is None:
        sys.exit(
            "docs/: npm was not found. It brings MathJax and reveal.js, so that the pages need no "
            "network when they are read. Install Node.js (https://nodejs.org; on Debian or Ubuntu: "
            "apt install npm) and run the same command again."
        )
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run(command, cwd=FOLDER, stdout=subprocess.DEVNULL).returncode:
        sys.exit(
            "docs/: npm could not install what docs/package-lock.json names (its message is above). "
            "It needs the network once; run the same command again."
        )
    stamp.write_text(wanted)
    return MODULES
