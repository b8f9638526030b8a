"""The files to begin with: the codebook's columns, an example that passes, and nothing overwritten."""

import io
import re
from dataclasses import fields

import pandas as pd
import pytest

from ldn_analysis import Columns, load_codebook, load_dataset, read_table
from ldn_analysis.cli import main
from ldn_analysis.data.template import build_template, write_template

NAMES = [f"esr_pain_change_{part}.csv" for part in ("template", "codebook", "example_illustrative")]
FILES = [*NAMES, "columns_template.toml"]
TABLES = ("esr_pain_change", "participants", "daily_pain", "improvement")


def read(content):
    return pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)


@pytest.mark.parametrize("table", TABLES)
def test_header_codebook_and_example_have_the_same_columns(table):
    empty, book, example = map(read, build_template(table).values())
    known = load_codebook(table).query("not name.str.endswith('status')")
    assert empty.empty
    assert list(empty) == book["name"].tolist()  # nobody is asked for a status
    assert list(example) == [*empty, "status"]
    assert set(example["status"]) == {"illustrative"}
    assert list(empty)[: len(known)] == known["name"].tolist()
    head = ["name", "type", "unit", "required", "minimum", "maximum", "categories", "description"]
    assert list(book) == [*head, "example_illustrative"]
    for ours, theirs in zip(book.itertuples(), known.itertuples(), strict=False):
        assert (ours.type, ours.unit) == (theirs.type, theirs.unit)
        assert (ours.required == "yes") == theirs.required
        for limit in ("minimum", "maximum"):
            wanted = getattr(theirs, limit)
            assert getattr(ours, limit) == ("" if wanted != wanted else f"{wanted:g}")
        assert ours.description
        shown = {cell.removesuffix(".0") for cell in example[ours.name]}  # 43 for 43.0
        assert ours.example_illustrative in shown


@pytest.mark.parametrize("table", TABLES)
def test_the_example_is_the_illustrative_table_and_passes(table, tmp_path, capsys):
    path = tmp_path / "example.csv"
    path.write_bytes(build_template(table)[f"{table}_example_illustrative.csv"])
    assert main(["check", str(path), "--table", table]) == 0
    assert "no problems found" in capsys.readouterr().out
    asked = load_codebook(table).query("name == 'status' or not name.str.endswith('status')")
    columns = asked["name"].tolist()
    pd.testing.assert_frame_equal(
        read_table(path, table=table)[columns], load_dataset(table)[columns], check_flags=False
    )


def test_more_columns_of_the_report():
    _, book, example = map(read, build_template().values())
    people = load_dataset("participants").set_index("participant")["sequence"]
    for row in example.itertuples():
        wanted = str(people[row.participant]) if row.trial == "crossover" else ""
        assert row.sequence == wanted
    answers = load_dataset("improvement").set_index("participant")["improvement"]
    given = example[example["improvement"] != ""]
    assert set(given["condition"]) == {"ldn"}
    assert len(given) == 28
    assert (given["improvement"] == given["participant"].map(answers.astype(str))).all()
    more = book.set_index("name").loc[["sequence", "improvement"]]
    assert more["required"].tolist() == ["no", "no"]
    assert more.loc["improvement", "categories"].startswith("very much improved; much improved")
    assert book.set_index("name").loc["trial", "categories"] == ""  # any word will do


def test_a_published_table_has_no_template():
    with pytest.raises(ValueError, match=r"'trials' holds published numbers.*esr_pain_change"):
        build_template("trials")
    with pytest.raises(ValueError, match="there is no dataset 'esr'"):
        build_template("esr")


def test_the_file_of_columns_is_one_and_names_every_part(tmp_path):
    path = write_template(tmp_path)[3]
    assert Columns.from_toml(path).outcome == "extra"
    text = path.read_text(encoding="utf-8")
    for part in fields(Columns):
        assert re.search(rf"^#? ?\[?{part.name}\b", text, re.MULTILINE), part.name
    whole = re.sub("^# (wide|periods) = .*", "", text, flags=re.MULTILINE)
    whole = re.sub("^# (?=[a-z_]+ =)", "", whole, flags=re.MULTILINE)
    whole = whole.replace('outcome = "extra"', "").replace('codebook = "codebook.json"', "")
    assert Columns.from_toml(_write(tmp_path / "all.toml", whole)).sequence_codes["A"] == "new"


def _write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_command_writes_its_files_and_nothing_over_others(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["template"]) == 0
    assert capsys.readouterr() == ("\n".join(FILES) + "\n", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    before = {name: (tmp_path / name).read_bytes() for name in FILES}
    assert main(["template"]) == 0  # what is there is what would be written
    capsys.readouterr()
    mine = before[NAMES[0]] + b"a,,ldn,3,,,4,,\n"
    (tmp_path / NAMES[0]).write_bytes(mine)
    (tmp_path / NAMES[2]).unlink()
    assert main(["template"]) == 1
    text = capsys.readouterr()
    assert text.out == ""
    assert NAMES[0] in text.err
    assert "already exists with other contents; --force replaces it" in text.err
    assert (tmp_path / NAMES[0]).read_bytes() == mine
    assert not (tmp_path / NAMES[2]).exists()
    assert main(["template", "--force"]) == 0
    assert {name: (tmp_path / name).read_bytes() for name in FILES} == before


def test_command_refuses_what_it_cannot_do(tmp_path, capsys):
    assert main(["template", "--table", "sources", "--out", str(tmp_path)]) == 2
    assert "holds published numbers" in capsys.readouterr().err
    (tmp_path / "file").write_bytes(b"mine")
    assert main(["template", "--out", str(tmp_path / "file" / "x")]) == 1
    assert main(["template", "--out", str(tmp_path / "file"), "--force"]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_empty_template_is_refused_as_empty_and_then_takes_rows(tmp_path):
    path = write_template(tmp_path / "new")[0]
    with pytest.raises(ValueError, match="there are no rows below the column names"):
        read_table(path)
    rows = [
        f"p{i},,{name},{10 + i},,,{i * k},,"
        for i in range(3)
        for k, name in enumerate(("ldn", "placebo"))
    ]
    path.write_text(path.read_text() + "\n".join(rows))
    assert len(read_table(path)) == 6
