"""A figure as bytes, as files, and in a notebook or page with alt text."""

import io
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from .files import write_files
from .html import embed_image, render_text

__all__ = ["embed_figure", "render_figure", "save_figure", "show"]

NO_DATES = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    "png": {"Software": None},
}


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
        By format.

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
        The files written.

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
    display(HTML(embed_figure(figure, alt=alt, caption=caption)))


def embed_figure(figure, *, alt: str, caption: str = "") -> str:
    """A figure as an HTML element that holds its own picture and its alt text.

    A pyplot figure is closed, so that it does not appear a second time in a notebook.

    Parameters
    ----------
    figure : matplotlib Figure
        What to embed, as SVG.
    alt, caption : str
        Plain text; it is escaped here.

    Returns
    -------
    str
        The element.
    """
    try:
        svg = render_figure(figure, ["svg"])["svg"]
    finally:
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close(figure)
    width = round(figure.get_figwidth() * 96 * 1.25)
    return embed_image(svg, "svg", alt=alt, caption=render_text(caption), width=width)
