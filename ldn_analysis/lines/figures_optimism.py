"""R squared as it appears and corrected: the figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..core.canvas import MARKERS, describe_axes, name_rows, open_face, take_axes, write_minus

if TYPE_CHECKING:
    from .optimism import Optimism

__all__ = ["plot_optimism"]


def plot_optimism(results: Optimism | Mapping[str, Optimism], ax=None):
    """R squared as it appears and corrected, for one fit or for several side by side.

    Parameters
    ----------
    results : Optimism or mapping of str to Optimism
        What `correct_optimism` returns, by the name to show.
    ax : matplotlib Axes, optional
        Default: a new figure of two columns' width.

    Returns
    -------
    matplotlib Axes
        Where it is drawn.

    See Also
    --------
    correct_optimism : The correction that is drawn.

    Examples
    --------
    >>> from ldn_analysis import correct_optimism, fit_lines, load_dataset
    >>> fits = fit_lines(load_dataset("esr_pain_change"))
    >>> ax = plot_optimism({name: correct_optimism(fits[name], rng=1) for name in fits})
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['ldn, n = 38', 'placebo, n = 38']
    """
    if not isinstance(results, Mapping):
        results = {str(results.fit.outcome): results}
    (ax,) = take_axes(ax, 1, "plot_optimism", height_mm=28 + 17 * len(results))
    ax.axvline(0, color="#BBBBBB", linewidth=0.8, zorder=0)
    for i, result in enumerate(results.values()):
        table = result.to_frame()
        for j, row in enumerate(table.itertuples()):
            marker, color = MARKERS[j]
            # Steps aside, so that equal values are still seen apart.
            y = i + 0.12 * (j - 1.5)
            ax.errorbar(
                row.estimate, y, xerr=2 * row.mc_std_error, color=color, marker=marker,
                markersize=5, linestyle="none", elinewidth=1,
                label=row.term if i == 0 else None, **open_face(color),
            )  # fmt: skip
            ax.annotate(write_minus(f"{row.estimate:.2f}"), (row.estimate, y),
                        (6, 0), color=color, va="center", textcoords="offset points", fontsize=6)  # fmt: skip
    names = [f"{name}, n = {result.n_obs}" for name, result in results.items()]
    name_rows(ax, names, above=0.5)
    ax.margins(x=0.08)
    ax.set_xlabel("R² (below 0: the mean predicts new participants better)")
    ax.figure.legend(loc="outside lower center", ncols=4)
    status = {result.fit.status for result in results.values()} - {""}
    note = f" ({', '.join(sorted(status))} data)" if status else ""
    ax.set_title(
        f"R² in the participants of the fit, and corrected{note}; bootstrap simulated", fontsize=7
    )
    describe_axes(ax, "R² as fitted and corrected for optimism, as points on one axis.")
    return ax
