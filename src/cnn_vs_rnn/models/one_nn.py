"""The nearest training sample: the classical baseline of time series classification."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from cnn_vs_rnn.models.closed_form import ClosedForm
from cnn_vs_rnn.models.flattened import as_tensors, flattened, is_classification
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, Samples

_TRUST = 0.99  # the probability given to the neighbour's class; the others share the rest


class OneNN(ClosedForm):
    """The answer of the nearest training sample by Euclidean distance of the flattened, zero-padded inputs.

    Without warping: Bagnall et al. 2017, "The great time series classification bake off", section 3. A rare class
    needs no weight here: only the nearest sample has a say.
    """

    neighbours: Float[Tensor, "sample feature"]
    answers: Shaped[Tensor, "sample ..."]  # class (sample,), or values (sample, output)

    def __init__(self, input: InputSpec, output: OutputSpec) -> None:
        super().__init__(input, output)
        self.register_buffer("neighbours", torch.zeros(0, 0))
        self.register_buffer("answers", torch.zeros(0))

    def fit(self, train: Samples, seed: int) -> None:  # noqa: ARG002
        self.neighbours = flattened(*as_tensors(train), self.input)
        targets = torch.from_numpy(train.targets)
        self.answers = targets.long() if is_classification(train) else targets.float()

    def forward(
        self, inputs: Float[Tensor, "batch ..."], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch output"]:
        queries = flattened(inputs, lengths, self.input)
        # Differences, not a matrix product: else the answer to near ties would depend on the batch's size.
        distances = torch.cdist(queries, self.neighbours, compute_mode="donot_use_mm_for_euclid_dist")
        answers = self.answers[distances.argmin(1)]
        if answers.is_floating_point():
            return answers
        chosen = nn.functional.one_hot(answers, self.output.size).bool()
        others = (1 - _TRUST) / max(1, self.output.size - 1)
        return torch.where(chosen, math.log(_TRUST), math.log(others))
