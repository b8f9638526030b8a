"""Audit of the later trials and of the meta-analyses."""

import pandas as pd

from .derived import compute_sd_from_p, compute_se_from_interval
from .intervals import check_interval_symmetry, check_p_from_interval
from .ledger import Ledger
from .results import ONLY_IF
from .summaries import check_standardised_difference

__all__: list[str] = []

TOPIC = "Later trials"
# Trial, pain at the start and, where it was printed, when the two groups were compared.
MEASURED = {"FINAL 2024": None, "INNOVA 2026": "3 months"}


def audit_later_trials(ledger: Ledger) -> None:
    """Parallel trials: p against the interval, the standard error, and the printed d."""
    for row in ledger.tables["trials"].to_dict("records"):
        if not str(row["design"]).startswith("parallel") or "median" in str(row["outcome"]):
            continue
        trial = ledger.find("trials", row["trial"])
        estimate, low, high, p = (
            trial[field] for field in ("estimate", "ci_low", "ci_high", "p_value")
        )
        name = row["trial"]
        if pd.isna(low):
            sizes = (int(row["n_ldn"]), int(row["n_placebo"]))
            derived = compute_sd_from_p(p, n=sizes, difference=estimate)
            adjusted = "The difference is adjusted; its model has a few degrees of freedom fewer."
            ledger.add(f"{name}: SE", TOPIC, [trial], derived, adjusted)
            continue
        ledger.add(
            f"{name}: interval", TOPIC, [trial], check_interval_symmetry(estimate, low, high)
        )
        check = check_p_from_interval(p, low, high, estimate=estimate)
        ledger.add(f"{name}: p", TOPIC, [trial], check, "An interval from z.")
        error = compute_se_from_interval(low, high, estimate=estimate)
        ledger.add(f"{name}: SE", TOPIC, [trial], error)
    for name, later in MEASURED.items():
        _audit_d(ledger, name, later)


def _audit_d(ledger: Ledger, name: str, later: str | None) -> None:
    """The printed standardised difference: of which difference, and over which SD."""
    trial, times = ledger.find("trials", name), ["baseline", *([later] if later else [])]
    arms = {
        (time, arm): ledger.find("trial_arms", name, arm, "pain", time)
        for time in times
        for arm in ("ldn", "placebo")
    }
    if later:
        changes = [arms[key]["mean"] for key in ((later, "ldn"), ("baseline", "placebo"))]
        parts = changes + [
            f"-{arms[key]['mean']}" for key in (("baseline", "ldn"), (later, "placebo"))
        ]
        read = []
    else:
        read = [
            ledger.find("trial_arms", name, arm, "change in pain", "12 weeks")
            for arm in ("ldn", "placebo")
        ]
        parts = [read[0]["mean"], read[1]["mean"].removeprefix("-")]
    spreads = {
        time: tuple(
            value
            for arm in ("ldn", "placebo")
            for value in (arms[time, arm]["sd"], arms[time, arm]["n"])
        )
        for time in times
    }
    check = check_standardised_difference(
        trial["cohens_d"], {"adjusted": trial["estimate"], "unadjusted": parts}, spreads
    )
    comment = "A printed d is a choice of difference and SD: recompute it before pooling."
    ledger.add(
        f"{name}: d", TOPIC, [trial, *arms.values(), *read], check, comments={ONLY_IF: comment}
    )


def audit_meta_analyses(ledger: Ledger) -> None:
    """Meta-analyses: is the estimate in the middle of its interval, and what is its p?"""
    for row in ledger.tables["meta_analyses"].to_dict("records"):
        found = ledger.find("meta_analyses", row["source"], row["comparison"])
        name = f"{row['source']}: {row['comparison']}"
        estimate, low, high = (found[field] for field in ("estimate", "ci_low", "ci_high"))
        middle = check_interval_symmetry(estimate, low, high)
        ledger.add(f"{name}: interval", "Meta-analyses", [found], middle)
        error = compute_se_from_interval(low, high, estimate=estimate)
        ledger.add(f"{name}: SE", "Meta-analyses", [found], error)
