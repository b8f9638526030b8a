"""The forest plot."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..core.canvas import BLUE, GREY, VERMILLION, new_figure
from ..core.wording import format_number, format_p

if TYPE_CHECKING:
    from .pooling import MetaAnalysis

__all__ = ["plot_forest"]

ROW_MM = 4.7  # a line of 7 pt with air
SMALL = 7
MINUS = "\N{MINUS SIGN}"
NOTE_WIDTH = 118  # characters of 7 pt on 174 mm
PANE = (0.505, 0.275)  # where the intervals are drawn: left end and width, of the axes
COLUMNS = {
    "label": 0.0,
    "people": 0.32,
    "status": 0.34,
    "weight": 0.49,
    "estimate": 0.845,
    "text": 1.0,
}
LONGEST_LABEL = 38


def plot_forest(
    meta: MetaAnalysis,
    axes=None,
    *,
    printed: pd.DataFrame | None = None,
    confidence_level: float = 0.95,
):
    """Forest plot: trials, pooled effects, trials beside, published meta-analyses beneath.

    Squares have an area in proportion to the random-effects weight. The diamond of the
    random effects spans Hartung and Knapp's interval. Trials that are not pooled stand in a
    block of their own with open markers. A limit outside the axis ends in an arrow.

    Parameters
    ----------
    meta : MetaAnalysis
        What `pool_effects` returns; where it was made from `standardise_trials`, the trials
        beside come with it.
    axes : matplotlib Axes or sequence of them, optional
        One for the trials and one for each measure of `printed`, two columns wide; default:
        a new figure, high enough.
    printed : DataFrame, optional
        What `load_printed_meta_analyses` returns. Each measure gets an axis of its own.
    confidence_level : float
        Of the intervals that are computed; the printed ones are 95 %.

    Returns
    -------
    list of matplotlib Axes
        Their text is on them; the intervals are on the inset, `ax.child_axes[0]`.

    Raises
    ------
    ValueError
        If there are not as many axes as blocks.

    Examples
    --------
    >>> from ldn_analysis import pool_effects, standardise_trials
    >>> axes = plot_forest(pool_effects(standardise_trials()))
    >>> len(axes)
    1
    """
    rows = _list_forest_rows(meta, confidence_level)
    parts = [(rows, meta.measure, meta.direction, _write_notes(meta, confidence_level))]
    same = [rows]  # blocks on the scale of the trials share its axis
    for measure in [] if printed is None else _order_measures(printed, meta.measure):
        own = printed[printed["measure"] == measure]
        rows = _list_printed_rows(own)
        parts.append((rows, measure, "positive favours LDN", _note_printed(own)))
        if measure.startswith(meta.measure):
            same.append(rows)
    shared = _choose_limits([row for rows in same for row in rows])
    if axes is None:
        sizes = [len(part[0]) * ROW_MM for part in parts]
        extra = sum(13 + 3.2 * len(part[3]) for part in parts)
        figure = new_figure(2, sum(sizes) + extra)
        ratios = [len(part[0]) for part in parts]
        axes = figure.subplots(len(parts), 1, height_ratios=ratios, squeeze=False)[:, 0]
    axes = list(np.atleast_1d(axes))
    if len(axes) != len(parts):
        raise ValueError(
            f"plot_forest: {len(parts)} blocks need as many axes; received {len(axes)}"
        )
    for ax, (rows, measure, direction, notes) in zip(axes, parts, strict=True):
        limits = shared if measure.startswith(meta.measure) else _choose_limits(rows)
        _draw_block(ax, rows, limits, (measure, direction), notes)
    return axes


def _list_forest_rows(meta: MetaAnalysis, confidence_level: float) -> list[dict]:
    """The lines of the first block, from the top."""
    table = meta.augment(confidence_level)
    columns = {"people": "n", "status": "status", "weight": "weight", "estimate": "estimate"}
    level = f"{100 * confidence_level:g} %"
    rows = [{"label": "Trial", **columns, "text": f"[{level} CI]", "bold": True}]
    for row in table.to_dict("records"):
        rows.append(
            {
                "kind": "trial",
                "label": _label_trial(row),
                "people": _write_people(row),
                "status": row.get("status", ""),
                "weight": f"{100 * row['weight_random']:.0f} %",
                "share": row["weight_random"],
                "numbers": (row["estimate"], row["conf_low"], row["conf_high"]),
            }
        )
    pooled = meta.to_frame(confidence_level).set_index("term")
    total = f"{meta.n_obs}" if meta.n_obs is not None else ""
    for term, label in (
        ("random effects, Hartung-Knapp", "Random effects, Hartung-Knapp"),
        ("fixed effect", "Fixed effect"),
    ):
        row = pooled.loc[term]
        if row["estimate"] == row["estimate"]:
            numbers = tuple(row[["estimate", "conf_low", "conf_high"]].astype(float))
            kind = "diamond" if term != "fixed effect" or meta.n_trials == 1 else "open diamond"
            rows.append({"kind": kind, "label": label, "people": total, "numbers": numbers})
    low, high = meta.prediction_interval(confidence_level)
    predicted = {"label": f"{level} prediction interval of a new trial"}
    if low == low:
        predicted |= {"kind": "prediction", "numbers": (np.nan, low, high)}
    else:
        predicted |= {
            "text": f"needs 3 trials; there {'is' if meta.n_trials == 1 else 'are'} {meta.n_trials}"
        }
    rows.append(predicted)
    if meta.effects is not None:
        beside = meta.effects.to_frame(confidence_level)
        beside = beside[~beside["trial"].isin(table["trial"]) & ~beside["pooled"]]
        if len(beside):
            rows.append({"label": "Beside, not pooled", "bold": True})
        for row in beside.to_dict("records"):
            rows.append(
                {
                    "kind": "beside",
                    "label": _label_trial(row),
                    "people": _write_people(row),
                    "status": row.get("status", ""),
                    "numbers": (row["estimate"], row["conf_low"], row["conf_high"]),
                }
            )
    return rows


def _label_trial(row: dict) -> str:
    """Name of a trial and where its numbers are from; a year once is enough."""
    name, study = str(row["trial"]), row.get("study") or ""
    if name.endswith(study[-5:]):
        study = study[:-5]
    return textwrap.shorten(f"{name} ({study})" if study else name, LONGEST_LABEL, placeholder=" …")


def _write_people(row: dict) -> str:
    """People on LDN and placebo, or in all."""
    if "n_ldn" in row and str(row["design"]).startswith("parallel"):
        return f"{row['n_ldn']} + {row['n_placebo']}"
    return f"{row['n_obs']:.0f}" if row.get("n_obs") == row.get("n_obs", np.nan) else ""


def _write_notes(meta: MetaAnalysis, confidence_level: float) -> list[str]:
    """What stands below the trials, in lines that fit."""
    about = meta.glance(confidence_level).iloc[0]
    notes = []
    if meta.n_trials > 1:
        low, high = (
            format_number(about["tau_squared_low"]),
            format_number(about["tau_squared_high"]),
        )
        notes.append(
            f"Differences between trials: τ² = {format_number(about['tau_squared'])} "
            f"({100 * confidence_level:g} % CI {low} to {high}; {about['method']}), I² = "
            f"{100 * about['i_squared']:.0f} %, Q({about['df']}) = {format_number(about['q'])}, "
            f"{format_p(about['p_value'])}. ".replace(
                " =\N{SPACE}", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}"
            )
            + " ".join(meta.notes)
        )
    else:
        notes += meta.notes
    if meta.effects is not None:
        effects = meta.effects
        sd = "printed d" if effects.standardiser == "printed" else "standard error"
        crossed = effects.table["within_r"].notna().any()
        r = f"; within-person correlation assumed {effects.within_r:g}" if crossed else ""
        notes.append(
            "Effects are derived here from the printed numbers, in between-person SDs (parallel trials: "
            f"the SD that the {sd} implies{r}). n: persons (crossover), LDN + placebo (parallel)."
        )
        for row in effects.beside.itertuples():
            if row.trial not in set(meta.trials["trial"]):
                notes.append(f"{row.trial}: {row.reason}.")
    return [line for note in notes for line in textwrap.wrap(note, NOTE_WIDTH)]


def _order_measures(printed: pd.DataFrame, measure: str) -> list[str]:
    """The scales of the printed meta-analyses, that of the trials first."""
    return sorted(dict.fromkeys(printed["measure"]), key=lambda name: not name.startswith(measure))


def _list_printed_rows(printed: pd.DataFrame) -> list[dict]:
    """The lines of one scale of the published meta-analyses."""
    rows = [
        {
            "label": "Published meta-analyses",
            "people": "n",
            "status": "compared",
            "estimate": "estimate",
            "text": "[95 % CI]",
            "bold": True,
        }
    ]
    for row in printed.to_dict("records"):
        rows.append(
            {
                "kind": "printed" if row["controlled"] else "beside",
                "label": f"{row['study']}, {row['trials']:.0f} trials",
                "people": f"{row['participants']:.0f}" if row["participants"] > 0 else "",
                "status": row["comparison"],
                "numbers": (row["estimate"], row["conf_low"], row["conf_high"]),
            }
        )
    return rows


def _note_printed(printed: pd.DataFrame) -> list[str]:
    """What has to be known about the published meta-analyses of one scale."""
    notes = ["As printed, with the signs turned (in print below 0 favours LDN)."]
    notes += [
        f"{row.study}, {row.comparison}: {row.note}." for row in printed.itertuples() if row.note
    ]
    return textwrap.wrap(" ".join(notes), NOTE_WIDTH)


def _draw_block(ax, rows: list[dict], limits: tuple, words: tuple, notes: list[str]) -> None:
    """Text columns on the axes, intervals on an inset that shares its rows."""
    measure, direction = words
    ax.set(xlim=(0, 1), ylim=(len(rows) - 0.5, -0.5))
    ax.axis("off")
    pane = ax.inset_axes([PANE[0], 0, PANE[1], 1], facecolor="none")
    pane.set(xlim=limits, ylim=(len(rows) - 0.5, -0.5), yticks=[])
    pane.spines["left"].set_visible(False)
    pane.axvline(0, color="#888888", linewidth=0.8, zorder=0)
    for y, row in enumerate(rows):
        _write_row(ax, y, row)
        if "numbers" in row:
            _draw_interval(pane, y, row, limits)
    for y, row in enumerate(rows):
        if row.get("bold"):
            ax.plot([0, 1], [y + 0.5] * 2, color="#BBBBBB", linewidth=0.6)
    pane.tick_params(labelsize=SMALL)
    pane.set_xlabel(measure, fontsize=SMALL, labelpad=1)
    lowest = -23.0
    if direction == "positive favours LDN":
        for x, ha, words in ((0.0, "left", "← favours placebo"), (1.0, "right", "favours LDN →")):
            pane.annotate(
                words, (x, 0), (0, -23), xycoords="axes fraction", textcoords="offset points",
                ha=ha, va="top", fontsize=SMALL, color=GREY,
            )  # fmt: skip
        lowest -= 10
    if notes:
        ax.annotate(
            "\n".join(notes), (0, 0), (0, lowest - 3), xycoords="axes fraction",
            textcoords="offset points", ha="left", va="top", fontsize=SMALL, color="#333333",
            linespacing=1.15,
        )  # fmt: skip


def _choose_limits(rows: list[dict]) -> tuple[float, float]:
    """An axis that shows every interval but the prediction interval, and zero."""
    shown = [row["numbers"] for row in rows if "numbers" in row and row["kind"] != "prediction"]
    values = np.array([value for numbers in shown for value in numbers if np.isfinite(value)])
    low, high = min(values.min(), 0.0), max(values.max(), 0.0)
    # One wide interval must not squeeze the others: cut it, with an arrow.
    reach = 4 * max(np.median([n[2] - n[1] for n in shown if n[2] - n[1] > 0] or [1.0]), 1e-9)
    low, high = max(low, min(0.0, values[0]) - reach), min(high, max(0.0, values[0]) + reach)
    low, high = min(low, -0.2 * high), max(high, -0.2 * low)  # room on both sides of no effect
    air = 0.04 * (high - low or 1.0)
    return low - air, high + air


def _write_row(ax, y: float, row: dict) -> None:
    """The words of one line."""
    bold = row.get("bold", False) or row.get("kind") == "diamond"
    if "numbers" in row:
        estimate, interval = _write_numbers(row["numbers"])
        row = row | {"estimate": estimate, "text": interval}
    for name, x in COLUMNS.items():
        if word := row.get(name, ""):
            ax.text(
                x, y, word, ha="left" if name in ("label", "status") else "right", va="center",
                fontsize=SMALL, fontweight="bold" if bold else "normal",
            )  # fmt: skip


def _write_numbers(numbers: tuple[float, float, float]) -> tuple[str, str]:
    """Estimate and interval with two decimals, fewer from 10 and 100 on; -0.00 is 0.00."""
    largest = np.nanmax(np.abs(numbers))
    decimals = 2 if largest < 10 else 1 if largest < 100 else 0
    estimate, low, high = (
        f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", MINUS) for value in numbers
    )
    return (
        estimate if numbers[0] == numbers[0] else "",
        f"[{low} to {high}]" if numbers[1] == numbers[1] else "no interval",
    )


def _draw_interval(pane, y: float, row: dict, limits: tuple[float, float]) -> None:
    """Square, diamond, open marker or bar of one line."""
    estimate, low, high = row["numbers"]
    kind = row["kind"]
    diamond = kind.endswith("diamond")
    color = {"prediction": BLUE, "beside": VERMILLION}.get(kind, BLUE if diamond else "#222222")
    for end, limit, arrow in ((low, limits[0], "<"), (high, limits[1], ">")):
        if end < limits[0] or end > limits[1]:
            pane.plot(limit, y, arrow, color=color, markersize=4, clip_on=False, zorder=4)
    if diamond:
        pane.fill(
            [low, estimate, high, estimate], [y, y - 0.3, y, y + 0.3], edgecolor=BLUE,
            facecolor=BLUE if kind == "diamond" else "white", linewidth=0.9, zorder=3,
        )  # fmt: skip
        return
    if low == low:
        ends = [max(low, limits[0]), min(high, limits[1])]
        width = 1.6 if kind == "prediction" else 1.0
        pane.plot(ends, [y, y], color=color, linewidth=width, solid_capstyle="butt", zorder=2)
    if estimate != estimate:
        return
    if kind == "trial":
        pane.scatter(estimate, y, s=90 * row["share"], marker="s", color=BLUE, zorder=3)
    else:
        pane.plot(
            estimate, y, "o" if kind == "beside" else "D", markersize=4.5, markeredgecolor=color,
            markerfacecolor="white" if kind == "beside" else color, zorder=3,
        )  # fmt: skip
