"""A browser, and a page that reaches no network, for the tests that need one."""

import os
import shutil
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    if chromium is None:
        pytest.fail("Chromium is not installed; name it with CHROMIUM=PATH")
    with playwright.sync_playwright() as driver:
        instance = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield instance
        instance.close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


@pytest.fixture(scope="session")
def serve():
    """Serve a built folder from this machine: folder to address."""
    servers = {}

    def start(folder) -> str:
        if not folder.exists():
            pytest.fail(f"there is no build/{folder.name}/: run make {folder.name}")
        if folder not in servers:
            server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
            server.thread = Thread(target=server.serve_forever)
            server.thread.start()
            servers[folder] = server
        return f"http://127.0.0.1:{servers[folder].server_port}"

    yield start
    for server in servers.values():
        server.shutdown()
        server.thread.join()
        server.server_close()


@pytest.fixture
def page(browser):
    """A page that reaches nothing but this machine; what went wrong is in `page.wrong`."""
    # Without motion, or a colour would be judged while it fades in.
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    opened.wrong = []

    def guard(route):
        if route.request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            route.continue_()
        else:
            opened.wrong.append(f"asks for {route.request.url}")
            route.abort()

    def listen(message):
        if message.type in ("error", "warning"):
            opened.wrong.append(message.text)

    def look(answer):
        if answer.status >= 400:
            opened.wrong.append(f"{answer.status} {answer.url}")

    context.route("**/*", guard)
    opened.on("requestfailed", lambda request: opened.wrong.append(f"failed: {request.url}"))
    opened.on("pageerror", lambda error: opened.wrong.append(str(error)))
    opened.on("console", listen)
    opened.on("response", look)
    yield opened
    context.close()


@pytest.fixture(scope="session")
def find_violations():
    """What axe-core calls serious or critical in a page or part of it, one line a place."""
    axe = Path(__file__).parents[1] / "docs" / "node_modules" / "axe-core" / "axe.min.js"

    def find(page, within: str = "html") -> list[str]:
        page.add_script_tag(path=str(axe))
        # Without a selector for every node, which takes a third of the time.
        run = "within => axe.run(within, {resultTypes: ['violations'], selectors: false})"
        found = page.evaluate(run, within)["violations"]
        return [
            f"{item['id']}: {node['html'][:150]} {node['failureSummary'][:200]}"
            for item in found
            if item["impact"] in ("serious", "critical")
            for node in item["nodes"]
        ]

    return find
