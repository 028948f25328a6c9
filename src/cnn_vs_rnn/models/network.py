"""Encoder plus head: what is trained, and what a checkpoint holds."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from cnn_vs_rnn.models.encoder import Encoder, SequenceEncoder
from cnn_vs_rnn.models.masking import zero_padding
from cnn_vs_rnn.models.read_out import read_out
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec


class Network(nn.Module):
    """An encoder and one linear layer on its features; the same head for every family.

    Tokens are first looked up in an embedding, the same size for every network and no part of its budget. A forecast is
    how far a series will move from its last value (Zeng et al. 2023, arXiv 2205.13504, NLinear): a network need not
    learn to repeat it first.
    """

    def __init__(self, encoder: Encoder, input: InputSpec, output: OutputSpec) -> None:
        super().__init__()
        self.embedding = (
            None if input.vocabulary is None else nn.Embedding(input.vocabulary, input.channels, padding_idx=0)
        )
        self.encoder = encoder
        self.per_step = output.per_step
        self.forecast = output.forecast
        self.head = nn.Linear(encoder.features, output.size)

    @torch.no_grad()
    def expect(self, labels: Float[Tensor, "answer label"]) -> None:
        """Start from how often each label is true, whatever the input.

        Hundreds of steps would else go into learning that most keys of a piano are not held. (The prior of Lin et al.
        2017, arXiv 1708.02002, section 4.1, for every label by itself.)
        """
        self.head.bias.copy_(torch.logit((labels.sum(0) + 0.5) / (len(labels) + 1)))

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
        answers = self.head(self.encoder(inputs, lengths))
        if self.forecast is None:
            return answers
        last = read_out(inputs, lengths, "last")[:, list(self.forecast.channels)]
        return answers + last.repeat_interleave(self.forecast.horizon, dim=1)
