"""Draw what the audit of printed numbers found."""

import numpy as np
import pandas as pd

from ..core.canvas import BLUE, GREY, VERMILLION, new_figure
from .published import Audit
from .results import AuditCheck

__all__ = ["plot_audit", "plot_possible_counts"]

# How a recomputed p, or a count, prints: marker, colour, filled, words.
FITS = {
    "rounded": ("o", BLUE, True, "rounds to it"),
    "range": ("o", BLUE, False, "only within rounding of both"),
    "cut off": ("s", BLUE, False, "only if cut off"),
    "": ("x", VERMILLION, True, "does not print so"),
}
P_TICKS = (1e-6, 1e-5, 1e-4, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
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

    Raises
    ------
    ValueError
        If the check is not one of shares, or has more than 60 denominators.

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
    if ax is None:
        ax = new_figure(2, 26 + 11 * len(shares)).subplots()
    all_fit = table.groupby("n_obs")["rounded"].all()
    fitting = all_fit.index[all_fit]
    for size in fitting:
        ax.axvspan(size - 0.45, size + 0.45, color="#9CC7E4", alpha=0.35, linewidth=0, zorder=0)
    for row in table.itertuples():
        y = shares.index(row.printed)
        _mark(ax, row.n_obs, y, row.reading)
        if row.reading and len(sizes) <= 20:
            low, high = int(row.count_low), int(row.count_high)
            label = f"{low}" if low == high else f"{low}\u2013{high}"
            ax.annotate(
                label, (row.n_obs, y), (0, 5), textcoords="offset points", ha="center", fontsize=7
            )
    ax.set_yticks(range(len(shares)), [f"{share.removesuffix('%').strip()} %" for share in shares])
    ax.set_ylim(len(shares) - 0.5, -0.6)
    ax.tick_params(axis="y", length=0)
    if len(sizes) <= 20:
        ax.set_xticks(sizes)
    ax.set_xlim(sizes.min() - 0.7, sizes.max() + 0.7)
    ax.set_xlabel("possible denominator")
    ax.set_ylabel("printed")
    words = check.words if len(check.words) < 90 else check.verdict
    ax.set_title(
        "\n".join(filter(None, [_name(source, "Which counts print so?"), f"verdict: {words}"])),
        fontsize=7,
    )
    _add_legend(ax, list(table["reading"]), "every share fits" if len(fitting) else "")
    return ax


def plot_audit(audit, ax=None, *, source: str = ""):
    """Printed p values with their rounding against what follows, on a log axis.

    A grey bar is all that prints as the printed p. A line or dot is a recomputed p, one
    row a reading; several dots in a row are the tables that are possible.

    Parameters
    ----------
    audit : Audit or AuditCheck
        What `audit_published` returns, or one check of a p value.
    ax : matplotlib Axes, optional
        Default: a new figure of two columns' width.
    source : str
        Where it was printed, for one check; an Audit knows its sources.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If there is no p value to draw.

    Examples
    --------
    >>> from ldn_analysis import audit_published
    >>> plot_audit(audit_published()).get_xscale()
    'log'
    """
    if isinstance(audit, Audit):
        sources = audit.table.set_index("name")["source"]
        chosen = [(check, sources[name]) for name, check in audit.checks.items()]
    else:
        chosen = [(audit, source)]
    chosen = [(check, where) for check, where in chosen if _has_p(check)]
    if not chosen:
        raise ValueError(
            "plot_audit: there is no recomputed p to draw; give an Audit or a check of a printed p"
        )
    blocks = [_readings(check) for check, _ in chosen]
    rows = sum(len(block) for block in blocks) + 1.5 * len(blocks)
    if ax is None:
        ax = new_figure(2, 22 + 4.6 * rows).subplots()
    y, ticks, labels, seen, edges = 0.0, [], [], [], []
    for (check, where), block in zip(chosen, blocks, strict=True):
        heading = f"{check.printed} ({where})" if where else check.printed
        ax.annotate(
            heading, (0, y), (3, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            va="center", fontsize=7, fontweight="bold",
        )  # fmt: skip
        low, high = (max(limit, SMALLEST_P) for limit in check.printed_range)
        top = y + 0.6
        for name, table in block:
            y += 1
            ticks.append(y)
            labels.append(name)
            for row in table.itertuples():
                ends = np.clip([row.p_low, row.p_high], SMALLEST_P, 1)
                edges.extend(ends)
                if ends[1] > ends[0] * 1.001:
                    color = VERMILLION if row.fits == "" else BLUE
                    ax.plot(ends, [y, y], color=color, linewidth=1.5, solid_capstyle="butt")
                middle = getattr(row, "p_value", row.p_low)
                inside = check.printed_range[0] <= middle <= check.printed_range[1]
                fits = "range" if row.fits == "rounded" and not inside else row.fits
                seen.append(fits)
                _mark(ax, max(middle, SMALLEST_P), y, fits)
        ax.fill_between(
            [low, high], top, y + 0.45, color=GREY, alpha=0.25, linewidth=0, label="prints so"
        )
        edges.extend([low, high])
        y += 1.5
    ax.set_ylim(y - 0.7, -0.7)
    ax.set_yticks(ticks, labels)
    ax.tick_params(axis="y", length=0)
    ax.set_xscale("log")
    ax.set_xlim(min(edges) / 1.4, min(max(edges) * 1.4, 1.05))
    ax.set_xticks([tick for tick in P_TICKS if ax.get_xlim()[0] <= tick <= ax.get_xlim()[1]])
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.xaxis.set_minor_formatter(lambda *_: "")
    ax.minorticks_off()
    ax.set_xlabel("p value (log scale)")
    ax.set_title("Printed p values and what follows from the numbers beside them")
    _add_legend(ax, seen, "prints as the printed p")
    return ax


def _has_p(check) -> bool:
    """Whether a check compared a printed p with a recomputed one."""
    return (
        isinstance(check, AuditCheck)
        and "p_low" in check.details
        and not np.isnan(check.printed_range[0])
    )


def _readings(check: AuditCheck) -> list[tuple[str, pd.DataFrame]]:
    """The rows of each reading, in order."""
    return list(check.details.groupby("reading", sort=False))


def _mark(ax, x: float, y: float, fits: str) -> None:
    """One marker: shape and colour together say how it prints."""
    marker, color, filled, _ = FITS[fits]
    ax.plot(
        [x], [y], linestyle="none", marker=marker, color=color, markersize=4.5,
        markerfacecolor=color if filled else "white", zorder=3,
    )  # fmt: skip


def _add_legend(ax, readings: list[str], band: str) -> None:
    """The markers that occur, and the band, below the axes."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles = []
    for name, (marker, color, filled, words) in FITS.items():
        if name in readings:
            face = color if filled else "white"
            handles.append(
                Line2D([], [], linestyle="none", marker=marker, color=color, markersize=4.5,
                       markerfacecolor=face, label=words)
            )  # fmt: skip
    color, alpha = ("#9CC7E4", 0.35) if band == "every share fits" else (GREY, 0.25)
    if band:
        handles.append(Patch(facecolor=color, alpha=alpha, label=band))
    ax.figure.legend(
        handles=handles, loc="outside lower center", ncols=len(handles), columnspacing=1.3
    )


def _name(source: str, title: str) -> str:
    """Title with its source."""
    return f"{title} (printed in {source})" if source else title
