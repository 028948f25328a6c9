"""Which character comes next? Forty thousand lines of Shakespeare."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.fetch import fetched
from cnn_vs_rnn.tasks.options import read_options
from cnn_vs_rnn.tasks.tokens import Tokeniser, TokenOptions

TEST_SHARE = 0.1  # the end of the text
BLOCK = 32  # windows in a row that stay in one part, so that validation is not between what is trained on


class TinyShakespeareOptions(Strict):
    """length: characters of a window; windows do not overlap. embedding: numbers that stand for a character."""

    length: Annotated[int, Field(ge=8)] = 128
    embedding: Annotated[int, Field(ge=1)] = 16


def load(config: TaskConfig) -> RawTask:
    """Windows of characters, and at each the character that follows; the last tenth of the text is the test part.

    Source: Karpathy 2015, The unreasonable effectiveness of recurrent neural networks (char-rnn).
    """
    options = read_options(config, TinyShakespeareOptions)
    text = fetched(config, config.files[0].path).read_text(encoding="utf-8")
    start = round(len(text) * (1 - TEST_SHARE))
    token_options = TokenOptions(tokens="character", vocabulary=512, longest=len(text), embedding=options.embedding)
    tokenise = Tokeniser([text[:start]], token_options)
    nothing = np.zeros(1, np.int64)
    pool, test = (
        _windows(tokenise([part], nothing).inputs[0, : len(part)], options.length)
        for part in (text[:start], text[start:])
    )
    return RawTask(
        pool=pool,
        test=test,
        input=InputSpec(
            kind="tokens", channels=options.embedding, length=options.length, vocabulary=len(tokenise.vocabulary)
        ),
        output=OutputSpec(size=len(tokenise.vocabulary), per_step=True, causal=True),
        classes=tokenise.vocabulary,
        groups=np.arange(len(pool)) // BLOCK,
        vocabulary=tokenise.vocabulary,
        notes=(
            "the last tenth of the text is the test part",
            f"{BLOCK} windows in a row stay in one part",
        ),
    )


def _windows(characters: np.ndarray, length: int) -> Samples:
    """Non-overlapping windows (window, length), each with the characters one step later."""
    count = (len(characters) - 1) // length
    inputs = characters[: count * length].reshape(count, length)
    return Samples(inputs, characters[1 : count * length + 1].reshape(count, length))
