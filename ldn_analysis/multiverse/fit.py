"""Does baseline ESR predict the effect? Every defensible analysis at once (specification curve)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from ..core.intervals import compute_p_value, compute_quantile
from ..core.result import Result
from ..core.status import read_status
from ..core.validation import require_level
from ..core.wording import describe_status, format_number
from ..crossover.paired_reml import solve_incomplete_pairs
from ..lines.huber import solve_huber
from .batches import (
    Batch,
    MixedSpecification,
    arrange_batches,
    form_esr,
    measure_outcomes,
    restrict_batch,
)
from .least_squares import count_freedom, prepare_system, solve_orders
from .specifications import GRID, build_specifications

__all__ = ["Multiverse", "fit_multiverse"]

CHOICES = list(GRID)
MIN_PAIRS = 3  # complete pairs that the mixed model needs beyond its coefficients


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Multiverse(Result):
    """Every specification with its estimate.

    Attributes
    ----------
    specifications : DataFrame
        One row per specification: its choices, estimate and std_error (SDs of the outcome per
        SD of ESR; positive: a higher ESR goes with a larger reduction), slope (in the
        outcome's unit per unit of ESR, as the specification has both), df, n_obs (participants).
    pruned : DataFrame
        Why combinations were left out, and how many: reason, count.
    batches : tuple of Batch
        The same specifications as arrays (but the mixed model's), for `permute_multiverse`.
    participants : DataFrame
        The table of participants.
    status : str
        "illustrative" or "" as the data said.
    """

    specifications: pd.DataFrame
    pruned: pd.DataFrame
    batches: tuple[Batch, ...]
    participants: pd.DataFrame
    status: str = ""

    def __len__(self) -> int:
        return len(self.specifications)

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """One row per specification, with its interval.

        Parameters
        ----------
        confidence_level : float
            Of the intervals (t).

        Returns
        -------
        DataFrame
            The choices; estimate, std_error, statistic, df, p_value, conf_low, conf_high
            (SDs per SD), slope, n_obs.
        """
        require_level(confidence_level)
        table = self.specifications
        with np.errstate(divide="ignore", invalid="ignore"):
            t = table["estimate"] / table["std_error"]
        margin = compute_quantile(confidence_level, table["df"]) * table["std_error"]
        table = table.assign(
            statistic=t,
            p_value=compute_p_value(t, table["df"]),
            conf_low=table["estimate"] - margin,
            conf_high=table["estimate"] + margin,
        )
        numbers = ["estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"]
        return table[[*CHOICES, *numbers, "slope", "n_obs"]]

    def find(self, **choices) -> pd.DataFrame:
        """The rows of `to_frame` with these options.

        Parameters
        ----------
        **choices
            Choice and option, e.g. `find(model="OLS", end_days=3)`.

        Returns
        -------
        DataFrame
            None where they were pruned.

        Raises
        ------
        ValueError
            If a choice or an option is not one of the grid's.
        """
        kept = np.ones(len(self), bool)
        for name, option in choices.items():
            if name not in CHOICES or option not in GRID[name]:
                known = GRID.get(name, CHOICES)
                raise ValueError(
                    f"find: there is no {name} {option!r}; known: {', '.join(map(str, known))}"
                )
            kept &= (self.specifications[name] == option).to_numpy()
        return replace(self, specifications=self.specifications[kept]).to_frame()

    def select(self, grid: Mapping[str, Sequence]) -> "Multiverse":
        """The specifications of a smaller grid: what a fit of that grid gives, not fitted anew.

        Parameters
        ----------
        grid : mapping
            As in `build_specifications`, e.g. `DEFENSIBLE`.

        Returns
        -------
        Multiverse
            The specifications of the smaller grid, as they were fitted.

        Raises
        ------
        ValueError
            If the smaller grid has a specification that this multiverse has not.
        """
        specifications, pruned = build_specifications(grid)
        known, wanted = (
            pd.MultiIndex.from_frame(table[CHOICES].astype(object))
            for table in (self.specifications, specifications)
        )
        at = known.get_indexer(wanted)
        if (at < 0).any():
            lacking = ", ".join(map(str, wanted[at < 0][0]))
            raise ValueError(
                f"select: {(at < 0).sum():,} specifications of this grid were not fitted, e.g. "
                f"{lacking}. Fit the grid with fit_multiverse"
            )
        numbers = self.specifications.drop(columns=CHOICES).iloc[at].reset_index(drop=True)
        row = np.full(len(self), -1)
        row[at] = np.arange(len(at))
        batches = (restrict_batch(batch, row) for batch in self.batches)
        return replace(
            self,
            specifications=pd.concat([specifications, numbers], axis=1),
            pruned=pruned,
            batches=tuple(batch for batch in batches if batch.position.size),
        )

    def glance(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """One row about the whole curve.

        Parameters
        ----------
        confidence_level : float
            Of the intervals that are counted.

        Returns
        -------
        DataFrame
            n_specifications, n_pruned, median, lowest, highest (estimates), above_zero,
            below_zero (shares of the intervals that exclude zero on that side).
        """
        row = pd.DataFrame([_summarise(self.to_frame(confidence_level))])
        row.insert(1, "n_pruned", int(self.pruned["count"].sum()))
        return row

    def summarise_choices(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Median and range of the estimates at each option of each choice.

        Parameters
        ----------
        confidence_level : float
            Of the intervals that are counted.

        Returns
        -------
        DataFrame
            choice, option, and what `glance` gives.
        """
        table = self.to_frame(confidence_level)
        return pd.DataFrame(
            [
                {"choice": name, "option": str(option)} | _summarise(rows)
                for name in CHOICES
                for option, rows in table.groupby(name, observed=True)
            ]
        )

    def compare_choices(self) -> pd.DataFrame:
        """Which choice moves the answer most: pairs of specifications that differ in it alone.

        Unlike a comparison of the options' medians, pairs are not disturbed by what was
        pruned at one option and not at another.

        Returns
        -------
        DataFrame
            choice, n_pairs, mean_change and largest_change (of the estimate, without sign),
            crossing (share of pairs with p on two sides of 0.05); the largest first.
        """
        table = self.to_frame()
        rows = []
        for name in CHOICES:
            others = [other for other in CHOICES if other != name]
            wide = table.pivot(index=others, columns=name, values=["estimate", "p_value"])
            estimate, p = wide["estimate"].to_numpy(float), wide["p_value"].to_numpy(float)
            pairs = list(combinations(range(estimate.shape[1]), 2))
            change = np.array([np.abs(estimate[:, i] - estimate[:, j]) for i, j in pairs])
            both = ~np.isnan(change)
            crossing = np.array([(p[:, i] < 0.05) != (p[:, j] < 0.05) for i, j in pairs])
            if both.any():
                row = {"choice": name, "n_pairs": int(both.sum())}
                row |= {"mean_change": change[both].mean(), "largest_change": change[both].max()}
                rows.append(row | {"crossing": crossing[both].mean()})
        columns = ["choice", "n_pairs", "mean_change", "largest_change", "crossing"]
        table = pd.DataFrame(rows, columns=columns)
        return table.sort_values("mean_change", ascending=False, ignore_index=True)

    def describe_n(self) -> str:
        """How many participants the specifications have, in words: from fewest to most.

        Returns
        -------
        str
            As it stands in the sentence.
        """
        counts = self.specifications["n_obs"]
        low, high = counts.min(), counts.max()
        return f"n = {low} participants" if low == high else f"n = {low} to {high} participants"

    def __str__(self) -> str:
        row = self.glance().iloc[0]
        return (
            f"Baseline ESR and pain reduction in {len(self):,} specifications "
            f"({row['n_pruned']:,.0f} more were pruned): median "
            f"{format_number(row['median'], 2)} SD per SD of ESR, from "
            f"{format_number(row['lowest'], 2)} to {format_number(row['highest'], 2)}; "
            f"{100 * row['above_zero']:.0f} % of the 95 % intervals lie above zero, "
            f"{100 * row['below_zero']:.0f} % below ({self.describe_n()}"
            f"{describe_status(self.status)})."
        )

    def _repr_html_(self) -> str:
        from html import escape

        from ..core.notebook import render_frame

        table = self.summarise_choices()
        return f"<p>{escape(str(self))}</p>\n{render_frame(table.set_index(table.columns[0]))}"


def _summarise(table: pd.DataFrame) -> dict:
    """Size, middle and range of a set of specifications, and where their intervals lie."""
    return {
        "n_specifications": len(table),
        "median": table["estimate"].median(),
        "lowest": table["estimate"].min(),
        "highest": table["estimate"].max(),
        "above_zero": (table["conf_low"] > 0).mean(),
        "below_zero": (table["conf_high"] < 0).mean(),
    }


def fit_multiverse(
    diaries: pd.DataFrame,
    participants: pd.DataFrame,
    *,
    grid: Mapping[str, Sequence] | None = None,
    rating: str = "pain_0_100",
) -> Multiverse:
    """Fit every specification of the grid: does baseline ESR predict the effect?

    After Simonsohn, Simmons and Nelson (2020). Each outcome is signed so that positive
    means improvement, and each estimate is standardised (SDs of the outcome per SD of
    ESR, of the participants used), so that they share a scale. They do not share an
    estimand: the outcomes "LDN" alone compare participants on the drug, "LDN - placebo" asks
    what the drug adds (in SDs of the within-participant difference). A median over both answers
    neither question (Del Giudice and Gangestad 2021).

    The models: OLS with t intervals; OLS with HC3 errors (MacKinnon and White 1985), only in a
    grid without OLS, since the estimate is the same; Huber's M-estimator (k = 1.345, MAD
    scale); OLS of the ranks of everything (Spearman's r where nothing is adjusted for; Conover
    and Iman 1981; values that are equal but for rounding share a rank); a mixed model with a
    random intercept per participant and the interaction of ESR and condition, which also uses
    participants with one condition. "above its median" splits ESR at the median of the
    participants used. "without: whoever moves it most" leaves out the participant whose absence
    changes that slope most; the split stays. The end point given the baseline is an ANCOVA.

    Parameters
    ----------
    diaries : DataFrame
        One row per participant and scheduled day: participant, phase ("baseline", "ldn",
        "placebo" are used), day, and the rating.
    participants : DataFrame
        One row per participant: participant, trial ("pilot" or "crossover"), sequence, age_years,
        fibromyalgia_years, esr_mm_h (0 or more), completed, analysed.
    grid : mapping, optional
        As in `build_specifications`. Default: all of it.
    rating : str
        Column of the diaries; less is better.

    Returns
    -------
    Multiverse
        Every specification with its estimate, and what was pruned and why.

    Raises
    ------
    ValueError
        If the grid names what is not known, a column is missing, a participant has no ESR,
        age or duration, or a specification has too few participants for its columns.

    See Also
    --------
    build_specifications : The list of analyses alone.
    permute_multiverse : A test of all of them together.
    register_plan : One analysis named before the data.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> grid = {"participants": ["both trials"], "model": ["OLS"], "adjusted_for": ["nothing"]}
    >>> multiverse = fit_multiverse(
    ...     load_dataset("daily_pain"), load_dataset("participants"), grid=grid)
    >>> len(multiverse)
    486
    """
    specifications, pruned = build_specifications(grid)
    participants = _require_participants(participants)
    measures = measure_outcomes(diaries, participants["participant"], specifications, rating)
    batches, mixed = arrange_batches(specifications, participants, measures)
    columns = ["estimate", "std_error", "slope", "df", "n_obs"]
    found = np.full((len(specifications), len(columns)), np.nan)
    for batch in batches:
        fit = _fit_huber if batch.kinds == ("Huber",) else _fit_least_squares
        found[batch.position] = np.stack(np.broadcast_arrays(*fit(batch)), axis=-1)
    esr = participants["esr_mm_h"].to_numpy(float)
    # A difference between first and second period is one between conditions with two signs.
    order = np.where(participants["sequence"].str.startswith("ldn"), 1.0, -1.0)
    for one in mixed:
        found[one.position] = _fit_mixed(one, form_esr(esr[one.rows], one.esr_as), order[one.rows])
    table = pd.concat([specifications, pd.DataFrame(found, columns=columns)], axis=1)
    return Multiverse(
        specifications=table.astype({"n_obs": int, "df": int}),
        pruned=pruned,
        batches=tuple(batches),
        participants=participants,
        status=read_status(diaries),
    )


def _require_participants(participants: pd.DataFrame) -> pd.DataFrame:
    """The participants with their columns complete."""
    numbers = ["esr_mm_h", "age_years", "fibromyalgia_years"]
    needed = ["participant", "trial", "sequence", "completed", "analysed", *numbers]
    missing = [name for name in needed if name not in participants]
    if missing:
        raise ValueError(f"fit_multiverse: the participants have no column {', '.join(missing)}")
    if participants["participant"].duplicated().any():
        who = participants["participant"][participants["participant"].duplicated()].iloc[0]
        raise ValueError(
            f"fit_multiverse: {who!r} appears twice among the participants; keep one row"
        )
    for name in numbers:
        bad = participants[name].isna() | ((name == "esr_mm_h") & ~(participants[name] >= 0))
        if bad.any():
            who = participants["participant"][bad].iloc[0]
            raise ValueError(
                f"fit_multiverse: {name} of {who!r} must be a number, 0 or more; fill it in or "
                "leave the participant out"
            )
    return participants.reset_index(drop=True)


def _fit_least_squares(batch: Batch) -> tuple[np.ndarray, ...]:
    """Least squares of all specifications of a batch: the order of the data."""
    system = prepare_system(batch)
    fits = solve_orders(system, np.arange(len(batch.rows))[:, None])
    slope, std_error, scale = (np.concatenate(parts, axis=-1) for parts in zip(*fits, strict=True))
    return slope * scale, std_error * scale, slope, *count_freedom(system)


def _fit_huber(batch: Batch) -> tuple[np.ndarray, ...]:
    """Huber's M-estimator of all specifications of a batch."""
    k, forms = len(batch.y), len(batch.forms)
    esr = np.tile(batch.forms, (k, 1))  # (K * V, n)
    y, basis = (np.repeat(part, forms, axis=0) for part in (batch.y, batch.basis))
    design = np.concatenate([esr[..., None], basis], axis=-1)
    scale = np.sqrt((esr**2).sum(-1) / (y**2).sum(-1))
    slope, std_error = solve_huber(design, y)
    n, columns = design.shape[-2:]
    numbers = slope * scale, std_error * scale, slope
    return *(part.reshape(k, forms, 1) for part in numbers), n - columns, n


def _fit_mixed(one: MixedSpecification, x: np.ndarray, order: np.ndarray) -> tuple[float, ...]:
    """Interaction of ESR and condition with a random intercept per participant."""
    first, second = one.first, one.second
    pair = ~np.isnan(first) & ~np.isnan(second)
    ones = np.ones_like(x)
    between = np.column_stack([ones, x])
    within = np.column_stack([ones, x, order] if one.with_order else [ones, x])
    df = pair.sum() - within.shape[1]
    if df < MIN_PAIRS:
        raise ValueError(
            f"fit_multiverse: {pair.sum()} participants with both conditions are too few for the "
            "mixed model; leave it out of the grid"
        )
    coefficient, std_error, _ = solve_incomplete_pairs(first, second, within, between)
    scale = x[pair].std() / (first - second)[pair].std()
    return coefficient[1] * scale, std_error[1] * scale, coefficient[1], df, len(x)
