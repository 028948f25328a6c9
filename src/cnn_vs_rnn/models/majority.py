"""The answer that needs no input: what any model must beat."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from cnn_vs_rnn.models.closed_form import ClosedForm
from cnn_vs_rnn.models.flattened import is_classification
from cnn_vs_rnn.tasks.data import IGNORED, InputSpec, OutputSpec, Samples


class Majority(ClosedForm):
    """The class frequencies of the training samples, how often each label is true, or their mean value.

    Frequencies are smoothed by one sample spread over the classes (Laplace: one a class over all targets). With one
    answer a step they are those of each position, smoothed by one sample of the overall frequencies; on copy memory
    this is the best that can be done without memory, 10 ln 8 / (T + 20) nats a step. A task that counts classes equally
    changes nothing: weighted, all classes would be equally frequent, and the answer arbitrary.
    """

    scores: Float[Tensor, "..."]  # (output,), or (time, output)

    def __init__(self, input: InputSpec, output: OutputSpec) -> None:
        super().__init__(input, output)
        self.register_buffer("scores", torch.zeros(output.size))

    def fit(self, train: Samples, seed: int) -> None:  # noqa: ARG002
        if self.output.labels:
            labels = train.targets.reshape(-1, self.output.size)
            known = labels[labels[:, 0] != IGNORED]
            self.scores = torch.logit(torch.from_numpy((known.sum(0) + 0.5) / (len(known) + 1.0)).float())
        elif is_classification(train):
            self.scores = torch.from_numpy(np.log(self._frequencies(train.targets))).float()
        else:
            self.scores = torch.from_numpy(train.targets.mean(0)).float()

    def _frequencies(self, targets: Int[np.ndarray, "sample ..."]) -> Float[np.ndarray, "... output"]:
        counts = np.stack([(targets == label).sum(0) for label in range(self.output.size)], axis=-1)
        total = counts.reshape(-1, self.output.size).sum(0) + 1.0
        overall = total / total.sum()
        if not self.output.per_step:
            return overall
        return (counts + overall) / (counts.sum(-1, keepdims=True) + 1)

    def forward(
        self,
        inputs: Shaped[Tensor, "batch ..."],
        lengths: Int[Tensor, " batch"] | None = None,  # noqa: ARG002
    ) -> Float[Tensor, "batch ... output"]:
        if not self.output.per_step:
            return self.scores.expand(len(inputs), -1)
        if self.output.labels:
            return self.scores.expand(*inputs.shape[:2], -1)
        # Steps later than any of the training samples are answered like the last of those.
        step = torch.arange(inputs.shape[1], device=inputs.device).clamp(max=len(self.scores) - 1)
        return self.scores[step].expand(len(inputs), -1, -1)
