"""Which part of the data a sample is meant for, and the task that follows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from jaxtyping import Shaped

from cnn_vs_rnn.tasks.data import RawTask, Samples

Part = Literal["train", "valid", "test"]
NAMES: dict[str, Part] = {
    "train": "train",
    "training": "train",
    "valid": "valid",
    "val": "valid",
    "validation": "valid",
    "dev": "valid",
    "test": "test",
    "testing": "test",
}


def part_named(name: str) -> Part | None:
    """The part that a folder, or a cell of a split column, names."""
    return NAMES.get(name.strip().lower())


def said_of(parts: Sequence[Part | None], where: str) -> str:
    """Which parts the data sets aside and which are drawn, in a sentence. where: what says so, as in "the folders"."""
    given = [part for part in ("valid", "test") if part in parts]
    drawn = "" if "test" in parts else "a fifth is drawn as the test part"
    return f"{' and '.join(given)} as {where} say{'; ' * bool(drawn)}{drawn}" if given else drawn


def assemble(samples: Samples, parts: Sequence[Part | None], groups: Sequence[str] | None, **rest: Any) -> RawTask:
    """A task with its test and validation parts where the data says which; a sample without a part is trained on.

    rest: the other fields of RawTask.
    """
    named = np.array([part or "train" for part in parts])
    test = named == "test"
    pool = np.flatnonzero(~test)
    valid = named[pool] == "valid"
    return RawTask(
        pool=samples.take(pool),
        test=samples.take(np.flatnonzero(test)) if test.any() else None,
        valid=valid if valid.any() else None,
        groups=_of_pool(groups, pool),
        **rest,
    )


def _of_pool(groups: Sequence[str] | None, pool: np.ndarray) -> Shaped[np.ndarray, " sample"] | None:
    return None if groups is None else np.array(groups)[pool]


def task_name(name: str) -> str:
    """A file or folder name as the name of a task: small letters, digits and underscores."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()  # ü is u
    cleaned = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return cleaned[:40] or "data"
