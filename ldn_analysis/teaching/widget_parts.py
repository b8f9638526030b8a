"""What the widgets share: named sliders, a picture that follows them, and how it is written."""

import io
from collections.abc import Callable

import numpy as np

from ..core.canvas import STYLE
from ..core.html import embed_image, render_paragraph, render_text
from ..data.tables import load_codebook

__all__: list[str] = []

PIXELS_PER_INCH = 100  # on the page
SHARPNESS = 2  # pixels of the picture per pixel of the page
# Sliders of ipywidgets have no name that a screen reader could say, nor a way to give them one in
# Python: each takes that of the number box beside it, whenever a picture has arrived in the page.
NAME_SLIDERS = (
    "for (const box of this.closest('.ldn-widget')?.querySelectorAll('.ldn-named-slider') ?? []) "
    "box.querySelector('[role=slider]')?.setAttribute('aria-label', "
    "box.querySelector('label').textContent)"
)
# As wide as the page allows, and no wider.
IN_PAGE = (
    f'<figure style="margin:0"><img onload="{NAME_SLIDERS}" style="max-width:100%;height:auto" '
)


def load_ipywidgets(function: str):
    """The optional library, or what to install."""
    try:
        import ipywidgets
    except ImportError:
        raise ImportError(
            f"{function} needs ipywidgets, which is not installed. Install it (python -m pip install "
            "ipywidgets), restart the kernel and reload the page."
        ) from None
    return ipywidgets


def follow(controls: dict, draw: Callable[..., str], *, before=(), after=()):
    """Put controls above the picture that `draw(**values)` writes as HTML, and keep it current.

    `before` and `after` hold what stands before and after the controls and is observed by the
    caller. Gives the box, and a function that sets several controls and draws once.
    """
    import ipywidgets

    picture = ipywidgets.HTML()
    held, drawn = False, {}

    def redraw(_change=None) -> None:
        values = {name: read_control(control) for name, control in controls.items()}
        if not held and values != drawn:
            drawn.update(values)
            try:
                picture.value = draw(**values).replace("<figure><img ", IN_PAGE)
            except ValueError as error:  # e.g. correlations that no data can have
                picture.value = f'<div role="status">{render_paragraph(error)}</div>'

    def put(**values) -> None:
        nonlocal held
        held = True
        try:
            for name, value in values.items():
                controls[name].value = value
        finally:
            held = False
        drawn.clear()  # what else the picture depends on may have changed
        redraw()

    rows = [
        control if isinstance(control, ipywidgets.Dropdown) else name_slider(control)
        for control in controls.values()
    ]
    for control in controls.values():
        control.observe(redraw, names="value")
    redraw()
    wrap = ipywidgets.Layout(flex_flow="row wrap")
    box = ipywidgets.VBox([ipywidgets.HBox([*before, *rows, *after], layout=wrap), picture])
    return box.add_class("ldn-widget"), put


def read_control(control):
    """The option of a list; of a slider the value in whole steps: the page makes 0.4 0.40000000000000013."""
    return round_to_step(control.value, control.step) if hasattr(control, "step") else control.value


def list_options(options, description: str, **more):
    """A list to choose from, with its name beside it."""
    import ipywidgets

    return ipywidgets.Dropdown(
        options=[(str(option), option) for option in options], description=description,
        style={"description_width": "initial"}, layout={"width": "auto"}, **more,
    )  # fmt: skip


def round_to_step(value: float, step: float) -> float:
    """The nearest multiple of the step, without the rounding of the multiplication."""
    return round(round(value / step) * step, max(0, -int(np.floor(np.log10(step)))))


def name_slider(slider):
    """A number box with the slider's name beside it; each follows the other.

    A number box takes a number typed in, and gives the slider the name that it lacks.
    """
    import ipywidgets

    is_whole = isinstance(slider, ipywidgets.IntSlider)
    kind = ipywidgets.BoundedIntText if is_whole else ipywidgets.BoundedFloatText
    box = kind(
        read_control(slider), min=slider.min, max=slider.max, step=slider.step,
        description=slider.description, style={"description_width": "initial"}, layout={"width": "auto"},
    )  # fmt: skip
    slider.description, slider.readout = "", False
    slider.layout.width = "12em"

    def fill_box(_change) -> None:
        box.value = read_control(slider)

    def move_slider(_change) -> None:
        if box.value != read_control(slider):
            slider.value = box.value

    slider.observe(fill_box, names="value")
    box.observe(move_slider, names="value")
    return ipywidgets.HBox([box, slider]).add_class("ldn-named-slider")


def new_panes(count: int = 1, *, width: float = 5.4, height: float = 4.2, **share):
    """Axes side by side on a figure (inches) that is not one of pyplot's: the widget shows it.

    Margins are fixed: to lay a picture out takes a third of its time, and axes should stand still.
    """
    from matplotlib.figure import Figure

    with in_style():
        figure = Figure(figsize=(width, height), dpi=SHARPNESS * PIXELS_PER_INCH, layout="none")
        axes = figure.subplots(1, count, squeeze=False, **share)[0]
    figure.subplots_adjust(
        left=0.55 / width, right=1 - 0.1 / width, bottom=1.0 / height, top=1 - 0.5 / height,
        wspace=0.1 if "sharey" in share else 0.2,
    )  # fmt: skip
    return axes


def in_style():
    """The project's style, for the time of a drawing."""
    from matplotlib import style

    # A title in a fixed place: to find one costs matplotlib as much as to draw the axes.
    return style.context([STYLE, {"axes.titley": 1.0}])


class Stage:
    """Panes that stand still: frames, ticks and labels are drawn once, what moves each time.

    Most of the time of a picture goes into what stands still.
    """

    def __init__(self, axes):
        """Take what the axes show now as the background of all that `render` will draw."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        self.axes, self.figure = axes, axes[0].figure
        self.canvas = FigureCanvasAgg(self.figure)
        with in_style():  # ticks are made when they are drawn
            self.canvas.draw()
        self.background = self.canvas.copy_from_bbox(self.figure.bbox)
        self.has_legend = bool(self.figure.legends)
        self.figure.patch.set_visible(False)
        for ax in axes:
            ax.set_axis_off()

    def render(self, plot: Callable[..., None], *values, words: str, table: str = "") -> str:
        """What `plot(*values)` draws on the axes, as an HTML image.

        The same words are its alt text and, with a table, its caption, which is a live region: a
        screen reader may read it out when it is idle.
        """
        return embed_image(
            self.draw(plot, *values),
            "png",
            alt=words,
            caption=f'<div role="status" aria-live="polite">{render_text(words)}</div>{table}',
            width=round(self.figure.get_figwidth() * PIXELS_PER_INCH),
        )

    def draw(self, plot: Callable[..., None], *values) -> bytes:
        """The picture. PNG, for speed, with more pixels than it is shown in, for sharp screens."""
        from PIL import Image

        clear_panes(self.axes)
        with in_style():
            plot(*values)
        if self.has_legend:  # it is in the background
            clear_legends(self.figure)
        self.canvas.restore_region(self.background)
        self.figure.draw(self.canvas.get_renderer())
        buffer = io.BytesIO()
        image = Image.fromarray(np.asarray(self.canvas.buffer_rgba()))
        image.convert("RGB").save(buffer, "png", compress_level=1)
        return buffer.getvalue()


def set_stage(axes, plot: Callable[..., None], *values) -> Stage:
    """The stage for a plot: its axes, and a legend of the whole figure, without its data."""
    with in_style():
        plot(*values)
    clear_panes(axes)
    return Stage(axes)


def clear_panes(axes) -> None:
    """Take away what was drawn on the axes; a legend of the whole figure stays."""
    for ax in axes:
        for container in list(ax.containers):  # takes its own patches along
            container.remove()
        for artist in [*ax.lines, *ax.collections, *ax.patches, *ax.texts]:
            artist.remove()
        if ax.legend_:
            ax.legend_.remove()
        for side in ("left", "center", "right"):
            ax.set_title("", loc=side)


def clear_legends(figure) -> None:
    """Take away the legends of the whole figure."""
    for legend in list(figure.legends):
        legend.remove()


def find_span(values, column: str) -> tuple[float, float, float]:
    """Least, greatest and step of a slider: the values and half as much again, where possible."""
    margin = (values.max() - values.min()) / 2 or 1.0
    step = 10.0 ** np.floor(np.log10(margin / 25))
    if (values == np.round(values)).all():  # what is measured in whole numbers is moved by them
        step = max(step, 1.0)
    low = np.floor((values.min() - margin) / step) * step
    high = np.ceil((values.max() + margin) / step) * step
    book = load_codebook("esr_pain_change").set_index("name")
    if column in book.index:  # what cannot be: an ESR below 0, a reduction above 100 %
        low = np.fmax(low, book.loc[column, "minimum"])
        high = np.fmin(high, book.loc[column, "maximum"])
    return float(low), float(high), float(step)
