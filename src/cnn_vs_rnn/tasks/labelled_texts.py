"""Texts with one label each, from their parts to a task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Shaped

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.tasks.data import OutputSpec, RawTask
from cnn_vs_rnn.tasks.splits import split_pool
from cnn_vs_rnn.tasks.tokens import Tokeniser, TokenOptions


@dataclass(frozen=True)
class Texts:
    """Texts, and the class index (text,) or the values (text, output) of each."""

    texts: Sequence[str]
    targets: Shaped[np.ndarray, "text ..."]

    @classmethod
    def of(cls, labelled: Sequence[tuple[str, str]], classes: Sequence[str]) -> Texts:
        """From (label, text) pairs."""
        index = {label: at for at, label in enumerate(classes)}
        return cls([text for _, text in labelled], np.array([index[label] for label, _ in labelled], np.int64))


def text_task(
    config: TaskConfig,
    options: TokenOptions,
    pool: Texts,
    test: Texts | None,
    *,
    classes: Sequence[str],
    valid: Bool[np.ndarray, " text"] | None = None,
    groups: Shaped[np.ndarray, " text"] | None = None,
    quarantined: tuple[tuple[str, str], ...] = (),
    notes: tuple[str, ...] = (),
) -> RawTask:
    """A task of texts.

    The vocabulary is learnt from the pool; where a test part is still to be drawn from it, from what will remain. Of
    repeated splits it is learnt from all, and what a seed has not seen is made unknown when its test part is read.
    """
    learnt_from = np.arange(len(pool.texts))
    if test is None and config.test_fraction is not None and not config.repeated:
        numbered = None if groups is None else np.unique(groups, return_inverse=True)[1]
        learnt_from, _ = split_pool(pool.targets, numbered, config.test_fraction, config.split_seed)
    tokenise = Tokeniser([pool.texts[at] for at in learnt_from.tolist()], options)
    return RawTask(
        pool=tokenise(pool.texts, pool.targets),
        test=None if test is None else tokenise(test.texts, test.targets),
        input=tokenise.input,
        output=OutputSpec(size=len(classes) or 1),
        classes=tuple(classes),
        groups=groups,
        valid=valid,
        keys=(list(pool.texts), [] if test is None else list(test.texts)),
        vocabulary=tokenise.vocabulary,
        quarantined=quarantined,
        notes=(*tokenise.notes, *notes),
    )
