"""Draw results; nothing is computed here that the result objects do not hold.

Every `plot_*` takes a result and optional axes and returns the axes. It does not fit,
show, or touch the style: use `matplotlib.style.context("ldn_analysis.ldn")`.
"""

import base64
import io
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path
from unicodedata import category

import numpy as np
import pandas as pd

from ..data.tables import describe_column
from .files import write_files
from .html import write_text
from ..crossover.improvement import ImprovementSummary
from ..lines.regression import LineFit, LineFits
from .result import capitalise, format_interval, format_number, format_p

__all__ = [
    "new_figure",
    "plot_diary",
    "plot_esr_pain",
    "plot_improvement",
    "plot_line",
    "render_figure",
    "save_figure",
    "show",
    "write_captions",
    "write_image",
]

STYLE = "ldn_analysis.ldn"
WIDTH_MM = {1: 84, 2: 174}  # one and two columns of a journal page
BLUE, VERMILLION, GREEN, GREY = "#0072B2", "#D55E00", "#007A5A", "#555555"
MARKERS = (("o", BLUE), ("^", VERMILLION), ("s", GREEN), ("D", "#A5568B"), ("v", "#8A6100"))
NO_DATES = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    "png": {"Software": None},
}
MOST_POINTS = 2_000  # more are drawn as a density, and the figure says so
MOST_CELLS = 60, 40  # of a density, along x and y
CONDITION_TITLES = {"ldn": "LDN", "placebo": "Placebo"}


def new_figure(columns: int = 1, height_mm: float = 70.0):
    """Make an empty figure of a journal's width.

    Where pyplot is in use (a notebook), it is one of pyplot's and appears below its cell;
    otherwise pyplot is not loaded for it.

    Parameters
    ----------
    columns : {1, 2}
        84 mm or 174 mm wide.
    height_mm : float
        Height.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> round(float(new_figure(2).get_figwidth()) * 25.4)
    174
    """
    size = WIDTH_MM[columns] / 25.4, height_mm / 25.4
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        return pyplot.figure(figsize=size, layout="constrained")
    from matplotlib.figure import Figure

    return Figure(figsize=size, layout="constrained")


def plot_improvement(summary: ImprovementSummary, ax=None, *, confidence_level: float = 0.95):
    """Fig. 1: a bar for each category, with Wilson intervals.

    Parameters
    ----------
    summary : ImprovementSummary
        What `summarise_improvement` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of two columns' width.
    confidence_level : float
        Of the interval of each category on its own.

    Returns
    -------
    matplotlib Axes

    Examples
    --------
    >>> from ldn_analysis import load_dataset, summarise_improvement
    >>> ax = plot_improvement(summarise_improvement(load_dataset("improvement")))
    >>> len(ax.patches)
    7
    """
    if ax is None:
        ax = new_figure(2, 80).subplots()
    table = summary.to_frame(confidence_level)
    position = np.arange(len(table))
    percent = table[["share", "conf_low", "conf_high"]] * 100
    ax.barh(position, percent["share"], height=0.62, color="#9CC7E4", edgecolor=BLUE, linewidth=0.8)
    margins = np.array(
        [percent["share"] - percent["conf_low"], percent["conf_high"] - percent["share"]]
    ).clip(min=0)
    ax.errorbar(
        percent["share"],
        position,
        xerr=margins,
        fmt="none",
        ecolor="#333333",
        elinewidth=1,
        capsize=3,
    )
    for row, y in zip(table.itertuples(), position, strict=True):
        label = f"{row.count} ({100 * row.share:.0f} %)"
        ax.annotate(
            label,
            (100 * row.conf_high, y),
            (5, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
        )
    ax.set_yticks(position, table["category"])
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    ax.set_xlim(0, max(percent["conf_high"].max() * 1.22, 10))
    ax.set_xlabel(f"participants (% of {summary.n_obs})")
    title = describe_column(summary.column)[0]
    level = f"bars: share; lines: {100 * confidence_level:g} % Wilson interval of each"
    head = f"{capitalise(title)}, n = {summary.n_obs}"
    ax.set_title(join_words(head, summary.status, level), loc="left")
    return ax


def plot_line(
    fit: LineFit,
    ax=None,
    *,
    group: str | None = None,
    confidence_level: float = 0.95,
    prediction: bool = False,
):
    """One pane of Fig. 2: points, line and the band of the line.

    Parameters
    ----------
    fit : LineFit
        What `fit_line` returns.
    ax : matplotlib Axes, optional
        Default: a new figure of one column's width.
    group : str, optional
        Column of `fit.data` to tell points apart by, in marker and colour. With more than
        five groups all points look the same; of more than 2,000 points a density is drawn.
    confidence_level : float
        Of the band: for the mean outcome at each value of the predictor.
    prediction : bool
        Whether to draw also the limits for one new person (dotted).

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If the group is not a column of the data.

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
    if own:
        ax = new_figure(1, 76).subplots()
    _draw_pane(fit, ax, join_words("", fit.status), group, confidence_level, prediction)
    if own and group is not None:
        _add_legend([ax])
    return ax


def _draw_pane(
    fit: LineFit,
    ax,
    head: str,
    group: str | None,
    confidence_level: float,
    prediction: bool = False,
) -> None:
    """Points or their density, line, band and labels; the head is the first line of the title."""
    grid = np.linspace(fit.x.min(), fit.x.max(), 101)
    band = fit.predict(grid, confidence_level=confidence_level)
    ax.axhline(0, color="#BBBBBB", linewidth=0.8, zorder=0)
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
        for limit in ("pred_low", "pred_high"):
            ax.plot(grid, band[limit], color=GREY, linewidth=0.9, linestyle=":")
    ax.plot(grid, band["fitted"], color="#222222", label="line")
    lines = [head] if head else []
    lines += _write_numbers(fit, confidence_level)
    if fit.n_obs > MOST_POINTS:
        largest = _draw_density(fit, ax)
        lines.append(f"shade (log scale): number of people in a cell, 1 to {largest:,}")
    else:
        _draw_points(fit, ax, group)
    # A dollar sign in a user's names is a dollar sign, not the start of a formula.
    ax.set_xlabel(label_column(fit.predictor), parse_math=False)
    ax.set_ylabel(label_column(fit.outcome), parse_math=False)
    ax.set_title("\n".join(lines), fontsize=7, loc="left", parse_math=False)


def _write_numbers(fit: LineFit, confidence_level: float) -> list[str]:
    """The numbers of the line, for the title of its pane."""
    slope = fit.to_frame(confidence_level).iloc[1]
    interval = format_interval(slope["conf_low"], slope["conf_high"], confidence_level)
    return [
        write_minus(f"slope {format_number(fit.slope)} ({interval})"),
        write_minus(f"r = {fit.r:.2f}, R² = {fit.r_squared:.2f}, ")
        + f"{format_p(fit.p_value)}, n = {fit.n_obs}",
    ]


def plot_esr_pain(
    fits: LineFits,
    axes=None,
    *,
    group: str | None = "trial",
    titles: dict[str, str] | None = None,
    confidence_level: float = 0.95,
):
    """Fig. 2: baseline ESR against pain reduction, one pane a condition, on shared axes.

    Parameters
    ----------
    fits : LineFits
        What `fit_lines` returns.
    axes : sequence of matplotlib Axes, optional
        One a condition. Default: a new figure of two columns' width.
    group : str, optional
        Column that tells the trials apart; left out where the data do not have it.
    titles : dict, optional
        Title of each pane; default: the names of the conditions.
    confidence_level : float
        Of the bands.

    Returns
    -------
    list of matplotlib Axes

    Raises
    ------
    ValueError
        If there are not as many axes as fits.

    Examples
    --------
    >>> from ldn_analysis import load_dataset, fit_lines
    >>> axes = plot_esr_pain(fit_lines(load_dataset("esr_pain_change")))
    >>> [ax.get_title(loc="left").splitlines()[0] for ax in axes]
    ['LDN (illustrative data)', 'Placebo (illustrative data)']
    """
    if axes is None:
        axes = new_figure(2, 92).subplots(1, len(fits), sharex=True, sharey=True, squeeze=False)[0]
    axes = list(np.atleast_1d(axes))
    if len(axes) != len(fits):
        raise ValueError(
            f"plot_esr_pain: {len(fits)} panes need as many axes; received {len(axes)}"
        )
    titles = CONDITION_TITLES | (titles or {})
    for ax, name in zip(axes, fits, strict=True):
        fit = fits[name]
        head = join_words(shorten_label(titles.get(name, str(name))), fit.status)
        _draw_pane(fit, ax, head, group if group in fit.data else None, confidence_level)
        ax.label_outer()
    _add_legend(axes)
    return axes


def _draw_points(fit: LineFit, ax, group: str | None) -> None:
    """Points by group: marker and colour together."""
    data = fit.data
    if group is None or data[group].nunique(dropna=False) > len(MARKERS):
        labels = pd.Series("participants", index=data.index)
    else:
        labels = data[group].astype("str").where(data[group].notna(), f"{group} not given")
    order = list(dict.fromkeys(labels))
    if group is not None and isinstance(data[group].dtype, pd.CategoricalDtype):
        ranks = {str(name): i for i, name in enumerate(data[group].cat.categories)}
        order.sort(key=lambda name: ranks.get(name, len(ranks)))
    short = {name: shorten_label(name) for name in order}
    if len(set(short.values())) < len(order):  # they differ only in what is cut off
        short = {name: f"{i + 1}: {short[name]}" for i, name in enumerate(order)}
    for i, name in enumerate(order):
        marker, color = MARKERS[i % len(MARKERS)]
        chosen = (labels == name).to_numpy()
        # Open faces: a point under another one is still seen.
        ax.plot(
            fit.x[chosen], fit.y[chosen], linestyle="none", marker=marker,
            markerfacecolor=f"{color}55", markeredgecolor=color, markeredgewidth=0.9, label=short[name],
        )  # fmt: skip


def _draw_density(fit: LineFit, ax) -> int:
    """People counted in cells, on a logarithmic scale of shades; gives the largest count."""
    from matplotlib.colors import LinearSegmentedColormap, LogNorm

    edges = [_cut(*part) for part in zip((fit.x, fit.y), MOST_CELLS, strict=True)]
    counts = np.histogram2d(fit.x, fit.y, bins=edges)[0].T
    largest = int(counts.max())
    ax.pcolormesh(
        *edges, np.where(counts > 0, counts, np.nan), zorder=0.5,
        edgecolors="face", linewidth=0.3,  # without edges, viewers leave seams
        norm=LogNorm(1, max(largest, 2)), cmap=LinearSegmentedColormap.from_list("", ["#E4EFF7", BLUE]),
    )  # fmt: skip
    return largest


def _cut(values: np.ndarray, most: int) -> np.ndarray:
    """Edges of even cells; as many whole numbers in each but the last, or stripes appear."""
    low, high = values.min(), values.max()
    if low < high and (values != np.rint(values)).any():
        return np.linspace(low, high, most + 1)
    width = max(np.ceil((high - low) / most), 1)
    return np.arange(low - 0.5, high + width, width)


def _add_legend(axes) -> None:
    """One legend below the panes, each label once: points, line, band."""
    entries = {}
    for ax in axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    order = sorted(
        entries, key=lambda name: (name == "line") + 2 * name.endswith("band of the line")
    )
    figure = axes[0].figure
    columns = len(order) if figure.get_figwidth() > 5 else 2
    legend = figure.legend(
        [entries[name] for name in order], order, loc="outside lower center", ncols=columns
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def shorten_label(text: str, most: int = 40) -> str:
    """A user's label on one line: cut at so many characters, and never hidden for its underscore."""
    # Characters that turn the direction of what follows have no place in a figure.
    text = "".join(
        char for char in str(text) if char.isspace() or category(char) not in ("Cc", "Cf")
    )
    text = " ".join(text.split())
    text = text if len(text) <= most else f"{text[: most - 3]}..."
    return f" {text}" if text.startswith("_") else text


def label_column(column: str) -> str:
    """Axis label with its unit."""
    return label_unit(*describe_column(column))


def label_unit(title: str, unit: str) -> str:
    """A title and its unit in brackets, if there is one."""
    return f"{title} ({unit})" if unit else title


def write_minus(text: str) -> str:
    """A minus sign, not a hyphen."""
    return text.replace("-", "\N{MINUS SIGN}")


def join_words(title: str, status: str, note: str = "") -> str:
    """Title lines; illustrative data are always called so."""
    words = "illustrative data" if status == "illustrative" else ""
    head = f"{title} ({words})" if title and words else title or words
    return f"{head}\n{note}" if note else head


def plot_diary(
    diary: pd.DataFrame, ax=None, *, rating: str = "pain_0_100", conditions=CONDITION_TITLES
):
    """One person's daily ratings, with the means that the registry's definitions use.

    Parameters
    ----------
    diary : DataFrame
        Rows of one participant: day, phase and the rating; blanks are missed days.
    ax : matplotlib Axes, optional
        Default: a new figure of two columns' width.
    rating : str
        Column to draw.
    conditions : iterable of str
        Phases that are shaded and whose final three days are marked.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If the rows belong to more than one participant.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> diary = load_dataset("daily_pain").query("participant == 'C01'")
    >>> plot_diary(diary).get_ylabel()
    'pain (points of 0-100)'
    """
    if len(diary["participant"].unique()) != 1:
        raise ValueError(
            f"plot_diary: one participant is needed; received {diary['participant'].nunique()}"
        )
    if ax is None:
        ax = new_figure(2, 55).subplots()
    ax.plot(diary["day"], diary[rating], color=GREY, linewidth=0.8, marker=".", markersize=3)
    for phase, days in diary.groupby("phase", observed=True):
        first, last = days["day"].min(), days["day"].max()
        if phase in conditions:
            ax.axvspan(
                first - 0.5,
                last + 0.5,
                color=BLUE if phase == "ldn" else VERMILLION,
                alpha=0.10,
                linewidth=0,
            )
        ax.annotate(
            CONDITION_TITLES.get(phase, phase),
            ((first + last) / 2, 97),
            ha="center",
            va="top",
            fontsize=7,
        )
        used = (
            days
            if phase == "baseline"
            else days[days["day"] > last - 3]
            if phase in conditions
            else None
        )
        if used is not None:
            ends = [used["day"].min() - 1.5, used["day"].max() + 1.5]
            ax.plot(
                ends, [used[rating].mean()] * 2, color="black", linewidth=2.2, solid_capstyle="butt"
            )
    ax.set(xlabel="day of the study", ylabel=label_column(rating), ylim=(0, 100))
    title = f"participant {diary['participant'].iloc[0]}; thick lines: means of the baseline and of the final three days"
    ax.set_title(join_words(title, diary.attrs.get("status", "")), fontsize=7)
    return ax


def write_captions(results: dict) -> str:
    """Captions in Markdown: what is drawn, the numbers, and what is assumed.

    Parameters
    ----------
    results : dict
        "figure_1": an ImprovementSummary, "figure_2": a LineFits; either may be missing.

    Returns
    -------
    str
    """
    parts = ["# Captions\n"]
    if summary := results.get("figure_1"):
        best = summary.combine(["very much improved", "much improved"]).iloc[0]
        interval = format_interval(100 * best["conf_low"], 100 * best["conf_high"], 0.95, " %")
        parts.append(
            f"**Fig. 1.** {summary} Much or very much improved: {best['count']} of {summary.n_obs} "
            f"({100 * best['share']:.0f} %, Wilson {interval}). There is no control group in this "
            "figure. The number of participants is that of the review's caption; the scale and the "
            "counts are assumed, within the reported half who were much or very much improved.\n"
        )
    if fits := results.get("figure_2"):
        lines = " ".join(f"{name}: {fits[name]}" for name in fits)
        assumed = (
            " The crossover trial's means and their paired p value, and the R² of the pilot's symptom "
            "response, meet printed numbers. The points are assumed, and so is everything that "
            "follows from them: slopes, r, R², p and intervals."
            if any(fit.status == "illustrative" for fit in fits.fits.values())
            else ""
        )
        parts.append(
            f"**Fig. 2.** Baseline ESR against pain reduction, with least-squares lines and the 95 % "
            f"band of each line. {lines} That one pane is significant and the other is not would say "
            f"nothing about the difference between the two slopes.{assumed}\n"
        )
    return "\n".join(parts)


def render_figure(figure, formats=("svg", "png", "pdf")) -> dict[str, bytes]:
    """A figure as bytes of each format; the same figure gives the same bytes.

    Dates, producers and random ids are left out of the files.

    Parameters
    ----------
    figure : matplotlib Figure
        What to render.
    formats : sequence of {"svg", "png", "pdf"}
        Which formats.

    Returns
    -------
    dict of bytes

    Raises
    ------
    ValueError
        If a format is not one of the three.
    """
    import matplotlib as mpl

    for name in formats:
        if name not in NO_DATES:
            raise ValueError(f"render_figure: no format {name!r}; known: {', '.join(NO_DATES)}")
    rendered = {}
    engine, canvas, dpi = figure.get_layout_engine(), figure.canvas, figure.dpi
    with mpl.rc_context({"svg.hashsalt": "ldn-analysis", "pdf.fonttype": 42}):
        figure.dpi = 300
        try:
            # Laid out once for all formats: savefig would do it, and draw twice, for each.
            # The second pass is for ticks that change as the axes shrink.
            if engine is not None:
                engine.execute(figure)
                engine.execute(figure)
                figure.set_layout_engine("none")
            for name in dict.fromkeys(formats):
                rendered[name] = _print_figure(figure, name)
        finally:
            figure.set_layout_engine(engine)
            figure.set_canvas(canvas)
            figure.dpi = dpi
    return rendered


@contextmanager
def notice_missing_characters():
    """Gives a list that holds, afterwards, a sentence if the font lacked characters that were drawn."""
    said: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield said
    if any("missing from" in str(item.message) for item in caught):
        said.append(
            "the figure's font lacks some characters of your names and shows boxes for them"
        )


def _print_figure(figure, name: str) -> bytes:
    """The figure as it is laid out, in one format, at 300 dots per inch."""
    from importlib import import_module

    backends = {
        "svg": ("backend_svg", "FigureCanvasSVG"),
        "pdf": ("backend_pdf", "FigureCanvasPdf"),
        "png": ("backend_agg", "FigureCanvasAgg"),
    }
    module, canvas = backends[name]
    buffer = io.BytesIO()
    figure.dpi = 300  # SVG and PDF leave it at their 72
    # Only the one that is asked for: that of PDF alone takes a third of a second to load.
    canvas = getattr(import_module(f"matplotlib.backends.{module}"), canvas)(figure)
    getattr(canvas, f"print_{name}")(buffer, metadata=NO_DATES[name])
    return buffer.getvalue()


def save_figure(figure, path: str | Path, *, formats=("svg", "png", "pdf")) -> list[Path]:
    """Save a figure in several formats, all of them or none.

    Parameters
    ----------
    figure : matplotlib Figure or Axes
        What to save.
    path : str or Path
        Without a suffix; the folder is made if it is not there.
    formats : sequence of {"svg", "png", "pdf"}
        Which formats.

    Returns
    -------
    list of Path

    Raises
    ------
    ValueError
        If a format is not one of the three.
    OSError
        If the folder cannot be written to; files that were there are left as they were.
    """
    path = Path(path)
    rendered = render_figure(getattr(figure, "figure", figure), formats)
    return write_files(
        {f"{path.name}.{name}": data for name, data in rendered.items()}, path.parent
    )


def show(figure, *, alt: str, caption: str = "") -> None:
    """Display a figure in a notebook with alt text that screen readers find.

    Parameters
    ----------
    figure : matplotlib Figure, Axes or list of Axes
        What to show; a pyplot figure is closed, so that it does not appear twice.
    alt : str
        What there is to see, for a reader who cannot see it.
    caption : str
        Printed below.

    Raises
    ------
    ValueError
        If the alt text is empty.
    """
    from IPython.display import HTML, display

    if not alt.strip():
        raise ValueError("show: alt must say what there is to see")
    figure = figure[0] if isinstance(figure, (list, tuple, np.ndarray)) else figure
    figure = getattr(figure, "figure", figure)
    display(HTML(write_image(figure, alt=alt, caption=caption)))


def write_image(figure, *, alt: str, caption: str = "") -> str:
    """A figure as an HTML element that holds its own picture and its alt text.

    A pyplot figure is closed, so that it does not appear a second time in a notebook.

    Parameters
    ----------
    figure : matplotlib Figure
        What to write, as SVG.
    alt, caption : str
        Plain text; it is escaped here.

    Returns
    -------
    str
    """
    try:
        svg = base64.b64encode(render_figure(figure, ["svg"])["svg"]).decode()
    finally:
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close(figure)
    width = round(figure.get_figwidth() * 96 * 1.25)
    below = f"<figcaption>{write_text(caption)}</figcaption>" if caption else ""
    return (
        f'<figure><img src="data:image/svg+xml;base64,{svg}" alt="{write_text(alt)}" '
        f'width="{width}">{below}</figure>'
    )
