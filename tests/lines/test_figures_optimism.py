"""R squared as it appears and corrected, as drawn."""

import matplotlib as mpl
import pytest
from numpy.testing import assert_array_equal

from ldn_analysis import correct_optimism, fit_lines, load_dataset, plot_optimism
from ldn_analysis.core.canvas import new_figure
from ldn_analysis.core.export import render_figure


@pytest.fixture(scope="module")
def results():
    fits = fit_lines(load_dataset("esr_pain_change"))
    return {name: correct_optimism(fits[name], rng=1, n_resamples=2000) for name in fits}


def test_optimism_draws_its_numbers(results):
    ax = plot_optimism(results)
    for i, result in enumerate(results.values()):
        drawn = [item.lines[0].get_xdata()[0] for item in ax.containers[4 * i : 4 * i + 4]]
        assert_array_equal(drawn, result.to_frame()["estimate"])
    words = " ".join(text.get_text() for text in ax.figure.findobj(mpl.text.Text))
    assert "(illustrative data); bootstrap simulated" in words
    one = plot_optimism(results["ldn"])
    assert [label.get_text() for label in one.get_yticklabels()] == [
        "pain_reduction_percent, n = 38"
    ]


def test_same_bytes_twice_and_axes_taken(results):
    first, second = (render_figure(plot_optimism(results).figure, ["svg"]) for _ in range(2))
    assert first == second
    ax = new_figure(1, 70).subplots()
    assert plot_optimism(results, ax) is ax
    with pytest.raises(ValueError, match="plot_optimism: 1 pane needs 1 axes; received 2"):
        plot_optimism(results, new_figure(2, 70).subplots(1, 2))
