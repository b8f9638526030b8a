"""The analysis that was planned, written down before the results are seen, and its place among all."""

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..core.files import write_files
from ..core.wording import describe_status, format_interval, format_number, format_p
from .fit import Multiverse
from .specifications import GRID, find_reason

__all__ = ["PlannedAnalysis", "describe_place", "register_plan"]


@dataclass(frozen=True, kw_only=True)
class PlannedAnalysis:
    """One specification, chosen beforehand.

    Attributes
    ----------
    choices : dict
        Choice -> option, for every choice of the grid.
    date : str
        When it was chosen, as its author wrote it; empty if it was not registered.
    path : Path
        The file that holds it, if it was registered.
    """

    choices: dict
    date: str
    path: Path

    def locate(self, multiverse: Multiverse) -> str:
        """Where the planned specification lies on a specification curve.

        Parameters
        ----------
        multiverse : Multiverse
            What `fit_multiverse` returns.

        Returns
        -------
        str
            A sentence; or why the specification is not on the curve.
        """
        table = multiverse.to_frame()
        rows = multiverse.find(**self.choices).index
        when = f"planned on {self.date}" if self.date else "planned (not registered)"
        if not len(rows):
            grid = {name: table[name].cat.categories.tolist() for name in GRID}
            missing = [name for name in GRID if self.choices[name] not in grid[name]]
            why = (
                f"its grid has no {missing[0]} {self.choices[missing[0]]!r}"
                if missing
                else find_reason(self.choices, grid)
            )
            return f"The analysis {when} is not on this curve: {why}."
        place = describe_place(table, rows[0], multiverse.status)
        return f"The analysis {when} finds {place[0].lower()}{place[1:]}"

    def __str__(self) -> str:
        what = "; ".join(f"{name}: {option}" for name, option in self.choices.items())
        if self.date:
            return f"Registered on {self.date} in {self.path.name}. {what}."
        return f"Not registered yet: write the date, then run the cell again. {what}."


def register_plan(
    choices: Mapping, *, date: str = "", path: str | Path = "my_planned_analysis.json"
) -> PlannedAnalysis:
    """Write down which analysis is planned, before its result is seen.

    The file is not changed afterwards: the same plan may be registered again, another is refused.

    Parameters
    ----------
    choices : dict
        Choice -> option; for a choice that is left out, the first option of the grid.
    date : str
        Today, as 2026-01-31. Without a date nothing is saved.
    path : str or Path
        The file.

    Returns
    -------
    PlannedAnalysis
        The choices, and whether they were saved.

    Raises
    ------
    ValueError
        If there is no such choice or option, the date is none, or the file holds another plan.
    OSError
        If the file cannot be written.

    See Also
    --------
    fit_multiverse : All specifications, this one among them.

    Examples
    --------
    >>> plan = register_plan({"outcome": "percent reduction, LDN - placebo"})
    >>> plan.choices["outcome"], plan.date
    ('percent reduction, LDN - placebo', '')
    """
    for name, option in choices.items():
        if option not in GRID.get(name, ()):
            known = GRID.get(name, GRID)
            raise ValueError(
                f"register_plan: there is no {name} {option!r}; known: {', '.join(map(str, known))}"
            )
    path, chosen = Path(path), {name: GRID[name][0] for name in GRID} | dict(choices)
    if date:
        _require_date(date)
        _keep({"date": date, "choices": chosen}, path)
    return PlannedAnalysis(choices=chosen, date=date, path=path)


def _require_date(date: str) -> None:
    """A day that there is."""
    try:
        datetime.date.fromisoformat(date)
    except (TypeError, ValueError):
        raise ValueError(
            f"register_plan: date must be a day such as 2026-01-31; received {date!r}"
        ) from None


def _keep(plan: dict, path: Path) -> None:
    """Save a plan where there is none; a plan that can be rewritten later is no plan."""
    if path.exists():
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            kept = None
        if kept == plan:
            return
        when = (
            f"a plan of {kept['date']}" if isinstance(kept, dict) and "date" in kept else "no plan"
        )
        raise ValueError(
            f"register_plan: {path.name} holds {when} that differs; it is kept as it is. Give "
            "another path to register a second plan"
        )
    text = json.dumps(plan, indent=1, ensure_ascii=False) + "\n"
    write_files({path.name: text.encode()}, path.parent)


def describe_place(table, label, status: str) -> str:
    """One specification of a table, and where its estimate stands among the others."""
    row = table.loc[label]
    smaller = int((table["estimate"] < row["estimate"]).sum())
    return (
        f"{format_number(row['estimate'], 2)} SD of pain reduction per SD of ESR "
        f"({format_interval(row['conf_low'], row['conf_high'], 0.95)}), {format_p(row['p_value'])}, "
        f"n = {row['n_obs']}; larger than {smaller:,} of the {len(table):,} "
        f"specifications ({100 * smaller // len(table)} %){describe_status(status)}."
    )
