"""Do the illustrative data reproduce every number that was printed?"""

import numpy as np
import pandas as pd
from scipy.special import chdtrc, stdtr

from ..core.intervals import compute_paired_p, compute_quantile
from .assumptions import Assumptions
from .diaries import summarise_diaries
from .printed import read_printed
from .tables import load_dataset

__all__ = ["check_calibration"]

_NO_VISIT = "laboratory visits are not simulated"
_NOT_AN_INTERVAL = "read as a 95 % interval it needs an SD that nobody's percent changes have"
_COUNTS_INSTEAD = "contradicts the registry's counts, which are met"
# Printed values of the two trials that the illustrative tables do not hold, and why.
NOT_SIMULATED = {
    "review_usual_dose_mg": "a dose, not a property of the participants simulated",
    "pilot_recruited": "the two who were excluded from all analyses are not simulated",
    "pilot_esr_exclusion": "a rule of admission; the ten published values keep it",
    "pilot_alpha": "a rule of the paper's analysis",
    "pilot_n_tests": "a rule of the paper's analysis",
    "registry_screened": "those before the trial are not simulated",
    "registry_enrolment": "those before the trial are not simulated",
    "rct_women": "everybody simulated is a woman; no column says so",
    "rct_severity_F": "belongs to a repeated-measures model that the report does not describe",
    "rct_severity_p": "belongs to the same undescribed model",
    "rct_vivid_dreams_ldn": _COUNTS_INSTEAD,
    "rct_vivid_dreams_placebo": _COUNTS_INSTEAD,
    "rct_headache_ldn": _COUNTS_INSTEAD,
    "rct_headache_placebo": _COUNTS_INSTEAD,
    "rct_pressure_ldn": _NO_VISIT,
    "rct_pressure_placebo": _NO_VISIT,
    "rct_heat_ldn": _NO_VISIT,
    "rct_heat_placebo": _NO_VISIT,
}
NOT_INTERVALS = ("rct_sleep_ldn", "rct_sleep_placebo", "rct_fatigue_ldn", "rct_fatigue_placebo")
OTHER_SOURCES = ("dworkin2008", "farrar2001")  # thresholds, not results of the trials
BASELINE = {  # columns of pilot_baseline and what participants calls them
    "age_years": "age_years",
    "illness_years": "fibromyalgia_years",
    "bmi_kg_m2": "bmi_kg_m2",
    "fiq_0_100": "fiq_0_100",
    "esr_mm_h": "esr_mm_h",
}
ROUGHLY_DAYS = 3.5  # "roughly" 28 days is to the nearest week
_PAIRED = "a paired t test is our reading; the test was not stated"


def check_calibration(tables: dict | None = None, *, assumptions=None) -> pd.DataFrame:
    """Compare the illustrative data with every printed number of the two trials.

    The pilot's F tests and contrasts (table printed_tests) belong to mixed models of ratings
    that were not printed; they are not listed, but for the p value of the primary contrast.

    Parameters
    ----------
    tables : dict of DataFrame, optional
        What `simulate_illustrative_trials` returns. Default: the tables of the project.
    assumptions : Assumptions, optional
        Gives the cut-offs that were not printed. Default: `Assumptions()`.

    Returns
    -------
    DataFrame
        One row per printed number: id (of published_values; _sd, _ci_low and _ci_high for an SD
        and the limits of an interval; baseline_ and event_ for the other two tables), quantity,
        group, relation, target (as printed), achieved, unit, status, source, met ("yes", "no",
        "not simulated", "impossible") and note. Met means: the achieved value, rounded as
        the printed one is, equals it (or stands in the printed relation to it). Impossible
        means: no data have this number together with the others; the note says which they
        can have.

    See Also
    --------
    simulate_illustrative_trials : Draws the tables that it checks.

    Examples
    --------
    >>> report = check_calibration()
    >>> sorted(report["met"].unique())
    ['impossible', 'not simulated', 'yes']
    """
    if tables is None:
        names = ("participants", "daily_pain", "improvement", "esr_pain_change")
        tables = {name: load_dataset(name) for name in names}
    assumptions = assumptions or Assumptions()
    summaries = _Summaries(tables, assumptions)
    achieved = summaries.achieve_pilot() | summaries.achieve_crossover()
    notes, impossible = summaries.write_notes(), _find_impossible()
    rows = []
    for row in _list_targets().itertuples():
        if row.reason:
            value, met, note = np.nan, "not simulated", row.reason
        else:
            value, note = achieved[row.id], notes.get(row.id, "")
            met = "yes" if _agrees_here(row, value) else "no"
        if row.id in impossible and met == "no":
            met, note = "impossible", impossible[row.id]
        rows.append((*row[1:6], value, *row[6:9], met, note))
    columns = ["id", "quantity", "group", "relation", "target", "achieved", "unit"]
    return pd.DataFrame(rows, columns=[*columns, "status", "source", "met", "note"])


def agrees(value: float, relation: str, printed: str) -> bool:
    """Whether a number prints as the target does, or stands in its relation."""
    target = read_printed(printed)
    if relation in (">", ">="):
        return bool(value > target.value if relation == ">" else value >= target.value)
    low, high = map(float, target.rounded)
    return bool(low <= value <= high)


def _agrees_here(row, value: float) -> bool:
    """`agrees`, with the exceptions that two numbers of the pilot need."""
    if row.id == "pilot_time_to_peak":
        return abs(value - float(row.target)) <= ROUGHLY_DAYS
    if row.id == "pilot_fiq_sd":  # of ten values that were rounded to 0.1 themselves
        slack = 0.05 * np.sqrt(10 / 9)
        return any(agrees(value + move, row.relation, row.target) for move in (0, slack, -slack))
    return agrees(value, row.relation, row.target)


def _list_targets() -> pd.DataFrame:
    """Every printed number of the two trials, and why it is not simulated where it is not."""
    table = load_dataset("published_values")
    table = table[~table["source"].isin(OTHER_SOURCES)]
    rows = []
    for row in table.itertuples():
        reason = NOT_SIMULATED.get(row.id, "")
        common = row.unit, str(row.status), row.source
        rows.append(
            (row.id, row.quantity, row.group, str(row.relation), row.value, *common, reason)
        )
        for part, words in (
            ("ci_low", "lower limit"), ("ci_high", "upper limit"), ("sd", "standard deviation"),
        ):  # fmt: skip
            if isinstance(printed := getattr(row, part), str):
                why = _NOT_AN_INTERVAL if row.id in NOT_INTERVALS else reason
                name = f"{row.quantity}: {words}"
                rows.append((f"{row.id}_{part}", name, row.group, "=", printed, *common, why))
    n = str(len(load_dataset("pilot_baseline")))
    common = "participants", "published", "younger2009", ""
    rows += [
        (f"baseline_{name}", f"participants with the printed {name}", "all", "=", n, *common)
        for name in BASELINE
    ]
    for row in load_dataset("adverse_events").itertuples():
        rows += [
            (f"event_{row.event}_{arm}".replace(" ", "_"), f"adverse event: {row.event}", arm, "=",
             str(count), "participants", str(row.status), row.source, "")
            for arm, count in (("ldn", row.n_ldn), ("placebo", row.n_placebo))
        ]  # fmt: skip
    columns = ["id", "quantity", "group", "relation", "target", "unit", "status", "source"]
    return pd.DataFrame(rows, columns=[*columns, "reason"])


def _find_impossible() -> dict[str, str]:
    """Printed numbers that no data can have together with others, and what they could be."""
    value = load_dataset("published_values").set_index("id")["value"]
    ranges = [
        np.array([*map(float, read_printed(value[name]).rounded)])
        for name in ("pilot_esr_r", "rct_age", "rct_age_ldn_first")
    ]
    ten = load_dataset("pilot_baseline").astype({"esr_mm_h": float, "fiq_0_100": float})
    known = ten["esr_mm_h"].corr(ten["fiq_0_100"])
    room = np.sqrt((1 - ranges[0] ** 2) * (1 - known**2))
    low, high = (ranges[0] * known - room).min(), (ranges[0] * known + room).max()
    ages = [2 * ranges[1][0] - ranges[2][1], 2 * ranges[1][1] - ranges[2][0]]
    return {
        "pilot_severity_r": (
            f"with r = {value['pilot_esr_r']} of ESR and the drug response, and {known:.2f} of ESR and "
            f"FIQ in the table of baselines, it can only be from {low:.2f} to {high:.2f}: severity was "
            "another variable than this FIQ, or a number is misprinted"
        ),
        "rct_age_placebo_first": (
            f"with {value['rct_age']} for all and {value['rct_age_ldn_first']} for LDN first it can only "
            f"be from {ages[0]:.1f} to {ages[1]:.1f}; the mean of all is met instead"
        ),
        "rct_age_placebo_first_sd": "follows from the means and SDs of all and of LDN first",
    }


class _Summaries:
    """What the tables give for each target, computed from the diaries where it is theirs."""

    def __init__(self, tables: dict, a: Assumptions):
        people = tables["participants"]
        self.tables, self.a, self.diary = tables, a, tables["daily_pain"]
        self.pilot, self.trial = (
            people[people["trial"] == name] for name in ("pilot", "crossover")
        )
        self.analysed = self.trial[self.trial["analysed"]]
        ratings = [
            "pain_0_100", "symptoms_0_100", "fatigue_0_100", "sleep_problems_0_100", "mood_0_100",
            "life_satisfaction_0_100",
        ]  # fmt: skip
        self.reductions = {name: self._reduce(self.analysed, name) for name in ratings}
        pain, others = (
            self.reductions["pain_0_100"],
            (self.reductions[name] for name in ratings[2:4]),
        )
        fatigue, sleep = others
        cut = a.responder_percent
        self.responders = ((pain >= cut) & ((fatigue >= cut) | (sleep >= cut))).sum()
        improved = tables["improvement"].merge(self.analysed, on="participant")["improvement"]
        self.n_best = improved.isin(["much improved", "very much improved"]).sum()

    def _reduce(self, people: pd.DataFrame, rating: str) -> pd.DataFrame:
        """Percent reduction of a rating, one row per participant, one column per condition."""
        is_asked = self.diary["participant"].isin(people["participant"])
        days = self.diary.loc[is_asked, ["participant", "phase", "day", rating]]
        table = summarise_diaries(days, rating=rating)
        return table.pivot(index="participant", columns="condition", values="reduction_percent")

    def _count_weeks(self, trial: str, phase: str) -> float:
        """Weeks of a phase."""
        days = self.diary[(self.diary["trial"] == trial) & (self.diary["phase"] == phase)]
        return float(days["day_in_phase"].max() / 7)

    def achieve_pilot(self) -> dict[str, float]:
        """Targets of the pilot; a drug response is LDN minus placebo, in percentage points."""
        pilot = self.pilot[self.pilot["analysed"]].set_index("participant")
        symptoms = self._reduce(self.pilot[self.pilot["analysed"]], "symptoms_0_100")
        gain = symptoms["ldn"] - symptoms["placebo"]
        correlations = {
            name: np.corrcoef(pilot[column].reindex(gain.index), gain)[0, 1]
            for name, column in (
                ("esr", "esr_mm_h"), ("duration", "fibromyalgia_years"), ("severity", "fiq_0_100"),
            )
        }  # fmt: skip
        days = self.diary[self.diary["trial"] == "pilot"]
        achieved = {
            "pilot_n": len(pilot),
            "pilot_reduction_placebo": symptoms["placebo"].mean(),
            "pilot_reduction_ldn": symptoms["ldn"].mean(),
            "pilot_difference": gain.mean(),
            "pilot_difference_p": _compute_p(gain, self.a.pilot_contrast_df),
            "pilot_responders": int((gain >= self.a.pilot_responder_points).sum()),
            # Printed: a higher ESR went with a larger reduction. With the other sign it is not met.
            "pilot_esr_r2": 100 * correlations["esr"] * abs(correlations["esr"]),
            "pilot_diary_completed": 100 * days["symptoms_0_100"].notna().mean(),
            "pilot_time_to_peak": find_peak_day(days[days["phase"] == "ldn"]),
        }
        for phase in ("baseline", "placebo", "ldn", "washout"):
            achieved[f"pilot_weeks_{phase}"] = self._count_weeks("pilot", phase)
        for name, r in correlations.items():
            achieved[f"pilot_{name}_r"] = r
        return achieved | self._achieve_baseline(pilot)

    def _achieve_baseline(self, pilot: pd.DataFrame) -> dict[str, float]:
        """Targets of the pilot that need no diary: baseline, FIQ and tolerability."""
        achieved = {}
        for name, column in (
            ("age", "age_years"), ("fiq", "fiq_0_100"), ("illness_years", "fibromyalgia_years"),
        ):  # fmt: skip
            achieved |= {
                f"pilot_{name}": pilot[column].mean(),
                f"pilot_{name}_sd": pilot[column].std(),
            }
        for arm in ("ldn", "placebo"):
            reduction = 100 * (1 - pilot[f"fiq_{arm}_0_100"] / pilot["fiq_0_100"])
            achieved[f"pilot_fiq_reduction_{arm}"] = reduction.mean()
            achieved[f"pilot_tolerability_{arm}"] = pilot[f"tolerability_{arm}_0_100"].mean()
        printed = load_dataset("pilot_baseline")
        for name, column in BASELINE.items():
            values = pilot[column].reindex([f"P{i:02d}" for i in printed["participant"]])
            achieved[f"baseline_{name}"] = int(
                (values.to_numpy() == printed[name].astype(float)).sum()
            )
        return achieved

    def achieve_crossover(self) -> dict[str, float]:
        """Targets of the crossover trial."""
        trial, analysed, n = self.trial, self.analysed, len(self.analysed)
        first = trial["sequence"] == "ldn then placebo"
        pain = self.reductions["pain_0_100"]
        achieved = {
            "review_fig1_n": len(self.tables["improvement"]),
            "rct_analysed": n,
            "rct_age": analysed["age_years"].mean(),
            "rct_age_sd": analysed["age_years"].std(),
            "rct_age_min": analysed["age_years"].min(),
            "rct_age_max": analysed["age_years"].max(),
            "rct_fm_duration": analysed["fibromyalgia_years"].mean(),
            "rct_responders_p": self._compare_responders(n),
            "rct_pain30_ldn": 100 * (pain["ldn"] >= 30).mean(),
            "rct_improved_ldn": 100 * self.n_best / n,
            "rct_baseline_pain": self._find_baseline_pain(),
        }
        for name, chosen in (("ldn_first", first), ("placebo_first", ~first)):
            ages = trial.loc[chosen & trial["analysed"], "age_years"]
            achieved[f"rct_started_{name}"] = int(chosen.sum())
            achieved[f"rct_completed_{name}"] = int((chosen & trial["completed"]).sum())
            achieved |= {f"rct_age_{name}": ages.mean(), f"rct_age_{name}_sd": ages.std()}
        for name, phase in (
            ("baseline", "baseline"), ("ldn", "ldn"), ("placebo", "placebo"), ("followup", "follow-up"),
        ):  # fmt: skip
            achieved[f"rct_weeks_{name}"] = self._count_weeks("crossover", phase)
        for arm in ("ldn", "placebo"):
            achieved |= self._achieve_arm(arm)
        for name, rating in (
            ("pain_reduction", "pain_0_100"), ("satisfaction", "life_satisfaction_0_100"),
            ("mood", "mood_0_100"),
        ):  # fmt: skip
            pairs = self.reductions[rating]
            achieved[f"rct_{name}_p"] = compute_paired_p(pairs["ldn"] - pairs["placebo"])
        return achieved

    def _achieve_arm(self, arm: str) -> dict[str, float]:
        """Targets of one condition of the crossover trial."""
        means = {
            "pain_reduction": "pain_0_100",
            "severity_reduction": "symptoms_0_100",
            "fatigue": "fatigue_0_100",
            "sleep": "sleep_problems_0_100",
        }
        achieved = {
            f"rct_{name}_{arm}": self.reductions[rating][arm].mean()
            for name, rating in means.items()
        }
        pain, n = self.reductions["pain_0_100"][arm], len(self.analysed)
        half = compute_quantile(0.95, n - 1) * pain.std() / np.sqrt(n)
        achieved[f"rct_pain_reduction_{arm}_ci_low"] = pain.mean() - half
        achieved[f"rct_pain_reduction_{arm}_ci_high"] = pain.mean() + half
        achieved[f"rct_tolerability_{arm}"] = self.analysed[f"tolerability_{arm}_0_100"].mean()
        achieved[f"rct_responders_{arm}"] = 100 * self.responders[arm] / n
        told = self.analysed[f"adverse_events_{arm}"].str.split("; ")
        for event in load_dataset("adverse_events")["event"]:
            named = [event in events for events in told]
            if event == "any other than serious":
                named = [bool(set(events) - {"none", "serious"}) for events in told]
            achieved[f"event_{event}_{arm}".replace(" ", "_")] = sum(named)
        return achieved

    def _compare_responders(self, n: int) -> float:
        """P of the unpaired chi-square test of composite responders, not corrected."""
        ldn, placebo = self.responders["ldn"], self.responders["placebo"]
        chi_square = 2 * n * (ldn - placebo) ** 2 / ((ldn + placebo) * (2 * n - ldn - placebo))
        return float(chdtrc(1, chi_square))

    def _find_baseline_pain(self) -> float:
        """Mean baseline pain of those analysed, from the diaries."""
        days = self.diary[
            self.diary["participant"].isin(self.analysed["participant"])
            & (self.diary["phase"] == "baseline")
        ]
        return days.groupby("participant", observed=True)["pain_0_100"].mean().mean()

    def write_notes(self) -> dict[str, str]:
        """What has to be known to read a row."""
        n = len(self.analysed)
        return {
            "pilot_difference_p": f"read as a contrast on {self.a.pilot_contrast_df:g} df",
            "pilot_time_to_peak": "bend of a broken line through the mean symptoms; printed as roughly",
            "pilot_fiq_sd": "of the ten values as printed; their own rounding allows the printed SD",
            "rct_pain_reduction_p": "a paired t test is our reading; the trial analysed daily data",
            "rct_satisfaction_p": _PAIRED,
            "rct_mood_p": _PAIRED,
            "rct_sleep_ldn": "read as a reduction of sleep problems",
            "rct_sleep_placebo": "read as a reduction of sleep problems",
            "rct_responders_ldn": f"{self.responders['ldn']} of {n}",
            "rct_responders_placebo": f"{self.responders['placebo']} of {n}",
            "rct_responders_p": "unpaired chi-square without continuity correction: our reading",
            "rct_improved_ldn": f"{self.n_best} of the {n} analysed",
        }


def _compute_p(differences: pd.Series, df: float) -> float:
    """Two-sided p of a mean difference, as a t of df degrees of freedom."""
    t = differences.mean() / (differences.std() / np.sqrt(len(differences)))
    return float(2 * stdtr(df, -abs(t)))


def find_peak_day(ldn_days: pd.DataFrame) -> float:
    """Day on LDN on which a straight line through the mean symptoms bends and stays level."""
    symptoms = ldn_days.pivot(index="day_in_phase", columns="participant", values="symptoms_0_100")
    mean = (symptoms - symptoms.mean()).mean(axis=1)
    day = mean.index.to_numpy()
    days = day[6:-7]
    bent = np.minimum(day[:, None], days).astype(float)
    bent -= bent.mean(axis=0)
    explained = (mean - mean.mean()).to_numpy() @ bent / np.sqrt((bent**2).sum(axis=0))
    return float(days[np.abs(explained).argmax()])
