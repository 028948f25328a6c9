"""The adding problem: remember two numbers over a long sequence and add them."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.options import read_options


class AddingOptions(Strict):
    """length: time steps; samples: of train and valid together."""

    length: Annotated[int, Field(ge=2)] = 50
    samples: Annotated[int, Field(ge=10)] = 5000
    test_samples: Annotated[int, Field(ge=10)] = 1000


def load(config: TaskConfig) -> RawTask:
    """Sequences (length, 2): uniform values in [0, 1], and a marker that is 1 at one step of each half.

    Target: the sum of the two marked values; always answering 1 has a mean squared error of 1/6.
    Source: Hochreiter & Schmidhuber 1997, section 5.4, in the form of Bai, Kolter, Koltun 2018, section 5.1.
    """
    options = read_options(config, AddingOptions)
    pool_seed, test_seed = np.random.SeedSequence(config.split_seed).spawn(2)
    return RawTask(
        pool=_draw(np.random.default_rng(pool_seed), options.samples, options.length),
        test=_draw(np.random.default_rng(test_seed), options.test_samples, options.length),
        input=InputSpec(kind="sequence", channels=2, length=options.length),
        output=OutputSpec(size=1),
    )


def _draw(generator: np.random.Generator, samples: int, length: int) -> Samples:
    values = generator.random((samples, length), np.float32)
    half = length // 2
    first, second = generator.integers(0, half, samples), generator.integers(half, length, samples)
    markers = np.zeros_like(values)
    row = np.arange(samples)
    markers[row, first] = markers[row, second] = 1
    targets = values[row, first] + values[row, second]
    return Samples(np.stack([values, markers], axis=2), targets[:, None])
