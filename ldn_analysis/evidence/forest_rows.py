"""What a forest plot says, line by line: labels, numbers and notes, before anything is drawn."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from ..core.wording import format_number, format_p

if TYPE_CHECKING:
    import pandas as pd

    from .bayes import BayesMetaAnalysis
    from .pooling import MetaAnalysis

__all__: list[str] = []

NOTE_WIDTH = 118  # characters of 7 pt on 174 mm
LONGEST_LABEL = 38
DIRECTION = "positive favours LDN"


def list_rows(
    meta: MetaAnalysis, bayes: BayesMetaAnalysis | None, confidence_level: float
) -> list[dict]:
    """The lines of the first block, from the top."""
    columns = {"people": "n", "status": "status", "weight": "weight", "estimate": "estimate"}
    level = f"{100 * confidence_level:g} %"
    rows = [{"label": "Trial", **columns, "text": f"[{level} CI]", "bold": True}]
    for row in meta.augment(confidence_level).to_dict("records"):
        share = row["weight_random"]
        rows.append(_make_row("trial", row) | {"weight": f"{100 * share:.0f} %", "share": share})
    rows += _list_pooled(meta, confidence_level)
    rows += _list_bayes(bayes, confidence_level) if bayes is not None else []
    rows += _list_prediction(meta, bayes, confidence_level)
    if meta.effects is not None:
        table = meta.effects.to_frame(confidence_level)
        table = table[~table["trial"].isin(meta.trials["trial"]) & ~table["pooled"]]
        rows += [{"label": "Not pooled, for comparison", "bold": True}] if len(table) else []
        rows += [_make_row("aside", row) for row in table.to_dict("records")]
    return rows


def _make_row(kind: str, row: dict) -> dict:
    """The line of one trial."""
    return {
        "kind": kind,
        "label": _label_trial(row),
        "people": _write_n(row),
        "status": row.get("status", ""),
        "numbers": (row["estimate"], row["conf_low"], row["conf_high"]),
    }


def _list_pooled(meta: MetaAnalysis, confidence_level: float) -> list[dict]:
    """The lines of the pooled effects that exist."""
    pooled = meta.to_frame(confidence_level).set_index("term")
    total = f"{meta.n_obs}" if meta.n_obs is not None else ""
    rows = []
    for term, label in (
        ("random effects, Hartung-Knapp", "Random effects, Hartung-Knapp"),
        ("fixed effect", "Fixed effect"),
    ):
        row = pooled.loc[term]
        if row["estimate"] == row["estimate"]:
            numbers = tuple(row[["estimate", "conf_low", "conf_high"]].astype(float))
            kind = "diamond" if term != "fixed effect" or meta.n_trials == 1 else "open diamond"
            rows.append({"kind": kind, "label": label, "people": total, "numbers": numbers})
    return rows


def _list_bayes(bayes: BayesMetaAnalysis, confidence_level: float) -> list[dict]:
    """The lines of the Bayesian model: mean effect, and effect in a new trial."""
    table = bayes.to_frame(confidence_level).set_index("term")
    mean, new = (
        tuple(table.loc[term, ["estimate", "conf_low", "conf_high"]].astype(float))
        for term in ("mean effect", "effect in a new trial")
    )
    return [
        {"kind": "diamond", "label": "Random effects, Bayesian", "numbers": mean},
        {"kind": "prediction", "label": "Bayesian: in a new trial", "numbers": (np.nan, *new[1:])},
    ]


def _list_prediction(meta: MetaAnalysis, bayes, confidence_level: float) -> list[dict]:
    """The line of the prediction interval; where there is none, why, unless the Bayesian one is."""
    low, high = meta.prediction_interval(confidence_level)
    row = {"label": f"{100 * confidence_level:g} % prediction interval of a new trial"}
    if low == low:
        return [row | {"kind": "prediction", "numbers": (np.nan, low, high)}]
    there = "is" if meta.n_trials == 1 else "are"
    text = f"needs 5 trials; there {there} {meta.n_trials}"
    return [row | {"text": text}] if bayes is None else []


def _label_trial(row: dict) -> str:
    """Name of a trial and where its numbers are from; a year once is enough."""
    name, study = str(row["trial"]), row.get("study") or ""
    if name.endswith(study[-5:]):
        study = study[:-5]
    return textwrap.shorten(f"{name} ({study})" if study else name, LONGEST_LABEL, placeholder=" …")


def _write_n(row: dict) -> str:
    """Participants on LDN and placebo, or in all."""
    if "n_ldn" in row and str(row["design"]).startswith("parallel"):
        return f"{row['n_ldn']} + {row['n_placebo']}"
    return f"{row['n_obs']:.0f}" if row.get("n_obs") == row.get("n_obs", np.nan) else ""


def write_notes(
    meta: MetaAnalysis, bayes: BayesMetaAnalysis | None, confidence_level: float
) -> list[str]:
    """What stands below the trials, in lines that fit."""
    notes = [_write_heterogeneity(meta, confidence_level)] if meta.n_trials > 1 else meta.notes
    if bayes is not None:
        notes.append(
            f"Bayesian: {bayes.describe_prior()}; {100 * confidence_level:g} % credible intervals."
        )
    if meta.effects is not None:
        sources = {
            "arms": "that of the arms: at baseline, or of the outcome in a crossover",
            "printed": "that the printed d implies",
            "derived": "that the standard error implies",
        }
        notes.append(
            "Effects are derived here from the printed numbers, in between-participant SDs: "
            f"{sources[meta.effects.standardiser]}{_describe_r(meta)}. n: participants (crossover), "
            "LDN + placebo (parallel)."
        )
        pooled = set(meta.trials["trial"])
        others = meta.effects.not_pooled
        notes += [
            f"{row.trial}: {row.reason}." for row in others.itertuples() if row.trial not in pooled
        ]
    return [line for note in notes for line in textwrap.wrap(note, NOTE_WIDTH)]


def _write_heterogeneity(meta: MetaAnalysis, confidence_level: float) -> str:
    """How much the trials differ, and what else must be known."""
    about = meta.glance(confidence_level).iloc[0]
    low, high = (format_number(about[f"tau_squared_{end}"]) for end in ("low", "high"))
    return (
        f"Differences between trials: τ² = {format_number(about['tau_squared'])} "
        f"({100 * confidence_level:g} % CI {low} to {high}; {about['method']}), I² = "
        f"{100 * about['i_squared']:.0f} %, Q({about['df']}) = {format_number(about['q'])}, "
        f"{format_p(about['p_value'])}. ".replace(
            " =\N{SPACE}", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}"
        )
        + " ".join(meta.notes)
    )


def _describe_r(meta: MetaAnalysis) -> str:
    """How the correlation of a participant's two results is known."""
    crossed = meta.effects.table["within_r"].dropna()
    if crossed.empty:
        return ""
    known = "derived" if meta.effects.within_r is None else "assumed"
    return f"; correlation of a participant's two results {crossed.iloc[-1]:.2g}, {known}"


def order_measures(printed: pd.DataFrame, measure: str) -> list[str]:
    """The scales of the printed meta-analyses, that of the trials first."""
    return sorted(dict.fromkeys(printed["measure"]), key=lambda name: not name.startswith(measure))


def list_printed_rows(printed: pd.DataFrame) -> list[dict]:
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
                "kind": "printed" if row["controlled"] else "aside",
                "label": _label_printed(row),
                "people": f"{row['participants']:.0f}" if row["participants"] > 0 else "",
                "status": row["comparison"],
                "numbers": (row["estimate"], row["conf_low"], row["conf_high"]),
            }
        )
    return rows


def note_printed(printed: pd.DataFrame) -> list[str]:
    """What has to be known about the published meta-analyses of one scale."""
    notes = ["As printed, with the signs reversed (in print below 0 favours LDN)."]
    notes += [
        f"{row.study}, {row.comparison}: {row.note}." for row in printed.itertuples() if row.note
    ]
    return textwrap.wrap(" ".join(notes), NOTE_WIDTH)


def _label_printed(row: dict) -> str:
    """Name of a published meta-analysis, and its number of trials where that was printed."""
    return f"{row['study']}, {row['trials']:.0f} trials" if row["trials"] > 0 else row["study"]
