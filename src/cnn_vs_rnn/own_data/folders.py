"""Folders of class folders, with or without the parts on top, and whether their files have changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data.parts import Part, part_named


@dataclass(frozen=True)
class ClassFolders:
    """files, their labels and parts side by side; quarantined: files with another ending, and why."""

    files: list[Path]
    labels: list[str]
    parts: list[Part | None]
    quarantined: tuple[tuple[str, str], ...]

    @property
    def has_test(self) -> bool:
        """Whether the folder says what to test on."""
        return "test" in self.parts


def class_folders(root: Path, endings: Sequence[str], what: str) -> ClassFolders:
    """The files of `<root>/<class>/` or `<root>/<train|valid|test>/<class>/`, at any depth below the class.

    what: the kind of files, for messages. Raises UserError where there are none, or none in class folders.
    """
    folders = [folder for folder in _visible(root) if folder.is_dir()]
    on_top = bool(folders) and all(part_named(folder.name) for folder in folders)
    holders = [(part_named(top.name), top) for top in folders] if on_top else [(None, root)]
    files, labels, parts, quarantined = [], [], [], []
    for part, holder in holders:
        for folder in _visible(holder):
            if not folder.is_dir():
                quarantined.append((str(folder.relative_to(root)), "it lies in no class folder"))
                continue
            for file in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")):
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
    """Over names, sizes and times of change: another where a file was added, removed or written."""
    digest = hashlib.sha256()
    for file in sorted(files):
        about = file.stat()
        digest.update(f"{file}\0{about.st_size}\0{about.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:16]


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
