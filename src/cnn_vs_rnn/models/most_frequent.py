<<<<<<< HEAD
"""One answer to everything: what a score is worth that knows no source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

=======
"""The same answer to every source: what any model must beat."""

from __future__ import annotations

import numpy as np
>>>>>>> report
import torch
from jaxtyping import Int
from torch import Tensor

from cnn_vs_rnn.models.closed_translation import ClosedTranslation
<<<<<<< HEAD
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec


class MostFrequent(ClosedTranslation):
    """The answer that stands most often in training; of several the one that came first."""

    answer: Int[Tensor, " token"]

    def __init__(self, input: InputSpec, output: OutputSpec) -> None:
        super().__init__(input, output)
        self.register_buffer("answer", torch.zeros(0, dtype=torch.long))

    def learn(self, sources: Sequence[list[int]], answers: Sequence[list[int]]) -> None:  # noqa: ARG002
        [(answer, _)] = Counter(map(tuple, answers)).most_common(1)  # of equals the first
        self.answer = torch.tensor(answer, dtype=torch.long)

    def answers(self, sources: Sequence[list[int]]) -> Iterator[list[int]]:
        for _ in sources:
            yield self.answer.tolist()
=======
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
>>>>>>> report
