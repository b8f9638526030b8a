"""One page about a table of one's own: the figures, the checks, the comparisons and their limits.

Each section is a small function that writes HTML from results. A piece that these data do not
allow is replaced by a sentence that says why.
"""

import hashlib
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .assumptions import CATEGORIES
from .data import describe_column, load_codebook, load_dataset
from .page import write_list, write_page, write_paragraph, write_section, write_table, write_text
from .regression import LineFit, LineFits, fit_lines

__all__ = ["build_report"]

PREDICTOR, OUTCOME, CONDITION = "esr_mm_h", "pain_reduction_percent", "condition"
MOST_DRAWS = 10_000_000  # persons times resamples: a second or two
RESAMPLES = 100_000
FEWEST_RESAMPLES = 1000
MOST_PAIRS = 2000  # persons for Theil-Sen, which takes the slopes of all pairs of them
NOT_POSSIBLE = (ValueError, ArithmeticError, MemoryError)


@dataclass(frozen=True, eq=False, kw_only=True)
class Material:
    """What every section is written from."""

    data: pd.DataFrame
    fits: LineFits
    seed: int
    path: Path | None
    command: str
    n_illustrative: int

    @property
    def conditions(self) -> tuple[str, ...]:
        """Names of the conditions, in order."""
        return tuple(self.fits)

    @property
    def pairing(self) -> dict:
        """Options of every within-person comparison."""
        return {"conditions": self.conditions, "missing": "drop"}


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

    from .figures import STYLE

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
        fits = fit_lines(data)
        n_illustrative = _count_illustrative(data)
        if n_illustrative:
            data = data.copy()
            data.attrs["status"] = "illustrative"
            fits = fit_lines(data)
        material = Material(
            data=data, fits=fits, seed=int(rng), path=path, command=command,
            n_illustrative=n_illustrative,
        )  # fmt: skip
        parts = []
        # A dollar sign in a name is a dollar sign, not the start of a formula.
        with style.context([STYLE, {"text.parse_math": False}]):
            for heading, write in tqdm(SECTIONS.items(), unit="section", disable=None):
                parts.append(write_section(heading, write(material)))
    return write_page(title.strip() or f"Report on {path.name if path else 'a table'}", parts)


def _count_illustrative(data: pd.DataFrame) -> int:
    """How many rows are rows of the project's own simulated table."""
    keys = ["participant", CONDITION, PREDICTOR, OUTCOME]
    known = load_dataset("esr_pain_change")[keys].astype({CONDITION: "str"})
    if not set(keys) <= set(data):
        return 0
    mine = data.loc[data["participant"].isin(known["participant"]), keys]
    return len(mine.astype({CONDITION: "str", "participant": "str"}).merge(known, on=keys))


# --- the sections ------------------------------------------------------------------------


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
        write_paragraph(_say_whose(m)),
        write_table(table, caption="The table of data"),
    ]
    notes = [*m.data.attrs.get("notes", []), *_notice(m)]
    if notes:
        parts += [
            write_paragraph("What was noticed while reading it, and done:"),
            write_list(notes),
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
        write_list(
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
    from .figures import label_column

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
    return [write_table(table.rename(columns=names), caption="Measures under each condition")]


def _fit(m: Material) -> list[str]:
    """The panes of Fig. 2, their sentences and their tables."""
    from .figures import plot_esr_pain

    lines = m.fits.to_frame().astype({CONDITION: "str"})
    about = m.fits.glance().astype({CONDITION: "str"})
    kept = ["n_obs", "r", "r_conf_low", "r_conf_high", "r_squared", "adj_r_squared", "residual_sd"]
    caption = (
        "Each participant under each condition, the least-squares line and the 95 % band of the line: "
        "it is for the mean of people with that value, not for one person."
    )
    return [
        _draw(lambda: plot_esr_pain(m.fits)[0], f"One pane a condition. {m.fits}", caption),
        write_list([f"{name}: {m.fits[name]}" for name in m.fits]),
        write_table(lines, caption="Intercept and slope of each line"),
        write_table(about[[CONDITION, *kept]], caption="Correlation and scatter about each line"),
    ]


def _check(m: Material) -> list[str]:
    """Everything that may be wrong with each line."""
    opening = (
        "A test of an assumption that is not significant does not show that the assumption holds, "
        "least of all with few people. A point beyond a cut-off is worth a look, not a removal."
    )
    parts = [write_paragraph(opening)]
    for name in m.fits:
        fit = m.fits[name]
        pieces = [
            _try(lambda fit=fit: _check_assumptions(fit)),
            _try(lambda fit=fit: _leave_out(fit)),
            _try(lambda fit=fit: _compare_lines(fit)),
            _try(lambda fit=fit: _bootstrap(fit, m.seed)),
            _try(lambda fit=fit: _permute(fit, m.seed)),
        ]
        parts.append(write_section(f"The line under {name}", pieces, level=3))
    return parts


def _check_assumptions(fit: LineFit) -> str:
    """A row a check; the points worth a look by name."""
    from .diagnostics import check_line

    table = check_line(fit).to_frame()
    table["check"] = table["assumption"] + ": " + table["check"]
    table["look_at"] = table["look_at"].where(table["note"] == "", table["note"])
    kept = ["check", "statistic", "p_value", "good", "look_at"]
    return write_table(table[kept], caption="Checks of the line", blank="")


def _leave_out(fit: LineFit) -> str:
    """The line without each person."""
    from .influence import leave_one_out

    return write_paragraph(leave_one_out(fit))


def _compare_lines(fit: LineFit) -> str:
    """Robust lines and rank correlations."""
    if fit.n_obs > MOST_PAIRS:
        raise ValueError(
            f"other lines and rank correlations: one of them takes the slopes of all pairs of people, "
            f"and there are {fit.n_obs:,} (the most here is {MOST_PAIRS:,})"
        )
    from .other_lines import compare_lines

    kept = ["term", "estimator", "estimate", "conf_low", "conf_high", "p_value", "method"]
    table = compare_lines(fit).to_frame()[kept].rename(columns={"method": "interval by"})
    return write_table(
        table, caption="Other lines and rank correlations of the same points", blank=""
    )


def _bootstrap(fit: LineFit, seed: int) -> str:
    """Bootstrap intervals of slope and R squared."""
    from .bootstrap import MOST_EXACT, bootstrap_line, exact_bootstrap_line

    if fit.n_obs <= MOST_EXACT:
        result = exact_bootstrap_line(fit)
    else:
        result = bootstrap_line(fit, rng=seed, n_resamples=_count_draws(fit, "bootstrap"))
    table = result.to_frame().query("term != 'intercept' and method != 'basic'")
    names = {"r_squared": "R²"}
    table = table.assign(term=table["term"].replace(names)).drop(columns="bias")
    drawn = f"all {result.n_resamples:,}" if result.exact else f"{result.n_resamples:,} random"
    few = " With so few people these intervals are too narrow." if fit.n_obs < 20 else ""
    return write_table(table, caption=f"Bootstrap of the line: {drawn} resamples of the people") + (
        write_paragraph(few.strip()) if few else ""
    )


def _permute(fit: LineFit, seed: int) -> str:
    """Permutation test of no association."""
    from .permutation import permute_line

    result = permute_line(fit, rng=seed, n_permutations=_count_draws(fit, "permutation test"))
    return write_paragraph(f"Permutation test of no association: {result}")


def _count_draws(fit: LineFit, what: str) -> int:
    """How often to draw so that it ends in a second or two."""
    count = min(RESAMPLES, MOST_DRAWS // fit.n_obs)
    if count < FEWEST_RESAMPLES:
        raise ValueError(
            f"{what}: with {fit.n_obs:,} people, {FEWEST_RESAMPLES:,} draws take too long for this "
            "page; with so many, normal scatter matters little to the t interval, uneven scatter still does"
        )
    return count


def _compare(m: Material) -> list[str]:
    """Each person under one condition against herself under the other."""
    reason = _say_unpaired(m)
    if reason:
        return [write_paragraph(f"Not computed: {reason}", note=True)]
    first, second = m.conditions
    text = (
        f"All differences are {first} minus {second}, in persons with both. That one line's p value is "
        "small and the other's is not says nothing about the difference; it has its own estimate."
    )
    return [
        write_paragraph(text),
        _try(lambda: _compare_means(m)),
        _try(lambda: _compare_slopes(m)),
        _try(lambda: _fit_crossover(m)),
    ]


def _say_unpaired(m: Material) -> str:
    """Why persons cannot be compared with themselves; empty if they can."""
    if len(m.conditions) != 2:
        return f"two conditions are compared, and there are {len(m.conditions)}."
    rows = m.data["participant"].value_counts()
    both = int((rows > 1).sum())
    if both >= 3:
        return ""
    return (
        f"{both} of {len(rows):,} participants have both conditions, and at least 3 are needed. If these "
        "are two groups of different people, this page does not compare them."
    )


def _compare_means(m: Material) -> str:
    """The paired mean difference."""
    from .pairs import compare_means

    result = compare_means(m.data, **m.pairing)
    return write_section(
        "The mean difference",
        [write_paragraph(result), write_table(result.to_frame(), caption="Paired mean difference")],
        level=3,
    )


def _compare_slopes(m: Material) -> str:
    """The difference between the two slopes, with its picture."""
    from .figures import MOST_POINTS
    from .figures_crossover import plot_slope_difference
    from .slopes import compare_slopes

    result = compare_slopes(m.data, **m.pairing)
    table = result.to_frame().drop(columns=["primary", "why"])
    parts = [write_paragraph(result), write_table(table, caption="Difference between the slopes")]
    if result.n_obs <= MOST_POINTS:
        caption = "The within-person difference against the predictor, and the three estimates."
        parts.append(_draw(lambda: plot_slope_difference(result)[0], str(result), caption))
    return write_section("The difference between the slopes", parts, level=3)


def _fit_crossover(m: Material) -> str:
    """Drug, period and carry-over, where the order of the conditions is in the table."""
    from .crossover import fit_crossover

    if "sequence" not in m.data:
        text = (
            "The table has no column sequence (such as "
            f"'{m.conditions[0]} then {m.conditions[1]}'), so the effect of the period cannot be taken out."
        )
        return write_section("The two periods", [write_paragraph(text, note=True)], level=3)

    def write() -> str:
        result = fit_crossover(m.data, **m.pairing)
        table = result.to_frame()
        return write_paragraph(result) + write_table(
            table, caption="Condition, period and carry-over"
        )

    return write_section("The two periods", [_try(write)], level=3)


def _count_responders(m: Material) -> list[str]:
    """Responders at the two customary thresholds, in pairs."""
    reason = _say_unpaired(m)
    if reason:
        return [write_paragraph(f"Not computed: {reason}", note=True)]
    from .responders import DICHOTOMISING, compare_responders

    printed = load_dataset("published_values").set_index("id")["value"]
    parts = [write_paragraph(f"{DICHOTOMISING}.")]
    for name in ("immpact_moderate", "immpact_substantial"):
        threshold = float(printed[name])

        def write(threshold=threshold) -> str:
            result = compare_responders(m.data, threshold=threshold, **m.pairing)
            caption = f"Responders: {describe_column(OUTCOME)[0]} of at least {threshold:g} (shares from 0 to 1)"
            text = (
                f"Both {result.both}, {m.conditions[0]} only {result.first_only}, {m.conditions[1]} only "
                f"{result.second_only}, neither {result.neither}; {result.describe_number_needed()}."
            )
            return write_table(result.to_frame(), caption=caption, blank="") + write_paragraph(text)

        parts.append(_try(write))
    return parts


def _count_improvement(m: Material) -> list[str]:
    """The bars of Fig. 1, of the answers in the rows of the first condition."""
    if "improvement" not in m.data:
        return [write_paragraph("Not computed: the table has no column improvement.", note=True)]

    def write() -> str:
        from .figures import plot_improvement
        from .proportions import summarise_improvement

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
            write_paragraph(text)
            + _draw(lambda: plot_improvement(summary), str(summary), caption)
            + write_table(summary.to_frame(), caption="Answers (shares from 0 to 1)")
        )

    return [_try(write)]


def _limit(m: Material) -> list[str]:  # noqa: ARG001
    """What may be said, and what not."""
    return [
        write_list(
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
    from .versions import list_versions

    parts = [f"<p>Command: <code>{write_text(m.command)}</code></p>"] if m.command else []
    text = f"Seed of each bootstrap and permutation test: {m.seed}."
    return [*parts, write_paragraph(text), write_table(list_versions(), caption="Computed with")]


SECTIONS: dict[str, Callable[[Material], list[str]]] = {
    "The data": _describe_file,
    "The questions": _ask,
    "The measures": _summarise,
    "The lines": _fit,
    "Checks of each line": _check,
    "The difference between the conditions": _compare,
    "Responders": _count_responders,
    "Self-reported improvement": _count_improvement,
    "What may be said, and what not": _limit,
    "How this page was made": _describe_making,
}


# --- pieces ------------------------------------------------------------------------------


def _try(write: Callable[[], str]) -> str:
    """A piece, or a sentence on why these data do not allow it."""
    try:
        return write()
    except NOT_POSSIBLE as error:
        # Which function said so is of no use to a reader of the page.
        reason = re.sub(r"^[a-z]+(_[a-z]+)+: ", "", str(error)) or type(error).__name__
        return write_paragraph(f"Not computed: {reason}", note=True)


def _draw(plot: Callable, alt: str, caption: str) -> str:
    """A figure, or a sentence on why it could not be drawn."""
    from .figures import write_image

    def write() -> str:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            image = write_image(plot().figure, alt=alt, caption=caption)
        if any("missing from" in str(item.message) for item in caught):
            text = "The figure's font lacks some characters of your names and shows boxes for them."
            image += write_paragraph(text, note=True)
        return image

    return _try(write)
