"""Audit of the published tables: do the printed numbers agree with each other?"""

from dataclasses import dataclass

import pandas as pd

from ..core.result import Result
from .crossover_2013 import audit_crossover
from .later_trials import audit_later_trials, audit_meta_analyses
from .ledger import Ledger, join_texts
from .pilot_2009 import audit_pilot
from .results import VERDICTS, AuditCheck, Derivation

__all__ = ["Audit", "audit_published"]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Audit(Result):
    """All checks of the published tables.

    Attributes
    ----------
    checks : dict
        AuditCheck or Derivation by name; `audit[name]` gives one.
    table : DataFrame
        One row per check: name, topic, ids (rows of the tables that it read), source, status
        (of those rows), quantity, check, printed, follows, verdict ("derived" where nothing
        was printed to compare with), words, assumption, comment (what it means), note (of
        those rows).

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

    def to_frame(self) -> pd.DataFrame:
        """The report.

        Returns
        -------
        DataFrame
            One row per check, as in `table`.
        """
        return self.table.copy()

    def summarise_topics(self) -> pd.DataFrame:
        """What was found by topic.

        Returns
        -------
        DataFrame
            One row per topic: topic, the number of checks with each verdict, and comment.
        """
        counts = pd.crosstab(self.table["topic"], self.table["verdict"])
        counts = counts.reindex(
            index=self.table["topic"].unique(), columns=[*VERDICTS, "derived"], fill_value=0
        )
        counts["comment"] = self.table.groupby("topic")["comment"].agg(join_texts, between=" ")
        return counts.rename_axis(columns=None).reset_index()

    def __str__(self) -> str:
        counts = self.table["verdict"].value_counts()
        parts = [f"{counts.get(verdict, 0)} {verdict}" for verdict in VERDICTS]
        parts[1] += " a condition holds"
        compared = int(sum(counts.get(verdict, 0) for verdict in VERDICTS))
        derived = int(counts.get("derived", 0))
        return (
            f"Of {compared} checks of printed numbers, {', '.join(parts)}; {derived} further "
            f"row{' derives' if derived == 1 else 's derive'} what was not printed. A verdict is "
            "about printed numbers and our reading of them: rounding, misprints, short reports and "
            "adjusted models explain much, and nothing here says how a trial was done."
        )


def audit_published(tables: dict[str, pd.DataFrame] | None = None) -> Audit:
    """Check the printed numbers of the trials and meta-analyses against each other.

    Every number is read from the published tables; sources and status come with it. Where
    a test had to be assumed, the report says so.

    Parameters
    ----------
    tables : dict of DataFrame, optional
        By name, in place of the tables of the project: `published_values`, `printed_tests`,
        `pilot_baseline`, `trials`, `trial_arms`, `adverse_events`, `meta_analyses`.

    Returns
    -------
    Audit
        Each check by name, and a table with one row per check.

    Raises
    ------
    ValueError
        If a row that a check needs is missing or appears twice, or its value cannot be read.

    See Also
    --------
    plot_audit : Draws the p values.

    Examples
    --------
    >>> audit = audit_published()
    >>> audit["rct_responders"].words
    'consistent only if the denominator is 28'
    """
    ledger = Ledger(tables)
    audit_pilot(ledger)
    audit_crossover(ledger)
    audit_later_trials(ledger)
    audit_meta_analyses(ledger)
    return Audit(checks=ledger.checks, table=pd.DataFrame(ledger.rows))
