"""Is the number of ones even? One bit of state, to be kept over any length."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from jaxtyping import Int
from pydantic import Field

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.tasks.data import IGNORED, InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.options import read_options


class ParityOptions(Strict):
    """longest: bits of a training sequence, whose lengths are drawn evenly from 1; test_longest: of a test sequence."""

    longest: Annotated[int, Field(ge=2)] = 40
    test_longest: Annotated[int, Field(ge=2)] = 500
    samples: Annotated[int, Field(ge=10)] = 10000
    test_samples: Annotated[int, Field(ge=10)] = 1000


def load(config: TaskConfig) -> RawTask:
    """Sequences (time, 2) of one-hot bits, and whether their ones are even (0) or odd (1) in number.

    Of a task with one answer for each step (output: per_step) the question is asked after every bit, of those so far:
    targets (time), IGNORED after the last bit. Half of the test sequences are no longer than those trained on, the
    other half are longer.
    Source: Delétang et al. 2023, Neural networks and the Chomsky hierarchy, arXiv 2207.02098, section 4.
    """
    options, every_step = read_options(config, ParityOptions), config.output == "per_step"
    pool_seed, test_seed = np.random.SeedSequence(config.split_seed).spawn(2)
    longest = max(options.longest, options.test_longest)
    generator = np.random.default_rng(pool_seed)
    lengths = generator.integers(1, options.longest, options.samples, endpoint=True)
    pool = _draw(generator, lengths, longest, every_step)
    generator = np.random.default_rng(test_seed)
    half = options.test_samples // 2
    lengths = np.concatenate(
        [
            generator.integers(1, options.longest, half, endpoint=True),
            generator.integers(min(options.longest + 1, longest), longest, options.test_samples - half, endpoint=True),
        ]
    )
    return RawTask(
        pool=pool,
        test=_draw(generator, lengths, longest, every_step),
        input=InputSpec(kind="sequence", channels=2, length=longest, variable=True),
        output=OutputSpec(size=2, per_step=every_step, causal=every_step),
        classes=("even", "odd"),
        notes=(f"trained on up to {options.longest} bits, tested on up to {options.test_longest}",),
    )


def _draw(
    generator: np.random.Generator, lengths: Int[np.ndarray, " sample"], longest: int, every_step: bool
) -> Samples:
    bits = generator.integers(0, 2, (len(lengths), longest))
    valid = np.arange(longest) < lengths[:, None]
    inputs = np.eye(2, dtype=np.float32)[bits] * valid[..., None]
    parities = (bits * valid).cumsum(axis=1) % 2
    return Samples(inputs, np.where(valid, parities, IGNORED) if every_step else parities[:, -1], lengths)
