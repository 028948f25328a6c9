"""The shape of a task's data, from the loader to the batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Float, Int, Shaped

from cnn_vs_rnn.config import Strict

IGNORED = -100  # a per-step target that counts for neither loss nor score (padding)


class InputSpec(Strict):
    """What one sample looks like: (channels, height, width) or (length, channels), padded."""

    kind: Literal["image", "sequence"]
    channels: int
    height: int | None = None
    width: int | None = None
    length: int | None = None  # of the longest sequence, in time steps
    variable: bool = False  # sequences differ in length, so that lengths travel with them

    def as_rows(self) -> InputSpec:
        """The same image read row by row: time = height, channels = channels x width."""
        assert self.kind == "image"
        assert self.height is not None
        assert self.width is not None
        return InputSpec(kind="sequence", channels=self.channels * self.width, length=self.height)


class OutputSpec(Strict):
    """What a network must answer: `size` numbers (class scores or values) a sample or a step."""

    size: int
    per_step: bool = False


@dataclass(frozen=True)
class Samples:
    """Some samples of a task, in memory.

    inputs: images (sample, channel, height, width) or sequences (sample, time, channel), padded with 0 at the end.
    targets: class index (sample,), class index a step (sample, time; IGNORED where padded), or
        values (sample, output).
    lengths: time steps of each sequence; None for images and where all lengths are equal.
    """

    inputs: Float[np.ndarray, "sample ..."]
    targets: Shaped[np.ndarray, "sample ..."]
    lengths: Int[np.ndarray, " sample"] | None = None

    def __len__(self) -> int:
        return len(self.inputs)

    def take(self, index: Int[np.ndarray, " chosen"]) -> Samples:
        """The samples at these positions, in this order."""
        lengths = None if self.lengths is None else self.lengths[index]
        return Samples(self.inputs[index], self.targets[index], lengths)


@dataclass(frozen=True)
class RawTask:
    """What a task's loader returns: the samples as they are, before any split or scaling.

    test is None where the data has no official test part. groups (one label a pool sample, such as
    the speaker) are never torn apart by a split. quarantined: (item, why it was left out).
    """

    pool: Samples
    test: Samples | None
    input: InputSpec
    output: OutputSpec
    classes: tuple[str, ...] = ()  # empty for regression
    groups: Shaped[np.ndarray, " sample"] | None = None
    quarantined: tuple[tuple[str, str], ...] = field(default=())
