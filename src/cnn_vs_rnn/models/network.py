"""Encoder plus head: what is trained, and what a checkpoint holds."""

from __future__ import annotations

from jaxtyping import Float, Int
from torch import Tensor, nn

from cnn_vs_rnn.models.encoder import Encoder, SequenceEncoder
from cnn_vs_rnn.models.masking import zero_padding
from cnn_vs_rnn.tasks.data import OutputSpec


class Network(nn.Module):
    """An encoder and one linear layer on its features; the same head for every family."""

    def __init__(self, encoder: Encoder, output: OutputSpec) -> None:
        super().__init__()
        self.encoder = encoder
        self.per_step = output.per_step
        self.head = nn.Linear(encoder.features, output.size)

    def forward(
        self, inputs: Float[Tensor, "batch ..."], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch ... output"]:
        """(batch, output), or (batch, time, output) for a task with one answer a step."""
        if inputs.ndim == 4 and "image" not in self.encoder.reads:
            inputs = inputs.permute(0, 2, 1, 3).flatten(2)  # rows as time steps
        if inputs.ndim == 3:
            inputs = zero_padding(inputs, lengths)
        if self.per_step:
            assert isinstance(self.encoder, SequenceEncoder)
            return self.head(self.encoder.sequence(inputs, lengths))
        return self.head(self.encoder(inputs, lengths))
