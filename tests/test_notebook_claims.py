"""What the prose of notebooks 01 to 05 says in words, for the simulated people of five students.

Sentences with numbers are printed by cells and move with the data; these are the others.
"""

import sys
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ldn_analysis as ldn

sys.path.insert(0, str(Path(__file__).parents[1]))
from classroom.people import simulate_people

# One worker's: each student's tables are made once.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("claims")]
COLUMNS = {"predictor": "esr_mm_h", "outcome": "pain_reduction_percent"}


@cache
def simulate_tables(name):
    return simulate_people(2026, name)[1]


@pytest.fixture(params=["Ana", "Bo", "Chi", "Dag", "Eve"])
def tables(request):
    return simulate_tables(request.param)


def add_odd(left, esr):
    row = {"participant": ["odd"], "esr_mm_h": [esr], "pain_reduction_percent": [-60.0]}
    return ldn.fit_line(pd.concat([pd.DataFrame(left), pd.DataFrame(row)]), **COLUMNS)


def list_slopes(fit):
    table = ldn.compare_lines(fit).to_frame().query("term == 'slope'")
    return table.set_index("estimator")["estimate"]


def test_what_notebook_01_says(tables):
    data = tables["esr_pain_change"]
    worlds = [ldn.vary_esr_correlation(data, crossover_esr_r=(r, 0.3)) for r in (0.0, 0.4, 0.8)]
    counts = [world.to_frame().set_index("id").loc["rct_pain30_ldn", "met"] for world in worlds]
    slopes = [world.fits["ldn"].slope for world in worlds]
    pilot = data[(data["trial"] == "pilot") & (data["condition"] == "placebo")]
    one = ldn.summarise_diaries(tables["daily_pain"].query("participant == 'P02'"))
    stopped = (~tables["participants"]["completed"]).sum()
    claims = {
        "the line is steeper in each world": slopes == sorted(slopes),
        "the count is as printed in some worlds only": "no" in counts,
        "the pilot's pain during placebo hardly goes with ESR": abs(
            ldn.fit_line(pilot, **COLUMNS).r
        )
        < 0.6,
        "LDN helps P02": np.diff(one.set_index("condition")["reduction_percent"])[0] < 0,
        "two stopped early": stopped == 2,
    }
    assert not [claim for claim, holds in claims.items() if not holds]


def test_what_notebook_03_says(tables):
    fits = ldn.fit_lines(tables["esr_pain_change"])
    left, right = fits["ldn"], fits["placebo"]
    data = tables["esr_pain_change"]
    odd = add_odd(data[data["condition"] == "ldn"], 60.0)
    row = left.predict([30]).iloc[0]
    claims = {
        "left, the line rises": left.slope > 0,
        "its interval excludes zero": left.confidence_interval("slope").low > 0,
        "right, it rises less": 0 < right.slope < left.slope,
        "its interval includes zero": right.confidence_interval("slope").low < 0,
        "more than half of the variance is elsewhere (03.6)": left.r_squared < 0.5,
        "the spread makes the slope useless for one": row["pred_high"] - row["pred_low"]
        > 3 * (row["conf_high"] - row["conf_low"]),
        "one point far out pulls the line": odd.slope < left.slope,
        "Cook's distance finds her": odd.augment()
        .nlargest(1, "cooks_distance")["participant"]
        .item()
        == "odd",
    }
    assert not [claim for claim, holds in claims.items() if not holds]


def test_what_notebook_04_says(tables):
    left = tables["esr_pain_change"].query("condition == 'ldn'")
    fit = ldn.fit_line(left, **COLUMNS)
    rows = left.sort_values("esr_mm_h").iloc[[len(left) // 2, -1]]
    moved = [
        ldn.move_point(fit, row.participant, x=row.esr_mm_h, y=row.pain_reduction_percent - 80)
        for row in rows.itertuples()
    ]
    turned = [abs(one.after.slope - fit.slope) for one in moved]
    cook = moved[0].to_frame().set_index("term").loc["cooks_distance"]
    before, after = list_slopes(fit), list_slopes(add_odd(left, 600.0))
    change = (after - before).abs()
    claims = {
        "in the middle the line is hardly turned": turned[0] < turned[1] / 3,
        "Cook's distance grows in the middle too": cook["after"] > cook["before"],
        "Huber does not resist a mistyped ESR": change["Huber"] > 3 * change["Theil-Sen"],
        "nor does LAD": change["least absolute deviation"] > 3 * change["Theil-Sen"],
    }
    assert not [claim for claim, holds in claims.items() if not holds]


def test_what_notebook_05_says(tables):
    data, people = tables["esr_pain_change"], tables["participants"]
    wide = data.pivot(index="participant", columns="condition", values="pain_reduction_percent")
    esr = data.drop_duplicates("participant").set_index("participant")["esr_mm_h"].loc[wide.index]
    rest = [wide[k] - np.polyval(np.polyfit(esr, wide[k], 1), esr) for k in wide]
    women = people[(people["trial"] == "crossover") & people["analysed"]]
    phases = tables["daily_pain"].query("phase in ('ldn', 'placebo')")
    length = phases.groupby(["participant", "phase"], observed=True)["day_in_phase"].transform(
        "max"
    )
    last = phases[phases["day_in_phase"] > length - 28]
    last = last.assign(day_in_phase=last["day_in_phase"] - length + 28)
    narrow, near, far = (
        ldn.fit_diary_model(rows, women, **options).to_frame().set_index("term").loc["condition"]
        for rows, options in ((last, {"slopes": []}), (last, {}), (phases, {}))
    )
    low, high = ldn.compare_slopes(data).confidence_interval("within-participant difference")
    claims = {
        "the two conditions are correlated": wide.corr().iloc[0, 1] > 0,
        "also given ESR, so that the unpaired test rejects too rarely": np.corrcoef(*rest)[0, 1]
        > 0.1,
        "the interval of the difference includes zero (05.6)": low < 0 < high,
        "without random slopes the interval is far too short": near["std_error"]
        > 1.5 * narrow["std_error"],
        "with all days the estimate changes": abs(far["estimate"] - near["estimate"]) > 0.5,
    }
    assert not [claim for claim, holds in claims.items() if not holds]
