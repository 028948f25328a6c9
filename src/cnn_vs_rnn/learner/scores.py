"""Scores of a whole part, batch by batch, and what each sample contributes to them."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float, Shaped
from torch import Tensor

from cnn_vs_rnn.config import Score
from cnn_vs_rnn.learner.objective import per_sample_score


class PartScore:
    """One score of a part: the mean of `per_sample`, whatever the score."""

    def __init__(self, kind: Score) -> None:
        self.kind: Score = kind
        self._added: list[tuple[Tensor, ...]] = []

    def add(self, outputs: Float[Tensor, "batch ... output"], targets: Shaped[Tensor, "batch ..."]) -> None:
        """Count a batch."""
        if self.kind == "macro_f1":  # no mean over samples
            self._added.append(_hits(outputs, targets))
        else:
            self._added.append((per_sample_score(self.kind, outputs, targets),))

    def per_sample(self) -> Float[Tensor, " sample"]:
        """The score of each sample, or what stands for it in a score that is no mean over samples."""
        joined = [torch.cat(parts) for parts in zip(*self._added, strict=True)]
        return macro_f1_contributions(*joined) if self.kind == "macro_f1" else joined[0]

    def value(self) -> float:
        """The score."""
        return float(self.per_sample().double().mean())


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
