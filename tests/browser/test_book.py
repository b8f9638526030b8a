"""The book as a reader meets it, without a network: headless Chromium (.ci/run)."""

import re
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.browser,
    # asyncio's own transports, at the end of the browser's process
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "build" / "book"
PAGES = sorted(path.relative_to(BOOK).as_posix() for path in BOOK.rglob("*.html"))
PAGES = [page for page in PAGES if not page.startswith("_")]
# Boxes that a reader would have to move sideways; tables and code do it within themselves.
TOO_WIDE = """() => [...document.querySelectorAll('html, .bd-article-container, .bd-article, section')]
    .filter(box => box.scrollWidth > Math.max(box.clientWidth, box.offsetWidth) + 1)
    .map(box => [box.className, box.id, box.scrollWidth, box.clientWidth])"""


@pytest.fixture
def site(serve):
    return serve(BOOK)


def test_there_are_pages():
    names = {path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")}
    assert names
    assert {f"notebooks/{name}.html" for name in names} <= set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole_and_accessible(page, site, find_violations, name):
    page.goto(f"{site}/{name}", wait_until="load")
    assert page.locator("h1").count() == 1
    images = page.locator(".bd-article img")
    for i in range(images.count()):
        image = images.nth(i)
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
        assert len(image.get_attribute("alt")) > 20
    source = page.locator(".math").count()
    if source:
        page.evaluate("MathJax.startup.promise")
        assert page.locator(".math mjx-container svg").count() >= source
        assert page.locator("mjx-merror, [data-mjx-error]").count() == 0
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert find_violations(page) == []
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate(TOO_WIDE) == []
    assert page.wrong == []


def test_mathematics_is_there(page, site):
    page.goto(f"{site}/notebooks/03_figure_2_esr_and_pain.html")
    page.evaluate("MathJax.startup.promise")
    assert page.locator("mjx-container").count() > 2


def test_search_finds_a_word(page, site):
    page.goto(f"{site}/search.html?q=permutation")
    # The hits come one after another.
    page.locator("#search-results li a[href*='04_can_we_trust']").first.wait_for()
    assert page.wrong == []


def test_search_works_from_a_file(browser):
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.goto((BOOK / "search.html").as_uri() + "?q=permutation")
    opened.locator("#search-results li a").first.wait_for()
    context.close()


def test_solutions_are_folded_and_widgets_explained(page, site):
    page.goto(f"{site}/notebooks/06_small_samples.html")
    solutions = page.locator("details:has(summary:has-text('Show the solution'))")
    assert solutions.count() >= 3
    assert all(item.get_attribute("open") is None for item in solutions.all())
    assert page.get_by_text("This cell makes controls that need a running kernel").count() >= 1


def test_notebooks_and_tables_can_be_downloaded(page, site):
    page.goto(f"{site}/notebooks/03_figure_2_esr_and_pain.html")
    with page.expect_download() as download:
        page.get_by_text("Download this notebook").click()
    kept = (ROOT / "notebooks" / "03_figure_2_esr_and_pain.ipynb").read_bytes()
    assert Path(download.value.path()).read_bytes() == kept
    page.goto(f"{site}/data.html")
    links = page.locator("a.download[href$='.csv']").evaluate_all("links => links.map(a => a.href)")
    names = {re.sub(".*/", "", link) for link in links}
    assert names == {path.name for path in (ROOT / "data").rglob("*.csv")}
    for link in links:
        assert page.request.get(link).ok


def test_every_public_name_is_in_the_reference(page, site):
    import ldn_analysis

    page.goto(f"{site}/api/index.html")
    links = page.locator("table a.reference.internal").evaluate_all(
        "links => links.map(a => a.getAttribute('href'))"
    )
    anchors = {link.split("#")[1] for link in links if "#" in link}
    assert {f"ldn_analysis.{name}" for name in ldn_analysis.__all__} <= anchors
