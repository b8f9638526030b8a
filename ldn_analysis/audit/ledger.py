"""Reads printed numbers from the published tables, and keeps what the audit found about them."""

import pandas as pd

from ..core.wording import capitalise
from ..data.tables import load_dataset
from .results import Derivation

__all__: list[str] = []

# The published tables of an audit, and the columns that name a row of each.
KEYS = {
    "published_values": ("id",),
    "printed_tests": ("id",),
    "trials": ("trial",),
    "trial_arms": ("trial", "arm", "outcome", "time"),
    "adverse_events": ("event",),
    "meta_analyses": ("source", "comparison"),
    "pilot_baseline": (),
}
QUANTITIES = ("quantity", "outcome", "event", "measure")  # columns that say what was measured


class Ledger:
    """Checks by name, and one row for each with the printed numbers that it read."""

    def __init__(self, tables: dict[str, pd.DataFrame] | None = None):
        tables = tables or {}
        if unknown := [name for name in tables if name not in KEYS]:
            raise ValueError(
                f"audit_published: there is no table {unknown[0]!r}; tables: {', '.join(KEYS)}"
            )
        self.tables = {name: load_dataset(name) for name in KEYS} | tables
        self.records = {name: self._index(name) for name in KEYS}
        self.checks, self.rows = {}, []

    def _index(self, table: str) -> dict[tuple, list[dict]]:
        """The rows of a table by what names them."""
        found = {}
        for row in self.tables[table].to_dict("records"):
            found.setdefault(tuple(row[column] for column in KEYS[table]), []).append(row)
        return found

    def find(self, table: str, *key: str) -> dict:
        """One row of a table; `id` names it in the report."""
        rows, name = self.records[table].get(key, []), ", ".join(key)
        if len(rows) != 1:
            raise ValueError(
                f"audit_published: the table {table} needs one row {name!r}; found {len(rows)}"
            )
        row = rows[0]
        name = name if table == "published_values" else f"{table}: {name}"
        return row | {"id": name, "quantity": next(row[c] for c in QUANTITIES if c in row)}

    def text(self, name: str) -> str:
        """A single printed value, with its relation."""
        row = self.find("published_values", name)
        return str(row["value"]) if row["relation"] == "=" else f"{row['relation']} {row['value']}"

    def texts(self, *names: str) -> list[str]:
        """Several printed values."""
        return [self.text(name) for name in names]

    def count(self, name: str) -> int:
        """A printed number of participants or tests."""
        text = self.text(name)
        if not text.isdecimal():
            raise ValueError(f"audit_published: {name} must be a whole number; received {text!r}")
        return int(text)

    def test(self, name: str) -> tuple[str, str, tuple]:
        """Statistic, p and degrees of freedom of a printed test."""
        row = self.find("printed_tests", name)
        df = tuple(row[column] for column in ("df1", "df2") if not pd.isna(row[column]))
        return row["value"], read_relation(row), df

    def values(self, column: str) -> list[str]:
        """The ten participants' values in one column of the pilot's Table 1."""
        return self.tables["pilot_baseline"][column].tolist()

    def add(self, name: str, topic: str, read: list, result, assumption="", comments=None) -> None:
        """Keep a check.

        `read` holds what it read: ids of published values, columns of the pilot's Table 1 and
        rows that `find` gave. `comments` says by verdict what the finding means.
        """
        rows = [self._locate(item) for item in read]
        derived = isinstance(result, Derivation)
        verdict = "derived" if derived else result.verdict
        self.checks[name] = result
        self.rows.append(
            {
                "name": name,
                "topic": topic,
                "ids": join_texts(row["id"] for row in rows),
                "source": join_texts(row["source"] for row in rows),
                "status": join_texts(row["status"] for row in rows),
                "quantity": join_texts(row["quantity"] for row in rows),
                "check": result.check,
                "printed": result.printed,
                "follows": result.follows,
                "verdict": verdict,
                "words": result.sentence
                if derived
                else f"{capitalise(result.words)}. {result.explanation}".strip(),
                "assumption": join_texts((assumption, result.assumption if derived else ""), " "),
                "comment": (comments or {}).get(verdict, ""),
                "note": join_texts(row.get("note") for row in rows),
            }
        )

    def _locate(self, item) -> dict:
        """Id, source, status and quantity of something that a check read."""
        if isinstance(item, dict):
            return item
        if item in self.tables["pilot_baseline"]:
            table = {"id": f"pilot_baseline: {item}", "quantity": f"{item} in Table 1"}
            return self.find("published_values", "pilot_n") | table | {"note": ""}
        return self.find("published_values", item)


def read_relation(row: dict) -> str:
    """The printed p of a row, with its relation."""
    sign = row["p_relation"]
    return str(row["p_value"]) if sign == "=" else f"{sign} {row['p_value']}"


def join_texts(items, between: str = "; ") -> str:
    """Different texts, each once, blanks left out."""
    return between.join(
        dict.fromkeys(str(item) for item in items if not pd.isna(item) and item != "")
    )
