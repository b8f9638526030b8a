"""A student's participants follow from class seed and name, and keep the lesson."""

import hashlib

import pytest
import statsmodels.api as sm

from classroom import people
from classroom.errors import InputError
from ldn_analysis import CalibrationError, simulate_illustrative_trials

KEEPS, DOES_NOT_KEEP = 9, 6  # seeds: the interval of the difference includes zero, or lies above it


def test_a_seed_follows_from_class_and_name_alone():
    expected = int(hashlib.sha256(b"2026/Anna/0").hexdigest()[:8], 16)
    assert people.derive_seed(2026, "Anna", 0) == expected
    assert people.derive_seed(2026, "Jos\u00e9", 0) == people.derive_seed(2026, "Jose\u0301", 0)
    assert len({people.derive_seed(c, n, k) for c in (1, 2) for n in "ab" for k in (0, 1)}) == 8


@pytest.mark.parametrize(("seed", "keeps"), [(KEEPS, True), (DOES_NOT_KEEP, False)])
def test_the_lesson_against_statsmodels(seed, keeps):
    tables = simulate_illustrative_trials(rng=seed)
    data = tables["esr_pain_change"]
    wide = data.pivot(index="participant", columns="condition", values="pain_reduction_percent")
    esr = sm.add_constant(data.drop_duplicates("participant").set_index("participant")["esr_mm_h"])
    fits = {
        name: sm.OLS(y, esr.loc[wide.index]).fit()
        for name, y in [(name, wide[name]) for name in wide]
        + [("difference", wide["ldn"] - wide["placebo"])]
    }
    low, high = fits["difference"].conf_int().loc["esr_mm_h"]
    p_values = {name: fit.pvalues["esr_mm_h"] for name, fit in fits.items()}
    assert (p_values["ldn"] < 0.05 <= p_values["placebo"] and low < 0 < high) is keeps
    assert people.keeps_the_lesson(tables) is keeps


def test_people_who_do_not_keep_the_lesson_are_drawn_again(monkeypatch):
    monkeypatch.setattr(people, "derive_seed", lambda _class, _name, k: k)
    monkeypatch.setattr(people, "keeps_the_lesson", lambda tables: tables == 3)
    monkeypatch.setattr("ldn_analysis.simulate_illustrative_trials", lambda rng: rng, raising=False)
    assert people.simulate_people(1, "anybody") == (3, 3)


def test_it_is_said_when_no_people_are_found(monkeypatch):
    def fail(rng):
        raise CalibrationError(str(rng))

    monkeypatch.setattr("ldn_analysis.simulate_illustrative_trials", fail, raising=False)
    with pytest.raises(InputError, match="no data for 'Anna' were found; give another --seed"):
        people.simulate_people(1, "Anna")
