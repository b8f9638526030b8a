"""Fig. 2: published abscissae apart from assumed ones, and everything drawn is in the legend."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import style

from ldn_analysis import fit_line, fit_lines, load_dataset, plot_esr_pain, plot_line
from ldn_analysis.core.canvas import STYLE

RNG = np.random.default_rng(3)
OWN = pd.DataFrame(
    {"esr_mm_h": RNG.integers(1, 60, 20), "pain_reduction_percent": RNG.normal(size=20)}
)


def fit_own(**columns):
    data = OWN.assign(trial=["pilot"] * 8 + ["crossover"] * 12, **columns)
    return fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")


def read_legend(ax):
    return [text.get_text() for text in ax.figure.legends[0].get_texts()]


def find_line(ax, label):
    (line,) = [line for line in ax.lines if line.get_label() == label]
    return line


def test_published_esr_is_filled_and_assumed_open():
    status = np.array(["published"] * 8 + ["assumed"] * 12)
    fit = fit_own(esr_status=status)
    ax = plot_line(fit, group="trial")
    published, assumed = "pilot (ESR published)", "crossover (ESR assumed)"
    assert read_legend(ax) == [published, assumed, "line", "95 % band of the line", "zero"]
    filled, hollow = find_line(ax, published), find_line(ax, assumed)
    assert filled.get_markerfacecolor() == filled.get_markeredgecolor()
    assert hollow.get_markerfacecolor() == "none"
    assert filled.get_marker() != hollow.get_marker()
    assert filled.get_xdata().tolist() == OWN["esr_mm_h"][:8].tolist()
    assert hollow.get_ydata().tolist() == OWN["pain_reduction_percent"][8:].tolist()


def test_one_trial_may_have_both():
    status = ["published"] * 4 + ["assumed"] * 16
    labels = read_legend(plot_line(fit_own(esr_status=status), group="trial"))
    assert labels[:3] == [
        "pilot (ESR published)", "pilot (ESR assumed)", "crossover (ESR assumed)",
    ]  # fmt: skip


@pytest.mark.parametrize("status", [None, ["measured"] * 20, [None] * 20])
def test_a_users_own_data_need_not_say_it(status):
    columns = {} if status is None else {"esr_status": status}
    ax = plot_line(fit_own(**columns), group="trial")
    assert read_legend(ax)[:2] == ["pilot", "crossover"]
    assert find_line(ax, "pilot").get_markerfacecolor() not in ("none", "#0072B2")


def test_limits_for_one_participant_are_in_the_legend_and_the_title_is_kept():
    fit = fit_own()
    ax = plot_line(fit, group="trial", title="LDN", prediction=True, confidence_level=0.9)
    assert read_legend(ax) == [
        "pilot", "crossover", "line", "90 % band of the line",
        "90 % limits for one new participant", "zero",
    ]  # fmt: skip
    assert ax.get_title(loc="left").splitlines()[0] == "LDN"
    limits = [line for line in ax.lines if line.get_linestyle() == ":"]
    table = fit.predict(limits[0].get_xdata(), confidence_level=0.9)
    for line, name in zip(limits, ("pred_low", "pred_high"), strict=True):
        np.testing.assert_allclose(line.get_ydata(), table[name])


def test_the_legend_lies_within_the_page():
    with style.context(STYLE):
        drawn = [
            plot_line(fit_own(esr_status="assumed"), group="trial", prediction=True),
            plot_esr_pain(fit_lines(load_dataset("esr_pain_change")))[0],
        ]
        for ax in drawn:
            ax.figure.draw_without_rendering()
    for ax in drawn:
        box, page = ax.figure.legends[0].get_window_extent(), ax.figure.bbox
        assert box.x0 >= page.x0 - 1
        assert box.x1 <= page.x1 + 1
        assert box.y0 >= page.y0 - 1


def test_the_projects_pilot_is_published_and_its_crossover_trial_assumed():
    labels = read_legend(plot_esr_pain(fit_lines(load_dataset("esr_pain_change")))[0])
    assert labels[:2] == ["pilot (ESR published)", "crossover (ESR assumed)"]


def test_an_undefined_r_is_said_in_words():
    data = OWN.assign(pain_reduction_percent=5.0)
    fit = fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")
    assert "r not defined, p not defined, n = 20" in plot_line(fit).get_title(loc="left")


def test_without_numbers_the_titles_name_only_the_panes():
    axes = plot_esr_pain(fit_lines(load_dataset("esr_pain_change")), numbers=False)
    titles = [ax.get_title(loc="left") for ax in axes]
    assert titles == ["LDN (illustrative data)", "Placebo (illustrative data)"]
    assert all(len(ax.lines) > 2 for ax in axes)  # points and line are there
