"""Notebooks as a reader meets them: JupyterLab in headless Chromium (.ci/run)."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

pytestmark = [
    pytest.mark.browser,
    # asyncio's own transports, at the end of the browser's process
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def strip_copy(path: Path, folder: Path) -> None:
    """Without outputs, so that what is seen afterwards was made by this run."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, folder / path.name)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Address of a JupyterLab on a copy of the notebooks, so that saving changes nothing."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notebooks").mkdir()
    for path in NOTEBOOKS.glob("*.ipynb"):
        strip_copy(path, folder / "notebooks")
    # Every cell in the page, not only those in view.
    settings = folder / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += [
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
        f"--ServerApp.root_dir={folder / 'notebooks'}",
    ]
    log = (folder / "lab.log").open("wb")
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=1).close()
                break
            except OSError:
                time.sleep(0.5)
        else:
            pytest.fail((folder / "lab.log").read_text())
        yield address
    finally:
        server.terminate()
        server.wait(120)  # it ends its kernels first
        log.close()


@pytest.fixture(scope="module")
def desk(browser, lab):
    """JupyterLab in one page, as a reader leaves it open from notebook to notebook."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.goto(f"{lab}/lab?reset")
    yield page
    page.close()


@pytest.fixture
def run_all(desk):
    """Open a notebook, run all its cells and give the page when all have run."""
    panel = desk.locator(".jp-NotebookPanel")

    def run(name: str):
        desk.locator(f".jp-DirListing-item[title*='{name}']").click()
        desk.keyboard.press("Enter")
        # Before the status says Idle, Run All does nothing; and it says Idle once too early.
        panel.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for()
        cells = desk.locator(".jp-CodeCell .jp-InputArea-prompt")
        started = cells.filter(has_text=re.compile(r"\[(\*|\d+)\]:"))
        numbered = cells.filter(has_text=re.compile(r"\[\d+\]:"))
        for _ in range(20):
            if desk.locator("dialog").count():
                desk.keyboard.press("Escape")
            desk.get_by_role("menuitem", name="Run", exact=True).click()
            desk.get_by_text("Run All Cells", exact=True).click()
            if wait_until(desk, started.count, seconds=3):
                break
        if not wait_until(desk, lambda: numbered.count() == cells.count(), seconds=120):
            pytest.fail(f"{name}: {numbered.count()} of {cells.count()} cells ran")
        return desk

    yield run
    desk.get_by_role("menuitem", name="File", exact=True).click()
    desk.get_by_text("Close and Shut Down Notebook").click()
    desk.locator("dialog .jp-mod-accept").click()
    panel.wait_for(state="detached")


def wait_until(page, holds, seconds: float) -> bool:
    """Whether it holds before the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        page.wait_for_timeout(100)
    return False


def find_widget(page, words: str):
    """The output with controls whose picture is described by these words."""
    widgets = page.locator(".jp-OutputArea-output:has(.widget-slider, .widget-dropdown)")
    widget = widgets.filter(has=page.locator(f'figure img[alt*="{words}"]'))
    widget.locator("figure img").wait_for()
    return widgets.nth(
        [words in w.locator("figure img").get_attribute("alt") for w in widgets.all()].index(True)
    )


def choose_next(page, control, key: str = "ArrowDown") -> None:
    """Choose in a list by keyboard: closed, it would leave the arrow keys to the notebook."""
    control.focus()
    for press in ("Space", key, "Enter"):
        page.keyboard.press(press)


def wait_for_redraw(page, image, before: str) -> str:
    """The description after it has changed."""
    wait_until(page, lambda: image.get_attribute("alt") != before, seconds=10)
    assert image.get_attribute("alt") != before
    assert image.evaluate("image => image.naturalWidth") > 100
    return image.get_attribute("alt")


def move_by_keyboard(page, label: str, words: str) -> None:
    """A number box and its slider have the same name, answer to the arrow keys, and stay in step."""
    widget = find_widget(page, words)
    widget.scroll_into_view_if_needed()
    image = widget.locator("figure img")
    box = widget.get_by_role("spinbutton", name=label, exact=True)
    box.focus()
    seen, value = image.get_attribute("alt"), float(box.input_value())
    assert len(box.input_value()) <= 5
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    seen = wait_for_redraw(page, image, seen)
    # Tab has gone on to the slider.
    slider = page.locator(":focus")
    assert slider.get_attribute("role") == "slider"
    assert slider.get_attribute("aria-label") == label
    assert float(box.input_value()) > value
    shown = float(slider.get_attribute("aria-valuetext"))
    assert shown == pytest.approx(float(box.input_value()))
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    seen = wait_for_redraw(page, image, seen)
    page.wait_for_timeout(1000)
    assert float(box.input_value()) < value
    assert widget.locator("[role=status][aria-live=polite]").inner_text().strip()


def move_correlation(page) -> None:
    move_by_keyboard(page, "r with ESR, ldn", "as printed")


def move_point(page) -> None:
    """A participant is chosen, moved and put back."""
    move_by_keyboard(page, "baseline ESR (mm/h)", "Cook's distance")
    widget = find_widget(page, "Cook's distance")
    image = widget.locator("figure img")
    start = image.get_attribute("alt")
    person = widget.get_by_role("combobox", name="participant", exact=True)
    choose_next(page, person)
    chosen = wait_for_redraw(page, image, start)
    assert person.locator("option:checked").inner_text() == chosen.split()[0]
    assert chosen.split()[0] != start.split()[0]
    box = widget.get_by_role("spinbutton", name="pain reduction (% of baseline)", exact=True)
    box.fill("-60")
    page.keyboard.press("Tab")
    moved = wait_for_redraw(page, image, chosen)
    assert ", -60): slope" in moved
    assert moved in widget.locator("[role=status]").inner_text()
    assert widget.locator("table th", has_text="cooks_distance").count() == 1
    widget.get_by_role("button", name="Reset").focus()
    page.keyboard.press("Enter")
    assert wait_for_redraw(page, image, moved) == chosen


def move_small_samples(page) -> None:
    move_by_keyboard(page, "placebo (%)", "slope under LDN")
    move_by_keyboard(page, "participants", "simulated studies of 10 participants")


def choose_analysis(page) -> None:
    """Options are chosen by their names; what was pruned is said."""
    widget = find_widget(page, "larger than")
    image = widget.locator("figure img")
    start = image.get_attribute("alt")
    model = widget.get_by_role("combobox", name="model", exact=True)
    choose_next(page, model)
    second = model.locator("option:checked").inner_text()
    assert second != "OLS"
    seen = wait_for_redraw(page, image, start)
    assert f"model {second}" in seen
    # On to the mixed model, which one outcome per participant does not have.
    while model.locator("option:checked").inner_text() != "mixed":
        choose_next(page, model)
        seen = wait_for_redraw(page, image, seen)
    assert widget.locator("[role=status]").inner_text().startswith("Pruned: ")
    assert "Nothing is marked on the curve." in seen
    assert "model mixed" in seen
    choose_next(page, model, key="Home")
    assert model.locator("option:checked").inner_text() == "OLS"
    assert wait_for_redraw(page, image, seen) == start


WIDGETS = {
    "01": move_correlation,
    "04": move_point,
    "06": move_small_samples,
    "09": choose_analysis,
}


@pytest.mark.parametrize("name", [path.name for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))])
def test_notebook_shows_its_figures_and_its_widgets_answer(run_all, find_violations, name):
    page = run_all(name)
    assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    figures = page.locator("figure img")
    assert figures.count() >= 1
    for i in range(figures.count()):
        figures.nth(i).scroll_into_view_if_needed()
        assert figures.nth(i).evaluate("image => image.naturalWidth") > 100
        assert len(figures.nth(i).get_attribute("alt")) > 20
    if "03" in name:
        assert page.locator("figure img[alt*='Fig. 2']").count() == 1
    if name[:2] in WIDGETS:
        WIDGETS[name[:2]](page)
        assert find_violations(page, ".ldn-widget") == []
