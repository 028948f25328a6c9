"""Scores of a whole part, batch by batch, and what each sample contributes to them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Float64, Shaped
from torch import Tensor

from cnn_vs_rnn.config import DECODED, Score
from cnn_vs_rnn.learner.answered import GREEDY, Answered
from cnn_vs_rnn.learner.corpus_scores import contributions, text_statistics
from cnn_vs_rnn.learner.objective import log_likelihood, per_sample_score
from cnn_vs_rnn.tasks.subwords import text_of


class PartScore:
    """One score of a part: the mean of `per_sample`, whatever the score.

    vocabulary: the text of each token, of answers that are texts. beam: which of the decoded answers is scored.
    """

    def __init__(self, kind: Score, vocabulary: Sequence[str] = (), beam: int = GREEDY) -> None:
        self.kind: Score = kind
        self._vocabulary, self._beam = vocabulary, beam
        self._added: list[tuple[Tensor, ...]] = []

    def add(self, answered: Answered) -> None:
        """Count a batch."""
        outputs, targets = answered.outputs, answered.targets
        if self.kind == "macro_f1":  # no mean over samples
            self._added.append(_hits(outputs, targets))
        elif self.kind == "perplexity":
            self._added.append((torch.stack(log_likelihood(outputs, targets), dim=1),))
        elif self.kind in DECODED:
            answers, references = self._texts(answered.decoded[self._beam]), self._texts(targets)
            statistics = text_statistics(self.kind, answers, references)
            self._added.append((torch.from_numpy(statistics),))
        else:
            self._added.append((per_sample_score(self.kind, outputs, targets),))

    def per_sample(self) -> Float[Tensor, " sample"]:
        """The score of each sample, or what stands for it in a score that is no mean over samples."""
        if len(statistics := self.statistics()):
            return torch.from_numpy(contributions(self.kind, statistics)).float()
        joined = self._joined()
        return macro_f1_contributions(*joined) if self.kind == "macro_f1" else joined[0]

    def statistics(self) -> Float64[np.ndarray, "sample statistic"]:
        """Of each sample, what `corpus_score` sums up; empty of other scores."""
        if self.kind != "perplexity" and self.kind not in DECODED:
            return np.empty((0, 0))
        return self._joined()[0].double().cpu().numpy()

    def value(self) -> float:
        """The score."""
        return float(self.per_sample().double().mean())

    def _joined(self) -> list[Tensor]:
        return [torch.cat(parts) for parts in zip(*self._added, strict=True)]

    def _texts(self, tokens: Shaped[Tensor, "batch _"]) -> list[str]:
        return [text_of(row, self._vocabulary) for row in tokens.tolist()]


def _hits(
    outputs: Float[Tensor, "batch output"], targets: Shaped[Tensor, "batch ..."]
) -> tuple[Float[Tensor, "batch output"], Float[Tensor, "batch output"]]:
    """Which classes or labels were answered, and which are true, as 0 and 1; outputs not finite are no answer."""
    usable = outputs.isfinite().all(-1, keepdim=True)
    if targets.is_floating_point():
        return ((outputs > 0) & usable).float(), targets
    size = outputs.shape[-1]
    return F.one_hot(outputs.argmax(-1), size) * usable.float(), F.one_hot(targets, size).float()


def macro_f1_contributions(
    answered: Float[Tensor, "sample label"], true: Float[Tensor, "sample label"]
) -> Float[Tensor, " sample"]:
    """Numbers whose mean is the macro F1, and whose spread is its sampling error.

    F1 is no mean over samples, so each sample is given what the score changes by if it counted more: the pseudo-values
    of the infinitesimal jackknife (Efron 1982, The Jackknife, the Bootstrap and Other Resampling Plans, chapter 6).
    Classes that neither occur nor are answered are left out, as in torchmetrics.
    """
    answered, true = answered.double(), true.double()
    size = (answered + true).sum(0)
    known = size > 0
    answered, true, size = answered[:, known], true[:, known], size[known]
    f1 = 2 * (answered * true).sum(0) / size
    slope = (2 * answered * true - f1 * (answered + true)) / size
    return (f1.mean() + len(true) * slope.mean(1)).float()
