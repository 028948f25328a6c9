"""Names and paths that become files: none leads out of the folder that it belongs in."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator


def _names_a_folder(name: str) -> str:
    if not re.fullmatch(r"\w[\w. +()-]*", name):
        raise ValueError("it names a folder: begin with a letter or digit, go on with those, spaces and . _ + - ( )")
    return name


def _lies_below(path: str) -> str:
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or "\\" in path:
        raise ValueError("it lies below a folder: give a path without .., / at its beginning, or backslash")
    return path


FolderName = Annotated[str, AfterValidator(_names_a_folder)]
PathBelow = Annotated[str, AfterValidator(_lies_below)]
