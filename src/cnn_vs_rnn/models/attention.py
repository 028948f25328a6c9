"""Where a decoder looks in the source."""

from __future__ import annotations

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn


class DotAttention(nn.Module):
    """Weights by the product of query and key (Luong et al. 2015, arXiv 1508.04025, section 3.1): "dot".

    Of keys that a layer has made of the source it is their "general" score.
    """

    def forward(
        self,
        queries: Float[Tensor, "batch answer channel"],
        keys: Float[Tensor, "batch source channel"],
        values: Float[Tensor, "batch source value"],
        valid: Bool[Tensor, "batch source"],
    ) -> Float[Tensor, "batch answer value"]:
        """The mean of the values of each query, weighed; padded places weigh nothing."""
        scores = torch.bmm(queries, keys.transpose(1, 2))
        return torch.bmm(_weights(scores, valid), values)

    @staticmethod
    def flops(arguments: tuple[Tensor, ...], output: Tensor) -> int:
        """A multiply-add for every channel of every score, and for every weighed value."""
        queries, keys, values, _ = arguments
        pairs = len(output) * output.shape[1] * keys.shape[1]
        return 2 * pairs * (queries.shape[2] + values.shape[2])


class AdditiveAttention(nn.Module):
    """Weights by a layer of tanh over query and key (Bahdanau, Cho, Bengio 2015, arXiv 1409.0473, section A.1.2).

    The keys are given as that layer's share of them, which is the same at every step.
    """

    def __init__(self, query: int, hidden: int) -> None:
        super().__init__()
        self.query = nn.Linear(query, hidden)
        self.score = nn.Linear(hidden, 1, bias=False)

    def forward(
        self,
        queries: Float[Tensor, "batch query"],
        keys: Float[Tensor, "batch source hidden"],
        values: Float[Tensor, "batch source value"],
        valid: Bool[Tensor, "batch source"],
    ) -> Float[Tensor, "batch value"]:
        """The mean of the values of each query, weighed; padded places weigh nothing."""
        scores = self.score(torch.tanh(keys + self.query(queries).unsqueeze(1))).squeeze(2)
        return torch.bmm(_weights(scores.unsqueeze(1), valid), values).squeeze(1)

    @staticmethod
    def flops(arguments: tuple[Tensor, ...], output: Tensor) -> int:  # noqa: ARG004
        """A multiply-add for every weighed value; its linear layers are counted by themselves."""
        return 2 * arguments[2].numel()


def _weights(
    scores: Float[Tensor, "batch answer source"], valid: Bool[Tensor, "batch source"]
) -> Float[Tensor, "batch answer source"]:
    return scores.masked_fill(~valid.unsqueeze(1), -math.inf).softmax(2)
