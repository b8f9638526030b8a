"""What one trial printed, checked: each number with how far rounding may have moved it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.intervals import compute_quantile
from ..data.printed import read_printed

__all__: list[str] = []

MIN_PER_ARM = 3
ARMS = ("ldn", "placebo")


@dataclass(frozen=True, kw_only=True)
class PrintedTrial:
    """The numbers of one trial; nan where nothing was printed.

    Attributes
    ----------
    name : str
        The trial.
    crossover : bool
        Whether the same participants are in both arms.
    n_ldn, n_placebo : int
        Participants analysed, of the arms' table where it has them.
    sign : int
        1 where the estimate favours LDN, -1 where it favours placebo.
    values : dict of float
        estimate and d (absolute), p, width (of the interval), sd_ldn, sd_placebo.
    halves : dict of float
        How far rounding may have moved each of them; 0 for a number that is not text.
    """

    name: str
    crossover: bool
    n_ldn: int
    n_placebo: int
    sign: int
    values: dict[str, float]
    halves: dict[str, float]

    @property
    def n(self) -> int:
        """Participants; somebody in a crossover counts once."""
        return self.n_ldn if self.crossover else self.n_ldn + self.n_placebo

    @property
    def df(self) -> int:
        """Degrees of freedom of the t test of the design."""
        return self.n - 1 if self.crossover else self.n - 2

    @property
    def spread(self) -> float:
        """Variance of the difference, in units of the variance of one result."""
        return 1 / self.n if self.crossover else 1 / self.n_ldn + 1 / self.n_placebo

    def has(self, name: str) -> bool:
        """Whether a number was printed."""
        return self.values[name] == self.values[name]

    @property
    def is_silent(self) -> bool:
        """Whether neither an interval nor a p value was printed."""
        return not self.has("width") and not self.has("p")

    @property
    def has_arms(self) -> bool:
        """Whether the SDs of both arms are known."""
        return self.has("sd_ldn") and self.has("sd_placebo")

    def pool_sd(self, sd_ldn, sd_placebo):
        """Root of the mean variance, weighted by the degrees of freedom; elementwise."""
        df = np.array([self.n_ldn - 1, self.n_placebo - 1])
        return np.sqrt((df[0] * sd_ldn**2 + df[1] * sd_placebo**2) / df.sum())


def read_number(row: dict, name: str, trial: str) -> tuple[float, float]:
    """A printed number and half a unit of its last digit; (nan, 0) where it is blank.

    Text shows how it was rounded; a number is taken as exact.
    """
    value = row.get(name)
    if value is None or value is pd.NA or value != value:
        return np.nan, 0.0
    if not isinstance(value, str):
        return float(value), 0.0
    printed = read_printed(value, where=f"standardise_trials: {name} of {trial!r}")
    if printed.relation != "=":
        raise ValueError(
            f"standardise_trials: {name} of {trial!r} is only a bound ({value}); leave it blank"
        )
    return float(printed), printed.half_unit


def read_trial(row: dict, arms: list[dict]) -> PrintedTrial:
    """Read and check one row of the table "trials", with its rows of "trial_arms"."""
    name = row["trial"]
    kind = str(row["design"]).split()[0].lower()
    if kind not in ("crossover", "parallel"):
        raise ValueError(
            f"standardise_trials: the design of {name!r} must begin with crossover or parallel; "
            f"received {row['design']!r}"
        )
    if row["favours"] not in ("ldn", "placebo"):
        raise ValueError(
            f"standardise_trials: favours of {name!r} must be ldn or placebo; received "
            f"{row['favours']!r}"
        )
    crossover = kind == "crossover"
    spreads = read_arms(row, arms, crossover)
    n_ldn, n_placebo = (spreads[arm][2] if spreads else int(row[f"n_{arm}"]) for arm in ARMS)
    _require_counts(name, crossover, n_ldn, n_placebo)
    values, halves = _read_comparison(row)
    for arm in ARMS:
        sd, half, _ = spreads[arm] if spreads else (np.nan, 0.0, 0)
        values[f"sd_{arm}"], halves[f"sd_{arm}"] = sd, half
    return PrintedTrial(
        name=name,
        crossover=crossover,
        n_ldn=n_ldn,
        n_placebo=n_placebo,
        sign=1 if row["favours"] == "ldn" else -1,
        values=values,
        halves=halves,
    )


def _require_counts(name: str, crossover: bool, n_ldn: int, n_placebo: int) -> None:
    """Refuse numbers of participants with which nothing can be computed."""
    if min(n_ldn, n_placebo) < MIN_PER_ARM:
        raise ValueError(
            f"standardise_trials: {name!r} needs at least {MIN_PER_ARM} participants per arm; "
            f"received {n_ldn} and {n_placebo}"
        )
    if crossover and n_ldn != n_placebo:
        raise ValueError(
            f"standardise_trials: in the crossover trial {name!r} the same participants are in both "
            f"arms; received n_ldn = {n_ldn} and n_placebo = {n_placebo}"
        )


def _read_comparison(row: dict) -> tuple[dict, dict]:
    """Estimate, p, width of the interval and d of one trial, without their signs."""
    name = row["trial"]
    read = {
        key: read_number(row, column, name)
        for key, column in (
            ("estimate", "estimate"),
            ("p", "p_value"),
            ("low", "ci_low"),
            ("high", "ci_high"),
            ("d", "cohens_d"),
        )
    }
    values = {key: value for key, (value, _) in read.items()}
    halves = {key: half for key, (_, half) in read.items()}
    p, low, high = (values[key] for key in ("p", "low", "high"))
    if not np.isfinite(values["estimate"]):
        raise ValueError(
            f"standardise_trials: estimate of {name!r} must be a number; received "
            f"{row['estimate']!r}"
        )
    if p == p and not 0 < p <= 1:
        raise ValueError(
            f"standardise_trials: p_value of {name!r} must be above 0 and at most 1; received {p:g}. "
            "A p printed as 0.000 is only a bound: leave it blank"
        )
    if (low == low or high == high) and not low < high:
        raise ValueError(
            f"standardise_trials: the interval of {name!r} needs ci_low < ci_high; received {low:g} "
            f"and {high:g}"
        )
    return (
        {"estimate": abs(values["estimate"]), "p": p, "width": high - low, "d": abs(values["d"])},
        {
            "estimate": halves["estimate"],
            "p": halves["p"],
            "width": halves["low"] + halves["high"],
            "d": halves["d"],
        },
    )


def read_arms(row: dict, arms: list[dict], crossover: bool) -> dict[str, tuple]:
    """SD, how far rounding may have moved it, and n of both arms; {} where they are not known.

    Of a crossover trial the SD of the outcome itself, of a parallel trial that at baseline,
    which no treatment has changed.
    """
    key, wanted = ("outcome", row["outcome"]) if crossover else ("time", "baseline")
    found = {}
    for item in arms:
        if item["trial"] != row["trial"] or item[key] != wanted:
            continue
        n = int(item["n"])
        sd, half = read_number(item, "sd", row["trial"])
        if sd != sd:  # from the interval of the arm's mean
            (low, low_half), (high, high_half) = (
                read_number(item, name, row["trial"]) for name in ("ci_low", "ci_high")
            )
            per_sd = 2 * compute_quantile(0.95, n - 1) / np.sqrt(n)
            sd, half = (high - low) / per_sd, (low_half + high_half) / per_sd
        if sd == sd:
            found[item["arm"]] = (sd, half, n)
    return found if set(found) == set(ARMS) else {}
