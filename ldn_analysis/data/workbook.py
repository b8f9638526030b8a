"""A sheet of an .xlsx workbook as the text of a CSV, one line for each row."""

import csv
import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path

from .file_kinds import name_archive
from .problems import DataError, list_names
from .text import Text

__all__: list[str] = []

MAX_UNPACKED = 1_000_000_000  # bytes
MAX_CELLS = 3_000_000
SAVE = "save the sheet as CSV UTF-8 and name that file"


def read_workbook(text: Text, sheet: str | None, notes: list[str]) -> Text:
    """The values of a sheet, as a text that the reader goes on with."""
    path = str(text.path)
    _refuse_archive(text)
    try:
        import openpyxl
    except ImportError:
        problem = f"is a workbook, which needs openpyxl: pip install openpyxl; or {SAVE}"
        raise DataError(path, [problem]) from None
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions, which are not read
        try:
            with text.open_bytes() as file:
                book = openpyxl.load_workbook(file, data_only=True)
            made = _choose_sheet(path, book, sheet, notes)
            _refuse_uncalculated(text, made)
        except DataError:
            raise
        except Exception as error:  # whatever a damaged file makes the library stumble over
            problem = f"is a workbook that cannot be read ({error or type(error).__name__}); {SAVE}"
            raise DataError(path, [" ".join(problem.split())[:300]]) from None
    return Text(Path(text.path), _write_csv(made, notes).encode())


def _refuse_archive(text: Text) -> None:
    """A zip file that is no workbook, or one that would fill the memory."""
    path = str(text.path)
    try:
        with text.open_bytes() as file, zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            size = sum(item.file_size for item in archive.infolist())
            kind = archive.read("mimetype")[:100].decode("latin-1") if "mimetype" in names else ""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError):
        raise DataError(path, [f"is a damaged workbook or archive; {SAVE}"]) from None
    if "xl/workbook.xml" not in names:
        raise DataError(path, [name_archive(names, kind)])
    if size > MAX_UNPACKED:
        problem = f"is a workbook of more than {MAX_UNPACKED:,} bytes when unpacked; {SAVE}"
        raise DataError(path, [problem])


def _choose_sheet(path: str, book, sheet: str | None, notes: list[str]):
    """The sheet of that name or number; by default the first that can be seen."""
    sheets = list(book.worksheets)
    names = [made.title for made in sheets]
    if not sheets:
        raise DataError(path, ["is a workbook without a sheet of cells"])
    if sheet is None:
        made = next((made for made in sheets if made.sheet_state == "visible"), sheets[0])
    elif sheet in names:
        made = sheets[names.index(sheet)]
    elif str(sheet).isdigit() and 0 < int(sheet) <= len(sheets):
        made = sheets[int(sheet) - 1]
    else:
        raise DataError(path, [f"there is no sheet {sheet!r}; sheets: {list_names(names)}"])
    if made.max_row * made.max_column > MAX_CELLS:
        problem = f"sheet {made.title!r} has more than {MAX_CELLS:,} cells; {SAVE}"
        raise DataError(path, [problem])
    others = f" of {len(sheets)}" if len(sheets) > 1 else ""
    notes.append(f"sheet {made.title!r}{others} was read; a line is a row of the sheet")
    return made


def _refuse_uncalculated(text: Text, made) -> None:
    """Formulas whose values the workbook does not hold would be read as blanks."""
    import openpyxl

    blank = {
        (cell.row, cell.column) for row in made.iter_rows() for cell in row if cell.value is None
    }
    if not blank:
        return
    with text.open_bytes() as file:
        book = openpyxl.load_workbook(file, read_only=True)
        first = next(
            (
                cell.coordinate
                for row in book[made.title].iter_rows() for cell in row
                if getattr(cell, "data_type", "") == "f" and (cell.row, cell.column) in blank
            ),
            "",
        )  # fmt: skip
        book.close()
    if first:
        problem = (
            f"sheet {made.title!r}: the formula in {first} has no value; open the workbook in a "
            "spreadsheet and save it, or write values"
        )
        raise DataError(str(text.path), [problem])


def _write_csv(made, notes: list[str]) -> str:
    """The values as CSV; cells that are merged down a column hold their value in every row."""
    filled = {}
    for area in made.merged_cells.ranges:
        if area.min_row < area.max_row:
            first = made.cell(area.min_row, area.min_col)
            filled |= {
                (row, area.min_col): first for row in range(area.min_row + 1, area.max_row + 1)
            }
    n_percent = 0
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for number, row in enumerate(made.iter_rows(), made.min_row):
        cells = [filled.get((number, cell.column), cell) for cell in row]
        n_percent += sum(_is_percent(cell) for cell in cells)
        writer.writerow([_write_value(cell) for cell in cells])
    if filled:
        notes.append(f"{len(filled)} cell(s) merged with the one above were filled with its value")
    if n_percent:
        notes.append(f"{n_percent} cell(s) formatted as percent were read as percent (44 for 44 %)")
    return "\n" * (made.min_row - 1) + text.getvalue()


def _is_percent(cell) -> bool:
    """A number that a sheet shows with a percent sign is stored as a hundredth."""
    return isinstance(cell.value, (int, float)) and "%" in str(cell.number_format)


def _write_value(cell) -> str:
    """A value as a CSV would have it; line breaks would move the numbers of the lines."""
    value = cell.value
    if value is None:
        return ""
    if _is_percent(cell):
        return f"{float(f'{100 * value:.12g}')!r}"
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return " ".join(str(value).splitlines())
