"""What the baselines of translation share: an answer for every source, and how sure of it they may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from cnn_vs_rnn.models.closed_form import ClosedForm
from cnn_vs_rnn.tasks.data import END, IGNORED, InputSpec, OutputSpec, Samples


class ClosedTranslation(ClosedForm):
    """An answer that follows from the source alone, whatever tokens are given.

    Asked for the chances of each step, it gives its own token there 1 - e, and shares out e as often as tokens stand in
    the answers of training (each counted once more): e is the share of steps at which its own token was wrong in
    training. So token accuracy and perplexity are those of an honest guess at each position.
    """

    mistaken: Float[Tensor, ""]
    frequencies: Float[Tensor, " token"]

    def __init__(self, input: InputSpec, output: OutputSpec) -> None:
        super().__init__(input, output)
        assert output.sequence is not None
        self.longest = output.sequence
        self.register_buffer("mistaken", torch.tensor(0.5))
        self.register_buffer("frequencies", torch.full((output.size,), 1 / output.size))

    def answers(self, sources: Sequence[list[int]]) -> Iterator[list[int]]:
        """The answer to each source, both without special tokens."""
        raise NotImplementedError

    def learn(self, sources: Sequence[list[int]], answers: Sequence[list[int]]) -> None:
        """From the pairs of training, without special tokens."""

    def fit(self, train: Samples, seed: int) -> None:  # noqa: ARG002
        inputs, targets = torch.from_numpy(train.inputs), torch.from_numpy(train.targets)
        lengths = None if train.lengths is None else torch.from_numpy(train.lengths)
        told = [[token for token in row if token > END] for row in train.targets.tolist()]
        self.learn(_sources(inputs, lengths), told)
        counted = targets != IGNORED
        counts = np.bincount(targets[counted].numpy(), minlength=self.output.size) + 1.0
        self.frequencies = torch.from_numpy(counts / counts.sum()).float()
        wrong = (self._own(inputs, lengths, targets.shape[1]) != targets)[counted].sum()
        # As if one more step were right and one wrong, so that no token is ever certain
        self.mistaken = (wrong + 1) / (counted.sum() + 2)

    def translate(
        self,
        inputs: Int[Tensor, "batch source"],
        lengths: Int[Tensor, " batch"] | None = None,
        beam: int = 1,  # noqa: ARG002 - there is one answer
    ) -> Int[Tensor, "batch _"]:
        """Its answers, END included, padded with 0."""
        rows = [[*answer[: self.longest - 1], END] for answer in self.answers(_sources(inputs, lengths))]
        tokens = inputs.new_zeros(len(rows), max(map(len, rows)))
        for row, answer in zip(tokens, rows, strict=True):
            row[: len(answer)] = inputs.new_tensor(answer)
        return tokens

    def forward(
        self,
        inputs: Int[Tensor, "batch source"],
        lengths: Int[Tensor, " batch"] | None = None,
        given: Int[Tensor, "batch answer"] | None = None,
    ) -> Float[Tensor, "batch answer token"] | Int[Tensor, "batch _"]:
        """Log chances of each token at as many steps as are given; its answers where none are."""
        if given is None:
            return self.translate(inputs, lengths)
        own = self._own(inputs, lengths, given.shape[1])
        chances = (self.mistaken * self.frequencies).expand(*own.shape, -1).clone()
        return chances.scatter_add_(2, own.unsqueeze(2), (1 - self.mistaken).expand(*own.shape, 1)).log()

    def _own(
        self, inputs: Int[Tensor, "batch source"], lengths: Int[Tensor, " batch"] | None, steps: int
    ) -> Int[Tensor, "batch {steps}"]:
        """Its answers as tokens at so many steps; END after the last."""
        tokens = self.translate(inputs, lengths)[:, :steps]
        own = tokens.new_full((len(tokens), steps), END)
        own[:, : tokens.shape[1]] = tokens.masked_fill(tokens == 0, END)
        return own


def _sources(inputs: Int[Tensor, "batch source"], lengths: Int[Tensor, " batch"] | None) -> list[list[int]]:
    ends = [inputs.shape[1]] * len(inputs) if lengths is None else lengths.tolist()
    return [row[:end] for row, end in zip(inputs.tolist(), ends, strict=True)]
