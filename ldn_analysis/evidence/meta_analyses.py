"""What published meta-analyses printed, and the short names of studies."""

import re

import pandas as pd

from ..data.tables import load_dataset

__all__ = ["load_printed_meta_analyses"]


def name_studies() -> dict[str, str]:
    """Short names of the sources: first author, else the journal, and the year."""
    names = {}
    for row in load_dataset("sources").itertuples():
        author = re.match(r"([A-Z][\w-]+(?: [A-Z][\w-]+)?) [A-Z]{1,3}\b", row.citation)
        journal = re.search(r"\. ([A-Z][A-Za-z ]+?) \d", row.citation)
        name = author[1] if author else journal[1] if journal else row.source
        names[row.source] = f"{name} {row.year}"
    return names


def load_printed_meta_analyses() -> pd.DataFrame:
    """Load what published meta-analyses printed, with signs reversed so that positive favours LDN.

    In print, below zero favours LDN (less pain). The numbers as printed stay, as text, in the
    columns that begin with printed_. Sources in the notes are given by their short names.
    Mean differences and standardised mean differences are different scales: never put them on
    one axis.

    Returns
    -------
    DataFrame
        study, measure, comparison, controlled (False: after against before, no control
        group), trials, participants, estimate, conf_low, conf_high, i_squared (0-1),
        printed_estimate, printed_low, printed_high, note, source, status.

    See Also
    --------
    plot_forest : Draws them below the trials.

    Examples
    --------
    >>> table = load_printed_meta_analyses()
    >>> float(table["estimate"][0]), table["printed_estimate"][0]
    (0.86, '-0.86')
    """
    printed = load_dataset("meta_analyses")
    studies = name_studies()
    estimate, low, high = (
        printed[name].astype(float) for name in ("estimate", "ci_low", "ci_high")
    )
    return pd.DataFrame(
        {
            "study": [studies.get(source, source) for source in printed["source"]],
            "measure": printed["measure"],
            "comparison": printed["comparison"],
            "controlled": printed["comparison"].str.contains("placebo"),
            "trials": printed["trials"].astype(float),
            "participants": printed["participants"].astype(float),
            "estimate": -estimate,
            "conf_low": -high,
            "conf_high": -low,
            "i_squared": printed["i2_percent"].astype(float) / 100,
            "printed_estimate": printed["estimate"],
            "printed_low": printed["ci_low"],
            "printed_high": printed["ci_high"],
            "note": printed["note"].fillna("").replace(studies, regex=True),
            "source": printed["source"],
            "status": printed["status"].astype(str),
        }
    )
