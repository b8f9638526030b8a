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
        if path.stem not in book.NOT_PAGES:
            assert "{{" not in book.fill(path.read_text())
    assert "- Wilson EB. Probable inference" in book.fill("{{references}}\n")
    assert book.show_codebook().count("\n## ") == len(ldn_analysis.list_datasets()) - 1


@pytest.mark.usefixtures("docs")
def test_slides_are_few_and_take_every_number_from_the_data():
    import slide_figures
    import slides

    text = (DOCS / "slides.md").read_text()
    parts = text.split("\n---\n")
    assert 8 <= len(parts) <= 12
    asked = re.findall(r"^\{\{(draw|say) (\w+) from (\d+)\}\}$", text, re.MULTILINE)
    assert text.count("{{") == len(asked)
    for word, name, notebook in asked:
        assert hasattr(slide_figures, f"{word}_{name}")
        assert slides.name_source(notebook)
    # A number in the words of a slide is a year, a name, or what a function says.
    shown = re.sub(r"\{\{.*?\}\}|^Note: (.|\n)*?(?=^---|\Z)", "", text, flags=re.MULTILINE)
    assert set(re.findall(r"\d+", shown)) <= {"1", "2", "2014", "33", "451", "459"}
    slide = slides.write_slide("## A\n\n{{say improvement from 02}}\n\nNote: Say *this*.")
    assert re.search(r"<p>After LDN, \d+ of \d+ participants", slide)
    assert '<aside class="notes"><p>Say <em>this</em>.</p>' in slide
    with pytest.raises(SystemExit, match="has no say_nothing"):
        slides.write_slide("{{say nothing from 02}}")
    with pytest.raises(SystemExit, match="no notebook, or more than one, starts with '0'"):
        slides.write_slide("{{say difference from 0}}")


@pytest.mark.usefixtures("docs")
def test_slides_say_what_the_notebooks_show():
    """Each sentence and drawn row against the notebook's own call."""
    import slide_figures

    low, high = ldn_analysis.pool_effects_bayes(
        ldn_analysis.standardise_trials()
    ).confidence_interval("mean effect")
    said = slide_figures.say_evidence()
    assert [float(x) for x in re.findall(r"of (\d\.\d)", said)] == pytest.approx(
        [abs(low), abs(high)], abs=0.051
    )
    # The last row of one slide and the last words of the next are the same interval.
    figure, alt = slide_figures.draw("cumulative")
    assert f"({low:.2f} to {high:.2f})" in alt
    smallest = min(
        text.get_fontsize()
        for ax in figure.axes
        for text in [*ax.get_xticklabels(), *ax.get_yticklabels(), ax.xaxis.label]
    )
    # 130 mm are shown over 1,152 of the slide's 1,280 pixels, which are 960 points.
    assert smallest * (1152 / 1280 * 960) / (slide_figures.WIDTH_MM / 25.4 * 72) >= 14
    shares = ldn_analysis.check_share([32, 11], range(27, 32))
    assert f"only {re.search(r'denominator is (.+?)[.] ', str(shares))[1]}." in (
        slide_figures.say_possible_shares()
    )


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
