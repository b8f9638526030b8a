"""The book as a reader meets it, without a network: headless Chromium (.ci/run)."""

import re
from itertools import cycle
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
WIDTHS = (1280, 768, 390)
VIEWS = [(width, scheme) for scheme in ("light", "dark") for width in WIDTHS]
# Boxes that a reader would have to move sideways; tables and code do it within themselves.
TOO_WIDE = """() => [...document.querySelectorAll('html, .bd-article-container, .bd-article, section')]
    .filter(box => box.scrollWidth > Math.max(box.clientWidth, box.offsetWidth) + 1)
    .map(box => [box.className, box.id, box.scrollWidth, box.clientWidth])"""

EMPTY_HEADINGS = """() => [...document.querySelectorAll('.bd-article th')]
    .filter(cell => !cell.textContent.trim()).map(cell => cell.outerHTML)"""


@pytest.fixture
def site(serve):
    return serve(BOOK)


def test_there_are_pages():
    names = {path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")}
    assert names
    assert {f"notebooks/{name}.html" for name in names} <= set(PAGES)


@pytest.mark.parametrize(("name", "view"), list(zip(PAGES, cycle(VIEWS), strict=False)))
def test_page_is_whole_and_accessible(page, site, find_violations, name, view):
    """Each page at each width; axe, which takes seconds, in one of six views: pages share a style."""
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
    assert page.evaluate(EMPTY_HEADINGS) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(TOO_WIDE) == []
    width, scheme = view
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.wait_for_timeout(500)  # until what scrolls can be reached by keyboard
    assert page.locator("html").get_attribute("data-theme") == scheme
    assert find_violations(page) == []
    assert page.wrong == []


def test_mathematics_is_there(page, site):
    page.goto(f"{site}/notebooks/03_figure_2_esr_and_pain.html")
    page.evaluate("MathJax.startup.promise")
    assert page.locator("mjx-container").count() > 2


def test_search_finds_a_word(page, site):
    page.goto(f"{site}/search.html?q=permutation")
    # The hits come one after another.
    page.locator("#search-results li a[href*='04_can_we_trust']").first.wait_for()
    page.locator("#search-results li .context").first.wait_for()  # the words around the hit
    assert page.wrong == []


def test_search_works_from_a_file(browser):
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.goto((BOOK / "search.html").as_uri() + "?q=permutation")
    opened.locator("#search-results li a").first.wait_for()
    context.close()


def test_solutions_have_a_page_of_their_own_and_widgets_are_explained(page, site):
    page.goto(f"{site}/notebooks/06_small_samples.html")
    assert page.get_by_text("This cell makes controls that need a running kernel").count() >= 1
    assert page.get_by_text("Show the solution").count() == 0
    assert not [name for name in page.locator(".cell-name").all_inner_texts() if "solution" in name]
    page.goto(f"{site}/solutions.html")
    numbers = {int(path.name[:2]) for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")}
    text = page.locator(".bd-article").inner_text()
    assert {int(n) for n in re.findall(r"check\(\s*\"(\d\d)\.1\"", text)} == numbers


def test_cells_are_found_by_name_and_a_tap_opens_a_figure(page, site):
    page.goto(f"{site}/teaching.html")
    links = page.locator("a[href^='notebooks/'][href*='#']")
    here = links.evaluate_all("links => links.map(a => a.getAttribute('href'))")
    assert len(here) > 50
    wanted = {link.split("#")[1] for link in here if "/03_" in link}
    page.locator("a[href$='03_figure_2_esr_and_pain.html#figure-2']").first.click()
    page.wait_for_url("**#figure-2")
    names = set(page.locator(".cell-name").evaluate_all("names => names.map(a => a.id)"))
    assert wanted <= names
    caption = page.locator("figure figcaption").first
    assert caption.evaluate("item => getComputedStyle(item).fontWeight") == "400"
    # The picture that follows the name; alone in its own file, it has the size of the window.
    page.locator("a.picture[href*='_figure-2.svg']").first.click()
    page.wait_for_url("**/pictures/*_figure-2.svg")
    assert page.evaluate("document.documentElement.tagName") == "svg"
    assert page.wrong == []


def test_nothing_for_developers_is_left():
    assert not list(BOOK.rglob("*.map"))


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
