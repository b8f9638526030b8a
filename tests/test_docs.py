"""What the book and the slides are made from (the built pages are the browser tests')."""

import json
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement

import ldn_analysis
from ldn_analysis.core.result import Result

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PATHS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


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
    assert {*ldn_analysis.__all__, *(c.__name__ for c in Result.__subclasses__())} <= set(names)
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
@pytest.mark.parametrize("student", [False, True])
def test_solutions_stand_apart_or_nowhere(monkeypatch, tmp_path, student):
    import book

    monkeypatch.setattr(book, "SOURCE", tmp_path / "source")
    monkeypatch.setattr(book, "PICTURES", tmp_path / "pictures")
    monkeypatch.setattr(book, "write_reference", lambda: None)
    book.lay_out(student)
    solution = nbformat.read(PATHS[2], as_version=4)
    (code,) = [cell.source for cell in solution.cells if cell.id == "solution-1"]
    code = json.dumps(code)[1:-1]
    holds = {
        path.relative_to(tmp_path / "source").as_posix()
        for path in (tmp_path / "source").rglob("*.ipynb")
        if code in path.read_text(encoding="utf-8")
    }
    full = {"solutions.ipynb", f"downloads/{PATHS[2].name}"}
    assert holds == (set() if student else full)
    index = (tmp_path / "source" / "index.md").read_text(encoding="utf-8")
    for name in book.TEACHERS:
        assert (f"\n{name}\n" in index) is not student
    pages = "".join(path.read_text("utf-8") for path in (tmp_path / "source").glob("*.md"))
    assert ("](teaching.md" in pages) is not student
    assert (tmp_path / "source" / "teaching.md").exists() is not student
    page = (tmp_path / "source" / "notebooks" / PATHS[2].name).read_text(encoding="utf-8")
    assert "data:image/svg" not in page
    assert len(list((tmp_path / "pictures" / "pictures").glob("03_*.svg"))) >= 3


@pytest.mark.usefixtures("docs")
def test_tables_say_what_heads_a_row_and_a_column():
    import book

    html = "<table><thead><tr><th></th><th>a</th></tr></thead><tbody><tr><th>0</th><td>1</td></tr></tbody></table>"
    assert book.lay_out_html(html, "x") == (
        '<table><thead><tr><td></td><th scope="col">a</th></tr></thead>'
        '<tbody><tr><th scope="row">0</th><td>1</td></tr></tbody></table>'
    )


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


# --- the questions -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def quiz():
    sys.path.insert(0, str(DOCS))
    import quiz

    yield quiz
    sys.path.remove(str(DOCS))


def read_gift(text):
    """Questions of a GIFT file, read by its rules: signs behind a backslash are text."""
    plain = re.compile(r"(?:[^~=#{}:\\]|\\.)+")
    found = []
    for block in text.strip().split("\n\n"):
        if block.startswith("$CATEGORY: "):
            continue
        match = re.fullmatch(r"::(.+?)::(.+) \{\n(.+)\n\}", block, re.DOTALL)
        name, words, answers = match.groups()
        for part in (name, words):
            assert plain.fullmatch(part), part
        rows = [re.fullmatch(r"\t([=~])(.+?)(?<!\\)#(.+)", row) for row in answers.split("\n")]
        for row in rows:
            assert plain.fullmatch(row[2]), row[2]
            assert plain.fullmatch(row[3]), row[3]
        found.append((name, words, [(row[1], re.sub(r"\\(.)", r"\1", row[2])) for row in rows]))
    return found


def test_gift_has_forty_questions_with_one_right_answer_and_reasons(quiz):
    questions = quiz.load_questions()
    read = read_gift(quiz.write_gift(questions))
    assert len(read) == len(questions) == 40
    assert len({name for name, _, _ in read}) == 40
    for (name, _, answers), question in zip(read, questions, strict=True):
        assert sorted(sign for sign, _ in answers) == ["=", "~", "~", "~"], name
        assert ("=", question["right"][0]) in answers
        assert len({answer for _, answer in answers}) == 4, name  # no distractor is the key
    notebooks = {path.name[:2] for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")}
    assert {name[:2] for name, _, _ in read} == notebooks
    places = [[sign for sign, _ in answers].index("=") for _, _, answers in read]
    assert max(map(places.count, range(4))) < 20  # the place does not tell the key
    assert quiz.escape("a = {b}: ~#") == r"a \= \{b\}\: \~\#"


def test_no_result_is_typed_into_a_question():
    """Numbers outside {} belong to an example, a level or the name of a notebook."""
    text = re.sub(r"^#.*|^name = .*|\{\w+\}", "", (DOCS / "questions.toml").read_text(), flags=re.M)
    assert set(re.findall(r"\d+(?:\.\d+)?", text)) <= {
        "0", "01", "04", "0.045", "0.05", "0.055", "0.06", "0.1", "0.4", "0.5", "0.95", "1", "5", "10",
        "15", "20", "29", "30", "40", "45", "50", "60", "80", "95", "100", "999",
    }  # fmt: skip


def test_keys_of_the_questions_are_right(quiz):
    """Each computed number again, by another way."""
    from scipy import stats

    values = {name: float(value) for name, value in quiz.compute_values().items()}
    data = ldn_analysis.load_dataset("esr_pain_change")
    panes = dict(iter(data.groupby("condition", observed=True)))
    for name, table in panes.items():
        x, y = table["esr_mm_h"].to_numpy(float), table["pain_reduction_percent"].to_numpy(float)
        line = stats.linregress(x, y)
        half = stats.t.ppf(0.975, len(x) - 2) * line.stderr
        assert values[f"slope_{name}"] == pytest.approx(line.slope, abs=0.0051)
        assert values[f"p_{name}"] == pytest.approx(line.pvalue, abs=0.00051)
        assert values[f"low_{name}"] == pytest.approx(line.slope - half, abs=0.0051)
        assert values[f"high_{name}"] == pytest.approx(line.slope + half, abs=0.0051)
        if name == "ldn":
            assert values["rise"] == pytest.approx(20 * line.slope, abs=0.51)
            assert values["r_squared"] == pytest.approx(100 * line.rvalue**2, abs=0.51)
            at = line.intercept + 30 * line.slope
            assert sum(
                values[f"{kind}_{end}"] for kind in ("band", "pred") for end in ("low", "high")
            ) == (pytest.approx(4 * at, abs=2.1))
            assert (
                values["pred_low"]
                < values["band_low"]
                < at
                < values["band_high"]
                < values["pred_high"]
            )
    wide = data.pivot(index="participant", columns="condition", values="pain_reduction_percent")
    esr = data.drop_duplicates("participant").set_index("participant")["esr_mm_h"].loc[wide.index]
    line = stats.linregress(esr.to_numpy(float), (wide["ldn"] - wide["placebo"]).to_numpy(float))
    half = stats.t.ppf(0.975, len(wide) - 2) * line.stderr
    assert values["diff"] == pytest.approx(line.slope, abs=0.0051)
    assert values["diff_low"] == pytest.approx(line.slope - half, abs=0.0051)
    assert values["diff_low"] < 0 < values["diff_high"]
    k, n = int(values["best"]), int(values["n_fig1"])
    wilson = stats.binomtest(k, n).proportion_ci(method="wilson")
    assert values["wilson_low"] == pytest.approx(100 * wilson.low, abs=0.51)
    assert values["wilson_high"] == pytest.approx(100 * wilson.high, abs=0.51)
    assert n % 2 == 1  # the key of "02 denominator"
    assert int(values["analysed"]) % 2 == 0
    for other, fits in ((int(values["analysed"]), True), (n, False), (30, False)):
        shares = (values["share_ldn"], values["share_placebo"])
        assert fits == all(any(round(100 * k / other) == s for k in range(other)) for s in shares)
    assert values["any_false"] == pytest.approx(100 * stats.binom.sf(0, 9, 0.05), abs=0.51)
    # Half the printed difference, its error from the printed p: the mean of what passes, simulated.
    t = stats.t.isf(0.5 * float(printed_p()), values["analysed"] - 1)
    z = stats.norm.rvs(t / 2, size=400_000, random_state=1)
    chi = stats.chi2.rvs(values["analysed"] - 1, size=len(z), random_state=2)
    passed = (
        abs(z)
        > stats.t.ppf(0.975, values["analysed"] - 1) * (chi / (values["analysed"] - 1)) ** 0.5
    )
    assert values["type_m"] == pytest.approx(abs(z[passed]).mean() / (t / 2), abs=0.06)
    assert values["pooled_low"] < 0 < values["pooled_high"]
    assert values["true_low"] < values["pilot_r2"] < values["true_high"]


def printed_p():
    values = ldn_analysis.load_dataset("published_values").set_index("id")["value"]
    return values["rct_pain_reduction_p"]


# --- the guide ---------------------------------------------------------------------------

GUIDE = (DOCS / "teaching.md").read_text(encoding="utf-8")


def list_sections(path):
    """Section of every cell: the headings that stand in it, or the last one before it."""
    sections, last = {}, []
    for cell in nbformat.read(path, as_version=4).cells:
        own = re.findall(r"^##+ (.+)", cell.source, re.M) if cell.cell_type == "markdown" else []
        sections[cell.id] = [*last, *own]
        last = own[-1:] or last
    return sections


def test_every_python_block_of_the_guide_runs(capsys):
    blocks = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "docs/teaching.md", "exec"), {})
    kept, skipped = capsys.readouterr().out.splitlines()
    assert re.match(r"1 Difference .*95 % CI -0\.", kept)
    assert re.match(r"6 Difference .*95 % CI 0\.", skipped)  # this interval lies above zero


def test_every_cell_of_the_guide_exists_in_the_section_that_is_named():
    sections = {path.name[:2]: list_sections(path) for path in PATHS}
    named = re.findall(r"`(\d\d):([a-z0-9-]+)`", GUIDE)
    assert len(named) > 50
    for number, cell in named:
        assert cell in sections[number], f"{number}:{cell}"
    groups = re.findall(r"\*([A-Z][^*]+)\* \((`\d\d:[^)]+)\)", GUIDE)
    assert len(groups) > 8
    for section, cells in groups:
        for number, cell in re.findall(r"`(\d\d):([a-z0-9-]+)`", cells):
            there = sections[number][cell]
            assert any(name.startswith(section) for name in there), f"{number}:{cell} {there}"


def test_exercises_of_the_guide_exist():
    from ldn_analysis.teaching.check import load_exercises

    assert set(re.findall(r"\b(\d\d\.\d)\b(?!\.)", GUIDE)) <= set(load_exercises())


def test_times_of_the_guide_add_up():
    hour, rest = GUIDE.partition("### Sixty minutes")[2].split("### Half a day")
    starts = [int(found) for found in re.findall(r"^\| (\d+) \|", hour, re.M)]
    assert starts == sorted(set(starts))
    assert starts[:2] == [0, 10]  # ten minutes of set-up
    assert starts[-1] < 60
    half_day = rest.partition("### A thread")[0]
    assert sum(map(int, re.findall(r"^\| [^|]+ \| (\d+) \|", half_day, re.M))) == 240


def test_the_guide_names_every_notebook_and_its_minutes():
    for path in PATHS:
        top = " ".join(cell.source for cell in nbformat.read(path, as_version=4).cells[:3])
        minutes = re.search(r"About (\d+) min", top)
        row = re.search(rf"^\| {path.name[:2]} .*?\| (.*?) \|", GUIDE, re.MULTILINE)
        assert row, path.name
        assert row[1] == minutes[1], path.name


# --- places ------------------------------------------------------------------------------


def test_the_line_for_colab_installs_from_an_address_that_the_user_gives():
    cell = re.search(r"```ipython\n(.*?)```", (DOCS / "places.md").read_text(), re.DOTALL)[1]
    address, install = cell.strip().splitlines()
    assert address.startswith('ADDRESS = "https://ADDRESS-OF-YOUR-COPY')
    requirement = re.search(r'"(.+)"', install)[1].replace("{ADDRESS}", "https://x.org/y.git")
    parsed = Requirement(requirement)
    assert (parsed.name, parsed.extras) == ("ldn-analysis", {"notebooks"})
    assert parsed.url == "git+https://x.org/y.git"


def test_the_container_installs_with_a_task_that_there_is():
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text()
    settings = json.loads(re.sub(r"^\s*//.*", "", text, flags=re.M))
    command = settings["postCreateCommand"].split()
    assert command[:2] == ["python", "run.py"]
    tasks = runpy.run_path(str(ROOT / "run.py"))["TASKS"]
    assert tasks[command[2]].needs == "notebooks"
