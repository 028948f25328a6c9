"""Samples that no network can be trained on: found, named and left out, never silently dropped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Int

from cnn_vs_rnn.tasks.data import IGNORED, InputSpec, OutputSpec, Samples
from cnn_vs_rnn.tasks.padding import valid_steps


def without_padding_noise(samples: Samples) -> Samples:
    """The same samples, numbers in float32 (bytes and tokens as they are), with 0 in every padded step."""
    inputs = samples.inputs
    if not np.issubdtype(inputs.dtype, np.integer):
        with np.errstate(over="ignore"):  # beyond float32: infinite, hence quarantined below
            inputs = inputs.astype(np.float32)
    if samples.lengths is not None:
        inputs[~valid_steps(samples.lengths, inputs.shape[1])] = 0
    return replace(samples, inputs=inputs)


def unusable(samples: Samples, input: InputSpec, output: OutputSpec) -> dict[int, str]:
    """Position of each sample that cannot be used, and why. Padding must be 0 already."""
    reasons: dict[int, str] = {}

    def mark(bad: Int[np.ndarray, " position"], reason: str) -> None:
        for position in bad:
            reasons.setdefault(int(position), reason)

    def rows(wrong: np.ndarray) -> Int[np.ndarray, " position"]:
        return np.flatnonzero(wrong.reshape(len(wrong), -1).any(axis=1))

    if samples.lengths is not None:
        mark(np.flatnonzero(samples.lengths < 1), "it has no time step")
    if input.vocabulary is not None:
        outside = (samples.inputs < 0) | (samples.inputs >= input.vocabulary)
        mark(rows(outside), f"it holds a token that is none of the {input.vocabulary} of the vocabulary")
    elif np.issubdtype(samples.inputs.dtype, np.floating):
        mark(rows(~np.isfinite(samples.inputs)), "its input holds NaN or infinite values")
    if output.labels:
        known = np.isin(samples.targets, (0, 1, IGNORED) if output.per_step else (0, 1))
        mark(rows(~known), "its labels are not all 0 or 1")
    elif np.issubdtype(samples.targets.dtype, np.integer):
        outside = (samples.targets < 0) | (samples.targets >= output.size)
        if output.per_step or output.sequence:
            outside &= samples.targets != IGNORED
        mark(rows(outside), f"its target is not one of {output.size} classes")
    else:
        mark(rows(~np.isfinite(samples.targets)), "its target is NaN or infinite")
    return reasons
