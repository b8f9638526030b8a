"""Exam sheets: a student's own numbers, points that add up, and no answer on the sheet."""

import re
from html import escape

import pytest

from classroom.copies import NOTEBOOKS
from classroom.exam import choose_questions

QUESTIONS = choose_questions([])


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question["number"]))
def test_a_question_has_points_that_add_up_and_samples_that_differ(question):
    assert sum(points for points, _ in question["marking"]) == question["points"]
    samples = [points for points, _ in question["samples"]]
    assert samples == sorted(samples, reverse=True)
    assert samples[0] == question["points"]
    assert samples[-1] == 0
    assert len(samples) == 3
    notebook, cell = question["cell"].split(":")
    text = next(NOTEBOOKS.glob(f"{notebook}_*.ipynb")).read_text("utf-8")
    assert f'"id": "{cell}"' in text


def test_sheet_and_key_of_one_student(classroom, read_record, run_task):
    code, out, _ = run_task("exam", "1", "8", "--student", "meyer", "--out", classroom)
    assert code == 0
    sheet, key = (
        (classroom / "teacher" / "exam" / f"{kind}_Anna_Meyer.html").read_text("utf-8")
        for kind in ("exam", "marking")
    )
    assert out.count(".html") == 2
    slope = next(r for r in read_record("answers.csv") if r["folder"] == "Anna_Meyer")[
        "exercise 03.1"
    ]
    assert f"{float(slope):.3f}" in sheet
    assert "Anna Meyer" in sheet
    assert "of 5" in re.search(r"Points:.*?</p>", sheet)[0]
    for question in choose_questions(["1", "8"]):
        for _, text in question["marking"] + question["samples"]:
            assert escape(text) in key
            assert escape(text) not in sheet
    assert "counts that round to" in key
    assert "counts that round to" not in sheet


def test_what_is_not_there_is_said(classroom, run_task):
    for words, message in {
        ("exam", "99"): "there is no question '99'; there are 1, 2",
        ("exam", "--student", "Bob"): "no students are meant by 'Bob'",
        ("exam", "--all", "--out", classroom / "none"): "has no students; make student first",
    }.items():
        out = () if "--out" in words else ("--out", classroom)
        code, _, err = run_task(*words, *out)
        assert code == 2
        assert message in err
        assert len(err.splitlines()) == 1


@pytest.mark.slow
def test_the_whole_exam(classroom, run_task):
    assert run_task("exam", "--all", "--out", classroom)[0] == 0
    for path in (classroom / "teacher" / "exam").glob("*.html"):
        assert path.read_text("utf-8").count("<section") == len(QUESTIONS)
