"""What the baselines of translation share: how sure they are of what they say, and how it is written down."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from cnn_vs_rnn.models.closed_form import ClosedForm
from cnn_vs_rnn.tasks.data import END, IGNORED, InputSpec, OutputSpec, Samples


class ClosedTranslation(ClosedForm):
    """Translates by a rule. A subclass defines `learn` and `translate`.

    Such a rule has one answer and no doubts, so its likelihoods are made of how often it was right. At each step its
    own token gets 1 - e, where e is the share of its tokens that were wrong at their steps in training, and e goes to
    all tokens by their frequency in the training answers; after its own END, frequency is all there is. Both are
    smoothed (Laplace: one for every outcome), so that perplexity is finite. The rule goes its own way whatever it is
    `given`, and one word too many makes every later step wrong: its token accuracy and perplexity are those of a model
    that cannot be corrected.
    """

    error: Float[Tensor, ""]
    frequencies: Float[Tensor, " token"]

    def __init__(self, input: InputSpec, output: OutputSpec) -> None:
        super().__init__(input, output)
        assert output.sequence is not None
        self.longest = output.sequence
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

    def forward(
        self,
        inputs: Int[Tensor, "batch source"],
        lengths: Int[Tensor, " batch"] | None = None,
        given: Int[Tensor, "batch answer"] | None = None,
    ) -> Float[Tensor, "batch answer token"] | Int[Tensor, "batch _"]:
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
