"""Drawing bootstrap resamples fast: each as five sums, never as a table of its rows."""

from collections.abc import Iterator

import numpy as np

__all__: list[str] = []

MAX_PAIRED_N = 256  # a table of all pairs of points still fits in a cache
CHUNK = 5000  # resamples at a time: memory does not grow with their number


def draw_sums(points: np.ndarray, n_resamples: int, rng: np.random.Generator) -> Iterator:
    """Sums of n rows drawn with replacement, in blocks of resamples.

    What a resample of n points needs is S = p[i1] + p[i2] + ... + p[in], where p holds x, y, xx,
    xy and yy of each point. Of a table that holds p[i] + p[j] of every pair, one draw stands for
    two points, so that n / 2 draws and additions are enough.
    """
    n = len(points)
    if n > MAX_PAIRED_N:
        step = _count_rows(n)
        for start in range(0, n_resamples, step):
            drawn = rng.integers(0, n, (min(step, n_resamples - start), n))
            yield count_draws(drawn, n) @ points
        return
    pairs = (points[:, None] + points).reshape(n * n, 5)
    taken = np.empty((CHUNK, 5))  # one buffer throughout: fresh memory costs more than adding
    for start in range(0, n_resamples, CHUNK):
        size = min(CHUNK, n_resamples - start)
        drawn = rng.integers(0, n * n, (n // 2, size), dtype=np.uint16)
        sums = pairs[drawn[0]]
        for pair in drawn[1:]:
            sums += np.take(pairs, pair, axis=0, out=taken[:size], mode="clip")
        if n % 2:
            sums += points[rng.integers(0, n, size)]
        yield sums


def sum_indices(points: np.ndarray, indices: np.ndarray) -> Iterator:
    """Sums of the rows that the indices name, in blocks of resamples."""
    n = len(points)
    step = _count_rows(n)
    for start in range(0, len(indices), step):
        yield count_draws(indices[start : start + step], n) @ points


def count_draws(indices: np.ndarray, n: int) -> np.ndarray:
    """How often each resample (row) holds each point (column)."""
    rows = len(indices)
    flat = indices + np.arange(0, rows * n, n)[:, None]
    return np.bincount(flat.ravel(), minlength=rows * n).reshape(rows, n).astype(float)


def _count_rows(n: int) -> int:
    """Resamples per block, so that a block's counts stay within a few megabytes."""
    return max(1, min(CHUNK, 2**19 // n))
