"""Series from `.ts` files, as aeon and sktime write them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data.parts import Part
from cnn_vs_rnn.own_data.series_task import SeriesSet


def read_ts(file: Path, part: Part | None, read: SeriesSet) -> None:
    """Add every series (time, channel); a line that aeon cannot read is quarantined.

    Raises UserError where the file says that it has no labels, or that it has time stamps.
    """
    lines = file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    start = next((at for at, line in enumerate(lines, start=1) if line.strip().lower() == "@data"), len(lines))
    head = lines[:start]
    said = {tuple(line.lower().split()[:2]) for line in head}
    if ("@timestamps", "true") in said:  # aeon 1.x drops the signs of such values without a word
        raise UserError(f"{file} has time stamps, which are not read: write its values alone (@timeStamps false)")
    if ("@classlabel", "false") in said and ("@targetlabel", "true") not in said:
        raise UserError(f"{file} has no labels (@classLabel false): give a file that has one a series")
    numbered = [(number, line) for number, line in enumerate(lines[start:], start=start + 1) if line.strip()]
    # aeon reads labels in small letters, hence from the line
    labels = [line.rpartition(":")[2].strip().replace("?", "") for _, line in numbered]
    for (number, line), label, one in zip(numbered, labels, _parsed(head, [line for _, line in numbered]), strict=True):
        place = f"{file.name} line {number}"
        if "\ufffd" in line:
            read.quarantined.append((place, "it holds bytes that are not UTF-8"))
        elif isinstance(one, str):
            read.quarantined.append((place, f"it cannot be read ({one})"))
        else:
            read.add(place, one, label, part)


def _parsed(head: list[str], lines: list[str]) -> Sequence[Float[np.ndarray, "time channel"] | str]:
    """The values of each line, or why it has none."""
    if not lines:
        return []
    with tempfile.TemporaryDirectory(prefix="cnn-vs-rnn-") as folder:
        path = Path(folder) / "series.ts"
        together = _load(path, head, lines)
        if not isinstance(together, str):
            return together
        alone = [_load(path, head, [line]) for line in lines]
    return [one if isinstance(one, str) else one[0] for one in alone]


def _load(path: Path, head: list[str], lines: list[str]) -> list[Float[np.ndarray, "time channel"]] | str:
    from aeon.datasets import load_from_ts_file

    path.write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
    try:
        series = load_from_ts_file(str(path))[0]
    except Exception as error:  # aeon answers damage with many kinds
        return " ".join(str(error).replace(str(path), "the file").split())[:80]
    return [np.asarray(one, np.float64).T for one in series]
