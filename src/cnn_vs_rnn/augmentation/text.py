"""Random augmentation of batches of tokens, on the device of the batch."""

from __future__ import annotations

import torch
from jaxtyping import Int
from torch import Tensor, nn

from cnn_vs_rnn.augment_config import TextPolicy
from cnn_vs_rnn.tasks.data import UNKNOWN


class TextAugmentation(nn.Module):
    """A policy as a module: every text of a batch loses tokens of its own. In eval mode it changes nothing.

    A lost token becomes 'unknown', never padding, so that lengths stay. Draws from torch's global generator.

    Source: Iyyer et al. 2015, Deep unordered composition rivals syntactic methods for text classification, section 4
    (word dropout; Bowman et al. 2016, arXiv 1511.06349, section 3.1, put 'unknown' in the place of the word).
    """

    def __init__(self, policy: TextPolicy) -> None:
        super().__init__()
        self.policy = policy

    def forward(
        self,
        tokens: Int[Tensor, "batch time"],
        lengths: Int[Tensor, " batch"] | None = None,  # noqa: ARG002
    ) -> Int[Tensor, "batch time"]:
        """Tokens, some replaced."""
        if not self.training:
            return tokens
        lost = torch.rand(tokens.shape, device=tokens.device) < self.policy.token_dropout
        return tokens.masked_fill(lost & (tokens != 0), UNKNOWN)
