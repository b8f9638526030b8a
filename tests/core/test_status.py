"""Illustrative data stay illustrative, whatever pandas makes of them; a user's own never become so."""

import io
import pickle

import numpy as np
import pandas as pd
import pytest

from ldn_analysis import compare_means, fit_line, fit_lines, load_dataset, summarise_improvement
from ldn_analysis.core.status import (
    IllustrativeColumn,
    IllustrativeTable,
    copy_status,
    mark_illustrative,
    read_status,
)

WAYS = {
    "concat": lambda table, _: pd.concat([table.iloc[:40], table.iloc[40:]]),
    "concat after a table of one's own": lambda table, own: pd.concat([own, table]),
    "concat of columns": lambda table, _: pd.concat([table["esr_mm_h"], table["trial"]], axis=1),
    "pivot": lambda table, _: table.pivot(
        index="participant", columns="condition", values="pain_reduction_percent"
    ),
    "pivot_table": lambda table, _: table.pivot_table(
        "pain_reduction_percent", "participant", "condition", observed=True
    ),
    "unstack": lambda table, _: table.set_index(["participant", "condition"])[
        "pain_reduction_percent"
    ].unstack(),
    "merge": lambda table, own: table.merge(own, on="participant"),
    "merge into a table of one's own": lambda table, own: own.merge(table, on="participant"),
    "merge of two": lambda table, _: table.merge(table, on=["participant", "condition"]),
    "merge with published columns": lambda table, own: table[["participant", "esr_mm_h"]].merge(
        own
    ),
    "join": lambda table, own: table.set_index("participant")[["esr_mm_h"]].join(
        own.set_index("participant")
    ),
    "groupby": lambda table, _: table.groupby("participant")[["esr_mm_h"]].mean(),
    "groupby with names": lambda table, _: table.groupby("participant").agg(
        y=("pain_reduction_percent", "mean")
    ),
    "melt": lambda table, _: table.melt(["participant"], ["esr_mm_h"]),
    "melt of what was pivoted": lambda table, _: table.pivot(
        index="participant", columns="condition", values="esr_mm_h"
    ).melt(),
    "query": lambda table, _: table.query("condition == 'ldn'"),
    "columns without the status": lambda table, _: table[["esr_mm_h", "trial"]],
    "one column": lambda table, _: table["esr_mm_h"].to_frame(),
    "assign": lambda table, _: table[["esr_mm_h"]].assign(twice=lambda part: 2 * part["esr_mm_h"]),
    "sample": lambda table, _: table.sample(30, random_state=1),
    "CSV": lambda table, _: pd.read_csv(io.StringIO(table.to_csv())),
    "JSON": lambda table, _: pd.read_json(io.StringIO(table.to_json())),
    "pickle": lambda table, _: pickle.loads(pickle.dumps(table[["esr_mm_h"]])),
    "dict of columns with the status": lambda table, _: pd.DataFrame(
        {name: table[name].to_numpy() for name in ("esr_mm_h", "status")}
    ),
}


@pytest.fixture
def table():
    return load_dataset("esr_pain_change")


@pytest.fixture
def own(table):
    """A user's own table about the same labels."""
    labels = list(dict.fromkeys(table["participant"]))
    return pd.DataFrame({"participant": labels, "mine": np.arange(len(labels)) % 7.0})


@pytest.mark.parametrize("way", WAYS)
def test_what_pandas_makes_of_illustrative_data_is_illustrative(table, own, way):
    assert read_status(WAYS[way](table, own)) == "illustrative"


def test_the_limits_are_those_of_the_docstring(table, own):
    """If pandas learns to keep these, the docstring may promise more."""
    lost = [
        pd.DataFrame({"x": table["esr_mm_h"]}),
        own.assign(x=table["esr_mm_h"]),
        own.merge(table[["participant", "esr_mm_h"]]),
        pd.DataFrame(table[["esr_mm_h"]].to_numpy()),
    ]
    assert [read_status(data) for data in lost] == ["", "", "", ""]


def test_sentences_keep_the_word(table):
    left, right = table.iloc[:39], table.iloc[39:]
    saved = pd.read_csv(io.StringIO(pd.concat([left, right]).to_csv(index=False)))
    wide = table.pivot(index="participant", columns="condition", values="pain_reduction_percent")
    asked = {"predictor": "esr_mm_h", "outcome": "pain_reduction_percent"}
    results = [
        fit_line(pd.concat([left, right]), **asked),
        fit_line(saved, **asked),
        fit_line(wide.dropna(), predictor="placebo", outcome="ldn"),
        fit_lines(saved, groups=["ldn", "placebo"])["ldn"],
        compare_means(saved, conditions=("ldn", "placebo"), missing="drop"),
        summarise_improvement(load_dataset("improvement").iloc[:20]),
    ]
    for result in results:
        assert "illustrative data" in str(result)


@pytest.mark.parametrize(
    "column",
    [
        ["married", "single", None],
        [1, 2, 3],
        [np.nan, 1.5, 2.0],
        pd.Categorical(["a", "b", "a"]),
        pd.to_datetime(["2020-01-01"] * 3),
        [[], {}, "x"],
        [True, False, True],
    ],
)
def test_a_column_status_of_the_users_own_may_hold_anything(column):
    own = pd.DataFrame({"x": [1.0, 2, 4], "y": [1.0, 3, 4], "status": column})
    assert read_status(own) == ""
    fit = fit_line(own, predictor="x", outcome="y")
    assert "illustrative" not in str(fit)
    assert "illustrative" not in str(fit_line(own[["x", "y"]], predictor="x", outcome="y"))
    assert read_status(own.rename(columns={"x": "status_x", "y": 0})) == ""


def test_published_tables_are_not_illustrative():
    assert read_status(load_dataset("trials")) == ""


def test_marking_keeps_the_users_column_and_leaves_the_input_alone():
    plain = pd.DataFrame({"x": [1.0, 2.0]})
    marked = mark_illustrative(plain)
    assert type(plain) is pd.DataFrame
    assert list(plain) == ["x"]
    assert isinstance(marked, IllustrativeTable)
    assert isinstance(marked["x"], IllustrativeColumn)
    assert marked["status"].tolist() == ["illustrative"] * 2
    kept = mark_illustrative(plain.assign(status=["a", "b"]))
    assert kept["status"].tolist() == ["a", "b"]
    assert read_status(kept) == "illustrative"


def test_a_status_is_copied_to_what_was_made_by_other_means(table):
    made = pd.DataFrame({"x": [1.0]})
    assert read_status(copy_status(table, made)) == "illustrative"
    assert copy_status(made, made) is made
