"""Spoken digits of four speakers (FSDD), as log-mel spectra or as waveforms."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.tasks.archive import members
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.fetch import fetched
from cnn_vs_rnn.tasks.log_mel import MelOptions, log_mel
from cnn_vs_rnn.tasks.options import read_options
from cnn_vs_rnn.tasks.padding import pad_sequences
from cnn_vs_rnn.tasks.sound import decode

RATE = 8000
OFFICIAL_TEST = 5  # indices 0 to 4 of each speaker and digit
_NAME = re.compile(r"(\d)_(jackson|nicolas|theo|yweweler)_(\d+)\.wav$")


class SpokenDigitsOptions(MelOptions):
    """features: log_mel, or the waveform (8000 steps a second). seconds: of a recording at most; None keeps all.

    split: `official` tests recordings 0 to 4 of every speaker and digit; `speaker` tests the speaker `unheard`, of whom
    nothing is trained on, and validates on one other speaker a seed.
    """

    features: Literal["log_mel", "waveform"] = "log_mel"
    seconds: Annotated[float, Field(ge=0.1)] | None = None
    split: Literal["official", "speaker"] = "official"
    unheard: Literal["jackson", "nicolas", "theo", "yweweler"] = "yweweler"


def load(config: TaskConfig) -> RawTask:
    """2000 recordings (time, band) or (time, 1) of the digits 0 to 9 by four speakers.

    Source: Free Spoken Digit Dataset, github.com/Jakobovski/free-spoken-digit-dataset.
    """
    options = read_options(config, SpokenDigitsOptions)
    contents = members(fetched(config, config.files[0].path), only=_NAME.pattern)
    names = sorted(contents)
    parsed = [match.groups() for name in names if (match := _NAME.search(name))]
    digits = np.array([int(digit) for digit, _, _ in parsed])
    speakers = np.array([speaker for _, speaker, _ in parsed])
    longest = None if options.seconds is None else round(options.seconds * RATE)
    sounds = [decode(contents[name], RATE)[:longest] for name in names]
    as_waveform = options.features == "waveform"
    sequences = [sound[:, None] if as_waveform else log_mel(sound, RATE, options) for sound in sounds]
    inputs, lengths = pad_sequences(sequences, max(map(len, sequences)))
    official = np.array([int(index) < OFFICIAL_TEST for _, _, index in parsed])
    by_speaker = options.split == "speaker"
    test = speakers == options.unheard if by_speaker else official
    everything = Samples(inputs, digits, lengths)
    return RawTask(
        pool=everything.take(np.flatnonzero(~test)),
        test=everything.take(np.flatnonzero(test)),
        input=InputSpec(kind="sequence", channels=inputs.shape[2], length=inputs.shape[1], variable=True),
        output=OutputSpec(size=10),
        classes=tuple(str(digit) for digit in range(10)),
        groups=speakers[~test] if by_speaker else None,
        notes=(f"tested on {options.unheard}, who is not heard in training",) if by_speaker else (),
    )
