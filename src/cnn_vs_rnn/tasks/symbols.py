"""Repeat a sequence of symbols, forwards or backwards: what an encoder hands to a decoder, and nothing else."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.options import read_options
from cnn_vs_rnn.tasks.sequence_pairs import pair_samples
from cnn_vs_rnn.tasks.subwords import SPECIAL

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class SymbolOptions(Strict):
    """symbols: how many different ones. shortest, longest: of a sequence, drawn evenly, in every part.

    embedding: numbers that stand for a symbol.
    """

    symbols: Annotated[int, Field(ge=2, le=len(_LETTERS))] = 12
    shortest: Annotated[int, Field(ge=1)] = 2
    longest: Annotated[int, Field(ge=2)] = 16
    samples: Annotated[int, Field(ge=10)] = 6000
    test_samples: Annotated[int, Field(ge=10)] = 1000
    embedding: Annotated[int, Field(ge=1)] = 16

    @model_validator(mode="after")
    def _in_order(self) -> SymbolOptions:
        if self.shortest > self.longest:
            raise UserError(f"the task's option shortest={self.shortest} is more than longest={self.longest}")
        return self


def load_copy(config: TaskConfig) -> RawTask:
    """Sequences of random letters; the answer is the same sequence.

    Source: Graves, Wayne, Danihelka 2014, Neural Turing machines, arXiv 1410.5401, section 4.1.
    """
    return _task(config, backwards=False)


def load_reverse(config: TaskConfig) -> RawTask:
    """Sequences of random letters; the answer is the sequence backwards.

    Source: Grefenstette et al. 2015, Learning to transduce with unbounded memory, arXiv 1506.02516, section 4.1.
    """
    return _task(config, backwards=True)


def _task(config: TaskConfig, *, backwards: bool) -> RawTask:
    options = read_options(config, SymbolOptions)
    pool_seed, test_seed = np.random.SeedSequence(config.split_seed).spawn(2)
    vocabulary = (*SPECIAL, *_LETTERS[: options.symbols])
    return RawTask(
        pool=_draw(np.random.default_rng(pool_seed), options.samples, options, backwards=backwards),
        test=_draw(np.random.default_rng(test_seed), options.test_samples, options, backwards=backwards),
        input=InputSpec(
            kind="tokens",
            channels=options.embedding,
            length=options.longest,
            variable=True,
            vocabulary=len(vocabulary),
            words=len(vocabulary),
        ),
        output=OutputSpec(size=len(vocabulary), sequence=options.longest + 1),
        vocabulary=vocabulary,
    )


def _draw(generator: np.random.Generator, samples: int, options: SymbolOptions, *, backwards: bool) -> Samples:
    lengths = generator.integers(options.shortest, options.longest, samples, endpoint=True)
    sources = [generator.integers(len(SPECIAL), len(SPECIAL) + options.symbols, length).tolist() for length in lengths]
    answers = [source[::-1] if backwards else source for source in sources]
    return pair_samples(sources, answers, options.longest)
