"""Docstrings of the public names, by numpydoc's own validator."""

import inspect

import pytest

import ldn_analysis

validate = pytest.importorskip("numpydoc.validate").validate

CODES = {  # of numpydoc; the others are matters of taste, or held by test_api
    "GL02", "GL03", "GL05", "GL06", "GL07", "GL08", "GL09", "GL10", "SS01", "SS02", "SS04",
    "PR01", "PR02", "PR03", "PR07", "PR10", "RT01", "RT03",
}  # fmt: skip
# Still incomplete (nearly all: Returns without a description). No new name may join them.
MISSING = {
    "Assumptions.to_frame",
    "Audit.to_frame",
    "AuditCheck.to_frame",
    "CredibilityAnalysis.combine",
    "CredibilityAnalysis.to_frame",
    "CrossoverFit.to_frame",
    "Derivation.to_frame",
    "DiaryFit.to_frame",
    "ImprovementAgreement.to_frame",
    "ImprovementSummary.to_frame",
    "LeaveOneOut.to_frame",
    "LineChecks.find_points",
    "LineComparison.to_frame",
    "LineFit.describe",
    "LineFit.glance",
    "LineFit.to_frame",
    "LineFits.augment",
    "LineFits.glance",
    "LineFits.to_frame",
    "MeanComparison.to_frame",
    "MetaAnalysis.augment",
    "MetaAnalysis.describe",
    "MetaAnalysis.glance",
    "MetaAnalysis.prediction_interval",
    "MetaAnalysis.tau_squared_interval",
    "MetaAnalysis.to_frame",
    "Multiverse.find",
    "Multiverse.glance",
    "Multiverse.summarise_choices",
    "Multiverse.to_frame",
    "PowerCurve.compare_exact",
    "PriorCombination.probability_above",
    "PriorCombination.to_frame",
    "ResponderComparison.describe_number_needed",
    "ResponderComparison.to_frame",
    "ResponderCurve.to_frame",
    "SlopeComparison.glance",
    "SlopeComparison.to_frame",
    "TrialEffects.to_frame",
    "TrialTruth.find_slope",
    "TrialTruth.value_of",
    "TrialTruth.with_effect",
    "TrueRSquared.to_frame",
    "analyse_credibility",
    "audit_published",
    "check_sum",
    "combine_with_prior",
    "compare_change_scores",
    "compare_means",
    "compare_responders",
    "compare_slopes",
    "compute_design_errors",
    "compute_power_exact",
    "correct_optimism",
    "estimate_truth",
    "find_sample_size",
    "fit_crossover",
    "fit_diary_model",
    "fit_lines",
    "fit_multiverse",
    "infer_true_r_squared",
    "leave_one_out",
    "move_point",
    "permute_multiverse",
    "plot_audit",
    "plot_bootstrap",
    "plot_change_scores",
    "plot_checks",
    "plot_coupling",
    "plot_crossover",
    "plot_cumulative",
    "plot_diary",
    "plot_esr_pain",
    "plot_estimates",
    "plot_funnel",
    "plot_improvement",
    "plot_improvement_agreement",
    "plot_joint_test",
    "plot_leave_one_out",
    "plot_line",
    "plot_line_fan",
    "plot_lines",
    "plot_looks",
    "plot_moved_point",
    "plot_optimism",
    "plot_permutation",
    "plot_possible_counts",
    "plot_power",
    "plot_prior",
    "plot_responder_curve",
    "plot_selection",
    "plot_slope_difference",
    "plot_specification_curve",
    "plot_true_r_squared",
    "plot_winners_curve",
    "pool_effects",
    "read_printed",
    "simulate_coupling",
    "simulate_lines",
    "simulate_looks",
    "simulate_selection",
    "standardise_trials",
    "summarise_improvement",
    "summarise_responder_curve",
    "vary_assumptions",
    "vary_esr_correlation",
}


def list_public():
    """Functions, classes and their own public methods, by dotted name."""
    for name in ldn_analysis.__all__:
        item = getattr(ldn_analysis, name)
        yield name
        if inspect.isclass(item):
            for part, method in vars(item).items():
                if inspect.isfunction(getattr(method, "__func__", method)) and part[0] != "_":
                    yield f"{name}.{part}"


def find_faults(name):
    """Codes and messages; the fields of a class stand in its own words, not as parameters."""
    is_class = inspect.isclass(getattr(ldn_analysis, name, None))
    codes = CODES - {"PR01"} if is_class else CODES
    found = validate(f"ldn_analysis.{name}")["errors"]
    return [(code, message) for code, message in found if code in codes]


@pytest.mark.parametrize("name", list(list_public()))
def test_docstring_is_complete(name):
    faults = find_faults(name)
    assert not faults or name in MISSING, faults
