"""Sound from a file's bytes: one channel, at one rate."""

from __future__ import annotations

import io
import math

import numpy as np
from jaxtyping import Float32

SILENT = 1e-4  # of full scale: the loudest sample of a recording of nothing
SHORTEST_SECONDS = 0.02


class UnusableSoundError(Exception):
    """Why a recording cannot be used, as the end of a sentence that starts with its name."""


def decode(content: bytes, rate: int) -> Float32[np.ndarray, " time"]:
    """The samples of a wav, flac or ogg file, mixed to one channel and resampled to `rate` a second.

    Raises UnusableSoundError where it is empty, silent, shorter than 20 ms, or no sound.
    """
    import soundfile
    from scipy.signal import resample_poly

    if not content:
        raise UnusableSoundError("it is empty")
    try:
        samples, own = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError, ValueError) as error:
        raise UnusableSoundError("it cannot be decoded as sound") from error
    mono = samples.mean(axis=1)
    if len(mono) < SHORTEST_SECONDS * own:
        raise UnusableSoundError("it holds no sound" if not len(mono) else f"it is only {len(mono)} samples long")
    if not np.isfinite(mono).all():
        raise UnusableSoundError("it holds NaN or infinite values")
    if np.ptp(mono) < 2 * SILENT:  # a constant is silent as well
        raise UnusableSoundError("it is silent")
    if own != rate:
        shared = math.gcd(own, rate)
        mono = resample_poly(mono, rate // shared, own // shared).astype(np.float32)
    return mono
