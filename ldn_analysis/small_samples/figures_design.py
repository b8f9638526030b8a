"""What a small design does to significant estimates, and to an observed R squared: the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.canvas import (
    BLUE,
    GREEN,
    GREY,
    VERMILLION,
    describe_axes,
    open_face,
    take_axes,
    write_minus,
)
from ..core.wording import format_interval, format_number

if TYPE_CHECKING:
    from .design_errors import DesignErrors
    from .true_r_squared import TrueRSquared

__all__ = ["plot_true_r_squared", "plot_winners_curve"]

MAX_LABELS = 6  # true effects that are labelled; more are a curve


def plot_winners_curve(errors: DesignErrors, axes=None, *, marked: DesignErrors | None = None):
    """Exaggeration and wrong signs among significant estimates, against power.

    Parameters
    ----------
    errors : DesignErrors
        What `compute_design_errors` returns; several true effects make a curve.
    axes : sequence of two matplotlib Axes, optional
        Default: a new figure of two columns' width.
    marked : DesignErrors, optional
        True effects of the same design to mark, with their values. Default: those of `errors`
        if they are six or fewer.

    Returns
    -------
    list of matplotlib Axes
        One per pane.

    Raises
    ------
    ValueError
        If there are not two axes.

    See Also
    --------
    compute_design_errors : The errors that are drawn.

    Examples
    --------
    >>> from ldn_analysis import compute_design_errors
    >>> len(plot_winners_curve(compute_design_errors([2, 4, 8], 4)))
    2
    """
    axes = take_axes(axes, 2, "plot_winners_curve", height_mm=68)
    table = errors.to_frame().sort_values("power")
    few = len(table) <= MAX_LABELS
    marked = errors if few and marked is None else marked
    for ax, column, unit in ((axes[0], "type_m", 1), (axes[1], "type_s", 100)):
        if not few:
            ax.plot(100 * table["power"], unit * table[column], color=BLUE)
        if marked is not None:
            _mark_effects(ax, marked.to_frame().sort_values("power"), column, unit)
        ax.set(xlim=(0, 118 if marked is not None else 100), xlabel="power (%)")
        ax.set_xticks(range(0, 101, 20))
    axes[0].set_yscale("log")
    axes[0].axhline(1, color="#BBBBBB", linewidth=0.8, zorder=0)
    top = max(table["type_m"].max() * 1.3, 2)
    ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100, 200, 500) if tick <= top]
    axes[0].set_yticks(ticks, [str(tick) for tick in ticks])
    axes[0].minorticks_off()
    axes[0].set(ylim=(0.9, top), ylabel="mean exaggeration (times; log scale)")
    axes[1].set(ylim=(0, max(105 * table["type_s"].max(), 1)), ylabel="wrong sign (%)")
    df = "known" if errors.df is None else f"on {errors.df:g} df"
    level = f"two-sided p < {1 - errors.confidence_level:.3g}; standard error {df}; computed"
    axes[0].set_title(f"Significant estimates: how much too large (type M)\n{level}", fontsize=7)
    axes[1].set_title("Significant estimates: wrong sign (type S)\n", fontsize=7)
    describe_axes(
        axes[0],
        "Against power: how much too large the significant estimates are, and the share of wrong signs.",
    )
    return axes


def _mark_effects(ax, table, column: str, unit: float) -> None:
    """Points for some true effects, with their values."""
    power, height = 100 * table["power"], unit * table[column]
    ax.plot(
        power, height, marker="o", linestyle="none", clip_on=False, color=BLUE, **open_face(BLUE)
    )
    for effect, x, y in zip(table["true_effect"], power, height, strict=True):
        label = write_minus(f"effect {effect:.4g}")
        ax.annotate(label, (x, y), (6, 4), textcoords="offset points", fontsize=7)


def plot_true_r_squared(case: TrueRSquared, axes=None, *, confidence_level: float = 0.95):
    """Which true R squared could have produced the observed one, and what it would look like.

    Parameters
    ----------
    case : TrueRSquared
        What `infer_true_r_squared` returns.
    axes : sequence of two matplotlib Axes, optional
        Default: a new figure of two columns' width.
    confidence_level : float
        Of the interval of the true value.

    Returns
    -------
    list of matplotlib Axes
        One per pane.

    Raises
    ------
    ValueError
        If there are not two axes.

    See Also
    --------
    infer_true_r_squared : The limits that are drawn.

    Examples
    --------
    >>> from ldn_analysis import infer_true_r_squared
    >>> axes = plot_true_r_squared(infer_true_r_squared())
    >>> axes[0].get_xlabel()
    'true R²'
    """
    axes = take_axes(axes, 2, "plot_true_r_squared", height_mm=82)
    _draw_probabilities(axes[0], case, confidence_level)
    _draw_expected(axes[1], case)
    for ax in axes:
        ax.set(xlim=(0, 1), xlabel="true R²")
    describe_axes(
        axes[0],
        "Chance of observing so high an R², and the mean observed R², against the true one.",
    )
    return axes


def _draw_probabilities(ax, case: TrueRSquared, confidence_level: float) -> None:
    """How often studies pass the threshold or are significant, and the interval below."""
    curve, bound = case.curve, f"{case.threshold:g}"
    middle = case.to_frame(confidence_level)["estimate"].iloc[0]
    limits = case.confidence_interval("true_r_squared", confidence_level)
    x = curve["true_r_squared"]
    ax.plot(x, 100 * curve["probability_above"], color=BLUE, label=f"observed R² > {bound}")
    ax.plot(x, 100 * curve["power"], color=VERMILLION, linestyle="--", label="significant (power)")
    ax.plot(limits, [-8, -8], color="#222222", linewidth=1.2, marker="|", markersize=6)
    ax.plot([middle], [-8], color="#222222", marker="D", markersize=4, linestyle="none")
    ax.set(ylim=(-14, 104), ylabel="probability (%)")
    ax.set_yticks(range(0, 101, 20))
    ax.legend(loc="upper left")
    interval = format_interval(*limits, confidence_level)
    ax.set_title(
        f"Probability by true R², n = {case.n_obs} (computed)\n"
        f"below: true R² if R² = {bound}: {format_number(middle, 2)} ({interval})",
        fontsize=7,
    )


def _draw_expected(ax, case: TrueRSquared) -> None:
    """Mean observed R squared of all studies, and of those that are noticed."""
    bound = f"{case.threshold:g}"
    ax.plot([0, 1], [0, 1], color="#BBBBBB", linewidth=0.8, zorder=0)
    ax.annotate("observed = true", (0.5, 0.46), va="top", color=GREY, fontsize=7)
    for name, label, color, line in (
        ("expected_if_above", f"if R² > {bound}", BLUE, "-"),
        ("expected_if_significant", "if significant", VERMILLION, "--"),
        ("expected", "in all studies", GREEN, ":"),
    ):
        ax.plot(
            case.curve["true_r_squared"], case.curve[name], color=color, linestyle=line, label=label
        )
    ax.set(ylim=(0, 1.02), ylabel="mean observed R²")
    ax.legend(loc="lower right")
    source = f"and n printed in: {case.source.partition(',')[0]}" if case.source else "as given"
    ax.set_title(f"What such studies report (computed)\nR² > {bound} {source}", fontsize=7)
