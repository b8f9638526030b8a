"""What every figure shares: style, size, colours, axes, points, labels."""

import sys
from unicodedata import category

import numpy as np

from .codebook import describe_column

__all__ = ["new_figure"]

STYLE = "ldn_analysis.ldn"
WIDTH_MM = {1: 84, 2: 174}  # one and two columns of a journal page
BLUE, VERMILLION, GREEN, GREY = "#0072B2", "#D55E00", "#007A5A", "#555555"
MARKERS = (("o", BLUE), ("^", VERMILLION), ("s", GREEN), ("D", "#A5568B"), ("v", "#8A6100"))
BELOW = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.16), "fontsize": 6.5}  # a legend
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
        Empty, laid out by constrained layout.

    See Also
    --------
    save_figure : writes it to files
    show : displays it with alt text

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


def take_axes(
    axes,
    shape: int | tuple[int, int],
    function: str,
    *,
    height_mm: float,
    columns: int = 2,
    **options,
) -> list:
    """The axes given, or those of a new figure; a wrong number of them is refused.

    Parameters
    ----------
    axes : Axes, sequence of Axes or None
        What the caller was given; None makes a new figure.
    shape : int or (int, int)
        Panes side by side, or rows and columns of panes.
    function : str
        Who asks, for the message.
    height_mm, columns : float, {1, 2}
        Of a new figure, as in `new_figure`.
    **options
        Of a new figure's `subplots`, such as sharey and width_ratios.

    Returns
    -------
    list of Axes
        Row by row.

    Raises
    ------
    ValueError
        If there are more or fewer axes than panes.

    Examples
    --------
    >>> left, right = take_axes(None, 2, "plot_both", height_mm=70, sharey=True)
    >>> (ax,) = take_axes(left, 1, "plot_one", height_mm=70)
    >>> ax is left
    True
    """
    rows, across = shape if isinstance(shape, tuple) else (1, shape)
    if axes is None:
        axes = new_figure(columns, height_mm).subplots(rows, across, **options)
    axes, count = list(np.ravel(axes)), rows * across
    if len(axes) != count:
        need = "1 pane needs" if count == 1 else f"{count} panes need"
        raise ValueError(f"{function}: {need} {count} axes; received {len(axes)}")
    return axes


DPI = 300  # at which figures are laid out, whatever their files have
MOVED = 1e-9  # of the figure; less is the solver's rounding


def lay_out(figure, *, roughly: bool = False) -> None:
    """Put the axes in their places, without drawing.

    Ticks change as axes shrink: where the first time moved the axes, there is a second. What is
    placed on the axes before the figure is drawn does well with the first (`roughly`).
    """
    engine, own_dpi = figure.get_layout_engine(), figure.dpi
    if engine is None:  # places are the user's; only the limits of the axes may be due
        figure.draw_without_rendering()
        return
    figure.dpi = DPI
    try:
        before = _find_places(figure)
        engine.execute(figure)
        if not roughly and np.abs(_find_places(figure) - before).max(initial=0) > MOVED:
            engine.execute(figure)
    finally:
        figure.dpi = own_dpi


def _find_places(figure) -> np.ndarray:
    """Where the axes are, as shares of the figure."""
    return np.array([ax.get_position().bounds for ax in figure.axes])


def describe_axes(ax, text: str) -> None:
    """Say what kind of picture is drawn, for the alt text that `show` writes; nothing is drawn."""
    ax.set_label(text)


def read_descriptions(figure) -> list[str]:
    """What the panes of a figure say of themselves, each sentence once."""
    said = [str(ax.get_label()) for ax in figure.axes]
    return list(dict.fromkeys(text for text in said if text and not text.startswith("<")))


def name_rows(ax, names, *, above: float = 0.7, below: float = 0.5, **style) -> None:
    """One named row per estimate, the first at the top, with so much room above and below."""
    ax.set_yticks(range(len(names)), names, **style)
    ax.set_ylim(len(names) - 1 + below, -above)
    ax.tick_params(axis="y", length=0)


def shorten_label(text: str, longest: int = 40) -> str:
    """A user's label on one line: cut at so many characters, and never hidden for its underscore."""
    # Characters that turn the direction of what follows have no place in a figure.
    text = "".join(
        char for char in str(text) if char.isspace() or category(char) not in ("Cc", "Cf")
    )
    text = " ".join(text.split())
    text = text if len(text) <= longest else f"{text[: longest - 3]}..."
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


def open_face(color: str) -> dict[str, str]:
    """Marker with an open face, as options of `plot`: a point under another one is still seen."""
    return {"markerfacecolor": f"{color}55", "markeredgecolor": color}


POINT = {"linestyle": "none", "marker": "o", "markersize": 4, "markeredgewidth": 0.8}


def draw_points(ax, x, y, *, color: str = BLUE, **style) -> None:
    """Points with open faces; many of them as pixels, also in a vector file."""
    ax.plot(x, y, rasterized=len(x) > 2000, **POINT | open_face(color) | style)


MAX_IN_COLUMN = 2_000  # points; more are drawn as a box
GOLDEN = 0.6180339887  # its multiples spread points beside one another without chance


def draw_column(ax, at: float, values: np.ndarray, *, box_width: float = 0.5) -> None:
    """Draw values above one place of the x axis: points beside one another, or a box of many."""
    if len(values) > MAX_IN_COLUMN:
        ax.boxplot(values, positions=[at], widths=box_width, showfliers=False, manage_ticks=False)
        return
    beside = (np.arange(len(values)) * GOLDEN % 1 - 0.5) * 0.4
    ax.plot(
        at + beside, values, linestyle="none", marker="o", markersize=3.5, markeredgewidth=0.8,
        markerfacecolor="none", markeredgecolor=BLUE,
    )  # fmt: skip


SIDES = [(1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1), (0, 1), (0, -1)]  # right, left, ...


def place_labels(ax, x, y, labels, *, offset: float = 3.5) -> None:
    """Write labels beside their points so that they overlap neither each other nor the edge.

    The figure must have been laid out (`lay_out`).

    Each label tries the places around its point, in the pane's own pixels, and takes the first
    that is free of other labels and hides the fewest points.
    """
    from matplotlib.patheffects import withStroke

    if not len(labels):
        return
    scale, points = ax.figure.dpi / 72, _find_points(ax)
    taken = []
    for px, py, label in zip(x, y, labels, strict=True):
        at = ax.transData.transform((px, py))
        size = 4.1 * len(str(label)) * scale, 6.5 * scale
        places = [
            _rate_place(
                ax, at, np.multiply(side, offset * reach * scale), side, size, taken, points
            )
            for reach in (1, 2.2, 3.6)
            for side in SIDES
        ]
        # The nearest of equally good ones: a little is added for every step away.
        costs = [cost + i // len(SIDES) for i, (cost, _, _) in enumerate(places)]
        best = int(np.argmin(costs))
        _, move, rectangle = places[best]
        taken.append(rectangle)
        sx, sy = SIDES[best % len(SIDES)]
        ax.annotate(
            str(label), (px, py), tuple(move / scale), textcoords="offset points", fontsize=6,
            ha={1: "left", 0: "center", -1: "right"}[sx],
            va={1: "bottom", 0: "center", -1: "top"}[sy],
            path_effects=[withStroke(linewidth=1.8, foreground="white")], in_layout=False,
        )  # fmt: skip


def _find_points(ax) -> np.ndarray:
    """Where the pane has markers, in pixels."""
    drawn = [line for line in ax.lines if line.get_marker() not in (None, "None", "none", "", " ")]
    if not drawn:
        return np.empty((0, 2))
    points = ax.transData.transform(np.concatenate([line.get_xydata() for line in drawn]))
    return points[np.isfinite(points).all(1)]


def _rate_place(ax, at, move, side, size, taken, points) -> tuple[float, np.ndarray, tuple]:
    """Cost of a label's place: over the edge, over other labels, over points."""
    (sx, sy), (width, height), box = side, size, ax.get_window_extent()
    left = at[0] + move[0] - width * (0.5 - sx / 2)
    low = at[1] + move[1] - height * (0.5 - sy / 2)
    outside = left < box.x0 or left + width > box.x1 or low < box.y0 or low + height > box.y1
    hit = sum(
        left < x + wide and x < left + width and low < y + tall and y < low + height
        for x, y, wide, tall in taken
    )
    hidden = (
        (points[:, 0] > left - 2) & (points[:, 0] < left + width + 2)
        & (points[:, 1] > low - 2) & (points[:, 1] < low + height + 2)
    ).sum()  # fmt: skip
    return 100 * outside + 50 * hit + 3 * hidden, move, (left, low, width, height)
