"""Responders under two conditions in the same participants, at one threshold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.codebook import describe_column
from ..core.intervals import clopper_pearson_interval, wilson_interval
from ..core.mcnemar import compute_mcnemar
from ..core.result import Result
from ..core.status import read_status
from ..core.validation import require_level
from ..core.wording import capitalise, describe_sample, format_interval, format_number, format_p
from .paired_intervals import paired_newcombe_interval, paired_tango_interval
from .pairing import pair_conditions

__all__ = ["ResponderComparison", "compare_responders"]

DICHOTOMISING = (
    "Counting responders throws away how far each participant is from the threshold, costs power, "
    "and does not show who responds to the drug (Senn 2003); the mean difference is the primary result"
)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class ResponderComparison(Result):
    """Responders under two conditions in the same participants.

    Attributes
    ----------
    outcome : str
        Column name.
    threshold : float
        A responder has an outcome of at least this.
    conditions : (str, str)
        First and second; differences are first - second.
    both, first_only, second_only, neither : int
        The paired 2 x 2 table.
    n_dropped : int
        Participants left out because they lack a value.
    status : str
        "illustrative" or "" as the data said.
    """

    outcome: str
    threshold: float
    conditions: tuple[str, str]
    both: int
    first_only: int
    second_only: int
    neither: int
    n_dropped: int = 0
    status: str = ""

    @property
    def n_obs(self) -> int:
        """Number of participants."""
        return self.both + self.first_only + self.second_only + self.neither

    @property
    def table(self) -> pd.DataFrame:
        """The paired table: rows the first condition, columns the second."""
        first, second = self.conditions
        names = ["responder", "not"]
        return pd.DataFrame(
            [[self.both, self.first_only], [self.second_only, self.neither]],
            index=pd.Index(names, name=first),
            columns=pd.Index(names, name=second),
        )

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Shares, their difference, and the odds ratio.

        Parameters
        ----------
        confidence_level : float
            Of the intervals; between 0 and 1.

        Returns
        -------
        DataFrame
            term, method, estimate, conf_low, conf_high, p_value, n_obs. Shares with Wilson
            intervals; the difference with Newcombe's (1998, method 10) and Tango's (1998)
            intervals; the conditional odds ratio first_only / second_only with its exact
            interval (Clopper and Pearson 1934) and the exact McNemar p. The difference has
            the mid-p McNemar p.
        """
        require_level(confidence_level)
        a, b, c, n = self.both, self.first_only, self.second_only, self.n_obs
        tests = self.tests.set_index("test")["p_value"]
        cells = (a, b, c, self.neither)
        rows = []
        for name, count in zip(self.conditions, (a + b, a + c), strict=True):
            low, high = wilson_interval(count, n, confidence_level)
            rows.append((f"share {name}", "Wilson", count / n, float(low), float(high), np.nan))
        difference, mid_p = (b - c) / n, tests["McNemar mid-p"]
        newcombe = paired_newcombe_interval(*cells, confidence_level)
        tango = paired_tango_interval(*cells, confidence_level)
        rows.append(("risk difference", "Newcombe paired", difference, *newcombe, mid_p))
        rows.append(("risk difference", "Tango score", difference, *tango, mid_p))
        ratio = b / c if c else (np.inf if b else np.nan)
        odds = _exact_odds(b, c, confidence_level)
        rows.append(("odds ratio", "conditional, exact", ratio, *odds, tests["McNemar exact"]))
        columns = ["term", "method", "estimate", "conf_low", "conf_high", "p_value"]
        return pd.DataFrame(rows, columns=columns).assign(n_obs=n)

    @property
    def tests(self) -> pd.DataFrame:
        """McNemar's test of equal shares, three ways: test, statistic, df, p_value.

        Exact (binomial on the discordant pairs; conservative), mid-p (Lancaster 1961; the
        recommended one: Fagerland, Lydersen and Laake 2013), and chi-square on 1 df
        without continuity correction (McNemar 1947). With no discordant pair there is
        nothing to test: p is 1 and the chi-square is not defined.
        """
        tests = compute_mcnemar(self.first_only, self.second_only)
        smaller = min(self.first_only, self.second_only)
        square_p = tests.square_p if tests.square == tests.square else np.nan
        return pd.DataFrame(
            {
                "test": ["McNemar exact", "McNemar mid-p", "McNemar chi-square, uncorrected"],
                "statistic": [float(smaller), float(smaller), float(tests.square)],
                "df": [np.nan, np.nan, 1.0],
                "p_value": [float(tests.exact), float(tests.mid_p), float(square_p)],
            }
        )

    def describe_number_needed(self, confidence_level: float = 0.95) -> str:
        """Number needed to treat, with its interval (Altman 1998).

        It is 1 / risk difference: for benefit, so many treated for one more responder; for
        harm, so many for one fewer. Where the interval of the risk difference (Newcombe)
        contains zero, that of the number runs through infinity, not through zero.

        Parameters
        ----------
        confidence_level : float
            Of the interval; between 0 and 1.

        Returns
        -------
        str
            A clause without full stop.

        Examples
        --------
        >>> ResponderComparison(outcome="y", threshold=30, conditions=("a", "b"), both=9,
        ...                     first_only=9, second_only=1, neither=9).describe_number_needed()
        'number needed to treat for benefit 3.5 (95 % CI 2.2 to 14.1)'
        """
        frame = self.to_frame(confidence_level).set_index("method")
        row = frame.loc["Newcombe paired"]
        return describe_number_needed(
            row["estimate"], row["conf_low"], row["conf_high"], confidence_level
        )

    def __str__(self) -> str:
        first, second = self.conditions
        n, (outcome, unit) = self.n_obs, describe_column(self.outcome)
        row = self.to_frame().set_index("method").loc["Newcombe paired"]
        limits = format_interval(100 * row["conf_low"], 100 * row["conf_high"], 0.95)
        sample = describe_sample(n, self.status, n_dropped=self.n_dropped, unit="participants")
        return (
            f"{capitalise(outcome)} of at least {self.threshold:g} {unit}".rstrip()
            + f": {self.both + self.first_only} of {n} under {first} and {self.both + self.second_only} "
            f"of {n} under {second}, difference {format_number(100 * row['estimate'])} percentage points "
            f"({limits}; mid-p McNemar {format_p(row['p_value'])}; discordant {self.first_only} and "
            f"{self.second_only}; {self.describe_number_needed()}; {sample})."
            f"{_explain_contradiction(row)} {DICHOTOMISING}."
        )


def _explain_contradiction(row: pd.Series) -> str:
    """A sentence where the interval leaves out zero and p is above 0.05, or the reverse.

    Neither Newcombe's nor Tango's interval is made of the mid-p test (Tango's is made of the
    chi-square: with 4 discordant pairs of 10, all one way, that has p = 0.046 and the mid-p 0.062),
    so that no choice between them ends this.
    """
    excludes = row["conf_low"] > 0 or row["conf_high"] < 0
    if excludes == (row["p_value"] <= 0.05):
        return ""
    parts = ("leaves out zero", "above") if excludes else ("contains zero", "below")
    return (
        f" The interval {parts[0]} although p is {parts[1]} 0.05: both are approximate, and they "
        "disagree for so few discordant pairs; take neither for a clear answer."
    )


def compare_responders(
    data: pd.DataFrame,
    *,
    outcome: str = "pain_reduction_percent",
    threshold: float = 30.0,
    condition: str = "condition",
    conditions: Sequence[str] = ("ldn", "placebo"),
    participant: str = "participant",
    missing: str = "raise",
) -> ResponderComparison:
    """Compare the share of responders under two conditions in the same participants.

    Estimand: the share of people like these whose outcome reaches the threshold under
    the first condition, minus that under the second. The pairs are kept: only participants
    who respond under one condition alone tell the two apart. Thresholds of 30 % (moderately
    important) and 50 % (substantial) are those of IMMPACT (Dworkin et al. 2008).

    Dichotomising has a price (Senn 2003; Altman and Royston 2006): 29.9 counts as
    nothing and 30.0 as everything, power is lost, and "responder" suggests a kind of person
    where one period per condition cannot tell a response from a good week.
    Choose the threshold before looking; `summarise_responder_curve` shows all of them.

    Both 95 % intervals of the difference cover 0.94 to 0.99 at n = 10 and 28, by enumerating
    every table under five truths.

    Parameters
    ----------
    data : DataFrame
        One row per participant and condition.
    outcome, condition, participant : str
        Columns.
    threshold : float
        A responder has an outcome of at least this, in the outcome's unit; a value that
        misses it by rounding alone counts.
    conditions : pair of str
        First and second condition.
    missing : {"raise", "drop"}
        What to do with participants who lack a condition or a value; they are counted.

    Returns
    -------
    ResponderComparison
        The paired table, the shares, their difference and McNemar's tests.

    Raises
    ------
    ValueError
        As `pair_conditions`; if the threshold is not finite or nobody is left.

    See Also
    --------
    summarise_responder_curve : All thresholds at once.
    compare_means : The mean difference, which loses nothing.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> change = load_dataset("esr_pain_change").query("trial == 'crossover'")
    >>> comparison = compare_responders(change, threshold=30)
    >>> comparison.n_obs, comparison.table.shape
    (28, (2, 2))
    """
    pairs, n_dropped = pair_conditions(
        data, columns=(participant, condition, outcome), conditions=conditions, missing=missing,
        function="compare_responders",
    )  # fmt: skip
    if not np.isfinite(threshold):
        raise ValueError(f"compare_responders: threshold must be a number; received {threshold!r}")
    if pairs.empty:
        raise ValueError("compare_responders: no participant has both conditions")
    first, second = reaches(pairs[["first", "second"]].to_numpy(), threshold).T
    return ResponderComparison(
        outcome=outcome,
        threshold=float(threshold),
        conditions=tuple(conditions),
        both=int((first & second).sum()),
        first_only=int((first & ~second).sum()),
        second_only=int((~first & second).sum()),
        neither=int((~first & ~second).sum()),
        n_dropped=n_dropped,
        status=read_status(data),
    )


def _exact_odds(b: int, c: int, confidence_level: float) -> tuple[float, float]:
    """Exact interval of the conditional odds ratio b / c, from that of the share b / (b + c)."""
    limits = clopper_pearson_interval(b, b + c, confidence_level)
    return tuple(float(share / (1 - share)) if share < 1 else np.inf for share in limits)


def reaches(values: np.ndarray, threshold) -> np.ndarray:
    """Whether each value is at least the threshold, but for rounding.

    From 46 to 32.2 is a reduction of 30 %, and 100 * (1 - 32.2 / 46) is 29.999999999999993.
    """
    tiny = 1e-9 * np.maximum(np.abs(threshold), np.median(np.abs(values)))
    return values >= threshold - tiny


def describe_number_needed(
    difference: float, conf_low: float, conf_high: float, confidence_level: float = 0.95
) -> str:
    """Number needed to treat from a risk difference and its interval (Altman 1998).

    Parameters
    ----------
    difference, conf_low, conf_high : float
        Risk difference and its limits, from -1 to 1.
    confidence_level : float
        Of the interval; between 0 and 1.

    Returns
    -------
    str
        For benefit where the difference is positive, for harm where it is negative. Where
        the interval contains zero, that of the number runs through infinity.

    Examples
    --------
    >>> describe_number_needed(0.20, 0.10, 0.25)
    'number needed to treat for benefit 5.0 (95 % CI 4.0 to 10.0)'
    >>> describe_number_needed(0.10, -0.05, 0.25)
    'number needed to treat for benefit 10.0 (95 % CI 4.0 for benefit, through infinity, to 20.0 for harm)'
    """
    level = f"{100 * confidence_level:g} % CI"
    side = {1: " for benefit", -1: " for harm", 0: ""}[int(np.sign(difference))]
    if conf_low < 0 < conf_high:
        benefit, harm = _number_needed(conf_high), _number_needed(conf_low)
        limits = f"{benefit} for benefit, through infinity, to {harm} for harm"
    else:
        near, far = sorted((conf_low, conf_high), key=abs, reverse=True)
        limits = f"{_number_needed(near)} to {_number_needed(far)}"
    return f"number needed to treat{side} {_number_needed(difference)} ({level} {limits})"


def _number_needed(difference: float) -> str:
    """How many are treated for one responder more or fewer."""
    return f"{1 / abs(difference):.1f}" if difference else "infinite"
