"""Which tree is this? Leaf outlines as time series, embedded in aeon 1.6."""

from __future__ import annotations

import warnings

import numpy as np
from aeon.datasets import load_osuleaf

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.options import read_options

SPECIES = 6


def load(config: TaskConfig) -> RawTask:
    """200 + 242 outlines (427 steps, 1 channel: distance from the centre, z-normalised) of 6 species, official parts.

    Source: Gandhi 2002, Content-based image retrieval: plant species identification (Oregon State University).
    """
    read_options(config, Strict)
    return RawTask(
        pool=_part("train"),
        test=_part("test"),
        input=InputSpec(kind="sequence", channels=1, length=427),
        output=OutputSpec(size=SPECIES),
        classes=tuple(f"species {number}" for number in range(1, SPECIES + 1)),
    )


def _part(split: str) -> Samples:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # aeon 1.7 will no longer embed it
        outlines, species = load_osuleaf(split)[:2]
    inputs = np.asarray(outlines, np.float32).transpose(0, 2, 1)
    return Samples(inputs, np.asarray(species, np.int64) - 1)
