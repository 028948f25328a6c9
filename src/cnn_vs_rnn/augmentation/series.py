"""Random augmentation of batches of time series, on the device of the batch."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from cnn_vs_rnn.augment_config import SeriesPolicy
from cnn_vs_rnn.augmentation.steps import lengths_of, read_at
from cnn_vs_rnn.models.masking import zero_padding

KNOTS = 5  # at which the speed of a warped series is drawn; between them it changes evenly


class SeriesAugmentation(nn.Module):
    """A policy as a module: every series of a batch is changed in its own way. In eval mode it changes nothing.

    Lengths stay, and padding stays 0. Draws from torch's global generator.

    Sources: Um et al. 2017, Data augmentation of wearable sensor data, arXiv 1706.00527, section 3 (jitter, scaling,
    time warping); Le Guennec et al. 2016, Data augmentation for time series classification using convolutional neural
    networks, section 2.1 (window; here stretched to the length of the series, so that one network takes both).
    """

    def __init__(self, policy: SeriesPolicy) -> None:
        super().__init__()
        self.policy = policy

    def forward(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch time channel"]:
        """Scaled series, changed."""
        if not self.training:
            return inputs
        policy = self.policy
        steps = lengths_of(inputs, lengths)
        changed = inputs
        if policy.warping or policy.window:
            changed = read_at(changed, self._times(steps, inputs.shape[1]))
        if policy.scaling:
            batch, _, channels = inputs.shape
            changed = changed * (1 + policy.scaling * inputs.new_empty(batch, 1, channels).normal_())
        if policy.jitter:
            changed = changed + policy.jitter * torch.randn_like(changed)
        return zero_padding(changed, lengths)

    def _times(self, steps: Int[Tensor, "batch 1"], time: int) -> Float[Tensor, "batch {time}"]:
        """Where each step is read: from the start to the end of a window, at a speed that varies."""
        last = (steps - 1).clamp_min(1)
        at = (torch.arange(time, device=steps.device) / last).clamp_max(1)  # 0 to 1
        if self.policy.warping:
            at = _warped(at, self.policy.warping)
        cut, side = torch.rand(2, *steps.shape, device=steps.device)
        cut = self.policy.window * cut
        return ((side * cut + at * (1 - cut)) * (steps - 1)).minimum(steps - 1)  # rounding would reach the padding


def _warped(at: Float[Tensor, "batch time"], most: float) -> Float[Tensor, "batch time"]:
    """Shares of the whole, from 0 to 1 as before, passed through at speeds between 1 - most and 1 + most."""
    speed = 1 + most * (2 * torch.rand(len(at), KNOTS, device=at.device) - 1)
    # The way is the integral of a speed that runs in straight lines from knot to knot.
    piece = (at * (KNOTS - 1)).floor().long().clamp_max(KNOTS - 2)
    within = at * (KNOTS - 1) - piece
    done = torch.nn.functional.pad((speed[:, 1:] + speed[:, :-1]) / 2, (1, 0)).cumsum(1)
    slower, faster = speed.gather(1, piece), speed.gather(1, piece + 1)
    way = done.gather(1, piece) + within * slower + within.square() / 2 * (faster - slower)
    return way / done[:, -1:]
