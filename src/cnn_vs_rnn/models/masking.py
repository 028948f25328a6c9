"""Which positions of a padded batch are real."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


def valid_positions(lengths: Int[Tensor, " batch"], time: int) -> Bool[Tensor, "batch time"]:
    """True where a time step belongs to the sequence, False where it is padding."""
    return torch.arange(time, device=lengths.device) < lengths.unsqueeze(1)


def zero_padding(
    inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None
) -> Float[Tensor, "batch time channel"]:
    """The same batch with every padded step set to 0, whatever stood there (NaN included)."""
    if lengths is None:
        return inputs
    valid = valid_positions(lengths, inputs.shape[1])
    return torch.where(valid.unsqueeze(2), inputs, inputs.new_zeros(()))
