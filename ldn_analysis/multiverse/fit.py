"""Does baseline ESR predict the effect? Every defensible analysis at once (specification curve).

Each regression coefficient is a line through residuals: what is left of ESR and of the outcome
once the other columns are taken out of both (Frisch and Waugh 1933). So all specifications
that are least squares, whatever they adjust for, are calls of the one line kernel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..core.intervals import compute_p_value, compute_quantile
from ..core.line import solve_line, sum_line
from ..core.result import Result
from ..core.status import read_status
from ..core.validation import require_level
from ..core.wording import describe_status, format_number
from ..crossover.paired_reml import solve_incomplete_pairs
from ..data.diaries import fill_missed_days, summarise_diaries
from ..lines.huber import solve_huber
from .specifications import ALONE, GRID, PAIRED, build_specifications

__all__ = ["Multiverse", "fit_multiverse"]

CHOICES = list(GRID)
MIXED_PEOPLE = 3  # complete pairs that the mixed model needs beyond its coefficients


class Batch(NamedTuple):
    """Specifications with the same people and number of columns: all of them Huber's, or none.

    `at` and `variant` say, for each specification, which outcome and which ESR is its own.
    """

    position: np.ndarray  # rows of the table of specifications, shape (S,)
    people: np.ndarray  # rows of the table of people, shape (n,)
    y: np.ndarray  # outcomes about their means, shape (K, n)
    basis: np.ndarray  # orthonormal columns of what is adjusted for, shape (K, n, k)
    at: np.ndarray  # shape (S,)
    variant: np.ndarray  # position in ESR_VARIANTS, shape (S,)
    model: np.ndarray  # shape (S,)
    drops: np.ndarray  # whether the person who moves the slope most is left out, shape (S,)

    def form_esr(self, esr: np.ndarray) -> np.ndarray:
        """ESR of its people (..., n) in the form that each specification has it, (..., S, n)."""
        used, own = np.unique(self.variant, return_inverse=True)
        return transform_esr(esr, used)[..., own, :]


ESR_VARIANTS = [(esr, ranked) for esr in GRID["esr"] for ranked in (False, True)]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Multiverse(Result):
    """Every specification with its estimate.

    Attributes
    ----------
    specifications : DataFrame
        One row a specification: its choices, estimate and std_error (SDs of the outcome per
        SD of ESR; positive: a higher ESR goes with a larger reduction), slope (in the
        outcome's unit per unit of ESR, as the specification has both), df, n_obs (persons).
    pruned : DataFrame
        Why combinations were left out, and how many: reason, count.
    batches : tuple of Batch
        The same specifications as arrays, for `permute_multiverse`.
    people : DataFrame
        The table of people.
    status : str
        "illustrative" or "" as the data said.
    """

    specifications: pd.DataFrame
    pruned: pd.DataFrame
    batches: tuple[Batch, ...]
    people: pd.DataFrame
    status: str = ""

    def __len__(self) -> int:
        return len(self.specifications)

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """One row a specification, with its interval.

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
        """The rows of `to_frame` with these options, e.g. `find(model="OLS", end_days=3)`."""
        table = self.to_frame()
        for name, option in choices.items():
            if name not in CHOICES or option not in GRID[name]:
                known = GRID.get(name, CHOICES)
                raise ValueError(
                    f"find: there is no {name} {option!r}; known: {', '.join(map(str, known))}"
                )
            table = table[table[name] == option]
        return table

    def glance(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """One row about the whole curve.

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

    def __str__(self) -> str:
        row = self.glance().iloc[0]
        return (
            f"Baseline ESR and pain reduction in {len(self):,} specifications "
            f"({row['n_pruned']:,.0f} more were pruned): median "
            f"{format_number(row['median'], 2)} SD per SD of ESR, from "
            f"{format_number(row['lowest'], 2)} to {format_number(row['highest'], 2)}; "
            f"{100 * row['above_zero']:.0f} % of the 95 % intervals lie above zero, "
            f"{100 * row['below_zero']:.0f} % below{describe_status(self.status)}."
        )

    def _repr_html_(self) -> str:
        from html import escape

        table = self.summarise_choices().to_html(
            index=False, border=0, float_format=format_number, escape=True
        )
        return f"<p>{escape(str(self))}</p>\n{table}"


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
    people: pd.DataFrame,
    *,
    grid: Mapping[str, Sequence] | None = None,
    rating: str = "pain_0_100",
) -> Multiverse:
    """Fit every specification of the grid: does baseline ESR predict the effect?

    After Simonsohn, Simmons and Nelson (2020). Each outcome is signed so that positive
    means improvement, and each estimate is standardised (SDs of the outcome per SD of
    ESR, of the people used), so that they share a scale. They do not share an estimand:
    the outcomes "LDN" alone compare people on the drug, "LDN - placebo" asks what the drug
    adds. A median over both answers neither question (Del Giudice and Gangestad 2021).

    The models: OLS with t intervals; OLS with HC3 errors (MacKinnon and White 1985); Huber's
    M-estimator (k = 1.345, MAD scale); OLS of the ranks of everything (Spearman's r where
    nothing is adjusted for; Conover and Iman 1981); a mixed model with a random intercept a
    person and the interaction of ESR and condition, which also uses persons with one
    condition. "above its median" splits ESR at the median of the people used. "without who
    moves it most" leaves out the person whose absence changes that slope most; the
    split stays. The end point given the baseline is an ANCOVA.

    Parameters
    ----------
    diaries : DataFrame
        One row a person and scheduled day: participant, phase ("baseline", "ldn",
        "placebo" are used), day, and the rating.
    people : DataFrame
        One row a person: participant, trial ("pilot" or "crossover"), sequence, age_years,
        fibromyalgia_years, esr_mm_h, completed, analysed.
    grid : mapping, optional
        As in `build_specifications`. Default: all of it.
    rating : str
        Column of the diaries; less is better.

    Returns
    -------
    Multiverse

    Raises
    ------
    ValueError
        If the grid names what is not known, a column is missing, a person has no ESR, age
        or duration, or a specification has too few people for its columns.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> grid = {"people": ["both trials"], "model": ["OLS"], "adjusted_for": ["nothing"]}
    >>> multiverse = fit_multiverse(
    ...     load_dataset("daily_pain"), load_dataset("participants"), grid=grid)
    >>> len(multiverse)
    486
    """
    specifications, pruned = build_specifications(grid)
    people = _require_people(people)
    measures = _measure(diaries, people["participant"], specifications, rating)
    batches, mixed = _arrange(specifications, people, measures)
    columns = ["estimate", "std_error", "slope", "df", "n_obs"]
    found = np.full((len(specifications), len(columns)), np.nan)
    esr = people["esr_mm_h"].to_numpy(float)
    for batch in batches:
        fit = _fit_huber if (batch.model == "Huber").all() else fit_batch
        found[batch.position] = np.stack(fit(batch, esr[batch.people]), axis=-1)
    for position, rows, first, second in mixed:
        choices = specifications.iloc[position]
        found[position] = _fit_mixed(choices, people.iloc[rows], first, second)
    table = pd.concat([specifications, pd.DataFrame(found, columns=columns)], axis=1)
    return Multiverse(
        specifications=table.astype({"n_obs": int, "df": int}),
        pruned=pruned,
        batches=tuple(batches),
        people=people,
        status=read_status(diaries),
    )


def _require_people(people: pd.DataFrame) -> pd.DataFrame:
    """The people with their columns complete."""
    numbers = ["esr_mm_h", "age_years", "fibromyalgia_years"]
    needed = ["participant", "trial", "sequence", "completed", "analysed", *numbers]
    missing = [name for name in needed if name not in people]
    if missing:
        raise ValueError(f"fit_multiverse: the people have no column {', '.join(missing)}")
    if people["participant"].duplicated().any():
        who = people["participant"][people["participant"].duplicated()].iloc[0]
        raise ValueError(f"fit_multiverse: {who!r} is there twice among the people; keep one row")
    for name in numbers:
        bad = people[name].isna() | ((name == "esr_mm_h") & ~(people[name] >= 0))
        if bad.any():
            who = people["participant"][bad].iloc[0]
            raise ValueError(
                f"fit_multiverse: {name} of {who!r} must be a number, 0 or more; fill it in or "
                "leave the person out"
            )
    return people.reset_index(drop=True)


def _measure(diaries, participants, specifications, rating) -> dict[tuple, dict[str, np.ndarray]]:
    """Baseline and end points by (end_days, baseline_days, missed_days), in the people's order."""
    measures = {}
    keys = specifications[["missed_days", "end_days", "baseline_days"]].drop_duplicates()
    for method, windows in keys.groupby("missed_days", observed=True):
        filled = fill_missed_days(diaries, method=method, rating=rating)
        for _, end, base in windows.itertuples(index=False):
            table = summarise_diaries(filled, rating=rating, final_days=end, baseline_days=base)
            wide = table.pivot(index="participant", columns="condition", values="end_point")
            wide = wide.assign(baseline=table.groupby("participant")["baseline"].first())
            wide = wide.reindex(participants)
            measures[end, base, method] = {name: wide[name].to_numpy(float) for name in wide}
    return measures


def _choose_people(people: pd.DataFrame) -> dict[str, np.ndarray]:
    """Who belongs to each option of `people`."""
    crossover = people["trial"].eq("crossover").to_numpy()
    return {
        "both trials": people["analysed"].to_numpy(bool),
        "crossover trial": crossover & people["analysed"].to_numpy(bool),
        "completers": crossover & people["completed"].to_numpy(bool),
        "anyone with an end point": crossover,
    }


def _list_covariates(people: pd.DataFrame) -> dict[str, list[np.ndarray]]:
    """Columns of each option of `adjusted_for`."""
    age, years = (people[name].to_numpy(float) for name in ("age_years", "fibromyalgia_years"))
    order = people["sequence"].str.startswith("ldn").to_numpy(float)
    return {
        "nothing": [],
        "age": [age],
        "age and duration": [age, years],
        "order": [order],
    }


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


def _arrange(specifications, people, measures) -> tuple[list[Batch], list[tuple]]:
    """Specifications as arrays: batches for the kernel, and those of the mixed model."""
    from scipy.stats import rankdata

    chosen, covariates = _choose_people(people), _list_covariates(people)
    # Mixed, Huber and rank specifications have arrays of their own; OLS and HC3 share theirs.
    kind = specifications["model"].astype("str").replace({"OLS": "line", "HC3": "line"})
    shared = ["outcome", "end_days", "baseline_days", "missed_days", "people", "adjusted_for"]
    groups: dict[tuple, list] = {}
    mixed = []
    table = specifications.assign(kind=kind)
    for key, positions in table.groupby([*shared, "kind"], observed=True).indices.items():
        outcome, end, base, missed, who, adjusted, kind = key
        part = measures[end, base, missed]
        first, second = _take_outcome(outcome, part)
        if kind == "mixed":
            rows = np.flatnonzero(chosen[who] & ~(np.isnan(first) & np.isnan(second)))
            mixed += [(position, rows, first[rows], second[rows]) for position in positions]
            continue
        y = first - second
        columns = [*covariates[adjusted], *([part["baseline"]] if outcome == ALONE[2] else [])]
        rows = np.flatnonzero(chosen[who] & ~np.isnan(y))
        if len(rows) < len(columns) + 4:
            raise ValueError(
                f"fit_multiverse: {len(rows)} people ({who}) are too few for the "
                f"{len(columns) + 2} coefficients of {outcome!r}, adjusted for {adjusted}"
            )
        block = [y[rows], *(column[rows] for column in columns)]
        if kind == "rank":
            block = [rankdata(column) for column in block]
        same = (rows.tobytes(), len(columns), kind == "Huber")
        groups.setdefault(same, []).append((positions, rows, block))
    return [_make_batch(specifications, parts) for parts in groups.values()], mixed


def _make_batch(specifications: pd.DataFrame, parts: list[tuple]) -> Batch:
    """Outcomes of the same people with as many columns, one above the other."""
    block = np.array([block for _, _, block in parts])
    block = block - block.mean(-1, keepdims=True)
    design = np.ones((len(parts), block.shape[-1], block.shape[1]))
    design[..., 1:] = np.moveaxis(block[:, 1:], 1, 2)
    position = np.concatenate([positions for positions, _, _ in parts])
    rows = specifications.iloc[position]
    pairs = zip(rows["esr"], rows["model"] == "rank", strict=True)
    return Batch(
        position=position,
        people=parts[0][1],
        y=block[:, 0],
        basis=np.linalg.qr(design)[0],
        at=np.repeat(np.arange(len(parts)), [len(positions) for positions, _, _ in parts]),
        variant=np.array([ESR_VARIANTS.index(pair) for pair in pairs]),
        model=rows["model"].to_numpy(str),
        drops=(rows["without"] != "nobody").to_numpy(),
    )


def transform_esr(esr: np.ndarray, variants: Sequence[int]) -> np.ndarray:
    """ESR of the people used in the forms of ESR_VARIANTS asked for, shape (..., variants, n)."""
    from scipy.stats import rankdata

    forms = []
    for esr_as, ranked in (ESR_VARIANTS[i] for i in variants):
        if esr_as == "log":
            form = np.log1p(esr)  # one of the pilot's ten has an ESR of 0
        elif esr_as == "as is":
            form = esr
        else:
            form = (esr > np.median(esr, axis=-1, keepdims=True)).astype(float)
        form = rankdata(form, axis=-1) if ranked else form
        forms.append(form - form.mean(-1, keepdims=True))
    return np.stack(forms, axis=-2)


def fit_batch(batch: Batch, esr: np.ndarray) -> tuple[np.ndarray, ...]:
    """Least squares of all specifications of a batch, for one ESR of its people or for many.

    Parameters
    ----------
    batch : Batch
        The specifications, S of them, of n people.
    esr : ndarray, shape (..., n)
        ESR of the people of the batch.

    Returns
    -------
    tuple of ndarray, each of shape (..., S)
        estimate, std_error, slope, df, n_obs.
    """
    forms = batch.form_esr(esr)
    basis, outcome = batch.basis[batch.at], batch.y[batch.at]
    x, y = _take_out(forms, basis), _take_out(batch.y, batch.basis)[batch.at]
    line = solve_line(sum_line(x, y))
    n, k = basis.shape[-2:]
    df = np.broadcast_to(n - k - 1, line.slope.shape).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        resid = y - line.slope[..., None] * x
        around = (basis**2).sum(-1)  # leverage without ESR
        left = 1 - around - x**2 / line.sxx[..., None]
        std_error = line.slope_std_error * np.sqrt((n - 2) / df)
        hc3 = np.sqrt(((x * resid / left) ** 2).sum(-1)) / line.sxx
        std_error = np.where(batch.model == "HC3", hc3, std_error)
        ss_x, ss_y = (forms**2).sum(-1), (outcome**2).sum(-1)
        slope, n_obs = line.slope, np.full(line.slope.shape, float(n))
        if batch.drops.any():
            # Without one person, from what is known with her: nothing is refitted.
            who = np.abs(x * resid / left).argmax(-1)[..., None]
            x_i, e_i, left_i, form_i, y_i, around_i = (
                np.take_along_axis(np.broadcast_to(part, x.shape), who, -1)[..., 0]
                for part in (x, resid, left, forms, outcome, around)
            )
            rest = (resid**2).sum(-1) - e_i**2 / left_i
            ss = line.sxx - x_i**2 / (1 - around_i)
            without = (
                slope - x_i * e_i / left_i / line.sxx,
                np.sqrt(rest / (df - 1) / ss),
                df - 1,
                n_obs - 1,
                ss_x - form_i**2 * n / (n - 1),
                ss_y - y_i**2 * n / (n - 1),
            )
            with_all = (slope, std_error, df, n_obs, ss_x, ss_y)
            slope, std_error, df, n_obs, ss_x, ss_y = (
                np.where(batch.drops, one, all_)
                for one, all_ in zip(without, with_all, strict=True)
            )
        scale = np.sqrt(ss_x / ss_y)
    return slope * scale, std_error * scale, slope, df, n_obs


def _take_out(values: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """What is left of values (..., n) once the columns of basis (..., n, k) are taken out."""
    inside = np.einsum("...nk,...n->...k", basis, values)
    return values - np.einsum("...nk,...k->...n", basis, inside)


def _fit_huber(batch: Batch, esr: np.ndarray) -> tuple[np.ndarray, ...]:
    """Huber's M-estimator of all specifications of a batch."""
    forms = batch.form_esr(esr)
    outcome = batch.y[batch.at]
    design = np.concatenate([forms[..., None], batch.basis[batch.at]], axis=-1)
    slope, std_error = solve_huber(design, outcome)
    n, k = design.shape[-2:]
    scale = np.sqrt((forms**2).sum(-1) / (outcome**2).sum(-1))
    df, n_obs = np.full(slope.shape, float(n - k)), np.full(slope.shape, float(n))
    return slope * scale, std_error * scale, slope, df, n_obs


def _fit_mixed(choices, people: pd.DataFrame, first, second) -> tuple[float, ...]:
    """Interaction of ESR and condition with a random intercept a person."""
    pair = ~np.isnan(first) & ~np.isnan(second)
    variant = ESR_VARIANTS.index((choices["esr"], False))
    x = transform_esr(people["esr_mm_h"].to_numpy(float), [variant])[0]
    ones = np.ones_like(x)
    between = np.column_stack([ones, x])
    # A difference between first and second period is one between conditions with two signs.
    order = np.where(people["sequence"].str.startswith("ldn"), 1.0, -1.0)
    within = np.column_stack([ones, x, order] if choices["adjusted_for"] == "order" else [ones, x])
    df = pair.sum() - within.shape[1]
    if df < MIXED_PEOPLE:
        raise ValueError(f"fit_multiverse: {pair.sum()} complete pairs are too few")
    coefficient, std_error, _ = solve_incomplete_pairs(first, second, within, between)
    scale = x[pair].std() / (first - second)[pair].std()
    return coefficient[1] * scale, std_error[1] * scale, coefficient[1], df, len(x)
