"""What a result was computed with."""

import platform
from importlib.metadata import version

import pandas as pd

__all__ = ["list_versions"]

_PACKAGES = ("ldn-analysis", "numpy", "pandas", "scipy", "statsmodels", "matplotlib")


def list_versions() -> pd.DataFrame:
    """Versions of Python and of the packages that the numbers depend on.

    Returns
    -------
    DataFrame
        name, version.

    Examples
    --------
    >>> list_versions()["name"].tolist()[:2]
    ['Python', 'ldn-analysis']
    """
    rows = [("Python", platform.python_version()), *((name, version(name)) for name in _PACKAGES)]
    return pd.DataFrame(rows, columns=["name", "version"])
