"""What every notebook shares, written from one table: where one is, the setup, the way on.

`build.py` puts these cells in before it executes: change them here, not in a notebook.
"""

from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell


@dataclass(frozen=True, kw_only=True)
class Way:
    """A notebook's place in the story.

    Attributes
    ----------
    title : str
        Short, for links.
    needs : str
        What should be known before.
    minutes : dict
        Sections and their honest minutes; the title's "About N minutes" is their sum.
    """

    title: str
    needs: str
    minutes: dict[str, int]


WAYS = {  # in the order of the story
    "01_meet_the_data": Way(
        title="Meet the data",
        needs="what a mean, a percentage and a scatter plot are",
        minutes={"Question and data": 15, "Look first and Model": 10, "Check": 20, "Exercises": 15},
    ),
    "02_figure_1_self_reported_improvement": Way(
        title="Fig. 1, self-reported improvement",
        needs="notebook 01; what a standard error is",
        minutes={"Question to Look first": 5, "Model": 15, "Check": 10, "Exercises": 20},
    ),
    "03_figure_2_esr_and_pain": Way(
        title="Fig. 2, ESR and pain",
        needs="notebooks 01 and 02; the equation of a straight line",
        minutes={"Question to Look first": 10, "Model": 25, "Check": 5, "Exercises": 20},
    ),
    "04_can_we_trust_the_line": Way(
        title="Can we trust the line?",
        needs="notebook 03",
        minutes={
            "Question to Look first": 5, "Model": 30, "Resampling": 20, "Check": 10, "Exercises": 25,
        },
    ),
    "05_drug_or_placebo": Way(
        title="Drug or placebo?",
        needs="notebooks 03 and 04",
        minutes={
            "Question to Look first": 10, "Model": 25, "The trial itself": 30, "Check": 10,
            "Exercises": 25,
        },
    ),
    "06_small_samples": Way(
        title="Small samples",
        needs="notebooks 03 to 05",
        minutes={"Question to Look first": 10, "Model": 25, "Check": 10, "Exercises": 15},
    ),
    "11_change_without_effect": Way(
        title="Change without effect",
        needs="notebook 06",
        minutes={"Question to Look first": 10, "Model": 20, "Check": 10, "Exercises": 15},
    ),
    "07_audit_the_published_numbers": Way(
        title="Audit of the printed numbers",
        needs="notebooks 01 and 05; what a t test is",
        minutes={"Question to Look first": 10, "Model": 20, "Check": 10, "Exercises": 15},
    ),
    "08_evidence_since_2014": Way(
        title="The evidence since 2014",
        needs="notebooks 05 and 07",
        minutes={"Question to Look first": 10, "Model": 25, "Check": 10, "Exercises": 15},
    ),
    "09_many_analysts": Way(
        title="Many analysts",
        needs="notebooks 03 and 05",
        minutes={"Question to Look first": 15, "Model": 20, "Check": 10, "Exercises": 15},
    ),
    "10_your_own_data": Way(
        title="Your own data",
        needs="notebooks 03 to 05; a table of your own, if you have one",
        minutes={"Question and data": 15, "Look first and Model": 15, "Check": 10, "Exercises": 20},
    ),
}  # fmt: skip

SETUP = """\
try:
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd

    import ldn_analysis as ldn
    from ldn_analysis import check, predict, reveal, show
except ModuleNotFoundError as error:
    message = (
        f"The Python of this kernel has no {error.name}. Choose the "
        "kernel in which this project is installed (menu Kernel > "
        "Change Kernel), or install it as the README says, then run "
        "this cell again."
    )
    # One sentence instead of a traceback.
    error._render_traceback_ = lambda: [message]
    raise

ldn.prepare_notebook()"""

WIDGET = """\
*The next cell makes controls. They need a running kernel, so in the book and on GitHub you see only \
the figure above. Keyboard: Tab to a control, then the arrow keys; a list opens with Space, and Enter \
chooses. Broken-link icons instead of controls mean that the kernel was restarted: run the cells above, then this one again.*"""

PROGRESS = """\
How far you are (in a copy with solutions, these count too):"""

EXTRAS = {"way-in", "way-on", "progress-text", "progress"}


def find_links(name: str) -> str:
    """Links to the notebooks before and after."""
    names = list(WAYS)
    i = names.index(name)
    links = []
    for word, j in (("Previous", i - 1), ("Next", i + 1)):
        if 0 <= j < len(names):
            links.append(f"{word}: [{names[j][:2]} {WAYS[names[j]].title}]({names[j]}.ipynb)")
    return " · ".join(links)


def describe_way(name: str) -> str:
    """The lines below the title: place, links, what it needs, minutes."""
    way, place = WAYS[name], list(WAYS).index(name) + 1
    minutes = ", ".join(f"{section} {n}" for section, n in way.minutes.items())
    return (
        f"You are at {place} of {len(WAYS)}. {find_links(name)} · "
        "[All notebooks](../README.md) · [Glossary](../docs/glossary.md) · "
        "[The data](../data/README.md)\n\n"
        f"**Before this:** {way.needs}. **Minutes:** {minutes}."
    )


def has_tag(cell, tag: str) -> bool:
    """Whether a cell carries a tag."""
    return tag in cell.metadata.get("tags", [])


def put_ways(notebook: NotebookNode, name: str) -> None:
    """Write the shared cells into a notebook, in place of those that are there."""
    old = [cell for cell in notebook.cells if cell.id not in EXTRAS and cell.id[-4:] != "-how"]
    minutes = sum(WAYS[name].minutes.values())
    title, _, rest = old[0].source.partition("About ")
    old[0].source = f"{title}About {minutes} {rest.partition(' ')[2]}"
    last = max((i for i, cell in enumerate(old) if has_tag(cell, "solution")), default=len(old) - 2)
    end = len(old) - (2 if old[-2].id == "versions-text" else 1)
    cells = []
    for i, cell in enumerate(old):
        if i == end:
            cells.append(new_markdown_cell(find_links(name), id="way-on"))
        if has_tag(cell, "widget"):
            cells.append(new_markdown_cell(WIDGET, id=f"{cell.id}-how"))
        cells.append(cell)
        if i == 0:
            cells.append(new_markdown_cell(describe_way(name), id="way-in"))
        if i == last:
            cells.append(new_markdown_cell(PROGRESS, id="progress-text"))
            cells.append(new_code_cell("ldn.progress()", id="progress"))
        if cell.id == "setup":
            cell.source = SETUP
        if has_tag(cell, "solution"):  # folded in JupyterLab
            cell.metadata["jupyter"] = {"source_hidden": True, "outputs_hidden": True}
    notebook.cells = cells


def make_links_local(text: str) -> str:
    """Links for a folder that holds the notebooks, glossary.md and about_the_data.md only."""
    text = text.replace("[All notebooks](../README.md) \u00b7 ", "")
    text = text.replace("](../docs/glossary.md", "](glossary.md")
    return text.replace("](../data/README.md)", "](about_the_data.md)")


def read_pages() -> dict[str, str]:
    """The pages that such a folder holds besides, by their name there."""
    root = Path(__file__).resolve().parents[1]
    pages = {"glossary.md": root / "docs/glossary.md", "about_the_data.md": root / "data/README.md"}
    return {name: path.read_text("utf-8") for name, path in pages.items() if path.exists()}
