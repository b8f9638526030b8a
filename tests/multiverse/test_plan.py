"""A plan is kept as it was written, and found on the curve."""

import json

import pytest

import ldn_analysis as ldn
from ldn_analysis.multiverse.plan import register_plan
from ldn_analysis.multiverse.specifications import GRID


@pytest.fixture(scope="module")
def curve():
    grid = {"model": ["OLS"], "participants": ["both trials"], "adjusted_for": ["nothing"]}
    participants = ldn.load_dataset("participants")
    return ldn.fit_multiverse(ldn.load_dataset("daily_pain"), participants, grid=grid)


def test_without_a_date_nothing_is_saved(tmp_path):
    plan = register_plan({}, path=tmp_path / "plan.json")
    assert not list(tmp_path.iterdir())
    assert plan.choices == {name: options[0] for name, options in GRID.items()}
    assert str(plan).startswith("Not registered yet")


def test_a_plan_is_saved_once_and_kept(tmp_path):
    path = tmp_path / "plan.json"
    first = register_plan({"end_days": 7}, date="2026-01-31", path=path)
    assert str(first).startswith("Registered on 2026-01-31 in plan.json. ")
    kept = path.read_bytes()
    assert json.loads(kept)["choices"]["end_days"] == 7
    assert register_plan({"end_days": 7}, date="2026-01-31", path=path) == first
    with pytest.raises(ValueError, match=r"plan.json holds a plan of 2026-01-31 that differs"):
        register_plan({"end_days": 14}, date="2026-01-31", path=path)
    assert path.read_bytes() == kept
    path.write_text("x")
    with pytest.raises(ValueError, match="holds no plan that differs; it is kept"):
        register_plan({}, date="2026-01-31", path=path)


@pytest.mark.parametrize("date", ["31.1.2026", "2026-02-30", "today"])
def test_a_date_is_a_day(date, tmp_path):
    with pytest.raises(ValueError, match="date must be a day such as 2026-01-31"):
        register_plan({}, date=date, path=tmp_path / "plan.json")


@pytest.mark.parametrize("choices", [{"model": "lasso"}, {"colour": "red"}])
def test_only_what_is_in_the_grid_is_planned(choices):
    with pytest.raises(ValueError, match="register_plan: there is no"):
        register_plan(choices)


def test_it_is_found_on_the_curve(curve):
    table = curve.to_frame()
    row = curve.find(**{name: options[0] for name, options in GRID.items()}).iloc[0]
    smaller = sum(value < row["estimate"] for value in table["estimate"])
    said = register_plan({}).locate(curve)
    assert said.startswith(f"The analysis planned (not registered) finds {row['estimate']:.2f} SD")
    assert f"larger than {smaller:,} of the {len(table):,}" in said


def test_what_was_pruned_is_said_with_its_reason(curve):
    said = register_plan({"model": "HC3"}).locate(curve)
    assert said.startswith(
        "The analysis planned (not registered) is not on this curve: its grid has"
    )
