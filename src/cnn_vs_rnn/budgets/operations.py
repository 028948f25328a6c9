"""The floating-point operations of a network of some width."""

from __future__ import annotations

import torch
from torch import Tensor

from cnn_vs_rnn.config import ModelConfig
from cnn_vs_rnn.costs.flops import forward_flops
from cnn_vs_rnn.models.build import build
from cnn_vs_rnn.tasks.data import BEGIN, InputSpec, OutputSpec


def flops_at(model: ModelConfig, input: InputSpec, output: OutputSpec, width: float) -> int:
    """Of the answer to one sample of full length, as `costs.flops` counts them."""
    network = build(model, input, output, width=width, dropout=0.0)
    sample = blank_sample(input)
    if output.sequence is None:
        return forward_flops(network, sample)
    return forward_flops(network, sample, None, torch.full((1, output.sequence), BEGIN))


def blank_sample(input: InputSpec) -> Tensor:
    """A batch of one sample of zeros, of full length: (1, channel, height, width), (1, time, channel) or (1, time)."""
    if input.kind == "image":
        return torch.zeros(1, input.channels, input.height or 1, input.width or 1)
    if input.kind == "tokens":
        return torch.zeros(1, input.length or 1, dtype=torch.long)
    return torch.zeros(1, input.length or 1, input.channels)
