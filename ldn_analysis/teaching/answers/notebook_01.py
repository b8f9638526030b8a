"""Answers to the exercises of notebook 01, and the usual mistakes, computed from the data."""

from ...data.diaries import summarise_diaries
from ...data.tables import load_dataset
from ..exercise import Exercise, register_exercise

__all__: list[str] = []


@register_exercise("01.1")
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


@register_exercise("01.2")
def _short_end_points() -> Exercise:
    """Share of the end points that rest on fewer than three ratings."""
    table = summarise_diaries(load_dataset("daily_pain"))
    days = table["end_point_days"]
    missed = load_dataset("daily_pain")["pain_0_100"].isna().mean()
    return Exercise(
        unit="proportion",
        answer=float((days < 3).mean()),
        because="the last day of a phase is never missed in these data, so two days can be.",
        mistakes=[
            (float((days == 3).mean()), "that is the share with all three ratings."),
            (int((days < 3).sum()), "that is their number; divide by all rows of the table."),
            (float(missed), "that is the share of all diary days that were missed."),
            (
                float((table["baseline_days"] < 14).mean()),
                "that is about the baseline; the question is about the end point.",
            ),
        ],
    )


@register_exercise("01.3")
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
                "that is the reduction of the mean pain; asked for is the mean of each participant's reduction.",
            ),
        ],
    )


@register_exercise("01.4")
def _status() -> Exercise:
    """Status of the seven counts of Fig. 1."""
    return Exercise(
        answer="assumed",
        because="the counts are not known to us; only their sum and the best half were printed.",
        mistakes=[
            ("published", "the caption gives the number of participants, not the counts."),
            (
                "reported",
                "a report says that half were much or very much improved, not how the seven divide.",
            ),
            ("derived", "no computation from the printed numbers gives the seven counts."),
        ],
    )


@register_exercise("01.5")
def _larger_share() -> Exercise:
    """Share of the crossover trial's participants whose reduction was larger during LDN."""
    wide = load_dataset("esr_pain_change").pivot(
        index=["trial", "participant"], columns="condition", values="pain_reduction_percent"
    )
    everybody = wide["ldn"] > wide["placebo"]
    trial = wide.loc["crossover"]
    larger = trial["ldn"] > trial["placebo"]
    return Exercise(
        answer=float(larger.mean()),
        unit="proportion",
        because="each participant is compared with herself; chance alone would give about one half.",
        mistakes=[
            (int(larger.sum()), "that is the count; divide it by the number of participants."),
            (float(everybody.mean()), "that mixes the pilot in; take the crossover trial only."),
            (
                float((trial["ldn"] < trial["placebo"]).mean()),
                "that is the share with the larger reduction during placebo.",
            ),
            (
                float((trial["ldn"] > trial["placebo"].mean()).mean()),
                "that compares each participant with the mean of placebo; compare her with herself.",
            ),
            (
                float((trial["ldn"] > 0).mean()),
                "that is the share whose pain fell at all during LDN.",
            ),
            (
                float(larger.sum() / (2 * len(larger))),
                "that divides by the rows; every participant has two.",
            ),
        ],
    )


@register_exercise("01.6")
def _mean_without_the_highest() -> Exercise:
    """Mean FIQ of the pilot's real participants without the one with the highest ESR."""
    ten = load_dataset("pilot_baseline").astype(float)
    highest, worst = ten["esr_mm_h"].idxmax(), ten["fiq_0_100"].idxmax()
    fiq = ten["fiq_0_100"]
    return Exercise(
        answer=float(fiq.drop(highest).mean()),
        unit="points",
        because="the highest ESR does not come with the worst FIQ.",
        mistakes=[
            (float(fiq.mean()), "that is the mean of all ten."),
            (
                float(fiq.drop(worst).mean()),
                "that leaves out the worst FIQ; leave out the highest ESR.",
            ),
            (float(fiq.drop(highest).median()), "that is the median."),
            (float(fiq[highest]), "that is the participant who is left out."),
        ],
    )
