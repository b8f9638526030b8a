"""The notebooks' exercises: right answers and usual mistakes, computed from the data."""

import numpy as np

from ..data.tables import load_dataset, remember
from .exercise import Exercise, enter_exercise

__all__: list[str] = []

# --- 01 ----------------------------------------------------------------------------------


@remember
def _printed() -> dict[str, str]:
    """Printed values by id, as text."""
    return load_dataset("published_values").set_index("id")["value"].to_dict()


@remember
def _derive_from_p():
    """Difference of the crossover trial, n, and what its printed p gives, by term."""
    from ..audit.derived import compute_sd_from_p

    printed = _printed()
    n = int(printed["rct_analysed"])
    ldn, placebo = (float(printed[f"rct_pain_reduction_{name}"]) for name in ("ldn", "placebo"))
    text = f"{ldn - placebo:.1f}"
    table = compute_sd_from_p(printed["rct_pain_reduction_p"], n=n, difference=text).to_frame()
    return ldn - placebo, n, table.set_index("term")["estimate"]


@enter_exercise("01.1")
def _completed() -> Exercise:
    """How many completed the crossover trial?"""
    people = load_dataset("participants")
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
    diaries = load_dataset("daily_pain")
    pain = diaries["pain_0_100"]
    return Exercise(
        unit="proportion",
        answer=float(pain.isna().mean()),
        because="a missed day is a row with a blank; its share was assumed.",
        mistakes=[
            (float(pain.notna().mean()), "that is the share of days that were rated."),
            (int(pain.isna().sum()), "that is the number of missed days; divide by all days."),
            (
                float(pain[diaries["trial"] == "crossover"].isna().mean()),
                "that is the crossover trial alone; the question is about all diary days.",
            ),
            (
                float(pain.isna().sum() / pain.notna().sum()),
                "that divides by the days that were rated; divide by all days.",
            ),
        ],
    )


@enter_exercise("01.3")
def _reduction() -> Exercise:
    """Mean pain reduction during LDN in the crossover trial."""
    data = load_dataset("esr_pain_change")
    trial = data[data["trial"] == "crossover"]
    mean = data.groupby("condition", observed=True)["pain_reduction_percent"].mean()
    by_trial = trial.groupby("condition", observed=True)["pain_reduction_percent"].mean()
    base, end = (
        trial.groupby("condition", observed=True)[f"{name}_pain_0_100"].mean()
        for name in ("baseline", "end")
    )
    return Exercise(
        answer=float(by_trial["ldn"]),
        unit="%",
        because="rounded to one decimal, this is the printed number: the data were made to meet it.",
        mistakes=[
            (
                float(mean["ldn"]),
                "that mixes the pilot in; the printed number is the crossover trial's.",
            ),
            (float(by_trial["placebo"]), "that is placebo."),
            (
                float(by_trial["ldn"] - by_trial["placebo"]),
                "that is the difference between the conditions.",
            ),
            (
                float(trial.loc[trial["condition"] == "ldn", "pain_reduction_percent"].median()),
                "that is the median.",
            ),
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


@enter_exercise("01.5")
def _larger_share() -> Exercise:
    """Share of the crossover trial's people whose reduction was larger during LDN."""
    wide = load_dataset("esr_pain_change").pivot(
        index=["trial", "participant"], columns="condition", values="pain_reduction_percent"
    )
    everybody = wide["ldn"] > wide["placebo"]
    trial = wide.loc["crossover"]
    larger = trial["ldn"] > trial["placebo"]
    return Exercise(
        answer=float(larger.mean()),
        unit="proportion",
        because="each person is compared with herself; chance alone would give about one half.",
        mistakes=[
            (int(larger.sum()), "that is the count; divide it by the number of people."),
            (float(everybody.mean()), "that mixes the pilot in; take the crossover trial only."),
            (
                float((trial["ldn"] < trial["placebo"]).mean()),
                "that is the share with the larger reduction during placebo.",
            ),
            (
                float((trial["ldn"] > trial["placebo"].mean()).mean()),
                "that compares each person with the mean of placebo; compare her with herself.",
            ),
            (
                float((trial["ldn"] > 0).mean()),
                "that is the share whose pain fell at all during LDN.",
            ),
            (
                float(larger.sum() / (2 * len(larger))),
                "that divides by the rows; every person has two.",
            ),
        ],
    )


# --- 02 ----------------------------------------------------------------------------------


BEST = ["very much improved", "much improved"]


def _best_share():
    """Much or very much improved, with its interval."""
    from ..crossover.improvement import summarise_improvement

    return summarise_improvement(load_dataset("improvement")).combine(BEST).iloc[0]


@enter_exercise("02.1")
def _share() -> Exercise:
    """Share much or very much improved."""
    best = _best_share()
    n, answers = int(best["n_obs"]), load_dataset("improvement")["improvement"]
    return Exercise(
        answer=float(best["share"]),
        unit="proportion",
        because=f"of {n} people no count is one half: what was reported is about those analysed.",
        mistakes=[
            (int(best["count"]), "that is the count; divide it by n."),
            (best["count"] / (n - 1), "that is of those analysed; the figure shows one more."),
            (float(1 - best["share"]), "that is the share of all the others."),
            (float((answers == BEST[0]).mean()), "add those much improved."),
            (float((answers == BEST[1]).mean()), "add those very much improved."),
        ],
    )


@enter_exercise("02.2")
def _wilson_low() -> Exercise:
    """Lower Wilson limit of that share."""
    from scipy.special import bdtri, ndtri

    from ..crossover.improvement import wilson_interval

    best = _best_share()
    share, n = best["share"], best["n_obs"]
    error = np.sqrt(share * (1 - share) / n)
    return Exercise(
        answer=float(best["conf_low"]),
        unit="proportion",
        because="values below this fit these data badly.",
        mistakes=[
            (float(best["conf_high"]), "that is the upper limit."),
            (
                float(share - ndtri(0.975) * error),
                "that is estimate minus 1.96 standard errors (Wald); Wilson's interval is asked for.",
            ),
            (
                float(bdtri(best["count"] - 1, n, 0.025)),
                "that is the exact interval (Clopper and Pearson); Wilson's is asked for.",
            ),
            (
                float(wilson_interval(best["count"], n, 0.9)[0]),
                "that is the limit of a 90 % interval.",
            ),
            (
                float(wilson_interval(best["count"], n - 1)[0]),
                "that takes those analysed; the figure shows one more.",
            ),
            (float(error), "that is the standard error."),
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


@enter_exercise("02.5")
def _share_of_high_esr() -> Exercise:
    """Share of the best answers among those with an ESR above the median."""
    people = load_dataset("participants")
    rows = load_dataset("improvement").merge(people, on="participant")
    high = rows["esr_mm_h"] > rows["esr_mm_h"].median()
    better = rows["improvement"].isin(BEST)
    return Exercise(
        answer=float(better[high].mean()),
        unit="proportion",
        because="of those with a high ESR; they are the group below the fraction line.",
        mistakes=[
            (
                float(high[better].mean()),
                "that is the share with a high ESR among the improved: the condition is turned round.",
            ),
            (
                float((high & better).mean()),
                "that divides by all people; divide by those with a high ESR.",
            ),
            (float(better[~high].mean()), "that is the share among the others, with a lower ESR."),
            (float(better.mean()), "that is the share among all people."),
            (int((high & better).sum()), "that is the count; divide it by those with a high ESR."),
            (
                float(better[rows["esr_mm_h"] >= rows["esr_mm_h"].median()].mean()),
                "that counts those at the median too; above it is asked for.",
            ),
            (
                float(better[rows["esr_mm_h"] > people["esr_mm_h"].median()].mean()),
                "that is the median of both trials; take the people of the figure.",
            ),
        ],
    )


# --- 03 ----------------------------------------------------------------------------------


@remember
def _fits():
    """The two panes of Fig. 2."""
    from ..lines.regression import fit_lines

    return fit_lines(load_dataset("esr_pain_change"))


def _fit(rows):
    """The line of some rows of the table behind Fig. 2."""
    from ..lines.regression import fit_line

    return fit_line(rows, predictor="esr_mm_h", outcome="pain_reduction_percent")


@enter_exercise("03.1")
def _slope() -> Exercise:
    """Slope of the left pane."""
    ldn, placebo = _fits()["ldn"], _fits()["placebo"]
    data = load_dataset("esr_pain_change")
    return Exercise(
        answer=ldn.slope,
        because="percentage points of pain reduction per mm/h of ESR, between people.",
        mistakes=[
            (ldn.intercept, "that is the intercept: the line at an ESR of zero."),
            (ldn.r_squared / ldn.slope, "the axes are swapped: this is ESR per percent."),
            (ldn.r, "that is r; a slope has units."),
            (placebo.slope, "that is the right pane, placebo."),
            (float(ldn.line.slope_std_error), "that is its standard error."),
            (_fit(data).slope, "that pools both panes, and counts every person twice."),
            (
                _fit(data[(data["trial"] == "crossover") & (data["condition"] == "ldn")]).slope,
                "that is the crossover trial alone; the pane shows both trials.",
            ),
        ],
    )


@enter_exercise("03.2")
def _r_squared() -> Exercise:
    """R squared of the left pane."""
    ldn = _fits()["ldn"]
    return Exercise(
        answer=ldn.r_squared,
        unit="proportion",
        because="the share of the variance between people that goes with ESR on this line.",
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


@enter_exercise("03.3")
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
            (_fit(trial).slope, "that pools the conditions, and counts every person twice."),
            (right.intercept, "that is the intercept: the line at an ESR of zero."),
            (right.r, "that is r; a slope has units."),
            (right.r_squared / right.slope, "the axes are swapped: this is ESR per percent."),
            (
                float((right.x * right.y).sum() / (right.x**2).sum()),
                "that is a line through the origin; measure both from their means first.",
            ),
        ],
    )


@enter_exercise("03.4")
def _new_person() -> Exercise:
    """Lower prediction limit at an ESR of 30 mm/h."""
    from scipy.special import stdtrit

    ldn = _fits()["ldn"]
    row = ldn.predict([30]).iloc[0]
    return Exercise(
        answer=float(row["pred_low"]),
        unit="%",
        because="one person varies far more than the mean of many: the line says little about her.",
        mistakes=[
            (
                float(row["conf_low"]),
                "that is for the mean of all people with this ESR, not for one.",
            ),
            (float(row["pred_high"]), "that is the upper limit."),
            (float(row["fitted"]), "that is the line itself."),
            (float(row["conf_high"]), "that is the upper limit, and for the mean of all people."),
            (
                float(row["fitted"] + ldn.residual_sd * stdtrit(ldn.df, 0.025)),
                "that takes the line for known; its own error belongs into the range.",
            ),
            (
                float(_fits()["placebo"].predict([30])["pred_low"].iloc[0]),
                "that is the right pane, placebo.",
            ),
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


@remember
def _leave_one_out():
    """The left pane without each of its participants."""
    from ..lines.influence import leave_one_out

    return leave_one_out(_fits()["ldn"])


@enter_exercise("04.1")
def _most_moving() -> Exercise:
    """Who moves the slope most?"""
    from ..lines.influence import measure_influence

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
    fit = _fits()["ldn"]
    moved = abs(fit.slope - without) / fit.line.slope_std_error
    return Exercise(
        answer=without,
        because=f"one person moves the slope by {moved:.1f} of its standard errors.",
        mistakes=[
            (fit.slope, "that is the slope with everybody."),
            (fit.slope - without, "that is the change; asked for is the slope without her."),
            (
                float(table["slope"].iloc[np.argmax(fit.augment()["leverage"])]),
                "that is without the person of the highest leverage.",
            ),
            (float(table["r_squared"].iloc[out.most_moving]), "that is R squared without her."),
        ],
    )


@enter_exercise("04.3")
def _hc3() -> Exercise:
    """HC3 standard error of the slope."""
    fit = _fits()["ldn"]
    errors = fit.model.get_robustcov_results("HC3").bse
    ordinary = float(fit.line.slope_std_error)
    others = {kind: fit.model.get_robustcov_results(kind).bse[1] for kind in ("HC0", "HC1", "HC2")}
    word = "larger" if errors[1] > ordinary else "smaller"
    return Exercise(
        answer=float(errors[1]),
        because=f"{word} than the ordinary one here: how far the points scatter where they count most.",
        mistakes=[
            (ordinary, "that is the ordinary standard error."),
            (float(errors[0]), "that is the intercept's."),
            (float(errors[1] ** 2), "that is the variance; take the root."),
            *((float(error), f"that is {kind}.") for kind, error in others.items()),
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


@enter_exercise("04.5")
def _median_slope() -> Exercise:
    """Theil-Sen slope of the right pane."""
    fit = _fits()["placebo"]

    def slopes(x, y) -> np.ndarray:
        first, second = np.triu_indices(len(x), 1)
        apart = x[first] != x[second]
        first, second = first[apart], second[apart]
        return (y[second] - y[first]) / (x[second] - x[first])

    between = slopes(fit.x, fit.y)
    return Exercise(
        answer=float(np.median(between)),
        because="half of the pairs have a steeper slope; a far point is in few pairs and can do little.",
        mistakes=[
            (fit.slope, "that is least squares."),
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


# --- 05 ----------------------------------------------------------------------------------


@remember
def _slope_difference():
    """Primary row of the comparison of slopes."""
    from ..crossover.slopes import compare_slopes

    return compare_slopes(load_dataset("esr_pain_change")).to_frame().iloc[0]


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
            (fits["placebo"].slope, "that is the right pane alone."),
            (
                fits["ldn"].intercept - fits["placebo"].intercept,
                "those are the intercepts: the difference at an ESR of zero.",
            ),
            (fits["ldn"].slope + fits["placebo"].slope, "that is the sum."),
        ],
    )


@enter_exercise("05.2")
def _difference_high() -> Exercise:
    """Upper limit of its interval."""
    from scipy.special import ndtri, stdtrit

    row, fits = _slope_difference(), _fits()
    unpaired = np.hypot(*(fits[name].line.slope_std_error for name in ("ldn", "placebo")))
    side = "below zero" if row["conf_low"] < 0 else "above zero too"
    return Exercise(
        answer=float(row["conf_high"]),
        because=f"and the lower limit lies {side}.",
        mistakes=[
            (float(row["conf_low"]), "that is the lower limit."),
            (
                float(row["estimate"] + ndtri(0.975) * row["std_error"]),
                "that uses 1.96; with so few people t is larger.",
            ),
            (
                float(row["estimate"] + stdtrit(row["df"], 0.95) * row["std_error"]),
                "that is one-sided (or a 90 % interval): 2.5 % belong to each side.",
            ),
            *(
                (
                    float(row["estimate"] + stdtrit(df, 0.975) * unpaired),
                    "that takes the two panes for different people; they are pairs.",
                )
                for df in (row["df"], 2 * row["df"])
            ),
            (float(row["std_error"]), "that is the standard error."),
            (
                float(_fits()["ldn"].to_frame()["conf_high"].iloc[1]),
                "that is the left pane's slope.",
            ),
        ],
    )


@enter_exercise("05.3")
def _discordant() -> Exercise:
    """Discordant pairs at the moderate threshold."""
    from ..crossover.responders import compare_responders

    data = load_dataset("esr_pain_change")
    trial = data[data["trial"] == "crossover"]
    moderate, high = (float(_printed()[f"immpact_{k}"]) for k in ("moderate", "substantial"))
    table = compare_responders(trial, threshold=moderate)
    both_trials = compare_responders(data, threshold=moderate)
    other = compare_responders(trial, threshold=high)
    return Exercise(
        answer=table.first_only + table.second_only,
        because="only these say anything about the difference.",
        mistakes=[
            (table.both + table.neither, "those are the concordant pairs."),
            (table.both + table.first_only, "those are all who responded under LDN."),
            (table.both, "those responded under both."),
            (table.first_only, "those responded under LDN only; add those under placebo only."),
            (table.second_only, "those responded under placebo only; add those under LDN only."),
            (
                both_trials.first_only + both_trials.second_only,
                "that mixes the pilot in; take the crossover trial only.",
            ),
            (other.first_only + other.second_only, "that is the higher threshold."),
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


@remember
def _half_effect():
    """Power and errors if the true difference were half the printed one."""
    from ..small_samples.design_errors import compute_design_errors

    difference, n, derived = _derive_from_p()
    error = derived["std_error"]
    rows = compute_design_errors(np.array([difference / 2, difference]), error, df=n - 1)
    return rows.to_frame()


@enter_exercise("06.1")
def _true_low() -> Exercise:
    """Lower limit of the pilot's true R squared."""
    from ..small_samples.design_errors import infer_true_r_squared

    row = infer_true_r_squared().to_frame().iloc[0]
    return Exercise(
        answer=float(row["conf_low"]),
        unit="proportion",
        because="less than half of what was observed is still compatible with it.",
        mistakes=[
            (float(row["estimate"]), "that is the estimate."),
            (float(row["conf_high"]), "that is the upper limit."),
            (float(np.sqrt(row["conf_low"])), "that is r; square it."),
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
            (float(half.power), "that is the power: how often they are significant at all."),
            (float(half.type_s), "that is the share with the wrong sign."),
            (float(1 / half.type_m), "that is the truth in estimates; turn it round."),
            (
                float(half.mean_significant),
                "that is the mean significant estimate; divide it by the truth.",
            ),
        ],
    )


@enter_exercise("06.3")
def _adjusted() -> Exercise:
    """Bonferroni-adjusted p of mood."""
    from ..small_samples.multiple_tests import adjust_p_values

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
            (
                min(2 * printed, 1.0),
                "that doubles it; one p value is as good as two-sided already.",
            ),
            (printed / round(p_of("bonferroni") / printed), "multiply, not divide."),
        ],
    )


@enter_exercise("06.4")
def _people_needed() -> Exercise:
    """People for a power of 0.8 if the true slope during LDN is half the estimate."""
    from ..small_samples.truth import estimate_truth

    truth = estimate_truth(load_dataset("esr_pain_change"))
    smaller = truth.with_effect("slope_ldn", truth.slope_ldn / 2)
    needed = _find_people(smaller)
    return Exercise(
        answer=needed,
        because="half the slope takes about four times the people: the error falls with the root of n.",
        mistakes=[
            (needed - 1, "one person short: the power is still below the one asked for."),
            (needed + 1, "one fewer is enough."),
            (_find_people(truth), "that is for the estimate itself; the truth may be half."),
            (_find_people(smaller, power=0.9), "that is for a power of 0.9."),
        ],
    )


def _find_people(truth, power: float = 0.8) -> int:
    """The smallest number of people with this exact power for the slope during LDN."""
    from ..small_samples.power import compute_power_exact

    low, high = 3, 6
    while high < 1e6 and compute_power_exact(truth, n_people=high) < power:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        reached = compute_power_exact(truth, n_people=middle) >= power
        low, high = (low, middle) if reached else (middle, high)
    return high


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
    from scipy.special import ndtri, stdtrit

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
            (
                float(difference / -stdtrit(n - 1, float(p)) * np.sqrt(n)),
                "that takes p for one-sided; half of it belongs to each side.",
            ),
            (
                float(table["std_error"] * np.sqrt(n - 1)),
                "that multiplies by the root of the degrees of freedom; n people make the error.",
            ),
            (float(table["std_error"] * n), "multiply by the root of n, not by n."),
            (float(table["sd"] ** 2), "that is the variance; take the root."),
            (
                float(table["sd"] / np.sqrt(2)),
                "that is for two groups of different people; this is the SD of one difference each.",
            ),
        ],
    )


@enter_exercise("07.3")
def _pilot_low() -> Exercise:
    """Lower limit of the pilot's correlation."""
    from scipy.special import ndtri

    from ..audit.derived import compute_r_interval

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
            (float(right["conf_low"] ** 2), "that is squared; the correlation is asked for."),
            (
                float(np.tanh(np.arctanh(right["r"]) + ndtri(0.025) / np.sqrt(n))),
                "that divides by the root of n; Fisher's error has n - 3.",
            ),
            (
                float(np.tanh(np.arctanh(right["r"]) + ndtri(0.05) / np.sqrt(n - 3))),
                "that is one-sided (or a 90 % interval).",
            ),
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


@enter_exercise("07.5")
def _smallest_p() -> Exercise:
    """Smallest two-sided exact p of McNemar's test over all overlaps."""
    from scipy.special import bdtr, chdtrc
    from scipy.stats import binom

    n = int(_printed()["rct_analysed"])
    ldn, placebo = (
        round(float(_printed()[f"rct_responders_{k}"]) * n / 100) for k in ("ldn", "placebo")
    )
    discordant = [
        (ldn - k, placebo - k) for k in range(min(ldn, placebo) + 1) if ldn + placebo - k <= n
    ]
    p_values = [min(1.0, 2 * bdtr(c, b + c, 0.5)) for b, c in discordant]
    best = int(np.argmin(p_values))
    b, c = discordant[best]
    return Exercise(
        answer=float(p_values[best]),
        because="and at every other overlap p is larger: the printed one is none of them.",
        mistakes=[
            (float(p_values[best] / 2), "that is one-sided; double it."),
            (float(p_values[best] - binom.pmf(c, b + c, 0.5)), "that is the mid-p value."),
            (
                float(chdtrc(1, (b - c) ** 2 / (b + c))),
                "that is McNemar's chi-square; the exact test is asked for.",
            ),
            (
                float(chdtrc(1, (abs(b - c) - 1) ** 2 / (b + c))),
                "that is the chi-square with continuity correction; the exact test is asked for.",
            ),
            *(
                (float(p), "that is another overlap; try them all.")
                for p in p_values
                if p != p_values[best]
            ),
        ],
    )


# --- 08 ----------------------------------------------------------------------------------


@remember
def _meta():
    """The pooled trials of notebook 08, and each left out."""
    from ..evidence.pooling import leave_one_trial_out, pool_effects
    from ..evidence.effects import standardise_trials

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


# --- 09 ----------------------------------------------------------------------------------


@remember
def _multiverse():
    """The whole specification curve."""
    from ..multiverse.fit import fit_multiverse

    return fit_multiverse(load_dataset("daily_pain"), load_dataset("participants"))


@remember
def _figure_2_choices() -> dict:
    """The options of Fig. 2: the first of each choice."""
    from ..multiverse.specifications import GRID

    return {choice: options[0] for choice, options in GRID.items()}


@enter_exercise("09.1")
def _median_of_curve() -> Exercise:
    """Median estimate of the whole curve."""
    estimates = _multiverse().specifications["estimate"]
    figure_2 = _multiverse().find(**_figure_2_choices()).iloc[0]
    return Exercise(
        answer=float(estimates.median()),
        because="half of the analyses find more and half find less; it is no better than its grid.",
        mistakes=[
            (
                float(estimates.mean()),
                "that is the mean; half of the curve lies on each side of the median.",
            ),
            (float(estimates.max()), "that is the largest of them."),
            (float(figure_2["estimate"]), "that is the analysis of Fig. 2 alone."),
            (
                float(_multiverse().specifications["slope"].median()),
                "slopes in different units have no median; take the standardised estimates.",
            ),
        ],
    )


@enter_exercise("09.2")
def _share_above() -> Exercise:
    """Share of the intervals of one outcome that lie above zero."""
    rows = _multiverse().find(outcome="percent reduction, LDN - placebo")
    alone = _multiverse().find(outcome="percent reduction, LDN")
    return Exercise(
        answer=float((rows["conf_low"] > 0).mean()),
        unit="proportion",
        because="and none of these counts is a test: all of them share their people.",
        mistakes=[
            (
                int((rows["conf_low"] > 0).sum()),
                "that is the count; divide it by the specifications of this outcome.",
            ),
            (
                float((rows["estimate"] > 0).mean()),
                "that counts the estimates above zero, not the intervals.",
            ),
            (float((alone["conf_low"] > 0).mean()), "that is LDN alone, without placebo."),
            (float(_multiverse().glance()["above_zero"].iloc[0]), "that is of all outcomes."),
            (
                float((_multiverse().to_frame(0.9).loc[rows.index, "conf_low"] > 0).mean()),
                "that is with 90 % intervals (a one-sided p below 0.05).",
            ),
        ],
    )


@enter_exercise("09.3")
def _range_of_curve() -> Exercise:
    """Range of the estimates of a smaller multiverse."""
    start = _figure_2_choices()
    fixed = {name: start[name] for name in ("model", "esr", "without")}
    rows = _multiverse().find(people="crossover trial", **fixed)
    both, every = _multiverse().find(people="both trials", **fixed), _multiverse().to_frame()
    free = _multiverse().find(people="crossover trial", model="OLS", esr="as is")
    return Exercise(
        answer=float(np.ptp(rows["estimate"])),
        because="with the same people and the same model, outcome, windows and adjustment still move it so far.",
        mistakes=[
            (float(rows["estimate"].max()), "that is the largest; take the smallest from it."),
            (float(np.ptp(both["estimate"])), "that is with both trials."),
            (float(np.ptp(every["estimate"])), "that is of the whole grid."),
            (float(np.ptp(free["estimate"])), 'leave nobody out: without=["nobody"].'),
            (
                float(np.ptp(rows["slope"])),
                "slopes in different units do not compare; take the standardised estimates.",
            ),
        ],
    )


@enter_exercise("09.4")
def _within_p() -> Exercise:
    """P value of Fig. 2's analysis with the within-person difference."""
    paired = {"outcome": "percent reduction, LDN - placebo"}
    row = _multiverse().find(**_figure_2_choices() | paired).iloc[0]
    alone = _multiverse().find(**_figure_2_choices()).iloc[0]
    points = {"outcome": "points reduction, LDN - placebo"}
    in_points = _multiverse().find(**_figure_2_choices() | points).iloc[0]
    return Exercise(
        answer=float(row["p_value"]),
        because="it is the comparison of notebook 05, found again as one point of the curve.",
        mistakes=[
            (float(row["p_value"]) / 2, "that is one-sided; the question asks for two-sided."),
            (float(alone["p_value"]), "that is LDN alone, as in Fig. 2."),
            (float(in_points["p_value"]), "that is the difference in points."),
            (float(row["estimate"]), "that is the estimate."),
            (float(row["statistic"]), "that is t."),
        ],
    )


@enter_exercise("09.5")
def _counting() -> Exercise:
    """Is a count of significant specifications a test?"""
    return Exercise(
        answer="no",
        because="they share the people and so stand or fall together; shuffled data show how often so many are significant by chance.",
        mistakes=[
            (
                "yes",
                "fifty would be the average, but how often would chance alone give four hundred?",
            )
        ],
    )


# --- 10 ----------------------------------------------------------------------------------


@remember
def _mean_difference():
    """Paired mean difference of the illustrative table."""
    from ..crossover.pairing import compare_means

    return compare_means(load_dataset("esr_pain_change"))


@enter_exercise("10.1")
def _line_of_the_cell() -> Exercise:
    """In which line of the file is the cell that became text?"""
    place = 2  # of the damaged row, as pandas counts
    return Exercise(
        answer=place + 2,
        because="line 1 holds the names; a spreadsheet shows the same number at its edge.",
        mistakes=[
            (place + 1, "that is the row of data; the names of the columns are a line too."),
            (place, "that is the index in pandas, which counts from 0 below the names."),
        ],
    )


@enter_exercise("10.2")
def _percent_reduction() -> Exercise:
    """Percent reduction from 6.2 to 4.1."""
    before, after = 6.2, 4.1
    return Exercise(
        answer=(before - after) / before * 100,
        because="a percentage of one's own baseline is the same on either scale.",
        mistakes=[
            (before - after, "that is the change in points; divide by the baseline."),
            (10 * (before - after), "that is the change in points of 0 to 100, not in percent."),
            ((before - after) / after * 100, "divide by the baseline, not by the end point."),
            (after / before * 100, "that is what is left; asked for is the reduction."),
        ],
    )


@enter_exercise("10.3")
def _persons_left() -> Exercise:
    """Persons left to be compared with themselves when one row is dropped."""
    persons = _mean_difference().n_obs
    return Exercise(
        answer=persons - 1,
        because="her other row is still in its own pane, and of no use to a within-person comparison.",
        mistakes=[
            (persons, "that many there were before."),
            (2 * persons - 1, "those are rows; a person with one row has nothing to compare."),
            (persons - 2, "one row is blank, so one person is left out."),
        ],
    )


@enter_exercise("10.4")
def _turned_sign() -> Exercise:
    """Mean difference if the placebo column had the other sign."""
    pairs = _mean_difference().pairs
    first, second = (float(pairs[name].mean()) for name in ("first", "second"))
    return Exercise(
        answer=first + second,
        because="a sign that is turned in one condition makes a difference out of a sum.",
        mistakes=[
            (first - second, "that is the difference with the right signs."),
            (first, "that is the mean under ldn alone."),
        ],
    )


@enter_exercise("10.5")
def _passes() -> Exercise:
    """Does a file that passes hold right numbers?"""
    return Exercise(
        answer="no",
        because="it can be read, no more: look at the smallest and largest values and at the picture.",
        mistakes=[("yes", "think of the 999: it passed too.")],
    )
