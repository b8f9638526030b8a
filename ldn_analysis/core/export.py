"""A figure as bytes, as files, and in a notebook or page with alt text."""

import io
import sys
import warnings
from base64 import b64encode
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from .canvas import DPI, lay_out, read_descriptions
from .files import write_files
from .html import embed_image, render_text

__all__ = ["embed_figure", "render_figure", "save_figure", "show"]

PREVIEW_DPI, PREVIEW_COLORS = 150, 32  # of the PNG beside a notebook's SVG
NO_DATES = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    "png": {"Software": None},
}


def render_figure(figure, formats=("svg", "png", "pdf"), *, dpi: float = DPI) -> dict[str, bytes]:
    """A figure as bytes of each format; the same figure gives the same bytes.

    Dates, producers and random ids are left out of the files.

    Parameters
    ----------
    figure : matplotlib Figure
        What to render.
    formats : sequence of {"svg", "png", "pdf"}
        Which formats.
    dpi : float
        Dots per inch of the PNG; the layout does not depend on it.

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
    engine, canvas, own_dpi = figure.get_layout_engine(), figure.canvas, figure.dpi
    with mpl.rc_context({"svg.hashsalt": "ldn-analysis", "pdf.fonttype": 42}):
        try:
            # Laid out once for all formats: savefig would do it, and draw twice, for each.
            if engine is not None:
                lay_out(figure)
                figure.set_layout_engine("none")
            for name in dict.fromkeys(formats):
                rendered[name] = _print_figure(figure, name, dpi)
        finally:
            figure.set_layout_engine(engine)
            figure.set_canvas(canvas)
            figure.dpi = own_dpi
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


def _print_figure(figure, name: str, dpi: float) -> bytes:
    """The figure as it is laid out, in one format."""
    from importlib import import_module

    import matplotlib as mpl

    backends = {
        "svg": ("backend_svg", "FigureCanvasSVG"),
        "pdf": ("backend_pdf", "FigureCanvasPdf"),
        "png": ("backend_agg", "FigureCanvasAgg"),
    }
    module, canvas = backends[name]
    buffer = io.BytesIO()
    figure.dpi = dpi if name == "png" else DPI  # SVG and PDF leave it at their 72
    # Only the one that is asked for: that of PDF alone takes a third of a second to load.
    canvas = getattr(import_module(f"matplotlib.backends.{module}"), canvas)(figure)
    # Hinted letters of a coarse PNG are wider than the layout, made at 300 dpi, has room for.
    hinting = {"text.hinting": "none"} if figure.dpi < DPI else {}
    with mpl.rc_context(hinting):
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

    See Also
    --------
    show : Display a figure in a notebook.
    """
    path = Path(path)
    rendered = render_figure(getattr(figure, "figure", figure), formats)
    return write_files(
        {f"{path.name}.{name}": data for name, data in rendered.items()}, path.parent
    )


def show(figure, *, alt="", caption: str = "") -> None:
    """Display a figure in a notebook with alt text that screen readers find.

    Pages get the figure as SVG, sharp on every screen; a PNG goes with it, so that an export to
    PDF keeps the picture.

    Parameters
    ----------
    figure : matplotlib Figure, Axes or list of Axes
        What to show; a pyplot figure is closed, so that it does not appear twice.
    alt : str, Result or list of them
        What there is to see, for a reader who cannot see it. A result says its sentence. The
        project's plots say by themselves what kind of picture they are (`describe_axes`).
    caption : str
        Printed below.

    Raises
    ------
    ValueError
        If there is no alt text.

    See Also
    --------
    save_figure : Save a figure instead.
    show_table : Display a table.
    """
    from IPython.display import display

    figure = figure[0] if isinstance(figure, (list, tuple, np.ndarray)) else figure
    figure = getattr(figure, "figure", figure)
    parts = list(alt) if isinstance(alt, (list, tuple)) else [alt]
    words = " ".join(filter(str.strip, [*read_descriptions(figure), *map(str, parts)]))
    if not words:
        raise ValueError("show: alt must say what there is to see")
    rendered = _render_and_close(figure, ["svg", "png"])
    page = _embed_svg(figure, rendered["svg"], words, caption)
    picture = b64encode(reduce_colors(rendered["png"])).decode()
    text = f"Figure. {words}" + f" {caption}" * bool(caption)
    display({"text/html": page, "image/png": picture, "text/plain": text}, raw=True)


def reduce_colors(data: bytes) -> bytes:
    """A PNG with few colours: every notebook keeps its own."""
    from PIL import Image

    image = Image.open(io.BytesIO(data)).convert("RGB")
    buffer = io.BytesIO()
    image.quantize(PREVIEW_COLORS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        buffer, "png", optimize=True, dpi=(PREVIEW_DPI, PREVIEW_DPI)
    )
    return buffer.getvalue()


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
    svg = _render_and_close(figure, ["svg"])["svg"]
    return _embed_svg(figure, svg, alt, caption)


def _render_and_close(figure, formats) -> dict[str, bytes]:
    """Bytes of a figure, which pyplot then forgets."""
    try:
        return render_figure(figure, formats, dpi=PREVIEW_DPI)
    finally:
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close(figure)


def _embed_svg(figure, svg: bytes, alt: str, caption: str) -> str:
    """The element of a picture, a little larger than on paper."""
    width = round(figure.get_figwidth() * 96 * 1.25)
    return embed_image(svg, "svg", alt=alt, caption=render_text(caption), width=width)
