"""Class lists as schools export them."""

import pytest

from classroom.class_list import make_folder_name, read_class_list
from classroom.errors import InputError


def read(tmp_path, text, *, name="class.csv", encoding="utf-8", **options):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return read_class_list(path, **options)


@pytest.mark.parametrize(
    ("text", "encoding", "folders"),
    [
        ('Student\nAnna  Meyer \n\n"Doe, Jane"\n李雷\nCON\n', "utf-8-sig",
         ["Anna_Meyer", "Doe_Jane", "李雷", "CON_"]),
        ("Name;Matrikel\nAnna Müller;1234567\nBen Ößl;7654321\n", "cp1252",
         ["Anna_Müller", "Ben_Ößl"]),
        ("Matrikel;Nachname;Vorname\n12;Müller;Anna\n13;Ößl;Ben\n", "utf-8",
         ["Anna_Müller", "Ben_Ößl"]),
        ("Full name\tGroup\nAnna Meyer\tA\n", "utf-16", ["Anna_Meyer"]),
        ("sep=;\r\nNom;Prénom\r\nCurie;Marie\r\n", "utf-8-sig", ["Marie_Curie"]),
        # Moodle; Canvas, with its rows that are no students
        ("First name,Last name,ID number,Email address\nAna,Núñez,7,a@b\n", "utf-8", ["Ana_Núñez"]),
        ('Student,ID,Section\n"    Points Possible",,\n"Doe, Jane",7,A\n', "utf-8", ["Doe_Jane"]),
        ("Kurs 4b\n\nApellidos;Nombre\nGarcía López;Eva\n", "utf-8", ["Eva_García_López"]),
        ("Anna Meyer\nBen Öz\n", "utf-8", ["Anna_Meyer", "Ben_Öz"]),
        ('Name,Note\n"Anna\nMeyer","two\nlines"\nBen,x\n', "utf-8", ["Anna_Meyer", "Ben"]),
        ('Anna "Nan" Meyer\n"Ben\n', "utf-8", ["Anna_Nan_Meyer", "Ben"]),
    ],
)  # fmt: skip
def test_lists_are_understood(tmp_path, text, encoding, folders):
    found = read(tmp_path, text, encoding=encoding)
    assert list(found.folders.values()) == folders
    assert f"{len(folders)} student" in found.understood
    assert f"first {next(iter(found.folders))}" in found.understood
    assert not any(sign.isdigit() for folder in folders for sign in folder)  # no ids


def test_what_was_understood_is_said(tmp_path):
    found = read(tmp_path, "Name;Matrikel\nAnna;1\nBen;2\n")
    assert found.understood.endswith(
        "2 students, first Anna, last Ben; cells separated by semicolons; "
        "column 'Name'; not used: 'Matrikel'"
    )


def test_a_column_and_ids_are_taken_when_asked_for(tmp_path):
    text = "Person,Nr\nAnna,1\nAnna,2\n"
    with pytest.raises(InputError, match=r"line 1: 2 cells .*--column 1"):
        read(tmp_path, text)
    found = read(tmp_path, text, column="person", with_id="Nr")
    assert found.folders == {"Anna (1)": "Anna_1", "Anna (2)": "Anna_2"}
    assert list(read(tmp_path, "Anna,1\nBen,2\n", column="1").folders) == ["Anna", "Ben"]
    with pytest.raises(InputError, match=r"has no column 'Nam' \(--column\); line 1 has 'Person'"):
        read(tmp_path, text, column="Nam")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no name in it"),
        ("name\n\n", "there is no name in it"),
        ("a\x07b\n", "is no name: it is blank or holds a control character"),
        ("Anna\nBen\nanna\n", "line 3: 'anna' gives the same folder as"),
        ("Anna B\nAnna_B\n", "line 2: 'Anna_B' gives the same folder as"),
        ("Doe, Jane\nRoe, Rita\n", r"line 1: 2 cells \('Doe', 'Jane'\).*quotes"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        ("Nazwisko;Imię\nŻak;Michał\n", "cp1250", "Michał Żak"),
        ("Jméno\nJiří Dvořák\n", "cp1250", "Jiří Dvořák"),
        ("ФИО\nИван Сёмин\n", "cp1251", "Иван Сёмин"),
        ("姓名\n李雷\n", "gbk", "李雷"),
        ("Nom\nHélène Noël\n", "cp1252", "Hélène Noël"),
        ("Ad Soyad\nIşık Kılıç\n", "cp1254", "Işık Kılıç"),
        ("Name\nJörg Jäger\n", "mac_roman", "Jörg Jäger"),
        ("Name\nJörg Jäger\n", "cp850", "Jörg Jäger"),
    ],
)
def test_no_letter_of_a_name_is_guessed(tmp_path, text, encoding, name):
    with pytest.raises(InputError, match=r"class.csv: is not UTF-8, and .*'CSV UTF-8'") as caught:
        read(tmp_path, text, encoding=encoding)
    assert str(caught.value).removeprefix(str(tmp_path)).isascii()  # nothing garbled
    found = read_class_list(tmp_path / "class.csv", encoding=encoding)
    assert f"read as {encoding}" in found.understood
    assert list(found.folders) == [name]
    with pytest.raises(InputError, match=r"cannot be read as 'klingon' \(--encoding\)"):
        read_class_list(tmp_path / "class.csv", encoding="klingon")


def test_workbooks(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["Name", "Nr"], ["Zoë Öz", 12], [None, None], ["Anna", 13]):
        book.active.append(row)
    book.save(tmp_path / "class.xlsx")
    assert list(read_class_list(tmp_path / "class.xlsx").folders) == ["Zoë Öz", "Anna"]
    for name in ("broken.xlsx", "old.csv"):
        (tmp_path / name).write_bytes(b"PK\x03\x04 broken")
        with pytest.raises(InputError, match=r"Excel file|workbook"):
            read_class_list(tmp_path / name)
    for name in ("none.xlsx", "none.csv"):
        with pytest.raises(InputError, match="there is no such file"):
            read_class_list(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("O'Brien-Li", "O'Brien-Li"),
        ("-Bert", "Bert"),
        ("../x", "x"),
        ("Ana 🌸", "Ana"),
        ("=1+1 Evil", "1_1_Evil"),
        ("👩‍🎓", "student-"),
        ("x" * 200, "x" * 73 + "-"),
        ("李" * 60, "李" * 24 + "-"),
    ],
)
def test_every_name_has_a_folder_that_every_system_takes(name, folder):
    made = make_folder_name(name, "here")
    assert made == folder or (folder.endswith("-") and made.startswith(folder))
    assert len(made.encode()) <= 80
