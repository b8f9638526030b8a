"""A figure as bytes, as files and in a notebook: the same every time, whole, with alt text."""

import base64
import html
import re
import sys

import matplotlib as mpl
import pytest

from ldn_analysis import fit_lines, load_dataset
from ldn_analysis.core import export
from ldn_analysis.core.canvas import new_figure
from ldn_analysis.core.export import reduce_colors, render_figure, save_figure, show
from ldn_analysis.lines.figure_2 import plot_esr_pain, plot_line


@pytest.fixture(scope="module")
def fits():
    return fit_lines(load_dataset("esr_pain_change").drop(columns="esr_status"))


@pytest.fixture
def plain():
    """The least figure: one pane without data, for what does not depend on what is drawn."""
    figure = new_figure()
    figure.subplots()
    return figure


def test_rendering_leaves_the_figure_as_it_was(plain):
    before = plain.get_layout_engine(), plain.canvas, plain.dpi
    render_figure(plain, ["pdf"])
    assert (plain.get_layout_engine(), plain.canvas, plain.dpi) == before
    bare = mpl.figure.Figure()
    bare.subplots()
    render_figure(bare)
    assert bare.get_layout_engine() is None


@pytest.fixture(scope="module")
def rendered(fits):
    """Fig. 2 in all formats at once."""
    return render_figure(plot_esr_pain(fits)[0].figure)


@pytest.fixture(scope="module")
def fig_2(fits):
    """Fig. 2 once more, to be rendered again and again."""
    return plot_esr_pain(fits)[0].figure


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_same_figure_same_bytes_alone_or_beside_other_formats_and_no_date(fig_2, rendered, kind):
    content = render_figure(fig_2, [kind])[kind]
    assert rendered[kind] == content
    assert render_figure(fig_2, [kind])[kind] == content
    for word in (b"CreationDate", b"dc:date", b"Matplotlib v", b"Producer", b"Software", b"tIME"):
        assert word not in content
    start = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[kind]
    assert content.startswith(start)


def test_pdf_text_stays_text(rendered):
    content = rendered["pdf"]
    assert b"/FontFile2" in content or b"/Type0" in content  # TrueType, not Type 3
    assert b"/Type3" not in content


def test_unknown_format(plain, tmp_path):
    with pytest.raises(ValueError, match="render_figure: no format 'gif'; known: svg, pdf, png"):
        save_figure(plain, tmp_path / "x", formats=["svg", "gif"])
    assert not list(tmp_path.iterdir())


def test_save_takes_axes_makes_folders_and_keeps_dots(plain, tmp_path):
    paths = save_figure(plain.axes[0], tmp_path / "a" / "v1.2", formats=["svg", "png"])
    assert paths == [tmp_path / "a" / "v1.2.svg", tmp_path / "a" / "v1.2.png"]
    assert sorted(tmp_path.rglob("*.*")) == sorted(paths)


@pytest.mark.parametrize("when", ["rendering", "writing"])
def test_failed_save_leaves_old_files_whole(plain, tmp_path, monkeypatch, when):
    old = {"x.svg": b"old svg", "x.png": b"old png", "x.pdf": b"old pdf"}
    for name, content in old.items():
        (tmp_path / name).write_bytes(content)
    if when == "rendering":
        printed = export._print_figure

        def fail(figure, name, dpi):
            if name == "pdf":
                raise OSError("broken")
            return printed(figure, name, dpi)

        monkeypatch.setattr(export, "_print_figure", fail)
    else:
        write = type(tmp_path).write_bytes

        def fail(self, content):
            if ".pdf" in self.name:
                write(self, content[: len(content) // 2])
                raise OSError("broken")
            return write(self, content)

        monkeypatch.setattr(type(tmp_path), "write_bytes", fail)
    with pytest.raises(OSError, match="broken"):
        save_figure(plain, tmp_path / "x")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == old


@pytest.fixture
def shown(monkeypatch):
    """What `show` hands to the notebook."""
    display = pytest.importorskip("IPython.display")
    pages = []

    def keep(bundle, raw):
        assert raw
        assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
        pages.append(bundle["text/html"])

    monkeypatch.setattr(display, "display", keep)
    return pages


def test_show_gives_alt_text_and_the_figure(fig_2, rendered, shown):
    show(fig_2.axes, alt="Two panes; the line rises in both.", caption="Fig. 2")
    (page,) = shown
    assert 'Two panes; the line rises in both."' in page
    assert "<figcaption>Fig. 2</figcaption>" in page
    picture = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page).group(1)
    assert base64.b64decode(picture) == rendered["svg"]


def test_show_escapes(plain, shown):
    show(plain, alt='p < 0.05 "quoted" & <script>', caption="<b>&")
    assert 'p &lt; 0.05 &quot;quoted&quot; &amp; &lt;script&gt;"' in shown[0]
    assert "<figcaption>&lt;b&gt;&amp;</figcaption>" in shown[0]
    assert "<script>" not in shown[0]


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_show_refuses_an_empty_alt(shown, alt):
    with pytest.raises(ValueError, match="show: alt must say what there is to see"):
        show(new_figure(), alt=alt)
    assert not shown


def test_a_plot_says_what_it_is_and_its_result_says_the_numbers(fits, shown):
    show(plot_line(fits["ldn"]), alt=[fits["ldn"], "The end."])
    words = f"Points and the least-squares line with its confidence band. {fits['ldn']} The end."
    assert f'alt="{html.escape(words)}"' in shown[0]


def test_the_picture_for_paper_is_small_and_sharp_enough(fig_2):
    data = reduce_colors(render_figure(fig_2, ["png"], dpi=150)["png"])
    assert len(data) < 40_000
    width = int.from_bytes(data[16:20], "big")
    assert abs(width - fig_2.get_figwidth() * 150) <= 1


def test_show_closes_a_pyplot_figure(fits, shown):
    mpl.use("agg")
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots()
    other = plt.figure()
    show(plot_line(fits["ldn"], ax), alt="a line")
    assert plt.get_fignums() == [other.number]
    plt.close(other)
    assert len(shown) == 1
    assert figure is ax.figure
    assert "matplotlib.pyplot" in sys.modules
