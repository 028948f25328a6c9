"""Folders of class folders, with or without the parts on top, and whether their files have changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data.parts import Part, part_named

_READ_WHOLE = 1_000_000_000  # bytes of all files, beyond which their contents are not compared


@dataclass(frozen=True)
class ClassFolders:
    """files, their labels and parts side by side; quarantined: files with another ending, and why."""

    files: list[Path]
    labels: list[str]
    parts: list[Part | None]
    quarantined: tuple[tuple[str, str], ...]


def class_folders(root: Path, endings: Sequence[str], what: str) -> ClassFolders:
    """The files of `<root>/<class>/` or `<root>/<train|valid|test>/<class>/`, at any depth below the class.

    what: the kind of files, for messages. Raises UserError where there are none, or none in class folders.
    """
    tops = {folder: part_named(folder.name) for folder in _visible(root) if folder.is_dir()}
    named = [(part, top) for top, part in tops.items() if part]
    # Beside a train folder that holds class folders, a folder of another name is no class.
    trained = any(part == "train" and any(map(Path.is_dir, _visible(top))) for part, top in named)
    on_top = trained or (bool(named) and len(named) == len(tops))
    holders = named if on_top else [(None, root)]
    files, labels, parts, quarantined = [], [], [], []
    if on_top:
        others = [path.name for path in _visible(root) if not tops.get(path)]
        quarantined += [(name, "it is none of train, valid and test") for name in others]
    for part, holder in holders:
        for folder in _visible(holder):
            if not folder.is_dir():
                quarantined.append((str(folder.relative_to(root)), "it lies in no class folder"))
                continue
            for file in sorted(path for path in folder.rglob("*") if not path.is_dir() and path.name[0] != "."):
                if not file.is_file():  # a link that leads nowhere, a device
                    quarantined.append((str(file.relative_to(root)), "it is no file that can be read"))
                    continue
                if file.suffix.lower() not in endings:
                    quarantined.append((str(file.relative_to(root)), f"it is none of {', '.join(endings)}"))
                    continue
                files.append(file)
                labels.append(folder.name)
                parts.append(part)
    if not files:
        raise UserError(
            f"{root} holds no {what} in class folders: put them into one folder a class ({', '.join(endings)})"
        )
    return ClassFolders(files, labels, parts, tuple(quarantined))


def files_digest(files: Iterable[Path]) -> str:
    """Over names and contents, wherever the files lie and whenever they were copied there.

    Of more than a gigabyte, over sizes and times of change instead of contents.
    """
    listed = sorted(files)
    root = os.path.commonpath([file.parent for file in listed]) if listed else ""
    about = [file.stat() for file in listed]
    small = sum(one.st_size for one in about) <= _READ_WHOLE
    digest = hashlib.sha256()
    for file, one in zip(listed, about, strict=True):
        digest.update(f"{os.path.relpath(file, root)}\0{one.st_size}\0".encode("utf-8", "surrogateescape"))
        digest.update(_content_digest(file) if small else str(one.st_mtime_ns).encode())
    return digest.hexdigest()[:16]


def _content_digest(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").digest()
    except OSError:
        return b"unreadable"  # named when it is decoded


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
