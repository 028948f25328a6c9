"""Reading the sequences of a padded batch at other times."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor


def lengths_of(
    inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None
) -> Int[Tensor, "batch 1"]:
    """Time steps of each sample, also where all are of full length."""
    if lengths is None:
        return torch.full((len(inputs), 1), inputs.shape[1], device=inputs.device)
    return lengths[:, None]


def read_at(
    inputs: Float[Tensor, "batch time channel"], at: Float[Tensor, "batch time"]
) -> Float[Tensor, "batch time channel"]:
    """The values at these times, counted in steps; between steps, on the line from one to the next."""
    before = at.floor().long().clamp(0, inputs.shape[1] - 1)
    after = (before + 1).clamp_max(inputs.shape[1] - 1)
    share = (at - before).unsqueeze(-1).to(inputs.dtype)
    return torch.lerp(_gathered(inputs, before), _gathered(inputs, after), share)


def _gathered(
    inputs: Float[Tensor, "batch time channel"], index: Int[Tensor, "batch time"]
) -> Float[Tensor, "batch time channel"]:
    return inputs.gather(1, index.unsqueeze(-1).expand(-1, -1, inputs.shape[2]))
