"""The tasks of a class.

python -m classroom student   folders for students: notebooks, data of their own, a page to start
python -m classroom collect   run what students hand in, make marks.csv and a page to look through
python -m classroom exam      an exam sheet, and how to mark it
"""

import argparse
import sys
from pathlib import Path

from .errors import InputError


def read_count(text: str) -> int:
    """A number of students or workers."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 999:
        raise argparse.ArgumentTypeError(f"a whole number from 1 to 999 is asked for, not {text!r}")
    return int(text)


def add_student(tasks) -> None:
    """Options of `student`."""
    parser = tasks.add_parser("student", help="folders for students")
    parser.add_argument("names", nargs="*", metavar="NOTEBOOK", help="e.g. 03 05; default: all")
    parser.add_argument("--seed", type=int, help="of the class: another number, other participants")
    many = parser.add_mutually_exclusive_group()
    many.add_argument(
        "--students", type=Path, metavar="FILE", help="class list: text, CSV or .xlsx"
    )
    many.add_argument("--count", type=read_count, metavar="N", help="1 to 999 numbered folders")
    many.add_argument("--grader", choices=["nbgrader", "otter"], help="with solutions, to grade")
    parser.add_argument(
        "--column", default="", metavar="NAME", help="of the names in the class list"
    )
    parser.add_argument(
        "--encoding", default="", metavar="NAME", help="of a class list that is not UTF-8"
    )
    parser.add_argument("--id", default="", metavar="NAME", help="a column to add to folder names")
    parser.add_argument("--force", action="store_true", help="make folders anew that are there")
    add_common(parser)


def add_collect(tasks) -> None:
    """Options of `collect`."""
    parser = tasks.add_parser("collect", help="run and mark what students hand in")
    parser.add_argument("submissions", type=Path, metavar="SUBMISSIONS", help="folder or zip")
    parser.add_argument("names", nargs="*", metavar="NOTEBOOK", help="only these, e.g. 03 05")
    parser.add_argument(
        "--seconds", type=read_count, default=120, help="for a notebook; default: 120"
    )
    parser.add_argument("--memory", type=float, default=4, metavar="GB", help="default: 4")
    add_common(parser)


def add_exam(tasks) -> None:
    """Options of `exam`."""
    parser = tasks.add_parser("exam", help="an exam sheet, and how to mark it")
    parser.add_argument("questions", nargs="*", metavar="QUESTION", help="e.g. 1 4 6; default: all")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--student", action="append", metavar="WHO", help="number, folder or name")
    who.add_argument("--all", action="store_true", help="every student of the record")
    add_common(parser)


def add_common(parser: argparse.ArgumentParser) -> None:
    """Options of every task."""
    parser.add_argument(
        "--out", type=Path, default=Path("build"), metavar="DIR", help="default: build"
    )
    parser.add_argument(
        "--workers", type=read_count, default=0, metavar="N", help="default: all cores"
    )


def make_students(options: argparse.Namespace) -> None:
    """Carry out `student`."""
    from .class_list import read_class_list
    from .copies import find_notebooks, make_copies
    from .folders import write_class, write_single

    paths = find_notebooks(options.names)
    if options.grader:
        from .grading import write_masters

        write_masters(paths, options.grader, options.out)
        return
    folders = None
    if options.students:
        read = read_class_list(
            options.students,
            column=options.column,
            with_id=options.id,
            encoding=options.encoding,
        )
        print(read.understood, flush=True)
        folders = read.folders
    elif options.count:
        width = max(2, len(str(options.count)))
        numbers = [f"student-{i:0{width}}" for i in range(1, options.count + 1)]
        folders = {name: name for name in numbers}
    from .start import make_start_files

    texts = make_copies(paths, folders is not None or options.seed is not None) | make_start_files()
    if folders is None:
        write_single(texts, options.seed, options.out, options.force)
    else:
        write_class(
            texts, folders, options.seed, options.out, force=options.force, workers=options.workers
        )


def check_options(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Refuse what would be ignored."""
    if options.task != "student":
        return
    if options.grader and options.seed is not None:
        parser.error("--seed has no meaning with --grader: a grader takes one data set for all")
    if (options.column or options.id or options.encoding) and not options.students:
        parser.error("--column, --id and --encoding belong to --students FILE")


def main() -> None:
    """Carry out one task."""
    parser = argparse.ArgumentParser(
        prog="classroom", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    tasks = parser.add_subparsers(dest="task", required=True)
    for add in (add_student, add_collect, add_exam):
        add(tasks)
    # Options may stand between the names: --count 3 03.
    task = tasks.choices.get(sys.argv[1]) if len(sys.argv) > 1 else None
    if task is None:
        options = parser.parse_args()
    else:
        options = task.parse_intermixed_args(sys.argv[2:], argparse.Namespace(task=sys.argv[1]))
    check_options(task or parser, options)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(
            errors="replace"
        )  # a name that the console cannot show is no reason to stop
    try:
        if options.task == "student":
            make_students(options)
        elif options.task == "collect":
            from .collect import collect

            collect(options)
        else:
            from .exam import write_exams

            write_exams(options)
    except InputError as error:
        print(f"{options.task}: {error}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        print(f"{options.task}: cannot be done: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(f"{options.task}: stopped")


if __name__ == "__main__":
    main()
