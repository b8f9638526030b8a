"""What every result is: one sentence and one tidy table."""

from html import escape

from .wording import format_number

__all__ = ["Result"]


class Result:
    """A result: `str()` is one sentence, `to_frame()` the numbers, a notebook shows both."""

    def to_frame(self, confidence_level: float = 0.95):
        """Give the numbers as a tidy table."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        table = self.to_frame().to_html(
            index=False, border=0, float_format=format_number, na_rep="", escape=True
        )
        return f"<p>{escape(str(self))}</p>\n{table}"

    def __repr__(self) -> str:
        return str(self)
