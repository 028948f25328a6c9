"""What the baselines see of a sample: one array of one size."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from cnn_vs_rnn.models.masking import zero_padding
from cnn_vs_rnn.tasks.data import InputSpec, Samples


def as_tensors(samples: Samples) -> tuple[Shaped[Tensor, "sample ..."], Int[Tensor, " sample"] | None]:
    """Inputs and lengths of samples, as a network is given them."""
    lengths = None if samples.lengths is None else torch.from_numpy(samples.lengths)
    inputs = torch.from_numpy(samples.inputs)
    return inputs.float() if inputs.is_floating_point() else inputs, lengths


def is_classification(samples: Samples) -> bool:
    """Whether the targets are classes, not values."""
    return np.issubdtype(samples.targets.dtype, np.integer)


def at_full_length(
    inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None, length: int
) -> Float[Tensor, "batch full_length channel"]:
    """Sequences with zeros from their end up to `length`, however far the batch was padded."""
    return nn.functional.pad(zero_padding(inputs, lengths), (0, 0, 0, length - inputs.shape[1]))


def flattened(
    inputs: Float[Tensor, "batch ..."], lengths: Int[Tensor, " batch"] | None, spec: InputSpec
) -> Float[Tensor, "batch feature"]:
    """Each sample as one vector: of channels x height x width, or of length x channels."""
    if spec.kind == "sequence":
        assert spec.length is not None
        inputs = at_full_length(inputs, lengths, spec.length)
    return inputs.flatten(1)
