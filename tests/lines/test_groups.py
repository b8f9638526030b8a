"""Independent groups against R: t.test, lm, multcomp, sandwich; and what is refused."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import dunnett
from witnesses import REFERENCE

from ldn_analysis.lines.groups import (
    compare_group_slopes,
    compare_groups,
    compute_joint_level,
    find_joint_factor,
)

R = pd.read_csv(REFERENCE / "groups.csv")
NUMBERS = ["estimate", "std_error", "df", "p_value", "conf_low", "conf_high"]
CASES = {  # outcome, groups, reference, covariate, predictor
    "anorexia": ("Postwt", "Treat", "Cont", "Prewt", "Prewt"),
    "ToothGrowth": ("len", "supp", "VC", None, "dose"),
    "epil": ("y", "trt", "placebo", "base", "base"),
    "unequal": ("weight", "group", "ctrl", None, None),
}


def read_case(name):
    data = pd.read_csv(REFERENCE / f"own_{name}.csv")
    if name == "epil":
        data = data.groupby(["subject", "trt"], as_index=False)[["y", "base"]].mean()
    return data


def assert_equals_r(table, case):
    """Every row of R's is there; its joint limits are from random draws, good to four digits."""
    table = table.assign(key=table["term"].str.partition(",")[0] + table["method"])
    table = table.set_index("key")
    theirs = R[(R["case"] == case) & R["method"].isin(table["method"])]
    assert len(theirs)
    for row in theirs.itertuples():
        joint = row.method.endswith("Dunnett")
        for name in NUMBERS:
            rtol = 2e-4 if joint and name not in ("estimate", "std_error") else 1e-8
            ours = table.loc[row.term + row.method, name]
            assert_allclose(ours, getattr(row, name), rtol=rtol, atol=1e-9 + joint * 1e-4)


@pytest.mark.parametrize("case", CASES)
def test_differences_equal_r(case):
    outcome, by, reference, covariate, predictor = CASES[case]
    options = {"outcome": outcome, "by": by, "reference": reference}
    result = compare_groups(read_case(case), covariate=covariate, **options)
    assert_equals_r(result.to_frame(), case)
    if covariate:  # without it, the joint rows are those of equal spread
        assert_equals_r(compare_groups(read_case(case), **options).to_frame(), case)
    if predictor:
        slopes = compare_group_slopes(read_case(case), predictor=predictor, **options)
        assert_equals_r(slopes.to_frame(), case)


def test_printed_answers():
    """Two answers in print: Hand et al. 1994 (Venables and Ripley 2002), Crampton 1947."""
    gain = read_case("anorexia").assign(gain=lambda d: d["Postwt"] - d["Prewt"])
    means = compare_groups(gain, outcome="gain", by="Treat").glance().set_index("Treat")["mean"]
    assert means.round(2).to_dict() == {"Cont": -0.45, "CBT": 3.01, "FT": 7.26}
    row = compare_groups(read_case("ToothGrowth"), outcome="len", by="supp").to_frame().iloc[0]
    assert (round(abs(row["statistic"]), 4), round(row["df"], 3)) == (1.9153, 55.309)


def test_joint_factor_equals_scipy_and_the_single_t():
    assert_allclose(find_joint_factor((9, 12), (0.0,), 19, 0.95), 2.0930240544, rtol=1e-9)
    rng = np.random.default_rng(3)
    sizes = (6, 9, 7, 30, 5)
    samples = [rng.normal(size=n) for n in sizes]
    theirs = dunnett(*samples[:-1], control=samples[-1], rng=np.random.default_rng(1))
    level = [compute_joint_level(abs(t), sizes, (0.0,) * 4, 52) for t in theirs.statistic]
    assert_allclose(1 - np.array(level), theirs.pvalue, atol=3e-4)


def test_joint_factor_does_not_depend_on_the_grid(monkeypatch):
    factor = find_joint_factor((10, 6, 9), (0.1, -0.3), 22, 0.95)
    monkeypatch.setattr("ldn_analysis.lines.groups.STEP", 0.1)
    assert_allclose(
        find_joint_factor.__wrapped__((10, 6, 9), (0.1, -0.3), 22, 0.95), factor, rtol=1e-8
    )


def test_joint_level_equals_a_simulation():
    rng = np.random.default_rng(5)
    sizes, apart, df = (8, 15, 4), (0.3, -0.2), 24
    n = 400_000
    own = rng.normal(size=(n, 2)) / np.sqrt(sizes[:2])
    move = own - rng.normal(size=(n, 1)) / np.sqrt(4) + rng.normal(size=(n, 1)) * apart
    error = np.sqrt(1 / np.array(sizes[:2]) + 1 / 4 + np.square(apart))
    t = move / error / np.sqrt(rng.chisquare(df, (n, 1)) / df)
    share = (np.abs(t).max(1) < 2.2).mean()
    expected = compute_joint_level(2.2, sizes, apart, df)
    assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / n)


def test_sentences():
    data = read_case("anorexia")
    text = str(
        compare_groups(data, outcome="Postwt", by="Treat", reference="Cont", covariate="Prewt")
    )
    assert text.startswith(
        "Mean differences in Postwt between independent groups, adjusted for Prewt: CBT minus Cont "
        "4.10 (simultaneous 95 % CI -0.188 to 8.38; t(68) = 2.16, adjusted p = 0.063); FT minus"
    )
    for new, old in ((5, 3), (3, 5), (0.1, 0.1)):
        flat = pd.DataFrame({"arm": ["new"] * 3 + ["old"] * 3, "y": [float(new)] * 3 + [old] * 3})
        said = str(compare_groups(flat, outcome="y", by="arm"))
        assert said.endswith(" Nothing varies within the groups, so interval and p say nothing.")
    assert "Nothing varies" not in text
    two = str(compare_groups(read_case("ToothGrowth"), outcome="len", by="supp", reference="VC"))
    assert two == (
        "Mean difference in len between independent groups: OJ minus VC 3.70 (95 % CI -0.171 to "
        "7.57; t(55.3) = 1.92, p = 0.061); n = 60 participants."
    )


ROWS = pd.DataFrame({"arm": list("aabbc"), "y": [1.0, 2, 4, 7, 3], "x": [1.0, 1, 2, 2, 3]})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"groups": ["a"]}, "two or more different groups are compared; received a"),
        ({"reference": "z"}, "'arm' is never 'z'; it is one of: a, b, c"),
        ({}, "a mean with its error needs at least 2 rows; 'c' has 1"),
        ({"outcome": "z"}, "no column 'z'; columns: arm, y, x"),
        ({"groups": ["a", "b"], "covariate": "x"}, "'x' cannot be adjusted for"),
    ],
)
def test_what_is_refused(change, message):
    with pytest.raises(ValueError) as caught:
        compare_groups(ROWS, **({"outcome": "y", "by": "arm"} | change))
    assert str(caught.value).startswith(f"compare_groups: {message}")


def test_blanks_are_refused_or_counted():
    data = ROWS.iloc[:4].assign(y=[1.0, np.nan, 4, 7])
    more = pd.concat([data, data.assign(y=[3.0, 5, 6, 8])])
    with pytest.raises(ValueError, match="1 of 8 rows have no 'y'"):
        compare_groups(more, outcome="y", by="arm")
    result = compare_groups(more, outcome="y", by="arm", missing="drop")
    assert (result.n_obs, result.n_dropped) == (7, 1)
    assert "1 dropped" in str(result)
