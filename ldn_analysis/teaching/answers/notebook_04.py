"""Answers to the exercises of notebook 04, and the usual mistakes, computed from the data."""

import numpy as np

from ...data.tables import cache_until_data_change
from ..exercise import Exercise, register_exercise
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
    larger = errors[1] > ordinary
    return Exercise(
        answer=float(errors[1]),
        because=f"{'larger' if larger else 'smaller'} than the ordinary one here: points far from the "
        f"mean ESR scatter {'more' if larger else 'less'} than the others.",
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
