"""Sliders where playing beats reading; for cells tagged `widget`, each with a static twin."""

import base64
import io
from html import escape

__all__ = ["explore_small_samples"]


def explore_small_samples(*, rng: int, n_trials: int = 10_000):
    """Move sliders and see ten thousand simulated trials answer.

    Left: estimates of the slope of pain reduction on ESR during LDN, for the true R squared
    of the slider. Right: estimates of the mean difference LDN - placebo; the placebo
    response moves what a trial without placebo would show (in the caption), not the difference.

    Parameters
    ----------
    rng : int
        Seed: the same sliders give the same picture.
    n_trials : int
        Simulated trials for each picture.

    Returns
    -------
    ipywidgets.VBox
        Three sliders, usable by keyboard, and the picture with its description.

    Examples
    --------
    >>> box = explore_small_samples(rng=6, n_trials=100)
    >>> [slider.description for slider in box.children[0].children]
    ['people', 'true R²', 'placebo (%)']
    """
    from dataclasses import replace

    import ipywidgets
    from matplotlib import style

    from .data import load_dataset
    from .figures import STYLE
    from .figures_power import plot_estimates
    from .simulation import simulate_trials
    from .trial_truth import estimate_truth

    known = estimate_truth(load_dataset("esr_pain_change"))
    effect = known.mean_ldn - known.mean_placebo
    options = {"continuous_update": False, "style": {"description_width": "6em"}}
    people = ipywidgets.IntSlider(38, 6, 150, description="people", **options)
    r_squared = ipywidgets.FloatSlider(
        0.25, min=0.0, max=0.9, step=0.05, description="true R²", **options
    )
    placebo = ipywidgets.IntSlider(
        round(known.mean_placebo), 0, 40, description="placebo (%)", **options
    )
    picture = ipywidgets.HTML()

    def redraw(_change=None) -> None:
        truth = replace(
            known,
            slope_ldn=known.find_slope(r_squared.value),
            mean_placebo=placebo.value,
            mean_ldn=placebo.value + effect,
        )
        simulated = simulate_trials(truth, n_people=people.value, n_trials=n_trials, rng=rng)
        with style.context(STYLE):
            figure = _new_pane_figure()
            for ax, estimand in zip(
                figure.subplots(1, 2), ("slope_ldn", "mean_difference"), strict=True
            ):
                plot_estimates(simulated, ax, estimand=estimand)
        alone = f"Without placebo a trial would show {truth.mean_ldn:.0f} % on average."
        picture.value = _as_image(figure, f"{simulated} {alone}", alone)

    for slider in (people, r_squared, placebo):
        slider.observe(redraw, names="value")
    redraw()
    return ipywidgets.VBox([ipywidgets.HBox([people, r_squared, placebo]), picture])


def _new_pane_figure():
    """Two panes, not one of pyplot's: the widget shows it, not the cell."""
    from matplotlib.figure import Figure

    return Figure(figsize=(7.8, 3.2), layout="constrained")


def _as_image(figure, alt: str, caption: str) -> str:
    """A figure as an HTML image with alt text; PNG at screen size, for speed."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    # savefig would lay out and draw twice; a slider should answer at once.
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)
    data = base64.b64encode(buffer.getvalue()).decode()
    return (
        f'<figure><img src="data:image/png;base64,{data}" alt="{escape(alt, quote=True)}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )
