"""Which columns of a table of your own hold what, and what they are called in sentences."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from difflib import SequenceMatcher
from pathlib import Path

from .codebook import ColumnName, get_resource

__all__ = ["Columns"]

DESIGNS = ("paired", "crossover", "parallel")
REDUCTIONS = {
    "percent": "({baseline} - {end}) / {baseline} x 100",
    "absolute": "{baseline} - {end}",
}
LABELS = ("participant", "condition", "sequence", "period", "improvement")  # columns of text
NUMBERS = ("predictor", "outcome", "baseline", "end", "covariate")
MAX_LISTED = 12


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The columns of a table of your own by what they hold; the table keeps its own names.

    Each name that a Columns gives back (`columns.outcome`) is a text that knows its label and its
    unit: hand it to `fit_lines`, `compare_groups` or a figure, and they speak in these words.

    Attributes
    ----------
    participant : str or None
        Who it is. None: each row is another participant.
    condition : str or None
        What tells the conditions, groups or arms apart. None: there is one group only.
    predictor : str or None
        The x of each line. None: there are no lines.
    outcome : str or None
        What is compared. With `end` it is the name of the column that is computed.
    baseline : str or None
        The outcome before treatment; without `end` the comparison of groups is adjusted for it.
    end : str or None
        The outcome at the end; with `baseline` the reduction is computed from the two.
    reduction : {"percent", "absolute"}
        (baseline - end) / baseline x 100, or baseline - end.
    covariate : str or None
        What the comparison of independent groups is adjusted for.
    sequence, period : str or None
        Order of the two conditions of a crossover; in which period a row was measured.
    improvement : str or None
        The answers of Fig. 1.
    conditions : sequence of str
        The values of `condition` to use, in the order of the panes; empty: all.
    reference : str
        The group that the others are compared with; empty: the last.
    design : {"", "paired", "crossover", "parallel"}
        Empty: as the rows say.
    sequence_codes : dict
        Letters of the sequence, e.g. {"A": "ldn", "B": "placebo"} where it says AB and BA.
    wide : dict
        Of a table with one row per participant: the column of the outcome by condition, e.g.
        {"ldn": "pain_ldn", "placebo": "pain_placebo"}. It fills `outcome` (or `end`, where there is
        one) under `condition`, which need no column then.
    periods : sequence of str
        Of a table with one row per participant: the column of the outcome in each period; the
        condition follows from `sequence`.
    repeated : {"raise", "mean"}
        What to do with several rows of a participant under one condition.
    units, labels : dict
        Of columns by name.
    codebook : str, Path, dict or None
        A Frictionless data package, resource or table schema that describes the table: titles,
        units, limits and categories of its columns are taken from it and checked.

    Examples
    --------
    >>> columns = Columns(condition="Treat", predictor="Prewt", outcome="Postwt",
    ...                   units={"Prewt": "lb", "Postwt": "lb"}, labels={"Prewt": "first weight"})
    >>> columns.predictor, columns.predictor.title, columns.predictor.unit
    ('Prewt', 'first weight', 'lb')
    """

    participant: str | None = None
    condition: str | None = None
    predictor: str | None = None
    outcome: str | None = None
    baseline: str | None = None
    end: str | None = None
    reduction: str = "percent"
    covariate: str | None = None
    sequence: str | None = None
    period: str | None = None
    improvement: str | None = None
    conditions: Sequence[str] = ()
    reference: str = ""
    design: str = ""
    sequence_codes: Mapping[str, str] = field(default_factory=dict)
    wide: Mapping[str, str] = field(default_factory=dict)
    periods: Sequence[str] = ()
    repeated: str = "raise"
    units: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    codebook: str | Path | Mapping | None = None

    def __post_init__(self) -> None:
        self._require_sense()
        described = _read_codebook(self.codebook)
        object.__setattr__(self, "codebook", described)
        object.__setattr__(self, "conditions", tuple(self.conditions))
        self._name_wide()
        if self.computes_outcome and self.outcome is None:
            name = "reduction_percent" if self.reduction == "percent" else "reduction"
            object.__setattr__(self, "outcome", name)
        known = {item["name"]: item for item in described.get("fields", ())}
        own = {item["name"]: item for item in get_resource("esr_pain_change")["schema"]["fields"]}
        for role in (*LABELS, *NUMBERS):
            name = getattr(self, role)
            if name is not None:
                item = known.get(name) or own.get(name) or {}
                title, unit = item.get("title", ""), item.get("unit", "")
                if role == "outcome" and self.computes_outcome:
                    title, unit = self._describe_reduction()
                title, unit = self.labels.get(name, title), self.units.get(name, unit)
                object.__setattr__(self, role, ColumnName(name, title or name, unit))

    def _require_sense(self) -> None:
        """Refuse what could not be read in any table."""
        choices = {"reduction": tuple(REDUCTIONS), "repeated": ("raise", "mean")}
        choices["design"] = ("", *DESIGNS)
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                shown = ", ".join(filter(None, allowed))
                raise ValueError(
                    f"{name} must be one of: {shown}; received {getattr(self, name)!r}"
                )
        conditions = self.conditions
        if isinstance(conditions, str) or not all(isinstance(name, str) for name in conditions):
            raise ValueError(f"conditions must be a list of texts; received {conditions!r}")
        if not isinstance(self.reference, str) or (
            self.reference and conditions and self.reference not in conditions
        ):
            known = ", ".join(conditions)
            raise ValueError(
                f"the reference {self.reference!r} is not among the conditions: {known}"
            )
        if isinstance(self.periods, str) or len(set(self.periods)) != len(self.periods):
            raise ValueError(f"periods must be a list of columns; received {self.periods!r}")
        if self.periods and self.sequence is None:
            raise ValueError("periods need the column of the order of the conditions: sequence")
        for name in ("units", "labels", "sequence_codes", "wide"):
            given = getattr(self, name)
            if not isinstance(given, Mapping) or not all(
                isinstance(text, str) for pair in given.items() for text in pair
            ):
                raise ValueError(f"{name} must give texts by name; received {given!r}")
        self._require_names()

    def _name_wide(self) -> None:
        """Names for the columns that a wide table lacks and the long one has."""
        if not self.is_wide:
            return
        for role, name in (("participant", "participant"), ("condition", "condition")):
            if getattr(self, role) is None:
                object.__setattr__(self, role, name)
        if self.outcome is None and self.end is None:
            object.__setattr__(self, "outcome", "outcome")
        if self.wide and not self.conditions:
            object.__setattr__(self, "conditions", tuple(self.wide))

    def _require_names(self) -> None:
        """Refuse names that are none, that two roles share, or that leave nothing to compare."""
        for role in (*LABELS, *NUMBERS):
            name = getattr(self, role)
            if name is not None and (not isinstance(name, str) or not name.strip()):
                raise ValueError(f"{role} must be the name of a column; received {name!r}")
        if self.end is not None and self.baseline is None:
            raise ValueError(
                f"end {self.end!r} needs a baseline to compute the reduction from; name the column "
                "with --baseline"
            )
        if self.outcome is None and self.end is None and not self.is_wide:
            raise ValueError(
                "no outcome is named; name its column with --outcome, or with --baseline and --end "
                "the two that its reduction is computed from"
            )
        taken = {}
        for role in ("participant", "condition", "predictor", "outcome", "end"):
            name = getattr(self, role)
            if name is not None and name in taken:
                raise ValueError(f"{role} and {taken[name]} are both {name!r}; name two columns")
            taken[name] = role

    @property
    def is_wide(self) -> bool:
        """Whether the table has one row per participant, with a column for each condition or period."""
        return bool(self.wide) or bool(self.periods)

    @property
    def computes_outcome(self) -> bool:
        """Whether the outcome is the reduction from baseline to end."""
        return self.end is not None

    @property
    def formula(self) -> str:
        """The formula of the reduction in the names of the columns; empty if none is computed."""
        if not self.computes_outcome:
            return ""
        return REDUCTIONS[self.reduction].format(baseline=self.baseline, end=self.end)

    @property
    def adjusted_for(self) -> str | None:
        """What a comparison of groups is adjusted for: the covariate, else the baseline."""
        return self.covariate or self.baseline

    def _describe_reduction(self) -> tuple[str, str]:
        """Label and unit of the computed column."""
        unit = self.units.get(self.baseline, self.units.get(self.end, ""))
        start, end = (self.labels.get(name, name) for name in (self.baseline, self.end))
        title = f"reduction from {start} to {end}"
        return title, f"% of {start}" if self.reduction == "percent" else unit

    def list_read(self) -> dict[str, str]:
        """Name the columns that the table must have.

        Returns
        -------
        dict of str
            Their names by role.
        """
        roles = {role: getattr(self, role) for role in (*LABELS, *NUMBERS)}
        if self.computes_outcome:
            del roles["outcome"]
        return {role: name for role, name in roles.items() if name is not None}

    def list_measures(self) -> list[str]:
        """Name the columns of numbers that are summarised, each once.

        Returns
        -------
        list of str
            Predictor, baseline, end, covariate and outcome, as far as they are named.
        """
        roles = (self.predictor, self.baseline, self.end, self.covariate, self.outcome)
        return list(dict.fromkeys(name for name in roles if name is not None))

    def describe_table(self) -> dict:
        """Describe the table as an entry of the codebook, as `get_resource` gives one.

        Returns
        -------
        dict
            A Frictionless resource; its entry `columns` is this object.
        """
        known = {item["name"]: dict(item) for item in self.codebook.get("fields", ())}
        for role, name in self.list_read().items():
            item = known.setdefault(str(name), {"name": str(name), "description": ""})
            item["type"] = "string" if role in LABELS else "number"
            required = role in ("participant", "condition", *NUMBERS)
            item["constraints"] = item.get("constraints", {}) | {"required": required}
        for item in known.values():
            item.setdefault("type", "string")
        schema = {"fields": list(known.values())}
        if self.repeated == "raise" and self.participant is not None:
            schema["primaryKey"] = [str(self.participant)]
            schema["primaryKey"] += [str(self.condition)] if self.condition is not None else []
        return {"name": "", "schema": schema, "columns": self}

    @classmethod
    def from_toml(cls, path: str | Path, **more) -> "Columns":
        """Read the columns from a small file; what is named in `more` replaces what it says.

        Parameters
        ----------
        path : str or Path
            As `ldn-analysis template` writes one: the attributes of this class, in TOML.
        **more
            Attributes of this class.

        Returns
        -------
        Columns
            A codebook is looked for beside the file.

        Raises
        ------
        ValueError
            If it is not TOML, or says what is not known.
        """
        path = Path(path)
        try:
            given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise ValueError(f"{path}: cannot be read: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ValueError(f"{path}: is not TOML: {error}") from None
        if isinstance(given.get("codebook"), str):
            given["codebook"] = path.parent / given["codebook"]
        try:
            return build_columns(**(given | more))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None


def build_columns(columns: Columns | None = None, **names) -> Columns | None:
    """Columns from a Columns and what replaces parts of it; None if neither says anything."""
    names = {key: value for key, value in names.items() if value is not None}
    known = [item.name for item in fields(Columns)]
    for name in names:
        if name not in known:
            raise ValueError(
                f"{name!r} is no part of a table; these are, nearest first: "
                f"{', '.join(order_by_nearness(name, known))}"
            )
    if columns is None:
        return Columns(**names) if names else None
    return replace(columns, **names) if names else columns


def order_by_nearness(name: str, known: Sequence) -> list[str]:
    """Names, the nearest to a misspelt one first; twelve at most."""

    def rate(other: str) -> float:
        return -SequenceMatcher(None, name.casefold(), other.casefold()).ratio()

    ordered = sorted((str(other) for other in known), key=rate)
    return ordered[:MAX_LISTED] + ["..."] * (len(ordered) > MAX_LISTED)


def _read_codebook(given) -> dict:
    """The table schema of a Frictionless package, resource or schema; empty if there is none."""
    if given is None or given == {}:
        return {}
    name = "codebook"
    if isinstance(given, (str, Path)):
        name = str(given)
        try:
            given = json.loads(Path(given).read_text(encoding="utf-8-sig"))
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise ValueError(
                f"{name}: is not JSON, as a Frictionless codebook is: {error}"
            ) from None
        except OSError as error:
            raise ValueError(f"{name}: cannot be read: {error.strerror}") from None
    if isinstance(given, Mapping) and isinstance(given.get("resources"), list):
        found = [item for item in given["resources"] if isinstance(item, Mapping)]
        if len(found) != 1:
            raise ValueError(
                f"{name}: describes {len(found)} tables; give the resource or schema of one"
            )
        given = found[0]
    if isinstance(given, Mapping):
        given = given.get("schema", given)
    items = given.get("fields") if isinstance(given, Mapping) else None
    if not isinstance(items, list) or not all(
        isinstance(item, Mapping) and isinstance(item.get("name"), str) for item in items
    ):
        raise ValueError(
            f"{name}: has no list of fields with names, as a Frictionless codebook has"
        )
    return {"fields": [_tidy_field(dict(item), name) for item in items]}


def _tidy_field(item: dict, name: str) -> dict:
    """A field with a type that the reader knows, and limits that are numbers."""
    kinds, column = ("string", "number", "integer", "boolean"), item["name"]
    item["type"] = item["type"] if item.get("type") in kinds else "string"
    limits = item.get("constraints", {})
    if not isinstance(limits, Mapping):
        raise ValueError(f"{name}: the constraints of {column!r} are not a table of limits")
    item["constraints"] = limits = dict(limits)
    for limit in ("minimum", "maximum"):
        value = limits.get(limit)
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
            raise ValueError(f"{name}: the {limit} of {column!r} is not a number: {value!r}")
    if "enum" in limits:
        if not isinstance(limits["enum"], list):
            raise ValueError(f"{name}: the enum of {column!r} is not a list")
        if item["type"] == "string":
            limits["enum"] = [str(value) for value in limits["enum"]]
            item.setdefault("categories", limits["enum"])
        else:
            del limits["enum"]  # of numbers: the reader knows limits only
    item |= {part: str(item.get(part, "")) for part in ("title", "unit", "description")}
    given = item.pop("categories", None)
    if isinstance(given, list):
        words = [value.get("value", "") if isinstance(value, Mapping) else value for value in given]
        item["categories"] = list(dict.fromkeys(map(str, words)))
    return item


# The project's own names, which a table has unless it says otherwise.
OWN_NAMES = {
    "participant": "participant", "condition": "condition",
    "predictor": "esr_mm_h", "outcome": "pain_reduction_percent",
}  # fmt: skip
OWN = Columns(**OWN_NAMES, sequence="sequence", improvement="improvement")
