"""Writing files so that a reader never sees half of one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cnn_vs_rnn.errors import UserError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`, renamed onto it at the end of the block, removed if the block fails.

    Raises UserError where the folder cannot be written or the disk is full: the previous file stays intact.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    except OSError as error:
        raise UserError(
            f"{path.parent} cannot be written: {error.strerror}; free or unlock it, then run again"
        ) from error
    temporary = Path(name)
    try:
        yield temporary
        os.fchmod(descriptor, 0o666 & ~_umask())
        os.fsync(descriptor)
        temporary.replace(path)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}; free or unlock it, then run again") from error
    finally:
        os.close(descriptor)
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    """The permissions that new files are denied; mkstemp denies all but the owner's."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_text(path: Path, text: str) -> None:
    """Write a whole text file (UTF-8), or leave the old one."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
