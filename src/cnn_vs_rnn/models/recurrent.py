"""What the recurrent encoders share: two directions, their read-out, and stacks of PyTorch's own layers."""

from __future__ import annotations

from typing import ClassVar, cast

import torch
from jaxtyping import Float, Int, Shaped
from pydantic import PositiveInt
from torch import Tensor, nn

from cnn_vs_rnn.models.encoder import SequenceEncoder, channels_at
from cnn_vs_rnn.models.initialisation import GatedInitialisation, initialise
from cnn_vs_rnn.models.read_out import ReadOut, read_out
from cnn_vs_rnn.tasks.data import InputSpec

_Cell = nn.RNN | nn.LSTM | nn.GRU
LayerState = tuple[Tensor, ...]  # (hidden,), or (hidden, cell) of an LSTM; each (batch, hidden)


def reversed_in_time(
    sequences: Shaped[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None
) -> Shaped[Tensor, "batch time channel"]:
    """Every sequence backwards, its padding left where it was, at the end."""
    if lengths is None:
        return sequences.flip(1)
    step = torch.arange(sequences.shape[1], device=sequences.device)
    ends = lengths.unsqueeze(1)
    source = torch.where(step < ends, ends - 1 - step, step)
    return sequences[torch.arange(len(sequences), device=sequences.device).unsqueeze(1), source]


class RecurrentEncoder(SequenceEncoder):
    """One or two directions over a sequence; causal, and able to stream, with one.

    Of two directions, each with its own width, the features are concatenated at every step. Their ``last`` read-out
    is where each of them ended: the last step of the forward one, the first of the backward one.
    Streaming is for a network in eval mode: in train mode each step would draw dropout anew.
    """

    def __init__(self, read_out: ReadOut, direction_features: list[int]) -> None:
        super().__init__(read_out)
        self.direction_features = direction_features
        self.features = sum(direction_features)
        self.causal = len(direction_features) == 1

    def forward(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch feature"]:
        features = self.sequence(inputs, lengths)
        return self.ended(features, lengths) if self.read_out == "last" else read_out(features, lengths, self.read_out)

    def ended(
        self, features: Float[Tensor, "batch time feature"], lengths: Int[Tensor, " batch"] | None
    ) -> Float[Tensor, "batch feature"]:
        """What each direction ended with."""
        if self.causal:
            return read_out(features, lengths, "last")
        forwards, backwards = features.split(self.direction_features, dim=2)
        return torch.cat([read_out(forwards, lengths, "last"), backwards[:, 0]], dim=1)


class StackedRecurrentEncoder(RecurrentEncoder):
    """Layers of nn.RNN, nn.LSTM or nn.GRU, with dropout on each layer's output, the features included.

    Every layer and direction is a module of its own: so the budget can widen one of them at a time, and the backward
    direction runs over each sequence reversed within its length, where padding is never before data; three times as
    fast on a CPU at 784 steps as packing the batch (``nn.utils.rnn.pack_padded_sequence``).
    """

    cell: ClassVar[type[_Cell]]

    def __init__(
        self,
        input: InputSpec,
        width: float,
        dropout: float,
        read_out: ReadOut,
        layers: PositiveInt,
        bidirectional: bool,
        initialisation: GatedInitialisation,
    ) -> None:
        directions = 2 if bidirectional else 1
        hidden = [channels_at(width, index, layers * directions) for index in range(layers * directions)]
        super().__init__(read_out, hidden[-directions:])
        assert input.length is not None
        self.cells = nn.ModuleList()
        channels = input.channels
        for first in range(0, len(hidden), directions):
            for size in hidden[first : first + directions]:
                cell = self.cell(channels, size, batch_first=True)
                initialise(cell, initialisation, input.length)
                self.cells.append(cell)
            channels = sum(hidden[first : first + directions])
        self.dropout = nn.Dropout(dropout)

    def sequence(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch time feature"]:
        features = inputs
        for cell, *other in self._layers():
            outputs = cell(features)[0]
            if other:
                backwards = other[0](reversed_in_time(features, lengths))[0]
                outputs = torch.cat([outputs, reversed_in_time(backwards, lengths)], dim=2)
            features = self.dropout(outputs)
        return features

    def initial_state(self, batch: int) -> list[LayerState]:
        """Zeros, one tuple a layer."""
        if not self.causal:
            return super().initial_state(batch)
        tensors = 2 if self.cell is nn.LSTM else 1
        return [
            tuple(cell.all_weights[0][0].new_zeros(batch, cell.hidden_size) for _ in range(tensors))
            for (cell,) in self._layers()
        ]

    def step(
        self, inputs: Float[Tensor, "batch channel"], state: list[LayerState]
    ) -> tuple[Float[Tensor, "batch feature"], list[LayerState]]:
        if not self.causal:
            return super().step(inputs, state)
        features, after = inputs.unsqueeze(1), []
        for (cell,), before in zip(self._layers(), state, strict=True):
            given = tuple(tensor.unsqueeze(0) for tensor in before)
            outputs, new = cell(features, given if len(given) == 2 else given[0])
            features = self.dropout(outputs)
            after.append(tuple(tensor.squeeze(0) for tensor in (new if len(given) == 2 else (new,))))
        return features.squeeze(1), after

    def _layers(self) -> list[list[_Cell]]:
        cells, directions = cast(list[_Cell], list(self.cells)), len(self.direction_features)
        return [cells[first : first + directions] for first in range(0, len(cells), directions)]
