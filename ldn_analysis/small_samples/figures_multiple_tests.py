"""Many tests of one trial: the figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.canvas import BLUE, GREY, VERMILLION, describe_axes, name_rows, open_face, take_axes
from .figures_change_scores import draw_shares

if TYPE_CHECKING:
    from .multiple_tests import MultipleTesting

__all__ = ["plot_multiple_tests"]


def plot_multiple_tests(result: MultipleTesting, axes=None):
    """How false findings grow with the number of tests, and what corrections make of them.

    Parameters
    ----------
    result : MultipleTesting
        What `simulate_multiple_tests` returns, at least one test without a true effect.
    axes : sequence of two matplotlib Axes, optional
        Default: a new figure of two columns' width.

    Returns
    -------
    list of matplotlib Axes
        From left to right.

    Raises
    ------
    ValueError
        If there are not two axes.

    See Also
    --------
    simulate_multiple_tests : The tests that are drawn.

    Examples
    --------
    >>> from ldn_analysis import simulate_multiple_tests
    >>> axes = plot_multiple_tests(simulate_multiple_tests(n_people=28, n_subgroups=3, rng=1))
    >>> axes[0].get_xlabel()
    'tests without a true effect'
    """
    axes = take_axes(axes, 2, "plot_multiple_tests", height_mm=76)
    _draw_growth(axes[0], result)
    _draw_corrections(axes[1], result)
    level = 100 * (1 - result.settings["confidence_level"])
    axes[0].axhline(level, color="#BBBBBB", linewidth=0.8, zorder=0)
    axes[1].axvline(level, color="#BBBBBB", linewidth=0.8, zorder=0)
    describe_axes(
        axes[0],
        "Share of trials with a false finding against the number of tests, and after corrections.",
    )
    return axes


def _draw_growth(ax, result: MultipleTesting) -> None:
    """Trials with any false finding by number of tests, uncorrected."""
    growth, settings = result.growth, result.settings
    ax.plot(growth["n_tests"], 100 * growth["independent"], color=GREY, linestyle=":",
            label="independent tests (computed)")  # fmt: skip
    ax.errorbar(growth["n_tests"], 100 * growth["estimate"], 200 * growth["mc_std_error"],
                color=BLUE, marker="o", markersize=4, linewidth=1,
                label="these tests (simulated)", **open_face(BLUE))  # fmt: skip
    ax.set_ylim(0, None)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set(xlabel="tests without a true effect", ylabel="trials with any false finding (%)")
    ax.legend(loc="upper left")
    groups = f", {settings['n_subgroups']} subgroups" if settings["n_subgroups"] > 1 else ""
    ax.set_title(
        f"No correction: {settings['n_trials']:,} simulated trials of {settings['n_people']}\n"
        f"{len(settings['outcomes'])} outcomes, correlation {settings['correlation']:g}{groups}",
        fontsize=7,
    )


def _draw_corrections(ax, result: MultipleTesting) -> None:
    """Family-wise error, and true effects found where there are any, by correction."""
    table = result.to_frame().set_index(["method", "quantity"])
    known = table.index.get_level_values("quantity")
    for quantity, (marker, color) in (
        ("family-wise error", ("s", VERMILLION)),
        ("true effects found", ("o", BLUE)),
    ):
        if quantity in known:
            rows = 100 * table.xs(quantity, level="quantity")
            below = quantity == "true effects found"
            draw_shares(ax, rows, quantity, marker, color, below=below)
    methods = list(dict.fromkeys(table.index.get_level_values("method")))
    names = {"none": "no correction", "fdr_bh": "Benjamini-Hochberg"}
    name_rows(ax, [names.get(name, name.capitalize()) for name in methods], above=0.6, below=0.6)
    ax.set_xlim(0, ax.get_xlim()[1] * 1.12)
    ax.set_xlabel("share (%)")
    ax.legend(loc="lower right")
    plural = "test" if result.n_tests == 1 else f"{result.n_tests} tests"
    ax.set_title(f"All {plural}, by correction\nsimulated; +: expected", fontsize=7)
