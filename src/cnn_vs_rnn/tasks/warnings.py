"""What may be wrong with data that can be trained on: said once, in the data card, the report and at ingestion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Shaped

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

STRONG = 10  # times as many training samples in the largest class as in the smallest
_NAMED = 5  # channels named by their numbers


def imbalance(config: TaskConfig, output: OutputSpec, classes: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Whether a class is far rarer than another; of tasks with one class a sample. classes: name -> part -> samples."""
    counts = {name: parts["train"] for name, parts in classes.items()}
    total = sum(counts.values())
    if config.loss != "cross_entropy" or output.per_step or not total:
        return []
    rarest, largest = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
    if counts[largest] < STRONG * counts[rarest]:
        return []
    remedies = [
        *(() if config.score == "macro_f1" else ("score=macro_f1 lets every class count",)),
        *(() if config.balanced else ("balanced=true weights the loss",)),
    ]
    share = 100 * counts[rarest] / total
    return [
        f"strong imbalance: class {rarest} has {counts[rarest]:,} of {total:,} training samples ({share:.2g}%), "
        f"class {largest} {counts[largest]:,}" + (f"; {', '.join(remedies)}" if remedies else "")
    ]


def constant_channels(input: InputSpec, tables: Sequence[Shaped[np.ndarray, "_ channel"]]) -> list[str]:
    """Which channels have one value at every step of every sample. tables: the values of each part, without padding."""
    if input.kind == "tokens":
        return []
    low = np.min([table.min(axis=0) for table in tables], axis=0)
    high = np.max([table.max(axis=0) for table in tables], axis=0)
    same = np.flatnonzero(low == high) + 1
    if not len(same):
        return []
    which = ", ".join(str(channel) for channel in same[:_NAMED]) + (", ..." if len(same) > _NAMED else "")
    verb = "has" if len(same) == 1 else "have"
    return [f"{len(same):,} of {input.channels:,} channels {verb} the same value throughout: {which} (from 1)"]


def constant_pixels(input: InputSpec, images: Sequence[Shaped[np.ndarray, "_ ..."]]) -> list[str]:
    """How many pixels of images never change. A note, no warning: a constant border is usual."""
    if input.kind != "image":
        return []
    same: Bool[np.ndarray, "channel height width"] = np.min([part.min(axis=0) for part in images], axis=0) == np.max(
        [part.max(axis=0) for part in images], axis=0
    )
    pixels = same.all(axis=0)
    if not pixels.any():
        return []
    return [f"{int(pixels.sum()):,} of {pixels.size:,} pixels are the same in every image"]


def duplicates(in_test: int, in_train: int) -> list[str]:
    """How many samples were left out because their exact input is also elsewhere."""
    return [
        f"duplicates: {count:,} {'sample' if count == 1 else 'samples'} {left_out}"
        for count, left_out in (
            (in_test, "taken out of training, because the test part holds the same input"),
            (in_train, "taken out of validation, because the training part holds the same input"),
        )
        if count
    ]
