"""Answers to the exercises of notebook 01, and the usual mistakes, computed from the data."""

from ...data.diaries import summarise_diaries
from ...data.tables import load_dataset
from ..exercise import Exercise, Part, name_cells, register_exercise, register_shown

__all__: list[str] = []


@register_exercise("01.1")
def _completed() -> Exercise:
    """How many completed the crossover trial?"""
    people = load_dataset("participants")
    trial = people[people["trial"] == "crossover"]
    return Exercise(
        cell="the table under 'Who was counted'; `people` has the column `completed`",
        answer=int(trial["completed"].sum()),
        because="as many as Fig. 1 of the review shows.",
        mistakes=[
            (len(trial), "that many started; count those who completed."),
            (int(trial["analysed"].sum()), "that many were analysed; one more completed."),
            (
                len(people),
                "that many started both trials; count who completed the crossover trial.",
            ),
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
        cell="the column `end_point_days` of `everybody`",
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
    pilot = data.query("trial == 'pilot' and condition == 'ldn'")
    mean = data.groupby("condition", observed=True)["pain_reduction_percent"].mean()
    by_trial = trial.groupby("condition", observed=True)["pain_reduction_percent"].mean()
    base, end = (
        trial.groupby("condition", observed=True)[f"{name}_pain_0_100"].mean()
        for name in ("baseline", "end")
    )
    return Exercise(
        cell="the columns `trial`, `condition` and `pain_reduction_percent` of `data`",
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
                float(pilot["pain_reduction_percent"].mean()),
                "that is the pilot; take the crossover trial.",
            ),
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
        cell="the table of the four statuses under 'Two folders'",
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
        cell="`data` under 'The codebook': one column per condition makes her two rows comparable",
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
        cell="the table `ten` at the top",
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


@register_exercise("01.7")
def _find_the_error() -> Exercise:
    """Which part of a text about known and assumed is wrong?"""
    return Exercise(
        answer="b",
        cell="the list under 'What is not known to us'",
        because="each one's response was printed as dots of a figure, which we have not seen.",
        mistakes=[
            ("a", "it was: the table of the ten at the top is the paper's."),
            ("c", "it is: look at `esr_status` under 'The codebook'."),
            ("d", "that is what calibration did: see the column `met`."),
        ],
    )


@register_exercise("01.8")
def _write_the_mean() -> Exercise:
    """A sentence on the mean pain reduction during LDN."""
    mean = _reduction().answer
    return Exercise(
        answer=f"In these illustrative data, pain during LDN was on average {mean:.1f} % lower than "
        "at baseline.",
        cell="exercise 01.3",
        because="a reader can tell from it how much, of what, and that nobody real was measured.",
        parts=[
            Part(what="the mean (exercise 01.3)", number=mean),
            Part(what="that it is a mean", pattern=r"mean|average"),
            Part(what="its unit", pattern=r"%|per ?cent"),
            Part(what="what it is a percentage of", pattern=r"baseline"),
            Part(what="the condition", pattern=r"LDN|naltrexone"),
            Part(what="that the data are simulated", pattern=r"illustrative|simulated|invented"),
            Part(
                what="a cause (nothing is compared here)",
                pattern=r"caus|because|effect of|works|improved by",
                forbidden=True,
            ),
        ],
    )


@register_shown("01")
def _list_shown() -> list:
    """The numbers that notebook 01 shows."""
    from ...data.assumptions import Assumptions
    from ...data.calibration import check_calibration
    from ...lines.regression import fit_line

    ten = load_dataset("pilot_baseline").astype(float)
    diaries = load_dataset("daily_pain")
    one = summarise_diaries(diaries[diaries["participant"] == "P02"])
    report = check_calibration()[["id", "target", "achieved"]]
    shown = name_cells(report, "the table of `check_calibration`", by=["id"])
    shown += name_cells(ten, "the table `ten`", by=["participant"])
    shown += name_cells(one, "the diary of P02", by=["participant", "condition"])
    for outcome in ("fiq_0_100", "illness_years"):
        line = fit_line(ten, predictor="esr_mm_h", outcome=outcome)
        where = f"the line of {outcome} on ESR in ten women"
        shown += name_cells(line.to_frame(), where, by=["term"])
        shown += [(float(v), f"{k} of {where}") for k, v in line.glance().iloc[0].items()]
    assumptions = Assumptions().to_frame()[["assumption", "value"]]
    pairs = assumptions.explode("value")
    shown += name_cells(pairs, "the table of assumptions", by=["assumption"])
    counts = load_dataset("participants").groupby(["trial", "sequence"]).size().reset_index()
    return shown + name_cells(counts, "a count of participants", by=["trial", "sequence"])
