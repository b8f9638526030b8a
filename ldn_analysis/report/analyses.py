"""The analyses of the report: lines, their checks, comparisons of conditions, responders.

Each function makes HTML from results. A part that these data do not allow is replaced by a
sentence that says why.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..core.codebook import describe_column
from ..core.html import render_list, render_paragraph, render_section, render_table
from ..core.result import Result
from ..core.wording import capitalise
from ..data.tables import load_dataset
from ..lines.regression import LineFit
from .estimates import NOT_POSSIBLE, TableAnalysis, draw_result, find_sequence, say_reason

__all__: list[str] = []

OUTCOME, CONDITION = "pain_reduction_percent", "condition"
MAX_DRAWS = 10_000_000  # participants times resamples: a second or two
RESAMPLES = 100_000
MIN_RESAMPLES = 1000
MAX_FOR_PAIRS = 2000  # participants, for Theil-Sen, which takes the slopes of all pairs


@dataclass(frozen=True, eq=False, kw_only=True)
class ReportContext:
    """What every section of the report is made from."""

    analysis: TableAnalysis
    seed: int
    path: Path | None
    command: str
    n_illustrative: int

    @property
    def data(self) -> pd.DataFrame:
        """The table."""
        return self.analysis.data


def render_answer(context: ReportContext) -> list[str]:
    """The estimates to read first, and their figure."""
    analysis = context.analysis
    first = render_list(analysis.list_headlines())
    picture = analysis.fits if analysis.fits is not None else analysis.means
    if picture is None:
        reason = f"{analysis.design}: a comparison, or a line, is not possible."
        return [render_paragraph(capitalise(reason), note=True)]
    if analysis.fits is None:
        return [first, render_result(picture, "Every participant, and the difference.")]
    caption = (
        "Each participant under each condition, the least-squares line and the 95 % band of the line: "
        "it is about the mean of participants with that value, not about one participant."
    )
    alt = f"One pane per condition. {picture}"
    return [first, render_picture(lambda: draw_result(picture), alt, caption)]


def render_result(result: Result, caption: str) -> str:
    """A result's own figure, its sentence as the alternative text."""
    return render_picture(lambda: draw_result(result), str(result), caption)


def render_lines(context: ReportContext) -> list[str]:
    """The sentence of each line, and the tables."""
    fits = context.analysis.fits
    if fits is None:
        return [render_paragraph("Not computed: no predictor is named.", note=True)]
    by = str(fits.by)
    lines, about = (table.astype({by: "str"}) for table in (fits.to_frame(), fits.glance()))
    kept = ["n_obs", "r", "r_conf_low", "r_conf_high", "r_squared", "adj_r_squared", "residual_sd"]
    return [
        render_list([f"{name}: {fits[name]}" for name in fits]),
        render_table(lines, caption="Intercept and slope of each line"),
        render_table(about[[by, *kept]], caption="Correlation and scatter about each line"),
    ]


def render_checks(context: ReportContext) -> list[str]:
    """Whatever may be wrong with each line."""
    opening = (
        "A test of an assumption that is not significant does not show that the assumption holds, "
        "least of all with few participants. A point beyond a cut-off is worth a look, not a removal."
    )
    if context.analysis.fits is None:
        return [render_paragraph("Not computed: there are no lines.", note=True)]
    parts = [render_paragraph(opening)]
    for name, fit in context.analysis.fits.fits.items():
        pieces = [
            section_or_reason(_check_assumptions, fit, name),
            section_or_reason(_leave_out, fit),
            section_or_reason(_compare_lines, fit, name),
            section_or_reason(_bootstrap, fit, name, context.seed),
            section_or_reason(_permute, fit, context.seed),
        ]
        parts.append(render_section(f"The line under {name}", pieces, level=3))
    return parts


def _check_assumptions(fit: LineFit, name: str) -> str:
    """One row per check; the points worth a look by name."""
    from ..lines.checks import check_line
    from ..lines.figure_2 import MAX_DRAWN_SINGLY
    from ..lines.figures_checks import plot_checks

    checks = check_line(fit)
    table = checks.to_frame()
    table["check"] = table["assumption"] + ": " + table["check"]
    table["look_at"] = table["look_at"].where(table["note"] == "", table["note"])
    kept = ["check", "statistic", "p_value", "good", "look_at"]
    shown = render_table(table[kept], caption=f"Checks of the line under {name}", blank="")
    if fit.n_obs > MAX_DRAWN_SINGLY:
        return shown
    caption = (
        "Residuals against fitted values; residuals against normal quantiles; size of the residuals; "
        "Cook's distance; leverage; change of the slope without each point. Dashed: cut-offs."
    )
    alt = f"Six panes of checks under {name}. {checks}"
    return shown + render_picture(lambda: plot_checks(checks)[0].figure, alt, caption)


def _leave_out(fit: LineFit) -> str:
    """The line without each participant in turn."""
    from ..lines.leave_one_out import leave_one_out

    return render_paragraph(leave_one_out(fit))


def _compare_lines(fit: LineFit, name: str) -> str:
    """Robust lines and rank correlations."""
    if fit.n_obs > MAX_FOR_PAIRS:
        raise ValueError(
            f"other lines and rank correlations: one of them takes the slopes of all pairs of "
            f"participants, and there are {fit.n_obs:,} (the limit is {MAX_FOR_PAIRS:,})"
        )
    from ..lines.robust import compare_lines

    kept = ["term", "estimator", "estimate", "conf_low", "conf_high", "p_value", "method"]
    table = compare_lines(fit).to_frame()[kept].rename(columns={"method": "interval by"})
    return render_table(table, caption=f"Other lines and rank correlations under {name}", blank="")


def _bootstrap(fit: LineFit, name: str, seed: int) -> str:
    """Bootstrap intervals of slope and R squared."""
    from ..lines.bootstrap import (
        MAX_EXACT_N,
        MIN_RELIABLE_N,
        bootstrap_line,
        exact_bootstrap_line,
    )

    if fit.n_obs <= MAX_EXACT_N:
        result = exact_bootstrap_line(fit)
    else:
        result = bootstrap_line(fit, rng=seed, n_resamples=_count_draws(fit, "bootstrap"))
    table = result.to_frame().query("term != 'intercept' and method != 'basic'")
    table = table.assign(term=table["term"].replace("r_squared", "R²")).drop(columns="bias")
    drawn = f"all {result.n_resamples:,}" if result.exact else f"{result.n_resamples:,} random"
    few = (
        f"With fewer than {MIN_RELIABLE_N} participants bootstrap intervals cover less than their "
        "level, that of R² least."
    )
    parts = [
        render_table(
            table, caption=f"Bootstrap under {name}: {drawn} resamples of the participants"
        )
    ]
    return "".join([*parts, render_paragraph(few)] if fit.n_obs < MIN_RELIABLE_N else parts)


def _permute(fit: LineFit, seed: int) -> str:
    """Permutation test of no association."""
    from ..lines.permutation import permute_line

    result = permute_line(fit, rng=seed, n_permutations=_count_draws(fit, "permutation test"))
    return render_paragraph(f"Permutation test of no association: {result}")


def _count_draws(fit: LineFit, what: str) -> int:
    """How often to draw so that it ends in a second or two."""
    count = min(RESAMPLES, MAX_DRAWS // fit.n_obs)
    if count < MIN_RESAMPLES:
        raise ValueError(
            f"{what}: with {fit.n_obs:,} participants, {MIN_RESAMPLES:,} draws take too long for "
            "this page; with so many, the t interval hardly needs normal scatter, but it still needs even scatter"
        )
    return count


def render_comparison(context: ReportContext) -> list[str]:
    """The conditions against each other, as the design allows."""
    analysis = context.analysis
    if reason := _say_not_compared(analysis):
        return [render_paragraph(f"Not computed: {reason}", note=True)]
    separate = (
        " That one line's p value is small and the other's is not says nothing about the difference, "
        "which has its own estimate."
    ) * (analysis.fits is not None)
    if not analysis.is_paired:
        *_, reference = analysis.conditions
        reference = analysis.columns.reference or reference
        text = (
            f"These are independent groups of participants. All differences are with "
            f"{reference}.{separate} Only where chance allotted the groups is a difference the effect of what they got."
        )
        overlap = analysis.design.n_paired
        told = [f"{overlap} participants are in two groups; their rows are treated as independent."]
        return [
            render_paragraph(text),
            *([render_paragraph(told[0], note=True)] if overlap else []),
            _render_part(analysis, "means", "The mean difference", "Differences of means"),
            _render_part(
                analysis, "slopes", "The difference between the slopes", "Differences of slopes"
            ),
        ]
    first, second = analysis.pairing["conditions"]
    text = f"All differences are {first} minus {second}, in participants with both.{separate}"
    return [
        render_paragraph(text),
        _render_part(analysis, "means", "The mean difference", "Paired mean difference"),
        _render_part(
            analysis, "slopes", "The difference between the slopes", "Difference between the slopes"
        ),
        _compare_periods(analysis),
    ]


def _say_not_compared(analysis: TableAnalysis) -> str:
    """Why nothing is compared; empty if something is."""
    if analysis.design.kind == "one group":
        return "there is one group only."
    if analysis.is_paired and len(analysis.conditions) != 2:
        return (
            f"two conditions are compared, and there are {len(analysis.conditions)}; choose two with "
            "--conditions."
        )
    return ""


def _render_part(analysis: TableAnalysis, name: str, heading: str, caption: str) -> str:
    """One comparison: sentence, table and figure; or why it was not computed."""
    result = getattr(analysis, name)
    if result is None and name == "slopes" and analysis.fits is None:
        return ""
    if result is None:
        reason = analysis.reasons[name]
        return render_section(
            heading, [render_paragraph(f"Not computed: {reason}", note=True)], level=3
        )
    table = result.to_frame().drop(columns=["primary", "why"], errors="ignore")
    parts = [render_paragraph(result), render_table(table, caption=caption)]
    if name == "means" and not analysis.is_paired:
        parts.append(
            render_table(result.glance().rename(columns={"sd": "SD"}), caption="Each group")
        )
    if _is_drawn(analysis, name):
        parts.append(render_result(result, FIGURE_CAPTIONS[name, analysis.is_paired]))
    return render_section(heading, parts, level=3)


FIGURE_CAPTIONS = {
    ("means", True): "Each participant's two values, and the differences with their mean.",
    ("means", False): "Values and means of each group, and the differences with their intervals.",
    (
        "slopes",
        True,
    ): "The within-participant difference against the predictor, and the three estimates.",
}


def _is_drawn(analysis: TableAnalysis, name: str) -> bool:
    """Whether a comparison has a figure that does not stand at the top already."""
    if (name, analysis.is_paired) not in FIGURE_CAPTIONS:
        return False
    if name == "means":
        return analysis.fits is not None
    from ..lines.figure_2 import MAX_DRAWN_SINGLY

    return analysis.slopes.n_obs <= MAX_DRAWN_SINGLY


def _compare_periods(analysis: TableAnalysis) -> str:
    """Effect of condition, period and carry-over, where the order of the conditions is known."""
    heading = "The two periods"
    if find_sequence(analysis.data, analysis.columns) is None:
        first, second = analysis.pairing["conditions"]
        text = (
            "The table has no column sequence (such as "
            f"'{first} then {second}'), so the effect of the period cannot be removed."
        )
        return render_section(heading, [render_paragraph(text, note=True)], level=3)
    return _render_part(analysis, "periods", heading, "Condition, period and carry-over")


def has_responders(analysis: TableAnalysis) -> bool:
    """Whether the customary thresholds of pain relief are about this outcome."""
    return str(analysis.columns.outcome) == OUTCOME


def render_responders(context: ReportContext) -> list[str]:
    """Responders at the two customary thresholds, paired."""
    reason = _say_not_compared(context.analysis)
    if not reason and not context.analysis.is_paired:
        reason = (
            "responders are compared within participants, and these are independent groups; "
            f"{context.analysis.design.n_paired} have both conditions, and at least 3 are needed."
        )
    if reason:
        return [render_paragraph(f"Not computed: {reason}", note=True)]
    from ..crossover.responders import DICHOTOMISING

    printed = load_dataset("published_values").set_index("id")["value"]
    thresholds = [float(printed[f"immpact_{name}"]) for name in ("moderate", "substantial")]
    pieces = [section_or_reason(_count_responders, context, threshold) for threshold in thresholds]
    return [render_paragraph(f"{DICHOTOMISING}."), *pieces]


def _count_responders(context: ReportContext, threshold: float) -> str:
    """Shares, their difference and the pairs behind them."""
    from ..crossover.responders import compare_responders

    pairing = context.analysis.pairing
    first, second = pairing["conditions"]
    result = compare_responders(context.data, threshold=threshold, **pairing)
    caption = f"Responders: {describe_column(OUTCOME)[0]} of at least {threshold:g} % (shares from 0 to 1)"
    text = (
        f"Both {result.both}, {first} only {result.first_only}, {second} only "
        f"{result.second_only}, neither {result.neither}; {result.describe_number_needed()}."
    )
    return render_table(result.to_frame(), caption=caption, blank="") + render_paragraph(text)


def section_or_reason(render: Callable[..., str], *given) -> str:
    """A part of the page, or a sentence on why these data do not allow it."""
    try:
        return render(*given)
    except NOT_POSSIBLE as error:
        return render_paragraph(f"Not computed: {say_reason(error)}", note=True)


def render_picture(plot: Callable, alt: str, caption: str) -> str:
    """A figure, or a sentence on why it could not be drawn."""
    from ..core.export import embed_figure, notice_missing_characters

    def render() -> str:
        with notice_missing_characters() as missing:
            image = embed_figure(plot(), alt=alt, caption=caption)
        notes = (render_paragraph(f"{capitalise(text)}.", note=True) for text in missing)
        return image + "".join(notes)

    return section_or_reason(render)
