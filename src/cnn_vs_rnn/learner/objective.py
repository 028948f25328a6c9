"""What is minimised, and the score of each sample."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from jaxtyping import Float, Shaped
from torch import Tensor

from cnn_vs_rnn.config import Loss, Score
from cnn_vs_rnn.tasks.data import IGNORED


def loss_of(
    kind: Loss,
    outputs: Float[Tensor, "batch ... output"],
    targets: Shaped[Tensor, "batch ..."],
    class_weights: Float[Tensor, " output"] | None = None,
) -> Float[Tensor, ""]:
    """Mean over samples (and over steps that count); of labels, the sum over them."""
    if kind == "mse":
        return F.mse_loss(outputs, targets)
    if kind == "mae":
        return F.l1_loss(outputs, targets)
    if kind == "binary_cross_entropy":
        return _label_losses(outputs, targets)[targets[..., 0] != IGNORED].mean()
    return F.cross_entropy(outputs.flatten(0, -2), targets.flatten(), class_weights, ignore_index=IGNORED)


def class_weights(targets: Shaped[Tensor, "sample ..."], classes: int) -> Float[Tensor, " class"]:
    """Weights under which every class that occurs counts equally, 1 on average over samples; 0 for one that does not.

    As scikit-learn's `class_weight="balanced"` (King & Zeng 2001).
    """
    counts = torch.bincount(targets[targets != IGNORED].flatten(), minlength=classes).float()
    present = counts > 0
    return torch.where(present, counts.sum() / (present.sum() * counts.clamp_min(1)), 0.0)


def per_sample_score(
    kind: Score, outputs: Float[Tensor, "batch ... output"], targets: Shaped[Tensor, "batch ..."]
) -> Float[Tensor, " batch"]:
    """The score of each sample; where there is an answer a step, its mean over the sample's steps.

    Accuracy (1 or 0; of labels, the share that is right), squared or absolute error (the mean over outputs), negative
    log-likelihood in nats or bits (of labels, the sum over them). Outputs that are not finite count as wrong, or as
    infinite error. macro_f1 is no mean over samples: see `learner.scores`.
    """
    if kind in ("mse", "mae"):
        errors = outputs - targets
        return _nan_as_infinite((errors.square() if kind == "mse" else errors.abs()).flatten(1).mean(1))
    labels = targets.is_floating_point()
    counts = (targets[..., 0] if labels else targets) != IGNORED
    if kind == "accuracy":
        values = _label_accuracies(outputs, targets) if labels else _right(outputs, targets)
        values = values * counts
    else:
        values = _nan_as_infinite(_label_losses(outputs, targets) if labels else _class_losses(outputs, targets))
        values = torch.where(counts, values, 0.0) / (math.log(2) if kind == "bits" else 1)
    return values if counts.ndim == 1 else values.sum(1) / counts.sum(1)


def log_likelihood(
    outputs: Float[Tensor, "batch ... output"], targets: Shaped[Tensor, "batch ..."]
) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
    """Of each sample, the negative log-likelihood of its steps in nats, and how many steps count."""
    counts = (targets != IGNORED).view(len(targets), -1)
    losses = torch.where(counts, _class_losses(outputs, targets).view_as(counts), 0.0)
    return _nan_as_infinite(losses).sum(1), counts.sum(1).to(losses.dtype)


def _right(outputs: Float[Tensor, "... output"], targets: Shaped[Tensor, "..."]) -> Float[Tensor, "..."]:
    return ((outputs.argmax(-1) == targets) & outputs.isfinite().all(-1)).float()


def _class_losses(outputs: Float[Tensor, "... output"], targets: Shaped[Tensor, "..."]) -> Float[Tensor, "..."]:
    losses = F.cross_entropy(outputs.flatten(0, -2), targets.flatten(), ignore_index=IGNORED, reduction="none")
    return losses.view_as(targets)


def _label_accuracies(outputs: Float[Tensor, "... label"], targets: Float[Tensor, "... label"]) -> Float[Tensor, "..."]:
    return (((outputs > 0) == (targets > 0.5)) & outputs.isfinite()).float().mean(-1)


def _label_losses(outputs: Float[Tensor, "... label"], targets: Float[Tensor, "... label"]) -> Float[Tensor, "..."]:
    known = targets.clamp_min(0)  # IGNORED is negative; those steps are left out by the caller
    return F.binary_cross_entropy_with_logits(outputs, known, reduction="none").sum(-1)


def _nan_as_infinite(errors: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    return torch.where(errors.isnan(), torch.inf, errors)  # nan_to_num would also make infinity finite
