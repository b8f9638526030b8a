"""Tables as notebooks show them."""

import re

import numpy as np
import pandas as pd
import pytest

from ldn_analysis.core.notebook import prepare_notebook, render_frame, show_table


def read_cells(frame, **options):
    """Texts of the cells, row by row, with a star where they stand to the right."""
    html = render_frame(frame, **options)
    rows = re.findall(r"<tr>(.*?)</tr>", html.partition("<tbody>")[2], re.S)
    cells = [re.findall(r'<td( class="n")?>(.*?)</td>', row) for row in rows]
    return [[text + "*" * bool(right) for right, text in row] for row in cells]


def column(*values, name="x"):
    return [row[0] for row in read_cells(pd.DataFrame({name: values}))]


def test_text_stands_left_and_numbers_right():
    frame = pd.DataFrame({"text": ["a", None], "number": [1.5, np.nan], "told": [True, False]})
    assert read_cells(frame) == [["a", "1.5*", "True"], ["NaN", "NaN*", "False"]]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([28.0, 1200.0, np.nan], ["28", "1,200", "NaN"]),
        ([0.662, 0.2891, 15.06], ["0.662", "0.289", "15.060"]),
        ([56.0, 11.0, 0.6], ["56.0", "11.0", "0.6"]),
        ([-0.00791, 0.361], ["-0.008", "0.361"]),
        ([0.0038, 0.0012], ["0.0038", "0.0012"]),
        ([1.23e-9, 4567.0], ["1.23 × 10^-9", "4,567"]),
        ([0.0, 0.0], ["0", "0"]),
        ([np.inf, 1.25], ["inf", "1.25"]),
        ([-0.0001, 0.0099], ["-0.0001", "0.0099"]),
    ],
)
def test_numbers_can_be_read(values, texts):
    assert column(*values) == [f"{text}*" for text in texts]


def test_p_is_written_as_in_sentences():
    assert column(5.488e-3, 1e-21, 0.0497, name="p_value") == [
        "0.005*",
        "< 0.001*".replace("<", "&lt;"),
        "0.0497*",
    ]


def test_headings_have_a_scope_and_the_caption_stands_above():
    frame = pd.DataFrame({"a<b": [1]}, index=pd.Index(["x"], name="id"))
    html = render_frame(frame, caption="n & m")
    assert "<caption>n &amp; m</caption>" in html
    assert '<th scope="col">id</th><th scope="col" class="n">a&lt;b</th>' in html
    assert '<th scope="row">x</th>' in html


def test_a_series_and_levels_and_long_tables():
    series = pd.Series([1, 2], name="n")
    assert read_cells(series) == [["1*"], ["2*"]]
    levels = pd.DataFrame({("a", "b"): [1]}, index=pd.MultiIndex.from_tuples([("p", "q")]))
    assert '<th scope="row">p</th><th scope="row">q</th>' in render_frame(levels)
    assert ">a, b</th>" in render_frame(levels)
    long = render_frame(pd.DataFrame({"x": range(500)}), caption="Days")
    assert "<caption>Days (first and last 5 of 500 rows)</caption>" in long
    assert long.count("<tr>") == 11


def test_a_notebook_shows_these_tables_and_a_script_prints(capsys):
    formatters = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell
    prepare_notebook()  # outside of a notebook there is nothing to change
    show_table(pd.Series([1], name="n"), caption="One")
    assert "n" in capsys.readouterr().out
    shell = formatters.instance()
    try:
        prepare_notebook()
        data, _ = shell.display_formatter.format(pd.DataFrame({"x": [1]}))
        assert "ldn-table" in data["text/html"]
    finally:
        formatters.clear_instance()
