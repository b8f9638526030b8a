"""Precision, cumulative and funnel plots; prior, result and posterior."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..core.canvas import BLUE, GREY, VERMILLION, describe_axes, name_rows, take_axes
from ..core.intervals import compute_quantile
from .forest import ROW_MM, SMALL, choose_limits, draw_interval, write_numbers
from .forest_rows import NOTE_WIDTH

if TYPE_CHECKING:
    from .credibility import NormalPosterior
    from .effects import TrialEffects
    from .pooling import MetaAnalysis
    from .series import MetaSeries

__all__ = ["plot_cumulative", "plot_funnel", "plot_precision", "plot_prior"]


def plot_precision(effects: TrialEffects, ax=None, *, confidence_level: float = 0.95):
    """Each trial's effect against the size that it is worth.

    The large marker stands at the number of participants that a parallel trial of two equal
    groups would need for the same precision (`parallel_n`), the small grey one at the number
    that took part: participants cannot be compared between designs.

    Parameters
    ----------
    effects : TrialEffects
        What `standardise_trials` returns; trials without a standard error have no place.
    ax : matplotlib Axes, optional
        Default: a new figure of two columns' width.
    confidence_level : float
        Of the intervals.

    Returns
    -------
    matplotlib Axes
        With one marker per trial.

    See Also
    --------
    plot_funnel : The effect against its standard error, with contours of p.

    Examples
    --------
    >>> from ldn_analysis import standardise_trials
    >>> plot_precision(standardise_trials()).get_ylabel()
    'standardised mean difference\\n(positive favours LDN)'
    """
    (ax,) = take_axes(ax, 1, "plot_precision", height_mm=78)
    table = effects.to_frame(confidence_level)
    table = table[table["std_error"].notna()]
    ax.axhline(0, color="#888888", linewidth=0.8, zorder=0)
    right = 1.12 * max(table["parallel_n"].max(), table["n_obs"].max())
    for row in table.itertuples():
        crossover = row.design.startswith("crossover")
        marker, color = ("o", BLUE) if crossover else ("s", VERMILLION)
        face = color if row.pooled else "white"
        x, y = row.parallel_n, row.estimate
        ax.plot([row.n_obs, x], [y, y], color=GREY, linewidth=0.6, linestyle=":")
        ax.plot([x, x], [row.conf_low, row.conf_high], color=color, linewidth=1.0)
        ax.plot(row.n_obs, y, marker, color=GREY, markersize=3)
        ax.plot(x, y, marker, markersize=7, markeredgecolor=color, markerfacecolor=face)
        side, ha = (6, "left") if x < 0.7 * right else (-6, "right")
        ax.annotate(
            row.trial,
            (x, y),
            (side, 3),
            textcoords="offset points",
            ha=ha,
            va="bottom",
            fontsize=SMALL,
        )
    ax.set_xlim(0, right)
    ax.set_xlabel("participants of an equally precise parallel trial (small marker: who took part)")
    ax.set_ylabel("standardised mean difference\n(positive favours LDN)")
    for marker, color, face, label in (
        ("o", BLUE, BLUE, "crossover"),
        ("s", VERMILLION, VERMILLION, "parallel groups"),
        ("o", GREY, "white", "open: not pooled"),
    ):
        ax.plot([], [], marker, markerfacecolor=face, markeredgecolor=color, label=label)
    ax.plot([], [], color=GREY, linewidth=1.0, label=f"{100 * confidence_level:g} % CI")
    ax.figure.legend(loc="outside lower center", ncols=4)
    describe_axes(
        ax,
        "Effect of each trial against the number of participants of an equally precise parallel trial.",
    )
    return ax


def plot_cumulative(
    series: MetaSeries,
    ax=None,
    *,
    model: str = "bayesian",
    confidence_level: float = 0.95,
):
    """The pooled effect of each meta-analysis of a series, from the top.

    Parameters
    ----------
    series : MetaSeries
        What `cumulate_trials`, `leave_one_trial_out` or `vary_assumptions` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of two columns' width.
    model : {"bayesian", "hartung-knapp", "random", "fixed"}
        Which pooled effect; a single trial keeps its own normal interval (open marker).
    confidence_level : float
        Of the intervals.

    Returns
    -------
    matplotlib Axes
        Where it is drawn.

    Raises
    ------
    ValueError
        If the model is unknown.

    See Also
    --------
    plot_forest : The trials themselves.

    Examples
    --------
    >>> from ldn_analysis import cumulate_trials, standardise_trials
    >>> ax = plot_cumulative(cumulate_trials(standardise_trials()))
    >>> [label.get_text() for label in ax.get_yticklabels()][0]
    '+ Crossover RCT 2013, n = 28'
    """
    table = series.to_frame(confidence_level, model=model)
    (ax,) = take_axes(ax, 1, "plot_cumulative", height_mm=24 + ROW_MM * len(table))
    labels = [
        f"{row.label}, n = {row.n_obs:.0f}" if row.n_obs and row.n_obs == row.n_obs else row.label
        for row in table.itertuples()
    ]
    rows = [
        {"kind": "aside" if row.n_trials == 1 else "printed",
         "numbers": (row.estimate, row.conf_low, row.conf_high)}
        for row in table.itertuples()
    ]  # fmt: skip
    limits = choose_limits(rows)
    ax.axvline(0, color="#888888", linewidth=0.8, zorder=0)
    for y, row in enumerate(rows):
        draw_interval(ax, y, row, limits)
        ax.annotate(
            " ".join(write_numbers(row["numbers"])), (1, y), (90, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", ha="right", va="center", fontsize=SMALL,
        )  # fmt: skip
    name_rows(ax, labels, above=0.5)
    ax.set_xlim(limits)
    first = next(iter(series.fits.values()))
    ax.set_xlabel(f"{first.measure}; {first.direction}" if first.direction else first.measure)
    terms = table["term"][table["n_trials"] > 1].tolist()
    kind = "credible interval" if model == "bayesian" and terms else "CI"
    level = f"{100 * confidence_level:g} % {kind}"
    single = "; open: one trial, normal interval" if (table["n_trials"] == 1).any() else ""
    ax.set_title(f"{series.kind}: {(terms or ['one trial'])[0]}, {level}{single}", fontsize=SMALL)
    describe_axes(
        ax, "Pooled effects of a series of meta-analyses with their intervals, one per row."
    )
    return ax


def plot_funnel(meta: MetaAnalysis, ax=None):
    """Effects against their standard errors, with contours of p of each trial alone.

    The contours (Peters et al. 2008) are about no effect: in the white triangle in the
    middle p > 0.10. Trials that are not pooled and have a standard error are open.

    Parameters
    ----------
    meta : MetaAnalysis
        What `pool_effects` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of two columns' width.

    Returns
    -------
    matplotlib Axes
        Where it is drawn.

    See Also
    --------
    plot_precision : The effect against the size that a trial is worth.

    Examples
    --------
    >>> from ldn_analysis import pool_effects, standardise_trials
    >>> plot_funnel(pool_effects(standardise_trials())).get_ylabel()
    'standard error (precise trials at the top)'
    """
    own = ax is None
    (ax,) = take_axes(ax, 1, "plot_funnel", height_mm=82)
    table, others = meta.trials, pd.DataFrame(columns=["trial", "estimate", "std_error"])
    if meta.effects is not None:
        others = meta.effects.not_pooled
        others = others[others["std_error"].notna() & ~others["trial"].isin(table["trial"])]
    columns = ["trial", "estimate", "std_error"]
    every = pd.concat([part[columns] for part in (table, others) if len(part)])
    bottom = 1.15 * every["std_error"].max()
    edge = max(2.9 * bottom, 1.15 * every["estimate"].abs().max())
    _draw_contours(ax, bottom, edge)
    row = meta.to_frame().iloc[-1 if meta.n_trials > 1 else 0]
    ax.axvline(
        row["estimate"], color=BLUE, linewidth=1, linestyle="--", label=f"pooled ({row['term']})"
    )
    for part, face, color, label in (
        (table, BLUE, BLUE, "pooled trial"),
        (others, "white", VERMILLION, "not pooled"),
    ):
        if len(part):
            x, y = (part[name].to_numpy(float) for name in ("estimate", "std_error"))
            ax.plot(x, y, "o", markerfacecolor=face, markeredgecolor=color, label=label, zorder=3)
    places = _place_labels(every, edge, bottom)
    for item, (ha, va, shift) in zip(every.itertuples(), places, strict=True):
        ax.annotate(
            item.trial, (item.estimate, item.std_error), shift, textcoords="offset points", ha=ha, va=va,
            fontsize=SMALL, zorder=4,
        )  # fmt: skip
    ax.set(xlim=(-edge, edge), ylim=(bottom, 0))
    ax.set_xlabel(f"{meta.measure}; {meta.direction}" if meta.direction else meta.measure)
    ax.set_ylabel("standard error (precise trials at the top)")
    ax.set_title("\n".join(textwrap.wrap(meta.asymmetry_note, NOTE_WIDTH)), fontsize=SMALL)
    _draw_legend(ax, own)
    describe_axes(ax, "Funnel plot: each trial's effect against its standard error.")
    return ax


def _draw_contours(ax, bottom: float, edge: float) -> None:
    """Grey bands of p, and the line of no effect."""
    errors = np.array([0.0, bottom])
    bands = [(0.1, 0.05, "#DDDDDD"), (0.05, 0.01, "#BFBFBF"), (0.01, 0.0, "#9E9E9E")]
    for upper, lower, color in bands:
        inner = compute_quantile(1 - upper) * errors
        outer = compute_quantile(1 - lower) * errors if lower else np.full(2, edge)
        label = f"{lower:g} < p < {upper:g}" if lower else f"p < {upper:g}"
        for side in (-1, 1):
            ax.fill_betweenx(
                errors, side * inner, side * outer, color=color, alpha=0.7, linewidth=0, zorder=0,
                label=label if side == 1 else None,
            )  # fmt: skip
    ax.axvline(0, color="#888888", linewidth=0.8, zorder=1)


def _draw_legend(ax, own: bool) -> None:
    """Below a figure of its own, else inside the axes."""
    if own:
        ax.figure.legend(loc="outside lower center", ncols=3)
    else:
        ax.legend()


def _place_labels(points: pd.DataFrame, edge: float, bottom: float) -> list[tuple]:
    """For each point the first side on which its name meets no point, name or border."""
    x = points["estimate"].to_numpy(float) / edge * 80  # about millimetres
    y = points["std_error"].to_numpy(float) / bottom * 50
    sides = (
        ("left", "center", (6, 0), (2.0, 0.0)),
        ("right", "center", (-6, 0), (-2.0, -1.0)),
        ("center", "bottom", (0, 5), (0.0, -0.5)),
        ("center", "top", (0, -5), (0.0, -0.5)),
    )
    height, taken, chosen = 3.2, [(a, a, b, b) for a, b in zip(x, y, strict=True)], []
    for i, name in enumerate(points["trial"]):
        width = 1.4 * len(str(name))
        for side in sides:
            _, va, _, (gap, part) = side
            left = x[i] + gap + part * width
            middle = y[i] + {"center": 0.0, "bottom": -3.4, "top": 3.4}[va]
            box = (left, left + width, middle - height / 2, middle + height / 2)
            free = not any(
                box[0] - 2 < o[1] and o[0] < box[1] + 2 and box[2] - 1 < o[3] and o[2] < box[3] + 1
                for k, o in enumerate(taken)
                if k != i
            )
            if free and box[0] > -80 and box[1] < 80 and box[2] > 0 and box[3] < 50:
                break
        else:
            side = sides[0]
        taken.append(box)
        chosen.append(side[:3])
    return chosen


def plot_prior(
    combination: NormalPosterior,
    ax=None,
    *,
    label: str = "effect",
    confidence_level: float = 0.95,
):
    """Prior, result and posterior as curves, with the interval of each below.

    Parameters
    ----------
    combination : NormalPosterior
        What `combine_with_prior` or `analyse_credibility(...).combine()` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of two columns' width.
    label : str
        What the effect is, with its unit.
    confidence_level : float
        Of the intervals.

    Returns
    -------
    matplotlib Axes
        Where it is drawn.

    See Also
    --------
    combine_with_prior, analyse_credibility : What it draws.

    Examples
    --------
    >>> from ldn_analysis import combine_with_prior
    >>> ax = plot_prior(combine_with_prior(2.0, 1.0, prior_sd=1.0))
    >>> len(ax.lines) >= 3
    True
    """
    own = ax is None
    (ax,) = take_axes(ax, 1, "plot_prior", height_mm=70)
    table = combination.to_frame(confidence_level)
    mean, sd = table["estimate"].to_numpy(), table["std_error"].to_numpy()
    grid = np.linspace((mean - 3.5 * sd).min(), (mean + 3.5 * sd).max(), 501)
    peak = 1 / sd.min()
    looks = ((VERMILLION, "--", "v"), (GREY, ":", "s"), (BLUE, "-", "o"))
    names = ("prior", "result (likelihood)", "posterior")
    rows = zip(table.itertuples(), looks, names, strict=True)
    for place, (row, (color, dash, marker), name) in enumerate(rows, 1):
        height = np.exp(-0.5 * ((grid - row.estimate) / row.std_error) ** 2) / row.std_error
        y = -0.09 * place * peak
        numbers = " ".join(write_numbers((row.estimate, row.conf_low, row.conf_high)))
        ax.plot(grid, height, color=color, linestyle=dash, label=f"{name}: {numbers}")
        ax.plot([row.conf_low, row.conf_high], [y, y], color=color, linewidth=1.2)
        ax.plot(row.estimate, y, marker, color=color)
    ax.fill_between(grid, height, where=grid >= 0, color=BLUE, alpha=0.15, linewidth=0)
    ax.axvline(0, color="#888888", linewidth=0.8, zorder=0)
    ax.set(xlim=(grid[0], grid[-1]), ylim=(-0.36 * peak, 1.08 * peak), yticks=[])
    ax.set_ylabel("density")
    ax.set_xlabel(label)
    ax.set_title(
        f"below: {100 * confidence_level:g} % intervals; shaded: posterior above 0, probability "
        f"{combination.probability_above():.3f}",
        fontsize=SMALL,
    )
    _draw_legend(ax, own)
    describe_axes(ax, "Densities of the belief before, of the data, and of the belief after.")
    return ax
