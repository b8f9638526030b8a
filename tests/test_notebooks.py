"""The notebooks' common pattern, read from the files (a fresh execution is .ci/run's)."""

import ast
import copy
import re
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "notebooks"))
import terms  # noqa: E402
import ways  # noqa: E402

PATHS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
SECTIONS = ["Question", "Data", "Look first", "Model", "Check", "Conclude", "Exercises"]


def tags(cell):
    return set(cell.metadata.get("tags", []))


@pytest.fixture(scope="module", params=PATHS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_notebooks():
    assert PATHS


def test_sections_stand_in_order(notebook):
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    found = [re.split(r"[:,]", heading)[0].strip() for heading in headings]
    assert [name for name in found if name in SECTIONS] == SECTIONS


def test_title_is_a_question_with_minutes(notebook):
    first = notebook.cells[0].source
    assert first.startswith("# ")
    assert "?" in first.splitlines()[0]
    assert re.search(r"About \d+ minutes", first)


def test_what_all_notebooks_share_is_as_the_one_table_says(notebook, request):
    name = request.node.callspec.params["notebook"].stem
    again = copy.deepcopy(notebook)
    ways.put_ways(again, name)
    terms.link_terms(again)
    assert [(c.id, c.source) for c in again.cells] == [(c.id, c.source) for c in notebook.cells]
    assert code(notebook)[0].id == "setup"
    assert len([cell for cell in notebook.cells if cell.id in ways.EXTRAS]) == len(ways.EXTRAS)
    for cell in notebook.cells:
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", cell.source):
            known = {path.name for path in PATHS} | {"../README.md", "../data/README.md"}
            assert link in known | {"../docs/glossary.md"} or link.startswith("http"), link


def test_links_into_the_glossary_lead_somewhere_and_each_entry_is_linked():
    anchors = {terms.find_slug(term): term for term in terms.read_terms()}
    assert list(anchors.values()) == sorted(anchors.values(), key=str.casefold)
    texts = [cell.source for path in PATHS for cell in nbformat.read(path, as_version=4).cells]
    texts += [path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")]
    linked = {anchor for text in texts for anchor in re.findall(r"glossary\.md#([^)\s]+)\)", text)}
    assert linked == set(anchors)
    assert set(terms.SPELLINGS) <= set(anchors.values())


def test_a_term_is_linked_once_where_a_text_may_hold_a_link():
    text = (
        "# Leverage\n\n`leverage`, $leverage$, [leverage](x.md); Leverage and leverage, McNemar's"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    for _ in range(2):
        terms.link_terms(notebook)
        assert notebook.cells[0].source.endswith(
            "; [Leverage](../docs/glossary.md#leverage) and leverage, "
            "[McNemar](../docs/glossary.md#mcnemar-test)'s"
        )


def test_the_story_has_every_notebook_once():
    assert sorted(ways.WAYS) == [path.stem for path in PATHS]
    assert "Previous" not in ways.find_links(next(iter(ways.WAYS)))
    assert "[11 Change without effect](11_change" in ways.find_links("06_small_samples")


def test_every_prediction_is_answered(notebook):
    said = "\n".join(cell.source for cell in code(notebook))
    asked = re.findall(r'^predict\("([\w.]+)", \.\.\.\)', said, re.MULTILINE)
    told = re.findall(r'^\s*reveal\(\s*"([\w.]+)"', said, re.MULTILINE)
    assert asked == sorted(set(asked))
    assert sorted(set(told)) == asked


def test_size(notebook):
    exercises = next(
        i for i, cell in enumerate(notebook.cells) if cell.source.startswith("## Exercises")
    )
    assert 20 <= exercises <= 70
    assert sum("def " in line for cell in code(notebook) for line in cell.source.splitlines()) <= 1
    for cell in code(notebook):
        statements = ast.parse(cell.source).body
        # Calls may be spread over lines by the formatter: statements are what a reader counts.
        assert len(statements) <= 12, cell.id


def test_lines_fit_a_narrow_screen_and_paper(notebook):
    for cell in code(notebook):
        printed = [out.text for out in cell.outputs if out.output_type == "stream"]
        for line in "\n".join([cell.source, *printed]).splitlines():
            assert len(line) <= 74, line  # JupyterLab on 1024 pixels beside its side bar


def test_executed_without_errors_or_warnings(notebook):
    count = 0
    for cell in code(notebook):
        if tags(cell) & {"widget"}:
            continue
        count += 1
        assert cell.execution_count == count, cell.id
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output


def test_every_picture_has_alt_text(notebook):
    for cell in code(notebook):
        for output in cell.outputs:
            data = output.get("data", {})
            # A PNG is the same picture for paper; the page shows the one with the alt text.
            assert "image/png" not in data or "<img " in data.get("text/html", "")
            assert "image/svg+xml" not in data
            for image in re.findall(r"<img [^>]*>", data.get("text/html", "")):
                assert re.search(r'alt="[^"]{20,}"', image)


def test_nothing_of_the_machine_is_in_the_outputs(notebook):
    text = nbformat.writes(notebook)
    assert not re.search(r" at 0x[0-9a-f]{6,}|/home/|/Users/", text)
    assert str(ROOT) not in text
    assert set(notebook.metadata) == {"kernelspec", "language_info"}


def test_exercises_have_a_blank_and_a_right_solution(notebook):
    blanks = [
        cell for cell in code(notebook) if re.search(r'check\("[\d.]+", \.\.\.\)', cell.source)
    ]
    solutions = [cell for cell in code(notebook) if "solution" in tags(cell)]
    assert 3 <= len(blanks) <= 8
    assert len(blanks) == len(solutions)
    steps = set(re.findall(r"\*\*[\d.]+\*\* \((\w+)\)", str([c.source for c in notebook.cells])))
    assert "doing" in steps
    assert steps <= {
        "reading",
        "understanding",
        "computing",
        "judging",
        "doing",
        "finding",
        "writing",
    }
    for cell in solutions:
        assert cell.metadata["jupyter"] == {"source_hidden": True, "outputs_hidden": True}
        assert " right: " in cell.outputs[-1]["data"]["text/plain"]


def test_last_cell_prints_the_versions(notebook):
    assert "versions" in tags(notebook.cells[-1])
