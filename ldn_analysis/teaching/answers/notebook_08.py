"""Answers to the exercises of notebook 08, and the usual mistakes, computed from the data."""

import numpy as np

from ...data.tables import cache_until_data_change, load_dataset
from ..exercise import Exercise, Part, name_cells, name_sentence, register_exercise, register_shown

__all__: list[str] = []

NOTICED = 20  # percentage points, as the exercise supposes


@cache_until_data_change
def _effects():
    """The trials of notebook 08 on one scale."""
    from ...evidence.effects import standardise_trials

    return standardise_trials()


@register_exercise("08.1")
def _most_precise() -> Exercise:
    """The trial that is worth the most participants."""
    pooled = _effects().pooled
    best = pooled.loc[pooled["parallel_n"].idxmax(), "trial"].lower()
    counted = pooled.loc[pooled["n_obs"].idxmax(), "trial"].lower()
    others = _effects().not_pooled["trial"].str.lower()
    return Exercise(
        answer=best,
        because="precision is what counts, not heads: its participants are their own controls.",
        mistakes=[
            (name, _explain_trial(name, counted))
            for name in pooled["trial"].str.lower()
            if name != best
        ]
        + [(name, "that trial is not pooled.") for name in others],
        others="the name of a trial, as in the table",
    )


def _explain_trial(name: str, counted: str) -> str:
    """Why a trial is not the most precise."""
    if name == counted:
        return "that one has the most participants; look at the large markers."
    return "look for the large marker furthest to the right, or the smallest standard error."


@register_exercise("08.2")
def _without_placebo_side() -> Exercise:
    """Weighted mean without the trial that favours placebo."""
    from ...evidence.pooling import pool_effects
    from ...evidence.series import leave_one_trial_out

    trials = load_dataset("trials").set_index("trial")
    pooled = _effects().pooled.set_index("trial")
    name = next(trial for trial in pooled.index if trials.loc[trial, "favours"] == "placebo")
    rows = pooled.drop(index=name)
    whole = pool_effects(_effects())

    def average(weights) -> float:
        return float(np.average(rows["estimate"], weights=weights))

    without = leave_one_trial_out(_effects()).to_frame(model="fixed").set_index("without")
    error = float(np.sum(rows["std_error"] ** -2.0) ** -0.5)
    return Exercise(
        cell="`effects.table`, under 'Model'",
        answer=average(1 / rows["std_error"] ** 2),
        because="one single trial moves the mean so far: that is how little there is.",
        mistakes=[
            (average(np.ones(len(rows))), "that is the plain mean; weight by 1 / SE squared."),
            (average(1 / rows["std_error"]), "square the standard errors."),
            (
                average(rows["std_error"] ** 2),
                "that gives the least certain trial the most weight.",
            ),
            (average(rows["n_obs"]), "that weights by participants; weight by 1 / SE squared."),
            (error, "that is its standard error."),
            *(
                (whole.summarise_model(model)["estimate"], "that is with all trials.")
                for model in ("fixed", "random")
            ),
            *(
                (float(row.estimate), f"that is without {row.Index}.")
                for row in without.drop(index=name).itertuples()
            ),
        ],
    )


@register_exercise("08.3")
def _noticed() -> Exercise:
    """How much of the mean difference the participants who noticed would explain."""
    row = load_dataset("adverse_events").set_index("event").loc["vivid dreams"]
    ldn, placebo, n = (int(row[name]) for name in ("n_ldn", "n_placebo", "at_risk"))
    effect = _effects().table.set_index("trial").loc["Crossover RCT 2013", "raw_estimate"]
    answer = (ldn - placebo) / n * NOTICED
    return Exercise(
        cell="the counts under 'How much should the trial of 2013 convince?'",
        answer=answer,
        because="a guess by a few can make a good part of a small mean difference.",
        mistakes=[
            (ldn / n * NOTICED, "take off those who dreamt on placebo as well."),
            (placebo / n * NOTICED, "those who dreamt on placebo are to be taken off."),
            ((ldn - placebo) * NOTICED, "divide by all participants: it is a mean over them."),
            ((ldn - placebo) / n, "that is their share; times what each reports."),
            (effect - answer, "that is what would be left of the difference."),
            (answer / effect, "that is a share of the difference; give percentage points."),
            (100 * answer / effect, "that is a share of the difference; give percentage points."),
        ],
    )


@register_exercise("08.4")
def _what_follows() -> Exercise:
    """Which sentence follows?"""
    return Exercise(
        answer="b",
        because="an interval within the smallest effect that matters does show something.",
        mistakes=[
            ("a", "look at the other end of the interval: it holds effects that would matter."),
            ("c", "one excludes zero and the other does not: that is no test of their difference."),
        ],
    )


@register_exercise("08.5")
def _before_after() -> Exercise:
    """What is wrong with a before-after estimate read as the effect?"""
    return Exercise(
        answer="a",
        because="without a control group it holds the placebo response, time and regression to the "
        "mean.",
        mistakes=[
            ("b", "more of the same trials would not help: what do they compare?"),
            ("c", "true of any pooled mean, but not the error: what is compared with what?"),
        ],
    )


@register_exercise("08.6")
def _write_the_exclusion() -> Exercise:
    """A sentence on what two trials in points exclude."""
    from ...evidence.pooling import pool_effects

    points = pool_effects(_effects().select_scale(), measure="mean difference (NRS 0-10 points)")
    low, high = points.confidence_interval("fixed effect")
    mean = float(points.to_frame().iloc[0]["estimate"])
    return Exercise(
        answer=f"If both trials share one effect, it is {mean:.2g} points (95 % CI {low:.2f} to "
        f"{high:.2f}) on the 0-10 scale, and a benefit of one point or more is excluded.",
        cell="the sentences under 'In points, without any SD'",
        because="it says what is excluded, and under which condition; no more follows.",
        parts=[
            Part(what="the common effect", number=mean),
            Part(what="the lower limit", number=low),
            Part(what="the upper limit", number=high),
            Part(what="the unit", pattern=r"points?"),
            Part(
                what="what is excluded",
                pattern=r"exclud|rule[sd]? out|incompatible|less than|smaller than",
            ),
            Part(what="the condition", pattern=r"\bif\b|share|common|same effect|assum|provided"),
            Part(
                what="that there is no effect (an interval does not show that)",
                pattern=r"no effect|does not work|ineffective|useless",
                forbidden=True,
            ),
        ],
    )


@register_shown("08")
def _list_shown() -> list:
    """The numbers that notebook 08 shows."""
    from ...evidence.bayes import pool_effects_bayes
    from ...evidence.credibility import analyse_credibility
    from ...evidence.equivalence import check_equivalence
    from ...evidence.pooling import pool_effects
    from ...evidence.responders import compare_trial_responders
    from ...evidence.series import leave_one_trial_out, vary_assumptions

    effects = _effects()
    shown = name_cells(effects.table, "the table of effects", by=["trial"])
    shown += name_cells(effects.to_frame(), "the trials' own intervals", by=["trial"])
    trials = load_dataset("trials").set_index("trial")
    shown += name_cells(trials, "the table of trials")
    meta, bayes = pool_effects(effects), pool_effects_bayes(effects)
    points = pool_effects(effects.select_scale(), measure="points")
    for result, what in (
        (meta, "the pooled effect"),
        (bayes, "the Bayesian mean"),
        (points, "the points"),
    ):
        shown += name_cells(result.to_frame(), f"the table of {what}", by=["term"])
        shown += name_sentence(result, what)
    for tau_prior, scale in (("half-normal", 0.25), ("half-normal", 1.0), ("half-cauchy", 0.5)):
        other = pool_effects_bayes(effects, tau_prior=tau_prior, tau_scale=scale)
        shown += name_cells(other.to_frame(), f"the prior {tau_prior} {scale}", by=["term"])
    for series in (leave_one_trial_out(effects), vary_assumptions()):
        shown += name_cells(series.to_frame(), "the table under 'Check'", by=["label"])
        shown += name_sentence(series, "the table under 'Check'")
    spread = pool_effects_bayes(points, tau_scale=1.0)
    shown += name_sentence(spread, "the mean in points if the two trials differ")
    for row in (points.to_frame().iloc[0], *points.trials.itertuples()):
        test = check_equivalence(row.estimate, row.std_error, margin=1)
        shown += name_sentence(test, "equivalence in points")
    raw = effects.table.set_index("trial").loc["Crossover RCT 2013", "raw_estimate"]
    printed_p = float(trials.loc["Crossover RCT 2013", "p_value"])
    shown += name_sentence(analyse_credibility(raw, p_value=printed_p), "the sceptic")
    shown += name_cells(load_dataset("adverse_events"), "the adverse events", by=["event"])
    shown += [
        (float(value), "a smallest effect of interest, or a prior's scale")
        for value in (0, 0.2, 0.5, 1)
    ]
    return shown + name_sentence(compare_trial_responders(30), "responders in two trials")
