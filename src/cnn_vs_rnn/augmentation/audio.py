"""Random augmentation of batches of sound, on the device of the batch: shift, noise, and SpecAugment's masks."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from cnn_vs_rnn.augment_config import AudioPolicy
from cnn_vs_rnn.augmentation.steps import lengths_of, read_at
from cnn_vs_rnn.models.masking import zero_padding


class AudioAugmentation(nn.Module):
    """A policy as a module: every recording of a batch is changed in its own way. In eval mode it changes nothing.

    Spectrograms (time, band) or waveforms (time, 1), which have no bands to mask. Lengths stay, and padding stays 0.
    Masks set to 0, the mean of a scaled input. Draws from torch's global generator.

    Source: Park et al. 2019, SpecAugment, arXiv 1904.08779, section 2 (masks; time warping is left out, as its effect
    there is small).
    """

    def __init__(self, policy: AudioPolicy) -> None:
        super().__init__()
        self.policy = policy

    def forward(
        self, inputs: Float[Tensor, "batch time band"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch time band"]:
        """Scaled recordings, changed."""
        if not self.training:
            return inputs
        policy = self.policy
        time, bands = inputs.shape[1:]
        steps = lengths_of(inputs, lengths)
        changed = inputs
        if policy.shift:
            changed = _shifted(changed, steps, policy.shift)
        if policy.noise:
            changed = changed + policy.noise * torch.randn_like(changed)
        for _ in range(policy.masks):
            if policy.time_mask:
                changed = changed.masked_fill(_stretch(steps, time, policy.time_mask).unsqueeze(-1), 0)
            if policy.band_mask and bands > 1:
                every = torch.full_like(steps, bands)
                changed = changed.masked_fill(_stretch(every, bands, policy.band_mask).unsqueeze(1), 0)
        return zero_padding(changed, lengths)


def _shifted(
    inputs: Float[Tensor, "batch time band"], steps: Int[Tensor, "batch 1"], most: float
) -> Float[Tensor, "batch time band"]:
    """Moved in time by whole steps; the first or last real step is repeated where nothing came from."""
    moved = ((2 * torch.rand(steps.shape, device=inputs.device) - 1) * most * steps).round()
    at = torch.arange(inputs.shape[1], device=inputs.device) - moved
    return read_at(inputs, at.clamp_min(0).minimum(steps - 1))


def _stretch(size: Int[Tensor, "batch 1"], room: int, most: float) -> Bool[Tensor, "batch {room}"]:
    """True in one random stretch of each sample, 0 to `most` of its size long, wholly within it."""
    width, start = torch.rand(2, *size.shape, device=size.device)
    width = (width * (most * size + 1)).floor().minimum(size)
    start = (start * (size - width + 1)).floor()
    place = torch.arange(room, device=size.device)
    return (place >= start) & (place < start + width)
