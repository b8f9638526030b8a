"""Re-analysis helpers for low-dose naltrexone (LDN) in fibromyalgia pain.

Load the tables, fit the lines, draw Fig. 1 and Fig. 2; every figure gives its numbers.
Importing the package loads nothing heavy: each name brings its module when first used.
"""

from importlib import import_module

_HOMES = {
    "data.tables": ("list_datasets", "load_codebook", "load_dataset", "use_data"),
    "data.reading": ("DataError", "read_table"),
    "data.checking": ("check_table",),
    "data.diaries": ("fill_missed_days", "summarise_diaries"),
    "data.assumptions": ("Assumptions", "CalibrationError"),
    "data.simulated_people": ("simulate_illustrative_trials",),
    "data.calibration": ("check_calibration",),
    "core.line": ("Line", "LineSums", "solve_line", "sum_line"),
    "lines.regression": ("LineFit", "LineFits", "fit_line", "fit_lines"),
    "crossover.paired_reml": ("TwoStrata", "solve_two_strata"),
    "crossover.slopes": ("SlopeComparison", "compare_slopes"),
    "crossover.two_period": ("CrossoverFit", "fit_crossover"),
    "crossover.diary_model": ("DiaryFit", "fit_diary_model"),
    "crossover.responders": (
        "ResponderComparison",
        "ResponderCurve",
        "compare_responders",
        "summarise_responder_curve",
    ),
    "crossover.agreement": ("ImprovementAgreement", "compare_improvement"),
    "crossover.improvement": ("ImprovementSummary", "summarise_improvement", "wilson_interval"),
    "small_samples.design_errors": (
        "DesignErrors",
        "TrueRSquared",
        "compute_design_errors",
        "infer_true_r_squared",
    ),
    "lines.optimism": ("Optimism", "correct_optimism"),
    "small_samples.regression_to_mean": (
        "CouplingResult",
        "SelectionResult",
        "simulate_coupling",
        "simulate_selection",
    ),
    "small_samples.change_scores": ("ChangeScores", "compare_change_scores"),
    "small_samples.multiple_tests": ("LooksResult", "adjust_p_values", "simulate_looks"),
    "crossover.pairing": ("MeanComparison", "compare_means"),
    "report.report": ("build_report",),
    "data.template": ("write_template",),
    "core.result": ("say",),
    "data.printed": ("AuditCheck", "Derivation", "Printed", "read_printed"),
    "audit.counts": ("check_mean", "check_share", "check_sum"),
    "audit.p_values": ("check_p_from_statistic",),
    "audit.intervals": ("check_interval_symmetry", "check_p_from_interval"),
    "audit.paired_shares": ("check_paired_shares",),
    "audit.derived": ("compute_r_interval", "compute_sd_from_p", "compute_se_from_interval"),
    "audit.published": ("Audit", "audit_published"),
    "audit.figures": ("plot_audit", "plot_possible_counts"),
    "evidence.effects": ("TrialEffects", "load_printed_meta_analyses", "standardise_trials"),
    "evidence.pooling": (
        "MetaAnalysis",
        "MetaSeries",
        "cumulate_trials",
        "leave_one_trial_out",
        "pool_effects",
        "vary_assumptions",
    ),
    "evidence.credibility": (
        "CredibilityAnalysis",
        "PriorCombination",
        "analyse_credibility",
        "combine_with_prior",
    ),
    "small_samples.truth": ("TrialTruth", "estimate_truth"),
    "small_samples.trials": ("SimulatedTrials", "simulate_trials"),
    "small_samples.power": (
        "PowerCurve",
        "SampleSize",
        "compute_power_exact",
        "find_sample_size",
        "summarise_power",
    ),
    "small_samples.figures_power": ("plot_estimates", "plot_power"),
    "lines.moved_point": ("MovedPoint", "move_point"),
    "teaching.esr_worlds": ("VariedCorrelation", "vary_esr_correlation"),
    "small_samples.line_fan": ("LineFan", "simulate_lines"),
    "teaching.figures_what_if": ("plot_line_fan", "plot_moved_point"),
    "core.versions": ("list_versions",),
    "core.canvas": (
        "new_figure",
        "plot_diary",
        "plot_esr_pain",
        "plot_improvement",
        "plot_line",
        "save_figure",
        "show",
    ),
    "evidence.forest": ("plot_cumulative", "plot_forest", "plot_funnel", "plot_prior"),
    "small_samples.figures_small_samples": (
        "plot_change_scores",
        "plot_coupling",
        "plot_looks",
        "plot_optimism",
        "plot_selection",
        "plot_true_r_squared",
        "plot_winners_curve",
    ),
    "teaching.widgets": (
        "explore_esr_correlation",
        "explore_line_fan",
        "explore_moved_point",
        "explore_multiverse",
        "explore_small_samples",
    ),
    "teaching.exercise": ("Verdict", "check"),
    "crossover.figures": (
        "plot_crossover",
        "plot_improvement_agreement",
        "plot_responder_curve",
        "plot_slope_difference",
    ),
    "lines.influence": (
        "Influence",
        "LeaveOneOut",
        "compute_influence",
        "leave_one_out",
        "measure_influence",
    ),
    "lines.checks": ("LineChecks", "check_line"),
    "lines.robust": ("LineComparison", "compare_lines"),
    "lines.bootstrap": ("BootstrapLine", "bootstrap_line", "exact_bootstrap_line"),
    "lines.permutation": ("PermutationTest", "permute_line"),
    "multiverse.specifications": ("build_specifications",),
    "multiverse.fit": ("Multiverse", "fit_multiverse"),
    "multiverse.permutation": ("JointTest", "permute_multiverse"),
    "multiverse.figures": ("plot_joint_test", "plot_specification_curve"),
    "lines.figures_checks": ("plot_checks",),
    "lines.figures_refits": (
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
