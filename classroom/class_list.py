"""Names of students from a class list, as a school's program exports it."""

import csv
import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from .errors import InputError

# Headings of a column that holds the whole name, in small letters.
NAME = {
    "name", "names", "full name", "fullname", "display name", "student", "students", "student name",
    "name of student", "participant", "participants",
    "vollständiger name", "vollname", "schüler", "schülerin", "schüler/in", "studierende",
    "studierende/r", "teilnehmer", "teilnehmer/in", "teilnehmende",
    "nom complet", "nom et prénom", "nom et prénoms", "nom prénom", "étudiant", "étudiants", "élève",
    "nombre completo", "apellidos y nombre", "apellidos y nombres", "nombre y apellidos",
    "nombre y apellido", "alumno", "alumna", "alumnos", "estudiante",
    "nome completo", "nome e cognome", "cognome e nome", "studente", "aluno", "aluna", "estudante",
    "volledige naam", "naam", "leerling", "namn", "navn", "nimi", "nafn", "fullt navn",
    "imię i nazwisko", "nazwisko i imię", "jméno", "jméno a příjmení", "meno", "név",
    "ad soyad", "adı soyadı", "фио", "имя", "имя и фамилия", "ονοματεπώνυμο", "όνομα",
    "姓名", "名前", "氏名", "이름", "성명", "họ và tên", "họ tên", "الاسم", "שם",
}  # fmt: skip
GIVEN = {
    "first name", "firstname", "first", "given name", "forename", "vorname", "rufname", "prénom", "prénoms",
    "nombre", "nombres", "nome", "voornaam", "förnamn", "fornavn", "etunimi", "imię", "křestní jméno",
    "keresztnév", "ad", "adı", "имя", "名",
}  # fmt: skip
FAMILY = {
    "last name", "lastname", "last", "surname", "family name", "nachname", "familienname", "zuname",
    "nom", "nom de famille", "nom de naissance", "nom d'usage", "nom d’usage", "apellido", "apellidos",
    "apellido 1", "primer apellido", "apellido paterno", "cognome", "sobrenome", "apelido", "apelidos",
    "achternaam", "efternamn", "etternavn", "efternavn", "sukunimi", "nazwisko", "příjmení",
    "vezetéknév", "soyad", "soyadı", "фамилия", "姓",
}  # fmt: skip
EMPTY = "is empty; the first line must name the columns"  # what the reader of tables says
NEITHER = "is neither UTF-8 nor Latin-1"  # and this
NO_STUDENT = {"points possible", "student, test"}  # rows that Canvas adds
RESERVED = {"con", "prn", "aux", "nul", *(f"{a}{i}" for a in ("com", "lpt") for i in range(1, 10))}
# Windows writes CSV in one of these, as its country has it, and no file says in which. A list that is
# not UTF-8 is read only if they agree on every letter: German ones mostly, and names without accents.
CODE_PAGES = ("cp1252", "cp1250", "cp1254", "cp1257")
NOT_UTF8 = (
    "is not UTF-8, and its accents can be read in several ways; in Excel, save it as 'CSV UTF-8' or as "
    ".xlsx, or say how it was saved: --encoding cp1252 (Western Europe), cp1250 (Central Europe), "
    "cp1251 (Cyrillic) or gbk (Chinese)"
)
LONGEST = 80  # bytes of a folder's name: some systems allow 255 for a whole path


@dataclass(frozen=True, kw_only=True)
class ClassList:
    """The folder of each name, and a line that says how the list was understood."""

    folders: dict[str, str]
    understood: str


def read_class_list(
    path: Path, *, column: str = "", with_id: str = "", encoding: str = ""
) -> ClassList:
    """Names and folders from a text, CSV or Excel file; refuses a list that can be read in two ways."""
    rows, notes = _read_rows(path, encoding)
    rows = [(line, row) for line, row in rows if any(row)]
    noticed = f" ({'; '.join(notes)})" if notes else ""
    if not rows:
        raise InputError(f"{path}: there is no name in it; write one name per line{noticed}")
    try:
        start, columns, ids = _find_columns(path, rows, column, with_id)
    except InputError as error:
        raise InputError(f"{error}{noticed}") from None
    if start:
        heads = rows[start - 1][1]
        notes.append(f"column {' and '.join(repr(heads[i]) for i in columns)}")
        left = [head for i, head in enumerate(heads) if head and i not in [*columns, *ids]]
        if left:
            notes.append(f"not used: {', '.join(map(repr, left))}")
    names = []
    for line, row in rows[start:]:
        cells = [row[i] for i in columns if i < len(row) and row[i]]
        if not cells or cells[0].casefold() in NO_STUDENT:
            continue
        ending = [f"({row[i]})" for i in ids if i < len(row) and row[i]]
        names.append((" ".join([*cells, *ending]), f"{path}, line {line}"))
    if not names:
        raise InputError(f"{path}: there is no name in it; write one name per line{noticed}")
    said = f"; {'; '.join(notes)}" if notes else ""
    first, last = (
        f"{name[:57]}..." if len(name) > 60 else name for name in (names[0][0], names[-1][0])
    )
    ends = f"first {first}, last {last}"
    count = count_students(len(names))
    return ClassList(folders=names_to_folders(names), understood=f"{path}: {count}, {ends}{said}")


def count_students(n: int) -> str:
    """A number of students in words."""
    return f"{n} student{'s' * (n != 1)}"


def _read_rows(path: Path, encoding: str) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """Line number and cells of each row, and what was noticed."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _read_workbook(path)
    from ldn_analysis.data.text import DELIMITERS

    text, notes = _read_text(path, encoding)
    lines = text.splitlines()
    if lines and lines[0].lower().startswith("sep="):  # Excel's own mark, which only Excel knows
        lines[0] = ""
    delimiter = _find_delimiter([line for line in lines if line.strip()], DELIMITERS)
    if delimiter != ",":
        notes.append(f"cells separated by {DELIMITERS[delimiter]}s")
    rows = [
        (line, [" ".join(cell.split()) for cell in row]) for line, row in _cut(lines, delimiter)
    ]
    return rows, notes


def _read_text(path: Path, encoding: str) -> tuple[str, list[str]]:
    """The text of a list, and what was noticed; no letter of a name is guessed."""
    from ldn_analysis import DataError
    from ldn_analysis.data.text import hold_file, look_through

    try:
        held = hold_file(path)
        with held.open_bytes() as file:
            content = file.read()
        if encoding:
            return content.decode(encoding).removeprefix("\ufeff"), [f"read as {encoding}"]
        look_through(held)
    except DataError as error:
        said = str(error).replace(EMPTY, "there is no name in it; write one name per line")
        raise InputError(f"{path}: {NOT_UTF8}" if NEITHER in said else said) from None
    except (UnicodeDecodeError, LookupError):
        raise InputError(f"{path}: cannot be read as {encoding!r} (--encoding)") from None
    if held.encoding != "cp1252":
        return content.decode(held.encoding), []
    read = {content.decode(page, errors="replace") for page in CODE_PAGES}
    if len(read) > 1 or any(0x80 <= byte < 0xA0 for byte in content):  # letters of DOS and old Macs
        raise InputError(f"{path}: {NOT_UTF8}")
    return read.pop(), ["not UTF-8, read as Windows-1252"]


def _cut(lines: list[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """Line number and cells of each row; a cell in quotes may hold several lines."""
    form = {"delimiter": delimiter, "skipinitialspace": True}
    reader = csv.reader([f"{line}\n" for line in lines], strict=True, **form)
    try:
        return [(reader.line_num, row) for row in reader]
    except csv.Error:  # a quote that is part of a name
        return [
            (number, next(csv.reader([line], **form), []))
            for number, line in enumerate(lines, start=1)
        ]


def _find_delimiter(lines: list[str], delimiters: dict[str, str]) -> str:
    """The one that cuts the most lines; a comma in a name alone is rarer than a column more."""

    def count(delimiter: str) -> int:
        rows = (
            next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
            for line in lines
        )
        return sum(len(row) > 1 for row in rows)

    return (
        max(["\t", ";", "|", ",", *delimiters], key=count) if any(map(count, delimiters)) else ","
    )


def _read_workbook(path: Path) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """The first sheet of an Excel file."""
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise InputError(
            f"{path}: reading Excel files needs openpyxl; save the sheet as CSV UTF-8"
        ) from None
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except FileNotFoundError:
        raise InputError(
            f"{path}: there is no such file; check the folder and the spelling"
        ) from None
    except Exception:  # openpyxl raises what its zip and XML readers raise
        raise InputError(
            f"{path}: is no Excel file that can be read; save it as CSV UTF-8"
        ) from None
    sheet = book.worksheets[0]
    rows = [
        (line, ["" if cell is None else " ".join(str(cell).split()) for cell in row])
        for line, row in enumerate(sheet.iter_rows(values_only=True), start=1)
    ]
    notes = [f"sheet {sheet.title!r} of {len(book.worksheets)}"] * (len(book.worksheets) > 1)
    book.close()
    return rows, notes


def _find_columns(path: Path, rows: list, column: str, with_id: str) -> tuple[int, list, list]:
    """The first row of students, the columns of their names, and that of their ids if asked for."""
    first = [cell.casefold() for cell in rows[0][1]]
    width = max(len(row) for _, row in rows)
    if not column and not with_id and width == 1:
        return int(first[0] in NAME | GIVEN | FAMILY), [0], []
    start, chosen = 0, []
    if column:
        start, chosen = _find_named(path, rows, column, "--column")
    else:
        for i, (_, row) in enumerate(rows[:20], start=1):
            if chosen := _find_known([cell.casefold() for cell in row]):
                start = i
                break
    if not chosen:
        line, row = rows[0]
        raise InputError(
            f"{path}, line {line}: {len(row)} cells ({', '.join(map(repr, row[:6]))}), and no heading is "
            "known as that of the names; say which with --column, e.g. --column 1, or put a name "
            'with a comma in "quotes"'
        )
    if not with_id:
        return start, chosen, []
    _, ids = _find_named(path, rows, with_id, "--id")
    return start, chosen, ids


def _find_known(heads: list[str]) -> list[int]:
    """The column of the names, or those of first and last name, by their headings."""
    given, family = (
        next((i for i, head in enumerate(heads) if head in known), None)
        for known in (GIVEN, FAMILY)
    )
    if given is not None and family is not None and given != family:
        return [given, family]
    whole = next((i for i, head in enumerate(heads) if head in NAME), None)
    alone = next((i for i in (family, given) if i is not None), None)
    return [i for i in (whole, alone) if i is not None][:1]


def _find_named(path: Path, rows: list, name: str, option: str) -> tuple[int, list[int]]:
    """The column with this heading, or of this number."""
    width = max(len(row) for _, row in rows)
    if name.isascii() and name.isdigit() and 1 <= int(name) <= width:
        known = _find_known([cell.casefold() for cell in rows[0][1]])
        return int(bool(known)), [int(name) - 1]
    wanted = " ".join(name.split()).casefold()
    for start, (_, row) in enumerate(rows[:20], start=1):
        heads = [cell.casefold() for cell in row]
        if wanted in heads:
            return start, [heads.index(wanted)]
    heads = ", ".join(map(repr, rows[0][1]))
    raise InputError(f"{path}: has no column {name!r} ({option}); line {rows[0][0]} has {heads}")


# --- folders -----------------------------------------------------------------------------


def names_to_folders(names: list[tuple[str, str]]) -> dict[str, str]:
    """Folder of each name; refuses what is no name and what two students would share."""
    folders, places = {}, {}
    for name, place in names:
        folder = make_folder_name(name, place)
        key = folder.casefold()
        if key in places:
            raise InputError(
                f"{place}: {name!r} gives the same folder as {places[key]}; make the two names "
                "differ, e.g. with a number, or take a column of ids with --id"
            )
        places[key] = place
        folders[name] = folder
    return folders


def make_folder_name(name: str, place: str) -> str:
    """The name as a folder: letters of any script and digits stay, the rest becomes _."""
    name = unicodedata.normalize("NFC", name)
    if not name.strip() or any(unicodedata.category(sign) == "Cc" for sign in name):
        raise InputError(f"{place}: {name!r} is no name: it is blank or holds a control character")
    kept = [
        sign if sign in "-'" or unicodedata.category(sign)[0] in "LNM" else "_" for sign in name
    ]
    folder = "_".join(part for part in "".join(kept).split("_") if part).strip("-'_")
    if not any(sign.isalnum() for sign in folder):  # a name of pictures, say
        folder = f"student-{_shorten_hash(name)}"
    if len(folder.encode()) > LONGEST:
        cut = folder.encode()[: LONGEST - 7].decode(errors="ignore")
        folder = f"{cut.rstrip('_')}-{_shorten_hash(name)}"
    return f"{folder}_" if folder.lower() in RESERVED else folder


def _shorten_hash(name: str) -> str:
    """Six letters that stand for a name."""
    return hashlib.sha256(name.encode()).hexdigest()[:6]
