"""Who is speaking? Two Japanese vowels as LPC cepstra, embedded in aeon."""

from __future__ import annotations

import numpy as np
from aeon.datasets import load_japanese_vowels

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.options import read_options
from cnn_vs_rnn.tasks.padding import pad_sequences

LONGEST = 29  # time steps, in the test part
SPEAKERS = 9


def load(config: TaskConfig) -> RawTask:
    """270 + 370 utterances of 9 men, (time 7 to 29, 12 cepstrum coefficients), official parts.

    Source: Kudo, Toyama, Shimbo 1999, Multidimensional curve classification using passing-through regions.
    """
    read_options(config, Strict)
    return RawTask(
        pool=_part("train"),
        test=_part("test"),
        input=InputSpec(kind="sequence", channels=12, length=LONGEST, variable=True),
        output=OutputSpec(size=SPEAKERS),
        classes=tuple(f"speaker {number}" for number in range(1, SPEAKERS + 1)),
    )


def _part(split: str) -> Samples:
    sequences, speakers = load_japanese_vowels(split)[:2]
    inputs, lengths = pad_sequences([sequence.T for sequence in sequences], LONGEST)
    return Samples(inputs, np.asarray(speakers, np.int64) - 1, lengths)
