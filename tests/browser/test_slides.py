"""The slides as a teacher meets them, without a network: headless Chromium (.ci/run)."""

from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.browser,
    # asyncio's own transports, at the end of the browser's process
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SLIDES = Path(__file__).parents[2] / "build" / "slides"
# Edges of all that a slide shows, in the 1280 x 720 of the slide.
EDGES = """() => [...Reveal.getCurrentSlide().querySelectorAll('h1, h2, p, li, img, figcaption')]
    .filter(item => item.offsetParent)
    .map(item => [item.textContent.slice(0, 40) || item.alt.slice(0, 40),
                  item.getBoundingClientRect().toJSON(), item.className])"""


def test_no_slide_overflows_and_all_are_accessible(page, serve, find_violations):
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{serve(SLIDES)}/index.html")
    total = page.evaluate("Reveal.getTotalSlides()")
    assert 8 <= total <= 12
    for i in range(total):
        page.evaluate(f"Reveal.slide({i})")
        page.wait_for_timeout(50)
        for image in page.locator("section.present img").all():
            assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
            assert len(image.get_attribute("alt")) > 20
        edges = page.evaluate(EDGES)
        assert edges
        for words, edge, kind in edges:
            assert edge["left"] >= 0, words
            assert edge["right"] <= 1280, words
            assert edge["bottom"] <= (720 if kind == "from" else 690), words
        assert find_violations(page) == []
    slides = page.locator("section:has(figure)")
    assert slides.count() >= 5
    assert page.locator("section:has(figure):has(aside.notes)").count() == slides.count()
    assert page.wrong == []


def test_slides_open_from_a_file(browser):
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.goto((SLIDES / "index.html").as_uri())
    opened.keyboard.press("ArrowRight")
    assert opened.evaluate("Reveal.getIndices().h") == 1
    context.close()


def test_paper_keeps_the_margins(page, serve):
    page.goto(f"{serve(SLIDES)}/index.html?print-pdf")
    page.locator(".pdf-page").last.wait_for(state="attached")
    page.emulate_media(media="print")
    sides = page.locator(".pdf-page section").evaluate_all(
        "all => all.map(item => [getComputedStyle(item).paddingLeft, getComputedStyle(item).paddingRight])"
    )
    assert len(sides) >= 8
    assert {side for pair in sides for side in pair} == {"64px"}
    assert page.wrong == []
