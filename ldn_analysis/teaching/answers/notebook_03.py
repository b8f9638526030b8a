"""Answers to the exercises of notebook 03, and the usual mistakes, computed from the data."""

from ...core.intervals import compute_quantile
from ...data.tables import load_dataset
from ..exercise import Exercise, register_exercise
from .shared import _fits

__all__: list[str] = []


def _fit(rows):
    """The line of some rows of the table behind Fig. 2."""
    from ...lines.regression import fit_line

    return fit_line(rows, predictor="esr_mm_h", outcome="pain_reduction_percent")


@register_exercise("03.1")
def _slope() -> Exercise:
    """Slope of the left pane."""
    ldn, placebo = _fits()["ldn"], _fits()["placebo"]
    data = load_dataset("esr_pain_change")
    return Exercise(
        answer=ldn.slope,
        because="percentage points of pain reduction per mm/h of ESR, between participants.",
        mistakes=[
            (ldn.intercept, "that is the intercept: the line at an ESR of zero."),
            (ldn.r_squared / ldn.slope, "the axes are swapped: this is ESR per percent."),
            (ldn.r, "that is r; a slope has units."),
            (placebo.slope, "that is the right pane, placebo."),
            (float(ldn.line.slope_std_error), "that is its standard error."),
            (ldn.confidence_interval("slope").low, "that is the lower limit of its interval."),
            (ldn.confidence_interval("slope").high, "that is the upper limit of its interval."),
            (ldn.statistic, "that is t, the slope in standard errors."),
            (_fit(data).slope, "that pools both panes, and counts every participant twice."),
            (
                _fit(data[(data["trial"] == "crossover") & (data["condition"] == "ldn")]).slope,
                "that is the crossover trial alone; the pane shows both trials.",
            ),
        ],
    )


@register_exercise("03.2")
def _r_squared() -> Exercise:
    """R squared of the left pane."""
    ldn = _fits()["ldn"]
    return Exercise(
        answer=ldn.r_squared,
        unit="proportion",
        because="the share of the variance between participants that goes with ESR on this line.",
        mistakes=[
            (ldn.r, "that is r; square it."),
            (
                ldn.adj_r_squared,
                "that is the adjusted R squared, less what chance alone would give.",
            ),
            (_fits()["placebo"].r_squared, "that is the right pane, placebo."),
            (1 - ldn.r_squared, "that is the share that does not go with ESR."),
            (ldn.p_value, "that is the p value."),
        ],
    )


@register_exercise("03.3")
def _trial_slope() -> Exercise:
    """Slope of the crossover trial alone, during placebo."""
    data = load_dataset("esr_pain_change")
    trial = data[data["trial"] == "crossover"]
    rows = {name: trial[trial["condition"] == name] for name in ("ldn", "placebo")}
    right = _fit(rows["placebo"])
    return Exercise(
        answer=right.slope,
        because="the sum of xy over the sum of xx, both measured from the means.",
        mistakes=[
            (_fit(rows["ldn"]).slope, "that is LDN; the right pane is placebo."),
            (_fits()["placebo"].slope, "that is both trials; take the crossover trial only."),
            (_fit(trial).slope, "that pools the conditions, and counts every participant twice."),
            (right.intercept, "that is the intercept: the line at an ESR of zero."),
            (right.r, "that is r; a slope has units."),
            (right.r_squared / right.slope, "the axes are swapped: this is ESR per percent."),
            (
                float((right.x * right.y).sum() / (right.x**2).sum()),
                "that is a line through the origin; measure both from their means first.",
            ),
        ],
    )


@register_exercise("03.4")
def _new_person() -> Exercise:
    """Lower prediction limit at an ESR of 30 mm/h."""
    ldn = _fits()["ldn"]
    row = ldn.predict([30]).iloc[0]
    return Exercise(
        answer=float(row["pred_low"]),
        unit="%",
        because="one participant varies far more than the mean of many: the line says little about her.",
        mistakes=[
            (
                float(row["conf_low"]),
                "that is for the mean of all participants with this ESR, not for one.",
            ),
            (float(row["pred_high"]), "that is the upper limit."),
            (float(row["fitted"]), "that is the line itself."),
            (
                float(row["conf_high"]),
                "that is the upper limit, and for the mean of all participants.",
            ),
            (
                float(row["fitted"] + ldn.residual_sd * -compute_quantile(0.95, ldn.df)),
                "that takes the line for known; its own error belongs in the range.",
            ),
            (
                float(_fits()["placebo"].predict([30])["pred_low"].iloc[0]),
                "that is the right pane, placebo.",
            ),
        ],
    )


@register_exercise("03.5")
def _two_panes() -> Exercise:
    """Do two p values on two sides of 0.05 show that two slopes differ?"""
    return Exercise(
        answer="no",
        because="the difference between the slopes needs an estimate and an interval of its own: notebook 05.",
        mistakes=[
            (
                "yes",
                "two p values on two sides of 0.05 may belong to two slopes that hardly differ.",
            )
        ],
    )
