"""One page about your own table: the figures, the checks, the comparisons and their limits.

Each section is a small function that gives HTML; `SECTIONS` has them in order.
"""

import hashlib
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from ..core.codebook import CATEGORIES, describe_column
from ..core.columns import OWN, Columns
from ..core.html import (
    render_list,
    render_page,
    render_paragraph,
    render_section,
    render_table,
    render_text,
)
from ..core.status import mark_illustrative, read_status
from ..core.validation import require_frame, require_rng
from ..data.tables import load_codebook, load_dataset
from .analyses import (
    CONDITION,
    OUTCOME,
    ReportContext,
    has_responders,
    render_answer,
    render_checks,
    render_comparison,
    render_lines,
    render_picture,
    render_responders,
    section_or_reason,
)
from .estimates import OWN_BASELINE, analyse_table, draw_result, write_methods

__all__ = ["build_report"]

PRIVACY = (
    "This page shows every participant's values as points, and its tables may name participants: "
    "think before you send it to anybody."
)


def build_report(
    data: pd.DataFrame,
    *,
    rng: int,
    path: str | Path | None = None,
    title: str = "",
    command: str = "",
    columns: Columns | None = None,
) -> str:
    """Answer the questions of notebooks 02 to 05 for your own table, on one HTML page.

    The page stands alone: pictures are in it, there is no script and nothing is fetched. The
    same table and seed give the same page. With many participants the bootstrap and the
    permutation test draw fewer samples, or are left out, and the page says so.

    Parameters
    ----------
    data : DataFrame
        What `read_table` returns: one row per participant and condition, or one per participant
        of one group or several. A column `sequence` (such as "ldn then placebo") adds the
        crossover analysis, a column `improvement` the bars of Fig. 1.
    rng : int
        Seed of the bootstrap and of the permutation test; the page states it.
    path : str or Path, optional
        Where the table came from: its name and the SHA-256 of its bytes go into the page.
    title : str, optional
        Heading; default: the name of the file.
    command : str, optional
        Printed as the command that made the page.
    columns : Columns, optional
        Which columns of a table in its own words hold what.

    Returns
    -------
    str
        The page.

    Raises
    ------
    TypeError
        If the data are not a DataFrame, or rng is not a whole number.
    ValueError
        If rng is negative, or as `fit_lines`, or if the columns name a design that the rows are not.

    See Also
    --------
    read_table : the table it needs

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

    if rng is None:
        require_rng(rng, "build_report")
    if isinstance(rng, bool) or not isinstance(rng, (int, np.integer)):
        raise TypeError(
            f"build_report: rng must be a seed, a whole number, since the page states it; received {rng!r}"
        )
    if rng < 0:
        raise ValueError(f"build_report: rng must not be negative; received {rng}")
    require_frame(data, "build_report")
    path = None if path is None else Path(path)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # what is not defined is said on the page
        if n_illustrative := _count_illustrative(data):
            data = mark_illustrative(data)
        context = ReportContext(
            analysis=analyse_table(data, columns), seed=int(rng), path=path, command=command,
            n_illustrative=n_illustrative,
        )  # fmt: skip
        parts = []
        # A dollar sign in a name is a dollar sign, not the start of a formula.
        with style.context([STYLE, {"text.parse_math": False}]):
            sections = {h: r for h, r in SECTIONS.items() if _applies(h, context)}
            for heading, render in tqdm(sections.items(), unit="section", disable=None):
                parts.append(render_section(heading, render(context)))
    return render_page(title.strip() or f"Report on {path.name if path else 'a table'}", parts)


def _count_illustrative(data: pd.DataFrame) -> int:
    """How many rows are rows of the project's own simulated table."""
    keys = ["participant", CONDITION, "esr_mm_h", OUTCOME]
    known = load_dataset("esr_pain_change")[keys].astype({CONDITION: "str"})
    if not set(keys) <= set(data):
        return 0
    mine = data.loc[data["participant"].isin(known["participant"]), keys]
    return len(mine.astype({CONDITION: "str", "participant": "str"}).merge(known, on=keys))


def _applies(heading: str, context: ReportContext) -> bool:
    """Whether a section is about this table; a table in its own words leaves some out."""
    analysis = context.analysis
    if analysis.columns is OWN:
        return True
    if heading == "Responders":
        return has_responders(analysis)
    if heading == "Self-reported improvement":
        return analysis.columns.improvement is not None
    return analysis.fits is not None or heading not in ("The lines", "Checks of each line")


def _answer(context: ReportContext) -> list[str]:
    """What came out, first; and whose data they are."""
    return [
        render_paragraph(_say_whose(context)),
        *render_answer(context),
        render_paragraph(PRIVACY, note=True),
    ]


def _describe_file(context: ReportContext) -> list[str]:
    """Which file, and what the reader noticed."""
    analysis = context.analysis
    facts = {"file": context.path.name, "SHA-256": _hash(context.path)} if context.path else {}
    facts |= {"rows used": f"{len(context.data):,}", "columns": str(context.data.shape[1])}
    facts |= {
        "participants": f"{analysis.design.n_participants:,}",
        "conditions": ", ".join(map(str, analysis.conditions)),
        "design": str(analysis.design).removeprefix("design: "),
    }
    if analysis.columns is not OWN:
        facts |= {role: _name(name) for role, name in analysis.columns.list_read().items()}
    table = pd.DataFrame({"what": list(facts), "value": list(facts.values())})
    parts = [render_table(table, caption="The table of data")]
    notes = [*context.data.attrs.get("notes", []), *_notice(context)]
    notes = [note for note in notes if note != str(analysis.design)]  # it is in the table
    if notes:
        parts += [
            render_paragraph("Noticed while reading the table, and what was done about it:"),
            render_list(notes),
        ]
    return parts


def _name(column: str) -> str:
    """A column's name, and its label where that is another."""
    title, unit = describe_column(column)
    label = f"{title} ({unit})" if unit else title
    return str(column) if label == column else f"{column}: {label}"


def _say_whose(context: ReportContext) -> str:
    """Whose data these are: the reader's own, or the project's simulated participants."""
    if context.n_illustrative:
        return (
            f"{context.n_illustrative} of the {len(context.data):,} rows are rows of the illustrative table of the "
            "project LDN re-analysis: simulated participants, not measurements. This page shows how to "
            "read such a report; nothing in it is evidence about anybody."
        )
    return (
        "The data belong to whoever made this page, not to the project LDN re-analysis, whose code "
        "computed it. The project has neither seen nor checked them."
    )


def _hash(path: Path) -> str:
    """SHA-256 of the bytes of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _notice(context: ReportContext) -> list[str]:
    """What a reader of the report should know about the columns."""
    columns = context.analysis.columns
    if columns is OWN:
        known = {*load_codebook("esr_pain_change")["name"], "sequence", "improvement"}
        if not read_status(context.data):
            known.remove("status")  # the reader's own column of this name
    else:
        known = {*columns.list_read().values(), columns.outcome, "sequence", ""}
    more = [str(name)[:60] for name in context.data if name not in known]
    notes = []
    if more:
        shown = ", ".join(more[:20]) + (f" and {len(more) - 20} more" if len(more) > 20 else "")
        notes.append(f"columns that are not used: {shown}")
    base = context.data.get(OWN_BASELINE) if columns is OWN else None
    if base is not None and (zero := int((base == 0).sum())):
        notes.append(
            f"{zero} row(s) have a baseline pain of zero, so that no percentage can be computed; their "
            f"{OUTCOME} was used as given"
        )
    return notes


def _ask(context: ReportContext) -> list[str]:
    """The questions, as estimands."""
    analysis = context.analysis
    y, y_unit = describe_column(analysis.columns.outcome)
    unit = f" ({y_unit})" if y_unit else ""
    questions = []
    if analysis.fits is not None:
        x, x_unit = describe_column(analysis.columns.predictor)
        where = "Under each condition: by" if len(analysis.conditions) > 1 else "By"
        questions.append(
            f"{where} how much does the mean {y}{unit} differ between "
            f"participants whose {x} differs by {f'1 {x_unit}' if x_unit else 'one unit'}? This compares "
            "different participants. It is not what would happen if one participant's value changed."
        )
    slope = ", and by how much does that slope differ" if analysis.fits is not None else ""
    if analysis.is_paired:
        questions.append(
            "Between the conditions, with each participant as their own control: by how much does the "
            f"mean {y} differ{slope}?"
        )
    elif analysis.design.kind == "parallel":
        covariate = getattr(analysis.means, "covariate", None)
        same = (
            f" among participants with the same {describe_column(covariate)[0]}"
            if covariate
            else ""
        )
        questions.append(
            f"Between independent groups: by how much does the mean {y} differ{same}{slope}?"
        )
    return (
        [render_list(questions)] if questions else [render_paragraph("None: one group, no line.")]
    )


def _summarise(context: ReportContext) -> list[str]:
    """N, mean and SD of each measure under each condition."""
    from ..core.canvas import label_column

    analysis = context.analysis
    if analysis.columns is OWN:
        book = load_codebook("esr_pain_change")
        measures = [
            name for name in book.loc[book["type"] == "number", "name"] if name in context.data
        ]
    else:
        measures = list(analysis.columns.list_measures())
    names = {str(name): label_column(name) for name in measures}
    rows = {name: analysis.take(name)[list(names)] for name in analysis.conditions}
    how = ["count", "mean", "std", "min", "max"]
    table = pd.concat({name: part.agg(how).T for name, part in rows.items()})
    table = table.rename_axis([CONDITION, "measure"]).reset_index()
    table = table.assign(measure=table["measure"].map(names), count=table["count"].astype(int))
    table = table[[CONDITION, "measure", "count", "mean", "std", "min", "max"]]
    names = {"count": "n", "std": "SD", "min": "smallest", "max": "largest"}
    return [render_table(table.rename(columns=names), caption="Measures under each condition")]


def _count_improvement(context: ReportContext) -> list[str]:
    """The bars of Fig. 1, of the answers in the rows of the first condition."""
    if context.analysis.columns.improvement not in context.data:
        return [render_paragraph("Not computed: the table has no column improvement.", note=True)]

    return [section_or_reason(_render_answers, context)]


def _render_answers(context: ReportContext) -> str:
    """Bars and table of the answers."""
    from ..crossover.improvement import summarise_improvement

    first, name = context.analysis.conditions[0], context.analysis.columns.improvement
    rows = context.analysis.take(first)
    answers = rows[name].astype("str").str.strip().where(rows[name].notna())
    other = answers.dropna()[~answers.dropna().isin(CATEGORIES)]
    if len(other):
        raise ValueError(
            f"{len(other)} answers, such as {other.iloc[0][:60]!r}, are not among the seven: "
            f"{', '.join(CATEGORIES)}"
        )
    if answers.isna().all():
        raise ValueError(f"no row of {first} has an answer")
    answers = rows.assign(improvement=pd.Categorical(answers, CATEGORIES, ordered=True))
    summary = summarise_improvement(answers, missing="drop")
    text = (
        f"Answers in the rows of {first}. There is no control group among them: the answers "
        "include the effects of placebo, time and hope."
    )
    caption = "Share of each answer with its 95 % Wilson interval (thick) and the joint one (thin)."
    return (
        render_paragraph(text)
        + render_picture(lambda: draw_result(summary), str(summary), caption)
        + render_table(summary.to_frame(), caption="Answers (shares from 0 to 1)")
    )


def _limit(context: ReportContext) -> list[str]:  # noqa: ARG001
    """What may be said, and what not."""
    return [
        render_list(
            [
                "A slope compares participants with one another. It does not show what a change of the "
                "predictor would do, nor who will benefit.",
                "Significant under one condition and not under the other is no evidence of a "
                "difference between them: read the estimate of the difference and its interval.",
                "An interval that contains zero does not show that there is no effect; look at what "
                "else it contains.",
                "Intervals and p values assume independent participants and, for lines, a straight relation "
                "with even, roughly normal scatter. Nothing in a table can show independence.",
                "There are many p values on this page, and none is adjusted for the others unless it "
                "says so. Decide which one counts before you look.",
                "Where the order of the conditions was not randomised and concealed, a difference between "
                "them includes the effects of time, expectation and regression to the mean.",
                "The page cannot know who was left out of the table, or why.",
                "None of this is medical advice.",
            ]
        )
    ]


def _write_methods(context: ReportContext) -> list[str]:
    """A paragraph that can be pasted into a paper."""
    seed = context.seed
    return [
        render_paragraph("Ready to paste; delete what you do not report:"),
        render_paragraph(write_methods(context.analysis, seed)),
    ]


def _describe_making(context: ReportContext) -> list[str]:
    """Command, seed and versions."""
    from ..core.versions import list_versions

    parts = (
        [f"<p>Command: <code>{render_text(context.command)}</code></p>"] if context.command else []
    )
    text = f"Seed of each bootstrap and permutation test: {context.seed}."
    return [*parts, render_paragraph(text), render_table(list_versions(), caption="Computed with")]


SECTIONS: dict[str, Callable[[ReportContext], list[str]]] = {
    "The answer": _answer,
    "The questions": _ask,
    "The measures": _summarise,
    "The difference between the conditions": render_comparison,
    "The lines": render_lines,
    "Checks of each line": render_checks,
    "Responders": render_responders,
    "Self-reported improvement": _count_improvement,
    "What may be said, and what not": _limit,
    "Methods": _write_methods,
    "The data": _describe_file,
    "How this page was made": _describe_making,
}
