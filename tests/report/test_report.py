"""The report: its numbers are those of the results, it stands alone, and odd tables do not stop it."""

import base64
import hashlib
import re
from contextlib import redirect_stderr, redirect_stdout
from html.parser import HTMLParser
from io import StringIO
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib import style

import ldn_analysis as ldn
from ldn_analysis.cli import main
from ldn_analysis.core.canvas import STYLE as FIGURES
from ldn_analysis.core.codebook import _data_folder
from ldn_analysis.core.export import render_figure
from ldn_analysis.core.html import STYLE
from ldn_analysis.core.wording import format_number, format_p
from ldn_analysis.data.template import build_template
from ldn_analysis.report import analyses, report
from ldn_analysis.report.estimates import draw_result
from ldn_analysis.report.report import SECTIONS, build_report

EXAMPLE = build_template()["esr_pain_change_example_illustrative.csv"]
FIRST_REDUCTION = str(ldn.load_dataset("esr_pain_change")["pain_reduction_percent"].iloc[0])
VOID = {"meta", "link", "img", "br"}


class Page(HTMLParser):
    """What a reader of the page, or of its source, can find in it."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.headings = [], [], []
        self.tables, self.images, self.notes, self.words = {}, [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        if tag not in VOID:
            self.open.append((tag, attrs))
        if tag == "tr":
            self.row = []
        if tag in ("th", "td", "caption", "h1", "h2", "h3", "p"):
            self.text = ""
        if tag == "img":
            self.images.append(attrs)

    def handle_data(self, data):
        self.words.append(data)
        if hasattr(self, "text"):
            self.text += data

    def handle_endtag(self, tag):
        last, attrs = self.open.pop()
        assert last == tag, (last, tag)
        if tag == "caption":
            assert self.text not in self.tables  # a name of its own for each
            self.rows = self.tables[self.text] = []
        elif tag in ("th", "td"):
            assert tag == "td" or attrs.get("scope") in ("col", "row")
            self.row.append(self.text)
        elif tag == "tr":
            self.rows.append(self.row)
        elif tag in ("h1", "h2", "h3"):
            self.headings.append((int(tag[1]), self.text))
        elif tag == "p" and attrs.get("class") == "note":
            self.notes.append(self.text)

    @property
    def text_of_page(self):
        return " ".join(self.words)


def write_csv(path, rows):
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def make_rows(n=6, conditions=("ldn", "placebo"), **more):
    """A small valid table; `more` are columns by row number."""
    rows = [
        {
            "participant": f"p{i}",
            "condition": name,
            "esr_mm_h": 10 + 3 * i,
            "pain_reduction_percent": (17 * i + 31 * k) % 50 - 10.5,
        }
        for i in range(n)
        for k, name in enumerate(conditions)
    ]
    for name, values in more.items():
        for i, row in enumerate(rows):
            row[name] = values(i) if callable(values) else values
    return rows


def report_on(path, **options):
    """Text of the page about a file."""
    reading = {name: options.pop(name) for name in ("conditions", "missing") if name in options}
    data = ldn.read_table(path, **reading)
    return build_report(data, rng=1, path=path, **options)


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "mine.csv"
    path.write_bytes(EXAMPLE)
    return path


@pytest.fixture(scope="module")
def written(example, tmp_path_factory):
    """What the command about the example says, and the folder where it writes."""
    folder, said, warned = tmp_path_factory.mktemp("written"), StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(warned):
        patch.chdir(folder)
        assert main(["report", str(example)]) == 0
    return folder, (said.getvalue(), warned.getvalue())


@pytest.fixture(scope="module")
def text(written):
    return (written[0] / "mine_report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


@pytest.fixture
def fast(monkeypatch):
    """No pictures and few draws: what is tested is the rest."""
    monkeypatch.setattr(analyses, "RESAMPLES", 1000)
    for place in (analyses, report):
        monkeypatch.setattr(place, "render_picture", lambda *_, **__: "<p>picture</p>")


without_pictures = pytest.mark.usefixtures("fast")


@pytest.fixture(scope="module")
def odd_text(tmp_path_factory):
    """The page about a table in which every name is markup, a formula or foreign to the font."""
    rows = make_rows(conditions=(A, B), sequence=f"{A} then {B}")
    for i, row in enumerate(rows):
        row["participant"] += "<b>&\u202e" + "y" * 200
        row["<img src=x onerror=alert(1)>"] = "1"
        trial = ["<u>t</u>", "_t", "$t", "t" * 90 + "1", "t" * 90 + "2"][i // 2 % 5]
        rows[i] = {"trial": trial} | row
    path = write_csv(tmp_path_factory.mktemp("odd") / "odd <svg onload=x> & '.csv", rows)
    return report_on(path, conditions=[A, B], title="<h2>mine</h2>", command="run '<p>'")


# --- numbers -----------------------------------------------------------------------------


def same_numbers(rows, frame, columns, *, blank="not defined"):
    """The table of the page holds these columns of the result, rounded for display."""
    assert len(rows) == len(frame)
    for place, name in columns.items():
        for row, value in zip(rows, frame[name], strict=True):
            if value != value:
                wanted = blank
            elif name == "p_value":
                wanted = format_p(value).replace("p = ", "").replace("p < ", "< ")
            elif isinstance(value, (int, np.integer)) or (name == "df" and value % 1 == 0):
                wanted = f"{value:,.0f}"
            elif isinstance(value, str):
                wanted = value
            else:
                wanted = format_number(value)
            assert row[place] == wanted, (name, row)


def test_means_are_those_of_the_file(page, example):
    raw = pd.read_csv(example)
    head, *rows = page.tables["Measures under each condition"]
    assert head == ["condition", "measure", "n", "mean", "SD", "smallest", "largest"]
    assert len(rows) == 8
    for condition, measure, *numbers in rows:
        name = {
            "baseline ESR (mm/h)": "esr_mm_h",
            "baseline pain (points of 0-100)": "baseline_pain_0_100",
            "end-point pain (points of 0-100)": "end_pain_0_100",
            "pain reduction (% of baseline)": "pain_reduction_percent",
        }[measure]
        values = raw.loc[raw["condition"] == condition, name].to_numpy()
        wanted = [values.mean(), values.std(ddof=1), values.min(), values.max()]
        assert numbers == [str(len(values)), *map(format_number, wanted)]


def test_lines_are_the_fitted_lines(page, example):
    fits = ldn.fit_lines(ldn.read_table(example))
    head, *rows = page.tables["Intercept and slope of each line"]
    assert head[2:] == [
        "estimate",
        "standard error",
        "statistic",
        "df",
        "p",
        "95 % CI from",
        "95 % CI to",
    ]
    names = [
        "condition",
        "term",
        "estimate",
        "std_error",
        "statistic",
        "df",
        "p_value",
        "conf_low",
        "conf_high",
    ]
    same_numbers(rows, fits.to_frame().astype({"condition": "str"}), dict(enumerate(names)))
    _, *rows = page.tables["Correlation and scatter about each line"]
    names = ["n_obs", "r", "r_conf_low", "r_conf_high", "r_squared", "adj_r_squared", "residual_sd"]
    same_numbers(rows, fits.glance(), dict(enumerate(names, start=1)))
    for fit in fits.fits.values():
        assert str(fit).split("; n = ")[0] in page.text_of_page


def test_checks_are_those_of_the_results(page, example):
    fits = ldn.fit_lines(ldn.read_table(example))
    for name, fit in fits.fits.items():
        _, *rows = page.tables[f"Checks of the line under {name}"]
        table = ldn.check_line(fit).to_frame()
        same_numbers(rows, table, {1: "statistic", 2: "p_value", 3: "good", 4: "look_at"}, blank="")
        _, *rows = page.tables[f"Other lines and rank correlations under {name}"]
        names = ["term", "estimator", "estimate", "conf_low", "conf_high", "p_value", "method"]
        same_numbers(rows, ldn.compare_lines(fit).to_frame(), dict(enumerate(names)), blank="")
        _, *rows = page.tables[
            f"Bootstrap under {name}: 100,000 random resamples of the participants"
        ]
        table = ldn.bootstrap_line(fit, rng=1).to_frame()
        table = table[table["term"].ne("intercept") & table["method"].ne("basic")]
        names = ["estimate", "std_error", "method", "conf_low", "conf_high", "n_resamples"]
        same_numbers(rows, table, dict(enumerate(names, start=1)))
        for result in (ldn.leave_one_out(fit), ldn.permute_line(fit, rng=1)):
            assert (
                str(result).split("; n = ")[0].split("; illus")[0].rstrip(").") in page.text_of_page
            )


def test_comparisons_are_those_of_the_results(page, example):
    data = ldn.read_table(example)
    numbers = [
        "estimate",
        "std_error",
        "statistic",
        "df",
        "p_value",
        "conf_low",
        "conf_high",
        "n_obs",
    ]
    _, *rows = page.tables["Paired mean difference"]
    same_numbers(rows, ldn.compare_means(data).to_frame(), dict(enumerate(numbers, start=2)))
    _, *rows = page.tables["Difference between the slopes"]
    same_numbers(rows, ldn.compare_slopes(data).to_frame(), dict(enumerate(numbers, start=1)))
    crossover = ldn.fit_crossover(data, missing="drop")
    assert (crossover.n_obs, crossover.n_dropped) == (28, 10)  # the pilot had one order only
    _, *rows = page.tables["Condition, period and carry-over"]
    same_numbers(rows, crossover.to_frame(), dict(enumerate(["term", "method", *numbers])))
    for threshold in (30, 50):
        result = ldn.compare_responders(data, threshold=threshold)
        _, *rows = page.tables[
            f"Responders: pain reduction of at least {threshold} % (shares from 0 to 1)"
        ]
        names = ["term", "method", "estimate", "conf_low", "conf_high", "p_value", "n_obs"]
        same_numbers(rows, result.to_frame(), dict(enumerate(names)), blank="")
        assert f"Both {result.both}, ldn only {result.first_only}" in page.text_of_page


def test_answers_are_counted(page, example):
    raw = pd.read_csv(example)["improvement"].dropna()
    _, *rows = page.tables["Answers (shares from 0 to 1)"]
    for row in rows:
        assert row[1:3] == [str((raw == row[0]).sum()), "28"]
    assert len(rows) == 7
    assert "There is no control group" in page.text_of_page


# --- the page ----------------------------------------------------------------------------


def test_page_says_which_file_and_how_it_was_made(page, example, text):
    facts = dict(row[:2] for row in page.tables["The table of data"])
    assert facts["file"] == "mine.csv"
    assert facts["SHA-256"] == hashlib.sha256(example.read_bytes()).hexdigest()
    assert (facts["rows used"], facts["columns"], facts["participants"]) == ("76", "10", "38")
    versions = dict(page.tables["Computed with"])
    assert versions["ldn-analysis"] == ldn.__version__
    assert "<code>python -m ldn_analysis report mine.csv --seed 1</code>" in text
    assert "Seed of each bootstrap and permutation test: 1." in page.text_of_page
    assert str(example.parent) not in text  # nothing of the machine


def test_page_has_one_title_and_ordered_headings(page, text):
    levels = [level for level, _ in page.headings]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert [name for level, name in page.headings if level == 2] == list(SECTIONS)
    assert page.headings[0][1] == "Report on mine.csv"
    assert text.startswith('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">')
    assert [attrs for tag, attrs in page.tags if tag == "main"] == [{}]


def test_page_stands_alone(page, text):
    for tag, attrs in page.tags:
        assert tag not in ("script", "iframe", "object", "embed", "form", "base", "a")
        assert not [name for name in attrs if name.startswith("on")]
        for name in ("src", "href"):
            assert attrs.get(name, "data:").startswith("data:")
    assert "://" not in text
    assert "@import" not in text
    assert "url(" not in text


def test_pictures_have_words_and_hold_no_reference(page):
    assert len(page.images) == 6  # lines, means, slopes, checks of each line, answers
    wanted = ("slope", "Mean difference", "slopes", "Checks", "Checks", "very much improved")
    for image, words in zip(page.images, wanted, strict=True):
        kind, svg = image["src"].split(",", 1)
        assert kind == "data:image/svg+xml;base64"
        svg = base64.b64decode(svg).decode()
        assert "<svg" in svg
        assert "<script" not in svg
        for link in re.findall(r'href="([^"]*)"', svg):
            assert link.startswith(("#", "data:image/png;base64,"))
        assert "n = " in image["alt"]
        assert len(image["alt"]) > 100 or words in image["alt"]


def test_a_picture_drawn_again_is_the_same(page, example):
    fits = ldn.fit_lines(ldn.read_table(example))
    with style.context([FIGURES, {"text.parse_math": False}]):
        svg = render_figure(draw_result(fits), ["svg"])["svg"]
    assert page.images[0]["src"].endswith(base64.b64encode(svg).decode())


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def test_text_is_dark_enough_on_white():
    colours = re.findall(r"[^-]color: (#[0-9a-f]{3,6})", STYLE)
    assert len(colours) >= 2
    for colour in colours:
        full = colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])
        assert 1.05 / (luminance(full) + 0.05) >= 4.5


@without_pictures
def test_illustrative_people_are_recognised(page, tmp_path):
    assert "76 of the 76 rows are rows of the illustrative table" in page.text_of_page
    assert page.text_of_page.count("illustrative data") > 5
    assert "belong to whoever made this page" not in page.text_of_page
    mine = report_on(write_csv(tmp_path / "mine.csv", make_rows()))
    assert "illustrative" not in mine
    assert "not to the project" in mine
    some = pd.read_csv(tmp_path / "mine.csv", dtype=str)
    known = pd.read_csv(_data_folder() / "illustrative/esr_pain_change.csv", dtype=str)
    mixed = pd.concat([some, known.head(4)[some.columns]])
    assert "4 of the 16 rows are rows of the illustrative" in report_on(
        write_csv(tmp_path / "mixed.csv", mixed)
    )


@without_pictures
def test_what_the_reader_did_is_on_the_page(tmp_path):
    rows = make_rows(baseline_pain_0_100=lambda i: 0 if i == 3 else "", weight=70)
    rows[0]["pain_reduction_percent"] = ""
    path = tmp_path / "semi.csv"
    pd.DataFrame(rows).to_csv(path, index=False, sep=";")
    page = Page(report_on(path, missing="drop"))
    words = page.text_of_page
    for note in (
        "cells are separated by semicolons",
        "1 row(s) with a blank in a required column were left out",
        "1 participant(s) have one condition only",
        "columns that are not used: weight",
        "1 row(s) have a baseline pain of zero",
    ):
        assert note in words
    assert "n = 5 participants, 1 dropped" in words


# --- what cannot be computed -------------------------------------------------------------


def notes_about(tmp_path, rows, **options):
    page = Page(report_on(write_csv(tmp_path / "odd.csv", rows), **options))
    assert [name for level, name in page.headings if level == 2] == list(SECTIONS)
    return page.notes, page.text_of_page


@without_pictures
def test_three_persons(tmp_path):
    notes, words = notes_about(tmp_path, make_rows(3))
    assert "not possible: needs at least 5 points; there are 3" in words
    assert (
        "With fewer than 50 participants bootstrap intervals cover less than their level" in words
    )
    assert "all 6 permutations" in words
    assert any("no column sequence" in note for note in notes)


@without_pictures
def test_constant_outcome(tmp_path):
    notes, words = notes_about(tmp_path, make_rows(pain_reduction_percent=5))
    assert sum("is the same in all 6 rows, so r is not defined" in note for note in notes) == 2
    assert "r not defined" in words


@without_pictures
def test_two_groups_of_different_people(tmp_path):
    rows = [row for i, row in enumerate(make_rows(8)) if i % 4 in (0, 3)]
    notes, words = notes_about(tmp_path, rows)
    said = "Not computed: responders are compared within participants, and these are independent"
    assert sum(note.startswith(said) for note in notes) == 1
    result = ldn.compare_groups(
        pd.DataFrame(rows), outcome="pain_reduction_percent", by="condition"
    )
    assert words.count(str(result)) == 2  # in the answer and in its own section


@without_pictures
def test_one_sequence_and_strange_sequences(tmp_path):
    notes, _ = notes_about(tmp_path, make_rows(sequence="ldn then placebo"))
    assert any("all 6 participants began with 'ldn'" in note for note in notes)
    with pytest.raises(ldn.DataError, match="line 2, sequence: '3' is no order of the conditions"):
        notes_about(tmp_path, make_rows(sequence=3))
    notes = Page(build_report(pd.DataFrame(make_rows(sequence=3)), rng=1)).notes
    assert any("must begin with one condition and end with the other" in note for note in notes)
    assert not any("fit_crossover" in note for note in notes)


@without_pictures
def test_strange_answers(tmp_path):
    with pytest.raises(ldn.DataError, match="line 2, improvement: 'fine' is not a known value"):
        notes_about(tmp_path, make_rows(improvement="fine"))
    rows = make_rows(improvement=lambda i: "fine" if i % 2 else "no change")
    notes = Page(build_report(pd.DataFrame(rows), rng=1)).notes
    assert not any("answers, such as" in note for note in notes)  # those of placebo do not count
    notes = Page(build_report(pd.DataFrame(make_rows(improvement="fine")), rng=1)).notes
    assert any(
        "6 answers, such as 'fine', are not among the seven: very much" in note for note in notes
    )
    notes, _ = notes_about(tmp_path, make_rows(improvement=lambda i: "no change" if i % 2 else ""))
    assert "Not computed: no row of ldn has an answer" in notes


@without_pictures
def test_three_conditions_in_memory():
    rows = make_rows(conditions=("a", "b", "c"))
    page = Page(build_report(pd.DataFrame(rows), rng=1))
    assert any("two conditions are compared, and there are 3" in note for note in page.notes)
    assert page.headings[0][1] == "Report on a table"


def test_many_persons_draw_less_or_not_at_all(tmp_path, monkeypatch):
    monkeypatch.setattr("ldn_analysis.core.export.embed_figure", lambda *_, **__: "")
    rng = np.random.default_rng(1)

    def page_of(n):
        rows = {
            "participant": np.repeat([f"p{i}" for i in range(n)], 2),
            "condition": ["ldn", "placebo"] * n,
            "esr_mm_h": np.repeat(rng.integers(1, 60, n), 2),
            "pain_reduction_percent": rng.normal(20, 20, 2 * n).clip(max=100).round(2),
        }
        return Page(report_on(write_csv(tmp_path / "many.csv", rows)))

    page = page_of(2500)
    assert "Bootstrap under ldn: 4,000 random resamples of the participants" in page.tables
    assert sum("the slopes of all pairs of participants" in note for note in page.notes) == 2
    page = page_of(12_000)
    assert (
        sum("with 12,000 participants, 1,000 draws take too long" in note for note in page.notes)
        == 4
    )
    assert len(page.tables["Difference between the slopes"]) == 4


# --- names from outside ------------------------------------------------------------------

A, B = "<script>alert('a')</script> $\\frac{ & \"", "\u202eשלום 中文 _$x$\nline"
ODD = [
    "<script>alert(1)</script>", "a & b", '"q" \'r\'', "$x^2$", "$\\frac{", "_hidden", "\u202eabc",
    "שלום", "中文", "n" * 300, "two\nlines", "%s {0}", "</style><b>", "<!--", "&lt;", "\\", "😀\u200d",
]  # fmt: skip


def test_every_text_is_escaped(odd_text):
    page = Page(odd_text)
    known = {"html", "head", "meta", "div", "link", "title", "style", "body", "main", "section", "p", "ul", "li",
             "h1", "h2", "h3", "table", "caption", "thead", "tbody", "tr", "th", "td", "figure", "img",
             "figcaption", "code"}  # fmt: skip
    assert {tag for tag, _ in page.tags} <= known
    assert page.headings[0] == (1, "<h2>mine</h2>")
    assert len(page.images) == 5
    assert "\u202e" not in odd_text
    assert "\\u202e" in odd_text
    assert "columns that are not used: <img src=x onerror=alert(1)>" in page.text_of_page


def test_a_sign_that_the_font_lacks_is_said(odd_text):
    page = Page(odd_text)
    assert sum("font lacks some characters" in note for note in page.notes) == 3
    assert page.images[0]["alt"].count("中文") == 1


cell = st.one_of(
    st.integers(-50, 100), st.floats(-100, 100), st.sampled_from([0, 100, -1e15, -1e300, 1e-300])
)


@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    names=st.lists(st.sampled_from(ODD), min_size=2, max_size=2, unique=True),
    people=st.lists(
        st.tuples(
            st.one_of(st.integers(0, 60), st.sampled_from([1e-9, 1e15, 1e300])), cell, cell,
            st.sampled_from(["both", "both", "first", "second"]), st.sampled_from(ODD),
        ),
        min_size=3, max_size=8,
    ),
    more=st.sampled_from(["", "sequence", "improvement", "trial"]),
)  # fmt: skip
@without_pictures
def test_whatever_check_accepts_gives_a_page(tmp_path, names, people, more):
    rows = []
    for i, (esr, first, second, which, odd) in enumerate(people):
        for name, value, other in ((names[0], first, "second"), (names[1], second, "first")):
            if which != other:
                row = {"participant": f"{odd}{i}"} | ({more: odd} if more else {})
                row |= {"condition": name, "esr_mm_h": esr}
                rows.append(row | {"pain_reduction_percent": value})
    path = write_csv(tmp_path / "any.csv", rows)
    try:
        data = ldn.read_table(path, conditions=names)
    except ldn.DataError:
        return
    try:
        page = Page(build_report(data, rng=1, path=path))
    except ValueError as error:  # numbers whose squares no computer holds: said, not drawn
        if "choose another unit" in str(error):
            return
        raise
    assert [name for level, name in page.headings if level == 2] == list(SECTIONS)


@pytest.mark.parametrize("scale", [1e7, 1e15, 1e155, 1e300])
def test_numbers_beyond_reason_are_drawn_or_said(tmp_path, request, scale):
    rows = make_rows(
        pain_reduction_percent=lambda i: -scale * (i % 3), esr_mm_h=lambda i: scale * (i // 2)
    )
    if scale > 1e150:
        with pytest.raises(ValueError, match="too much or too little for its squares"):
            build_report(pd.DataFrame(rows), rng=1)
        return
    page = Page(build_report(pd.DataFrame(rows), rng=1))
    assert page.headings[-1][1] == "How this page was made"
    if scale < 1e9:  # the reader refuses more; a table in memory does not come from it
        request.getfixturevalue("fast")  # the same pictures
        assert "How this page was made" in report_on(write_csv(tmp_path / "odd.csv", rows))


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"rng": None}, ValueError, "rng is None; pass a seed"),
        ({"rng": np.random.default_rng(1)}, TypeError, "rng must be a seed"),
        ({"rng": -1}, ValueError, "must not be negative; received -1"),
    ],
)
def test_refusals(options, error, words):
    with pytest.raises(error, match=words):
        build_report(pd.DataFrame(make_rows()), **options)
    with pytest.raises(TypeError, match="must be a DataFrame; received list"):
        build_report([], rng=1)
    with pytest.raises(ValueError, match="no column 'condition'"):
        build_report(pd.DataFrame({"x": [1]}), rng=1)


# --- the command -------------------------------------------------------------------------


def test_command_writes_one_file_and_says_which(written):
    folder, said = written
    assert said == ("mine_report.html\n", "")
    assert [path.name for path in folder.iterdir()] == ["mine_report.html"]


@without_pictures
def test_command_writes_what_build_report_gives_wherever_the_page_goes(
    example, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert main(["report", str(example)]) == 0
    assert main(["report", str(example), "--out", "new/again.html"]) == 0
    first = (tmp_path / "mine_report.html").read_text(encoding="utf-8")
    assert (tmp_path / "new" / "again.html").read_text(encoding="utf-8") == first
    command = "python -m ldn_analysis report mine.csv --seed 1"
    assert first == report_on(example, command=command)


@without_pictures
def test_options_are_in_the_command_on_the_page(tmp_path, capsys):
    rows = make_rows(conditions=("active drug", "sham"))
    rows[0]["pain_reduction_percent"] = ""
    path, out = write_csv(tmp_path / "my table.csv", rows), tmp_path / "out.html"
    more = ["--conditions", "sham", "active drug", "--title", "It's mine", "--seed", "7"]
    assert main(["report", str(path), "--out", str(out), "--missing", "drop", *more]) == 0
    assert "row(s) with a blank" in capsys.readouterr().err
    page = Page(out.read_text(encoding="utf-8"))
    assert page.headings[0][1] == "It's mine"
    assert (
        "python -m ldn_analysis report 'my table.csv' --conditions sham 'active drug' --missing drop "
        "--title 'It'\"'\"'s mine' --seed 7"
    ) in page.text_of_page
    assert "All differences are sham minus active drug" in page.text_of_page


def test_nothing_is_written_where_it_must_not_be(tmp_path, capsys):
    path = write_csv(tmp_path / "mine.csv", make_rows())
    table = write_csv(tmp_path / "table.html", make_rows())
    before = {item.name: item.read_bytes() for item in tmp_path.iterdir()}
    (tmp_path / "folder.html").mkdir()
    for out, words in (
        ("mine.csv", "mine.csv: is the table itself; name another file with --out"),
        ("folder.html", "folder.html: is a folder; name a file in it"),
        ("other.csv", "other.csv: the page is HTML; name a file that ends with .html"),
    ):
        assert main(["report", str(path), "--out", str(tmp_path / out)]) == 2
        text = capsys.readouterr()
        assert text.out == ""
        assert words in text.err
        assert text.err.count("\n") == 1
    assert main(["report", str(table), "--out", str(table)]) == 2
    assert "is the table itself" in capsys.readouterr().err
    (tmp_path / "folder.html").rmdir()
    assert {item.name: item.read_bytes() for item in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("participant,condition\na,ldn\n", "column 'esr_mm_h' is missing"),
        (EXAMPLE.decode().replace(FIRST_REDUCTION, "abc"), "'abc' is not a number"),
        (None, "there is no such file"),
    ],
)
def test_a_bad_file_is_exit_code_2_and_no_page(tmp_path, capsys, content, words):
    path, out = tmp_path / "bad.csv", tmp_path / "out.html"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert main(["report", str(path), "--out", str(out)]) == 2
    text = capsys.readouterr()
    assert text.out == ""
    assert words in text.err
    assert text.err.startswith("ldn-analysis: ")
    assert not out.exists()


@without_pictures
def test_a_folder_that_cannot_be_made_and_a_bad_seed(tmp_path, capsys):
    path = write_csv(tmp_path / "mine.csv", make_rows())
    assert main(["report", str(path), "--out", str(path / "x.html")]) == 1
    assert "cannot be written or read" in capsys.readouterr().err
    assert main(["report", str(path), "--seed", "-1"]) == 2
    assert "--seed must not be negative; received -1" in capsys.readouterr().err
