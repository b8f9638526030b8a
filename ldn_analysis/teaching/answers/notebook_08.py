"""Answers to the exercises of notebook 08, and the usual mistakes, computed from the data."""

import numpy as np

from ...data.tables import load_dataset, remember
from ..exercise import Exercise, enter_exercise

__all__: list[str] = []


@remember
def _meta():
    """The pooled trials of notebook 08, and each left out."""
    from ...evidence.effects import standardise_trials
    from ...evidence.pooling import pool_effects
    from ...evidence.series import leave_one_trial_out

    effects = standardise_trials()
    return pool_effects(effects), leave_one_trial_out(effects).to_frame().set_index("without")


@enter_exercise("08.1")
def _pooled() -> Exercise:
    """Random-effects mean."""
    table = _meta()[0].to_frame().set_index("term")
    return Exercise(
        answer=float(table.loc["random effects", "estimate"]),
        because="a small estimate, with an interval far to both sides of zero.",
        mistakes=[
            (float(table.loc["fixed effect", "estimate"]), "that is the fixed-effect mean."),
            (float(table.loc["random effects", "std_error"]), "that is its standard error."),
        ],
    )


@enter_exercise("08.2")
def _without_placebo_side() -> Exercise:
    """Weighted mean without the trial that favours placebo."""
    trials = load_dataset("trials").set_index("trial")
    name = trials.index[trials["favours"] == "placebo"][0]
    whole, without = _meta()
    table = whole.effects.table.set_index("trial")
    rows = table[table["pooled"] & (table.index != name)]

    def average(weights) -> float:
        return float(np.average(rows["estimate"], weights=weights))

    return Exercise(
        answer=average(1 / rows["std_error"] ** 2),
        because="one single trial moves the mean so far: that is how little there is.",
        mistakes=[
            (average(np.ones(len(rows))), "that is the plain mean; weight by 1 / SE squared."),
            (average(1 / rows["std_error"]), "square the standard errors."),
            (
                average(rows["std_error"] ** 2),
                "that gives the least certain trial the most weight.",
            ),
            (average(rows["n_obs"]), "that weights by people; weight by 1 / SE squared."),
            *(
                (
                    float(whole.to_frame().set_index("term").loc[term, "estimate"]),
                    "that is with all trials.",
                )
                for term in ("fixed effect", "random effects")
            ),
            *(
                (float(row.estimate), f"that is without {row.Index}.")
                for row in without.drop(index=name).itertuples()
            ),
        ],
    )


@enter_exercise("08.3")
def _heterogeneity() -> Exercise:
    """I squared."""
    glance = _meta()[0].glance().iloc[0]
    return Exercise(
        answer=float(glance["i_squared"]),
        unit="proportion",
        because="and from so few trials it is itself very uncertain.",
        mistakes=[
            (float(glance["tau_squared"]), "that is tau squared, a variance."),
            (float(np.sqrt(glance["tau_squared"])), "that is tau, a standard deviation."),
            (float(glance["p_value"]), "that is the p value of Q."),
            (1 - float(glance["i_squared"]), "that is the share that chance explains."),
        ],
    )


@enter_exercise("08.4")
def _no_effect() -> Exercise:
    """Does an interval with zero in it show no effect?"""
    return Exercise(
        answer="no",
        because="the interval also holds effects that would matter to people.",
        mistakes=[("yes", "look at the other end of the interval.")],
    )


@enter_exercise("08.5")
def _before_after() -> Exercise:
    """May a before-after estimate be read as the effect?"""
    return Exercise(
        answer="no",
        because="without a control group it holds the placebo response, time and regression to the mean.",
        mistakes=[("yes", "what would the same people have reported after placebo?")],
    )
