"""Where along an axis an effect crosses its margin."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from cnn_vs_rnn.claims.verdict import Crossover
from cnn_vs_rnn.statistics.bootstrap import SEED, stretch

_DECADE = 10.0


def find_crossover(
    positions: Float[np.ndarray, " position"],
    excess: Float[np.ndarray, "position seed"],
    confidence: float,
    resamples: int,
) -> Crossover | None:
    """The position at which the mean of `excess` over seeds is 0; None where it crosses 0 more than once, or never.

    excess: the effect less its margin, of the same seeds at every position. Between positions the effect is taken to
    run straight, over the logarithm of the position where positions span a decade. The interval is a bootstrap over
    seeds, whole seeds drawn, its deviations stretched for so few (`statistics.bootstrap.stretch`) and cut off at the
    first and last position: beyond them nothing was measured.
    """
    order = np.argsort(positions)
    positions, excess = positions[order], excess[order]
    means = excess.mean(axis=1)
    if np.count_nonzero(np.diff(means > 0)) != 1:
        return None
    logarithmic = positions[0] > 0 and positions[-1] >= _DECADE * positions[0]
    axis = np.log(positions) if logarithmic else positions
    rising = bool(means[-1] > 0)
    seeds = excess.shape[1]
    drawn = np.random.default_rng(SEED).integers(seeds, size=(resamples, seeds))
    at = _crossing(axis, means[:, None], rising=rising)[0]
    deviations = (_crossing(axis, excess[:, drawn].mean(axis=2), rising=rising) - at) * stretch(seeds, confidence)
    tails = np.quantile(deviations, [(1 - confidence) / 2, (1 + confidence) / 2])
    low, high = np.clip(at + tails, axis[0], axis[-1])
    ends = np.array([at, min(low, at), max(high, at)])
    at, low, high = (np.exp(ends) if logarithmic else ends).tolist()
    return Crossover(at=at, low=low, high=high)


def _crossing(
    axis: Float[np.ndarray, " position"], means: Float[np.ndarray, "position draw"], *, rising: bool
) -> Float[np.ndarray, " draw"]:
    """Of each draw, where it last turns to the sign it should end with; an end of the axis where it does not turn."""
    turned = means if rising else -means
    below = turned <= 0
    last = len(axis) - 1 - below[::-1].argmax(axis=0)  # the last position that is not above 0
    left = np.minimum(last, len(axis) - 2)
    draws = np.arange(means.shape[1])
    start, end = turned[left, draws], turned[left + 1, draws]
    with np.errstate(divide="ignore", invalid="ignore"):  # only where the answer is an end of the axis
        between = axis[left] + (axis[left + 1] - axis[left]) * -start / (end - start)
    return np.select([~below.any(axis=0), below[-1]], [axis[0], axis[-1]], between)
