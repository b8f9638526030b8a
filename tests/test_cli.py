"""The command line: what it writes, what it says, and how it ends."""

import io
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest

from ldn_analysis import check_calibration, list_datasets, load_codebook, load_dataset
from ldn_analysis.cli import main
from ldn_analysis.core.codebook import _data_folder

ROOT = Path(__file__).resolve().parents[1]
TABLES = ("participants", "daily_pain", "improvement", "esr_pain_change")
SHIPPED = _data_folder() / "illustrative"
# As a user's own table would be: without the column that calls the rows illustrative.
GOOD = (
    pd.read_csv(SHIPPED / "esr_pain_change.csv", dtype=str)
    .drop(columns=["esr_status", "status"])
    .to_csv(index=False, lineterminator="\n")
)
FIRST = GOOD.splitlines()[3].rpartition(",")[2]  # the reduction of line 4
ESR = GOOD.splitlines()[5].split(",")[3]
BROKEN = GOOD.replace(FIRST, "abc").replace(f",{ESR},", f",-{ESR},")
N_BROKEN = 1 + sum(line.split(",")[3] == ESR for line in GOOD.splitlines()[1:])
FIGURES = ["figure_1", "figure_2", "figure_2_without_numbers"]
NAMES = [f"{name}.{kind}" for name in FIGURES for kind in ("svg", "png", "pdf")]
N_FILES = len(NAMES) + 1  # the captions


def run(*arguments, python=(), **options):
    """The command in a process of its own, its output in pipes."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    return subprocess.run(
        [sys.executable, *python, "-m", "ldn_analysis", *map(str, arguments)],
        capture_output=True, text=True, encoding="utf-8", env=environment, timeout=120, **options,
    )  # fmt: skip


def read_folder(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.fixture
def without_pictures(monkeypatch):
    """Drawing takes nearly all the time of the command, and these tests look at something else."""

    def render(_, formats=("svg", "png", "pdf"), **__):
        return {name: f"<{name}>".encode() for name in formats}

    monkeypatch.setattr("ldn_analysis.core.export.render_figure", render)


@pytest.fixture
def without_simulation(monkeypatch):
    """The shipped tables at once, for tests that look at where they go."""
    monkeypatch.setattr(
        "ldn_analysis.data.simulated_people.simulate_illustrative_trials",
        lambda **_: {name: load_dataset(name) for name in TABLES},
    )


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Figures of the illustrative data, the process that drew them, and what it imported."""
    folder = tmp_path_factory.mktemp("drawn") / "new" / "folder"
    process = run("figures", "--out", folder, python=["-X", "importtime"])
    told = re.compile(r"^import time:.*\| +(.+)\n", re.MULTILINE)
    loaded = set(told.findall(process.stderr))
    process.stderr = told.sub("", process.stderr)
    return folder, process, loaded


# --- figures -----------------------------------------------------------------------------


def test_figures_writes_both_and_says_what_they_show(drawn):
    folder, process, _ = drawn
    assert process.returncode == 0
    assert process.stderr == ""  # no progress in a pipe
    lines = process.stdout.splitlines()
    assert lines[:N_FILES] == [str(folder / name) for name in [*NAMES, "captions.md"]]
    assert lines[N_FILES].startswith(
        "Self-reported improvement (n = 29 participants; illustrative data): very much"
    )
    assert lines[N_FILES + 1].startswith("ldn: Pain reduction rises by ")
    assert len(lines) == N_FILES + 2
    assert sorted(path.name for path in folder.iterdir()) == sorted([*NAMES, "captions.md"])


def test_figures_loads_no_more_than_it_needs(drawn):
    assert {"matplotlib.figure", "pandas", "scipy.special"} <= drawn[2]
    heavy = {"statsmodels", "scipy.stats", "scipy.optimize", "matplotlib.pyplot", "IPython"}
    assert not drawn[2] & heavy


def test_figures_again_over_old_ones_gives_the_same_bytes(drawn, tmp_path, capsys):
    out = tmp_path / "out"
    shutil.copytree(drawn[0], out)
    (out / "figure_2.svg").write_bytes(b"old")
    assert main(["figures", "--out", str(out)]) == 0
    assert read_folder(out) == read_folder(drawn[0])
    assert capsys.readouterr().out.splitlines()[N_FILES:] == drawn[1].stdout.splitlines()[N_FILES:]


def test_the_committed_figures_are_what_the_command_draws(drawn):
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = f"matplotlib=={version('matplotlib')}" in lock
    for name, content in read_folder(drawn[0]).items():
        if locked or name == "captions.md":  # another matplotlib draws other bytes
            assert (ROOT / "figures" / name).read_bytes() == content, name


def test_captions_hold_the_printed_sentences(drawn):
    captions = (drawn[0] / "captions.md").read_text(encoding="utf-8")
    for sentence in drawn[1].stdout.splitlines()[N_FILES:]:
        assert sentence in captions
    assert "assumed" in captions


@pytest.mark.usefixtures("without_pictures")
@pytest.mark.parametrize("formats", [["png"], ["svg", "pdf"], ["svg", "svg"]])
def test_format_writes_only_those(tmp_path, formats):
    assert main(["figures", "--out", str(tmp_path), "--format", *formats]) == 0
    wanted = {f"{name}.{kind}" for name in FIGURES for kind in formats}
    assert set(read_folder(tmp_path)) == wanted | {"captions.md"}


def test_own_data(mine, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["figures", "--out", str(out), "--data", str(mine), "--format", "svg"]) == 0
    assert set(read_folder(out)) == {"figure_2.svg", "captions.md"}
    text = capsys.readouterr()
    assert text.err == ""
    assert "n = 38" in text.out
    for words in (text.out, (out / "captions.md").read_text(encoding="utf-8")):
        assert "illustrative" not in words
        assert "assumed" not in words


@pytest.mark.usefixtures("without_pictures")
def test_own_data_with_own_conditions(mine, tmp_path, capsys):
    text = GOOD.replace("ldn", "active").replace("placebo", "sham")
    mine.write_text(text.replace(",", ";").replace(".", ","), encoding="utf-8")
    arguments = ["figures", "--out", str(tmp_path), "--data", str(mine), "--format", "svg"]
    assert main([*arguments, "--conditions", "sham", "active"]) == 0
    output = capsys.readouterr()
    assert output.out.splitlines()[-1].startswith("sham: ")
    assert " active: " in output.out
    assert output.err.splitlines() == [
        f"{mine}: cells are separated by semicolons",
        f"{mine}: decimal commas were read as decimal points",
    ]
    assert main(arguments) == 2
    assert "name your two conditions with --conditions" in capsys.readouterr().err


def test_names_that_the_font_lacks_are_said_once(mine, tmp_path, capsys):
    mine.write_text(GOOD.replace("pilot", "北京").replace("crossover", "東京"), encoding="utf-8")
    assert main(["figures", "--out", str(tmp_path), "--data", str(mine), "--format", "svg"]) == 0
    assert capsys.readouterr().err == (
        f"{mine}: the figure's font lacks some characters of your names and shows boxes for them\n"
    )


def test_conditions_and_missing_need_data(tmp_path, capsys):
    for option in (["--conditions", "a", "b"], ["--missing", "drop"], ["--outcome", "y"]):
        assert main(["figures", "--out", str(tmp_path), *option]) == 2
        text = (
            "ldn-analysis: --conditions, --missing and the names of columns go with --data FILE\n"
        )
        assert capsys.readouterr().err == text
    assert not read_folder(tmp_path)


def test_the_same_condition_twice(mine, tmp_path, capsys):
    arguments = ["figures", "--out", str(tmp_path / "out"), "--data", str(mine)]
    assert main([*arguments, "--conditions", "ldn", "ldn"]) == 2
    assert "must be a list of different names; received ['ldn', 'ldn']" in capsys.readouterr().err


@pytest.mark.usefixtures("without_pictures")
def test_missing_drop_is_said(mine, tmp_path, capsys):
    mine.write_text(GOOD.replace(FIRST, ""), encoding="utf-8")
    arguments = ["figures", "--out", str(tmp_path), "--data", str(mine), "--format", "svg"]
    assert main(arguments) == 2
    capsys.readouterr()
    assert main([*arguments, "--missing", "drop"]) == 0
    text = capsys.readouterr()
    assert "n = 37" in text.out
    assert "1 row(s) with a blank in a required column were left out" in text.err


# --- failure -----------------------------------------------------------------------------


def test_broken_csv_gives_one_message_and_changes_nothing(drawn, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(drawn[0], out)
    before, stamps = read_folder(out), {path: path.stat().st_mtime_ns for path in out.iterdir()}
    path = tmp_path / "broken.csv"
    path.write_text(BROKEN, encoding="utf-8")
    process = run("figures", "--out", out, "--data", path)
    assert process.returncode == 2
    assert process.stdout == ""
    lines = process.stderr.splitlines()
    assert lines[0] == f"ldn-analysis: {path}: {N_BROKEN} problems"
    assert (
        "  line 4, pain_reduction_percent: 'abc' is not a number; write digits only, e.g. 12.5"
        in lines
    )
    assert lines[-1].startswith("The columns are described by: ")
    assert len(lines) == N_BROKEN + 2
    assert "Traceback" not in process.stderr
    assert read_folder(out) == before
    assert {path: path.stat().st_mtime_ns for path in out.iterdir()} == stamps


def test_broken_csv_makes_no_folder(tmp_path, capsys):
    (tmp_path / "broken.csv").write_text(BROKEN, encoding="utf-8")
    out = tmp_path / "out"
    assert main(["figures", "--out", str(out), "--data", str(tmp_path / "broken.csv")]) == 2
    assert capsys.readouterr().err.count("ldn-analysis: ") == 1
    assert not out.exists()


@pytest.mark.usefixtures("without_pictures", "without_simulation")
@pytest.mark.parametrize("command", ["figures", "data"])
def test_folder_that_cannot_be_made(command, tmp_path, capsys):
    (tmp_path / "file").write_bytes(b"mine")
    place = tmp_path / "file" / "out"
    more = ["--format", "svg"] if command == "figures" else []
    assert main([command, "--out", str(place), *more]) == 1
    text = capsys.readouterr()
    assert text.out == ""
    assert text.err.startswith(f"ldn-analysis: {place}")
    assert "cannot be written or read: " in text.err
    assert text.err.count("\n") == 1
    assert read_folder(tmp_path) == {"file": b"mine"}


@pytest.mark.usefixtures("without_pictures")
def test_a_file_in_the_place_of_the_folder(tmp_path, capsys):
    (tmp_path / "out").write_bytes(b"mine")
    assert main(["figures", "--out", str(tmp_path / "out"), "--format", "svg"]) == 1
    assert "cannot be written or read: File exists" in capsys.readouterr().err
    assert read_folder(tmp_path) == {"out": b"mine"}


@pytest.mark.usefixtures("without_pictures")
def test_a_folder_in_the_place_of_a_figure(tmp_path, capsys):
    (tmp_path / "figure_2.svg").mkdir()
    (tmp_path / "figure_1.svg").write_bytes(b"old")
    assert main(["figures", "--out", str(tmp_path), "--format", "svg"]) == 1
    text = f"ldn-analysis: {tmp_path / 'figure_2.svg'}: cannot be written or read: is a folder\n"
    assert capsys.readouterr().err == text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["figure_1.svg", "figure_2.svg"]
    assert (tmp_path / "figure_1.svg").read_bytes() == b"old"


@pytest.mark.usefixtures("without_pictures")
def test_a_full_disk_leaves_the_old_files(tmp_path, capsys, monkeypatch):
    (tmp_path / "figure_1.svg").write_bytes(b"old")
    write = Path.write_bytes

    def fail_at_the_second(path, content):
        if "figure_2" in path.name:
            write(path, content[:100])
            raise OSError(28, "No space left on device", str(path))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", fail_at_the_second)
    assert main(["figures", "--out", str(tmp_path), "--format", "svg"]) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert read_folder(tmp_path) == {"figure_1.svg": b"old"}


def test_stopping_is_one_line(tmp_path, capsys, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("ldn_analysis.core.export.render_figure", stop)
    assert main(["figures", "--out", str(tmp_path)]) == 1
    assert capsys.readouterr() == ("", "ldn-analysis: stopped\n")
    assert not read_folder(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["draw"], "invalid choice: 'draw'"),
        (["figures", "--format", "gif"], "invalid choice: 'gif'"),
        (["figures", "--data"], "expected one argument"),
        (["figures", "--conditions"], "expected at least one argument"),
        (["check"], "the following arguments are required: FILE"),
        (["report"], "the following arguments are required: FILE"),
        (["template", "--force", "x"], "unrecognized arguments: x"),
        (["data", "--seed", "x"], "invalid int value: 'x'"),
    ],
)
def test_wrong_usage(arguments, words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    text = capsys.readouterr().err
    assert words in text
    assert text.startswith("usage: ldn-analysis")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["describe", "esr"], "there is no dataset 'esr'. Known: sources, published_values"),
        (
            ["describe", "improvment"],
            "there is no dataset 'improvment'. Did you mean 'improvement'?",
        ),
        (["check", "x.csv", "--table", "sourcs"], "there is no dataset 'sourcs'. Did you mean 's"),
        (
            ["check", "no/such/file.csv"],
            "no/such/file.csv: there is no such file; check the folder",
        ),
        (["data", "--seed", "-1"], "--seed must not be negative; received -1"),
    ],
)
def test_bad_input_is_exit_code_2(arguments, message, capsys):
    assert main(arguments) == 2
    text = capsys.readouterr()
    assert text.out == ""
    assert text.err.startswith(f"ldn-analysis: {message}")


# --- the other commands ------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [[], *([name] for name in ("figures", "data", "check", "report", "template", "describe"))],
)
def test_help(command, capsys):
    with pytest.raises(SystemExit) as caught:
        main([*command, "--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert text.startswith("usage: ldn-analysis")
    assert "exit codes: 0 done, 1 could not be done, 2 bad input or usage" in text


def test_version(capsys):
    import tomllib

    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert capsys.readouterr().out == project["version"] + "\n"


def test_data_writes_the_shipped_bytes(tmp_path, capsys):
    assert main(["data", "--out", str(tmp_path)]) == 0
    assert read_folder(tmp_path) == read_folder(SHIPPED)
    wanted = [str(tmp_path / f"{name}.csv") for name in TABLES]
    assert capsys.readouterr().out.splitlines() == wanted


def test_data_with_another_seed_is_other_people_and_as_calibrated(tmp_path):
    from ldn_analysis import read_table

    # A seed that finds its participants soon; others take several times as long.
    assert main(["data", "--seed", "8", "--out", str(tmp_path)]) == 0
    assert not read_folder(tmp_path).items() & read_folder(SHIPPED).items()
    tables = {name: read_table(tmp_path / f"{name}.csv", table=name) for name in TABLES}
    assert set(check_calibration(tables)["met"]) == {"yes", "not simulated", "impossible"}


def test_check_of_a_good_and_a_bad_file(mine, capsys):
    assert main(["check", str(mine)]) == 0
    text = capsys.readouterr()
    assert text.out.startswith(
        f"{mine}: 76 rows, 7 columns, no problems found\n38 participants, 38 "
    )
    assert text.err == ""
    assert main(["check", str(SHIPPED / "improvement.csv"), "--table", "improvement"]) == 0
    assert "29 rows, 3 columns" in capsys.readouterr().out
    mine.write_text(BROKEN, encoding="utf-8")
    assert main(["check", str(mine)]) == 2
    assert capsys.readouterr().err.startswith(
        f"ldn-analysis: {mine}: {N_BROKEN} problems\n  line 4, "
    )


def test_describe_lists_every_table(capsys):
    assert main(["describe"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for line, row in zip(lines, list_datasets().itertuples(), strict=True):
        assert line.split()[:4] == [row.name, row.status, str(row.rows), "rows"]
        assert line.endswith(row.title)


@pytest.mark.parametrize("name", list_datasets()["name"])
def test_describe_names_every_column_with_unit_and_limits(name, capsys):
    assert main(["describe", name]) == 0
    text = capsys.readouterr().out
    flat = " ".join(text.split())
    for row in load_codebook(name).itertuples():
        line = next(line for line in text.splitlines() if line.startswith(f"{row.name}  ("))
        assert row.type in line
        assert row.unit in line
        assert ("required" in line) == row.required
        if pd.notna(row.minimum):
            assert f"from {row.minimum:g}" in line
        if pd.notna(row.maximum):
            assert f"to {row.maximum:g}" in line
        assert "; ".join(row.categories) in line
        assert " ".join(row.description.split()) in flat


def test_module_and_process_agree(capsys):
    process = run("describe", "improvement")
    assert main(["describe", "improvement"]) == 0
    assert (process.returncode, process.stderr) == (0, "")
    assert process.stdout.split() == capsys.readouterr().out.split()


@pytest.mark.parametrize("name", [[], ["daily_pain"]])
def test_closed_pipe_is_quiet(name):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        process = subprocess.run(
            [sys.executable, "-m", "ldn_analysis", "describe", *name],
            stdout=pipe, stderr=subprocess.PIPE, env=environment, timeout=60,
        )  # fmt: skip
    assert process.stderr == b""
    assert process.returncode == 0


def test_from_another_folder_with_an_odd_name_in_a_terminal_of_ascii(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    folder = tmp_path / "a folder with ümlauts; and 'quotes'"
    folder.mkdir()
    (folder / "data").mkdir()  # not the project's
    (folder / "mine.csv").write_text(GOOD, encoding="utf-8")
    process = run("figures", "--data", "mine.csv", "--format", "svg", cwd=folder)
    assert (process.returncode, process.stderr) == (0, "")
    assert "R? = " in process.stdout
    assert set(read_folder(folder / "mine_figures")) == {"figure_2.svg", "captions.md"}


@pytest.mark.usefixtures("without_pictures")
def test_own_numbers_are_those_of_the_file(mine, tmp_path):
    assert main(["figures", "--out", str(tmp_path), "--data", str(mine)]) == 0
    captions = (tmp_path / "captions.md").read_text(encoding="utf-8")
    data = load_dataset("esr_pain_change")
    for condition in ("ldn", "placebo"):
        pair = data.loc[data["condition"] == condition, ["esr_mm_h", "pain_reduction_percent"]]
        sentence = captions.partition(f"{condition}: ")[2]
        assert f"r = {pair.corr().iloc[0, 1]:.2f}, " in sentence[:200]


# --- any terminal, and files of others ---------------------------------------------------


@pytest.mark.usefixtures("without_pictures")
@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_what_the_terminal_cannot_show_is_replaced(mine, tmp_path, encoding, monkeypatch):
    terminal = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(terminal, encoding=encoding))
    assert main(["figures", "--data", str(mine), "--out", str(tmp_path / "out")]) == 0
    assert "R? = " in terminal.getvalue().decode(encoding)


@pytest.mark.skipif(os.name != "posix", reason="closes streams as a POSIX shell does")
def test_closed_streams_are_no_failure(mine):
    command = f'"{sys.executable}" -m ldn_analysis check "{mine}" >&- 2>&-'
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run(command, shell=True, env=environment, timeout=120).returncode == 0


@pytest.mark.usefixtures("without_pictures")
def test_a_file_of_somebody_else_is_not_replaced(mine, tmp_path, capsys):
    page = tmp_path / "page.html"
    page.write_bytes(b"theirs")
    command = ["report", str(mine), "--out", str(page)]
    assert main(command) == 2
    assert capsys.readouterr().err == (
        f"ldn-analysis: {page}: is there and was not written by this program; name another place with "
        "--out, or replace it with --force\n"
    )
    assert page.read_bytes() == b"theirs"
    figures = ["figures", "--data", str(mine), "--out", str(tmp_path / "out"), "--format", "svg"]
    assert main(figures) == 0
    assert main(figures) == 0  # its own
    (tmp_path / "out" / "captions.md").write_bytes(b"theirs")
    assert main(figures) == 2
    assert (tmp_path / "out" / "captions.md").read_bytes() == b"theirs"
    assert main([*figures, "--force"]) == 0


def test_a_page_bears_the_mark_of_this_program():
    from ldn_analysis.core.files import MARK
    from ldn_analysis.core.html import render_page

    assert MARK in render_page("A title", [])[:4000]
