"""Names, docstrings, results and imports keep to the house rules, in every module there is."""

import ast
import doctest
import inspect
import os
import pkgutil
import re
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

import ldn_analysis
from ldn_analysis.core.result import Result

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


@cache
def parse_file(module):
    return ast.parse(find_file(module).read_text(encoding="utf-8"))


VERBS = set()
for line in (
    "audit bootstrap check compare describe enumerate find fit format leave list load new order",
    "permute plot pool predict read render require save search show simulate solve sum summarise",
    "test write draw count run apply get infer adjust combine interpret build give choose",
    "pair measure compute correct enter make paired say explore analyse cumulate vary standardise",
    "estimate move use fill copy embed mark take place render open capitalise join shorten label",
    "prepare reduce predict reveal register name locate",
):
    VERBS |= set(line.split())
NOT_VERBS = {
    "wilson_interval",
    "clopper_pearson_interval",
    "main",
    "progress",
    "exact_bootstrap_line",
    "name_change_unit",
}  # a quantity's own name; the entry point
CLASSES = {  # what else is public and not a result
    "Assumptions", "CalibrationError", "Columns", "DataError", "Exercise", "Influence", "Line", "LineSums",
    "IllustrativeColumn", "IllustrativeTable", "Interval", "McNemar", "PairedREML", "Part", "Plan",
    "PlannedAnalysis", "Printed",
    "Result", "TableDesign", "Tally", "TrialTruth", "Verdict",
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


def test_editors_see_the_names_that_load_on_first_use(monkeypatch):
    """The stub is generated: python docs/stub.py writes it anew."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import stub

    assert stub.PATH.read_text(encoding="utf-8") == stub.write_stub()


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
            for line in re.findall(r"^\*{0,2}(\w[\w, ]*)(?: :.*)?$", described, re.MULTILINE)
            for part in line.split(",")
        }
        assert set(parameters) <= names, set(parameters) - names
    if inspect.signature(function).return_annotation is not None:
        assert "Returns" in found or "Raises" in found
    order = ["Parameters", "Returns", "Raises", "See Also", "Notes", "References", "Examples"]
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
    tree = parse_file(module)
    assert ast.get_docstring(tree)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inner = {node for outer in functions for node in ast.walk(outer) if node is not outer}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            if node.name.startswith("__"):
                continue
            assert node in inner or ast.get_docstring(node) or node.name == "_repr_html_", node.name


@pytest.mark.parametrize("module", MODULES)
def test_no_assert_print_or_global_chance_in_the_package(module):
    tree = parse_file(module)
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


GIVEN = {  # what is asked for beside rng, so that only the seed can be wrong
    "fit": lambda: ldn_analysis.fit_line(
        pd.DataFrame({"x": [1.0, 2, 3, 5, 8], "y": [2.0, 1, 4, 4, 6]}), predictor="x", outcome="y"
    ),
    "truth": lambda: ldn_analysis.TrialTruth(slope_ldn=1.0, mean_ldn=10.0),
    "data": lambda: ldn_analysis.load_dataset("esr_pain_change"),
    "multiverse": lambda: ldn_analysis.fit_multiverse(
        ldn_analysis.load_dataset("daily_pain"), ldn_analysis.load_dataset("participants"),
        grid={"model": ["OLS"], "participants": ["both trials"], "esr": ["as is"]},
    ),
    "n_people": lambda: 10, "n_trials": lambda: 10, "effect": lambda: 5.0, "retest_r": lambda: 0.5,
    "cutoff": lambda: 60.0, "reliability": lambda: 0.5,
}  # fmt: skip
LIST_OF_SIZES = {"summarise_power"}  # of n_people
INTERNAL = {"draw_again", "sum_trials", "write_diaries"}  # handed a Generator by those below
NEED_MORE = {
    "simulate_multiple_tests": {"correlation": 0.0},
}


@pytest.mark.parametrize(
    "name", [name for name in FUNCTIONS if "rng" in inspect.signature(FUNCTIONS[name]).parameters]
)
def test_no_seed_is_refused_everywhere(name):
    """Nobody could repeat the numbers. One function says so, in one sentence."""
    if name in INTERNAL:
        assert name not in ldn_analysis.__all__
        return
    parameters = inspect.signature(FUNCTIONS[name]).parameters.values()
    needed = [item.name for item in parameters if item.default is inspect.Parameter.empty]
    given = {item: GIVEN[item]() for item in needed if item != "rng"} | NEED_MORE.get(name, {})
    if name in LIST_OF_SIZES:
        given["n_people"] = [10]
    with pytest.raises(ValueError) as caught:
        FUNCTIONS[name](**given, rng=None)
    assert str(caught.value) == (
        f"{name}: rng is None; pass a seed, e.g. rng=1, or a numpy Generator"
    )


# --- length ------------------------------------------------------------------------------

MAX_LINES = 40  # of a function's body, without its docstring, blanks and comments


def measure_functions():
    """Lines of the body of every function of the package and of what is run beside it, by file."""
    found = {}
    scripts = [
        path
        for name in ("classroom", "docs", "notebooks")
        for path in (ROOT / name).glob("**/*.py")
    ]
    for path in [*map(find_file, MODULES), *scripts, ROOT / "run.py"]:
        text = path.read_text(encoding="utf-8")
        lines = [line.strip() for line in text.splitlines()]
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                first = node.body[ast.get_docstring(node) is not None :]
                start = first[0].lineno if first else node.end_lineno + 1
                body = lines[start - 1 : node.end_lineno]
                found[f"{path.relative_to(ROOT)}: {node.name}"] = sum(
                    bool(line) and not line.startswith("#") for line in body
                )
    return found


def test_functions_are_short():
    lengths = measure_functions()
    assert not {name: length for name, length in lengths.items() if length > MAX_LINES}


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


@cache
def imports_of(module, text=None):
    """Modules of the package that a module imports, anywhere in it, by their dotted names."""
    tree = parse_file(module) if text is None else ast.parse(text)
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
    tree = parse_file(module)
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


def loaded_after(code):
    """Names of the modules that a fresh process has loaded after some code."""
    script = f"{code}\nimport sys; print('\\n'.join(sys.modules), file=sys.stderr)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.run(
        [sys.executable, "-c", script],
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
    assert not loaded & {"scipy.stats", "statsmodels", "matplotlib", "IPython", "tqdm", "joblib"}
