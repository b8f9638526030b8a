"""A prediction is kept where it is written, and answered after the result."""

import numpy as np
import pytest

from ldn_analysis import predict, reveal


def said(capsys):
    return capsys.readouterr().out.strip()


@pytest.mark.parametrize(
    ("prediction", "result", "unit", "line"),
    [
        (20, 26, "", "You predicted 20; it is 26."),
        (20.0, np.float64(26.5), "points", "You predicted 20; it is 26.5 points."),
        ((5, 14), [3, 16], "participants", "You predicted 5 to 14; it is 3 to 16 participants."),
        ("no", np.bool_(True), "", 'You predicted "no"; it is "yes".'),
        (True, False, "", 'You predicted "yes"; it is "no".'),
        (" rising ", "falling", "", 'You predicted "rising"; it is "falling".'),
        (-0.25, 12345.6, "", "You predicted -0.25; it is 12,346."),
    ],
)
def test_it_is_answered(prediction, result, unit, line, capsys):
    predict("99.a", prediction)
    assert said(capsys).startswith("99.a: you predict ")
    reveal("99.a", result, unit)
    assert said(capsys) == line


@pytest.mark.parametrize("nothing", [..., None, "", " ", "..."])
def test_without_one_it_is_said_kindly_and_an_old_one_is_forgotten(nothing, capsys):
    predict("99.a", 20)
    predict("99.a", nothing)
    assert said(capsys).endswith(
        "99.a: put your prediction in place of the dots, and run this cell."
    )
    reveal("99.a", 26, "points")
    assert (
        said(capsys) == "No prediction 99.a yet (write one into its cell above); it is 26 points."
    )
