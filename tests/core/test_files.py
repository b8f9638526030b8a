"""A set of files is written whole or not at all, whatever stops it."""

import os
import signal
import stat
import time
from pathlib import Path

import numpy as np
import pytest

from ldn_analysis.core.files import PREFIX, READY, write_files

posix = pytest.mark.skipif(os.name != "posix", reason="asks for POSIX files and processes")


def read_all(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_set_is_written_and_replaced(tmp_path):
    folder = tmp_path / "new" / "folder"
    assert write_files({"a": b"1", "b": b"2"}, folder) == [folder / "a", folder / "b"]
    write_files({"a": b"3"}, folder)
    assert read_all(folder) == {"a": b"3", "b": b"2"}


def test_a_folder_in_the_place_of_a_file_stops_all(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(IsADirectoryError, match="is a folder") as caught:
        write_files({"a": b"new", "b": b"new"}, tmp_path)
    assert caught.value.filename == str(tmp_path / "b")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_one_locked_file_puts_the_others_back(tmp_path, monkeypatch):
    write_files({"a": b"1", "c": b"1"}, tmp_path)
    replace = Path.replace

    def refuse(self, target):
        if Path(target).name == "c" and self.parent.name == "new":
            raise PermissionError(13, "Permission denied", str(self))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PermissionError, match="is it open in another program") as caught:
        write_files({"a": b"2", "b": b"2", "c": b"2"}, tmp_path)
    assert caught.value.filename == str(tmp_path / "c")
    assert read_all(tmp_path) == {"a": b"1", "c": b"1"}


def test_a_full_disk_names_the_file_and_leaves_no_folder(tmp_path, monkeypatch):
    def fill(self, _):
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_bytes", fill)
    with pytest.raises(OSError, match="No space left") as caught:
        write_files({"a": b"2"}, tmp_path / "new" / "folder")
    assert caught.value.filename == str(tmp_path / "new" / "folder" / "a")
    assert list(tmp_path.iterdir()) == []


@posix
def test_permissions_stay_and_a_link_is_not_followed(tmp_path):
    precious = tmp_path / "precious"
    precious.write_bytes(b"mine")
    folder = tmp_path / "out"
    write_files({"private": b"1", "link": b"1"}, folder)
    (folder / "private").chmod(0o600)
    (folder / "link").unlink()
    (folder / "link").symlink_to(precious)
    write_files({"private": b"2", "link": b"2"}, folder)
    assert stat.S_IMODE((folder / "private").stat().st_mode) == 0o600
    assert not (folder / "link").is_symlink()
    assert read_all(folder) == {"private": b"2", "link": b"2"}
    assert precious.read_bytes() == b"mine"


@posix
@pytest.mark.parametrize("ready", [True, False])
def test_the_next_run_finishes_or_throws_away_what_a_killed_one_left(tmp_path, ready):
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)  # a process that is gone for sure
    stage = tmp_path / f"{PREFIX}{child}-x"
    (stage / "new").mkdir(parents=True)
    (stage / "old").mkdir()
    (stage / "new" / "b").write_bytes(b"2")
    if ready:
        (stage / READY).touch()
    (tmp_path / "a").write_bytes(b"2")
    (tmp_path / "b").write_bytes(b"1")
    living = tmp_path / f"{PREFIX}{os.getppid()}-y"
    living.mkdir()
    write_files({"c": b"3"}, tmp_path)
    assert living.exists()
    assert not stage.exists()
    assert (tmp_path / "b").read_bytes() == (b"2" if ready else b"1")


@posix
@pytest.mark.parametrize("times", [25, pytest.param(100, marks=pytest.mark.slow)])
def test_killed_in_the_act_of_writing_many_times(tmp_path, times):
    names = ["a.svg", "b.png", "c.pdf", "d.md"]
    write_files(dict.fromkeys(names, b"0"), tmp_path)
    rng = np.random.default_rng(1)
    for _ in range(times):
        child = os.fork()
        if child == 0:
            number = 0
            while True:
                number += 1
                write_files(dict.fromkeys(names, b"%d" % number * 1000), tmp_path)
        time.sleep(float(rng.uniform(0.001, 0.01)))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        write_files({"next": b""}, tmp_path)
        found = read_all(tmp_path)  # would fail on a leftover folder
        assert sorted(found) == sorted([*names, "next"])
        assert len({found[name] for name in names}) == 1
