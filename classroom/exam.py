"""Exam sheets with a student's own numbers, and apart from them how to mark each sheet.

The questions stand in exam.toml.
"""

import argparse
import contextlib
import io
import tempfile
import tomllib
from pathlib import Path

from .errors import InputError
from .people import hash_data, make_files, read_data
from .record import Record
from .workers import map_students

QUESTIONS = Path(__file__).with_name("exam.toml")
LINES = 2  # to write on, for each point
TITLE = "How much should two figures convince us?"


def write_exams(options: argparse.Namespace) -> None:
    """Carry out the task: two pages for each student asked for, or for the project's data."""
    questions = choose_questions(options.questions)
    record = Record(options.out)
    if options.all and not record.seeds:
        raise InputError(f"{record.folder / 'seeds.csv'} has no students; make student first")
    rows = list(record.seeds.values()) if options.all else []
    rows += [record.find(name) for name in options.student or []]
    tasks = [(questions, row, options.out / "student") for row in rows or [{}]]
    place = record.folder / "exam"
    for _, pages in map_students(make_pages, tasks, options.workers):
        from ldn_analysis.core.files import write_files

        for path in write_files(pages, place):
            print(path)


def choose_questions(numbers: list[str]) -> list[dict]:
    """The questions with these numbers, in their order; all without a number."""
    questions = tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))["question"]
    known = {str(question["number"]): question for question in questions}
    for number in numbers:
        if number not in known:
            raise InputError(f"there is no question {number!r}; there are {', '.join(known)}")
    return [known[number] for number in numbers] if numbers else questions


def make_pages(questions: list[dict], row: dict, students: Path) -> dict[str, bytes]:
    """The sheet and the key for one student, by file name; runs in a process of its own."""
    from ldn_analysis import simulate_illustrative_trials, use_data

    files = {}
    if row:
        files = read_data(students / row["folder"] / "data")
        if hash_data(files) != row["data"]:
            files = make_files(simulate_illustrative_trials(rng=int(row["seed"])))
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        use_data(folder if files else None)
        try:
            shown = run_questions(questions)
        finally:
            use_data(None)
    who, ending = row.get("student", ""), f"_{row['folder']}" if row.get("folder") else ""
    return {
        f"exam{ending}.html": render_exam(questions, shown, who).encode(),
        f"marking{ending}.html": render_exam(questions, shown, who, for_marker=True).encode(),
    }


def run_questions(questions: list[dict]) -> list[tuple[str, str, str]]:
    """What each question shows, its figure, and what only the marker gets to see."""
    import ldn_analysis as ldn
    from ldn_analysis.core.export import embed_figure

    data = ldn.load_dataset("esr_pain_change")
    fits = ldn.fit_lines(data)
    shown = []
    for question in questions:
        space = {"ldn": ldn, "data": data, "fits": fits}
        printed = [run_code(question, part, space) for part in ("shows", "key")]
        figure = space.get("figure")
        picture = embed_figure(figure, alt=question["alt"]) if figure else ""
        shown.append((printed[0], picture, printed[1]))
    return shown


def run_code(question: dict, part: str, space: dict) -> str:
    """What a piece of a question's code prints."""
    import matplotlib.pyplot as plt

    text = io.StringIO()
    code = compile(
        question.get(part, ""), f"exam.toml, question {question['number']}, {part}", "exec"
    )
    with contextlib.redirect_stdout(text), plt.style.context("ldn_analysis.ldn"):
        exec(code, space)
    return text.getvalue().rstrip()


def render_exam(questions: list[dict], shown: list, who: str, *, for_marker: bool = False) -> str:
    """One page: the sheet to print, or the same questions with their points explained."""
    from ldn_analysis.core.html import render_page, render_paragraph

    total = sum(question["points"] for question in questions)
    about = f"{len(questions)} questions, {total} points. All data of participants are simulated."
    if for_marker:
        title, parts = f"Marking: {who or 'the project’s data'}", [render_paragraph(about)]
        parts.append(
            render_paragraph(
                "For the marker alone. Full sentences of other words earn the same points.",
                note=True,
            )
        )
    else:
        title = TITLE
        parts = [
            f"<p>Name: {'<strong>' + render_name(who) + '</strong>' if who else '_' * 40}"
            f"&emsp;Date: {'_' * 15}&emsp;Points: {'_' * 5} of {total}</p>",
            render_paragraph(f"{about} Answer in sentences. CI is the 95 % confidence interval."),
        ]
    for i, (question, (printed, picture, key)) in enumerate(
        zip(questions, shown, strict=True), start=1
    ):
        parts.append(render_question(question, i, printed, picture, key if for_marker else None))
    return render_page(title, parts)


def render_name(name: str) -> str:
    """A name, escaped."""
    from ldn_analysis.core.html import render_text

    return render_text(name)


def render_question(question: dict, i: int, printed: str, picture: str, key: str | None) -> str:
    """A question; with lines to write on, or, if there is a key, with what earns its points."""
    from ldn_analysis.core.html import render_paragraph, render_section

    points = f"{question['points']} point{'s' * (question['points'] > 1)}"
    parts = [render_paragraph(question["text"])]
    parts += [render_print(printed)] * bool(printed) + [picture] * bool(picture)
    if key is None:
        line = '<div style="height: 9mm; border-bottom: 1px solid #999"></div>'
        parts.append(f"<div>{line * (LINES * question['points'])}</div>")
    else:
        parts += render_key(question, key)
    section = render_section(f"{i}. ({points})", parts)
    return section.replace("<section>", '<section style="break-inside: avoid">', 1)


def render_print(text: str) -> str:
    """What a cell printed, as it was printed."""
    from ldn_analysis.core.html import render_text

    lines = "\n".join(render_text(line) for line in text.splitlines())
    return f'<pre style="white-space: pre-wrap; background: #f4f4f4; padding: 2mm">{lines}</pre>'


def render_key(question: dict, key: str) -> list[str]:
    """What earns points, and answers of different quality."""
    from ldn_analysis.core.html import render_list, render_paragraph

    say = [f"{points} point: {text}" for points, text in question["marking"]]
    parts = [render_print(key)] * bool(key)
    parts += [f"<h3>Points (cell {question['cell']} of the notebooks)</h3>", render_list(say)]
    if remark := question.get("remark"):
        parts.append(render_paragraph(remark, note=True))
    samples = [f"{points} of {question['points']}: {text}" for points, text in question["samples"]]
    return [*parts, "<h3>Sample answers</h3>", render_list(samples)]
