"""Draw the comparisons of two conditions in the same participants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.canvas import (
    BELOW,
    BLUE,
    CONDITION_TITLES,
    GREY,
    MARKERS,
    describe_axes,
    join_words,
    label_column,
    label_unit,
    shorten_label,
    take_axes,
    write_minus,
)
from ..core.codebook import describe_column
from ..core.wording import (
    capitalise,
    format_fixed,
    format_interval,
    format_number,
    format_p,
    name_change_unit,
)

if TYPE_CHECKING:
    from .agreement import ImprovementAgreement
    from .responder_curve import ResponderCurve
    from .slopes import SlopeComparison
    from .two_period import CrossoverFit

__all__ = [
    "plot_crossover",
    "plot_improvement_agreement",
    "plot_responder_curve",
    "plot_slope_difference",
]

IMMPACT = (30.0, 50.0)
INK = "#222222"


def plot_slope_difference(
    comparison: SlopeComparison, axes=None, *, confidence_level: float = 0.95
):
    """Within-participant difference against the predictor, and the three estimates beside it.

    Parameters
    ----------
    comparison : SlopeComparison
        What `compare_slopes` returns.
    axes : pair of matplotlib Axes, optional
        For the line and for the estimates. Default: a new figure of two columns' width.
    confidence_level : float
        Of the band and the intervals.

    Returns
    -------
    list of matplotlib Axes
        One per pane.

    See Also
    --------
    compare_slopes : The comparison that is drawn.

    Examples
    --------
    >>> from ldn_analysis import compare_slopes, load_dataset
    >>> axes = plot_slope_difference(compare_slopes(load_dataset("esr_pain_change")))
    >>> axes[0].get_xlabel()
    'baseline ESR (mm/h)'
    """
    left, right = take_axes(axes, 2, "plot_slope_difference", height_mm=84, width_ratios=(1.25, 1))
    _draw_difference(left, comparison, confidence_level)
    _draw_three_ways(right, comparison, confidence_level)
    describe_axes(
        left,
        "Difference within each participant against the predictor, with its line; beside it the "
        "difference of the slopes by each method, as points with intervals.",
    )
    return [left, right]


def _draw_difference(ax, comparison: SlopeComparison, confidence_level: float) -> None:
    """Points, line and band of the within-participant difference."""
    fit = comparison.difference
    grid = np.linspace(fit.x.min(), fit.x.max(), 101)
    band = fit.predict(grid, confidence_level=confidence_level)
    ax.axhline(0, color="#BBBBBB", linewidth=0.8, zorder=0)
    ax.fill_between(
        grid, band["conf_low"], band["conf_high"], color=GREY, alpha=0.18, linewidth=0,
        label=f"{100 * confidence_level:g} % band of the line",
    )  # fmt: skip
    ax.plot(grid, band["fitted"], color=INK, label="line of the differences")
    marker, color = MARKERS[0]
    _draw_markers(ax, fit.x, fit.y, marker, color, "participants")
    first, second = (shorten_label(_name(name), 20) for name in comparison.conditions)
    title, unit = describe_column(comparison.outcome)
    ax.set_xlabel(label_column(comparison.predictor))
    ax.set_ylabel(label_unit(f"{title}:\n{first} minus {second}", name_change_unit(unit)))
    row = comparison.to_frame(confidence_level).iloc[0]
    interval = format_interval(row["conf_low"], row["conf_high"], confidence_level)
    numbers = f"slope {format_number(row['estimate'])} ({interval}), {format_p(row['p_value'])}"
    title = f"Within-participant difference, n = {comparison.n_obs}"
    ax.set_title(join_words(title, comparison.status, write_minus(numbers)), fontsize=7)
    ax.legend(ncols=3, columnspacing=1, **BELOW)


def _draw_three_ways(ax, comparison: SlopeComparison, confidence_level: float) -> None:
    """The three estimates of the difference of slopes, with intervals and p."""
    table = comparison.to_frame(confidence_level)
    ax.axvline(0, color="#BBBBBB", linewidth=0.8, zorder=0)
    for i, row in enumerate(table.itertuples()):
        color, at = BLUE if row.primary else GREY, (row.estimate, i)
        margins = [[row.estimate - row.conf_low], [row.conf_high - row.estimate]]
        ax.errorbar(
            *at, xerr=margins, fmt="o" if row.primary else "s", color=color,
            markerfacecolor=color if row.primary else "white", elinewidth=1, capsize=3,
        )  # fmt: skip
        text = format_p(row.p_value) + (f", df {row.df:.3g}" if row.df == row.df else "")
        ax.annotate(text, at, (0, 6), textcoords="offset points", ha="center", fontsize=7)
    names = [
        name.replace(", ", ",\n").replace("within-participant ", "within-participant\n")
        for name in table["method"]
    ]
    names[0] += " (primary)"
    ax.set_yticks(np.arange(len(table)), names)
    ax.set_ylim(len(table) - 0.5, -0.6)
    ax.tick_params(axis="y", length=0)
    unit, per = (
        name_change_unit(describe_column(comparison.outcome)[1]),
        describe_column(comparison.predictor)[1],
    )
    ax.set_xlabel(f"difference of slopes\n({unit or 'outcome'} per {per or 'unit'})")
    level = f"lines: {100 * confidence_level:g} % intervals"
    ax.set_title(join_words("Three ways", comparison.status, level), fontsize=7)


def plot_crossover(fit: CrossoverFit, axes=None, *, confidence_level: float = 0.95):
    """Each participant's two results in the order they happened, one pane per sequence, with means.

    Parameters
    ----------
    fit : CrossoverFit
        What `fit_crossover` returns.
    axes : pair of matplotlib Axes, optional
        One per sequence. Default: a new figure of two columns' width.
    confidence_level : float
        Of the interval of the period-adjusted difference in the title.

    Returns
    -------
    list of matplotlib Axes
        One per pane.

    See Also
    --------
    fit_crossover : The analysis that is drawn.
    plot_mean_difference : Both conditions without their order.

    Examples
    --------
    >>> from ldn_analysis import fit_crossover, load_dataset
    >>> change = load_dataset("esr_pain_change").query("trial == 'crossover'")
    >>> people = load_dataset("participants")[["participant", "sequence"]]
    >>> axes = plot_crossover(fit_crossover(change.merge(people, on="participant")))
    >>> [len(ax.lines) > 14 for ax in axes]
    [True, True]
    """
    axes = take_axes(axes, 2, "plot_crossover", height_mm=84, sharey=True)
    cells = fit.cell_means.set_index("starts_with")
    for ax, start in zip(axes, fit.conditions, strict=True):
        rows = fit.participants[fit.participants["starts_with"] == start]
        columns = ["first", "second"] if start == fit.conditions[0] else ["second", "first"]
        values = rows[columns].to_numpy()
        ax.axhline(0, color="#BBBBBB", linewidth=0.8, zorder=0)
        for pair in values:
            ax.plot([0, 1], pair, color=GREY, linewidth=0.7, alpha=0.6)
        for period, name in enumerate(columns):
            i = 0 if name == "first" else 1
            marker, color = MARKERS[i]
            label = _name(fit.conditions[i])
            _draw_markers(ax, np.full(len(values), period), values[:, period], marker, color, label)
        means = cells.loc[start, columns].to_numpy(float)
        ax.plot([0, 1], means, color=INK, linewidth=2.2, label="mean")
        names = [_name(fit.conditions[0 if name == "first" else 1]) for name in columns]
        ax.set_xticks([0, 1], [f"period {i + 1}:\n{name}" for i, name in enumerate(names)])
        ax.set_xlim(-0.35, 1.35)
        ax.set_ylabel(label_column(fit.outcome))
        title = f"{names[0]} then {names[1]}, n = {len(values)}"
        words = "means " + " and ".join(format_number(mean) for mean in means)
        ax.set_title(join_words(title, fit.status, write_minus(words)), fontsize=7)
        ax.label_outer()
    figure = axes[0].figure
    handles = dict(zip(*reversed(axes[0].get_legend_handles_labels()), strict=True))
    figure.legend(
        list(handles.values()), list(handles), loc="outside lower center", ncols=3,
        title=_say_difference(fit, confidence_level), title_fontsize=7,
    )  # fmt: skip
    describe_axes(
        axes[0],
        "The two results of each participant joined by a line, with the means, by sequence.",
    )
    return axes


def _say_difference(fit: CrossoverFit, confidence_level: float) -> str:
    """The period-adjusted difference with its interval and p."""
    row = fit.to_frame(confidence_level).set_index("term").loc["period-adjusted difference"]
    interval = format_interval(row["conf_low"], row["conf_high"], confidence_level)
    unit = name_change_unit(describe_column(fit.outcome)[1])
    numbers = f"{format_number(row['estimate'])} {unit}".rstrip()
    numbers += f" ({interval}; {format_p(row['p_value'])})"
    first, second = map(_name, fit.conditions)
    return f"{first} minus {second}, adjusted for period: {write_minus(numbers)}"


def plot_responder_curve(curve: ResponderCurve, ax=None):
    """Share of responders under both conditions at every threshold.

    Parameters
    ----------
    curve : ResponderCurve
        What `summarise_responder_curve` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of one column's width.

    Returns
    -------
    matplotlib Axes
        Where it is drawn.

    See Also
    --------
    summarise_responder_curve : The shares that are drawn.

    Examples
    --------
    >>> from ldn_analysis import load_dataset, summarise_responder_curve
    >>> change = load_dataset("esr_pain_change").query("trial == 'crossover'")
    >>> ax = plot_responder_curve(summarise_responder_curve(change))
    >>> ax.get_ylabel()
    'responders (% of 28)'
    """
    (ax,) = take_axes(ax, 1, "plot_responder_curve", height_mm=76, columns=1)
    table = curve.to_frame()
    styles = ("-", "--")
    for i, column in enumerate(("share_first", "share_second")):
        # A responder has at least the threshold: the share falls just above a value.
        ax.step(
            table["threshold"], 100 * table[column], where="pre", color=MARKERS[i][1],
            linestyle=styles[i], label=_name(curve.conditions[i]),
        )  # fmt: skip
    low, high = table["threshold"].iloc[[0, -1]]
    title, unit = describe_column(curve.outcome)
    # IMMPACT's thresholds are of a reduction in percent, no other outcome's.
    marked = [value for value in IMMPACT if unit.startswith("%") and low <= value <= high]
    for threshold in marked:
        ax.axvline(threshold, color=GREY, linewidth=0.8, linestyle=":")
        ax.annotate(
            f"{threshold:g}", (threshold, 1), (2, -2), xycoords=("data", "axes fraction"),
            textcoords="offset points", va="top", fontsize=7, color=GREY,
        )  # fmt: skip
    ax.set_xlabel(label_unit(f"threshold of {title}", unit))
    ax.set_ylabel(f"responders (% of {curve.n_obs})")
    ax.set_ylim(0, 103)
    ax.legend(loc="lower left")
    note = f"dotted: IMMPACT's {' and '.join(f'{value:g}' for value in marked)}" if marked else ""
    ax.set_title(join_words(f"All thresholds, n = {curve.n_obs}", curve.status, note), fontsize=7)
    describe_axes(
        ax,
        "Share of participants whose pain fell by at least so many percent, one curve per condition.",
    )
    return ax


def plot_improvement_agreement(result: ImprovementAgreement, ax=None):
    """Category of the answer against the measured change, one point per participant.

    Points of a category are spread in the order of their change, the same way each time.

    Parameters
    ----------
    result : ImprovementAgreement
        What `compare_improvement` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of two columns' width.

    Returns
    -------
    matplotlib Axes
        Where it is drawn.

    See Also
    --------
    compare_improvement : The agreement in numbers.

    Examples
    --------
    >>> from ldn_analysis import compare_improvement, load_dataset
    >>> pain = load_dataset("esr_pain_change").query("trial == 'crossover' and condition == 'ldn'")
    >>> result = compare_improvement(load_dataset("improvement"), pain, missing="drop")
    >>> len(plot_improvement_agreement(result).get_yticks())
    7
    """
    (ax,) = take_axes(ax, 1, "plot_improvement_agreement", height_mm=76)
    marker, color = MARKERS[0]
    ax.axvline(0, color="#BBBBBB", linewidth=0.8, zorder=0)
    counts, medians = result.counts, result.medians
    labels = [f"{name} ({counts[name]})" for name in result.categories]
    rows, changes = [], []
    for i, name in enumerate(result.categories):
        change = np.sort(result.data.loc[result.data[result.column] == name, result.outcome])
        changes.append(change)
        spread = 0.18 * (np.arange(len(change)) % 3 - 1) if len(change) > 2 else 0.0
        rows.append(np.full(len(change), float(i)) + spread)
    level = np.arange(len(labels))
    ax.plot(
        medians, level, linestyle="none", marker="|", markersize=15, markeredgewidth=1.8,
        color=INK, label="median", zorder=1.5,
    )  # fmt: skip
    _draw_markers(ax, np.concatenate(changes), np.concatenate(rows), marker, color, "participants")
    ax.set_yticks(np.arange(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(label_column(result.outcome))
    ax.legend(loc="lower right")
    interval = format_interval(*result.confidence_interval("Spearman"), 0.95)
    title = describe_column(result.column)[0]
    numbers = f"Spearman's rho {format_fixed(result.spearman, 2)} ({interval}); no control group"
    ax.set_title(
        join_words(f"{capitalise(title)}, n = {result.n_obs}", result.status, write_minus(numbers))
    )
    describe_axes(ax, "Change of each participant, one row per answer, with the medians.")
    return ax


def _draw_markers(ax, x, y, marker: str, color: str, label: str | None) -> None:
    """Open faces: a point under another one is still seen."""
    ax.plot(
        x, y, linestyle="none", marker=marker, markerfacecolor=f"{color}55", markeredgecolor=color,
        markeredgewidth=0.9, label=label, rasterized=len(x) > 2000,
    )  # fmt: skip


def _name(condition: str) -> str:
    """Condition as the figures write it."""
    return CONDITION_TITLES.get(condition, shorten_label(condition))
