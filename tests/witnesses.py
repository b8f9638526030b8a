"""Numbers from elsewhere that the tests compare with: R's output and NIST's certified values."""

from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd

from ldn_analysis import fit_line

REFERENCE = Path(__file__).parent / "reference"


def read_lines() -> dict[str, dict[str, np.ndarray]]:
    """R's numbers about each line (tests/reference/lines.R): case -> quantity -> values."""
    table = read_reference("lines")
    return {
        case: {name: part["value"].to_numpy() for name, part in rows.groupby("quantity")}
        for case, rows in table.groupby("case")
    }


def read_reference(name: str) -> pd.DataFrame:
    """A table that an R script of tests/reference/ wrote."""
    return pd.read_csv(REFERENCE / f"{name}.csv", engine="python")


def read_trials() -> dict[tuple[str, str], dict[str, float]]:
    """R's numbers about two conditions (crossover.R): (case, term) -> quantity -> value."""
    table = read_reference("crossover")
    return {
        key: group.set_index("quantity")["value"].to_dict()
        for key, group in table.groupby(["case", "term"])
    }


def fit_xy(x, y, **columns):
    """A line through points."""
    data = pd.DataFrame({"x": np.asarray(x, float), "y": np.asarray(y, float), **columns})
    return fit_line(data, predictor="x", outcome="y")


R_INFLUENCE = read_reference("line_checks_influence")


def fit_set(name):
    chosen = R_INFLUENCE[R_INFLUENCE["set"] == name]
    return fit_xy(chosen["x"], chosen["y"])


def make_trial(starts, first, second) -> pd.DataFrame:
    """Long table of a crossover of A and B."""
    n = len(starts)
    return pd.DataFrame(
        {
            "participant": [f"p{i}" for i in range(n)] * 2,
            "sequence": ["AB" if start else "BA" for start in starts] * 2,
            "condition": ["A"] * n + ["B"] * n,
            "y": np.concatenate([first, second]).astype(float),
        }
    )


def agree(table):
    """Every simulated number lies within 4 Monte Carlo standard errors of its expected one."""
    known = table.dropna(subset="expected")
    assert len(known)
    miss = (known["estimate"] - known["expected"]).abs() / known["mc_std_error"]
    assert (miss < 4).all(), known.assign(miss=miss)
    assert (table["mc_std_error"] > 0).all()


GROUPS = {  # outcome, groups, reference, covariate, predictor
    "anorexia": ("Postwt", "Treat", "Cont", "Prewt", "Prewt"),
    "ToothGrowth": ("len", "supp", "VC", None, "dose"),
    "epil": ("y", "trt", "placebo", "base", "base"),
    "unequal": ("weight", "group", "ctrl", None, None),
}


def read_groups(name) -> pd.DataFrame:
    """The data of each case of tests/reference/groups.R."""
    data = pd.read_csv(REFERENCE / f"own_{name}.csv")
    if name == "epil":
        data = data.groupby(["subject", "trt"], as_index=False)[["y", "base"]].mean()
    return data


def assert_equals_r_groups(table, case):
    """Every row of R's is there; its joint limits are from random draws, good to four digits."""
    numbers = ["estimate", "std_error", "df", "p_value", "conf_low", "conf_high"]
    theirs = read_reference("groups")
    table = table.assign(key=table["term"].str.partition(",")[0] + table["method"])
    table = table.set_index("key")
    theirs = theirs[(theirs["case"] == case) & theirs["method"].isin(table["method"])]
    assert len(theirs)
    for row in theirs.itertuples():
        joint = row.method.endswith("Dunnett")
        for name in numbers:
            rtol = 2e-4 if joint and name not in ("estimate", "std_error") else 1e-8
            ours = table.loc[row.term + row.method, name]
            np.testing.assert_allclose(
                ours, getattr(row, name), rtol=rtol, atol=1e-9 + joint * 1e-4
            )


# NIST Statistical Reference Datasets, linear regression, Norris (calibration of ozone monitors):
# y x, 36 points.
NORRIS = np.loadtxt(
    StringIO("""
    0.1 0.2  338.8 337.4  118.1 118.2  888.0 884.6  9.2 10.1  228.1 226.5
    668.5 666.3  998.5 996.3  449.1 448.6  778.9 777.0  559.2 558.2  0.3 0.4
    0.1 0.6  778.1 775.5  668.8 666.9  339.3 338.0  448.9 447.5  10.8 11.6
    557.7 556.0  228.3 228.1  998.0 995.8  888.8 887.6  119.6 120.2  0.3 0.3
    0.6 0.3  557.6 556.8  339.3 339.1  888.0 887.2  998.5 999.0  778.9 779.0
    10.2 11.1  117.6 118.3  228.9 229.2  668.4 669.1  449.2 448.9  0.2 0.5
    """)
).reshape(36, 2)
NORRIS_CERTIFIED = {
    "intercept": -0.262323073774029,
    "slope": 1.00211681802045,
    "intercept_std_error": 0.232818234301152,
    "slope_std_error": 0.429796848199937e-03,
    "residual_sd": 0.884796396144373,
    "r_squared": 0.999993745883712,
    "statistic": np.sqrt(5436385.54079785),  # the certified F of one degree of freedom
}

# NIST StRD, Pontius (calibration of load cells): deflection at each load, two runs.
PONTIUS_LOAD = np.tile(np.arange(1, 21) * 150_000.0, 2)
PONTIUS_DEFLECTION = np.loadtxt(
    StringIO("""
    .11019 .21956 .32949 .43899 .54803 .65694 .76562 .87487 .98292 1.09146
    1.20001 1.30822 1.41599 1.52399 1.63194 1.73947 1.84646 1.95392 2.06128 2.16844
    .11052 .22018 .32939 .43886 .54798 .65739 .76596 .87474 .98300 1.09150
    1.20004 1.30818 1.41613 1.52408 1.63159 1.73965 1.84696 1.95445 2.06177 2.16829
    """)
).ravel()
PONTIUS_CERTIFIED = {  # of load in the quadratic model
    "slope": 0.732059160401003e-06,
    "slope_std_error": 0.157817399981659e-09,
    "residual_sd": 0.205177424076185e-03,
}

# NIST StRD, Longley: estimate and standard error of each term, intercept first.
LONGLEY_CERTIFIED = np.array(
    [
        (-3482258.63459582, 890420.383607373),
        (15.0618722713733, 84.9149257747669),
        (-0.358191792925910e-01, 0.334910077722432e-01),
        (-2.02022980381683, 0.488399681651699),
        (-1.03322686717359, 0.214274163161675),
        (-0.511041056535807e-01, 0.226073200069370),
        (1829.15146461355, 455.478499142212),
    ]
)
LONGLEY_RESIDUAL_SD = 304.854073561965
LONGLEY_R_SQUARED = 0.995479004577296


def read_audit(what: str) -> list[tuple[list[float], float]]:
    """R's numbers for the audit (tests/reference/audit.R): the numbers of each case, and its value."""
    table = read_reference("audit")
    rows = table[table["what"] == what]
    assert len(rows)
    return [
        ([float(part) for part in case.split()], value)
        for case, value in zip(rows["case"], rows["value"], strict=True)
    ]
