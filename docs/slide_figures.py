"""Figures for the slides: the notebooks' results, each drawn again for one idea and the back row.

Each function gives a figure and its alt text. Drawn 130 mm wide and shown over the whole slide, the
7 points of the house's style become 16; the numbers are those of the data, none is typed.
"""

import ldn_analysis as ldn
from ldn_analysis.core.canvas import BLUE, GREY, STYLE, VERMILLION

WIDTH_MM, HEIGHT_MM = 130, 53
PRINTED = {"LDN": "rct_responders_ldn", "placebo": "rct_responders_placebo"}


def new_axes(columns: int = 1, height_mm: float = HEIGHT_MM):
    """Figure and axes in the size of a slide."""
    from matplotlib.figure import Figure

    size = (WIDTH_MM / 25.4, height_mm / 25.4)
    figure = Figure(figsize=size, layout="constrained")
    return figure, figure.subplots(1, columns, sharex=True, sharey=True, squeeze=False)[0]


def drop_legends(figure) -> None:
    """The slide's words say what is what, in a size for the back row."""
    for legend in [*figure.legends, *(ax.get_legend() for ax in figure.axes)]:
        if legend:
            legend.remove()


def draw_intervals(rows: list[tuple], label: str):
    """One line per row: name, estimate, limits and whether it is the one to look at."""
    figure, (ax,) = new_axes(height_mm=12 + 9 * len(rows))
    for i, (_, estimate, low, high, main) in enumerate(rows):
        color, marker = (VERMILLION, "D") if main else (BLUE, "o")
        ax.plot([low, high], [-i, -i], color=color, linewidth=2.2)
        ax.plot(estimate, -i, marker, color=color, markersize=6)
    ax.axvline(0, color=GREY, linewidth=1, linestyle="--")
    ax.set_yticks([-i for i in range(len(rows))], [row[0] for row in rows])
    ax.set_ylim(-len(rows) + 0.4, 0.6)
    ax.tick_params(axis="y", length=0, labelsize=8)
    ax.tick_params(axis="x", labelsize=8)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(label)
    said = "; ".join(f"{row[0]} {row[1]:.2f} ({row[2]:.2f} to {row[3]:.2f})" for row in rows)
    return figure, f"Estimates with 95 % intervals. {said}. {label}.".replace("\n", " ")


def draw_figure_1():
    """Bars of the answers with the interval of each share."""
    summary = ldn.summarise_improvement(ldn.load_dataset("improvement"))
    figure, (ax,) = new_axes(height_mm=48)
    ldn.plot_improvement(summary, ax)
    ax.set_title("")
    for text in list(ax.texts):  # the counts: the slide asks how sure the bars are
        text.remove()
    drop_legends(figure)
    return figure, f"Fig. 1: bars of seven answers with their intervals. {summary}"


def draw_figure_2():
    """The two panes without numbers."""
    fits = ldn.fit_lines(ldn.load_dataset("esr_pain_change"))
    figure, axes = new_axes(2, height_mm=62)
    ldn.plot_esr_pain(fits, axes, numbers=False)
    drop_legends(figure)
    return figure, (
        "Fig. 2: two panes of baseline ESR against pain reduction, LDN and placebo, each with a "
        f"rising line and its band; the left line is steeper. {fits}"
    )


def draw_difference():
    """Both slopes and their difference, each with its own interval."""
    data = ldn.load_dataset("esr_pain_change")
    fits, difference = ldn.fit_lines(data), ldn.compare_slopes(data).to_frame().iloc[0]
    rows = [
        (name, fits[key].slope, *fits[key].confidence_interval("slope"), False)
        for name, key in (("LDN", "ldn"), ("placebo", "placebo"))
    ]
    rows.append(("difference", *difference[["estimate", "conf_low", "conf_high"]], True))
    return draw_intervals(
        rows, "slope: percentage points of pain reduction per mm/h (illustrative data)"
    )


def draw_leave_one_out():
    """The fan of lines without one participant each."""
    data = ldn.load_dataset("esr_pain_change").query("condition == 'ldn'")
    fit = ldn.fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")
    without = ldn.leave_one_out(fit)
    figure, (ax,) = new_axes()
    ldn.plot_leave_one_out(without, ax)
    ax.set_title("")
    drop_legends(figure)
    return figure, f"A fan of lines, one for each participant left out. {without}"


def draw_estimates():
    """Estimates of many simulated trials; the significant ones lie too far out."""
    data = ldn.load_dataset("esr_pain_change")
    truth, n_people = ldn.estimate_truth(data), data["participant"].nunique()
    many = ldn.simulate_trials(truth, n_people=n_people, n_trials=10_000, rng=6)
    figure, (ax,) = new_axes(height_mm=47)
    ldn.plot_estimates(many, ax, estimand="slope_difference")
    ax.set_title("")
    drop_legends(figure)
    return figure, f"Histogram of estimated differences, the significant ones hatched. {many}"


def draw_pilot():
    """How far from the printed R squared the true one may be."""
    row = ldn.infer_true_r_squared().to_frame().iloc[0]
    name = f"true R²,\n{row['n_obs']} participants"
    rows = [(name, *row[["estimate", "conf_low", "conf_high"]], True)]
    figure, alt = draw_intervals(
        rows, "R²: share of the differences between participants (1 = all)"
    )
    (ax,) = figure.axes
    ax.plot(row["threshold"], 0.35, "v", color=BLUE, markersize=7, clip_on=False)
    ax.text(row["threshold"] + 0.02, 0.38, "printed", color=BLUE, fontsize=8, va="center")
    ax.set_xlim(0, 1)
    return figure, f"{alt} The printed R² is {row['threshold']:.2f}."


def find_counts() -> dict[str, dict[int, list[int]]]:
    """By printed share and denominator, the counts that round to it."""
    printed = ldn.load_dataset("published_values").set_index("id")["value"]
    started = sum(int(printed[f"rct_started_{k}_first"]) for k in ("ldn", "placebo"))
    denominators = range(int(printed["rct_analysed"]) - 1, started + 1)
    found = {}
    for label, name in PRINTED.items():
        percent = int(printed[name])
        found[f"{label}: {percent} %"] = {
            n: [k for k in range(n + 1) if round(100 * k / n) == percent] for n in denominators
        }
    return found


def fit_both(found: dict) -> list[int]:
    """The denominators that fit every printed share."""
    first, *others = found.values()
    return [n for n in first if first[n] and all(other[n] for other in others)]


def draw_possible_shares():
    """Which counts round to the printed shares, by denominator."""
    found = find_counts()
    figure, (ax,) = new_axes(height_mm=46)
    for y, counts in enumerate(found.values()):
        for n, possible in counts.items():
            color = VERMILLION if n in fit_both(found) else BLUE if possible else GREY
            text = " or ".join(f"{k} of {n}" for k in possible) or "–"
            ax.text(n, -y, text, ha="center", va="center", color=color, fontsize=9, weight="bold")
    for n in fit_both(found):
        ax.axvspan(n - 0.5, n + 0.5, color=VERMILLION, alpha=0.1, linewidth=0)
    denominators = list(counts)
    ax.set_xlim(denominators[0] - 0.6, denominators[-1] + 0.6)
    ax.set_ylim(0.6 - len(found), 0.6)
    ax.set_yticks([-y for y in range(len(found))], list(found), fontsize=9)
    ax.set_xticks(denominators)
    ax.tick_params(length=0, labelsize=9)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("number of participants that the percentage is of", fontsize=9)
    said = "; ".join(
        f"{label}: " + ", ".join(f"{k} of {n}" for n, ks in counts.items() for k in ks)
        for label, counts in found.items()
    )
    return figure, f"Whole numbers that round to the printed percentages, by denominator. {said}."


def draw_cumulative():
    """The pooled effect after each trial."""
    table = ldn.cumulate_trials(ldn.standardise_trials()).to_frame()
    rows = [
        (
            f"{row.year}, alone" if row.n_trials == 1 else f"with {row.year}",
            row.estimate, row.conf_low, row.conf_high, row.n_trials == len(table),
        )
        for row in table.itertuples()
    ]  # fmt: skip
    return draw_intervals(rows, "effect in standard deviations of pain (right: LDN is better)")


# --- sentences -------------------------------------------------------------------------------


def say_calibration() -> str:
    """How much of the participants is printed and how much assumed."""
    met = (ldn.check_calibration()["met"] == "yes").sum()
    return (
        f"They reproduce {met} printed numbers to the last digit. "
        f"Everything else rests on {len(ldn.Assumptions().to_frame())} listed assumptions."
    )


def say_improvement() -> str:
    """The reported half, with its interval."""
    summary = ldn.summarise_improvement(ldn.load_dataset("improvement"))
    best = summary.combine(["very much improved", "much improved"]).iloc[0]
    low, high = (f"{100 * best[name]:.0f}" for name in ("conf_low", "conf_high"))
    return (
        f"After LDN, {best['count']} of {best['n_obs']} participants felt much or very much better "
        f"({summary.status} data). The interval of that share: {low} to {high} %."
    )


def say_difference() -> str:
    """Whether the interval of the difference holds zero."""
    row = ldn.compare_slopes(ldn.load_dataset("esr_pain_change")).to_frame().iloc[0]
    holds = "includes zero" if row["conf_low"] < 0 < row["conf_high"] else "does not include zero"
    return f"The difference of the two slopes has its own interval, and it {holds}."


def say_possible_shares() -> str:
    """How many denominators fit every printed share."""
    fits = fit_both(find_counts())
    numbers = " or ".join(map(str, fits)) or "none of these numbers"
    only = "only " if fits else ""
    return (
        f"A share of participants is a whole number of them: both percentages fit {only}{numbers}."
    )


def say_cumulative() -> str:
    """Whether zero is inside the first interval and the last."""
    table = ldn.cumulate_trials(ldn.standardise_trials()).to_frame()
    inside = (table["conf_low"] < 0) & (table["conf_high"] > 0)
    first, last = ("includes" if held else "does not include" for held in inside.iloc[[0, -1]])
    return (
        f"The interval of the first trial alone {first} zero, which is no effect; "
        f"that of all trials together {last} it."
    )


def say_evidence() -> str:
    """What the trials allow, in words."""
    pooled = ldn.pool_effects_bayes(ldn.standardise_trials())
    sizes = [
        f"a {'benefit' if limit > 0 else 'harm'} of {abs(limit):.1f}"
        for limit in pooled.confidence_interval("mean effect")
    ]
    return (
        f"Taken together, the trials allow anything from {sizes[0]} to {sizes[1]} "
        "standard deviations (95 % credible interval)."
    )


def draw(name: str):
    """A figure by name, in the house's style, and its alt text."""
    from matplotlib import style

    with style.context(STYLE):
        return globals()[f"draw_{name}"]()


def say(name: str) -> str:
    """A sentence by name."""
    return globals()[f"say_{name}"]()
