"""Archives read in memory: nothing is unpacked, so nothing is written outside, and a bomb is stopped by its size."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO

from cnn_vs_rnn.errors import UserError

LARGEST = 512 * 1024**2  # bytes of all members together; they are held in memory
_GZIP = b"\x1f\x8b"
_DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)


def members(path: Path, only: str = "", largest: int = LARGEST) -> dict[str, bytes]:
    """The regular files of a zip, a tar (gzipped or not) or a gzipped file, by their names within it.

    only: a regular expression that must be found in a name; other members are not read.

    Raises UserError where the archive is damaged, unpacks to more than `largest` bytes, or holds a link, a device, or a
    name that leads outside.
    """
    wanted = re.compile(only)
    found: dict[str, bytes] = {}
    left = largest
    try:
        for name, stream in _opened(path):
            if not wanted.search(name):
                continue
            content = stream.read(left + 1)
            left -= len(content)
            if left < 0:
                raise UserError(f"{path} unpacks to more than {largest:,} bytes: it is no data set this project knows")
            found[name] = content
    except _DAMAGE as error:
        raise UserError(f"{path} is damaged ({error}): remove it, so that it is fetched again") from error
    return found


def content_digest(contents: Mapping[str, bytes]) -> str:
    """sha256 over the base names and contents of files, however an archive orders, packs or dates them."""
    digest = hashlib.sha256()
    for name, content in sorted((PurePosixPath(name).name, content) for name, content in contents.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _opened(path: Path) -> Iterator[tuple[str, IO[bytes] | gzip.GzipFile]]:
    # By its name a damaged one too: that is said when it is opened. What an origin packs otherwise says so itself.
    if path.suffix == ".zip" or zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                _refuse_unsafe(path, info.filename, link=(info.external_attr >> 28) == 0xA)
                if not info.is_dir():
                    with archive.open(info) as stream:
                        yield info.filename, stream
    elif path.name.endswith((".tar.gz", ".tgz", ".tar")):
        with tarfile.open(path) as archive:
            for info in archive:
                _refuse_unsafe(path, info.name, link=not (info.isfile() or info.isdir()))
                stream = archive.extractfile(info)
                if stream is not None:
                    yield info.name, stream
    else:
        content = path.read_bytes()
        name = path.name.removesuffix(".gz")  # an origin may send the file as it is
        if content.startswith(_GZIP):
            with gzip.open(io.BytesIO(content)) as stream:
                yield name, stream
        else:
            yield name, io.BytesIO(content)


def _refuse_unsafe(path: Path, name: str, *, link: bool) -> None:
    pure = PurePosixPath(name.replace("\\", "/"))
    if pure.is_absolute() or ".." in pure.parts or re.match(r"[A-Za-z]:", name):
        raise UserError(f"{path} holds {name!r}, which leads outside of it: do not use this archive")
    if link:
        raise UserError(f"{path} holds {name!r}, which is a link or a device: do not use this archive")
