"""The text of a file: its encoding, and whether it is text at all.

A file is looked through in parts before anything is made of it, so that no file, however large
or odd, takes more memory than a part. Only a pipe, which can be read once, is kept.
"""

import contextlib
import io
import os
import select
import stat
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TextIO

from .file_kinds import SAVE, name_kind, name_text_kind
from .problems import DataError

__all__: list[str] = []

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
EMPTY_CELLS = '"\ufeff\0' + "".join(DELIMITERS) + "".join(map(chr, (*range(9, 14), 32, 133, 160)))
BLANK_TAIL = EMPTY_CELLS.replace('"', "")
PART = 1 << 20
MAX_LINE = 10_000_000  # characters
MAX_PIPE = 200_000_000  # bytes
MAX_WAIT = 30  # seconds for the next byte of a pipe
WORKBOOK = b"PK\x03\x04"


class Text:
    """A text that can be opened again and again."""

    def __init__(self, path: Path, content: bytes | None = None):
        self.path, self.content = path, content
        self.encoding = "utf-8-sig"
        self.is_quoted = self.has_errors = False
        self.last_line = self.n_lines = 0  # the last one with something in it, and of all

    def open_bytes(self):
        """The bytes from the start."""
        return self.path.open("rb") if self.content is None else io.BytesIO(self.content)

    def open(self) -> TextIO:
        """The text from the start, its line ends as they are."""
        return io.TextIOWrapper(self.open_bytes(), encoding=self.encoding, newline="")


def hold_file(path: Path) -> Text:
    """A file, which can be opened again, or all that a pipe gives."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise DataError(str(path), ["is a folder; name the CSV file in it"])
        if stat.S_ISREG(mode):
            with path.open("rb"):
                return Text(path)
        return Text(path, _read_pipe(path))
    except FileNotFoundError:
        names = [item.name for item in path.parent.glob("*")] if path.parent.is_dir() else []
        near = get_close_matches(path.name, names, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "; check the folder and the spelling"
        raise DataError(str(path), [f"there is no such file{hint}"]) from None
    except (OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise DataError(str(path), [f"cannot be read: {reason}"]) from None


def _read_pipe(path: Path) -> bytes:
    """What a pipe or device gives until its end; it is not waited for without end."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    parts, size = [], 0
    try:
        while True:
            if os.name == "posix" and not select.select([descriptor], [], [], MAX_WAIT)[0]:
                problem = (
                    f"gave nothing for {MAX_WAIT} seconds; save the table to a file and name it"
                )
                raise DataError(str(path), [problem])
            with contextlib.suppress(BlockingIOError):
                parts.append(os.read(descriptor, PART))
                size += len(parts[-1])
                # /dev/zero has no end; a NUL early in UTF-16 is a letter's second byte.
                is_16_bit = parts[0][:2] in (b"\xff\xfe", b"\xfe\xff")
                if not parts[-1] or (b"\0" in parts[-1] and not is_16_bit):
                    return b"".join(parts)
            if size > MAX_PIPE:
                problem = f"gave more than {MAX_PIPE:,} bytes; save the table to a file and name it"
                raise DataError(str(path), [problem])
    finally:
        os.close(descriptor)


def look_through(text: Text) -> None:
    """Find the encoding; what is no text is refused with what to do about it."""
    path = str(text.path)
    with text.open_bytes() as file:
        start = file.read(1 << 12)
    if problem := name_kind(start):
        raise DataError(path, [problem])
    encodings, refusal = ["utf-8-sig", "cp1252"], "is neither UTF-8 nor Latin-1 text"
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings, refusal = ["utf-16"], "starts like UTF-16 text and is not"
    for text.encoding in encodings:
        try:
            _look_through(text)
            return
        except UnicodeDecodeError:
            pass
    raise DataError(path, [f"{refusal}; {SAVE}"])


def _look_through(text: Text) -> None:
    """Note quotation marks and a spreadsheet's errors; refuse what would not be read as it is."""
    path, run, at, is_empty, before = str(text.path), 0, 0, True, ""
    text.last_line, text.n_lines = 0, 0
    with text.open() as file:
        for part in iter(partial(file.read, PART), ""):
            if not at and (problem := name_text_kind(part[:4000])):
                raise DataError(path, [problem])
            text.is_quoted = text.is_quoted or '"' in part
            text.has_errors = text.has_errors or "#DIV/0!" in part or "#VALUE!" in part
            if "\0" in part:  # it would cut its cell
                line = _count_lines(text, at + part.index("\0"))
                raise DataError(path, [f"is not text (there is a NUL in line {line}); {SAVE}"])
            last = max(part.rfind("\n"), part.rfind("\r"))
            run = len(part) - last - 1 if last >= 0 else run + len(part)
            at += len(part)
            if run > MAX_LINE:
                line = _count_lines(text, at)
                problem = (
                    f"line {line} is longer than {MAX_LINE:,} characters; is it a table? {SAVE}"
                )
                raise DataError(path, [problem])
            is_empty = is_empty and not part.strip(EMPTY_CELLS)
            filled = part.rstrip(BLANK_TAIL)
            if filled:
                text.last_line = text.n_lines + _count_ends(filled, before) + 1
            text.n_lines += _count_ends(part, before)
            before = part[-1]
    text.n_lines += before not in "\r\n"
    if is_empty:
        raise DataError(path, ["is empty; the first line must name the columns"])


def _count_lines(text: Text, characters: int) -> int:
    """The number of the line in which a character stands."""
    lines, read, before = 1, 0, ""
    with text.open() as file:
        while read < characters and (part := file.read(min(PART, characters - read))):
            read += len(part)
            lines += _count_ends(part, before)
            before = part[-1]
    return lines


def _count_ends(part: str, before: str) -> int:
    """How many lines end in a part that follows a character."""
    return part.count("\n") + part.count("\r") - (before + part).count("\r\n")
