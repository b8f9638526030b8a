"""What the figures of the audit draw is what the checks hold."""

import matplotlib as mpl
import numpy as np
import pytest

import ldn_analysis as ldn
from ldn_analysis.audit.figures import FITS, SMALLEST_P
from ldn_analysis.core.canvas import new_figure
from ldn_analysis.core.export import render_figure


@pytest.fixture(scope="module")
def audit():
    return ldn.audit_published()


@pytest.fixture(scope="module")
def drawn(audit):
    """All recomputed p values, drawn in the house style, and the file."""
    with mpl.style.context("ldn_analysis.ldn"):
        ax = ldn.plot_audit(audit)
        return ax, render_figure(ax.figure, ["svg"])


def markers(ax):
    """Every marker as (x, y, marker)."""
    found = [line for line in ax.lines if line.get_marker() not in ("None", None, "")]
    return [(*line.get_xydata()[0], line.get_marker()) for line in found]


def title(ax):
    return ax.get_title(loc="left") or ax.get_title()


def words(figure):
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def test_each_count_is_one_marker():
    check = ldn.check_share(["32", "11"], range(27, 32))
    ax = ldn.plot_possible_counts(check, source="a paper")
    table = check.details
    drawn = {(x, y): marker for x, y, marker in markers(ax)}
    assert len(drawn) == len(table) == 10
    for row in table.itertuples():
        y = ["32", "11"].index(row.printed)
        assert drawn[row.n_obs, y] == FITS[row.reading][0]
    labels = [(text.xy, text.get_text()) for text in ax.texts]
    assert labels == [((28, 0), "9"), ((31, 0), "10"), ((27, 1), "3"), ((28, 1), "3")]
    (span,) = ax.patches
    assert span.get_x() + span.get_width() / 2 == 28
    assert "a paper" in title(ax)
    assert "only if the denominator is 28" in title(ax)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["32 %", "11 %"]
    assert "every share fits" in words(ax.figure)


def test_many_denominators_and_no_common_one():
    ax = ldn.plot_possible_counts(ldn.check_share(["32"], range(10, 60)))
    assert not ax.texts
    assert len(markers(ax)) == 50
    ax = ldn.plot_possible_counts(ldn.check_share(["37", "16"], range(27, 32)))
    assert not ax.patches
    assert "every share fits" not in words(ax.figure)
    assert "only if cut off" in words(ax.figure)
    ax = ldn.plot_possible_counts(ldn.check_share("50", [150]))
    assert ax.texts[0].get_text() == "75"


def test_a_bar_holds_all_that_prints_so_and_dots_what_follows(audit):
    names = ["rct_responders_p", "rct_severity_p", "FINAL 2024: p"]
    ax = ldn.plot_audit(audit, names=names)
    checks = [audit[name] for name in names]
    bars = [path.get_extents() for band in ax.collections for path in band.get_paths()]
    assert len(bars) == len(checks)
    for bar, check in zip(bars, checks, strict=True):
        assert (bar.x0, bar.x1) == pytest.approx(check.printed_range, rel=1e-12)
    middles = [
        value
        for check in checks
        for _, rows in check.details.groupby("reading", sort=False)
        for value in rows["p_value" if "p_value" in rows else "p_low"]
    ]
    assert [x for x, _, _ in markers(ax)] == pytest.approx(middles, rel=1e-12)
    lines = [line.get_xdata() for line in ax.lines if len(line.get_xdata()) == 2]
    ranges = [check.follows_range for check in checks[1:]]
    assert np.array(lines) == pytest.approx(np.array(ranges), rel=1e-12)
    headings = " ".join(text.get_text() for text in ax.texts)
    for source in ("younger2013", "younger2012_poster", "bruun2024"):
        assert source in headings
    assert ax.get_xlabel() == "p value (log scale)"
    assert "illustrative" not in headings + title(ax)
    low, high = ax.get_xlim()
    assert low < min(middles)
    assert max(middles) < high


def test_markers_say_how_a_p_prints(audit):
    ax = ldn.plot_audit(audit["rct_severity_p"], source="a report")
    ((_, _, marker),) = markers(ax)
    assert marker == "o"
    assert words(ax.figure) == ["only within rounding of both", "rounds to the printed p"]
    ax = ldn.plot_audit(ldn.check_p_from_statistic("2.20", ".06", kind="t", df=28))
    assert {marker for _, _, marker in markers(ax)} == {"x"}
    assert words(ax.figure)[0] == "does not round to it"


def test_zero_has_a_place_on_the_log_axis():
    ax = ldn.plot_audit(ldn.check_p_from_statistic("60", "< .001", kind="t", df=28))
    assert [x for x, _, _ in markers(ax)] == [SMALLEST_P] * 2


def test_axes_of_the_caller_are_used_and_the_style_is_left_alone(audit):
    before = dict(mpl.rcParams)
    ax = new_figure(2, 90).subplots()
    assert ldn.plot_audit(audit, ax) is ax
    other = new_figure(2, 50).subplots()
    assert ldn.plot_possible_counts(audit["rct_responders"], other) is other
    assert dict(mpl.rcParams) == before


def test_nothing_is_clipped_or_overlaps(audit, drawn):
    assert drawn[0].figure.get_figwidth() == pytest.approx(174 / 25.4)
    with mpl.style.context("ldn_analysis.ldn"):
        for ax in (
            drawn[0],
            ldn.plot_possible_counts(audit["rct_responders"], source="younger2013"),
            ldn.plot_degrees_of_freedom(audit["pilot_visits_df1"], source="Pain Med 2009"),
            ldn.plot_correlations(audit["pilot_r_severity_possible"], source="Pain Med 2009"),
            ldn.plot_false_discovery(audit["pilot_fdr"], source="Pain Med 2009"),
        ):
            figure = ax.figure
            if ax is not drawn[0]:
                render_figure(figure, ["svg"])
            renderer = figure.canvas.get_renderer()
            box = figure.bbox
            for text in [*ax.texts, *ax.get_yticklabels(), ax._left_title, *figure.legends]:
                extent = text.get_window_extent(renderer)
                assert extent.x0 >= box.x0 - 1, text
                assert extent.x1 <= box.x1 + 1, text
                assert extent.y0 >= box.y0 - 1, text
                assert extent.y1 <= box.y1 + 1, text


def test_same_bytes_twice(audit, drawn):
    with mpl.style.context("ldn_analysis.ldn"):
        assert render_figure(ldn.plot_audit(audit).figure, ["svg"]) == drawn[1]


def test_what_cannot_be_drawn(audit):
    with pytest.raises(
        ValueError, match=r"^plot_possible_counts: a result of check_share is needed"
    ):
        ldn.plot_possible_counts(audit["FINAL 2024: p"])
    with pytest.raises(
        ValueError, match=r"^plot_possible_counts: a result of check_share is needed"
    ):
        ldn.plot_possible_counts(ldn.check_mean("5.19", 28))
    with pytest.raises(ValueError, match="at most 60 denominators can be drawn; received 61"):
        ldn.plot_possible_counts(ldn.check_share("32", range(10, 71)))
    with pytest.raises(ValueError, match=r"^plot_audit: there is no recomputed p to draw"):
        ldn.plot_audit(ldn.check_share("32", 28))
    with pytest.raises(ValueError, match=r"^plot_audit: there is no recomputed p to draw"):
        ldn.plot_audit(ldn.check_paired_shares("32", "11", 28))


def test_each_numerator_is_one_marker_with_its_p(audit):
    check = audit["pilot_visits_df1"]
    ax = ldn.plot_degrees_of_freedom(check, source="a paper")
    table, names = check.details, list(dict.fromkeys(check.details["test"]))
    drawn = {(x, y): marker for x, y, marker in markers(ax)}
    assert drawn == {
        (row.df1, names.index(row.test)): FITS[row.fits][0] for row in table.itertuples()
    }
    (span,) = ax.patches
    assert span.get_x() + span.get_width() / 2 == 3
    assert [text.get_text() for text in ax.get_yticklabels()] == names
    assert ax.get_xticklabels()[0].get_text() == "1\n(printed)"
    labels = {text.xy: text.get_text() for text in ax.texts}
    assert (labels[1, 0], labels[12, 3]) == ("0.018", "<0.0001")
    assert words(ax.figure)[-1] == "every test agrees"
    none = ldn.plot_degrees_of_freedom(ldn.check_degrees_of_freedom([("0.5", "0.001", (2, 28))]))
    assert not none.patches
    assert words(none.figure) == ["does not give the printed p"]


def test_correlations_stand_on_or_beside_their_range(audit):
    check = audit["pilot_r_severity_possible"]
    ax = ldn.plot_correlations(check)
    spans = [line.get_xdata() for line in ax.lines if line.get_linewidth() == 9]
    assert np.array(spans) == pytest.approx(check.details[["range_low", "range_high"]].to_numpy())
    middles = check.details[["printed_low", "printed_high"]].mean(axis=1)
    assert [x for x, _, _ in markers(ax)] == pytest.approx(middles.tolist())
    assert {marker for _, _, marker in markers(ax)} == {"x"}
    possible = ldn.plot_correlations(audit["pilot_r_duration_possible"])
    assert words(possible.figure) == ["possible", "possible beside the two others"]


def test_p_values_stand_beside_the_step_of_their_rank(audit):
    check = audit["pilot_fdr"]
    ax = ldn.plot_false_discovery(check)
    lines = {line.get_label(): line for line in ax.lines}
    table = check.details
    assert lines["step of the procedure"].get_xdata() == pytest.approx(table["step"].to_numpy())
    assert list(lines["printed threshold"].get_xdata()) == [0.014, 0.014]
    kept = lines["kept by the procedure"].get_xdata()
    assert list(kept) == table.loc[table["kept"] == "yes", "p_value"].tolist()
    lost = lines["below the threshold, not surely kept"]
    assert list(lost.get_xdata()) == [0.008, 0.013]
    few = ldn.plot_false_discovery(ldn.check_false_discovery({"a": "0.5"}, "0.05"))
    assert "kept by the procedure" not in [line.get_label() for line in few.lines]


def test_figures_refuse_the_result_of_another_check(audit):
    for function in (
        ldn.plot_degrees_of_freedom,
        ldn.plot_correlations,
        ldn.plot_false_discovery,
    ):
        made = function.__name__.replace("plot_", "check_")
        with pytest.raises(ValueError, match=f"^{function.__name__}: a result of {made} is needed"):
            function(audit["rct_pain30"])
