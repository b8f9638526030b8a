"""The report as its reader meets it: opened without a network, and printed."""

import subprocess

import pandas as pd
import pytest

from ldn_analysis import build_report, read_table
from ldn_analysis.data.template import build_template

pytestmark = [
    pytest.mark.browser,
    # asyncio's own transports, at the end of the browser's process
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

A4_MM = (210, 297)
MARGIN_MM = 15  # of @page
ODD = ("<script>document.title = 'x'</script> & " + "n" * 150, "\u202eשלום $x$ _y")


def write_odd(path):
    """Long names, markup, enormous numbers: what stretches a table."""
    rows = [
        {
            "participant": f"<img src=http://127.0.0.1:9/x.png>{'y' * 80 * (i % 3)}{i}",
            "trial": "t" * 100,
            "condition": name,
            "esr_mm_h": 10.0 + 3 * i + 9e8 * (i == 8),
            "pain_reduction_percent": (17 * i + 31 * k) % 50 - 9e8 * (i == 8),
            "sequence": " then ".join(ODD[:: 1 if i % 2 else -1]),
        }
        for i in range(9)
        for k, name in enumerate(ODD)
    ]
    pd.DataFrame(rows).to_csv(path, index=False)
    return read_table(path, conditions=ODD)


@pytest.fixture(scope="module", params=["example", "odd"])
def written(request, tmp_path_factory):
    """A report in a file."""
    folder = tmp_path_factory.mktemp("report")
    path, out = folder / "mine.csv", folder / "mine_report.html"
    if request.param == "example":
        path.write_bytes(build_template()["esr_pain_change_example_illustrative.csv"])
        data = read_table(path)
    else:
        data = write_odd(path)
    out.write_text(build_report(data, rng=1, path=path, command="ldn-analysis"), encoding="utf-8")
    return out


@pytest.fixture
def opened(browser, written):
    """The page, opened without a network; what went wrong is in `wrong`."""
    context = browser.new_context(viewport={"width": 1100, "height": 900}, offline=True)
    page = context.new_page()
    page.wrong, page.asked = [], []
    page.on("requestfailed", lambda request: page.wrong.append(f"failed: {request.url[:200]}"))
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("console", lambda message: page.wrong.append(message.text))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(written.as_uri())
    yield page
    context.close()


def test_opens_without_a_network_and_asks_for_nothing(opened, written):
    assert opened.title() == "Report on mine.csv"
    assert opened.wrong == []
    assert [url for url in opened.asked if not url.startswith("data:")] == [written.as_uri()]
    images = opened.locator("img")
    assert images.count() >= 2
    for i in range(images.count()):
        assert images.nth(i).evaluate("image => image.naturalWidth") > 100
    # By the roles that a screen reader goes by.
    assert opened.get_by_role("heading", level=1).count() == 1
    assert opened.get_by_role("main").count() == 1
    assert opened.get_by_role("img").count() == images.count()
    assert opened.get_by_role("table", name="Intercept and slope of each line").count() == 1


def test_axe_finds_nothing(browser, written, find_violations):
    # The page's own policy would keep axe out.
    context = browser.new_context(bypass_csp=True, offline=True)
    page = context.new_page()
    page.goto(written.as_uri())
    assert find_violations(page) == []
    context.close()


@pytest.mark.parametrize("width", [1100, 400])
def test_nothing_but_a_table_in_its_frame_is_wider_than_the_screen(opened, width):
    opened.set_viewport_size({"width": width, "height": 900})
    seen = opened.evaluate("document.documentElement.clientWidth")
    assert opened.evaluate("document.documentElement.scrollWidth") <= seen
    assert find_wide(opened, seen, "body *:not(.wide, .wide *)") == []
    frames = opened.locator(".wide")
    assert frames.count() == opened.locator("table").count()
    if width < 500:
        wide = [
            i for i in range(frames.count())
            if frames.nth(i).evaluate("item => item.scrollWidth > item.clientWidth + 20")
        ]  # fmt: skip
        frames.nth(wide[0]).focus()
        opened.keyboard.press("ArrowRight")
        opened.wait_for_timeout(400)
        assert frames.nth(wide[0]).evaluate("item => item.scrollLeft") > 0


def test_nothing_is_wider_than_the_paper(opened):
    width = round((A4_MM[0] - 2 * MARGIN_MM) / 25.4 * 96)
    opened.emulate_media(media="print")
    opened.set_viewport_size({"width": width, "height": 1000})
    assert find_wide(opened, width) == []
    kept = opened.evaluate(
        "[...document.querySelectorAll('table, figure')]"
        ".map(item => getComputedStyle(item).breakInside)"
    )
    assert set(kept) == {"avoid"}


def find_wide(page, width, which="body *"):
    """Elements that hold more than they are wide, or reach beyond the width."""
    return page.evaluate(
        """([width, which]) => [...document.querySelectorAll(which)].filter(item =>
             item.scrollWidth > item.clientWidth + 1 && item.clientWidth > 0
             || item.getBoundingClientRect().right > width + 1
           ).map(item => item.tagName + ': ' + item.textContent.slice(0, 80))""",
        [width, which],
    )


def test_prints_on_a4_with_all_its_words(opened, tmp_path):
    path = tmp_path / "report.pdf"
    opened.pdf(path=path, prefer_css_page_size=True)
    raw = path.read_bytes()
    assert raw.startswith(b"%PDF")
    sizes = {part.split(b"]")[0] for part in raw.split(b"/MediaBox [")[1:]}
    assert len(sizes) == 1
    points = [float(number) for number in sizes.pop().split()]
    assert points[2:] == pytest.approx([mm / 25.4 * 72 for mm in A4_MM], abs=1)
    try:
        printed = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True).stdout
    except FileNotFoundError:
        return
    squeezed = "".join(printed.split())
    for caption in opened.locator("caption").all_inner_texts():
        # pdftotext turns what runs from right to left about.
        assert not caption.isascii() or "".join(caption.split()) in squeezed
    assert "Noneofthisismedicaladvice." in squeezed
