"""Re-analysis helpers for low-dose naltrexone (LDN) in fibromyalgia pain.

Load the tables, fit the lines, draw Fig. 1 and Fig. 2; every figure gives its numbers.
Importing the package loads nothing heavy: each name brings its module when first used.
"""

from importlib import import_module

_HOMES = {
    "core.line": (
        "LineSums",
        "solve_line",
        "sum_line",
    ),
    "core.intervals": ("wilson_interval",),
    "core.columns": ("Columns",),
    "core.wording": ("say",),
    "core.versions": ("list_versions",),
    "core.export": (
        "save_figure",
        "show",
    ),
    "core.notebook": (
        "prepare_notebook",
        "show_table",
    ),
    "data.tables": (
        "list_datasets",
        "load_codebook",
        "load_dataset",
        "use_data",
    ),
    "data.problems": ("DataError",),
    "data.reading": ("read_table",),
    "data.diaries": ("summarise_diaries",),
    "data.assumptions": (
        "Assumptions",
        "CalibrationError",
    ),
    "data.simulated_people": ("simulate_illustrative_trials",),
    "data.calibration": ("check_calibration",),
    "data.figures": ("plot_diary",),
    "lines.regression": ("fit_line",),
    "lines.group_lines": ("fit_lines",),
    "lines.optimism": ("correct_optimism",),
    "lines.figures_optimism": ("plot_optimism",),
    "lines.moved_point": ("move_point",),
    "lines.figures_moved_point": ("plot_moved_point",),
    "lines.figure_2": (
        "plot_esr_pain",
        "plot_line",
    ),
    "lines.leave_one_out": ("leave_one_out",),
    "lines.checks": ("check_line",),
    "lines.robust": ("compare_lines",),
    "lines.bootstrap": (
        "bootstrap_line",
        "exact_bootstrap_line",
    ),
    "lines.permutation": ("permute_line",),
    "lines.group_means": ("compare_groups",),
    "lines.group_slopes": ("compare_group_slopes",),
    "lines.figures_groups": ("plot_groups",),
    "lines.figures_checks": ("plot_checks",),
    "lines.figures_refits": (
        "plot_bootstrap",
        "plot_leave_one_out",
        "plot_lines",
        "plot_permutation",
    ),
    "crossover.slopes": ("compare_slopes",),
    "crossover.two_period": ("fit_crossover",),
    "crossover.diary_model": ("fit_diary_model",),
    "crossover.responders": ("compare_responders",),
    "crossover.responder_curve": ("summarise_responder_curve",),
    "crossover.agreement": ("compare_improvement",),
    "crossover.improvement": ("summarise_improvement",),
    "crossover.means": ("compare_means",),
    "crossover.figure_1": ("plot_improvement",),
    "crossover.figures_means": ("plot_mean_difference",),
    "crossover.figures": (
        "plot_crossover",
        "plot_improvement_agreement",
        "plot_responder_curve",
        "plot_slope_difference",
    ),
    "small_samples.design_errors": ("compute_design_errors",),
    "small_samples.true_r_squared": ("infer_true_r_squared",),
    "small_samples.regression_to_mean": (
        "simulate_coupling",
        "simulate_selection",
    ),
    "small_samples.change_scores": ("compare_change_scores",),
    "small_samples.multiple_tests": (
        "adjust_p_values",
        "simulate_multiple_tests",
    ),
    "small_samples.truth": (
        "TrialTruth",
        "estimate_truth",
    ),
    "small_samples.trials": ("simulate_trials",),
    "small_samples.power": (
        "compute_power_exact",
        "summarise_power",
    ),
    "small_samples.sample_size": ("find_sample_size",),
    "small_samples.figures_power": (
        "plot_estimates",
        "plot_power",
    ),
    "small_samples.line_fan": ("simulate_lines",),
    "small_samples.figures_line_fan": ("plot_line_fan",),
    "small_samples.figures_design": (
        "plot_true_r_squared",
        "plot_winners_curve",
    ),
    "small_samples.figures_regression_to_mean": (
        "plot_coupling",
        "plot_selection",
    ),
    "small_samples.figures_change_scores": ("plot_change_scores",),
    "small_samples.figures_multiple_tests": ("plot_multiple_tests",),
    "audit.counts": (
        "check_count",
        "check_mean",
        "check_share",
        "check_sum",
    ),
    "audit.summaries": (
        "check_standardised_difference",
        "check_summary",
        "check_total_mean",
    ),
    "audit.p_values": ("check_p_from_statistic",),
    "audit.degrees": (
        "check_degrees_of_freedom",
        "check_unit_of_analysis",
    ),
    "audit.multiple_p": (
        "check_false_discovery",
        "check_threshold",
    ),
    "audit.correlations": (
        "check_correlations",
        "check_r_squared",
        "compute_r_from_values",
    ),
    "audit.intervals": (
        "check_interval_symmetry",
        "check_interval_width",
        "check_p_from_interval",
    ),
    "audit.paired_shares": ("check_paired_shares",),
    "audit.derived": (
        "compute_r_interval",
        "compute_sd_from_p",
        "compute_se_from_interval",
    ),
    "audit.published": ("audit_published",),
    "audit.figures": (
        "plot_audit",
        "plot_correlations",
        "plot_degrees_of_freedom",
        "plot_false_discovery",
        "plot_possible_counts",
    ),
    "evidence.effects": ("standardise_trials",),
    "evidence.meta_analyses": ("load_printed_meta_analyses",),
    "evidence.pooling": ("pool_effects",),
    "evidence.bayes": ("pool_effects_bayes",),
    "evidence.series": (
        "cumulate_trials",
        "leave_one_trial_out",
        "vary_assumptions",
    ),
    "evidence.responders": ("compare_trial_responders",),
    "evidence.equivalence": ("check_equivalence",),
    "evidence.credibility": (
        "analyse_credibility",
        "combine_with_prior",
    ),
    "evidence.figures": (
        "plot_cumulative",
        "plot_funnel",
        "plot_precision",
        "plot_prior",
    ),
    "evidence.forest": ("plot_forest",),
    "multiverse.specifications": ("build_specifications",),
    "multiverse.fit": ("fit_multiverse",),
    "multiverse.permutation": ("permute_multiverse",),
    "multiverse.plan": ("register_plan",),
    "multiverse.figures": (
        "plot_joint_test",
        "plot_specification_curve",
    ),
    "report.report": ("build_report",),
    "teaching.esr_worlds": ("vary_esr_correlation",),
    "teaching.widgets": (
        "explore_esr_correlation",
        "explore_line_fan",
        "explore_moved_point",
        "explore_multiverse",
        "explore_small_samples",
    ),
    "teaching.check": (
        "check",
        "progress",
    ),
    "teaching.predict": (
        "predict",
        "reveal",
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
