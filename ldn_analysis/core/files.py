"""Write files so that a failure leaves the old ones whole."""

import contextlib
import os
from errno import EISDIR
from pathlib import Path

__all__ = ["write_files"]


def write_files(contents: dict[str, bytes], folder: str | Path) -> list[Path]:
    """Write files into a folder: first all of them beside their places, then rename.

    Parameters
    ----------
    contents : dict of bytes
        By file name.
    folder : str or Path
        Made if it is not there.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OSError
        If the folder cannot be made or written to; the old files are then as they were.

    Examples
    --------
    >>> import tempfile
    >>> [path.name for path in write_files({"a.txt": b"1"}, tempfile.mkdtemp())]
    ['a.txt']
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    waiting = {}
    try:
        for name, content in contents.items():
            waiting[name] = folder / f".{name}.{os.getpid()}.part"
            waiting[name].write_bytes(content)
        for name in contents:
            if (folder / name).is_dir():
                raise IsADirectoryError(EISDIR, "is a folder", str(folder / name))
        for name in contents:
            waiting[name].replace(folder / name)
    finally:
        for path in waiting.values():
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
    return [folder / name for name in contents]
