"""Audit of the published tables: do the printed numbers agree with each other?"""

import re
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from ..core.result import Result
from ..data.tables import load_dataset
from .counts import check_mean, check_share, check_sum
from .derived import compute_r_interval, compute_sd_from_p, compute_se_from_interval
from .intervals import check_interval_symmetry, check_p_from_interval
from .p_values import check_p_from_statistic
from .paired_shares import check_paired_shares
from .results import VERDICTS, AuditCheck, Derivation

__all__ = ["Audit", "audit_published"]

NO_TEST = "The source does not name the test; this one is our reading."
DAILY = "A paired t test is our reading; the trial analysed daily ratings."


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Audit(Result):
    """All checks of the published tables.

    Attributes
    ----------
    checks : dict
        AuditCheck or Derivation by name; `audit[name]` gives one.
    table : DataFrame
        One row a check: name, ids (rows of the tables that it read), source, status (of
        those rows), quantity, check, printed, follows, verdict ("derived" where nothing
        was printed to compare with), words, assumption, note (of those rows).

    Examples
    --------
    >>> audit = audit_published()
    >>> audit.to_frame().set_index("name").loc["rct_pain30", "verdict"]
    'consistent'
    """

    checks: dict[str, AuditCheck | Derivation]
    table: pd.DataFrame

    def __getitem__(self, name: str) -> AuditCheck | Derivation:
        if name not in self.checks:
            raise KeyError(f"there is no check {name!r}; checks: {', '.join(self.checks)}")
        return self.checks[name]

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:  # noqa: ARG002
        """The report, one row a check; the level plays no part."""
        return self.table

    def __str__(self) -> str:
        counts = self.table["verdict"].value_counts()
        parts = [f"{counts.get(verdict, 0)} {verdict}" for verdict in VERDICTS]
        parts[1] += " a condition holds"
        compared = int(sum(counts.get(verdict, 0) for verdict in VERDICTS))
        return (
            f"Of {compared} checks of printed numbers, {', '.join(parts)}; "
            f"{counts.get('derived', 0)} times something that was not printed was derived. "
            "A verdict is about printed numbers and our reading of them: rounding, short reports "
            "and adjusted models explain much, and nothing here says how a trial was done."
        )


def audit_published(
    values: pd.DataFrame | None = None,
    *,
    trials: pd.DataFrame | None = None,
    meta_analyses: pd.DataFrame | None = None,
) -> Audit:
    """Check the printed numbers of the trials and meta-analyses against each other.

    Every number is read from the tables by its id; sources and status come with it. Where
    a test had to be assumed, the report says so.

    Parameters
    ----------
    values, trials, meta_analyses : DataFrame, optional
        In place of the tables `published_values`, `trials` and `meta_analyses`.

    Returns
    -------
    Audit

    Raises
    ------
    ValueError
        If an id that a check needs is missing or there twice, or its value can not be read.

    Examples
    --------
    >>> audit = audit_published()
    >>> audit["rct_responders"].words
    'consistent only if the denominator is 28'
    """
    tables = (values, trials, meta_analyses)
    names = ("published_values", "trials", "meta_analyses")
    values, trials, meta_analyses = (
        load_dataset(name) if table is None else table
        for table, name in zip(tables, names, strict=True)
    )
    report = _Report(values)
    _audit_pilot(report, trials)
    _audit_crossover(report, trials)
    _audit_parallel(report, trials)
    _audit_meta_analyses(report, meta_analyses)
    return Audit(checks=report.checks, table=pd.DataFrame(report.rows))


class _Report:
    """Collects checks, with the rows of the table that each of them read."""

    def __init__(self, values: pd.DataFrame):
        self.values, self.checks, self.rows = values, {}, []

    def row(self, name: str):
        """The row with that id."""
        found = self.values[self.values["id"] == name]
        if len(found) != 1:
            raise ValueError(
                f"audit_published: the values need one row with the id {name!r}; found {len(found)}"
            )
        return found.iloc[0]

    def text(self, name: str) -> str:
        """The number as printed, with its relation."""
        row = self.row(name)
        return str(row["value"]) if row["relation"] == "=" else f"{row['relation']} {row['value']}"

    def count(self, name: str) -> int:
        """A printed number of people."""
        text = self.text(name)
        if not text.isdecimal():
            raise ValueError(f"audit_published: {name} must be a whole number; received {text!r}")
        return int(text)

    def add(self, name: str, ids: list[str], result, assumption: str = "", extra=None) -> None:
        """Keep a check and its row of the report; `extra` is a row of another table."""
        rows = [self.row(item) for item in ids]
        if extra is not None:
            ids, rows = [*ids, extra["id"]], [*rows, extra]
        derived = isinstance(result, Derivation)
        self.checks[name] = result
        self.rows.append(
            {
                "name": name,
                "ids": "; ".join(ids),
                "source": _join(row["source"] for row in rows),
                "status": _join(row["status"] for row in rows),
                "quantity": _join(row["quantity"] for row in rows),
                "check": result.check,
                "printed": result.printed,
                "follows": result.follows,
                "verdict": "derived" if derived else result.verdict,
                "words": result.sentence
                if derived
                else f"{result.words[:1].upper()}{result.words[1:]}. {result.explanation}".strip(),
                "assumption": " ".join(
                    text for text in (assumption, result.assumption if derived else "") if text
                ),
                "note": _join(row["note"] for row in rows),
            }
        )


def _audit_pilot(report: _Report, trials: pd.DataFrame) -> None:
    """The single-blind pilot: its difference, the SD behind its p, and its R squared."""
    text, n = report.text, report.count("pilot_n")
    arms = ["pilot_reduction_ldn", "pilot_reduction_placebo"]
    gap = _subtract(*map(text, arms))
    report.add(
        "pilot_difference", [*arms, "pilot_difference"], check_sum(gap, text("pilot_difference"))
    )
    pilot = _find_trial(trials, "Pilot 2009")
    report.add("pilot_table", arms, check_sum(gap, _print(pilot, "estimate")), extra=pilot)
    report.add(
        "pilot_sd",
        [*arms, "pilot_difference_p", "pilot_n"],
        compute_sd_from_p(text("pilot_difference_p"), n=n, difference=gap),
        NO_TEST,
    )
    report.add(
        "pilot_esr_r",
        ["pilot_esr_r2", "pilot_n"],
        compute_r_interval(r_squared=_share(text("pilot_esr_r2")), n=n),
        "All participants are taken to be in the regression.",
    )


def _audit_crossover(report: _Report, trials: pd.DataFrame) -> None:
    """The randomised crossover trial: its shares, p values and the SD behind them."""
    text, n = report.text, report.count("rct_analysed")
    completed = ["rct_completed_ldn_first", "rct_completed_placebo_first"]
    started = ["rct_started_ldn_first", "rct_started_placebo_first"]
    report.add(
        "rct_completed",
        [*completed, "review_fig1_n"],
        check_sum([text(name) for name in completed], text("review_fig1_n")),
    )
    sizes = range(n - 1, sum(map(report.count, started)) + 1)
    wide = f"Denominators from one fewer than analysed ({n - 1}) to all who started ({sizes[-1]})."
    for name, ids in {
        "rct_responders": ["rct_responders_ldn", "rct_responders_placebo"],
        "rct_events_ldn": ["rct_vivid_dreams_ldn", "rct_headache_ldn"],
        "rct_events_placebo": ["rct_vivid_dreams_placebo", "rct_headache_placebo"],
    }.items():
        check = check_share([text(item) for item in ids], sizes)
        report.add(name, [*ids, "rct_analysed", *started], check, wide)
    report.add(
        "rct_pain30",
        ["rct_pain30_ldn", "rct_analysed"],
        check_share(text("rct_pain30_ldn"), n),
        "Of the participants analysed.",
    )
    report.add(
        "rct_improved",
        ["rct_improved_ldn", "rct_analysed", "review_fig1_n"],
        check_share(text("rct_improved_ldn"), [n, report.count("review_fig1_n")]),
        "Of the participants analysed, or of those in Fig. 1.",
    )
    responders = ["rct_responders_ldn", "rct_responders_placebo"]
    report.add(
        "rct_responders_p",
        [*responders, "rct_responders_p", "rct_analysed"],
        check_paired_shares(*map(text, responders), n, p_value=text("rct_responders_p")),
        "The source does not name the test; the tests of two shares are tried one by one.",
    )
    arms = ["rct_pain_reduction_ldn", "rct_pain_reduction_placebo"]
    gap = _subtract(*map(text, arms))
    trial = _find_trial(trials, "Crossover RCT 2013")
    report.add("rct_table", arms, check_sum(gap, _print(trial, "estimate")), extra=trial)
    report.add(
        "rct_pain_sd",
        [*arms, "rct_pain_reduction_p", "rct_analysed"],
        compute_sd_from_p(text("rct_pain_reduction_p"), n=n, difference=gap),
        DAILY,
    )
    for name in ("rct_satisfaction", "rct_mood"):
        effect = compute_sd_from_p(text(f"{name}_p"), n=n)
        report.add(f"{name}_effect", [f"{name}_p", "rct_analysed"], effect, NO_TEST)
    report.add(
        "rct_severity_p",
        ["rct_severity_F", "rct_severity_p"],
        check_p_from_statistic(
            text("rct_severity_F"), text("rct_severity_p"), kind="F", df=_read_degrees(report)
        ),
        "The model behind this F is not described.",
    )
    for arm in ("ldn", "placebo"):
        report.add(
            f"rct_tolerability_{arm}",
            [f"rct_tolerability_{arm}", "rct_analysed"],
            check_mean(text(f"rct_tolerability_{arm}"), n),
            "Ratings are taken to be whole numbers.",
        )


def _read_degrees(report: _Report) -> tuple[int, ...]:
    """The degrees of freedom of the printed F, which stand in the name of its quantity."""
    quantity = report.row("rct_severity_F")["quantity"]
    found = re.match(r"F\((\d+),\s*(\d+)\)", quantity)
    if found is None:
        raise ValueError(
            f"audit_published: the quantity of rct_severity_F must begin with F(df, df); "
            f"received {quantity!r}"
        )
    return tuple(map(int, found.groups()))


def _audit_parallel(report: _Report, trials: pd.DataFrame) -> None:
    """Parallel trials: p against the interval, or the standard error behind p."""
    for _, row in trials.iterrows():
        if not str(row["design"]).startswith("parallel") or "median" in str(row["outcome"]):
            continue
        trial = _find_trial(trials, row["trial"])
        estimate, low, high, p = (
            _print(trial, field) for field in ("estimate", "ci_low", "ci_high", "p_value")
        )
        if low and high:
            middle = check_interval_symmetry(estimate, low, high)
            report.add(f"{row['trial']}: interval", [], middle, extra=trial)
            check = check_p_from_interval(p, low, high, estimate=estimate)
            report.add(f"{row['trial']}: p", [], check, "An interval from z.", extra=trial)
            error = compute_se_from_interval(low, high, estimate=estimate)
            report.add(f"{row['trial']}: SE", [], error, extra=trial)
        else:
            sizes = (int(row["n_ldn"]), int(row["n_placebo"]))
            derived = compute_sd_from_p(p, n=sizes, difference=estimate)
            adjusted = (
                "The printed difference is adjusted; its model has a few degrees of freedom less."
            )
            report.add(f"{row['trial']}: SE", [], derived, adjusted, extra=trial)


def _audit_meta_analyses(report: _Report, table: pd.DataFrame) -> None:
    """Meta-analyses: is the estimate in the middle of its interval, and what is its p?"""
    for _, row in table.iterrows():
        name = f"{row['source']}: {row['comparison']}"
        extra = row.to_dict() | {"id": f"meta_analyses: {name}", "quantity": row["measure"]}
        extra["status"] = row.get("status", "published")
        estimate, low, high = (_print(extra, field) for field in ("estimate", "ci_low", "ci_high"))
        middle = check_interval_symmetry(estimate, low, high)
        report.add(f"{name}: interval", [], middle, extra=extra)
        error = compute_se_from_interval(low, high, estimate=estimate)
        report.add(f"{name}: SE", [], error, extra=extra)


def _find_trial(trials: pd.DataFrame, name: str) -> dict:
    """One row of the trials' table, with what the report needs of it."""
    found = trials[trials["trial"] == name]
    if len(found) != 1:
        raise ValueError(
            f"audit_published: the trials need one row named {name!r}; found {len(found)}"
        )
    row = found.iloc[0].to_dict()
    return row | {"id": f"trials: {name}", "quantity": row["outcome"]}


def _print(row: dict, field: str) -> str:
    """A number of a row as it was printed; "" where it is blank.

    The table holds numbers, without their last zeros: an estimate and its limits are
    taken to have as many decimals as the one of them with the most.
    """
    if pd.isna(row[field]):
        return ""
    family = ("estimate", "ci_low", "ci_high")
    fields = family if field in family else (field,)
    shown = [Decimal(str(row[item])) for item in fields if not pd.isna(row[item])]
    decimals = max(max(-number.normalize().as_tuple().exponent, 0) for number in shown)
    return f"{Decimal(str(row[field])):.{decimals}f}"


def _subtract(first: str, second: str) -> list[str]:
    """Two printed numbers as the parts of their difference."""
    return [first, second.removeprefix("-") if second.startswith("-") else f"-{second}"]


def _share(percent: str) -> str:
    """A printed percentage as a printed share, with two more decimals."""
    *relation, number = percent.split()
    return " ".join([*relation, f"{Decimal(number).scaleb(-2):f}"])


def _join(items) -> str:
    """Different texts, each once, blanks left out."""
    return "; ".join(dict.fromkeys(str(item) for item in items if not pd.isna(item) and item != ""))
