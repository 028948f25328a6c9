"""The source again, as if it were its own translation."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Int
from torch import Tensor

from cnn_vs_rnn.models.closed_translation import ClosedTranslation
from cnn_vs_rnn.models.masking import valid_positions
from cnn_vs_rnn.tasks.data import END


class CopySource(ClosedTranslation):
    """Says every token of the source again, and END. What two languages share, such as names, comes out right."""

    def translate(
        self,
        inputs: Int[Tensor, "batch source"],
        lengths: Int[Tensor, " batch"] | None = None,
        beam: int = 1,  # noqa: ARG002
    ) -> Int[Tensor, "batch _"]:
        if lengths is None:
            lengths = torch.full((len(inputs),), inputs.shape[1], device=inputs.device)
        said = inputs.masked_fill(~valid_positions(lengths, inputs.shape[1]), 0)
        said = F.pad(said, (0, 1)).scatter_(1, lengths.unsqueeze(1), END)
        return said[:, : min(self.longest, int(lengths.max()) + 1)]
