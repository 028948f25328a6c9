"""The copy memory task: repeat ten symbols after a delay."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.options import read_options

RECALLED = 10  # symbols to repeat
BLANK, DELIMITER = 0, 9  # the symbols to recall are 1 to 8


class CopyMemoryOptions(Strict):
    """delay: steps between the end of the symbols and their recall; samples: of train and valid together."""

    delay: Annotated[int, Field(ge=1)] = 30
    samples: Annotated[int, Field(ge=10)] = 5000
    test_samples: Annotated[int, Field(ge=10)] = 1000


def load(config: TaskConfig) -> RawTask:
    """Sequences (delay + 20, 10 one-hot): 10 symbols, delay - 1 blanks, 11 delimiters; one class a step.

    Targets: blank, and in the last 10 steps the symbols. Without memory the best mean cross-entropy
    is 10 ln 8 / (delay + 20).
    Source: Hochreiter & Schmidhuber 1997, in the form of Bai, Kolter, Koltun 2018, section 5.1.
    """
    options = read_options(config, CopyMemoryOptions)
    pool_seed, test_seed = np.random.SeedSequence(config.split_seed).spawn(2)
    return RawTask(
        pool=_draw(np.random.default_rng(pool_seed), options.samples, options.delay),
        test=_draw(np.random.default_rng(test_seed), options.test_samples, options.delay),
        input=InputSpec(kind="sequence", channels=10, length=options.delay + 2 * RECALLED),
        output=OutputSpec(size=10, per_step=True),
        classes=("blank", *(str(symbol) for symbol in range(1, 9)), "delimiter"),
    )


def _draw(generator: np.random.Generator, samples: int, delay: int) -> Samples:
    symbols = generator.integers(BLANK + 1, DELIMITER, (samples, RECALLED))
    shown = np.full((samples, delay + 2 * RECALLED), BLANK)
    shown[:, :RECALLED] = symbols
    shown[:, -RECALLED - 1 :] = DELIMITER
    targets = np.full_like(shown, BLANK)
    targets[:, -RECALLED:] = symbols
    return Samples(np.eye(10, dtype=np.float32)[shown], targets)
