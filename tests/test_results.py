"""What every result promises, tried on one example of each class.

A new result class enters EXAMPLES below; what a table holds beyond the glossary and the data's own
columns enters MORE_COLUMNS.
"""

import dataclasses
import inspect
import pkgutil
import re
from functools import cache
from importlib import import_module

import numpy as np
import pandas as pd
import pytest

import ldn_analysis as ldn
from ldn_analysis.core.result import GLOSSARY, Interval, Result
from ldn_analysis.core.wording import format_interval


@cache
def change():
    return ldn.load_dataset("esr_pain_change")


@cache
def crossover():
    participants = ldn.load_dataset("participants")[["participant", "sequence"]]
    return change().query("trial == 'crossover'").merge(participants)


@cache
def line():
    data = change().query("condition == 'ldn'")
    return ldn.fit_line(data, predictor="esr_mm_h", outcome="pain_reduction_percent")


@cache
def multiverse():
    grid = {"model": ["OLS"], "participants": ["both trials"], "adjusted_for": ["nothing"]}
    participants = ldn.load_dataset("participants")
    return ldn.fit_multiverse(ldn.load_dataset("daily_pain"), participants, grid=grid)


def diary():
    participants = ldn.load_dataset("participants").query("trial == 'crossover' and analysed")
    days = ldn.load_dataset("daily_pain").query("day % 4 == 0")
    return ldn.fit_diary_model(days, participants, slopes=())


def agreement():
    pain = change().query("trial == 'crossover' and condition == 'ldn'")
    return ldn.compare_improvement(ldn.load_dataset("improvement"), pain, missing="drop")


def truth():
    return ldn.TrialTruth(slope_ldn=1.0, mean_ldn=10.0)


def two_trials():
    """The trials as independent groups: who was in one was not in the other."""
    data = change().query("condition == 'ldn'")
    return {"data": data, "outcome": "pain_reduction_percent", "by": "trial"}


FROM_ILLUSTRATIVE_DATA = {  # class: how to make one, cheaply
    "BootstrapLine": lambda: ldn.bootstrap_line(line(), rng=1, n_resamples=500),
    "CrossoverFit": lambda: ldn.fit_crossover(crossover()),
    "DiaryFit": diary,
    "GroupComparison": lambda: ldn.compare_groups(**two_trials(), covariate="baseline_pain_0_100"),
    "GroupSlopes": lambda: ldn.compare_group_slopes(**two_trials(), predictor="esr_mm_h"),
    "ImprovementAgreement": agreement,
    "ImprovementSummary": lambda: ldn.summarise_improvement(ldn.load_dataset("improvement")),
    "JointTest": lambda: ldn.permute_multiverse(multiverse(), rng=9, n_permutations=20),
    "LeaveOneOut": lambda: ldn.leave_one_out(line()),
    "LineChecks": lambda: ldn.check_line(line()),
    "LineComparison": lambda: ldn.compare_lines(line()),
    "LineFit": line,
    "LineFits": lambda: ldn.fit_lines(change()),
    "MeanComparison": lambda: ldn.compare_means(crossover()),
    "MovedPoint": lambda: ldn.move_point(line(), line().data["participant"].iloc[0], x=40, y=2.5),
    "Multiverse": multiverse,
    "Optimism": lambda: ldn.correct_optimism(line(), rng=1, n_resamples=500),
    "PermutationTest": lambda: ldn.permute_line(line(), rng=1, n_permutations=500),
    "ResponderComparison": lambda: ldn.compare_responders(crossover(), threshold=30),
    "ResponderCurve": lambda: ldn.summarise_responder_curve(crossover(), thresholds=[30, 50]),
    "SlopeComparison": lambda: ldn.compare_slopes(change()),
    "VariedCorrelation": lambda: ldn.vary_esr_correlation(change(), crossover_esr_r=(0.0, 0.0)),
}
FROM_NUMBERS = {
    "Audit": lambda: ldn.audit_published(),
    "AuditCheck": lambda: ldn.check_mean("5.19", 28),
    "BayesMetaAnalysis": lambda: ldn.pool_effects_bayes(ldn.standardise_trials()),
    "ChangeScores": lambda: ldn.compare_change_scores(
        effect=8, retest_r=0.4, baseline=(50, 12), n_trials=200, rng=1
    ),
    "CouplingResult": lambda: ldn.simulate_coupling(retest_r=0.5, n_trials=200, rng=1),
    "CredibilityAnalysis": lambda: ldn.analyse_credibility(interval=(1.0, 4.0)),
    "Derivation": lambda: ldn.compute_r_interval(r_squared="> 0.80", n=10),
    "DesignErrors": lambda: ldn.compute_design_errors(2, 8.1),
    "EquivalenceTest": lambda: ldn.check_equivalence(0.2, 0.3, margin=1.0, n_obs=195),
    "LineFan": lambda: ldn.simulate_lines(truth(), n_people=10, rng=1, n_lines=200),
    "MultipleTesting": lambda: ldn.simulate_multiple_tests(
        n_people=28, correlation=0.0, n_trials=200, rng=1
    ),
    "MetaAnalysis": lambda: ldn.pool_effects(ldn.standardise_trials()),
    "MetaSeries": lambda: ldn.cumulate_trials(ldn.standardise_trials()),
    "PowerCurve": lambda: ldn.summarise_power(
        truth(), n_people=[10, 40], effects=[0.0, 1.0], n_trials=200, rng=1
    ),
    "NormalPosterior": lambda: ldn.combine_with_prior(2.0, 1.0, prior_sd=1.0),
    "SampleSize": lambda: ldn.find_sample_size(
        truth(), estimand="mean_difference", n_trials=500, rng=1
    ),
    "SelectionResult": lambda: ldn.simulate_selection(
        cutoff=60, reliability=0.6, baseline=(50, 10), n_trials=200, rng=1
    ),
    "SimulatedTrials": lambda: ldn.simulate_trials(truth(), n_people=28, n_trials=200, rng=1),
    "TrialEffects": lambda: ldn.standardise_trials(),
    "TrialResponders": lambda: ldn.compare_trial_responders(),
    "TrueRSquared": lambda: ldn.infer_true_r_squared(n_obs=12, threshold=0.5),
}
EXAMPLES = FROM_ILLUSTRATIVE_DATA | FROM_NUMBERS
MADE = {name: cache(make) for name, make in EXAMPLES.items()}
each_result = pytest.mark.parametrize("name", EXAMPLES)

MORE_COLUMNS = {  # beyond the glossary and the data's own columns
    "Audit": "name topic ids check printed follows verdict words assumption comment",
    "AuditCheck": "printed reading count_low count_high rounded cut_off",
    "BayesMetaAnalysis": "probability_above_zero",
    "BootstrapLine": "bias method n_resamples n_undefined",
    "ChangeScores": "method quantity expected",
    "CouplingResult": "method quantity expected",
    "CredibilityAnalysis": "limit prior_mean prior_sd intrinsic_p_value",
    "CrossoverFit": "method n_first_sequence n_second_sequence participant_sd residual_sd "
    "log_likelihood boundary",
    "Derivation": "range_low range_high",
    "DesignErrors": "true_effect power type_s type_m mean_significant",
    "DiaryFit": "n_participants random intercept_sd condition_sd day_sd residual_sd autocorrelation n_lag_pairs "
    "log_likelihood converged boundary",
    "EquivalenceTest": "margin p_benefit p_harm",
    "GroupComparison": "method mean sd covariate_mean",
    "GroupSlopes": "method",
    "ImprovementAgreement": "method",
    "ImprovementSummary": "category count share joint_low joint_high",
    "JointTest": "null_low null_high n_extreme n_permutations",
    "LeaveOneOut": "left_out slope slope_change intercept",
    "LineChecks": "assumption check df_resid good look_at note",
    "LineComparison": "estimator method std_error_z",
    "LineFan": "n_lines",
    "LineFit": "r r_conf_low r_conf_high adj_r_squared residual_sd std_resid pred_low pred_high",
    "LineFits": "r r_conf_low r_conf_high adj_r_squared residual_sd std_resid",
    "MultipleTesting": "method quantity expected",
    "MeanComparison": "method",
    "MetaAnalysis": "n_trials method q i_squared tau_squared tau_squared_low tau_squared_high tau "
    "hartung_knapp_scale pred_low pred_high study pooled estimate_low estimate_high std_error_low "
    "std_error_high d dz small_sample_factor within_r sd raw_estimate raw_std_error "
    "raw_std_error_low raw_std_error_high assumption reason raw_scale weight_fixed weight_random "
    "parallel_n within_r_low within_r_high sd_ldn sd_placebo",
    "MetaSeries": "label added n_trials tau_squared i_squared",
    "MovedPoint": "before after",
    "Multiverse": "end_days baseline_days missed_days esr participants without model adjusted_for slope "
    "n_specifications n_pruned median lowest highest above_zero below_zero",
    "Optimism": "n_resamples n_undefined meaning",
    "PermutationTest": "alternative p_conf_low p_conf_high n_extreme n_permutations exact",
    "PowerCurve": "effect n_people power power_low power_high n_trials n_undefined",
    "NormalPosterior": "probability_above_zero",
    "ResponderComparison": "method",
    "ResponderCurve": "threshold share_first share_second",
    "SampleSize": "n_people power power_low power_high n_trials n_undefined",
    "SelectionResult": "method quantity expected",
    "SimulatedTrials": "true_value bias bias_mc_std_error std_error_mc_std_error mean_std_error "
    "mean_std_error_mc_std_error power power_mc_std_error power_low power_high coverage "
    "coverage_mc_std_error significant_size significant_size_mc_std_error wrong_sign "
    "wrong_sign_mc_std_error n_trials n_undefined",
    "SlopeComparison": "method primary why slope_first slope_second p_value_first p_value_second "
    "boundary",
    "TrialEffects": "study pooled estimate_low estimate_high std_error_low std_error_high d dz "
    "small_sample_factor within_r sd raw_estimate raw_std_error raw_std_error_low "
    "raw_std_error_high assumption reason raw_scale parallel_n within_r_low within_r_high sd_ldn "
    "sd_placebo",
    "TrialResponders": "share_ldn share_placebo",
    "TrueRSquared": "threshold",
    "VariedCorrelation": "target achieved met",
}
# From an estimate and its error alone, or a list of checks: nothing was counted.
WITHOUT_N = {"Audit", "CredibilityAnalysis", "DesignErrors", "NormalPosterior"}
# The sentence names a range, counts or a Monte Carlo error, not an interval of each row.
WITHOUT_INTERVAL = {"ImprovementSummary", "LeaveOneOut", "PowerCurve", "ResponderCurve", "SampleSize",
                    "SimulatedTrials"}  # fmt: skip
# Rows of two keys, or of a number: read the table, or ask one of its parts.
NUMBERED_ROWS = {"ResponderCurve": "threshold"}  # a number of this column names a row
ROWS_WITHOUT_NAME = {"LineFits", "Multiverse"}
LEVELS = {  # trials are counted at these levels; an analysis of one interval has its own
    "CredibilityAnalysis": (), "PowerCurve": (0.9, 0.99), "SampleSize": (0.9, 0.99),
    "SimulatedTrials": (0.9, 0.99),
}  # fmt: skip
WITH_UNIT = {  # the estimate has the unit of the outcome
    "BootstrapLine", "CrossoverFit", "DiaryFit", "GroupComparison", "GroupSlopes", "LineComparison", "LineFit", "LineFits",
    "MeanComparison", "ResponderComparison", "SlopeComparison",
}  # fmt: skip


@pytest.fixture
def result(name):
    """The example."""
    return MADE[name]()


def list_result_classes():
    """Every subclass of Result that a module of the package makes public."""
    found = {}
    for info in pkgutil.walk_packages(ldn.__path__, "ldn_analysis."):
        if info.ispkg or info.name.endswith("__main__"):
            continue
        module = import_module(info.name)
        for name in getattr(module, "__all__", []):
            item = getattr(module, name)
            if inspect.isclass(item) and issubclass(item, Result) and item is not Result:
                found[name] = item
    return found


def tables_of(result):
    """Every table that a result gives, by the name of its method."""
    names = ("to_frame", "glance", "augment", "predict")
    return {name: getattr(result, name)() for name in names if hasattr(result, name)}


@cache
def list_data_columns():
    """Names of the columns of all the project's tables."""
    tables = ldn.list_datasets()["name"]
    return {column for table in tables for column in ldn.load_codebook(table)["name"]}


def takes_level(method):
    return "confidence_level" in inspect.signature(method).parameters


def has_intervals(table):
    return {"conf_low", "conf_high"} <= set(table) and table["conf_low"].notna().any()


def test_every_result_class_has_an_example():
    assert set(list_result_classes()) == set(EXAMPLES)
    assert set(EXAMPLES) == set(MORE_COLUMNS)
    for name in EXAMPLES:
        assert type(MADE[name]()).__name__ == name


@each_result
def test_class_is_a_frozen_keyword_only_dataclass(name, result):
    item = type(result)
    assert item is list_result_classes()[name]
    assert dataclasses.is_dataclass(item)
    assert item.__dataclass_params__.frozen
    assert not item.__dataclass_params__.eq
    assert all(field.kw_only for field in dataclasses.fields(item))
    assert item.__repr__ is Result.__repr__
    assert item.__str__ is not object.__str__
    for field in dataclasses.fields(item)[:2]:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(result, field.name, None)


@each_result
def test_columns_are_those_of_the_glossary(name, result):
    data = list_data_columns()
    more = set(MORE_COLUMNS[name].split())
    tables = tables_of(result).values()
    used = set().union(*tables)
    assert used <= GLOSSARY.keys() | data | more, used - GLOSSARY.keys() - data - more
    assert more - data <= used, more - used
    for table in tables:
        assert isinstance(table, pd.DataFrame)
    for level in LEVELS.get(name, (0.5, 0.99)):  # no name depends on the level
        if takes_level(result.to_frame):
            assert list(result.to_frame(level)) == list(result.to_frame())


@each_result
def test_tables_can_be_changed_without_changing_the_result(name, result):
    result = {line: line.__wrapped__}.get(EXAMPLES[name], EXAMPLES[name])()  # nobody else's
    for method, table in tables_of(result).items():
        before = table.copy()
        table.iloc[:, 0] = table.iloc[0, 0]
        table["planted"] = 1
        pd.testing.assert_frame_equal(getattr(result, method)(), before)


@each_result
def test_text_is_one_sentence_of_words_and_numbers(result):
    text = str(result)
    assert repr(result) == text
    assert "\n" not in text
    assert "  " not in text
    assert text.endswith(".")
    assert text[0].isupper() or text[0] in "-0123456789" or text.startswith(("ldn", "r = "))
    assert not re.search(r"\bnan\b|\binf\b|-0\.0+\b(?!\d)|\d\.\d{10}|None|0x[0-9a-f]{6,}", text)


@each_result
def test_text_says_how_many(name, result):
    counted = r"n = \d|\d (people|participants)\b|simulated (trials|studies)"
    assert bool(re.search(counted, str(result))) == (name not in WITHOUT_N)


@each_result
def test_text_says_whether_data_are_illustrative(name, result):
    assert ("illustrative data" in str(result)) == (name in FROM_ILLUSTRATIVE_DATA)


@each_result
def test_text_gives_the_unit(name, result):
    if name in WITH_UNIT:
        assert re.search(r"% of baseline|percentage points|points of 0-100", str(result))


@each_result
def test_text_gives_the_interval_with_its_level(name, result):
    if has_intervals(result.to_frame()) and name not in WITHOUT_INTERVAL:
        assert re.search(r"95 % (CI|(credible |prediction )?interval)", str(result))


@each_result
def test_text_is_the_same_every_time(name, result):
    again = {line: line.__wrapped__}.get(EXAMPLES[name], EXAMPLES[name])()
    assert str(again) == str(result)
    assert again._repr_html_() == result._repr_html_()


@each_result
def test_html_has_the_sentence_and_one_table(result):
    page = result._repr_html_()
    assert page.startswith("<p>")
    assert page.count("<table") == 1
    assert not re.search(r"0x[0-9a-f]{6,}|/home|/tmp|\d\d:\d\d", page)  # no address, no clock


@each_result
def test_html_escapes_what_comes_from_outside(result, monkeypatch):
    planted = pd.DataFrame({"<b>": ["<i>", "&"]})
    monkeypatch.setattr(type(result), "__str__", lambda _: "<script>")
    for method in ("to_frame", "glance", "summarise_choices"):
        if hasattr(result, method):
            monkeypatch.setattr(type(result), method, lambda *_, **__: planted)
    page = result._repr_html_()
    assert "&lt;script&gt;" in page
    assert not re.search("<script>|<b>|<i>", page)


@pytest.mark.parametrize("level", [0, 1, 95, -0.1, float("nan")])
@each_result
def test_a_level_that_is_none_is_refused(result, level):
    text = f"confidence_level must lie between 0 and 1, e.g. 0.95; received {level!r}"
    methods = [getattr(result, part, None) for part in ("to_frame", "glance")]
    methods = [method for method in methods if method and takes_level(method)]
    if has_intervals(result.to_frame()) and takes_level(result.to_frame):
        methods.append(lambda given: result.confidence_interval("slope", given))
    for method in methods:
        with pytest.raises(ValueError) as caught:
            method(level)
        assert str(caught.value) == text


@each_result
def test_confidence_interval_gives_the_limits_of_the_table(name, result):
    table = result.to_frame()
    if name == "BootstrapLine":  # three methods per term; BCa unless another is asked for
        table = table[table["method"] == "bca"]
    if not has_intervals(table):
        with pytest.raises(ValueError, match="confidence_interval: "):
            result.confidence_interval("slope")
        return
    texts = table.select_dtypes(exclude=["number", "bool"]).astype("str")
    counts = texts.melt()["value"].value_counts()
    terms = [term for term in counts.index[counts == 1] if term]
    if name in NUMBERED_ROWS:
        texts = table[[NUMBERED_ROWS[name]]]
        terms = table[NUMBERED_ROWS[name]].tolist()
    if name in ROWS_WITHOUT_NAME:
        with pytest.raises(ValueError, match="confidence_interval: 'slope' names"):
            result.confidence_interval("slope")
        return
    assert terms, "no row can be named"
    for term in terms:
        row = table[texts.eq(term).any(axis=1)].iloc[0]
        interval = result.confidence_interval(term)
        assert isinstance(interval, Interval)
        np.testing.assert_array_equal(interval, row[["conf_low", "conf_high"]].astype(float))
        levels = LEVELS.get(name, (0.5, 0.99)) if takes_level(result.to_frame) else ()
        nested = [result.confidence_interval(term, level) for level in levels]
        if nested and np.isfinite(interval.high - interval.low):
            narrow, wide = nested
            assert wide.low <= narrow.low <= narrow.high <= wide.high


def test_confidence_interval_refuses_what_names_no_row():
    with pytest.raises(ValueError) as caught:
        line().confidence_interval("slop")
    assert str(caught.value) == (
        "confidence_interval: 'slop' names 0 rows of the table; choose one of: 'intercept', 'slope'"
    )
    with pytest.raises(ValueError, match="'slope' names 2 rows"):
        MADE["LineFits"]().confidence_interval("slope")
    with pytest.raises(ValueError, match="'pain' names no interval: LineChecks has none"):
        MADE["LineChecks"]().confidence_interval("pain")


def test_a_sentence_can_be_built_from_an_interval():
    interval = line().confidence_interval("slope", 0.9)
    assert f"{interval.low:.3g}" in format_interval(*interval, 0.9)


def test_html_escapes_column_names():
    data = pd.DataFrame({"<b>": [1.0, 2, 3, 5], "y&": [1.0, 2, 2, 4]})
    page = ldn.fit_line(data, predictor="<b>", outcome="y&")._repr_html_()
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
