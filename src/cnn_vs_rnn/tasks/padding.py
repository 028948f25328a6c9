"""Sequences of unequal length in one array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from cnn_vs_rnn.tasks.data import Samples


def pad_sequences(
    sequences: Sequence[Float[np.ndarray, "_ channel"]], length: int
) -> tuple[Float[np.ndarray, "sample time channel"], Int[np.ndarray, " sample"]]:
    """Sequences (time, channel) padded with 0 at the end to `length` steps, and how long each was."""
    padded = np.zeros((len(sequences), length, sequences[0].shape[1]), np.float32)
    for row, sequence in zip(padded, sequences, strict=True):
        row[: len(sequence)] = sequence
    return padded, np.array([len(sequence) for sequence in sequences])


def valid_steps(lengths: Int[np.ndarray, " sample"], time: int) -> Bool[np.ndarray, "sample {time}"]:
    """True where a time step belongs to the sequence, False where it is padding."""
    return np.arange(time) < lengths[:, None]


def valid_values(samples: Samples) -> Shaped[np.ndarray, "value channel"]:
    """Every pixel of images, or every time step of sequences that is no padding, in one long table.

    Tokens are one channel.
    """
    if samples.inputs.ndim == 4:
        return np.moveaxis(samples.inputs, 1, -1).reshape(-1, samples.inputs.shape[1])
    inputs = samples.inputs if samples.inputs.ndim == 3 else samples.inputs[..., None]
    if samples.lengths is None:
        return inputs.reshape(-1, inputs.shape[2])
    return inputs[valid_steps(samples.lengths, inputs.shape[1])]
