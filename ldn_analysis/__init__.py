"""Re-analysis helpers for low-dose naltrexone (LDN) in fibromyalgia pain.

Load the tables, fit the lines, draw Fig. 1 and Fig. 2; every figure gives its numbers.
Importing the package loads nothing heavy: each name brings its module when first used.
"""

from importlib import import_module

_HOMES = {
    "data": ("list_datasets", "load_codebook", "load_dataset", "use_data"),
    "reading": ("DataError", "read_table"),
    "checking": ("check_table",),
    "diaries": ("fill_missed_days", "summarise_diaries"),
    "assumptions": ("Assumptions", "CalibrationError"),
    "illustrative": ("simulate_illustrative_trials",),
    "calibration": ("check_calibration",),
    "line": ("Line", "LineSums", "solve_line", "sum_line"),
    "regression": ("LineFit", "LineFits", "fit_line", "fit_lines"),
    "two_strata": ("TwoStrata", "solve_two_strata"),
    "slopes": ("SlopeComparison", "compare_slopes"),
    "crossover": ("CrossoverFit", "fit_crossover"),
    "diary_model": ("DiaryFit", "fit_diary_model"),
    "responders": (
        "ResponderComparison",
        "ResponderCurve",
        "compare_responders",
        "summarise_responder_curve",
    ),
    "agreement": ("ImprovementAgreement", "compare_improvement"),
    "proportions": ("ImprovementSummary", "summarise_improvement", "wilson_interval"),
    "small_samples": (
        "DesignErrors",
        "TrueRSquared",
        "compute_design_errors",
        "infer_true_r_squared",
    ),
    "optimism": ("Optimism", "correct_optimism"),
    "regression_to_mean": (
        "CouplingResult",
        "SelectionResult",
        "simulate_coupling",
        "simulate_selection",
    ),
    "change_scores": ("ChangeScores", "compare_change_scores"),
    "multiplicity": ("LooksResult", "adjust_p_values", "simulate_looks"),
    "pairs": ("MeanComparison", "compare_means"),
    "report": ("build_report",),
    "template": ("write_template",),
    "results": ("say",),
    "printed": ("AuditCheck", "Derivation", "Printed", "read_printed"),
    "audit_counts": ("check_mean", "check_share", "check_sum"),
    "audit_p": ("check_p_from_statistic",),
    "audit_intervals": ("check_interval_symmetry", "check_p_from_interval"),
    "audit_pairs": ("check_paired_shares",),
    "audit_derived": ("compute_r_interval", "compute_sd_from_p", "compute_se_from_interval"),
    "audit": ("Audit", "audit_published"),
    "figures_audit": ("plot_audit", "plot_possible_counts"),
    "trial_effects": ("TrialEffects", "load_printed_meta_analyses", "standardise_trials"),
    "meta_analysis": (
        "MetaAnalysis",
        "MetaSeries",
        "cumulate_trials",
        "leave_one_trial_out",
        "pool_effects",
        "vary_assumptions",
    ),
    "credibility": (
        "CredibilityAnalysis",
        "PriorCombination",
        "analyse_credibility",
        "combine_with_prior",
    ),
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
    "moved_point": ("MovedPoint", "move_point"),
    "esr_correlation": ("VariedCorrelation", "vary_esr_correlation"),
    "line_fan": ("LineFan", "simulate_lines"),
    "figures_what_if": ("plot_line_fan", "plot_moved_point"),
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
    "figures_meta": ("plot_cumulative", "plot_forest", "plot_funnel", "plot_prior"),
    "figures_small_samples": (
        "plot_change_scores",
        "plot_coupling",
        "plot_looks",
        "plot_optimism",
        "plot_selection",
        "plot_true_r_squared",
        "plot_winners_curve",
    ),
    "widgets": (
        "explore_esr_correlation",
        "explore_line_fan",
        "explore_moved_point",
        "explore_multiverse",
        "explore_small_samples",
    ),
    "exercises": ("Verdict", "check"),
    "figures_crossover": (
        "plot_crossover",
        "plot_improvement_agreement",
        "plot_responder_curve",
        "plot_slope_difference",
    ),
    "influence": (
        "Influence",
        "LeaveOneOut",
        "compute_influence",
        "leave_one_out",
        "measure_influence",
    ),
    "diagnostics": ("LineChecks", "check_line"),
    "other_lines": ("LineComparison", "compare_lines"),
    "bootstrap": ("BootstrapLine", "bootstrap_line", "exact_bootstrap_line"),
    "permutation": ("PermutationTest", "permute_line"),
    "specifications": ("build_specifications",),
    "multiverse": ("Multiverse", "fit_multiverse"),
    "joint_test": ("JointTest", "permute_multiverse"),
    "figures_multiverse": ("plot_joint_test", "plot_specification_curve"),
    "figures_checks": ("plot_checks",),
    "figures_refits": (
        "plot_bootstrap",
        "plot_leave_one_out",
        "plot_lines",
        "plot_permutation",
    ),
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
