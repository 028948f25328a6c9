"""Residual network for images."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from pydantic import PositiveInt
from torch import Tensor, nn

from cnn_vs_rnn.models.encoder import Encoder, channels_at
from cnn_vs_rnn.models.image_layers import ChannelsLast, GlobalPool, global_pool
from cnn_vs_rnn.models.image_stages import halvings, stage_scale
from cnn_vs_rnn.tasks.data import InputSpec


class _Block(nn.Module):
    """relu(norm(conv(relu(norm(conv(x))))) + shortcut(x)); the first convolution may stride."""

    def __init__(self, channels: int, inner: int, out: int, stride: tuple[int, int], *, project: bool) -> None:
        super().__init__()
        self.residual = nn.Sequential(
            nn.Conv2d(channels, inner, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(inner),
            nn.ReLU(),
            nn.Conv2d(inner, out, 3, padding=1, bias=False),
            nn.BatchNorm2d(out),
        )
        self.stride = stride
        self.shortcut = nn.Identity()
        if project:
            self.shortcut = nn.Sequential(nn.Conv2d(channels, out, 1, bias=False), nn.BatchNorm2d(out))

    def forward(self, inputs: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch out rows columns"]:
        # Thinned out here, not by the stride of the 1x1 convolution: oneDNN then writes beyond its memory
        # (github.com/uxlfoundation/oneDNN/issues/6035).
        thinned = inputs[:, :, :: self.stride[0], :: self.stride[1]]
        return torch.relu(self.residual(inputs) + self.shortcut(thinned))


class ResNet2d(Encoder):
    """A 3x3 convolution, then stages of residual blocks; each stage but the first halves the image.

    He, Zhang, Ren & Sun 2016, "Deep residual learning for image recognition" (arXiv 1512.03385), section 4.2 (the
    network for small images), with projection shortcuts where a stage begins (option B of section 4.1). As many stages
    as the image allows: striding leaves 4 to 7 pixels a side. Dropout falls on the pooled features, as in `CNN2d`.

    read_out: global average or maximum. blocks: in each stage.
    """

    def __init__(
        self,
        input: InputSpec,
        width: float,
        dropout: float,
        read_out: GlobalPool = "mean",
        blocks: PositiveInt = 1,
    ) -> None:
        super().__init__()
        strides = [(1, 1), *halvings(input)]
        # A residual stream a stage, and a layer inside each block, which may have any width.
        stages, layers = len(strides), len(strides) * (1 + blocks)
        channels = channels_at(width, 0, layers)
        modules: list[nn.Module] = [
            nn.Conv2d(input.channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
        ]
        for stage, stride in enumerate(strides):
            stream = channels_at(width * stage_scale(stage), stage, layers)
            for block in range(blocks):
                inner = channels_at(width * stage_scale(stage), stages * (1 + block) + stage, layers)
                begins = stage > 0 and block == 0
                modules.append(_Block(channels, inner, stream, stride if begins else (1, 1), project=begins))
                channels = stream
        self.layers = ChannelsLast(*modules)
        self.read_out: GlobalPool = read_out
        self.dropout = nn.Dropout(dropout)
        self.features = channels

    def forward(
        self,
        inputs: Float[Tensor, "batch channel height width"],
        lengths: Int[Tensor, " batch"] | None = None,  # noqa: ARG002
    ) -> Float[Tensor, "batch feature"]:
        return self.dropout(global_pool(self.layers(inputs), self.read_out))
