"""What every result is: one sentence and one tidy table."""

from html import escape
from inspect import signature
from typing import NamedTuple

from .validation import require_level

__all__ = ["GLOSSARY", "Interval", "Result"]

# Column names that mean the same in every table of every result.
GLOSSARY = {
    "term": "what is estimated",
    "estimate": "its estimate",
    "std_error": "standard error",
    "mc_std_error": "Monte Carlo standard error: how far chance in the simulation moves the number",
    "statistic": "test statistic",
    "df": "degrees of freedom",
    "p_value": "two-sided p",
    "conf_low": "lower confidence limit",
    "conf_high": "upper confidence limit",
    "n_obs": "number of observations used",
    "n_dropped": "number left out for blanks",
    "r_squared": "R squared",
    "fitted": "fitted value",
    "resid": "residual",
    "leverage": "leverage",
    "cooks_distance": "Cook's distance",
}


class Interval(NamedTuple):
    """A confidence interval."""

    low: float
    high: float


class Result:
    """A result: `str()` is one sentence, `to_frame()` the numbers, a notebook shows both."""

    def to_frame(self, confidence_level: float = 0.95):
        """Give the numbers as a tidy table.

        Parameters
        ----------
        confidence_level : float
            Of the intervals; between 0 and 1.

        Returns
        -------
        DataFrame
            One row per term, with the column names of the glossary.
        """
        raise NotImplementedError

    def confidence_interval(self, term: str, confidence_level: float = 0.95) -> Interval:
        """Confidence interval of one term of the table.

        Parameters
        ----------
        term : str
            A text that names one row of `to_frame()`, e.g. a term, a method or a category.
        confidence_level : float
            Between 0 and 1.

        Returns
        -------
        Interval
            With `.low` and `.high`, in the units of the estimate.

        Raises
        ------
        ValueError
            If the text names no row or several, or the level is not between 0 and 1.

        Examples
        --------
        >>> from ldn_analysis import fit_lines, load_dataset
        >>> fit = fit_lines(load_dataset("esr_pain_change"))["ldn"]
        >>> fit.confidence_interval("slope").low < fit.slope
        True
        """
        require_level(confidence_level)
        takes_level = "confidence_level" in signature(self.to_frame).parameters
        table = self.to_frame(confidence_level) if takes_level else self.to_frame()
        if not {"conf_low", "conf_high"} <= set(table):
            raise ValueError(
                f"confidence_interval: {term!r} names no interval: {type(self).__name__} has none"
            )
        texts = table.select_dtypes(exclude=["number", "bool"]).astype("str")
        found = table[texts.eq(str(term)).any(axis=1)]
        if len(found) != 1:
            names = dict.fromkeys(name for column in texts for name in texts[column])
            raise ValueError(
                f"confidence_interval: {term!r} names {len(found)} rows of the table; choose one "
                f"of: {', '.join(map(repr, list(names)[:12]))}"
            )
        return Interval(*map(float, found[["conf_low", "conf_high"]].iloc[0]))

    def _repr_html_(self) -> str:
        from .notebook import render_frame

        table = self.to_frame()
        return f"<p>{escape(str(self))}</p>\n{render_frame(table.set_index(table.columns[0]))}"

    def __repr__(self) -> str:
        return str(self)
