"""Every number that a notebook shows, put to each of its exercises: how often is nothing known?"""

import re
from html import unescape
from pathlib import Path

import nbformat
import pytest

from ldn_analysis.teaching.check import _is_close, _refuse, check, load_exercises

PATHS = sorted((Path(__file__).parents[2] / "notebooks").glob("[0-9]*.ipynb"))
NUMBER = r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.]*\w)"


def list_numbers(path):
    """Numbers in the cells of tables and in the sentences that code printed, exercises left out."""
    found = set()
    for cell in nbformat.read(path, as_version=4).cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or {"solution", "versions"} & set(tags):
            continue
        if "check(" in cell.source or cell.id == "progress":
            continue
        for output in cell.outputs:
            data = output.get("data", {})
            if "<td" in data.get("text/html", ""):
                cells = re.findall(r"<td[^>]*>(.*?)</td>", data["text/html"], re.DOTALL)
                found |= {text for text in map(unescape, cells) if re.fullmatch(NUMBER, text)}
            else:
                text = output.get("text", data.get("text/plain", ""))
                text = re.sub(r"(?<=\d),(?=\d{3})", "", text).replace("95 %", "")  # the level
                found |= set(re.findall(NUMBER, text))
    return sorted(map(float, found))


def list_unknown(path):
    """Each exercise that asks for a number, with the shown numbers that get the plain refusal."""
    shown, unknown = list_numbers(path), {}
    for name, make in load_exercises().items():
        task = make()
        if not name.startswith(path.name[:2]) or isinstance(task.answer, str):
            continue
        wrong = [number for number in shown if not _is_close(number, task.answer)]
        plain = [n for n in wrong if check(name, n).message == _refuse(task)]
        unknown[name] = (len(plain) / len(wrong), plain)
    return unknown


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_of_the_numbers_shown_few_get_the_plain_refusal(path):
    for name, (share, plain) in list_unknown(path).items():
        assert share < 0.2, (name, share, plain)
