"""The notebooks' exercises: right answers and usual mistakes, computed from the data."""

from functools import cache

import numpy as np

from .exercises import Exercise, enter_exercise

__all__: list[str] = []

# --- 01 ----------------------------------------------------------------------------------


def _load(name: str):
    """One of the project's tables."""
    from .data import load_dataset

    return load_dataset(name)


@cache
def _printed() -> dict[str, str]:
    """Printed values by id, as text."""
    return _load("published_values").set_index("id")["value"].to_dict()


@cache
def _derive_from_p():
    """Difference of the crossover trial, n, and what its printed p gives, by term."""
    from .audit_derived import compute_sd_from_p

    printed = _printed()
    n = int(printed["rct_analysed"])
    ldn, placebo = (float(printed[f"rct_pain_reduction_{name}"]) for name in ("ldn", "placebo"))
    text = f"{ldn - placebo:.1f}"
    table = compute_sd_from_p(printed["rct_pain_reduction_p"], n=n, difference=text).to_frame()
    return ldn - placebo, n, table.set_index("term")["estimate"]


@enter_exercise("01.1")
def _completed() -> Exercise:
    """How many completed the crossover trial?"""
    people = _load("participants")
    trial = people[people["trial"] == "crossover"]
    return Exercise(
        answer=int(trial["completed"].sum()),
        because="as many as Fig. 1 of the review shows.",
        mistakes=[
            (len(trial), "that many started; count those who completed."),
            (int(trial["analysed"].sum()), "that many were analysed; one more completed."),
            (int(people["completed"].sum()), "that is both trials; take the crossover trial only."),
        ],
    )


@enter_exercise("01.2")
def _missed() -> Exercise:
    """Share of diary days without a pain rating."""
    pain = _load("daily_pain")["pain_0_100"]
    return Exercise(
        answer=float(pain.isna().mean()),
        because="a missed day is a row with a blank; its share was assumed.",
        mistakes=[
            (float(pain.notna().mean()), "that is the share of days that were rated."),
            (int(pain.isna().sum()), "that is the number of missed days; divide by all days."),
        ],
    )


@enter_exercise("01.3")
def _reduction() -> Exercise:
    """Mean pain reduction during LDN in the crossover trial."""
    data = _load("esr_pain_change")
    trial = data[data["trial"] == "crossover"]
    mean = data.groupby("condition", observed=True)["pain_reduction_percent"].mean()
    by_trial = trial.groupby("condition", observed=True)["pain_reduction_percent"].mean()
    base, end = (
        trial.groupby("condition", observed=True)[f"{name}_pain_0_100"].mean()
        for name in ("baseline", "end")
    )
    return Exercise(
        answer=float(by_trial["ldn"]),
        because="rounded to one decimal, this is the printed number: the data were made to meet it.",
        mistakes=[
            (
                float(mean["ldn"]),
                "that mixes the pilot in; the printed number is the crossover trial's.",
            ),
            (float(by_trial["placebo"]), "that is placebo."),
            (
                float(100 * (1 - end["ldn"] / base["ldn"])),
                "that is the reduction of the mean pain; asked for is the mean of each person's reduction.",
            ),
        ],
    )


@enter_exercise("01.4")
def _status() -> Exercise:
    """Status of the seven counts of Fig. 1."""
    return Exercise(
        answer="assumed",
        because="nobody outside the trial knows the seven counts; only their sum and the best half were told.",
        mistakes=[
            ("published", "the caption gives the number of participants, not the counts."),
            (
                "reported",
                "a report says that half were much or very much improved, not how the seven divide.",
            ),
            ("derived", "no computation from the printed numbers gives the seven counts."),
        ],
    )


# --- 02 ----------------------------------------------------------------------------------


def _best_share():
    """Much or very much improved, with its interval."""
    from .proportions import summarise_improvement

    summary = summarise_improvement(_load("improvement"))
    return summary.combine(["very much improved", "much improved"]).iloc[0]


@enter_exercise("02.1")
def _share() -> Exercise:
    """Share much or very much improved."""
    best = _best_share()
    n = int(best["n_obs"])
    return Exercise(
        answer=float(best["share"]),
        because=f"of {n} people no count is one half: what was reported is about those analysed.",
        mistakes=[
            (int(best["count"]), "that is the count; divide it by n."),
            (best["count"] / (n - 1), "that is of those analysed; the figure shows one more."),
        ],
    )


@enter_exercise("02.2")
def _wilson_low() -> Exercise:
    """Lower Wilson limit of that share."""
    best = _best_share()
    share, n = best["share"], best["n_obs"]
    return Exercise(
        answer=float(best["conf_low"]),
        because="values below this fit these data badly.",
        mistakes=[
            (float(best["conf_high"]), "that is the upper limit."),
            (
                float(share - 1.959964 * np.sqrt(share * (1 - share) / n)),
                "that is estimate minus 1.96 standard errors (Wald); Wilson's interval is asked for.",
            ),
        ],
    )


@enter_exercise("02.3")
def _joint() -> Exercise:
    """Which interval, when the bar was chosen after looking?"""
    return Exercise(
        answer="joint",
        because="an interval that must hold for seven shares at once has to be wider.",
        mistakes=[
            ("single", "it is narrower: it has to hold for one category only, chosen beforehand.")
        ],
    )


@enter_exercise("02.4")
def _cause() -> Exercise:
    """Does Fig. 1 show that LDN caused the improvement?"""
    return Exercise(
        answer="no",
        because="without the same question after placebo, hope, time and regression to the mean are all inside.",
        mistakes=[
            ("yes", "how many would have said so after placebo? The figure does not show it.")
        ],
    )


# --- 03 ----------------------------------------------------------------------------------


@cache
def _fits():
    """The two panes of Fig. 2."""
    from .regression import fit_lines

    return fit_lines(_load("esr_pain_change"))


@enter_exercise("03.1")
def _slope() -> Exercise:
    """Slope of the left pane."""
    ldn, placebo = _fits()["ldn"], _fits()["placebo"]
    return Exercise(
        answer=ldn.slope,
        because="percentage points of pain reduction per mm/h of ESR, between people.",
        mistakes=[
            (ldn.intercept, "that is the intercept: the line at an ESR of zero."),
            (ldn.r_squared / ldn.slope, "the axes are swapped: this is ESR per percent."),
            (ldn.r, "that is r; a slope has units."),
            (placebo.slope, "that is the right pane, placebo."),
        ],
    )


@enter_exercise("03.2")
def _r_squared() -> Exercise:
    """R squared of the left pane."""
    ldn = _fits()["ldn"]
    return Exercise(
        answer=ldn.r_squared,
        because="the share of the variance between people that goes with ESR on this line.",
        mistakes=[
            (ldn.r, "that is r; square it."),
            (
                ldn.adj_r_squared,
                "that is the adjusted R squared, less what chance alone would give.",
            ),
            (_fits()["placebo"].r_squared, "that is the right pane, placebo."),
        ],
    )


@enter_exercise("03.3")
def _predicted() -> Exercise:
    """Height of the left line at an ESR of 40 mm/h."""
    ldn, placebo = _fits()["ldn"], _fits()["placebo"]
    return Exercise(
        answer=ldn.intercept + 40 * ldn.slope,
        because="intercept plus 40 times the slope.",
        mistakes=[
            (40 * ldn.slope, "the intercept is missing."),
            (placebo.intercept + 40 * placebo.slope, "that is the right pane, placebo."),
        ],
    )


@enter_exercise("03.4")
def _new_person() -> Exercise:
    """Lower prediction limit at an ESR of 30 mm/h."""
    row = _fits()["ldn"].predict([30]).iloc[0]
    return Exercise(
        answer=float(row["pred_low"]),
        because="one person varies far more than the mean of many: the line says little about her.",
        mistakes=[
            (
                float(row["conf_low"]),
                "that is for the mean of all people with this ESR, not for one.",
            ),
            (float(row["pred_high"]), "that is the upper limit."),
            (float(row["fitted"]), "that is the line itself."),
        ],
    )


@enter_exercise("03.5")
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


# --- 04 ----------------------------------------------------------------------------------


@cache
def _leave_one_out():
    """The left pane without each of its participants."""
    from .influence import leave_one_out

    return leave_one_out(_fits()["ldn"])


@enter_exercise("04.1")
def _most_moving() -> Exercise:
    """Who moves the slope most?"""
    from .influence import measure_influence

    labels, out = _leave_one_out().labels, _leave_one_out().most_moving
    influence = measure_influence(_fits()["ldn"])
    mistakes = {
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


@enter_exercise("04.2")
def _slope_without() -> Exercise:
    """Slope without her."""
    out = _leave_one_out()
    table = out.to_frame()
    without = float(table["slope"].iloc[out.most_moving])
    return Exercise(
        answer=without,
        because="the sign stays, the size moves by a good part of a standard error.",
        mistakes=[
            (_fits()["ldn"].slope, "that is the slope with everybody."),
            (
                _fits()["ldn"].slope - without,
                "that is the change; asked for is the slope without her.",
            ),
        ],
    )


@enter_exercise("04.3")
def _hc3() -> Exercise:
    """HC3 standard error of the slope."""
    fit = _fits()["ldn"]
    errors = fit.model.get_robustcov_results("HC3").bse
    return Exercise(
        answer=float(errors[1]),
        because="somewhat larger than the ordinary one: it trusts the far points less.",
        mistakes=[
            (float(fit.line.slope_std_error), "that is the ordinary standard error."),
            (float(errors[0]), "that is the intercept's."),
        ],
    )


@enter_exercise("04.4")
def _not_shown() -> Exercise:
    """Does a p value above 0.05 show an even scatter?"""
    return Exercise(
        answer="no",
        because="with few people a check misses much; look at the picture too.",
        mistakes=[
            ("yes", "absence of evidence: how likely was the test to notice, with so few people?")
        ],
    )


# --- 05 ----------------------------------------------------------------------------------


@cache
def _slope_difference():
    """Primary row of the comparison of slopes."""
    from .slopes import compare_slopes

    return compare_slopes(_load("esr_pain_change")).to_frame().iloc[0]


@enter_exercise("05.1")
def _difference() -> Exercise:
    """Difference of the two slopes."""
    fits = _fits()
    return Exercise(
        answer=float(_slope_difference()["estimate"]),
        because="the slope of the within-person difference on ESR.",
        mistakes=[
            (fits["ldn"].slope, "that is the left pane alone."),
            (
                fits["ldn"].slope / fits["placebo"].slope,
                "that is a ratio; a difference is asked for.",
            ),
            (fits["ldn"].r - fits["placebo"].r, "those are correlations; slopes have units."),
        ],
    )


@enter_exercise("05.2")
def _difference_high() -> Exercise:
    """Upper limit of its interval."""
    row = _slope_difference()
    return Exercise(
        answer=float(row["conf_high"]),
        because="and the lower limit lies on the other side of zero.",
        mistakes=[
            (float(row["conf_low"]), "that is the lower limit."),
            (
                float(row["estimate"] + 1.959964 * row["std_error"]),
                "that uses 1.96; with so few people t is larger.",
            ),
            (
                float(_fits()["ldn"].to_frame()["conf_high"].iloc[1]),
                "that is the left pane's slope.",
            ),
        ],
    )


@enter_exercise("05.3")
def _discordant() -> Exercise:
    """Discordant pairs at the moderate threshold."""
    from .responders import compare_responders

    data = _load("esr_pain_change")
    published = _load("published_values").set_index("id")["value"]
    table = compare_responders(
        data[data["trial"] == "crossover"], threshold=float(published["immpact_moderate"])
    )
    return Exercise(
        answer=table.first_only + table.second_only,
        because="only these say anything about the difference.",
        mistakes=[
            (table.both + table.neither, "those are the concordant pairs."),
            (table.both + table.first_only, "those are all who responded under LDN."),
            (table.both, "those responded under both."),
        ],
    )


@enter_exercise("05.4")
def _more_days() -> Exercise:
    """Do more diary days shrink the error like more people?"""
    return Exercise(
        answer="no",
        because="days of one person are not independent evidence about the drug; more people are.",
        mistakes=[("yes", "how people differ in their response does not average out over days.")],
    )


@enter_exercise("05.5")
def _carry_over() -> Exercise:
    """Does a carry-over test without significance show that there is none?"""
    return Exercise(
        answer="no",
        because="it compares two groups of people, with a standard error too large to notice much.",
        mistakes=[("yes", "look at its standard error: what could it have noticed?")],
    )


# --- 06 ----------------------------------------------------------------------------------


@cache
def _half_effect():
    """Power and errors if the true difference were half the printed one."""
    from .small_samples import compute_design_errors

    difference, n, derived = _derive_from_p()
    error = derived["std_error"]
    rows = compute_design_errors(np.array([difference / 2, difference]), error, df=n - 1)
    return rows.to_frame()


@enter_exercise("06.1")
def _half_power() -> Exercise:
    """Power at half the printed difference."""
    half, whole = _half_effect().itertuples()
    return Exercise(
        answer=float(half.power),
        because="most such trials would find nothing.",
        mistakes=[
            (float(whole.power), "that is the power if the printed difference is true."),
            (1 - float(half.power), "that is the chance of missing it."),
        ],
    )


@enter_exercise("06.2")
def _exaggeration() -> Exercise:
    """Type M error at half the printed difference."""
    half, whole = _half_effect().itertuples()
    return Exercise(
        answer=float(half.type_m),
        because="only estimates far above the truth reach significance in so small a trial.",
        mistakes=[
            (float(whole.type_m), "that is if the printed difference is true."),
            (
                float(half.mean_significant),
                "that is the mean significant estimate; divide it by the truth.",
            ),
        ],
    )


@enter_exercise("06.3")
def _true_low() -> Exercise:
    """Lower limit of the pilot's true R squared."""
    from .small_samples import infer_true_r_squared

    row = infer_true_r_squared().to_frame().iloc[0]
    return Exercise(
        answer=float(row["conf_low"]),
        because="less than half of what was observed is still compatible with it.",
        mistakes=[
            (float(row["estimate"]), "that is the estimate."),
            (float(row["conf_high"]), "that is the upper limit."),
            (float(np.sqrt(row["conf_low"])), "that is r; square it."),
        ],
    )


@enter_exercise("06.4")
def _adjusted() -> Exercise:
    """Bonferroni-adjusted p of mood."""
    from .multiplicity import adjust_p_values

    def p_of(method: str) -> float:
        table = adjust_p_values(method=method).set_index("term")
        return float(table.loc["rct_mood_p", "p_adjusted"])

    printed = float(_printed()["rct_mood_p"])
    return Exercise(
        answer=p_of("bonferroni"),
        because="the printed p times the number of p values looked at.",
        mistakes=[
            (printed, "that is the printed p value."),
            (p_of("holm"), "that is Holm's, which is never larger."),
            (printed / round(p_of("bonferroni") / printed), "multiply, not divide."),
        ],
    )


@enter_exercise("06.5")
def _chosen_high() -> Exercise:
    """Did the treatment work?"""
    return Exercise(
        answer="unknown",
        because="their pain would have fallen anyway; by how much, only a control group tells.",
        mistakes=[
            ("yes", "those chosen at their worst get better without any treatment."),
            ("no", "it may have; without a control group one can not tell."),
        ],
    )


# --- 07 ----------------------------------------------------------------------------------


@enter_exercise("07.1")
def _denominator() -> Exercise:
    """Which denominator fits both shares?"""
    printed = _printed()
    analysed = int(printed["rct_analysed"])
    started = int(printed["rct_started_ldn_first"]) + int(printed["rct_started_placebo_first"])
    return Exercise(
        answer=analysed,
        because="a whole number of people gives each of the two shares, and of these denominators only at this one.",
        mistakes=[
            (started, "so many started; only the first of the two shares is possible then."),
            (analysed - 1, "only the second of the two shares is possible then."),
        ],
    )


@enter_exercise("07.2")
def _sd_of_difference() -> Exercise:
    """SD of the within-person difference from p."""
    from scipy.special import ndtri

    difference, n, table = _derive_from_p()
    p = _printed()["rct_pain_reduction_p"]
    return Exercise(
        answer=float(table["sd"]),
        because="difference / t x the root of n, if the test was a paired t test.",
        mistakes=[
            (
                float(table["std_error"]),
                "that is the standard error; multiply it by the root of n.",
            ),
            (float(table["dz"]), "that is the difference in SDs."),
            (
                float(difference / -ndtri(float(p) / 2) * np.sqrt(n)),
                "that uses the normal distribution; with so few people t is larger.",
            ),
        ],
    )


@enter_exercise("07.3")
def _pilot_low() -> Exercise:
    """Lower limit of the pilot's correlation."""
    from .audit_derived import compute_r_interval

    share = float(_printed()["pilot_esr_r2"]) / 100
    n = int(_printed()["pilot_n"])

    def limits(**what):
        table = compute_r_interval(n=n, **what).to_frame()
        return table.set_index("term")["estimate"]

    right = limits(r_squared=f"{share:.2f}")
    return Exercise(
        answer=float(right["conf_low"]),
        because="far below the sample's r: so few people can not pin it down.",
        mistakes=[
            (float(right["r"]), "that is r itself."),
            (float(right["conf_high"]), "that is the upper limit."),
            (
                float(limits(r=f"{share:.2f}")["conf_low"]),
                "that takes R squared for r; take the root first.",
            ),
        ],
    )


@enter_exercise("07.4")
def _not_wrong() -> Exercise:
    """Is one of the two numbers wrong?"""
    return Exercise(
        answer="no",
        because="another statistic that prints the same may give that p; or its digits were cut off.",
        mistakes=[("yes", "both were rounded: let each be any number that prints so.")],
    )


# --- 08 ----------------------------------------------------------------------------------


@cache
def _meta():
    """The pooled trials of notebook 08, and each left out."""
    from .meta_analysis import leave_one_trial_out, pool_effects
    from .trial_effects import standardise_trials

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
    """Mean without the trial that favours placebo."""
    trials = _load("trials").set_index("trial")
    name = trials.index[trials["favours"] == "placebo"][0]
    whole, without = _meta()
    return Exercise(
        answer=float(without.loc[name, "estimate"]),
        because="one single trial moves the mean so far: that is how little there is.",
        mistakes=[
            (float(row.estimate), f"that is without {row.Index}.")
            for row in without.drop(index=name).itertuples()
        ]
        + [
            (
                float(whole.to_frame().set_index("term").loc["random effects", "estimate"]),
                "that is with all trials.",
            )
        ],
    )


@enter_exercise("08.3")
def _heterogeneity() -> Exercise:
    """I squared."""
    glance = _meta()[0].glance().iloc[0]
    return Exercise(
        answer=float(glance["i_squared"]),
        because="and from so few trials it is itself very uncertain.",
        mistakes=[
            (float(glance["tau_squared"]), "that is tau squared, a variance."),
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
