"""Each check names the function, the argument and the value received, and what is allowed."""

import re

import numpy as np
import pandas as pd
import pytest

from ldn_analysis.core.validation import (
    require_columns,
    require_count,
    require_frame,
    require_level,
    require_missing,
    require_number,
    require_numbers,
    require_rng,
)

TWICE = pd.DataFrame([[1, 2, 3]], columns=["x", "y", "y"])
WIDE = pd.DataFrame([range(14)], columns=[f"c{i}" for i in range(14)])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: require_level(95), ValueError, "confidence_level must lie between 0 and 1, e.g. 0.95; received 95"),
        (lambda: require_missing("skip", "f"), ValueError, "f: missing must be 'raise' or 'drop'; received 'skip'"),
        (lambda: require_rng(None, "f"), ValueError, "f: rng is None; pass a seed, e.g. rng=1, or a numpy Generator"),
        (lambda: require_rng("x", "f"), TypeError, "f: rng must be a seed (a whole number from 0) or a numpy Generator; received 'x'"),
        (lambda: require_rng(-1, "f"), TypeError, "f: rng must be a seed (a whole number from 0) or a numpy Generator; received -1"),
        (lambda: require_number(np.nan, "a", "f", 0, 1), ValueError, "f: a must be a number between 0 and 1; received nan"),
        (lambda: require_number(True, "a", "f"), ValueError, "f: a must be a number between -inf and inf; received True"),
        (lambda: require_number("3", "a", "f", 0), ValueError, "f: a must be a number between 0 and inf; received '3'"),
        (lambda: require_count(2.0, "n", "f"), TypeError, "f: n must be a whole number, 1 or more; received 2.0"),
        (lambda: require_count(True, "n", "f"), TypeError, "f: n must be a whole number, 1 or more; received True"),
        (lambda: require_count(11, "n", "f", 3, 10), ValueError, "f: n must be a whole number, 3 to 10; received 11"),
        (lambda: require_frame([1], "f"), TypeError, "f: data must be a DataFrame; received list"),
        (lambda: require_columns(TWICE, ["x", "z"], "f"), ValueError, "f: no column 'z'; columns: x, y, y"),
        (lambda: require_columns(TWICE, ["y"], "f"), ValueError, "f: 2 columns are called 'y'; rename all but one"),
        (lambda: require_columns(TWICE, ["z"], "f", table="diaries"), ValueError, "f: no column 'z' in diaries; columns: x, y, y"),
        (lambda: require_columns(WIDE, ["z"], "f"), ValueError, "f: no column 'z'; columns: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, ..."),
        (lambda: require_numbers(pd.Series([1, "a"]), "'y'", "f"), ValueError, "f: 'y' is not numeric (dtype object) (e.g. 'a'). Correct the values, or convert the column with pandas.to_numeric."),
        (lambda: require_numbers(pd.Series([True]), "'y'", "f"), ValueError, "f: 'y' is not numeric (dtype bool) (e.g. True). Correct the values, or convert the column with pandas.to_numeric."),
        (lambda: require_numbers(pd.Series([1j]), "'y'", "f"), ValueError, "f: 'y' holds complex numbers; real ones are needed, e.g. their .real or abs()"),
        (lambda: require_numbers(pd.Series([1, np.inf], ["a", "b"]), "'y'", "f"), ValueError, "f: 'y' is infinite in row b; correct or remove it"),
    ],
)  # fmt: skip
def test_what_is_refused_and_how_it_is_said(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()


def test_what_is_allowed_comes_back_as_plain_numbers():
    assert require_count(np.int64(3), "n", "f", 3, 3) == 3
    assert isinstance(require_count(np.int64(3), "n", "f"), int)
    assert require_number(np.float32(0.5), "a", "f", 0, 1) == 0.5
    drawn = require_rng(7, "f").random()
    assert drawn == np.random.default_rng(7).random()
    generator = np.random.default_rng(1)
    assert require_rng(generator, "f") is generator
    blank = pd.Series([1, None, 3], dtype="Int64")
    np.testing.assert_array_equal(require_numbers(blank, "'y'", "f"), [1, np.nan, 3])
