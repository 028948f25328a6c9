"""Files appear whole or not at all."""

import errno
import os
import stat

import pytest
from contest import file_size_limit

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.files import replacing, write_text


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "result.json"
    path.write_text("old")
    return path


def untouched(path):
    return path.read_text() == "old" and list(path.parent.iterdir()) == [path]


def test_a_file_is_replaced_and_nothing_is_left_beside_it(path):
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"  # until the block has ended
        assert temporary.parent == path.parent
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_is_made_and_text_is_utf8(tmp_path):
    write_text(tmp_path / "a" / "b" / "ü.txt", "größer\n")
    assert (tmp_path / "a" / "b" / "ü.txt").read_bytes() == "größer\n".encode()


class _SomethingElseError(Exception):
    pass


@pytest.mark.parametrize("error", [_SomethingElseError("no"), KeyboardInterrupt()])
def test_a_failure_inside_leaves_the_old_file_and_is_what_it_was(path, error):
    def write_half():
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(type(error)):
        write_half()
    assert untouched(path)


def test_a_file_that_appears_between_has_to_yield(tmp_path):
    path = tmp_path / "new.txt"
    with replacing(path) as temporary:
        temporary.write_text("mine")
        path.write_text("another process's")
    assert path.read_text() == "mine"


def test_a_full_disk_is_one_line_and_leaves_the_old_file(path):
    with file_size_limit(1000), pytest.raises(UserError) as error:
        write_text(path, "x" * 5000)
    assert str(error.value) == f"{path} cannot be written: File too large; free or unlock it, then run again"
    assert untouched(path)


@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_a_disk_that_fills_at_the_last_moment_too(path, monkeypatch, function):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(*((os, "fsync", full) if function == "fsync" else ("pathlib.Path.replace", full)))
    with pytest.raises(UserError, match=r"result\.json cannot be written: No space left on device; free"):
        write_text(path, "new")
    assert untouched(path)


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match=r"file/folder cannot be written: Not a directory; free or unlock it"):
        write_text(tmp_path / "file" / "folder" / "x.txt", "text")


def test_a_read_only_folder_is_one_line(path, monkeypatch):
    def denied(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("tempfile.mkstemp", denied)
    with pytest.raises(UserError, match=r"cannot be written: Permission denied; free or unlock it, then run again$"):
        write_text(path, "new")
    assert untouched(path)


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_permissions_follow_the_umask(path, mask, mode):
    before = os.umask(mask)
    try:
        write_text(path, "new")
        assert os.umask(mask) == mask  # it is left as it was
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == mode
