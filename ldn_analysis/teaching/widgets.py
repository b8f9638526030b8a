"""Sliders where playing beats reading; for cells tagged `widget`, each with a static twin.

A widget computes nothing of its own: it asks the project's functions, and draws their results.
"""

from ..core.html import render_paragraph, render_table
from ..core.validation import require_rng
from .widget_parts import (
    Stage,
    find_span,
    follow,
    in_style,
    list_options,
    load_ipywidgets,
    new_panes,
    round_to_step,
    set_stage,
)

__all__ = [
    "explore_esr_correlation",
    "explore_line_fan",
    "explore_moved_point",
    "explore_multiverse",
    "explore_small_samples",
]


SMALL_SAMPLE_LIMITS = {"slope_ldn": (-2.5, 4.5), "mean_difference": (-25.0, 55.0)}  # at any n
CURVE_SIZE = {"width": 7.8, "height": 4.2}  # inches


def explore_moved_point(fit):
    """Move one participant's point and see whether the line follows.

    Parameters
    ----------
    fit : LineFit
        What `fit_line` returns.

    Returns
    -------
    ipywidgets.VBox
        A list of the participants, number boxes and sliders for the two values, usable by
        keyboard; a button that puts the point back; the picture with its description, and the
        numbers before and after.

    Raises
    ------
    ImportError
        If ipywidgets is not installed.
    TypeError
        If `fit` is no LineFit.

    See Also
    --------
    move_point : The same without controls.
    plot_moved_point : The picture of one move.

    Examples
    --------
    >>> from ldn_analysis import fit_lines, load_dataset
    >>> box = explore_moved_point(fit_lines(load_dataset("esr_pain_change"))["ldn"])
    >>> box.children[0].children[0].description
    'participant'
    """
    ipywidgets = load_ipywidgets("explore_moved_point")
    from ..lines.figures_moved_point import plot_moved_point
    from ..lines.leave_one_out import label_points, leave_one_out
    from ..lines.moved_point import move_point

    labels = [str(label) for label in label_points(fit)]
    goal = fit.slope - fit.line.slope_std_error
    start = leave_one_out(fit).most_influential
    spans = {"x": find_span(fit.x, fit.predictor), "y": find_span(fit.y, fit.outcome)}
    who = list_options(sorted(labels), "participant", value=labels[start])
    reset = ipywidgets.Button(description="Reset")

    def find_place() -> dict[str, tuple[float, float]]:
        """The point's own place, on each slider (in whole steps) and as it is in the data."""
        i = labels.index(who.value)
        own = {"x": float(fit.x[i]), "y": float(fit.y[i])}
        return {name: (round_to_step(value, spans[name][2]), value) for name, value in own.items()}

    def put_back(_change=None) -> None:
        put(**{name: shown for name, (shown, _) in find_place().items()})

    def draw(**values: float) -> str:
        for name, (shown, own) in find_place().items():
            if values[name] == shown:
                values[name] = own
        moved = move_point(fit, who.value, **values)
        picture = stage.render(plot, moved, words=str(moved), table=_render_numbers(moved))
        return _say_goal(moved, goal) + picture

    def plot(moved) -> None:
        ax = plot_moved_point(moved, *axes)
        ax.set(xlim=spans["x"][:2], ylim=spans["y"][:2])

    sliders = _make_sliders(fit, spans, find_place())
    own_place = {name: own for name, (_, own) in find_place().items()}
    axes = new_panes()
    stage = set_stage(axes, plot, move_point(fit, who.value, **own_place))
    box, put = follow(sliders, draw, before=[who], after=[reset])
    who.observe(put_back, names="value")
    reset.on_click(put_back)
    return box


def _make_sliders(fit, spans: dict, place: dict) -> dict:
    """A slider for each of the two values of a participant."""
    import ipywidgets

    from ..core.canvas import label_column

    columns = {"x": fit.predictor, "y": fit.outcome}
    return {
        name: ipywidgets.FloatSlider(
            shown, min=spans[name][0], max=spans[name][1], step=spans[name][2],
            description=label_column(columns[name]),
        )
        for name, (shown, _) in place.items()
    }  # fmt: skip


def _render_numbers(moved) -> str:
    """The numbers of the line before and after, as a table."""
    from ..core.wording import format_number

    table = moved.to_frame()
    table[["before", "after"]] = table[["before", "after"]].map(format_number)
    return render_table(table)


def _say_goal(moved, goal: float) -> str:
    """A goal for playing: the slope one standard error lower, by one participant alone."""
    from ..core.wording import format_number

    slope = moved.after.slope
    verdict = "reached" if slope <= goal else "not reached"
    return render_paragraph(
        f"Goal: lower the slope by one standard error, to {format_number(goal)}, with the smallest "
        f"move of one participant. Slope now: {format_number(slope)} ({verdict})."
    )


def explore_esr_correlation():
    """Choose how ESR goes with pain reduction in the crossover trial, and see Fig. 2 follow.

    Nobody printed these correlations. The dashed lines are those of the project's own tables; the
    text below tells which printed numbers still hold (`vary_esr_correlation` says what is kept).

    Returns
    -------
    ipywidgets.VBox
        A number box and a slider, usable by keyboard, for LDN and for placebo; the picture with its
        description, and printed numbers against those of the moved participants.

    Raises
    ------
    ImportError
        If ipywidgets is not installed.

    See Also
    --------
    vary_esr_correlation : The same choice without a control.
    plot_esr_pain : Fig. 2 without controls.

    Examples
    --------
    >>> "as printed" in explore_esr_correlation().children[1].value
    True
    """
    ipywidgets = load_ipywidgets("explore_esr_correlation")
    from ..core.wording import format_number
    from ..data.assumptions import Assumptions
    from ..data.tables import load_dataset
    from ..lines.figure_2 import plot_esr_pain
    from ..lines.group_lines import fit_lines
    from .esr_worlds import vary_esr_correlation

    data = load_dataset("esr_pain_change")
    own = fit_lines(data)
    axes = new_panes(2, width=7.8, sharex=True, sharey=True)

    def plot(fits) -> None:
        plot_esr_pain(fits, axes)
        for ax, fit in zip(axes, own.fits.values(), strict=True):
            ax.axline((0, fit.intercept), slope=fit.slope, color="#777777", ls="--", zorder=1)
            ax.set(xlim=(0, 65), ylim=(-60, 110))

    stage = set_stage(axes, plot, own)
    sliders = {
        condition: ipywidgets.FloatSlider(
            r, min=-0.95, max=0.95, step=0.05, description=f"r with ESR, {condition}"
        )
        for condition, r in zip(("ldn", "placebo"), Assumptions.crossover_esr_r, strict=True)
    }

    def draw(ldn: float, placebo: float) -> str:
        varied = vary_esr_correlation(data, crossover_esr_r=(ldn, placebo))
        table = varied.to_frame()[["quantity", "group", "unit", "target", "achieved", "met"]]
        table["achieved"] = table["achieved"].map(format_number)
        words = f"{varied} Dashed: the lines of the project's own tables."
        return stage.render(plot, varied.fits, words=words, table=render_table(table))

    return follow(sliders, draw)[0]


def explore_line_fan(*, rng: int, n_lines: int = 10_000):
    """Choose the number of participants and the true R squared, and see the lines of such studies.

    Parameters
    ----------
    rng : int
        Seed: the same sliders give the same picture.
    n_lines : int
        Simulated studies for each picture; 60 of their lines are drawn.

    Returns
    -------
    ipywidgets.VBox
        Two number boxes and sliders, usable by keyboard, and the picture with its description.

    Raises
    ------
    ImportError
        If ipywidgets is not installed.

    See Also
    --------
    simulate_lines : The lines of such studies.
    plot_line_fan : The same picture without controls.

    Examples
    --------
    >>> "10 participants" in explore_line_fan(rng=6, n_lines=500).children[1].value
    True
    """
    require_rng(rng, "explore_line_fan")
    ipywidgets = load_ipywidgets("explore_line_fan")
    from ..data.tables import load_dataset
    from ..small_samples.figures_line_fan import plot_line_fan
    from ..small_samples.line_fan import simulate_lines
    from ..small_samples.truth import estimate_truth

    known = estimate_truth(load_dataset("esr_pain_change"))
    own = round_to_step(_find_r_squared(known), 0.01)
    published = load_dataset("published_values").set_index("id")
    sliders = {
        "n_people": ipywidgets.IntSlider(
            int(published.loc["pilot_n", "value"]), 5, 150, description="participants"
        ),
        "r_squared": ipywidgets.FloatSlider(
            own, min=0.0, max=0.9, step=0.01, description="true R²"
        ),
    }

    axes = new_panes()

    def plot(fan) -> None:
        plot_line_fan(fan, *axes).set_ylim(-70, 130)

    stage = set_stage(axes, plot, simulate_lines(known, n_people=10, n_lines=n_lines, rng=rng))

    def draw(n_people: int, r_squared: float) -> str:
        # At the start the truth is that of the figure above, not its rounded R squared.
        slope = known.slope_ldn if r_squared == own else known.find_slope(r_squared)
        truth = known.with_effect("slope_ldn", slope)
        fan = simulate_lines(truth, n_people=n_people, n_lines=n_lines, rng=rng)
        return stage.render(plot, fan, words=str(fan))

    return follow(sliders, draw)[0]


def _find_r_squared(truth) -> float:
    """R squared of the true line under LDN: find_slope the other way round."""
    ratio = (truth.slope_ldn / truth.find_slope(0.5)) ** 2  # explained over unexplained variance
    return ratio / (1 + ratio)


def explore_multiverse(multiverse):
    """Choose an analysis and see where it falls on the specification curve.

    Parameters
    ----------
    multiverse : Multiverse
        What `fit_multiverse` returns.

    Returns
    -------
    ipywidgets.VBox
        For each choice that varies a list of its options; the curve with the chosen
        specification, or why it was pruned.

    Raises
    ------
    ImportError
        If ipywidgets is not installed.
    ValueError
        If the multiverse varies no choice.

    See Also
    --------
    fit_multiverse : All analyses.
    plot_specification_curve : The same picture without controls.

    Examples
    --------
    >>> from ldn_analysis import fit_multiverse, load_dataset
    >>> multiverse = fit_multiverse(
    ...     load_dataset("daily_pain"), load_dataset("participants"),
    ...     grid={"model": ["OLS"], "participants": ["both trials"], "esr": ["as is"]})
    >>> box = explore_multiverse(multiverse)
    >>> box.children[0].children[0].description
    'outcome'
    """
    load_ipywidgets("explore_multiverse")
    from ..multiverse.figures import TITLES, draw_mark
    from ..multiverse.fit import CHOICES
    from ..multiverse.plan import describe_place
    from ..multiverse.specifications import find_reason

    table = multiverse.to_frame().sort_values("estimate", kind="stable", ignore_index=True)
    place = {choices: i for i, choices in enumerate(zip(*(table[c] for c in CHOICES), strict=True))}
    grid = {name: table[name].cat.categories.tolist() for name in CHOICES}
    lists = {
        name: list_options(options, TITLES[name])
        for name, options in grid.items()
        if len(options) > 1
    }
    if not lists:
        raise ValueError("explore_multiverse: one specification leaves nothing to choose")
    axes = new_panes(**CURVE_SIZE)
    stage = _draw_stage(axes, table, multiverse.status)

    def plot(i: int | None) -> None:
        if i is not None:
            draw_mark(*axes, "chosen", i + 1, table.loc[i])

    def draw(**options) -> str:
        chosen = {name: options.get(name, grid[name][0]) for name in CHOICES}
        i = place.get(tuple(chosen.values()))
        if i is None:
            words = f"Pruned: {find_reason(chosen, grid)}. Nothing is marked on the curve."
        else:
            words = describe_place(table, i, multiverse.status)
        what = "; ".join(f"{TITLES[name]} {chosen[name]}" for name in lists)
        return stage.render(plot, i, words=f"{words} Chosen: {what}.")

    return follow(lists, draw)[0]


def _draw_stage(axes, table, status: str) -> Stage:
    """The curve, drawn once to stand behind each mark."""
    from ..multiverse.figures import draw_curve

    (curve,) = axes
    with in_style():
        draw_curve(curve, table, 0.95, status)
        curve.set_xlabel("specifications in order of their estimates")
        curve.set_ylabel("SDs per SD of ESR", labelpad=1)
    return Stage(axes)


def explore_small_samples(*, rng: int, n_trials: int = 10_000):
    """Move sliders and see ten thousand simulated trials answer.

    Left: estimates of the slope of pain reduction on ESR during LDN, for the true R squared
    of the slider. Middle: estimates of the mean difference LDN - placebo. Right: what such a
    trial without placebo would take for the effect, the mean change during LDN. The placebo
    response moves the third and not the second. The axes stand still, so that a spread can be
    seen to shrink.

    Parameters
    ----------
    rng : int
        Seed: the same sliders give the same picture.
    n_trials : int
        Simulated trials for each picture.

    Returns
    -------
    ipywidgets.VBox
        Three number boxes and sliders, usable by keyboard, and the picture with its description.

    Raises
    ------
    ImportError
        If ipywidgets is not installed.

    See Also
    --------
    simulate_trials : The trials behind the picture.
    plot_estimates : One pane without controls.

    Examples
    --------
    >>> box = explore_small_samples(rng=6, n_trials=100)
    >>> [row.children[0].description for row in box.children[0].children]
    ['participants', 'true R²', 'placebo (%)']
    """
    require_rng(rng, "explore_small_samples")
    ipywidgets = load_ipywidgets("explore_small_samples")
    from dataclasses import replace
    from functools import lru_cache

    from ..data.tables import load_dataset
    from ..small_samples.figures_power import plot_change_alone, plot_estimates
    from ..small_samples.trials import simulate_trials
    from ..small_samples.truth import estimate_truth

    known = estimate_truth(load_dataset("esr_pain_change"))
    effect = known.mean_ldn - known.mean_placebo
    sliders = {
        "people": ipywidgets.IntSlider(38, 6, 150, description="participants"),
        "r_squared": ipywidgets.FloatSlider(
            0.25, min=0.0, max=0.9, step=0.05, description="true R²"
        ),
        "placebo": ipywidgets.IntSlider(
            round(known.mean_placebo), 0, 40, description="placebo (%)"
        ),
    }

    @lru_cache(maxsize=32)
    def simulate(people: int, r_squared: float):
        """Both trials' estimates: what everybody gains on placebo moves none of these."""
        truth = replace(known, slope_ldn=known.find_slope(r_squared))
        return simulate_trials(truth, n_people=people, n_trials=n_trials, rng=rng)

    axes = new_panes(3, width=9.6, height=3.8)
    tops = {}

    def plot(simulated, placebo: int) -> None:
        for ax, (estimand, limits) in zip(axes, SMALL_SAMPLE_LIMITS.items(), strict=False):
            plot_estimates(simulated, ax, estimand=estimand)
            top = tops.setdefault(estimand, 1.25 * ax.get_ylim()[1])  # it hardly varies
            ax.set(xlim=limits, ylim=(0, top))
        plot_change_alone(placebo, effect, axes[2])

    def draw(people: int, r_squared: float, placebo: int) -> str:
        simulated = simulate(people, r_squared)
        words = f"{simulated} {_say_alone(placebo, effect)}"
        return stage.render(plot, simulated, placebo, words=words)

    start = [slider.value for slider in sliders.values()]
    stage = set_stage(axes, plot, simulate(*start[:2]), start[2])
    return follow(sliders, draw)[0]


def _say_alone(placebo: float, effect: float) -> str:
    """What a trial without placebo would take for the effect."""
    return (
        f"A trial without placebo would take {placebo + effect:.0f} % for the effect: "
        f"{placebo:.0f} % of placebo response and {effect:.0f} % of difference."
    )
