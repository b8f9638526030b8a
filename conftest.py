"""For all tests and doctests."""

import sys

import pytest


@pytest.fixture(autouse=True)
def close_figures():
    """Where a test brought pyplot in, new figures are pyplot's and stay until they are closed."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
