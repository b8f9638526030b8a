"""Draw what small samples do: winner's curse, optimism, regression to the mean, many looks.

As in `figures`: every `plot_*` takes a result and optional axes, computes no statistics, and
returns the axes. Bars on simulated numbers reach two Monte Carlo standard errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..core.canvas import BLUE, GREEN, GREY, MARKERS, VERMILLION, new_figure, write_minus
from ..core.wording import format_interval, format_number
from ..lines.optimism import Optimism

if TYPE_CHECKING:
    from .change_scores import ChangeScores
    from .design_errors import DesignErrors
    from .multiple_tests import MultipleTesting
    from .regression_to_mean import CouplingResult, SelectionResult
    from .true_r_squared import TrueRSquared

__all__ = [
    "plot_change_scores",
    "plot_coupling",
    "plot_multiple_tests",
    "plot_optimism",
    "plot_selection",
    "plot_true_r_squared",
    "plot_winners_curve",
]

SMALL = {"fontsize": 7}
MAX_LABELS = 6  # true effects that are labelled; more are a curve


def plot_winners_curve(errors: DesignErrors, axes=None):
    """Exaggeration and wrong signs among significant estimates, against power.

    Parameters
    ----------
    errors : DesignErrors
        What `compute_design_errors` returns; several true effects make a curve.
    axes : sequence of two matplotlib Axes, optional
        Default: a new figure of two columns' width.

    Returns
    -------
    list of matplotlib Axes

    Raises
    ------
    ValueError
        If there are not two axes.

    Examples
    --------
    >>> from ldn_analysis import compute_design_errors
    >>> len(plot_winners_curve(compute_design_errors([2, 4, 8], 4)))
    2
    """
    axes = _take_axes("plot_winners_curve", axes, 2, 68)
    table = errors.to_frame().sort_values("power")
    few = len(table) <= MAX_LABELS
    style = {"color": BLUE}
    if few:
        style |= {"marker": "o", "markerfacecolor": f"{BLUE}55", "linestyle": "none"}
        style |= {"clip_on": False}
    power = 100 * table["power"]
    axes[0].plot(power, table["type_m"], **style)
    axes[1].plot(power, 100 * table["type_s"], **style)
    axes[0].set_yscale("log")
    axes[0].axhline(1, color="#BBBBBB", linewidth=0.8, zorder=0)
    top = max(table["type_m"].max() * 1.3, 2)
    ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100, 200, 500) if tick <= top]
    axes[0].set_yticks(ticks, [str(tick) for tick in ticks])
    axes[0].minorticks_off()
    axes[0].set(ylim=(0.9, top), ylabel="mean exaggeration (times)")
    axes[1].set(ylim=(0, max(105 * table["type_s"].max(), 1)))
    axes[1].set_ylabel("wrong sign (%)")
    if few:
        for row in table.itertuples():
            label = write_minus(f"effect {row.true_effect:.4g}")
            axes[0].annotate(label, (100 * row.power, row.type_m), (6, 3), **_offset())
            axes[1].annotate(label, (100 * row.power, 100 * row.type_s), (3, 6), **_offset())
    for ax in axes:
        ax.set(xlim=(0, 118 if few else 100), xlabel="power (%)")
        ax.set_xticks(range(0, 101, 20))
    df = "known" if errors.df is None else f"on {errors.df:g} df"
    level = f"two-sided p < {1 - errors.confidence_level:.3g}; standard error {df}; computed"
    axes[0].set_title(f"Significant estimates: how much too large (type M)\n{level}", **SMALL)
    axes[1].set_title("Significant estimates: wrong sign (type S)\n", **SMALL)
    return axes


def plot_true_r_squared(case: TrueRSquared, axes=None, *, confidence_level: float = 0.95):
    """Which true R squared could have produced the observed one, and what it would look like.

    Parameters
    ----------
    case : TrueRSquared
        What `infer_true_r_squared` returns.
    axes : sequence of two matplotlib Axes, optional
        Default: a new figure of two columns' width.
    confidence_level : float
        Of the interval of the true value.

    Returns
    -------
    list of matplotlib Axes

    Raises
    ------
    ValueError
        If there are not two axes.

    Examples
    --------
    >>> from ldn_analysis import infer_true_r_squared
    >>> axes = plot_true_r_squared(infer_true_r_squared())
    >>> axes[0].get_xlabel()
    'true R²'
    """
    axes = _take_axes("plot_true_r_squared", axes, 2, 82)
    curve, row = case.curve, case.to_frame(confidence_level).iloc[0]
    x, bound = curve["true_r_squared"], f"{case.threshold:g}"
    left, right = axes
    left.plot(x, 100 * curve["probability_above"], color=BLUE, label=f"observed R² > {bound}")
    left.plot(
        x, 100 * curve["power"], color=VERMILLION, linestyle="--", label="significant (power)"
    )
    limits = [row["conf_low"], row["conf_high"]]
    left.plot(limits, [-8, -8], color="#222222", linewidth=1.2, marker="|", markersize=6)
    left.plot([row["estimate"]], [-8], color="#222222", marker="D", markersize=4, linestyle="none")
    left.set(ylim=(-14, 104), ylabel="probability (%)")
    left.set_yticks(range(0, 101, 20))
    left.legend(loc="upper left")
    interval = format_interval(*limits, confidence_level)
    left.set_title(
        f"Probability by true R², n = {case.n_obs} (computed)\n"
        f"below: true R² if R² = {bound}: {format_number(row['estimate'], 2)} ({interval})",
        **SMALL,
    )
    right.plot([0, 1], [0, 1], color="#BBBBBB", linewidth=0.8, zorder=0)
    right.annotate("observed = true", (0.5, 0.46), va="top", color=GREY, **SMALL)
    for name, label, color, line in (
        ("expected_if_above", f"if R² > {bound}", BLUE, "-"),
        ("expected_if_significant", "if significant", VERMILLION, "--"),
        ("expected", "in all studies", GREEN, ":"),
    ):
        right.plot(x, curve[name], color=color, linestyle=line, label=label)
    right.set(ylim=(0, 1.02), ylabel="mean observed R²")
    right.legend(loc="lower right")
    source = (
        f"R² > {bound} and n printed in: {case.source}"
        if case.source
        else f"R² > {bound}: as given"
    )
    right.set_title(f"What such studies report (computed)\n{source}", **SMALL)
    for ax in axes:
        ax.set(xlim=(0, 1), xlabel="true R²")
    return axes


def plot_optimism(results: Optimism | Mapping[str, Optimism], ax=None):
    """R squared as it appears and corrected, for one fit or for several side by side.

    Parameters
    ----------
    results : Optimism or mapping of str to Optimism
        What `correct_optimism` returns, by the name to show.
    ax : matplotlib Axes, optional
        Default: a new figure of two columns' width.

    Returns
    -------
    matplotlib Axes

    Examples
    --------
    >>> from ldn_analysis import correct_optimism, fit_lines, load_dataset
    >>> fits = fit_lines(load_dataset("esr_pain_change"))
    >>> ax = plot_optimism({name: correct_optimism(fits[name], rng=1) for name in fits})
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['ldn, n = 38', 'placebo, n = 38']
    """
    if isinstance(results, Optimism):
        results = {str(results.fit.outcome): results}
    if ax is None:
        ax = new_figure(2, 28 + 17 * len(results)).subplots()
    ax.axvline(0, color="#BBBBBB", linewidth=0.8, zorder=0)
    for i, result in enumerate(results.values()):
        table = result.to_frame()
        for j, row in enumerate(table.itertuples()):
            marker, color = MARKERS[j]
            # Steps aside, so that equal values are still seen apart.
            y = i + 0.12 * (j - 1.5)
            ax.errorbar(
                row.estimate, y, xerr=2 * row.mc_std_error, color=color, marker=marker,
                markerfacecolor=f"{color}55", markersize=5, linestyle="none", elinewidth=1,
                label=row.term if i == 0 else None,
            )  # fmt: skip
            ax.annotate(write_minus(f"{row.estimate:.2f}"), (row.estimate, y),
                        (6, 0), color=color, va="center", **_offset(6))  # fmt: skip
    names = [f"{name}, n = {result.n_obs}" for name, result in results.items()]
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.margins(x=0.08)
    ax.set_xlabel("R² (below 0: the mean would predict better)")
    ax.figure.legend(loc="outside lower center", ncols=4)
    status = {result.fit.status for result in results.values()} - {""}
    note = f" ({', '.join(sorted(status))} data)" if status else ""
    ax.set_title(f"R² in the people of the fit, and corrected{note}; bootstrap simulated", **SMALL)
    return ax


def plot_selection(result: SelectionResult, axes=None):
    """People selected for high pain, measured twice without any effect.

    Parameters
    ----------
    result : SelectionResult
        What `simulate_selection` returns.
    axes : sequence of two matplotlib Axes, optional
        Default: a new figure of two columns' width.

    Returns
    -------
    list of matplotlib Axes

    Raises
    ------
    ValueError
        If there are not two axes.

    Examples
    --------
    >>> from ldn_analysis import simulate_selection
    >>> axes = plot_selection(simulate_selection(cutoff=65, reliability=0.6, rng=1))
    >>> axes[0].get_xlabel()
    'pain at baseline (points of 0-100)'
    """
    left, right = axes = _take_axes("plot_selection", axes, 2, 80)
    people, asked = result.people, result.asked
    table = result.to_frame().set_index("quantity")
    for selected, (marker, color), label in (
        (False, ("o", GREY), "not admitted"),
        (True, ("^", VERMILLION), "admitted"),
    ):
        part = people[people["selected"] == selected]
        left.plot(part["baseline"], part["end_point"], linestyle="none", marker=marker, markersize=3,
                  markerfacecolor=f"{color}44", markeredgecolor=color, markeredgewidth=0.6,
                  label=label)  # fmt: skip
    ends = [people[["baseline", "end_point"]].to_numpy().min()]
    ends += [people[["baseline", "end_point"]].to_numpy().max()]
    left.plot(ends, ends, color="#999999", linewidth=0.9, label="no change")
    left.axvline(asked["cutoff"], color="#222222", linewidth=0.9, linestyle=":", label="cut-off")
    means = table["expected"]
    left.plot([means["baseline"]], [means["end point"]], marker="D", markersize=4.5, color="#222222",
              linestyle="none", label="expected means")  # fmt: skip
    left.set(xlabel="pain at baseline (points of 0-100)", ylabel="pain at the end point (points)")
    left.set_title(
        f"{len(people)} simulated people, nobody treated\nreliability {asked['reliability']:g}, "
        f"drift {asked['drift']:g} points",
        **SMALL,
    )
    left.legend(loc="upper left", handletextpad=0.3, borderpad=0, labelspacing=0.25)
    left.set_yticks(range(0, 101, 20))
    left.set_ylim(ends[0] - 2, ends[1] + 0.42 * (ends[1] - ends[0]))
    right.hist(result.reductions, bins=60, color="#9CC7E4", edgecolor=BLUE, linewidth=0.3)
    right.axvline(0, color="#BBBBBB", linewidth=0.8)
    expected = table.loc["reduction", "expected"]
    right.axvline(expected, color=VERMILLION, linestyle="--", linewidth=1.2)
    right.set(xlabel="mean reduction of the admitted (points)", ylabel="simulated trials")
    share = table.loc["share significant", "estimate"]
    right.set_title(
        f"{asked['n_trials']} simulated trials of {asked['n_people']} admitted, no effect\n"
        f"expected {format_number(expected)} points (dashed); p < 0.05 in {100 * share:.0f} %",
        **SMALL,
    )
    return axes


def plot_coupling(result: CouplingResult, ax=None):
    """Correlations of change with baseline and, by Oldham, with the mean of both.

    Parameters
    ----------
    result : CouplingResult
        What `simulate_coupling` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of one column's width.

    Returns
    -------
    matplotlib Axes

    Examples
    --------
    >>> from ldn_analysis import simulate_coupling
    >>> plot_coupling(simulate_coupling(retest_r=0.5, rng=1)).get_xlabel()
    'correlation r in a simulated trial'
    """
    if ax is None:
        ax = new_figure(1, 78).subplots()
    table = result.to_frame().set_index(["method", "quantity"])
    bins = np.linspace(-1, 1, 101)
    styles = ((VERMILLION, "-"), (BLUE, "--"))
    for (method, values), (color, line) in zip(result.correlations.items(), styles, strict=True):
        share = 100 * table.loc[(method, "share significant"), "estimate"]
        ax.hist(values, bins=bins, histtype="stepfilled", facecolor=f"{color}33", edgecolor=color,
                linestyle=line, label=f"{method}: significant in {share:.0f} %")  # fmt: skip
        ax.axvline(table.loc[(method, "mean r"), "expected"], color=color, linestyle=line, lw=1)
    ax.axvline(0, color="#BBBBBB", linewidth=0.8, zorder=0)
    ax.set(xlim=(-1, 1), xlabel="correlation r in a simulated trial", ylabel="simulated trials")
    asked = result.asked
    ax.set_title(
        f"{asked['n_trials']} simulated trials of {asked['n_people']} people\nretest r = "
        f"{asked['retest_r']:g}, SD at the end / at baseline = {asked['sd_ratio']:g}",
        **SMALL,
    )
    ax.figure.legend(loc="outside lower center", ncols=1)
    return ax


def plot_change_scores(result: ChangeScores, axes=None):
    """Power, type I error and distribution of the estimate of four analyses.

    Parameters
    ----------
    result : ChangeScores
        What `compare_change_scores` returns.
    axes : sequence of two matplotlib Axes, optional
        Default: a new figure of two columns' width.

    Returns
    -------
    list of matplotlib Axes

    Raises
    ------
    ValueError
        If there are not two axes.

    Examples
    --------
    >>> from ldn_analysis import compare_change_scores
    >>> axes = plot_change_scores(compare_change_scores(effect=8, retest_r=0.5, rng=1))
    >>> axes[1].get_ylabel()
    'estimated effect (points)'
    """
    left, right = axes = _take_axes("plot_change_scores", axes, 2, 72)
    table, asked = result.to_frame().set_index(["method", "quantity"]), result.asked
    methods = list(result.estimates)
    for quantity, (marker, color) in (
        ("type I error", ("s", VERMILLION)),
        ("power", ("o", BLUE)),
    ):
        rows = 100 * table.xs(quantity, level="quantity")[["estimate", "mc_std_error", "expected"]]
        _draw_shares(left, rows, quantity, marker, color, below=quantity == "power")
    level = 100 * (1 - asked["confidence_level"])
    left.axvline(level, color="#BBBBBB", linewidth=0.8, zorder=0)
    left.set_xlim(0, 112)
    left.set_xticks(range(0, 101, 20))
    left.set_xlabel(f"trials with p < {level / 100:.3g} (%)")
    left.set_title(
        f"{asked['n_trials']} simulated trials, {asked['n_people']} people an arm\n"
        f"filled: simulated; +: expected",
        **SMALL,
    )
    parts = right.violinplot(
        list(result.estimates.values()), range(len(methods)), widths=0.8, showextrema=False
    )
    for body in parts["bodies"]:
        body.set(facecolor="#9CC7E4", edgecolor=BLUE, alpha=0.9, linewidth=0.6)
    means = [asked["effect"] + table.loc[(method, "bias"), "estimate"] for method in methods]
    right.plot(means, marker="D", markersize=3.5, color="#222222", linestyle="none")
    right.axhline(asked["effect"], color=VERMILLION, linestyle="--", linewidth=1.2)
    names = ["ANCOVA" if method == "ancova" else method for method in methods]
    right.set_xticks(range(len(methods)), [name.replace(" ", "\n") for name in names])
    right.tick_params(axis="x", length=0)
    right.set_ylabel("estimated effect (points)")
    right.set_title(
        f"Simulated estimates; dashed: true effect {asked['effect']:g}\n"
        f"baseline {asked['mean']:g} (SD {asked['sd']:g}), retest r = {asked['retest_r']:g}; "
        "diamond: mean",
        **SMALL,
    )
    left.set_yticks(range(len(methods)), names)
    left.set_ylim(len(methods) - 0.4, -0.6)
    left.tick_params(axis="y", length=0)
    left.figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return axes


def plot_multiple_tests(result: MultipleTesting, axes=None):
    """How false findings grow with looks, and what corrections make of them.

    Parameters
    ----------
    result : MultipleTesting
        What `simulate_multiple_tests` returns, at least one look without a true effect.
    axes : sequence of two matplotlib Axes, optional
        Default: a new figure of two columns' width.

    Returns
    -------
    list of matplotlib Axes

    Raises
    ------
    ValueError
        If there are not two axes.

    Examples
    --------
    >>> from ldn_analysis import simulate_multiple_tests
    >>> axes = plot_multiple_tests(simulate_multiple_tests(n_people=28, n_subgroups=3, rng=1))
    >>> axes[0].get_xlabel()
    'looks where nothing is there'
    """
    left, right = axes = _take_axes("plot_multiple_tests", axes, 2, 76)
    growth, asked = result.growth, result.asked
    left.plot(growth["n_tests"], 100 * growth["independent"], color=GREY, linestyle=":",
              label="independent looks (computed)")  # fmt: skip
    left.errorbar(growth["n_tests"], 100 * growth["estimate"], 200 * growth["mc_std_error"],
                  color=BLUE, marker="o", markersize=4, markerfacecolor=f"{BLUE}55", linewidth=1,
                  label="these looks (simulated)")  # fmt: skip
    level = 100 * (1 - asked["confidence_level"])
    left.axhline(level, color="#BBBBBB", linewidth=0.8, zorder=0)
    left.set_ylim(0, None)
    left.xaxis.get_major_locator().set_params(integer=True)
    left.set(xlabel="looks where nothing is there", ylabel="trials with any false finding (%)")
    left.legend(loc="upper left")
    groups = f", {asked['n_subgroups']} subgroups" if asked["n_subgroups"] > 1 else ""
    left.set_title(
        f"No correction: {asked['n_trials']} simulated trials of {asked['n_people']}\n"
        f"{len(asked['outcomes'])} outcomes, correlation {asked['correlation']:g}{groups}",
        **SMALL,
    )
    table = result.to_frame().set_index(["method", "quantity"])
    quantities = [("family-wise error", ("s", VERMILLION)), ("true effects found", ("o", BLUE))]
    for quantity, (marker, color) in quantities:
        if quantity in table.index.get_level_values("quantity"):
            rows = 100 * table.xs(quantity, level="quantity")
            _draw_shares(
                right, rows, quantity, marker, color, below=quantity != "family-wise error"
            )
    methods = list(dict.fromkeys(table.index.get_level_values("method")))
    right.axvline(level, color="#BBBBBB", linewidth=0.8, zorder=0)
    right.set_yticks(range(len(methods)), [_name_method(method) for method in methods])
    right.set_ylim(len(methods) - 0.4, -0.6)
    right.tick_params(axis="y", length=0)
    right.set_xlim(0, right.get_xlim()[1] * 1.12)
    right.set_xlabel("share (%)")
    right.legend(loc="lower right")
    right.set_title(f"All {result.n_tests} looks, by correction\nsimulated; +: expected", **SMALL)
    return axes


def _draw_shares(ax, rows, label: str, marker: str, color: str, *, below: bool) -> None:
    """A row a method: simulated share with its error and value, expected share as a plus."""
    y = np.arange(len(rows))
    ax.errorbar(
        rows["estimate"], y, xerr=2 * rows["mc_std_error"], color=color, marker=marker,
        markersize=5, markerfacecolor=f"{color}55", linestyle="none", elinewidth=1, label=label,
    )  # fmt: skip
    ax.plot(rows["expected"], y, linestyle="none", marker="+", color="#222222", markersize=7)
    for share, i in zip(rows["estimate"], y, strict=True):
        place = {"xytext": (0, -5 if below else 5), "va": "top" if below else "bottom"}
        ax.annotate(f"{share:.1f}", (share, i), ha="center", color=color, **place, **_offset())


def _name_method(method: str) -> str:
    """A correction as it is written in a sentence."""
    names = {"none": "no correction", "fdr_bh": "Benjamini-Hochberg"}
    return names.get(method, method.capitalize())


def _offset(fontsize: float = 7) -> dict:
    """Options of an annotation some points away from its place."""
    return {"textcoords": "offset points", "fontsize": fontsize}


def _take_axes(function: str, axes, count: int, height_mm: float) -> list:
    """The axes given, or those of a new figure of two columns' width."""
    if axes is None:
        axes = new_figure(2, height_mm).subplots(1, count)
    axes = list(np.ravel(axes))
    if len(axes) != count:
        raise ValueError(f"{function}: {count} panes need {count} axes; received {len(axes)}")
    return axes
