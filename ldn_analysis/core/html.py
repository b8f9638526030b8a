"""HTML for a page that stands alone: text, tables, pictures, sections and the page around them.

Every text that comes from outside goes through `render_text`, which escapes it. The page holds
no script and refers to nothing outside itself.
"""

from base64 import b64encode
from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd

from .files import MARK
from .wording import format_number, format_p

__all__ = [
    "embed_image",
    "render_list",
    "render_page",
    "render_paragraph",
    "render_section",
    "render_table",
    "render_text",
]

LONGEST_WORD = 14  # characters that are kept on one line in a table
HEADINGS = {  # the glossary's names as a reader of the page needs them
    "conf_low": "95 % CI from", "conf_high": "95 % CI to", "std_error": "standard error",
    "p_value": "p", "n_obs": "n", "n_dropped": "dropped", "r_squared": "R²",
    "adj_r_squared": "adjusted R²", "r_conf_low": "95 % CI of r from", "r_conf_high": "95 % CI of r to",
    "residual_sd": "residual SD", "look_at": "worth a look", "n_resamples": "resamples",
    "joint_low": "joint 95 % CI from", "joint_high": "joint 95 % CI to",
    "n_undefined": "undefined", "good": "what good looks like",
}  # fmt: skip

# Control characters, and those that override the direction of what follows them.
_SHOWN = {
    code: f"\\u{code:04x}"
    for code in (*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
} | dict.fromkeys(map(ord, "\n\r\t"), " ")

# Dark on light throughout: the smallest contrast, of the notes, is 7 to 1.
STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 "DejaVu Sans", Verdana, Arial, sans-serif; color: #1a1a1a; background: #fff;
  max-width: 180mm; margin: 0 auto; padding: 8mm 5mm; overflow-wrap: anywhere; }
h1, h2, h3 { line-height: 1.25; break-after: avoid; }
h1 { font-size: 1.6em; }
h2 { font-size: 1.25em; margin-top: 2em; border-bottom: 1px solid #888; }
h3 { font-size: 1.05em; margin-top: 1.6em; }
p, li { break-inside: avoid; orphans: 3; widows: 3; }
.wide { overflow-x: auto; break-inside: avoid; }
table { border-collapse: collapse; margin: 1em 0; width: 100%; font-size: 0.8em; break-inside: avoid; }
caption { text-align: left; font-weight: bold; padding-bottom: 0.3em; }
th, td { text-align: left; vertical-align: top; padding: 0.2em 0.4em; border-bottom: 1px solid #ccc; }
thead th { border-bottom: 1px solid #444; vertical-align: bottom; overflow-wrap: normal; }
tbody th { font-weight: normal; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.short { overflow-wrap: normal; }
.number.short { white-space: nowrap; }
figure { margin: 1em 0; break-inside: avoid; }
figure img { width: 100%; height: auto; }
figcaption { font-size: 0.85em; }
code { font-family: "DejaVu Sans Mono", monospace; font-size: 0.9em; }
.note { border-left: 4px solid #0072b2; padding: 0.2em 0 0.2em 0.8em; color: #333; }
@page { size: A4; margin: 15mm; }
@media print {
  body { font-size: 9.5pt; max-width: none; margin: 0; padding: 0; }
  .wide { overflow: visible; }
}
"""

# Nothing may be fetched, whatever a cell of the user's table holds.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def render_text(value) -> str:
    """Text from outside, escaped; characters that turn the display about are shown, not obeyed."""
    text = str(value).encode("utf-8", "backslashreplace").decode()
    return escape(text.translate(_SHOWN), quote=True)


def render_paragraph(text, *, note: bool = False) -> str:
    """A paragraph; a note is one that says what was not done, and why."""
    return f'<p class="note">{render_text(text)}</p>' if note else f"<p>{render_text(text)}</p>"


def render_list(items: Sequence) -> str:
    """A list of sentences."""
    return "<ul>" + "".join(f"<li>{render_text(item)}</li>" for item in items) + "</ul>"


def render_section(title: str, parts: Sequence[str], *, level: int = 2) -> str:
    """A heading and what stands below it; the parts are HTML."""
    heading = f"<h{level}>{render_text(title)}</h{level}>"
    return "\n".join(["<section>", heading, *parts, "</section>"])


def embed_image(data: bytes, kind: str, *, alt: str, caption: str = "", width: int = 0) -> str:
    """A picture as an HTML element that holds its own bytes and its alt text.

    Parameters
    ----------
    data : bytes
        The picture's file.
    kind : {"svg", "png"}
        What they are.
    alt : str
        Plain text; it is escaped here.
    caption : str
        HTML below the picture.
    width : int
        In pixels; 0: as wide as the picture.

    Returns
    -------
    str
        The element.
    """
    media = {"svg": "image/svg+xml", "png": "image/png"}[kind]
    wide = f' width="{width}"' if width else ""
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return (
        f'<figure><img src="data:{media};base64,{b64encode(data).decode()}" '
        f'alt="{render_text(alt)}"{wide}>{below}</figure>'
    )


def render_table(frame: pd.DataFrame, *, caption: str = "", blank: str = "not defined") -> str:
    """A table whose first column names the rows; numbers are rounded for display only.

    Parameters
    ----------
    frame : DataFrame
        Columns of the glossary get readable headings.
    caption : str
        Above the table; without one, the table has no frame that scrolls.
    blank : str
        What stands for a number that is not there.

    Returns
    -------
    str
    """
    names = [str(name) for name in frame.columns]
    heads = "".join(
        f'<th scope="col"{_align(column)}>{render_text(HEADINGS.get(name, name.replace("_", " ")))}</th>'
        for name, (_, column) in zip(names, frame.items(), strict=True)
    )
    rows = []
    for values in frame.itertuples(index=False, name=None):
        first, *others = (
            _render_cell(name, value, blank) for name, value in zip(names, values, strict=True)
        )
        cells = f'<th scope="row"{first[1]}>{first[0]}</th>'
        cells += "".join(f"<td{css}>{text}</td>" for text, css in others)
        rows.append(f"<tr>{cells}</tr>")
    name = render_text(caption)
    table = (
        "<table>" + f"<caption>{name}</caption>\n" * bool(caption) + f"<thead><tr>{heads}</tr></thead>"
        "\n<tbody>" + "\n".join(rows) + "</tbody></table>"
    )  # fmt: skip
    if not caption:
        return table
    # On a small screen a wide table scrolls in its frame, by keyboard too.
    return f'<div class="wide" role="region" aria-label="{name}" tabindex="0">\n{table}\n</div>'


def _align(column: pd.Series) -> str:
    """Headings of numbers stand above them."""
    return ' class="number"' if pd.api.types.is_numeric_dtype(column) else ""


def _render_cell(name: str, value, blank: str) -> tuple[str, str]:
    """Text of a cell and its class."""
    number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    if not number:
        text = str(value)
    elif value != value:
        text = blank
    elif name == "p_value":
        text = format_p(value).removeprefix("p ").removeprefix("= ")
    elif isinstance(value, (int, np.integer)) or (name == "df" and value == round(value)):
        text = f"{value:,.0f}"
    else:
        text = format_number(value)
    # Words of usual length stay whole; a long one, from outside, may break anywhere.
    short = max(map(len, text.split()), default=0) <= LONGEST_WORD
    css = " ".join(["number"] * number + ["short"] * short)
    return render_text(text), f' class="{css}"' if css else ""


def render_page(title: str, parts: Sequence[str]) -> str:
    """The whole page: one heading of the first level, and the parts, which are HTML."""
    name = render_text(title)
    head = (
        f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n{MARK}\n'
        f'<link rel="icon" href="data:,">\n<title>{name}</title>\n<style>{STYLE}</style>'
    )
    body = "\n".join([f"<h1>{name}</h1>", *parts])
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n'
