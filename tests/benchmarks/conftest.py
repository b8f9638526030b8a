"""`make bench` prints a table; `python run.py bench --store` also writes benchmarks.md."""

import platform
import re
import sys
from pathlib import Path

import numpy

sys.path.insert(0, str(Path(__file__).parent))  # timing.py

HEAD = """# Benchmarks

Medians of interleaved pairs in one run; the ratio is theirs / ours with its quartiles. Only ratios
of one run can be compared. A goal that some processors miss is followed by what is asserted on
any. Written by `python run.py bench --store` with Python {python} on {processor}.

| what / peer | ours (ms) | peer (ms) | ratio | quartiles | target |
|---|---|---|---|---|---|
"""


def describe_processor() -> str:
    """Its name, and the widest vector instructions that numpy uses on it."""
    names = [platform.processor() or platform.machine()]
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = re.findall(r"^model name\s*: (.+)$", cpuinfo.read_text(), re.MULTILINE) or names
    found = numpy.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    return f"{names[0]} ({found[-1] if found else 'no vector instructions found'})"


def pytest_addoption(parser):
    parser.addoption("--store", action="store_true", help="write the table to benchmarks.md")


def pytest_sessionfinish(session):
    from timing import ROWS

    if session.config.getoption("--store", default=False) and ROWS:
        head = HEAD.format(python=platform.python_version(), processor=describe_processor())
        text = head + "\n".join(ROWS) + "\n"
        (session.config.rootpath / "benchmarks.md").write_text(text)
