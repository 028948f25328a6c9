"""What is minimised, and the score of each sample."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float, Shaped
from torch import Tensor

from cnn_vs_rnn.config import Loss, Score
from cnn_vs_rnn.tasks.data import IGNORED


def loss_of(
    kind: Loss, outputs: Float[Tensor, "batch ... output"], targets: Shaped[Tensor, "batch ..."]
) -> Float[Tensor, ""]:
    """Mean over samples (and over steps that count)."""
    if kind == "mse":
        return F.mse_loss(outputs, targets)
    return F.cross_entropy(outputs.flatten(0, -2), targets.flatten(), ignore_index=IGNORED)


def per_sample_score(
    kind: Score, outputs: Float[Tensor, "batch ... output"], targets: Shaped[Tensor, "batch ..."]
) -> Float[Tensor, " batch"]:
    """Accuracy (1 or 0; the share of steps that are right), squared error, or negative log-likelihood in nats.

    Outputs that are not finite count as wrong, or as infinite error.
    """
    if kind == "mse":
        return _nan_as_infinite((outputs - targets).square().flatten(1).mean(1))
    counts = (targets != IGNORED).float()
    if kind == "accuracy":
        right = (outputs.argmax(-1) == targets) & outputs.isfinite().all(-1)
        values = right.float() * counts
    else:
        losses = F.cross_entropy(
            outputs.flatten(0, -2), targets.flatten(), ignore_index=IGNORED, reduction="none"
        ).view_as(targets)
        values = _nan_as_infinite(losses)
    if targets.ndim == 1:
        return values
    return values.sum(1) / counts.sum(1)


def _nan_as_infinite(errors: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    return torch.where(errors.isnan(), torch.inf, errors)  # nan_to_num would also make infinity finite
