"""Re-analysis helpers for low-dose naltrexone (LDN) in fibromyalgia pain.

Load the tables, fit the lines, draw Fig. 1 and Fig. 2; every figure gives its numbers.
Importing the package loads nothing heavy: each name brings its module when first used.
"""

from importlib import import_module

_HOMES = {
    "data": ("list_datasets", "load_codebook", "load_dataset"),
    "reading": ("DataError", "check_table", "read_table"),
    "diaries": ("summarise_diaries",),
    "illustrative": ("Assumptions", "CalibrationError", "simulate_illustrative_trials"),
    "calibration": ("check_calibration",),
    "line": ("Line", "LineSums", "solve_line", "sum_line"),
    "regression": ("LineFit", "LineFits", "fit_line", "fit_lines"),
    "proportions": ("ImprovementSummary", "summarise_improvement", "wilson_interval"),
    "trial_truth": ("TrialTruth", "estimate_truth"),
    "simulation": ("SimulatedTrials", "simulate_trials"),
    "power": (
        "PowerCurve",
        "SampleSize",
        "compute_power_exact",
        "find_sample_size",
        "summarise_power",
    ),
    "figures_power": ("plot_estimates", "plot_power"),
    "versions": ("list_versions",),
    "figures": (
        "new_figure",
        "plot_diary",
        "plot_esr_pain",
        "plot_improvement",
        "plot_line",
        "save_figure",
        "show",
    ),
    "exercises": ("Verdict", "check"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str):
    if name == "__version__":
        from importlib.metadata import version

        return version("ldn-analysis")
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME_OF[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
