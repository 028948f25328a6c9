"""Layers over padded sequences (batch, time, channel) in which padding changes nothing, in training too.

All of them hand on 0 at padded steps, so that a convolution that reaches there sees what it would see
beyond the end of an unpadded sequence. The valid steps are given as `rows`: their positions once batch and time
are flattened, or None where every step is valid, which costs nothing.
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from cnn_vs_rnn.models.masking import valid_positions
from cnn_vs_rnn.models.time_convolution import SameConv1d

Rows = Int[Tensor, " valid"] | None


def valid_rows(lengths: Int[Tensor, " batch"] | None, time: int) -> Rows:
    """Positions of the valid steps in the flattened (batch x time); None where all are."""
    if lengths is None:
        return None
    return valid_positions(lengths, time).flatten().nonzero().squeeze(1)


def scatter_rows(
    values: Float[Tensor, "valid channel"], rows: Int[Tensor, " valid"], batch: int, time: int, fill: float = 0.0
) -> Float[Tensor, "batch time channel"]:
    """The valid steps put back in their places, and `fill` at the padded ones."""
    channels = values.shape[1]
    padded = values.new_full((batch * time, channels), fill).index_copy(0, rows, values)
    return padded.view(batch, time, channels)


class MaskedBatchNorm1d(nn.BatchNorm1d):
    """Batch normalisation with statistics over the valid steps alone."""

    def forward(self, input: Float[Tensor, "batch time channel"], rows: Rows = None) -> Tensor:
        batch, time, _ = input.shape
        flat = input.flatten(0, 1)
        if rows is None:
            return super().forward(flat).view_as(input)
        return scatter_rows(super().forward(flat.index_select(0, rows)), rows, batch, time)


class ConvNorm1d(nn.Module):
    """Convolution that keeps the length, then batch normalisation."""

    def __init__(self, channels: int, out: int, kernel_size: int) -> None:
        super().__init__()
        self.convolution = SameConv1d(channels, out, kernel_size)
        self.norm = MaskedBatchNorm1d(out)

    def forward(self, inputs: Float[Tensor, "batch time channel"], rows: Rows) -> Float[Tensor, "batch time out"]:
        return self.norm(self.convolution(inputs), rows)


def max_pool(
    inputs: Float[Tensor, "batch time channel"], rows: Rows, kernel_size: int, *, stride: int
) -> Float[Tensor, "batch pooled channel"]:
    """Maximum over a window of valid steps, centred (odd kernel, stride 1) or side by side (kernel = stride).

    Windows side by side start at the first step, and the last may be cut short: `ceil(time / stride)` of them.
    A window without any valid step gives 0.
    """
    batch, time, _ = inputs.shape
    if rows is not None:
        inputs = scatter_rows(inputs.flatten(0, 1).index_select(0, rows), rows, batch, time, fill=-torch.inf)
    padding = kernel_size // 2 if stride == 1 else 0
    pooled = F.max_pool1d(inputs.transpose(1, 2), kernel_size, stride, padding, ceil_mode=True).transpose(1, 2)
    return pooled if rows is None else pooled.masked_fill(pooled == -torch.inf, 0.0)
