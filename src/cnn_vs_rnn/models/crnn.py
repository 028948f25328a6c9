"""Convolution in front, recurrence behind: the hybrid."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float, Int
from pydantic import PositiveInt
from torch import Tensor, nn

from cnn_vs_rnn.models.encoder import Encoder, channels_at
from cnn_vs_rnn.models.gru import GRU
from cnn_vs_rnn.models.image_layers import ChannelsLast
from cnn_vs_rnn.models.image_stages import halvings
from cnn_vs_rnn.models.masked_layers import ConvNorm1d, max_pool, valid_rows
from cnn_vs_rnn.models.masking import zero_padding
from cnn_vs_rnn.models.read_out import ReadOut
from cnn_vs_rnn.tasks.data import InputSpec

SHORTEST = 8  # time steps; a sequence no longer is not pooled


class _ImageFront(nn.Module):
    """Convolution, batch normalisation, ReLU and max-pooling, stage by stage; then the rows as time steps."""

    def __init__(self, input: InputSpec, channels: list[int], kernel_size: int) -> None:
        super().__init__()
        assert input.height is not None
        assert input.width is not None
        rows, columns = input.height, input.width
        pools = [*halvings(input), *[(1, 1)] * len(channels)]
        modules: list[nn.Module] = []
        before = input.channels
        for out, pool in zip(channels, pools, strict=False):
            modules += [nn.Conv2d(before, out, kernel_size, padding="same", bias=False), nn.BatchNorm2d(out), nn.ReLU()]
            if pool != (1, 1):
                modules.append(nn.MaxPool2d(pool))
            before, rows, columns = out, rows // pool[0], columns // pool[1]
        self.layers = ChannelsLast(*modules)
        self.output = InputSpec(kind="sequence", channels=before * columns, length=rows)

    def forward(
        self, inputs: Float[Tensor, "batch channel height width"], lengths: Int[Tensor, " batch"] | None
    ) -> tuple[Float[Tensor, "batch row feature"], Int[Tensor, " batch"] | None]:
        maps = self.layers(inputs)
        return maps.permute(0, 2, 3, 1).flatten(2), lengths


class _SequenceFront(nn.Module):
    """Convolution over time, batch normalisation, ReLU and max-pooling, stage by stage."""

    def __init__(self, input: InputSpec, channels: list[int], kernel_size: int) -> None:
        super().__init__()
        assert input.length is not None
        length = input.length
        self.layers = nn.ModuleList()
        self.pools: list[int] = []
        before = input.channels
        for out in channels:
            self.layers.append(ConvNorm1d(before, out, kernel_size))
            self.pools.append(2 if length > SHORTEST else 1)
            before, length = out, -(-length // self.pools[-1])
        self.output = InputSpec(kind="sequence", channels=before, length=length)

    def forward(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None
    ) -> tuple[Float[Tensor, "batch step feature"], Int[Tensor, " batch"] | None]:
        hidden = zero_padding(inputs, lengths)
        for layer, pool in zip(self.layers, self.pools, strict=True):
            rows = valid_rows(lengths, hidden.shape[1])
            hidden = torch.relu(layer(hidden, rows))
            if pool > 1:
                hidden = max_pool(hidden, rows, pool, stride=pool)
                lengths = None if lengths is None else -(-lengths // pool)
        return hidden, lengths


def _even_width(hidden: float, ideal: float, reads: int) -> float:
    """The width at which a GRU that reads `reads` channels is as large as one of width `hidden` that reads `ideal`.

    An image's row has one feature a column and channel: one channel more would be a jump that misses the budget.
    """
    size = hidden * (ideal + hidden)
    return (math.sqrt(reads**2 + 4 * size) - reads) / 2


class CRNN(Encoder):
    """Convolutions find local patterns and shorten the input, a GRU of twice the width reads what is left in order.

    Shi, Bai & Yao 2017, "An end-to-end trainable neural network for image-based sequence recognition" (arXiv
    1507.05717), section 2, for images, whose rows are the time steps here as for every recurrent network of this
    library; the same for sequences (Ordóñez & Roggen 2016, doi 10.3390/s16010115; Zhang et al. 2017, arXiv
    1711.07128, section 3.5). Every stage halves height, width or time while enough remains.

    stages: convolutions. kernel_size: their taps a dimension. bidirectional: of the GRU.
    """

    reads = frozenset({"image", "sequence"})

    def __init__(
        self,
        input: InputSpec,
        width: float,
        dropout: float,
        read_out: ReadOut = "last",
        stages: PositiveInt = 2,
        kernel_size: PositiveInt = 3,
        bidirectional: bool = False,
    ) -> None:
        super().__init__()
        channels = [channels_at(width, stage, stages + 1) for stage in range(stages)]
        front = _ImageFront if input.kind == "image" else _SequenceFront
        self.front = front(input, channels, kernel_size)
        reads = self.front.output.channels
        hidden = _even_width(width if bidirectional else 2 * width, reads * width / channels[-1], reads)
        self.recurrent = GRU(self.front.output, hidden, dropout, read_out, bidirectional=bidirectional)
        self.features = self.recurrent.features

    def forward(
        self, inputs: Float[Tensor, "batch ..."], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch feature"]:
        return self.recurrent(*self.front(inputs, lengths))
