"""Fully convolutional network for time series."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from pydantic import PositiveInt
from torch import Tensor, nn

from cnn_vs_rnn.models.encoder import SequenceEncoder, channels_at
from cnn_vs_rnn.models.masked_layers import ConvNorm1d, valid_rows
from cnn_vs_rnn.models.masking import zero_padding
from cnn_vs_rnn.models.read_out import ReadOut
from cnn_vs_rnn.tasks.data import InputSpec


class FCN(SequenceEncoder):
    """Three convolutions with batch normalisation and ReLU, the middle one twice as wide, then global pooling.

    Wang, Yan & Oates 2017, "Time series classification from scratch with deep neural networks" (arXiv 1611.06455),
    section II-B: 128, 256, 128 filters, kernels 8, 5, 3. Dropout, which the paper does without, falls on the pooled
    features, behind the last batch normalisation (Li et al. 2019, arXiv 1801.05134: before it, it shifts its variance).
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
        count = len(kernel_sizes)
        scales = [1 if layer in (0, count - 1) else 2 for layer in range(count)]
        widths = [input.channels, *(channels_at(width * scales[i], i, count) for i in range(count))]
        self.layers = nn.ModuleList(
            ConvNorm1d(widths[i], widths[i + 1], kernel_size) for i, kernel_size in enumerate(kernel_sizes)
        )
        self.dropout = nn.Dropout(dropout)
        self.features = widths[-1]

    def sequence(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch time feature"]:
        rows = valid_rows(lengths, inputs.shape[1])
        hidden = zero_padding(inputs, lengths)
        for layer in self.layers:
            hidden = torch.relu(layer(hidden, rows))
        return hidden

    def forward(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch feature"]:
        return self.dropout(super().forward(inputs, lengths))
