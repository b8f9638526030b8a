"""What every figure holds, whatever it shows: for the tests of figures."""

import matplotlib as mpl
import pytest
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg

from ldn_analysis.core.canvas import STYLE, new_figure
from ldn_analysis.core.export import render_figure


def draw(plot, result) -> list:
    axes = plot(result)
    return axes if isinstance(axes, list) else [axes]


def words_of(figure) -> list:
    FigureCanvasAgg(figure).draw()
    return [t for t in figure.findobj(mpl.text.Text) if t.get_visible() and t.get_text()]


def text_of(axes) -> str:
    return " ".join(word.get_text() for word in words_of(axes[0].figure))


def labelled(ax, label):
    return next(line for line in ax.lines if line.get_label() == label)


def bars_of(ax, label):
    return next(item for item in ax.containers if item.get_label() == label).lines[0]


def hold_common_rules(plot, result, panes: int) -> str:
    """Same bytes twice, words inside, labelled axes, axes taken and counted; gives the words."""
    before = dict(mpl.rcParams)
    first, second = (render_figure(draw(plot, result)[0].figure, ["svg"]) for _ in range(2))
    assert first == second
    assert dict(mpl.rcParams) == before
    with style.context(STYLE):
        axes = draw(plot, result)
        figure = axes[0].figure
        words = words_of(figure)
        assert len(words) > 5
    for ax in axes:
        assert ax.get_xlabel() or any(label.get_text() for label in ax.get_xticklabels())
        assert ax.get_title(loc="left") or ax.get_title()
    # The tight box leaves out the labels of ticks beyond the ends of an axis.
    drawn, size = figure.get_tightbbox(), figure.get_size_inches()
    assert drawn.x0 > -0.02
    assert drawn.y0 > -0.02
    assert drawn.x1 < size[0] + 0.02
    assert drawn.y1 < size[1] + 0.02
    given = [*new_figure(2, 70).subplots(1, panes, squeeze=False)[0]]
    taken = plot(result, given if panes > 1 else given[0])
    assert (taken if panes > 1 else [taken]) == given
    need = "1 pane needs 1 axes" if panes == 1 else f"{panes} panes need {panes} axes"
    with pytest.raises(ValueError, match=f"{plot.__name__}: {need}; received 3"):
        plot(result, new_figure(2, 70).subplots(1, 3))
    return " ".join(word.get_text() for word in words)
