"""Tables as a notebook shows them: text to the left, numbers readable, headings for screen readers."""

import math
from html import escape

import numpy as np
import pandas as pd

from .wording import format_fixed, format_number, format_p

__all__ = ["prepare_notebook", "render_frame", "show_table"]

P_VALUES = ("p_value", "p_adjusted", "p")
WIDEST_RATIO = 100  # of two numbers of a column that still get the same decimals
# JupyterLab and pandas align every cell to the right, with rules that are hard to outweigh.
STYLE = (
    "<style>.ldn-table :is(th,td){text-align:left!important;vertical-align:top}"
    ".ldn-table .n{text-align:right!important;font-variant-numeric:tabular-nums}"
    ".ldn-table td.n{white-space:nowrap}"
    ".ldn-table caption{text-align:left;caption-side:top;font-weight:bold}"
    ".ldn-table tbody th{font-weight:normal}.ldn-wide{overflow-x:auto}"
    "@media print{.ldn-table{font-size:75%!important}.ldn-table :is(th,td){padding:2px 3px}"
    ".ldn-table :is(th,td:not(.n)){white-space:normal!important}}</style>"
)


def render_frame(frame, *, caption: str = "") -> str:
    """A table or series as HTML; names stay those of the code, numbers are rounded for display only.

    Parameters
    ----------
    frame : DataFrame or Series
        Long ones show as many rows as `pandas.options.display` says.
    caption : str
        Above the table.

    Returns
    -------
    str

    Examples
    --------
    >>> html = render_frame(pd.DataFrame({"name": ["a"], "n_obs": [28.0]}), caption="One")
    >>> '<td class="n">28</td>' in html, '<th scope="col">name</th>' in html
    (True, True)
    """
    if isinstance(frame, pd.Series):
        frame = frame.to_frame("" if frame.name is None else frame.name)
    most, shown = pd.get_option("display.max_rows"), pd.get_option("display.min_rows")
    n = len(frame)
    if most and n > most:
        half = (shown or most) // 2
        frame = pd.concat([frame.iloc[:half], frame.iloc[-half:]])
        caption = f"{caption} (first and last {half} of {n:,} rows)".strip()
    columns = [_format_column(str(name), frame.iloc[:, i]) for i, name in enumerate(frame.columns)]
    levels = frame.index.nlevels
    corner = [str(name) if name is not None else "" for name in frame.index.names]
    heads = "".join(
        f'<th scope="col">{_escape(name)}</th>' if name else "<td></td>" for name in corner
    )
    heads += "".join(
        f'<th scope="col"{_align(right)}>{_escape(_name_column(name))}</th>'
        for name, (_, right) in zip(frame.columns, columns, strict=True)
    )
    rows = []
    for i, label in enumerate(frame.index):
        labels = label if levels > 1 else (label,)
        cells = "".join(f'<th scope="row">{_escape(str(part))}</th>' for part in labels)
        cells += "".join(f"<td{_align(right)}>{_escape(texts[i])}</td>" for texts, right in columns)
        rows.append(f"<tr>{cells}</tr>")
    above = f"<caption>{escape(caption)}</caption>" if caption else ""
    body = "\n".join(rows)
    return (
        f'<div class="ldn-wide">{STYLE}<table class="ldn-table">{above}\n<thead><tr>{heads}</tr>'
        f"</thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def _escape(text: str) -> str:
    """Text of a cell; a long name may be broken after an underscore, and other words nowhere."""
    return escape(text).replace("_", "_<wbr>")


def _align(right: bool) -> str:
    """Class of a cell."""
    return ' class="n"' if right else ""


def _name_column(name) -> str:
    """A column's name; those of several levels on one line."""
    return ", ".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _format_column(name: str, values: pd.Series) -> tuple[list[str], bool]:
    """Texts of a column, and whether they are numbers."""
    kind = values.dtype
    numeric = pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)
    if not numeric:
        items = values.tolist()
        # A column of mixed kinds: what is a number reads like one.
        present = [item for item in items if not _is_missing(item)]
        return list(map(_format_item, items)), bool(present) and all(map(_is_number, present))
    numbers = [math.nan if _is_missing(value) else float(value) for value in values.tolist()]
    finite = [abs(value) for value in numbers if math.isfinite(value)]
    if all(value == round(value) for value in finite):
        write = "{:,.0f}".format
    elif name in P_VALUES:
        write = _format_p
    else:
        write = _choose_decimals([value for value in finite if value])
    return ["NaN" if value != value else write(value) for value in numbers], True


def _choose_decimals(values: list[float]):
    """The same decimals for a column; one by one where sizes are far apart.

    Three digits of the smallest, but no more than three decimals unless the largest needs them,
    and none that are zero in all.
    """
    sizes = [abs(value) for value in values]
    low, high = min(sizes), max(sizes)
    if high > WIDEST_RATIO * low or low < 1e-4:
        return _format_alone
    smallest, largest = (2 - math.floor(math.log10(size)) for size in (low, high))
    decimals = max(min(smallest, max(3, largest)), 0)
    while decimals and all(math.isclose(round(v, decimals - 1), v, rel_tol=1e-12) for v in values):
        decimals -= 1
    return lambda value: f"{value:,}" if math.isinf(value) else format_fixed(value, decimals)


def _format_p(value: float) -> str:
    """A p value without its name, which the heading has."""
    return format_p(value).removeprefix("p ").removeprefix("= ")


def _format_alone(value: float) -> str:
    """Three digits; what is a whole number, such as zero, has no decimals."""
    return f"{value:,.0f}" if value == round(value) else format_number(value)


def _is_number(item) -> bool:
    """Whether a cell is a number, and not true or false."""
    return isinstance(item, (int, float, np.number)) and not isinstance(item, (bool, np.bool_))


def _is_missing(item) -> bool:
    """Whether a cell is empty, of whatever kind."""
    return (
        item is None
        or item is pd.NA
        or item is pd.NaT
        or (isinstance(item, float) and item != item)
    )


def _format_item(item) -> str:
    """Text of one cell of a column that is not of numbers."""
    if _is_missing(item):
        return "NaN"
    return _format_alone(float(item)) if _is_number(item) else str(item)


def show_table(frame, *, caption: str = "") -> None:
    """Display a table in a notebook, with a caption above it.

    Parameters
    ----------
    frame : DataFrame or Series
        What to show.
    caption : str
        What the table holds, and of whom.

    See Also
    --------
    show : Display a figure.

    Examples
    --------
    >>> show_table(pd.DataFrame({"value": {"slope": 0.66}}), caption="The truth")
           value
    slope   0.66
    """
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:  # no page to show it on
        display(frame)
        return
    html, plain = render_frame(frame, caption=caption), frame.to_string(max_rows=60)
    display({"text/html": html, "text/plain": f"{caption}\n{plain}".strip()}, raw=True)


def prepare_notebook() -> None:
    """Show figures in the project's style and tables with readable numbers, in this notebook.

    Tables are those of `render_frame`, which a screen reader can walk through. Outside of a
    notebook only styles are set, those of figures and of printed tables.

    See Also
    --------
    show : A figure with its text.
    show_table : A table with its caption.

    Examples
    --------
    >>> prepare_notebook()
    """
    from IPython import get_ipython
    from matplotlib import style

    from .canvas import STYLE as FIGURES

    style.use(FIGURES)
    pd.options.display.max_colwidth = None
    pd.options.display.precision = 3
    shell = get_ipython()
    if shell is None:
        return
    formatter = shell.display_formatter.formatters["text/html"]
    for kind in (pd.DataFrame, pd.Series):
        formatter.for_type(kind, render_frame)
