"""Folders for students, and the teacher's record of them.

What is in a folder stays: files that lack are added, nothing is replaced unless forced to.
"""

import shutil
from pathlib import Path

from .errors import InputError
from .people import hash_data, make_student, read_data
from .record import EXERCISE, Record, lock_record
from .workers import map_students

DEFAULT_SEED = 0


def choose_seed(record: Record, given: int | None) -> int:
    """The class's seed: as given, else that of the record, else 0; it is said which."""
    if given is not None:
        return given
    known = {row["class_seed"] for row in record.seeds.values()}
    if len(known) > 1:
        raise InputError(
            f"{record.folder / 'seeds.csv'} holds classes with the seeds {', '.join(sorted(known))}; "
            "say which with --seed, or use another --out"
        )
    seed = int(known.pop()) if known else DEFAULT_SEED
    source = "as in the record" if record.seeds else "as none was given"
    print(f"class seed {seed}, {source}")
    return seed


def write_single(texts: dict[str, bytes], seed: int | None, out: Path, force: bool) -> None:
    """One copy for all straight into OUT/student/, with data of its own if there is a seed."""
    if seed is not None:
        refuse_folders(out / "student")
        write_class(texts, {"": ""}, seed, out, force=force)
        return
    refuse_folders(out / "student")
    with lock_record(out):
        say_kept([write_folder(out / "student", texts, force=force)], out)
    print(f"one copy for all in {out / 'student'}, with the project's data")


def refuse_folders(place: Path) -> None:
    """A copy for all does not lie among, or replace, the folders of a class."""
    others = [path.name for path in place.glob("*/") if path.name != "data" and path.is_dir()]
    if others := [name for name in others if not name.startswith(".")]:
        raise InputError(
            f"{place} holds folders of students ({others[0]}, ...); a copy for all needs another --out"
        )


def write_class(
    texts: dict[str, bytes],
    folders: dict[str, str],
    class_seed: int | None,
    out: Path,
    *,
    force: bool = False,
    workers: int = 0,
) -> None:
    """A folder a student, each whole or not at all, recorded as soon as it is there."""
    notebooks = sorted({name[:2] for name in texts if name.endswith(".ipynb")})
    with lock_record(out):
        record = Record(out)
        record.order = {name: i for i, name in enumerate(folders)}
        class_seed = choose_seed(record, class_seed)
        if not force:
            refuse_other_data(record, folders, class_seed, out)
        places = {name: out / "student" / folder for name, folder in folders.items()}
        found = {} if force else {name: find_made(record, name, places[name]) for name in folders}
        ready = [name for name in found if found[name] and is_answered(record, name, notebooks)]
        # Files that lack, e.g. of the next notebook, are added to folders that are there.
        kept = [write_folder(places[name], texts) for name in ready]
        todo, made = [name for name in folders if name not in ready], 0
        tasks = [(class_seed, name, notebooks, found.get(name)) for name in todo]
        try:
            for i, (seed, data, answers) in map_students(make_student, tasks, workers):
                name = todo[i]
                row = {"student": name, "folder": folders[name], "seed": seed}
                row |= {"class_seed": class_seed, "data": hash_data(data)}
                record.add({key: str(cell) for key, cell in row.items()}, answers)
                files = texts | {f"data/{file}": content for file, content in data.items()}
                kept.append(write_folder(places[name], files, force=force))
                made += 1
        except KeyboardInterrupt:
            said = f"stopped after {made} of {len(todo)} folders; these are whole and recorded"
            raise SystemExit(f"student: {said}; the same command makes the others") from None
        except OSError as error:
            said = f"{made} of {len(todo)} folders are whole and recorded"
            raise OSError(f"{error}; {said}, the same command makes the others") from None
    say_kept(kept, out)
    there = f" ({len(ready)} of them were there already)" if ready else ""
    number = "1 folder" if len(folders) == 1 else f"{len(folders)} folders"
    print(f"{number} in {out / 'student'}{there}")
    print(f"seeds and right answers, for you alone: {record.folder}")


def find_made(record: Record, name: str, folder: Path) -> tuple[int, dict] | None:
    """Seed and data of a folder that is there and as recorded."""
    row, data = record.seeds.get(name), read_data(folder / "data")
    if row and data and hash_data(data) == row["data"]:
        return int(row["seed"]), data
    return None


def is_answered(record: Record, name: str, notebooks: list[str]) -> bool:
    """Whether the right answers of these notebooks are in the record."""
    row = record.answers.get(name, {})
    answered = {key.removeprefix(EXERCISE)[:2] for key, cell in row.items() if cell}
    return answered >= set(notebooks)


def refuse_other_data(record: Record, folders: dict, class_seed: int, out: Path) -> None:
    """Nothing is written where a folder holds other data than this run would put there."""
    others = []
    for name, folder in folders.items():
        row, data = record.seeds.get(name), out / "student" / folder / "data"
        if row and row["class_seed"] != str(class_seed):
            others.append(f"{folder or 'all'} (class seed {row['class_seed']})")
        elif not row and data.exists():
            others.append(f"{folder or 'all'} (in no record)")
    if others:
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        raise InputError(
            f"{out / 'student'} holds other data for {', '.join(others[:5])}{more}; take the same "
            "--seed as before, or another --out; --force makes the folders of this list anew"
        )


def write_folder(folder: Path, files: dict[str, bytes], *, force: bool = False) -> int:
    """Add files to a student's folder, or make it anew; gives how many were kept that differ."""
    if folder.exists() and not force:
        missing = {name: text for name, text in files.items() if not (folder / name).exists()}
        for name, text in missing.items():
            write_one(folder / name, text)
        others = set(files) - set(missing)
        return sum((folder / name).read_bytes() != files[name] for name in others)
    part, old = (folder.with_name(f".{folder.name}.{end}") for end in ("part", "old"))
    for leftover in (part, old):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        for name, text in files.items():
            write_one(part / name, text)
        if folder.exists():
            folder.rename(old)
        part.rename(folder)
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)
        for leftover in (part, old):
            shutil.rmtree(leftover, ignore_errors=True)
    return 0


def write_one(path: Path, content: bytes) -> None:
    """Write a new file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def say_kept(kept: list[int], out: Path) -> None:
    """Name what was not replaced."""
    if number := sum(count > 0 for count in kept):
        print(
            f"kept as they were, in {number} of the folders in {out / 'student'}: {sum(kept)} of the files, "
            "which somebody worked in, or which the project would now write otherwise. --force makes "
            "the folders of this list anew"
        )
