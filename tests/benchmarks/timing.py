"""Time one thing against another, turn about, in one process or in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
ROWS: list[str] = []  # of this run, for --store


class Timing(NamedTuple):
    """Seconds of each, and the ratios of the pairs: median and quartiles."""

    ours: float
    theirs: float
    ratio: float
    low: float
    high: float


def time_pairs(ours, theirs, *, pairs: int = 9, calls: int = 1, scale: float = 1.0) -> Timing:
    """Median seconds of each and the ratios theirs / ours of interleaved pairs.

    What takes little time is called `calls` times in each pair, or the cache that the other
    left behind is what is measured. `scale` multiplies the time of theirs, where it did only a
    part of the work.
    """
    ours(), theirs()  # imports and caches
    times = []
    for _ in range(pairs):
        start = perf_counter()
        for _ in range(calls):
            ours()
        middle = perf_counter()
        theirs()
        times.append(((middle - start) / calls, (perf_counter() - middle) * scale))
    return summarise_pairs(times)


def time_process(*command, folder) -> float:
    """Seconds of one process of this Python, started in a folder."""
    # Compiled modules as on a machine that has run it before; kept with the test's files.
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(Path(folder) / "pyc"),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = perf_counter()
    subprocess.run(
        [sys.executable, *map(str, command)],
        check=True, cwd=folder, env=environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, timeout=600,
    )  # fmt: skip
    return perf_counter() - start


def summarise_pairs(times: list[tuple[float, float]]) -> Timing:
    """Medians and spread of (ours, theirs) pairs."""
    ratios = [b / a for a, b in times]
    low, _, high = quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    return Timing(
        median(a for a, _ in times), median(b for _, b in times), median(ratios), low, high
    )


def report(name: str, timing: Timing, goal: str, holds: str = "") -> float:
    """Print one row of the table of ratios with its quartiles; give the ratio back.

    The goal was set on one processor; `holds` is what is asserted on any, where it differs.
    """
    target = f"{goal}; asserted: {holds}" if holds else goal
    cells = [f"{1e3 * timing.ours:.3f}", f"{1e3 * timing.theirs:.2f}", f"{timing.ratio:.2f}"]
    cells += [f"{timing.low:.2f} to {timing.high:.2f}", target]
    ROWS.append("| " + " | ".join([name, *cells]) + " |")
    print(f"{name:<62} {cells[0]:>10} ms {cells[1]:>10} ms {cells[2]:>9} ({cells[3]}; {target})")
    return timing.ratio
