"""How a sequence of features becomes one vector: the same three ways for every family."""

from __future__ import annotations

from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor

from cnn_vs_rnn.models.masking import valid_positions, zero_padding

ReadOut = Literal["last", "mean", "max"]


def read_out(
    features: Float[Tensor, "batch time feature"], lengths: Int[Tensor, " batch"] | None, how: ReadOut
) -> Float[Tensor, "batch feature"]:
    """The last valid step, the mean over valid steps, or the maximum over valid steps."""
    if how == "last":
        if lengths is None:
            return features[:, -1]
        return features[torch.arange(len(features), device=features.device), lengths - 1]
    if how == "mean":
        if lengths is None:
            return features.mean(1)
        return zero_padding(features, lengths).sum(1) / lengths.unsqueeze(1).to(features.dtype)
    if lengths is not None:
        valid = valid_positions(lengths, features.shape[1])
        features = features.masked_fill(~valid.unsqueeze(2), -torch.inf)
    return features.amax(1)
