"""The codebook, the tables and the loaders agree with one another."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ldn_analysis import list_datasets, load_codebook, load_dataset
from ldn_analysis.core.codebook import _data_folder, describe_column, get_resource
from ldn_analysis.core.status import read_status
from ldn_analysis.data.tables import find_illustrative_folder, write_tables

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
PACKAGE = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
RESOURCES = {resource["name"]: resource for resource in PACKAGE["resources"]}
CLASSIC = ["sleep", "tooth_growth"]  # measurements on other subjects, to practise on
PUBLISHED = [
    name
    for name, item in RESOURCES.items()
    if item["status"] == "published" and name not in CLASSIC
]
ILLUSTRATIVE = [name for name, item in RESOURCES.items() if item["status"] == "illustrative"]
STATUSES = {"published", "reported", "derived", "assumed"}
MARKS = {"status", "esr_status", "baseline_status"}  # columns that say where the others come from
every_table = pytest.mark.parametrize("name", RESOURCES)


def read_text(name):
    """Every cell of a table as it stands in the file."""
    return pd.read_csv(DATA / RESOURCES[name]["path"], dtype=str, keep_default_na=False)


def fields_of(name):
    return RESOURCES[name]["schema"]["fields"]


# --- the descriptor ----------------------------------------------------------------------


def test_package_has_what_frictionless_asks_for():
    assert PACKAGE["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert PACKAGE["name"]
    assert PACKAGE["licenses"]
    for licence in PACKAGE["licenses"]:
        assert licence.get("name") or licence.get("path")
    assert len(RESOURCES) == len(PACKAGE["resources"])


@every_table
def test_resource_has_what_frictionless_asks_for(name):
    item = RESOURCES[name]
    assert item["type"] == "table"
    assert (item["format"], item["encoding"]) == ("csv", "utf-8")
    path = Path(item["path"])
    assert not path.is_absolute()
    assert ".." not in path.parts
    assert path.parts[0] == (
        "classic" if name in CLASSIC else item["status"]
    )  # known and assumed are kept apart, folder by folder
    assert path.stem == name
    assert item["title"]
    assert item["description"]
    assert item["schema"]["missingValues"] == [""]
    names = [field["name"] for field in fields_of(name)]
    assert len(set(names)) == len(names)
    for field in fields_of(name):
        assert field["type"] in {"string", "number", "integer", "boolean"}
        assert field["description"]
        known = {"required", "unique", "minimum", "maximum", "enum", "pattern"}
        assert set(field.get("constraints", {})) <= known
        if "enum" in field.get("constraints", {}) and "categories" in field:
            assert field["constraints"]["enum"] == field["categories"]
        if "categories" in field:
            assert len(set(field["categories"])) == len(field["categories"])
    assert set(item["schema"].get("primaryKey", [])) <= set(names)


def test_every_file_of_data_has_an_entry_and_every_entry_a_file():
    files = {path.relative_to(DATA).as_posix() for path in DATA.rglob("*.csv")}
    assert files == {item["path"] for item in RESOURCES.values()}


def test_illustrative_tables_say_so_and_columns_have_a_status():
    assert len(PUBLISHED) == 9
    assert set(ILLUSTRATIVE) == {"participants", "daily_pain", "improvement", "esr_pain_change"}
    for name in ILLUSTRATIVE:
        for field in fields_of(name):
            if field["name"] not in MARKS:
                assert field["status"] in STATUSES | {"mixed"}, (name, field["name"])


def test_columns_of_measures_carry_their_unit():
    for name in ILLUSTRATIVE:
        for field in fields_of(name):
            if field["name"].endswith(("_mm_h", "_0_100", "_percent", "_years")):
                assert field["unit"], (name, field["name"])


def test_one_column_name_has_one_meaning():
    units, titles = {}, {}
    for name in [*ILLUSTRATIVE, "pilot_baseline"]:
        for field in fields_of(name):
            units.setdefault(field["name"], set()).add(field.get("unit", ""))
            titles.setdefault(field["name"], set()).add(field["title"])
    assert [name for name, found in (units | titles).items() if len(found) > 1] == []
    assert [name for name, found in units.items() if len(found) > 1] == []


# --- codebook and table ------------------------------------------------------------------


@every_table
def test_every_column_is_described_in_order(name):
    assert list(read_text(name)) == [field["name"] for field in fields_of(name)]


@every_table
def test_cells_keep_to_the_codebook(name):
    table = read_text(name)
    for field in fields_of(name):
        cells, limits = table[field["name"]], field.get("constraints", {})
        filled = cells[cells != ""]
        assert (filled == filled.str.strip()).all()
        if limits.get("required"):
            assert len(filled) == len(cells), field["name"]
        if limits.get("unique"):
            assert filled.is_unique
        if field["type"] in ("number", "integer"):
            numbers = filled.astype(float)
            assert np.isfinite(numbers).all()
            assert (numbers >= limits.get("minimum", -np.inf)).all()
            assert (numbers <= limits.get("maximum", np.inf)).all()
        if field["type"] == "integer":
            assert filled.str.fullmatch(r"-?\d+").all()
        if field["type"] == "boolean":
            assert set(filled) <= {"True", "False"}
        if "enum" in limits:
            assert set(filled) <= set(limits["enum"])
        if "categories" in field:
            assert set(filled) <= set(field["categories"])


@every_table
def test_a_column_that_is_never_blank_is_required_or_may_be_blank_for_users(name):
    """The other way round: what the codebook leaves open is open for a reason."""
    table = read_text(name)
    never_blank = {column for column in table if (table[column] != "").all()}
    required = {
        field["name"] for field in fields_of(name) if field.get("constraints", {}).get("required")
    }
    assert required <= never_blank
    open_for_users = {"trial", "baseline_pain_0_100", "end_pain_0_100"}
    allowed = open_for_users if name == "esr_pain_change" else set()
    if name in ILLUSTRATIVE:
        assert never_blank - required <= allowed | MARKS | {"pain_0_100", "symptoms_0_100"}


@every_table
def test_primary_keys_are_unique(name):
    key = RESOURCES[name]["schema"].get("primaryKey", [])
    if key:
        table = read_text(name)
        assert not table.duplicated(key).any()
        assert (table[key] != "").all(axis=None)


@every_table
def test_foreign_keys_lead_somewhere(name):
    for key in RESOURCES[name]["schema"].get("foreignKeys", []):
        own, other = key["fields"], key["reference"]
        theirs = read_text(other["resource"] or name)[other["fields"]]
        keys = set(theirs.itertuples(index=False, name=None))
        found = read_text(name)[own].itertuples(index=False, name=None)
        assert set(found) <= keys | {("",) * len(own)}


def test_every_published_row_has_a_known_source():
    sources = set(read_text("sources")["source"])
    for name in PUBLISHED:
        table = read_text(name)
        if name == "pilot_baseline":  # one source: its title and description name it
            assert "source: younger2009" in RESOURCES[name]["description"]
            continue
        assert set(table["source"]) <= sources, name
        assert (table["source"] != "").all()


def test_statuses_of_published_values():
    for name in set(PUBLISHED) - {"sources", "pilot_baseline"}:
        assert set(read_text(name)["status"]) <= STATUSES - {"assumed"}
    values = read_text("published_values")
    assert values["value"].astype(float).notna().all()
    assert set(values["relation"]) <= {"=", ">", "<", ">=", "<="}


# --- loaders -----------------------------------------------------------------------------


@every_table
def test_load_dataset_gives_the_file(name):
    frame, text = load_dataset(name), read_text(name)
    assert list(frame) == list(text)
    assert frame.attrs == {}
    assert read_status(frame) == ("illustrative" if name in ILLUSTRATIVE else "")
    for field in fields_of(name):
        column, cells = frame[field["name"]], text[field["name"]]
        assert (column.isna() == (cells == "")).all()
        filled = cells != ""
        if "categories" in field:
            assert list(column.cat.categories) == field["categories"]
            assert bool(column.cat.ordered) == field.get("categoriesOrdered", False)
            assert (column[filled].astype(str) == cells[filled]).all()
        elif field["type"] in ("number", "integer"):
            whole = field["type"] == "integer" and field.get("constraints", {}).get("required")
            assert column.dtype == ("int64" if whole else "float64")
            np.testing.assert_array_equal(column[filled], cells[filled].astype(float))
        elif field["type"] == "boolean":
            assert column.dtype == bool
            assert (column.astype(str) == cells).all()
        else:
            assert (column[filled] == cells[filled]).all()


def test_printed_values_keep_their_digits():
    values = load_dataset("published_values").set_index("id")["value"]
    assert values["rct_pain_reduction_placebo"] == "18.0"


def test_load_dataset_gives_a_new_table_each_time():
    first = load_dataset("improvement")
    first.loc[0, "participant"] = "changed"
    assert load_dataset("improvement")["participant"][0] == "C01"


def test_a_changed_file_is_read_again(tmp_path, monkeypatch):
    folder = shutil.copytree(_data_folder(), tmp_path / "data")
    monkeypatch.setattr("ldn_analysis.data.tables._data_folder", lambda: folder)
    name = load_dataset("trials")["trial"][0]
    path = folder / get_resource("trials")["path"]
    path.write_text(path.read_text("utf-8").replace(name, "renamed"), "utf-8")
    assert load_dataset("trials")["trial"][0] == "renamed"


@pytest.mark.parametrize("function", [load_dataset, load_codebook, get_resource])
def test_unknown_name_lists_the_known_and_suggests(function):
    with pytest.raises(ValueError) as caught:
        function("esr_pain")
    assert str(caught.value) == (
        "there is no dataset 'esr_pain'. Did you mean 'esr_pain_change'? Known: "
        + ", ".join(RESOURCES)
    )
    with pytest.raises(ValueError, match=r"there is no dataset 7\. Known: sources, "):
        function(7)


def test_list_datasets():
    table = list_datasets()
    assert list(table) == ["name", "status", "rows", "title"]
    assert table["name"].tolist() == list(RESOURCES)
    for row in table.itertuples():
        assert row.rows == len(read_text(row.name))
        assert (row.status, row.title) == (
            RESOURCES[row.name]["status"], RESOURCES[row.name]["title"],
        )  # fmt: skip


@every_table
def test_load_codebook_holds_every_field(name):
    table = load_codebook(name)
    assert list(table) == [
        "name", "type", "unit", "status", "required", "minimum", "maximum", "categories",
        "description",
    ]  # fmt: skip
    for row, field in zip(table.itertuples(), fields_of(name), strict=True):
        limits = field.get("constraints", {})
        assert (row.name, row.type, row.description) == (
            field["name"], field["type"], field["description"],
        )  # fmt: skip
        assert (row.unit, row.status) == (field.get("unit", ""), field.get("status", ""))
        assert row.required == limits.get("required", False)
        assert row.categories == tuple(field.get("categories", ()))
        for limit in ("minimum", "maximum"):
            np.testing.assert_equal(getattr(row, limit), float(limits.get(limit, np.nan)))


def test_describe_column():
    assert describe_column("pain_reduction_percent") == ("pain reduction", "% of baseline")
    assert describe_column("improvement") == ("self-reported improvement", "")
    assert describe_column("mine") == ("mine", "")
    for name in ILLUSTRATIVE:
        for field in fields_of(name):
            assert describe_column(field["name"]) == (field["title"], field.get("unit", ""))


# --- writing -----------------------------------------------------------------------------


def test_writing_what_was_loaded_gives_the_same_bytes(tmp_path):
    tables = {name: load_dataset(name) for name in ILLUSTRATIVE}
    paths = write_tables(tables, tmp_path / "new")
    for path in paths:
        assert path.read_bytes() == (DATA / "illustrative" / path.name).read_bytes()
    assert len(paths) == len(list((tmp_path / "new").iterdir())) == 4


def test_illustrative_folder_is_that_of_the_checkout():
    assert find_illustrative_folder() == DATA / "illustrative"


def test_csv_files_have_plain_line_ends_and_no_mark():
    for item in RESOURCES.values():
        content = (DATA / item["path"]).read_bytes()
        assert b"\r" not in content
        assert not content.startswith(b"\xef\xbb\xbf")
        assert content.endswith(b"\n")
        content.decode("utf-8")
