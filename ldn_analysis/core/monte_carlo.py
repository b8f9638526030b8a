"""What the small simulations share: limits of arguments, blocks of fixed memory, their errors."""

import numpy as np
import pandas as pd

__all__ = [
    "compute_mean",
    "compute_share",
    "draw_again",
    "list_blocks",
    "list_quantities",
    "require_baseline",
    "require_count",
    "require_number",
]

BLOCK_VALUES = 400_000  # random numbers at a time: memory does not grow with the number of trials
COLUMNS = ["method", "quantity", "estimate", "mc_std_error", "expected"]


def require_number(function: str, name: str, value, low: float, high: float) -> float:
    """Give back a number strictly between two limits, or refuse it."""
    if not (np.isscalar(value) and not isinstance(value, (str, bool)) and low < value < high):
        raise ValueError(
            f"{function}: {name} must be a number between {low:g} and {high:g}; received {value!r}"
        )
    return float(value)


def require_count(function: str, name: str, value, low: int, high: float = np.inf) -> int:
    """Give back a whole number from low to high, or refuse it."""
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not (whole and low <= value <= high):
        to = f" to {high:g}" if high < np.inf else " or more"
        raise ValueError(
            f"{function}: {name} must be a whole number, {low}{to}; received {value!r}"
        )
    return int(value)


def require_baseline(function: str, baseline) -> tuple[float, float]:
    """Mean and SD of pain at baseline: those given, or those of `Assumptions`."""
    from ..data.assumptions import Assumptions

    if baseline is None:
        assumed = Assumptions()
        return assumed.severity_mean, assumed.severity_sd
    values = np.asarray(baseline, float)
    if values.shape != (2,) or not (np.isfinite(values).all() and (values > 0).all()):
        raise ValueError(
            f"{function}: baseline must be a mean and an SD, both above 0, e.g. (55, 12); received "
            f"{baseline!r}"
        )
    return float(values[0]), float(values[1])


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


def list_quantities(rows):
    """Table of (method, quantity, (estimate, Monte Carlo standard error), expected)."""
    flat = [(method, quantity, *pair, expected) for method, quantity, pair, expected in rows]
    return pd.DataFrame(flat, columns=COLUMNS)
