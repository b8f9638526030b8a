"""Answers to the exercises of notebook 03, and the usual mistakes, computed from the data."""

from ...core.intervals import compute_quantile
from ...data.tables import load_dataset
from ..exercise import Exercise, Part, name_cells, register_exercise, register_shown
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
        cell="the row `ldn`, `slope` of `fits.to_frame()`, under *Both panes*",
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
        cell="the row `r_squared` of `fit.glance()`, under *Model*",
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
        cell="the first cell under *Model*, with other rows of `data`",
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
        cell="the table of `fit.predict`: the row of 30, and the columns for one participant",
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
        cell="the text below Fig. 2",
        answer="no",
        because="the difference between the slopes needs an estimate and an interval of its own: notebook 05.",
        mistakes=[
            (
                "yes",
                "two p values on two sides of 0.05 may belong to two slopes that hardly differ.",
            )
        ],
    )


@register_exercise("03.6")
def _find_the_error() -> Exercise:
    """Which part of a text about the left pane is wrong?"""
    return Exercise(
        answer="c",
        cell="the estimand, under *Question*",
        because="the slope compares different participants; nobody's ESR was changed.",
        mistakes=[
            ("a", "that is the sign of the slope, in words."),
            ("b", "look at R squared: its complement is the larger share."),
            ("d", "it is so; the dotted lines are for the next one."),
        ],
    )


@register_exercise("03.7")
def _write_the_slope() -> Exercise:
    """A sentence on the slope for 10 mm/h."""
    fit = _fits()["ldn"]
    size, low, high = (10 * value for value in (fit.slope, *fit.confidence_interval("slope")))
    return Exercise(
        answer=f"In illustrative data, participants whose ESR differs by 10 mm/h differ by {size:.1f} "
        f"percentage points of pain reduction during LDN on average (95 % CI {low:.1f} to {high:.1f}).",
        cell="the sentence that follows the fit, under *Model*",
        because="size, unit, interval, and who is compared with whom.",
        parts=[
            Part(what="the difference for 10 mm/h", number=size),
            Part(what="the lower limit, for 10 mm/h", number=low),
            Part(what="the upper limit, for 10 mm/h", number=high),
            Part(what="10 mm/h", pattern=r"\b(10|ten) ?mm"),
            Part(what="its unit (percentage points)", pattern=r"points|%|per ?cent"),
            Part(what="what differs (pain reduction)", pattern=r"pain"),
            Part(what="that it is a mean", pattern=r"mean|average"),
            Part(what="the condition", pattern=r"LDN|naltrexone"),
            Part(what="that the data are simulated", pattern=r"illustrative|simulated|invented"),
            Part(
                what="a cause, or a change of somebody's ESR",
                pattern=r"caus|leads? to|because|increas(es|ed|ing)? (her|their|the) ESR"
                r"|lower(s|ed|ing)? (her|their|the) ESR|ESR (falls|drops|rises) by",
                forbidden=True,
            ),
        ],
    )


@register_shown("03")
def _list_shown() -> list:
    """The numbers that notebook 03 shows."""
    import numpy as np
    import pandas as pd
    from statsmodels.formula.api import ols

    data, fits = load_dataset("esr_pain_change"), _fits()
    left = pd.DataFrame(data[data["condition"] == "ldn"])
    fit = fits["ldn"]
    shown = name_cells(fits.to_frame(), "`fits.to_frame()`", by=["condition", "term"])
    shown += name_cells(fits.glance(), "`fits.glance()`", by=["condition"])
    where = "`fit.predict([20, 30, 40])`"
    shown += name_cells(fit.predict([20, 30, 40]), where, by=["esr_mm_h"])
    rise = 20 * fit.slope
    shown += [(rise, "the rise from 20 to 40 mm/h"), (rise / 2, "the difference for 10 mm/h")]
    shown += [(10 * x, "a limit of it for 10 mm/h") for x in fit.confidence_interval("slope")]
    shown += [(100 * fit.r_squared, "R squared in percent")]
    shown += [(100 - 100 * fit.r_squared, "the rest of the variance, in percent")]
    groups = ["condition", "trial"]
    columns = ["esr_mm_h", "pain_reduction_percent"]
    means = data.groupby(groups, observed=True)[columns].agg(["count", "mean", "std"])
    shown += name_cells(means, "the table of means, under *Data*")
    lines = {name: _fit(rows) for name, rows in left.groupby("trial", observed=True)}
    for name, line in lines.items():
        shown += name_cells(line.to_frame(), f"the line of the {name} alone", by=["term"])
        shown += name_cells(line.glance().T, f"the line of the {name} alone")
    for terms in ("esr_mm_h + trial", "esr_mm_h * trial"):
        model = ols(f"pain_reduction_percent ~ {terms}", left).fit()
        table = model.conf_int().assign(estimate=model.params, p_value=model.pvalues)
        shown += name_cells(table, f"the model with {terms}")
    z = np.arctanh([line.r for line in lines.values()])
    margin = 1.96 * np.sqrt(sum(1 / (line.n_obs - 3) for line in lines.values()))
    limits = (z[0] - z[1] + sign * margin for sign in (-1, 0, 1))
    shown += [(float(x), "the difference of the two Fisher's z, or a limit of it") for x in limits]
    odd = pd.DataFrame({"participant": ["odd"], columns[0]: [60.0], columns[1]: [-60.0]})
    worse = _fit(pd.concat([left, odd]))
    far = worse.augment().nlargest(3, "cooks_distance")
    shown += name_cells(far, "the table with the odd participant", by=["participant"])
    return [*shown, (worse.slope, "the slope with the odd participant"), (worse.r, "r with her")]
