"""Samples that no network can be trained on: found, named and left out, never silently dropped."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from cnn_vs_rnn.tasks.data import IGNORED, OutputSpec, Samples
from cnn_vs_rnn.tasks.padding import valid_steps


def without_padding_noise(samples: Samples) -> Samples:
    """The same samples in float32, with 0 in every padded step whatever stood there."""
    with np.errstate(over="ignore"):  # beyond float32: infinite, hence quarantined below
        inputs = samples.inputs.astype(np.float32)
    if samples.lengths is not None:
        inputs[~valid_steps(samples.lengths, inputs.shape[1])] = 0
    return Samples(inputs, samples.targets, samples.lengths)


def unusable(samples: Samples, output: OutputSpec) -> dict[int, str]:
    """Position of each sample that cannot be used, and why. Padding must be 0 already."""
    reasons: dict[int, str] = {}

    def mark(bad: Int[np.ndarray, " position"], reason: str) -> None:
        for position in bad:
            reasons.setdefault(int(position), reason)

    def rows(wrong: np.ndarray) -> Int[np.ndarray, " position"]:
        return np.flatnonzero(wrong.reshape(len(wrong), -1).any(axis=1))

    if samples.lengths is not None:
        mark(np.flatnonzero(samples.lengths < 1), "it has no time step")
    mark(rows(~np.isfinite(samples.inputs)), "its input holds NaN or infinite values")
    if np.issubdtype(samples.targets.dtype, np.integer):
        outside = (samples.targets < 0) | (samples.targets >= output.size)
        if output.per_step:
            outside &= samples.targets != IGNORED
        mark(rows(outside), f"its target is not one of {output.size} classes")
    else:
        mark(rows(~np.isfinite(samples.targets)), "its target is NaN or infinite")
    return reasons
