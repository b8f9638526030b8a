"""Specifications that use the same participants and as many columns, as arrays: one batch each."""

from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..data.diaries import average_final_days, fill_missed_days, require_diaries
from .specifications import ALONE, PAIRED

__all__: list[str] = []

TIE = 1e-9  # of the range: values nearer than that are equal, whatever their unit


class Batch(NamedTuple):
    """K outcomes of n participants, V forms of ESR, C kinds of fit: K x V x C specifications."""

    position: np.ndarray  # rows of the table of specifications, shape (K, V, C)
    rows: np.ndarray  # of the table of participants, shape (n,)
    y: np.ndarray  # outcomes about their means, shape (K, n)
    basis: np.ndarray  # orthonormal columns of what is adjusted for, shape (K, n, k)
    forms: np.ndarray  # ESR of the participants in each form, about its mean, shape (V, n)
    kinds: tuple[str, ...]  # model, with " without" where a participant is left out


class MixedSpecification(NamedTuple):
    """One specification of the mixed model: its row, participants and their two outcomes."""

    position: int
    rows: np.ndarray
    first: np.ndarray
    second: np.ndarray
    esr_as: str
    with_order: bool  # whether it adjusts for the order of the conditions


def rank_values(values: np.ndarray) -> np.ndarray:
    """Ranks; values that are equal but for rounding share theirs, in any unit.

    Examples
    --------
    >>> rank_values(np.array([0.3, 0.1 + 0.2, 0.1])).tolist()
    [2.5, 2.5, 1.0]
    """
    order = np.argsort(values, kind="stable")
    ascending = values[order]
    step = np.diff(ascending, prepend=ascending[0]) > TIE * np.ptp(values)
    level = np.cumsum(step)
    count = np.bincount(level)
    ranks = np.empty(len(values))
    ranks[order] = (np.cumsum(count) - (count - 1) / 2)[level]
    return ranks


def form_esr(esr: np.ndarray, esr_as: str, *, ranked: bool = False) -> np.ndarray:
    """ESR of the participants used in one form, about its mean."""
    if esr_as == "log(ESR + 1)":
        form = np.log1p(esr)
    elif esr_as == "as is":
        form = esr
    else:
        form = (esr > np.median(esr)).astype(float)
    form = rank_values(form) if ranked else form
    return form - form.mean()


def measure_outcomes(diaries, participants, specifications, rating) -> dict[tuple, dict]:
    """Baseline and end points by (end_days, baseline_days, missed_days), in participants' order."""
    phases = ("baseline", "ldn", "placebo")
    require_diaries(diaries, rating, phases)
    ends, bases = (specifications[name].unique() for name in ("end_days", "baseline_days"))
    measures = {}
    for method in specifications["missed_days"].unique():
        filled = fill_missed_days(diaries, method=method, rating=rating)
        phase = filled["phase"].astype(str)
        means = {
            (name, count): average_final_days(filled[phase == name], count, rating, "mean")["mean"]
            .reindex(participants)
            .to_numpy(float)
            for name in phases
            for count in (bases if name == "baseline" else ends)
        }
        for end in ends:
            points = {name: means[name, end] for name in phases[1:]}
            for base in bases:
                baseline = means["baseline", base]
                # As in `summarise_diaries`, who has no baseline has no end point either.
                rated = np.where(np.isnan(baseline), np.nan, 1.0)
                own = {name: mean * rated for name, mean in points.items()}
                measures[end, base, method] = own | {"baseline": baseline}
    return measures


def arrange_batches(
    specifications: pd.DataFrame, participants: pd.DataFrame, measures: dict
) -> tuple[list[Batch], list[MixedSpecification]]:
    """Specifications as arrays: batches, and those of the mixed model one by one."""
    chosen, covariates = _choose_participants(participants), _list_covariates(participants)
    # Mixed, Huber and rank specifications have arrays of their own; OLS and HC3 share theirs.
    kind = specifications["model"].astype("str").replace({"OLS": "line", "HC3": "line"})
    shared = ["outcome", "end_days", "baseline_days", "missed_days", "participants", "adjusted_for"]
    groups: dict[tuple, list] = {}
    mixed, esr_as = [], specifications["esr"].to_numpy(object)
    table = specifications.assign(kind=kind)
    for key, positions in table.groupby([*shared, "kind"], observed=True).indices.items():
        outcome, end, base, missed, who, adjusted, kind = key
        part = measures[end, base, missed]
        first, second = _take_outcome(outcome, part)
        if kind == "mixed":
            rows = np.flatnonzero(chosen[who] & ~(np.isnan(first) & np.isnan(second)))
            mixed += [
                MixedSpecification(
                    position, rows, first[rows], second[rows], esr_as[position], adjusted == "order"
                )
                for position in positions
            ]
            continue
        columns = [
            first - second,
            *covariates[adjusted],
            *([part["baseline"]] if outcome == ALONE[2] else []),
        ]
        rows = np.flatnonzero(chosen[who] & ~np.isnan(columns[0]))
        if len(rows) < len(columns) + 3:
            raise ValueError(
                f"fit_multiverse: {len(rows)} participants ({who}) are too few for the "
                f"{len(columns) + 1} coefficients of {outcome!r}, adjusted for {adjusted}"
            )
        block = [rank_values(c[rows]) if kind == "rank" else c[rows] for c in columns]
        same = (rows.tobytes(), len(columns), kind)
        groups.setdefault(same, []).append((positions, rows, block))
    esr = participants["esr_mm_h"].to_numpy(float)
    return [_make_batch(specifications, parts, esr) for parts in groups.values()], mixed


def _make_batch(specifications: pd.DataFrame, parts: list[tuple], esr: np.ndarray) -> Batch:
    """Outcomes of the same participants with as many columns, one above the other."""
    block = np.array([block for _, _, block in parts])
    block = block - block.mean(-1, keepdims=True)
    design = np.ones((len(parts), block.shape[-1], block.shape[1]))
    design[..., 1:] = np.moveaxis(block[:, 1:], 1, 2)
    positions, rows, _ = parts[0]
    # In the table ESR varies slower than what is left out, and that slower than the model.
    own = specifications.iloc[positions]
    esr_as = own["esr"].unique()
    kinds = own.iloc[: len(own) // len(esr_as)]
    ranked = (own["model"] == "rank").all()
    return Batch(
        position=np.array([at for at, _, _ in parts]).reshape(len(parts), len(esr_as), -1),
        rows=rows,
        y=block[:, 0],
        basis=np.linalg.qr(design)[0],
        forms=np.array([form_esr(esr[rows], name, ranked=ranked) for name in esr_as]),
        kinds=tuple(
            model + ("" if without == "nobody" else " without")
            for without, model in zip(kinds["without"], kinds["model"], strict=True)
        ),
    )


def restrict_batch(batch: Batch, row: np.ndarray) -> Batch:
    """The specifications that have a row in another table; `row` is -1 for the others."""
    position = row[batch.position]
    kept = position >= 0
    outcomes, forms, kinds = kept.any((1, 2)), kept.any((0, 2)), kept.any((0, 1))
    return batch._replace(
        position=position[np.ix_(outcomes, forms, kinds)],
        y=batch.y[outcomes],
        basis=batch.basis[outcomes],
        forms=batch.forms[forms],
        kinds=tuple(compress(batch.kinds, kinds)),
    )


def _choose_participants(participants: pd.DataFrame) -> dict[str, np.ndarray]:
    """Who belongs to each option of `participants`."""
    crossover = participants["trial"].eq("crossover").to_numpy()
    return {
        "both trials": participants["analysed"].to_numpy(bool),
        "crossover trial": crossover & participants["analysed"].to_numpy(bool),
        "completers": crossover & participants["completed"].to_numpy(bool),
        "anyone with an end point": crossover,
    }


def _list_covariates(participants: pd.DataFrame) -> dict[str, Sequence[np.ndarray]]:
    """Columns of each option of `adjusted_for`."""
    age, years = (
        participants[name].to_numpy(float) for name in ("age_years", "fibromyalgia_years")
    )
    order = participants["sequence"].str.startswith("ldn").to_numpy(float)
    return {"nothing": [], "age": [age], "age and duration": [age, years], "order": [order]}


def _take_outcome(outcome: str, part: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The outcome under LDN and, where two conditions are compared, under placebo (else 0)."""
    base, ldn, placebo = part["baseline"], part["ldn"], part["placebo"]
    if outcome == ALONE[2]:
        return -ldn, np.zeros_like(ldn)
    first, second = base - ldn, base - placebo
    if outcome.startswith("percent"):
        start = np.where(base > 0, base, np.nan)
        first, second = 100 * first / start, 100 * second / start
    return first, second if outcome in PAIRED else np.zeros_like(first)
