"""A trained model with its scaling inside: raw samples in, probabilities, values or translations out.

The one description of what is served, recorded in MLflow and written as ONNX.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from cnn_vs_rnn.export.facts import ModelFacts
from cnn_vs_rnn.models.build import build


class Portable(nn.Module):
    """Scaling, network or baseline, and the last step to an answer."""

    mean: Float[Tensor, "..."]
    deviation: Float[Tensor, "..."]
    target_mean: Float[Tensor, " output"]
    target_deviation: Float[Tensor, " output"]

    def __init__(self, facts: ModelFacts, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.loss = facts.loss
        self.beam = facts.beam if facts.output.sequence is not None else None
        self.tokens = facts.input.kind == "tokens"
        scaling = facts.scaling
        along = (-1, 1, 1) if facts.input.kind == "image" else (-1,)
        self.register_buffer("mean", torch.tensor(scaling.mean).view(along))
        self.register_buffer("deviation", torch.tensor(scaling.deviation).view(along))
        self.scaled_targets = scaling.target_mean is not None
        self.register_buffer("target_mean", torch.tensor(scaling.target_mean or 0.0))
        self.register_buffer("target_deviation", torch.tensor(scaling.target_deviation or 1.0))

    def forward(
        self, inputs: Shaped[Tensor, "batch ..."], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch ... output"] | Int[Tensor, "batch answer"]:
        """Probabilities of the classes or labels, or values in their own unit; answers to padded steps mean nothing.

        Where answers are sequences, the tokens that beam search finds, END included, padded with 0.

        inputs: as the task stores them: images (batch, channel, height, width) and sequences (batch, time, channel) as
        float32, tokens (batch, time) as int64. lengths: time steps of each, where they differ.
        """
        if self.beam is not None:
            return cast(Callable[..., Tensor], self.model.translate)(inputs, lengths, self.beam)
        if not self.tokens:
            inputs = (inputs - self.mean) / self.deviation
        outputs = self.model(inputs, lengths)
        if self.loss == "cross_entropy":
            return outputs.softmax(-1)
        if self.loss == "binary_cross_entropy":
            return outputs.sigmoid()
        return outputs * self.target_deviation + self.target_mean if self.scaled_targets else outputs


def portable(facts: ModelFacts, checkpoint: Path) -> Portable:
    """The model with the weights of a checkpoint, in eval mode; nothing but tensors is read from the file."""
    model = build(facts.model, facts.input, facts.output, width=facts.width, dropout=0.0)
    model.load_state_dict(torch.load(checkpoint, weights_only=True, map_location="cpu")["state_dict"])
    return Portable(facts, model).eval()
