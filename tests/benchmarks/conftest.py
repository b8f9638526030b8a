"""`make bench` prints a table; `python run.py bench --store` also writes benchmarks.md."""

import platform
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # timing.py

HEAD = """# Benchmarks

Medians of interleaved pairs in one run; the ratio is theirs / ours with its quartiles. Only ratios
of one run can be compared. Written by `python run.py bench --store` with Python {python}.

| what / peer | ours (ms) | peer (ms) | ratio | quartiles | target |
|---|---|---|---|---|---|
"""


def pytest_addoption(parser):
    parser.addoption("--store", action="store_true", help="write the table to benchmarks.md")


def pytest_sessionfinish(session):
    from timing import ROWS

    if session.config.getoption("--store", default=False) and ROWS:
        text = HEAD.format(python=platform.python_version()) + "\n".join(ROWS) + "\n"
        (session.config.rootpath / "benchmarks.md").write_text(text)
