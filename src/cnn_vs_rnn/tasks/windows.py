"""Windows of a long series, and what follows each."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32, Int

from cnn_vs_rnn.tasks.data import Forecast, Samples


def windows(
    values: Float32[np.ndarray, "time channel"], ends: Int[np.ndarray, " sample"], window: int, forecast: Forecast
) -> Samples:
    """The `window` steps before each end as inputs (sample, time, channel), and what follows it as targets.

    Targets (sample, channels x horizon): of each predicted channel in turn, the next `horizon` steps.
    """
    before = ends[:, None] + np.arange(-window, 0)
    after = ends[:, None] + np.arange(forecast.horizon)
    following = values[:, list(forecast.channels)][after]
    return Samples(values[before], following.transpose(0, 2, 1).reshape(len(ends), -1))


def ends_within(start: int, stop: int, window: int, horizon: int, stride: int = 1) -> Int[np.ndarray, " sample"]:
    """Where windows may end so that what is predicted lies in [start, stop) and the window begins at 0 or later."""
    return np.arange(max(start, window), stop - horizon + 1, stride)
