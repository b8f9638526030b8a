"""Answers to the exercises of notebook 04, and the usual mistakes, computed from the data."""

import numpy as np

from ...data.tables import cache_until_data_change
from ..exercise import Exercise, Part, name_cells, register_exercise, register_shown
from .shared import _fits

__all__: list[str] = []


@cache_until_data_change
def _leave_one_out():
    """The left pane without each of its participants."""
    from ...lines.leave_one_out import leave_one_out

    return leave_one_out(_fits()["ldn"])


@register_exercise("04.1")
def _most_influential() -> Exercise:
    """Who moves the slope most?"""
    from ...lines.leave_one_out import measure_influence

    labels, out = _leave_one_out().labels, _leave_one_out().most_influential
    influence = measure_influence(_fits()["ldn"])
    mistakes = dict.fromkeys(labels, "not she: sort the table by the size of slope_change.")
    mistakes |= {
        labels[
            influence["leverage"].to_numpy().argmax()
        ]: "she has the highest leverage, which is only the chance to move it.",
        labels[
            influence["resid"].abs().to_numpy().argmax()
        ]: "she is furthest from the line, but not where it can be moved most.",
        labels[
            influence["cooks_distance"].to_numpy().argmax()
        ]: "she has the largest Cook's distance, which counts the intercept too.",
    }
    mistakes.pop(labels[out], None)
    return Exercise(
        cell="the table under 'Leave one out', column `slope_change`",
        answer=str(labels[out]).lower(),
        because="leverage and residual together move a line.",
        mistakes=[(str(label).lower(), why) for label, why in mistakes.items()],
        others="the label of a participant, as in the column participant",
    )


@register_exercise("04.2")
def _slope_without() -> Exercise:
    """Slope without her."""
    out = _leave_one_out()
    table = out.to_frame()
    without = float(table["slope"].iloc[out.most_influential])
    fit = _fits()["ldn"]
    moved = abs(fit.slope - without) / fit.line.slope_std_error
    return Exercise(
        cell="the table under 'Leave one out': her row, column `slope`",
        answer=without,
        because=f"one participant moves the slope by {moved:.1f} of its standard errors.",
        mistakes=[
            (fit.slope, "that is the slope with everybody."),
            (fit.slope - without, "that is the change; asked for is the slope without her."),
            (without - fit.slope, "that is slope_change; asked for is the slope without her."),
            (
                float(table["slope"].iloc[np.argmax(fit.augment()["leverage"])]),
                "that is without the participant of the highest leverage.",
            ),
            (
                float(table["r_squared"].iloc[out.most_influential]),
                "that is R squared without her.",
            ),
        ],
    )


@register_exercise("04.3")
def _hc3() -> Exercise:
    """HC3 standard error of the slope."""
    fit = _fits()["ldn"]
    errors = fit.model.get_robustcov_results("HC3").bse
    ordinary = float(fit.line.slope_std_error)
    others = {kind: fit.model.get_robustcov_results(kind).bse[1] for kind in ("HC0", "HC1", "HC2")}
    more = round(100 * (errors[1] / ordinary - 1))
    compared = (
        f"{abs(more)} % {'larger' if more > 0 else 'smaller'} than" if more else "as large as"
    )
    return Exercise(
        cell="the row of HC3 in the table of `compare_lines`, column `std_error`",
        answer=float(errors[1]),
        because="the line is the same, and its error needs no even scatter. HC3 errs on the large "
        f"side in small samples; here it is {compared} the ordinary one.",
        mistakes=[
            (ordinary, "that is the ordinary standard error."),
            (float(errors[0]), "that is the intercept's."),
            (float(errors[1] ** 2), "that is the variance; take the root."),
            *((float(error), f"that is {kind}.") for kind, error in others.items()),
        ],
    )


@register_exercise("04.4")
def _not_shown() -> Exercise:
    """Can the scatter be uneven where the p value is above 0.05?"""
    return Exercise(
        cell="the text below the table of `check_line`",
        answer="yes",
        because="with few participants a check misses much; look at the picture too.",
        mistakes=[
            (
                "no",
                "absence of evidence: how likely was the test to notice, with so few participants?",
            )
        ],
    )


@register_exercise("04.5")
def _median_slope() -> Exercise:
    """Theil-Sen slope of the right pane."""
    fit = _fits()["placebo"]

    def slopes(x, y) -> np.ndarray:
        first, second = np.triu_indices(len(x), 1)
        apart = x[first] != x[second]
        first, second = first[apart], second[apart]
        return (y[second] - y[first]) / (x[second] - x[first])

    between = slopes(fit.x, fit.y)
    first, second = np.triu_indices(fit.n_obs, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ties_kept = (fit.y[second] - fit.y[first]) / (fit.x[second] - fit.x[first])
    return Exercise(
        cell="the pairs of the placebo pane: leave out those of equal ESR, then take the median",
        answer=float(np.median(between)),
        because="half of the pairs have a steeper slope; a far point changes only the pairs it is in.",
        mistakes=[
            (fit.slope, "that is least squares."),
            (
                float(np.nanmedian(ties_kept)),
                "that keeps the pairs of equal ESR, whose slopes are infinite: leave them out.",
            ),
            (
                float(between.mean()),
                "that is the mean of the slopes, which pairs of nearly equal ESR throw about.",
            ),
            (
                float(np.median(slopes(_fits()["ldn"].x, _fits()["ldn"].y))),
                "that is the left pane, LDN.",
            ),
            (
                float(np.median(slopes(fit.y, fit.x))),
                "the axes are swapped: this is ESR per percent.",
            ),
        ],
    )


@register_exercise("04.6")
def _find_the_error() -> Exercise:
    """Which part of a text about checks is wrong?"""
    return Exercise(
        answer="a",
        cell="the text below the histogram of shuffled correlations",
        because="p is computed as if nothing were there, so it cannot be the chance of that.",
        mistakes=[
            ("b", "look at the first two rows of `compare_lines`: one estimate, two errors."),
            ("c", "it is so: her place on the x axis decides."),
            ("d", "it is so, and it is the heaviest of its assumptions."),
        ],
    )


@register_exercise("04.7")
def _write_the_range() -> Exercise:
    """A sentence on the slopes with one participant left out."""
    slopes = _leave_one_out().to_frame()["slope"]
    fit, low, high = _fits()["ldn"], float(slopes.min()), float(slopes.max())
    return Exercise(
        answer=f"In these illustrative data the slope is {fit.slope:.2f} with everybody, and from "
        f"{low:.2f} to {high:.2f} with one participant left out.",
        cell="the sentence under 'Leave one out'",
        because="how far one participant moves it, and from where; not whether it is true.",
        parts=[
            Part(what="the slope with everybody", number=fit.slope),
            Part(what="the lowest slope with one left out", number=low),
            Part(what="the highest slope with one left out", number=high),
            Part(what="what these numbers are (slopes)", pattern=r"slope"),
            Part(what="that one participant is left out", pattern=r"\bone\b|without|left out|leav"),
            Part(what="that the data are simulated", pattern=r"illustrative|simulated|invented"),
            Part(
                what="that it is therefore right (all lines come from the same participants)",
                pattern=r"\b(true|proven|proves|correct|reliable|robust)\b",
                forbidden=True,
            ),
        ],
    )


@register_shown("04")
def _list_shown() -> list:
    """The numbers that notebook 04 shows."""
    import pandas as pd

    from ...lines.bootstrap import bootstrap_line
    from ...lines.checks import check_line
    from ...lines.leave_one_out import label_points
    from ...lines.moved_point import move_point
    from ...lines.permutation import permute_line
    from ...lines.robust import compare_lines

    fit = _fits()["ldn"]
    shown = name_cells(fit.to_frame(), "the fit at the top", by=["term"])
    shown += name_cells(fit.glance().T, "the fit at the top")
    shown += name_cells(check_line(fit).to_frame(), "the table of `check_line`", by=["check"])
    where = "the table under 'Leave one out'"
    shown += name_cells(_leave_one_out().to_frame(), where, by=["left_out"])
    shown += name_cells(compare_lines(fit).to_frame(), "`compare_lines`", by=["estimator"])
    boot = bootstrap_line(fit, rng=4).to_frame()
    shown += name_cells(boot, "the table of `bootstrap_line`", by=["term", "method"])
    shown += [(10 * value, f"{name} for 10 mm/h") for value, name in shown if "slope" in name]
    labels = label_points(fit)
    away = fit.x - fit.x.mean()
    for i in (*np.argsort(fit.x, kind="stable")[[len(fit.x) // 2, -1]],):
        moved = move_point(fit, str(labels[i]), x=fit.x[i], y=fit.y[i] - 80)
        shown += name_cells(moved.to_frame(), f"the moved point {labels[i]}", by=["term"])
    steps = pd.DataFrame({"slope_change_per_10": -10 * away / (away**2).sum()}, index=labels)
    shown += name_cells(steps.assign(esr_mm_h=fit.x), "the table of steps")
    shuffled = permute_line(fit, rng=4)
    shown += name_cells(shuffled.to_frame(), "the shuffles")
    for name, esr in (("the odd one", 60.0), ("the mistyped one", 600.0)):
        lines = compare_lines(_add_odd(fit, esr)).to_frame()
        shown += name_cells(lines, f"the lines with {name}", by=["estimator"])
    return shown


def _add_odd(fit, esr: float):
    """The left pane with one participant more."""
    import pandas as pd

    from ...lines.regression import fit_line

    row = {"participant": ["odd"], fit.predictor: [esr], fit.outcome: [-60.0]}
    more = pd.concat([pd.DataFrame(fit.data), pd.DataFrame(row)])
    return fit_line(more, predictor=fit.predictor, outcome=fit.outcome)
