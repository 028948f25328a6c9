"""The same answer to every source: what any model must beat."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from cnn_vs_rnn.models.closed_translation import ClosedTranslation
from cnn_vs_rnn.tasks.data import IGNORED, InputSpec, OutputSpec, Samples


class MostFrequent(ClosedTranslation):
    """The most frequent answer of training; of several, the one that comes first there."""

    answer: Int[Tensor, " step"]  # END the last

    def __init__(self, input: InputSpec, output: OutputSpec) -> None:
        super().__init__(input, output)
        self.register_buffer("answer", torch.zeros(1, dtype=torch.int64))

    def learn(self, train: Samples) -> None:
        answers, first, counts = np.unique(train.targets, axis=0, return_index=True, return_counts=True)
        usual = answers[np.lexsort((first, -counts))[0]]
        self.answer = torch.from_numpy(usual[usual != IGNORED])

    def translate(
        self,
        inputs: Int[Tensor, "batch source"],
        lengths: Int[Tensor, " batch"] | None = None,  # noqa: ARG002
        beam: int = 1,  # noqa: ARG002
    ) -> Int[Tensor, "batch _"]:
        return self.answer.expand(len(inputs), -1).clone()
