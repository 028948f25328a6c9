"""Which language is a surname from? By its characters."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.tasks.archive import members
from cnn_vs_rnn.tasks.data import RawTask
from cnn_vs_rnn.tasks.fetch import fetched
from cnn_vs_rnn.tasks.labelled_texts import Texts, text_task
from cnn_vs_rnn.tasks.options import read_options
from cnn_vs_rnn.tasks.tokens import TokenOptions


def load(config: TaskConfig) -> RawTask:
    """20074 surnames of 18 languages, from 73 Vietnamese to 9408 Russian; no official parts.

    A surname that is listed several times under a language is kept once. Source: PyTorch tutorials, "NLP from
    scratch: classifying names with a character-level RNN".
    """
    options = read_options(config, TokenOptions)
    content = members(fetched(config, config.files[0].path), only=config.files[0].members)
    languages = {PurePosixPath(name).stem: text.decode("utf-8").splitlines() for name, text in content.items()}
    labelled = [(language, name) for language in sorted(languages) for name in dict.fromkeys(languages[language])]
    shared = sum(count > 1 for count in Counter(name for _, name in labelled).values())
    repeated = sum(map(len, languages.values())) - len(labelled)
    return text_task(
        config,
        options,
        Texts.of(labelled, sorted(languages)),
        None,
        classes=sorted(languages),
        notes=(
            f"{repeated:,} names listed again under their language were left out",
            f"{shared:,} names belong to several languages: nobody can be right about all of them",
        ),
    )
