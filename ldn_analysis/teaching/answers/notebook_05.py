"""Answers to the exercises of notebook 05, and the usual mistakes, computed from the data."""

import numpy as np

from ...core.intervals import compute_quantile
from ...data.tables import cache_until_data_change, load_dataset
from ..exercise import Exercise, Part, name_cells, register_exercise, register_shown
from .shared import _fits, _printed

__all__: list[str] = []


@cache_until_data_change
def _slopes():
    """The comparison of slopes."""
    from ...crossover.slopes import compare_slopes

    return compare_slopes(load_dataset("esr_pain_change"))


def _slope_difference():
    """Its primary row."""
    return _slopes().to_frame().set_index("method").loc["within-participant difference"]


@cache_until_data_change
def _crossover():
    """The analyses of the randomised trial."""
    from ...crossover.two_period import fit_crossover

    people = load_dataset("participants")[["participant", "sequence"]]
    data = load_dataset("esr_pain_change").query("trial == 'crossover'")
    return fit_crossover(data.merge(people, on="participant"))


@register_exercise("05.1")
def _difference() -> Exercise:
    """Difference of the two slopes."""
    fits = _fits()
    return Exercise(
        cell="the sentence of `compare_slopes`, under *Model*",
        answer=float(_slope_difference()["estimate"]),
        because="the slope of the within-participant difference on ESR.",
        mistakes=[
            (fits["ldn"].slope, "that is the left pane alone."),
            (
                fits["ldn"].slope / fits["placebo"].slope,
                "that is a ratio; a difference is asked for.",
            ),
            (fits["ldn"].r - fits["placebo"].r, "those are correlations; slopes have units."),
            (fits["placebo"].slope, "that is the right pane alone."),
            (
                fits["ldn"].intercept - fits["placebo"].intercept,
                "those are the intercepts: the difference at an ESR of zero.",
            ),
            (fits["ldn"].slope + fits["placebo"].slope, "that is the sum."),
            (float(_slope_difference()["std_error"]), "that is its standard error."),
        ],
    )


@register_exercise("05.2")
def _difference_high() -> Exercise:
    """Upper limit of its interval."""
    row, fits = _slope_difference(), _fits()
    unpaired = np.hypot(*(fits[name].line.slope_std_error for name in ("ldn", "placebo")))
    side = "below zero" if row["conf_low"] < 0 else "above zero too"
    return Exercise(
        cell="the sentence of `compare_slopes`, under *Model*: the upper end of its interval",
        answer=float(row["conf_high"]),
        because=f"and the lower limit lies {side}.",
        mistakes=[
            (float(row["conf_low"]), "that is the lower limit."),
            (
                float(row["estimate"] + compute_quantile(0.95) * row["std_error"]),
                "that uses 1.96; with so few participants t is larger.",
            ),
            (
                float(row["estimate"] + compute_quantile(0.9, row["df"]) * row["std_error"]),
                "that is one-sided (or a 90 % interval): 2.5 % belong to each side.",
            ),
            *(
                (
                    float(row["estimate"] + compute_quantile(0.95, df) * unpaired),
                    "that takes the two panes for different participants; they are pairs.",
                )
                for df in (row["df"], 2 * row["df"])
            ),
            (float(row["std_error"]), "that is the standard error."),
            (
                fits["ldn"].confidence_interval("slope").high,
                "that is the upper limit of the left pane's slope.",
            ),
            (fits["ldn"].slope, "that is the left pane's slope."),
            (
                _slopes().confidence_interval("pooled, cluster-robust (CR2)").high,
                "that is the limit by the cluster-robust way; the primary one is the first row.",
            ),
        ],
    )


@register_exercise("05.3")
def _concordant() -> Exercise:
    """Concordant pairs at the moderate threshold."""
    from ...crossover.responders import compare_responders

    data = load_dataset("esr_pain_change")
    trial = data[data["trial"] == "crossover"]
    moderate, high = (float(_printed()[f"immpact_{k}"]) for k in ("moderate", "substantial"))
    table = compare_responders(trial, threshold=moderate)
    both_trials = compare_responders(data, threshold=moderate)
    other = compare_responders(trial, threshold=high)
    return Exercise(
        cell="`trial`: put each participant's two results side by side, then compare both with the threshold",
        answer=table.both + table.neither,
        because="the concordant pairs; only the others, the discordant ones, tell the conditions apart.",
        mistakes=[
            (
                table.first_only + table.second_only,
                "those are the discordant pairs, the ones that do say something.",
            ),
            (table.both + table.first_only, "those are all who responded under LDN."),
            (table.both + table.second_only, "those are all who responded under placebo."),
            (table.both, "those responded under both; add those who did under neither."),
            (table.neither, "those responded under neither; add those who did under both."),
            (
                both_trials.both + both_trials.neither,
                "that mixes the pilot in; take the crossover trial only.",
            ),
            (other.both + other.neither, "that is the higher threshold."),
        ],
    )


@register_exercise("05.4")
def _more_participants() -> Exercise:
    """Do more days or more participants shrink the error?"""
    return Exercise(
        cell="the two errors under *Every day of the diary*",
        answer="participants",
        because="days of one participant are not independent evidence about the drug.",
        mistakes=[
            ("days", "how participants differ in their response does not average out over days.")
        ],
    )


@register_exercise("05.5")
def _carry_over() -> Exercise:
    """Is a carry-over as large as the drug effect compatible with the data?"""
    fit = _crossover()
    low, high = fit.confidence_interval("carry-over")
    effect = abs(float(fit.participants["difference"].mean()))
    inside = low < effect < high or low < -effect < high
    right, wrong = ("yes", "no") if inside else ("no", "yes")
    hint = "compare both limits of the row carry-over with the paired difference, with either sign."
    return Exercise(
        cell='the row carry-over of the table under *The trial itself*',
        answer=right,
        because="it compares two groups of participants, with a standard error too large to notice much."
        if inside else "its interval is short enough to leave that out, in both directions.",
        mistakes=[(wrong, hint)],
    )  # fmt: skip


@register_exercise("05.6")
def _find_the_error() -> Exercise:
    """Which part of a text about two slopes is wrong?"""
    return Exercise(
        answer="b",
        cell="the interval in the sentence of `compare_slopes`",
        because="no difference was *shown*; the interval says how large one may still be.",
        mistakes=[
            ("a", "it has: `compare_slopes` prints both."),
            ("c", "that is what makes a crossover trial strong."),
            ("d", "it is so: the first of the two traps."),
        ],
    )


@register_exercise("05.7")
def _write_the_effect() -> Exercise:
    """A sentence on the drug effect."""
    row = _crossover().to_frame().set_index("term").loc["paired difference"]
    size, low, high = (float(row[name]) for name in ("estimate", "conf_low", "conf_high"))
    return Exercise(
        answer=f"In these simulated data pain fell by {size:.1f} percentage points more during LDN "
        f"than during placebo (95 % CI {low:.1f} to {high:.1f}).",
        cell="the row paired difference of the table under *The trial itself*",
        because="size, unit, interval, both conditions, and what kind of data: the whole result.",
        parts=[
            Part(what="the difference", number=size),
            Part(what="the lower limit of its interval", number=low),
            Part(what="the upper limit of its interval", number=high),
            Part(what="its unit (percentage points)", pattern=r"points|%|per ?cent"),
            Part(what="what differs (pain)", pattern=r"pain"),
            Part(what="LDN", pattern=r"LDN|naltrexone"),
            Part(what="placebo, with which it is compared", pattern=r"placebo"),
            Part(what="that the data are simulated", pattern=r"illustrative|simulated|invented"),
            Part(
                what="a proof (one trial, and here a simulated one)",
                pattern=r"prove|proof|certain|shows that LDN works",
                forbidden=True,
            ),
        ],
    )


@register_shown("05")
def _list_shown() -> list:
    """The numbers that notebook 05 shows."""
    from statsmodels.formula.api import ols

    from ...crossover.agreement import compare_improvement
    from ...crossover.improvement import summarise_improvement
    from ...crossover.responders import compare_responders
    from ...lines.regression import fit_line

    data, fits = load_dataset("esr_pain_change"), _fits()
    shown = name_cells(fits.to_frame(), "the two panes", by=["condition", "term"])
    shown += name_cells(fits.glance(), "the two panes", by=["condition"])
    table = _slopes().to_frame()
    shown += name_cells(table, "the table of `compare_slopes`", by=["method"])
    first = ["estimate", "conf_low", "conf_high"]
    shown += [(10 * float(table[k].iloc[0]), f"{k} for 10 mm/h") for k in first]
    crossover = _crossover()
    shown += name_cells(crossover.to_frame(), "the table of `fit_crossover`", by=["term"])
    trial = data[data["trial"] == "crossover"]
    for threshold in (30.0, 50.0):
        responders = compare_responders(trial, threshold=threshold)
        where = f"the responders at {threshold:g} %"
        cells = name_cells(responders.to_frame(), where, by=["term"])
        shown += cells + [(100 * value, f"{name}, in percent") for value, name in cells]
        shown += [(float(n), f"a count of {where}") for n in _count_responders(responders)]
        shown += [(threshold, "the threshold")]
    counts = summarise_improvement(load_dataset("improvement")).to_frame()
    shown += name_cells(counts, "the answers of Fig. 1", by=["category"])
    wide = data.pivot(index="participant", columns="condition", values="pain_reduction_percent")
    shown += name_cells(wide.corr(), "the table of correlations")
    own = data.drop_duplicates("participant").set_index("participant")
    pairs = own.assign(difference=wide["ldn"] - wide["placebo"]).reset_index()
    for name, rows in pairs.groupby("trial", observed=True):
        where = f"the {name} alone"
        line = fit_line(rows, predictor="esr_mm_h", outcome="difference")
        shown += name_cells(line.to_frame(), where, by=["term"])
        shown += [(float(rows["difference"].mean()), f"the mean difference in {where}")]
    adjusted = ols("difference ~ esr_mm_h + trial", pairs).fit()
    limits = adjusted.conf_int().assign(estimate=adjusted.params)
    shown += name_cells(limits, "the model with the trial in it")
    rated = load_dataset("improvement")
    rated = rated[rated["participant"].isin(trial["participant"])]
    agreement = compare_improvement(rated, trial[trial["condition"] == "ldn"])
    shown += name_cells(agreement.to_frame(), "the agreement with Fig. 1", by=["term"])
    shown += [
        (10.0, "n of the pilot"),
        (28.0, "n of the crossover trial"),
        (14.0, "n of a sequence"),
    ]
    return shown + _list_diary_numbers()


def _count_responders(responders) -> tuple[int, ...]:
    """The four cells of a table of pairs, and its margins."""
    both, neither = responders.both, responders.neither
    only = responders.first_only, responders.second_only
    return both, neither, *only, both + only[0], both + only[1]


@cache_until_data_change
def _list_diary_numbers() -> list:
    """What the diary models and the end point show."""
    from ...crossover.diary_model import fit_diary_model
    from ...crossover.means import compare_means

    trial = load_dataset("esr_pain_change").query("trial == 'crossover'")
    end_point = compare_means(trial, outcome="end_pain_0_100").to_frame()
    shown = name_cells(end_point.select_dtypes("number"), "the difference of the end points")
    people = load_dataset("participants").query("trial == 'crossover' and analysed")
    phases = load_dataset("daily_pain").query("phase in ('ldn', 'placebo')")
    length = phases.groupby(["participant", "phase"], observed=True)["day_in_phase"].transform(
        "max"
    )
    last = phases[phases["day_in_phase"] > length - 28]
    last = last.assign(day_in_phase=last["day_in_phase"] - length + 28)
    models = {
        "the model of 28 days without random slopes": (last, {"slopes": []}),
        "the model of 28 days": (last, {}),
        "the model of all days": (phases, {}),
    }
    for where, (rows, options) in models.items():
        model = fit_diary_model(rows, people, **options)
        shown += name_cells(model.to_frame(), where, by=["term"])
    weeks = phases.assign(first_week=(phases["day_in_phase"] - 1) // 14 * 2 + 1)
    weeks = weeks[weeks["participant"].isin(people["participant"])]
    means = (
        weeks.groupby(["phase", "first_week"], observed=True)["pain_0_100"].mean().unstack("phase")
    )
    return shown + name_cells(means, "the means of two weeks")
