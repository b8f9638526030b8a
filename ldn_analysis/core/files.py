"""Write a set of files whole or not at all.

All files are first written into a folder of their own beside their places, under a name that
nobody can foresee. Only when all are there do they replace the old ones; if one cannot be
replaced, those before it are put back. What a killed run has left, the next run finishes or
throws away.
"""

import contextlib
import os
import re
import shutil
import stat
import tempfile
import time
from errno import EISDIR
from pathlib import Path

__all__ = ["write_files"]

PREFIX = ".ldn-analysis-"
READY = "ready"  # all new files are complete: a killed run is finished, not thrown away
MARK = '<meta name="generator" content="ldn-analysis">'  # of a page
CAPTIONS = re.compile(rb"# Captions\n\n\*\*(Fig\. [12]|Lines|Means)\.\*\* ")  # of a set of figures
ABANDONED = 60.0  # seconds after which a folder is nobody's, where processes cannot be asked


def write_files(contents: dict[str, bytes], folder: str | Path) -> list[Path]:
    """Write files into a folder, all of them or none.

    Parameters
    ----------
    contents : dict of bytes
        By file name.
    folder : str or Path
        Made if it is not there. Files that are replaced keep their permissions; a link is
        replaced, not followed.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OSError
        If the folder cannot be made or written to, or a file cannot be replaced (named in the
        error); the old files are then as they were.

    Examples
    --------
    >>> import tempfile
    >>> [path.name for path in write_files({"a.txt": b"1"}, tempfile.mkdtemp())]
    ['a.txt']
    """
    folder = Path(folder)
    made = [part for part in [folder, *folder.parents] if not part.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _clean_up(folder)
        _write_and_replace(contents, folder)
    except BaseException:
        for part in made:  # the folders that this call made and did not fill
            with contextlib.suppress(OSError):
                part.rmdir()
        raise
    return [folder / name for name in contents]


def recognise_own(path: Path) -> bool:
    """Whether a page or the captions of a set of figures were written by this program."""
    try:
        with path.open("rb") as file:
            start = file.read(4000)
    except OSError:
        return False
    return MARK.encode() in start or CAPTIONS.match(start) is not None


def _write_and_replace(contents: dict[str, bytes], folder: Path) -> None:
    """Write every file beside its place, then put them all there."""
    stage = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=folder))
    try:
        (stage / "new").mkdir()
        (stage / "old").mkdir()
        for name, content in contents.items():
            _write_one(stage / "new" / name, content, folder / name)
        (stage / READY).touch()
        _replace_all(stage, folder)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _write_one(path: Path, content: bytes, target: Path) -> None:
    """Write one new file with the permissions of the one that it will replace."""
    try:
        if target.is_dir():
            raise IsADirectoryError(EISDIR, "is a folder", str(target))
        path.write_bytes(content)
        if target.is_file() and not target.is_symlink():
            path.chmod(stat.S_IMODE(target.stat().st_mode))
    except OSError as error:  # it names the file that was meant, not where it was to wait
        if error.errno is None:
            raise
        raise type(error)(error.errno, error.strerror, str(target)) from None


def _replace_all(stage: Path, folder: Path) -> None:
    """Move the new files to their places; put the old ones back if one cannot be moved."""
    replaced = []
    for new in sorted((stage / "new").iterdir()):
        target, old = folder / new.name, stage / "old" / new.name
        try:
            if target.is_symlink():
                old.symlink_to(target.readlink())
            elif target.exists():
                _keep_copy(target, old)
            new.replace(target)
        except OSError as error:
            for done in replaced:
                _put_back(stage / "old" / done.name, done)
            reason = f"{error.strerror}; is it open in another program, or write-protected?"
            raise type(error)(error.errno, reason, str(target)) from None
        replaced.append(target)


def _keep_copy(target: Path, old: Path) -> None:
    """The old file under another name: a second link where the disk can, else a copy."""
    old.unlink(missing_ok=True)  # of a killed run that is being finished
    try:
        os.link(target, old)
    except OSError:
        shutil.copy2(target, old)


def _put_back(old: Path, target: Path) -> None:
    """The file as it was before, or no file where there was none."""
    with contextlib.suppress(OSError):
        if old.exists() or old.is_symlink():
            old.replace(target)
        else:
            target.unlink()


def _clean_up(folder: Path) -> None:
    """Finish a killed run that had all its files ready; throw away one that had not."""
    for stage in folder.glob(f"{PREFIX}*"):
        if stage.is_symlink() or not stage.is_dir() or not _is_abandoned(stage):
            continue
        if (stage / READY).exists():
            with contextlib.suppress(OSError):
                _replace_all(stage, folder)
        shutil.rmtree(stage, ignore_errors=True)


def _is_abandoned(stage: Path) -> bool:
    """Whether the process that made the folder is gone."""
    pid = stage.name.removeprefix(PREFIX).partition("-")[0]
    if os.name != "posix" or not pid.isdigit():
        return time.time() - stage.stat().st_mtime > ABANDONED
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:  # somebody else's process
        pass
    return False
