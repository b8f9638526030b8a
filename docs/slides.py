"""Build the slides: docs/slides.md, its pictures and numbers taken from the notebooks.

    python docs/slides.py      writes build/slides/

A line --- starts a slide, a paragraph that starts with Note: is for the speaker, and
{{NOTEBOOK CELL}} is what that cell of the committed notebook put out ({{NOTEBOOK CELL figure}} and
{{NOTEBOOK CELL text}} are one half of it). So no number is typed and none can go stale.
"""

import re
import shutil
import sys
from html import escape
from pathlib import Path

import nbformat
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


def find_cell(notebook: str, cell: str) -> tuple[Path, nbformat.NotebookNode]:
    """A cell of a notebook by its id."""
    paths = sorted((ROOT / "notebooks").glob(f"{notebook}*.ipynb"))
    if len(paths) != 1:
        sys.exit(f"docs/slides.md: no notebook, or more than one, starts with {notebook!r}")
    for each in nbformat.read(paths[0], as_version=4).cells:
        if each.id == cell and each.get("outputs"):
            return paths[0], each
    sys.exit(f"docs/slides.md: {paths[0].name} has no cell {cell!r} with an output")


def show_outputs(notebook: str, cell: str, part: str | None) -> str:
    """What a cell put out as HTML: its figures, its text, or both."""
    path, found = find_cell(notebook, cell)
    texts, figures = [], []
    for output in found.outputs:
        html = output.get("data", {}).get("text/html", "")
        if "<figure" in html:
            figures.append(html)
        elif output.output_type == "stream":
            texts += [f"<p>{escape(text)}</p>" for text in output.text.strip().split("\n\n")]
    chosen = {"figure": figures, "text": texts, None: texts + figures}[part]
    if not chosen:
        sys.exit(f"docs/slides.md: {path.name} {cell} has no {part or 'figure or text'}")
    return f'\n<div class="output">{"".join(chosen)}</div>\n<p class="from">{path.stem}</p>\n'


def write_slide(text: str) -> str:
    """One slide: Markdown, then what the speaker says."""
    text, _, note = text.partition("\nNote: ")
    markdown = MarkdownIt("commonmark", {"html": True})
    text = re.sub(
        r"^\{\{(\S+) (\S+?)(?: (figure|text))?\}\}$",
        lambda found: show_outputs(*found.groups()),
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
