"""Files that are no tables of text: what they are, and how to make a CSV of them."""

import re

__all__: list[str] = []

UNPACK = "unpack it first and name the table that was in it"
SAVE = "save the table as CSV UTF-8"
FROM_R = "in R: write.csv(readRDS('table.rds'), 'table.csv', row.names = FALSE)"
KINDS = (
    (b"\x1f\x8b", f"is compressed (gzip); {UNPACK}; an R file (.rds): {FROM_R}"),
    (b"BZh", f"is compressed (bzip2); {UNPACK}"),
    (b"\xfd7zXZ\0", f"is compressed (xz); {UNPACK}"),
    (b"\x28\xb5\x2f\xfd", f"is compressed (zstd); {UNPACK}"),
    (b"7z\xbc\xaf", f"is a 7z archive; {UNPACK}"),
    (b"Rar!", f"is a rar archive; {UNPACK}"),
    (b"$FL", "is an SPSS file; in SPSS: File > Save As > CSV; in R: write.csv(haven::read_sav("
     "'table.sav'), 'table.csv', row.names = FALSE)"),
    (b"<stata_dta>", "is a Stata file; in Stata: export delimited using table.csv"),
    (b"HEADER RECORD***", "is a SAS transport file; in SAS: PROC EXPORT with DBMS=CSV"),
    (b"\0" * 12 + b"\xc2\xea\x81\x60", "is a SAS file; in SAS: PROC EXPORT with DBMS=CSV"),
    (b"RDX", f"is an R workspace; {FROM_R}"),
    (b"PAR1", "is a Parquet file; in Python: pandas.read_parquet('table.parquet').to_csv("
     "'table.csv', index=False)"),
    (b"ARROW1", "is a Feather file; in Python: pandas.read_feather('table.feather').to_csv("
     "'table.csv', index=False)"),
    (b"SQLite format 3", "is an SQLite database; export the table as CSV UTF-8"),
    (b"%PDF", "is a PDF; a table in it must be typed or exported as CSV UTF-8"),
    (b"{\\rtf", f"is a text document (RTF), not CSV; {SAVE}"),
    (b"\xd0\xcf\x11\xe0", "is an old workbook (.xls) or one with a password; save it as .xlsx "
     "without a password, or the sheet as CSV UTF-8"),
)  # fmt: skip
OLD_STATA = re.compile(rb"[i-s][\x01\x02]\x01")
HTML = re.compile(r"<(!doctype html|html|head|body|table|meta|style)\b")


def name_kind(start: bytes) -> str:
    """Which kind of file begins so and what to do; empty if it may be text."""
    for mark, words in KINDS:
        if start.startswith(mark):
            return words
    if OLD_STATA.match(start):
        return "is a Stata file; in Stata: export delimited using table.csv"
    return ""


def name_text_kind(start: str) -> str:
    """Which kind of text that is no table begins so; empty if it may be a table."""
    text = start.lstrip("\ufeff \t\r\n").lower()
    if HTML.match(text) or (text.startswith("<") and HTML.search(text)):
        return "is a web page (HTML), whatever its name says; open it in a spreadsheet and save the table as CSV UTF-8"
    if text.startswith("<?xml"):
        return "is XML; open it in a spreadsheet and save the table as CSV UTF-8"
    if re.match(r'(\{\s*"|\[\s*[\[{])', text):
        return "is JSON; in Python: pandas.read_json('table.json').to_csv('table.csv', index=False)"
    return ""


def name_archive(names: list[str], kind: str) -> str:
    """What a zip file is, by the names in it and by the kind that it states."""
    if "opendocument" in kind:
        return "is an OpenDocument sheet; save it as .xlsx, or the sheet as CSV UTF-8"
    if "xl/workbook.bin" in names:
        return "is a binary workbook (.xlsb); save it as .xlsx, or the sheet as CSV UTF-8"
    if any(name.startswith("word/") for name in names):
        return (
            "is a text document (.docx); copy the table into a spreadsheet and save it as CSV UTF-8"
        )
    shown = ", ".join(name for name in names if name.isprintable())[:120]
    return f"is a zip archive ({shown or 'empty'}); {UNPACK}"
