"""Columns of a table in its own words: names that know their label, files, codebooks, refusals."""

import copy
import json
import pickle

import pytest

from ldn_analysis.core.codebook import ColumnName, describe_column
from ldn_analysis.core.columns import OWN, Columns, build_columns, order_by_nearness

NAMES = {"condition": "arm", "outcome": "weight"}


def test_a_name_is_a_text_that_knows_its_label():
    columns = Columns(**NAMES, units={"weight": "kg"}, labels={"weight": "body weight"})
    name = columns.outcome
    assert name == "weight"
    assert {"weight": 1}[name] == 1
    for again in (name, pickle.loads(pickle.dumps(name)), copy.deepcopy(name)):
        assert describe_column(again) == ("body weight", "kg")
    assert describe_column("weight") == (
        "weight",
        "",
    )  # another text of these letters knows nothing


def test_a_column_of_the_projects_own_name_keeps_its_label_and_others_do_not_take_one():
    columns = Columns(outcome="pain_reduction_percent", predictor="value")
    assert describe_column(columns.outcome) == ("pain reduction", "% of baseline")
    assert describe_column(columns.predictor) == (
        "value",
        "",
    )  # another table's column of this name


@pytest.mark.parametrize(
    ("reduction", "name", "unit", "formula"),
    [
        ("percent", "reduction_percent", "% of b", "(b - e) / b x 100"),
        ("absolute", "reduction", "kg", "b - e"),
    ],
)
def test_reduction(reduction, name, unit, formula):
    columns = Columns(baseline="b", end="e", reduction=reduction, units={"b": "kg"})
    assert (columns.outcome, columns.formula) == (name, formula)
    assert describe_column(columns.outcome) == ("reduction from b to e", unit)
    assert list(columns.list_read()) == ["baseline", "end"]


def test_table_in_frictionless_words_with_a_codebook(tmp_path):
    field = {"name": "weight", "title": "body weight", "unit": "kg", "type": "number",
             "constraints": {"minimum": 20, "maximum": 300}}  # fmt: skip
    path = tmp_path / "book.json"
    for book in ({"fields": [field]}, {"schema": {"fields": [field]}},
                 {"resources": [{"name": "x", "schema": {"fields": [field]}}]}):  # fmt: skip
        path.write_text(json.dumps(book), encoding="utf-8")
        columns = Columns(**NAMES, participant="id", codebook=path)
        assert describe_column(columns.outcome) == ("body weight", "kg")
        schema = columns.describe_table()["schema"]
        fields = {item["name"]: item for item in schema["fields"]}
        assert fields["weight"]["constraints"] == {"minimum": 20, "maximum": 300, "required": True}
        assert schema["primaryKey"] == ["id", "arm"]


def test_file(tmp_path):
    path = tmp_path / "columns.toml"
    path.write_text('condition = "arm"\noutcome = "y"\n[units]\ny = "kg"\n', encoding="utf-8")
    columns = Columns.from_toml(path, outcome="weight")
    assert (columns.condition, columns.outcome, columns.units) == ("arm", "weight", {"y": "kg"})
    for text, words in (("x = ", "is not TOML"), ('outcom = "y"', "nearest first: outcome,")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=words) as caught:
            Columns.from_toml(path)
        assert str(caught.value).startswith(f"{path}: ")
    with pytest.raises(ValueError, match="cannot be read"):
        Columns.from_toml(tmp_path / "none.toml")


def test_nothing_said_is_nothing_and_parts_replace():
    assert build_columns() is None
    assert build_columns(OWN) is OWN
    assert build_columns(OWN, outcome="x").outcome == "x"
    assert isinstance(build_columns(outcome="x").outcome, ColumnName)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ({}, "no outcome is named; name its column with --outcome"),
        ({"end": "e"}, "end 'e' needs a baseline"),
        (
            {"outcome": "y", "predictor": "y"},
            "outcome and predictor are both 'y'; name two columns",
        ),
        ({"outcome": " "}, "outcome must be the name of a column; received ' '"),
        ({"outcome": "y", "design": "cross"}, "design must be one of: paired, crossover, parallel"),
        ({"outcome": "y", "conditions": "ab"}, "conditions must be a list of texts; received 'ab'"),
        ({"outcome": "y", "units": {"y": 1}}, "units must give texts by name"),
        (
            {"outcome": "y", "conditions": ["a"], "reference": "b"},
            "'b' is not among the conditions",
        ),
        ({"outcome": "y", "codebook": {"x": 1}}, "has no list of fields with names"),
        ({"outcome": "y", "codebook": "none.json"}, "none.json: cannot be read"),
    ],
)
def test_refusals(names, words):
    with pytest.raises(ValueError, match=words):
        Columns(**names)


def test_nearest_first():
    assert order_by_nearness("prewt", ["Postwt", "Treat", "Prewt"])[0] == "Prewt"
    assert order_by_nearness("x", list(map(str, range(30))))[-1] == "..."
