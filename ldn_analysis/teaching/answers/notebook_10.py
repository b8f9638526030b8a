"""Answers to the exercises of notebook 10, and the usual mistakes, computed from the data."""

from ...data.tables import cache_until_data_change, load_dataset
from ..exercise import Exercise, Part, name_cells, register_exercise, register_shown

__all__: list[str] = []

SLEEP = {
    "outcome": "extra", "condition": "group", "conditions": ["1", "2"], "participant": "ID",
}  # fmt: skip


@cache_until_data_change
def _mean_difference():
    """Paired mean difference of the ten patients."""
    from ...crossover.means import compare_means

    return compare_means(load_dataset("sleep"), **SLEEP)


@register_exercise("10.1")
def _line_of_the_cell() -> Exercise:
    """In which line of the file is the cell that became text?"""
    place = 2  # of the damaged row, as pandas counts
    return Exercise(
        answer=place + 2,
        cell="the first message under 'When it does not fit'",
        because="line 1 holds the names; a spreadsheet shows the same number at its edge.",
        mistakes=[
            (place + 1, "that is the row of data; the names of the columns are a line too."),
            (place, "that is the index in pandas, which counts from 0 below the names."),
        ],
    )


@register_exercise("10.2")
def _percent_reduction() -> Exercise:
    """Percent reduction from 6.2 to 4.1."""
    before, after = 6.2, 4.1
    return Exercise(
        answer=(before - after) / before * 100,
        unit="%",
        cell="the formula in the notes under 'Before and after'",
        because="a percentage of the baseline is the same on any scale that starts at zero.",
        mistakes=[
            (before - after, "that is the change in points; divide by the baseline."),
            (10 * (before - after), "that is the change in points of 0 to 100, not in percent."),
            ((before - after) / after * 100, "divide by the baseline, not by the end point."),
            (after / before * 100, "that is what is left; the question asks for the reduction."),
        ],
    )


@register_exercise("10.3")
def _participants_left() -> Exercise:
    """Patients left as their own controls when one row is dropped."""
    patients = _mean_difference().n_obs
    return Exercise(
        answer=patients - 1,
        cell="the copy `blank` under 'Missing values'",
        because="the other row is still in its own group, but a within-participant comparison cannot use it.",
        mistakes=[
            (patients, "that many there were before."),
            (2 * patients - 1, "those are rows; a patient with one row has nothing to compare."),
            (patients - 2, "one row is blank, so one patient is left out."),
        ],
    )


@register_exercise("10.4")
def _turned_sign() -> Exercise:
    """Mean difference if the values of drug 1 had the other sign."""
    pairs = _mean_difference().pairs
    first, second = (float(pairs[name].mean()) for name in ("first", "second"))
    return Exercise(
        answer=-first - second,
        cell="the table `table`; `mask` changes the values of one drug",
        because="a sign reversed in one condition turns a difference into a sum.",
        mistakes=[
            (first - second, "that is the difference with the right signs."),
            (second - first, "that is drug 2 minus drug 1, with the right signs."),
            (first + second, "that is drug 2 turned instead, or drug 2 minus drug 1."),
            (-first, "that is the mean under drug 1 alone."),
        ],
    )


@cache_until_data_change
def _mean_lengths():
    """Mean length by dose and supplement."""
    teeth = load_dataset("tooth_growth").astype({"supp": "str"})
    return teeth.groupby(["dose", "supp"])["len"].mean().unstack()


@register_exercise("10.5")
def _middle_dose() -> Exercise:
    """Mean length with orange juice minus ascorbic acid at the middle dose."""
    lengths = _mean_lengths()
    differences = lengths["OJ"] - lengths["VC"]
    low, middle, high = (float(differences[dose]) for dose in (0.5, 1.0, 2.0))
    return Exercise(
        answer=middle,
        cell="`compare_groups` under 'Groups of different participants', for these animals only",
        because="at this dose the groups differ by more than on average over the three doses.",
        mistakes=[
            (-middle, "that is ascorbic acid minus orange juice."),
            (low, "that is the lowest dose."),
            (high, "that is the highest dose."),
            (float(differences.mean()), "that is the mean difference over all three doses."),
            (float(lengths.loc[1.0, "OJ"]), "that is the mean with orange juice alone."),
        ],
    )


@register_exercise("10.6")
def _passes() -> Exercise:
    """Does a file that passes hold right numbers?"""
    return Exercise(
        answer="no",
        cell="the cell with the 999 under 'Check'",
        because="it can be read, no more than that: look at the smallest and largest values and at the picture.",
        mistakes=[("yes", "think of the 999: it passed too.")],
    )


@register_exercise("10.7")
def _find_the_error() -> Exercise:
    """Which part of a text about the ten patients is wrong?"""
    return Exercise(
        answer="d",
        cell="the last paragraphs under 'Conclude'",
        because="an interval that includes zero includes many other values too; it does not show equality.",
        mistakes=[
            ("a", "they did: nine of ten slept longer with drug 2, and the mean is larger."),
            ("b", "so it is: the spread between patients is then in the interval."),
            ("c", "it does: see what is left without that patient under 'Check'."),
        ],
    )


@register_exercise("10.8")
def _write_the_difference() -> Exercise:
    """A sentence on the mean difference of the ten patients."""
    row = _mean_difference().to_frame().iloc[0]
    size, low, high = (abs(float(row[name])) for name in ("estimate", "conf_high", "conf_low"))
    return Exercise(
        answer=f"The ten patients slept on average {size:.2f} hours longer with drug 2 than with "
        f"drug 1 (95 % CI {low:.2f} to {high:.2f}).",
        cell="the sentence under 'The same participants under both conditions'",
        because="a reader can tell from it how much, of what, which drug, and how sure you are.",
        parts=[
            Part(what="how large the difference is", number=size),
            Part(what="the lower limit of the interval", number=low),
            Part(what="the upper limit of the interval", number=high),
            Part(what="its unit", pattern=r"hour|\bh\b"),
            Part(what="that it is a mean", pattern=r"mean|average"),
            Part(
                what="which drug gave more",
                pattern=r"(longer|more|larger|greater)[^.]*(drug )?2|2[^.]*(longer|more)|(shorter|less)[^.]*1",
            ),
            Part(what="proof (one small trial proves nothing)", pattern=r"prove", forbidden=True),
        ],
    )


@register_shown("10")
def _list_shown() -> list:
    """The numbers that notebook 10 shows."""
    from ...crossover.means import compare_means
    from ...lines.group_lines import fit_lines
    from ...lines.group_means import compare_groups
    from ...lines.group_slopes import compare_group_slopes

    sleep, teeth = load_dataset("sleep"), load_dataset("tooth_growth")
    shown = name_cells(_mean_difference().to_frame(), "the paired comparison", by=["term"])
    shown += name_cells(sleep[["ID", "group", "extra"]], "the table of the ten", by=["ID", "group"])
    fewer = compare_means(sleep[sleep["ID"] != "9"], **SLEEP).to_frame()
    shown += name_cells(fewer, "the comparison without one patient", by=["term"])
    strangers = compare_groups(sleep, outcome="extra", by="group")
    shown += name_cells(strangers.to_frame(), "the comparison as strangers", by=["term"])
    by_drug = sleep.groupby("group", observed=True)["extra"]
    shown += name_cells(by_drug.agg(["count", "mean", "std", "min", "max"]), "extra sleep by drug")
    options = {"outcome": "len", "by": "supp", "reference": "VC"}
    lengths = compare_groups(teeth, **options)
    shown += name_cells(lengths.to_frame(), "the comparison of the guinea pigs", by=["term"])
    slopes = compare_group_slopes(teeth, predictor="dose", **options).to_frame()
    shown += name_cells(slopes, "the difference of the slopes", by=["term"])
    fits = fit_lines(teeth, predictor="dose", outcome="len", by="supp")
    for table in (fits.to_frame(), fits.glance()):
        shown += name_cells(
            table.astype({"supp": "str"}), "the lines of the guinea pigs", by=["supp"]
        )
    return shown
