"""What the book and the slides are made from (the built pages are the browser tests')."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ldn_analysis

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


@pytest.fixture
def docs(monkeypatch):
    """The folder's scripts can be imported."""
    monkeypatch.syspath_prepend(str(DOCS))


def test_lock_of_npm_pins_exact_versions_and_names_no_host():
    text = (DOCS / "package-lock.json").read_text()
    assert "://" not in text
    packages = json.loads(text)["packages"]
    wanted = json.loads((DOCS / "package.json").read_text())
    for name, version in {**wanted["dependencies"], **wanted["devDependencies"]}.items():
        assert packages[f"node_modules/{name}"]["version"] == version
    assert all("integrity" in item for name, item in packages.items() if name)


@pytest.mark.usefixtures("docs")
def test_every_public_name_is_on_one_page_of_the_reference():
    import book

    groups = book.group_names()
    names = [name for modules in groups.values() for names in modules.values() for name in names]
    assert len(names) == len(set(names))
    assert set(ldn_analysis.__all__) <= set(names)
    rooms = {path.parent.name for path in (ROOT / "ldn_analysis").glob("*/__init__.py")}
    assert set(book.ROOMS) == rooms


@pytest.mark.usefixtures("docs")
def test_pages_take_their_parts_from_where_they_have_their_home():
    import book

    page = book.fill("{{README: Limits}}\n\n[x](../data/README.md) [y](docs/run.md)\n")
    assert page.startswith("## Limits\n\nThe trials behind")
    assert "[x](data/README.md) [y](run.md)" in page
    with pytest.raises(SystemExit, match=r"README.md has no section 'Limit'"):
        book.fill("{{README: Limit}}\n")
    for path in DOCS.glob("*.md"):
        if path.name != "slides.md":
            assert "{{" not in book.fill(path.read_text())
    assert "- Wilson EB. Probable inference" in book.fill("{{references}}\n")
    assert book.show_codebook().count("\n## ") == len(ldn_analysis.list_datasets()) - 1


@pytest.mark.usefixtures("docs")
def test_slides_are_few_and_show_what_the_notebooks_put_out():
    import slides

    parts = (DOCS / "slides.md").read_text().split("\n---\n")
    assert 8 <= len(parts) <= 12
    for part in parts:
        assert "{{" not in slides.write_slide(part)
    shown = slides.write_slide("## A\n\n{{02 conclude}}\n\nNote: Say *this*.")
    assert re.search(r"<p>After LDN, \d+ of \d+ participants", shown)
    assert '<aside class="notes"><p>Say <em>this</em>.</p>' in shown
    with pytest.raises(SystemExit, match="has no cell 'concluded' with an output"):
        slides.write_slide("{{02 concluded}}")
    with pytest.raises(SystemExit, match="no notebook, or more than one, starts with '0'"):
        slides.write_slide("{{0 conclude}}")
    with pytest.raises(SystemExit, match="conclude has no figure"):
        slides.write_slide("{{02 conclude figure}}")


def test_without_npm_one_message_says_what_to_do(tmp_path):
    for name in ("npm.py", "package-lock.json"):
        shutil.copyfile(DOCS / name, tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-c", "import npm; npm.install_packages()"],
        cwd=tmp_path,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "npm was not found" in done.stderr
    assert "apt install npm" in done.stderr
    assert "Traceback" not in done.stderr
