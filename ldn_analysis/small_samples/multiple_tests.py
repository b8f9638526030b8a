"""Many tests of one trial: outcomes and subgroups, and corrections for their number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr

from ..core.intervals import compute_p_value, find_statistic
from ..core.monte_carlo import compute_mean, compute_share, list_blocks, list_quantities
from ..core.result import Result
from ..core.validation import require_count, require_level, require_number, require_rng
from ..data.tables import load_dataset
from .normal_theory import place_nodes

__all__ = ["MultipleTesting", "adjust_p_values", "simulate_multiple_tests"]

METHODS = {  # our word: statsmodels' word
    "bonferroni": "bonferroni",
    "holm": "holm",
    "hochberg": "simes-hochberg",
    "fdr_bh": "fdr_bh",
}
NO_EFFECTS = {"pain": 0.0, "sleep": 0.0, "fatigue": 0.0}  # the registry's primary outcomes


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class MultipleTesting(Result):
    """How often several tests of a trial find something, and something that is not there.

    Attributes
    ----------
    settings : dict
        outcomes (name: true effect), correlation, n_people, n_subgroups, n_trials,
        confidence_level.
    table : DataFrame
        What `to_frame` gives.
    growth : DataFrame
        One row per number of tests without a true effect: n_tests, test (the one that was
        added), estimate (share of trials with p below the level in any of them, uncorrected),
        mc_std_error, independent (what it would be if all tests were independent).
    """

    settings: dict
    table: pd.DataFrame
    growth: pd.DataFrame

    @property
    def n_tests(self) -> int:
        """Number of tests of one trial."""
        groups = self.settings["n_subgroups"]
        return len(self.settings["outcomes"]) * (1 + groups * (groups > 1))

    def to_frame(self) -> pd.DataFrame:
        """What each correction does.

        Returns
        -------
        DataFrame
            method, quantity ("family-wise error": any false finding; "false discovery rate":
            mean share of false ones among the findings, 0 where there is none; "any
            finding"; "true effects found": mean share, where there are any), estimate,
            mc_std_error, expected (normal theory, where there is a closed form and no effect
            or subgroup; nan elsewhere).
        """
        return self.table.copy()

    def __str__(self) -> str:
        rows = self.table[self.table["quantity"] == "family-wise error"].set_index("method")
        a = self.settings
        plural = "" if self.n_tests == 1 else "s"
        groups = f", {a['n_subgroups']} subgroups" if a["n_subgroups"] > 1 else ""
        head = (
            f"{self.n_tests} test{plural} of a trial ({', '.join(a['outcomes'])}{groups}; correlation "
            f"{a['correlation']:g}; n = {a['n_people']})"
        )
        if self.growth.empty:
            return f"{head}: every outcome has a true effect, so that no finding is false."
        parts = [f"{100 * rows.loc[m, 'estimate']:.1f} % {name_method(m)}" for m in rows.index]
        return (
            f"{head}: at least one false finding in {', '.join(parts)} of {a['n_trials']:,} simulated "
            f"trials (Monte Carlo SE at most {100 * rows['mc_std_error'].max():.1f})."
        )


def simulate_multiple_tests(
    *,
    n_people: int,
    rng,
    outcomes: Mapping[str, float] | None = None,
    correlation: float | None = None,
    n_subgroups: int = 1,
    n_trials: int = 10_000,
    confidence_level: float = 0.95,
) -> MultipleTesting:
    """Simulate crossover trials with several outcomes, tested in everybody and in subgroups.

    Each participant gives a difference between the conditions for every outcome; differences are
    normal, all pairs of outcomes correlate alike. Every outcome is tested against zero by
    a paired t test in everybody and, with two subgroups or more, in each subgroup too.
    Estimand: the share of trials with at least one false finding (family-wise error), and
    what corrections make of it. k independent tests give 1 - confidence_level**k; correlated
    ones less. Benjamini and Hochberg's method bounds the false discovery rate instead; that
    equals the family-wise error where no effect is true, and is less where some are.

    Parameters
    ----------
    n_people : int
        Participants of a trial, 3 or more for each subgroup.
    rng : int or numpy Generator
        Seed, or a generator.
    outcomes : mapping of str to float, optional
        True effect of each outcome, mean over SD of the difference; 0 is none. Default: the
        registry's three primary outcomes, none with an effect.
    correlation : float, optional
        Between any two outcomes, 0 to below 0.995 (beyond, they are one); default: `outcome_r`
        of `Assumptions`, which is assumed.
    n_subgroups : int
        Groups of about equal size; 1 means no tests of subgroups.
    n_trials : int
        Simulated trials, 2 or more.
    confidence_level : float
        Significant means two-sided (corrected) p < 1 - confidence_level.

    Returns
    -------
    MultipleTesting
        Errors and findings by correction, and their growth with the number of tests.

    Raises
    ------
    TypeError
        If the outcomes are not a mapping.
    ValueError
        If an argument is out of its range.

    See Also
    --------
    adjust_p_values : The same corrections of given p values.

    Examples
    --------
    >>> tests = simulate_multiple_tests(n_people=28, correlation=0.0, rng=1)
    >>> table = tests.to_frame().set_index(["method", "quantity"])
    >>> round(float(table.loc[("none", "family-wise error"), "expected"]), 4)
    0.1426
    """
    name = "simulate_multiple_tests"
    require_level(confidence_level)
    outcomes = _read_outcomes(NO_EFFECTS if outcomes is None else outcomes)
    if correlation is None:
        from ..data.assumptions import Assumptions

        correlation = Assumptions().outcome_r
    elif correlation != 0:
        correlation = require_number(correlation, "correlation", name, 0, 0.995)
    n_subgroups = require_count(n_subgroups, "n_subgroups", name, 1)
    n_people = require_count(n_people, "n_people", name, 3 * n_subgroups)
    n_trials = require_count(n_trials, "n_trials", name, 2)
    rng = require_rng(rng, name)
    effects = np.array(list(outcomes.values()))
    starts = np.linspace(0, n_people, n_subgroups + 1).astype(int)
    p = np.concatenate(
        [
            _draw_p(rng, size, effects, float(correlation), starts)
            for size in list_blocks(n_trials, n_people * len(effects))
        ]
    )
    groups = ["everybody"] + [f"subgroup {i + 1}" for i in range(n_subgroups) if n_subgroups > 1]
    labels = [f"{outcome}, {group}" for group in groups for outcome in outcomes]
    false = np.tile(effects == 0, len(groups))
    settings = {"outcomes": outcomes, "correlation": float(correlation), "n_people": n_people}
    settings |= {"n_subgroups": n_subgroups, "n_trials": n_trials}
    settings |= {"confidence_level": confidence_level}
    return MultipleTesting(
        settings=settings,
        table=_compare_corrections(p, false, settings),
        growth=_grow(p[:, false], np.array(labels)[false], confidence_level),
    )


def _read_outcomes(outcomes) -> dict[str, float]:
    """True effects by outcome, or a refusal."""
    name = "simulate_multiple_tests"
    if not isinstance(outcomes, Mapping):
        raise TypeError(
            f"{name}: outcomes must map names to true effects, e.g. {NO_EFFECTS}; received "
            f"{type(outcomes).__name__}"
        )
    if not outcomes:
        raise ValueError(f"{name}: outcomes is empty; name at least one, e.g. {NO_EFFECTS}")
    return {
        key: require_number(value, f"the effect of {key!r}", name, -100, 100)
        for key, value in outcomes.items()
    }


def name_method(method: str) -> str:
    """A correction as it is written after a number."""
    names = {"none": "without correction", "fdr_bh": "with Benjamini-Hochberg"}
    return names.get(method, f"with {method.capitalize()}")


def adjust_p_values(
    p_values=None,
    *,
    method: str | Sequence[str] = ("bonferroni", "holm", "hochberg", "fdr_bh"),
    n_tests: int | None = None,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Correct p values for having made several tests, by statsmodels' `multipletests`.

    bonferroni, holm (1979) and hochberg (1988) bound the probability of any false finding;
    hochberg needs independent or positively dependent tests. fdr_bh (Benjamini and
    Hochberg 1995) bounds the expected share of false ones among the findings. Which tests
    make a family is a judgement to make before looking.

    Parameters
    ----------
    p_values : Series, mapping or array_like, optional
        p values, by name or in order. Default: the printed ones of the crossover trial of
        2013 (its paper; rounded as printed).
    method : str or sequence of str
        bonferroni, holm, hochberg, fdr_bh.
    n_tests : int, optional
        Tests of the family where some were not printed; those are taken as p = 1, so that
        what was printed is corrected for their number. Default: as many as there are p values.
    confidence_level : float
        Significant means adjusted p < 1 - confidence_level.

    Returns
    -------
    DataFrame
        One row per method and p value: term, p_value, method, p_adjusted, significant, n_tests.

    Raises
    ------
    ValueError
        If there is no p value, one is not between 0 and 1 or missing, a method is unknown, or
        `n_tests` is less than the number of p values.

    See Also
    --------
    simulate_multiple_tests : What the corrections do in the long run.

    Examples
    --------
    >>> adjust_p_values({"pain": 0.01, "sleep": 0.04, "fatigue": 0.03}, method="holm")[
    ...     ["term", "p_adjusted"]].round(3).values.tolist()
    [['pain', 0.03], ['sleep', 0.06], ['fatigue', 0.06]]
    """
    from statsmodels.stats.multitest import multipletests

    require_level(confidence_level)
    level = round(1 - confidence_level, 12)  # 1 - 0.95 is a hair above 0.05, and p is often 0.05
    series = _read_p_values(_load_printed_p() if p_values is None else p_values)
    methods = [method] if isinstance(method, str) else list(method)
    unknown = [name for name in methods if name not in METHODS]
    if unknown or not methods:
        raise ValueError(
            f"adjust_p_values: there is no method {unknown[0]!r}; known: {', '.join(METHODS)}"
            if unknown
            else f"adjust_p_values: name at least one method of: {', '.join(METHODS)}"
        )
    p = series.to_numpy()
    n_tests = require_count(n_tests or p.size, "n_tests", "adjust_p_values", p.size)
    padded = np.concatenate([p, np.ones(n_tests - p.size)])
    parts = []
    for name in methods:
        adjusted = multipletests(padded, method=METHODS[name])[1][: p.size]
        table = {"term": series.index.to_numpy(), "p_value": p, "method": name}
        table |= {"p_adjusted": adjusted, "significant": adjusted < level, "n_tests": n_tests}
        parts.append(pd.DataFrame(table))
    return pd.concat(parts, ignore_index=True)


def _load_printed_p() -> pd.Series:
    """The printed p values of the crossover trial of 2013."""
    table = load_dataset("published_values")
    chosen = (
        (table["source"] == "younger2013") & (table["unit"] == "p") & (table["relation"] == "=")
    )
    return table[chosen].set_index("id")["value"].astype(float)


def _read_p_values(p_values) -> pd.Series:
    """P values by name, or by number where they have none."""
    series = pd.Series(p_values, dtype=float)
    if not isinstance(p_values, Mapping | pd.Series):
        series.index = [f"test {i + 1}" for i in range(len(series))]
    bad = series[~series.between(0, 1)]
    if not len(series) or len(bad):
        received = repr(float(bad.iloc[0])) if len(bad) else "none"
        raise ValueError(
            f"adjust_p_values: p values must be numbers from 0 to 1; received {received}. Leave out "
            "missing ones and count them in n_tests."
        )
    return series


def adjust_rows(p: np.ndarray, method: str) -> np.ndarray:
    """Adjust many sets of p values at once, along the last axis; as `multipletests` does one set.

    statsmodels takes one set per call, too slow for ten thousand simulated trials.
    """
    k = p.shape[-1]
    if method == "bonferroni":
        return np.minimum(p * k, 1)
    order = np.argsort(p, axis=-1)
    ascending = np.take_along_axis(p, order, -1)
    rank = np.arange(1, k + 1)
    factor = k / rank if method == "fdr_bh" else k - rank + 1
    adjusted = ascending * factor
    if method == "holm":
        adjusted = np.maximum.accumulate(adjusted, axis=-1)
    else:
        adjusted = np.minimum.accumulate(adjusted[..., ::-1], axis=-1)[..., ::-1]
    out = np.empty_like(p)
    np.put_along_axis(out, order, np.minimum(adjusted, 1), -1)
    return out


def _draw_p(rng, size: int, effects: np.ndarray, correlation: float, starts) -> np.ndarray:
    """P values of some trials, shape (size, tests): everybody first, then each subgroup."""
    shape = size, starts[-1], len(effects)
    shared = rng.standard_normal((*shape[:2], 1))
    values = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * rng.standard_normal(shape)
    values += effects
    sums, squares = (np.add.reduceat(part, starts[:-1], axis=1) for part in (values, values**2))
    n = np.diff(starts)
    if n.size > 1:
        sums = np.concatenate([sums.sum(1, keepdims=True), sums], axis=1)
        squares = np.concatenate([squares.sum(1, keepdims=True), squares], axis=1)
        n = np.concatenate([[starts[-1]], n])
    n = n[:, None]
    mean = sums / n
    t = mean / np.sqrt((squares - n * mean**2) / (n - 1) / n)
    return compute_p_value(t, n - 1).reshape(size, -1)


def _compare_corrections(p: np.ndarray, false: np.ndarray, settings: dict) -> pd.DataFrame:
    """Errors and findings of each correction."""
    level, k = 1 - settings["confidence_level"], p.shape[1]
    rows = []
    for method in ("none", *METHODS):
        found = (p if method == "none" else adjust_rows(p, method)) < level
        wrong, all_found = found[:, false].sum(1), found.sum(1)
        expected = np.nan
        if (
            false.all()
            and settings["n_subgroups"] == 1
            and method in ("none", "bonferroni", "holm")
        ):
            # With no effect anywhere Holm finds something where Bonferroni does.
            each = level if method == "none" else level / k
            expected = expect_any(k, settings["correlation"], each)
        rows.append((method, "family-wise error", compute_share(wrong > 0), expected))
        rate = compute_mean(wrong / np.maximum(all_found, 1))
        rows.append((method, "false discovery rate", rate, np.nan))
        rows.append((method, "any finding", compute_share(all_found > 0), expected))
        if not false.all():
            power = compute_mean(found[:, ~false].mean(1))
            rows.append((method, "true effects found", power, np.nan))
    return list_quantities(rows)


def expect_any(n_tests: int, correlation: float, level: float) -> float:
    """P(any of k equally correlated normal tests is significant) where nothing is there.

    Given what the tests share, they are independent: a single integral (Dunnett and Sobel
    1955). At correlation 0 it is 1 - (1 - level)**k.
    """
    limit = find_statistic(level)
    shared, weights = place_nodes(-10, 10)
    weights = weights * np.exp(-(shared**2) / 2) / np.sqrt(2 * np.pi)
    own_sd = np.sqrt(1 - correlation)
    center = np.sqrt(correlation) * shared
    inside = ndtr((limit - center) / own_sd) - ndtr((-limit - center) / own_sd)
    return float(1 - inside**n_tests @ weights)


def _grow(p: np.ndarray, labels: np.ndarray, confidence_level: float) -> pd.DataFrame:
    """Share of trials with any p below the level among the first tests, uncorrected."""
    any_yet = np.logical_or.accumulate(p < 1 - confidence_level, axis=1)
    rows = []
    for i, label in enumerate(labels):
        share = compute_share(any_yet[:, i])
        rows.append((i + 1, label, *share, 1 - confidence_level ** (i + 1)))
    return pd.DataFrame(
        rows, columns=["n_tests", "test", "estimate", "mc_std_error", "independent"]
    )
