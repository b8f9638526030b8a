"""Student copies of the notebooks: no solutions, no outputs, simulated participants of their own.

`build.py student` calls this; docs/teaching.md says how a teacher uses it.
"""

import copy
import csv
import hashlib
import io
import shutil
import sys
import unicodedata
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell
from ways import make_links_local

USE_DATA = """# These simulated people are your own: your numbers differ from your neighbour's.
ldn.use_data("data")"""
HEADERS = {"name", "names", "student", "students"}
RESERVED = {"con", "prn", "aux", "nul", *(f"{a}{i}" for a in ("com", "lpt") for i in range(1, 10))}


def make_copy(notebook: nbformat.NotebookNode, own_data: bool) -> nbformat.NotebookNode:
    """A copy to work in; with data of its own, the setup is followed by the line that takes them."""
    notebook = copy.deepcopy(notebook)
    notebook.cells = [
        cell for cell in notebook.cells if "solution" not in cell.metadata.get("tags", [])
    ]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            cell.source = make_links_local(cell.source)
    if own_data:
        setup = next(i for i, cell in enumerate(notebook.cells) if cell.id == "setup")
        notebook.cells.insert(setup + 1, new_code_cell(USE_DATA, id="use-data"))
    return notebook


# --- names -------------------------------------------------------------------------------


def read_students(path: Path) -> dict[str, str]:
    """Names and folders from a text or CSV file, one per line; stops with one message where that is not so."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        sys.exit(f"build.py: {path}: cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        sys.exit(f"build.py: {path}: is not UTF-8 text; save it as plain text or CSV, UTF-8")
    names = []
    for number, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in next(csv.reader([line]), [""])]
        if not any(cells) or (not names and cells[0].lower() in HEADERS):
            continue
        if len(cells) > 1:
            sys.exit(
                f"build.py: {path}, line {number}: {line!r} has {len(cells)} cells; "
                'one name per line, a name with a comma in "quotes"'
            )
        names.append((cells[0], f"{path}, line {number}"))
    if not names:
        sys.exit(f"build.py: {path}: there is no name in it; write one name per line")
    return names_to_folders(names)


def names_to_folders(names: list[tuple[str, str]]) -> dict[str, str]:
    """Folder of each name; refuses what is no name and what two students would share."""
    folders, places = {}, {}
    for name, place in names:
        folder = make_folder_name(name, place)
        key = folder.casefold()
        if key in places:
            sys.exit(
                f"build.py: {place}: {name!r} gives the same folder as {places[key]}; "
                "make the two names differ, e.g. with a number"
            )
        places[key] = place
        folders[name] = folder
    return folders


def make_folder_name(name: str, place: str) -> str:
    """The name as a folder: letters of any script and digits stay, the rest becomes _."""
    name = unicodedata.normalize("NFC", name)
    if any(sign in name for sign in "/\\") or not name.isprintable() or name.startswith("."):
        sys.exit(
            f"build.py: {place}: {name!r} cannot be a folder; a name has no slash or backslash, "
            "no control character and no dot in front"
        )
    kept = [
        sign if sign in "-_'" or unicodedata.category(sign)[0] in "LNM" else "_" for sign in name
    ]
    folder = "_".join(part for part in "".join(kept).split("_") if part)
    if not any(sign.isalnum() for sign in folder) or len(folder.encode()) > 120:
        sys.exit(f"build.py: {place}: {name!r} is no name of 1 to about 100 letters")
    return f"{folder}_" if folder.lower() in RESERVED else folder


# --- data --------------------------------------------------------------------------------


def derive_seed(class_seed: int, name: str, attempt: int) -> int:
    """A seed that follows from the class's seed and the name, whoever else is in the list."""
    text = f"{class_seed}/{unicodedata.normalize('NFC', name)}/{attempt}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def keeps_the_lesson(tables: dict) -> bool:
    """Whether the prose of notebooks 03 and 05 holds for these people.

    Left pane below 0.05, right pane not, and an interval of the difference that includes
    zero: nearly all seeds. This selects on significance, which is what the
    notebooks warn of; the guide says so.
    """
    from ldn_analysis import compare_slopes, fit_lines

    fits = fit_lines(tables["esr_pain_change"])
    difference = compare_slopes(tables["esr_pain_change"]).to_frame().iloc[0]
    return bool(
        fits["ldn"].p_value < 0.05 <= fits["placebo"].p_value
        and difference["conf_low"] < 0 < difference["conf_high"]
    )


def simulate_people(class_seed: int, name: str) -> tuple[int, dict]:
    """The first seed of this name whose people keep the lesson, and their tables."""
    from ldn_analysis import CalibrationError, simulate_illustrative_trials

    for attempt in range(50):
        seed = derive_seed(class_seed, name, attempt)
        try:
            tables = simulate_illustrative_trials(rng=seed)
        except CalibrationError:
            continue
        if keeps_the_lesson(tables):
            return seed, tables
    sys.exit(f"build.py: no data for {name!r} were found; give another --seed")


# --- folders -----------------------------------------------------------------------------


def write_one(texts: dict[str, str], class_seed: int | None, out: Path) -> None:
    """Copies straight into OUT/student/, with data of their own if there is a seed."""
    from ldn_analysis.core.files import write_files
    from ldn_analysis.data.tables import write_tables

    folder = out / "student"
    if class_seed is not None:
        seed, tables = simulate_people(class_seed, "")
        write_tables(tables, folder / "data")
        answers = [(name, "", answer) for name, answer in list_answers(folder / "data")]
        write_record([("", "", seed, class_seed)], answers, out)
    write_files({name: text.encode() for name, text in texts.items()}, folder)
    for name in texts:
        print(folder / name)


def write_class(texts: dict[str, str], folders: dict[str, str], class_seed: int, out: Path) -> None:
    """A folder a student, each whole or not at all, and the teacher's record of them."""
    from tqdm import tqdm

    seeds, answers = [], []
    try:
        for name, folder in tqdm(folders.items(), unit="student", disable=None):
            place = out / "student" / folder
            seed, tables = simulate_people(class_seed, name)
            found = write_folder(place, texts, tables)
            answers += [(exercise, name, answer) for exercise, answer in found]
            seeds.append((name, folder, seed, class_seed))
    except KeyboardInterrupt:
        sys.exit(f"build.py: stopped after {len(seeds)} of {len(folders)} folders; these are whole")
    finally:
        write_record(seeds, answers, out)
    print(f"{len(seeds)} folders in {out / 'student'}; seeds and answers in {out / 'teacher'}")


def write_folder(folder: Path, texts: dict[str, str], tables: dict) -> list[tuple]:
    """One student's folder: made beside its place, then moved there. Gives its answers."""
    from ldn_analysis.core.files import write_files
    from ldn_analysis.data.tables import write_tables

    part, old = (folder.with_name(f".{folder.name}.{end}") for end in ("part", "old"))
    for leftover in (part, old):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        write_tables(tables, part / "data")
        write_files({name: text.encode() for name, text in texts.items()}, part)
        answers = list_answers(part / "data")
        if folder.exists():
            folder.rename(old)
        part.rename(folder)
    finally:
        for leftover in (part, old):
            shutil.rmtree(leftover, ignore_errors=True)
    return answers


def list_answers(data: Path) -> list[tuple[str, object]]:
    """Exercise and right answer, for the tables of a folder."""
    from ldn_analysis import use_data
    from ldn_analysis.teaching.check import load_exercises

    use_data(data)
    try:
        found = [(name, make().answer) for name, make in sorted(load_exercises().items())]
    finally:
        use_data(None)
    return [(name, f"{x:.6g}" if isinstance(x, float) else x) for name, x in found]


def write_record(seeds: list[tuple], answers: list[tuple], out: Path) -> None:
    """seeds.csv and answers.csv, for the teacher: beside, not inside, what is handed out."""
    from ldn_analysis.core.files import write_files

    tables = {
        "seeds.csv": [("student", "folder", "seed", "class_seed"), *seeds],
        "answers.csv": [
            ("exercise", "student", "answer"),
            *sorted(answers, key=lambda row: row[:2]),
        ],
    }
    texts = {}
    for name, table in tables.items():
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(table)
        texts[name] = text.getvalue().encode("utf-8-sig")  # so that spreadsheets read the names
    write_files(texts, out / "teacher")
