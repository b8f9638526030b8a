"""What simulations share: blocks of fixed memory, and Monte Carlo errors."""

import numpy as np
import pandas as pd

__all__ = [
    "compute_mean",
    "compute_share",
    "draw_again",
    "list_blocks",
    "list_quantities",
]

BLOCK_VALUES = 400_000  # random numbers at a time: memory does not grow with the number of trials
COLUMNS = ["method", "quantity", "estimate", "mc_std_error", "expected"]


def draw_again(z: np.ndarray, r: float, rng) -> np.ndarray:
    """Draw a second standard normal measurement that correlates r with the first."""
    return r * z + np.sqrt(1 - r**2) * rng.standard_normal(z.shape)


def list_blocks(n_trials: int, values_per_trial: int) -> list[int]:
    """How many trials to simulate at a time."""
    size = max(1, BLOCK_VALUES // values_per_trial)
    return [min(size, n_trials - start) for start in range(0, n_trials, size)]


def compute_share(hits) -> tuple[float, float]:
    """Share of trials in which something happened, with its Monte Carlo standard error.

    Agresti and Coull's (1998) two added successes and failures keep the error above zero
    where it happened never or always; the share itself is left as it is.
    """
    hits = np.asarray(hits)
    near = (hits.sum() + 2) / (hits.size + 4)
    return float(hits.mean()), float(np.sqrt(near * (1 - near) / hits.size))


def compute_mean(values) -> tuple[float, float]:
    """Mean over trials with its Monte Carlo standard error."""
    values = np.asarray(values, float)
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size))


def list_quantities(rows) -> pd.DataFrame:
    """Table of (method, quantity, (estimate, Monte Carlo standard error), expected)."""
    flat = [(method, quantity, *pair, expected) for method, quantity, pair, expected in rows]
    return pd.DataFrame(flat, columns=COLUMNS)
