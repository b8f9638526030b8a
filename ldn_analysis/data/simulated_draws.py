"""What both illustrative trials are drawn with: printed targets, exact moments, whole numbers."""

import numpy as np

from ..core.intervals import find_statistic
from .assumptions import CROSSOVER_OUTCOMES, Assumptions, CalibrationError
from .tables import cache_until_data_change, load_dataset

__all__: list[str] = []


@cache_until_data_change
def read_targets() -> dict[str, float]:
    """The printed values by id, as numbers; an SD by its id with _sd, a limit with _ci_low."""
    table = load_dataset("published_values").set_index("id")
    targets = table["value"].astype(float).to_dict()
    for column in ("sd", "ci_low", "ci_high"):
        printed = table[column].dropna().astype(float)
        targets |= printed.add_suffix(f"_{column}").to_dict()
    return targets


def standardise(values: np.ndarray) -> np.ndarray:
    """Values with mean 0 and SD 1."""
    return (values - values.mean()) / values.std(ddof=1)


def make_orthogonal(columns: np.ndarray) -> np.ndarray:
    """Columns (... x participants x columns) of mean 0, SD 1 and no correlation.

    The first stays as it is but for mean and SD; each next one keeps what is new in it.
    """
    n = columns.shape[-2]
    ones = np.ones((*columns.shape[:-1], 1))
    basis, triangle = np.linalg.qr(np.concatenate([ones, columns], axis=-1))
    signs = np.sign(np.diagonal(triangle, axis1=-2, axis2=-1))
    return (basis * signs[..., None, :])[..., 1:] * np.sqrt(n - 1)


def leave_out(values: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Values of mean 0 and SD 1 without what goes with the other."""
    return make_orthogonal(np.column_stack([other, values]))[:, 1]


def recombine_scores(esr, noise, *, outcomes, condition_r: float, esr_r) -> np.ndarray:
    """Scores (... x participants x outcomes x conditions) of mean 0 and SD 1, exactly correlated.

    ESR and noise (... x participants x 2 outcomes) are orthogonalised, and recombined by the
    Cholesky root of the correlations wanted: ESR stays as it is, and as little else moves as must.
    """
    conditions = np.array([[1.0, condition_r], [condition_r, 1.0]])
    among = np.kron(outcomes, conditions)
    with_esr = np.kron(outcomes[:, 0], esr_r)
    wanted = np.block([[np.ones((1, 1)), with_esr[None]], [with_esr[:, None], among]])
    try:
        root = np.linalg.cholesky(wanted)
    except np.linalg.LinAlgError:
        raise CalibrationError(
            f"ESR cannot correlate {esr_r[0]} with LDN and {esr_r[1]} with placebo when the two "
            f"conditions correlate {condition_r:.3g}: no such data exist"
        ) from None
    noise = np.asarray(noise)
    first = np.broadcast_to(np.asarray(esr)[:, None], (*noise.shape[:-1], 1))
    scores = make_orthogonal(np.concatenate([first, noise], axis=-1)) @ root.T
    return scores[..., 1:].reshape(*noise.shape[:-1], len(outcomes), 2)


def compute_sd_of_difference(difference: float, p_value: float, n: int, df: float) -> float:
    """SD of n differences whose mean has this p, as a t of df degrees of freedom."""
    return abs(difference) * np.sqrt(n) / find_statistic(p_value, df)


def is_possible(start: np.ndarray, reductions: np.ndarray) -> bool:
    """Whether every end point lies on the scale, with some room for daily variation."""
    end = start[:, :, None] * (1 - reductions / 100)
    return bool((end > 2).all() and (end < 96).all())


def draw_start(a: Assumptions, n: int, outcomes, rng) -> np.ndarray:
    """Baseline level of each participant and outcome."""
    means = [
        a.wellbeing_mean if name in CROSSOVER_OUTCOMES[4:] else a.severity_mean for name in outcomes
    ]
    shared = rng.standard_normal((n, 1))
    own = rng.standard_normal((n, len(outcomes)))
    level = np.sqrt(a.outcome_r) * shared + np.sqrt(1 - a.outcome_r) * own
    return np.clip(np.asarray(means) + a.severity_sd * level, 25, 88)


def adjust_total(values: np.ndarray, total: int, low: int, high: int, rng) -> np.ndarray:
    """Move whole numbers by ones, at random and within limits, until they add up to total."""
    values = np.clip(np.rint(values), low, high).astype(int)
    while gap := total - values.sum():
        step = np.sign(gap)
        free = np.flatnonzero(values < high if step > 0 else values > low)
        if not free.size:
            raise CalibrationError(
                f"{len(values)} numbers from {low} to {high} cannot add up to {total}"
            )
        values[rng.choice(free, size=min(abs(gap), free.size), replace=False)] += step
    return values


def adjust_spread(values: np.ndarray, sd: float, low: int, high: int, rng) -> np.ndarray:
    """Move pairs of whole numbers apart or together, their total kept, until the SD is near sd."""
    values = values.copy()
    for _ in range(5000):
        gap = sd - values.std(ddof=1)
        if abs(gap) < 0.02:
            return values
        i, j = rng.choice(len(values), 2, replace=False)
        i, j = (i, j) if values[i] <= values[j] else (j, i)
        step = 1 if gap > 0 else -1
        if (
            values[i] - step >= low
            and values[j] + step <= high
            and values[j] - values[i] + step > 0
        ):
            values[[i, j]] += [-step, step]
    raise CalibrationError(
        f"{len(values)} whole numbers from {low} to {high} with SD {sd:.3g} were not found"
    )


def rate_tolerability(total: int, n: int, rng) -> np.ndarray:
    """Whole numbers up to 100, most of them near it, that add up to the total."""
    return adjust_total(100 - rng.gamma(1.2, max(100 - total / n, 1) / 1.2, n), total, 40, 100, rng)
