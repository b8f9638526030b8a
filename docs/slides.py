"""Build the slides from docs/slides.md.

    python docs/slides.py      writes build/slides/

A line --- starts a slide, and a paragraph that starts with Note: is for the speaker.
{{draw NAME from 05}} is a figure and {{say NAME from 05}} a sentence of slide_figures.py, with the
notebook to read at the foot. So no number is typed and none can go stale.
"""

import re
import shutil
import sys
from html import escape
from pathlib import Path

import slide_figures
from markdown_it import MarkdownIt
from npm import install_packages

ROOT = Path(__file__).resolve().parents[1]
SLIDES = ROOT / "build" / "slides"
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="reveal/reset.css">
<link rel="stylesheet" href="reveal/reveal.css">
<link rel="stylesheet" href="slides.css">
</head>
<body>
<main class="reveal">
<div class="slides">
{slides}
</div>
</main>
<script src="reveal/reveal.js"></script>
<script src="reveal/notes.js"></script>
<script>
Reveal.initialize({{
  width: 1280, height: 720, margin: 0, center: false, hash: true, slideNumber: "c/t",
  transition: "none", plugins: [RevealNotes],
}});
</script>
</body>
</html>
"""


def show_figure(name: str, notebook: str) -> str:
    """A figure drawn for the slides, and the notebook that explains it."""
    from ldn_analysis.core.export import embed_figure

    figure, alt = slide_figures.draw(name)
    return f'\n<div class="output">{embed_figure(figure, alt=alt)}</div>\n{name_source(notebook)}\n'


def name_source(notebook: str) -> str:
    """The foot of a slide: where to read more."""
    paths = sorted((ROOT / "notebooks").glob(f"{notebook}*.ipynb"))
    if len(paths) != 1:
        sys.exit(f"docs/slides.md: no notebook, or more than one, starts with {notebook!r}")
    return f'<p class="from">{paths[0].stem}</p>'


def fill(found: re.Match) -> str:
    """One {{draw ...}} or {{say ...}}."""
    word, name, notebook = found.groups()
    if not hasattr(slide_figures, f"{word}_{name}"):
        sys.exit(f"docs/slides.md: docs/slide_figures.py has no {word}_{name}")
    if word == "draw":
        return show_figure(name, notebook)
    said = f'\n<div class="output"><p>{escape(slide_figures.say(name))}</p></div>\n'
    return said + name_source(notebook) + "\n"


def write_slide(text: str) -> str:
    """One slide: Markdown, then what the speaker says."""
    text, _, note = text.partition("\nNote: ")
    markdown = MarkdownIt("commonmark", {"html": True})
    text = re.sub(
        r"^\{\{(draw|say) (\w+) from (\d+)\}\}$",
        fill,
        text.strip(),
        flags=re.MULTILINE,
    )
    notes = f'<aside class="notes">{markdown.render(note)}</aside>' if note else ""
    return f"<section>\n{markdown.render(text)}{notes}</section>"


def main() -> None:
    """Write the deck and what it loads, all of it beside it."""
    reveal = install_packages() / "reveal.js"
    text = (ROOT / "docs" / "slides.md").read_text(encoding="utf-8")
    slides = [write_slide(part) for part in text.split("\n---\n")]
    title = re.search(r"^# (.+)", text)[1]
    shutil.rmtree(SLIDES, ignore_errors=True)
    (SLIDES / "reveal").mkdir(parents=True)
    for name in ("dist/reset.css", "dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js"):
        shutil.copyfile(reveal / name, SLIDES / "reveal" / Path(name).name)
    shutil.copyfile(ROOT / "docs" / "slides.css", SLIDES / "slides.css")
    page = PAGE.format(title=escape(title), slides="\n".join(slides))
    (SLIDES / "index.html").write_text(page, encoding="utf-8")
    print(f"{len(slides)} slides: {SLIDES.relative_to(ROOT)}/index.html")


if __name__ == "__main__":
    main()
