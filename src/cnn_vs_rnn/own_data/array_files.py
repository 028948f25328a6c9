"""Series from arrays: `.npz` with X and y, or X.npy with y.npy beside it. Nothing is unpickled."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data.parts import Part, part_named
from cnn_vs_rnn.own_data.series_task import SeriesSet

Array = Shaped[np.ndarray, "..."]
_X, _Y = ("x", "data", "inputs", "series"), ("y", "labels", "label", "targets", "target")
_ALONE = r"(?i)(?:(?<=^)|(?<=[_.-])){}(?=$|[_.-])"  # a letter that is a word of the name


def read_arrays_of(file: Path, part: Part | None, read: SeriesSet) -> None:
    """Add every series (time, channel); UserError where the arrays do not fit each other or are no plain numbers."""
    stored = _npz(file) if file.suffix.lower() == ".npz" else _npy(file, read)
    parts: dict[str, Part | None] = {name[2:]: part_named(name[2:]) for name in stored if name.startswith("x_")}
    if part is None and "train" in parts.values():
        for name, own in parts.items():
            if own is None or f"y_{name}" not in stored:
                raise UserError(f"{file} has an array x_{name} that is no part with labels: add y_{name}, or rename it")
            _add(file, stored[f"x_{name}"], stored[f"y_{name}"], own, f"{name} series", read)
        return
    x = next((stored[name] for name in _X if name in stored), None)
    y = next((stored[name] for name in _Y if name in stored), None)
    if x is None or y is None:
        raise UserError(f"{file} holds {', '.join(sorted(stored)) or 'no array'}: name its arrays X and y")
    _add(file, x, y, part, "series", read)


def labels_of(file: Path) -> Path | None:
    """y.npy for X.npy, y_train.npy for X_train.npy; None where there is none."""
    return _beside(file, "x", "y")


def series_of(file: Path) -> Path | None:
    """X.npy for y.npy; None where there is none."""
    return _beside(file, "y", "x")


def _beside(file: Path, letter: str, other: str) -> Path | None:
    names = (re.sub(_ALONE.format(letter), replaced, file.stem) for replaced in (other, other.upper()))
    others = (file.with_name(name + file.suffix) for name in names if name != file.stem)
    return next((path for path in others if path.exists()), None)


def _npz(file: Path) -> dict[str, Array]:
    """Arrays by their names in small letters."""
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
            return {name.lower(): stored[name] for name in stored.files}
    except (ValueError, OSError, EOFError, AttributeError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise _unreadable(file, error) from error


def _npy(file: Path, read: SeriesSet) -> dict[str, Array]:
    beside = labels_of(file)
    if beside is None:
        raise UserError(f"{file} needs its labels in y.npy beside it: write X.npy and y.npy, or one .npz")
    read.files.append(beside)
    arrays = {}
    for name, path in (("x", file), ("y", beside)):
        try:
            with path.open("rb") as opened:
                arrays[name] = np.load(opened, allow_pickle=False)
        except (ValueError, OSError, EOFError) as error:
            raise _unreadable(path, error) from error
    return arrays


def _unreadable(file: Path, error: Exception) -> UserError:
    objects = "Object arrays" in str(error)
    reason = "it holds Python objects, which are not read" if objects else "it is damaged"
    return UserError(f"{file} cannot be read ({reason}): write it again as plain arrays of numbers")


def _add(file: Path, x: Array, y: Array, part: Part | None, place: str, read: SeriesSet) -> None:
    if x.ndim not in (2, 3) or not (np.issubdtype(x.dtype, np.integer) or np.issubdtype(x.dtype, np.floating)):
        raise UserError(f"{file}: X is {x.dtype} of shape {x.shape}: it must be numbers (sample, time[, channel])")
    if y.ndim == 0 or y.size != len(y):
        raise UserError(f"{file}: y is of shape {y.shape}: give one label a series (of one-hot rows, their argmax)")
    if len(x) != len(y):
        raise UserError(f"{file}: {len(x):,} series and {len(y):,} labels: give one label a series")
    values = x[..., None] if x.ndim == 2 else x
    channels_first = values.shape[1] < values.shape[2]  # as aeon and sktime write it
    if channels_first:
        values = values.transpose(0, 2, 1)
    if x.ndim == 3:
        order = "(sample, channel, time)" if channels_first else "(sample, time, channel)"
        assumed = f"X taken for {order}, the shorter side being the channels: {values.shape[2]} channels"
        read.said += [] if assumed in read.said else [assumed]
    labels = np.char.decode(y, "utf-8", "replace") if y.dtype.kind == "S" else y
    for number, (series, label) in enumerate(zip(values, labels.reshape(-1).tolist(), strict=True)):
        read.add(f"{file.name} {place} {number}", series, str(label), part)
