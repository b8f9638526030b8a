"""Fig. 2: baseline ESR against pain reduction, one pane per condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..core.canvas import (
    BLUE,
    CONDITION_TITLES,
    GREY,
    MARKERS,
    describe_axes,
    join_words,
    label_column,
    open_face,
    shorten_label,
    take_axes,
    write_minus,
)
from ..core.codebook import ColumnName
from ..core.wording import format_fixed, format_interval, format_number, format_p

if TYPE_CHECKING:
    from .group_lines import LineFits
    from .regression import LineFit

__all__ = ["plot_esr_pain", "plot_line"]

MAX_DRAWN_SINGLY = 2_000  # more are drawn as a density, and the figure says so
MAX_ACROSS = 3  # panes side by side; more stand in rows
MAX_CELLS = 60, 40  # of a density, along x and y
STATUS_OF = {"esr_mm_h": ("esr_status", "ESR")}  # column that tells published x from assumed


def plot_line(
    fit: LineFit,
    ax=None,
    *,
    group: str | None = None,
    title: str = "",
    confidence_level: float = 0.95,
    prediction: bool = False,
):
    """One pane of Fig. 2: points, line and the band of the line.

    Where the data have a column `esr_status`, points whose ESR is published are filled, the
    others open, and the legend says so.

    Parameters
    ----------
    fit : LineFit
        What `fit_line` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of one column's width.
    group : str, optional
        Column of `fit.data` to tell points apart by, in marker and colour. With more than
        five groups all points look the same; of more than 2,000 points a density is drawn.
    title : str
        First words of the title, e.g. the condition.
    confidence_level : float
        Of the band: for the mean outcome at each value of the predictor.
    prediction : bool
        Whether to draw also the limits for one new participant (dotted).

    Returns
    -------
    matplotlib Axes
        Where it is drawn.

    Raises
    ------
    ValueError
        If the group is not a column of the data.

    See Also
    --------
    fit_line : The line that is drawn.
    plot_esr_pain : Both panes of Fig. 2.

    Examples
    --------
    >>> from ldn_analysis import load_dataset, fit_lines
    >>> fits = fit_lines(load_dataset("esr_pain_change"))
    >>> ax = plot_line(fits["ldn"], group="trial")
    >>> ax.get_xlabel()
    'baseline ESR (mm/h)'
    """
    if group is not None and group not in fit.data:
        raise ValueError(
            f"plot_line: the group {group!r} is not a column; columns: "
            f"{', '.join(map(str, fit.data.columns))}"
        )
    own = ax is None
    height = 100 if prediction else 76
    (ax,) = take_axes(ax, 1, "plot_line", height_mm=height, columns=1)
    head = join_words(shorten_label(title) if title else "", fit.status)
    _draw_pane(fit, ax, head, group, confidence_level, prediction)
    if own and (group is not None or prediction):
        _add_legend([ax])
    describe_axes(ax, "Points and the least-squares line with its confidence band.")
    return ax


def _draw_pane(
    fit: LineFit,
    ax,
    head: str,
    group: str | None,
    confidence_level: float,
    prediction: bool = False,
    numbers: bool = True,
) -> None:
    """Points or their density, line, band and labels; the head is the first line of the title."""
    grid = np.linspace(fit.x.min(), fit.x.max(), 101)
    band = fit.predict(grid, confidence_level=confidence_level)
    if _shows_zero(fit):
        ax.axhline(0, color="#BBBBBB", linewidth=0.8, zorder=0, label="zero")
    ax.fill_between(
        grid,
        band["conf_low"],
        band["conf_high"],
        color=GREY,
        alpha=0.18,
        linewidth=0,
        label=f"{100 * confidence_level:g} % band of the line",
    )
    if prediction:
        label = f"{100 * confidence_level:g} % limits for one new participant"
        for limit in ("pred_low", "pred_high"):
            ax.plot(grid, band[limit], color=GREY, linewidth=0.9, linestyle=":", label=label)
    ax.plot(grid, band["fitted"], color="#222222", label="line")
    lines = [head] if head else []
    if numbers:
        lines += _write_numbers(fit, confidence_level)
    if fit.n_obs > MAX_DRAWN_SINGLY:
        largest = _draw_density(fit, ax)
        lines.append(f"shade (log scale): participants per cell, 1 to {largest:,}")
    else:
        _draw_points(fit, ax, group)
    # A dollar sign in a user's names is a dollar sign, not the start of a formula.
    ax.set_xlabel(label_column(fit.predictor), parse_math=False)
    ax.set_ylabel(label_column(fit.outcome), parse_math=False)
    ax.set_title("\n".join(lines), fontsize=7, loc="left", parse_math=False)


def _shows_zero(fit: LineFit) -> bool:
    """Whether zero is drawn: not where it would push the points of a reader's own column aside."""
    low, high = np.abs([fit.y.min(), fit.y.max()])
    crosses = fit.y.min() <= 0 <= fit.y.max()
    return crosses or min(low, high) < max(low, high) / 3 or not isinstance(fit.outcome, ColumnName)


def _write_numbers(fit: LineFit, confidence_level: float) -> list[str]:
    """The numbers of the line, for the title of its pane."""
    limits = fit.confidence_interval("slope", confidence_level)
    interval = format_interval(*limits, confidence_level)
    correlation = "r not defined"
    if fit.r == fit.r:
        r, r_squared = format_fixed(fit.r), format_fixed(fit.r_squared)
        correlation = write_minus(f"r = {r}, R² = {r_squared}")
    return [
        write_minus(f"slope {format_number(fit.slope)} ({interval})"),
        f"{correlation}, {format_p(fit.p_value)}, n = {fit.n_obs}",
    ]


def plot_esr_pain(
    fits: LineFits,
    axes=None,
    *,
    group: str | None = "trial",
    titles: dict[str, str] | None = None,
    confidence_level: float = 0.95,
    numbers: bool = True,
):
    """Fig. 2: baseline ESR against pain reduction, one pane per condition, on shared axes.

    Parameters
    ----------
    fits : LineFits
        What `fit_lines` returns.
    axes : sequence of matplotlib Axes, optional
        One per condition. Default: a new figure of two columns' width.
    group : str, optional
        Column that tells the trials apart; left out where the data do not have it.
    titles : dict, optional
        Title of each pane; default: the names of the conditions.
    confidence_level : float
        Of the bands.
    numbers : bool
        Whether each title gives slope, interval, r, R squared, p and n; without them a class can
        say first what it sees.

    Returns
    -------
    list of matplotlib Axes
        One per pane.

    Raises
    ------
    ValueError
        If there are not as many axes as fits.

    See Also
    --------
    fit_lines : The lines that are drawn.
    plot_line : One pane.

    Examples
    --------
    >>> from ldn_analysis import load_dataset, fit_lines
    >>> axes = plot_esr_pain(fit_lines(load_dataset("esr_pain_change")))
    >>> [ax.get_title(loc="left").splitlines()[0] for ax in axes]
    ['LDN (illustrative data)', 'Placebo (illustrative data)']
    """
    shared = {"sharex": True, "sharey": True}
    rows = -(-len(fits) // MAX_ACROSS)
    if axes is None and rows > 1:
        axes = take_axes(
            None, (rows, MAX_ACROSS), "plot_esr_pain", height_mm=20 + 72 * rows, **shared
        )
        for spare in axes[len(fits) :]:
            spare.remove()
        axes = axes[: len(fits)]
    axes = take_axes(axes, len(fits), "plot_esr_pain", height_mm=92, **shared)
    titles = CONDITION_TITLES | (titles or {})
    for ax, name in zip(axes, fits, strict=True):
        fit = fits[name]
        head = join_words(shorten_label(titles.get(name, str(name))), fit.status)
        known = group if group in fit.data else None
        _draw_pane(fit, ax, head, known, confidence_level, numbers=numbers)
        if rows == 1:
            ax.label_outer()
        elif ax in axes[-MAX_ACROSS:]:  # nothing below it
            ax.tick_params(labelbottom=True)
    _add_legend(axes)
    return axes


def _draw_points(fit: LineFit, ax, group: str | None) -> None:
    """Points by group: marker and colour together; filled and open by the status of their x."""
    labels, order = _label_groups(fit.data, group)
    short = {name: shorten_label(name) for name in order}
    if len(set(short.values())) < len(order):  # they differ only in what is cut off
        short = {name: f"{i + 1}: {short[name]}" for i, name in enumerate(order)}
    published = _find_published(fit)
    for i, name in enumerate(order):
        marker, color = MARKERS[i % len(MARKERS)]
        in_group = (labels == name).to_numpy()
        parts = [(in_group, open_face(color), short[name])]
        if published is not None:
            what = STATUS_OF[fit.predictor][1]
            filled = {"markerfacecolor": color, "markeredgecolor": color}
            parts = [
                (in_group & published, filled, f"{short[name]} ({what} published)"),
                (in_group & ~published, filled | {"markerfacecolor": "none"},
                 f"{short[name]} ({what} assumed)"),
            ]  # fmt: skip
        for chosen, face, label in parts:
            if chosen.any():
                ax.plot(
                    fit.x[chosen], fit.y[chosen], linestyle="none", marker=marker,
                    markeredgewidth=0.9, label=label, **face,
                )  # fmt: skip


def _label_groups(data: pd.DataFrame, group: str | None) -> tuple[pd.Series, list[str]]:
    """Group of each row as text, and the groups in their order; one group if there are too many."""
    if group is None or data[group].nunique(dropna=False) > len(MARKERS):
        return pd.Series("participants", index=data.index), ["participants"]
    labels = data[group].astype("str").where(data[group].notna(), f"{group} not given")
    order = list(dict.fromkeys(labels))
    if isinstance(data[group].dtype, pd.CategoricalDtype):
        ranks = {str(name): i for i, name in enumerate(data[group].cat.categories)}
        order.sort(key=lambda name: ranks.get(name, len(ranks)))
    return labels, order


def _find_published(fit: LineFit) -> np.ndarray | None:
    """Which x are published, where the data say it of each row."""
    status = fit.data.get(STATUS_OF.get(fit.predictor, ("",))[0])
    if not isinstance(status, pd.Series) or not status.isin(["published", "assumed"]).all():
        return None
    return status.eq("published").to_numpy(bool)


def _draw_density(fit: LineFit, ax) -> int:
    """Participants counted in cells, on a logarithmic scale of shades; gives the largest count."""
    from matplotlib.colors import LinearSegmentedColormap, LogNorm

    edges = [_cut(*part) for part in zip((fit.x, fit.y), MAX_CELLS, strict=True)]
    counts = np.histogram2d(fit.x, fit.y, bins=edges)[0].T
    largest = int(counts.max())
    ax.pcolormesh(
        *edges, np.where(counts > 0, counts, np.nan), zorder=0.5,
        edgecolors="face", linewidth=0.3,  # without edges, viewers leave seams
        norm=LogNorm(1, max(largest, 2)), cmap=LinearSegmentedColormap.from_list("", ["#E4EFF7", BLUE]),
    )  # fmt: skip
    return largest


def _cut(values: np.ndarray, most: int) -> np.ndarray:
    """Edges of even cells; equal counts of whole numbers in all but the last, or stripes appear."""
    low, high = values.min(), values.max()
    if low < high and (values != np.rint(values)).any():
        return np.linspace(low, high, most + 1)
    width = max(np.ceil((high - low) / most), 1)
    return np.arange(low - 0.5, high + width, width)


def _add_legend(axes) -> None:
    """One legend below the panes, each label once: points, line, band, limits, zero."""
    entries = {}
    for ax in axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    ends = (" band of the line", " one new participant", "zero")
    last = {name: i + 2 for i, end in enumerate(ends) for name in entries if name.endswith(end)}
    order = sorted(entries, key=lambda name: last.get(name, int(name == "line")))
    figure = axes[0].figure
    columns = len(order) if figure.get_figwidth() > 5 else 2 if max(map(len, order)) <= 20 else 1
    legend = figure.legend(
        [entries[name] for name in order], order, loc="outside lower center", ncols=columns
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
