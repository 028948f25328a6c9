"""Plain convolutional network for images."""

from __future__ import annotations

from jaxtyping import Float, Int
from pydantic import PositiveInt
from torch import Tensor, nn

from cnn_vs_rnn.models.encoder import Encoder, channels_at
from cnn_vs_rnn.models.image_layers import ChannelsLast, GlobalPool, global_pool
from cnn_vs_rnn.models.image_stages import halvings, stage_scale
from cnn_vs_rnn.tasks.data import InputSpec


class CNN2d(Encoder):
    """Stages of 3x3 convolutions with batch normalisation and ReLU, a 2x2 max-pooling between two stages.

    Simonyan & Zisserman 2015, "Very deep convolutional networks for large-scale image recognition" (arXiv 1409.1556),
    section 2.1, with batch normalisation (Ioffe & Szegedy 2015, arXiv 1502.03167) and with global pooling in place of
    the fully connected layers (Lin et al. 2014, arXiv 1312.4400, section 3.2). As many stages as the image allows:
    pooling leaves 4 to 7 pixels a side. Dropout falls on the pooled features (Li et al. 2019, arXiv 1801.05134).

    read_out: global average or maximum. convolutions: in each stage.
    """

    def __init__(
        self,
        input: InputSpec,
        width: float,
        dropout: float,
        read_out: GlobalPool = "mean",
        convolutions: PositiveInt = 2,
    ) -> None:
        super().__init__()
        pools = [(1, 1), *halvings(input)]
        layers = len(pools) * convolutions
        channels, modules = input.channels, []
        for stage, pool in enumerate(pools):
            if stage:
                modules.append(nn.MaxPool2d(pool))
            for layer in range(convolutions):
                out = channels_at(width * stage_scale(stage), stage * convolutions + layer, layers)
                modules += [nn.Conv2d(channels, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU()]
                channels = out
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
