"""The command line: `python -m ldn_analysis` or `ldn-analysis`.

Exit codes: 0 done; 1 it could not be done (nothing is half-written); 2 bad input or usage.
"""

import argparse
import os
import re
import sys
from pathlib import Path

__all__ = ["main"]

# Columns of a table in its own words, as `core.columns.Columns` has them: (metavar, help).
COLUMNS = {
    "participant": ("COLUMN", "who it is; without it each row is another participant"),
    "condition": ("COLUMN", "what tells the conditions, groups or arms apart"),
    "predictor": ("COLUMN", "x of each line; without it there are no lines"),
    "outcome": ("COLUMN", "what is compared"),
    "baseline": ("COLUMN", "outcome before treatment: groups are compared adjusted for it"),
    "end": ("COLUMN", "outcome at the end: with --baseline the reduction is computed"),
    "covariate": ("COLUMN", "what a comparison of groups is adjusted for"),
    "sequence": ("COLUMN", "order of the two conditions of a crossover"),
    "period": ("COLUMN", "period of each row of a crossover"),
    "improvement": ("COLUMN", "answers in the words of Fig. 1"),
    "reference": ("NAME", "the group the others are compared with (default: the last)"),
    "codebook": ("FILE", "Frictionless codebook of the table: labels, units, limits"),
}
CHOICES = {
    "reduction": (["percent", "absolute"], "(baseline - end) / baseline x 100, or baseline - end"),
    "design": (["paired", "crossover", "parallel"], "default: as the rows say"),
    "repeated": (["raise", "mean"], "several rows of a participant under one condition"),
}
PAIRS = {
    "unit": ("units", "NAME=UNIT", "unit of a column, e.g. --unit weight=kg"),
    "label": ("labels", "NAME=TEXT", "what to call a column in sentences and figures"),
    "sequence-code": ("sequence_codes", "LETTER=CONDITION", "where the sequence says AB or BA"),
}
WIDE = "one row per participant: the column of the outcome by condition, e.g. ldn=COL1 placebo=COL2"
PERIODS = (
    "one row per participant: the column of each period; the conditions follow from --sequence"
)
CALLER = re.compile(r"^[a-z_]+: (?=[a-z])")  # the function that refused; not the user's concern
EPILOG = "exit codes: 0 done, 1 could not be done, 2 bad input or usage"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and give its exit code.

    Parameters
    ----------
    arguments : list of str, optional
        Default: those of the process.

    Returns
    -------
    int
        0 done; 1 it could not be done; 2 bad input or usage.

    Examples
    --------
    >>> main(["describe", "improvement"])  # doctest: +ELLIPSIS
    improvement: Self-reported improvement after LDN (Fig. 1)...
    """
    _prepare_streams()
    parser = _parser()
    options = parser.parse_args(arguments)
    _take_file(options, parser)
    try:
        code = options.run(options)
        sys.stdout.flush()  # a closed pipe is noticed here, not when Python ends
        return code
    except BrokenPipeError:  # e.g. "describe | head"
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _fail("stopped", 1)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _fail(f"{place}cannot be written or read: {error.strerror or error}", 1)
    except ValueError as error:  # DataError and CalibrationError among them
        return _fail(CALLER.sub("", str(error)), 2)


def _prepare_streams() -> None:
    """What a terminal cannot show is replaced; a closed stream is none that could fail."""
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # else the next file that is opened would take its number
            stream = Path(os.devnull).open("r" if name == "stdin" else "w", encoding="utf-8")  # noqa: SIM115
            setattr(sys, name, stream)
        elif name != "stdin" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _take_file(options, parser: argparse.ArgumentParser) -> None:
    """`report --conditions A B my.csv`: the file is not a third condition."""
    if getattr(options, "file", "") is not None:
        return
    named = options.conditions or []
    if len(named) < 2 or not Path(named[-1]).exists():
        parser.error("the following arguments are required: FILE")
    options.file = Path(named.pop())


def _fail(message: str, code: int) -> int:
    """Print a message on standard error."""
    print(f"ldn-analysis: {message}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    parser = argparse.ArgumentParser(
        prog="ldn-analysis", description="Figures and tables of the LDN re-analysis.", epilog=EPILOG
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for add in (_add_figures, _add_data, _add_check, _add_report, _add_template, _add_describe):
        add(commands)
    return parser


def _add_figures(commands) -> None:
    """The command that draws."""
    command = commands.add_parser(
        "figures", epilog=EPILOG, help="draw Fig. 1 and Fig. 2",
        description="Draw both figures from the illustrative data, or Fig. 2 from a CSV of your own.",
    )  # fmt: skip
    command.add_argument(
        "--out", type=Path, metavar="DIR",
        help="folder (default: figures; with --data my.csv: my_figures)",
    )  # fmt: skip
    kinds = ["svg", "png", "pdf"]
    command.add_argument("--format", nargs="+", default=kinds, choices=kinds)
    command.add_argument(
        "--data", type=Path, metavar="FILE",
        help="CSV in the shape of esr_pain_change, or in its own with the options below",
    )  # fmt: skip
    _add_force(command)
    _add_reading(command)
    command.set_defaults(run=_draw_figures)


def _add_data(commands) -> None:
    """The command that simulates."""
    command = commands.add_parser(
        "data", epilog=EPILOG, help="rewrite the illustrative tables",
        description="Simulate the illustrative trials and write their tables.",
    )  # fmt: skip
    command.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="folder (default: data/illustrative of the checkout)",
    )
    command.add_argument(
        "--seed", type=int,
        help="another seed gives other participants, calibrated to the same numbers",
    )  # fmt: skip
    command.set_defaults(run=_write_data)


def _add_check(commands) -> None:
    """The command that only reads."""
    command = commands.add_parser(
        "check", epilog=EPILOG, help="check a CSV of your own",
        description="Check a CSV against the codebook and list everything that is wrong with it.",
    )  # fmt: skip
    command.add_argument("file", type=Path, metavar="FILE", nargs="?")
    _add_table(command)
    _add_reading(command)
    command.set_defaults(run=_check_file)


def _add_report(commands) -> None:
    """The command that writes a page."""
    command = commands.add_parser(
        "report", epilog=EPILOG, help="write one page about a CSV of your own",
        description="Figures, checks and comparisons of a CSV of your own, with their limits, as one "
        "HTML file that stands alone and can be printed.",
    )  # fmt: skip
    command.add_argument("file", type=Path, metavar="FILE", nargs="?")
    command.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="page to write (default: my_report.html for my.csv)",
    )
    command.add_argument("--title", default="", help="heading (default: the name of the file)")
    command.add_argument(
        "--seed", type=int, default=1, help="of bootstrap and permutations (default: 1)"
    )
    _add_force(command)
    _add_reading(command)
    command.set_defaults(run=_write_report)


def _add_template(commands) -> None:
    """The command that writes files to begin with."""
    command = commands.add_parser(
        "template", epilog=EPILOG, help="write an empty table to fill in",
        description="Write an empty table, its codebook, a filled example of simulated participants, "
        "and a file in which to say what the columns of a table in its own words hold.",
    )  # fmt: skip
    _add_table(command)
    command.add_argument(
        "--out", type=Path, default=Path(), metavar="DIR", help="folder (default: this one)"
    )
    command.add_argument("--force", action="store_true", help="replace files of these names")
    command.set_defaults(run=_write_template)


def _add_describe(commands) -> None:
    """The command that prints the codebook."""
    command = commands.add_parser(
        "describe", epilog=EPILOG, help="print the codebook",
        description="List the tables, or the columns of one of them.",
    )  # fmt: skip
    command.add_argument(
        "name", nargs="?", metavar="NAME", help="a table; default: the list of tables"
    )
    command.set_defaults(run=_describe)


def _add_table(parser: argparse.ArgumentParser) -> None:
    """Option of every command that works on any of the illustrative tables."""
    parser.add_argument(
        "--table", default="esr_pain_change", metavar="NAME",
        help="the table whose columns it has (default: esr_pain_change)",
    )  # fmt: skip


class _Version(argparse.Action):
    """Look the version up only when it is asked for."""

    def __call__(self, parser, *_):
        from . import __version__

        print(__version__)
        parser.exit(0)


def _add_reading(parser: argparse.ArgumentParser) -> None:
    """Options of every command that reads a user's table."""
    parser.add_argument(
        "--conditions",
        nargs="+",
        metavar="NAME",
        help="your names of the conditions, left pane first; quote names with spaces",
    )
    parser.add_argument(
        "--missing",
        choices=["raise", "drop"],
        default="raise",
        help="rows with a blank in a required column",
    )
    parser.add_argument("--sheet", metavar="NAME", help="of an .xlsx workbook (default: the first)")
    own = parser.add_argument_group("a table in its own words (see also: template)")
    own.add_argument(
        "--columns", type=Path, metavar="FILE", help="the options below, in a TOML file"
    )
    for name, (metavar, text) in COLUMNS.items():
        own.add_argument(f"--{name}", metavar=metavar, help=text)
    for name, (choices, text) in CHOICES.items():
        own.add_argument(f"--{name}", choices=choices, help=text)
    for name, (target, metavar, text) in PAIRS.items():
        own.add_argument(
            f"--{name}", dest=target, action="append", type=_split_pair, metavar=metavar, help=text
        )

    own.add_argument(
        "--wide", nargs="+", type=_split_pair, metavar="CONDITION=COLUMN", default=[], help=WIDE
    )
    own.add_argument("--periods", nargs="+", metavar="COLUMN", default=[], help=PERIODS)


def _split_pair(text: str) -> tuple[str, str]:
    """NAME=TEXT as two texts."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise argparse.ArgumentTypeError(f"write NAME=TEXT; received {text!r}")
    return name.strip(), value.strip()


def _list_given(options) -> dict:
    """What the options say about the columns."""
    given = {name: getattr(options, name) for name in (*COLUMNS, *CHOICES)}
    given |= {"wide": dict(options.wide), "periods": tuple(options.periods)}
    given |= {target: dict(getattr(options, target) or {}) for target, *_ in PAIRS.values()}
    return {name: value for name, value in given.items() if value}


def _find_columns(options):
    """The columns in the user's words; None for a table in the shape of the project's."""
    from .core.columns import OWN_NAMES, Columns

    given = _list_given(options)
    if options.columns is None and set(given) <= {"wide"}:
        return None  # a wide table may have the project's names too
    if options.conditions:
        given["conditions"] = tuple(options.conditions)
    if options.columns is not None:
        return Columns.from_toml(options.columns, **given)
    if not {"participant", "condition", "predictor", "outcome", "baseline"} & set(given):
        given = OWN_NAMES | given
    return Columns(**given)


def _add_force(parser: argparse.ArgumentParser) -> None:
    """Option of the commands whose files have names that the user may have used."""
    parser.add_argument(
        "--force", action="store_true", help="replace files that this program has not written"
    )


def _refuse_foreign(options, folder: Path, contents: dict, marked: str) -> None:
    """Files of somebody else under our names; one of ours bears the mark of its set."""
    from .core.files import recognise_own

    there = [folder / name for name in contents if (folder / name).exists()]
    if there and not options.force and not recognise_own(folder / marked):
        names = ", ".join(map(str, there))
        raise ValueError(
            f"{names}: is there and was not written by this program; name another place with --out, "
            "or replace it with --force"
        )


def _draw_figures(options) -> int:
    """Read and fit everything first, render, and write last."""
    if options.data is None and (
        options.conditions or options.missing != "raise" or options.columns or _list_given(options)
    ):
        return _fail("--conditions, --missing and the names of columns go with --data FILE", 2)
    from .core.files import write_files
    from .report.captions import render_captions

    results = _fit_figures(options)
    # For a lesson that begins with what a class sees; a user's own figure has its numbers.
    drawn = {} if options.data else {"figure_2_without_numbers": results["figure_2"]}
    contents, missing = _render(results | drawn, options.format)
    for text in missing:
        print(f"{options.data}: {text}", file=sys.stderr)
    contents["captions.md"] = render_captions(results).encode()
    # A user's figure is never written among the project's own by default.
    default = Path("figures") if options.data is None else Path(f"{options.data.stem}_figures")
    folder = options.out or default
    if options.data is not None:
        _refuse_foreign(options, folder, contents, "captions.md")
    for path in write_files(contents, folder):
        print(path)
    for result in results.values():
        print(result)
    return 0


def _fit_figures(options) -> dict:
    """The result behind each figure, by the name of its files."""
    from .crossover.improvement import summarise_improvement
    from .data.tables import load_dataset
    from .lines.group_lines import fit_lines

    if options.data is None:
        summary = summarise_improvement(load_dataset("improvement"))
        return {"figure_1": summary, "figure_2": fit_lines(load_dataset("esr_pain_change"))}
    data, columns = _read(options, "esr_pain_change")
    if columns is None:
        return {"figure_2": fit_lines(data, groups=options.conditions)}
    from .report.estimates import analyse_table

    analysis = analyse_table(data, columns)
    results = {"lines": analysis.fits, "means": analysis.means}
    results = {name: result for name, result in results.items() if result is not None}
    if not results:
        raise ValueError(
            f"{options.data}: one group without a predictor leaves nothing to draw; name a column "
            "with --predictor or --condition"
        )
    return results


def _render(results: dict, formats: list[str]) -> tuple[dict[str, bytes], list[str]]:
    """Each result's figure as files, and what the font lacks."""
    from matplotlib import style
    from tqdm import tqdm

    from .core.canvas import STYLE
    from .core.export import notice_missing_characters, render_figure
    from .report.estimates import draw_result

    contents = {}
    with style.context(STYLE), notice_missing_characters() as missing:
        for name, result in (progress := tqdm(results.items(), unit="figure", disable=None)):
            progress.set_description(name)
            figure = draw_result(result, numbers=not name.endswith("without_numbers"))
            rendered = render_figure(figure, formats)
            contents |= {f"{name}.{kind}": data for kind, data in rendered.items()}
    return contents, missing


def _write_data(options) -> int:
    """Simulate, check and write."""
    from .data.simulated_people import SEED, simulate_illustrative_trials
    from .data.tables import find_illustrative_folder, write_tables

    folder = options.out or find_illustrative_folder()
    seed = SEED if options.seed is None else options.seed
    if seed < 0:
        return _fail(f"--seed must not be negative; received {seed}", 2)
    for path in write_tables(simulate_illustrative_trials(rng=seed), folder):
        print(path)
    return 0


def _check_file(options) -> int:
    """Read, and say what was found."""
    from .data.checking import describe_own_table
    from .data.summary import summarise_reading

    frame, columns = _read(options, options.table)
    resource = describe_own_table(options.table) if columns is None else columns.describe_table()
    print(f"{options.file}: {len(frame)} rows, {frame.shape[1]} columns, no problems found")
    for line in summarise_reading(frame, resource):
        print(line)
    return 0


def _write_report(options) -> int:
    """Refuse a wrong place first; read, compute, and write last."""
    if options.seed < 0:
        return _fail(f"--seed must not be negative; received {options.seed}", 2)
    source, out = options.file, options.out or Path(f"{options.file.stem}_report.html")
    if out.is_dir():
        return _fail(f"{out}: is a folder; name a file in it, e.g. {out / 'report.html'}", 2)
    if out.exists() and source.exists() and out.samefile(source):
        return _fail(f"{out}: is the table itself; name another file with --out", 2)
    if out.suffix.lower() not in (".html", ".htm"):
        return _fail(f"{out}: the page is HTML; name a file that ends with .html", 2)
    _refuse_foreign(options, out.parent, {out.name: b""}, out.name)
    data, columns = _read(options, "esr_pain_change")

    from .core.files import write_files
    from .report.report import build_report

    page = build_report(
        data, rng=options.seed, title=options.title, command=_repeat(options), columns=columns,
        path=source if source.is_file() else None,  # of a pipe nobody can read the bytes again
    )  # fmt: skip
    for path in write_files({out.name: page.encode()}, out.parent):
        print(path)
    return 0


def _repeat(options) -> str:
    """The command as somebody else would type it in the folder of the file."""
    from shlex import join

    words = ["python", "-m", "ldn_analysis", "report", options.file.name]
    words += ["--conditions", *options.conditions] if options.conditions else []
    words += ["--missing", "drop"] if options.missing == "drop" else []
    words += ["--columns", options.columns.name] if options.columns else []
    for name in (*COLUMNS, *CHOICES):
        if value := getattr(options, name):
            words += [f"--{name}", Path(value).name if name == "codebook" else value]
    for name, (target, *_) in PAIRS.items():
        for key, value in getattr(options, target) or []:
            words += [f"--{name}", f"{key}={value}"]
    words += ["--wide", *(f"{key}={value}" for key, value in options.wide)] if options.wide else []
    words += ["--periods", *options.periods] if options.periods else []
    words += ["--sheet", options.sheet] if options.sheet else []
    words += ["--title", options.title] if options.title else []
    return join([*words, "--seed", str(options.seed)])


def _write_template(options) -> int:
    """Files to begin with."""
    from .data.template import write_template

    for path in write_template(options.out, table=options.table, force=options.force):
        print(path)
    return 0


def _read(options, table: str):
    """Read the user's table; what was noticed goes to standard error."""
    from .data.reading import read_table

    columns = _find_columns(options)
    path = getattr(options, "file", None) or options.data
    wide = {"wide": dict(options.wide)} if columns is None and options.wide else {}
    frame = read_table(
        path, table=table, conditions=options.conditions, missing=options.missing,
        sheet=options.sheet, columns=columns, **wide,
    )  # fmt: skip
    for note in frame.attrs["notes"]:
        print(f"{path}: {note}", file=sys.stderr)
    return frame, columns


def _describe(options) -> int:
    """Print the list of tables or one table's codebook, wrapped to the terminal."""
    from shutil import get_terminal_size
    from textwrap import fill

    from .core.codebook import get_resource
    from .data.tables import list_datasets, load_codebook

    width = min(get_terminal_size().columns, 100)
    if options.name is None:
        for row in list_datasets().itertuples():
            print(f"{row.name:<17} {row.status:<13} {row.rows:>5} rows  {row.title}")
        return 0
    resource = get_resource(options.name)
    print(f"{options.name}: {resource['title']}")
    print(fill(resource["description"], width))
    for row in load_codebook(options.name).itertuples():
        facts = [row.type, row.unit, row.status, "required" if row.required else "may be blank"]
        limits = [
            f"{word} {value:g}"
            for word, value in (("from", row.minimum), ("to", row.maximum))
            if value == value
        ]
        facts += [
            " ".join(limits),
            "one of: " + "; ".join(row.categories) if row.categories else "",
        ]
        print(f"\n{row.name}  ({', '.join(fact for fact in facts if fact)})")
        print(fill(row.description, width, initial_indent="    ", subsequent_indent="    "))
    return 0
