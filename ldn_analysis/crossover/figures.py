"""Draw the comparisons of two conditions in the same persons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.canvas import (
    BLUE,
    CONDITION_TITLES,
    GREY,
    MARKERS,
    join_words,
    label_column,
    label_unit,
    new_figure,
    shorten_label,
    write_minus,
)
from ..core.codebook import describe_column
from ..core.wording import capitalise, format_interval, format_number, format_p

if TYPE_CHECKING:
    from .agreement import ImprovementAgreement
    from .responders import ResponderCurve
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
    """Within-person difference against the predictor, and the three estimates beside it.

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

    Examples
    --------
    >>> from ldn_analysis import compare_slopes, load_dataset
    >>> axes = plot_slope_difference(compare_slopes(load_dataset("esr_pain_change")))
    >>> axes[0].get_xlabel()
    'baseline ESR (mm/h)'
    """
    left, right = _take_axes(axes, 2, "plot_slope_difference", ratios=(1.25, 1))
    fit = comparison.difference
    grid = np.linspace(fit.x.min(), fit.x.max(), 101)
    band = fit.predict(grid, confidence_level=confidence_level)
    left.axhline(0, color="#BBBBBB", linewidth=0.8, zorder=0)
    left.fill_between(
        grid, band["conf_low"], band["conf_high"], color=GREY, alpha=0.18, linewidth=0,
        label=f"{100 * confidence_level:g} % band of the line",
    )  # fmt: skip
    left.plot(grid, band["fitted"], color=INK, label="line of the differences")
    marker, color = MARKERS[0]
    _draw_markers(left, fit.x, fit.y, marker, color, "persons")
    first, second = (shorten_label(_name(name), 20) for name in comparison.conditions)
    unit = describe_column(comparison.outcome)[1]
    left.set_xlabel(label_column(comparison.predictor))
    left.set_ylabel(
        label_unit(f"{describe_column(comparison.outcome)[0]}:\n{first} minus {second}", unit)
    )
    table = comparison.to_frame(confidence_level)
    row = table.iloc[0]
    interval = format_interval(row["conf_low"], row["conf_high"], confidence_level)
    numbers = f"slope {format_number(row['estimate'])} ({interval}), {format_p(row['p_value'])}"
    title = f"Within-person difference, n = {comparison.n_obs}"
    left.set_title(join_words(title, comparison.status, write_minus(numbers)), fontsize=7)
    left.legend(loc="best")

    position = np.arange(len(table))
    margins = [table["estimate"] - table["conf_low"], table["conf_high"] - table["estimate"]]
    right.axvline(0, color="#BBBBBB", linewidth=0.8, zorder=0)
    for i, (primary, low, high) in enumerate(zip(table["primary"], *margins, strict=True)):
        right.errorbar(
            table["estimate"].iloc[i], i, xerr=[[low], [high]], fmt="o" if primary else "s",
            color=BLUE if primary else GREY, markerfacecolor=BLUE if primary else "white",
            elinewidth=1, capsize=3,
        )  # fmt: skip
        df = table["df"].iloc[i]
        text = format_p(table["p_value"].iloc[i]) + (f", df {df:.3g}" if df == df else "")
        right.annotate(
            text, (table["estimate"].iloc[i], i), (0, 6), textcoords="offset points", ha="center",
            fontsize=7,
        )  # fmt: skip
    names = [
        name.replace(", ", ",\n").replace("within-person ", "within-person\n")
        for name in table["method"]
    ]
    names[0] += " (primary)"
    right.set_yticks(position, names)
    right.set_ylim(len(table) - 0.5, -0.6)
    right.tick_params(axis="y", length=0)
    per = describe_column(comparison.predictor)[1]
    right.set_xlabel(f"difference of slopes\n({unit or 'outcome'} per {per or 'unit'})")
    level = f"lines: {100 * confidence_level:g} % intervals"
    right.set_title(join_words("Three ways", comparison.status, level), fontsize=7)
    return [left, right]


def plot_crossover(fit: CrossoverFit, axes=None, *, confidence_level: float = 0.95):
    """Each person's two results in the order they happened, one pane a sequence, with means.

    Parameters
    ----------
    fit : CrossoverFit
        What `fit_crossover` returns.
    axes : pair of matplotlib Axes, optional
        One a sequence. Default: a new figure of two columns' width.
    confidence_level : float
        Of the interval of the period-adjusted difference in the title.

    Returns
    -------
    list of matplotlib Axes

    Examples
    --------
    >>> from ldn_analysis import fit_crossover, load_dataset
    >>> change = load_dataset("esr_pain_change").query("trial == 'crossover'")
    >>> people = load_dataset("participants")[["participant", "sequence"]]
    >>> axes = plot_crossover(fit_crossover(change.merge(people, on="participant")))
    >>> [len(ax.lines) > 14 for ax in axes]
    [True, True]
    """
    axes = _take_axes(axes, 2, "plot_crossover", sharey=True)
    cells = fit.cell_means.set_index("starts_with")
    for ax, start in zip(axes, fit.conditions, strict=True):
        persons = fit.persons[fit.persons["starts_with"] == start]
        columns = ["first", "second"] if start == fit.conditions[0] else ["second", "first"]
        values = persons[columns].to_numpy()
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
    row = fit.to_frame(confidence_level).iloc[1]
    interval = format_interval(row["conf_low"], row["conf_high"], confidence_level)
    unit = describe_column(fit.outcome)[1]
    numbers = f"{format_number(row['estimate'])} {unit} ({interval}; {format_p(row['p_value'])})"
    words = f"{_name(fit.conditions[0])} minus {_name(fit.conditions[1])}, adjusted for period: "
    figure = axes[0].figure
    handles = dict(zip(*reversed(axes[0].get_legend_handles_labels()), strict=True))
    figure.legend(
        list(handles.values()), list(handles), loc="outside lower center", ncols=3, title=words + write_minus(numbers),
        title_fontsize=7,
    )  # fmt: skip
    return axes


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

    Examples
    --------
    >>> from ldn_analysis import load_dataset, summarise_responder_curve
    >>> change = load_dataset("esr_pain_change").query("trial == 'crossover'")
    >>> ax = plot_responder_curve(summarise_responder_curve(change))
    >>> ax.get_ylabel()
    'responders (% of 28)'
    """
    if ax is None:
        ax = new_figure(1, 76).subplots()
    table = curve.to_frame()
    styles = ("-", "--")
    for i, column in enumerate(("share_first", "share_second")):
        # A responder has at least the threshold: the share falls just above a value.
        ax.step(
            table["threshold"], 100 * table[column], where="pre", color=MARKERS[i][1],
            linestyle=styles[i], label=_name(curve.conditions[i]),
        )  # fmt: skip
    low, high = table["threshold"].iloc[[0, -1]]
    for threshold in IMMPACT:
        if low <= threshold <= high:
            ax.axvline(threshold, color=GREY, linewidth=0.8, linestyle=":")
            ax.annotate(
                f"{threshold:g}", (threshold, 1), (2, -2), xycoords=("data", "axes fraction"),
                textcoords="offset points", va="top", fontsize=7, color=GREY,
            )  # fmt: skip
    title, unit = describe_column(curve.outcome)
    ax.set_xlabel(label_unit(f"threshold: {title} of at least", unit))
    ax.set_ylabel(f"responders (% of {curve.n_obs})")
    ax.set_ylim(0, 103)
    ax.legend(loc="lower left")
    ax.set_title(
        join_words(
            f"All thresholds, n = {curve.n_obs}", curve.status, "dotted: IMMPACT's 30 and 50"
        ),
        fontsize=7,
    )
    return ax


def plot_improvement_agreement(result: ImprovementAgreement, ax=None):
    """Category of the answer against the measured change, one point a person.

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

    Examples
    --------
    >>> from ldn_analysis import compare_improvement, load_dataset
    >>> pain = load_dataset("esr_pain_change").query("trial == 'crossover' and condition == 'ldn'")
    >>> result = compare_improvement(load_dataset("improvement"), pain, missing="drop")
    >>> len(plot_improvement_agreement(result).get_yticks())
    7
    """
    if ax is None:
        ax = new_figure(2, 76).subplots()
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
    ax.vlines(
        medians, level - 0.34, level + 0.34, color=INK, linewidth=1.8, label="median", zorder=1.5
    )
    _draw_markers(ax, np.concatenate(changes), np.concatenate(rows), marker, color, "persons")
    ax.set_yticks(np.arange(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(label_column(result.outcome))
    ax.legend(loc="lower right")
    row = result.to_frame().iloc[0]
    interval = format_interval(row["conf_low"], row["conf_high"], 0.95)
    title = describe_column(result.column)[0]
    numbers = f"Spearman's rho {row['estimate']:.2f} ({interval}); no control group"
    ax.set_title(
        join_words(f"{capitalise(title)}, n = {result.n_obs}", result.status, write_minus(numbers))
    )
    return ax


def _take_axes(axes, count: int, caller: str, *, ratios=None, sharey: bool = False) -> list:
    """The axes given, or new ones side by side."""
    if axes is None:
        axes = new_figure(2, 84).subplots(1, count, sharey=sharey, width_ratios=ratios)
    axes = list(np.atleast_1d(axes))
    if len(axes) != count:
        raise ValueError(f"{caller}: needs {count} axes; received {len(axes)}")
    return axes


def _draw_markers(ax, x, y, marker: str, color: str, label: str | None) -> None:
    """Open faces: a point under another one is still seen."""
    ax.plot(
        x, y, linestyle="none", marker=marker, markerfacecolor=f"{color}55", markeredgecolor=color,
        markeredgewidth=0.9, label=label, rasterized=len(x) > 2000,
    )  # fmt: skip


def _name(condition: str) -> str:
    """Condition as the figures write it."""
    return CONDITION_TITLES.get(condition, shorten_label(condition))
