"""Draw what the audit of printed numbers found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..core.canvas import BLUE, GREY, VERMILLION, describe_axes, name_rows, take_axes

if TYPE_CHECKING:
    from .results import AuditCheck

__all__ = [
    "plot_audit",
    "plot_correlations",
    "plot_degrees_of_freedom",
    "plot_false_discovery",
    "plot_possible_counts",
]

# How a recomputed p, or a count, becomes the printed number: marker, colour, filled, words.
FITS = {
    "rounded": ("o", BLUE, True, "rounds to it"),
    "range": ("o", BLUE, False, "only within rounding of both"),
    "cut off": ("s", BLUE, False, "only if cut off"),
    "": ("x", VERMILLION, True, "does not round to it"),
}
P_TICKS = (1e-6, 1e-5, 1e-4, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
SHADE = "#9CC7E4"  # behind what fits throughout
SMALLEST_P = 1e-6  # smaller ones are drawn here: a log axis has no zero


def plot_possible_counts(check: AuditCheck, ax=None, *, source: str = ""):
    """Which denominators allow the printed percentages: a dot for each count that fits.

    Parameters
    ----------
    check : AuditCheck
        What `check_share` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of two columns' width.
    source : str
        Where the percentages were printed, for the title.

    Returns
    -------
    matplotlib Axes
        The axes that were drawn on.

    Raises
    ------
    ValueError
        If the check is not one of shares, or has more than 60 denominators.

    See Also
    --------
    plot_audit : Recomputed p values.

    Examples
    --------
    >>> from ldn_analysis import check_share
    >>> ax = plot_possible_counts(check_share(["32", "11"], range(27, 32)), source="a paper")
    >>> ax.get_xlabel()
    'possible denominator'
    """
    table = check.details
    if "count_low" not in table or not check.check.startswith("share"):
        raise ValueError(
            f"plot_possible_counts: a result of check_share is needed; received {check.check!r}"
        )
    sizes, shares = table["n_obs"].unique(), list(dict.fromkeys(table["printed"]))
    if len(sizes) > 60:
        raise ValueError(
            f"plot_possible_counts: at most 60 denominators can be drawn; received {len(sizes)}"
        )
    (ax,) = take_axes(ax, 1, "plot_possible_counts", height_mm=26 + 11 * len(shares))
    all_fit = table.groupby("n_obs")["rounded"].all()
    fitting = all_fit.index[all_fit]
    _shade_columns(ax, fitting)
    for row in table.itertuples():
        _draw_count(ax, row, shares.index(row.printed), labelled=len(sizes) <= 20)
    name_rows(ax, [f"{share.removesuffix('%').strip()} %" for share in shares], above=0.6)
    if len(sizes) <= 20:
        ax.set_xticks(sizes)
    ax.set_xlim(sizes.min() - 0.7, sizes.max() + 0.7)
    ax.set_xlabel("possible denominator")
    ax.set_ylabel("printed")
    words = check.words if len(check.words) < 90 else check.verdict
    ax.set_title(
        "\n".join(
            filter(
                None, [_name(source, "Which counts round to the printed %?"), f"verdict: {words}"]
            )
        ),
        fontsize=7,
    )
    _add_legend(ax, list(table["reading"]), "every share fits" if len(fitting) else "")
    describe_axes(
        ax,
        "Denominators against printed shares; filled where a whole number of participants gives the share.",
    )
    return ax


def _draw_count(ax, row, y: int, *, labelled: bool) -> None:
    """One denominator and share, with the counts that fit."""
    _mark(ax, row.n_obs, y, row.reading)
    if row.reading and labelled:
        low, high = int(row.count_low), int(row.count_high)
        label = f"{low}" if low == high else f"{low}\u2013{high}"
        ax.annotate(
            label, (row.n_obs, y), (0, 5), textcoords="offset points", ha="center", fontsize=7
        )


def plot_audit(audit, ax=None, *, names=None, source: str = ""):
    """Printed p values with their rounding against what follows, on a log axis.

    A grey bar holds every p that rounds to the printed one. A line or dot is a recomputed p,
    one row per reading; several dots in a row are the tables that are possible.

    Parameters
    ----------
    audit : Audit or AuditCheck
        What `audit_published` returns, or one check of a p value.
    ax : matplotlib Axes, optional
        Default: a new figure of two columns' width.
    names : list of str, optional
        Which checks of an Audit are drawn. Default: all that recompute a p.
    source : str
        Where it was printed, for one check; an Audit knows its sources.

    Returns
    -------
    matplotlib Axes
        The axes that were drawn on.

    Raises
    ------
    ValueError
        If there is no p value to draw.

    See Also
    --------
    plot_degrees_of_freedom : Which numerator of F would fit.
    plot_false_discovery : Many p values and their steps.
    plot_possible_counts : Denominators of printed percentages.

    Examples
    --------
    >>> from ldn_analysis import audit_published
    >>> plot_audit(audit_published(), names=["rct_severity_p", "rct_responders_p"]).get_xscale()
    'log'
    """
    chosen = _choose_checks(audit, names, source)
    rows = sum(len(_readings(check)) + 1.5 for check, _ in chosen)
    (ax,) = take_axes(ax, 1, "plot_audit", height_mm=22 + 4.6 * rows)
    y, ticks, fits, edges = 0.0, {}, [], []
    for check, where in chosen:
        heading = f"{check.printed} ({where})" if where else check.printed
        _write_heading(ax, y, heading)
        top = y + 0.6
        for name, table in _readings(check):
            y += 1
            ticks[y] = name
            for row in table.itertuples():
                fits.append(_draw_p(ax, y, row, check.printed_range))
                edges += [row.p_low, row.p_high]
        low, high = (max(limit, SMALLEST_P) for limit in check.printed_range)
        ax.fill_between([low, high], top, y + 0.45, color=GREY, alpha=0.25, linewidth=0)
        edges += [low, high]
        y += 1.5
    ax.set_ylim(y - 0.7, -0.7)
    ax.set_yticks(list(ticks), list(ticks.values()))
    ax.tick_params(axis="y", length=0)
    _scale_p(ax.xaxis, edges)
    ax.set_xlabel("p value (log scale)")
    ax.set_title("Printed p values and what follows from the numbers beside them")
    _add_legend(ax, fits, "rounds to the printed p")
    describe_axes(
        ax,
        "Printed p values as grey ranges, and what the numbers beside them give under each possible test.",
    )
    return ax


def _choose_checks(audit, names, source: str) -> list[tuple]:
    """The checks of a p value that are to be drawn, each with its source."""
    if not hasattr(audit, "checks"):
        chosen = [(audit, source)]
    else:
        sources = audit.table.set_index("name")["source"]
        names = list(audit.checks) if names is None else names
        chosen = [(audit[name], sources[name]) for name in names]
    chosen = [(check, where) for check, where in chosen if _has_p(check)]
    if not chosen:
        raise ValueError(
            "plot_audit: there is no recomputed p to draw; give an Audit or a check of a printed p"
        )
    return chosen


def _write_heading(ax, y: float, text: str) -> None:
    """What was printed, in bold at the left end of a row."""
    ax.annotate(
        text, (0, y), (3, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
        va="center", fontsize=7, fontweight="bold",
    )  # fmt: skip


def _draw_p(ax, y: float, row, printed: tuple) -> str:
    """One recomputed p with its range; returns how it becomes the printed one."""
    ends = np.clip([row.p_low, row.p_high], SMALLEST_P, 1)
    if ends[1] > ends[0] * 1.001:
        color = VERMILLION if row.fits == "" else BLUE
        ax.plot(ends, [y, y], color=color, linewidth=1.5, solid_capstyle="butt")
    middle = getattr(row, "p_value", row.p_low)
    inside = printed[0] <= middle <= printed[1]
    fits = "range" if row.fits == "rounded" and not inside else row.fits
    _mark(ax, max(middle, SMALLEST_P), y, fits)
    return fits


def _scale_p(axis, values) -> None:
    """A log axis of p values with plain numbers, thinned out where it spans many decades."""
    values = np.clip(np.asarray(values, float), SMALLEST_P, 1)
    low, high = values.min() / 1.4, min(values.max() * 1.4, 1.05)
    set_limits = axis.axes.set_xlim if axis.axis_name == "x" else axis.axes.set_ylim
    getattr(axis.axes, f"set_{axis.axis_name}scale")("log")
    set_limits(low, high)
    ticks = P_TICKS if high / low < 1e4 else [tick for tick in P_TICKS if f"{tick:e}"[0] == "1"]
    axis.set_ticks([tick for tick in ticks if low <= tick <= high])
    axis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.axes.minorticks_off()


def plot_degrees_of_freedom(check: AuditCheck, ax=None, *, source: str = ""):
    """Which numerator degrees of freedom give the printed p: one row per F test.

    Above each marker stands the p that follows with so many degrees of freedom.

    Parameters
    ----------
    check : AuditCheck
        What `check_degrees_of_freedom` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of two columns' width.
    source : str
        Where it was printed, for the title.

    Returns
    -------
    matplotlib Axes
        The axes that were drawn on.

    Raises
    ------
    ValueError
        If the check is another one.

    See Also
    --------
    plot_audit : Recomputed p values with the degrees of freedom as printed.

    Examples
    --------
    >>> from ldn_analysis import check_degrees_of_freedom
    >>> ax = plot_degrees_of_freedom(check_degrees_of_freedom([("5.88", "0.001", (1, 67))]))
    >>> ax.get_xlabel()
    'numerator degrees of freedom tried'
    """
    table = check.details
    _require_columns(table, ("df1", "printed_low"), "plot_degrees_of_freedom", check)
    names, numbers = list(dict.fromkeys(table["test"])), table["df1"].unique()
    (ax,) = take_axes(ax, 1, "plot_degrees_of_freedom", height_mm=30 + 11 * len(names))
    agrees = table["fits"].eq("rounded").groupby(table["df1"]).all()
    _shade_columns(ax, agrees.index[agrees])
    for row in table.itertuples():
        y = names.index(row.test)
        _mark(ax, row.df1, y, row.fits)
        digits = 3 if row.p_value >= 0.001 else 2
        label = f"{row.p_value:.{digits}g}" if row.p_value >= 0.0001 else "<0.0001"
        ax.annotate(label, (row.df1, y), (0, 5), textcoords="offset points", ha="center",
                    fontsize=6)  # fmt: skip
    printed = table.loc[table["printed"], "df1"].iloc[0]
    ax.set_xticks(numbers, [f"{k}\n(printed)" if k == printed else f"{k}" for k in numbers])
    ax.set_xlim(numbers.min() - 0.7, numbers.max() + 0.7)
    name_rows(ax, names)
    ax.set_xlabel("numerator degrees of freedom tried")
    ax.set_title(_name(source, "p of each F, by its numerator degrees of freedom"))
    words = {
        "rounded": "gives the printed p",
        "cut off": "only if p was cut off",
        "": "does not give the printed p",
    }
    _add_legend(ax, list(table["fits"]), "every test agrees" if agrees.any() else "", words)
    describe_axes(
        ax,
        "Rows: printed F tests; columns: degrees of freedom tried; filled where the printed p follows.",
    )
    return ax


def _shade_columns(ax, positions) -> None:
    """A light band behind each column in which everything fits."""
    for x in positions:
        ax.axvspan(x - 0.45, x + 0.45, color=SHADE, alpha=0.35, linewidth=0, zorder=0)


def plot_correlations(check: AuditCheck, ax=None, *, source: str = ""):
    """Three correlations, and where each can lie given the two others.

    Parameters
    ----------
    check : AuditCheck
        What `check_correlations` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of two columns' width.
    source : str
        Where they were printed, for the title.

    Returns
    -------
    matplotlib Axes
        The axes that were drawn on.

    Raises
    ------
    ValueError
        If the check is another one.

    See Also
    --------
    plot_audit : Recomputed p values.

    Examples
    --------
    >>> from ldn_analysis import check_correlations
    >>> plot_correlations(check_correlations("0.90", "0.80", "0.20")).get_xlabel()
    'correlation'
    """
    table = check.details
    _require_columns(table, ("printed_low", "range_low"), "plot_correlations", check)
    (ax,) = take_axes(ax, 1, "plot_correlations", height_mm=50)
    for y, row in enumerate(table.itertuples()):
        ax.plot([row.range_low, row.range_high], [y, y], color=GREY, alpha=0.35, linewidth=9,
                solid_capstyle="butt")  # fmt: skip
        middle = (row.printed_low + row.printed_high) / 2
        ax.plot([row.printed_low, row.printed_high], [y, y], color=_COLORS[row.fits], linewidth=2)
        _mark(ax, middle, y, row.fits)
        ax.annotate(f"{middle:.2f}", (middle, y), (0, 7), textcoords="offset points", ha="center",
                    fontsize=7, color=_COLORS[row.fits])  # fmt: skip
    ax.axvline(0, color=GREY, linewidth=0.6, zorder=0)
    ax.set_xlim(-1.05, 1.05)
    name_rows(ax, table["term"])
    ax.set_xlabel("correlation")
    ax.set_title(_name(source, "Can these three correlations occur together?"))
    words = {"rounded": "possible", "": "not possible beside the two others"}
    _add_legend(ax, list(table["fits"]), "possible beside the two others", words)
    describe_axes(
        ax, "Three printed correlations, each beside the range that the two others leave to it."
    )
    return ax


def plot_false_discovery(check: AuditCheck, ax=None, *, source: str = ""):
    """Printed p values in order, the steps they are compared with, and the printed threshold.

    Parameters
    ----------
    check : AuditCheck
        What `check_false_discovery` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of two columns' width.
    source : str
        Where they were printed, for the title.

    Returns
    -------
    matplotlib Axes
        The axes that were drawn on.

    Raises
    ------
    ValueError
        If the check is another one.

    See Also
    --------
    plot_audit : Recomputed p values.

    Examples
    --------
    >>> from ldn_analysis import check_false_discovery
    >>> ax = plot_false_discovery(check_false_discovery({"a": "0.001", "b": "0.60"}, "0.03"))
    >>> ax.get_xlabel()
    'printed p value (log scale)'
    """
    table = check.details
    _require_columns(table, ("step", "kept"), "plot_false_discovery", check)
    (ax,) = take_axes(ax, 1, "plot_false_discovery", height_mm=34 + 4.2 * len(table))
    ax.axvline(check.printed_range[0], color=GREY, linewidth=1, linestyle="--",
               label="printed threshold")  # fmt: skip
    y = np.arange(len(table))
    ax.plot(table["step"], y, linestyle="none", marker="|", color=GREY, markersize=8,
            label="step of the procedure")  # fmt: skip
    kept = table["kept"] == "yes"
    lost = table["below_threshold"] & ~kept
    for chosen, marker, color, label in (
        (kept, "o", BLUE, "kept by the procedure"),
        (lost, "^", VERMILLION, "below the threshold, not surely kept"),
        (~kept & ~lost, "x", GREY, "not kept"),
    ):
        if chosen.any():
            ax.plot(table.loc[chosen, "p_value"], y[chosen], linestyle="none", marker=marker,
                    color=color, markersize=4.5, label=label)  # fmt: skip
    _scale_p(ax.xaxis, [*table["p_value"], *table["step"]])
    name_rows(
        ax, [f"{row.test}: {row.printed}" for row in table.itertuples()], above=0.6, below=0.6
    )
    ax.set_xlabel("printed p value (log scale)")
    where = f"\n(printed in {source})" if source else ""
    ax.set_title(f"Which p values does the Benjamini-Yekutieli procedure keep?{where}")
    ax.figure.legend(loc="outside lower center", ncols=3, columnspacing=1.3)
    describe_axes(ax, "Printed p values in order, the step of each, and the printed threshold.")
    return ax


_COLORS = {"rounded": BLUE, "": VERMILLION}


def _require_columns(table: pd.DataFrame, columns: tuple, function: str, check) -> None:
    """Refuse the result of another check."""
    if any(column not in table for column in columns):
        made = function.replace("plot_", "check_")
        raise ValueError(f"{function}: a result of {made} is needed; received {check.check!r}")


def _has_p(check) -> bool:
    """Whether a check compared a printed p with a recomputed one."""
    table = getattr(check, "details", ())
    return "p_low" in table and "reading" in table and not np.isnan(check.printed_range[0])


def _readings(check: AuditCheck) -> list[tuple[str, pd.DataFrame]]:
    """The rows of each reading, in order."""
    return list(check.details.groupby("reading", sort=False))


def _mark(ax, x: float, y: float, fits: str) -> None:
    """One marker: shape and colour together say how it becomes the printed number."""
    marker, color, filled, _ = FITS[fits]
    ax.plot(
        [x], [y], linestyle="none", marker=marker, color=color, markersize=4.5,
        markerfacecolor=color if filled else "white", zorder=3,
    )  # fmt: skip


def _add_legend(ax, readings: list[str], band: str, names: dict | None = None) -> None:
    """The markers that occur, and the band, below the axes."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles = []
    for name, (marker, color, filled, words) in FITS.items():
        if name in readings:
            face = color if filled else "white"
            handles.append(
                Line2D([], [], linestyle="none", marker=marker, color=color, markersize=4.5,
                       markerfacecolor=face, label=(names or {}).get(name, words))
            )  # fmt: skip
    color, alpha = (SHADE, 0.35) if band.startswith("every") else (GREY, 0.25)
    if band:
        handles.append(Patch(facecolor=color, alpha=alpha, label=band))
    ax.figure.legend(
        handles=handles, loc="outside lower center", ncols=len(handles), columnspacing=1.3
    )


def _name(source: str, title: str) -> str:
    """Title with its source."""
    return f"{title} (printed in {source})" if source else title
