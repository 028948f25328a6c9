"""Texts with one label each, from their parts to a task."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnn_vs_rnn.tasks.data import OutputSpec, RawTask
from cnn_vs_rnn.tasks.tokens import Tokeniser, TokenOptions

Labelled = Sequence[tuple[str, str]]  # (label, text)


def text_task(
    options: TokenOptions,
    classes: Sequence[str],
    train: Labelled,
    test: Labelled | None,
    valid: Labelled = (),
    notes: tuple[str, ...] = (),
) -> RawTask:
    """A task of classes. valid: the official validation part; empty where it is to be drawn."""
    index = {label: at for at, label in enumerate(classes)}
    pool = [*train, *valid]
    tokenise = Tokeniser([text for _, text in pool], options)

    def samples(part: Labelled):  # noqa: ANN202
        return tokenise([text for _, text in part], np.array([index[label] for label, _ in part], np.int64))

    parts = samples(pool), None if test is None else samples(test)
    return RawTask(
        pool=parts[0],
        test=parts[1],
        input=tokenise.input,
        output=OutputSpec(size=len(classes)),
        classes=tuple(classes),
        keys=([text for _, text in pool], [text for _, text in test or ()]),
        valid=np.arange(len(pool)) >= len(train) if valid else None,
        vocabulary=tokenise.vocabulary,
        notes=(*tokenise.notes, *notes),
    )
