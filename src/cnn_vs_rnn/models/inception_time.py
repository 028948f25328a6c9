"""InceptionTime: convolutions of several lengths side by side."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from pydantic import PositiveInt
from torch import Tensor, nn

from cnn_vs_rnn.models.encoder import SequenceEncoder, channels_at
from cnn_vs_rnn.models.masked_layers import ConvNorm1d, MaskedBatchNorm1d, Rows, max_pool, valid_rows
from cnn_vs_rnn.models.masking import zero_padding
from cnn_vs_rnn.models.read_out import ReadOut
from cnn_vs_rnn.models.time_convolution import SameConv1d
from cnn_vs_rnn.tasks.data import InputSpec


class _Module(nn.Module):
    """A bottleneck, then convolutions of several lengths, beside a pooled copy; all normalised together."""

    def __init__(self, channels: int, bottleneck: int, filters: Sequence[int], kernel_sizes: Sequence[int]) -> None:
        super().__init__()
        # A single channel cannot be narrowed (as in the authors' code).
        self.bottleneck = SameConv1d(channels, bottleneck, 1) if channels > 1 else None
        narrow = bottleneck if channels > 1 else channels
        *convolved, pooled = filters
        self.branches = nn.ModuleList(
            SameConv1d(narrow, out, kernel_size) for out, kernel_size in zip(convolved, kernel_sizes, strict=True)
        )
        self.pooled = SameConv1d(channels, pooled, 1)
        self.norm = MaskedBatchNorm1d(sum(filters))

    def forward(self, inputs: Float[Tensor, "batch time channel"], rows: Rows) -> Float[Tensor, "batch time out"]:
        narrow = inputs if self.bottleneck is None else self.bottleneck(inputs)
        branches = [branch(narrow) for branch in self.branches]
        branches.append(self.pooled(max_pool(inputs, rows, 3, stride=1)))
        return self.norm(torch.cat(branches, 2), rows)


class InceptionTime(SequenceEncoder):
    """Inception modules with a residual connection around every three, then global pooling; one network, no ensemble.

    Fawaz et al. 2020, "InceptionTime: finding AlexNet for time series classification" (arXiv 1909.04939), section 3:
    depth 6, bottleneck 32, 32 filters of each length 40, 20, 10 and 32 behind the pooling. Here bottleneck and filters
    are as many as `width`. Dropout, which the paper does without, falls on the pooled features, as in `FCN`.
    """

    RESIDUAL_EVERY = 3

    def __init__(
        self,
        input: InputSpec,
        width: float,
        dropout: float,
        read_out: ReadOut = "mean",
        depth: PositiveInt = 6,
        kernel_sizes: Sequence[PositiveInt] = (40, 20, 10),
    ) -> None:
        super().__init__(read_out)
        parts = len(kernel_sizes) + 2  # bottleneck, one a kernel size, pooled
        self.blocks = nn.ModuleList()
        self.shortcuts = nn.ModuleList()
        channels = residual = input.channels
        for block in range(depth):
            bottleneck, *filters = [channels_at(width, block * parts + part, depth * parts) for part in range(parts)]
            self.blocks.append(_Module(channels, bottleneck, filters, kernel_sizes))
            channels = sum(filters)
            if block % self.RESIDUAL_EVERY == self.RESIDUAL_EVERY - 1:
                self.shortcuts.append(ConvNorm1d(residual, channels, 1))
                residual = channels
        self.dropout = nn.Dropout(dropout)
        self.features = channels

    def sequence(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch time feature"]:
        rows = valid_rows(lengths, inputs.shape[1])
        hidden = residual = zero_padding(inputs, lengths)
        for index, block in enumerate(self.blocks):
            hidden = block(hidden, rows)
            if index % self.RESIDUAL_EVERY == self.RESIDUAL_EVERY - 1:
                # The authors' code applies ReLU before the sum too.
                hidden = torch.relu(hidden) + self.shortcuts[index // self.RESIDUAL_EVERY](residual, rows)
                hidden = residual = torch.relu(hidden)
            else:
                hidden = torch.relu(hidden)
        return hidden

    def forward(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch feature"]:
        return self.dropout(super().forward(inputs, lengths))
