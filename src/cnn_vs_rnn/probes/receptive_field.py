"""The effective receptive field: across how many pixels or steps a feature's gradient is spread, layer by layer."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Mapping, Sequence

import torch
from jaxtyping import Float, Int, Shaped
from pydantic import PositiveInt
from torch import Tensor, nn

from cnn_vs_rnn.config import Option, Strict
from cnn_vs_rnn.models.cnn2d import CNN2d
from cnn_vs_rnn.models.network import Network
from cnn_vs_rnn.models.resnet2d import ResNet2d
from cnn_vs_rnn.models.tcn import TCN
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.probes.run import Entrant, probe_options
from cnn_vs_rnn.probes.watched import Watched, networks_of, training_batch

SHARE = 0.95


class Options(Strict):
    """samples: of the training part, each with a random gradient of its own."""

    samples: PositiveInt = 32


def measure(entrants: Sequence[Entrant], options: Mapping[str, Option]) -> list[Measurement]:
    """receptive_field, by layer from 1, and receptive_field_trained: stages of cnn2d and resnet2d, levels of a TCN.

    See `receptive_fields`. Nothing of other networks.
    """
    chosen = probe_options(options, Options)
    found = []
    for entrant in entrants:
        batch = training_batch(entrant.trial, chosen.samples)
        for suffix, network in networks_of(entrant):
            if isinstance(network.encoder, CNN2d | ResNet2d | TCN):
                fields = receptive_fields(network, batch.inputs, batch.lengths, entrant.trial.seed)
                for layer, across in enumerate(fields, start=1):
                    found.append(entrant.measurement(f"receptive_field{suffix}", across, at=float(layer)))
    return found


def receptive_fields(
    network: Network, inputs: Shaped[Tensor, "batch ..."], lengths: Int[Tensor, " batch"] | None = None, seed: int = 0
) -> list[float]:
    """Pixels or steps across that hold 95% of the gradient of each stage of an image network, or level of a TCN.

    After Luo et al. 2016 (arXiv 1701.04128), section 3: the gradient of one place of the layer's output, with random
    weights on its features (standard normal), by the input; here its absolute value, summed over input channels and
    samples. The size is that of the fewest pixels which together hold 95%, as the side of a square of that many
    pixels. (The paper counts pixels above 4.55% of the centre's, which suits its Gaussian shapes, but not a field with
    a strong centre, as shortcuts give it.) The place is the centre of a map, or of a sequence that is read in both
    directions; of a causal TCN the last step. Steps are rows of an image, where one is read. In eval mode.
    """
    network = copy.deepcopy(network).eval()
    generator = torch.Generator().manual_seed(seed)
    encoder = network.encoder
    if isinstance(encoder, TCN):
        watched = network.encoder = Watched(encoder)
        network(inputs, lengths)
        return _sequence_fields(encoder, watched.read, lengths, generator)
    assert isinstance(encoder, CNN2d | ResNet2d)
    inputs = inputs.detach().requires_grad_()
    return [_image_field(maps, inputs, generator) for maps in stages(encoder.layers, inputs)]


def stages(
    layers: Iterable[nn.Module], inputs: Float[Tensor, "batch channel height width"]
) -> list[Float[Tensor, "batch feature rows columns"]]:
    """The maps of each stage: those before a layer that makes them smaller, and the last."""
    found, maps = [], inputs
    for layer in layers:
        after = layer(maps)
        if after.shape[2:] != maps.shape[2:]:
            found.append(maps)
        maps = after
    return [*found, maps]


def smallest_share(mass: Float[Tensor, "..."]) -> int:
    """The fewest positions that together hold 95% of the mass; 0 where there is none."""
    largest_first = mass.double().flatten().sort(descending=True).values.cumsum(0)
    wanted = SHARE * largest_first[-1] * (1 - 1e-6)  # as a sum of equal numbers may fall short of their share
    return int((largest_first < wanted).sum()) + 1 if wanted > 0 else 0


def _image_field(
    maps: Float[Tensor, "batch feature rows columns"],
    inputs: Float[Tensor, "batch channel height width"],
    generator: torch.Generator,
) -> float:
    centre = maps[:, :, maps.shape[2] // 2, maps.shape[3] // 2]
    return math.sqrt(smallest_share(_gradient(centre, inputs, generator).sum((0, 1))))


def _sequence_fields(
    encoder: TCN,
    read: Float[Tensor, "batch time channel"],
    lengths: Int[Tensor, " batch"] | None,
    generator: torch.Generator,
) -> list[float]:
    rows, time = torch.arange(len(read)), read.shape[1]
    last = (torch.full((len(read),), time) if lengths is None else lengths) - 1
    place = last if encoder.causal else last // 2
    apart = torch.arange(time) - place.unsqueeze(1) + time - 1  # of each step from the place, counted from 0
    fields, hidden = [], read
    for block in encoder.blocks:
        hidden = block(hidden, None if encoder.causal else lengths)
        gradient = _gradient(hidden[rows, place], read, generator).sum(2)
        mass = gradient.new_zeros(2 * time - 1).index_add(0, apart.flatten(), gradient.flatten())
        fields.append(float(smallest_share(mass)))
    return fields


def _gradient(
    outputs: Float[Tensor, "batch feature"], inputs: Float[Tensor, "batch ..."], generator: torch.Generator
) -> Float[Tensor, "batch ..."]:
    """The absolute gradient by the inputs of a random sum of the outputs of each sample."""
    weights = torch.randn(outputs.shape, generator=generator)
    [gradient] = torch.autograd.grad(outputs, [inputs], weights, retain_graph=True)
    return gradient.abs()
