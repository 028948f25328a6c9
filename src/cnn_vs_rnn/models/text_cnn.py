"""Convolutions of several widths side by side, and the strongest answer of each over a text."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from pydantic import PositiveInt
from torch import Tensor, nn
from torch.nn import functional as F

from cnn_vs_rnn.models.encoder import SequenceEncoder, channels_at
from cnn_vs_rnn.models.masking import zero_padding
from cnn_vs_rnn.models.read_out import ReadOut
from cnn_vs_rnn.models.time_convolution import TimeConv1d
from cnn_vs_rnn.tasks.data import InputSpec


class TextCNN(SequenceEncoder):
    """Kim 2014, "Convolutional neural networks for sentence classification", arXiv 1408.5882, section 2.

    One convolution of each kernel size over the embedded tokens, ReLU, the maximum over time, dropout. A kernel reaches
    beyond the end of a text into zeros, so that texts shorter than it are read too, and never into a neighbour's
    padding. Not causal: a feature at a step is that of the words from it on.

    kernel_sizes: in tokens. read_out: max as in the paper, or mean or last.
    """

    def __init__(
        self,
        input: InputSpec,
        width: float,
        dropout: float,
        read_out: ReadOut = "max",
        kernel_sizes: tuple[PositiveInt, ...] = (3, 4, 5),
    ) -> None:
        super().__init__(read_out)
        widths = [channels_at(width, at, len(kernel_sizes)) for at in range(len(kernel_sizes))]
        self.convolutions = nn.ModuleList(
            TimeConv1d(input.channels, out, size) for out, size in zip(widths, kernel_sizes, strict=True)
        )
        self.dropout = nn.Dropout(dropout)
        self.features = sum(widths)

    def sequence(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch time feature"]:
        hidden = zero_padding(inputs, lengths)
        return torch.cat([torch.relu(_ahead(hidden, layer)) for layer in self.convolutions], dim=2)

    def forward(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch feature"]:
        return self.dropout(super().forward(inputs, lengths))


def _ahead(inputs: Float[Tensor, "batch time channel"], layer: nn.Module) -> Float[Tensor, "batch time out"]:
    """The convolution of each step and those that follow it; as many steps as before."""
    assert isinstance(layer, TimeConv1d)
    return layer(F.pad(inputs, (0, 0, 0, layer.kernel_size[0] - 1)))
