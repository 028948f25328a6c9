"""Which notes come next? Chorales and folk tunes as piano rolls."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field
from scipy.io import loadmat

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.tasks.data import IGNORED, InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.fetch import fetched
from cnn_vs_rnn.tasks.options import read_options
from cnn_vs_rnn.tasks.padding import pad_sequences

KEYS = 88
LOWEST = 21  # MIDI number of the first key
_NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
CLASSES = tuple(f"{_NOTES[key % 12]}{key // 12 - 1}" for key in range(LOWEST, LOWEST + KEYS))


class PianoRollOptions(Strict):
    """longest: steps of a sample; longer pieces are cut into several."""

    longest: Annotated[int, Field(ge=8)] = 160


def load(config: TaskConfig) -> RawTask:
    """Sequences (time, 88) of keys held (1) or not, and at each step those of the next; official parts.

    The score is the negative log-likelihood summed over the keys: its mean over steps, then over samples.
    Source: Boulanger-Lewandowski, Bengio, Vincent 2012, arXiv 1206.6392, in the form of Bai, Kolter, Koltun 2018.
    """
    options = read_options(config, PianoRollOptions)
    stored = loadmat(fetched(config, config.files[0].path))
    train, valid, test = (
        [np.asarray(piece, np.float32) for piece in stored[f"{part}data"][0]] for part in ("train", "valid", "test")
    )
    pool, pieces = _samples([*train, *valid], options.longest)
    return RawTask(
        pool=pool,
        test=_samples(test, options.longest)[0],
        input=InputSpec(kind="sequence", channels=KEYS, length=options.longest, variable=True),
        output=OutputSpec(size=KEYS, per_step=True, labels=True, causal=True),
        classes=CLASSES,
        valid=pieces >= len(train),
        notes=(
            f"{len(train)} + {len(valid)} + {len(test)} pieces, cut into samples of at most {options.longest} steps",
        ),
    )


def _samples(pieces: list[np.ndarray], longest: int) -> tuple[Samples, np.ndarray]:
    """The samples of all pieces, and of which piece each is."""
    inputs, targets, origin = [], [], []
    for number, piece in enumerate(pieces):
        for start in range(0, len(piece) - 1, longest):
            following = piece[start + 1 : start + longest + 1]
            inputs.append(piece[start : start + len(following)])
            targets.append(following)
            origin.append(number)
    padded, lengths = pad_sequences(inputs, longest)
    answers, _ = pad_sequences(targets, longest)
    answers[np.arange(longest) >= lengths[:, None]] = IGNORED
    return Samples(padded, answers, lengths), np.array(origin)
