"""Stand-in for the few parts of ipywidgets that the notebooks use, as plain HTML controls.

The page sends what a control was set to (`live_kernel.move`), and Python answers with what
changes: the library's own code draws, as it does in JupyterLab.
"""

import re
from html import escape
from types import SimpleNamespace

import live_kernel

CONTROLS = []


class Control:
    """What all have: a number that the page knows it by, a value, and who wants to know of it."""

    def __init__(self, value=None, *, description="", **options):
        self.number, self.observers = len(CONTROLS), []
        CONTROLS.append(self)
        self._value, self.description, self.name = value, description, description
        self.layout, self.options = SimpleNamespace(), options

    @property
    def value(self):
        """What it is set to."""
        return self._value

    @value.setter
    def value(self, value):
        if value == self._value:
            return
        self._value = value
        live_kernel.send({"output_type": "control", "number": self.number, **self.show()})
        for observer in self.observers:
            observer(SimpleNamespace(owner=self, name="value", new=value))

    def observe(self, observer, names="value"):  # noqa: ARG002
        """Call when the value changes."""
        self.observers.append(observer)

    def show(self) -> dict:
        """What the page changes."""
        return {"value": self._value}

    def take(self, text: str) -> None:
        """Set to what the page sent."""
        self.value = text

    def label(self, field: str) -> str:
        """A field with its name before it."""
        return f"<label>{escape(self.description)} {field}</label>"


class HTML(Control):
    """Text and pictures, without their scripts, which are for JupyterLab: the page lets none run."""

    def __init__(self, value="", **options):
        super().__init__(value, **options)

    def show(self) -> dict:
        """What the page changes."""
        return {"html": re.sub(r'\sonload="[^"]*"', "", self._value)}

    def _repr_html_(self) -> str:
        return f'<div data-control="{self.number}">{self.show()["html"]}</div>'


class Number(Control):
    """A number between two limits."""

    kind, whole = "number", False

    def __init__(self, value=0, min=0, max=100, step=None, **options):  # noqa: A002
        super().__init__(value, **options)
        self.min, self.max, self.step = min, max, step or (1 if self.whole else 0.1)

    def take(self, text: str) -> None:
        """Set to what the page sent, within the limits."""
        try:
            number = round(float(text)) if self.whole else float(text)
        except ValueError:
            return
        self.value = min(max(number, self.min), self.max)

    def _repr_html_(self) -> str:
        field = (
            f'<input type="{self.kind}" data-control="{self.number}" min="{self.min}" '
            f'max="{self.max}" step="{self.step}" value="{self._value}"'
        )
        if self.kind == "range":  # its name may have gone to a box beside it
            return f'{field} aria-label="{escape(self.name)}">'
        return self.label(f"{field}>")


class BoundedIntText(Number):
    """A box for a whole number."""

    whole = True


class BoundedFloatText(Number):
    """A box for a number."""


class IntSlider(Number):
    """A slider of whole numbers."""

    kind, whole = "range", True


class FloatSlider(Number):
    """A slider."""

    kind = "range"


class Dropdown(Control):
    """A list to choose from."""

    def __init__(self, options=(), value=None, **more):
        pairs = [pair if isinstance(pair, tuple) else (str(pair), pair) for pair in options]
        super().__init__(pairs[0][1] if value is None else value, **more)
        self.pairs = pairs

    def show(self) -> dict:
        """What the page changes: options are known by their place."""
        return {"value": [option for _, option in self.pairs].index(self._value)}

    def take(self, text: str) -> None:
        """Set to the option of this place."""
        self.value = self.pairs[int(text)][1]

    def _repr_html_(self) -> str:
        chosen = self.show()["value"]
        options = "".join(
            f'<option value="{i}"{" selected" * (i == chosen)}>{escape(text)}</option>'
            for i, (text, _) in enumerate(self.pairs)
        )
        return self.label(f'<select data-control="{self.number}">{options}</select>')


class Button(Control):
    """A button."""

    def on_click(self, action):
        """Call when it is pressed."""
        self.observers.append(action)

    def take(self, _text: str) -> None:
        """It was pressed."""
        for action in self.observers:
            action(self)

    def _repr_html_(self) -> str:
        name = escape(self.description)
        return f'<button type="button" data-control="{self.number}">{name}</button>'


class Layout(SimpleNamespace):
    """The page has its own."""


class Box:
    """Controls together."""

    kind = "column"

    def __init__(self, children=(), **_options):
        self.children = tuple(children)

    def add_class(self, _name: str):
        """The page has its own."""
        return self

    def _repr_html_(self) -> str:
        return f'<div class="{self.kind}">{"".join(map(show, self.children))}</div>'


class VBox(Box):
    """One below the other."""


class HBox(Box):
    """Side by side."""

    kind = "row"


def show(control) -> str:
    """A control as HTML."""
    return control._repr_html_()
