"""Shares and their intervals against R, statsmodels, closed forms and enumeration."""

import re
from functools import cache

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import binom, multinomial, norm
from statsmodels.stats.proportion import proportion_confint
from witnesses import read_reference

from ldn_analysis import summarise_improvement, wilson_interval
from ldn_analysis.core.codebook import CATEGORIES

R = read_reference("proportions")
LEVELS = (0.5, 0.8, 0.95, 0.99)


def summarise(answers, **options):
    return summarise_improvement(pd.DataFrame({"improvement": answers}), **options)


def summarise_counts(counts):
    """A summary of that many answers of each category."""
    names = [f"category {i}" for i in range(len(counts))]
    answers = pd.Categorical(np.repeat(names, counts), categories=names)
    return summarise(answers)


# --- Wilson -------------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
def test_wilson_equals_r_prop_test(level):
    rows = R[(R["kind"] == "wilson") & (R["level"] == level)]
    assert len(rows) == 13
    low, high = wilson_interval(rows["count"], rows["n_obs"], level)
    assert_allclose(low, rows["low"], rtol=1e-10, atol=1e-15)
    assert_allclose(high, rows["high"], rtol=1e-10)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("n", [1, 2, 28, 29, 1000])
def test_wilson_equals_statsmodels_at_every_count(level, n):
    counts = np.arange(n + 1)
    low, high = wilson_interval(counts, n, level)
    peer_low, peer_high = proportion_confint(counts, n, alpha=1 - level, method="wilson")
    assert_allclose(low, peer_low, rtol=1e-10, atol=1e-15)
    assert_allclose(high, peer_high, rtol=1e-10)


@pytest.mark.parametrize("n", [1, 10, 29, 10**6])
def test_wilson_at_none_and_at_all_has_a_closed_form(n):
    z2 = norm.ppf(0.975) ** 2
    low, high = wilson_interval([0, n], n)
    assert (low[0], high[1]) == (0.0, 1.0)
    assert_allclose([high[0], low[1]], [z2 / (n + z2), n / (n + z2)], rtol=1e-12)


def test_wilson_ends_are_where_the_score_test_has_its_p():
    low, high = wilson_interval(14, 29, 0.9)
    for bound in (low, high):
        z = (14 / 29 - bound) / np.sqrt(bound * (1 - bound) / 29)
        assert_allclose(abs(z), norm.ppf(0.95), rtol=1e-12)


def test_wilson_covers_close_to_its_level_at_29():
    share = np.linspace(0.02, 0.98, 97)
    counts = np.arange(30)
    low, high = wilson_interval(counts, 29)
    holds = (low <= share[:, None]) & (share[:, None] <= high)
    coverage = (binom.pmf(counts, 29, share[:, None]) * holds).sum(1)
    assert abs(coverage.mean() - 0.95) < 0.01
    assert coverage.min() > 0.83


def test_wilson_broadcasts():
    low, high = wilson_interval(np.array([[1], [2]]), np.array([5, 10, 20]))
    assert low.shape == high.shape == (2, 3)
    assert_allclose(low[1, 2], wilson_interval(2, 20)[0], rtol=1e-15)


@pytest.mark.parametrize(
    ("count", "n", "received"),
    [(-1, 5, "-1.0 of 5.0"), (6, 5, "6.0 of 5.0"), (0, 0, "0.0 of 0.0"), ([1, 9], 5, "[1. 9.] of 5.0")],
)  # fmt: skip
def test_wilson_refuses_impossible_counts(count, n, received):
    message = f"wilson_interval: need 0 <= count <= n and n >= 1; received {received}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        wilson_interval(count, n)


@pytest.mark.parametrize("level", [0, 1, 95, float("nan")])
def test_a_level_outside_zero_to_one_is_refused(level):
    summary = summarise_counts([3, 7])
    for call in (
        lambda: wilson_interval(1, 2, level),
        lambda: summary.to_frame(confidence_level=level),
        lambda: summary.combine(["category 0"], confidence_level=level),
    ):
        with pytest.raises(ValueError, match=r"^confidence_level must lie between 0 and 1, e\.g\."):
            call()


# --- all categories at once ---------------------------------------------------------------


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("name", ["seven", "two", "large"])
def test_joint_intervals_equal_binom_test_in_r(name, level):
    rows = R[(R["set"] == name) & (R["level"] == level)]
    table = summarise_counts(rows["count"]).to_frame(confidence_level=level)
    assert_array_equal(table["count"], rows["count"])
    assert_allclose(table["joint_low"], rows["low"], rtol=1e-10, atol=1e-14)
    assert_allclose(table["joint_high"], rows["high"], rtol=1e-10)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("counts", [(5, 9, 7, 6, 1, 1, 0), (29, 0, 0), (1, 1), (400, 300, 300)])
def test_joint_intervals_equal_statsmodels(counts, level):
    table = summarise_counts(counts).to_frame(confidence_level=level)
    alpha = (1 - level) / len(counts)
    peer = proportion_confint(np.array(counts), sum(counts), alpha=alpha, method="beta")
    assert_allclose(table["joint_low"], peer[0], rtol=1e-9, atol=1e-14)
    assert_allclose(table["joint_high"], peer[1], rtol=1e-9, atol=1e-14)


def test_joint_intervals_are_wider_and_those_of_one_category_are_wilsons(improvement):
    table = summarise_improvement(improvement).to_frame()
    assert (table["joint_high"] > table["conf_high"]).all()
    some = table["count"] > 0
    assert (table["joint_low"] < table["conf_low"])[some].all()
    low, high = wilson_interval(table["count"], 29)
    assert_array_equal(table["conf_low"], low)
    assert_array_equal(table["conf_high"], high)


def cover(shares, n, samples, rng):
    """How often all joint intervals hold their shares, and how often Goodman's do."""
    counts = rng.multinomial(n, shares, size=samples)
    wilson = wilson_interval(np.arange(n + 1), n, 1 - 0.05 / len(shares))
    return [
        ((lo[counts] <= shares) & (shares <= hi[counts])).all(1).mean()
        for lo, hi in (find_joint_limits(n, len(shares)), wilson)
    ]


@cache
def find_joint_limits(n, k):
    """Joint limits of each count of n, where there are k categories."""
    # The table of two categories shares the error between two; ask for the level of all.
    level = 1 - 0.05 / k * 2
    tables = [
        summarise_counts([count, n - count]).to_frame(level).iloc[0] for count in range(n + 1)
    ]
    return [np.array([row[name] for row in tables]) for name in ("joint_low", "joint_high")]


RARE = [0.172, 0.309, 0.241, 0.206, 0.0345, 0.0345, 0.003]


def test_joint_intervals_hold_where_an_answer_is_rare_and_goodmans_do_not():
    """Fig. 1's shares with one answer of 0.3 %; Goodman's (1965) intervals hold 0.86 of the time."""
    shares = np.array(RARE) / sum(RARE)
    exact, goodman = cover(shares, 29, 20_000, np.random.default_rng(6))
    assert exact > 0.95
    assert goodman < 0.9


@pytest.mark.slow
@pytest.mark.parametrize("n", [5, 12, 29, 60])
def test_joint_intervals_hold_at_any_shares(n):
    """Simulated at 60 sets of shares, many of them with rare answers; 3 Monte Carlo errors off."""
    rng = np.random.default_rng(n)
    for k in (3, 7):
        for spread in (0.1, 0.4, 2.0):
            for _ in range(10):
                shares = np.maximum(rng.dirichlet(np.full(k, spread)), 1e-9)
                exact, _ = cover(shares / shares.sum(), n, 20_000, rng)
                assert exact > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 20_000), shares


def test_joint_intervals_of_three_categories_hold_by_enumeration():
    """All 66 tables of n = 10, at every pair of shares of a grid."""
    n = 10
    tables = np.array([(a, b, n - a - b) for a in range(n + 1) for b in range(n + 1 - a)])
    frames = [summarise_counts(counts).to_frame() for counts in tables]
    low, high = (np.array([f[name] for f in frames]) for name in ("joint_low", "joint_high"))
    for first in np.linspace(0.001, 0.997, 25):
        for second in np.linspace(0.001, 0.999 - first, 12):
            shares = np.array([first, second, 1 - first - second])
            held = ((low <= shares) & (shares <= high)).all(1)
            assert multinomial.pmf(tables[held], n, shares).sum() > 0.95, shares


# --- counting -----------------------------------------------------------------------------


def test_a_table_counted_by_hand(improvement):
    data = improvement
    table = summarise_improvement(data).to_frame()
    by_hand = [sum(answer == name for answer in data["improvement"]) for name in CATEGORIES]
    assert table["category"].tolist() == list(CATEGORIES)
    assert table["count"].tolist() == by_hand
    assert by_hand[-1] == 0  # an empty category is kept
    assert_allclose(table["share"], np.array(by_hand) / 29, rtol=1e-15)
    assert (table["n_obs"] == 29).all()
    names = "category count n_obs share conf_low conf_high joint_low joint_high"
    assert list(table) == names.split(" ")


def test_text_takes_the_order_of_the_seven_categories():
    summary = summarise(["no change", "very much improved", "no change"])
    assert summary.counts.to_dict() == dict(zip(CATEGORIES, [1, 0, 0, 2, 0, 0, 0], strict=True))


def test_other_text_is_sorted():
    summary = summarise(["worse", "better", "worse", "no change"])
    assert summary.counts.to_dict() == {"better": 1, "no change": 1, "worse": 2}
    assert list(summary.counts.index) == ["better", "no change", "worse"]


def test_categories_keep_their_own_order_and_the_empty_ones():
    answers = pd.Categorical(["b", "c", "b"], categories=["c", "x", "b"], ordered=True)
    assert summarise(answers).counts.tolist() == [1, 0, 2]
    assert summarise(answers).to_frame()["category"].tolist() == ["c", "x", "b"]


def test_codes_may_be_numbers():
    summary = summarise([3, 1, 2, 1])
    assert summary.counts.to_dict() == {1: 2, 2: 1, 3: 1}
    row = summary.combine([1, 2]).iloc[0]
    assert (row["category"], row["count"]) == ("1 or 2", 3)
    assert summary.confidence_interval(3) == tuple(wilson_interval(1, 4))
    with pytest.raises(ValueError, match=r"^combine: \[4\] not among .*: 1, 2, 3$"):
        summary.combine([4])


def test_one_category_only():
    table = summarise(["a", "a", "a"]).to_frame()
    z2 = norm.ppf(0.975) ** 2
    columns = ["share", "conf_low", "conf_high", "joint_low", "joint_high"]
    expected = [[1, 3 / (3 + z2), 1, 0.025 ** (1 / 3), 1]]
    assert_allclose(table[columns], expected, rtol=1e-12)


def test_missing_answers_are_refused_or_counted():
    data = pd.DataFrame({"improvement": ["a", None, "b", np.nan]}, index=list("wxyz"))
    message = (
        "summarise_improvement: 2 of 4 answers are missing (first: row x). Fill them in, or pass "
        "missing='drop' to leave them out."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        summarise_improvement(data)
    summary = summarise_improvement(data, missing="drop")
    assert (summary.n_obs, summary.n_dropped) == (2, 2)
    assert summary.to_frame()["share"].tolist() == [0.5, 0.5]
    assert "n = 2 participants, 2 dropped" in str(summary)


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (
            pd.DataFrame({"a": ["x"], "b": ["y"]}),
            {},
            "summarise_improvement: no column 'improvement'; columns: a, b",
        ),
        (
            pd.DataFrame({"improvement": ["x"]}),
            {"missing": "skip"},
            "summarise_improvement: missing must be 'raise' or 'drop'; received 'skip'",
        ),
        (
            pd.DataFrame({"improvement": [None, None]}),
            {"missing": "drop"},
            "summarise_improvement: there is no answer to count",
        ),
        (pd.DataFrame({"improvement": []}), {}, "summarise_improvement: there is no answer to count"),
        (
            pd.DataFrame([["x", "y"]], columns=["improvement"] * 2),
            {},
            "summarise_improvement: 2 columns are called 'improvement'; rename all but one",
        ),
    ],
)  # fmt: skip
def test_messages(data, options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        summarise_improvement(data, **options)


def test_something_that_is_no_table_is_refused():
    message = "summarise_improvement: data must be a DataFrame; received list"
    with pytest.raises(TypeError, match=f"^{message}$"):
        summarise_improvement(["a"])


# --- several categories together ----------------------------------------------------------


def test_combine_adds_counts_and_gives_wilsons_interval(improvement):
    summary = summarise_improvement(improvement)
    best = ["very much improved", "much improved"]
    table = summary.combine(best)
    assert list(table) == ["category", "count", "n_obs", "share", "conf_low", "conf_high"]
    row = table.iloc[0]
    assert row["category"] == "very much improved or much improved"
    assert row["count"] == summary.counts[best].sum()
    assert_allclose(row["share"], row["count"] / 29, rtol=1e-15)
    rows = R[(R["kind"] == "wilson") & (R["level"] == 0.95) & (R["n_obs"] == 29)]
    expected = rows[rows["count"] == row["count"]].iloc[0]
    assert_allclose([row["conf_low"], row["conf_high"]], expected[["low", "high"]].astype(float), rtol=1e-10)  # fmt: skip


def test_combine_of_everything_is_everybody_and_a_name_twice_counts_once(improvement):
    summary = summarise_improvement(improvement)
    assert summary.combine(list(CATEGORIES))["share"].tolist() == [1.0]
    twice = summary.combine(["no change", "no change"])
    assert twice["count"].tolist() == [summary.counts["no change"]]


@pytest.mark.parametrize(
    ("categories", "shown"),
    [(["better", "no change"], "['better']"), ("no change", "'no change'"), (["n", "o"], "['n', 'o']")],
)  # fmt: skip
def test_combine_refuses_what_is_not_a_list_of_categories(categories, shown, improvement):
    summary = summarise_improvement(improvement)
    if isinstance(categories, str):  # its letters are what is not among them
        shown = str(list(categories))
    message = (
        f"combine: {shown} not among the categories as a list of names: {', '.join(CATEGORIES)}"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        summary.combine(categories)


# --- how it shows itself ------------------------------------------------------------------


def test_the_sentence_names_every_category_the_n_and_the_status(improvement):
    summary = summarise_improvement(improvement)
    counts = ", ".join(f"{name} {count}" for name, count in summary.counts.items())
    assert str(summary).endswith(f"(n = 29 participants; illustrative data): {counts}.")
    assert "illustrative" not in str(summarise(["a"]))


def test_html_escapes_what_the_user_named():
    data = pd.DataFrame({"<script>": ["<b>bold</b>", "plain"]})
    html = summarise_improvement(data, column="<script>")._repr_html_()
    assert not re.search("<script>|<b>", html)
    assert "&lt;b&gt;bold&lt;/b&gt;" in html
