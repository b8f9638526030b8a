"""Responders against R, published worked examples and hand computation.

Reference values: tests/reference/crossover.R (mcnemar.test, binom.test, and Tango's
interval by numerical maximisation). Worked examples are entered by hand with their source.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ldn_analysis.core.mcnemar import compute_mcnemar
from ldn_analysis.crossover.paired_intervals import (
    paired_newcombe_interval,
    paired_tango_interval,
)
from ldn_analysis.crossover.responder_curve import summarise_responder_curve
from ldn_analysis.crossover.responders import (
    ResponderComparison,
    compare_responders,
    describe_number_needed,
)

TABLE = pd.read_csv(Path(__file__).parents[1] / "reference" / "crossover.csv")
REFERENCE = {
    key: group.set_index("quantity")["value"].to_dict()
    for key, group in TABLE.groupby(["case", "term"])
}


def from_cells(both, first_only, second_only, neither) -> ResponderComparison:
    """A comparison with these four counts, by way of data."""
    counts = [both, first_only, second_only, neither]
    first = np.repeat([40.0, 40.0, 10.0, 10.0], counts)
    second = np.repeat([40.0, 10.0, 40.0, 10.0], counts)
    n = len(first)
    data = pd.DataFrame(
        {
            "participant": list(range(n)) * 2,
            "condition": ["ldn"] * n + ["placebo"] * n,
            "pain_reduction_percent": np.concatenate([first, second]),
        }
    )
    return compare_responders(data)


@pytest.mark.parametrize(
    "case", ["illustrative 30", "illustrative 50", "bentur", "cavo", "newcombe", "even"]
)
def test_tests_and_intervals_equal_r(case, trial):
    cells = {name: int(value) for name, value in REFERENCE[case, "cells"].items()}
    if case.startswith("illustrative"):
        comparison = compare_responders(trial, threshold=float(case.split()[1]))
    else:
        comparison = from_cells(**cells)
    assert {name: getattr(comparison, name) for name in cells} == cells
    tests, reference = comparison.tests, REFERENCE[case, "tests"]
    np.testing.assert_allclose(
        tests["p_value"], [reference[name] for name in ("exact", "mid_p", "chi_p")], rtol=1e-10
    )
    assert tests["statistic"][2] == pytest.approx(reference["chi_square"], rel=1e-12, abs=1e-15)
    table = comparison.to_frame().set_index("method")
    odds = REFERENCE[case, "odds ratio"]
    assert table.loc["conditional, exact", "conf_low"] == pytest.approx(odds["conf_low"], rel=1e-8)
    assert table.loc["conditional, exact", "conf_high"] == pytest.approx(
        odds["conf_high"], rel=1e-8
    )
    # R maximises the restricted likelihood numerically: seven digits.
    tango = REFERENCE[case, "tango"]
    assert table.loc["Tango score", "conf_low"] == pytest.approx(tango["conf_low"], abs=1e-6)
    assert table.loc["Tango score", "conf_high"] == pytest.approx(tango["conf_high"], abs=1e-6)


def test_mcnemar_equals_statsmodels(trial):
    from statsmodels.stats.contingency_tables import mcnemar

    comparison = compare_responders(trial)
    p_values = comparison.tests["p_value"]
    assert p_values[0] == pytest.approx(mcnemar(comparison.table, exact=True).pvalue, rel=1e-10)
    uncorrected = mcnemar(comparison.table, exact=False, correction=False).pvalue
    assert p_values[2] == pytest.approx(uncorrected, rel=1e-10)


def test_tango_interval_excludes_zero_just_where_mcnemar_does():
    """At the level 1 - p of the uncorrected McNemar test one limit is zero."""
    comparison = from_cells(5, 9, 3, 11)
    level = 1 - comparison.tests["p_value"][2]
    assert paired_tango_interval(5, 9, 3, 11, level)[0] == pytest.approx(0, abs=1e-9)


def test_number_needed_of_altman():
    # Altman 1998 (BMJ 317:1309): -5 % to 25 % is NNTB 4 through infinity to NNTH 20.
    text = describe_number_needed(0.10, -0.05, 0.25)
    assert text == (
        "number needed to treat for benefit 10.0 (95 % CI 4.0 for benefit, through infinity, to "
        "20.0 for harm)"
    )
    assert describe_number_needed(-0.2, -0.25, -0.1) == (
        "number needed to treat for harm 5.0 (95 % CI 4.0 to 10.0)"
    )
    assert describe_number_needed(0.0, -0.5, 0.5, 0.9) == (
        "number needed to treat infinite (90 % CI 2.0 for benefit, through infinity, to 2.0 for "
        "harm)"
    )
    assert describe_number_needed(0.25, 0.0, 0.5) == (
        "number needed to treat for benefit 4.0 (95 % CI 2.0 to infinite)"
    )


def test_numbers_needed_come_from_the_interval_shown(trial):
    comparison = compare_responders(trial, threshold=50)
    row = comparison.to_frame().set_index("method").loc["Newcombe paired"]
    assert row["conf_low"] < 0 < row["conf_high"]
    expected = f"{1 / row['conf_high']:.1f} for benefit, through infinity, to {-1 / row['conf_low']:.1f} for harm"
    assert expected in str(comparison)
    assert expected in comparison.describe_number_needed()


def test_no_discordant_pair():
    comparison = from_cells(2, 0, 0, 3)
    assert comparison.tests["p_value"][:2].tolist() == [1.0, 1.0]
    assert np.isnan(comparison.tests["p_value"][2])
    table = comparison.to_frame().set_index("method")
    odds = table.loc["conditional, exact"]
    assert np.isnan(odds["estimate"])
    assert (odds["conf_low"], odds["conf_high"]) == (0.0, np.inf)
    for method in ("Newcombe paired", "Tango score"):
        low, high = table.loc[method, ["conf_low", "conf_high"]]
        assert low == pytest.approx(-high, rel=1e-9)
        assert 0 < high < 1
    assert comparison.describe_number_needed().startswith(
        "number needed to treat infinite (95 % CI "
    )


def test_all_discordant_one_way_and_three_pairs():
    comparison = from_cells(0, 3, 0, 0)
    # P of three heads of three, doubled: 2/8; mid-p half of it.
    assert comparison.tests["p_value"].tolist()[:2] == [0.25, 0.125]
    table = comparison.to_frame().set_index("method")
    assert table.loc["conditional, exact", "estimate"] == np.inf
    # 0.025 = p^3 at the limit of b of b, so odds p / (1 - p).
    p = 0.025 ** (1 / 3)
    assert table.loc["conditional, exact", "conf_low"] == pytest.approx(p / (1 - p), rel=1e-10)
    assert table.loc["Tango score", "conf_high"] == 1
    assert table.loc["Newcombe paired", "conf_high"] == 1
    assert table.loc["Newcombe paired", "conf_low"] > 0 > table.loc["Tango score", "conf_low"]


def test_threshold_is_included():
    data = pd.DataFrame(
        {
            "participant": ["a", "a", "b", "b"],
            "condition": ["ldn", "placebo"] * 2,
            "pain_reduction_percent": [30.0, 29.99, 50.0, 30.0],
        }
    )
    comparison = compare_responders(data)
    assert (comparison.both, comparison.first_only) == (1, 1)


def test_exactly_thirty_percent_counts_whatever_the_rounding():
    """Whole-number ratings with a fall of exactly 30 %, as fractions; no unit changes the count."""
    start = np.arange(10, 300, 10)
    reductions = [100 * (1 - 0.7 * b / 3 / (b / 3)) for b in start]
    reductions += [100 * (1 - (7 * b / 10 / 7) / (b / 7)) for b in start]
    assert any(value < 30 for value in reductions)  # or there is nothing to mend
    n = len(reductions)
    data = pd.DataFrame(
        {
            "participant": list(range(n)) * 2,
            "condition": ["ldn"] * n + ["placebo"] * n,
            "pain_reduction_percent": reductions + [29.999] * n,
        }
    )
    comparison = compare_responders(data)
    assert (comparison.first_only, comparison.both, comparison.neither) == (n, 0, 0)
    curve = summarise_responder_curve(data)
    assert curve.to_frame().set_index("threshold").loc[30.0, "estimate"] == 1
    assert curve.confidence_interval(30)[0] > 0.9
    tiny = data.assign(pain_reduction_percent=data["pain_reduction_percent"] * 1e-12)
    assert compare_responders(tiny, threshold=30e-12).first_only == n
    data.loc[0, "pain_reduction_percent"] = -1e17  # one odd value does not widen the tolerance
    assert compare_responders(data).first_only == n - 1


def list_tables(sizes):
    """Every paired table of these sizes, one row each."""
    return np.array(
        [
            (a, b, c, n - a - b - c)
            for n in sizes for b in range(n + 1) for c in range(n + 1 - b) for a in range(n + 1 - b - c)
        ]
    )  # fmt: skip


def test_an_interval_and_a_p_that_disagree_are_said_to():
    """Every table of 10 to 28: Newcombe's interval against the mid-p of McNemar's test."""
    tables = list_tables(range(10, 29))
    low, high = paired_newcombe_interval(*tables.T, 0.95)
    p_value = compute_mcnemar(tables[:, 1], tables[:, 2]).mid_p
    disagree = ((low > 0) | (high < 0)) != (p_value <= 0.05)
    assert 0 < disagree.mean() < 0.05
    chosen = np.random.default_rng(1).choice(np.flatnonzero(~disagree), 60, replace=False)
    some = np.random.default_rng(2).choice(np.flatnonzero(disagree), 60, replace=False)
    for row, expected in [*((i, False) for i in chosen), *((i, True) for i in some)]:
        text = str(from_cells(*tables[row]))
        assert ("although p is" in text) == expected, tables[row]


def test_tango_disagrees_with_the_mid_p_too():
    """Why a clause, and not another interval: 4 to 0 of 10 has chi-square p 0.046 and mid-p 0.062."""
    comparison = from_cells(0, 4, 0, 6)
    assert comparison.confidence_interval("Tango score").low > 0
    assert comparison.tests["p_value"][1] > 0.06
    assert "leaves out zero although p is above 0.05" in str(comparison)


def test_sentences_give_the_unit_and_follow_from_the_table(trial):
    assert str(compare_responders(trial)).startswith(
        "Pain reduction of at least 30 % of baseline: "
    )
    plain = str(compare_responders(trial.assign(y=trial["pain_reduction_percent"]), outcome="y"))
    assert plain.startswith("Y of at least 30: ")
    for cells, words in (
        ((3, 0, 0, 5), "difference 0.00 percentage points"), ((3, 6, 0, 5), "to treat for benefit"),
        ((3, 0, 6, 5), "to treat for harm"), ((3, 1, 1, 5), "number needed to treat infinite ("),
    ):  # fmt: skip
        assert words in str(from_cells(*cells))


def test_sentence_warns_against_dichotomising(trial):
    for text in (str(compare_responders(trial)), str(summarise_responder_curve(trial))):
        assert "Senn 2003" in text
        assert "illustrative data" in text
        assert "n = 28 participants" in text
    assert "Senn" in compare_responders.__doc__


def test_responders_refuse_bad_input(trial):
    with pytest.raises(ValueError, match="threshold must be a number; received nan"):
        compare_responders(trial, threshold=np.nan)
    with pytest.raises(ValueError, match="1 of 28 participants lack a value"):
        compare_responders(trial.iloc[1:])
    assert compare_responders(trial.iloc[1:], missing="drop").n_dropped == 1
    with pytest.raises(ValueError, match="compare_responders: conditions must name two"):
        compare_responders(trial, conditions=("ldn", "placebo", "washout"))
