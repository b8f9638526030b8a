"""Columns that are not there: which ones may be meant, and the options that read the table as it is.

A column is proposed for what its name says, never because its letters are alike alone.
"""

import re
import shlex
from difflib import get_close_matches

import pandas as pd

from ..core.columns import OWN, order_by_nearness
from .blanks import is_required
from .problems import Problem, list_names, shorten

__all__: list[str] = []

ROLES = ("participant", "condition", "predictor", "outcome")
MEANINGS = {
    "participant": {"participant", "participants", "subject", "subj", "patient", "id", "pid", "record", "code"},
    "condition": {"condition", "conditions", "treatment", "treat", "trt", "arm", "group", "drug"},
    "predictor": {"esr", "sedimentation"},
    "outcome": {"reduction", "change"},
}  # fmt: skip
BEFORE = {"before", "pre", "baseline", "base", "start", "initial", "t0"}
AFTER = {"after", "post", "end", "endpoint", "final", "followup", "last"}
PERIOD = re.compile(
    r"(.*?)[\W_]*(?:p|t|v|period|visit|time|phase|day|week|month)[\W_]*([0-9]+)", re.I
)
MISSPELT = 0.85  # as alike are a name and its misspelling
MAX_GROUPS = 12  # values of a column that could be the condition


def find_missing_columns(frame: pd.DataFrame, fields: dict, conditions) -> list[Problem]:
    """Required columns of the codebook that are not there, with the one that may be meant."""
    missing = [name for name, field in fields.items() if is_required(field) and name not in frame]
    frame = frame.set_axis(frame.columns.map(str), axis=1)
    frame = frame.loc[:, ~frame.columns.duplicated()]
    is_trial = OWN.outcome in missing and "outcome" not in find_meant(frame)
    words = conditions or fields["condition"]["categories"] if is_trial else ()
    if is_trial and (text := explain_shape(frame, words)):
        meant = find_meant(frame)
        told = {OWN.condition, OWN.outcome, *(getattr(OWN, role) for role in meant)}
        return [Problem(0, "", "", text), *_list_missing(frame, missing, told)]
    return _list_missing(frame, missing)


def _list_missing(frame: pd.DataFrame, missing: list[str], told=()) -> list[Problem]:
    """One problem for each missing column that has not been told."""
    meant, problems = find_meant(frame) if missing else {}, []
    roles = {getattr(OWN, role): role for role in ROLES}
    for name in missing:
        if name in told:
            continue
        role = roles.get(name)
        near = meant.get(role) if role else _find_misspelt(name, frame)
        hint = (
            f"columns: {list_names(frame.columns)}"
            if near is None
            else f"rename {shorten(near)!r}?"
        )
        if role == "outcome" and near is not None:
            hint += " (positive must mean less pain)"
        text = f"column {name!r} is missing; {hint}"
        problems.append(Problem(0, "", "", text))
    return problems


def find_named_columns(frame: pd.DataFrame, columns, conditions) -> list[Problem]:  # noqa: ARG001
    """Columns that the reader named and that are not there, with those that are, nearest first."""
    problems = []
    for role, name in columns.list_read().items():
        if name not in frame:
            near = list_names(order_by_nearness(name, [other for other in frame if str(other)]))
            text = (
                f"there is no column {shorten(name)!r} for --{role}; columns, nearest first: {near}"
            )
            problems.append(Problem(0, "", "", text))
    return problems


def find_meant(frame: pd.DataFrame) -> dict[str, str]:
    """Which column may hold each role: by its exact name, its words, or a slip of the pen."""
    meant: dict[str, str] = {}
    for role in ROLES:
        name = str(getattr(OWN, role))
        if name in frame:
            meant[role] = name
            continue
        free = [other for other in frame if can_be_typed(other) and other not in meant.values()]
        near = next((x for x in free if _means(x, role) and _fits(frame, x, role)), None)
        if near is None and (slip := _find_misspelt(name, free)) and _fits(frame, slip, role):
            near = slip
        if near is not None:
            meant[role] = near
    return meant


def _find_misspelt(name: str, names) -> str | None:
    """The column whose name is the same but for case, signs or a letter."""
    plain = {_plain(other): str(other) for other in names}
    near = get_close_matches(_plain(name), plain, n=1, cutoff=MISSPELT)
    return plain[near[0]] if near and near[0] else None


def _plain(name) -> str:
    """Letters and digits only."""
    return re.sub(r"[\W_]+", "", str(name)).casefold()


def _words(name: str) -> set[str]:
    """The words of a column's name."""
    return {part.casefold() for part in re.split(r"[\W_]+|(?<=[a-z])(?=[A-Z])", name) if part}


def _means(name: str, role: str) -> bool:
    """Whether a name says what the column holds."""
    words = _words(name)
    if role == "outcome":
        return "pain" in words and bool(words & MEANINGS[role])
    return bool(words & MEANINGS[role])


def _fits(frame: pd.DataFrame, name: str, role: str) -> bool:
    """Whether the cells could be what the role needs."""
    cells = frame[name]
    if role in ("predictor", "outcome"):
        return is_numbers(cells)
    return role != "condition" or 1 < cells.astype("str").nunique() <= MAX_GROUPS


def is_numbers(cells: pd.Series) -> bool:
    """Whether most of the filled cells are numbers."""
    if pd.api.types.is_numeric_dtype(cells):
        return True
    filled = cells.dropna().iloc[:200].astype("str").str.replace(",", ".", regex=False)
    return bool(pd.to_numeric(filled, errors="coerce").notna().mean() > 0.5)


def can_be_typed(name) -> bool:
    """Whether a column's name can stand in a command; a name with a control character cannot."""
    return bool(name) and str(name).isprintable()


def explain_shape(frame: pd.DataFrame, conditions) -> str:
    """What to do with a table that has no column of the outcome; empty if no shape is seen."""
    names = [name for name in frame if can_be_typed(name) and is_numbers(frame[name])]
    if OWN.condition not in frame:
        found = [
            [name for name in names if str(word).casefold() in _words(name)] for word in conditions
        ]
        if all(found):
            return _explain_wide(frame, dict(zip(map(str, conditions), found, strict=True)))
        periods = [name for name in names if PERIOD.fullmatch(name)]
        stems = [PERIOD.fullmatch(name)[1] for name in periods]
        if len(periods) == 2 and stems[0] == stems[1]:
            return _explain_periods(frame, periods)
    before = [name for name in names if _words(name) & BEFORE]
    after = [name for name in names if _words(name) & AFTER]
    if len(before) == len(after) == 1:
        return _explain_before_after(frame, before[0], after[0])
    pain = [name for name in names if name.casefold().startswith("pain")]
    if OWN.condition not in frame and len(pain) == 2 and _differ_in_one_word(*pain):
        options = f"--wide NAME1={shlex.quote(pain[0])} NAME2={shlex.quote(pain[1])}"
        return (
            f"the table has no column of conditions; if {pain[0]} and {pain[1]} are the pain "
            f"reduction under two conditions, read it as it is with {options}, NAME1 and NAME2 "
            f"being your names of the conditions"
        )
    return ""


def _differ_in_one_word(one: str, other: str) -> bool:
    """Whether two names are a common beginning and a short word that differs."""
    first, second = (re.split(r"[\W_]+", name) for name in (one, other))
    return len(first) == len(second) and first[:-1] == second[:-1] != []


def _name_roles(frame: pd.DataFrame, *roles: str) -> str:
    """Options for the roles whose columns have other names than the project's."""
    meant = find_meant(frame)
    if all(meant.get(role) == getattr(OWN, role) for role in roles):
        return ""
    return "".join(f"--{role} {shlex.quote(meant[role])} " for role in roles if role in meant)


def _explain_wide(frame: pd.DataFrame, found: dict[str, list[str]]) -> str:
    """One column for each condition."""
    if any(len(names) > 1 for names in found.values()):
        shown = list_names([name for names in found.values() for name in names])
        return (
            f"the table is wide and has several columns for each condition ({shown}); make one column "
            "of the reduction for each, (before - after) / before x 100, and name these with --wide"
        )
    pairs = " ".join(shlex.quote(f"{word}={names[0]}") for word, names in found.items())
    options = f"{_name_roles(frame, 'participant', 'predictor')}--wide {pairs}"
    shown = list_names([names[0] for names in found.values()])
    return f"the table is wide: {shown} are columns of one row per participant; read it as it is with {options}"


def _explain_periods(frame: pd.DataFrame, periods: list[str]) -> str:
    """One column for each period of a crossover."""
    named = (name for name in frame if can_be_typed(name) and "sequence" in _words(name))
    sequence = next(named, None)
    text = f"{' and '.join(periods)} are periods, and a period is no condition"
    if sequence is None:
        return (
            f"{text}; the table needs a column that says in which order each participant had them"
        )
    letters = sorted(set("".join(frame[sequence].dropna().astype("str").unique())))
    codes = ""
    if len(letters) == 2 and "".join(letters).isalnum():
        pairs = [f"--sequence-code {letter}=NAME{i}" for i, letter in enumerate(letters, 1)]
        codes = f" {' '.join(pairs)}, NAME1 and NAME2 being the conditions that they stand for"
    roles = _name_roles(frame, "participant", "predictor")
    columns = " ".join(map(shlex.quote, periods))
    return (
        f"{text}: the condition follows from {sequence}; read it as it is with {roles}--sequence "
        f"{shlex.quote(sequence)} --periods {columns}{codes}"
    )


def _explain_before_after(frame: pd.DataFrame, before: str, after: str) -> str:
    """Before and after are no conditions: the outcome is the reduction from one to the other."""
    meant = find_meant(frame)
    named = ("participant", "condition", "predictor")
    roles = "".join(f"--{role} {shlex.quote(meant[role])} " for role in named if role in meant)
    return (
        f"{before} and {after} are times, not conditions; the outcome is the reduction, ({before} - "
        f"{after}) / {before} x 100, which is computed with {roles}--baseline {shlex.quote(before)} "
        f"--end {shlex.quote(after)}"
    )


def suggest_command(frame: pd.DataFrame, path) -> str:
    """The command that reads a table with other names as it is; empty if a role has no column."""
    frame = frame.set_axis(frame.columns.map(str), axis=1)
    meant = find_meant(frame.loc[:, ~frame.columns.duplicated()])
    needed = [role for role in ROLES if role in meant or role != "condition"]
    if not all(role in meant for role in needed):
        return ""
    options = " ".join(f"--{role} {shlex.quote(meant[role])}" for role in needed)
    how = "Or read it as it is" if "condition" in meant else "Or read it as it is, as one group"
    return f"{how}: ldn-analysis check {shlex.quote(path.name)} {options}"
