"""Residual network for time series."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from pydantic import PositiveInt
from torch import Tensor, nn

from cnn_vs_rnn.models.encoder import SequenceEncoder, channels_at
from cnn_vs_rnn.models.masked_layers import ConvNorm1d, Rows, valid_rows
from cnn_vs_rnn.models.masking import zero_padding
from cnn_vs_rnn.models.read_out import ReadOut
from cnn_vs_rnn.tasks.data import InputSpec

BLOCKS = 3


class _Block(nn.Module):
    """Convolutions with batch normalisation and ReLU in between, and a shortcut around them."""

    def __init__(self, widths: Sequence[int], kernel_sizes: Sequence[int], *, project: bool) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            ConvNorm1d(widths[i], widths[i + 1], kernel_size) for i, kernel_size in enumerate(kernel_sizes)
        )
        self.shortcut = ConvNorm1d(widths[0], widths[-1], 1) if project else None

    def forward(self, inputs: Float[Tensor, "batch time channel"], rows: Rows) -> Float[Tensor, "batch time out"]:
        hidden = inputs
        for layer in self.layers[:-1]:
            hidden = torch.relu(layer(hidden, rows))
        shortcut = inputs if self.shortcut is None else self.shortcut(inputs, rows)
        return torch.relu(self.layers[-1](hidden, rows) + shortcut)


class ResNet1d(SequenceEncoder):
    """Three residual blocks of three convolutions, the first half as wide as the others, then global pooling.

    Wang, Yan & Oates 2017, "Time series classification from scratch with deep neural networks" (arXiv 1611.06455),
    section II-C; 64, 128, 128 filters as in Fawaz et al. 2019 (arXiv 1809.04356), section 3.2; kernels 8, 5, 3.
    Dropout, which the paper does without, falls on the pooled features, as in `FCN`.
    """

    def __init__(
        self,
        input: InputSpec,
        width: float,
        dropout: float,
        read_out: ReadOut = "mean",
        kernel_sizes: Sequence[PositiveInt] = (8, 5, 3),
    ) -> None:
        super().__init__(read_out)
        inner = len(kernel_sizes) - 1
        # The two residual streams first, then the layers inside the blocks, which may have any width.
        layers = 2 + BLOCKS * inner
        streams = [channels_at(width, 0, layers), channels_at(2 * width, 1, layers), channels_at(2 * width, 1, layers)]
        self.blocks = nn.ModuleList()
        channels = input.channels
        for block, stream in enumerate(streams):
            scale = 1 if block == 0 else 2
            hidden = [channels_at(scale * width, 2 + block + BLOCKS * layer, layers) for layer in range(inner)]
            self.blocks.append(_Block([channels, *hidden, stream], kernel_sizes, project=block < 2))
            channels = stream
        self.dropout = nn.Dropout(dropout)
        self.features = channels

    def sequence(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch time feature"]:
        rows = valid_rows(lengths, inputs.shape[1])
        hidden = zero_padding(inputs, lengths)
        for block in self.blocks:
            hidden = block(hidden, rows)
        return hidden

    def forward(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch feature"]:
        return self.dropout(super().forward(inputs, lengths))
