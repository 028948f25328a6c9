"""The one contract that every network keeps.

An encoder maps inputs, images (batch, channel, height, width) or sequences (batch, time, channel), to features
(batch, feature). A sequence encoder also gives the features of every step, which tasks with one
answer a step need, and, where it is causal, computes them step by step from a state (streaming).

Its constructor is called as ``Class(input, width=..., dropout=..., **options)``:

- ``input``: the InputSpec;
- ``width``: a real number, the one knob that the parameter budget turns. Layers take their channels
  from `channels_at`, which staggers the rounding so that the parameter count moves in small steps;
- ``dropout``: probability, from the recipe; ``options``: the model's own, listed in its YAML with their defaults.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

from jaxtyping import Float, Int
from torch import Tensor, nn

from cnn_vs_rnn.models.read_out import ReadOut, read_out
from cnn_vs_rnn.tasks.data import InputSpec


def channels_at(width: float, layer: int, layers: int) -> int:
    """Channels of one of several layers: width rounded down after a share of `layer / layers` is added.

    Growing the width by 1/layers widens one layer by one channel, so a budget can be met
    within a few per cent even where all layers are narrow.

    >>> [channels_at(4.5, layer, 4) for layer in range(4)]
    [4, 4, 5, 5]
    """
    return max(1, math.floor(width + layer / layers))


class Encoder(nn.Module):
    """Inputs to features. A subclass sets `features`, the size of its output vector."""

    reads: ClassVar[frozenset[str]] = frozenset({"image"})  # of InputSpec.kind
    features: int

    def forward(
        self, inputs: Float[Tensor, "batch ..."], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch feature"]:
        """Features of whole samples. Steps at or beyond `lengths` are padding and change nothing."""
        raise NotImplementedError


class SequenceEncoder(Encoder):
    """An encoder of sequences, with features at every step and a read-out over them."""

    reads = frozenset({"sequence"})
    causal: bool = False  # the features of step t depend on steps up to t alone

    def __init__(self, read_out: ReadOut) -> None:
        super().__init__()
        self.read_out: ReadOut = read_out

    def sequence(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch time feature"]:
        """Features of every step; those at padded steps are meaningless."""
        raise NotImplementedError

    def forward(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch feature"]:
        return read_out(self.sequence(inputs, lengths), lengths, self.read_out)

    def initial_state(self, batch: int) -> Any:
        """The state before the first step (streaming; causal encoders only)."""
        raise NotImplementedError(f"{type(self).__name__} is not causal: it cannot stream")

    def step(self, inputs: Float[Tensor, "batch channel"], state: Any) -> tuple[Float[Tensor, "batch feature"], Any]:
        """One time step: its features, equal to those of `sequence`, and the next state."""
        raise NotImplementedError(f"{type(self).__name__} is not causal: it cannot stream")


def input_as_rows(input: InputSpec, reads: frozenset[str]) -> InputSpec:
    """What an encoder sees of a task: embedded tokens, and an image row by row where it reads sequences only."""
    input = input.embedded()
    return input if input.kind in reads else input.as_rows()
