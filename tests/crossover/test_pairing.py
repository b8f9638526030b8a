"""The pairing of rows refuses what is not a pair."""

import numpy as np
import pytest
from witnesses import make_trial

from ldn_analysis.crossover.pairing import pair_conditions

UNBALANCED = ([True] * 5 + [False] * 2, [31, 12, 45, 22, 38, 9, 27], [18, 10, 30, 25, 19, 4, 26])


def test_pairs_refuse_clashing_and_broken_columns():
    data = make_trial(*UNBALANCED)
    options = {"columns": ("participant", "condition", "y"), "conditions": ("A", "B")}
    with pytest.raises(ValueError, match="rename the column 'first'"):
        pair_conditions(data.assign(first=1), keep=("first",), **options)
    with pytest.raises(ValueError, match="'sequence' is not numeric"):
        pair_conditions(data, **options | {"columns": ("participant", "condition", "sequence")})
    with pytest.raises(ValueError, match="is infinite in row"):
        pair_conditions(data.replace({"y": {31.0: np.inf}}), **options)
    with pytest.raises(ValueError, match="missing must be 'raise' or 'drop'; received 'skip'"):
        pair_conditions(data, missing="skip", **options)
    with pytest.raises(ValueError, match="'participant' is blank"):
        pair_conditions(data.replace({"participant": {"p0": None}}), **options)


def test_complex_outcomes_and_text_are_refused_by_name_and_na_is_a_blank():
    data = make_trial(*UNBALANCED)
    options = {"columns": ("participant", "condition", "y"), "conditions": ("A", "B")}
    for bad, message in (
        (data["y"] + 1j, "holds complex numbers"),
        (data["y"].astype(str), r"is not numeric \(dtype (str|object)\) \(e.g. '31.0'\). Correct"),
    ):
        with pytest.raises(ValueError, match=f"pair_conditions: 'y' {message}"):
            pair_conditions(data.assign(y=bad), **options)
    blank = data.assign(y=data["y"].astype("Float64").mask(data.index == 3))
    with pytest.raises(ValueError, match="1 of 7 participants lack a value"):
        pair_conditions(blank, **options)
    pairs, dropped = pair_conditions(blank, missing="drop", **options)
    assert (len(pairs), dropped, pairs["difference"].dtype) == (6, 1, float)
