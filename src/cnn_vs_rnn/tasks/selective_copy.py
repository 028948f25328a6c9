"""Remember some symbols among many, chosen by what they are: memory with a gate."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.data import IGNORED, InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.options import read_options

SYMBOLS = 8
NOISE, ASK = SYMBOLS, SYMBOLS + 1


class SelectiveCopyOptions(Strict):
    """recalled: symbols to repeat. length: steps in which they are scattered; test_length: of half of the test part."""

    recalled: Annotated[int, Field(ge=1)] = 8
    length: Annotated[int, Field(ge=2)] = 64
    test_length: Annotated[int, Field(ge=2)] = 128
    samples: Annotated[int, Field(ge=10)] = 5000
    test_samples: Annotated[int, Field(ge=10)] = 1000


def load(config: TaskConfig) -> RawTask:
    """Sequences (length + recalled, 10 one-hot): symbols at random places among noise, then as many requests.

    Targets: at each request, the next of the symbols in their order; no other step counts. Guessing scores 1/8.
    Source: Gu & Dao 2023, Mamba, arXiv 2312.00752, section 4.1.1; Feng et al. 2024, arXiv 2410.01201, table 1.
    """
    options = read_options(config, SelectiveCopyOptions)
    if options.recalled > min(options.length, options.test_length):
        raise UserError(
            f"task {config.name}: recalled={options.recalled} symbols do not fit into "
            f"{min(options.length, options.test_length)} steps: make length and test_length larger"
        )
    pool_seed, test_seed = np.random.SeedSequence(config.split_seed).spawn(2)
    steps = max(options.length, options.test_length) + options.recalled
    half = options.test_samples // 2
    generator = np.random.default_rng(test_seed)
    known = _draw(generator, half, options.length, options.recalled, steps)
    longer = _draw(generator, options.test_samples - half, options.test_length, options.recalled, steps)
    pool = _draw(np.random.default_rng(pool_seed), options.samples, options.length, options.recalled, steps)
    return RawTask(
        pool=pool,
        test=known.joined(longer),
        input=InputSpec(kind="sequence", channels=SYMBOLS + 2, length=steps, variable=True),
        output=OutputSpec(size=SYMBOLS, per_step=True, causal=True),
        classes=tuple(str(symbol) for symbol in range(1, SYMBOLS + 1)),
        notes=(f"trained on {options.length} steps, tested on {options.length} and {options.test_length}",),
    )


def _draw(generator: np.random.Generator, samples: int, length: int, recalled: int, steps: int) -> Samples:
    symbols = generator.integers(0, SYMBOLS, (samples, recalled))
    places = np.sort(generator.permuted(np.tile(np.arange(length), (samples, 1)), axis=1)[:, :recalled], axis=1)
    shown = np.full((samples, length + recalled), NOISE)
    np.put_along_axis(shown, places, symbols, axis=1)
    shown[:, length:] = ASK
    inputs = np.zeros((samples, steps, SYMBOLS + 2), np.float32)
    inputs[:, : length + recalled] = np.eye(SYMBOLS + 2, dtype=np.float32)[shown]
    targets = np.full((samples, steps), IGNORED)
    targets[:, length : length + recalled] = symbols
    return Samples(inputs, targets, np.full(samples, length + recalled))
