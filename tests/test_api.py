"""Names, docstrings, results and imports keep to the house rules, in every module there is."""

import ast
import dataclasses
import doctest
import inspect
import os
import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ldn_analysis
from ldn_analysis import (
    fit_line,
    fit_lines,
    load_codebook,
    load_dataset,
    summarise_improvement,
    wilson_interval,
)
from ldn_analysis.core.result import Result
from ldn_analysis.core.wording import format_number, format_p

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "ldn_analysis"
MODULES = sorted(
    m.name.removeprefix("ldn_analysis.")
    for m in pkgutil.walk_packages([str(FOLDER)], "ldn_analysis.")
    if not m.ispkg and not m.name.endswith("__main__")
)
LOADED = {name: import_module(f"ldn_analysis.{name}") for name in MODULES}


def find_file(module):
    return FOLDER / f"{module.replace('.', '/')}.py"


VERBS = set()
for line in (
    "audit bootstrap check compare describe enumerate find fit format leave list load new order",
    "permute plot pool predict read render require save search show simulate solve sum summarise",
    "test write draw count run apply get infer adjust combine interpret build give choose",
    "pair measure compute correct enter make paired say explore analyse cumulate vary standardise",
    "estimate move use fill",
):
    VERBS |= set(line.split())
NOT_VERBS = {
    "wilson_interval",
    "main",
    "exact_bootstrap_line",
}  # a quantity's own name; the entry point
CLASSES = {  # what else is public and not a result
    "Assumptions", "CalibrationError", "DataError", "Exercise", "Influence", "Line", "LineSums",
    "Plan", "Printed", "Result", "Tally", "TrialTruth", "PairedREML", "Verdict",
}  # fmt: skip


def public():
    """(module, name, object) of everything in the __all__ of a module."""
    return [
        (module, name, getattr(loaded, name))
        for module, loaded in LOADED.items()
        for name in getattr(loaded, "__all__", [])
    ]


def is_own(item, module):
    return getattr(item, "__module__", None) == f"ldn_analysis.{module}"


FUNCTIONS = {
    name: inspect.unwrap(item)
    for module, name, item in public()
    if inspect.isroutine(inspect.unwrap(item)) and is_own(inspect.unwrap(item), module)
}
RESULTS = {
    name: item for _, name, item in public() if inspect.isclass(item) and issubclass(item, Result)
    if item is not Result
}  # fmt: skip
each_function = pytest.mark.parametrize("name", FUNCTIONS)
each_result = pytest.mark.parametrize("name", RESULTS)


# --- names -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ldn_analysis.__all__)
def test_every_public_name_resolves_and_is_public_in_its_module(name):
    item = getattr(ldn_analysis, name)
    module = sys.modules[item.__module__]
    assert getattr(module, name) is item
    assert name in module.__all__


def test_the_package_lists_its_names():
    assert ldn_analysis.__all__ == sorted(set(ldn_analysis.__all__))
    assert set(dir(ldn_analysis)) == {*ldn_analysis.__all__, "__version__"}
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", ldn_analysis.__version__)
    with pytest.raises(AttributeError, match="module 'ldn_analysis' has no attribute 'fit_lin'"):
        ldn_analysis.fit_lin  # noqa: B018


def test_every_result_class_of_a_module_is_public_in_the_package():
    assert set(RESULTS) <= set(ldn_analysis.__all__)


@pytest.mark.parametrize("module", MODULES)
def test_all_of_a_module_exists_once_and_in_order(module):
    names = LOADED[module].__all__
    assert len(set(names)) == len(names)
    for name in names:
        assert hasattr(LOADED[module], name)
        assert not name.startswith("_")


@each_function
def test_functions_start_with_a_verb_and_take_few_parameters(name):
    assert name in NOT_VERBS or name.split("_")[0] in VERBS
    parameters = inspect.signature(FUNCTIONS[name]).parameters
    assert len(parameters) <= 7
    banned = {"alpha", "ci", "seed", "random_state", "verbose", "endog", "exog"}
    assert not banned & set(parameters)
    for parameter in parameters.values():
        if parameter.name in ("missing", "conditions", "group", "prediction"):
            assert parameter.kind is parameter.KEYWORD_ONLY
        if parameter.name == "missing":
            assert parameter.default == "raise"
        if parameter.name == "confidence_level":
            assert parameter.default in (0.95, inspect.Parameter.empty)


@pytest.mark.parametrize(
    ("module", "name", "item"), public(), ids=[f"{module}.{name}" for module, name, _ in public()]
)
def test_public_classes_are_results_or_known(module, name, item):
    if inspect.isclass(item) and is_own(item, module) and not module.startswith("teaching."):
        assert issubclass(item, Result) or name in CLASSES


# --- docstrings --------------------------------------------------------------------------


def sections(text):
    """Names of the numpydoc sections of a docstring."""
    return re.findall(r"^([A-Z][A-Za-z ]+)\n-{3,}$", inspect.cleandoc(text or ""), re.MULTILINE)


@each_function
def test_functions_are_documented(name):
    function = FUNCTIONS[name]
    text = inspect.cleandoc(function.__doc__ or "")
    assert re.match(r"[A-Z].+[.?:]", text.split("\n\n")[0].replace("\n", " ")), "a first sentence"
    parameters = list(inspect.signature(function).parameters)
    if (
        function.__module__.startswith(("ldn_analysis.core", "ldn_analysis.data"))
        and len(text.split("\n\n")) == 1
    ):
        return  # small and internal: one line
    if name not in ldn_analysis.__all__:
        return
    found = sections(text)
    if parameters:
        assert "Parameters" in found
        described = text.partition("Parameters\n")[2].partition("\n\n")[0]
        names = {
            part.strip()
            for line in re.findall(r"^(\w[\w, ]*)(?: :.*)?$", described, re.MULTILINE)
            for part in line.split(",")
        }
        assert set(parameters) <= names, set(parameters) - names
    if inspect.signature(function).return_annotation is not None:
        assert "Returns" in found or "Raises" in found
    order = ["Parameters", "Returns", "Raises", "Notes", "References", "Examples"]
    assert [part for part in order if part in found] == [part for part in found if part in order]


WITHOUT_EXAMPLE = {"save_figure", "show", "check"}  # they write files or need a notebook


@pytest.mark.parametrize("name", sorted(set(ldn_analysis.__all__) - WITHOUT_EXAMPLE))
def test_public_names_have_a_runnable_example(name):
    item = getattr(ldn_analysis, name)
    if inspect.isclass(item) and item.__name__ not in RESULTS:
        assert item.__doc__
    elif inspect.isclass(item):
        assert doctest.DocTestParser().get_examples(item.__doc__) or any(
            name in (function.__doc__ or "") for function in FUNCTIONS.values()
        )
    else:
        assert doctest.DocTestParser().get_examples(item.__doc__)


@pytest.mark.parametrize("module", MODULES)
def test_everything_defined_has_a_docstring(module):
    tree = ast.parse(find_file(module).read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            if node.name.startswith("__"):
                continue
            inner = any(
                node in ast.walk(outer)
                for outer in ast.walk(tree)
                if isinstance(outer, ast.FunctionDef) and outer is not node
            )
            assert inner or ast.get_docstring(node) or node.name == "_repr_html_", node.name


@pytest.mark.parametrize("module", MODULES)
def test_no_assert_print_or_global_chance_in_the_package(module):
    tree = ast.parse(find_file(module).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        assert not isinstance(node, ast.Assert), f"line {node.lineno}"
        if isinstance(node, ast.Call) and module not in (
            "cli",
            "core.wording",
        ):  # say() is there to print
            assert not (isinstance(node.func, ast.Name) and node.func.id == "print")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("eval", "exec")
        if isinstance(node, ast.Attribute) and ast.unparse(node).startswith("np.random."):
            assert node.attr in ("default_rng", "Generator", "SeedSequence", "PCG64")


@each_function
def test_chance_comes_from_rng_alone(name):
    """Whoever draws takes `rng`; a default seed is for the project's own tables only."""
    parameters = inspect.signature(FUNCTIONS[name]).parameters
    if name.startswith(("bootstrap_", "permute_")):
        assert "rng" in parameters
    if "rng" in parameters and name != "simulate_illustrative_trials":
        assert parameters["rng"].default is inspect.Parameter.empty


# --- results -----------------------------------------------------------------------------


@each_result
def test_results_are_frozen_keyword_only_dataclasses(name):
    item = RESULTS[name]
    assert dataclasses.is_dataclass(item)
    options = item.__dataclass_params__
    assert options.frozen
    assert not options.eq
    assert all(field.kw_only for field in dataclasses.fields(item))
    assert item.__repr__ is Result.__repr__
    assert item.__str__ is not object.__str__
    assert "to_frame" in vars(item)
    first, *rest = list(inspect.signature(item.to_frame).parameters)
    assert first == "self"
    assert "confidence_level" in rest or not rest
    if rest:
        default = inspect.signature(item.to_frame).parameters["confidence_level"].default
        assert default in (0.95, None)  # None: the level of the result itself


def make_results():
    data = load_dataset("esr_pain_change")
    one = data[data["condition"] == "ldn"]
    return {
        "fit_line": fit_line(one, predictor="esr_mm_h", outcome="pain_reduction_percent"),
        "fit_lines": fit_lines(data),
        "summarise_improvement": summarise_improvement(load_dataset("improvement")),
    }


MADE = make_results()
each_made = pytest.mark.parametrize("name", MADE)

GLOSSARY = {
    "term", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high",
    "n_obs", "n_dropped", "r_squared", "fitted", "resid", "leverage", "cooks_distance",
}  # fmt: skip
MORE = {  # beyond the glossary, in the same spirit
    "fit_line": "r r_conf_low r_conf_high adj_r_squared residual_sd std_resid pred_low pred_high",
    "fit_lines": "r r_conf_low r_conf_high adj_r_squared residual_sd std_resid",
    "summarise_improvement": "category count share joint_low joint_high",
}


@each_made
def test_column_names_are_those_of_the_glossary(name):
    result = MADE[name]
    data = {
        row for table in ("esr_pain_change", "improvement") for row in load_codebook(table)["name"]
    }
    known = GLOSSARY | data | set(MORE[name].split())
    tables = [result.to_frame(), result.to_frame(0.5)]
    tables += [
        getattr(result, part)()
        for part in ("glance", "augment", "predict")
        if hasattr(result, part)
    ]
    for table in tables:
        assert isinstance(table, pd.DataFrame)
        assert set(table) <= known, set(table) - known
    assert list(tables[0]) == list(tables[1])  # no name depends on the level
    used = set().union(*tables)
    assert set(MORE[name].split()) <= used


@each_made
def test_a_result_is_one_sentence_and_a_table(name):
    result = MADE[name]
    text, page = str(result), result._repr_html_()
    assert repr(result) == text
    assert "\n" not in text
    assert text.endswith(".")
    assert "n = " in text
    assert "illustrative data" in text
    assert page.startswith("<p>")
    assert page.count("<table") == 1
    for words in (text, page):
        assert not re.search(r"0x[0-9a-f]{6,}|/home|/tmp|\d\d:\d\d", words)  # no address, no clock
    assert repr(make_results()[name]) == repr(result)


@each_made
def test_results_cannot_be_changed(name):
    result = MADE[name]
    field = dataclasses.fields(result)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(result, field, None)


@pytest.mark.parametrize("level", [0, 1, 95, -0.1, float("nan")])
@each_made
def test_a_level_that_is_none_is_refused(name, level):
    text = f"confidence_level must lie between 0 and 1, e.g. 0.95; received {level!r}"
    result = MADE[name]
    asked = [result.to_frame, getattr(result, "glance", result.to_frame)]
    for ask in asked:
        with pytest.raises(ValueError) as caught:
            ask(level)
        assert str(caught.value) == text
    with pytest.raises(ValueError, match=r"confidence_level must lie"):
        wilson_interval(1, 2, level)


def test_html_escapes_column_names():
    data = pd.DataFrame({"<b>": [1.0, 2, 3, 5], "y&": [1.0, 2, 2, 4]})
    page = fit_line(data, predictor="<b>", outcome="y&")._repr_html_()
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.00"),
        (-0.0, "0.00"),
        (1234567.0, "1234567"),
        (-0.00012345, "-0.000123"),
        (9.999, "10.00"),
        (1e-15, "0.000000000000"),
        (-1e-15, "0.000000000000"),
        (float("inf"), "infinite"),
        (-float("inf"), "-infinite"),
        (np.nan, "not defined"),
        (np.float64(2.5), "2.50"),
    ],
)
def test_format_number(value, text):
    assert format_number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "p < 0.001"), (0.00099999, "p < 0.001"), (0.001, "p = 0.001"), (1.0, "p = 1.000")],
)
def test_format_p(value, text):
    assert format_p(value) == text


# --- imports -----------------------------------------------------------------------------

ARROWS = {  # which rooms a room may import; no other arrow is allowed
    "core": "",
    "data": "core",
    "lines": "core",
    "audit": "data core",
    "evidence": "data core",
    "crossover": "lines core",
    "small_samples": "lines data core",
    "multiverse": "crossover lines data core",
    "report": "crossover lines data core",
    "teaching": "multiverse evidence audit small_samples crossover lines data core",
    "cli": "report crossover lines data core",
}


def imports_of(module, text=None):
    """Modules of the package that a module imports, anywhere in it, by their dotted names."""
    tree = ast.parse(find_file(module).read_text(encoding="utf-8") if text is None else text)
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            home = ["ldn_analysis", *module.split(".")][: -node.level] if node.level else []
            source = ".".join([*home, *([node.module] if node.module else [])])
            names = [f"{source}.{alias.name}" for alias in node.names]
            found |= {
                name if name.split("ldn_analysis.")[-1] in MODULES else source for name in names
            }
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    own = {name.removeprefix("ldn_analysis.") for name in found if name.startswith("ldn_analysis")}
    return own - {"ldn_analysis"}


def find_wrong_arrows(module, imported):
    room = module.split(".")[0]
    rooms = {name.split(".")[0] for name in imported}
    return sorted(rooms - {room} - set(ARROWS[room].split()))


def is_drawing(module):
    return module.split(".")[-1].startswith(("figure", "forest", "widget"))


@pytest.mark.parametrize("module", MODULES)
def test_rooms_import_along_the_arrows(module):
    imported = imports_of(module)
    assert module not in imported
    assert not find_wrong_arrows(module, imported)
    if not is_drawing(module) and module.split(".")[0] not in ("cli", "report"):
        assert not [name for name in imported if is_drawing(name)]


def test_no_room_or_file_imports_in_a_circle():
    waiting = {module: imports_of(module) & set(MODULES) for module in MODULES}
    while ready := [module for module, needs in waiting.items() if not needs]:
        waiting = {
            module: needs - set(ready) for module, needs in waiting.items() if module not in ready
        }
    assert not waiting


def test_a_room_says_one_sentence_and_imports_nothing():
    rooms = [folder.parent for folder in FOLDER.glob("*/__init__.py")]
    assert {room.name for room in rooms} == set(ARROWS) - {"cli"}
    for path in FOLDER.glob("**/*/__init__.py"):
        (only,) = ast.parse(path.read_text(encoding="utf-8")).body
        assert isinstance(only, ast.Expr)


def test_the_arrows_test_sees_a_planted_import():
    planted = imports_of("core.line", "def f():\n    from ..lines.regression import LineFit")
    assert planted == {"lines.regression"}
    assert find_wrong_arrows("core.line", planted) == ["lines"]
    assert find_wrong_arrows("lines.checks", {"evidence.pooling", "core.line"}) == ["evidence"]
    assert imports_of("data.tables", "from ..cli import main\nfrom . import reading") == {
        "cli", "data.reading",
    }  # fmt: skip
    assert imports_of("core.line") == set()  # the kernel needs nobody


@pytest.mark.parametrize("module", [name for name in MODULES if is_drawing(name)])
def test_figures_compute_no_statistics(module):
    text = find_file(module).read_text(encoding="utf-8")
    for word in ("scipy", "statsmodels", "polyfit", "lstsq", "corrcoef", ".std(", "fit_line("):
        lines = [line for line in text.splitlines() if word in line and ">>>" not in line]
        assert not lines, lines


@pytest.mark.parametrize("module", MODULES)
def test_heavy_libraries_load_inside_functions(module):
    tree = ast.parse(find_file(module).read_text(encoding="utf-8"))
    for node in tree.body:
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            assert not name.startswith(
                ("scipy.stats", "statsmodels", "matplotlib", "IPython", "tqdm")
            )


def loaded_after(code, *arguments):
    """Names of the modules that a fresh process has loaded after some code."""
    script = f"{code}\nimport sys; print('\\n'.join(sys.modules), file=sys.stderr)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True, text=True, env=environment, timeout=120,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    return set(process.stderr.split())


def test_importing_the_package_is_light():
    loaded = loaded_after("import ldn_analysis")
    assert "ldn_analysis" in loaded
    assert not loaded & {"numpy", "pandas", "scipy", "scipy.stats", "statsmodels", "matplotlib"}


def test_importing_the_command_line_is_light():
    loaded = loaded_after("import ldn_analysis.cli")
    assert not loaded & {"numpy", "pandas", "scipy", "statsmodels", "matplotlib", "tqdm"}


def test_importing_any_module_is_light():
    code = "\n".join(f"import ldn_analysis.{name}" for name in MODULES)
    loaded = loaded_after(code)
    assert "pandas" in loaded
    assert not loaded & {"scipy.stats", "statsmodels", "matplotlib", "IPython", "tqdm"}


def test_the_figures_command_loads_no_more_than_it_needs(tmp_path):
    code = "import sys\nfrom ldn_analysis.cli import main\nmain(['figures', '--out', sys.argv[1]])"
    loaded = loaded_after(code, tmp_path)
    assert {"matplotlib.figure", "pandas", "scipy.special"} <= loaded
    heavy = {"statsmodels", "scipy.stats", "scipy.optimize", "matplotlib.pyplot", "IPython"}
    assert not loaded & heavy
