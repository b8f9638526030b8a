"""Refuse an argument that no function could use; one message and one argument order.

Every check takes the value, its name and the function that was called, in this order.
"""

import numpy as np
import pandas as pd

__all__: list[str] = []


def require_level(confidence_level: float) -> None:
    """Refuse a confidence level that is not between 0 and 1."""
    if not 0 < confidence_level < 1:
        raise ValueError(
            f"confidence_level must lie between 0 and 1, e.g. 0.95; received {confidence_level!r}"
        )


def require_missing(missing: str, function: str) -> None:
    """Refuse a word for what to do with blanks that is neither of the two."""
    if missing not in ("raise", "drop"):
        raise ValueError(f"{function}: missing must be 'raise' or 'drop'; received {missing!r}")


def require_rng(rng, function: str) -> np.random.Generator:
    """A generator from a seed; no seed is refused, since nobody could repeat the numbers."""
    if rng is None:
        raise ValueError(f"{function}: rng is None; pass a seed, e.g. rng=1, or a numpy Generator")
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError):
        raise TypeError(
            f"{function}: rng must be a seed (a whole number from 0) or a numpy Generator; received {rng!r}"
        ) from None


def require_number(
    value, name: str, function: str, low: float = -np.inf, high: float = np.inf
) -> float:
    """Give back a number strictly between two limits, or refuse it."""
    if not (np.isscalar(value) and not isinstance(value, (str, bool)) and low < value < high):
        raise ValueError(
            f"{function}: {name} must be a number between {low:g} and {high:g}; received {value!r}"
        )
    return float(value)


def require_count(value, name: str, function: str, low: int = 1, high: float = np.inf) -> int:
    """Give back a whole number from low to high, or refuse it."""
    to = f" to {high:g}" if high < np.inf else " or more"
    message = f"{function}: {name} must be a whole number, {low}{to}; received {value!r}"
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(message)
    if not low <= value <= high:
        raise ValueError(message)
    return int(value)


def require_frame(data, function: str) -> None:
    """Refuse what is not a DataFrame."""
    if not isinstance(data, pd.DataFrame):
        raise TypeError(f"{function}: data must be a DataFrame; received {type(data).__name__}")


def require_columns(data: pd.DataFrame, columns, function: str, *, table: str = "") -> None:
    """Refuse the first column that the data lack or have twice; say which they have.

    Where a function takes several tables, `table` names the one that was looked at.
    """
    for column in columns:
        if column not in data:
            where = f" in {table}" if table else ""
            known = ", ".join(map(str, data.columns[:12])) + (", ..." if data.shape[1] > 12 else "")
            raise ValueError(f"{function}: no column {column!r}{where}; columns: {known}")
        if isinstance(data[column], pd.DataFrame):
            raise ValueError(
                f"{function}: {data[column].shape[1]} columns are called {column!r}; rename all but one"
            )


def require_numbers(column: pd.Series, name: str, function: str) -> np.ndarray:
    """Give back a column as floats, nan where it is blank, or refuse it."""
    types = pd.api.types
    if not types.is_numeric_dtype(column) or types.is_bool_dtype(column):
        # A column of Python numbers has no value to show.
        example = next((f" (e.g. {value!r})" for value in column if not _is_number(value)), "")
        raise ValueError(
            f"{function}: {name} is not numeric (dtype {column.dtype}){example}. Correct the "
            "values, or convert the column with pandas.to_numeric."
        )
    if types.is_complex_dtype(column):
        raise ValueError(
            f"{function}: {name} holds complex numbers; real ones are needed, e.g. their .real or "
            "abs()"
        )
    values = column.to_numpy(float, na_value=np.nan)
    if np.isinf(values).any():
        row = column.index[np.isinf(values)][0]
        raise ValueError(f"{function}: {name} is infinite in row {row}; correct or remove it")
    return values


def _is_number(value) -> bool:
    """Whether a cell is a real number; True and False are not."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
