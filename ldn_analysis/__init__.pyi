"""Re-analysis helpers for low-dose naltrexone (LDN) in fibromyalgia pain."""

# ruff: noqa: I001  (in the order of the rooms)

from .core.line import (
    LineSums as LineSums,
    solve_line as solve_line,
    sum_line as sum_line,
)
from .core.intervals import (
    wilson_interval as wilson_interval,
)
from .core.columns import (
    Columns as Columns,
)
from .core.wording import (
    say as say,
)
from .core.versions import (
    list_versions as list_versions,
)
from .core.export import (
    save_figure as save_figure,
    show as show,
)
from .core.notebook import (
    prepare_notebook as prepare_notebook,
    show_table as show_table,
)
from .data.tables import (
    list_datasets as list_datasets,
    load_codebook as load_codebook,
    load_dataset as load_dataset,
    use_data as use_data,
)
from .data.problems import (
    DataError as DataError,
)
from .data.reading import (
    read_table as read_table,
)
from .data.diaries import (
    summarise_diaries as summarise_diaries,
)
from .data.assumptions import (
    Assumptions as Assumptions,
    CalibrationError as CalibrationError,
)
from .data.simulated_people import (
    simulate_illustrative_trials as simulate_illustrative_trials,
)
from .data.calibration import (
    check_calibration as check_calibration,
)
from .data.figures import (
    plot_diary as plot_diary,
)
from .lines.regression import (
    fit_line as fit_line,
)
from .lines.group_lines import (
    fit_lines as fit_lines,
)
from .lines.optimism import (
    correct_optimism as correct_optimism,
)
from .lines.figures_optimism import (
    plot_optimism as plot_optimism,
)
from .lines.moved_point import (
    move_point as move_point,
)
from .lines.figures_moved_point import (
    plot_moved_point as plot_moved_point,
)
from .lines.figure_2 import (
    plot_esr_pain as plot_esr_pain,
    plot_line as plot_line,
)
from .lines.leave_one_out import (
    leave_one_out as leave_one_out,
)
from .lines.checks import (
    check_line as check_line,
)
from .lines.robust import (
    compare_lines as compare_lines,
)
from .lines.bootstrap import (
    bootstrap_line as bootstrap_line,
    exact_bootstrap_line as exact_bootstrap_line,
)
from .lines.permutation import (
    permute_line as permute_line,
)
from .lines.group_means import (
    compare_groups as compare_groups,
)
from .lines.group_slopes import (
    compare_group_slopes as compare_group_slopes,
)
from .lines.figures_groups import (
    plot_groups as plot_groups,
)
from .lines.figures_checks import (
    plot_checks as plot_checks,
)
from .lines.figures_refits import (
    plot_bootstrap as plot_bootstrap,
    plot_leave_one_out as plot_leave_one_out,
    plot_lines as plot_lines,
    plot_permutation as plot_permutation,
)
from .crossover.slopes import (
    compare_slopes as compare_slopes,
)
from .crossover.two_period import (
    fit_crossover as fit_crossover,
)
from .crossover.diary_model import (
    fit_diary_model as fit_diary_model,
)
from .crossover.responders import (
    compare_responders as compare_responders,
)
from .crossover.responder_curve import (
    summarise_responder_curve as summarise_responder_curve,
)
from .crossover.agreement import (
    compare_improvement as compare_improvement,
)
from .crossover.improvement import (
    summarise_improvement as summarise_improvement,
)
from .crossover.means import (
    compare_means as compare_means,
)
from .crossover.figure_1 import (
    plot_improvement as plot_improvement,
)
from .crossover.figures_means import (
    plot_mean_difference as plot_mean_difference,
)
from .crossover.figures import (
    plot_crossover as plot_crossover,
    plot_improvement_agreement as plot_improvement_agreement,
    plot_responder_curve as plot_responder_curve,
    plot_slope_difference as plot_slope_difference,
)
from .small_samples.design_errors import (
    compute_design_errors as compute_design_errors,
)
from .small_samples.true_r_squared import (
    infer_true_r_squared as infer_true_r_squared,
)
from .small_samples.regression_to_mean import (
    simulate_coupling as simulate_coupling,
    simulate_selection as simulate_selection,
)
from .small_samples.change_scores import (
    compare_change_scores as compare_change_scores,
)
from .small_samples.multiple_tests import (
    adjust_p_values as adjust_p_values,
    simulate_multiple_tests as simulate_multiple_tests,
)
from .small_samples.truth import (
    TrialTruth as TrialTruth,
    estimate_truth as estimate_truth,
)
from .small_samples.trials import (
    simulate_trials as simulate_trials,
)
from .small_samples.power import (
    compute_power_exact as compute_power_exact,
    summarise_power as summarise_power,
)
from .small_samples.sample_size import (
    find_sample_size as find_sample_size,
)
from .small_samples.figures_power import (
    plot_estimates as plot_estimates,
    plot_power as plot_power,
)
from .small_samples.line_fan import (
    simulate_lines as simulate_lines,
)
from .small_samples.figures_line_fan import (
    plot_line_fan as plot_line_fan,
)
from .small_samples.figures_design import (
    plot_true_r_squared as plot_true_r_squared,
    plot_winners_curve as plot_winners_curve,
)
from .small_samples.figures_regression_to_mean import (
    plot_coupling as plot_coupling,
    plot_selection as plot_selection,
)
from .small_samples.figures_change_scores import (
    plot_change_scores as plot_change_scores,
)
from .small_samples.figures_multiple_tests import (
    plot_multiple_tests as plot_multiple_tests,
)
from .audit.counts import (
    check_count as check_count,
    check_mean as check_mean,
    check_share as check_share,
    check_sum as check_sum,
)
from .audit.summaries import (
    check_standardised_difference as check_standardised_difference,
    check_summary as check_summary,
    check_total_mean as check_total_mean,
)
from .audit.p_values import (
    check_p_from_statistic as check_p_from_statistic,
)
from .audit.degrees import (
    check_degrees_of_freedom as check_degrees_of_freedom,
    check_unit_of_analysis as check_unit_of_analysis,
)
from .audit.multiple_p import (
    check_false_discovery as check_false_discovery,
    check_threshold as check_threshold,
)
from .audit.correlations import (
    check_correlations as check_correlations,
    check_r_squared as check_r_squared,
    compute_r_from_values as compute_r_from_values,
)
from .audit.intervals import (
    check_interval_symmetry as check_interval_symmetry,
    check_interval_width as check_interval_width,
    check_p_from_interval as check_p_from_interval,
)
from .audit.paired_shares import (
    check_paired_shares as check_paired_shares,
)
from .audit.derived import (
    compute_r_interval as compute_r_interval,
    compute_sd_from_p as compute_sd_from_p,
    compute_se_from_interval as compute_se_from_interval,
)
from .audit.published import (
    audit_published as audit_published,
)
from .audit.figures import (
    plot_audit as plot_audit,
    plot_correlations as plot_correlations,
    plot_degrees_of_freedom as plot_degrees_of_freedom,
    plot_false_discovery as plot_false_discovery,
    plot_possible_counts as plot_possible_counts,
)
from .evidence.effects import (
    standardise_trials as standardise_trials,
)
from .evidence.meta_analyses import (
    load_printed_meta_analyses as load_printed_meta_analyses,
)
from .evidence.pooling import (
    pool_effects as pool_effects,
)
from .evidence.bayes import (
    pool_effects_bayes as pool_effects_bayes,
)
from .evidence.series import (
    cumulate_trials as cumulate_trials,
    leave_one_trial_out as leave_one_trial_out,
    vary_assumptions as vary_assumptions,
)
from .evidence.responders import (
    compare_trial_responders as compare_trial_responders,
)
from .evidence.equivalence import (
    check_equivalence as check_equivalence,
)
from .evidence.credibility import (
    analyse_credibility as analyse_credibility,
    combine_with_prior as combine_with_prior,
)
from .evidence.figures import (
    plot_cumulative as plot_cumulative,
    plot_funnel as plot_funnel,
    plot_precision as plot_precision,
    plot_prior as plot_prior,
)
from .evidence.forest import (
    plot_forest as plot_forest,
)
from .multiverse.specifications import (
    build_specifications as build_specifications,
)
from .multiverse.fit import (
    fit_multiverse as fit_multiverse,
)
from .multiverse.permutation import (
    permute_multiverse as permute_multiverse,
)
from .multiverse.plan import (
    register_plan as register_plan,
)
from .multiverse.figures import (
    plot_joint_test as plot_joint_test,
    plot_specification_curve as plot_specification_curve,
)
from .report.report import (
    build_report as build_report,
)
from .teaching.esr_worlds import (
    vary_esr_correlation as vary_esr_correlation,
)
from .teaching.widgets import (
    explore_esr_correlation as explore_esr_correlation,
    explore_line_fan as explore_line_fan,
    explore_moved_point as explore_moved_point,
    explore_multiverse as explore_multiverse,
    explore_small_samples as explore_small_samples,
)
from .teaching.check import (
    check as check,
    progress as progress,
)
from .teaching.predict import (
    predict as predict,
    reveal as reveal,
)

__version__: str
