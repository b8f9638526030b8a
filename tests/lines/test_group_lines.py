"""fit_lines is fit_line in each group, in the order asked for."""

import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ldn_analysis import fit_lines, load_dataset

GOOD = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "y": [2.0, 3.0, 5.0, 6.0]}, index=list("abcd"))


@pytest.fixture(scope="module")
def panes():
    return fit_lines(load_dataset("esr_pain_change"))


def test_the_two_panes(panes):
    assert list(panes) == ["ldn", "placebo"]
    assert len(panes) == 2
    for condition in panes:
        rows = load_dataset("esr_pain_change").query("condition == @condition")
        slope = np.polyfit(rows["esr_mm_h"], rows["pain_reduction_percent"], 1)[0]
        assert_allclose(panes[condition].slope, slope, rtol=1e-10)


def test_tables_of_groups_stack_those_of_each(panes):
    for name in ("to_frame", "glance"):
        table = getattr(panes, name)(confidence_level=0.8)
        assert table.columns[0] == "condition"
        for condition in panes:
            part = table[table["condition"] == condition].drop(columns="condition")
            alone = getattr(panes[condition], name)(confidence_level=0.8)
            pd.testing.assert_frame_equal(part.reset_index(drop=True), alone)
    table = panes.augment()
    assert len(table) == 76
    for condition in panes:
        part = table.loc[table["condition"] == condition, "cooks_distance"]
        assert_array_equal(part, panes[condition].augment()["cooks_distance"])


def test_groups_come_in_the_order_asked_for():
    data = load_dataset("esr_pain_change")
    assert list(fit_lines(data, groups=["placebo", "ldn"])) == ["placebo", "ldn"]
    assert list(fit_lines(data, groups=["placebo"])) == ["placebo"]


def test_groups_of_text_and_of_numbers_keep_the_order_of_the_rows():
    two = pd.concat([GOOD.assign(g="z", h=2), GOOD.assign(g="a", h=1)])
    for by, groups in (("g", ["z", "a"]), ("h", [2, 1])):
        fits = fit_lines(two, predictor="x", outcome="y", by=by)
        assert list(fits) == groups
        assert_allclose([fits[group].slope for group in groups], 1.4, rtol=1e-14)


def test_an_empty_category_is_no_group():
    data = GOOD.assign(g=pd.Categorical(["a"] * 4, categories=["b", "a"]))
    assert list(fit_lines(data, predictor="x", outcome="y", by="g")) == ["a"]


def test_dropped_rows_are_counted_in_each_group():
    two = pd.concat([GOOD.assign(g="a"), GOOD.assign(g="b")], ignore_index=True)
    two.loc[5, "y"] = np.nan
    fits = fit_lines(two, predictor="x", outcome="y", by="g", missing="drop")
    assert fits.glance()["n_dropped"].tolist() == [0, 1]
    with pytest.raises(ValueError, match=r"^g 'b': fit_line: 1 of 4 rows .* \(first: row 5\)"):
        fit_lines(two, predictor="x", outcome="y", by="g")


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (GOOD, {"by": "arm"}, "fit_lines: no column 'arm'; columns: x, y"),
        (
            GOOD.assign(g=["a", None, "a", "b"]),
            {},
            "fit_lines: 1 of 4 rows have no 'g' (first: row b). Fill them in, or leave those rows out first.",
        ),
        (
            pd.concat([GOOD.assign(g="a"), pd.Series("b", GOOD.index, name="g")], axis=1),
            {},
            "fit_lines: 2 columns are called 'g'; rename all but one",
        ),
        (GOOD.assign(g="a"), {"groups": ["a", "c"]}, "fit_lines: 'g' is never 'c'; it is one of: a"),
        (
            GOOD.assign(g=[1, 1, 1, 2]),
            {},
            "g '2': fit_line: a line with its error needs at least 3 rows; 1 remain",
        ),
        (
            GOOD.assign(g="a"),
            {"predictor": "z"},
            "g 'a': fit_line: no column 'z'; columns: x, y, g",
        ),
    ],
)  # fmt: skip
def test_messages_of_fit_lines(data, options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        fit_lines(data, **({"predictor": "x", "outcome": "y", "by": "g"} | options))


def test_an_unknown_group_lists_those_there_are(panes):
    with pytest.raises(KeyError, match="no group 'drug'; groups: ldn, placebo"):
        panes["drug"]
