"""The shape of a task's data, from the loader to the batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Bool, Int, Shaped

from cnn_vs_rnn.config import Strict

IGNORED = -100  # a per-step target that counts for neither loss nor score (padding)


UNKNOWN = 1  # the token of what the vocabulary does not hold; 0 is padding
BEGIN, END = 2, 3  # tokens before the first and after the last of an answer that is a sequence


class InputSpec(Strict):
    """What one sample looks like: (channels, height, width), (length, channels) padded, or tokens (length,) padded.

    channels: of tokens, the size of the embedding that a network looks up for each; the same for every network.
    """

    kind: Literal["image", "sequence", "tokens"]
    channels: int
    height: int | None = None
    width: int | None = None
    length: int | None = None  # of the longest sequence, in time steps
    variable: bool = False  # sequences differ in length, so that lengths travel with them
    vocabulary: int | None = None  # kinds of tokens, padding (0) and unknown (1) included
    words: int | None = None  # tokens below this number begin a word; None where tokens are not parts of words

    def embedded(self) -> InputSpec:
        """The sequence of vectors that a network makes of tokens; anything else stays what it is."""
        return self.model_copy(update={"kind": "sequence", "vocabulary": None}) if self.kind == "tokens" else self

    def as_rows(self) -> InputSpec:
        """The same image read row by row: time = height, channels = channels x width."""
        assert self.kind == "image"
        assert self.height is not None
        assert self.width is not None
        return InputSpec(kind="sequence", channels=self.channels * self.width, length=self.height)


class Forecast(Strict):
    """Which values of a series are to be predicted: of each channel in turn, the next `horizon` steps."""

    horizon: int
    channels: tuple[int, ...]  # of the input, so that 'as it is now' is an answer
    period: int | None = None  # steps of a season; the input must be at least as long


class OutputSpec(Strict):
    """What a network must answer: `size` numbers (class scores, labels' log-odds or values) a sample or a step."""

    size: int
    per_step: bool = False
    labels: bool = False  # each number is a yes or no of its own
    causal: bool = False  # the answer at a step may know earlier steps and this one only
    balanced: bool = False  # every class counts equally, however rare
    forecast: Forecast | None = None
    sequence: int | None = None  # tokens of the longest answer, its end included, where answers are sequences


@dataclass(frozen=True)
class Samples:
    """Some samples of a task, in memory.

    inputs: images (sample, channel, height, width), sequences (sample, time, channel) or tokens (sample, time), padded
        with 0 at the end. As stored, images may be bytes; scaled, all but tokens are float32.
    targets: class index (sample,), class index a step (sample, time; IGNORED where padded), values or labels 0 and 1
        (sample, output), or labels a step (sample, time, output; IGNORED where padded). Answers that are sequences:
        tokens (sample, answer time), END the last of each; IGNORED where padded.
    lengths: time steps of each sequence; None for images and where all lengths are equal.
    target_lengths: tokens of each answer, END included; None where answers are no sequences.
    """

    inputs: Shaped[np.ndarray, "sample ..."]
    targets: Shaped[np.ndarray, "sample ..."]
    lengths: Int[np.ndarray, " sample"] | None = None
    target_lengths: Int[np.ndarray, " sample"] | None = None

    def __len__(self) -> int:
        return len(self.inputs)

    def take(self, index: Int[np.ndarray, " chosen"]) -> Samples:
        """The samples at these positions, in this order."""
        lengths = None if self.lengths is None else self.lengths[index]
        target_lengths = None if self.target_lengths is None else self.target_lengths[index]
        return Samples(self.inputs[index], self.targets[index], lengths, target_lengths)

    def joined(self, other: Samples) -> Samples:
        """These samples and then the others, which are of the same kind and padded alike."""
        joined = {
            name: np.concatenate([array, getattr(other, name)])
            for name, array in vars(self).items()
            if array is not None
        }
        return Samples(**joined)


@dataclass(frozen=True)
class RawTask:
    """What a task's loader returns: the samples as they are, before any split or scaling.

    test is None where the data has no official test part; valid marks the pool samples that validate where the data
    says which, the same for every seed. groups (one label a pool sample, such as the speaker) are never torn apart by
    a split. spans: first step and the step after the last of what is predicted of each pool sample, where samples have
    an order in time that a repeated split must keep. keys tell the samples of pool and test apart where their inputs
    cannot (two sentences with an unknown word each). quarantined: (item, why it was left out). notes: what a reader of
    the data card should know.
    """

    pool: Samples
    test: Samples | None
    input: InputSpec
    output: OutputSpec
    classes: tuple[str, ...] = ()  # empty for regression
    groups: Shaped[np.ndarray, " sample"] | None = None
    quarantined: tuple[tuple[str, str], ...] = field(default=())
    valid: Bool[np.ndarray, " sample"] | None = None
    spans: Int[np.ndarray, "sample 2"] | None = None
    keys: tuple[Sequence[str], Sequence[str]] | None = None  # of pool and of test
    vocabulary: tuple[str, ...] = ()  # the text of each token
    merges: tuple[str, ...] = ()  # of subwords: which two become one ("a b"), in their order
    notes: tuple[str, ...] = ()
