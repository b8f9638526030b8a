"""R's own tables, by options alone, through check, figures and report: every design."""

import shutil
from os import environ

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from witnesses import REFERENCE

import ldn_analysis as ldn
from ldn_analysis.cli import main
from ldn_analysis.core.wording import format_number
from ldn_analysis.report import analyses, report
from ldn_analysis.report.estimates import analyse_table, write_methods
from ldn_analysis.report.report import SECTIONS, build_report

R = pd.read_csv(REFERENCE / "groups.csv")
OPTIONS = {
    "anorexia": "--condition Treat --predictor Prewt --outcome Postwt --baseline Prewt "
    "--reference Cont --unit Prewt=lb --unit Postwt=lb",
    "sleep": "--participant ID --condition group --outcome extra --unit extra=h",
    "ToothGrowth": "--condition supp --predictor dose --outcome len --reference VC",
    "epil": "--participant subject --condition trt --predictor base --outcome y --covariate base "
    "--reference placebo --repeated mean",
}


@pytest.fixture
def fast(monkeypatch):
    """No pictures and few draws: what is tested is the rest."""
    monkeypatch.setattr(analyses, "RESAMPLES", 1000)
    for place in (analyses, report):
        monkeypatch.setattr(place, "render_picture", lambda *_, **__: "<p>picture</p>")


@pytest.fixture
def undrawn(monkeypatch):
    """Files without pictures: what is tested is which, and what is said beside them."""
    monkeypatch.setattr(
        "ldn_analysis.core.export.render_figure",
        lambda _, formats, **__: dict.fromkeys(formats, b"picture"),
    )


def save(name, folder, kind="write.csv"):
    """One of R's tables, as write.csv or write.csv2 writes it, or as a workbook."""
    path = folder / f"{name}.csv"
    shutil.copy(REFERENCE / f"own_{name}.csv", path)
    if kind == "xlsx":
        pd.read_csv(path).to_excel(path.with_suffix(".xlsx"), index=False)
        return path.with_suffix(".xlsx")
    if kind == "write.csv2":
        table = pd.read_csv(path)
        table.index = pd.Index(range(1, len(table) + 1), name="")
        table.to_csv(path, sep=";", decimal=",")
    return path


@pytest.mark.usefixtures("fast")
@pytest.mark.parametrize("kind", ["write.csv", "write.csv2", "xlsx"])
@pytest.mark.parametrize("name", OPTIONS)
def test_estimates_of_real_tables_equal_r(name, kind, tmp_path, capsys):
    path, options = save(name, tmp_path, kind), OPTIONS[name].split()
    assert main(["check", str(path), *options]) == 0
    if kind == "xlsx":
        drawn = ["--out", str(tmp_path / "drawn"), "--format", "svg"]
        assert main(["figures", "--data", str(path), *options, *drawn]) == 0
        assert (tmp_path / "drawn" / "means.svg").exists()
    out = tmp_path / "page.html"
    assert main(["report", str(path), "--out", str(out), *options]) == 0
    page = out.read_text(encoding="utf-8")
    assert "ESR" not in page
    assert "mm/h" not in page
    capsys.readouterr()
    result = _read_result(path, options)
    for row in R[R["case"] == name].itertuples():
        if row.method in ("Welch t", "paired t") or row.method.startswith("ANCOVA"):
            assert format_number(row.estimate) in page
            table = result.to_frame()
            ours = table[table["method"] == row.method]
            ours = ours[ours["term"].str.startswith(row.term)].iloc[0]
            assert_allclose(ours["estimate"], row.estimate, rtol=1e-8)
            assert_allclose(ours["std_error"], row.std_error, rtol=1e-8)


def _read_result(path, options):
    """The comparison of means that the command computes."""
    from ldn_analysis.cli import _find_columns, _parser

    columns = _find_columns(_parser().parse_args(["check", str(path), *options]))
    return analyse_table(ldn.read_table(path, columns=columns), columns).means


@pytest.mark.usefixtures("undrawn")  # test_estimates_of_real_tables_equal_r draws these
def test_figures_speak_in_the_readers_words(tmp_path, capsys):
    path, out = save("anorexia", tmp_path), tmp_path / "out"
    more = ["--label", "Prewt=weight before", "--out", str(out), "--format", "svg"]
    assert main(["figures", "--data", str(path), *OPTIONS["anorexia"].split(), *more]) == 0
    assert sorted(item.name for item in out.iterdir()) == ["captions.md", "lines.svg", "means.svg"]
    captions = (out / "captions.md").read_text(encoding="utf-8")
    assert captions.startswith("# Captions\n\n**Lines.** Weight before against Postwt, with")
    assert "lb per lb of weight before" in capsys.readouterr().out
    path = save("sleep", tmp_path)
    more = ["--outcome", "extra", "--out", str(out)]
    assert main(["figures", "--data", str(path), *more]) == 2
    assert "one group without a predictor leaves nothing to draw" in capsys.readouterr().err


def test_a_file_says_what_the_options_say(tmp_path, capsys):
    path = save("sleep", tmp_path)
    told = tmp_path / "columns.toml"
    told.write_text(
        'participant = "ID"\ncondition = "group"\noutcome = "extra"\n', encoding="utf-8"
    )
    assert main(["check", str(path), "--columns", str(told)]) == 0
    assert "10 of 10 participants have both" in capsys.readouterr().err
    assert main(["check", str(path), "--columns", str(told), "--outcome", "extre"]) == 2
    text = "there is no column 'extre' for --outcome; columns, nearest first: extra, group, ID"
    assert text in capsys.readouterr().err


def test_conditions_with_spaces_and_more_than_two(tmp_path, capsys):
    table = pd.DataFrame(
        {"arm": ["colchicine", "usual care", "new"] * 4, "y": np.arange(12.0) ** 2}
    )
    path = tmp_path / "mine.csv"
    table.to_csv(path, index=False)
    start = ["check", str(path), "--condition", "arm", "--outcome", "y", "--conditions"]
    assert main([*start, "colchicine", "usual", "care"]) == 2
    text = (
        "'usual' does not occur; conditions: colchicine, usual care, new; quote names with spaces"
    )
    assert text in capsys.readouterr().err
    assert main([*start, "new", "colchicine", "usual care"]) == 0
    assert "independent groups (new, colchicine, usual care), 12" in capsys.readouterr().err
    reading = ["check", "--condition", "arm", "--outcome", "y", "--conditions", "new", "usual care"]
    assert main([*reading, str(path)]) == 0  # the last word is the file


def test_a_bad_pair_is_wrong_usage(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["check", "x.csv", "--unit", "kg"])
    assert caught.value.code == 2
    assert "write NAME=TEXT; received 'kg'" in capsys.readouterr().err


@pytest.mark.usefixtures("fast")
def test_sections_are_those_of_the_design():
    data = pd.read_csv(REFERENCE / "own_sleep.csv", dtype={"group": str, "ID": str})
    columns = ldn.Columns(participant="ID", condition="group", outcome="extra")
    page = build_report(data, rng=1, columns=columns)
    found = [name for name in SECTIONS if f"<h2>{name}</h2>" in page]
    left = {"The lines", "Checks of each line", "Responders", "Self-reported improvement"}
    assert found == [name for name in SECTIONS if name not in left]
    assert "think before you send it" in page
    assert "slopes" not in page
    text = write_methods(analyse_table(data, columns))
    assert text.startswith(
        "The outcome was extra. Mean extra was compared within participants by the paired t test (10 "
        "participants with both conditions). All tests are two-sided;"
    )


def test_the_reference_of_a_pair_is_the_second():
    data = pd.read_csv(REFERENCE / "own_sleep.csv", dtype={"group": str, "ID": str})
    columns = ldn.Columns(participant="ID", condition="group", outcome="extra", reference="1")
    assert analyse_table(data, columns).means.conditions == ("2", "1")


cell = st.sampled_from(["1", "2", "3.5", "", "NA", "x", "-4", "1e9", "a", "0", "9,5"])
name = st.sampled_from(["id", "arm", "x", "y", "z", " ", ""])


@pytest.mark.usefixtures("fast")
@settings(
    max_examples=int(environ.get("LDN_FUZZ_EXAMPLES", 0)) or 60, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    rows=st.lists(st.tuples(cell, st.sampled_from("abc"), cell, cell), min_size=0, max_size=12),
    roles=st.dictionaries(
        st.sampled_from(
            ["participant", "condition", "predictor", "outcome", "baseline", "end", "covariate",
             "sequence", "period", "reference"]
        ), name, max_size=7,
    ),
    choices=st.sampled_from(
        [[], ["--design", "paired"], ["--design", "parallel"], ["--design", "crossover"],
         ["--repeated", "mean"], ["--missing", "drop"], ["--reduction", "absolute"],
         ["--sequence-code", "a=b"], ["--conditions", "a", "b"], ["--label", "y=<b>", "--unit", "y="]]
    ),
)  # fmt: skip
def test_whatever_the_options_there_is_a_page_or_one_refusal(
    tmp_path, capsys, rows, roles, choices
):
    path, out = tmp_path / "any.csv", tmp_path / "any.html"
    out.unlink(missing_ok=True)
    pd.DataFrame(rows, columns=["id", "arm", "x", "y"]).to_csv(path, index=False)
    options = [word for role, value in roles.items() for word in (f"--{role}", value)]
    code = main(["report", str(path), "--out", str(out), *options, *choices])
    text = capsys.readouterr().err
    assert code in (0, 2)
    assert out.exists() == (code == 0)
    assert "Traceback" not in text
    assert sum(line.startswith("ldn-analysis: ") for line in text.splitlines()) == (code == 2)
