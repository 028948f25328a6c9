"""Which files of series belong together: one file, or a TRAIN and a TEST file; and the UCR archive's `.tsv`."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data.array_files import read_arrays_of, series_of
from cnn_vs_rnn.own_data.parts import Part
from cnn_vs_rnn.own_data.series_task import SeriesSet
from cnn_vs_rnn.own_data.ts_files import read_ts

ENDINGS = (".ts", ".tsv", ".npz", ".npy")
_READ = {".ts": read_ts, ".npz": read_arrays_of, ".npy": read_arrays_of}
_PART_OF_NAME = re.compile(r"[_.-]?(train|test)", re.IGNORECASE)
_ARRAY_OF_NAME = re.compile(r"(^|[_.-])[xy](?=$|[_.-])", re.IGNORECASE)


def read_series_files(path: Path) -> SeriesSet:
    """Every series of a file, or of a folder's; where a name says TRAIN or TEST, of both of the pair.

    Raises UserError where a folder holds several data sets, or a file none.
    """
    files = _pair(_one_of(path) if path.is_dir() else path)
    read = SeriesSet([file for file, _ in files])
    if path.is_dir():
        read.said.append(f"read {' and '.join(file.name for file, _ in files)}")
    for file, part in files:
        if not file.stat().st_size:
            raise UserError(f"{file} is empty: there is nothing to read")
        _READ.get(file.suffix.lower(), _read_tsv)(file, part, read)
    return read


def _one_of(folder: Path) -> Path:
    """A file of the data set in a folder, which may be there in several formats."""
    held = [file for file in sorted(folder.iterdir()) if file.suffix.lower() in ENDINGS and file.name[0] != "."]
    if not held:
        raise UserError(f"{folder} holds no series ({', '.join(ENDINGS)}): name the file or folder that does")
    held.sort(key=lambda file: ENDINGS.index(file.suffix.lower()))
    sets = sorted({_set_of(file) for file in held})
    if len(sets) > 1:
        raise UserError(f"{folder} holds several data sets ({', '.join(sets[:4])}): give the file of one")
    return held[0]


def _set_of(file: Path) -> str:
    name = _PART_OF_NAME.sub("", file.stem)
    return _ARRAY_OF_NAME.sub("", name) if file.suffix.lower() == ".npy" else name


def _pair(path: Path) -> list[tuple[Path, Part | None]]:
    """The files to read and the part that each is."""
    if path.suffix.lower() == ".npy":
        path = series_of(path) or path
    stem = path.stem
    for train, test in (("TRAIN", "TEST"), ("train", "test"), ("Train", "Test")):
        if train in stem or test in stem:
            names = {"train": stem.replace(test, train), "test": stem.replace(train, test)}
            both = {part: path.with_name(name + path.suffix) for part, name in names.items()}
            if all(file.exists() for file in both.values()):
                return [(both["train"], "train"), (both["test"], "test")]
    return [(path, None)]


def _read_tsv(file: Path, part: Part | None, read: SeriesSet) -> None:
    """A series a line: its label, then its values; NaN behind its end where it is shorter."""
    for number, line in enumerate(file.read_text(encoding="utf-8-sig", errors="replace").splitlines(), start=1):
        label, *cells = line.split("\t")
        if not line.strip():
            continue
        place = f"{file.name} line {number}"
        try:
            values = np.array([float(cell) if cell.strip() else np.nan for cell in cells])
        except ValueError as error:
            read.quarantined.append((place, str(error).replace("could not convert string to float", "it is no number")))
            continue
        known = np.flatnonzero(~np.isnan(values))
        end = known[-1] + 1 if len(known) else 0
        read.add(place, values[:end, None], label, part)
