"""Answers to the exercises of notebook 09, and the usual mistakes, computed from the data."""

import numpy as np

from ...data.tables import cache_until_data_change, load_dataset
from ..exercise import Exercise, Part, name_cells, name_sentence, register_exercise, register_shown

__all__: list[str] = []


@cache_until_data_change
def _multiverse():
    """The whole specification curve."""
    from ...multiverse.fit import fit_multiverse

    return fit_multiverse(load_dataset("daily_pain"), load_dataset("participants"))


@cache_until_data_change
def _figure_2_choices() -> dict:
    """The options of Fig. 2: the first of each choice."""
    from ...multiverse.specifications import GRID

    return {choice: options[0] for choice, options in GRID.items()}


@cache_until_data_change
def _defensible():
    """The curve without the options that are hard to defend."""
    from ...multiverse.specifications import DEFENSIBLE

    return _multiverse().select(DEFENSIBLE)


@register_exercise("09.1")
def _median_without_the_hard_to_defend() -> Exercise:
    """Median estimate of the curve without the options that are hard to defend."""
    every, rows = _multiverse().to_frame(), _defensible().to_frame()
    figure_2 = _multiverse().find(**_figure_2_choices()).iloc[0]
    no_split = every[every["esr"] != "above its median"]
    return Exercise(
        answer=float(rows["estimate"].median()),
        because="the median moves with its grid: it is a summary of what was declared, no estimate of anything.",
        mistakes=[
            (float(every["estimate"].median()), "that is the median of the whole grid."),
            (float(no_split["estimate"].median()), "that leaves out the median split alone."),
            (float(rows["estimate"].mean()), "that is the mean; the median was asked for."),
            (float(rows["estimate"].max()), "that is the largest of them."),
            (float(rows["estimate"].min()), "that is the smallest of them."),
            (float((rows["conf_low"] > 0).mean()), "that is the share of intervals above zero."),
            (float(figure_2["estimate"]), "that is the analysis of Fig. 2 alone."),
            (
                float(rows["slope"].median()),
                "slopes in different units have no median; take the standardised estimates.",
            ),
        ],
        cell="the cell that fits the grid `DEFENSIBLE`, under 'Options that are hard to defend'",
    )


@register_exercise("09.2")
def _share_above() -> Exercise:
    """Share of the intervals of one outcome that lie above zero."""
    rows = _multiverse().find(outcome="percent reduction, LDN - placebo")
    points = _multiverse().find(outcome="points reduction, LDN - placebo")
    alone = _multiverse().find(outcome="percent reduction, LDN")
    both = (*rows["conf_low"], *points["conf_low"])
    return Exercise(
        answer=float((rows["conf_low"] > 0).mean()),
        unit="proportion",
        because="and none of these counts is a test: all of them share their participants.",
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
            (float((points["conf_low"] > 0).mean()), "that is the difference in points."),
            (float((np.array(both) > 0).mean()), "that is of both differences from placebo."),
            (float(_multiverse().glance()["above_zero"].iloc[0]), "that is of all outcomes."),
            (
                float((_multiverse().to_frame(0.9).loc[rows.index, "conf_low"] > 0).mean()),
                "that is with 90 % intervals (a one-sided p below 0.05).",
            ),
        ],
        cell="the table of `summarise_choices()` under 'Which question does the curve answer?'",
    )


@register_exercise("09.3")
def _range_of_curve() -> Exercise:
    """Range of the estimates of a smaller multiverse."""
    start = _figure_2_choices()
    fixed = {name: start[name] for name in ("model", "esr", "without")}
    rows = _multiverse().find(participants="crossover trial", **fixed)
    both, every = (
        _multiverse().find(participants="both trials", **fixed),
        _multiverse().to_frame(),
    )
    free = _multiverse().find(participants="crossover trial", model="OLS", esr="as is")
    return Exercise(
        answer=float(np.ptp(rows["estimate"])),
        because="with the same participants and the same model, outcome, windows and adjustment still move it so far.",
        mistakes=[
            (float(rows["estimate"].max()), "that is the largest; take the smallest from it."),
            (float(rows["estimate"].min()), "that is the smallest; take it from the largest."),
            (float(np.ptp(both["estimate"])), "that is with both trials."),
            (float(np.ptp(every["estimate"])), "that is of the whole grid."),
            (float(np.ptp(free["estimate"])), 'leave nobody out: without=["nobody"].'),
            (
                float(np.ptp(rows["slope"])),
                "slopes in different units do not compare; take the standardised estimates.",
            ),
        ],
        cell="the cell that fits the friendly grid, under 'Check': yours is made in the same way",
    )


@register_exercise("09.4")
def _within_p() -> Exercise:
    """P value of Fig. 2's analysis with the within-participant difference."""
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
            (round(float(alone["p_value"]), 3), "that is LDN alone, as in Fig. 2."),
            (float(in_points["p_value"]), "that is the difference in points."),
            (float(row["estimate"]), "that is the estimate."),
            (float(row["slope"]), "that is the slope."),
            (float(row["statistic"]), "that is t."),
        ],
        cell="the table of single steps under 'Look first', in the row of that outcome",
    )


@register_exercise("09.5")
def _which_choice_moves_most() -> Exercise:
    """Does ESR stay the choice that moves most without the hard-to-defend options?"""
    whole = _multiverse().compare_choices()["choice"].tolist()
    first = _defensible().compare_choices()["choice"].iloc[0]
    return Exercise(
        answer=first,
        because=(
            f"over the whole grid it is {whole[0]!r}: which choice matters depends on the grid."
            if whole[0] != first
            else "it is the same over the whole grid; the others changed their places."
        ),
        mistakes=[
            (name, "that choice moves the estimate less; sort by `mean_change`.")
            for name in whole
            if name != first
        ],
        others="the name of a choice, as in the column `choice`",
        cell="the table of `compare_choices()` of the grid `DEFENSIBLE`",
    )


@register_exercise("09.6")
def _find_the_error() -> Exercise:
    """Which part of a text about a specification curve is wrong?"""
    return Exercise(
        answer="c",
        cell="the text under 'One curve, one test'",
        because="all specifications share their participants: many agree because they are one study.",
        mistakes=[
            ("a", "we did: look at the tables under 'Data' and 'Look first'."),
            ("b", "they do: look at the sentence under 'Model'."),
            ("d", "they have: look at the table under 'Which question does the curve answer?'."),
        ],
    )


@register_exercise("09.7")
def _write_the_part() -> Exercise:
    """A sentence on the part of the curve that compares LDN with placebo."""
    from ...multiverse.specifications import PAIRED

    row = _multiverse().select({"outcome": PAIRED}).glance().iloc[0]
    median, above = float(row["median"]), float(row["above_zero"])
    return Exercise(
        answer="In these illustrative data the specifications that compare LDN with placebo have a median "
        f"of {median:.2f} SD per SD of ESR, and {100 * above:.0f} % of their 95 % intervals lie above zero.",
        cell="the last sentence under 'Conclude'",
        because="it says which question, how large, and how often; and counts nothing as evidence.",
        parts=[
            Part(what="the median", number=median),
            Part(what="its unit", pattern=r"SDs? (?:of|per)|standard deviation"),
            Part(what="the share of intervals above zero", number=above),
            Part(what="what is compared", pattern=r"placebo"),
            Part(what="that the data are simulated", pattern=r"illustrative|simulated|invented"),
            Part(
                what="that many specifications are much evidence",
                pattern=r"independent|prove|strong evidence",
                forbidden=True,
            ),
        ],
    )


@register_shown("09")
def _list_shown() -> list:
    """The numbers that notebook 09 shows."""
    from ...multiverse.specifications import GRID, PAIRED, build_specifications

    multiverse, start = _multiverse(), _figure_2_choices()
    parts = {
        "all options": multiverse,
        "the grid without the split": multiverse.select({"esr": ["as is", "log(ESR + 1)"]}),
        "the grid DEFENSIBLE": _defensible(),
        "the part with placebo": multiverse.select({"outcome": PAIRED}),
    }
    shown = []
    for name, part in parts.items():
        shown += name_sentence(part, name)
        shown += name_cells(part.glance(), name)
        shown += name_cells(part.compare_choices(), f"`compare_choices()` of {name}", by=["choice"])
    table = multiverse.summarise_choices()
    shown += name_cells(table, "`summarise_choices()`", by=["choice", "option"])
    for choice, options in GRID.items():
        for option in options[1:]:
            row = multiverse.find(**start | {choice: option})
            columns = ["estimate", "conf_low", "conf_high", "p_value", "n_obs"]
            shown += name_cells(row[columns], f"the step {choice}: {option}")
    shown += _list_sentences(multiverse)
    medians = multiverse.to_frame().pivot_table(
        index="esr", columns="participants", values="estimate", aggfunc="median", observed=True
    )
    shown += name_cells(medians, "the medians by ESR and participants")
    return shown + name_cells(
        build_specifications()[1], "the table of what was pruned", by=["reason"]
    )


def _list_sentences(multiverse) -> list:
    """The numbers of the joint tests' sentences, of the planned analysis and of the failing case."""
    from ...multiverse.plan import register_plan
    from ...multiverse.specifications import PAIRED

    shown = []
    for part in (multiverse, multiverse.select({"outcome": PAIRED})):
        refitted = int((~part.to_frame()["model"].isin(["Huber", "mixed"])).sum())
        shown.append((refitted, "the number of specifications in a joint test"))
        shown.append((len(part) - refitted, "the number that a joint test leaves out"))
    shown += [(2000, "the number of shuffles"), (1000, "the number of shuffles")]
    friendly = {
        "participants": ["both trials"],
        "esr": ["as is", "log(ESR + 1)"],
        "missed_days": ["left out", "own line"],
        "without": ["nobody"],
        "outcome": ["percent reduction, LDN", "end point given baseline, LDN"],
    }
    shown += name_sentence(multiverse.select(friendly), "the grid of the case where it fails")
    plan = {
        "outcome": "percent reduction, LDN - placebo", "participants": "crossover trial", "end_days": 7,
    }  # fmt: skip
    place = register_plan(plan).locate(multiverse)
    shown += name_sentence(place, "the planned analysis")
    return shown
