"""Does the reviewer like the film? One sentence each."""

from __future__ import annotations

import numpy as np

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.tasks.archive import members
from cnn_vs_rnn.tasks.data import RawTask
from cnn_vs_rnn.tasks.fetch import fetched
from cnn_vs_rnn.tasks.labelled_texts import Texts, text_task
from cnn_vs_rnn.tasks.options import read_options
from cnn_vs_rnn.tasks.tokens import TokenOptions

CLASSES = {"0": "negative", "1": "positive"}


def load(config: TaskConfig) -> RawTask:
    """6920 + 872 + 1821 sentences of film reviews, negative or positive, official parts.

    Source: Socher et al. 2013, Recursive deep models for semantic compositionality over a sentiment treebank, in the
    binary form of Kim 2014, arXiv 1408.5882, section 3.
    """
    options = read_options(config, TokenOptions)
    content = members(fetched(config, config.files[0].path))
    parts = {name.rpartition(".")[2]: _lines(text.decode("utf-8")) for name, text in content.items()}
    classes = tuple(CLASSES.values())
    return text_task(
        config,
        options,
        Texts.of([*parts["train"], *parts["dev"]], classes),
        Texts.of(parts["test"], classes),
        classes=classes,
        valid=np.arange(len(parts["train"]) + len(parts["dev"])) >= len(parts["train"]),
    )


def _lines(text: str) -> list[tuple[str, str]]:
    """A label, a space and a sentence a line."""
    split = [line.partition(" ") for line in text.splitlines()]
    return [(CLASSES[label], sentence) for label, _, sentence in split]
