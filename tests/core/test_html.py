"""A page holds nothing but what it was given, escaped, and refers to nothing outside itself."""

import re
from base64 import b64decode

import numpy as np
import pandas as pd

from ldn_analysis.core.html import (
    embed_image,
    render_list,
    render_page,
    render_paragraph,
    render_section,
    render_table,
    render_text,
)

BAD = "<script>alert('x')</script>"


def test_text_from_outside_is_escaped_and_shown_not_obeyed():
    assert render_text("a<b>&\"'\n\x07") == "a&lt;b&gt;&amp;&quot;&#x27; \\u0007"
    assert render_text("\udce4") == "\\udce4"
    assert render_text("\u202eevil") == "\\u202eevil"
    made = [
        render_paragraph(BAD), render_paragraph(BAD, note=True), render_list([BAD]),
        render_section(BAD, []), render_table(pd.DataFrame({BAD: [BAD]}), caption=BAD),
        embed_image(b"", "png", alt=BAD), render_page(BAD, []),
    ]  # fmt: skip
    for html in made:
        assert "<script" not in html
        assert "&lt;script&gt;" in html


def test_a_table_reads_as_a_table():
    values = {"x": ["<a>"], "p_value": [0.0001], "df": [3.0], "n_obs": [1234567], "y": [np.nan]}
    table = render_table(pd.DataFrame(values), caption="c")
    assert re.findall(r">([^<>]+)</t[dh]>", table) == [
        "x", "p", "df", "n", "y", "&lt;a&gt;", "&lt; 0.001", "3", "1,234,567", "not defined"
    ]  # fmt: skip
    assert '<th scope="row" class="short">&lt;a&gt;</th>' in table
    assert '<th scope="col" class="number">p</th>' in table
    assert 'role="region" aria-label="c" tabindex="0"' in table  # scrolls, by keyboard too
    assert render_table(pd.DataFrame(values)).startswith("<table><thead>")
    assert ">blank<" in render_table(pd.DataFrame({"x": ["a"], "y": [np.nan]}), blank="blank")


def test_a_picture_holds_its_own_bytes():
    html = embed_image(b"\x89PNG", "png", alt="a line", caption="<b>C</b>", width=80)
    assert b64decode(re.search(r"base64,([^\"]+)", html)[1]) == b"\x89PNG"
    assert 'alt="a line" width="80"' in html
    assert "<figcaption><b>C</b></figcaption>" in html  # HTML, made by render_text before


def test_the_page_stands_alone():
    page = render_page("T", [render_section("S", ["<p>x</p>"], level=3)])
    assert page.count("<h1>T</h1>") == 1
    assert "<section>\n<h3>S</h3>\n<p>x</p>\n</section>" in page
    assert "default-src 'none'" in page
    assert not re.search(r"https?:|<script|@import|url\(", page)
