"""One page about a table of one's own: the figures, the checks, the comparisons and their limits.

Each section is a small function that writes HTML; `SECTIONS` has them in order.
"""

import hashlib
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from ..core.codebook import CATEGORIES, describe_column
from ..core.html import (
    render_list,
    render_page,
    render_paragraph,
    render_section,
    render_table,
    render_text,
)
from ..core.status import mark_illustrative
from ..data.tables import load_codebook, load_dataset
from ..lines.regression import fit_lines
from .analyses import (
    CONDITION,
    OUTCOME,
    Material,
    write_checks,
    write_comparison,
    write_figure,
    write_lines,
    write_piece,
    write_responders,
)

__all__ = ["build_report"]

PREDICTOR = "esr_mm_h"


def build_report(
    data: pd.DataFrame,
    *,
    rng: int,
    path: str | Path | None = None,
    title: str = "",
    command: str = "",
) -> str:
    """Write everything that notebooks 02 to 05 ask, asked of another table, as one HTML page.

    The page stands alone: pictures are in it, there is no script and nothing is fetched. The
    same table and seed give the same page. With many persons the bootstrap and the permutation
    test draw less often, or are left out, and the page says so.

    Parameters
    ----------
    data : DataFrame
        What `read_table` returns: one row a person and condition. A column `sequence` (such as
        "ldn then placebo") adds the crossover analysis, a column `improvement` the bars of Fig. 1.
    rng : int
        Seed of the bootstrap and of the permutation test; the page states it.
    path : str or Path, optional
        Where the table came from: its name and the SHA-256 of its bytes go into the page.
    title : str, optional
        Heading; default: the name of the file.
    command : str, optional
        The command to print as the one that made the page.

    Returns
    -------
    str

    Raises
    ------
    TypeError
        If the data are not a DataFrame, or rng is not a whole number.
    ValueError
        If rng is negative, or as `fit_lines`.

    Examples
    --------
    >>> from ldn_analysis import load_dataset
    >>> page = build_report(load_dataset("esr_pain_change"), rng=1)
    >>> page.count("<h1>"), page.count("<script")
    (1, 0)
    """
    from matplotlib import style
    from tqdm import tqdm

    from ..core.canvas import STYLE

    if isinstance(rng, bool) or not isinstance(rng, (int, np.integer)):
        raise TypeError(
            f"build_report: rng must be a seed, a whole number, since the page states it; received {rng!r}"
        )
    if rng < 0:
        raise ValueError(f"build_report: rng must not be negative; received {rng}")
    if not isinstance(data, pd.DataFrame):
        raise TypeError(f"build_report: data must be a DataFrame; received {type(data).__name__}")
    path = None if path is None else Path(path)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # what is not defined is said on the page
        if n_illustrative := _count_illustrative(data):
            data = mark_illustrative(data)
        material = Material(
            data=data, fits=fit_lines(data), seed=int(rng), path=path, command=command,
            n_illustrative=n_illustrative,
        )  # fmt: skip
        parts = []
        # A dollar sign in a name is a dollar sign, not the start of a formula.
        with style.context([STYLE, {"text.parse_math": False}]):
            for heading, write in tqdm(SECTIONS.items(), unit="section", disable=None):
                parts.append(render_section(heading, write(material)))
    return render_page(title.strip() or f"Report on {path.name if path else 'a table'}", parts)


def _count_illustrative(data: pd.DataFrame) -> int:
    """How many rows are rows of the project's own simulated table."""
    keys = ["participant", CONDITION, PREDICTOR, OUTCOME]
    known = load_dataset("esr_pain_change")[keys].astype({CONDITION: "str"})
    if not set(keys) <= set(data):
        return 0
    mine = data.loc[data["participant"].isin(known["participant"]), keys]
    return len(mine.astype({CONDITION: "str", "participant": "str"}).merge(known, on=keys))


def _describe_file(m: Material) -> list[str]:
    """Which file, and what the reader noticed."""
    facts = {"file": m.path.name, "SHA-256": _hash(m.path)} if m.path else {}
    facts |= {"rows used": f"{len(m.data):,}", "columns": str(m.data.shape[1])}
    facts |= {
        "participants": f"{m.data['participant'].nunique():,}" if "participant" in m.data else "?",
        "conditions": ", ".join(map(str, m.conditions)),
    }
    table = pd.DataFrame({"what": list(facts), "value": list(facts.values())})
    parts = [
        render_paragraph(_say_whose(m)),
        render_table(table, caption="The table of data"),
    ]
    notes = [*m.data.attrs.get("notes", []), *_notice(m)]
    if notes:
        parts += [
            render_paragraph("What was noticed while reading it, and done:"),
            render_list(notes),
        ]
    return parts


def _say_whose(m: Material) -> str:
    """Whose data these are: a reader's own, or the project's simulated people."""
    if m.n_illustrative:
        return (
            f"{m.n_illustrative} of the {len(m.data):,} rows are rows of the illustrative table of the "
            "project LDN re-analysis: simulated people, not measurements. This page shows how such a "
            "report is read; nothing in it is evidence about anybody."
        )
    return (
        "The data are those of whoever made this page, not of the project LDN re-analysis, whose code "
        "computed it. The project has neither seen nor checked them."
    )


def _hash(path: Path) -> str:
    """SHA-256 of the bytes of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _notice(m: Material) -> list[str]:
    """What a reader of the report should know about the columns."""
    known = {*load_codebook("esr_pain_change")["name"], "sequence", "improvement"}
    more = [str(name)[:60] for name in m.data if name not in known]
    notes = []
    if more:
        shown = ", ".join(more[:20]) + (f" and {len(more) - 20} more" if len(more) > 20 else "")
        notes.append(f"columns that are not used: {shown}")
    base = m.data.get("baseline_pain_0_100")
    if base is not None and (zero := int((base == 0).sum())):
        notes.append(
            f"{zero} row(s) have a baseline pain of zero, of which no percentage can be taken; their "
            f"{OUTCOME} was used as it stands"
        )
    return notes


def _ask(m: Material) -> list[str]:  # noqa: ARG001
    """The questions, as estimands."""
    (x, x_unit), (y, y_unit) = describe_column(PREDICTOR), describe_column(OUTCOME)
    return [
        render_list(
            [
                f"Under each condition: by how much does the mean {y} ({y_unit}) differ between people "
                f"whose {x} differs by 1 {x_unit}? This compares different people. It is not what "
                "would happen if one person's value changed.",
                f"Between the conditions, each person against herself: by how much does the mean {y} "
                "differ, and by how much does that slope differ?",
            ]
        )
    ]


def _summarise(m: Material) -> list[str]:
    """N, mean and SD of each measure under each condition."""
    from ..core.canvas import label_column

    book = load_codebook("esr_pain_change")
    measures = [name for name in book.loc[book["type"] == "number", "name"] if name in m.data]
    rows = {name: m.data.loc[m.data[CONDITION] == name, measures] for name in m.conditions}
    how = ["count", "mean", "std", "min", "max"]
    table = pd.concat({name: part.agg(how).T for name, part in rows.items()})
    table = table.rename_axis([CONDITION, "measure"]).reset_index()
    table = table.assign(
        measure=table["measure"].map(label_column), count=table["count"].astype(int)
    )
    table = table[[CONDITION, "measure", "count", "mean", "std", "min", "max"]]
    names = {"count": "n", "std": "SD", "min": "smallest", "max": "largest"}
    return [render_table(table.rename(columns=names), caption="Measures under each condition")]


def _count_improvement(m: Material) -> list[str]:
    """The bars of Fig. 1, of the answers in the rows of the first condition."""
    if "improvement" not in m.data:
        return [render_paragraph("Not computed: the table has no column improvement.", note=True)]

    return [write_piece(_write_answers, m)]


def _write_answers(m: Material) -> str:
    """Bars and table of the answers."""
    from ..crossover.figure_1 import plot_improvement
    from ..crossover.improvement import summarise_improvement

    rows = m.data[(m.data[CONDITION] == m.conditions[0]).to_numpy()]
    answers = rows["improvement"].astype("str").str.strip().where(rows["improvement"].notna())
    other = answers.dropna()[~answers.dropna().isin(CATEGORIES)]
    if len(other):
        raise ValueError(
            f"{len(other)} answers, such as {other.iloc[0][:60]!r}, are not among the seven: "
            f"{', '.join(CATEGORIES)}"
        )
    if answers.isna().all():
        raise ValueError(f"no row of {m.conditions[0]} has an answer")
    answers = rows.assign(improvement=pd.Categorical(answers, CATEGORIES, ordered=True))
    summary = summarise_improvement(answers, missing="drop")
    text = (
        f"Answers in the rows of {m.conditions[0]}. There is no control group in them: what placebo, "
        "time and hope do to an answer is inside."
    )
    caption = "Share of each answer with its 95 % Wilson interval."
    return (
        render_paragraph(text)
        + write_figure(lambda: plot_improvement(summary), str(summary), caption)
        + render_table(summary.to_frame(), caption="Answers (shares from 0 to 1)")
    )


def _limit(m: Material) -> list[str]:  # noqa: ARG001
    """What may be said, and what not."""
    return [
        render_list(
            [
                "A slope compares people with one another. It does not show what a change of the "
                "predictor would do, nor who will benefit.",
                "Significant under one condition and not under the other is no evidence of a "
                "difference between them: read the estimate of the difference and its interval.",
                "An interval that contains zero does not show that there is no effect; look at what "
                "else it contains.",
                "Intervals and p values assume independent persons and, for lines, a straight relation "
                "with an even and about normal scatter. Nothing in a table can show independence.",
                "There are many p values on this page, and none is adjusted for the others. Name the "
                "one that counts before you look.",
                "Where the order of the conditions was not randomised and hidden, a difference between "
                "them contains time, expectation and regression to the mean.",
                "The page cannot know who was left out of the table, or why.",
                "None of this is medical advice.",
            ]
        )
    ]


def _describe_making(m: Material) -> list[str]:
    """Command, seed and versions."""
    from ..core.versions import list_versions

    parts = [f"<p>Command: <code>{render_text(m.command)}</code></p>"] if m.command else []
    text = f"Seed of each bootstrap and permutation test: {m.seed}."
    return [*parts, render_paragraph(text), render_table(list_versions(), caption="Computed with")]


SECTIONS: dict[str, Callable[[Material], list[str]]] = {
    "The data": _describe_file,
    "The questions": _ask,
    "The measures": _summarise,
    "The lines": write_lines,
    "Checks of each line": write_checks,
    "The difference between the conditions": write_comparison,
    "Responders": write_responders,
    "Self-reported improvement": _count_improvement,
    "What may be said, and what not": _limit,
    "How this page was made": _describe_making,
}
