"""What the answers to more than one notebook need."""

from ...data.tables import cache_until_data_change, load_dataset

__all__: list[str] = []


@cache_until_data_change
def _printed() -> dict[str, str]:
    """Printed values by id, as text."""
    return load_dataset("published_values").set_index("id")["value"].to_dict()


@cache_until_data_change
def _derive_from_p():
    """Difference of the crossover trial, n, and what its printed p gives, by term."""
    from ...audit.derived import compute_sd_from_p

    printed = _printed()
    n = int(printed["rct_analysed"])
    ldn, placebo = (float(printed[f"rct_pain_reduction_{name}"]) for name in ("ldn", "placebo"))
    text = f"{ldn - placebo:.1f}"
    table = compute_sd_from_p(printed["rct_pain_reduction_p"], n=n, difference=text).to_frame()
    return ldn - placebo, n, table.set_index("term")["estimate"]


@cache_until_data_change
def _fits():
    """The two panes of Fig. 2."""
    from ...lines.group_lines import fit_lines

    return fit_lines(load_dataset("esr_pain_change"))
