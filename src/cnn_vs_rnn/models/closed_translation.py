<<<<<<< HEAD
"""What the baselines of translation share: an answer for every source, and how sure of it they may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
=======
"""What the baselines of translation share: how sure they are of what they say, and how it is written down."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
>>>>>>> report

from cnn_vs_rnn.models.closed_form import ClosedForm
from cnn_vs_rnn.tasks.data import END, IGNORED, InputSpec, OutputSpec, Samples


class ClosedTranslation(ClosedForm):
<<<<<<< HEAD
    """An answer that follows from the source alone, whatever tokens are given.

    Asked for the chances of each step, it gives its own token there 1 - e, and shares out e as often as tokens stand in
    the answers of training (each counted once more): e is the share of steps at which its own token was wrong in
    training. So token accuracy and perplexity are those of an honest guess at each position.
    """

    mistaken: Float[Tensor, ""]
=======
    """Translates by a rule. A subclass defines `learn` and `translate`.

    Such a rule has one answer and no doubts, so its likelihoods are made of how often it was right. At each step its
    own token gets 1 - e, where e is the share of its tokens that were wrong at their steps in training, and e goes to
    all tokens by their frequency in the training answers; after its own END, frequency is all there is. Both are
    smoothed (Laplace: one for every outcome), so that perplexity is finite. The rule goes its own way whatever it is
    `given`, and one word too many makes every later step wrong: its token accuracy and perplexity are those of a model
    that cannot be corrected.
    """

    error: Float[Tensor, ""]
>>>>>>> report
    frequencies: Float[Tensor, " token"]

    def __init__(self, input: InputSpec, output: OutputSpec) -> None:
        super().__init__(input, output)
        assert output.sequence is not None
        self.longest = output.sequence
<<<<<<< HEAD
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
=======
        self.register_buffer("error", torch.ones(()))
        self.register_buffer("frequencies", torch.full((output.size,), 1 / output.size))

    def learn(self, train: Samples) -> None:
        """Learn the rule from training samples; none has to."""

    def translate(
        self, inputs: Int[Tensor, "batch source"], lengths: Int[Tensor, " batch"] | None = None, beam: int = 1
    ) -> Int[Tensor, "batch _"]:
        """The one answer to each source, END included, padded with 0; a rule keeps no others, whatever the beam."""
        raise NotImplementedError

    def fit(self, train: Samples, seed: int) -> None:  # noqa: ARG002
        assert train.lengths is not None
        self.learn(train)
        targets = torch.from_numpy(train.targets)
        counts = torch.bincount(targets[targets != IGNORED], minlength=self.output.size) + 1.0
        own = self._own(torch.from_numpy(train.inputs), torch.from_numpy(train.lengths), targets.shape[1])
        aligned = (own > 0) & (targets != IGNORED)
        wrong = (aligned & (own != targets)).sum()
        self.frequencies = counts / counts.sum()
        self.error = (wrong + 1.0) / (aligned.sum() + 2.0)
>>>>>>> report

    def forward(
        self,
        inputs: Int[Tensor, "batch source"],
        lengths: Int[Tensor, " batch"] | None = None,
        given: Int[Tensor, "batch answer"] | None = None,
    ) -> Float[Tensor, "batch answer token"] | Int[Tensor, "batch _"]:
<<<<<<< HEAD
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
=======
        """Logarithms of each step's probabilities, as many steps as are given; the answer itself where none are."""
        if given is None:
            return self.translate(inputs, lengths)
        own = self._own(inputs, lengths, given.shape[1]).unsqueeze(2)
        says = own > 0
        chances = torch.where(says, self.error, 1.0) * self.frequencies
        return chances.scatter_add_(2, own, torch.where(says, 1 - self.error, 0.0)).log_()

    def _own(
        self, inputs: Int[Tensor, "batch source"], lengths: Int[Tensor, " batch"] | None, steps: int
    ) -> Int[Tensor, "batch answer"]:
        """The answers, cut or padded to so many steps."""
        answers = self.translate(inputs, lengths)
        return F.pad(answers, (0, steps - answers.shape[1]))

    def _written(self, answers: Sequence[Sequence[int]], device: torch.device) -> Int[Tensor, "batch _"]:
        """Lists of tokens, each ended by END and cut to the longest answer, padded with 0."""
        rows = [torch.tensor([*answer, END][: self.longest], device=device) for answer in answers]
        return pad_sequence(rows, batch_first=True)
>>>>>>> report
