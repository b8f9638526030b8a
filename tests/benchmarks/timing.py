"""Time one thing against another, turn about, in the same process."""

from statistics import median
from time import perf_counter


def time_pairs(
    ours, theirs, *, pairs: int = 9, calls: int = 1, scale: float = 1.0
) -> tuple[float, float, float]:
    """Median seconds of each and median of the ratios theirs / ours of interleaved pairs.

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
    return (
        median(a for a, _ in times),
        median(b for _, b in times),
        median(b / a for a, b in times),
    )


def report(name: str, result: tuple[float, float, float], target: str) -> float:
    """Print one row of the table of ratios; give the ratio back."""
    ours, theirs, ratio = result
    print(f"{name:<62} {1e3 * ours:9.3f} ms {1e3 * theirs:11.2f} ms {ratio:8.1f}  ({target})")
    return ratio
