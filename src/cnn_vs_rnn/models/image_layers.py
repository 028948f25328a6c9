"""Layers that the networks for images share."""

from __future__ import annotations

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

GlobalPool = Literal["mean", "max"]


class ChannelsLast(nn.Sequential):
    """Layers whose weights and maps lie in channels-last memory: a quarter faster on a CPU, in the usual shapes."""

    def __init__(self, *modules: nn.Module) -> None:
        super().__init__(*modules)
        self.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue] (missing from its overloads)

    def forward(self, input: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch out rows columns"]:
        return super().forward(input.contiguous(memory_format=torch.channels_last))


def global_pool(maps: Float[Tensor, "batch channel height width"], how: GlobalPool) -> Float[Tensor, "batch channel"]:
    """The mean or the maximum over all pixels."""
    return maps.mean((2, 3)) if how == "mean" else maps.amax((2, 3))
