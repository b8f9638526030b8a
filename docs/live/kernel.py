"""The Python side of a live page: run a cell and say what it put out.

Runs in the browser, in the worker (worker.js). What a cell puts out leaves as one line of JSON
each on the real standard output, in the form that a notebook file keeps it in.
"""

import ast
import base64
import builtins
import io
import json
import linecache
import os
import pprint
import sys
import traceback
import types
import warnings
from types import SimpleNamespace

NAMES = sys.modules["__main__"].__dict__
CONTAINERS = (dict, list, tuple, set, frozenset)
MOST = 200_000  # characters printed by a cell; more would only hold the page up


def send(output: dict) -> None:
    """One line for the page; what was printed before it goes first."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    _write(output)


def _write(output: dict) -> None:
    sys.__stdout__.write(json.dumps(output) + "\n")
    sys.__stdout__.flush()


class Stream(io.TextIOBase):
    """Standard output or error, line by line."""

    encoding = "utf-8"

    def __init__(self, name: str):
        self.label, self.held, self.sent = name, "", 0

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str) -> int:
        """Hold the text until a line is whole."""
        self.held += text
        if "\n" in text or "\r" in text:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Send what is held."""
        if self.held and self.sent <= MOST:
            self.sent += len(self.held)
            text = self.held if self.sent <= MOST else "\n(The rest is not shown.)\n"
            _write({"output_type": "stream", "name": self.label, "text": text})
        self.held = ""


# --- what a value looks like --------------------------------------------------------------


class HTML:
    """Stand-in for IPython.display.HTML."""

    def __init__(self, data: str):
        self.data = data

    def _repr_html_(self) -> str:
        return self.data

    def __repr__(self) -> str:
        return "<IPython.core.display.HTML object>"


class Writers:
    """Stand-in for IPython's formatter of HTML: functions by the type that they write."""

    def __init__(self):
        self.functions = {}

    def for_type(self, kind: type, function) -> None:
        """Use this function for values of this type."""
        self.functions[kind] = function

    def write(self, value) -> str | None:
        """The value as HTML, if it has such a form."""
        for kind, function in self.functions.items():
            if isinstance(value, kind):
                return function(value)
        html = getattr(value, "_repr_html_", None)
        return html() if html and not isinstance(value, type) else None


WRITERS = Writers()
SHELL = SimpleNamespace(
    display_formatter=SimpleNamespace(formatters={"text/html": WRITERS}),
    events=SimpleNamespace(register=lambda *_: None),  # pyplot asks for it
)


def describe(value) -> dict[str, str]:
    """A value by media type, as Jupyter would show it."""
    is_container = type(value) in CONTAINERS
    data = {"text/plain": pprint.pformat(value, sort_dicts=False) if is_container else repr(value)}
    if html := WRITERS.write(value):
        data["text/html"] = html
    elif type(value).__name__ == "Figure" and hasattr(value, "savefig"):
        data["image/png"] = draw(value)
    return {kind: text for kind, text in data.items() if text is not None}


def draw(figure) -> str:
    """A figure as PNG, in base64."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=120, bbox_inches="tight")
    return base64.b64encode(picture.getvalue()).decode()


def display(*values, raw: bool = False) -> None:
    """Stand-in for IPython.display.display; what is raw is there by media type already."""
    for value in values:
        data = value if raw else describe(value)
        send({"output_type": "display_data", "metadata": {}, "data": data})


def show_open_figures() -> None:
    """A figure of pyplot's that a cell leaves open is shown below it, as in JupyterLab."""
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        for number in pyplot.get_fignums():
            display(pyplot.figure(number))
        pyplot.close("all")


# --- a cell -------------------------------------------------------------------------------


def run(source: str, name: str) -> None:
    """Run a cell; the value of a last expression that does not end in ; is shown."""
    name = f"cell {name}"
    sys.stdout.sent = sys.stderr.sent = 0
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    try:
        body = ast.parse(source, name).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), name, "exec"), NAMES)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), name, "eval"), NAMES)
            if value is not None and not source.rstrip().endswith(";"):
                NAMES["_"] = value
                send({"output_type": "execute_result", "metadata": {}, "data": describe(value)})
        show_open_figures()
    except BaseException as error:
        send(describe_error(error, source, name))
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def move(number: int, text: str) -> None:
    """A control of the page was set: tell those who follow it."""
    import ipywidgets

    ipywidgets.CONTROLS[number].take(text)


def describe_error(error: BaseException, source: str, name: str) -> dict:
    """An error without the lines of this file."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename != name:
        frames = frames.tb_next
    message = str(error)
    if isinstance(error, SyntaxError):
        message = error.msg
        if any(line.lstrip().startswith(("%", "!")) for line in source.splitlines()):
            message += " (lines that start with % or ! are for JupyterLab; leave them out here)"
    if hasattr(error, "_render_traceback_"):
        lines = error._render_traceback_()
        message = "\n".join(lines)
    else:
        lines = traceback.TracebackException(type(error), error, frames).format(colorize=False)
    return {
        "output_type": "error",
        "ename": type(error).__name__,
        "evalue": message,
        "traceback": "".join(lines).rstrip().split("\n"),
    }


def ask(*_prompt) -> str:
    """There is nobody to ask while a cell runs."""
    raise RuntimeError("input() cannot wait for an answer here; write the value into the cell")


def set_up() -> None:
    """Put the stand-ins where the libraries and the notebooks look for them."""
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
    builtins.input, builtins.display = ask, display
    shell, screen = types.ModuleType("IPython"), types.ModuleType("IPython.display")
    shell.version_info, shell.get_ipython, shell.display = (9, 0), lambda: SHELL, screen
    screen.HTML, screen.display = HTML, display
    sys.modules |= {"IPython": shell, "IPython.display": screen}
    # The browser's file system is writable and cannot say so: matplotlib would warn.
    # Nor has it threads, which the bar of a long run would like.
    warnings.filterwarnings("ignore", "tqdm:disabling monitor")
    os.access = lambda path, mode, **options: os.path.exists(path)  # noqa: ARG005, PTH110
    os.makedirs("/work", exist_ok=True)  # noqa: PTH103
    os.chdir("/work")


set_up()
