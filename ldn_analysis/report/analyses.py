"""The analyses of the report: lines, their checks, comparisons within participants, responders.

Each function makes HTML from results. A part that these data do not allow is replaced by a
sentence that says why.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..core.codebook import describe_column
from ..core.html import render_list, render_paragraph, render_section, render_table
from ..core.wording import capitalise
from ..data.tables import load_dataset
from ..lines.regression import LineFit, LineFits

__all__: list[str] = []

OUTCOME, CONDITION = "pain_reduction_percent", "condition"
MAX_DRAWS = 10_000_000  # participants times resamples: a second or two
RESAMPLES = 100_000
MIN_RESAMPLES = 1000
MAX_FOR_PAIRS = 2000  # participants, for Theil-Sen, which takes the slopes of all pairs
NOT_POSSIBLE = (ValueError, ArithmeticError, MemoryError)


@dataclass(frozen=True, eq=False, kw_only=True)
class ReportContext:
    """What every section of the report is made from."""

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


def render_lines(context: ReportContext) -> list[str]:
    """The panes of Fig. 2, their sentences and their tables."""
    from ..lines.figure_2 import plot_esr_pain

    lines = context.fits.to_frame().astype({CONDITION: "str"})
    about = context.fits.glance().astype({CONDITION: "str"})
    kept = ["n_obs", "r", "r_conf_low", "r_conf_high", "r_squared", "adj_r_squared", "residual_sd"]
    caption = (
        "Each participant under each condition, the least-squares line and the 95 % band of the line: "
        "it is about the mean of participants with that value, not about one participant."
    )
    return [
        render_picture(
            lambda: plot_esr_pain(context.fits)[0],
            f"One pane per condition. {context.fits}",
            caption,
        ),
        render_list([f"{name}: {context.fits[name]}" for name in context.fits]),
        render_table(lines, caption="Intercept and slope of each line"),
        render_table(about[[CONDITION, *kept]], caption="Correlation and scatter about each line"),
    ]


def render_checks(context: ReportContext) -> list[str]:
    """Whatever may be wrong with each line."""
    opening = (
        "A test of an assumption that is not significant does not show that the assumption holds, "
        "least of all with few participants. A point beyond a cut-off is worth a look, not a removal."
    )
    parts = [render_paragraph(opening)]
    for name in context.fits:
        fit = context.fits[name]
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

    table = check_line(fit).to_frame()
    table["check"] = table["assumption"] + ": " + table["check"]
    table["look_at"] = table["look_at"].where(table["note"] == "", table["note"])
    kept = ["check", "statistic", "p_value", "good", "look_at"]
    return render_table(table[kept], caption=f"Checks of the line under {name}", blank="")


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
    from ..lines.bootstrap import MAX_EXACT_N, bootstrap_line, exact_bootstrap_line

    if fit.n_obs <= MAX_EXACT_N:
        result = exact_bootstrap_line(fit)
    else:
        result = bootstrap_line(fit, rng=seed, n_resamples=_count_draws(fit, "bootstrap"))
    table = result.to_frame().query("term != 'intercept' and method != 'basic'")
    table = table.assign(term=table["term"].replace("r_squared", "R²")).drop(columns="bias")
    drawn = f"all {result.n_resamples:,}" if result.exact else f"{result.n_resamples:,} random"
    few = "With fewer than 20 participants bootstrap intervals are too narrow."
    parts = [
        render_table(
            table, caption=f"Bootstrap under {name}: {drawn} resamples of the participants"
        )
    ]
    return "".join([*parts, render_paragraph(few)] if fit.n_obs < 20 else parts)


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
    """Each participant as their own control."""
    reason = _say_unpaired(context)
    if reason:
        return [render_paragraph(f"Not computed: {reason}", note=True)]
    first, second = context.conditions
    text = (
        f"All differences are {first} minus {second}, in participants with both. That one line's p value "
        "is small and the other's is not says nothing about the difference, which has its own estimate."
    )
    return [
        render_paragraph(text),
        section_or_reason(_compare_means, context),
        section_or_reason(_compare_slopes, context),
        section_or_reason(_compare_periods, context),
    ]


def _say_unpaired(context: ReportContext) -> str:
    """Why participants cannot be their own controls; empty if they can."""
    if len(context.conditions) != 2:
        return f"two conditions are compared, and there are {len(context.conditions)}."
    rows = context.data["participant"].value_counts()
    both = int((rows > 1).sum())
    if both >= 3:
        return ""
    return (
        f"{both} of {len(rows):,} participants have both conditions, and at least 3 are needed. If these "
        "are two groups of different participants, this page does not compare them."
    )


def _compare_means(context: ReportContext) -> str:
    """The paired mean difference."""
    from ..crossover.means import compare_means

    result = compare_means(context.data, **context.pairing)
    return render_section(
        "The mean difference",
        [
            render_paragraph(result),
            render_table(result.to_frame(), caption="Paired mean difference"),
        ],
        level=3,
    )


def _compare_slopes(context: ReportContext) -> str:
    """The difference between the two slopes, with its picture."""
    from ..crossover.figures import plot_slope_difference
    from ..crossover.slopes import compare_slopes
    from ..lines.figure_2 import MAX_DRAWN_SINGLY

    result = compare_slopes(context.data, **context.pairing)
    table = result.to_frame().drop(columns=["primary", "why"])
    parts = [render_paragraph(result), render_table(table, caption="Difference between the slopes")]
    if result.n_obs <= MAX_DRAWN_SINGLY:
        caption = "The within-person difference against the predictor, and the three estimates."
        parts.append(render_picture(lambda: plot_slope_difference(result)[0], str(result), caption))
    return render_section("The difference between the slopes", parts, level=3)


def _compare_periods(context: ReportContext) -> str:
    """Drug, period and carry-over, where the order of the conditions is in the table."""
    if "sequence" not in context.data:
        text = (
            "The table has no column sequence (such as "
            f"'{context.conditions[0]} then {context.conditions[1]}'), so the effect of the period cannot be removed."
        )
        return render_section("The two periods", [render_paragraph(text, note=True)], level=3)

    return render_section("The two periods", [section_or_reason(_render_periods, context)], level=3)


def _render_periods(context: ReportContext) -> str:
    """Effects of condition and period, and carry-over."""
    from ..crossover.two_period import fit_crossover

    result = fit_crossover(context.data, **context.pairing)
    table = render_table(result.to_frame(), caption="Condition, period and carry-over")
    return render_paragraph(result) + table


def render_responders(context: ReportContext) -> list[str]:
    """Responders at the two customary thresholds, paired."""
    reason = _say_unpaired(context)
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

    result = compare_responders(context.data, threshold=threshold, **context.pairing)
    caption = f"Responders: {describe_column(OUTCOME)[0]} of at least {threshold:g} % (shares from 0 to 1)"
    text = (
        f"Both {result.both}, {context.conditions[0]} only {result.first_only}, {context.conditions[1]} only "
        f"{result.second_only}, neither {result.neither}; {result.describe_number_needed()}."
    )
    return render_table(result.to_frame(), caption=caption, blank="") + render_paragraph(text)


def section_or_reason(render: Callable[..., str], *given) -> str:
    """A part of the page, or a sentence on why these data do not allow it."""
    try:
        return render(*given)
    except NOT_POSSIBLE as error:
        # The name of the function is of no use to a reader of the page.
        reason = re.sub(r"^[a-z]+(_[a-z]+)+: ", "", str(error)) or type(error).__name__
        return render_paragraph(f"Not computed: {reason}", note=True)


def render_picture(plot: Callable, alt: str, caption: str) -> str:
    """A figure, or a sentence on why it could not be drawn."""
    from ..core.export import embed_figure, notice_missing_characters

    def render() -> str:
        with notice_missing_characters() as missing:
            image = embed_figure(plot().figure, alt=alt, caption=caption)
        notes = (render_paragraph(f"{capitalise(text)}.", note=True) for text in missing)
        return image + "".join(notes)

    return section_or_reason(render)
