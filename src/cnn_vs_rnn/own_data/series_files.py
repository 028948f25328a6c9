"""Series from `.ts` and UCR `.tsv` files, and from arrays: one file, or a TRAIN and a TEST file."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data.parts import Part
from cnn_vs_rnn.own_data.series_task import SeriesSet

ENDINGS = (".ts", ".tsv", ".npz", ".npy")
_X, _Y = ("x", "data", "inputs", "series"), ("y", "labels", "label", "targets", "target")


def read_series_files(path: Path) -> SeriesSet:
    """Every series of a file, or of a folder's; where a name says TRAIN or TEST, of both of the pair."""
    files = _pair(path)
    if files[0][0].suffix in (".npz", ".npy"):
        return _arrays(files)
    read = SeriesSet([file for file, _ in files])
    for file, part in files:
        if not file.stat().st_size:
            raise UserError(f"{file} is empty: there is nothing to read")
        (_read_ts if file.suffix == ".ts" else _read_tsv)(file, part, read)
    return read


def _pair(path: Path) -> list[tuple[Path, Part | None]]:
    """The files to read and the part that each is."""
    if path.is_dir():
        held = sorted(file for file in path.iterdir() if file.suffix.lower() in ENDINGS)
        if not held:
            raise UserError(f"{path} holds no series ({', '.join(ENDINGS)}): name the file or folder that does")
        path = next((file for file in held if "TRAIN" in file.stem.upper()), held[0])
    stem = path.stem
    for train, test in (("TRAIN", "TEST"), ("train", "test"), ("Train", "Test")):
        if train in stem or test in stem:
            names = {"train": stem.replace(test, train), "test": stem.replace(train, test)}
            both = {part: path.with_name(name + path.suffix) for part, name in names.items()}
            if all(file.exists() for file in both.values()):
                return [(both["train"], "train"), (both["test"], "test")]
    return [(path, None)]


def _read_ts(file: Path, part: Part | None, read: SeriesSet) -> None:
    from aeon.datasets import load_from_ts_file

    try:
        series, labels = load_from_ts_file(str(file))[:2]
    except Exception as error:  # aeon answers damage with many kinds
        raise UserError(f"{file} is no .ts file that aeon can read ({' '.join(str(error).split())[:80]})") from error
    for number, (one, label) in enumerate(zip(series, labels, strict=True), start=1):
        read.add(f"{file.name} series {number}", np.asarray(one).T, str(label), part)


def _read_tsv(file: Path, part: Part | None, read: SeriesSet) -> None:
    """A series a line: its label, then its values; NaN behind its end where it is shorter."""
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        label, *cells = line.rstrip("\n").split("\t")
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


def _arrays(files: list[tuple[Path, Part | None]]) -> SeriesSet:
    read = SeriesSet([file for file, _ in files])
    for file, part in files:
        stored = _load(file)
        if part is None and {"x_train", "y_train", "x_test", "y_test"} <= set(stored):
            for named in ("train", "test"):
                _add_array(file, stored[f"x_{named}"], stored[f"y_{named}"], named, read)
            continue
        x = next((stored[name] for name in _X if name in stored), None)
        y = next((stored[name] for name in _Y if name in stored), None)
        if x is None or y is None:
            raise UserError(f"{file} holds {', '.join(sorted(stored)) or 'no array'}: name its arrays X and y")
        _add_array(file, x, y, part, read)
    return read


def _load(file: Path) -> dict[str, np.ndarray]:
    """Arrays by their names in small letters; of an X.npy also the y.npy beside it."""
    try:
        with np.load(file, allow_pickle=False) if file.suffix == ".npz" else file.open("rb") as opened:
            if isinstance(opened, np.lib.npyio.NpzFile):
                return {name.lower(): opened[name] for name in opened.files}
        arrays = {"x": np.load(file, allow_pickle=False)}
        beside = [file.with_name(file.name.replace("X", "y")), file.with_name(file.name.replace("x", "y"))]
        beside = [other for other in beside if other != file and other.exists()]
        if not beside:
            raise UserError(f"{file} needs its labels in y.npy beside it: write X.npy and y.npy, or one .npz")
        return {**arrays, "y": np.load(beside[0], allow_pickle=False)}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        reason = "it holds Python objects, which are not read" if "pickle" in str(error) else "it is damaged"
        raise UserError(f"{file} cannot be read ({reason}): write it again as plain arrays of numbers") from error


def _add_array(file: Path, x: np.ndarray, y: np.ndarray, part: Any, read: SeriesSet) -> None:
    if x.ndim not in (2, 3) or not np.issubdtype(x.dtype, np.number):
        raise UserError(f"{file}: X is {x.dtype} of shape {x.shape}: it must be numbers (sample, time[, channel])")
    if len(x) != len(y):
        raise UserError(f"{file}: {len(x):,} series and {len(y):,} labels: give one label a series")
    values = x[..., None] if x.ndim == 2 else x
    if values.shape[1] < values.shape[2]:  # as aeon and sktime write it
        values = values.transpose(0, 2, 1)
        assumed = f"X taken for (sample, channel, time): {values.shape[2]} channels, {values.shape[1]} steps"
        read.said += [assumed] if assumed not in read.said else []
    for number, (series, label) in enumerate(zip(values, y.reshape(len(y), -1)[:, 0].tolist(), strict=True)):
        read.add(f"{file.name} series {number}", series, str(label), part)
