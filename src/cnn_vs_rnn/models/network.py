"""Encoder plus head: what is trained, and what a checkpoint holds."""

from __future__ import annotations

from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from cnn_vs_rnn.models.encoder import Encoder, SequenceEncoder
from cnn_vs_rnn.models.masking import zero_padding
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec


class Network(nn.Module):
    """An encoder and one linear layer on its features; the same head for every family.

    Tokens are first looked up in an embedding, the same size for every network and no part of its budget.
    """

    def __init__(self, encoder: Encoder, input: InputSpec, output: OutputSpec) -> None:
        super().__init__()
        self.embedding = (
            None if input.vocabulary is None else nn.Embedding(input.vocabulary, input.channels, padding_idx=0)
        )
        self.encoder = encoder
        self.per_step = output.per_step
        self.head = nn.Linear(encoder.features, output.size)

    def forward(
        self, inputs: Shaped[Tensor, "batch ..."], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch ... output"]:
        """(batch, output), or (batch, time, output) for a task with one answer a step."""
        if self.embedding is not None:
            inputs = self.embedding(inputs)
        if inputs.ndim == 4 and "image" not in self.encoder.reads:
            inputs = inputs.permute(0, 2, 1, 3).flatten(2)  # rows as time steps
        if inputs.ndim == 3:
            inputs = zero_padding(inputs, lengths)
        if self.per_step:
            assert isinstance(self.encoder, SequenceEncoder)
            return self.head(self.encoder.sequence(inputs, lengths))
        return self.head(self.encoder(inputs, lengths))
