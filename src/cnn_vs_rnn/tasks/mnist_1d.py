"""MNIST-1D: ten shapes of twelve points, stretched, moved and noisy, made to tell kinds of networks apart."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from jaxtyping import Float, Int
from pydantic import Field
from scipy.ndimage import gaussian_filter1d

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.options import read_options
from cnn_vs_rnn.tasks.pixel_order import pixel_order

PADDING = (36, 60)  # points at rest that are appended to a shape, fewest and most
FULL = 12 + PADDING[1]  # points to which every padded shape is stretched
SCALING = 0.4  # heights differ by up to half of it, either way
FURTHEST = 48  # a shape is moved by fewer points than this, around the end
SMOOTH_NOISE, NOISE = 0.25, 0.02  # where the series is at rest, smoothed over 2 points; everywhere
SHEAR = 0.75  # the series is tilted by up to half of it, either way

# Heights of the ten digits: the published templates, before they are standardised.
SHAPES = (
    (5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5),
    (5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5),
    (5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5),
    (5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5),
    (5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5),
    (5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5),
    (5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5),
    (5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5),
    (5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5),
    (5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5),
)


class Mnist1dOptions(Strict):
    """samples: of train and valid together. points: of a series; more of them show the same shape over more steps.

    permutation_seed: draws an order of the points, the same for every series; null keeps them in place.
    """

    samples: Annotated[int, Field(ge=10)] = 4000
    test_samples: Annotated[int, Field(ge=10)] = 1000
    points: Annotated[int, Field(ge=12)] = 40
    permutation_seed: int | None = None


def load(config: TaskConfig) -> RawTask:
    """Series (points, 1) of ten classes, as many of each.

    Source: Greydanus & Kobak 2020, Scaling down deep learning with MNIST-1D, arXiv 2011.14439, section 2; settings of
    github.com/greydanus/mnist1d. On 4,000 and 1,000 of them: logistic regression 32%, MLP 68%, CNN 94%, GRU 91%, human
    96%; with the points in one random order 32, 68, 56, 57% and about 30%.
    """
    options = read_options(config, Mnist1dOptions)
    order = pixel_order(options.points, options.permutation_seed)
    pool_seed, test_seed = np.random.SeedSequence(config.split_seed).spawn(2)
    return RawTask(
        pool=_draw(np.random.default_rng(pool_seed), options.samples, order),
        test=_draw(np.random.default_rng(test_seed), options.test_samples, order),
        input=InputSpec(kind="sequence", channels=1, length=options.points),
        output=OutputSpec(size=10),
        classes=tuple(str(digit) for digit in range(10)),
    )


def templates() -> Float[np.ndarray, "10 12"]:
    """The standardised shapes, which start at 0, at a sixth of their height."""
    shapes = np.array(SHAPES, dtype=float)
    shapes = (shapes - shapes.mean(axis=1, keepdims=True)) / shapes.std(axis=1, keepdims=True)
    return (shapes - shapes[:, :1]) / 6


def _draw(generator: np.random.Generator, samples: int, order: Int[np.ndarray, " point"]) -> Samples:
    labels = generator.permutation(np.arange(samples) % len(SHAPES))
    padding = generator.integers(PADDING[0], PADDING[1], samples, endpoint=True)
    moves = generator.integers(0, FURTHEST, samples)
    heights = 1 + SCALING * (generator.random((samples, 1)) - 0.5)
    shapes = templates() + 1e-8  # a shape is not at rest where its height is 0
    series = heights * np.stack(
        [
            np.roll(_stretched(np.pad(shapes[label], (0, rest)), FULL), move)
            for label, rest, move in zip(labels, padding, moves, strict=True)
        ]
    )
    at_rest = gaussian_filter1d(SMOOTH_NOISE * generator.standard_normal(series.shape), sigma=2, axis=1)
    series = np.where(series == 0, at_rest, series) + NOISE * generator.standard_normal(series.shape)
    series -= SHEAR * (generator.random((samples, 1)) - 0.5) * np.linspace(-0.5, 0.5, FULL)
    points = np.stack([_stretched(one, len(order)) for one in series])
    return Samples(points[:, order, None].astype(np.float32), labels.astype(np.int64))


def _stretched(series: Float[np.ndarray, " point"], points: int) -> Float[np.ndarray, " {points}"]:
    return np.interp(np.linspace(0, len(series) - 1, points), np.arange(len(series)), series)
