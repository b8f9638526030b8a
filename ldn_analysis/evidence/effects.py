"""Standardised effects from what trials printed: one scale, one direction, every assumption said."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from scipy.special import gammaln, ndtri, stdtrit

from ..core.intervals import compute_quantile
from ..core.result import Result
from ..core.validation import require_level
from ..core.wording import format_interval, format_number
from ..data.tables import load_dataset

__all__ = ["TrialEffects", "load_printed_meta_analyses", "standardise_trials"]

STANDARDISERS = ("printed", "derived")
_NEEDED = ("trial", "design", "n_ldn", "n_placebo", "outcome", "estimate", "favours")


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class TrialEffects(Result):
    """Standardised effects of trials; positive favours LDN.

    Attributes
    ----------
    table : DataFrame
        One row a trial. estimate and std_error are Hedges' g and its standard error;
        estimate_low to std_error_high is how far they can move because the numbers they
        come from were printed rounded. pooled says whether the trial can be pooled, reason
        why not, assumption what had to be assumed, status how its numbers are known.
        d is before the small-sample correction, dz the effect in SDs of the within-person
        differences (crossover trials), sd the between-person SD that goes with d, and
        raw_estimate, raw_std_error, raw_std_error_low, raw_std_error_high are on the
        trial's own scale.
    within_r : float
        Assumed correlation between the two conditions of one person.
    standardiser : str
        "printed" or "derived", as asked for.
    """

    table: pd.DataFrame
    within_r: float
    standardiser: str

    @property
    def pooled(self) -> pd.DataFrame:
        """The trials that can be pooled."""
        return self.table[self.table["pooled"]].reset_index(drop=True)

    @property
    def beside(self) -> pd.DataFrame:
        """The trials that are shown beside and not pooled; `reason` says why."""
        return self.table[~self.table["pooled"]].reset_index(drop=True)

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """All trials with normal intervals.

        Returns
        -------
        DataFrame
            trial, study, year, n_obs, pooled, estimate, std_error, conf_low, conf_high, then
            the other columns of `table`.
        """
        require_level(confidence_level)
        margin = compute_quantile(confidence_level) * self.table["std_error"]
        table = self.table.copy()
        place = table.columns.get_loc("std_error") + 1
        table.insert(place, "conf_low", table["estimate"] - margin)
        table.insert(place + 1, "conf_high", table["estimate"] + margin)
        return table

    def __str__(self) -> str:
        parts = []
        for row in self.to_frame().itertuples():
            interval = (
                format_interval(row.conf_low, row.conf_high, 0.95)
                if row.std_error == row.std_error
                else "no interval"
            )
            beside = "" if row.pooled else "; beside, not pooled"
            parts.append(f"{row.trial} {format_number(row.estimate)} ({interval}{beside})")
        return (
            f"Standardised mean differences, positive favours LDN (within-person correlation "
            f"{self.within_r:g} assumed): {', '.join(parts)}."
        )


def standardise_trials(
    trials: pd.DataFrame | None = None,
    *,
    within_r: float = 0.5,
    standardiser: str = "printed",
    construct: str = "pain",
    also_pool: Sequence[str] | str = (),
) -> TrialEffects:
    """Bring what trials printed to one scale: differences in between-person SDs.

    Estimand: the mean of LDN against placebo, in standard deviations of the scores of
    different persons under one condition, positive where LDN is better.

    - Parallel trials: d = difference / SD. With `standardiser="printed"` the SD is the one
      that the printed d implies, and the standard error is that of the printed difference
      on the same scale, so that a trial keeps both its d and its p. With "derived" (or
      where no d was printed) SD = standard error / sqrt(1/n1 + 1/n2), as if the comparison
      had not been adjusted; after an adjustment this SD is too small and d too large.
    - Crossover trials: the p value of the paired t test gives t, and dz = t / sqrt(n) is the
      effect in SDs of the *differences within persons*. It is not comparable with d: the
      more alike a person's two scores are, the larger is dz for one and the same benefit.
      d = dz sqrt(2 (1 - r)) is (Morris and DeShon 2002; Elbourne et al. 2002), where r, the
      correlation of a person's two scores, was not printed and is assumed: vary it.
    - The standard error comes from the printed 95 % interval (normal quantile), else from
      the p value (t on n1 + n2 - 2 or n - 1 degrees of freedom). With a = standard error of
      the difference / SD, the variance of d is a^2 + d^2 / (2N) (Borenstein et al. 2009,
      chapter 4). g = J d with the exact J (Hedges 1981), and its variance is J^2 times that.
    - A printed 0.016 is anything that prints so: the columns ending in _low and _high are
      the extremes over all such values (raw_std_error: with the estimate as printed). A zero
      that ended a printed number is lost in a table of numbers, which makes these ranges too
      wide, never too narrow.

    A trial is pooled if its outcome is the construct and not a median. The others stay
    beside, each with its reason.

    Parameters
    ----------
    trials : DataFrame, optional
        Columns as in the table "trials"; default: that table.
    within_r : float
        Correlation of a person's two conditions in crossover trials, 0 <= r < 1.
    standardiser : {"printed", "derived"}
        Which SD to use in parallel trials that printed a d.
    construct : str
        Word that the outcome of a trial must contain to be pooled.
    also_pool : sequence of str, or str
        Trials to pool although their outcome is another construct, e.g. the pilot.

    Returns
    -------
    TrialEffects

    Raises
    ------
    ValueError
        If an option is not one of the above, a column is missing, a number is impossible, a
        trial of `also_pool` does not exist or cannot be pooled.

    Examples
    --------
    >>> effects = standardise_trials()
    >>> effects.pooled["trial"].tolist()
    ['Crossover RCT 2013', 'FINAL 2024', 'INNOVA 2026']
    >>> effects.pooled["estimate"].round(2).tolist()
    [0.47, 0.23, -0.19]
    """
    trials = load_dataset("trials") if trials is None else trials
    absent = [name for name in _NEEDED if name not in trials]
    if absent:
        raise ValueError(
            f"standardise_trials: no column {', '.join(map(repr, absent))}; needed: "
            f"{', '.join(_NEEDED)}, and p_value, ci_low and ci_high, or cohens_d"
        )
    if not 0 <= within_r < 1:
        raise ValueError(
            f"standardise_trials: within_r must be at least 0 and below 1; received {within_r!r}"
        )
    if standardiser not in STANDARDISERS:
        raise ValueError(
            f"standardise_trials: standardiser must be one of {', '.join(STANDARDISERS)}; received "
            f"{standardiser!r}"
        )
    also_pool = [also_pool] if isinstance(also_pool, str) else list(also_pool)
    if unknown := [name for name in also_pool if name not in set(trials["trial"])]:
        raise ValueError(
            f"standardise_trials: also_pool names {', '.join(map(repr, unknown))}, which is no trial; "
            f"trials: {', '.join(trials['trial'])}"
        )
    studies = _name_studies()
    rows = []
    for row in trials.to_dict("records"):
        numbers = _read_numbers(row)
        reason, possible = _find_obstacle(row, numbers, construct)
        forced = row["trial"] in also_pool
        if forced and not possible:
            raise ValueError(f"standardise_trials: {row['trial']!r} cannot be pooled: {reason}")
        if possible:
            effect = _standardise_row(row, numbers, within_r, standardiser)
        else:
            effect = _show_row(numbers)
        rows.append(
            {
                "trial": row["trial"],
                "study": studies.get(row.get("source"), row.get("source") or row["trial"]),
                "year": row.get("year", np.nan),
                "n_obs": numbers["n"],
                "pooled": forced or not reason,
                **effect,
                "reason": reason,
                "status": str(row.get("status", "")),
                "source": row.get("source", ""),
                "n_ldn": int(row["n_ldn"]),
                "n_placebo": int(row["n_placebo"]),
                "design": row["design"],
                "outcome": row["outcome"],
                "raw_scale": row.get("scale", ""),
                "note": row.get("note", ""),
            }
        )
    return TrialEffects(table=pd.DataFrame(rows), within_r=within_r, standardiser=standardiser)


def _read_numbers(row: dict) -> dict:
    """The printed numbers of one trial, checked; sign: positive favours LDN."""
    trial = row["trial"]
    kind = str(row["design"]).split()[0].lower()
    if kind not in ("crossover", "parallel"):
        raise ValueError(
            f"standardise_trials: the design of {trial!r} must begin with crossover or parallel; "
            f"received {row['design']!r}"
        )
    if row["favours"] not in ("ldn", "placebo"):
        raise ValueError(
            f"standardise_trials: favours of {trial!r} must be ldn or placebo; received "
            f"{row['favours']!r}"
        )
    n_ldn, n_placebo = int(row["n_ldn"]), int(row["n_placebo"])
    if min(n_ldn, n_placebo) < 3:
        raise ValueError(
            f"standardise_trials: {trial!r} needs at least 3 people a side; received {n_ldn} and "
            f"{n_placebo}"
        )
    if kind == "crossover" and n_ldn != n_placebo:
        raise ValueError(
            f"standardise_trials: in the crossover trial {trial!r} the same people are on both sides; "
            f"received n_ldn = {n_ldn} and n_placebo = {n_placebo}"
        )
    p, d, low, high = (
        float(row.get(name, np.nan)) for name in ("p_value", "cohens_d", "ci_low", "ci_high")
    )
    if p == p and not 0 < p <= 1:
        raise ValueError(
            f"standardise_trials: p_value of {trial!r} must be above 0 and at most 1; received {p:g}. "
            "A p printed as 0.000 is only a bound: leave it blank"
        )
    if not np.isfinite(row["estimate"]):
        raise ValueError(
            f"standardise_trials: estimate of {trial!r} must be a number; received {row['estimate']!r}"
        )
    if (low == low or high == high) and not low < high:
        raise ValueError(
            f"standardise_trials: the interval of {trial!r} needs ci_low < ci_high; received {low:g} "
            f"and {high:g}"
        )
    crossover = kind == "crossover"
    return {
        "crossover": crossover,
        "n": n_ldn if crossover else n_ldn + n_placebo,
        "df": n_ldn - 1 if crossover else n_ldn + n_placebo - 2,
        "spread": 1 / n_ldn if crossover else 1 / n_ldn + 1 / n_placebo,
        "sign": 1 if row["favours"] == "ldn" else -1,
        "estimate": abs(float(row["estimate"])),
        "p": p,
        "width": high - low,
        "d": abs(d),
        "half": {
            "estimate": _half_unit(row["estimate"], low, high),
            "p": _half_unit(p),
            "width": 2 * _half_unit(row["estimate"], low, high),
            "d": _half_unit(d),
        },
    }


def _half_unit(*values: float) -> float:
    """Half a unit of the last decimal that any of these numbers shows."""
    decimals = [len(repr(float(v)).partition(".")[2].rstrip("0")) for v in values if v == v]
    return 0.5 * 10.0 ** -max(decimals) if decimals else 0.0


def _find_obstacle(row: dict, numbers: dict, construct: str) -> tuple[str, bool]:
    """Why a trial is not pooled ("" if it is), and whether that can be overruled."""
    outcome = str(row["outcome"]).lower()
    other = construct.lower() not in outcome
    reasons = [f"another construct ({row['outcome']}), not {construct}"] if other else []
    median = "median" in outcome
    if median:
        reasons.append("a difference of medians, from which no mean difference and SD follow")
    unknown = _is_silent(numbers) and (numbers["crossover"] or numbers["d"] != numbers["d"])
    if unknown:
        reasons.append("neither an interval nor a p value was printed")
    return "; ".join(reasons), not (median or unknown)


def _is_silent(numbers: dict) -> bool:
    """Whether neither an interval nor a p value was printed."""
    return numbers["width"] != numbers["width"] and numbers["p"] != numbers["p"]


def _show_row(numbers: dict) -> dict:
    """The columns of a trial whose effect size can only be repeated as it was printed."""
    d, half = numbers["sign"] * numbers["d"], numbers["half"]["d"]
    words = "effect size as printed; of which kind is not stated, and no interval follows from it"
    return {
        "estimate": d,
        "std_error": np.nan,
        "estimate_low": d - half,
        "estimate_high": d + half,
        "raw_estimate": numbers["sign"] * numbers["estimate"],
        "assumption": words if d == d else "no effect size was printed",
    }


def _standardise_row(row: dict, numbers: dict, within_r: float, standardiser: str) -> dict:
    """The columns of one trial that are computed, with the words about them."""
    use_d = not numbers["crossover"] and numbers["d"] > 0 and numbers["p"] != 1
    use_d = use_d and (standardiser == "printed" or _is_silent(numbers))
    value = _compute(numbers, within_r, use_d)
    choices = {
        name: [numbers[name] + step for step in ((-half, 0.0, half) if half else (0.0,))]
        for name, half in numbers["half"].items()
    }
    corners = pd.DataFrame(
        _compute(numbers | dict(zip(choices, corner, strict=True)), within_r, use_d)
        for corner in product(*choices.values())
    )
    # The raw error moves with p or the limits alone; the estimate is taken as printed.
    raw = [
        _compute(numbers | {"p": p, "width": width}, within_r, use_d)["raw_std_error"]
        for p, width in product(choices["p"], choices["width"])
    ]
    return {
        "estimate": value["estimate"],
        "std_error": value["std_error"],
        "estimate_low": corners["estimate"].min(),
        "estimate_high": corners["estimate"].max(),
        "std_error_low": corners["std_error"].min(),
        "std_error_high": corners["std_error"].max(),
        "d": value["d"],
        "dz": value["dz"],
        "small_sample_factor": _small_sample_factor(numbers["df"]),
        "within_r": within_r if numbers["crossover"] else np.nan,
        "sd": value["sd"],
        "df": numbers["df"],
        "raw_estimate": numbers["sign"] * numbers["estimate"],
        "raw_std_error": value["raw_std_error"],
        "raw_std_error_low": min(raw),
        "raw_std_error_high": max(raw),
        "assumption": _describe_assumptions(row, numbers, within_r, use_d),
    }


def _compute(numbers: dict, within_r: float, use_d: bool) -> dict:
    """D, g and their errors from one value of each printed number."""
    n, df, spread, estimate = (numbers[name] for name in ("n", "df", "spread", "estimate"))
    with np.errstate(divide="ignore", invalid="ignore"):
        # The estimate in standard errors, by the interval or else by p.
        if numbers["width"] == numbers["width"]:
            ratio = np.divide(2 * ndtri(0.975) * estimate, numbers["width"])
        else:
            ratio = -stdtrit(df, min(numbers["p"], 1.0) / 2)  # t
        # The standard error of the difference, in SDs; its n and r say it, or the printed d.
        error = np.sqrt(spread * (2 * (1 - within_r) if numbers["crossover"] else 1))
        if use_d and not _is_silent(numbers):
            error = np.divide(numbers["d"], ratio)
        d = numbers["d"] if use_d else ratio * error
        sd = np.divide(estimate, d)
        dz = ratio * np.sqrt(spread) if numbers["crossover"] else np.nan
    j, sign = _small_sample_factor(df), numbers["sign"]
    return {
        "estimate": float(sign * j * d),
        "std_error": float(j * np.sqrt(error**2 + d**2 / (2 * n))),
        "d": float(sign * d),
        "dz": float(sign * dz),
        "sd": float(sd),
        "raw_std_error": float(error * sd),
    }


def _small_sample_factor(df: int) -> float:
    """J of Hedges (1981), exact: how much d must shrink to be unbiased."""
    return float(np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2))


def _describe_assumptions(row: dict, numbers: dict, within_r: float, use_d: bool) -> str:
    """What had to be assumed about one trial, in words."""
    words = []
    if numbers["width"] == numbers["width"]:
        words.append("the printed interval is a 95 % interval of a normal estimate")
    elif numbers["p"] == numbers["p"]:
        test = "paired t test" if numbers["crossover"] else "t test of two groups"
        words.append(f"the printed p is that of a {test} on {numbers['df']} degrees of freedom")
    else:
        words.append("the standard error is that of two unadjusted groups of these sizes")
    if numbers["crossover"]:
        words.append(
            f"a person's two conditions correlate {within_r:g}, so the between-person SD is the SD of "
            "the differences / sqrt(2 (1 - r)); no period or carry-over effect"
        )
        if "fixed order" in row["design"]:
            words.append("everybody took placebo first, so time is inside the effect")
    elif use_d:
        words.append("the SD is the one that the printed d implies; which SD it was is not stated")
    else:
        words.append("the SD is the one that the standard error implies without any adjustment")
    words.append(f"one SD of {row['outcome']} is as much as one SD of the other trials' outcomes")
    return "; ".join(words)


def _name_studies() -> dict[str, str]:
    """Short names of the sources: first author, else the journal, and the year."""
    names = {}
    for row in load_dataset("sources").itertuples():
        author = re.match(r"([A-Z][\w-]+(?: [A-Z][\w-]+)?) [A-Z]{1,3}\b", row.citation)
        journal = re.search(r"\. ([A-Z][A-Za-z ]+?) \d", row.citation)
        name = author[1] if author else journal[1] if journal else row.source
        names[row.source] = f"{name} {row.year}"
    return names


def load_printed_meta_analyses() -> pd.DataFrame:
    """Load what published meta-analyses printed, turned so that positive favours LDN.

    In print, below zero favours LDN (less pain). Signs and limits are turned here; the
    numbers as printed stay in the columns that begin with printed_. Sources in the notes are
    given by their short names. Mean differences and
    standardised mean differences are different scales: never put them on one axis.

    Returns
    -------
    DataFrame
        study, measure, comparison, controlled (False: after against before, no control
        group), trials, participants, estimate, conf_low, conf_high, i_squared (0-1),
        printed_estimate, printed_low, printed_high, note, source, status.

    Examples
    --------
    >>> table = load_printed_meta_analyses()
    >>> bool((table["estimate"] == -table["printed_estimate"]).all())
    True
    """
    printed = load_dataset("meta_analyses")
    studies = _name_studies()
    return pd.DataFrame(
        {
            "study": [studies.get(source, source) for source in printed["source"]],
            "measure": printed["measure"],
            "comparison": printed["comparison"],
            "controlled": printed["comparison"].str.contains("placebo"),
            "trials": printed["trials"],
            "participants": printed["participants"],
            "estimate": -printed["estimate"],
            "conf_low": -printed["ci_high"],
            "conf_high": -printed["ci_low"],
            "i_squared": printed["i2_percent"] / 100,
            "printed_estimate": printed["estimate"],
            "printed_low": printed["ci_low"],
            "printed_high": printed["ci_high"],
            "note": printed["note"].fillna("").replace(studies, regex=True),
            "source": printed["source"],
            "status": "published",
        }
    )
