"""The page to look through: every student's answers beside the right ones."""

from pathlib import Path

from .marks import Marks
from .record import format_answer

MAX_FAILED = 5
NOTE = (
    "Each answer is the last one that the notebook gave to check(), checked again with this student's "
    "own data. A flag is a reason to ask, not a proof. Free text is not marked: read it. "
    "This page shows one run; marks.csv keeps the marks of earlier runs, too."
)


def write_page(marks: list[Marks], absent: list[str], strangers: list[str], place: Path) -> Path:
    """marks.html, beside marks.csv."""
    import pandas as pd

    from ldn_analysis.core.files import write_files
    from ldn_analysis.core.html import (
        render_list,
        render_page,
        render_paragraph,
        render_section,
        render_table,
    )

    summary = pd.DataFrame(
        {
            "student": [mark.student or "(one copy for all)" for mark in marks],
            "points": [count_right(sum(mark.points.values()), len(mark.points)) for mark in marks],
            "cells that failed": [str(len(mark.failed)) for mark in marks],
            "flags": ["; ".join(mark.flags) for mark in marks],
        }
    )
    parts = [render_paragraph(NOTE, note=True)]
    parts.append(render_table(summary, caption="Students"))
    parts.append(render_links(marks))
    parts.append(render_share(marks))
    if absent:
        parts.append(render_section("Nothing handed in", [render_list(absent)]))
    if strangers:
        parts.append(render_section("Files that were not marked", [render_list(strangers)]))
    parts += [render_student(mark, f"student-{i}") for i, mark in enumerate(marks, start=1)]
    page = render_page("Marks", parts)
    return write_files({"marks.html": page.encode()}, place)[0]


def count_right(right: int, all_: int) -> str:
    """A share of points that stays on one line."""
    return f"{right}\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}{all_}"


def render_links(marks: list[Marks]) -> str:
    """A link to the section of each student."""
    from ldn_analysis.core.html import render_text

    links = [
        f'<a href="#student-{i}">{render_text(mark.student)}</a>'
        for i, mark in enumerate(marks, start=1)
    ]
    return f"<p>Go to: {' | '.join(links)}</p>" if len(links) > 1 else ""


def render_share(marks: list[Marks]) -> str:
    """How many were right, exercise by exercise: what to go through again in class."""
    import pandas as pd

    from ldn_analysis.core.html import render_table

    rows = []
    for number in sorted({number for mark in marks for number in mark.points}):
        took = [mark for mark in marks if number in mark.points]
        wrong = [mark for mark in took if not mark.points[number]]
        said = [mark.messages[number] for mark in wrong if mark.answers[number] is not None]
        usual = max(sorted(set(said)), key=said.count, default="")
        right = count_right(len(took) - len(wrong), len(took))
        rows.append({"exercise": number, "right": right, "most frequent remark": usual})
    return render_table(pd.DataFrame(rows), caption="Exercises") if rows else ""


def render_student(mark: Marks, place: str) -> str:
    """The section of one student; a remark stands where there is something to look at."""
    import pandas as pd

    from ldn_analysis.core.html import (
        render_list,
        render_paragraph,
        render_section,
        render_table,
        render_text,
    )

    parts = [render_paragraph(flag, note=True) for flag in mark.flags]
    rows = [
        {
            "exercise": number,
            "answer": "" if mark.answers[number] is None else format_answer(mark.answers[number]),
            "right answer": mark.right[number],
            "points": str(point),
            "what check() says": "" if point else mark.messages[number],
        }
        for number, point in mark.points.items()
    ]
    name = mark.student or "One copy for all"
    if rows:
        parts.append(render_table(pd.DataFrame(rows), caption=f"Answers of {name}"))
    if mark.texts:
        parts.append("<h3>Free text</h3>")
        parts += [
            f'<pre style="white-space: pre-wrap">{"<br>".join(map(render_text, text.splitlines()))}</pre>'
            for _, text in mark.texts
        ]
    if mark.failed:
        # The first ones tell: those after them mostly lack a name that these should have made.
        failed = [f"{cell}: {text}" for cell, text in mark.failed[:MAX_FAILED]]
        more = len(mark.failed) - len(failed)
        failed += [f"and {more} more cells"] * bool(more)
        parts += ["<h3>Cells that failed</h3>", render_list(failed)]
    if mark.notes or mark.written:
        written = [f"{name} was written" for name in mark.written]
        parts += ["<h3>Notes on the run</h3>", render_list([*mark.notes, *written])]
    section = render_section(name, parts)
    return section.replace("<section>", f'<section id="{place}">', 1)
