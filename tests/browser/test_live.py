"""The live pages as a reader uses them: Python in headless Chromium, without a network.

Four notebooks are run whole; with LIVE_ALL=1 in the environment, all. Every test stands alone; in one
process, those about notebook 03 use the page whose Python runs already.
"""

import json
import os
import re
from pathlib import Path

import nbformat
import pytest

from ldn_analysis.teaching.check import load_exercises

pytestmark = [
    pytest.mark.browser,
    # asyncio's own transports, at the end of the browser's process
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ROOT = Path(__file__).parents[2]
LIVE = ROOT / "build" / "live"
NAMES = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
RUN_WHOLE = [n[:2] for n in NAMES] if os.environ.get("LIVE_ALL") else ["05", "08", "01", "03"]
LONG = 300_000  # milliseconds: a busy machine is four times slower
TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll('main, .text, .cell')]
    .filter(box => box.scrollWidth > box.clientWidth + 1)
    .map(box => [box.id, box.scrollWidth, box.clientWidth])"""
STACKED = """() => [...document.querySelectorAll('math[display=block]')]
    .filter(formula => formula.getBoundingClientRect().height > 80)
    .map(formula => formula.textContent)"""  # one sign below the other


@pytest.fixture(scope="module")
def site(serve):
    return serve(LIVE)


@pytest.fixture(scope="module")
def reader(browser, site):
    """One reader's browser: what it stores stays from page to page; no other machine is reached."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(LONG)
    opened = context.new_page()
    opened.wrong, opened.asked = [], []

    def guard(route):
        opened.asked.append(route.request.url)
        if route.request.url.startswith((site, "data:", "blob:")):
            route.continue_()
        else:
            opened.wrong.append(f"asks for {route.request.url}")
            route.abort()

    context.route("**/*", guard)
    opened.on("pageerror", lambda error: opened.wrong.append(str(error)))
    opened.on(
        "console",
        lambda line: line.type in ("error", "warning") and opened.wrong.append(line.text),
    )
    opened.on("dialog", lambda dialog: dialog.accept())
    yield opened
    assert opened.wrong == []
    context.close()


def open_notebook(page, site, start: str) -> None:
    (name,) = [name for name in NAMES if name.startswith(start)]
    page.goto(f"{site}/{name}.html")
    page.locator("body[data-ready]").wait_for()


def be_at(page, site, start: str) -> None:
    """On the page of a notebook, which may be open."""
    if f"/{start}_" not in page.url:
        open_notebook(page, site, start)


def wait(page) -> None:
    """Until nothing runs."""
    page.locator("#stop:disabled").wait_for()


def write(page, cell: str, code: str) -> None:
    page.locator(f"#{cell} .cm-content").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(code)


def run(page, cell: str, code: str) -> str:
    """Write into a cell, run it with the keyboard; what it put out."""
    write(page, cell, code)
    page.keyboard.press("ControlOrMeta+Enter")
    wait(page)
    return page.locator(f"#{cell} .outputs").inner_text()


def take_copy(page) -> nbformat.NotebookNode:
    """The notebook as the page writes it to the downloads."""
    page.locator("#bar summary").click()
    with page.expect_download() as download:
        page.locator("#download").click()
    page.locator("#bar summary").click()
    notebook = nbformat.reads(Path(download.value.path()).read_text("utf-8"), as_version=4)
    nbformat.validate(notebook)
    return notebook


def read_outputs(cell) -> tuple[list[float], str]:
    """The numbers that a cell put out, figures apart, and the words between them."""
    texts = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        html = re.sub(
            r"<style.*?</style>|<img[^>]*>|<[^>]+>", " ", data.get("text/html", ""), flags=re.S
        )
        texts += [output.get("text", ""), html or data.get("text/plain", "")]
    text = " ".join(texts)
    return [float(n) for n in NUMBER.findall(text)], " ".join(NUMBER.sub("#", text).split())


@pytest.mark.parametrize("start", RUN_WHOLE)
def test_whole_notebook_gives_what_was_published(reader, site, start):
    open_notebook(reader, site, start)
    reader.locator("#run-all").click()
    wait(reader)
    assert re.fullmatch(r"Cell \d+ has run", reader.locator("#said").inner_text())
    copy = take_copy(reader)
    (path,) = (ROOT / "notebooks").glob(f"{start}*.ipynb")
    published = nbformat.read(path, as_version=4)
    assert [cell.id for cell in copy.cells] == [cell.id for cell in published.cells]
    figures = 0
    for fresh, kept in zip(copy.cells, published.cells, strict=True):
        if {"versions", "widget"} & set(kept.metadata.get("tags", [])):
            continue
        numbers, words = read_outputs(kept)
        assert read_outputs(fresh)[1] == words, kept.id
        assert read_outputs(fresh)[0] == pytest.approx(numbers, rel=2e-3, abs=2e-3), kept.id
        figures += "<img" in json.dumps(fresh.get("outputs", []))
    assert figures >= 3


def test_sliders_redraw(reader, site):
    be_at(reader, site, "03")
    said = run(reader, "look", "import ldn_analysis as ldn\nldn.explore_esr_correlation()")
    assert "Error" not in said
    picture = reader.locator("#look img")
    first = picture.get_attribute("src")
    box = reader.locator("#look input[type=number]").first
    box.fill("0.1")
    box.press("Tab")
    for _ in range(200):
        if picture.get_attribute("src") != first:
            break
        reader.wait_for_timeout(100)
    assert picture.get_attribute("src") != first
    assert picture.get_attribute("alt")


def test_reader_edits_errs_is_told_and_finds_it_again(reader, site, tmp_path):
    be_at(reader, site, "03")
    setup = "from ldn_analysis import check"
    assert run(reader, "data", f"{setup}\ncheck('03.1', 99999)").startswith("03.1 not yet:")
    right = load_exercises()["03.1"]().answer
    said = run(reader, "exercise-1", f'answer = {right!r}\ncheck("03.1", answer)')
    assert said.startswith("03.1 right:")
    said = run(reader, "look", "x = 1\nprint(x)\nx / 0")
    assert "1" in said
    assert "Line 3 of this cell: ZeroDivisionError: division by zero" in said
    assert "kernel" not in said
    assert "for JupyterLab" in run(reader, "look", "%pip install x")
    # What needs no Python of its own: a copy, and the page after a reload.
    copy = {cell.id: cell for cell in take_copy(reader).cells}
    assert "answer = " in copy["exercise-1"].source
    assert "03.1 right" in copy["exercise-1"].outputs[0].data["text/plain"]
    table = tmp_path / "mine.csv"
    table.write_text("a;b\n1;2\n")
    reader.locator("#bring").set_input_files(table)
    assert "a;b" in run(reader, "look", 'print(open("mine.csv").read())')
    # A run without an end.
    write(reader, "look", "while True:\n    pass")
    reader.keyboard.press("Shift+Enter")
    reader.locator("#look .state", has_text="running").wait_for()
    reader.locator("#stop").click()
    assert (
        reader.locator("#said").inner_text().startswith("Stopped. Python was ended and starts anew")
    )
    wait(reader)
    said = run(reader, "look", "answer")
    assert "NameError" in said
    assert "run that cell first" in said
    assert "a;b" in run(reader, "look", 'print(open("mine.csv").read())')  # put again
    reader.wait_for_timeout(500)
    reader.reload()
    reader.locator("body[data-ready]").wait_for()
    assert "a;b" in reader.locator("#look .outputs").inner_text()
    assert "your output, from before" in reader.locator("#look .state").inner_text()
    # Python comes from the browser's store and knows nothing of before.
    before = len(reader.asked)
    assert "NameError" in run(reader, "fit", "answer")
    assert [url for url in reader.asked[before:] if url.endswith(".gzip")] == []
    # Another notebook is refused; the own copy is read; everything can be put back.
    reader.locator("#open").set_input_files(ROOT / "notebooks" / f"{NAMES[4]}.ipynb")
    reader.locator("#said", has_text="is not a copy of this notebook").wait_for()
    reader.locator("#open").set_input_files(ROOT / "notebooks" / f"{NAMES[2]}.ipynb")
    reader.locator("#said", has_text="was opened").wait_for()
    assert "a;b" not in reader.locator("#look .outputs").inner_text()
    reader.locator("#bar summary").click()
    reader.locator("#forget").click()
    reader.locator("#said", has_text="This page is as it was").wait_for()
    assert reader.locator("button:visible", has_text="Undo my changes").count() == 0


def test_pages_are_accessible_and_narrow_enough(browser, site, find_violations):
    # The check of accessibility is a script that the pages' own policy would refuse.
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    for name in ("index", NAMES[0], NAMES[2]):
        page.goto(f"{site}/{name}.html")
        if name != "index":
            page.locator("body[data-ready]").wait_for()
            page.locator("#bar summary").click()
        for width, scheme in ((1280, "light"), (390, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(TOO_WIDE) == []
            if name != NAMES[0]:
                assert find_violations(page) == []
    assert page.evaluate(STACKED) == []
    context.close()


def test_keyboard_leaves_an_editor(reader, site):
    be_at(reader, site, "03")
    reader.locator("#data .cm-content").focus()
    reader.keyboard.press("Escape")
    reader.keyboard.press("Tab")
    assert reader.evaluate("document.activeElement.getAttribute('aria-label')") == "Run: cell 2"


def test_browser_that_cannot_run_it_is_told_so(browser, site):
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script("WebAssembly.validate = () => false")
    page.goto(f"{site}/{NAMES[2]}.html")
    page.locator("#refusal", has_text="This browser cannot run Python here").wait_for()
    assert page.locator("#bar").count() == 0
    assert page.locator("#fit .outputs").inner_text()  # the published output is there
    context.close()
