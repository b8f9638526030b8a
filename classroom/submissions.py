"""What students handed in: whose notebook is which, from the folders and names that programs make."""

import re
import unicodedata
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from .errors import InputError
from .people import hash_data, read_data

MAX_BYTES = 500 * 2**20  # of what a zip file unpacks to
MAX_DEPTH = 3  # of zip files in zip files
SKIPPED = {"__MACOSX", "node_modules", "site-packages"}


@dataclass(kw_only=True)
class Submission:
    """The notebooks of one student."""

    student: str
    folder: str
    notebooks: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_submissions(
    place: Path, seeds: dict[str, dict], unpacked: Path
) -> tuple[list[Submission], list[str]]:
    """Submissions by student, and the files that belong to nobody in the record."""
    if not place.exists():
        raise InputError(f"{place}: there is no such folder or zip file")
    if place.is_file() and place.suffix.lower() not in (".zip", ".ipynb"):
        raise InputError(f"{place}: is neither a folder nor a zip file nor a notebook")
    root = place
    if place.suffix.lower() == ".zip":
        unzip(place, unpacked / "all")
        root = unpacked / "all"
    found = list_notebooks(root, unpacked)
    if not found:
        raise InputError(f"{place}: there is no notebook (.ipynb) in it")
    submissions, strangers = {}, []
    for path, parts in found:
        if seeds:
            row, note = find_owner(path, parts, seeds)
            if row is None:
                strangers.append(f"{'/'.join(parts)}: {note}")
                continue
        else:  # no record: the folder, or the file, names the student
            name, note = (parts[0] if len(parts) > 1 else path.stem), ""
            row = {"student": name, "folder": name}
        submission = submissions.setdefault(
            row["student"], Submission(student=row["student"], folder=row["folder"])
        )
        submission.notebooks.append(path)
        submission.notes += [note] * bool(note)
    for submission in submissions.values():
        # Of two that answer the same exercise the newer counts.
        submission.notebooks.sort(key=lambda path: path.stat().st_mtime)
    return list(submissions.values()), strangers


def list_notebooks(root: Path, unpacked: Path, depth: int = 0) -> list[tuple[Path, list[str]]]:
    """Every notebook below a folder, zip files in it included, and the parts of its path."""
    if root.is_file():
        return [(root, [root.name])]
    found = []
    for path in sorted(root.rglob("*")):
        parts = list(path.relative_to(root).parts)
        if any(part.startswith(".") or part in SKIPPED for part in parts) or path.is_symlink():
            continue
        if path.suffix.lower() == ".ipynb" and path.is_file():
            found.append((path, parts))
        elif path.suffix.lower() == ".zip" and depth < MAX_DEPTH:
            inside = unpacked / f"{depth}" / "_".join(parts)
            unzip(path, inside)
            more = list_notebooks(inside, unpacked / f"{depth}_in_{len(found)}", depth + 1)
            found += [(file, [*parts, *rest]) for file, rest in more]
    return found


def unzip(path: Path, folder: Path) -> None:
    """Unpack a zip file; one that is broken, huge or points outside is refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            if sum(info.file_size for info in infos) > MAX_BYTES:
                raise InputError(f"{path}: unpacks to more than 500 MB; unpack it by hand")
            folder.mkdir(parents=True, exist_ok=True)
            for info in infos:
                if ".." in PurePosixPath(info.filename.replace("\\", "/")).parts:
                    raise InputError(f"{path}: holds a path that leads outside: {info.filename!r}")
                if re.search(r"\.(ipynb|csv|zip|txt|py|md)$", info.filename, re.IGNORECASE):
                    archive.extract(info, folder)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        raise InputError(f"{path}: is no zip file that can be read; unpack it by hand") from None


def find_owner(path: Path, parts: list[str], seeds: dict[str, dict]) -> tuple[dict | None, str]:
    """The student whom a path means, from its first part on; else the one whose data lie beside it."""
    for part in parts:
        best = sorted(((match_name(part, row), name) for name, row in seeds.items()), reverse=True)[
            :2
        ]
        if best and best[0][0] and (len(best) == 1 or best[0][0] > best[1][0]):
            return seeds[best[0][1]], ""
        if best and best[0][0]:
            return None, f"may be {best[0][1]} or {best[1][1]}: rename it"
    data = hash_data(read_data(path.parent / "data"))
    for row in seeds.values():
        if row["data"] == data:
            return row, f"{path.name}: known by the data beside it, not by a name"
    return None, "nobody of the record is named in its path"


def match_name(part: str, row: dict) -> int:
    """How many letters of a student's name stand in a part of a path; 0 if not the whole name."""
    words, text = split_words(part), "".join(split_words(part))
    best = 0
    for name in {row["student"], row["folder"]}:
        own = split_words(name)
        for order in (own, own[-1:] + own[:-1], own[1:] + own[:1]):  # "Meyer, Anna" is Anna Meyer
            key = "".join(order)
            # Whole words, or run together as some programs do; never a piece of a number.
            start = r"(?<![0-9])" if key[:1].isdigit() else ""
            end = r"(?![0-9])" if key[-1:].isdigit() else ""
            is_there = f" {' '.join(order)} " in f" {' '.join(words)} " or (
                len(key) >= 6 and re.search(start + re.escape(key) + end, text)
            )
            if key and is_there:
                best = max(best, len(key))
    return best


def split_words(text: str) -> list[str]:
    """Words and numbers of a name, in small letters without accents."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.findall(r"[^\W\d_]+|\d+", plain)
