"""The grid of defensible analyses behind the specification curve, and what is pruned from it."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import product

import pandas as pd

__all__ = [
    "DEFENSIBLE",
    "GRID",
    "HARD_TO_DEFEND",
    "build_specifications",
    "describe_grid",
    "find_reason",
]

ALONE = ("percent reduction, LDN", "points reduction, LDN", "end point given baseline, LDN")
PAIRED = ("percent reduction, LDN - placebo", "points reduction, LDN - placebo")

# Choice: its options; the first of each is what Fig. 2 does. The outcome "LDN" alone compares
# participants on the drug; "LDN - placebo" takes each of them as their own control.
GRID = {
    "outcome": (*ALONE, *PAIRED),
    "end_days": (3, 7, 14),  # final days of a condition that make the end point
    "baseline_days": (14, 7),  # final days of the baseline phase that make the baseline
    "missed_days": ("left out", "carried forward", "own line"),
    "esr": ("as is", "log(ESR + 1)", "above its median"),
    "participants": (
        "both trials", "crossover trial", "completers", "anyone with an end point",
    ),
    "without": ("nobody", "whoever moves it most"),
    "model": ("OLS", "HC3", "Huber", "rank", "mixed"),
    "adjusted_for": ("nothing", "age", "age and duration", "order"),
}  # fmt: skip

# Options that are often done and hard to defend: why.
HARD_TO_DEFEND = {
    "missed_days": {
        "carried forward": "the last rating stands in for days of which nothing is known"
    },
    "esr": {"above its median": "a split discards information, and its cut moves with the sample"},
    "without": {"whoever moves it most": "a participant is left out for the answer they give"},
}
DEFENSIBLE = {
    choice: tuple(option for option in options if option not in HARD_TO_DEFEND.get(choice, ()))
    for choice, options in GRID.items()
}

# What makes no analysis, or the same one twice: why, and which rows of the full grid.
IMPOSSIBLE = (
    ("the outcome under LDN alone is one number per participant, which is no mixed model's",
     lambda s, _: (s["model"] == "mixed") & s["outcome"].isin(ALONE)),
    ("where all have both conditions, the mixed model is the regression of their differences",
     lambda s, _: (s["model"] == "mixed") & (s["participants"] != "anyone with an end point")),
    ("age and duration are constant within a participant, so they cancel in the mixed model",
     lambda s, _: (s["model"] == "mixed") & s["adjusted_for"].str.startswith("age")),
    ("a difference needs both conditions, and those who have them are the completers",
     lambda s, _: (s["model"] != "mixed") & s["outcome"].isin(PAIRED)
     & (s["participants"] == "anyone with an end point")),
    ("baseline cancels from a difference in points",
     lambda s, grid: (s["outcome"] == PAIRED[1])
     & (s["baseline_days"] != grid["baseline_days"][0])),
    ("the ranks of log(ESR + 1) are the ranks of ESR",
     lambda s, _: (s["model"] == "rank") & (s["esr"] == "log(ESR + 1)")),
    ("all of the pilot took placebo first: order and trial cannot be told apart",
     lambda s, _: (s["participants"] == "both trials") & (s["adjusted_for"] == "order")),
    ("HC3, Huber, ranks and the mixed model have their own way with unusual participants",
     lambda s, _: (s["without"] != "nobody") & (s["model"] != "OLS")),
    ("HC3 has the estimate of OLS, which would count twice (list it in place of OLS)",
     lambda s, grid: (s["model"] == "HC3") & ("OLS" in grid["model"])),
)  # fmt: skip


def describe_grid() -> pd.DataFrame:
    """The choices with their options, and which of them are hard to defend.

    Returns
    -------
    DataFrame
        One row per option: choice, option, note ("as in Fig. 2", or why it is hard to defend).

    Examples
    --------
    >>> describe_grid().query("choice == 'esr'")["option"].tolist()
    ['as is', 'log(ESR + 1)', 'above its median']
    """
    rows = []
    for choice, options in GRID.items():
        for i, option in enumerate(options):
            reason = HARD_TO_DEFEND.get(choice, {}).get(option)
            hard = f"often done, hard to defend: {reason}" if reason else ""
            rows.append((choice, str(option), hard if i else "as in Fig. 2"))
    return pd.DataFrame(rows, columns=["choice", "option", "note"])


def build_specifications(
    grid: Mapping[str, Sequence] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every combination of the choices that is an analysis of its own.

    After Simonsohn, Simmons and Nelson (2020): the set should hold what is defensible,
    valid and not redundant. What is left out of the full grid is counted by its reason. Some
    options that are often done and hard to defend (`HARD_TO_DEFEND`) are in the default grid;
    `grid=DEFENSIBLE` leaves them out.

    Parameters
    ----------
    grid : mapping, optional
        Choice -> options, a part of `GRID`; a choice that is not given keeps all of its
        options. Default: the whole of `GRID`.

    Returns
    -------
    (DataFrame, DataFrame)
        The specifications, one per row and one column per choice; and the pruned ones: reason,
        count (each combination under the first reason that meets it).

    Raises
    ------
    ValueError
        If a choice or an option is not one of `GRID`'s, appears twice, or nothing is left.

    See Also
    --------
    fit_multiverse : Fits all of them.

    Examples
    --------
    >>> specifications, pruned = build_specifications({"model": ["OLS"], "esr": ["as is"]})
    >>> len(specifications), int(pruned["count"].sum())
    (2214, 666)
    """
    grid = _complete(grid or {})
    full = pd.DataFrame(list(product(*grid.values())), columns=list(grid))
    reason = _find_reasons(full, grid)
    kept = full[reason < 0].reset_index(drop=True)
    if kept.empty:
        raise ValueError(
            "build_specifications: every combination was pruned, e.g. because "
            f"{IMPOSSIBLE[reason.iloc[0]][0]}. Widen the grid."
        )
    for name, options in grid.items():
        kept[name] = pd.Categorical(kept[name], categories=options, ordered=True)
    counts = reason[reason >= 0].value_counts(sort=False).sort_index()
    pruned = pd.DataFrame(
        {"reason": [IMPOSSIBLE[i][0] for i in counts.index], "count": counts.to_numpy()}
    )
    return kept, pruned


def find_reason(choices: Mapping, grid: Mapping[str, Sequence] | None = None) -> str:
    """Why one combination of the grid was pruned.

    Parameters
    ----------
    choices : mapping
        Choice -> option; a choice that is not given is at the first of the grid's options.
    grid : mapping, optional
        As in `build_specifications`.

    Returns
    -------
    str
        The first reason that meets it, as in the table of the pruned; "" if it was not pruned.

    Raises
    ------
    ValueError
        If a choice or an option is not one of the grid's.

    Examples
    --------
    >>> find_reason({"model": "rank", "esr": "log(ESR + 1)"})
    'the ranks of log(ESR + 1) are the ranks of ESR'
    >>> find_reason({"model": "rank"})
    ''
    """
    grid = _complete(grid or {})
    for name, option in choices.items():
        known = _require_known(name, grid, "choice", caller="find_reason")
        _require_known(option, known, f"option of {name!r}", caller="find_reason")
    first = {name: options[0] for name, options in grid.items()}
    reason = _find_reasons(pd.DataFrame([first | dict(choices)]), grid).iloc[0]
    return IMPOSSIBLE[reason][0] if reason >= 0 else ""


def _find_reasons(full: pd.DataFrame, grid: Mapping[str, Sequence]) -> pd.Series:
    """Position in IMPOSSIBLE of the first reason that meets each row, or -1."""
    reason = pd.Series(-1, index=full.index)
    for i, (_, is_impossible) in enumerate(IMPOSSIBLE):
        reason[(reason < 0) & is_impossible(full, grid)] = i
    return reason


def _complete(grid: Mapping[str, Sequence]) -> dict[str, tuple]:
    """All choices in GRID's order, with the options asked for."""
    for name, options in grid.items():
        known = _require_known(name, GRID, "choice")
        if isinstance(options, str):
            raise ValueError(
                f"build_specifications: {name!r} needs a list of options; received {options!r}"
            )
        for option in options:
            _require_known(option, known, f"option of {name!r}")
        if not 0 < len(set(options)) == len(options):
            raise ValueError(
                f"build_specifications: {name!r} needs one or more different options; received {options!r}"
            )
    return {name: tuple(grid.get(name, options)) for name, options in GRID.items()}


def _require_known(word, known, what: str, caller: str = "build_specifications"):
    """The entry of a word, or an error that lists the known ones."""
    if word not in known:
        near = get_close_matches(str(word), [str(one) for one in known], n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            f"{caller}: there is no {what} {word!r}.{hint} Known: {', '.join(map(str, known))}"
        )
    return known[word] if isinstance(known, Mapping) else word
