"""Docstrings of the public names, by numpydoc's own validator."""

import inspect

import pytest

import ldn_analysis
from ldn_analysis.core.result import Result

validate = pytest.importorskip("numpydoc.validate").validate

# Of numpydoc; the others are matters of taste, or held by test_api. The order of parameters
# (PR03) is one: they are named in a call, and the columns of a table share a line.
CODES = {
    "GL02", "GL03", "GL05", "GL06", "GL07", "GL08", "GL09", "GL10", "SS01", "SS02", "SS04",
    "PR01", "PR02", "PR07", "PR10", "RT01", "RT03",
}  # fmt: skip


def list_public():
    """Public names and result classes, with their own public methods, by dotted name."""
    for item in [
        *(getattr(ldn_analysis, n) for n in ldn_analysis.__all__),
        *Result.__subclasses__(),
    ]:
        name = f"{item.__module__}.{item.__name__}"
        yield name
        if inspect.isclass(item):
            for part, method in vars(item).items():
                if inspect.isfunction(getattr(method, "__func__", method)) and part[0] != "_":
                    yield f"{name}.{part}"


def find_faults(name):
    """Codes and messages; the fields of a class stand in its own words, not as parameters."""
    is_class = name.rpartition(".")[2][0].isupper()
    codes = CODES - {"PR01"} if is_class else CODES
    found = validate(name)["errors"]
    return [(code, message) for code, message in found if code in codes]


@pytest.mark.parametrize("name", list(list_public()))
def test_docstring_is_complete(name):
    faults = find_faults(name)
    assert not faults, faults
