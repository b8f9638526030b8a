"""Simulated trials: power over the number of participants, and how estimates spread."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ..core.canvas import BLUE, GREY, MARKERS, describe_axes, take_axes, write_minus
from ..core.wording import format_number
from .truth import ESTIMANDS, UNITS, require_estimand

if TYPE_CHECKING:
    from .power import PowerCurve
    from .trials import SimulatedTrials

__all__ = ["plot_change_alone", "plot_estimates", "plot_power"]

LINE_STYLES = ("-", "--", "-.", ":")


def plot_power(
    curve: PowerCurve,
    ax=None,
    *,
    target: float | None = 0.8,
    confidence_level: float = 0.95,
    labels: dict[float, str] | None = None,
):
    """Power over the number of participants, a curve for each true effect.

    Points are the simulation, with its 95 % Wilson intervals (what more trials would narrow;
    they may be smaller than the points). Curves are the exact power where there is a closed
    form, and join the points where there is none.

    Parameters
    ----------
    curve : PowerCurve
        What `summarise_power` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of one column's width.
    target : float, optional
        Power at which a thin line is drawn; None for no line.
    confidence_level : {0.9, 0.95, 0.99}
        Of the trials' own intervals, as in `PowerCurve.to_frame`.
    labels : dict, optional
        Effect -> words at the end of its curve. Default: the effect's value.

    Returns
    -------
    matplotlib Axes
        Where it is drawn.

    Raises
    ------
    ValueError
        If the level was not counted, the target is not between 0 and 1, or a label belongs
        to no effect.

    See Also
    --------
    summarise_power : The curves that are drawn.
    find_sample_size : The number of participants for a power.

    Examples
    --------
    >>> from ldn_analysis import TrialTruth, summarise_power
    >>> curve = summarise_power(
    ...     TrialTruth(), n_people=[10, 40], effects=[0.5, 1.0], n_trials=500, rng=1
    ... )
    >>> plot_power(curve).get_xlabel()
    'participants in a trial'
    """
    if target is not None and not 0 < target < 1:
        raise ValueError(f"plot_power: target must lie between 0 and 1; received {target!r}")
    unknown = [effect for effect in labels or {} if effect not in curve.effects]
    if unknown:
        raise ValueError(
            f"plot_power: no effect {unknown[0]!r}; effects: {', '.join(map(str, curve.effects))}"
        )
    (ax,) = take_axes(ax, 1, "plot_power", height_mm=82, columns=1)
    table, exact = curve.to_frame(confidence_level), curve.trace_exact(confidence_level)
    ends = {}
    for i, effect in enumerate(curve.effects):
        points, path = (part[part["effect"] == effect] for part in (table, exact))
        if points.empty:
            continue
        marker, color = MARKERS[i % len(MARKERS)]
        path = points.rename(columns={"power": "exact"}) if path.empty else path
        ax.plot(
            path["n_people"], 100 * path["exact"], color=color, linewidth=1.2,
            linestyle=LINE_STYLES[i % len(LINE_STYLES)],
        )  # fmt: skip
        margins = [points["power"] - points["power_low"], points["power_high"] - points["power"]]
        ax.errorbar(
            points["n_people"], 100 * points["power"], 100 * np.array(margins), color=color,
            marker=marker, markersize=3.5, linestyle="none", elinewidth=1, label=f"{effect:g}",
        )  # fmt: skip
        words = (labels or {}).get(effect, write_minus(f"{effect:.3g}"))
        ends[words] = (points["n_people"].iloc[-1], 100 * path["exact"].iloc[-1], color)
    _label_ends(ax, ends)
    _draw_target(ax, target)
    ax.set(xlabel="participants in a trial", ylabel="power (% of trials)", ylim=(0, 103))
    lines = "exact" if len(exact) else "join the points"
    ax.set_title(
        f"Power for the {_name(curve.estimand)}, two-sided test at "
        f"{100 * (1 - confidence_level):.3g} %\n"
        f"at the curves: true value ({UNITS[curve.estimand]})\n"
        f"points: {table['n_trials'].max():,} simulated trials, 95 % CI; curves: {lines}",
        fontsize=7,
    )
    describe_axes(ax, "Power against the number of participants, one curve per true effect.")
    return ax


def _draw_target(ax, target: float | None) -> None:
    """A thin line at the power aimed at."""
    if target is not None:
        ax.axhline(100 * target, color="#999999", linewidth=0.8, zorder=0)
        ax.annotate(
            f"power {100 * target:g} %", (0.01, 100 * target), (0, 2), fontsize=7, color=GREY,
            xycoords=("axes fraction", "data"), textcoords="offset points",
        )  # fmt: skip


def _label_ends(ax, ends: dict) -> None:
    """Words at the ends of the curves, moved apart."""
    heights = _spread_out([end[1] for end in ends.values()], gap=6)
    for (words, (n, _, color)), height in zip(ends.items(), heights, strict=True):
        ax.annotate(
            words, (n, height), (7, 0), textcoords="offset points", va="center", color=color,
            fontsize=7,
        )  # fmt: skip


def plot_estimates(simulated: SimulatedTrials, ax=None, *, estimand: str = "slope_ldn"):
    """How the estimates of the trials spread, with those significant at 5 % told apart.

    Parameters
    ----------
    simulated : SimulatedTrials
        What `simulate_trials` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of one column's width.
    estimand : str
        One of the terms of `SimulatedTrials.to_frame`.

    Returns
    -------
    matplotlib Axes
        Where it is drawn.

    Raises
    ------
    ValueError
        If there is no such estimand.

    See Also
    --------
    simulate_trials : The trials that are drawn.
    plot_power : Power over the number of participants.

    Examples
    --------
    >>> from ldn_analysis import TrialTruth, simulate_trials
    >>> trials = simulate_trials(TrialTruth(mean_ldn=10.0), n_people=28, n_trials=500, rng=1)
    >>> plot_estimates(trials, estimand="mean_difference").get_ylabel()
    'trials (%)'
    """
    require_estimand(estimand, "plot_estimates", simulated.tallies)
    (ax,) = take_axes(ax, 1, "plot_estimates", height_mm=76, columns=1)
    row = simulated.to_frame().set_index("term").loc[estimand]
    _draw_histogram(ax, simulated, estimand, f"significant ({100 * row['power']:.1f} %)")
    ax.axvline(
        row["true_value"], color="black", linewidth=1.4,
        label=f"true value {write_minus(format_number(row['true_value']))}",
    )  # fmt: skip
    if np.isfinite(row["significant_size"]):
        sign = -1 if row["true_value"] < 0 else 1
        ax.axvline(
            sign * row["significant_size"], color=BLUE, linewidth=1.4, linestyle="--",
            label=f"mean size, significant {format_number(row['significant_size'])}",
        )  # fmt: skip
    ax.set(xlabel=f"estimate ({UNITS[estimand]})", ylabel="trials (%)")
    name = _name(estimand)
    ax.set_title(
        f"{name[:1].upper()}{name[1:]}, {simulated.n_people} participants\n"
        f"{simulated.n_trials:,} simulated trials, two-sided test at 5 %",
        fontsize=7,
    )
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2, fontsize=6)
    describe_axes(
        ax, "Histogram of the estimates of simulated trials, the significant ones hatched."
    )
    return ax


def plot_change_alone(placebo: float, effect: float, ax=None):
    """What a trial without placebo takes for the effect: the placebo response and the difference.

    Parameters
    ----------
    placebo, effect : float
        Mean reduction during placebo, and how much more there is during LDN (% of baseline).
    ax : matplotlib Axes, optional
        Default: a new figure of one column's width.

    Returns
    -------
    matplotlib Axes
        Bars of the reduction during placebo and LDN; that of LDN is in two parts.

    Examples
    --------
    >>> plot_change_alone(14, 15).get_ylabel()
    'mean reduction (% of baseline)'
    """
    (ax,) = take_axes(ax, 1, "plot_change_alone", height_mm=76, columns=1)
    bars = [("placebo", 0), ("LDN", effect)]
    names = [name for name, _ in bars]
    ax.bar(
        names,
        [placebo] * 2,
        width=0.6,
        color="#D9D9D9",
        edgecolor="#8C8C8C",
        label="placebo response",
    )
    ax.bar(
        names, [more for _, more in bars], width=0.6, bottom=placebo, color="#9CC7E4", edgecolor=BLUE,
        hatch="//////", linewidth=0, label="difference from placebo",
    )  # fmt: skip
    ax.set(ylim=(0, 70), ylabel="mean reduction (% of baseline)")
    ax.set_title(
        f"Without placebo a trial shows {placebo + effect:.0f} %,\nof which {effect:.0f} % is the "
        "drug's (true means)", fontsize=7,
    )  # fmt: skip
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=1, fontsize=6)
    describe_axes(ax, "Bars of the mean reduction on placebo and on LDN, the difference hatched.")
    return ax


def _draw_histogram(ax, simulated: SimulatedTrials, estimand: str, found_label: str) -> None:
    """Estimates of all trials, with the significant ones on top of the others."""
    bins = simulated.histogram(estimand).iloc[1:-1]
    joined = 4 if simulated.n_trials < 5000 else 2 if simulated.n_trials < 100_000 else 1
    edges = [*bins["low"].iloc[::joined], bins["high"].iloc[-1]]
    missed, found = (
        100 / simulated.n_trials * bins[name].to_numpy().reshape(-1, joined).sum(-1)
        for name in ("n_not_significant", "n_significant")
    )
    heights = found + missed
    ax.stairs(
        missed, edges, fill=True, facecolor="#D9D9D9", edgecolor="#8C8C8C", linewidth=0.5,
        label="not significant",
    )  # fmt: skip
    ax.stairs(
        heights, edges, baseline=missed, fill=True, facecolor="#9CC7E4", edgecolor=BLUE,
        linewidth=0, hatch="//////", label=found_label,
    )  # fmt: skip
    # Nearly empty bins at the ends are left out of the view, not out of the numbers.
    seen = np.flatnonzero(heights > heights.max() / 500)
    width = edges[1] - edges[0]
    ax.set_xlim(edges[seen[0]] - 2 * width, edges[seen[-1] + 1] + 2 * width)
    ax.set_ylim(0, heights.max() * 1.05)


def _name(estimand: str) -> str:
    """Words for an estimand, with a minus sign where one is meant."""
    return ESTIMANDS[estimand].replace(" - ", " \N{MINUS SIGN} ")


def _spread_out(heights: list[float], gap: float) -> list[float]:
    """Move the heights of labels (0 to 100) apart, as little as needed, in their order."""
    order = np.argsort(heights, kind="stable")
    placed = np.array(heights, float)
    for _ in range(50):
        for low, high in pairwise(order):
            if (short := gap - (placed[high] - placed[low])) > 1e-9:
                placed[low] -= short / 2
                placed[high] += short / 2
        placed = np.clip(placed, 0, 100)
    return placed.tolist()
