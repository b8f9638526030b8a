"""Answers to the exercises of notebook 06, and the usual mistakes, computed from the data."""

import numpy as np

from ...data.tables import cache_until_data_change, load_dataset
from ..exercise import Exercise, Part, name_cells, name_sentence, register_exercise, register_shown
from .shared import _derive_from_p

__all__: list[str] = []


@cache_until_data_change
def _half_effect():
    """Power and errors if the truth were half, all, a quarter or three quarters of the printed one."""
    from ...small_samples.design_errors import compute_design_errors

    difference, n, derived = _derive_from_p()
    error = derived["std_error"]
    shares = np.array([0.5, 1.0, 0.25, 0.75])
    rows = compute_design_errors(shares * difference, error, df=n - 1)
    return rows.to_frame()


@register_exercise("06.1")
def _true_low() -> Exercise:
    """Lower limit of the pilot's true R squared."""
    from ...core.intervals import compute_fisher_error, compute_fisher_interval
    from ...small_samples.true_r_squared import infer_true_r_squared

    case = infer_true_r_squared()
    low, high = case.confidence_interval("true_r_squared")
    error = compute_fisher_error(case.n_obs)
    fisher, _ = compute_fisher_interval(np.sqrt(case.threshold), error)
    return Exercise(
        cell="the sentence under 'The pilot's case': `case` has the limits",
        answer=low,
        unit="proportion",
        because="a much smaller truth than what was observed is still compatible with it.",
        mistakes=[
            (float(case.to_frame()["estimate"].iloc[0]), "that is the estimate."),
            (high, "that is the upper limit."),
            (case.threshold, "that is what was observed; the truth may be lower."),
            (float(np.sqrt(low)), "that is r; square it."),
            (fisher**2, "that is Fisher's approximation; `case` has the exact limit."),
            (fisher, "that is Fisher's limit for r; ask `case` for the limit of R squared."),
        ],
    )


@register_exercise("06.2")
def _exaggeration() -> Exercise:
    """Type M error at half the printed difference."""
    half, whole, quarter, most = _half_effect().itertuples()
    return Exercise(
        cell="the table under 'The winner's curse', or `compute_design_errors` for half the difference",
        answer=float(half.type_m),
        because="only estimates far above the truth reach significance in so small a trial.",
        mistakes=[
            (float(whole.type_m), "that is if the printed difference is true."),
            (float(quarter.type_m), "that is if a quarter of the printed difference is true."),
            (float(most.type_m), "that is if three quarters of the printed difference are true."),
            (float(half.power), "that is the power: how often they are significant at all."),
            (float(half.type_s), "that is the share with the wrong sign."),
            (float(1 / half.type_m), "that is the truth in estimates; turn it round."),
            (
                float(half.mean_significant),
                "that is the mean significant estimate; divide it by the truth.",
            ),
        ],
    )


@register_exercise("06.3")
def _wrong_part() -> Exercise:
    """Which of three statements about a small trial does not fit?"""
    return Exercise(
        answer="estimate",
        because="with low power only estimates well above the truth pass p < 0.05: too large.",
        mistakes=[
            ("test", "a trial of low power can be significant; it is so less often."),
            ("power", "nothing speaks against that; what follows from low power?"),
        ],
    )


@register_exercise("06.4")
def _people_needed() -> Exercise:
    """Participants for a power of 0.8 if the true slope during LDN is half the estimate."""
    from ...small_samples.sample_size import find_sample_size
    from ...small_samples.truth import estimate_truth

    data = load_dataset("esr_pain_change")
    truth, n = estimate_truth(data), data["participant"].nunique()
    for_difference = find_sample_size(truth, estimand="slope_difference", rng=6)
    smaller = truth.with_effect("slope_ldn", truth.slope_ldn / 2)
    needed = _find_people(smaller)
    return Exercise(
        cell="`compute_power_exact` under 'Where simulation fails', put into a loop",
        answer=needed,
        because="half the slope takes about four times as many: the error falls with the root of n.",
        mistakes=[
            (needed - 1, "one participant short: the power is still below the one asked for."),
            (needed + 1, "one fewer is enough."),
            (_find_people(truth), "that is for the estimate itself; the truth may be half."),
            (_find_people(smaller, power=0.9), "that is for a power of 0.9."),
            (
                4 * _find_people(truth),
                "a good guess, four times as many; the loop finds the number.",
            ),
            (4 * n, "four times the participants at hand; their power was not 0.8."),
            (n, "those are the participants at hand; let a loop try more."),
            (2 * n, "twice the participants at hand; half a slope takes more than twice as many."),
            (for_difference.n_people, "that is for the difference of the slopes, as estimated."),
        ],
    )


def _find_people(truth, power: float = 0.8) -> int:
    """The smallest number of participants with this exact power for the slope during LDN."""
    from ...small_samples.power import compute_power_exact
    from ...small_samples.sample_size import MAX_PARTICIPANTS, double_until, halve_to_smallest

    def reaches(n: int) -> bool:
        return compute_power_exact(truth, n_people=n) >= power

    return halve_to_smallest(reaches, double_until(reaches) or MAX_PARTICIPANTS)


@register_exercise("06.5")
def _find_the_error() -> Exercise:
    """Which part of a text about the printed difference is wrong?"""
    return Exercise(
        answer="c",
        cell="the last lines under 'Conclude'",
        because="(b) and (d) hold if the truth is half; whether it is, no simulation knows.",
        mistakes=[
            ("a", "it did: look at `rct_pain_reduction_p`."),
            ("b", "that is the power at half the printed difference, under 'The winner's curse'."),
            ("d", "that is `type_m` at half the printed difference, under 'The winner's curse'."),
        ],
    )


@register_exercise("06.6")
def _write_the_curse() -> Exercise:
    """A sentence on the exaggeration if the truth were half the printed difference."""
    times = float(_half_effect()["type_m"].iloc[0])
    return Exercise(
        answer=f"If the true difference were half the printed one, the significant results of such "
        f"trials would be {times:.1f} times the true difference on average.",
        cell="the sentence under 'The winner's curse'",
        because="size, condition and average are there, and nothing is said about the truth itself.",
        parts=[
            Part(what="how many times (exercise 06.2)", number=times),
            Part(what="which results: the significant ones", pattern=r"significan|p ?<|below 0"),
            Part(what="that it is an average", pattern=r"average|mean|typical"),
            Part(what="the condition", pattern=r"\bif\b|\bwere\b|suppos|assum|provided"),
            Part(
                what="what the truth is (the trial cannot say)",
                pattern=r"proves?|the truth is|is exaggerated|was exaggerated",
                forbidden=True,
            ),
        ],
    )


@register_shown("06")
def _list_shown() -> list:
    """The numbers that notebook 06 shows."""
    from ...lines.optimism import correct_optimism
    from ...lines.regression import fit_line
    from ...small_samples.line_fan import simulate_lines
    from ...small_samples.power import compute_power_exact
    from ...small_samples.sample_size import find_sample_size
    from ...small_samples.trials import simulate_trials
    from ...small_samples.true_r_squared import infer_true_r_squared
    from ...small_samples.truth import estimate_truth

    data = load_dataset("esr_pain_change")
    truth, n = estimate_truth(data), data["participant"].nunique()
    fans = [simulate_lines(truth, n_people=size, rng=6) for size in (10, n)]
    fans.append(simulate_lines(truth.with_effect("slope_ldn", 0.0), n_people=10, rng=6))
    six = simulate_trials(truth, n_people=n, n_trials=6, rng=6, keep=True).trials("slope_ldn")
    many = simulate_trials(truth, n_people=n, n_trials=10_000, rng=6).to_frame().set_index("term")
    shown = [
        (float(value), f"`{name}` of the truth") for name, value in list(vars(truth).items())[:8]
    ]
    shown += name_cells(six, "the table of six trials")
    shown += name_cells(many, "the table of 10,000 trials")
    shown += [
        (100 * value, f"a share of {what}, in percent")
        for value, what in name_cells(many, "the table of 10,000 trials")
        if 0 <= value <= 1
    ]
    for fan in fans:
        shown += name_sentence(fan, "lines of simulated studies")
    shown += name_cells(_half_effect(), "the table under 'The winner's curse'")
    shown += name_sentence(infer_true_r_squared(), "the pilot's R squared")
    during = data[data["condition"] == "ldn"]
    for rows in (during[during["trial"] == "pilot"], during):
        fit = fit_line(rows, predictor="esr_mm_h", outcome="pain_reduction_percent")
        shown += name_sentence(correct_optimism(fit, rng=6), "the optimism of R squared")
    for share in (0.5, 1.0):
        smaller = truth.with_effect("slope_ldn", share * truth.slope_ldn)
        power = compute_power_exact(smaller, n_people=n)
        shown.append((float(round(100 * power)), "a power, in percent"))
    shown += [(value, "a share under 'Check', in percent, or its error") for value in (0.07, 95.0)]
    shown += [(float(round(10 * value)), "ten times a slope") for value in six["estimate"]]
    found = find_sample_size(truth, estimand="slope_difference", rng=6)
    return shown + name_sentence(found, "the number of participants for a difference of slopes")
