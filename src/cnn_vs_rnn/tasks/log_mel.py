"""Sound as a sequence of log-mel spectra, the usual input of speech networks."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from jaxtyping import Float, Float32
from pydantic import Field

from cnn_vs_rnn.config import Strict

FLOOR = 1e-10  # of the energy: -100 dB, below the noise of 16 bit


class MelOptions(Strict):
    """bands: of the mel scale; window and hop: milliseconds."""

    bands: Annotated[int, Field(ge=4)] = 40
    window: Annotated[float, Field(gt=0)] = 25.0
    hop: Annotated[float, Field(gt=0)] = 10.0


def log_mel(samples: Float32[np.ndarray, " time"], rate: int, options: MelOptions) -> Float32[np.ndarray, "frame band"]:
    """Natural logarithm of the energy in each mel band, a frame a hop; a last incomplete window is filled with 0.

    Hann window, power spectrum, triangular filters.
    """
    import torch

    window = round(options.window * rate / 1000)
    hop = max(1, round(options.hop * rate / 1000))
    frames = max(1, -(-(len(samples) - window) // hop) + 1)
    padded = np.zeros((frames - 1) * hop + window, np.float32)
    padded[: len(samples)] = samples[: len(padded)]
    size = 1 << (window - 1).bit_length()
    windows = torch.from_numpy(padded).unfold(0, window, hop) * torch.hann_window(window)
    energy = torch.fft.rfft(windows, size).abs().square().numpy().T
    return np.log(np.maximum(mel_filters(options.bands, size, rate) @ energy, FLOOR)).T.astype(np.float32)


def mel_filters(bands: int, size: int, rate: int) -> Float[np.ndarray, "band frequency"]:
    """Triangles of height 1 over the bins of a Fourier transform of `size` samples, evenly spaced in mel."""
    edges = from_mel(np.linspace(0, to_mel(rate / 2), bands + 2))
    bins = np.arange(size // 2 + 1) * rate / size
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    filters = np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)).clip(0)
    # A triangle narrower than a bin may hold none: it takes the nearest.
    empty = np.flatnonzero(filters.sum(axis=1) == 0)
    filters[empty, np.abs(bins - middle[empty]).argmin(axis=1)] = 1
    return filters


def to_mel(hertz: Float[np.ndarray, "..."] | float) -> Float[np.ndarray, "..."] | float:
    """2595 log10(1 + f / 700) (O'Shaughnessy 1987, Speech Communication: Human and Machine, p. 150)."""
    return 2595 * np.log10(1 + np.asarray(hertz) / 700)


def from_mel(mel: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """The inverse of `to_mel`."""
    return 700 * (10 ** (mel / 2595) - 1)
